"""The signed Newton step finds a minimum nearby, with a quadratic error."""

import numpy as np

from logreg_unlearn.problem.losses import LOGISTIC
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import prediction as theory

from .. import ink
from .._solving import real_problem

CASES = (("breast_cancer", "easiest", 0.1), ("anes96", "random", 10.0))
CAPTION = (
    "Error of one Newton step on descent-ascent's own objective, from points on the line from its "
    "end through the original, which is the star (logistic loss, a tenth to forget, ridge "
    "above each panel), with the bound of the theory. The error is quadratic and stays below the "
    "bound; on the left descent-ascent helps, and the step from the original says so."
)


def compute(quick: bool = False) -> ink.Table:
    """Return errors and bounds along the line, the original's own last."""
    rows = []
    for name, kind, ridge in CASES:
        problem = real_problem(name, kind, ridge=ridge)
        ascent, original = problem.descent_ascent(), minimise(problem.original()).w
        end = minimise(ascent, original).w
        way, lengths = original - end, problem.original().lengths()
        bend = LOGISTIC.third_bound * sum(
            float(np.mean(lengths[side] ** 3)) for side in (~problem.forget, problem.forget)
        )
        for part in np.geomspace(1e-2, 1.0, 6 if quick else 25):
            w, reach = end + part * way, part * np.linalg.norm(way)
            step = theory.signed_newton_step(ascent.gradient(w), ascent.hessian(w), bend, reach)
            error = np.linalg.norm(w + step.step - end)
            rows.append((name, reach, error, float(step.error), bool(step.settles)))
    return ink.columns(("data", "distance", "error", "bound", "settles"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(len(CASES), size=(9.4, 4.4))
    for ax, (name, kind, ridge) in zip(axes, CASES, strict=True):
        part = table["data"] == name
        x, error = table["distance"][part], table["error"][part]
        ink.curve(ax, 0, x, table["bound"][part], "bound")
        ink.points(ax, 1, x, error, "measured")
        ax.plot(x[-1], error[-1], "*", color="black", ms=12, label="from the original")
        ink.curve(ax, 2, x, x, "no better than staying")
        ax.set(xscale="log", yscale="log", xlabel=r"distance to its end before, $\|w-w_{DA}\|$")
        ax.set_title(f"{name.replace('_', ' ')}, {kind}, ridge {ridge:g}")
    axes[0].set_ylabel(r"after one step, $\|w^+-w_{DA}\|$")
    return ink.with_legend(figure, axes, 4)
