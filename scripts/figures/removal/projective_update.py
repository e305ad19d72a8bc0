"""The part of a Newton step along the forgotten rows: all of it once they span the space."""

import numpy as np

from logreg_unlearn.data import real
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.removal import influence_removal, newton_removal
from logreg_unlearn.unlearn.removal.subspace import projective_update

from .. import ink

DATA, RIDGE = "breast_cancer", 0.01
CAPTION = (
    f"{DATA} (31 columns), sum convention, ridge {RIDGE:g} for each row: distance to the oracle "
    "over the original's for random forget sets of growing size, after the projective update, the "
    "influence step and the Newton step. The fewer the rows, the more of the way the projection "
    "leaves undone; from 31 rows on (dotted) it is the Newton step."
)


def compute(quick: bool = False) -> ink.Table:
    """Return relative distances over the number of forgotten rows."""
    data = real.load(DATA)
    n = len(data.labels)
    order = np.random.default_rng(0).permutation(n)
    rows = []
    for forgotten in range(1, 48, 10 if quick else 2):
        problem = UnlearningProblem(
            data.features, data.labels, order < forgotten, ridge=RIDGE * n, normalisation="sum"
        )
        w, oracle = minimise(problem.original()).w, minimise(problem.oracle()).w
        ends = (projective_update(problem, w).w, influence_removal(problem, w),
                newton_removal(problem, w))  # fmt: skip
        before = np.linalg.norm(w - oracle)
        rows.append((forgotten, *(np.linalg.norm(end - oracle) / before for end in ends)))
    return ink.columns(("forgotten", "projective", "influence", "newton"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.4, 4.4))
    labels = {"projective": "projective update", "influence": "influence", "newton": "Newton step"}
    for k, (name, label) in enumerate(labels.items()):
        ink.points(ax, k, table["forgotten"], table[name], label)
    ax.axvline(31, color="black", linestyle=":", label="as many rows as columns")
    ax.set(yscale="log", xlabel="rows forgotten", ylabel=ink.RATIO)
    return ink.with_legend(figure, ax, 2)
