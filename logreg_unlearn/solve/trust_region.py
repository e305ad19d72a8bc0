"""Newton's method with an exact trust region, for objectives that may be indefinite.

The model's minimiser in the ball is found from the eigenvalues of the true Hessian (nothing
is clipped), so the method leaves saddles and maxima along negative curvature and ends in
a local minimum below its start, or finds the objective unbounded below.
"""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.passes import Iterate, Work, euclidean, value_at

_HUGE, _OVERFLOWING = 1e100, 1e280
"""Curvatures that only the exponential loss reaches: worth a look where it goes, and the end."""
_FAR = 1e12
"""Margin, in units of the start's largest or of 1, that only an unbounded descent reaches."""


def trust_region(
    objective: Objective,
    start: Array,
    target: float,
    max_iterations: int,
    longest: float,
    work: Work,
) -> tuple[Iterate, int, bool]:
    """Descend from ``start`` to a local minimum.

    Parameters
    ----------
    objective : Objective
        Without batch axes; coefficients of any sign.
    start : ndarray (d,)
    target : float
        Gradient norm to reach.
    max_iterations : int
    longest : float
        Euclidean norm of the longest row.
    work : Work
        Counts the passes.

    Returns
    -------
    Iterate
        The last point.
    iterations : int
    unbounded : bool
        True if the objective fell without bound: it has no minimum in this direction.
    """

    def hessian_of(point: Iterate) -> Array:
        work.count_hessian(objective)
        return objective.hessian(point.w)

    unit = 1.0 / max(longest, np.finfo(float).tiny)  # moves no margin by more than 1
    radius, here = np.float64(unit), work.evaluate(objective, np.array(start, dtype=np.float64))
    value, hessian = value_at(objective, here), hessian_of(here)
    # the exponential loss (nearly) overflowed: a start is only a hint
    if not math.isfinite(value) or np.abs(hessian).max() > _OVERFLOWING:
        here = work.evaluate(objective, np.zeros(len(start)))
        value, hessian = value_at(objective, here), hessian_of(here)
    exponential = not math.isfinite(objective.loss.curvature_bound)
    # a logistic objective with a ridge everywhere has a minimum, however far
    far = _FAR * (1.0 + float(np.abs(here.margins).max(initial=0.0)))
    if not exponential and objective.ridge_diagonal.min() > 0:
        far = math.inf
    step = np.zeros(len(start))
    for iteration in range(max_iterations):
        largest = np.abs(hessian).max()
        if exponential and largest > _HUGE:
            if _falls_forever(objective, here.w) or _falls_forever(objective, step):
                return here, iteration, True
        if not largest <= _OVERFLOWING:
            return here, iteration, exponential and value < 0
        eigenvalues, basis = np.linalg.eigh(hessian)
        if here.norm <= target and eigenvalues[0] > 0:
            return here, iteration, False
        step = basis @ _model_minimiser(eigenvalues, basis.T @ here.gradient, radius)
        there = work.evaluate(objective, here.w + step)
        new_value = value_at(objective, there)
        predicted = -float(np.dot(here.gradient, step) + 0.5 * np.dot(step, hessian @ step))
        if new_value == -math.inf:
            return there, iteration, True
        sizes = np.abs(objective.coefficients * objective.loss.value(here.margins))
        if predicted <= 1e-14 * (float(sizes.sum()) + abs(value)):
            # below the resolution of the value: judge by the gradient
            if not (there.norm < here.norm and eigenvalues[0] > 0):
                return here, iteration, False
            ratio = 1.0
        else:
            ratio = (value - new_value) / predicted if math.isfinite(new_value) else -1.0
        length = euclidean(step)
        if ratio < 0.25:
            radius = 0.25 * length
        elif ratio > 0.75 and length > 0.9 * radius:
            radius *= 2.0
        if ratio > 1e-4:
            here, value, hessian = there, new_value, hessian_of(there)
            if np.abs(here.margins).max(initial=0.0) > far:
                return here, iteration, True
    return here, max_iterations, False


def _falls_forever(objective: Objective, direction: Array) -> bool:
    """Whether J falls to minus infinity along a ray: its steepest exponentials are negative."""
    exponents = -(objective.signed_features @ direction)
    steepest = exponents.max(initial=0.0)
    weights = objective.coefficients
    if objective.offset is not None:
        weights = weights * np.exp(-objective.offset)
    return bool(steepest > 0 and weights[exponents >= (1.0 - 1e-12) * steepest].sum() < 0)


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
    high = norm / radius - min(lowest, 0.0) + np.finfo(float).tiny
    floor = 1e-14 * max(abs(eigenvalues[-1]), abs(lowest), np.finfo(float).tiny)
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
