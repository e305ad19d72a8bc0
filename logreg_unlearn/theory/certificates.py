r"""Distance from any weights to a retrained optimum that nobody has computed.

All bounds need the retain objective alone: ``J = sum c_i phi(a_i.w + o_i) + ridge/2 |w|^2``
with ``c_i >= 0`` (the oracle's: ``c_i = 1/n_R`` on the retain set), its gradient ``g`` and,
for the tighter ones, its Hessian ``H`` at the weights in question.  With ``w*`` its minimiser
and ``D = w* - w``::

    |g|/L <= |D| <= |g|/ridge,                        L = ridge + spectral_norm^2/(4 n_R)
    |step|_H x/(e^x - 1) <= |D|_H <= |step|_H x/(1 - e^-x),   x >= max_i |a_i.D|

A gradient computed in floating point carries its own error: next to an optimum, where
``|g|`` is of the order of rounding, add that error to ``|g|`` for the upper bounds and take
it off for the lower ones.

Parameters, everywhere: ``ridge > 0``, the strong convexity; ``gradient_norm`` ``|g|``,
``newton_norm`` ``|step|_H = sqrt(g'H^-1 g)`` and other norms >= 0 and finite; ``margin_change``
``x >= 0``, infinite where nothing is known.  They are array_like and broadcast.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check

HELP, UNDECIDED, HARM = -1, 0, 1

# Both factors of kappa come rounded, and near kappa = 1 the bound is -log of what is left.
_GUARD = 1 + 64 * np.finfo(float).eps


class Sandwich(NamedTuple):
    """A lower and an upper bound on one distance."""

    lower: Array
    upper: Array


def logistic_smoothness(
    spectral_norm: ArrayLike, ridge: ArrayLike, retain_size: ArrayLike
) -> Array:
    """Largest curvature of the oracle's logistic objective, ``ridge + s^2/(4 n_R)``.

    Parameters
    ----------
    spectral_norm : array_like
        Upper bound ``s >= 0`` on the spectral norm of the retained features (n_R, d); an
        iterative estimate from below would make the lower distance bound too large.
    retain_size : array_like
        ``n_R >= 1``; 1 for the sum convention.
    """
    norm, size = (
        check.nonnegative("spectral_norm", spectral_norm),
        check.count("retain_size", retain_size),
    )
    return np.asarray(check.positive("ridge", ridge) + norm**2 / (4 * size))


def distance_sandwich(
    gradient_norm: ArrayLike, ridge: ArrayLike, smoothness: ArrayLike = np.inf
) -> Sandwich:
    r"""Bound the Euclidean distance to the minimiser by the gradient's norm.

    Setting: any weights ``w`` and a convex objective whose Hessian lies between ``ridge`` and
    ``smoothness`` times the identity; :func:`logistic_smoothness` gives the latter.
    Statement: ``|g|/smoothness <= |w - w*| <= |g|/ridge``.
    Kind: sharp (neither constant can be improved).  Source: beyond the paper.

    Parameters
    ----------
    smoothness : array_like
        At least ``ridge``; infinite (the default, and the exponential loss) leaves the lower
        bound 0.
    """
    norm = check.nonnegative("gradient_norm", gradient_norm)
    strength, steep = check.positive("ridge", ridge), check.bound("smoothness", smoothness)
    _require_order("ridge <= smoothness", strength, steep)
    with np.errstate(over="ignore"):  # infinity is a true upper bound
        return Sandwich(norm / steep, norm / strength)


def self_concordant_sandwich(newton_norm: ArrayLike, margin_change: ArrayLike) -> Sandwich:
    r"""Bound the distance to the minimiser by the length of one Newton step.

    Setting: any weights ``w``, logistic or exponential loss (both have
    ``|phi'''| <= phi''``), ``H`` the Hessian and ``step = -H^-1 g`` at ``w``.  The norm is
    ``|v|_H = sqrt(v'Hv)``: bounds at two different ``w`` are in two different norms, compare
    them through :func:`euclidean_sandwich`.
    Statement: with ``x`` at least every ``|a_i.(w* - w)|``,
    ``|step|_H x/(e^x - 1) <= |w* - w|_H <= |step|_H x/(1 - e^-x)``.
    Kind: sharp (the rates are met in the tail of the loss).  Source: beyond the paper.

    Parameters
    ----------
    margin_change : array_like
        ``x >= 0``, possibly infinite: :func:`margin_change_bound` or
        ``max|a_i| * distance_sandwich(...).upper``, whichever is smaller.

    Returns
    -------
    Sandwich
        In the norm of ``H``.
    """
    norm = check.nonnegative("newton_norm", newton_norm)
    x = check.bound("margin_change", margin_change)
    factor = _expansion(x)
    shrink = np.exp(-x) * np.where(np.isinf(x), 0.0, factor)
    # a vanishing step is the optimum itself, whatever is known about the margins
    with np.errstate(over="ignore"):
        return Sandwich(norm * shrink, norm * np.where(norm == 0, 1.0, factor))


def margin_change_bound(newton_norm: ArrayLike, leverage: ArrayLike) -> Array:
    r"""Bound ``max_i |a_i.(w* - w)|`` without the minimiser: ``-log(1 - kappa)``.

    Statement: with ``kappa = leverage * newton_norm < 1``, no margin changes by more than
    ``-log(1 - kappa)`` on the way to ``w*``; nothing is said (infinity) for ``kappa >= 1``.

    Parameters
    ----------
    leverage : array_like
        ``max_i sqrt(a_i'H^-1 a_i) >= 0`` over the samples of the objective; the coarser
        ``max|a_i|/sqrt(ridge)`` will do.
    """
    norm = check.nonnegative("newton_norm", newton_norm)
    kappa = norm * check.nonnegative("leverage", leverage) * _GUARD
    inside = kappa < 1
    return np.where(inside, -np.log1p(-np.where(inside, kappa, 0.0)), np.inf)


def euclidean_sandwich(
    step_norm: ArrayLike,
    newton_norm: ArrayLike,
    margin_change: ArrayLike,
    smallest_curvature: ArrayLike,
) -> Sandwich:
    r"""Turn :func:`self_concordant_sandwich` into Euclidean distance.

    Statement: ``| |w* - w| - |step| | <= |step|_H (x/(1 - e^-x) - 1)/sqrt(m)``, where ``m`` is
    at most the smallest eigenvalue of ``H``; besides, ``|w* - w| <= |w* - w|_H/sqrt(m)``.

    Parameters
    ----------
    step_norm : array_like
        Euclidean length of the Newton step, >= 0.
    smallest_curvature : array_like
        ``m > 0``; the ridge will do.
    """
    length = check.nonnegative("step_norm", step_norm)
    curvature = check.positive("smallest_curvature", smallest_curvature)
    upper = self_concordant_sandwich(newton_norm, margin_change).upper
    norm = check.numbers("newton_norm", newton_norm)
    with np.errstate(over="ignore"):
        error = (upper - np.minimum(norm, upper)) / np.sqrt(curvature)
        return Sandwich(
            np.maximum(length - error, 0.0),
            np.minimum(length + error, upper / np.sqrt(curvature)),
        )


def harm_certificate(
    unlearned_lower: ArrayLike,
    unlearned_upper: ArrayLike,
    original_lower: ArrayLike,
    original_upper: ArrayLike,
) -> NDArray[np.int8]:
    r"""Decide, without the oracle, whether unlearning moved the model away from it.

    Setting: bounds on the distances of the unlearned and of the original model from the same
    oracle, in the same norm: :func:`distance_sandwich` or :func:`euclidean_sandwich` of the
    retain objective at both.
    Statement: ``unlearned_lower > original_upper`` proves that unlearning was worse than
    doing nothing; ``unlearned_upper < original_lower`` proves that it helped.  With
    :func:`distance_sandwich` a verdict is certain once the true distances differ by a
    factor above ``(smoothness/ridge)^2``.
    Kind: sufficient, one-sided in each direction.  Source: beyond the paper.

    Parameters
    ----------
    unlearned_lower, unlearned_upper, original_lower, original_upper : array_like
        Bounds, 0 <= lower <= upper, broadcast; an upper bound may be infinite.

    Returns
    -------
    array of int8
        1 (``HARM``), -1 (``HELP``) or 0 (``UNDECIDED``).
    """
    lower = check.bound("unlearned_lower", unlearned_lower)
    upper = check.bound("unlearned_upper", unlearned_upper)
    before_lower = check.bound("original_lower", original_lower)
    before_upper = check.bound("original_upper", original_upper)
    _require_order("unlearned_lower <= unlearned_upper", lower, upper)
    _require_order("original_lower <= original_upper", before_lower, before_upper)
    harm, help_ = lower > before_upper, upper < before_lower
    return (harm.astype(np.int8) - help_.astype(np.int8)).astype(np.int8)


def _require_order(wanted: str, lower: Array, upper: Array) -> None:
    lower, upper = np.broadcast_arrays(lower, upper)
    wrong = ~(lower <= upper)
    if wrong.any():
        raise ValueError(
            f"expected {wanted}, got {lower[wrong].flat[0]} and {upper[wrong].flat[0]}"
        )


def _expansion(x: Array) -> Array:
    """Return ``x/(1 - e^-x)``, 1 at 0 and infinite at infinity."""
    tiny = x < np.finfo(float).tiny
    safe = np.where(tiny, 1.0, x)
    return np.where(tiny, 1.0, safe / -np.expm1(-safe))
