"""The minimiser of a convex softmax objective: an iteration on the logits of all classes.

The margins of an iterate are the logits (K*n,), chunk by chunk of rows, the class first within
each; its slopes are what the weighted losses change by.
Large problems are warmed up on strided subsamples, as those of two classes.  The steps are those
of ``inexact``; where it gives up, secants follow, and the ``K(K-1)/2`` blocks of a whole Hessian
are formed when steps promise to cost more.
"""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem import logits as of_logits
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS, FEW, TINY, euclidean, outward
from logreg_unlearn.problem.softmax import ROOT2, SoftmaxObjective
from logreg_unlearn.solve.factors import Factor, Preconditioner
from logreg_unlearn.solve.inexact import inexact_newton
from logreg_unlearn.solve.newton import from_subsamples, refine
from logreg_unlearn.solve.passes import NEAR, Formed, Iterate, Work
from logreg_unlearn.solve.radius import ridge_radius
from logreg_unlearn.solve.rounding import longest_row, smallest_eigenvalue
from logreg_unlearn.solve.secants import quasi_newton

_VAGUE = 1e-8
"""Radius, as a share of ``1 + ||w||``, above which it is worth some work to sharpen."""
_NEGLECT = 0.05
"""Share of the mean weight below which samples are left out of a Hessian that preconditions."""
_ROWS = 32
"""Rows a column whose Hessian is tried first, for a certificate."""
_LARGEST = 20_000
"""Parameters (3.2 GB) from which on a Hessian is never formed."""


class ClassRows:
    """The coordinates of w; ``formed`` is the last Hessian, or a matrix that is at most it."""

    exact = 0.5  # the exponentials of a line search cost as much as a product

    def __init__(self, objective: SoftmaxObjective, work: Work) -> None:
        self.objective, self.work = objective, work
        self.formed: Formed | None = None
        self.neglect = _NEGLECT
        # one copy of the data, by columns: a product with few rows is then half as fast again
        count = objective.count
        self.parts = tuple(
            (slice(count * chunk.start, count * chunk.stop), chunk,
             np.ascontiguousarray(objective.features[chunk].T))
            for chunk in objective.chunks()
        )  # fmt: skip
        (n, d), p = objective.features.shape, objective.dimension
        # products and factorisation beside 4 n p operations of an evaluation (measured)
        self.renewal = (p - d) / 15.0 + p * p / (20.0 * n)
        if p > _LARGEST:
            self.renewal = math.inf

    def evaluate(self, w: Array, spare: Iterate | None = None) -> Iterate:
        """Return logits, slopes and gradient at ``w (K*d,)``, in the arrays of a spare iterate.

        Fresh arrays of this size take as long as the exponentials in them.
        """
        self.work.passes += len(self.objective.classes) / max(self.work.rows, 1)
        margins = self._logits(w, None if spare is None else spare.margins)
        if self.objective.offset is not None:
            for inside, chunk, _ in self.parts:
                block = margins[inside].reshape(self.objective.count, -1)
                block += self.objective.offset[chunk].T
        slopes = self.slopes(margins, None if spare is None else spare.slopes)
        return self._iterate(w, margins, slopes)

    def slopes(self, margins: Array, out: Array | None = None) -> Array:
        """Return the derivatives of the weighted losses in the logits."""
        objective, found = self.objective, np.empty_like(margins) if out is None else out
        for inside, chunk, _ in self.parts:
            block = found[inside].reshape(self.objective.count, -1)
            logits = margins[inside].reshape(self.objective.count, -1)
            of_logits.weigh_slopes(
                logits, objective.classes[chunk], objective.coefficients[chunk], block
            )
        return found

    def along(self, direction: Array) -> Array:
        """Return by how much the logits change along a direction: half a pass."""
        self.work.passes += 0.5
        return self._logits(direction)

    def at_margins(self, w: Array, margins: Array, slopes: Array) -> Iterate:
        """Return the point with these logits and slopes: half a pass."""
        self.work.passes += 0.5
        return self._iterate(w, margins, slopes)

    def logits(self, margins: Array) -> Array:
        """Return margins as logits (K, n)."""
        found = np.empty((self.objective.count, len(self.objective.classes)))
        for inside, chunk, _ in self.parts:
            found[:, chunk] = margins[inside].reshape(self.objective.count, -1)
        return found

    def _logits(self, w: Array, out: Array | None = None) -> Array:
        weights = self.objective.matrix(w)
        found = np.empty(self.objective.count * len(self.objective.classes)) if out is None else out
        for inside, _, columns in self.parts:
            np.dot(weights, columns, out=found[inside].reshape(self.objective.count, -1))
        return found

    def _iterate(self, w: Array, margins: Array, slopes: Array) -> Iterate:
        total = np.zeros((self.objective.count, self.objective.features.shape[1]))
        for inside, _, columns in self.parts:
            total += np.dot(slopes[inside].reshape(self.objective.count, -1), columns.T)
        gradient = total.ravel() + self.objective.ridge_gradient(w)
        return Iterate(w, margins, slopes, gradient, float(euclidean(gradient)))

    def factor(self, here: Iterate) -> Preconditioner | None:
        """Return a factor of nearly the Hessian, None if it overflows."""
        self.formed = None  # its memory is needed
        self.work.passes += self.renewal * len(self.objective.classes) / max(self.work.rows, 1)
        hessian = self.objective.hessian_at(self.logits(here.margins), self.neglect)
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
        for inside, chunk, _ in self.parts:
            logits = here.margins[inside].reshape(self.objective.count, -1)
            losses = of_logits.losses(logits, objective.classes[chunk])
            total += float(np.dot(objective.coefficients[chunk], losses))
        return total

    def rounding(self, here: Iterate) -> float:
        """Bound the norm of the rounding error of the gradient."""
        sizes = np.empty(len(self.objective.classes))
        for inside, chunk, _ in self.parts:
            slopes = here.slopes[inside].reshape(self.objective.count, -1)
            np.sqrt(np.einsum("kn,kn->n", slopes, slopes), out=sizes[chunk])
        return self.objective.gradient_error(here.w, sizes)

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
        start, self._blocks = from_subsamples(
            lambda stride: ClassRows(_subsample(objective, stride), work),
            inexact_newton, start, objective.features.shape, objective.dimension,
        )  # fmt: skip
        self.point = self.space.evaluate(start)

    def go_on(self, target: float, budget: int) -> None:
        """Iterate until the gradient norm is at most ``target`` or no step lowers it."""
        point, steps, self._blocks = inexact_newton(
            self.space, self.point, target, budget, self._blocks
        )
        found = point
        if point.norm > target:
            more = quasi_newton(
                self.space, point, target, (budget - steps) // 2, self._blocks, self.space.renewal
            )
            point, steps = more[0], steps + more[1]
        if point.norm > target and self.space.renewal < math.inf:
            # where steps fall below the resolution of the objective a Hessian has some left, and
            # where weights differ by orders of magnitude nothing else has: that of all samples
            self.space.neglect = 0.0
            # far out, where all slopes are flat, a gradient may be small and the objective large
            lowest = min(found, point, key=self.space.value)
            more = refine(self.space, lowest, target, budget - steps, None)
            point, steps = more[0], steps + more[1]
        self.point, self.iterations = point, self.iterations + steps


def descend_classes(
    objective: SoftmaxObjective, start: Array, target: float, max_iterations: int, work: Work
) -> tuple[Iterate, float, int, float]:
    """Return the minimiser of a convex objective, its value, the steps, and a certified radius.

    Parameters
    ----------
    objective : SoftmaxObjective
        With coefficients > 0 and a ridge.
    start : ndarray (K*d,)
    target : float
        Gradient norm to reach.
    max_iterations : int
    work : Work
        Counts the passes.
    """
    search = ClassSearch(objective, start, work)
    search.go_on(target, max_iterations)
    ridge = float(objective.ridge_diagonal.min())
    vague = _VAGUE * (1.0 + euclidean(search.point.w))

    def plain_radius() -> tuple[float, float]:
        rounding = search.space.rounding(search.point)
        return ridge_radius(objective, float(search.point.norm), rounding), rounding

    radius, rounding = plain_radius()
    if radius > vague and rounding < search.point.norm < math.inf:
        # a small ridge magnifies what is left of the gradient: go on to the rounding floor
        spare = min(50, max_iterations - search.iterations)
        search.go_on(max(rounding, 0.5 * vague * ridge), spare)
        radius, rounding = plain_radius()
    if radius > vague and objective.dimension <= _LARGEST:
        point = search.point
        norm = float(point.norm) + rounding
        radius = min(radius, curvature_radius(search.space, point, norm, vague))
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
