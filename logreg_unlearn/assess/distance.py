r"""Distances of a model to the retrained optimum, and their ratios to the original's.

With ``delta = w - w_R``, the oracle's objective ``L_R`` and its Hessian H at ``w_R``:

* parameters ``||delta||``
* Hessian norm ``sqrt(delta' H delta)``
* margins, root mean square of ``x_i . delta`` over R, over F, or over given rows
* excess retain risk ``L_R(w) - L_R(w_R)``, ridge included, computed as

  .. math:: \nabla L_R(w_R)\cdot\delta + \sum_i c_i D(z_i, t_i) + \tfrac\lambda2\|P\delta\|^2,
     \qquad D(z, t) = \varphi(z+t) - \varphi(z) - \varphi'(z)\,t \ge 0,

  whose terms do not cancel, where the difference of two values of ``L_R`` loses every digit once
  ``||delta||`` is below about 1e-8.

A ratio above 1 means farther from the oracle than the original: worse than doing nothing. A
model that has left the range of floating point is infinitely far: ``inf``, never NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logreg_unlearn.assess.class_distance import class_excess_risk, ranges, squared_norm
from logreg_unlearn.problem.losses import Array, Loss
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.problem.protocol import SmoothObjective
from logreg_unlearn.problem.softmax import SoftmaxObjective

__all__ = [
    "BestStop",
    "Distances",
    "cosine",
    "distance_ratios",
    "distances_to_oracle",
    "excess_risk",
    "first_step_alignment",
    "oracle_best_stop",
    "ratio",
]

# D(z, t) = t^2 * integral_0^1 (1 - s) phi''(z + s t) ds. On |t| <= 1 the nearest pole of phi''
# (logistic: z = +-i pi) leaves Gauss-Legendre a factor of about 12 a node, squared: eight nodes
# reach rounding.
_SMALL_STEP = 1.0
_NODES, _GAUSS = np.polynomial.legendre.leggauss(8)
_NODES = 0.5 * (_NODES + 1.0)
_GAUSS = 0.5 * _GAUSS * (1.0 - _NODES)


@dataclass(frozen=True, eq=False)
class Distances:
    """Distances to the oracle, or their ratios; each of the batch shape of ``w``.

    Attributes
    ----------
    parameters, hessian_norm, margins_retain, margins_forget, excess_risk : array (...)
        As in the module's text; margins weighted by the problem's sample weights.
    margins_other : array (...) or None
        Over the rows given by the caller (a test set).
    """

    parameters: Array
    hessian_norm: Array
    margins_retain: Array
    margins_forget: Array
    excess_risk: Array
    margins_other: Array | None = None

    def __repr__(self) -> str:
        if np.ndim(self.parameters) > 0:
            return f"Distances of {' x '.join(map(str, np.shape(self.parameters)))} models"
        shown = (f"{name}={float(v):.4g}" for name, v in vars(self).items() if v is not None)
        return f"Distances({', '.join(shown)})"


@dataclass(frozen=True)
class BestStop:
    """The record of a trajectory that comes closest to the oracle.

    Attributes
    ----------
    index : int
        Position among the records.
    step : int
        Number of steps taken there.
    distance : float
    ratio : float
        To the original's distance.
    """

    index: int
    step: int
    distance: float
    ratio: float


def distances_to_oracle(
    problem: UnlearningProblem | SoftmaxProblem,
    w: Array,
    oracle: Array,
    *,
    other: Array | None = None,
) -> Distances:
    """Measure how far models are from the retrained optimum.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    w : (..., d) array
        Models; leading axes are a batch. Entries may be infinite or NaN (a diverged iteration).
    oracle : (d,) array
        The minimiser ``w_R`` of ``problem.oracle()``.
    other : (m, d) array, optional
        Feature rows for `Distances.margins_other`.

    Returns
    -------
    Distances
    """
    objective = problem.oracle()
    w = np.asarray(w, dtype=np.float64)
    finite = np.all(np.isfinite(w), axis=-1)
    w = np.where(finite[..., None], w, oracle)
    delta = w - oracle
    # All but the risk are homogeneous in delta: measured on a unit scale, nothing overflows
    # unless the distance itself does.
    scale = np.max(np.abs(delta), axis=-1)
    unit = delta / np.where(scale > 0.0, scale, 1.0)[..., None]
    if isinstance(objective, SoftmaxObjective):
        change = ranges(objective.count, unit, objective.features)
        squared = squared_norm(objective, oracle, unit)
    else:
        change = unit @ objective.signed_features.T
        curvature = objective.coefficients * objective.loss.curvature(objective.margins(oracle))
        squared = (change * change) @ curvature + (unit * unit) @ objective.ridge_diagonal
    # mass is the sample weight up to a factor per problem: c of the original objective
    mass = problem.original().coefficients
    forget = problem.forget

    def finished(distance: Array) -> Array:
        with np.errstate(over="ignore"):
            return np.where(finite, scale * distance, np.inf)

    across = None
    if other is not None:
        if isinstance(objective, SoftmaxObjective):
            moved = ranges(objective.count, unit, other)
        else:
            moved = unit @ other.T
        across = finished(rms(moved, np.ones(len(other))))
    return Distances(
        parameters=finished(np.sqrt(np.sum(unit * unit, axis=-1))),
        hessian_norm=finished(np.sqrt(squared)),
        margins_retain=finished(rms(change[..., ~forget], mass[~forget])),
        margins_forget=finished(rms(change[..., forget], mass[forget])),
        excess_risk=np.where(finite, excess_risk(objective, w, oracle), np.inf),
        margins_other=across,
    )


def distance_ratios(distances: Distances, original: Distances) -> Distances:
    """Return every distance as a `ratio` to the original's.

    Parameters
    ----------
    distances : Distances
    original : Distances
        Those of the original model, of a shape that broadcasts.
    """
    other = None
    if distances.margins_other is not None and original.margins_other is not None:
        other = ratio(distances.margins_other, original.margins_other)
    return Distances(
        parameters=ratio(distances.parameters, original.parameters),
        hessian_norm=ratio(distances.hessian_norm, original.hessian_norm),
        margins_retain=ratio(distances.margins_retain, original.margins_retain),
        margins_forget=ratio(distances.margins_forget, original.margins_forget),
        excess_risk=ratio(distances.excess_risk, original.excess_risk),
        margins_other=other,
    )


def ratio(distance: float | Array, original: float | Array) -> Array:
    """Return ``distance / original``: above 1 is worse than doing nothing.

    ``0/0`` is 1 (as far as the original, which is at the oracle already); a positive or infinite
    distance over 0 is ``inf``; an infinite distance is ``inf`` times worse.
    """
    distance, original = np.broadcast_arrays(
        np.asarray(distance, dtype=np.float64), np.asarray(original, dtype=np.float64)
    )
    with np.errstate(over="ignore"):
        quotient = distance / np.where(original == 0.0, 1.0, original)
    at_oracle = np.where(distance == 0.0, 1.0, np.where(distance > 0.0, np.inf, -np.inf))
    return np.where(original == 0.0, at_oracle, quotient)


def excess_risk(objective: Objective | SoftmaxObjective, w: Array, reference: Array) -> Array:
    """Return ``J(w) - J(reference)`` without cancellation.

    Exact for any reference. At a minimiser the result is non-negative up to the rounding of the
    gradient there, of the order ``eps * ||w - reference||``.

    Parameters
    ----------
    objective : Objective or SoftmaxObjective
        Without batch axes, with coefficients >= 0.
    w : (..., d) finite array
    reference : (d,) array

    Returns
    -------
    (...) array
        ``inf`` where the difference overflows.
    """
    if isinstance(objective, SoftmaxObjective):
        return class_excess_risk(objective, w, reference)
    delta = np.asarray(w, dtype=np.float64) - reference
    # rows without a coefficient are left out: 0 times an overflowing loss is NaN
    rows = objective.coefficients > 0.0
    z = objective.margins(reference)[rows]
    with np.errstate(over="ignore", invalid="ignore"):
        steps = delta @ objective.signed_features[rows].T
        ridge = 0.5 * np.sum(objective.ridge_diagonal * delta * delta, axis=-1)
        remainder = _remainder(objective.loss, z, steps) @ objective.coefficients[rows]
        excess = delta @ objective.gradient(reference) + remainder + ridge
    # NaN comes from infinite terms of both signs alone: far out, where a convex J is infinite
    return np.where(np.isnan(excess), np.inf, excess)


def first_step_alignment(method: SmoothObjective, original: Array, oracle: Array) -> float:
    """Return the cosine between a method's first step at the original and the way to the oracle.

    Parameters
    ----------
    method : SmoothObjective
        What the method descends: its first step is along minus the gradient.
    original, oracle : (d,) arrays
        ``w_D`` and ``w_R``.

    Returns
    -------
    float in [-1, 1]
        Negative: the first step moves away from the oracle. 0 where either vector vanishes.
    """
    return cosine(-method.gradient(original), oracle - original)


def cosine(a: Array, b: Array) -> float:
    """Return the cosine of the angle between two vectors (d,); 0 where either vanishes."""
    largest = np.max(np.abs(a)), np.max(np.abs(b))
    if 0.0 in largest:
        return 0.0
    a, b = a / largest[0], b / largest[1]
    value = float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
    return min(max(value, -1.0), 1.0)


def oracle_best_stop(steps: Array, distance: Array, distance_original: float) -> BestStop:
    """Find the stopping time that an observer who knows the oracle would choose.

    This **peeks**: it bounds what any stopping rule could reach and is none itself. With the
    original as first record the ratio is at most 1, and equal to 1 where no step helps.

    Parameters
    ----------
    steps : (T,) array
        Step counts of a trajectory's records.
    distance : (T,) array
        Distance to the oracle at each; ``inf`` and NaN are passed over.
    distance_original : float

    Returns
    -------
    BestStop
        The earliest of the closest.

    Raises
    ------
    ValueError
        Where no record has a finite distance.
    """
    distance = np.asarray(distance, dtype=np.float64)
    reached = np.where(np.isfinite(distance), distance, np.inf)
    index = int(np.argmin(reached)) if reached.size else 0
    if not reached.size or reached[index] == np.inf:
        raise ValueError(f"expected a record at a finite distance, got none of {reached.size}")
    best = float(reached[index])
    return BestStop(index, int(steps[index]), best, float(ratio(best, distance_original)))


def rms(change: Array, mass: Array) -> Array:
    """Return the root mean square of ``change (..., n)``, weighted by ``mass (n,)``."""
    return np.sqrt((change * change) @ (mass / mass.sum()))


def _remainder(loss: Loss, z: Array, t: Array) -> Array:
    """Return ``D(z, t)`` for margins ``z (n,)`` and steps ``t (..., n)``, to rounding."""
    if loss.even_curvature:
        # phi(z) - phi(-z) = -z is linear, so D(z, t) = D(-z, -t): on z >= 0 the loss is the small
        # term and nothing cancels.
        t, z = np.where(z < 0.0, -t, t), np.abs(z)
    small = np.abs(t) <= _SMALL_STEP
    near = np.where(small, t, 0.0)
    integral = np.zeros_like(near)
    for node, weight in zip(_NODES, _GAUSS, strict=True):
        integral += weight * loss.curvature(z + node * near)
    far = loss.value(z + t) - loss.value(z) - loss.derivative(z) * t
    return np.where(small, near * near * integral, far)
