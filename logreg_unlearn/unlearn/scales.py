r"""What the data alone say of the size of an iteration: step size, gradients, divergence."""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.protocol import SmoothObjective


def default_step_size(objectives: tuple[SmoothObjective, ...], points: tuple[Array, ...]) -> float:
    """Return ``1/L``, L the largest curvature of ``sum |c_i| phi + ridge`` over the objectives.

    For the logistic loss ``L = lambda + lambda_max(sum |c_i| a_i a_i^T)/4`` bounds the curvature
    everywhere; the exponential loss has no such bound, and its curvature is taken at the
    given points (the start and the oracle).
    """
    with np.errstate(over="ignore", invalid="ignore"):  # far out a curvature may be infinite
        largest = max(o.curvature_bound(points) for o in objectives)
    return 1.0 / largest if largest > 0 else 1.0  # a flat objective does not move anyway


def divergence_radius(objectives: tuple[SmoothObjective, ...], step_size: float | Array) -> Array:
    r"""Return the size of each weight beyond which a cycle of steps provably never returns.

    A step of size :math:`\eta` multiplies ``w_j`` by :math:`1 - \eta\lambda_j` and, where slopes
    are at most 1 (the logistic loss), adds at most :math:`\eta s_j`,
    :math:`s_j = \sum_i |c_i a_{ij}|`.  Over a cycle, with q the product of the
    :math:`|1 - \eta\lambda_j|` and b the sum of the additions, each grown by the factors above 1
    that follow, a weight beyond ``b/(q - 1)`` grows for ever.  Only a step that is too long for
    the ridge has q > 1; no other weight is ever known not to return, however large.

    Parameters
    ----------
    objectives : tuple of SmoothObjective
        The cycle of objectives; batch axes give a batch of radii.
    step_size : float or ndarray (...,)

    Returns
    -------
    ndarray (..., d)
        Infinite where q <= 1, and for a loss whose slope is not bounded.
    """
    eta = np.asarray(step_size, dtype=np.float64)[..., None]
    sizes = [o.slope_sizes() for o in objectives]
    if not all(np.all(np.isfinite(size)) for size in sizes):
        shape = np.broadcast_shapes(eta.shape, objectives[0].ridge_diagonal.shape)
        return np.full(shape, np.inf)
    stretches = [np.abs(1.0 - eta * o.ridge_diagonal) for o in objectives]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        growth = np.prod(np.broadcast_arrays(*stretches), axis=0)
        grown = [np.maximum(stretch, 1.0) for stretch in stretches]
        most = np.prod(np.broadcast_arrays(*grown), axis=0)
        added = 0.0  # whichever objective the cycle begins with
        for size, own in zip(sizes, grown, strict=True):
            added = added + eta * size * (most / own)
        return np.where(growth > 1.0, added / (growth - 1.0), np.inf)


def far_out(objectives: tuple[SmoothObjective, ...], start: Array) -> float:
    """Return 1e4 times the start's norm, or the norm of weights that move one margin by 1e4.

    The exponential loss overflows at a margin of -709: nothing out here is on its way to overflow
    and not there yet.
    """
    return 1e4 * max(float(np.linalg.norm(start)), min(o.unit_length() for o in objectives))
