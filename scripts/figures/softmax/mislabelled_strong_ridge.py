"""Under a strong ridge mislabelled samples are unlearned with less harm the fewer the classes."""

import numpy as np
from scipy.optimize import brentq

from logreg_unlearn.theory import softmax as theory

from .. import ink
from ._block import corner, solved

CLASSES, STRENGTH = (2, 3, 10), 1e-3
CAPTION = (
    "Lift from which descent-ascent ends farther from the oracle than the original when the "
    "forgotten samples of a block are mislabelled, against the forgotten fraction: the limit of a "
    f"strong ridge, and where the solver's distances agree at s = {STRENGTH:g}. For two classes "
    "it is f/(1-f), above the threshold f/(1+f) of samples with the right label (dotted), and it "
    "falls with the number of classes."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the lifts at which the solver's distances agree."""
    rows = []
    for k in CLASSES:
        for f in np.linspace(0.05, 0.8, 6 if quick else 12):

            def excess(lift: float, k: int = k, f: float = float(f)) -> float:
                points = solved(STRENGTH, lift, f, corner(k), np.eye(k)[1])
                oracle, original, unlearned = points
                far, near = (np.linalg.norm(u - oracle) for u in (unlearned, original))
                return float(np.log(far / near))

            rows.append((k, f, brentq(excess, 1e-2 * f, 10.0, rtol=1e-6)))
    return ink.columns(("classes", "f", "lift"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.6, 4.6))
    f = np.linspace(0.01, 0.85, 300)
    for k, classes in enumerate(CLASSES):
        exact = theory.mislabelled_strong_ridge(f, classes)
        part = table["classes"] == classes
        found = table["f"][part], table["lift"][part]
        ink.pair(ax, k, (f, exact), found, f"K = {classes}", ("limit", "solver"))
    look = {"color": "black", "linestyle": ":", "label": "right labels: $f/(1+f)$"}
    ax.plot(f, theory.softmax_harm_threshold(f), **look)
    ax.set(xlabel="forgotten fraction $f$", ylabel=r"lift $\rho$ from which it harms")
    ax.set(yscale="log")
    return ink.with_legend(figure, ax, 3)
