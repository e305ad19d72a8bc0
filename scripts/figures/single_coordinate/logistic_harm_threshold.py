"""The sharp threshold f/(1+f) is the logistic loss's as well, for every ridge."""

import numpy as np

from logreg_unlearn.theory import single_coordinate as theory

from .. import ink
from ._block import ROWS, solved

STRENGTHS = (1e-2, 1.0, 1e3)
CAPTION = (
    "The lift at which descent-ascent's limit and the original are equally far from the oracle "
    "under the logistic loss, found by bisection on the solver's distances for three strengths s "
    "= p/ridge. It is f/(1+f) for every ridge, as for the exponential loss, and always below one "
    "half."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the lift of equal distances for each forget fraction."""
    sizes = range(2, 39, 12 if quick else 3)
    found = {f"lift s={s:g}": np.array([_crossing(s, n) for n in sizes]) for s in STRENGTHS}
    return {"fraction": np.array(sizes) / ROWS, **found}


def _crossing(strength: float, n_forget: int) -> float:
    """Bisect for the lift at which the solver's two distances agree."""
    low, high = 0.0, 0.9
    for _ in range(20):
        middle = 0.5 * (low + high)
        oracle, original, unlearned = solved(strength, middle, n_forget, "logistic")
        farther = np.abs(unlearned - oracle) > np.abs(original - oracle)
        low, high = (low, middle) if farther else (middle, high)
    return 0.5 * (low + high)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.8, 4.6))
    f = np.linspace(0.01, 0.99, 300)
    threshold = theory.logistic_harm_threshold(f)
    ax.fill_between(f, 0.0, threshold, color=ink.HELPED, alpha=0.12, linewidth=0)
    ax.fill_between(f, threshold, 0.6, color=ink.HARMED, alpha=0.12, linewidth=0)
    ax.plot(f, threshold, color="black", label=r"theory: $\rho=f/(1+f)$")
    for k, s in enumerate(STRENGTHS):
        label = rf"solver, $s=10^{{{np.log10(s):.0f}}}$"
        found = table[f"lift s={s:g}"]
        ink.points(ax, k, table["fraction"], found, label, markersize=9.5 - 2.5 * k)
    ax.text(0.25, 0.45, "ends farther than the original", ha="center")
    ax.text(0.7, 0.12, "ends closer than the original", ha="center")
    ax.set(xlim=(0.0, 1.0), ylim=(0.0, 0.6), xlabel=r"forget fraction $f$", ylabel=r"lift $\rho$")
    return ink.with_legend(figure, ax, 4)
