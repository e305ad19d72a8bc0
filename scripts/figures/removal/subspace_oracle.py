"""Minimising in the directions of the forgotten rows is never worse than a Newton step."""

import numpy as np

from logreg_unlearn.assess.distance import excess_risk
from logreg_unlearn.data import real
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.removal import newton_removal
from logreg_unlearn.unlearn.removal.subspace import subspace_oracle

from .. import ink

DATA, RIDGE = "breast_cancer", 0.001
CAPTION = (
    f"{DATA}, mean convention, ridge {RIDGE:g}, the rows that the original is least sure of "
    "forgotten: excess retain risk of the original, of the Newton step and of the subspace oracle. "
    "The last is never above the Newton step, and mostly several times below."
)


def compute(quick: bool = False) -> ink.Table:
    """Return excess risks over the number of forgotten rows."""
    data = real.load(DATA)
    whole = UnlearningProblem(
        data.features, data.labels, np.arange(len(data.labels)) < 1, ridge=RIDGE
    ).original()
    w = minimise(whole).w
    order = np.argsort(np.argsort(whole.margins(w)))
    rows = []
    for forgotten in range(1, 26, 8 if quick else 1):
        problem = UnlearningProblem(data.features, data.labels, order < forgotten, ridge=RIDGE)
        oracle, objective = minimise(problem.oracle()).w, problem.oracle()
        ends = (w, newton_removal(problem, w), subspace_oracle(problem, w).w)
        rows.append((forgotten, *(float(excess_risk(objective, end, oracle)) for end in ends)))
    return ink.columns(("forgotten", "original", "newton", "subspace"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.4, 4.4))
    labels = {"original": "original", "newton": "Newton step", "subspace": "subspace oracle"}
    for k, (name, label) in enumerate(labels.items()):
        ink.points(ax, k, table["forgotten"], table[name], label)
    ax.set(yscale="log", xlabel="rows forgotten", ylabel="excess retain risk")
    return ink.with_legend(figure, ax, 3)
