"""What can be certified about any weights without retraining.

The retain objective at the weights in question bounds the distance to the oracle that nobody
computed; two such bounds decide whether unlearning was worse than doing nothing
(claims ``distance_sandwich``, ``self_concordant_sandwich``, ``harm_certificate``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.radius import gradient_rounding
from logreg_unlearn.theory.certificates import (
    HARM,
    HELP,
    distance_sandwich,
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


def distance_bounds(problem: UnlearningProblem, w: Array) -> DistanceBounds:
    """Bound the distance from ``w`` to the oracle without computing the oracle.

    Parameters
    ----------
    problem : UnlearningProblem
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
    objective = problem.oracle()
    w = np.asarray(w, dtype=np.float64)
    if w.shape != (objective.dimension,) or not np.all(np.isfinite(w)):
        raise ValueError(f"expected finite weights of shape ({objective.dimension},), got {w}")
    rows = objective.signed_features[~problem.forget]
    coefficients = objective.coefficients[~problem.forget]
    lengths = np.linalg.norm(objective.signed_features, axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        gradient = objective.gradient(w)
        norm = float(np.linalg.norm(gradient))
        slopes = objective.coefficients * objective.loss.derivative(objective.margins(w))
        error = gradient_rounding(objective, w, slopes, lengths)
        hessian = objective.hessian(w)
    if not (np.isfinite(norm + error) and np.all(np.isfinite(hessian))):
        return DistanceBounds(0.0, np.inf)  # the loss overflowed: nothing is known
    ridge = float(np.min(objective.ridge_diagonal))
    # an exact eigenvalue, never an iterative estimate from below
    top = float(np.linalg.eigvalsh((rows.T * coefficients) @ rows)[-1])
    curvature = objective.loss.curvature_bound * top * (1 + 1e-12) if top > 0 else 0.0
    smoothness = curvature + float(np.max(objective.ridge_diagonal))
    lower = max(norm - error, 0.0) / smoothness
    upper = float(distance_sandwich(norm + error, ridge).upper) if ridge > 0 else np.inf
    eigenvalues, basis = np.linalg.eigh(hessian)
    rounding = len(rows) * np.finfo(float).eps * float(np.abs(eigenvalues).sum())
    smallest = max(float(eigenvalues[0]) - rounding, ridge)
    if smallest > 0:
        inverse = np.maximum(eigenvalues, smallest)
        coordinates = basis.T @ gradient
        slack = error / smallest
        step = float(np.linalg.norm(coordinates / inverse))
        decrement = float(np.linalg.norm(coordinates / np.sqrt(inverse))) + slack * np.sqrt(
            smallest
        )
        leverage = float(np.sqrt(np.max(np.square(rows @ basis) @ (1.0 / inverse))))
        change = min(float(margin_change_bound(decrement, leverage)), float(lengths.max()) * upper)
        newton = euclidean_sandwich(step, decrement, change, smallest)
        lower = max(lower, float(newton.lower) - slack)
        upper = min(upper, float(newton.upper) + slack)
    return DistanceBounds(float(min(lower, upper)), float(upper))


def judge(problem: UnlearningProblem, unlearned: Array, original: Array) -> Judgement:
    """Decide, without the oracle, whether unlearning was worse than doing nothing.

    Parameters
    ----------
    problem : UnlearningProblem
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
