"""A softmax objective as an iteration sees it: the logits of all classes for margins.

The margins of an iterate are the logits (K*n,), part by part of the rows, the class first within
each; its slopes are what the weighted losses change by.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import NamedTuple

import numpy as np

from logreg_unlearn.problem import logits as of_logits
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS, euclidean
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve.factors import Factor, Preconditioner
from logreg_unlearn.solve.inexact import SINGLE, Curvature
from logreg_unlearn.solve.linesearch import RESOLUTION
from logreg_unlearn.solve.passes import Formed, Iterate, Work

LARGEST = 20_000
"""Parameters (3.2 GB) from which on a Hessian is never formed."""
NEGLECT = 0.05
"""Share of the mean weight below which samples are left out of a Hessian that preconditions."""


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


def _parts_of(objective: SoftmaxObjective) -> tuple[Part, ...]:
    count = objective.count
    return tuple(
        Part(
            slice(count * chunk.start, count * chunk.stop), chunk,
            np.ascontiguousarray(objective.features[chunk].T),
            of_logits.labels_at(objective.classes[chunk]), objective.coefficients[chunk],
        )
        for chunk in objective.chunks()
    )  # fmt: skip


class ClassRows:
    """The coordinates of w; ``formed`` is the last Hessian, or a matrix that is at most it.

    Parameters
    ----------
    objective : SoftmaxObjective
    work : Work
        Counts the passes.
    precision : type
        Of the logits and slopes, half as dear in single precision.
    parts : tuple of Part, optional
        The same rows in double precision.
    """

    exact = 0.5  # the exponentials of a line search cost as much as a product

    def __init__(
        self,
        objective: SoftmaxObjective,
        work: Work,
        precision: type[np.floating] = np.float64,
        parts: tuple[Part, ...] | None = None,
    ) -> None:
        self.objective, self.work, self.precision = objective, work, precision
        self.formed: Formed | None = None
        self.neglect = NEGLECT
        # of the objective, which rounding hides
        self.resolution = RESOLUTION * float(np.finfo(precision).eps) / EPS
        self.parts = tuple(
            part._replace(
                columns=part.columns.astype(precision, copy=False),
                weights=part.weights.astype(precision, copy=False),
            )
            for part in parts or _parts_of(objective)
        )
        (n, d), p = objective.features.shape, objective.dimension
        # products and factorisation beside 4 n p operations of an evaluation (measured)
        self.renewal = (p - d) / 15.0 + p * p / (20.0 * max(n, 1))
        if p > LARGEST:
            self.renewal = math.inf

    @cached_property
    def single(self) -> ClassRows:
        """The same in single precision."""
        return (
            self
            if self.precision is SINGLE
            else ClassRows(self.objective, self.work, SINGLE, self.parts)
        )

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
