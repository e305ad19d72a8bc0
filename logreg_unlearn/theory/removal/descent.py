"""How far a deletion moves the minimum, and gradient steps after it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check


class Sensitivity(NamedTuple):
    """Bounds on ``|w_D - w_R|``: before anything is solved, and from the original."""

    prior: Array
    posterior: Array


class DescentBound(NamedTuple):
    """Distance to the oracle after one request, and over any number of them."""

    request: Array
    stream: Array


class RewindBound(NamedTuple):
    """Distance to the same training without F: strongly convex, and for any smooth loss."""

    convex: Array
    published: Array


def deletion_sensitivity(
    forget_length: ArrayLike,
    retain_length: ArrayLike,
    gradient_norm: ArrayLike,
    fraction: ArrayLike,
    ridge: ArrayLike,
) -> Sensitivity:
    r"""Bound how far a deletion moves the minimum.

    Setting: mean convention, convex loss with slopes at most 1.
    Statement: ``|w_D - w_R| <= f (mean_F |x| + mean_R |x|)/ridge``, at most ``2 n_F G/(n ridge)``;
    and ``|w_D - w_R| <= f/(1 - f) |grad l_F(w_D) + ridge w_D|/ridge``, which is
    ``|grad L_R(w_D)|/ridge``.
    Kind: upper, with the best constants.  Source: beyond the paper (the constants of Neel et al.,
    arXiv 2007.02923, are for one row).

    Parameters
    ----------
    forget_length, retain_length : array_like
        Means of ``|x_i|`` over F and over R.
    gradient_norm : array_like
        ``|grad l_F(w_D) + ridge w_D|`` at the original.
    fraction : array_like
        ``f`` in (0, 1).
    """
    out = check.nonnegative("forget_length", forget_length)
    kept = check.nonnegative("retain_length", retain_length)
    norm = check.nonnegative("gradient_norm", gradient_norm)
    f, strength = check.fraction("fraction", fraction), check.positive("ridge", ridge)
    with np.errstate(over="ignore"):
        return Sensitivity(f * (out + kept) / strength, f / (1 - f) * norm / strength)


def descent_to_delete(
    distance: ArrayLike,
    sensitivity: ArrayLike,
    ridge: ArrayLike,
    smoothness: ArrayLike,
    steps: ArrayLike,
) -> DescentBound:
    r"""Bound the distance to the oracle after the K gradient steps that contract most.

    Setting: steps of size ``2/(smoothness + ridge)`` down ``L_R`` from weights within
    ``distance`` of the original, ``sensitivity >= |w_D - w_R|``.
    Statement: ``|w - w_R| <= c^K (distance + sensitivity)``,
    ``c = (smoothness - ridge)/(smoothness + ridge)``; and after any number of requests answered
    so, the first from the original, at most ``c^K sensitivity/(1 - c^K)``.
    Kind: upper, with the best constants.  Source: Neel et al., arXiv 2007.02923, amended.

    Parameters
    ----------
    distance, sensitivity : array_like
        Infinite where nothing is known.
    steps : array_like
        ``K >= 0``.
    """
    far, moved = check.bound("distance", distance), check.bound("sensitivity", sensitivity)
    low, high = curvatures(ridge, smoothness)
    k = check.count("steps", steps, 0)
    with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
        gone = 2 * (low / high) / (1 + low / high)  # 1 - c
        shrink = power(gone, k)
        request, stream = shrink * (far + moved), shrink * moved / without(gone, k)
    # a contraction to 0 of what is not known, and none of what is 0
    unknown = np.isinf(far + moved)
    still = np.where(np.broadcast_to(moved, np.shape(stream)) == 0, 0.0, np.inf)
    return DescentBound(
        np.where(unknown, np.inf, request), np.where(np.isnan(stream), still, stream)
    )


def rewind_to_delete(
    gap: ArrayLike,
    fraction: ArrayLike,
    step_size: ArrayLike,
    trained: ArrayLike,
    rewound: ArrayLike,
    ridge: ArrayLike,
    smoothness: ArrayLike,
) -> RewindBound:
    r"""Bound the distance between rewinding and training without F from the same start.

    Setting: ``trained`` steps down ``L_D``, then ``K = rewound`` down ``L_R``, against as many
    down ``L_R``, all of size ``eta`` from one start.
    Statement: they end within ``eta gap c^K (1 - c^trained)/(1 - c)`` of each other, which for
    ``eta <= 1/smoothness`` is ``gap/ridge c^K (1 - c^trained)``.  The published
    ``gap/smoothness ((1 + eta smoothness/(1 - f))^trained - 1) (1 + eta smoothness)^K``, for any
    smooth loss, follows, and so does it without the ``1 - f``.
    Kind: upper; the first attained in the limit.  Source: Mu and Klabjan, arXiv 2409.09778.

    Parameters
    ----------
    gap : array_like
        Bound on ``|grad(L_R - L_D)|`` at any weights.
    trained, rewound : array_like
        ``>= 0``.
    """
    moved, f = check.nonnegative("gap", gap), check.fraction("fraction", fraction)
    eta = check.positive("step_size", step_size)
    first, last = check.count("trained", trained, 0), check.count("rewound", rewound, 0)
    low, high = curvatures(ridge, check.positive("smoothness", smoothness))
    with np.errstate(all="ignore"):
        gone = closer(eta, low, high)
        added = np.where(gone == 0, first, without(gone, first) / np.where(gone == 0, 1, gone))
        convex = eta * moved * power(gone, last) * added
        grown = np.expm1(first * np.log1p(eta * high / (1 - f)))
        published = moved / high * grown * (1 + eta * high) ** last
    # nothing moved; or 0 times an overflow, of which nothing is known
    none = np.broadcast_to((moved == 0) | (first == 0), np.shape(published))
    return RewindBound(*(np.where(none, 0.0, np.where(np.isnan(each), np.inf, each))
                         for each in (convex, published)))  # fmt: skip


def curvatures(ridge: ArrayLike, smoothness: ArrayLike) -> tuple[Array, Array]:
    """Return both, refusing a smoothness below the ridge."""
    low, high = check.positive("ridge", ridge), check.bound("smoothness", smoothness)
    below, above = np.broadcast_arrays(low, high)
    if (wrong := above < below).any():
        raise ValueError(
            f"expected smoothness at least the ridge, got {above[wrong].flat[0]} below "
            f"{below[wrong].flat[0]}"
        )
    return low, high


def closer(eta: Array, low: Array, high: Array) -> Array:
    """Return ``1 - c``, ``c`` the factor by which a gradient step brings any two models closer.

    Of ``c`` itself next to 1 too few digits would be left; negative where it exceeds 1.
    """
    return np.where(eta * (high + low) <= 2, eta * low, 2 - eta * high)


def power(gone: Array, k: Array) -> Array:
    """Return ``c^k`` by ``1 - c``."""
    return np.where(k == 0, 1.0, np.exp(k * np.log1p(-gone)))


def without(gone: Array, k: Array) -> Array:
    """Return ``1 - c^k`` by ``1 - c``."""
    return np.where(k == 0, 0.0, -np.expm1(k * np.log1p(-gone)))
