r"""Lambert's W on its two real branches, and G, its twin for the logistic loss, within 4 ulp.

    W e^W = z              W0 >= -1 for z >= -1/e,   W-1 <= -1 for -1/e <= z <= 0
    G (1 + e^G) = t        for every real t

**Three regions, three equations.**  Which form of the equation is solved decides the accuracy,
for the correction of the last step is no better than the residual:

* near the branch point, in ``tau = -1 - ln(-z)`` and ``y = 1 + W``: from ``(1 - y) e^y =
  e^-tau``, ``y y' = p (1 - y)`` with ``p = sqrt(2 tau)``, whose power series ``p - p^2/3 +
  p^3/36 + ...`` converges for ``|p| < sqrt(4 pi) = 3.54``; ``+p`` gives W0, ``-p`` gives W-1.
  It is summed for ``p <= 0.9``: the terms left out are below 1e-18 of ``y``, and ``y`` has its
  *relative* accuracy, which ``W + 1`` would lose.  From z, ``tau = -log1p(-q)`` with
  ``q = 1 + e z = e (z + 1/e)``: the sum is exact up to the second double of 1/e.
* ``-0.2453 < z <= e``: ``r = ln(z / W) - W``;
* beyond, and for W-1: ``W + ln W = t``: with ``t = ln z``, or ``x - ln x = -t``, ``x = -W``,
  where ``W - t`` is exact because the two are within a factor of 2 of one another.

**Steps.**  ``W <- W (1 + r Q)`` with ``r`` the residual and ``Q`` the quartic correction of
Fritsch, Shafer and Crowley (1973).  The start values have relative errors below 0.1, and in
exact arithmetic two steps leave less than 1e-18.  G takes three of Halley's cubic steps from
within 0.13: less than 1e-25.  What remains is the rounding of the residual and of ``W``: at
most 2.5 ulp was measured anywhere, and the tests hold it to 4.

**Domain.**  Outside the real domain the result is NaN.  The double nearest to -1/e lies 1.2e-17
*below* -1/e and is what ``-exp(-1)`` evaluates to: it counts as the branch point itself.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.theory import _checks as check

# 1/e = _INV_E + _INV_E_LOW to 33 digits.
_INV_E = 0.36787944117144233
_INV_E_LOW = -1.2428753672788363e-17

# p = sqrt(2 tau) up to which the series is summed, and the arguments that belong to it.
_P_MAX = 0.9
_TAU_MAX = _P_MAX**2 / 2
_T_BRANCH = -1.0 - _TAU_MAX
_Z_BRANCH = -float(np.exp(_T_BRANCH))
_TERMS = 32  # (1 / 3.54)^32 = 2.6e-18


# Beyond it the next term of ``W = t - ln t + ln t / t``, relative to t, is below 3e-19; the
# squares in the steps would overflow from 1e154 on.
_FAR = 1e10


def w0(z: ArrayLike) -> Array:
    """W0(z), the solution ``W >= -1`` of ``W e^W = z``; NaN where ``z < -1/e``.

    Examples
    --------
    >>> float(w0(np.e)), float(w0(-np.exp(-1.0)))
    (1.0, -1.0)
    """
    z = check.numbers("z", z)
    return _piecewise(
        z,
        (z <= _Z_BRANCH, lambda v: _series(_tau(v), 1.0) - 1.0),
        (z > np.e, lambda v: _w0_large(np.log(v))),
        ((z > _Z_BRANCH) & (z <= np.e), _w0_middle),
    )


def wm1(z: ArrayLike) -> Array:
    """W-1(z), the solution ``W <= -1`` of ``W e^W = z``; NaN outside ``-1/e <= z <= 0``."""
    z = check.numbers("z", z)
    return _piecewise(
        z,
        (z <= _Z_BRANCH, lambda v: _series(_tau(v), -1.0) - 1.0),
        ((z > _Z_BRANCH) & (z < 0), lambda v: -_wm1_far(-np.log(-v))),
        (z == 0, lambda v: np.full(v.shape, -np.inf)),
    )


def w0_exp(t: ArrayLike, sign: ArrayLike = 1) -> Array:
    """W0(e^t), or W0(-e^t) where ``sign`` is -1: no overflow, exact distance to the branch.

    NaN where ``sign`` is -1 and ``t > -1``, or ``sign`` is neither 1 nor -1.
    """
    t, sign = np.broadcast_arrays(check.numbers("t", t), check.numbers("sign", sign))
    above, below = sign == 1, sign == -1
    return _piecewise(
        t,
        (above & (t > 1), _w0_large),
        (above & (t <= 1), lambda v: _w0_middle(np.exp(v))),
        (below & (t >= _T_BRANCH) & (t <= -1), lambda v: _series(-1.0 - v, 1.0) - 1.0),
        (below & (t < _T_BRANCH), lambda v: _w0_middle(-np.exp(v))),
    )


def wm1_exp(t: ArrayLike) -> Array:
    """W-1(-e^t): no underflow, exact distance to the branch; NaN where ``t > -1``."""
    t = check.numbers("t", t)
    return _piecewise(
        t,
        ((t >= _T_BRANCH) & (t <= -1), lambda v: _series(-1.0 - v, -1.0) - 1.0),
        (t < _T_BRANCH, lambda v: -_wm1_far(-v)),
    )


def one_plus_w0(z: ArrayLike) -> Array:
    """``1 + W0(z)`` with its own relative accuracy; domain as for :func:`w0`."""
    z = check.numbers("z", z)
    return _piecewise(
        z,
        (z <= _Z_BRANCH, lambda v: _series(_tau(v), 1.0)),
        (z > _Z_BRANCH, lambda v: 1.0 + w0(v)),
    )


def one_plus_wm1(z: ArrayLike) -> Array:
    """``1 + W-1(z)`` with its own relative accuracy; domain as for :func:`wm1`."""
    z = check.numbers("z", z)
    return _piecewise(
        z,
        (z <= _Z_BRANCH, lambda v: _series(_tau(v), -1.0)),
        (z > _Z_BRANCH, lambda v: 1.0 + wm1(v)),
    )


def one_plus_w0_tau(tau: ArrayLike) -> Array:
    """``1 + W0(-e^(-1 - tau))`` from the distance to the branch point; NaN where ``tau < 0``.

    From ``q = 1 + e z``, pass ``tau = -log1p(-q)``.
    """
    tau = check.numbers("tau", tau)
    return _piecewise(
        tau,
        ((tau >= 0) & (tau <= _TAU_MAX), lambda v: _series(v, 1.0)),
        (tau > _TAU_MAX, lambda v: 1.0 + _w0_middle(-np.exp(-1.0 - v))),
    )


def one_plus_wm1_tau(tau: ArrayLike) -> Array:
    """``1 + W-1(-e^(-1 - tau))`` from the distance to the branch point; NaN where ``tau < 0``."""
    tau = check.numbers("tau", tau)
    return _piecewise(
        tau,
        ((tau >= 0) & (tau <= _TAU_MAX), lambda v: _series(v, -1.0)),
        (tau > _TAU_MAX, lambda v: 1.0 - _wm1_far(1.0 + v)),
    )


def G(t: ArrayLike) -> Array:
    """The solution w of ``w (1 + e^w) = t``: strictly increasing, onto the reals.

    It is ``t/2`` near 0, ``t`` towards minus infinity, ``ln t - ln ln t`` towards infinity.

    Examples
    --------
    >>> float(G(0.0)), float(G(1.0 + np.e))
    (0.0, 1.0)
    """
    t = check.numbers("t", t)
    return _piecewise(
        t,
        (t > np.e, lambda v: _g_large(np.log(v))),
        ((t >= 0) & (t <= np.e), _g_small),
        (t < 0, lambda v: -_g_negative(-v)),
    )


def G_exp(s: ArrayLike) -> Array:
    """``G(e^s)``: no overflow."""
    s = check.numbers("s", s)
    return _piecewise(
        s,
        (s > 1, _g_large),
        (s <= 1, lambda v: _g_small(np.exp(v))),
    )


def _piecewise(x: Array, *pieces: tuple[Mask, Callable[[Array], Array]]) -> Array:
    """Evaluate every piece on its own part of x alone; NaN where there is none."""
    result = np.full(x.shape, np.nan)
    with np.errstate(all="ignore"):
        for where, function in pieces:
            if where.any():
                result[where] = function(x[where])
    return result[()]


def _coefficients() -> tuple[float, ...]:
    """Coefficients a_1, a_2, ... of ``y(p)``, by comparing powers in ``y y' = p (1 - y)``."""
    a = [Fraction(0), Fraction(1)]
    for k in range(2, _TERMS + 1):
        product = sum((a[i] * a[k + 1 - i] for i in range(2, k)), Fraction(0))
        a.append((-2 * a[k - 1] / (k + 1) - product) / 2)
    return tuple(float(coefficient) for coefficient in a[1:])


_SERIES = _coefficients()


def _tau(z: Array) -> Array:
    """``-1 - ln(-z)`` near the branch point; 0 at the double next below it, NaN beyond."""
    q = np.e * ((z + _INV_E) + _INV_E_LOW)
    return np.where(z == -_INV_E, 0.0, -np.log1p(-np.where(q < 0, np.nan, q)))


def _series(tau: Array, branch: float) -> Array:
    """``1 + W`` for ``0 <= tau <= _TAU_MAX``: branch 1.0 is W0, -1.0 is W-1."""
    p = branch * np.sqrt(2.0 * tau)
    total = np.full(p.shape, _SERIES[-1])
    for coefficient in _SERIES[-2:0:-1]:
        total = total * p + coefficient
    return p + p * (p * total)


def _fsc(w: Array, residual: Array) -> Array:
    """The relative correction of the quartic step; ``residual = ln(z / w) - w``."""
    one = 1.0 + w
    q = 2.0 * one * (one + (2.0 / 3.0) * residual)
    return residual / one * (q - residual) / (q - 2.0 * residual)


def _w0_middle(z: Array) -> Array:
    """W0 for ``_Z_BRANCH <= z <= e``."""
    tiny = np.abs(z) < 1e-20  # W0 = z - z^2 + ..., and z / w below must not be 0 / 0
    safe = np.where(tiny, 1.0, z)
    log = np.log1p(safe)
    w = log * (1.0 - np.log1p(log) / (2.0 + log))
    for _ in range(2):
        w = w + w * _fsc(w, np.log(safe / w) - w)
    return np.where(tiny, z, w)


def _w0_large(t: Array) -> Array:
    """W0(e^t) for ``t >= 1``."""
    w = t - np.log(t) * (t / (1.0 + t))
    for _ in range(2):
        w = w + w * _fsc(w, (t - w) - np.log(w))
    return np.where(t > _FAR, t - _log_finite(t), w)


def _wm1_far(height: Array) -> Array:
    """``x = -W-1(-e^-height)``, the root above 1 of ``x - ln x = height >= 1.4``."""
    log = np.log(height)
    x = height + log + log / height
    for _ in range(2):
        x = x + x * _fsc(-x, (x - height) - np.log(x))
    return np.where(height > _FAR, height + _log_finite(height), x)


def _g_small(t: Array) -> Array:
    """G for ``0 <= t <= e``."""
    w = t / (1.0 + np.sqrt(1.0 + t))
    for _ in range(3):
        e = np.exp(w)
        w = _halley(w, w * (1.0 + e) - t, 1.0 + e * (1.0 + w), e * (2.0 + w))
    return w


def _g_large(s: Array) -> Array:
    """G(e^s) for ``s >= 1``: the root of ``w + ln w + log1p(e^-w) = s``."""
    w = s - np.log(s) * (s / (1.0 + s))
    w = w - np.log1p(np.exp(-w)) * (w / (1.0 + w))
    for _ in range(3):
        small = np.exp(-w)
        share = small / (1.0 + small)
        slope = 1.0 + 1.0 / w - share
        bend = share / (1.0 + small) - 1.0 / w**2
        w = _halley(w, (w - s) + (np.log(w) + np.log1p(small)), slope, bend)
    return np.where(s > _FAR, s - _log_finite(s), w)


def _g_negative(height: Array) -> Array:
    """``-G(-height)``, the root of ``m (1 + e^-m) = height > 0``."""
    m = height / (1.0 + np.exp(-height / (1.0 + np.exp(-height / 2.0))))
    for _ in range(3):
        e = np.exp(-m)
        m = _halley(m, (m - height) + m * e, 1.0 + e * (1.0 - m), e * (m - 2.0))
    return np.where(height == np.inf, np.inf, m)


def _log_finite(t: Array) -> Array:
    """``ln t``, with infinity counted as the largest double: ``t - ln t`` stays infinite."""
    return np.log(np.minimum(t, np.finfo(float).max))


def _halley(x: Array, value: Array, slope: Array, bend: Array) -> Array:
    step = value / slope
    return x - step / (1.0 - 0.5 * step * bend / slope)
