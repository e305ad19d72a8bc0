"""Rows scored by the influence matrix of a fitted model.

The **influence matrix** of a fitted model is ``K_ij = phi'(z_i) phi'(z_j) a_i . H^{-1} a_j`` with
``a_i = y_i x_i``: what removing row j does to the loss of row i, to first order and up to 1/n.  Of
more classes ``g_i . H^{-1} g_j`` with the gradients of the rows' losses, which says the same.
Its principal components are those of its centred rows (paper, Appendix K).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from logreg_unlearn.data.fitted import FittedClasses, FittedModel

Array = NDArray[np.float64]


def influence_scores(
    features: Array, labels: Array, model: FittedModel | FittedClasses, component: int
) -> Array:
    """Score each row on a principal component of the influence matrix.

    The sign makes the score of largest magnitude positive; the matrix itself is never formed.

    Parameters
    ----------
    features, labels, model
        As in `forget_set`.
    component : int >= 0
        0 for the first.

    Returns
    -------
    (n,) array

    Raises
    ------
    ValueError
        Where the matrix has no such component: its rank is too small.
    """
    half = model.whitened(features, labels)
    # K = half half', so its centred rows have the singular values of (centred half) R' with
    # half = Q R: a matrix of as many columns as weights.
    triangle = np.asarray(np.linalg.qr(half, mode="r"))
    centred = (half - half.mean(axis=0)) @ triangle.T
    left, singular, _ = np.linalg.svd(centred, full_matrices=False)
    floor = len(half) * np.finfo(float).eps * singular[0]
    rank = int(np.sum(singular > floor))
    if component >= rank:
        raise ValueError(
            f"expected an influence matrix of rank at least {component + 1}, got rank {rank}"
        )
    scores: Array = left[:, component] * singular[component]
    return scores if scores[np.argmax(np.abs(scores))] > 0.0 else -scores
