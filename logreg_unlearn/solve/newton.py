r"""Newton's method for a convex objective, with chord steps and a line search on the margins.

A step solves ``H s = -grad`` with a Cholesky factor that is kept while it contracts well
(a *chord* step costs one pass over the data, a new Hessian about ``1 + d/25`` passes).
Where the full step is not good, the line search minimises along the margins ``z + t dz``,
which needs no further product with the data.  Large problems are warmed up on strided
subsamples n/64 and n/8, whose factor then serves the next level.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.passes import CHUNK, Iterate, Work, value_at

_GOOD = 0.25
"""Share of the slope that a full step may leave before the line search looks for a better one."""


@cache
def _lapack() -> tuple[Callable[..., Any], Callable[..., Any]]:
    from scipy.linalg import lapack  # loaded by the first solve, not by the import

    return lapack.dpotrf, lapack.dpotrs


class Factor:
    """Cholesky factor of a Hessian; damped on its diagonal if rounding made it indefinite."""

    def __init__(self, hessian: Array, largest: float) -> None:
        factorise, self._solve = _lapack()
        diagonal = hessian.diagonal()
        # the floor holds a coordinate whose curvature vanished
        floor = 1e-40 * (largest or 1.0)
        if diagonal.min() < floor:
            hessian.flat[:: len(hessian) + 1] = np.maximum(diagonal, floor)
        damping = 1e-14
        self._factor, failed = factorise(hessian.T, lower=1, clean=0)
        while failed:
            # the factor only preconditions: the gradient decides what is a solution
            hessian.flat[:: len(hessian) + 1] *= 1.0 + damping
            damping *= 10.0
            self._factor, failed = factorise(hessian.T, lower=1, clean=0)

    def solve(self, vector: Array) -> Array:
        """Return the Hessian's inverse times a vector (d,)."""
        return self._solve(self._factor, vector, lower=1)[0]


def chord_newton(
    objective: Objective, start: Array, target: float, max_iterations: int, work: Work
) -> tuple[Iterate, int, Factor | None]:
    """Iterate until the gradient norm is at most ``target`` or no step lowers it.

    Parameters
    ----------
    objective : Objective
        Without batch axes and with coefficients >= 0.
    start : ndarray (d,)
    target : float
        Gradient norm to reach.
    max_iterations : int
        Budget of steps on the full data.
    work : Work
        Counts the passes.

    Returns
    -------
    Iterate
        The point of the smallest gradient norm reached.
    int
        Steps taken on the full data.
    Factor or None
        Factor of the last Hessian, with which :func:`refine` may go on.
    """
    n, d = objective.signed_features.shape
    factor = None
    for stride in (64, 8) if n * d > CHUNK else ():
        if n // stride >= 5 * d:
            part = _subsample(objective, stride)
            first = work.evaluate(part, start)
            # a tenth of the sampling error of the subsample itself is accurate enough
            goal = 0.1 * first.norm * math.sqrt(d / (n / stride))
            point, _, factor = refine(part, first, goal, 20, factor, work)
            start = point.w
    first = work.evaluate(objective, start)
    return refine(objective, first, target, max_iterations, factor, work)


def refine(
    objective: Objective,
    start: Iterate,
    target: float,
    budget: int,
    factor: Factor | None,
    work: Work,
) -> tuple[Iterate, int, Factor | None]:
    """Iterate from an evaluated point, with the factor of a Hessian nearby if there is one.

    Parameters and returns as in :func:`chord_newton`.
    """
    here = best = start
    if not math.isfinite(here.norm):  # the exponential loss overflowed: a start is only a hint
        here = best = work.evaluate(objective, np.zeros_like(start.w))
    if here.norm <= target or not math.isfinite(here.norm):
        return best, 0, factor
    fresh, stalled = False, 0
    pending: Array | None = None  # H^-1 grad here, when the step to here already needed it
    for steps in range(budget):
        if stalled >= 3:
            return best, steps, factor
        if factor is None:
            hessian = work.hessian(objective, here.margins)
            largest = float(hessian.diagonal().max())
            if not math.isfinite(largest):  # a sum of squares: any overflow shows there
                return best, steps, None
            factor, fresh, pending = Factor(hessian, largest), True, None
        direction = factor.solve(here.gradient) if pending is None else pending
        before = float(np.dot(direction, here.gradient))
        there = _move(objective, here, direction, before, work)
        if not math.isfinite(there.norm):
            return best, steps, factor
        if there.norm <= target:
            return there, steps + 1, factor
        pending = factor.solve(there.gradient)
        after = float(np.dot(there.gradient, pending))
        contraction = math.sqrt(after / before) if before > 0 and after > 0 else 0.0
        poor = not contraction < 1.0
        if poor and not fresh:
            factor = None  # a stale factor led nowhere: stay here and renew it
            continue
        here = there
        if here.norm >= 0.9 * best.norm and before <= _resolution(objective, here):
            stalled += 1
        if here.norm < best.norm:
            best = here
        fresh = False
        if _renewal_pays(contraction, here.norm, target, len(here.w)):
            factor = None
    return best, budget, factor


def _resolution(objective: Objective, here: Iterate) -> float:
    """Decrease of the objective that its rounding hides (its terms are all positive)."""
    return 1e-14 * value_at(objective, here)


def _renewal_pays(contraction: float, norm: float, target: float, d: int) -> bool:
    """Whether a new Hessian costs less than the chord steps that are left without it."""
    if contraction >= 0.5:
        return True
    if contraction <= 0 or target <= 0:
        return False
    chord_steps_left = (math.log(target) - math.log(norm)) / math.log(contraction)
    return chord_steps_left > 3.0 + d / 25.0


def _move(
    objective: Objective, here: Iterate, direction: Array, fall: float, work: Work
) -> Iterate:
    """Step along ``-direction``: fully, or to the minimiser where the full step is a bad one.

    ``fall`` is minus the slope at the start of the step.
    """
    there = work.evaluate(objective, here.w - direction)
    dz = there.margins - here.margins
    if not np.dot(dz, dz) <= 100.0 * len(dz):
        # where no curvature is left (a far start, no ridge) a step has no natural length
        longest = float(np.abs(dz).max())
        limit = 10.0 + 10.0 * float(np.abs(here.margins).max())
        if longest > limit:
            direction = direction * (limit / longest)
            fall = float(np.dot(direction, here.gradient))
            there = work.evaluate(objective, here.w - direction)
            dz = there.margins - here.margins
    last = -float(np.dot(direction, there.gradient))
    if abs(last) <= _GOOD * abs(fall):
        return there
    t = _line_search(objective, here, dz, direction, -fall, last)
    return work.evaluate(objective, here.w - t * direction)


def _line_search(
    objective: Objective, here: Iterate, dz: Array, direction: Array, first: float, last: float
) -> float:
    """Return t > 0 with a slope along ``-direction`` below a twentieth of the one at 0.

    ``first`` and ``last`` are the slopes at t = 0 and t = 1; a slope rises with t (convexity).
    """
    c, loss = objective.coefficients, objective.loss
    ridge = objective.ridge_diagonal * direction
    constant, linear = -float(np.dot(ridge, here.w)), float(np.dot(ridge, direction))

    def slope(t: float) -> float:
        slopes = c * loss.derivative(here.margins + t * dz)
        return float(np.dot(slopes, dz)) + constant + t * linear

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
    width = math.inf
    for _ in range(200):
        # the secant where the two slopes are comparable and it has served, else the middle:
        # the geometric one once the bracket spans decades
        halved, width = high - low <= 0.5 * width, high - low
        if halved and 0.0 < last < -10.0 * first:
            t = low + width / (1.0 - last / first)
        else:
            t = math.sqrt(low * high) if low > 0 and high > 4 * low else 0.5 * (low + high)
        value = slope(t)
        if abs(value) <= wanted or width <= 1e-15 * high:
            return t
        if value < 0:
            low, first = t, value
        else:  # also when the far end overflowed to nan
            high, last = t, value
    return t


def _subsample(objective: Objective, stride: int) -> Objective:
    """Every ``stride``-th row, with the coefficients scaled to the same total."""
    c = objective.coefficients
    part = c[::stride]
    total = part.sum()
    return replace(
        objective,
        signed_features=np.ascontiguousarray(objective.signed_features[::stride]),
        coefficients=part * (c.sum() / total) if total > 0 else part,
        offset=None if objective.offset is None else objective.offset[::stride],
    )
