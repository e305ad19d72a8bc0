r"""Rows or their span: the coordinates in which a convex objective is minimised.

With a ridge on every coordinate the minimiser is ``A^T alpha`` (its gradient is
``A^T (s + ridge alpha)``, with ``s`` the slopes).  For fewer rows than columns the iteration
therefore runs on ``alpha`` with the n x n Gram matrix ``G = A A^T`` and never sees a d x d one:

.. math:: J(\alpha) = \sum_i c_i\,\varphi((G\alpha)_i + o_i)
          + \tfrac{\lambda}{2}\,\alpha^\top G\,\alpha,

whose Newton step solves ``(ridge + D G) step = s + ridge alpha``, ``D`` the curvatures.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import TINY, euclidean
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.rows import LazyRows
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve.factors import Factor, Preconditioner
from logreg_unlearn.solve.passes import HESSIAN, Formed, Iterate, Work, value_at


class Space(Protocol):
    """What the iteration asks of its coordinates."""

    @property
    def objective(self) -> Objective | SoftmaxObjective:
        """What is minimised."""

    renewal: float
    """What a new factor costs, in evaluations."""

    def evaluate(self, w: Array) -> Iterate:
        """Return margins, slopes and gradient at ``w``."""

    def slopes(self, margins: Array) -> Array:
        """Return the derivatives of the weighted losses in the margins."""

    def factor(self, here: Iterate) -> Preconditioner | None:
        """Return a factor of the Hessian, None if it overflows."""

    def value(self, here: Iterate) -> float:
        """Return the objective."""

    def ridge_along(self, here: Iterate, direction: Array) -> tuple[float, float]:
        """Return slope and curvature of the ridge term along ``-direction``."""


class MarginRows(Space, Protocol):
    """Coordinates of w in which a step is taken by its margins."""

    exact: float
    """Share of the slope that a step may leave."""

    def along(self, direction: Array) -> Array:
        """Return by how much the margins change along a direction: half a pass."""

    def at_margins(self, w: Array, margins: Array, slopes: Array) -> Iterate:
        """Return the point with these margins and slopes: half a pass."""


class Rows:
    """The coordinates of w itself; ``formed`` is the last Hessian."""

    exact = 0.1  # a line search is free beside the pass

    def __init__(self, objective: Objective, work: Work) -> None:
        self.objective, self.work = objective, work
        self.formed: Formed | None = None
        self.renewal = objective.dimension / HESSIAN

    def evaluate(self, w: Array) -> Iterate:
        """Return margins, slopes and gradient at ``w (d,)``."""
        return self.work.evaluate(self.objective, w)

    def slopes(self, margins: Array) -> Array:
        """Return the derivatives of the weighted losses in the margins."""
        return self.objective.coefficients * self.objective.loss.derivative(margins)

    def along(self, direction: Array) -> Array:
        """Return by how much the margins change along a direction: half a pass."""
        self.work.passes += 0.5
        return self.objective.signed_features @ direction

    def at_margins(self, w: Array, margins: Array, slopes: Array) -> Iterate:
        """Return the point with these margins and slopes: half a pass."""
        self.work.passes += 0.5
        objective = self.objective
        gradient = slopes @ objective.signed_features + objective.ridge_diagonal * w
        return Iterate(w, margins, slopes, gradient, float(euclidean(gradient)))

    def factor(self, here: Iterate) -> Preconditioner | None:
        """Return a factor of the Hessian, None if it overflows."""
        self.formed = None  # its memory is needed
        hessian = self.work.hessian(self.objective, here.margins)
        largest = float(hessian.diagonal().max())
        if not math.isfinite(largest):  # a sum of squares: any overflow shows on the diagonal
            return None
        factor = Factor(hessian, largest)
        self.formed = Formed(hessian, here.margins) if factor.exact else None
        return factor

    def noise(self, here: Iterate) -> float:
        """Return the sampling error of the gradient: the root of the sum of the rows' squares."""
        return float(euclidean(here.slopes * self.objective.lengths()))

    def value(self, here: Iterate) -> float:
        """Return the objective."""
        return value_at(self.objective, here)

    def ridge_along(self, here: Iterate, direction: Array) -> tuple[float, float]:
        """Return slope and curvature of the ridge term along ``-direction``."""
        ridge = self.objective.ridge_diagonal * direction
        return -float(np.dot(ridge, here.w)), float(np.dot(ridge, direction))


class Span:
    """The coordinates ``alpha`` of ``w = A^T alpha``, for a ridge on every coordinate of w.

    The ``gradient`` of an iterate is that in alpha, ``G (s + ridge alpha)``; its ``norm`` is that
    of the gradient in w.
    """

    def __init__(self, objective: Objective, work: Work) -> None:
        self.objective, self.work = objective, work
        self.ridge = float(objective.ridge_diagonal[0])
        rows = objective.signed_features
        self.gram = rows.gram() if isinstance(rows, LazyRows) else rows @ rows.T
        n, d = rows.shape
        self.share = n / d
        # a curvature beside which the ridge is everything: flat tails may be divided by its root
        self._floor = 1e-10 * self.ridge / max(float(self.gram.diagonal().max()), TINY)
        # a third of n^3 at the rate of matrix products beside 4 n^2 at the memory's
        self.renewal = 2.0 + n / 100.0
        work.passes += n / HESSIAN

    def evaluate(self, w: Array) -> Iterate:
        """Return margins, slopes and gradient at ``alpha (n,)``."""
        self.work.passes += self.share
        objective = self.objective
        margins = np.dot(self.gram, w)
        if objective.offset is not None:
            margins += objective.offset
        slopes = self.slopes(margins)
        residual = slopes + self.ridge * w
        gradient = np.dot(self.gram, residual)
        squared = float(np.dot(residual, gradient))
        norm = math.sqrt(max(squared, 0.0)) if not math.isnan(squared) else math.inf
        return Iterate(w, margins, slopes, gradient, norm)

    def slopes(self, margins: Array) -> Array:
        """Return the derivatives of the weighted losses in the margins."""
        return self.objective.coefficients * self.objective.loss.derivative(margins)

    def factor(self, here: Iterate) -> SpanFactor | None:
        """Return a factor at the point, None if it overflows."""
        self.work.passes += self.share * self.renewal
        return self._factor(here.margins)

    def _factor(self, margins: Array) -> SpanFactor | None:
        objective = self.objective
        curvatures = objective.coefficients * objective.loss.curvature(margins)
        roots = np.sqrt(np.maximum(curvatures, self._floor))
        matrix = self.gram * roots
        matrix *= roots[:, None]
        matrix.flat[:: len(matrix) + 1] += self.ridge
        largest = float(matrix.diagonal().max())
        if not math.isfinite(largest):
            return None
        return SpanFactor(Factor(matrix, largest), roots, self.ridge)

    def value(self, here: Iterate) -> float:
        """Return the objective."""
        losses = np.dot(self.objective.coefficients, self.objective.loss.value(here.margins))
        return float(losses + 0.5 * self.ridge * np.dot(here.w, np.dot(self.gram, here.w)))

    def ridge_along(self, here: Iterate, direction: Array) -> tuple[float, float]:
        """Return slope and curvature of the ridge term along ``-direction``."""
        ridge = self.ridge * np.dot(self.gram, direction)
        return -float(np.dot(ridge, here.w)), float(np.dot(ridge, direction))

    def enter(self, start: Iterate) -> Iterate:
        """Return the better of zero and the Newton step from a point of the rows, in alpha."""
        zero = self.evaluate(np.zeros(len(start.margins)))
        factor = self._factor(start.margins) if start.w.any() else None
        if factor is None:
            return zero
        objective = self.objective
        along = start.margins if objective.offset is None else start.margins - objective.offset
        wanted = np.square(factor.roots) * along - start.slopes
        there = self.evaluate(factor.times(wanted))
        return there if there.norm < zero.norm or not math.isfinite(zero.norm) else zero


class WideRows(Rows):
    """The coordinates of w, with the Hessian's factor by the Gram matrix of few rows.

    What the rounding of ``A^T alpha`` left over vanishes in a step or two: contradictory rows
    have multipliers of the order ``c/ridge`` that cancel in w.
    """

    def __init__(self, span: Span) -> None:
        super().__init__(span.objective, span.work)
        self._span = span
        self.renewal = span.renewal * span.share

    def factor(self, here: Iterate) -> RowFactor | None:
        """Return a factor of the Hessian, None if it overflows."""
        inside = self._span.factor(here)
        return None if inside is None else RowFactor(self._span, inside)


class RowFactor:
    """The inverse Hessian in w: ``(1 - A^T D^{1/2} B^{-1} D^{1/2} A) / ridge`` (Woodbury)."""

    def __init__(self, span: Span, inside: SpanFactor) -> None:
        self._span, self._inside = span, inside

    def solve(self, here: Iterate) -> Array:
        """Return the Newton direction in w."""
        span, rows = self._span, self._span.objective.signed_features
        span.work.passes += 1.0
        along = self._inside.roots * (rows @ here.gradient)
        weights = self._inside.roots * self._inside.factor.times(along)
        return (here.gradient - weights @ rows) / span.ridge


class SpanFactor:
    """``(ridge + D G)^{-1}`` by the factor of ``ridge + D^{1/2} G D^{1/2}``."""

    def __init__(self, factor: Factor, roots: Array, ridge: float) -> None:
        self.factor, self.roots, self._ridge = factor, roots, ridge

    def times(self, vector: Array) -> Array:
        """Return the inverse times a vector (n,)."""
        return self.roots * self.factor.times(vector / self.roots)

    def solve(self, here: Iterate) -> Array:
        """Return the Newton direction in alpha."""
        return self.times(here.slopes + self._ridge * here.w)
