"""The accuracy on a random forget set, and the two losses that cancel."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check


def random_forget_accuracy(deviation: ArrayLike, forget_size: ArrayLike) -> Array:
    r"""Probability that the oracle's forget accuracy misses its test accuracy.

    Setting: samples i.i.d.; a split into ``R`` and ``F`` that looks at no sample; an oracle
    that is a function of ``R`` and of randomness of its own.  ``Acc_T`` is its accuracy under
    the law of the samples, ``Acc_F`` its accuracy on ``F``.  The probability is over the draw
    of the samples as well as of the split: given the whole data set, ``F`` is what ``R``
    leaves over, and no such bound holds.
    Statement: ``P(|Acc_T - Acc_F| >= eps) <= 2 exp(-2 n_F eps^2)``.
    Kind: upper.  Source: paper, Lemma 1.

    Parameters
    ----------
    deviation : array_like
        ``eps >= 0``.
    forget_size : array_like
        ``n_F >= 1``, broadcast against ``deviation``.

    Returns
    -------
    array
        The bound, cut at 1.
    """
    eps, size = check.nonnegative("deviation", deviation), check.count("forget_size", forget_size)
    return np.minimum(1.0, 2 * np.exp(-2 * size * eps**2))


def forget_size_for(deviation: ArrayLike, failure: ArrayLike) -> Array:
    """Smallest forget set for which :func:`random_forget_accuracy` is at most ``failure``.

    Parameters
    ----------
    deviation : array_like
        ``eps > 0``.
    failure : array_like
        Probability in (0, 1), broadcast against ``deviation``.

    Returns
    -------
    array
        ``ceil(log(2/failure)/(2 eps^2))``, whole numbers as floats.
    """
    eps, probability = check.positive("deviation", deviation), check.fraction("failure", failure)
    size = np.maximum(1.0, np.ceil(np.log(2 / probability) / (2 * eps**2)))
    # the division rounds: where the bound is missed by that, one more sample is needed
    return size + (random_forget_accuracy(eps, size) > probability)


def random_cancellation(losses: ArrayLike, forget_size: ArrayLike) -> Array:
    r"""Variance of ``l_R(w) - l_F(w)`` over uniformly random forget sets.

    Setting: a fixed ``w`` that does not depend on ``F``; ``F`` uniform over the subsets of
    ``n_F`` of the ``n`` samples; ``l_R``, ``l_F`` mean losses over retain and forget set.
    Statement: ``E[l_R - l_F] = 0``, so the expected descent-ascent objective is the ridge
    alone, ``(ridge/2)|w|^2``, whose minimiser has forgotten everything; and
    ``Var[l_R - l_F] = S^2 n/(n_R n_F)``, with ``S^2`` the (n-1)-normalised variance of the
    losses.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    losses : (..., n) array_like
        Losses of the ``n >= 2`` samples at ``w``, finite.
    forget_size : array_like
        ``n_F``, 1 to n - 1, broadcast against the leading axes.

    Returns
    -------
    (...) array
        The variance, in squared units of the losses.
    """
    values = check.real("losses", losses, 1)
    factor = finite_population("losses", values.shape, values.shape[-1], forget_size)
    return np.asarray(np.var(values, axis=-1, ddof=1) * factor)


def finite_population(name: str, shape: tuple[int, ...], n: int, forget_size: ArrayLike) -> Array:
    """Return ``n/(n_R n_F)`` for a forget set that leaves something of ``n >= 2`` samples."""
    if n < 2:
        raise ValueError(f"expected {name} of at least 2 samples, got shape {shape}")
    size = check.count("forget_size", forget_size)
    check.require("forget_size", size, f"below the {n} samples", lambda v: v < n)
    return np.asarray(n / ((n - size) * size))
