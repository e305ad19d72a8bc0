"""What can be certified about any weights without retraining.

The retain objective at the weights in question bounds the distance to the oracle that nobody
computed; two such bounds decide whether unlearning was worse than doing nothing
(claims ``distance_sandwich``, ``self_concordant_sandwich``, ``harm_certificate``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from logreg_unlearn.assess.class_bounds import class_bounds
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.norms import EPS, TINY, euclidean, outward
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve.passes import Iterate, evaluate, row_chunks
from logreg_unlearn.solve.radius import ridge_radius
from logreg_unlearn.solve.rounding import (
    Curvature,
    Errors,
    certified_curvature,
    longest_row,
    rounding_errors,
    underflown_curvature,
)
from logreg_unlearn.theory.certificates import (
    HARM,
    HELP,
    euclidean_sandwich,
    harm_certificate,
    margin_change_bound,
)


class Judgement(Enum):
    """What the bounds on two distances decide."""

    HARM = "certified: farther from the oracle than the original"
    HELP = "certified: closer to the oracle than the original"
    UNDECIDED = "the bounds overlap: nothing is certified"


@dataclass(frozen=True)
class DistanceBounds:
    """Rigorous bounds on the Euclidean distance to the oracle, rounding included.

    Attributes
    ----------
    lower, upper : float
        ``0 <= lower <= upper``; the upper one may be infinite.
    """

    lower: float
    upper: float

    def __repr__(self) -> str:
        return f"DistanceBounds({self.lower:.4g} to {self.upper:.4g})"


_NOTHING = DistanceBounds(0.0, math.inf)


def distance_bounds(problem: UnlearningProblem | SoftmaxProblem, w: Array) -> DistanceBounds:
    """Bound the distance from ``w`` to the oracle without computing the oracle.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    w : ndarray (d,)
        Any finite weights; where the loss overflows the bounds are 0 and infinity.

    Returns
    -------
    DistanceBounds
        The tighter of the gradient's and the Newton step's bounds.

    Raises
    ------
    ValueError
        If the weights have the wrong shape or are not finite.
    """
    objective: Objective | SoftmaxObjective = problem.oracle()
    w = np.array(w, dtype=np.float64)
    if w.shape != (objective.dimension,) or not np.all(np.isfinite(w)):
        raise ValueError(f"expected finite weights of shape ({objective.dimension},), got {w}")
    objective = objective.with_rows(objective.coefficients != 0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if isinstance(objective, SoftmaxObjective):
            return _bounds(*map(float, class_bounds(objective, w)))
        point = evaluate(objective, w)
        errors, lengths = rounding_errors(objective, point), objective.lengths()
        by_gradient = _gradient_bounds(objective, point, errors, lengths)
        by_newton = _newton_bounds(objective, point, errors, lengths, by_gradient.upper)
    return DistanceBounds(
        max(by_gradient.lower, by_newton.lower), min(by_gradient.upper, by_newton.upper)
    )


def judge(
    problem: UnlearningProblem | SoftmaxProblem, unlearned: Array, original: Array
) -> Judgement:
    """Decide, without the oracle, whether unlearning was worse than doing nothing.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    unlearned, original : ndarray (d,)

    Returns
    -------
    Judgement

    Raises
    ------
    ValueError
        As :func:`distance_bounds`.
    """
    after, before = (distance_bounds(problem, w) for w in (unlearned, original))
    code = int(harm_certificate(after.lower, after.upper, before.lower, before.upper))
    return {HARM: Judgement.HARM, HELP: Judgement.HELP}.get(code, Judgement.UNDECIDED)


def _bounds(lower: float, upper: float) -> DistanceBounds:
    """What overflowed is no number, and says nothing."""
    return DistanceBounds(
        lower if 0.0 < lower < math.inf else 0.0, upper if upper >= 0.0 else math.inf
    )


def _gradient_bounds(
    objective: Objective, point: Iterate, errors: Errors, lengths: Array
) -> DistanceBounds:
    """``|g|/L <= |w - w_R| <= |g|/ridge`` (claim ``distance_sandwich``)."""
    rows, coefficients = objective.signed_features, objective.coefficients
    n, d = rows.shape
    error, factor = float(euclidean(errors.gradient)), outward(n, d)
    gram = (rows.T * coefficients) @ rows
    if not np.all(np.isfinite(gram)):
        return _bounds(0.0, ridge_radius(objective, float(point.norm), error))
    # an exact eigenvalue, never an iterative estimate from below
    top = float(np.linalg.eigvalsh(gram)[-1]) + (n + 8 * d) * EPS * float(gram.trace())
    top += underflown_curvature(objective, np.ones(d), lengths)
    smoothness = objective.loss.curvature_bound * top if top > 0 else 0.0
    smoothness += float(np.max(objective.ridge_diagonal))
    lower = (float(point.norm) / factor - error) / (smoothness * factor)
    return _bounds(lower, ridge_radius(objective, float(point.norm), error))


def _newton_bounds(
    objective: Objective, point: Iterate, errors: Errors, lengths: Array, upper: float
) -> DistanceBounds:
    """Bounds by the Newton step (claim ``self_concordant_sandwich``).

    However the step was computed, its residual against the exact Hessian says how far it can be
    from the exact one: nothing rests on the accuracy of a factorisation.  ``upper`` is a bound
    on the distance that is known already.
    """
    curvature = certified_curvature(objective, point, errors.worst, lengths)
    if curvature is None:
        return _NOTHING
    rows = objective.signed_features
    n, d = rows.shape
    hessian, units, factor = curvature.hessian, curvature.units, outward(n, d)
    own = np.linalg.eigvalsh(hessian)
    least = curvature.share * float(own[0] - 8 * d * EPS * abs(own).max()) / factor
    least = max(least, curvature.smallest / float(units.max()) ** 2 / factor)
    least = max(least, float(objective.ridge_diagonal.min()))
    eigenvalues, basis = np.linalg.eigh(hessian * units * units[:, None])

    def solve(vector: Array) -> Array:
        return units * (basis @ ((basis.T @ (units * vector)) / eigenvalues))

    step = solve(point.gradient)
    step += solve(_residual(objective, point, errors, step)[0])  # refined once
    residual, error, norm = _residual(objective, point, errors, step)
    residual = np.abs(residual) + error
    # what the exact step has beyond this one, in the Euclidean norm and in that of the Hessian
    scaled = float(euclidean(units * residual)) / math.sqrt(curvature.smallest)
    plain = float(euclidean(residual)) / math.sqrt(least)
    missing = min(scaled, plain) * factor
    decrement = (norm + missing) * factor
    longest = float(lengths.max()) * factor
    leverage = min(
        _leverage(rows, curvature, eigenvalues, basis),
        longest_row(rows, units) / math.sqrt(curvature.smallest) * factor,
        longest / math.sqrt(least) * factor,
    )
    if not (math.isfinite(decrement) and math.isfinite(leverage)):
        return _NOTHING
    change = min(float(margin_change_bound(decrement, leverage)), longest * upper)
    length = float(euclidean(step))
    newton = euclidean_sandwich(length, decrement, change, least)
    slack = (missing + 16 * EPS * decrement) / math.sqrt(least) * factor + d * EPS * length
    return _bounds(float(newton.lower) / factor - slack, float(newton.upper) * factor + slack)


def _residual(
    objective: Objective, point: Iterate, errors: Errors, step: Array
) -> tuple[Array, Array, float]:
    """Return ``g - H s`` as computed, a bound on the error of each entry, and one on ``|s|_H``.

    H and g are exact: the Hessian is applied row by row, and never formed.
    """
    rows = objective.signed_features
    n, d = rows.shape
    curvatures = objective.loss.curvature(point.margins)
    residual = point.gradient - objective.ridge_diagonal * step
    ridge_step = np.abs(objective.ridge_diagonal * step)
    error = errors.gradient + 8 * EPS * (np.abs(point.gradient) + ridge_step) + TINY
    squared = float(ridge_step @ np.abs(step))
    sizes_step = np.abs(step)
    for chunk in row_chunks(rows.shape):
        part, c = rows[chunk], objective.coefficients[chunk]
        along, sizes = part @ step, np.abs(part)
        off = (d + 2) * EPS * (sizes @ sizes_step) + TINY
        weights = c * curvatures[chunk]
        changed = np.expm1(errors.margins[chunk]) + (n + 32) * EPS
        lost = (1.0 + c) * TINY
        reach = np.abs(along) + off
        residual -= (weights * along) @ part
        error += (weights * (changed * reach + off) + lost * (1.0 + reach)) @ sizes
        squared += float((weights * (1.0 + changed) + lost) @ np.square(reach))
    factor = outward(n, d)
    return residual, error * factor, math.sqrt(squared) * factor


def _leverage(rows: Array, curvature: Curvature, eigenvalues: Array, basis: Array) -> float:
    """Bound ``max_i sqrt(a_i' H^-1 a_i)`` by the computed eigenbasis in the Hessian's units."""
    n, d = rows.shape
    longest = 0.0
    for chunk in row_chunks(rows.shape):
        inside = (rows[chunk] * curvature.units) @ basis
        longest = max(longest, float((np.square(inside) @ (1.0 / eigenvalues)).max()))
    smallest = float(eigenvalues[0])
    # the basis is orthogonal, and reproduces the matrix, to about d roundings
    inaccurate = 16 * d * EPS * longest_row(rows, curvature.units) / math.sqrt(smallest)
    left = curvature.share * (1.0 - 8 * d * d * EPS / smallest)
    if not left > 0:
        return math.inf
    return (math.sqrt(longest) + inaccurate + TINY) / math.sqrt(left) * outward(n, d)
