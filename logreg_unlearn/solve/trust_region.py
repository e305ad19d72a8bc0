"""Newton's method with an exact trust region, for objectives that may be indefinite.

The model's minimiser in the ball is found from the eigenvalues of the true Hessian (nothing
is clipped), so the method leaves saddles and maxima along negative curvature and ends in
a local minimum below its start, or finds the objective unbounded below.
"""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import TINY, euclidean
from logreg_unlearn.problem.protocol import SmoothObjective
from logreg_unlearn.solve.passes import Work, hessian_passes

_OVERFLOWING = 1e280
"""Curvature that only the exponential loss reaches, and whose next products overflow."""


def trust_region(
    objective: SmoothObjective, start: Array, target: float, max_iterations: int, work: Work
) -> tuple[Array, int, bool]:
    """Descend from ``start`` to a local minimum.

    Parameters
    ----------
    objective : SmoothObjective
    start : ndarray (d,)
    target : float
        Gradient norm to reach.
    max_iterations : int
    work : Work
        Counts the passes.

    Returns
    -------
    w : ndarray (d,)
        The last point.
    iterations : int
    unbounded : bool
        True if the objective fell without bound: it has no minimum in this direction.
    """
    w = np.array(start, dtype=np.float64)
    value, gradient, hessian = _derivatives(objective, w, work)
    # the exponential loss (nearly) overflowed: a start is only a hint
    if not math.isfinite(value) or np.abs(hessian).max() > _OVERFLOWING:
        w = np.zeros(len(w))
        value, gradient, hessian = _derivatives(objective, w, work)
    start, step, radius = w, np.zeros(len(w)), np.float64(objective.unit_length())
    for iteration in range(max_iterations):
        if objective.falls_for_ever(start, w, step):
            return w, iteration, True
        if not np.abs(hessian).max() <= _OVERFLOWING:
            return w, iteration, bool(value < 0) and math.isinf(objective.curvature_bound())
        work.count_eigenvalues(objective)
        eigenvalues, basis = np.linalg.eigh(hessian)
        norm = euclidean(gradient)
        if norm <= target and eigenvalues[0] > 0:
            return w, iteration, False
        step = basis @ _model_minimiser(eigenvalues, basis.T @ gradient, radius)
        there = w + step
        new_value, new_gradient = float(objective.value(there)), objective.gradient(there)
        work.passes += 1
        predicted = -float(np.dot(gradient, step) + 0.5 * np.dot(step, hessian @ step))
        if new_value == -math.inf:
            return there, iteration, True
        if predicted <= 1e-14 * (objective.magnitude(w) + abs(value)):
            # below the resolution of the value: judge by the gradient
            if not (euclidean(new_gradient) < norm and eigenvalues[0] > 0):
                return w, iteration, False
            ratio = 1.0
        else:
            ratio = (value - new_value) / predicted if math.isfinite(new_value) else -1.0
        length = euclidean(step)
        # a quarter and three quarters, and any fall at all: Conn, Gould and Toint, ch. 6
        if ratio < 0.25:
            radius = 0.25 * length
        elif ratio > 0.75 and length > 0.9 * radius:
            radius *= 2.0
        if ratio > 1e-4:
            w, value, gradient, hessian = there, new_value, new_gradient, objective.hessian(there)
            work.passes += hessian_passes(objective)
    return w, max_iterations, False


def _derivatives(objective: SmoothObjective, w: Array, work: Work) -> tuple[float, Array, Array]:
    work.passes += 1.0 + hessian_passes(objective)
    return float(objective.value(w)), objective.gradient(w), objective.hessian(w)


def _model_minimiser(eigenvalues: Array, gradient: Array, radius: float) -> Array:
    """Minimise ``g.s + s.H.s/2`` over ``||s|| <= radius`` in the eigenbasis of H."""
    lowest = eigenvalues[0]
    if lowest > 0:
        step = -gradient / eigenvalues
        if np.linalg.norm(step) <= radius:
            return step
    # secular equation: ||g / (lambda_i + shift)|| = radius with shift > -lowest
    norm = np.linalg.norm(gradient)
    low = max(0.0, -lowest)
    high = norm / radius - min(lowest, 0.0) + TINY
    floor = 1e-14 * max(abs(eigenvalues[-1]), abs(lowest), TINY)
    if np.linalg.norm(gradient / (eigenvalues + low + floor)) < radius:
        # hard case: no gradient along the lowest eigenvector; go to the rim along it
        step = -gradient / (eigenvalues + low + floor)
        rest = radius**2 - float(step @ step)
        step[0] += np.copysign(np.sqrt(max(rest, 0.0)), step[0])
        return step
    # Newton's method on 1/||step|| - 1/radius, nearly linear in the shift (More and Sorensen)
    shift = low
    for _ in range(100):
        curvatures = eigenvalues + shift + floor
        step = -gradient / curvatures
        length = euclidean(step)
        if abs(length - radius) <= 1e-3 * radius or high - low <= 1e-15 * high:
            break
        if length > radius:
            low = shift
        else:
            high = shift
        shift += (length / radius - 1.0) * length**2 / float(np.dot(step, step / curvatures))
        if not low < shift < high:
            shift = 0.5 * (low + high)
    return step
