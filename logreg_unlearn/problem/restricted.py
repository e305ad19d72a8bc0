"""An objective on an affine subspace: of fewer parameters, and of the same kind."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS, FEW, euclidean
from logreg_unlearn.problem.protocol import SmoothObjective


@dataclass(frozen=True, eq=False)
class Restricted:
    """The objective ``J(base + Q u)`` of ``u (k,)``: all that `SmoothObjective` asks.

    Attributes
    ----------
    objective : SmoothObjective
    basis : ndarray (p, k)
        Q, its columns orthonormal.
    base : ndarray (p,)
    by_products : bool
        The Hessian is formed by k products with the objective's, not by that one as a whole.
    """

    objective: SmoothObjective
    basis: Array
    base: Array
    by_products: bool = False

    def at(self, u: Array) -> Array:
        """Return the weights ``base + Q u``."""
        return np.asarray(self.base + self.basis @ np.asarray(u, dtype=np.float64))

    @property
    def dimension(self) -> int:
        """Number of parameters k."""
        return self.basis.shape[1]

    @property
    def rows(self) -> int:
        """Number of samples that one gradient touches."""
        return self.objective.rows

    @property
    def convex(self) -> bool:
        """Whether the data part is convex."""
        return self.objective.convex

    @property
    def ridge_diagonal(self) -> Array:
        """What the ridge term's Hessian is at least, (k,)."""
        return np.full(self.dimension, float(self.objective.ridge_diagonal.min()))

    def value(self, u: Array) -> Array:
        """Return the objective."""
        return self.objective.value(self.at(u))

    def gradient(self, u: Array) -> Array:
        """Return the gradient (k,)."""
        return np.asarray(self.objective.gradient(self.at(u)) @ self.basis)

    def hessian(self, u: Array) -> Array:
        """Return the Hessian (k, k)."""
        w = self.at(u)
        if self.by_products:
            products = [self.objective.hessian_vector(w, column) for column in self.basis.T]
            hessian = np.array(products) @ self.basis
        else:
            hessian = self.basis.T @ self.objective.hessian(w) @ self.basis
        return np.asarray(0.5 * (hessian + hessian.T))

    def hessian_vector(self, u: Array, v: Array) -> Array:
        """Return the Hessian times ``v (k,)``."""
        return np.asarray(self.objective.hessian_vector(self.at(u), self.basis @ v) @ self.basis)

    def magnitude(self, u: Array) -> float:
        """Return the sum of the magnitudes of the value's terms."""
        return self.objective.magnitude(self.at(u))

    def gradient_error(self, u: Array) -> float:
        """Bound the rounding error of ``gradient(u)``: of the point, the gradient, the product."""
        w, (p, k) = self.at(u), self.basis.shape
        moved = (k + 2) * EPS * (euclidean(self.base) + math.sqrt(k) * euclidean(u))
        product = (p + FEW) * EPS * math.sqrt(k) * euclidean(self.objective.gradient(w))
        inner = self.objective.gradient_error(w) + product
        return float(inner + moved * self.objective.curvature_bound((w,)))

    def hessian_error(self, u: Array) -> float:
        """Bound the norm of the rounding error of ``hessian(u)``."""
        w, (p, k) = self.at(u), self.basis.shape
        moved = (k + 2) * EPS * (euclidean(self.base) + math.sqrt(k) * euclidean(u))
        # entries without their signs: a norm of at most sqrt(p) times the Hessian's
        size = k * math.sqrt(p) * self.objective.curvature_bound((w,))
        products = 2 * (p + FEW) * EPS * size
        steep = self.objective.hessian_lipschitz(w, float(moved))
        return float(self.objective.hessian_error(w) + moved * steep + products)

    def gradient_scale(self) -> Array:
        """Return a bound on the norm of the data part's gradient for slopes of at most 1."""
        return self.objective.gradient_scale()

    def slope_sizes(self) -> Array:
        """Return bounds (k,) on the entries of the data part's gradient."""
        return np.asarray(self.objective.slope_sizes() @ np.abs(self.basis))

    def curvature_bound(self, points: tuple[Array, ...] = ()) -> float:
        """Return a bound on the curvature everywhere, or at the points where there is no such."""
        return self.objective.curvature_bound(tuple(self.at(u) for u in points))

    def hessian_lipschitz(self, u: Array, reach: float) -> float:
        """Return a Lipschitz constant of the Hessian in the ball of radius ``reach`` around u."""
        return self.objective.hessian_lipschitz(self.at(u), reach)

    def unit_length(self) -> float:
        """Return the length of a step along which the data part keeps its shape."""
        return self.objective.unit_length()

    def falls_for_ever(self, start: Array, u: Array, step: Array) -> bool:
        """Whether a descent that came from ``start`` to ``u`` by ``step`` falls without bound."""
        return self.objective.falls_for_ever(self.at(start), self.at(u), self.basis @ step)
