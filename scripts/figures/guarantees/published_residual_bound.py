"""The published bound holds for short rows and fails for long ones."""

from typing import Any

import numpy as np

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.theory import guarantees as theory
from logreg_unlearn.unlearn.removal import newton_removal

from .. import ink
from ._removal import removal

DATA = ("breast_cancer", "digits_3v8", "wine_0v1")
CAPTION = (
    "The gradient left by one Newton step over its bound, as published (filled) and amended by "
    "the longest row (hollow): left one row of growing length, removed from its mirror image, "
    "right real data, standardised, with a twentieth of the rows removed. Beyond the dotted "
    "line, where the longest row has length 5.2, the published form can fail, and on the left "
    "it does; on these real data its slack hides the missing factor, and no hollow point lies "
    "above 1."
)


def compute(quick: bool = False) -> ink.Table:
    """Return residuals over both bounds."""
    return {
        **ink.columns(
            ("length", "one published", "one amended"),
            [
                (length, *_mirrored(length))
                for length in np.geomspace(0.5, 500, 10 if quick else 25)
            ],
        ),
        **ink.columns(
            ("data", "ridge", "published", "amended"),
            [
                (name, ridge, *_real(name, ridge))
                for name in DATA
                for ridge in np.geomspace(1e-3, 1e-1, 3 if quick else 6)
            ],
        ),
    }


def _mirrored(length: float) -> tuple[float, float]:
    """Keep one row and forget its opposite: the original is 0."""
    problem = UnlearningProblem(
        np.array([[length], [-length]]), np.ones(2), np.array([False, True]), ridge=1.0,
        normalisation="sum",
    )  # fmt: skip
    step = newton_removal(problem, np.zeros(1))
    size, truth = float(abs(step[0])), float(abs(problem.oracle().gradient(step)[0]))
    bounds = theory.published_residual_bound(length, size, length * size, length)
    return truth / float(bounds.published), truth / float(bounds.amended)


def _real(name: str, ridge: float) -> tuple[float, float]:
    rows = {"breast_cancer": 28, "digits_3v8": 18, "wine_0v1": 6}[name]
    case = removal(name, rows, ridge, unit_rows=False)
    truth = np.linalg.norm(case.objective.gradient(case.removed)) * len(case.change)
    step, change = np.linalg.norm(case.removed - case.original), np.linalg.norm(case.change)
    bounds = theory.published_residual_bound(case.spectral_norm, step, change, case.longest)
    return float(truth / bounds.published), float(truth / bounds.amended)


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.4, 4.4), sharey=True)
    look: dict[str, Any] = {"linestyle": "-", "linewidth": 0.8}
    ink.points(left, 0, table["length"], table["one published"], mfc=ink.COLOURS[0], **look)
    ink.points(left, 0, table["length"], table["one amended"], "one row", **look)
    left.axvline(3 * np.sqrt(3), color="black", linestyle=":", label=r"length $3\sqrt{3}$")
    for k, name in enumerate(DATA, 1):
        part = table["data"] == name
        at = table["ridge"][part]
        ink.points(right, k, at, table["published"][part], mfc=ink.COLOURS[k], **look)
        ink.points(right, k, at, table["amended"][part], name, **look)
    for ax in (left, right):
        ax.axhline(1.0, color="black", linewidth=1.0, label="as bounded")
        ax.set(xscale="log", yscale="log")
    left.set(xlabel="length of the row", ylabel="residual / bound", title="one row")
    right.set(xlabel=r"ridge $\lambda$", title="real data")
    return ink.with_legend(figure, [left, right], 3)
