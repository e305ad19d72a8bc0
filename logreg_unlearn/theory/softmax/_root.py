r"""The root of ``m (e^m + K - 1) = t``: G for K classes, within 4 ulp.

For ``t > 0`` both ``t / K`` and ``W0(t)`` lie above the root, and at the smaller of the two the
left side is at most ``2 t``; it is convex there, so steps from it do not overshoot.  For ``t < 0``,
``x = -m`` solves ``x (K - 1 + e^-x) = -t``, a slight bend of a line.  Both take Halley's cubic
steps; four leave less than 1e-20 of the root, and what remains is the rounding of the residual.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.lambert import w0

_STEPS = 4
# Below it the root is t / K to 1e-20; above the other one, products near the largest double are
# taken at 2^-10 of their size, which is exact.
_TINY, _HUGE, _SCALE = 1e-20, 1e300, 2.0**-10


def class_root(t: ArrayLike, classes: ArrayLike) -> Array:
    """The solution m of ``m (e^m + K - 1) = t``: strictly increasing, onto the reals.

    Parameters
    ----------
    t : array_like
        Any real number; infinities give what they tend to.
    classes : array_like
        ``K >= 2``; at 2 the root is :func:`~logreg_unlearn.theory.lambert.G`.

    Examples
    --------
    >>> float(class_root(0.0, 3)), float(class_root(2.0 + np.e, 3))
    (0.0, 1.0)
    """
    t, k = np.broadcast_arrays(check.numbers("t", t), check.count("classes", classes, least=2))
    with np.errstate(all="ignore"):
        plain = np.isfinite(t) & (np.abs(t) / k > _TINY)
        safe = np.where(plain, t, 1.0)
        up = _positive(np.abs(safe), k - 1.0)
        down = -_negative(np.abs(safe), k - 1.0)
        return np.where(plain, np.where(safe > 0, up, down), np.where(np.isinf(t), t, t / k))[()]


def _positive(t: Array, others: Array) -> Array:
    m = np.minimum(t / (1.0 + others), w0(t))
    scale = np.where(t > _HUGE, _SCALE, 1.0)
    for _ in range(_STEPS):
        e = np.exp(m) * scale
        value = m * (e + others * scale) - t * scale
        m = _halley(m, value, others * scale + e * (1.0 + m), e * (2.0 + m))
    return m


def _negative(t: Array, others: Array) -> Array:
    x = t / (others + np.exp(-t / (1.0 + others)))
    for _ in range(_STEPS):
        e = np.exp(-x)
        x = _halley(x, (x * others - t) + x * e, others + e * (1.0 - x), e * (x - 2.0))
    return x


def _halley(x: Array, value: Array, slope: Array, bend: Array) -> Array:
    step = value / slope
    return x - step / (1.0 - 0.5 * step * bend / slope)
