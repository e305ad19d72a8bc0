"""The worst case published for one row fails for sets."""

import numpy as np

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.theory import removal as theory

from .. import ink

CAPTION = (
    "Half of n rows 1 kept, the other half, rows -1, forgotten; ridge 1 for each row: what one "
    "Newton step leaves of the gradient, the bound published for one row, and the one for sets. "
    "The residual grows with the set while the published line falls with n."
)


def compute(quick: bool = False) -> ink.Table:
    """Return residual and bounds over the number of rows."""
    rows = []
    for half in np.unique(np.geomspace(1, 1000, 8 if quick else 25).astype(int)):
        kept = Objective(np.ones((half, 1)), np.ones(half), float(half))
        zero = np.zeros(1)
        step = -kept.gradient(zero) / kept.hessian(zero)[0]
        bounds = theory.worst_case_residual(half, half, 1.0, 1.0)
        residual = abs(float(kept.gradient(step)[0]))
        rows.append((2 * half, residual, float(bounds.amended), float(bounds.published)))
    return ink.columns(("rows", "residual", "amended", "published"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.4, 4.4))
    ink.curve(ax, 0, table["rows"], table["published"], "published, for one row")
    ink.curve(ax, 1, table["rows"], table["amended"], "for sets")
    ink.points(ax, 2, table["rows"], table["residual"], "residual")
    ax.set(xscale="log", yscale="log", xlabel="rows n, half of them forgotten")
    ax.set_ylabel("norm of the gradient left (sum)")
    return ink.with_legend(figure, ax, 3)
