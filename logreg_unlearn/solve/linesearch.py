"""A step along a direction: in full, or to the minimiser along the margins."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.solve.passes import Iterate
from logreg_unlearn.solve.rowspace import Space

if TYPE_CHECKING:
    from logreg_unlearn.solve.class_rows import ClassRows

GOOD = 0.25
"""Share of the slope that a full step may leave before the line search looks for a better one."""
RESOLUTION = 1e-14
"""Share of the objective, whose terms are all positive, that its rounding hides."""


def move(
    space: Space, here: Iterate, direction: Array, fall: float, full: Iterate | None = None
) -> Iterate:
    """Step along ``-direction``: fully, or to the minimiser where the full step is a bad one.

    ``fall`` is minus the slope at the start of the step, ``full`` the end of the full one if known.
    """
    there = space.evaluate(here.w - direction) if full is None else full
    dz = there.margins - here.margins
    if not np.dot(dz, dz) <= 100.0 * len(dz):
        # where no curvature is left (a far start, no ridge) a step has no natural length
        longest = float(np.abs(dz).max())
        limit = 10.0 + 10.0 * float(np.abs(here.margins).max())
        if longest > limit:
            direction = direction * (limit / longest)
            fall = float(np.dot(direction, here.gradient))
            there = space.evaluate(here.w - direction)
            dz = there.margins - here.margins
    last = -float(np.dot(direction, there.gradient))
    if abs(last) <= GOOD * abs(fall):
        return there
    t = line_search(space, here, dz, direction, -fall, last)
    return space.evaluate(here.w - t * direction)


def try_full(
    space: ClassRows, here: Iterate, direction: Array, fall: float, spare: Iterate | None
) -> Iterate:
    """As :func:`move`, in spare arrays, for a space that can write there.

    Where rounding hides the fall no search can tell a better step from a worse one.
    """
    full = space.evaluate(here.w - direction, spare)
    if abs(np.dot(direction, full.gradient)) <= GOOD * fall:
        return full
    hidden = fall <= space.resolution * space.value(here) and math.isfinite(full.norm)
    return full if hidden else move(space, here, direction, fall, full)


def line_search(
    space: Space, here: Iterate, dz: Array, direction: Array, first: float, last: float
) -> float:
    """Return t > 0 with a slope along ``-direction`` below a twentieth of the one at 0.

    ``first`` and ``last`` are the slopes at t = 0 and t = 1; a slope rises with t (convexity).
    """
    constant, linear = space.ridge_along(here, direction)

    def slope(t: float) -> float:
        return float(np.dot(space.slopes(here.margins + t * dz), dz)) + constant + t * linear

    wanted = 0.05 * abs(first)
    low, high = 0.0, 1.0
    while last < -wanted and high < 1e16:
        # the slope flattens: the secant falls short
        left = last / first
        ahead = high + (high - low) * left / (1.0 - left) if left < 1.0 else math.inf
        low, first, high = high, last, min(max(ahead, 1.5 * high), 4.0 * high)
        last = slope(high)
    if abs(last) <= wanted:
        return high
    width, closest = math.inf, 5.0 * float(np.finfo(here.margins.dtype).eps)
    for _ in range(200):
        # the secant where the two slopes are comparable and it has served, else the middle:
        # the geometric one once the bracket spans decades
        halved, width = high - low <= 0.5 * width, high - low
        if halved and 0.0 < last < -10.0 * first:
            t = low + width / (1.0 - last / first)
        else:
            t = math.sqrt(low * high) if low > 0 and high > 4 * low else 0.5 * (low + high)
        value = slope(t)
        if abs(value) <= wanted or width <= closest * high:
            return t
        if value < 0:
            low, first = t, value
        else:  # also when the far end overflowed to nan
            high, last = t, value
    return t
