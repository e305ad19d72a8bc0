"""Where descent-ascent ends exactly as far from the oracle as the original: two directions.

The end point is the stationary point of the closed forms of ``theory.cross_dimensional``; nothing
is interpolated from runs. Where there is no such point, or several between which the start would
decide, the answer is NaN.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array, get_loss
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory.cross_dimensional import (
    da_existence,
    da_stationary_points,
    logistic_cross_dimensional,
    oracle_closed_form,
    original_point,
)

_DECADES = 12
"""The search starts so far below its end: there descent-ascent is at the oracle, not at w_D."""
_STEPS = 60
_NEGLIGIBLE = 1e-9
"""A log-ratio that the certified distances, known to about 1e-9, cannot tell from 0."""


def log_ratio(
    loss: str, epsilon: ArrayLike, alpha: ArrayLike, ridge: float, fraction: float
) -> Array:
    """Return ``ln(||w_DA - w_R|| / ||w_D - w_R||)``, positive where descent-ascent harms.

    Parameters
    ----------
    loss : {"logistic", "exponential"}
    epsilon, alpha : array_like (...)
        Overlap of the directions, any real; forgotten per retained sample, >= 0.
    ridge : float > 0
    fraction : float in (0, 1)
        Forget fraction.

    Returns
    -------
    (...) array
        NaN where there is no stationary point, or more than one (logistic loss); ``-inf`` at
        ``alpha = 0``, where descent-ascent is the oracle's descent.
    """
    e, share = np.broadcast_arrays(np.asarray(epsilon, float), np.asarray(alpha, float))
    a = np.where(share > 0.0, share, 1.0)
    found = _log_ratio(loss, e, a, ridge, fraction)
    return np.where(share > 0.0, found, -np.inf)


def _log_ratio(loss: str, e: Array, a: Array, ridge: float, fraction: float) -> Array:
    strength = 1.0 / ridge
    if loss == "exponential":
        oracle = oracle_closed_form(e, strength)
        end, _ = da_stationary_points(e, strength, a, fraction)
        before = original_point(e, strength, a, fraction).distance(oracle)
        return _log_quotient(end.distance(oracle), before)
    points = logistic_cross_dimensional(e, strength, a, fraction)
    mu, nu = points.mu[..., 0], points.nu[..., 0]
    end_w = np.stack([mu + e * nu, e * mu + nu], axis=-1)
    kept = np.full_like(e, 1.0 - fraction)
    oracle_w = _minimisers(e, np.ones_like(e), np.zeros_like(e), ridge)
    original_w = _minimisers(e, kept, kept * a, ridge)
    after, before = (np.linalg.norm(w - oracle_w, axis=-1) for w in (end_w, original_w))
    one = (points.count == 1) & points.certified
    return np.where(one, _log_quotient(after, before), np.nan)


def _log_quotient(after: Array, before: Array) -> Array:
    with np.errstate(divide="ignore"):  # an original at the oracle: everything ends farther
        return np.log(after) - np.log(before)


def equal_distance(
    loss: str, epsilon: ArrayLike, ridge: float, fraction: float, top: float
) -> Array:
    """Return the ``alpha`` at which `log_ratio` changes its sign, for each ``epsilon``.

    Below it descent-ascent ends closer than the original, above it farther, up to the fold.

    Parameters
    ----------
    loss, epsilon, ridge, fraction
        As in `log_ratio`.
    top : float > 0
        Largest ``alpha`` looked at.

    Returns
    -------
    (...) array
        NaN where there is no change below ``top`` and the fold.
    """
    e = np.asarray(epsilon, dtype=float)
    high = np.full_like(e, np.log(top))
    if loss == "exponential":  # at the fold itself rounding decides whether there is a point
        high = np.minimum(high, np.log(da_existence(e, 1.0 / ridge, fraction).alpha) - 1e-9)
    low = high - _DECADES * np.log(10.0)
    return np.exp(_root(lambda s: log_ratio(loss, e, np.exp(s), ridge, fraction), low, high))


def _minimisers(epsilon: Array, retain: Array, forget: Array, ridge: float) -> Array:
    """Return the certified optima of ``retain phi(x) + forget phi(y) + ridge/2 ||w||^2``."""
    found = [
        minimise(Objective(np.array([[1.0, e], [e, 1.0]]), np.array([r, f]), ridge, _LOGISTIC)).w
        for e, r, f in zip(epsilon.flat, retain.flat, forget.flat, strict=True)
    ]
    return np.reshape(found, (*epsilon.shape, 2))


_LOGISTIC = get_loss("logistic")


def _root(function: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Return where an elementwise function turns positive; NaN where it is so at no end.

    The Illinois rule (Dowell and Jarratt 1971): a secant whose end that stays counts half.
    """
    at_low, at_high = function(low), function(high)
    found = (at_low < 0.0) & (at_high > 0.0)
    at_low, at_high = np.where(found, at_low, -1.0), np.where(found, at_high, 1.0)
    point, kept = high, np.zeros(low.shape)
    for _ in range(_STEPS):
        point = (low * at_high - high * at_low) / (at_high - at_low)
        value = function(point)
        found &= ~np.isnan(value)
        if not np.any(found & (np.abs(value) > _NEGLIGIBLE)):
            break
        below = value < 0.0
        low, high = np.where(below, point, low), np.where(below, high, point)
        at_low, at_high = (
            np.where(below, value, np.where(kept < 0.0, 0.5, 1.0) * at_low),
            np.where(below, np.where(kept > 0.0, 0.5, 1.0) * at_high, value),
        )
        at_low, at_high = np.where(found, at_low, -1.0), np.where(found, at_high, 1.0)
        kept = np.where(below, 1.0, -1.0)  # which end stayed
    return np.where(found, point, np.nan)
