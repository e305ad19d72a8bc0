"""Newton's method with an exact trust region, for objectives that may be indefinite.

The model's minimiser in the ball is found from the eigenvalues of the true Hessian (nothing
is clipped), so the method leaves saddles and maxima along negative curvature and ends in
a local minimum below its start, or finds the objective unbounded below.
"""

from __future__ import annotations

import numpy as np

from logreg_unlearn.losses import Array
from logreg_unlearn.objective import Objective

_OVERFLOWING = 1e100
"""Curvature that only the exponential loss reaches, on its way to minus infinity."""


def trust_region(
    objective: Objective, start: Array, target: float, max_iterations: int
) -> tuple[Array, int, bool]:
    """Descend from ``start`` to a local minimum.

    Parameters
    ----------
    objective : Objective
        Without batch axes; coefficients of any sign.
    start : ndarray (d,)
    target : float
        Gradient norm to reach.
    max_iterations : int

    Returns
    -------
    w : ndarray (d,)
        The last point.
    iterations : int
    unbounded : bool
        True if the objective fell without bound: it has no minimum in this direction.
    """
    longest = float(np.sqrt(np.max(np.einsum("ij,ij->i", *[objective.signed_features] * 2))))
    unit = 1.0 / max(longest, np.finfo(float).tiny)  # moves no margin by more than 1
    radius, w = unit, np.array(start, dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        value, gradient = float(objective.value(w)), objective.gradient(w)
        # the exponential loss (nearly) overflowed: a start is only a hint
        if not np.isfinite(value) or np.abs(objective.hessian(w)).max() > _OVERFLOWING:
            w = np.zeros_like(w)
            value, gradient = float(objective.value(w)), objective.gradient(w)
        # a logistic objective with a ridge everywhere has all its minima in this ball
        reach = np.inf
        ridge = float(np.min(objective.ridge_diagonal))
        if objective.loss.name != "logistic" or ridge == 0:
            reach = 1e12 * (unit + float(np.linalg.norm(start)))
        for iteration in range(max_iterations):
            hessian = objective.hessian(w)
            if not np.all(np.isfinite(hessian)) or np.abs(hessian).max() > _OVERFLOWING:
                return w, iteration, value < 0
            eigenvalues, basis = np.linalg.eigh(hessian)
            norm = float(np.linalg.norm(gradient))
            if norm <= target and eigenvalues[0] > 0:
                return w, iteration, False
            step = basis @ _model_minimiser(eigenvalues, basis.T @ gradient, radius)
            trial = w + step
            new_value, new_gradient = float(objective.value(trial)), objective.gradient(trial)
            predicted = -float(gradient @ step + 0.5 * step @ hessian @ step)
            if new_value == -np.inf or np.linalg.norm(trial) > reach:
                return trial, iteration, True
            noise = 1e-14 * float(np.abs(objective.coefficients) @ _sizes(objective, w))
            if predicted <= noise + 1e-14 * abs(value):
                # below the resolution of the value: judge by the gradient
                good = float(np.linalg.norm(new_gradient)) < norm and eigenvalues[0] > 0
                if not good:
                    return w, iteration, False
                ratio = 1.0
            else:
                ratio = (value - new_value) / predicted if np.isfinite(new_value) else -1.0
            if ratio > 1e-4:
                w, value, gradient = trial, new_value, new_gradient
            if ratio < 0.25:
                radius = 0.25 * float(np.linalg.norm(step))
            elif ratio > 0.75 and np.linalg.norm(step) > 0.9 * radius:
                radius *= 2.0
    return w, max_iterations, False


def _sizes(objective: Objective, w: Array) -> Array:
    return np.abs(objective.loss.value(objective.margins(w)))


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
    for _ in range(100):
        middle = 0.5 * (low + high)
        if np.linalg.norm(gradient / (eigenvalues + middle + floor)) > radius:
            low = middle
        else:
            high = middle
    return -gradient / (eigenvalues + high + floor)
