"""All blocks together: what lifts add up to, and how close descent-ascent can end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.single_coordinate.minimisers import minimisers

_SHARES_TOLERANCE = 1e-9


def lift_conservation(share: ArrayLike, lift: ArrayLike) -> Array:
    """The mean lift ``sum_j p_j rho_j``: the forgotten mass that lies in retained blocks.

    Setting: all blocks.  Statement: it is 1 when every forgotten sample lies in a block that
    keeps retained samples, so lifts at most 1 in all blocks are 1 in all blocks.  Kind: sharp.
    Source: beyond the paper.

    Parameters
    ----------
    share : array_like (..., d)
        Retain shares ``p_j > 0``; their sum over the last axis is at most 1.
    lift : array_like (..., d)
        ``rho_j >= 0``.

    Returns
    -------
    array (...)
        1 less the share of forgotten samples that lie in no such block.
    """
    p = _shares(share)
    return np.sum(p * check.nonnegative("lift", lift), axis=-1)


@dataclass(frozen=True)
class Closeness:
    """Distance of descent-ascent's limit from the oracle, over that of the original.

    Attributes
    ----------
    ratio : array
        Infinite where descent-ascent diverges, or where the original is the oracle.
    bound : array
        ``1 / (f sqrt(d))``: the ratio is above it.
    """

    ratio: Array
    bound: Array


def vector_level_closeness(
    share: ArrayLike,
    lift: ArrayLike,
    ridge: ArrayLike,
    fraction: ArrayLike,
    loss: str = "exponential",
) -> Closeness:
    """How close descent-ascent can end to the oracle over all blocks together.

    Setting: d blocks, every forgotten sample in one of them.  Statement: for every ridge, and
    for the exponential and the logistic loss, ``||w_DA - w_R|| > ||w_D - w_R|| / (f sqrt(d))``;
    the constant cannot be improved.  Hence with ``f <= 1/sqrt(d)`` descent-ascent always ends
    farther from the oracle than the original.  Kind: lower.  Source: beyond the paper.

    Parameters
    ----------
    share, lift : array_like (..., d)
        As for :func:`lift_conservation`.
    ridge, fraction : array_like (...)
        ``lambda > 0``, and ``f``.
    """
    p, rho = conserved(share, lift)
    f = check.fraction("fraction", fraction)
    strength = p / check.positive("ridge", ridge)[..., None]
    where = minimisers(strength, rho, f[..., None], loss)
    return closeness_of(where.oracle, where.original, where.descent_ascent, f)


def conserved(share: ArrayLike, lift: ArrayLike) -> tuple[Array, Array]:
    """Return shares and lifts of blocks that hold every forgotten sample.

    Raises
    ------
    ValueError
        As :func:`lift_conservation`, and unless the mean lift is 1.
    """
    mean = lift_conservation(share, lift)
    if np.any(np.abs(mean - 1.0) > _SHARES_TOLERANCE):
        raise ValueError(f"expected share * lift to sum to 1, got {np.ravel(mean)[0]}")
    return _shares(share), check.numbers("lift", lift)


def closeness_of(oracle: Array, original: Array, unlearned: Array, fraction: Array) -> Closeness:
    """Return the ratio of distances over the blocks (..., d), and its bound."""
    far = np.linalg.norm(unlearned - oracle, axis=-1)
    near = np.linalg.norm(original - oracle, axis=-1)
    same = near == 0.0
    ratio = np.where(same, np.inf, far / np.where(same, 1.0, near))
    return Closeness(ratio[()], (1.0 / (fraction * np.sqrt(oracle.shape[-1])))[()])


def _shares(share: ArrayLike) -> Array:
    p = check.positive("share", share)
    total = np.sum(np.atleast_1d(p), axis=-1)
    if p.ndim == 0 or np.any(total > 1.0 + _SHARES_TOLERANCE):
        raise ValueError(
            f"expected an axis of shares that sum to at most 1, got {np.ravel(total)[0]}"
        )
    return p
