"""The published noise is for one row; a set needs its own sensitivity."""

import numpy as np

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import removal as theory

from .. import ink
from ._slack import curvature, descend, gradient_gap, request

ROWS, RIDGE = 400, 3.0
CAPTION = (
    f"Left, one step of descent-to-delete on {ROWS} rows of 1 and -1, ridge {RIDGE:g}, the rows 1 "
    "forgotten: distance to the oracle over the published bound, for one row, and over the one "
    "for sets. Right, breast_cancer with a random twentieth forgotten, ridge 0.1: the distance "
    "falls with the number of steps as the bound does; where the published line is the lower one, "
    "that is because it counts one row."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the ratios of the two-valued rows, and distances on real data."""
    sizes = np.unique(np.geomspace(1, 200, 8 if quick else 25).astype(int))
    problem = request("breast_cancer", 0.1)
    original, oracle = minimise(problem.original()).w, minimise(problem.oracle()).w
    top, (mean_gap, longest) = curvature(problem), gradient_gap(problem)
    one_row = 4 * longest / problem.forget.sum() / 0.1
    rows, w = [], original
    for steps in range(1, 20 if quick else 60):
        w = descend(problem.oracle(), w, 2 / (top + 0.1), 1)
        bound = theory.descent_to_delete(0.0, mean_gap / 0.1, 0.1, top, steps).request
        published = theory.descent_to_delete(0.0, one_row, 0.1, top, steps).stream
        rows.append((steps, np.linalg.norm(w - oracle), float(bound), float(published)))
    return {
        **ink.columns(("forgotten", "published ratio", "ratio"), map(_signs, sizes)),
        **ink.columns(("steps", "distance", "bound", "published"), rows),
    }


def _signs(forgotten: int) -> tuple[float, float, float]:
    """Forget rows 1 among rows -1: one step, over the bound for a row and for the set."""
    forget = np.arange(ROWS) < forgotten
    problem = UnlearningProblem(
        np.where(forget, 1.0, -1.0)[:, None], np.ones(ROWS), forget, ridge=RIDGE
    )
    top = RIDGE + 0.25
    original, oracle = minimise(problem.original()).w, minimise(problem.oracle()).w
    ended = descend(problem.oracle(), original, 2 / (top + RIDGE), 1)
    distance = float(np.linalg.norm(ended - oracle))
    one_row = theory.descent_to_delete(0.0, 8 / (ROWS * RIDGE), RIDGE, top, 1).stream
    sensitivity = theory.deletion_sensitivity(1.0, 1.0, 0.0, forgotten / ROWS, RIDGE).prior
    bound = theory.descent_to_delete(0.0, sensitivity, RIDGE, top, 1).request
    return forgotten, distance / float(one_row), distance / float(bound)


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.4, 4.4))
    ink.points(left, 0, table["forgotten"], table["published ratio"], "published, for one row")
    ink.points(left, 1, table["forgotten"], table["ratio"], "for the set")
    left.axhline(1.0, color="black", linewidth=1.0, label="as bounded")
    left.set(xscale="log", yscale="log", xlabel="rows forgotten", ylabel="distance / bound")
    ink.curve(right, 0, table["steps"], table["published"], "published, for one row")
    ink.curve(right, 1, table["steps"], table["bound"], "for the set")
    ink.points(right, 2, table["steps"], table["distance"], "distance to the oracle")
    right.set(yscale="log", xlabel="steps", ylabel="distance to the oracle")
    return ink.with_legend(figure, [left, right], 4)
