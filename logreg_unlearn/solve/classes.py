"""The minimiser of a convex softmax objective: the same iterations, on the logits of all classes.

The margins of an iterate are the logits (K*n,), chunk by chunk of rows, the class first within
each; its slopes are what the weighted losses change by.
Large problems are warmed up on strided subsamples, as those of two classes.  Else the search
begins with a Cholesky factor for each class, of its own block of the Hessian, and goes on by
secants; the ``K(K-1)/2`` blocks of a whole Hessian are formed when steps promise to cost more.
"""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem import logits as of_logits
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS, FEW, TINY, euclidean, outward
from logreg_unlearn.problem.rows import CHUNK
from logreg_unlearn.problem.softmax import ROOT2, SoftmaxObjective
from logreg_unlearn.solve.factors import Factor, Preconditioner
from logreg_unlearn.solve.newton import refine
from logreg_unlearn.solve.passes import NEAR, Formed, Iterate, Work
from logreg_unlearn.solve.radius import ridge_radius
from logreg_unlearn.solve.rounding import longest_row, smallest_eigenvalue
from logreg_unlearn.solve.secants import quasi_newton

_VAGUE = 1e-8
"""Radius, as a share of ``1 + ||w||``, above which it is worth some work to sharpen."""
_NEGLECT = 0.05
"""Share of the mean weight below which samples are left out of a Hessian that preconditions."""
_OPENING = 5
"""Steps with the blocks of the start, before those nearer the end are formed."""
_LARGEST = 20_000
"""Parameters (3.2 GB) from which on a Hessian is never formed."""


class ClassRows:
    """The coordinates of w; ``formed`` is the last Hessian, or a matrix that is at most it."""

    exact = 0.5  # the exponentials of a line search cost as much as a product

    def __init__(self, objective: SoftmaxObjective, work: Work) -> None:
        self.objective, self.work = objective, work
        self.formed: Formed | None = None
        # one copy of the data, by columns: a product with few rows is then half as fast again
        self._parts = tuple(
            (slice(objective.count * chunk.start, objective.count * chunk.stop), chunk,
             objective.features[chunk], np.ascontiguousarray(objective.features[chunk].T))
            for chunk in objective.chunks()
        )  # fmt: skip
        (n, d), p = objective.features.shape, objective.dimension
        # products and factorisation beside 4 n p operations of an evaluation (measured)
        self.renewal = (p - d) / 15.0 + p * p / (20.0 * n)
        if p > _LARGEST:
            self.renewal = math.inf

    def evaluate(self, w: Array) -> Iterate:
        """Return logits, slopes and gradient at ``w (K*d,)``."""
        self.work.passes += len(self.objective.classes) / max(self.work.rows, 1)
        margins = self._logits(w)
        if self.objective.offset is not None:
            for inside, chunk, part, _ in self._parts:
                block = margins[inside].reshape(-1, len(part))
                block += self.objective.offset[chunk].T
        return self._iterate(w, margins, self.slopes(margins))

    def slopes(self, margins: Array) -> Array:
        """Return the derivatives of the weighted losses in the logits."""
        objective, found = self.objective, np.empty_like(margins)
        for inside, chunk, part, _ in self._parts:
            block = found[inside].reshape(-1, len(part))
            logits = margins[inside].reshape(-1, len(part))
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
        for inside, chunk, part, _ in self._parts:
            found[:, chunk] = margins[inside].reshape(-1, len(part))
        return found

    def _logits(self, w: Array) -> Array:
        weights = self.objective.matrix(w)
        found = np.empty(self.objective.count * len(self.objective.classes))
        for inside, _, part, columns in self._parts:
            np.dot(weights, columns, out=found[inside].reshape(-1, len(part)))
        return found

    def _iterate(self, w: Array, margins: Array, slopes: Array) -> Iterate:
        total = np.zeros((self.objective.count, self.objective.features.shape[1]))
        for inside, _, part, _ in self._parts:
            total += np.dot(slopes[inside].reshape(-1, len(part)), part)
        gradient = total.ravel() + self.objective.ridge_gradient(w)
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
        losses = of_logits.losses(self.logits(here.margins), objective.classes)
        ridge = 0.5 * np.dot(here.w, objective.ridge_gradient(here.w))
        return float(np.dot(objective.coefficients, losses) + ridge)

    def ridge_along(self, here: Iterate, direction: Array) -> tuple[float, float]:
        """Return slope and curvature of the ridge term along ``-direction``."""
        ridge = self.objective.ridge_gradient(direction)
        return -float(np.dot(ridge, here.w)), float(np.dot(ridge, direction))


class Blocks:
    """The Hessian's block of each class, inverted; the mean over the classes is taken off.

    Were the probabilities the same for all samples, this would be the inverse of the data part on
    the weights of mean 0, up to a factor: the mean changes no loss.
    """

    def __init__(self, space: ClassRows, here: Iterate) -> None:
        objective = space.objective
        d, count = objective.features.shape[1], objective.count
        pi = of_logits.probabilities(space.logits(here.margins))
        weights = objective.coefficients * (pi * (1.0 - pi))
        # a start at 0 without offsets: one block serves all classes
        alike = bool((weights == weights[0]).all())
        space.work.passes += (1 if alike else count) * d / (4.0 * count)
        self._inverses = np.empty((count, d, d))
        for k, weight in enumerate(weights[:1] if alike else weights):
            block = np.diag(objective.ridge_diagonal[:d])
            for chunk in objective.chunks():
                scaled = np.sqrt(weight[chunk])[:, None] * objective.features[chunk]
                block += np.dot(scaled.T, scaled)
            # nothing holds an intercept of a class of which every sample is sure
            block.flat[:: d + 1] += EPS * block.trace()
            inverse = Factor(block, float(block.diagonal().max())).times(np.eye(d))
            self._inverses[k] = 0.5 * (inverse + inverse.T)
        if alike:
            self._inverses[1:] = self._inverses[0]

    def solve(self, here: Iterate) -> Array:
        """Return nearly the inverse Hessian times the gradient at a point."""
        gradients = here.gradient.reshape(*self._inverses.shape[:2], 1)
        found = np.matmul(self._inverses, gradients)[..., 0]
        found -= found.mean(axis=0)
        return np.asarray(found.ravel())


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
        n, d = objective.features.shape
        self._factor: Preconditioner | None = None
        self.space, self.iterations = ClassRows(objective, work), 0
        for stride in (64, 8) if n * objective.dimension > CHUNK else ():
            if n // stride >= 5 * d and objective.dimension <= _LARGEST:
                part = ClassRows(_subsample(objective, stride), work)
                first = part.evaluate(start)
                # a tenth of the sampling error of the subsample itself is accurate enough
                goal = 0.1 * first.norm * math.sqrt(d / (n / stride))
                point, _, self._factor = refine(part, first, goal, 20, self._factor)
                start = point.w
        self.point = self.space.evaluate(start)

    def go_on(self, target: float, budget: int) -> None:
        """Iterate until the gradient norm is at most ``target`` or no step lowers it."""
        if self._factor is None:
            self._run(target, min(_OPENING, budget), Blocks(self.space, self.point), math.inf)
            blocks = Blocks(self.space, self.point)
            self._run(target, budget - self.iterations, blocks, self.space.renewal)
        else:
            # one step tells how good the factor of a subsample is
            self._run(target, budget, self._factor, 1.0)
        if self.point.norm > target and self.space.renewal < math.inf:
            # where steps fall below the resolution of the objective a Hessian has some left
            found = refine(self.space, self.point, target, budget - self.iterations, None)
            self.point, more, self._factor = found
            self.iterations += more

    def _run(self, target: float, budget: int, factor: Preconditioner, trial: float) -> None:
        found = quasi_newton(self.space, self.point, target, budget, factor, trial)
        self.point, more, self._factor = found
        self.iterations += more


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
        rounding = objective.gradient_error(search.point.w)
        return ridge_radius(objective, float(search.point.norm), rounding), rounding

    radius, rounding = plain_radius()
    if radius > vague and rounding < search.point.norm < math.inf:
        # a small ridge magnifies what is left of the gradient: go on to the rounding floor
        spare = min(50, max_iterations - search.iterations)
        search.go_on(max(rounding, 0.5 * vague * ridge), spare)
        radius, rounding = plain_radius()
    if radius > vague and objective.dimension <= _LARGEST:
        point = search.point
        radius = min(radius, curvature_radius(search.space, point, float(point.norm) + rounding))
    return search.point, search.space.value(search.point), search.iterations, radius


def curvature_radius(space: ClassRows, point: Iterate, norm: float) -> float:
    """Radius around the minimiser from the curvature at a point, as for two classes.

    Softmax has ``|D^3[v,v,h]| <= range(h) D^2[v,v]`` (claim ``softmax_derivatives``): in units of
    the columns, with ``mu`` the smallest eigenvalue, ``R = sqrt(2)`` times the longest row and
    ``kappa = R ||g|| / mu < 1``, the minimiser is within ``-log(1 - kappa)/R``.  A Hessian of
    other logits counts with ``e^{-range}`` of their difference.  ``norm`` bounds the gradient.
    """
    objective = space.objective
    (n, d), p = objective.features.shape, objective.dimension
    shaken = float(objective.shaken(point.w).max(initial=0.0))

    def change(formed: Formed) -> float:
        moved = space.logits(point.margins - formed.margins)
        return float(np.ptp(moved, axis=0).max(initial=0.0)) + shaken

    if space.formed is None or not change(space.formed) <= NEAR:
        hessian = objective.hessian_at(space.logits(point.margins), _NEGLECT)
        space.formed = Formed(hessian, point.margins)
    hessian = space.formed.hessian
    sizes = hessian.diagonal().reshape(objective.count, d).mean(axis=0)
    if not (np.all(np.isfinite(hessian)) and np.all(sizes > 0)):
        return math.inf
    units = 1.0 / np.sqrt(sizes)
    each = np.tile(units, objective.count)
    scaled = hessian * each
    scaled *= each[:, None]
    # the trace is p in these units, and a Laplacian without its signs has at most twice its norm
    formation = 2.0 * p * (n + objective.count + FEW) * EPS
    weights = 1.0 + objective.coefficients
    formation += TINY * p * float(weights.sum()) * longest_row(objective.features, units) ** 2
    least = math.exp(-change(space.formed)) * (smallest_eigenvalue(scaled) - formation)
    if not least > 0:
        return math.inf
    outside = outward(n, p)
    inside = norm * float(units.max()) * outside
    longest = ROOT2 * longest_row(objective.features, units) * outside
    kappa = longest * inside / least * outside
    if not kappa < 1.0:
        return math.inf
    reach = inside / least if kappa < EPS else -math.log1p(-kappa) / longest
    radius = reach * float(units.max()) * outside
    return radius if math.isfinite(radius) else math.inf


def _subsample(objective: SoftmaxObjective, stride: int) -> SoftmaxObjective:
    """Every ``stride``-th row, with the coefficients scaled to the same total."""
    part = objective.with_rows(slice(None, None, stride))
    total = part.coefficients.sum()
    if not total > 0:
        return part
    return part.with_coefficients(part.coefficients * (objective.coefficients.sum() / total))
