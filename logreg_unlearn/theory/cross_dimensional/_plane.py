"""Stationary points of two correlated groups of samples, as certified one-dimensional roots.

The plane: retained samples ``v = (1, epsilon)``, forgotten ones ``t = (epsilon, 1)``,
exponential loss.  Every stationary point is ``w = mu v + nu t`` with ``mu = s e^-x`` for a
strength ``s``, and margins ``x = w.v``, ``y = w.t``.  Given ``nu``, with ``a = 1 + epsilon^2``
and ``m = (1 - epsilon^2)^2``::

    a mu = W0(a s e^(-2 epsilon nu)),   x = a mu + 2 epsilon nu,   y = 2 epsilon mu + a nu,
    dy/dnu = (a + m mu)/(1 + a mu) > 0.

So each problem is one equation in ``ln|nu|``, for every real ``epsilon`` alike:

- original, ``nu > 0``: ``ln nu + y = ln(b alpha)``, increasing: one root;
- descent-ascent, ``q = -nu > 0``: ``ln q + y = ln(r alpha k)``, increasing up to the fold
  ``q (a + m mu) = 1 + a mu`` and decreasing beyond: a minimum, a saddle, or neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.cross_dimensional._root import increasing_root
from logreg_unlearn.theory.lambert import w0_exp

# ln|nu| beyond this would overflow e^(ln|nu|) times any sensible epsilon; the saddles that far
# out (|epsilon| within 1e-150 of 1) are reported as absent.
_LOG_NU_MAX = 600.0


# Forms with 1/epsilon, of use near |epsilon| = 1 only, are not tried for |epsilon| below this.
_THIN = 1e-100


# Room in ln q for the fold's bracket, whose ends are exact at epsilon = 0 and epsilon = 1.
_MARGIN = 1e-2


@dataclass(frozen=True)
class TwoDirectionPoint:
    """Points ``w = mu (1, epsilon) + nu (epsilon, 1)`` with margins x, y; NaN where none is.

    Attributes
    ----------
    epsilon, x, y, mu, nu : ndarray (...)
        ``x = w_i + epsilon w_j`` (retained samples), ``y = epsilon w_i + w_j`` (forgotten).
    """

    epsilon: Array
    x: Array
    y: Array
    mu: Array
    nu: Array

    @property
    def w(self) -> Array:
        """The weights ``(w_i, w_j)``, shape (..., 2)."""
        return np.stack(
            [self.mu + self.epsilon * self.nu, self.epsilon * self.mu + self.nu], axis=-1
        )

    @property
    def exists(self) -> Mask:
        """True where there is such a point."""
        return ~np.isnan(self.x)

    def distance(self, other: TwoDirectionPoint) -> Array:
        """Return ``||w - w'|| = sqrt(((x - x')^2 + (1 - epsilon^2)^2 (nu - nu')^2)/a)``."""
        squares = (1 - self.epsilon) * (1 + self.epsilon) * (self.nu - other.nu)
        return np.hypot(self.x - other.x, squares) / np.sqrt(1 + self.epsilon**2)


def parameters(
    epsilon: ArrayLike,
    strength: ArrayLike = 1.0,
    alpha: ArrayLike = 1.0,
    forget_fraction: ArrayLike = 0.5,
) -> tuple[Array, Array, Array, Array]:
    """The four parameters of two groups, checked and of one shape."""
    e, r, alpha_, f = np.broadcast_arrays(
        check.real("epsilon", epsilon),
        check.positive("strength", strength),
        check.nonnegative("alpha", alpha),
        check.fraction("forget_fraction", forget_fraction),
    )
    return e, r, alpha_, f


def correlation(epsilon: Array) -> Array:
    """``c = 2 epsilon/(1 + epsilon^2)``, the cosine of the two groups."""
    return 2 * epsilon / (1 + epsilon**2)


def at(epsilon: Array, log_strength: Array, nu: Array) -> TwoDirectionPoint:
    """Return the point with this ``nu`` whose ``mu`` solves ``mu = strength e^-x``.

    Margins are sums of terms that may cancel (|epsilon| near 1, large strengths); of two equal
    expressions the one with the smaller terms is taken.
    """
    a, m = 1 + epsilon**2, ((1 - epsilon) * (1 + epsilon)) ** 2
    log_scale = np.log(a) + log_strength
    lambert = w0_exp(log_scale - 2 * epsilon * nu)
    mu = lambert / a
    log_lambert = np.log(np.maximum(lambert, np.finfo(float).tiny))
    x = _less_cancelling(
        (lambert, 2 * epsilon * nu), (log_scale, np.where(lambert > 0, -log_lambert, np.inf))
    )
    thin = np.abs(epsilon) < _THIN
    double = np.where(thin, np.inf, 2 * epsilon)
    y = _less_cancelling(
        (2 * epsilon * mu, a * nu),
        (np.where(thin, np.inf, a * x / double), -m * mu / double),
    )
    return TwoDirectionPoint(epsilon, x, y, mu, nu)


def _less_cancelling(first: tuple[Array, Array], second: tuple[Array, Array]) -> Array:
    size = [np.abs(left) + np.abs(right) for left, right in (first, second)]
    better = size[1] < size[0]
    left = np.where(better, second[0], first[0])
    return left + np.where(better, second[1], first[1])


def oracle(epsilon: Array, strength: Array) -> TwoDirectionPoint:
    """The minimiser without the forgotten group."""
    return at(epsilon, np.log(strength), np.zeros_like(epsilon))


def original(epsilon: Array, strength: Array, alpha: Array, f: Array) -> TwoDirectionPoint:
    """The minimiser of the original objective, ``b = strength (1 - f)``."""
    log_b = np.log(strength) + np.log1p(-f)
    a = 1 + epsilon**2
    present = alpha > 0
    log_alpha = np.log(np.where(present, alpha, 1.0))
    highest = log_b + log_alpha - at(epsilon, log_b, np.zeros_like(epsilon)).y
    # y grows at most at rate a in nu, so the root of s + a e^s = highest lies below
    lowest = highest - w0_exp(np.log(a) + highest)
    slack = 1e-12 * (1 + abs(highest))
    log_nu = increasing_root(
        lambda s: s + at(epsilon, log_b, np.exp(s)).y - log_b - log_alpha,
        lowest - slack,
        highest + slack,
    )
    return at(epsilon, log_b, np.where(present, np.exp(log_nu), 0.0))


def _slope_share(epsilon: Array, mu: Array) -> Array:
    """``dy/dnu = (a + m mu)/(1 + a mu)``."""
    a, m = 1 + epsilon**2, ((1 - epsilon) * (1 + epsilon)) ** 2
    return (a + m * mu) / (1 + a * mu)


def _determinant(point: TwoDirectionPoint) -> Array:
    """Determinant of the descent-ascent Hessian over ``1 + a mu``: positive at minima.

    ``1 + a mu - q (a + m mu)``, or, with ``q = (a mu - x)/(2 epsilon)`` put in once,
    ``1 + x/c - a mu (1 - epsilon)^2/(2 epsilon) - m mu q``, whose terms stay small near
    epsilon = 1: of the two the one that cancels less.
    """
    e, mu, q = point.epsilon, point.mu, -point.nu
    a, m = 1 + e**2, ((1 - e) * (1 + e)) ** 2
    thin = np.abs(e) < _THIN
    double = np.where(thin, np.inf, 2 * e)
    bulk = a * mu * (1 - e) ** 2 / double + m * mu * q
    first = (1 + a * mu, -q * (a + m * mu))
    second = (1 + np.where(thin, np.inf, a * point.x / double), -bulk)
    return _less_cancelling(first, second) / (1 + a * mu)


def fold(epsilon: Array, strength: Array) -> tuple[TwoDirectionPoint, Array]:
    """The degenerate stationary point of descent-ascent and ``ln(alpha k)`` where it occurs."""
    log_r = np.log(strength)
    a = 1 + epsilon**2

    def past(log_q: Array) -> Array:
        return -_determinant(at(epsilon, log_r, -np.exp(log_q)))

    log_q = increasing_root(
        past, -np.log(a) - _MARGIN, np.logaddexp(-np.log(a), 1 + log_r) + _MARGIN
    )
    point = at(epsilon, log_r, -np.exp(log_q))
    return point, log_q + point.y - log_r


def da_minimum(
    epsilon: Array, strength: Array, alpha: Array, f: Array, degenerate: TwoDirectionPoint
) -> TwoDirectionPoint:
    """The local minimum of descent-ascent, given its :func:`fold`; NaN where none is."""
    log_r, log_share, present = _level(strength, alpha, f)
    turning = np.log(-degenerate.nu)
    start = at(epsilon, log_r, np.zeros_like(epsilon))
    lowest = np.minimum(log_share - start.y, turning)
    log_q = increasing_root(
        lambda s: s + at(epsilon, log_r, -np.exp(s)).y - log_share,
        lowest - 1e-12 * (1 + abs(lowest)),
        turning,
    )
    return at(epsilon, log_r, -np.where(present, np.exp(log_q), 0.0))


def _level(strength: Array, alpha: Array, f: Array) -> tuple[Array, Array, Mask]:
    """``ln r``, ``ln(r alpha k)`` and where alpha > 0 (elsewhere the second means nothing)."""
    present = alpha > 0
    log_r = np.log(strength)
    log_alpha = np.log(np.where(present, alpha, 1.0))
    return log_r, log_alpha + np.log1p(-f) - np.log(f) + log_r, present


def descent_ascent(
    epsilon: Array, strength: Array, alpha: Array, f: Array
) -> tuple[TwoDirectionPoint, TwoDirectionPoint]:
    """The local minimum and the saddle of the descent-ascent objective; NaN where none is.

    At ``alpha = 0`` the minimum is the oracle and there is no saddle; at ``epsilon = 1`` with
    ``alpha k <= 1`` there is none either.
    """
    log_r, log_share, present = _level(strength, alpha, f)
    degenerate = fold(epsilon, strength)[0]
    turning = np.log(-degenerate.nu)
    start = at(epsilon, log_r, np.zeros_like(epsilon))
    # For epsilon < 0 mu falls from the oracle's; for epsilon > 0 it has no bound.  The slope
    # share decreases in mu, so these are its least values, and -W_-1(-e^(-1-u)) is at most
    # 1 + sqrt(2u) + u.
    flattest = np.where(
        epsilon < 0,
        _slope_share(epsilon, start.mu),
        ((1 - epsilon) * (1 + epsilon)) ** 2 / (1 + epsilon**2),
    )
    flattest = np.maximum(flattest, np.finfo(float).tiny)
    u = np.maximum(start.y - log_share - np.log(flattest) - 1, 0.0)
    farthest = np.log(1 + np.sqrt(2 * u) + u) - np.log(flattest) + 1e-9
    farthest = np.maximum(np.minimum(farthest, _LOG_NU_MAX), turning)
    log_saddle = increasing_root(
        lambda s: log_share - s - at(epsilon, log_r, -np.exp(s)).y, turning, farthest
    )
    # parallel groups: alpha k = 1 - x e^x/(2 r) comes down to 1 only as x -> -oo
    present = present & ~((epsilon == 1) & (log_share - log_r <= 0))
    saddle = at(epsilon, log_r, -np.where(present, np.exp(log_saddle), np.nan))
    return da_minimum(epsilon, strength, alpha, f, degenerate), saddle
