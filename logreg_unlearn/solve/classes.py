"""The minimiser of a convex softmax objective: an iteration on the logits of all classes.

Large problems are warmed up on a strided subsample, as those of two classes, and begun in single
precision, which tells half the digits of a gradient.  The steps are those of ``inexact``; where it
gives up, secants and whole Hessians of ``K(K-1)/2`` blocks follow, the cheaper ones first.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS, FEW, TINY, euclidean, outward
from logreg_unlearn.problem.rows import CHUNK
from logreg_unlearn.problem.softmax import ROOT2, SoftmaxObjective
from logreg_unlearn.solve.class_rows import LARGEST, NEGLECT, ClassRows
from logreg_unlearn.solve.inexact import SINGLE, Progress, inexact_newton
from logreg_unlearn.solve.newton import from_subsamples, refine
from logreg_unlearn.solve.passes import NEAR, Iterate, Work
from logreg_unlearn.solve.radius import ridge_radius, vague
from logreg_unlearn.solve.rounding import longest_row, smallest_eigenvalue
from logreg_unlearn.solve.secants import DEAR, quasi_newton

_ROWS = 32
"""Rows a column whose Hessian is tried first, for a certificate."""
_FLOOR = 4e-6
"""What rounding to single precision does to a gradient, as a share of the root of the sum of
squares of the rows' gradients (measured: at most 3.2e-6)."""
_STRIDE = 16
"""Of the rows that a search begins with."""
_BUDGET = 20
"""Steps in single precision: most searches end after fewer than ten."""


class ClassSearch:
    """A search for the minimiser; attributes as of ``newton.RowSearch``.

    Parameters
    ----------
    objective : SoftmaxObjective
        With coefficients >= 0.
    start : ndarray (K*d,)
    target : float
        Gradient norm that will be asked for: single precision need not tell more.
    work : Work
        Counts the passes.
    budget : int
        Steps on all rows at most, in single precision too.
    """

    def __init__(
        self, objective: SoftmaxObjective, start: Array, target: float, work: Work, budget: int
    ) -> None:
        self.space, self.iterations = ClassRows(objective, work), 0
        warm = bool(start.any())
        # the minimiser has mean 0 over the classes, and so have the steps
        start = (objective.matrix(start) - objective.matrix(start).mean(axis=0)).ravel()
        start, self._known = from_subsamples(
            lambda stride: ClassRows(_subsample(objective, stride), work, SINGLE),
            inexact_newton, start, objective.features.shape, objective.dimension, (_STRIDE,),
        )  # fmt: skip
        if len(objective.classes) * objective.dimension > CHUNK:
            start = self._in_single_precision(start, target, min(_BUDGET, budget))
        self.point = self.space.evaluate(start)
        # from far out, where no curvature is left, the way back is long: such a start is no hint
        if warm and not self.space.value(self.point) <= _highest_at_zero(objective):
            self.point, self._known = self.space.evaluate(np.zeros_like(start)), None

    def _in_single_precision(self, start: Array, target: float, budget: int) -> Array:
        """Return how far half the digits lead, at half the cost."""
        first = self.space.single.evaluate(start)
        if self._known is not None:  # a sample's minimiser says nothing of the first step from it
            self._known = replace(self._known, share=Progress.share)
        goal = max(0.5 * target, _FLOOR * self.space.single.noise(first))
        point, steps, self._known = inexact_newton(
            self.space.single, first, goal, budget, self._known
        )
        self.iterations += steps
        return point.w

    def go_on(self, target: float, budget: int) -> None:
        """Iterate until the gradient norm is at most ``target`` or no step lowers it."""
        point, steps, self._known = inexact_newton(
            self.space, self.point, target, budget, self._known
        )
        found, ways = point, [self._by_hessians, self._by_secants]
        if self.space.renewal >= DEAR:
            ways.reverse()
        for way in ways:
            if point.norm > target:
                point, more = way(found, point, target, budget - steps)
                steps += more
        self.point, self.iterations = point, self.iterations + steps

    def _by_secants(
        self, _: Iterate, point: Iterate, target: float, budget: int
    ) -> tuple[Iterate, int]:
        """Go on by many short steps, for which nothing is left out of the blocks."""
        self.space.curvature.at(point)
        blocks = self.space.curvature.blocks(0.0)
        trial = self.space.renewal
        return quasi_newton(self.space, point, target, budget // 2, blocks, trial)[:2]

    def _by_hessians(
        self, found: Iterate, point: Iterate, target: float, budget: int
    ) -> tuple[Iterate, int]:
        """Go on by the Hessians of all samples.

        Where steps fall below the resolution of the objective these have some left, and where
        weights differ by orders of magnitude nothing else has.
        """
        if math.isinf(self.space.renewal):
            return point, 0
        self.space.neglect = 0.0
        # far out, where all slopes are flat, a gradient may be small and the objective large
        lowest = min(found, point, key=self.space.value)
        return refine(self.space, lowest, target, budget, None)[:2]


def descend_classes(
    objective: SoftmaxObjective,
    start: Array,
    target: float,
    tolerance: float,
    max_iterations: int,
    work: Work,
) -> tuple[Iterate, float, int, float]:
    """Return the minimiser of a convex objective, its value, the steps, and a certified radius.

    Parameters
    ----------
    objective : SoftmaxObjective
        With coefficients > 0 and a ridge.
    start : ndarray (K*d,)
    target : float
        Gradient norm to reach.
    tolerance : float
        What the radius aims at, as a share of ``1 + ||w||``.
    max_iterations : int
    work : Work
        Counts the passes.
    """
    search = ClassSearch(objective, start, target, work, max_iterations)
    search.go_on(target, max_iterations - search.iterations)
    ridge = float(objective.ridge_diagonal.min())
    enough = vague(search.point.w, tolerance)

    def plain_radius() -> tuple[float, float]:
        rounding = search.space.rounding(search.point)
        return ridge_radius(objective, float(search.point.norm), rounding), rounding

    radius, rounding = plain_radius()
    if radius > enough and rounding < search.point.norm < math.inf:
        # a small ridge magnifies what is left of the gradient: go on to the rounding floor
        spare = min(50, max_iterations - search.iterations)
        search.go_on(max(rounding, 0.5 * enough * ridge), spare)
        radius, rounding = plain_radius()
    if radius > enough and objective.dimension <= LARGEST:
        point = search.point
        norm = float(point.norm) + rounding
        radius = min(radius, curvature_radius(search.space, point, norm, enough))
    return search.point, search.space.value(search.point), search.iterations, radius


def curvature_radius(space: ClassRows, point: Iterate, norm: float, enough: float = 0.0) -> float:
    """Radius around the minimiser from the curvature at a point, as for two classes.

    Softmax has ``|D^3[v,v,h]| <= range(h) D^2[v,v]`` (claim ``softmax_derivatives``): in units of
    the columns, with ``mu`` the smallest eigenvalue, ``R = sqrt(2)`` times the longest row and
    ``kappa = R ||g|| / mu < 1``, the minimiser is within ``-log(1 - kappa)/R``.  All of it among
    weights of mean 0 over the classes, as the minimiser's (claim ``softmax_gauge``); the point's
    own mean is added.  A Hessian of other logits counts with ``e^{-range}`` of their difference,
    and that of some of the rows is at most the Hessian: it is tried first, for a radius that is
    ``enough``.  ``norm`` bounds the gradient.
    """
    objective = space.objective
    n, d = objective.features.shape
    shaken = float(objective.shaken(point.w).max(initial=0.0))
    radius = math.inf
    if space.formed is not None:
        moved = space.logits(point.margins - space.formed.margins)
        change = float(np.ptp(moved, axis=0).max(initial=0.0))
        if change <= NEAR:
            radius = _radius(objective, space.formed.hessian, point.w, norm, change + shaken)
    for stride in sorted({max(1, n // (_ROWS * d)), 1}, reverse=True):
        if radius > enough:
            rows, logits = slice(None, None, stride), space.logits(point.margins)
            some = objective if stride == 1 else objective.with_rows(rows)
            hessian = some.hessian_at(logits[:, rows], NEGLECT)
            radius = min(radius, _radius(objective, hessian, point.w, norm, shaken))
    return radius


def _radius(
    objective: SoftmaxObjective, hessian: Array, w: Array, norm: float, change: float
) -> float:
    """Return the radius by a matrix that is at most the Hessian where logits differ by change."""
    (n, d), p, count = objective.features.shape, objective.dimension, objective.count
    sizes = hessian.diagonal().reshape(count, d).mean(axis=0)
    if not (np.all(np.isfinite(hessian)) and np.all(sizes > 0)):
        return math.inf
    units = 1.0 / np.sqrt(sizes)
    each = np.tile(units, count)
    scaled = hessian * each
    scaled *= each[:, None]
    # stiff along the means, which are not searched: the other eigenvalues stay
    for j in range(d):
        scaled[j::d, j::d] += 1.0 / count
    # the trace is p in these units, and a Laplacian without its signs has at most twice its norm
    formation = 2.0 * p * (n + count + FEW) * EPS
    weights = 1.0 + objective.coefficients
    formation += TINY * p * float(weights.sum()) * longest_row(objective.features, units) ** 2
    least = math.exp(-change) * (smallest_eigenvalue(scaled) - formation)
    if not least > 0:
        return math.inf
    outside = outward(n, p)
    inside = norm * float(units.max()) * outside
    longest = ROOT2 * longest_row(objective.features, units) * outside
    kappa = longest * inside / least * outside
    if not kappa < 1.0:
        return math.inf
    reach = inside / least if kappa < EPS else -math.log1p(-kappa) / longest
    mean = math.sqrt(count) * float(euclidean(objective.matrix(w).mean(axis=0)))
    mean += (count + 2) * EPS * float(euclidean(w))
    radius = (reach * float(units.max()) + mean) * outside
    return radius if math.isfinite(radius) else math.inf


def _highest_at_zero(objective: SoftmaxObjective) -> float:
    """Bound the objective at 0: a loss is at most ``log K`` and the range of its offsets."""
    total = math.log(objective.count) * float(objective.coefficients.sum())
    if objective.offset is not None:
        total += float(np.dot(objective.coefficients, np.ptp(objective.offset, axis=1)))
    return total * outward(len(objective.classes), objective.count)


def _subsample(objective: SoftmaxObjective, stride: int) -> SoftmaxObjective:
    """Every ``stride``-th row, with the coefficients scaled to the same total."""
    part = objective.with_rows(slice(None, None, stride))
    total = part.coefficients.sum()
    if not total > 0:
        return part
    return part.with_coefficients(part.coefficients * (objective.coefficients.sum() / total))
