"""A bracketed root, vectorised."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from logreg_unlearn.problem.losses import Array


def increasing_root(function: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Return the root of an increasing function in a bracket, or NaN where it is none.

    ``low`` and ``high`` are kept on either side of the sign change to the last few bits (the
    ITP rule of Oliveira and Takahashi: never more evaluations than bisection plus one).
    """
    low, high = (np.array(v, dtype=float) for v in np.broadcast_arrays(low, high))
    at_low, at_high = function(low), function(high)
    valid = (at_low <= 0) & (at_high >= 0)
    # Two units in the last place of the larger end: what a sum of rounded terms can resolve.
    tolerance = 4 * np.finfo(float).eps * np.maximum(np.maximum(abs(low), abs(high)), 1e-3)
    width = np.where(valid, high - low, 0.0)
    halvings = np.ceil(np.log2(np.maximum(width / tolerance, 1.0)))
    budget = int(halvings.max(initial=0.0)) + 1
    for step in range(budget):
        width = high - low
        if not np.any(valid & (width > tolerance)):
            break
        middle = low + 0.5 * width
        spread = at_high - at_low
        share = np.where(spread > 0, -at_low / np.where(spread > 0, spread, 1.0), 0.5)
        falsi = low + width * np.clip(share, 0.0, 1.0)
        side = np.sign(middle - falsi)
        nudge = np.minimum(0.1 * width, 0.2 * width**2)
        nudge = np.maximum(nudge, 0.5 * tolerance)
        trial = np.where(nudge <= abs(middle - falsi), falsi + side * nudge, middle)
        radius = np.maximum(0.5 * tolerance * 2.0 ** (halvings + 1 - step) - 0.5 * width, 0.0)
        trial = np.where(abs(trial - middle) <= radius, trial, middle - side * radius)
        trial = np.where(valid, np.clip(trial, low, high), low)
        value = function(trial)
        below = value <= 0
        low, at_low = np.where(below, trial, low), np.where(below, value, at_low)
        high, at_high = np.where(below, high, trial), np.where(below, at_high, value)
    return np.where(valid, 0.5 * (low + high), np.nan)
