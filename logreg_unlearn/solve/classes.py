"""The minimiser of a convex softmax objective: an iteration on the logits of all classes.

The margins of an iterate are the logits (K*n,), chunk by chunk of rows, the class first within
each; its slopes are what the weighted losses change by.
Large problems are warmed up on strided subsamples, as those of two classes.  The steps are those
of ``inexact``; where it gives up, secants follow, and the ``K(K-1)/2`` blocks of a whole Hessian
are formed when steps promise to cost more.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import NamedTuple

import numpy as np

from logreg_unlearn.problem import logits as of_logits
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS, FEW, TINY, euclidean, outward
from logreg_unlearn.problem.rows import CHUNK
from logreg_unlearn.problem.softmax import ROOT2, SoftmaxObjective
from logreg_unlearn.solve.factors import Factor, Preconditioner
from logreg_unlearn.solve.inexact import SINGLE, Curvature, inexact_newton
from logreg_unlearn.solve.newton import from_subsamples, refine
from logreg_unlearn.solve.passes import NEAR, Formed, Iterate, Work
from logreg_unlearn.solve.radius import ridge_radius, vague
from logreg_unlearn.solve.rounding import longest_row, smallest_eigenvalue
from logreg_unlearn.solve.secants import quasi_newton

_NEGLECT = 0.05
"""Share of the mean weight below which samples are left out of a Hessian that preconditions."""
_ROWS = 32
"""Rows a column whose Hessian is tried first, for a certificate."""
_FLOOR = 4e-6
"""What rounding to single precision does to a gradient, as a share of the root of the sum of
squares of the rows' gradients (measured: at most 3.2e-6)."""
_BUDGET = 20
"""Steps in single precision: most searches end after fewer than ten."""
_LARGEST = 20_000
"""Parameters (3.2 GB) from which on a Hessian is never formed."""


class Part(NamedTuple):
    """Rows that are worked on at once.

    Attributes
    ----------
    inside : slice
        Where their logits are among all K*n.
    chunk : slice
        Which rows they are.
    columns : ndarray (d, m)
        Their features: a product with few rows is half as fast again by columns.
    own : ndarray of int (m,)
        Places of the labels' logits among theirs.
    weights : ndarray (m,)
        Their coefficients.
    """

    inside: slice
    chunk: slice
    columns: Array
    own: Array
    weights: Array


class ClassRows:
    """The coordinates of w; ``formed`` is the last Hessian, or a matrix that is at most it.

    Parameters
    ----------
    objective : SoftmaxObjective
    work : Work
        Counts the passes.
    precision : type
        Of the logits and slopes, half as dear in single precision.
    """

    exact = 0.5  # the exponentials of a line search cost as much as a product

    def __init__(
        self, objective: SoftmaxObjective, work: Work, precision: type[np.floating] = np.float64
    ) -> None:
        self.objective, self.work, self.precision = objective, work, precision
        self.formed: Formed | None = None
        count, coefficients = objective.count, objective.coefficients.astype(precision, copy=False)
        self.parts = tuple(
            Part(
                slice(count * chunk.start, count * chunk.stop), chunk,
                np.ascontiguousarray(objective.features[chunk].T, precision),
                of_logits.labels_at(objective.classes[chunk]), coefficients[chunk],
            )
            for chunk in objective.chunks()
        )  # fmt: skip
        (n, d), p = objective.features.shape, objective.dimension
        # products and factorisation beside 4 n p operations of an evaluation (measured)
        self.renewal = (p - d) / 15.0 + p * p / (20.0 * n)
        if p > _LARGEST:
            self.renewal = math.inf

    @cached_property
    def single(self) -> ClassRows:
        """The same in single precision."""
        return self if self.precision is SINGLE else ClassRows(self.objective, self.work, SINGLE)

    @cached_property
    def curvature(self) -> Curvature:
        """Products with the Hessian."""
        return self.single.curvature if self.single is not self else Curvature(self)

    def evaluate(self, w: Array, spare: Iterate | None = None) -> Iterate:
        """Return logits, slopes and gradient at ``w (K*d,)``, in the arrays of a spare iterate.

        Fresh arrays of this size take as long as the exponentials in them.
        """
        effort = 1.0 if self.precision is np.float64 else 0.5
        self.work.passes += effort * len(self.objective.classes) / max(self.work.rows, 1)
        size = self.objective.count * len(self.objective.classes)
        margins = np.empty(size, self.precision) if spare is None else spare.margins
        slopes = np.empty(size, self.precision) if spare is None else spare.slopes
        weights, total = self.objective.matrix(w).astype(self.precision), self._zeros()
        for part in self.parts:  # all of a part while it is in the cache
            logits, found = self._block(margins, part), self._block(slopes, part)
            np.dot(weights, part.columns, out=logits)
            if self.objective.offset is not None:
                logits += self.objective.offset[part.chunk].T
            of_logits.weigh_slopes(logits, part.own, part.weights, found)
            total += np.dot(found, part.columns.T)
        return self._iterate(w, margins, slopes, total)

    def slopes(self, margins: Array) -> Array:
        """Return the derivatives of the weighted losses in the logits."""
        slopes = np.empty_like(margins)
        for part in self.parts:
            logits, found = self._block(margins, part), self._block(slopes, part)
            of_logits.weigh_slopes(logits, part.own, part.weights, found)
        return slopes

    def along(self, direction: Array) -> Array:
        """Return by how much the logits change along a direction: half a pass."""
        self.work.passes += 0.5
        weights = self.objective.matrix(direction)
        found = np.empty(self.objective.count * len(self.objective.classes))
        for part in self.parts:
            np.dot(weights, part.columns, out=self._block(found, part))
        return found

    def at_margins(self, w: Array, margins: Array, slopes: Array) -> Iterate:
        """Return the point with these logits and slopes: half a pass."""
        self.work.passes += 0.5
        total = self._zeros()
        for part in self.parts:
            total += np.dot(self._block(slopes, part), part.columns.T)
        return self._iterate(w, margins, slopes, total)

    def logits(self, margins: Array) -> Array:
        """Return margins as logits (K, n)."""
        found = np.empty((self.objective.count, len(self.objective.classes)))
        for part in self.parts:
            found[:, part.chunk] = self._block(margins, part)
        return found

    def _block(self, values: Array, part: Part) -> Array:
        return values[part.inside].reshape(self.objective.count, -1)

    def _zeros(self) -> Array:
        return np.zeros((self.objective.count, self.objective.features.shape[1]))

    def _iterate(self, w: Array, margins: Array, slopes: Array, data: Array) -> Iterate:
        gradient = data.ravel() + self.objective.ridge_gradient(w)
        return Iterate(w, margins, slopes, gradient, float(euclidean(gradient)))

    def factor(self, here: Iterate) -> Preconditioner | None:
        """Return a factor of nearly the Hessian, None if it overflows."""
        self.formed = None  # its memory is needed
        self.work.passes += self.renewal * len(self.objective.classes) / max(self.work.rows, 1)
        hessian = self.objective.hessian_at(self.logits(here.margins), _NEGLECT)
        largest = float(hessian.diagonal().max())
        if not math.isfinite(largest):
            return None
        factor = Factor(hessian, largest)
        self.formed = Formed(hessian, here.margins) if factor.exact else None
        return factor

    def value(self, here: Iterate) -> float:
        """Return the objective."""
        objective = self.objective
        total = 0.5 * float(np.dot(here.w, objective.ridge_gradient(here.w)))
        for part in self.parts:
            logits, slopes = self._block(here.margins, part), here.slopes[part.inside]
            own = slopes[part.own] / part.weights
            losses = of_logits.losses_from(own, logits, objective.classes[part.chunk])
            total += float(np.dot(part.weights, losses))
        return total

    def rounding(self, here: Iterate) -> float:
        """Bound the norm of the rounding error of the gradient."""
        return self.objective.gradient_error(here.w, self._sizes(here))

    def noise(self, here: Iterate) -> float:
        """Return the sampling error of the gradient: the root of the sum of the rows' squares."""
        return float(euclidean(self._sizes(here) * self.objective.lengths()))

    def _sizes(self, here: Iterate) -> Array:
        sizes = np.empty(len(self.objective.classes))
        for part in self.parts:
            slopes = self._block(here.slopes, part)
            np.sqrt(np.einsum("kn,kn->n", slopes, slopes), out=sizes[part.chunk])
        return sizes

    def ridge_along(self, here: Iterate, direction: Array) -> tuple[float, float]:
        """Return slope and curvature of the ridge term along ``-direction``."""
        ridge = self.objective.ridge_gradient(direction)
        return -float(np.dot(ridge, here.w)), float(np.dot(ridge, direction))


class ClassSearch:
    """A search for the minimiser; attributes as of ``newton.RowSearch``.

    Parameters
    ----------
    objective : SoftmaxObjective
        With coefficients >= 0.
    start : ndarray (K*d,)
    work : Work
        Counts the passes.
    """

    def __init__(self, objective: SoftmaxObjective, start: Array, work: Work) -> None:
        self.space, self.iterations = ClassRows(objective, work), 0
        # the minimiser has mean 0 over the classes, and so have the steps
        start = (objective.matrix(start) - objective.matrix(start).mean(axis=0)).ravel()
        start, self._known = from_subsamples(
            lambda stride: ClassRows(_subsample(objective, stride), work, SINGLE),
            inexact_newton, start, objective.features.shape, objective.dimension,
        )  # fmt: skip
        if len(objective.classes) * objective.dimension > CHUNK:
            start = self._in_single_precision(start)
        self.point = self.space.evaluate(start)

    def _in_single_precision(self, start: Array) -> Array:
        """Return how far half the digits lead, at half the cost."""
        first = self.space.single.evaluate(start)
        floor = _FLOOR * self.space.single.noise(first)
        point, steps, self._known = inexact_newton(
            self.space.single, first, floor, _BUDGET, self._known
        )
        self.iterations += steps
        return point.w

    def go_on(self, target: float, budget: int) -> None:
        """Iterate until the gradient norm is at most ``target`` or no step lowers it."""
        point, steps, self._known = inexact_newton(
            self.space, self.point, target, budget, self._known
        )
        if point.norm > target:
            # many short steps from here: nothing is left out of the blocks
            self.space.curvature.at(point)
            blocks = self.space.curvature.blocks(0.0)
            more = quasi_newton(
                self.space, point, target, budget - steps, blocks, self.space.renewal
            )
            point, steps = more[0], steps + more[1]
        if point.norm > target and self.space.renewal < math.inf:
            # where steps fall below the resolution of the objective a Hessian has some left
            more = refine(self.space, point, target, budget - steps, None)
            point, steps = more[0], steps + more[1]
        self.point, self.iterations = point, self.iterations + steps


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
    search = ClassSearch(objective, start, work)
    search.go_on(target, max_iterations)
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
    if radius > enough and objective.dimension <= _LARGEST:
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
            hessian = some.hessian_at(logits[:, rows], _NEGLECT)
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


def _subsample(objective: SoftmaxObjective, stride: int) -> SoftmaxObjective:
    """Every ``stride``-th row, with the coefficients scaled to the same total."""
    part = objective.with_rows(slice(None, None, stride))
    total = part.coefficients.sum()
    if not total > 0:
        return part
    return part.with_coefficients(part.coefficients * (objective.coefficients.sum() / total))
