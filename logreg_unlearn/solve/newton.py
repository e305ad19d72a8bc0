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
from typing import Protocol, TypeVar

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.rows import CHUNK, LazyRows
from logreg_unlearn.solve.factors import Preconditioner
from logreg_unlearn.solve.linesearch import RESOLUTION, move
from logreg_unlearn.solve.passes import NEAR, Formed, Iterate, Work, moved
from logreg_unlearn.solve.rowspace import (
    RowFactor,
    Rows,
    Space,
    Span,
    SpanFactor,
    WideRows,
)
from logreg_unlearn.solve.secants import DEAR, quasi_newton


class _Sample(Protocol):
    def evaluate(self, w: Array) -> Iterate: ...

    def noise(self, here: Iterate) -> float: ...


_AS_GOOD = 2.0
"""Times a sample's own error: a start that is as near as this it does not improve."""

Part = TypeVar("Part", bound=_Sample)
Known = TypeVar("Known")


class RowSearch:
    """A search for the minimiser in the coordinates of w.

    Parameters
    ----------
    objective : Objective
        Without batch axes and with coefficients >= 0.
    start : ndarray (d,)
    work : Work
        Counts the passes.

    Attributes
    ----------
    point : Iterate
        The point of the smallest gradient norm reached.
    iterations : int
        Steps taken on the full data.
    """

    def __init__(self, objective: Objective, start: Array, work: Work) -> None:
        shape = objective.signed_features.shape
        start, self._factor = from_subsamples(
            lambda stride: Rows(_subsample(objective, stride), work),
            refine, start, shape, objective.dimension,
        )  # fmt: skip
        self._space = Rows(objective, work)
        self.point, self.iterations = self._space.evaluate(start), 0

    @property
    def formed(self) -> Formed | None:
        """The last Hessian of all rows."""
        return self._space.formed

    def go_on(self, target: float, budget: int) -> None:
        """Iterate until the gradient norm is at most ``target`` or no step lowers it."""
        iterate = quasi_newton if self._space.renewal >= DEAR else refine
        factor, self._factor = self._factor, None  # held by the iteration alone, which may drop it
        found = iterate(self._space, self.point, target, budget, factor)
        self.point, more, self._factor = found
        self.iterations += more

    def renew(self) -> None:
        """Form a Hessian here if steps are to be saved and the last one is of elsewhere."""
        if self._space.renewal >= DEAR and not moved(self.formed, self.point) <= NEAR:
            self._factor = None
            self._factor = self._space.factor(self.point)


class SpanSearch:
    """As :class:`RowSearch`, in the span of the rows: for a ridge on every coordinate."""

    def __init__(self, objective: Objective, start: Array, work: Work) -> None:
        self._objective, self._work = objective, work
        self.point, self.iterations = work.evaluate(objective, start), 0
        self._space: WideRows | None = None
        self._factor: Preconditioner | None = None

    def go_on(self, target: float, budget: int) -> None:
        """Iterate until the gradient norm is at most ``target`` or no step lowers it."""
        if self.point.norm <= target or budget <= 0:
            return
        if self._space is None:
            span = Span(self._objective, self._work)
            self._space = WideRows(span)
            inside, steps, factor = refine(span, span.enter(self.point), target, budget, None)
            self.iterations, budget = self.iterations + steps, budget - steps
            if isinstance(factor, SpanFactor):
                self._factor = RowFactor(span, factor)
            found = self._space.evaluate(inside.w @ self._objective.signed_features)
            if found.norm < self.point.norm or not math.isfinite(self.point.norm):
                self.point = found
        self.point, more, self._factor = refine(
            self._space, self.point, target, budget, self._factor
        )
        self.iterations += more


def from_subsamples(
    part_of: Callable[[int], Part],
    iterate: Callable[[Part, Iterate, float, int, Known | None], tuple[Iterate, int, Known | None]],
    start: Array,
    shape: tuple[int, ...],
    parameters: int,
    strides: tuple[int, ...] = (64, 8),
) -> tuple[Array, Known | None]:
    """Return a start from ever larger samples of the rows, and what is known of the curvature.

    Parameters
    ----------
    part_of : callable
        The space of every ``stride``-th row.
    iterate : callable
        As :func:`refine`.
    start : ndarray
    shape : tuple
        ``(n, d)`` of all rows.
    parameters : int
        Of the objective: small problems are not sampled.
    strides : tuple of int
        Of the samples, falling.
    """
    known: Known | None = None
    n, d = shape
    for stride in strides if n * parameters > CHUNK else ():
        if n // stride >= 5 * d:
            part = part_of(stride)
            first = part.evaluate(start)
            # what a smaller sample left has to go through the larger one, whatever it says
            if known is None and first.norm <= _AS_GOOD * part.noise(first):
                continue
            # a tenth of the sampling error of the subsample itself is accurate enough
            goal = 0.1 * first.norm * math.sqrt(d / (n / stride))
            point, _, known = iterate(part, first, goal, 20, known)
            start = point.w
    return start, known


def refine(
    space: Space, start: Iterate, target: float, budget: int, factor: Preconditioner | None
) -> tuple[Iterate, int, Preconditioner | None]:
    """Iterate from an evaluated point, with the factor of a Hessian nearby if there is one.

    Returns the point of the smallest gradient norm reached, the steps taken, and the factor of
    the last Hessian.
    """
    here = best = start
    if not math.isfinite(here.norm):  # the exponential loss overflowed: a start is only a hint
        here = best = space.evaluate(np.zeros_like(start.w))
    if here.norm <= target or not math.isfinite(here.norm):
        return best, 0, factor
    fresh, stalled = False, 0
    pending: Array | None = None  # H^-1 grad here, when the step to here already needed it
    for steps in range(budget):
        if stalled >= 3:
            return best, steps, factor
        if factor is None:
            factor, fresh, pending = space.factor(here), True, None
            if factor is None:
                return best, steps, None
        direction = factor.solve(here) if pending is None else pending
        before = float(np.dot(direction, here.gradient))
        there = move(space, here, direction, before)
        if not math.isfinite(there.norm):
            return best, steps, factor
        if there.norm <= target:
            return there, steps + 1, factor
        pending = factor.solve(there)
        after = float(np.dot(there.gradient, pending))
        contraction = math.sqrt(after / before) if before > 0 and after > 0 else 0.0
        poor = not contraction < 1.0
        if poor and not fresh:
            factor = None  # a stale factor led nowhere: stay here and renew it
            continue
        if poor and np.array_equal(there.w, here.w):
            return best, steps, factor  # rounding swallows the step, and would for ever
        here = there
        if here.norm >= 0.9 * best.norm and before <= RESOLUTION * space.value(here):
            stalled += 1
        if here.norm < best.norm:
            best = here
        fresh = False
        if _renewal_pays(contraction, here.norm, target, space.renewal):
            factor = None
    return best, budget, factor


def _renewal_pays(contraction: float, norm: float, target: float, renewal: float) -> bool:
    """Whether a new Hessian costs less than the chord steps that are left without it."""
    if contraction >= 0.5:
        return True
    if contraction <= 0 or target <= 0:
        return False
    chord_steps_left = (math.log(target) - math.log(norm)) / math.log(contraction)
    return chord_steps_left > 3.0 + renewal


def _subsample(objective: Objective, stride: int) -> Objective:
    """Every ``stride``-th row, with the coefficients scaled to the same total."""
    c, rows = objective.coefficients, objective.signed_features
    part = c[::stride]
    total = part.sum()
    return replace(
        objective,
        signed_features=rows.take(np.arange(0, len(rows), stride))
        if isinstance(rows, LazyRows)
        else np.ascontiguousarray(rows[::stride]),
        coefficients=part * (c.sum() / total) if total > 0 else part,
        offset=None if objective.offset is None else objective.offset[::stride],
    )
