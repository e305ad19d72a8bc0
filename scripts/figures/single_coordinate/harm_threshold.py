"""Descent-ascent ends farther than the original from lift f/(1+f) on, whatever the ridge."""

import numpy as np

from logreg_unlearn.theory import single_coordinate as theory

from .. import ink
from ._block import LIFT, ROWS, solved

N_FORGET, STRENGTHS = 16, (1e-2, 1.0, 1e2, 1e4)
F = N_FORGET / ROWS
CAPTION = (
    "Distance of descent-ascent's limit from the oracle over the original's in one block "
    f"(exponential loss, f = {F:g}) for four strengths s = p/ridge. Whatever the ridge, all curves "
    "pass 1 at the same lift f/(1+f), so that beyond it unlearning is worse than doing nothing, "
    "although every lift shown is below 1."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the solver's ratio of distances against the lift."""
    table = {"lift": np.linspace(0.02, 0.98, 9 if quick else 21)}
    for s in STRENGTHS:
        oracle, original, unlearned = solved(s, table["lift"], N_FORGET, "exponential")
        table[f"ratio s={s:g}"] = np.abs(unlearned - oracle) / np.abs(original - oracle)
    return table


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.8, 4.6))
    lift = np.linspace(1e-3, 1.0 - 1e-3, 800)
    for k, s in enumerate(STRENGTHS):
        where = theory.lambert_minimiser(s, lift, F)
        exact = (where.oracle - where.descent_ascent) / (where.oracle - where.original)
        found = table["lift"], table[f"ratio s={s:g}"]
        ink.pair(ax, k, (lift, exact), found, rf"$s=10^{{{np.log10(s):.0f}}}$")
    ink.unity(ax)
    threshold = float(theory.harm_threshold(F))
    ax.axvline(
        threshold, color="black", linestyle=":", linewidth=1.6,
        label=rf"theory: $\rho=f/(1+f)={threshold:.3f}$",
    )  # fmt: skip
    ax.set(yscale="log", ylim=(5e-3, 3e3), xlabel=LIFT, ylabel=ink.RATIO)
    return ink.with_legend(figure, ax, 3)
