r"""Newton's method for a convex objective, with chord steps and exact line search.

A step solves ``H s = -grad`` with a Cholesky factor that is kept while it contracts well
(a *chord* step costs one pass over the data, a new Hessian about ``1 + d/25`` passes).
Where the full step is not good, the line search minimises along the margins ``z + t dz``,
which needs no further product with the data.  Large problems are warmed up on strided
subsamples n/64 and n/8, whose factor then serves the next level.  Overflow is an answer here (the
exponential loss), so the callers silence NumPy's warnings of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from logreg_unlearn.losses import Array
from logreg_unlearn.objective import Objective

CHUNK = 65_536
"""Matrix entries per row chunk: 512 KiB, half of a common level-2 cache."""


@dataclass(frozen=True)
class Iterate:
    """A point with what one pass over the data gives: margins, gradient and its norm."""

    w: Array
    margins: Array
    gradient: Array
    norm: float


def evaluate(objective: Objective, w: Array) -> Iterate:
    """Return margins and gradient at ``w`` in one pass over row chunks."""
    rows, c, loss = objective.signed_features, objective.coefficients, objective.loss
    gradient = objective.ridge_diagonal * w
    margins = np.empty(len(rows))
    for chunk in row_chunks(rows.shape):
        z = margins[chunk]
        np.dot(rows[chunk], w, out=z)
        if objective.offset is not None:
            z += objective.offset[chunk]
        gradient += np.dot(c[chunk] * loss.derivative(z), rows[chunk])
    norm = math.sqrt(np.dot(gradient, gradient))
    if norm == 0.0 or norm == math.inf:  # the squares left float64, the norm may not have
        largest = float(np.max(np.abs(gradient)))
        if 0.0 < largest < math.inf:
            norm = largest * float(np.linalg.norm(gradient / largest))
    return Iterate(w, margins, gradient, norm)


def hessian_at(objective: Objective, margins: Array, columns: Array | None = None) -> Array:
    """Return the Hessian for given margins, for coefficients >= 0.

    ``columns`` is a contiguous copy of the transposed rows, which small problems keep: with it
    one plain product is fastest.  Without it, symmetric rank-k updates by row chunks.
    """
    rows = objective.signed_features
    weights = objective.coefficients * objective.loss.curvature(margins)
    if columns is not None:
        hessian = np.dot(columns * weights, rows)
    else:
        roots = np.sqrt(weights)
        hessian = np.zeros((rows.shape[1], rows.shape[1]))
        for chunk in row_chunks(rows.shape):
            scaled = roots[chunk, None] * rows[chunk]
            hessian += scaled.T @ scaled
    hessian.flat[:: rows.shape[1] + 1] += objective.ridge_diagonal
    return hessian


@lru_cache(maxsize=64)
def row_chunks(shape: tuple[int, ...], entries: int = CHUNK) -> tuple[slice, ...]:
    """Slices of rows that hold about ``entries`` matrix entries each."""
    n, d = shape
    size = max(1, entries // d)
    return tuple(slice(i, min(i + size, n)) for i in range(0, n, size))


class _Factor:
    """Cholesky factor of a Hessian; damped on its diagonal if rounding made it indefinite."""

    def __init__(self, hessian: Array) -> None:
        from scipy.linalg import lapack

        self._solve = lapack.dpotrs
        curvatures = hessian.diagonal()
        largest = curvatures.max() or 1.0
        # unit diagonal first: columns of very different scale then cost no accuracy; the floor
        # holds a coordinate whose curvature vanished
        self._scale = 1.0 / np.sqrt(np.maximum(curvatures, 1e-40 * largest))
        scaled = hessian * self._scale
        scaled *= self._scale[:, None]
        scaled.flat[:: len(scaled) + 1] = 1.0
        damping = 0.0
        while True:
            self._factor, failed = lapack.dpotrf(scaled, lower=1, clean=0)
            if not failed:
                return
            # the factor only preconditions: the gradient decides what is a solution
            added = max(1e-14, 9.0 * damping)
            scaled[np.diag_indices_from(scaled)] += added
            damping += added

    def solve(self, vector: Array) -> Array:
        solution, _ = self._solve(self._factor, self._scale * vector, lower=1)
        return self._scale * solution


def chord_newton(
    objective: Objective, start: Array, target: float, max_iterations: int
) -> tuple[Iterate, int]:
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

    Returns
    -------
    Iterate
        The point of the smallest gradient norm reached.
    int
        Steps taken on the full data.
    """
    factor = None
    n, d = objective.signed_features.shape
    for stride in (64, 8):
        if n // stride >= 5 * d:
            part = _subsample(objective, stride)
            # a tenth of the sampling error of the subsample itself is accurate enough
            goal = 0.1 * evaluate(part, start).norm * np.sqrt(d / (n / stride))
            point, _, factor = _iterate(part, start, goal, 20, factor)
            start = point.w
    point, steps, _ = _iterate(objective, start, target, max_iterations, factor)
    return point, steps


def _iterate(
    objective: Objective, start: Array, target: float, budget: int, factor: _Factor | None
) -> tuple[Iterate, int, _Factor | None]:
    here = best = evaluate(objective, start)
    if not math.isfinite(here.norm):  # the exponential loss overflowed: a start is only a hint
        here = best = evaluate(objective, np.zeros_like(start))
    if not math.isfinite(here.norm):
        return best, 0, factor
    fresh, stalled = False, 0
    pending: Array | None = None  # H^-1 grad here, when the step to here already needed it
    rows = objective.signed_features
    columns = np.ascontiguousarray(rows.T) if rows.size <= CHUNK else None
    for steps in range(budget):
        if here.norm <= target or stalled >= 3:
            return best, steps, factor
        if factor is None:
            hessian = hessian_at(objective, here.margins, columns)
            if not math.isfinite(hessian.trace()):  # a sum of squares: any overflow shows
                return best, steps, None
            factor, fresh, pending = _Factor(hessian), True, None
        direction = factor.solve(here.gradient) if pending is None else pending
        there = _move(objective, here, direction)
        if not math.isfinite(there.norm):
            return best, steps, factor
        pending = factor.solve(there.gradient)
        before = float(np.dot(direction, here.gradient))
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
        if here.norm > target and _renewal_pays(contraction, here.norm, target, len(start)):
            factor, fresh = None, False
        else:
            fresh = False
    return best, budget, factor


def _resolution(objective: Objective, here: Iterate) -> float:
    """Decrease of the objective that its rounding hides."""
    losses = float(objective.coefficients @ objective.loss.value(here.margins))
    return 1e-14 * (losses + float(objective.ridge_diagonal @ np.square(here.w)))


def _renewal_pays(contraction: float, norm: float, target: float, d: int) -> bool:
    """Whether a new Hessian costs less than the chord steps that are left without it."""
    if contraction >= 0.5:
        return True
    if contraction <= 0 or target <= 0:
        return False
    chord_steps_left = math.log(target / norm) / math.log(contraction)
    return chord_steps_left > 3.0 + d / 25.0


def _move(objective: Objective, here: Iterate, direction: Array) -> Iterate:
    """Step along ``-direction``: fully, or to the minimiser where the full step is a bad one."""
    there = evaluate(objective, here.w - direction)
    dz = there.margins - here.margins
    if not np.dot(dz, dz) <= 100.0 * len(dz):
        # where no curvature is left (a far start, no ridge) a step has no natural length
        longest = float(np.max(np.abs(dz)))
        limit = 10.0 + 10.0 * float(np.max(np.abs(here.margins)))
        if longest > limit:
            direction = direction * (limit / longest)
            there = evaluate(objective, here.w - direction)
            dz = there.margins - here.margins
    slope = np.dot(direction, here.gradient)
    slope_there = np.dot(direction, there.gradient)
    # the exponential loss falls by a factor e a full step: look farther sooner
    good = 0.5 if objective.loss.name == "logistic" else 0.3
    if abs(slope_there) <= good * abs(slope):
        return there
    t = _line_search(objective, here, dz, direction)
    return evaluate(objective, here.w - t * direction)


def _line_search(objective: Objective, here: Iterate, dz: Array, direction: Array) -> float:
    """Return t > 0 with a slope along ``-direction`` below a tenth of the one at 0."""
    c, loss = objective.coefficients, objective.loss
    ridge = objective.ridge_diagonal * direction
    constant, linear = -float(ridge @ here.w), float(ridge @ direction)

    def slope(t: float) -> float:
        return float((c * loss.derivative(here.margins + t * dz)) @ dz) + constant + t * linear

    wanted = 0.1 * abs(slope(0.0))
    low, high = 0.0, 1.0
    while slope(high) < -wanted and high < 1e16:
        low, high = high, 4.0 * high
    for _ in range(200):
        # geometric middle once the bracket spans decades, else the plain one
        middle = np.sqrt(low * high) if low > 0 and high > 4 * low else 0.5 * (low + high)
        value = slope(middle)
        if abs(value) <= wanted or high - low <= 1e-15 * high:
            return float(middle)
        if value < 0:
            low = middle
        else:  # also when the far end overflowed to nan
            high = middle
    return float(0.5 * (low + high))


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
