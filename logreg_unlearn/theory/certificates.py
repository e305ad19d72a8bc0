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
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

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
    ridge : array_like
        > 0.
    retain_size : array_like
        ``n_R >= 1``; 1 for the sum convention.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """
    norm = _norm(spectral_norm, "spectral_norm")
    strength = _positive(ridge, "ridge")
    size = _at_least(retain_size, "retain_size", 1)
    return np.asarray(strength + norm**2 / (4 * size))


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
    gradient_norm : array_like
        ``|g| >= 0`` at ``w``.
    ridge : array_like
        Strong convexity, > 0.
    smoothness : array_like
        At least ``ridge``; infinite (the default, and the exponential loss) leaves the lower
        bound 0.

    Returns
    -------
    Sandwich

    Raises
    ------
    ValueError
        If a norm is negative, ``ridge <= 0`` or ``smoothness < ridge``.
    """
    norm = _norm(gradient_norm, "gradient_norm")
    strength = _positive(ridge, "ridge")
    steep = np.asarray(smoothness, dtype=float)
    if not np.all(steep >= strength):
        raise ValueError(
            f"expected smoothness >= ridge, got {steep.min():g} and {strength.max():g}"
        )
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
    newton_norm : array_like
        ``|step|_H = sqrt(g'H^-1 g) >= 0``, the Newton decrement.
    margin_change : array_like
        ``x >= 0``, possibly infinite: :func:`margin_change_bound` or
        ``max|a_i| * distance_sandwich(...).upper``, whichever is smaller.

    Returns
    -------
    Sandwich
        In the norm of ``H``.

    Raises
    ------
    ValueError
        If an argument is negative or NaN.
    """
    norm = _norm(newton_norm, "newton_norm")
    x = _at_least(margin_change, "margin_change")
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
    newton_norm : array_like
        ``sqrt(g'H^-1 g) >= 0``.
    leverage : array_like
        ``max_i sqrt(a_i'H^-1 a_i) >= 0`` over the samples of the objective; the coarser
        ``max|a_i|/sqrt(ridge)`` will do.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        If an argument is negative or NaN.
    """
    norm = _norm(newton_norm, "newton_norm")
    kappa = norm * _at_least(leverage, "leverage") * _GUARD
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
    newton_norm, margin_change : array_like
        As in :func:`self_concordant_sandwich`.
    smallest_curvature : array_like
        ``m > 0``; the ridge will do.

    Returns
    -------
    Sandwich

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    length = _norm(step_norm, "step_norm")
    curvature = _positive(smallest_curvature, "smallest_curvature")
    upper = self_concordant_sandwich(newton_norm, margin_change).upper
    norm = np.asarray(newton_norm, dtype=float)
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

    Raises
    ------
    ValueError
        If a bound is negative or NaN, or a lower bound exceeds its upper bound.
    """
    bounds = [
        _at_least(b, "bounds")
        for b in (unlearned_lower, unlearned_upper, original_lower, original_upper)
    ]
    for lower, upper in (bounds[:2], bounds[2:]):
        if not np.all(lower <= upper):
            raise ValueError(f"expected lower <= upper, got {lower} and {upper}")
    harm, help_ = bounds[0] > bounds[3], bounds[1] < bounds[2]
    return (harm.astype(np.int8) - help_.astype(np.int8)).astype(np.int8)


def _expansion(x: Array) -> Array:
    """Return ``x/(1 - e^-x)``, 1 at 0 and infinite at infinity."""
    tiny = x < np.finfo(float).tiny
    safe = np.where(tiny, 1.0, x)
    return np.where(tiny, 1.0, safe / -np.expm1(-safe))


def _at_least(values: ArrayLike, name: str, least: float = 0) -> Array:
    """Return the values as floats; NaN satisfies no comparison."""
    array = np.asarray(values, dtype=float)
    if not np.all(array >= least):
        raise ValueError(f"expected {name} >= {least:g}, got {array[~(array >= least)].flat[0]:g}")
    return array


def _norm(values: ArrayLike, name: str) -> Array:
    array = _at_least(values, name)
    if not np.all(np.isfinite(array)):
        raise ValueError(f"expected a finite {name}, got inf")
    return array


def _positive(values: ArrayLike, name: str) -> Array:
    array = np.asarray(values, dtype=float)
    if not np.all(array > 0):
        raise ValueError(f"expected {name} > 0, got {array[~(array > 0)].flat[0]:g}")
    return array
