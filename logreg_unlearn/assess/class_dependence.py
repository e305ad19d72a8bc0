"""How the forget set depends on the retain set, of a softmax problem.

As of two classes, with the matrices ``(e_y - 1/K) x'`` (K, d) in place of the signed rows and the
gradients ``(pi - e_y) x'`` in place of ``phi' a``: a lift for each class and column.
"""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem import logits as of_logits
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.softmax import SoftmaxObjective


def mean_signed(problem: SoftmaxProblem, rows: Array) -> Array:
    """Return the weighted mean (K*d,) of ``(e_y - 1/K) x'`` over the chosen rows."""
    shares, classes = problem.shares(rows), problem.classes[rows]
    slopes = np.full((problem.count, len(classes)), -1.0 / problem.count)
    slopes[classes, np.arange(len(classes))] += 1.0
    return np.asarray(((slopes * shares) @ problem.features[rows]).ravel())


def mean_gradient(problem: SoftmaxProblem, w: Array, rows: Array) -> Array:
    """Return the weighted mean (K*d,) of the samples' gradients, without ridge."""
    chosen = problem.original().with_rows(rows)
    return chosen.with_coefficients(problem.shares(rows), 0.0).gradient(w)


def gradients(
    objective: SoftmaxObjective, w: Array, chunk: slice, factors: Array | float = 1.0
) -> Array:
    """Return the gradients (m, K*d) of the chosen samples' losses, times factors (m,)."""
    slopes = of_logits.slopes(objective.logits(w, chunk), objective.classes[chunk])
    slopes *= factors
    outer = slopes.T[:, :, None] * objective.features[chunk][:, None, :]
    return np.asarray(outer.reshape(len(outer), -1))


def influence_triangle(objective: SoftmaxObjective, w: Array, root: Array, mass: Array) -> Array:
    """Return a triangle T with ``T'T`` the Gram matrix of ``sqrt(mass) g_i' root`` over the rows.

    ``root (p, p)`` is a root of the inverse Hessian.  The rows are reduced chunk by chunk: no
    n x p array is formed.
    """
    count, (n, d) = objective.count, objective.features.shape
    triangle: Array = np.zeros((0, count * d))
    size = max(count * d, 256)
    for first in range(0, n, size):
        chunk = slice(first, first + size)
        rows = gradients(objective, w, chunk, np.sqrt(mass[chunk])) @ root
        triangle = np.asarray(np.linalg.qr(np.vstack([triangle, rows]), mode="r"))
    return triangle
