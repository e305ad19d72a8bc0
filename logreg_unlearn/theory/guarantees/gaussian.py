r"""Gaussian noise on released weights: what it hides, and how much of it is needed.

With ``Phi`` the normal distribution function, ``p = epsilon/a - a/2``, ``q = epsilon/a + a/2``
and the Mills ratio ``M(x) = Phi(-x)/phi(x)``, the exact curve has three equal forms::

    delta = Phi(-p) - e^epsilon Phi(-q) = phi(p) (M(p) - M(q))
          = integral over t > 0 of phi(p + t) (1 - e^(-a t))

The first is accurate where p < 0; the second in the tail, up to the cancellation of two close
Mills ratios; the third, a positive integral, where they are close.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erf, erfcx, log_ndtr, ndtr

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check

_LOG_ROOT_TWO_PI = 0.5 * np.log(2 * np.pi)
# Up to the reach T, p t + t^2/2 = 40: e^-40 of the integral is below half an ulp of it.  While
# a T < 10 the integrand falls by e^-50 at most, which 80 Gauss-Legendre nodes integrate to
# rounding; beyond, M(q) < 0.8 M(p) and the difference loses two bits.
_LOG_REACH, _CLOSE, _NODES = 40.0, 10.0, 80
# phi underflows long before; squared it is still a double.
_FAR = 1e150
# Safeguarded Newton in log a: an interval of 1e3 is halved to rounding in 63 steps.
_STEPS = 80


class Guarantee(NamedTuple):
    """What noise hides: the exact ``delta``, and how well the best attacker does."""

    delta: Array
    advantage: Array
    auc: Array


class NoiseRule(NamedTuple):
    """Noise per unit of distance by a rule, the ``delta`` it reaches, and a rule without limits."""

    noise: Array
    reached: Array
    any_epsilon: Array


def gaussian_guarantee(ratio: ArrayLike, epsilon: ArrayLike) -> Guarantee:
    r"""Return the exact (epsilon, delta) curve of two models under the same Gaussian noise.

    Setting: ``w_U + N(0, s^2 I)`` is released; the oracle with the same noise is
    ``w_R + N(0, s^2 I)``; ``ratio`` is ``a = |w_U - w_R|/s``.
    Statement: the two are (epsilon, delta)-indistinguishable exactly for
    ``delta >= Phi(a/2 - epsilon/a) - e^epsilon Phi(-a/2 - epsilon/a)``, which grows with ``a``
    and falls with ``epsilon``.  The best attacker's advantage (true less false positive rate)
    is ``2 Phi(a/2) - 1``, the area under his ROC curve ``Phi(a/sqrt 2)``.
    Kind: sharp.  Source: Balle and Wang, arXiv 1805.06530, Theorem 8.

    Parameters
    ----------
    ratio : array_like
        ``a >= 0``; an upper bound of the distance gives an upper bound of all three.
    epsilon : array_like
        ``>= 0``.
    """
    a, eps = check.nonnegative("ratio", ratio), check.nonnegative("epsilon", epsilon)
    a, eps = np.broadcast_arrays(a, eps)
    with np.errstate(under="ignore"):
        delta = np.exp(_log_delta(np.where(a > 0, a, 1.0), eps))
    return Guarantee(
        np.where(a > 0, delta, 0.0), np.asarray(erf(a / 8**0.5)), np.asarray(ndtr(a / 2**0.5))
    )


def largest_ratio(epsilon: ArrayLike, delta: ArrayLike) -> Array:
    """Return the largest distance over noise that is (epsilon, delta)-indistinguishable.

    The inverse of :func:`gaussian_guarantee` in its first argument, to about 1e-13 of itself
    for every ``delta`` that is a normal double: the noise needed at a distance is the distance
    over this number (:func:`noise_needed`).

    Parameters
    ----------
    epsilon : array_like
        ``>= 0``.
    delta : array_like
        In (0, 1).
    """
    eps, target = np.broadcast_arrays(
        check.nonnegative("epsilon", epsilon), check.fraction("delta", delta)
    )
    # delta <= a/sqrt(2 pi), the tangent at epsilon = 0; delta <= e^(-p^2/2) for p >= 0, and
    # delta >= 1 - e^(-p^2/2) for p <= 0 (claim classical_noise_rule): three roots in closed form
    above, below = np.sqrt(-2 * np.log1p(-target)), np.sqrt(-2 * np.log(target))
    low = np.maximum(target * np.sqrt(2 * np.pi), 2 * eps / (below + np.sqrt(below**2 + 2 * eps)))
    low, high = np.log(low), np.log(above + np.sqrt(above**2 + 2 * eps))
    # rounding must not push the root out of its bracket
    low, high = low - 1e-15 * (1 + abs(low)), high + 1e-15 * (1 + abs(high))
    goal, x = np.log(target), high
    for _ in range(_STEPS):
        a = np.exp(x)
        value = _log_delta(a, eps)
        low, high = np.where(value <= goal, x, low), np.where(value > goal, x, high)
        # d(delta)/da = phi(p): the slope of log delta in log a, without overflow
        p = eps / a - a / 2
        slope = np.exp(np.minimum(x - p**2 / 2 - _LOG_ROOT_TWO_PI - value, 700.0))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            newton = x - (value - goal) / slope
        inside = (newton > low) & (newton < high)
        step = np.where(inside, newton, (low + high) / 2)
        if np.all(abs(step - x) <= 1e-16 * (1 + abs(x))):
            break
        x = step
    return np.asarray(np.exp(x))


def noise_needed(distance: ArrayLike, epsilon: ArrayLike, delta: ArrayLike) -> Array:
    """Return the least standard deviation that makes a distance (epsilon, delta)-invisible.

    Parameters
    ----------
    distance : array_like
        ``|w_U - w_R|`` or an upper bound of it, ``>= 0``; infinite where nothing is known.
    epsilon, delta : array_like
        As for :func:`largest_ratio`.

    Returns
    -------
    array
        In the units of the weights, a coordinate each.
    """
    far = check.bound("distance", distance)
    return np.asarray(far / largest_ratio(epsilon, delta))


def classical_noise_rule(epsilon: ArrayLike, delta: ArrayLike) -> NoiseRule:
    r"""Return the classical noise ``sqrt(2 ln(1.25/delta))/epsilon`` and what it reaches.

    Setting: that of :func:`gaussian_guarantee`, noise per unit of distance.
    Statement: ``reached <= delta`` whenever ``epsilon <= 2 ln(5/2) = 1.83``; for every delta,
    ``reached > delta`` once ``epsilon > 2 c (c + sqrt(2 ln(1/(1 - delta))))``,
    ``c^2 = 2 ln(1.25/delta)``.  ``any_epsilon``, the noise
    ``1/(sqrt 2 (sqrt(ln(1/delta) + epsilon) - sqrt(ln(1/delta))))``, suffices for every epsilon.
    Kind: upper.  Source: Dwork and Roth (2014), Theorem A.1, for epsilon < 1; amended.

    Parameters
    ----------
    epsilon : array_like
        ``> 0``.
    delta : array_like
        In (0, 1).
    """
    eps, target = check.positive("epsilon", epsilon), check.fraction("delta", delta)
    log = -np.log(target)
    noise = np.sqrt(2 * (log + np.log(1.25))) / eps
    # (sqrt(l + e) - sqrt(l))^-1, without the difference
    any_epsilon = (np.sqrt(log + eps) + np.sqrt(log)) / (np.sqrt(2) * eps)
    return NoiseRule(
        np.asarray(noise), gaussian_guarantee(1 / noise, eps).delta, np.asarray(any_epsilon)
    )


def _log_delta(a: Array, eps: Array) -> Array:
    """Return the logarithm of the exact delta for ``a > 0``."""
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        p = np.minimum(eps / a, _FAR) - a / 2
        q = p + a
        reach = 2 * _LOG_REACH / (p + np.hypot(p, np.sqrt(2 * _LOG_REACH)))
        close = a * reach < _CLOSE
        front = -(p**2) / 2 - _LOG_ROOT_TWO_PI
        tail = front + np.log(_mills(np.maximum(p, 0.0)) - _mills(q))
        bulk = log_ndtr(-p) + np.log1p(-np.exp(front + np.log(_mills(q)) - log_ndtr(-p)))
        near = front + np.log(_integral(p, a, reach))
    return np.where(close, near, np.where(p > 0, tail, bulk))


def _mills(x: Array) -> Array:
    """Return ``Phi(-x)/phi(x)`` for x >= 0."""
    return np.asarray(np.sqrt(np.pi / 2) * erfcx(x / np.sqrt(2)))


def _integral(p: Array, a: Array, reach: Array) -> Array:
    """Return the integral of ``e^(-p t - t^2/2) (1 - e^(-a t))`` over t > 0."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    total = np.zeros(np.shape(p))
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        t = node * reach
        total = total - weight * np.exp(-p * t - t * t / 2) * np.expm1(-a * t)
    return np.asarray(total * reach)
