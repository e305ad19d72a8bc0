r"""Descent-to-delete and rewind-to-delete: a fixed number of gradient steps on the retained data.

With m the ridge, L a bound on the curvature of ``L_R`` and
:math:`c = \max(|1-\eta m|, |1-\eta L|) < 1`, every step brings two models closer by the factor c.
So from weights within e of the original optimum, K steps end within

.. math:: c^K(e + s), \qquad s \ge \|w_D - w_R\|

of the oracle (`prior_sensitivity`): Neel, Roth and Sharifi-Malvajerdi, arXiv 2007.02923, for sets
instead of single rows.  The step :math:`\eta = 2/(L+m)` makes c least.  L has to cover the
retained data: by the mean over all rows alone the contraction fails, as ``L_R`` may exceed it.

From a checkpoint of the training instead, ``T - K`` steps on all data from some start, K steps on
the retained data end within :math:`c^K(1-c^{T-K})\,s` of T steps on them from that start (Mu and
Klabjan, arXiv 2409.09778, for strongly convex losses): the less training the closer, and nothing
to remove where the checkpoint is the start.

L is the largest eigenvalue of a matrix of the retained rows, and costs what a Hessian of them does:
it is counted unless the step size was given.
"""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.problem.norms import EPS, FEW, euclidean, outward
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.unlearn.removal.result import (
    Removal,
    hessian_passes,
    prior_sensitivity,
    retained_share,
    weights_of,
)
from logreg_unlearn.unlearn.steps import gradient_step


def descent_to_delete(
    problem: AnyProblem, w: Array, steps: int = 10, *, error: float = 0.0
) -> Removal:
    """Take the steps that contract most.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    w : ndarray (d,)
        Within ``error`` of the original optimum.
    steps : int
        At least 0.
    error : float
        At least 0; over a stream of requests, the last one's sensitivity.

    Returns
    -------
    Removal
        Its sensitivity looks at no solution, so noise of that scale hides the request; it is
        infinite for the exponential loss and with unpenalised columns.  The same algorithm after
        retraining is within twice as much.

    Raises
    ------
    ValueError
        If ``steps`` or ``error`` is negative.
    """
    if not error >= 0.0:
        raise ValueError(f"expected an error >= 0, got {error}")
    low, high = curvature_range(problem, w)
    # without a bound on the curvature only short steps stay where it was measured
    step_size = 2.0 / (high + low) if _bounded(problem) else 1.0 / high
    end = _descend(problem, w, steps, step_size)
    reach = error + prior_sensitivity(problem)
    sensitivity = math.inf
    if math.isfinite(reach) and _bounded(problem):
        c = _rate(problem, low, high, step_size)
        sensitivity = c**steps * reach + _rounding(problem, w, steps, step_size, c)
    return Removal("descent-to-delete", end, descent_passes(problem, steps), sensitivity)


def rewind_to_delete(
    problem: AnyProblem,
    checkpoint: Array,
    steps: int = 10,
    *,
    trained: float = math.inf,
    step_size: float | None = None,
) -> Removal:
    """Go back to a checkpoint of the training and take its last steps without the forgotten rows.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    checkpoint : ndarray (d,)
        The weights after ``trained`` gradient steps on the original, from any start that does not
        depend on the forgotten rows; by default the original optimum, where training ends.
    steps : int
        K, at least 0: how many steps were rewound.
    trained : float
        ``T - K``, at least 0.
    step_size : float, optional
        That of the training; ``1/L``, L the curvature bound of the oracle, by default.

    Returns
    -------
    Removal
        Its sensitivity is to the same training without the forgotten rows.

    Raises
    ------
    ValueError
        If ``steps`` or ``trained`` is negative, or the step size is not > 0.
    """
    if not trained >= 0:
        raise ValueError(f"expected trained >= 0, got {trained}")
    low, high = curvature_range(problem, checkpoint)
    passes = descent_passes(problem, steps, step_size)
    step_size = 1.0 / high if step_size is None else step_size
    if not step_size > 0:
        raise ValueError(f"expected a step size > 0, got {step_size}")
    end = _descend(problem, checkpoint, steps, step_size)
    c, reach = _rate(problem, low, high, step_size), prior_sensitivity(problem)
    sensitivity = math.inf
    if c < 1.0 and math.isfinite(reach):
        # steps that overshoot the ridge add up to more than s
        added = step_size * low / (1.0 - c)
        sensitivity = c**steps * (1.0 - c**trained) * added * reach
        if trained > 0:  # else the very same steps
            sensitivity += 2.0 * _rounding(problem, checkpoint, steps, step_size, c)
    return Removal("rewind-to-delete", end, passes, sensitivity)


def descent_passes(problem: AnyProblem, steps: int, step_size: float | None = None) -> float:
    """Return what gradient steps cost, with the curvature bound where the size is not given."""
    found = hessian_passes(problem) if step_size is None else 0.0
    return retained_share(problem) * (steps + found)


def curvature_range(problem: AnyProblem, w: Array) -> tuple[float, float]:
    """Return the least and largest curvature of ``L_R``: everywhere, or at ``w`` if unbounded."""
    objective = problem.oracle()
    return float(objective.ridge_diagonal.min()), objective.curvature_bound((w,))


def contraction(low: float, high: float, step_size: float) -> float:
    """Return the factor by which a gradient step brings any two models closer."""
    return max(abs(1.0 - step_size * low), abs(1.0 - step_size * high))


def _rate(problem: AnyProblem, low: float, high: float, step_size: float) -> float:
    """Return the contraction, at least: an eigenvalue is known to its rounding."""
    rows, columns = problem.features.shape
    return contraction(low, high * outward(rows, 8 * columns), step_size) + EPS


def _rounding(problem: AnyProblem, w: Array, steps: int, step_size: float, c: float) -> float:
    """Bound by how much rounding moves the end of the steps from ``w``, which contract by c.

    Of every step the pull of all samples at their steepest is rounded, that of the margins where
    the loss bends most, and the weights themselves, at the largest that they can become.
    """
    objective = problem.oracle()
    lengths, weights, pull = objective.lengths(), objective.coefficients, objective.gradient_scale()
    size = float(euclidean(np.asarray(w, dtype=np.float64))) + steps * step_size * float(pull)
    margins = lengths * size
    if objective.offset is not None:
        offset = np.abs(objective.offset)
        margins = margins + (offset if offset.ndim == 1 else offset.max(axis=1))
    bent = 0.5 * float(np.dot(weights * lengths, margins))
    each = step_size * (float(pull) + bent + problem.ridge * size) + size
    each *= (len(lengths) + 2 * objective.dimension + FEW) * EPS
    piled = min(float(steps), 1.0 / (1.0 - c)) if c < 1.0 else steps * c**steps
    return each * piled


def finite(w: Array) -> Array:
    """Return the weights, or refuse ones that have overflowed."""
    if not np.all(np.isfinite(w)):
        raise ValueError("expected finite weights, got an overflow: take fewer or shorter steps")
    return w


def _bounded(problem: AnyProblem) -> bool:
    objective = problem.oracle()
    if isinstance(objective, SoftmaxObjective):
        return True
    return math.isfinite(objective.loss.curvature_bound)


def _descend(problem: AnyProblem, w: Array, steps: int, step_size: float) -> Array:
    if steps < 0:
        raise ValueError(f"expected steps >= 0, got {steps}")
    w = weights_of(problem, w)
    with np.errstate(over="ignore", invalid="ignore"):
        gradient_step(problem.oracle(), step_size)(w, steps)
    return finite(w)
