r"""How far the exact minimiser can be from a point: three certificates, rounding included.

The gradient norm at the point, plus the rounding error of the computed gradient, bounds the
distance by what is known of the curvature (see :mod:`logreg_unlearn.solve.optimum`).
"""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS, TINY, euclidean, outward
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.protocol import SmoothObjective
from logreg_unlearn.solve.passes import Formed, Iterate, summands
from logreg_unlearn.solve.rounding import (
    Curvature,
    certified_curvature,
    longest_row,
    rounding_errors,
    scaled_lengths,
    squared_columns,
    underflown_curvature,
)

_SHARP = 1e-8
"""Share of ``1 + ||w||`` that a radius may always have: half the digits, and what the default
tolerance asks for."""
_SMALL = 0.01
"""Share by which a certificate may be wider for a bound that takes no pass."""


def vague(w: Array, tolerance: float) -> float:
    """Return the radius around ``w`` above which it is worth some work to sharpen.

    A gradient norm within the tolerance need not tell the weights: a small ridge magnifies it, here
    by up to a hundred times.
    """
    return max(_SHARP, 100.0 * tolerance) * (1.0 + float(euclidean(w)))


def ridge_radius(objective: SmoothObjective, norm: float, rounding: float) -> float:
    """Radius around the minimiser of a convex objective with a ridge on every coordinate.

    ``norm`` is that of the computed gradient, ``rounding`` bounds its error.
    """
    ridge = float(objective.ridge_diagonal.min())
    if not ridge > 0:
        return math.inf
    radius = float((norm + rounding) / ridge) * outward(0, objective.dimension)
    return radius if math.isfinite(radius) else math.inf


def curvature_radius(
    objective: Objective,
    point: Iterate,
    enough: float = 0.0,
    lengths: Array | None = None,
    formed: Formed | None = None,
) -> float:
    """Radius around the minimiser of a convex objective from its curvature at a point.

    In the units that make the Hessian's diagonal 1: with ``mu`` the smallest eigenvalue of the
    Hessian, ``R`` the longest row and ``g`` the gradient in these units,
    ``kappa = R ||g|| / mu < 1`` gives ``-log(1 - kappa)/R``.

    Parameters
    ----------
    objective : Objective
        With coefficients >= 0.
    point : Iterate
    enough : float
        A radius that need not be sharpened: bounds without a pass over the data come first.
    lengths : ndarray (n,), optional
        Norms of the rows, where at hand.
    formed : Formed, optional
        A Hessian nearby.
    """
    n, d = objective.signed_features.shape
    lengths = objective.lengths() if lengths is None else lengths
    longest = float(lengths.max(initial=0.0))
    additions = summands(objective.signed_features.shape)
    rounding = objective.gradient_error(point.w, point.slopes, lengths, additions)
    offset = 0.0 if objective.offset is None else float(np.abs(objective.offset).max(initial=0.0))
    worst = ((d + 2) * EPS * (euclidean(point.w) * longest + offset) + TINY) * outward(n, d)
    errors = None if worst <= _SMALL else rounding_errors(objective, point)

    def norm(units: Array) -> float:
        if errors is None:
            size = euclidean(units * point.gradient) + units.max() * rounding
        else:
            size = euclidean(units * (np.abs(point.gradient) + errors.gradient))
        return float(size) * outward(n, d)

    worst = worst if errors is None else errors.worst
    curvature = certified_curvature(objective, point, float(worst), lengths, formed)
    if curvature is None:
        return math.inf
    radius = _reach(objective, curvature, norm(curvature.units), longest)
    if errors is None and not radius <= enough:
        errors = rounding_errors(objective, point)
        radius = min(radius, _reach(objective, curvature, norm(curvature.units), longest))
    return radius


def _reach(objective: Objective, curvature: Curvature, norm: float, longest: float) -> float:
    """Return the radius for a gradient norm in the units; ``longest`` row in those of w."""
    n, d = objective.signed_features.shape
    units, smallest = curvature.units, curvature.smallest
    largest = float(units.max())
    longest *= largest * outward(n, d)
    kappa = longest * norm / smallest * outward(n, d)
    if not kappa <= _SMALL:  # below, the radius hardly depends on it
        longest = longest_row(objective.signed_features, units)
        kappa = longest * norm / smallest * outward(n, d)
    if not kappa < 1.0:
        return math.inf
    reach = norm / smallest if kappa < EPS else -math.log1p(-kappa) / longest
    radius = reach * largest * outward(n, d)
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
    magnitudes = squared_columns(rows, weights) + np.abs(objective.ridge_diagonal)
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
    lengths = (scaled_lengths(rows, units) + TINY) * outward(n, d)
    third = objective.hessian_lipschitz(point.w, 2.0 * norm / smallest, lengths)
    h = third * math.exp(errors.worst) * norm / smallest / smallest * outward(n, d)
    if not h <= 0.5:
        return math.inf
    radius = 2.0 * norm / (smallest * (1.0 + math.sqrt(1.0 - 2.0 * h)))
    radius *= float(units.max()) * outward(n, d)
    return radius if math.isfinite(radius) else math.inf


def kantorovich_radius(objective: SmoothObjective, w: Array) -> float:
    """Radius around a local minimiser, as :func:`local_radius`, by what any objective tells."""
    d = objective.dimension
    hessian = objective.hessian(w)
    if not np.all(np.isfinite(hessian)):
        return math.inf
    rounding = objective.hessian_error(w) + 8 * d * EPS * float(np.linalg.norm(hessian))
    smallest = float(np.linalg.eigvalsh(hessian)[0]) - rounding
    norm = float(euclidean(objective.gradient(w))) + objective.gradient_error(w)
    if not (math.isfinite(norm) and smallest > 0):
        return math.inf
    h = objective.hessian_lipschitz(w, 2.0 * norm / smallest) * norm / smallest / smallest
    if not h * outward(objective.rows, d) <= 0.5:
        return math.inf
    return 2.0 * norm / (smallest * (1.0 + math.sqrt(1.0 - 2.0 * h))) * outward(objective.rows, d)
