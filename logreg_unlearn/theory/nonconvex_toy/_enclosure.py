"""The landscape of the non-convex toy: its objective, and *all* of its stationary points.

Four feature vectors ``phi(x) = (x, x^2)`` at ``x = -1, 1, 3, 4`` with labels ``-, +, -, +``,
one sigmoid unit ``h = 1 / (1 + exp(-k (1 + w . phi)))`` and the squared error::

    J(w) = sum_i c_i (a h_i + b - t_i)^2 + (mu / 2) ||w||^2 .

What the paper leaves open (targets, sum or mean, the half in the ridge, the slope ``k``) is a
:class:`Reading`.  In ``h`` the first two derivatives of one sample's loss are polynomials,

    psi'  = 2 a k   (a h + b - t) h (1 - h)
    psi'' = 2 a k^2 h (1 - h) [a h (1 - h) + (a h + b - t) (1 - 2 h)] ,

so their range over an interval of ``h`` is exact: ends and critical points.  Stationarity,
``w = -(1/mu) sum_i c_i psi'_i phi_i``, bounds every stationary point a priori, and a
branch and bound with Krawczyk's operator then encloses all of them: every box is discarded by
a proof or lies inside a box in which the stationary point is proved unique.  Enclosures are
widened by far more than the rounding errors that they have to cover.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.theory.nonconvex_toy.objective import (
    CRITICAL,
    ToyObjective,
    evaluate,
    polynomials,
)
from logreg_unlearn.theory.nonconvex_toy.readings import FEATURES

# Relative widening of a sum of at most a dozen rounded terms: 1e-13 is 450 ulp, 20 times the
# rounding that it covers, and still far below any width that decides a box.
ROUND = 1e-13


@dataclass(frozen=True)
class Enclosure:
    """Enclosures over boxes (N, 2): gradient centre and radius, Hessian likewise."""

    gradient: Array
    gradient_radius: Array
    hessian: Array
    hessian_radius: Array


def ranges(coefficients: Array, critical: tuple[Array, ...], low: Array, high: Array) -> Array:
    """Return centre and radius (2, N, 4) of each polynomial's range over [low, high]."""
    ends = np.stack([evaluate(coefficients, low), evaluate(coefficients, high)])
    smallest, largest = ends.min(axis=0), ends.max(axis=0)
    for i, points in enumerate(critical):
        for point in points:
            value = np.polynomial.polynomial.polyval(point, coefficients[i])
            inside = (low[:, i] < point + CRITICAL) & (high[:, i] > point - CRITICAL)
            smallest[inside, i] = np.minimum(smallest[inside, i], value)
            largest[inside, i] = np.maximum(largest[inside, i], value)
    # h is at most 1, so a polynomial's rounding is bounded by its coefficients
    slack = ROUND * np.abs(coefficients).sum(axis=1)
    return np.stack([(smallest + largest) / 2, (largest - smallest) / 2 + slack])


def enclose(objective: ToyObjective, centre: Array, radius: Array) -> Enclosure:
    """Enclose gradient and Hessian over the boxes ``centre +- radius`` (N, 2)."""
    table = polynomials(objective.reading)
    slope = objective.reading.sigmoid.value
    middle = centre @ FEATURES.T
    reach = radius @ np.abs(FEATURES).T + ROUND * (np.abs(centre) @ np.abs(FEATURES).T + 1)
    low = expit(slope * (1 + middle - reach)) * (1 - ROUND)
    high = np.minimum(expit(slope * (1 + middle + reach)) * (1 + ROUND), 1.0)
    weights = objective.coefficients
    first, first_radius = ranges(table.first, table.first_critical, low, high)
    second, second_radius = ranges(table.second, table.second_critical, low, high)
    mu = objective.mu
    gradient = (first * weights) @ FEATURES + mu * centre
    gradient_radius = (first_radius * np.abs(weights)) @ np.abs(FEATURES) + mu * radius
    gradient_radius += ROUND * (
        np.abs(first * weights) @ np.abs(FEATURES) + mu * np.abs(centre) + gradient_radius
    )
    outer = (FEATURES[:, :, None] * FEATURES[:, None, :]).reshape(4, 4)
    hessian = (second * weights) @ outer + mu * np.eye(2).ravel()
    hessian_radius = (second_radius * np.abs(weights)) @ np.abs(outer)
    hessian_radius += ROUND * (np.abs(second * weights) @ np.abs(outer) + mu + hessian_radius)
    shape = (-1, 2, 2)
    return Enclosure(
        gradient, gradient_radius, hessian.reshape(shape), hessian_radius.reshape(shape)
    )


def krawczyk(objective: ToyObjective, centre: Array, radius: Array) -> tuple[Array, Array, Mask]:
    """Return centre and radius (N, 2) of Krawczyk's operator, and which boxes may hold a root.

    ``K(B) = m - Y g(m) + (I - Y H(B)) (B - m)`` with Y close to the inverse of the middle
    Hessian: every stationary point of B lies in K(B), and K(B) inside B proves exactly one.
    """
    over = enclose(objective, centre, radius)
    at = enclose(objective, centre, np.zeros_like(radius))
    possible = np.all(np.abs(over.gradient) <= over.gradient_radius, axis=1)
    spread = np.einsum("nij,nj->ni", np.abs(over.hessian) + over.hessian_radius, radius)
    linear = np.abs(at.gradient) <= (at.gradient_radius + spread) * (1 + ROUND)
    possible &= np.all(linear, axis=1)
    a, b, d = over.hessian[:, 0, 0], over.hessian[:, 0, 1], over.hessian[:, 1, 1]
    determinant = a * d - b * b
    # any Y is valid: the identity stands in where the middle Hessian is too close to singular
    regular = np.abs(determinant) > 1e-12 * (a * a + 2 * b * b + d * d)
    inverse = np.broadcast_to(np.eye(2), over.hessian.shape).copy()
    adjugate = np.stack([np.stack([d, -b], -1), np.stack([-b, a], -1)], -2)
    inverse[regular] = adjugate[regular] / determinant[regular, None, None]
    size = np.abs(inverse)
    centre_out = centre - np.einsum("nij,nj->ni", inverse, at.gradient)
    product = np.einsum("nij,njk->nik", inverse, over.hessian)
    defect = np.abs(np.eye(2) - product) + np.einsum("nij,njk->nik", size, over.hessian_radius)
    defect += ROUND * (1 + np.einsum("nij,njk->nik", size, np.abs(over.hessian)))
    radius_out = np.einsum("nij,nj->ni", size, at.gradient_radius)
    radius_out = radius_out + np.einsum("nij,nj->ni", defect, radius)
    radius_out += ROUND * (
        np.abs(centre) + np.einsum("nij,nj->ni", size, np.abs(at.gradient)) + radius_out
    )
    return centre_out, radius_out, possible


def a_priori_box(objective: ToyObjective) -> tuple[Array, Array]:
    """Return a box (low (2,), high (2,)) that contains every stationary point.

    From ``w = -(1/mu) sum_i c_i psi'_i phi_i``, each ``psi'`` ranging over its values on (0, 1).
    """
    table = polynomials(objective.reading)
    zeros, ones = np.zeros((1, 4)), np.ones((1, 4))
    middle, reach = ranges(table.first, table.first_critical, zeros, ones)
    weights = objective.coefficients / objective.mu
    centre = -((middle[0] * weights) @ FEATURES)
    radius = (reach[0] * np.abs(weights)) @ np.abs(FEATURES)
    radius = radius + ROUND * (1 + np.abs(centre) + radius)
    return centre - radius, centre + radius


def definite(hessian: Array, radius: Array, sign: float = 1.0) -> Mask:
    """Return where every symmetric matrix of the enclosure is positive (negative) definite."""
    first = sign * hessian[:, 0, 0] - radius[:, 0, 0]
    last = sign * hessian[:, 1, 1] - radius[:, 1, 1]
    cross = np.abs(hessian[:, 0, 1]) + radius[:, 0, 1]
    return np.asarray((first > 0) & (last > 0) & (first * last > cross * cross * (1 + ROUND)))


def segment_bound(objective: ToyObjective, start: ArrayLike, end: ArrayLike) -> float:
    """Return an upper bound of the objective on the segment from ``start`` to ``end``.

    On each tile of the segment: the value at its centre plus the enclosed gradient's reach.
    """
    start, end = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    tiles = 512
    share = ((np.arange(tiles) + 0.5) / tiles)[:, None]
    centre = start + share * (end - start)
    reach = np.abs(end - start) * 0.5 / tiles * 1.001 + ROUND * np.abs(centre)
    over = enclose(objective, centre, np.broadcast_to(reach, centre.shape))
    slope = np.abs(over.gradient) + over.gradient_radius
    return float(np.max(objective.value(centre) + (slope * reach).sum(axis=1)) * (1 + 1e-12))
