"""Gradients over random forget sets, and how far a stationary point of descent-ascent can be."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.random_sets.losses import finite_population

LIPSCHITZ = 1.1
"""Of ``z/(1 + e^z)``: its slope is at most 1.09984, and 11/10 has a short proof."""


def random_gradient(gradients: ArrayLike, forget_size: ArrayLike) -> Array:
    r"""Mean square of ``|grad(l_R - l_F)(w)|`` over uniformly random forget sets.

    Setting: a fixed ``w``, ``F`` uniform over the subsets of ``n_F`` of the ``n`` samples.
    Statement: ``grad(l_R - l_F)(w)`` has mean 0 and covariance ``k S^2``, ``k = n/(n_R n_F)``,
    ``S^2`` the (n-1)-normalised covariance of the sample gradients at ``w``; its mean square is
    ``k tr S^2``.  Strong ridge: ``E|ridge w_DA|^2 -> phi'(0)^2 k tr Cov(a)``.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    gradients : (..., n, d) array_like
        Gradients of the sample losses at ``w``, ``phi'(a_i.w) a_i``, n >= 2.
    forget_size : array_like
        ``n_F``, 1 to n - 1, broadcast against the leading axes.

    Returns
    -------
    (...) array
    """
    rows = check.real("gradients", gradients, 2)
    factor = finite_population("gradients", rows.shape, rows.shape[-2], forget_size)
    return np.asarray(np.sum(np.var(rows, axis=-2, ddof=1), axis=-1) * factor)


def stationary_norm(
    row_norms: ArrayLike, forget_size: ArrayLike, ridge: ArrayLike, failure: ArrayLike
) -> Array:
    r"""A norm that no stationary point of descent-ascent exceeds, but for a small probability.

    Setting: logistic loss, mean convention, F uniform of size ``n_F``.
    Statement: every stationary point has ``ridge |w_DA| = |grad(l_R - l_F)(w_DA)|``.  With
    ``r^2`` the mean of ``|a_i|^2`` and
    ``T = 8.8 r n / (ridge max(n_R sqrt(n_F), n_F sqrt(n_R)))``, with probability at least
    ``1 - failure`` all of them have ``|w_DA| <= T/sqrt(failure)``; the mean of the largest is at
    most ``2 T``.  So descent-ascent erases the model at the rate ``1/(ridge sqrt(n_F))``, in any
    dimension.  Kind: upper (by a factor of ten and more above what is seen).
    Source: beyond the paper.

    Parameters
    ----------
    row_norms : (..., n) array_like
        ``|x_i| >= 0`` of the n >= 2 samples.
    failure : array_like
        Probability in (0, 1).

    Returns
    -------
    (...) array
        ``T/sqrt(failure)``.
    """
    check.real("row_norms", row_norms, 1)
    norms = check.nonnegative("row_norms", row_norms)
    n = norms.shape[-1]
    finite_population("row_norms", norms.shape, n, forget_size)
    gone = check.count("forget_size", forget_size)
    left = n - gone
    size = np.maximum(left * np.sqrt(gone), gone * np.sqrt(left))
    strength = check.positive("ridge", ridge)
    reach = 8 * LIPSCHITZ * np.sqrt(np.mean(norms**2, axis=-1)) * n / (strength * size)
    return np.asarray(reach / np.sqrt(check.fraction("failure", failure)))
