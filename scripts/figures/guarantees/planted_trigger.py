"""A planted trigger is exactly 0 in the oracle; descent-ascent turns it against itself."""

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import guarantees as theory

from .. import ink
from .._solving import real_problem

DATA = ("breast_cancer", "anes96", "wine_0v1")
FRACTION = 0.1
CAPTION = (
    "Weight of a trigger that was planted in the tenth of the rows to forget (logistic loss, mean "
    "convention): in the original, above 0, and where descent-ascent ends, below; alone (lines: "
    "closed form) and beside the columns of real data (points: solver). The oracle's weight is 0, "
    "from which descent-ascent is the farther in every case, and no attack that only fires the "
    "trigger can tell."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the trigger's weight at the three minima of real problems."""
    rows = []
    for name in DATA:
        for ridge in np.geomspace(1e-2, 1, 3 if quick else 7):
            rows.append((name, ridge, *_weights(name, float(ridge))))
    return ink.columns(("data", "ridge", "oracle", "original", "descent-ascent"), rows)


def _weights(name: str, ridge: float) -> tuple[float, float, float]:
    problem = real_problem(name)
    column: Array = np.where(problem.forget, problem.labels, 0.0)
    planted = UnlearningProblem(
        np.column_stack([problem.features, column]), problem.labels, problem.forget, ridge=ridge
    )
    original, oracle = minimise(planted.original()).w, minimise(planted.oracle()).w
    ended = minimise(planted.descent_ascent(), start=original).w
    return float(oracle[-1]), float(original[-1]), float(ended[-1])


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.8, 4.8))
    ridge = np.geomspace(table["ridge"].min(), table["ridge"].max(), 200)
    alone = theory.planted_trigger(FRACTION, ridge)
    ink.curve(ax, 3, ridge, alone.original, "original, alone", color="black", linestyle="-")
    label = "descent-ascent, alone"
    ink.curve(ax, 4, ridge, alone.descent_ascent, label, color="black", linestyle="--")
    for k, name in enumerate(DATA):
        part = table["data"] == name
        at = table["ridge"][part]
        ink.points(ax, k, at, table["original"][part], f"original, {name}")
        label = f"descent-ascent, {name}"
        ink.points(ax, k, at, table["descent-ascent"][part], label, mfc=ink.COLOURS[k])
    ax.axhline(0.0, color="black", linewidth=0.8)
    ax.set_yscale("symlog", linthresh=0.01)
    ax.set(xscale="log", xlabel=r"ridge $\lambda$", ylabel="weight of the trigger")
    return ink.with_legend(figure, ax, 2)
