"""Descent-ascent on two correlated groups under the logistic loss: all stationary points.

With ``mu = r/(1 + e^x)`` and ``nu = -q`` the margins ``x = a mu - 2 epsilon q`` and
``y = 2 epsilon mu - a q`` are functions of q alone (x is the root of an increasing function),
y decreases in q, and a stationary point solves ``alpha k = q (1 + e^y)/r``.  On a piece
``[p, q]`` the right side is at least ``p (1 + e^y(q))/r`` and at most ``q (1 + e^y(p))/r``:
pieces whose range misses ``alpha k`` hold no stationary point; where the slope keeps one sign,
the values at the ends decide between none and one.  Every piece ends in one of these cases or
is reported as undecided (a degenerate point, to rounding).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.cross_dimensional._plane import parameters
from logreg_unlearn.theory.cross_dimensional._root import increasing_root

_LEVELS = 40


# Relative slack on bounds and signs: far above rounding, far below what a piece resolves.
_SLACK = 1e-11


_GRID = 600


@dataclass(frozen=True)
class LogisticPoints:
    """Stationary points along the last axis in order of ``-nu``, padded with NaN.

    Attributes
    ----------
    x, y, mu, nu : ndarray (..., m)
    minimum : ndarray of bool (..., m)
        True where the point is a local minimum (False: a saddle, or padding).
    count : ndarray of int (...)
    certified : ndarray of bool (...)
        True where the enumeration left nothing undecided.
    """

    x: Array
    y: Array
    mu: Array
    nu: Array
    minimum: Mask
    count: NDArray[np.int_]
    certified: Mask


@dataclass(frozen=True)
class _Curve:
    """Everything at ``q = e^log_q``: ``level`` is ``ln(alpha k)``, ``slope`` its derivative."""

    x: Array
    y: Array
    mu: Array
    active: Array
    level: Array
    slope: Array


def _curve(e: Array, r: Array, log_q: Array) -> _Curve:
    a, m = 1 + e**2, ((1 - e) * (1 + e)) ** 2
    q = np.exp(log_q)
    scale = np.log(a * r)
    # u = a mu solves u (1 + e^(u - 2 epsilon q)) = a r
    lowest = np.minimum(scale, 0.0) - np.logaddexp(0.0, 1 - 2 * e * q)
    log_u = increasing_root(
        lambda s: s + np.logaddexp(0.0, np.exp(s) - 2 * e * q) - scale,
        lowest - 1e-9 * (1 + abs(lowest)),
        scale + 1e-9 * (1 + abs(scale)),
    )
    mu = np.exp(log_u) / a
    x = a * mu - 2 * e * q
    y = 2 * e * mu - a * q
    active = mu * expit(x)
    share = (a + m * active) / (1 + a * active)
    return _Curve(
        x, y, mu, active, log_q - np.log(r) + np.logaddexp(0.0, y), 1 - q * expit(y) * share
    )


def _slope_range(e: Array, low: _Curve, high: _Curve, log_q: tuple[Array, Array]) -> list[Array]:
    """Bounds of the slope on the pieces between ``low`` and ``high``."""
    a, m = 1 + e**2, ((1 - e) * (1 + e)) ** 2
    # x falls and mu rises with q for epsilon > 0, the other way round below
    least = np.minimum(low.mu, high.mu) * expit(np.minimum(low.x, high.x))
    most = np.maximum(low.mu, high.mu) * expit(np.maximum(low.x, high.x))
    steep, flat = (a + m * least) / (1 + a * least), (a + m * most) / (1 + a * most)
    return [
        1 - np.exp(log_q[1]) * expit(low.y) * steep,
        1 - np.exp(log_q[0]) * expit(high.y) * flat,
    ]


def _logistic_points(epsilon: Array, strength: Array, log_share: Array) -> LogisticPoints:
    """Enumerate the stationary points for arrays of one shape; ``log_share = ln(alpha k)``."""
    shape = epsilon.shape
    e, r, target = (v.ravel() for v in (epsilon, strength, log_share))
    everyone = np.arange(e.size)
    top = target + np.log(r)
    # y is at most its value at q = 0, so q is at least K sigma(-y(0))
    first = _curve(e, r, np.full(e.size, -700.0))
    bottom = top - np.logaddexp(0.0, first.y)
    owner, low, high = everyone, bottom - 1e-6, top + 1e-6
    found: list[tuple[NDArray[np.int_], Array, Array]] = []
    for _ in range(_LEVELS):
        if owner.size == 0:
            break
        ee, rr, tt = e[owner], r[owner], target[owner]
        ends = _curve(ee, rr, low), _curve(ee, rr, high)
        slack = _SLACK * (1 + abs(tt) + abs(np.log(rr)))
        least = low - np.log(rr) + np.logaddexp(0.0, ends[1].y)
        most = high - np.log(rr) + np.logaddexp(0.0, ends[0].y)
        possible = (least <= tt + slack) & (most >= tt - slack)
        slopes = _slope_range(ee, ends[0], ends[1], (low, high))
        monotone = (slopes[0] > _SLACK) | (slopes[1] < -_SLACK)
        rising = slopes[0] > _SLACK
        gaps = ends[0].level - tt, ends[1].level - tt
        crossed = np.where(rising, (gaps[0] <= 0) & (gaps[1] > 0), (gaps[0] > 0) & (gaps[1] <= 0))
        hit = possible & monotone & crossed
        found.append((owner[hit], low[hit], high[hit]))
        open_ = possible & ~monotone
        middle = 0.5 * (low[open_] + high[open_])
        owner, low, high = (
            np.concatenate([owner[open_], owner[open_]]),
            np.concatenate([low[open_], middle]),
            np.concatenate([middle, high[open_]]),
        )
    certified = np.ones(e.size, dtype=bool)
    certified[owner] = False
    return _collect(e, r, target, found, certified, shape)


def _collect(
    e: Array,
    r: Array,
    target: Array,
    found: list[tuple[NDArray[np.int_], Array, Array]],
    certified: Mask,
    shape: tuple[int, ...],
) -> LogisticPoints:
    owner = np.concatenate([piece[0] for piece in found])
    low = np.concatenate([piece[1] for piece in found])
    high = np.concatenate([piece[2] for piece in found])
    ee, rr, tt = e[owner], r[owner], target[owner]
    sign = np.where(_curve(ee, rr, low).level <= tt, 1.0, -1.0)
    log_q = increasing_root(lambda s: sign * (_curve(ee, rr, s).level - tt), low, high)
    order = np.lexsort((log_q, owner))
    owner, log_q = owner[order], log_q[order]
    count = np.bincount(owner, minlength=e.size)
    width = int(count.max(initial=0))
    place = np.arange(owner.size) - np.repeat(np.cumsum(count) - count, count)
    at_root = _curve(e[owner], r[owner], log_q)
    columns = {
        "x": at_root.x,
        "y": at_root.y,
        "mu": at_root.mu,
        "nu": -np.exp(log_q),
        "minimum": at_root.slope > 0,
    }
    filled = {}
    for name, values in columns.items():
        empty = False if name == "minimum" else np.nan
        table = np.full((e.size, width), empty)
        table[owner, place] = values
        filled[name] = table.reshape(*shape, width)
    return LogisticPoints(**filled, count=count.reshape(shape), certified=certified.reshape(shape))


def logistic_folds(epsilon: ArrayLike, strength: ArrayLike) -> tuple[Array, Array]:
    """The range of ``ln(alpha k)`` with three stationary points; NaN where there is none.

    The turning points of ``q (1 + e^y)/r`` are bracketed between neighbours of a grid of 600
    values of ``ln q``; a range too narrow for that grid is missed.
    """
    e, r, _, _ = parameters(epsilon, strength)
    a = 1 + e**2
    # the slope is at least 1 - a q, and y < -50 beyond the far end
    start, stop = -np.log(a) - 0.01, np.log((2 * abs(e) * r + 50 + np.log1p(r)) / a)
    grid = start[..., None] + (stop - start)[..., None] * np.linspace(0, 1, _GRID)
    wide = [np.broadcast_to(v[..., None], grid.shape) for v in (e, r)]
    slope = _curve(wide[0], wide[1], grid).slope
    down = (slope[..., :-1] > 0) & (slope[..., 1:] <= 0)
    up = (slope[..., :-1] <= 0) & (slope[..., 1:] > 0)
    return _turning_level(e, r, grid, start, up, 1.0), _turning_level(e, r, grid, start, down, -1.0)


def _turning_level(
    e: Array, r: Array, grid: Array, start: Array, where: Mask, sign: float
) -> Array:
    """``ln(alpha k)`` at the first change of sign of the slope that ``where`` marks."""
    index = where.argmax(axis=-1)[..., None]
    low, high = (np.take_along_axis(grid, index + i, axis=-1)[..., 0] for i in (0, 1))
    root = increasing_root(lambda s: sign * _curve(e, r, s).slope, low, high)
    found = where.any(axis=-1) & ~np.isnan(root)
    return np.where(found, _curve(e, r, np.where(found, root, start)).level, np.nan)


def logistic_cross_dimensional(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> LogisticPoints:
    """All stationary points of descent-ascent under the logistic loss, in order of ``q``.

    ``nu = -q`` with ``q = r alpha k/(1 + e^y)``, ``x`` and ``y`` decreasing functions of q:
    the fixed points of an increasing map of an interval.  It has at least one, the objective
    being coercive; for large strengths there may be three.
    Evidence by certified enumeration; beyond the paper.  Here ``alpha > 0``.
    """
    presence = check.positive("alpha", alpha)
    e, r, alpha_, f = parameters(epsilon, strength, presence, forget_fraction)
    return _logistic_points(e, r, np.log(alpha_) + np.log1p(-f) - np.log(f))
