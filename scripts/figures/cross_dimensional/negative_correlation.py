"""For opposed directions original and descent-ascent lie on opposite sides of the oracle."""

import numpy as np

from logreg_unlearn.theory import cross_dimensional as theory

from .. import ink
from .._solving import ratio
from ._plane import EPSILON, MILD, solve

(R, F), ALPHA, ALPHAS = MILD, 0.1, (0.05, 0.1, 0.2, 0.3)
SIDES = ("x_D - x_R", "x_DA - x_R", "y_D - y_R", "y_DA - y_R")
CAPTION = (
    "Margins of the original and of descent-ascent less the oracle's, and the ratio of their "
    f"distances, against epsilon (exponential loss, r = {R:g}, f = {F:g}; curves exact, points by "
    "the certified solver; a curve ends at the fold). For negative epsilon the original and "
    "descent-ascent lie on opposite sides of the oracle in both margins, so the order of the "
    "detriment window never holds, and whether descent-ascent ends closer depends on alpha."
)


def compute(quick: bool = False) -> ink.Table:
    """Return margins and ratios of distances, exact and by the solver."""
    epsilon = np.linspace(-1.0, 1.0, 81 if quick else 241)
    chosen = np.linspace(-0.9, 0.9, 7 if quick else 19)
    table = {"epsilon": epsilon, "point_epsilon": chosen}
    oracle = theory.oracle_closed_form(epsilon, R)
    for level in ALPHAS:
        before = theory.original_point(epsilon, R, level, F)
        after, _ = theory.da_stationary_points(epsilon, R, level, F)
        solved = [solve(e, R, level, F) for e in chosen]
        table[f"ratio alpha={level:g}"] = after.distance(oracle) / before.distance(oracle)
        table[f"point ratio alpha={level:g}"] = np.array([ratio(*s) for s in solved])
        if level == ALPHA:
            for k, exact in enumerate((before, after)):
                (x, y), move = SIDES[k::2], np.array([s[k + 1] - s[0] for s in solved])
                table |= {x: exact.x - oracle.x, y: exact.y - oracle.y}
                table[f"point {x}"] = move[:, 0] + chosen * move[:, 1]
                table[f"point {y}"] = chosen * move[:, 0] + move[:, 1]
    return table


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.8, 4.9))
    epsilon, chosen = table["epsilon"], table["point_epsilon"]
    for k, name in enumerate(SIDES):
        ink.curve(left, k, epsilon, table[name], "$" + name.replace("_DA", "_{DA}") + "$")
        ink.points(left, k, chosen, table[f"point {name}"])
    for k, level in enumerate(ALPHAS):
        ink.curve(right, k, epsilon, table[f"ratio alpha={level:g}"], rf"$\alpha$ = {level:g}")
        ink.points(right, k, chosen, table[f"point ratio alpha={level:g}"])
    left.axhline(0.0, color="black", linewidth=0.9)
    ink.unity(right, "equal distances")
    left.set(ylabel="margin less the oracle's")
    left.set_title(rf"both sides of the oracle, $\alpha$ = {ALPHA:g}")
    right.set(yscale="log", ylabel=ink.RATIO, title="who ends closer")
    for ax, place in ((left, "upper right"), (right, "lower left")):
        ax.axvline(0.0, color="black", linestyle=":", linewidth=1.2)
        ax.set_xlabel(EPSILON)
        ax.legend(loc=place)
    return figure
