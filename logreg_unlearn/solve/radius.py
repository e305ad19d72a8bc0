r"""How far the exact minimiser can be from a point: three certificates, rounding included.

The gradient norm at the point, plus the rounding error of the computed gradient, bounds the
distance by what is known of the curvature (see :mod:`logreg_unlearn.solve.optimum`).
"""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.passes import Iterate, euclidean, hessian_at

_UNIT = float(np.finfo(np.float64).eps)
_TINY = float(np.finfo(np.float64).tiny)
_THIRD_LOGISTIC = 1.0 / (6.0 * math.sqrt(3.0))  # sup |phi'''|, claim log_loss_derivatives


def gradient_rounding(objective: Objective, w: Array, slopes: Array, lengths: Array) -> float:
    """Bound the norm of the computed gradient's rounding error at ``w``.

    Parameters
    ----------
    objective : Objective
        Without batch axes.
    w : ndarray (d,)
    slopes : ndarray (n,)
        ``c_i phi'(z_i)`` at ``w``.
    lengths : ndarray (n,)
        Euclidean norms of the rows.

    Notes
    -----
    The standard model of floating-point sums (Higham, *Accuracy and Stability*, ch. 3) for
    margins and gradient; a slope changes by at most a factor ``e^{error of its margin}``.
    """
    absolute = np.abs(slopes)
    weighted = absolute * lengths
    # e^m - 1 <= m (e^M - 1)/M for m <= M, and M need not be sharp
    unit = (len(w) + 2) * _UNIT
    size = euclidean(w)
    moved, worst = size * float(np.dot(weighted, lengths)), size * euclidean(lengths)
    if objective.offset is not None:
        offset = np.abs(objective.offset)
        moved, worst = moved + float(np.dot(weighted, offset)), worst + euclidean(offset)
    data = unit * _growth(unit * worst) * moved
    data += (len(slopes) + 8) * _UNIT * float(np.dot(absolute, lengths))
    underflow = _TINY * (1.0 + float(np.dot(np.abs(objective.coefficients), lengths)))
    return data + 4 * _UNIT * euclidean(objective.ridge_diagonal * w) + underflow


def _growth(error: float) -> float:
    """``(e^m - 1)/m``: how much faster than its margin a slope can change."""
    return math.expm1(min(error, 700.0)) / error if error > 0 else 1.0


def curvature_radius(objective: Objective, point: Iterate) -> float:
    """Radius around the minimiser of a convex objective from its curvature at a point.

    In the units ``v = D w``, D the root of the Hessian's diagonal: columns of very different
    scale then cost nothing.  With ``mu`` the smallest eigenvalue of the Hessian, ``R`` the
    longest row and ``g`` the gradient in these units, ``kappa = R ||g|| / mu < 1`` gives
    ``-log(1 - kappa)/R``.
    """
    rows, w = objective.signed_features, point.w
    n, d = rows.shape
    hessian = hessian_at(objective, point.margins)
    diagonal = hessian.diagonal()
    if not (np.all(np.isfinite(hessian)) and np.all(diagonal > 0)):
        return math.inf
    units = 1.0 / np.sqrt(diagonal)
    eigenvalue = float(np.linalg.eigvalsh(hessian * units * units[:, None])[0])
    sizes = np.abs(rows)
    margin_errors = (d + 2) * _UNIT * (sizes @ np.abs(w))
    if objective.offset is not None:
        margin_errors += (d + 2) * _UNIT * np.abs(objective.offset)
    worst = float(margin_errors.max(initial=0.0))
    # margins that are off by e change a curvature by a factor of at most e^{|e|}
    smallest = math.exp(-min(worst, 700.0)) * (eigenvalue - d * (n + 8 * d) * _UNIT)
    if not smallest > 0:
        return math.inf
    slope_errors = np.abs(point.slopes) * (_growth(worst) * margin_errors + (n + 8) * _UNIT)
    errors = slope_errors @ sizes + 4 * _UNIT * np.abs(objective.ridge_diagonal * w)
    errors += _TINY
    norm = euclidean(units * (np.abs(point.gradient) + errors))
    longest = float(np.sqrt(np.max(np.square(rows) @ np.square(units), initial=0.0)))
    kappa = longest * norm / smallest
    if not kappa < 1.0:
        return math.inf
    reach = -math.log1p(-kappa) / longest if kappa > 0 else norm / smallest
    return reach * float(units.max())


def local_radius(objective: Objective, point: Iterate, lengths: Array) -> float:
    """Radius around a local minimiser for coefficients of any sign (Newton-Kantorovich)."""
    w, z = point.w, point.margins
    norm = point.norm + gradient_rounding(objective, w, point.slopes, lengths)
    hessian = objective.hessian(w)
    if not np.all(np.isfinite(hessian)):
        return math.inf
    eigenvalue = float(np.linalg.eigvalsh(hessian)[0])
    rounding = (len(z) + 8 * len(w)) * _UNIT * float(np.trace(np.abs(hessian)))
    smallest = eigenvalue - rounding
    if not (math.isfinite(norm) and smallest > 0):
        return math.inf
    third = _hessian_lipschitz(objective, z, lengths, 2.0 * norm / smallest)
    if 0.0 < lengths.max(initial=0.0) < 1e-90:
        return math.inf  # the cubes of the row lengths vanish
    h = third * norm / smallest / smallest
    if not h <= 0.5:
        return math.inf
    return 2.0 * norm / (smallest * (1.0 + math.sqrt(1.0 - 2.0 * h)))


def _hessian_lipschitz(objective: Objective, z: Array, lengths: Array, reach: float) -> float:
    """Lipschitz constant of the Hessian in the ball of radius ``reach``."""
    weights = np.abs(objective.coefficients) * lengths**3
    with np.errstate(over="ignore", invalid="ignore"):
        # by self-concordance the curvature grows by at most e^{reach ||a||} inside the ball
        growth = np.exp(lengths * reach)
        local = float(weights @ (objective.loss.curvature(z) * growth))
    if objective.loss.name == "logistic":
        uniform = _THIRD_LOGISTIC * float(weights.sum())
        return uniform if np.isnan(local) else min(local, uniform)
    return local
