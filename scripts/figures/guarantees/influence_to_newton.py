"""Where one row goes, the influence step falls short by exactly its leverage."""

import numpy as np

from logreg_unlearn.data import real
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import guarantees as theory

from .. import ink

DATA = ("breast_cancer", "wine_0v1", "anes96")
CAPTION = (
    "Length of the Newton step over that of the influence step when one row is removed (sum "
    "convention), for rows of real data at ridge 1 and below, against the row's leverage at "
    "the original. Every row lies on the curve, and a row of high leverage is removed by the "
    "influence step only in part."
)


def compute(quick: bool = False) -> ink.Table:
    """Return leverages and ratios of the two steps, row by row."""
    rows = []
    for name in DATA:
        data = real.load(name)
        for ridge in (1.0, 1e-2):
            whole = UnlearningProblem(
                data.features, data.labels, np.arange(len(data.labels)) < 1, ridge=ridge,
                normalisation="sum",
            ).original()  # fmt: skip
            w = minimise(whole).w
            hessian, bends = whole.hessian(w), whole.loss.curvature(whole.margins(w))
            solved = np.linalg.solve(hessian, whole.signed_features.T).T
            leverage = bends * np.einsum("ij,ij->i", whole.signed_features, solved)
            for i in np.argsort(leverage)[:: -(20 if quick else 5)]:
                a = whole.signed_features[i]
                newton = np.linalg.solve(hessian - bends[i] * np.outer(a, a), a)
                ratio = np.linalg.norm(newton) / np.linalg.norm(solved[i])
                rows.append((name, float(leverage[i]), float(ratio)))
    return ink.columns(("data", "leverage", "ratio"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.4, 4.4))
    h = np.linspace(0, min(0.97, table["leverage"].max() * 1.05), 300)
    ink.curve(ax, 3, h, theory.influence_to_newton(h), r"theory: $1/(1-h)$", color="black")
    for k, name in enumerate(DATA):
        part = table["data"] == name
        ink.points(ax, k, table["leverage"][part], table["ratio"][part], name)
    ax.set(xlabel=r"leverage $h$ of the row", ylabel="Newton step / influence step", yscale="log")
    ax.legend(loc="upper left")
    return figure
