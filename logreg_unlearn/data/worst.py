r"""The forget set of a size whose removal is certified to move the model farthest, greedily.

With ``w`` the fitted weights, ``a_i = y_i x_i``, ``L_R`` the retrained objective on ``n_R`` rows,

.. math:: n_R\nabla L_R(w) = n\nabla L_D(w) - \sum_{i\in F} u_i,\qquad
          u_i = \varphi'(a_i\cdot w)\,a_i + \lambda w ,

and ``distance_sandwich`` gives :math:`\|\nabla L_R(w)\|/L\le\|w-w_R\|\le\|\nabla L_R(w)\|/\lambda`,
where L = λ + sup φ'' · ‖X‖₂²/n_R serves every set of that size.  So for a given size both certified
distances order sets by :math:`\|n\nabla L_D(w)-\sum_F u_i\|`.  Each greedy step adds the row that
makes it largest: what the set reaches is a lower bound of what the worst one of that size does.
Of more classes :math:`u_i` is the same with the gradient of the row's loss.
Of a loss whose curvature has no bound the upper bound alone remains, and the order is the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from logreg_unlearn.data.fitted import FittedClasses, FittedModel

Array = NDArray[np.float64]


def pulls(features: Array, labels: Array, model: FittedModel | FittedClasses) -> Array:
    """Return ``u_i`` of every row, shape (n, d): its share of the gradient at the fitted model."""
    return model.gradients(features, labels) + model.ridge * model.w


def worst_rows(
    features: Array, labels: Array, model: FittedModel | FittedClasses, size: int
) -> NDArray[np.intp]:
    """Choose rows one by one, each the one that makes the certified distance largest.

    Parameters
    ----------
    features : (n, d) array
    labels : (n,) array of -1 and +1, or of the numbers of classes
    model : FittedModel or FittedClasses
    size : int in 1 ... n - 1

    Returns
    -------
    (size,) int array
        In the order chosen, ties to the earlier row: a smaller set is the beginning of a larger.
    """
    u = pulls(features, labels, model)
    own = np.einsum("ij,ij->i", u, u)
    # |s + u_j|^2 = |s|^2 + 2 s.u_j + |u_j|^2, and s.u_j changes by u_j.u_k: one product a step
    along = u @ -u.sum(axis=0)
    chosen = np.empty(size, dtype=np.intp)
    free = np.ones(len(u), dtype=bool)
    for k in range(size):
        gain = np.where(free, 2.0 * along + own, -np.inf)
        chosen[k] = pick = np.argmax(gain)
        free[pick] = False
        along += u @ u[pick]
    return chosen
