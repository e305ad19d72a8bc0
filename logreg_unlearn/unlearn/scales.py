r"""What the data alone say of the size of an iteration: step size, gradients, divergence."""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective


def default_step_size(objectives: tuple[Objective, ...], points: tuple[Array, ...]) -> float:
    """Return ``1/L``, L the largest curvature of ``sum |c_i| phi + ridge`` over the objectives.

    For the logistic loss ``L = lambda + lambda_max(sum |c_i| a_i a_i^T)/4`` bounds the curvature
    everywhere; the exponential loss has no such bound, and its curvature is taken at the
    given points (the start and the oracle).
    """
    largest = max(_curvature(o, points) for o in objectives)
    return 1.0 / largest if largest > 0 else 1.0  # a flat objective does not move anyway


def divergence_radius(objectives: tuple[Objective, ...], start: Array) -> Array:
    """Return the norm beyond which an iterate has diverged; a rescaling of the features scales it.

    Parameters
    ----------
    objectives : tuple of Objective
        The cycle of objectives; batch axes give a batch of radii.
    start : ndarray (..., d)

    Returns
    -------
    ndarray (...)
        Twice the radius of the ball that holds the start and every point where the ridge balances
        slopes of at most 1, or 1e4 units of the largest margin where nothing bounds them.
    """
    ridge = np.min(sum(o.ridge_diagonal for o in objectives), axis=-1)
    norm = np.linalg.norm(start, axis=-1)
    longest = np.max([_lengths(o).max(axis=-1) for o in objectives], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        free = np.where(longest > 0, 1e4 * np.maximum(norm, 1.0 / longest), np.inf)
        slope = objectives[0].loss.slope_bound
        if not np.isfinite(slope):  # only a bounded slope bounds where the ridge can be balanced
            return free
        largest = slope * sum(gradient_scale(o) for o in objectives)
        bound = 2.0 * np.maximum(norm, largest / ridge)
    return np.where(ridge > 0, bound, free)


def gradient_scale(objective: Objective) -> Array:
    """Return ``sum_i |c_i| ||a_i||``, the largest gradient for slopes of at most 1, shape (...)."""
    return np.sum(np.abs(objective.coefficients) * _lengths(objective), axis=-1)


def _lengths(objective: Objective) -> Array:
    return np.linalg.norm(objective.signed_features, axis=-1)


def _curvature(objective: Objective, points: tuple[Array, ...]) -> float:
    used = objective.coefficients != 0
    if not used.any():
        return float(np.max(objective.ridge_diagonal))
    objective = objective.with_rows(used)
    rows, weights = objective.signed_features, np.abs(objective.coefficients)
    bound = objective.loss.curvature_bound
    if np.isfinite(bound):
        bounds = [weights * bound]
    else:
        bounds = [weights * objective.loss.curvature(objective.margins(p)) for p in points]
    with np.errstate(over="ignore", invalid="ignore"):
        grams = [(rows.T * b) @ rows for b in bounds]
    if not all(np.all(np.isfinite(gram)) for gram in grams):
        # the loss overflows at these points: no step is short enough
        return float(np.finfo(np.float64).max)
    largest = max(float(np.linalg.eigvalsh(gram)[-1]) for gram in grams)
    return largest + float(np.max(objective.ridge_diagonal))
