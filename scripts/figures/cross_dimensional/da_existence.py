"""Descent-ascent has a minimum up to the fold, and none beyond."""

import numpy as np

from logreg_unlearn.theory import cross_dimensional as theory

from .. import ink
from ._plane import ALPHA_K, EPSILON, exists, solve

STRENGTHS, F = (0.3, 1.0, 10.0, 100.0), 0.3
CAPTION = (
    "The largest alpha k at which descent-ascent has a minimum, against the overlap epsilon for "
    f"four strengths r (exponential loss), with solved points (f = {F:g}) at 0.5, 0.97, 1.03 and 2 "
    "times that value. Below the fold the solver always finds the minimum and above it none; the "
    "weaker the ridge (the larger r), the less forgetting it takes to leave descent-ascent "
    "without one, but for nearly equal directions (epsilon near 1)."
)


def _fold(epsilon: np.ndarray | float, strength: float) -> np.ndarray:
    return np.exp(theory.da_existence(epsilon, strength, F).log_alpha_k)


def compute(quick: bool = False) -> ink.Table:
    """Return the folds, and whether the solver finds a minimum on either side of them."""
    epsilon, rows = np.linspace(-1.5, 1.5, 121 if quick else 361), []
    for r in STRENGTHS:
        for e in np.linspace(-1.4, 1.4, 8 if quick else 15):
            for share in (0.5, 0.97, 1.03, 2.0):
                level = share * float(_fold(e, r))
                rows.append((r, e, level, float(exists(solve(e, r, level * F / (1 - F), F)))))
    return {
        "epsilon": epsilon, **{f"fold r={r:g}": _fold(epsilon, r) for r in STRENGTHS},
        **ink.columns(("strength", "point_epsilon", "point_alpha_k", "minimum"), rows),
    }  # fmt: skip


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(7.0, 4.8))
    for k, r in enumerate(STRENGTHS):
        ink.curve(ax, k, table["epsilon"], table[f"fold r={r:g}"], f"theory: fold, $r$ = {r:g}")
        for found, marker in ((1, ink.MARKERS[0]), (0, "x")):
            part = (table["strength"] == r) & (table["minimum"] == found)
            place = table["point_epsilon"][part], table["point_alpha_k"][part]
            ax.plot(*place, marker, color=ink.COLOURS[k], mfc="white", markersize=3.5)
    ax.plot([], [], ink.MARKERS[0], color=ink.GREY, mfc="white", label="solver: a minimum")
    ax.plot([], [], "x", color=ink.GREY, label="solver: unbounded below")
    ax.set(yscale="log", xlabel=EPSILON, ylabel=ALPHA_K)
    return ink.with_legend(figure, ax, 3)
