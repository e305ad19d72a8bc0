r"""What each sample has in gradient and Hessian, whatever the number of classes.

Sample i enters an objective through m logits :math:`J_i w` of its row: its margin
:math:`a_i\cdot w` in two classes (m = 1), :math:`Wx_i` in K (m = K).  So :math:`J_i=I_m\otimes
x_i^\top`, and the sample's loss has the gradient :math:`J_i^\top s_i` and the Hessian
:math:`J_i^\top S_iJ_i`: with :math:`s=\varphi'` and :math:`S=\varphi''`, or :math:`s=\pi-e_y` and
:math:`S=\mathrm{diag}\,\pi-\pi\pi^\top` (claim ``softmax_derivatives``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from logreg_unlearn.problem import logits as of_logits
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.rows import Rows
from logreg_unlearn.problem.softmax import SoftmaxObjective

AnyObjective: TypeAlias = Objective | SoftmaxObjective


@dataclass(frozen=True, eq=False)
class Samples:
    """The samples of an objective at a point; weights ``w (m*d,)`` are a matrix (m, d) by rows.

    Attributes
    ----------
    rows : ndarray (n, d)
        Signed rows of two classes, features of more.
    slopes : ndarray (n, m)
        Derivatives of the losses in the logits, without coefficients.
    """

    rows: Array
    slopes: Array

    def gradients(self, chunk: slice = slice(None)) -> Array:
        """Return the gradients (n, m*d) of the chosen samples' losses."""
        slopes, rows = self.slopes[chunk], self.rows[chunk]
        return (slopes[:, :, None] * rows[:, None, :]).reshape(len(rows), -1)

    def along(self, direction: Array) -> Array:
        """Return by how much the logits (n, m) change along ``direction (m*d,)``."""
        return np.asarray(self.rows @ self._matrix(direction).T)

    def gathered(self, slopes: Array) -> Array:
        """Return ``sum J_i' q_i``, shape (m*d,), of ``slopes`` q (n, m)."""
        return np.asarray((slopes.T @ self.rows).ravel())

    def leverages(self, inverse: Callable[[Array], Array]) -> Array:
        """Return the blocks ``J_i M J_i'``, shape (n, m, m), of a symmetric matrix M.

        Parameters
        ----------
        inverse : callable
            From columns (m*d, k) to M times them: asked for the logits' own columns where they
            are fewer than all, else for M whole.
        """
        (n, d), m = self.rows.shape, self.slopes.shape[1]
        if n * m < m * d:
            columns = np.zeros((m, d, n, m))
            for k in range(m):
                columns[k, :, :, k] = self.rows.T
            solved = inverse(columns.reshape(m * d, n * m)).reshape(m, d, n, m)
            return np.einsum("ij,kjil->ikl", self.rows, solved)
        whole = inverse(np.eye(m * d)).reshape(m, d, m, d)
        found = np.empty((n, m, m))
        for k in range(m):
            for other in range(k + 1):
                block = np.einsum("ij,ij->i", self.rows @ whole[k, :, other], self.rows)
                found[:, k, other] = found[:, other, k] = block
        return found

    def _matrix(self, w: Array) -> Array:
        return np.asarray(w).reshape(self.slopes.shape[1], -1)


def rows_of(objective: AnyObjective) -> Rows:
    """Return the rows (n, d) that gradients are made of: signed ones of two classes."""
    if isinstance(objective, SoftmaxObjective):
        return objective.features
    return objective.signed_features


def samples_of(objective: AnyObjective, w: Array) -> Samples:
    """Return the samples of an objective at ``w``."""
    if isinstance(objective, SoftmaxObjective):
        slopes = of_logits.slopes(objective.logits(w), objective.classes).T
        return Samples(objective.features, slopes)
    slopes = objective.loss.derivative(objective.margins(w))
    return Samples(np.asarray(objective.signed_features), slopes[:, None])


def curvatures(objective: AnyObjective, w: Array) -> Array:
    """Return the Hessians (n, m, m) of the losses in the logits, without coefficients."""
    if isinstance(objective, SoftmaxObjective):
        pi = of_logits.probabilities(objective.logits(w)).T
        return pi[:, :, None] * (np.eye(objective.count) - pi[:, None, :])
    return np.asarray(objective.loss.curvature(objective.margins(w))[:, None, None])


def collapsed(objective: AnyObjective) -> AnyObjective:
    """Merge equal samples into one with the summed coefficient, as `Objective.collapse`."""
    if isinstance(objective, Objective):
        return objective.collapse()
    parts = [objective.features, objective.classes[:, None]]
    if objective.offset is not None:
        parts.append(objective.offset)
    # + 0.0 makes -0.0 equal to 0.0, as they are the same number in the objective
    _, first, inverse = np.unique(
        np.column_stack(parts) + 0.0, axis=0, return_index=True, return_inverse=True
    )
    summed = np.zeros(len(first))
    np.add.at(summed, inverse.ravel(), objective.coefficients)
    return replace(objective.with_rows(first), coefficients=summed)


def ridge_gradient(objective: AnyObjective, w: Array) -> Array:
    """Return the gradient of the ridge term."""
    if isinstance(objective, SoftmaxObjective):
        return objective.ridge_gradient(w)
    return np.asarray(objective.ridge_diagonal * w)


def contrasts(objective: AnyObjective) -> int:
    """Return how many logits of a sample say anything: all K of them changed alike say nothing."""
    return objective.count - 1 if isinstance(objective, SoftmaxObjective) else 1
