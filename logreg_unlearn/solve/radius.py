r"""How far the exact minimiser can be from a point: three certificates, rounding included.

The gradient norm at the point, plus the rounding error of the computed gradient, bounds the
distance by what is known of the curvature (see :mod:`logreg_unlearn.solve.optimum`).
"""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.passes import Iterate, euclidean, row_lengths
from logreg_unlearn.solve.rounding import (
    EPS,
    TINY,
    certified_curvature,
    longest_row,
    outward,
    rounding_errors,
    underflown_curvature,
)


def ridge_radius(objective: Objective, point: Iterate, rounding: float) -> float:
    """Radius around the minimiser of a convex objective with a ridge on every coordinate.

    ``rounding`` bounds the error of the gradient (``gradient_rounding``).
    """
    ridge = float(objective.ridge_diagonal.min())
    if not ridge > 0:
        return math.inf
    radius = float((point.norm + rounding) / ridge) * outward(0, len(point.w))
    return radius if math.isfinite(radius) else math.inf


def curvature_radius(objective: Objective, point: Iterate) -> float:
    """Radius around the minimiser of a convex objective from its curvature at a point.

    In the units that make the Hessian's diagonal 1: with ``mu`` the smallest eigenvalue of the
    Hessian, ``R`` the longest row and ``g`` the gradient in these units,
    ``kappa = R ||g|| / mu < 1`` gives ``-log(1 - kappa)/R``.
    """
    errors = rounding_errors(objective, point)
    curvature = certified_curvature(objective, point, errors.worst)
    if curvature is None:
        return math.inf
    units, smallest = curvature.units, curvature.smallest
    n, d = objective.signed_features.shape
    norm = float(euclidean(units * (np.abs(point.gradient) + errors.gradient)))
    longest = longest_row(objective.signed_features, units)
    kappa = longest * norm / smallest * outward(n, d)
    if not kappa < 1.0:
        return math.inf
    reach = norm / smallest if kappa < EPS else -math.log1p(-kappa) / longest
    radius = reach * float(units.max()) * outward(n, d)
    return radius if math.isfinite(radius) else math.inf


def local_radius(objective: Objective, point: Iterate) -> float:
    """Radius around a local minimiser for coefficients of any sign (Newton-Kantorovich).

    With ``mu > 0`` the smallest eigenvalue at the point, ``T`` the Lipschitz constant of the
    Hessian in the ball of radius ``2 ||g||/mu`` and ``h = T ||g||/mu^2 <= 1/2``, a stationary
    point with a positive Hessian lies within ``2 ||g||/(mu (1 + sqrt(1 - 2h)))``: all in the units
    in which the Hessian of the coefficients' magnitudes has the diagonal 1.
    """
    rows = objective.signed_features
    n, d = rows.shape
    hessian, errors = objective.hessian(point.w), rounding_errors(objective, point)
    weights = np.abs(objective.coefficients) * objective.loss.curvature(point.margins)
    magnitudes = weights @ np.square(rows) + np.abs(objective.ridge_diagonal)
    units = 1.0 / np.sqrt(magnitudes)
    if not (np.all(np.isfinite(hessian)) and np.all(np.isfinite(units)) and errors.worst < 700.0):
        return math.inf
    # terms of both signs may cancel in the Hessian, their rounding does not: it is a share of
    # the magnitudes, whose trace is d in these units
    rounding = d * (math.expm1(errors.worst) + (n + 32) * EPS) + 8 * d * d * EPS
    rounding += underflown_curvature(objective, units)
    eigenvalue = float(np.linalg.eigvalsh(hessian * units * units[:, None])[0])
    smallest = eigenvalue - rounding * outward(n, d)
    norm = float(euclidean(units * (np.abs(point.gradient) + errors.gradient))) * outward(n, d)
    if not (math.isfinite(norm) and smallest > 0):
        return math.inf
    lengths = (row_lengths(rows * units) + TINY) * outward(n, d)
    third = hessian_lipschitz(objective, point.margins, lengths, 2.0 * norm / smallest)
    h = third * math.exp(errors.worst) * norm / smallest / smallest * outward(n, d)
    if not h <= 0.5:
        return math.inf
    radius = 2.0 * norm / (smallest * (1.0 + math.sqrt(1.0 - 2.0 * h)))
    radius *= float(units.max()) * outward(n, d)
    return radius if math.isfinite(radius) else math.inf


def hessian_lipschitz(objective: Objective, z: Array, lengths: Array, reach: float) -> float:
    """Lipschitz constant of the Hessian in a ball: margins at its centre, the rows' lengths."""
    absolute = np.abs(objective.coefficients)
    with np.errstate(over="ignore", invalid="ignore"):
        cubes = lengths**3 + TINY
        # by self-concordance the curvature grows by at most e^{reach ||a||} inside the ball
        rises = np.exp(lengths * reach)
        local = float((absolute * cubes) @ ((objective.loss.curvature(z) + TINY) * rises))
        uniform = objective.loss.third_bound * float(absolute @ cubes)
    return uniform if np.isnan(local) else min(local, uniform)
