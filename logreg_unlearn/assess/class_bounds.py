r"""What can be certified about the weights of a softmax model without retraining.

The bounds are those of two classes, the difference of two logits in place of the margin: softmax
has :math:`|D^3\ell[v,v,h]| \le \mathrm{range}(h)\,D^2\ell[v,v]` (claim ``softmax_derivatives``).
Everything is in units of the columns in which the Hessian's diagonal is 1 on average.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS, FEW, TINY, euclidean, outward
from logreg_unlearn.problem.softmax import ROOT2, SoftmaxObjective
from logreg_unlearn.solve.factors import Factor
from logreg_unlearn.solve.radius import ridge_radius
from logreg_unlearn.solve.rounding import longest_row, smallest_eigenvalue
from logreg_unlearn.theory.certificates import Sandwich, euclidean_sandwich, margin_change_bound

_NOTHING = (0.0, math.inf)


class _Scaled(NamedTuple):
    """The Hessian in the columns' units, and what is certain of it."""

    hessian: Array
    units: Array
    smallest: float
    error: float


def class_bounds(objective: SoftmaxObjective, w: Array) -> Sandwich:
    """Bound the distance from ``w`` to the minimiser, rounding included.

    Parameters
    ----------
    objective : SoftmaxObjective
        With coefficients > 0.
    w : ndarray (K*d,)
    """
    gradient, error = objective.gradient(w), objective.gradient_error(w)
    norm, factor = float(euclidean(gradient)), outward(len(objective.classes), len(w))
    upper = ridge_radius(objective, norm, error)
    lower = (norm / factor - error) / (objective.curvature_bound() * factor)
    nearer, farther = _newton_bounds(objective, w, gradient, error, upper)
    return Sandwich(np.asarray(max(lower, nearer, 0.0)), np.asarray(min(upper, farther)))


def _scaled_hessian(objective: SoftmaxObjective, w: Array) -> _Scaled | None:
    (n, d), p = objective.features.shape, len(w)
    hessian = objective.hessian(w)
    sizes = hessian.diagonal().reshape(objective.count, d).mean(axis=0)
    if not (np.all(np.isfinite(hessian)) and np.all(sizes > 0)):
        return None
    units = 1.0 / np.sqrt(sizes)
    each = np.tile(units, objective.count)
    hessian *= each
    hessian *= each[:, None]
    # as of `SoftmaxObjective.hessian_error`, with the trace p for the sum of the curvatures
    shaken = float(objective.shaken(w).max(initial=0.0))
    error = 2.0 * p * (math.expm1(min(2.0 * shaken, 700.0)) + (n + objective.count + FEW) * EPS)
    lost = TINY * p * float((1.0 + objective.coefficients).sum())
    longest = longest_row(objective.features, units)
    error += lost * longest * longest
    smallest = smallest_eigenvalue(hessian) - error * outward(n, p)
    return _Scaled(hessian, units, smallest, error * outward(n, p)) if smallest > 0 else None


def _newton_bounds(
    objective: SoftmaxObjective, w: Array, gradient: Array, error: float, upper: float
) -> tuple[float, float]:
    """Bounds by the Newton step (claim ``self_concordant_sandwich``); ``upper`` is known already.

    Whatever the step's own accuracy, its residual says how far the exact one can be.
    """
    found = _scaled_hessian(objective, w)
    if found is None:
        return _NOTHING
    hessian, units, smallest, formation = found
    p, factor = len(w), outward(len(objective.classes), len(w))
    each, largest = np.tile(units, objective.count), float(units.max())
    inverse = Factor(hessian.copy(), float(hessian.diagonal().max()))
    scaled = each * gradient
    step = inverse.times(scaled)
    step += inverse.times(scaled - hessian @ step)  # refined once
    residual = scaled - hessian @ step
    length = float(euclidean(step))
    unit = step / length if length > 0 else step
    own = p * EPS * (float(euclidean(scaled)) + p * length)  # the trace of the Hessian is p
    off = (float(euclidean(residual)) + own + largest * error + formation * length) * factor
    missing = off / math.sqrt(smallest)
    # by the unit vector: the step's own square may be no normal number
    curvature = float(unit @ (hessian @ unit)) + formation + p * p * EPS
    decrement = (length * math.sqrt(max(curvature, 0.0)) + missing) * factor
    longest = ROOT2 * longest_row(objective.features, units)
    leverage = min(_leverage(objective, found), longest / math.sqrt(smallest) * factor)
    if not (math.isfinite(decrement) and math.isfinite(leverage)):
        return _NOTHING
    change = min(
        float(margin_change_bound(decrement, leverage)),
        ROOT2 * float(objective.lengths().max()) * upper * factor,
    )
    least = max(smallest / largest / largest / factor, float(objective.ridge_diagonal.min()))
    plain = float(euclidean(each * step))
    newton = euclidean_sandwich(plain, decrement, change, least)
    slack = (missing + 16 * EPS * decrement) / math.sqrt(least) * factor + p * EPS * plain
    return float(newton.lower) / factor - slack, float(newton.upper) * factor + slack


def _leverage(objective: SoftmaxObjective, found: _Scaled) -> float:
    """Bound the largest change of a difference of two logits by a step of norm 1 in the Hessian."""
    d, p = objective.features.shape[1], len(found.hessian)
    inverse = np.linalg.inv(found.hessian).reshape(objective.count, d, objective.count, d)
    longest, row = 0.0, 0.0
    for chunk in objective.chunks():
        part = objective.features[chunk] * found.units
        row = max(row, float(np.square(part).sum(axis=1).max()))
        for k in range(objective.count):
            for other in range(k):
                both = inverse[k, :, k] + inverse[other, :, other]
                both -= inverse[k, :, other] + inverse[other, :, k]
                longest = max(longest, float(np.einsum("ij,ij->i", part @ both, part).max()))
    # an inverse is known to a share of p roundings times its condition, at most p/smallest
    smallest = found.smallest
    inaccurate = 64 * p * EPS * (p / smallest) * 2.0 * row / smallest
    left = 1.0 - found.error / smallest
    if not left > 0:
        return math.inf
    total = (longest + inaccurate + TINY) / left
    return math.sqrt(total) * outward(len(objective.classes), p)
