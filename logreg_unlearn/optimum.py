r"""Certified optima: a minimiser with a rigorous radius around it, and stationary points.

An :class:`Optimum` says how far the exact minimiser can be from the ``w`` it returns; the
rounding errors of the gradient are part of the radius.  Three certificates, from strong to
weak hypotheses:

* ridge on every coordinate, coefficients >= 0: ``||grad|| / ridge`` (strong convexity);
* coefficients >= 0: ``-log(1 - kappa)/R``, ``kappa = R ||grad|| / mu``, with ``mu`` the smallest
  eigenvalue of the Hessian and ``R`` the longest row, from ``|phi'''| <= phi''``;
* any signs, smallest eigenvalue ``mu > 0``: Newton-Kantorovich, a *local* minimiser lies inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from logreg_unlearn._chord_newton import Iterate, chord_newton, evaluate, hessian_at
from logreg_unlearn._trust_region import trust_region
from logreg_unlearn.losses import Array
from logreg_unlearn.objective import Objective
from logreg_unlearn.threads import blas_threads

_UNIT = np.finfo(np.float64).eps
_THIRD_LOGISTIC = 1.0 / (6.0 * np.sqrt(3.0))  # sup |phi'''|, claim log_loss_derivatives
_VAGUE = 1e-8  # a radius above this share of 1 + ||w|| is worth some work to sharpen


class OptimumStatus(Enum):
    """How a minimisation ended."""

    CONVERGED = "the gradient norm is within tolerance"
    STALLED = "rounding stops the gradient norm above the tolerance"
    BUDGET = "the iterations ran out before the tolerance was reached"
    UNBOUNDED = "the objective falls without bound: there is no minimum this way"


class PointKind(Enum):
    """Kind of a stationary point, by the signs of the Hessian's eigenvalues."""

    MINIMUM = "every eigenvalue is positive"
    SADDLE = "eigenvalues of both signs"
    MAXIMUM = "every eigenvalue is negative"
    DEGENERATE = "an eigenvalue is zero within rounding"


@dataclass(frozen=True)
class Optimum:
    """A minimiser with its certificate.

    Attributes
    ----------
    w : ndarray (d,)
    value : float
        Objective at ``w``.
    gradient_norm : float
        Euclidean norm of the computed gradient at ``w``.
    radius : float
        The exact minimiser (for signed coefficients: a local one) is within this Euclidean
        distance of ``w``; ``inf`` if nothing could be certified.
    status : OptimumStatus
    iterations : int
        Steps on the full data.
    """

    w: Array
    value: float
    gradient_norm: float
    radius: float
    status: OptimumStatus
    iterations: int

    @property
    def converged(self) -> bool:
        """Whether the tolerance was reached."""
        return self.status is OptimumStatus.CONVERGED


@dataclass(frozen=True)
class StationaryPoint:
    """Classification of a point by the Hessian there.

    Attributes
    ----------
    kind : PointKind
    eigenvalues : ndarray (d,)
        All eigenvalues, ascending; the first and the last decide.
    gradient_norm : float
        How stationary the point is.
    """

    kind: PointKind
    eigenvalues: Array
    gradient_norm: float


def minimise(
    objective: Objective,
    start: Array | None = None,
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 500,
) -> Optimum:
    """Minimise an objective and certify the result.

    With coefficients >= 0 the minimiser is global and unique; with signed ones it is the
    local minimum that a descent from ``start`` reaches, if there is one.

    Parameters
    ----------
    objective : Objective
        Without batch axes.
    start : ndarray (d,), optional
        Zero by default.
    tolerance : float
        The aim is a gradient norm of ``tolerance * min(1, scale)``, ``scale`` being
        ``sum_i |c_i| ||a_i||``; CONVERGED means at most ``tolerance * (1 + scale)``.
    max_iterations : int

    Raises
    ------
    ValueError
        If the objective has batch axes or the start has the wrong shape.
    """
    rows = objective.signed_features
    batched = np.ndim(objective.ridge) > 0 or (
        objective.offset is not None and objective.offset.ndim > 1
    )
    if rows.ndim != 2 or objective.coefficients.ndim != 1 or batched:
        raise ValueError(
            f"expected one objective without batch axes, got rows {rows.shape}, coefficients "
            f"{objective.coefficients.shape}, ridge {np.shape(objective.ridge)}"
        )
    d = objective.dimension
    w = np.zeros(d) if start is None else np.asarray(start, dtype=np.float64)
    if w.shape != (d,):
        raise ValueError(f"expected a start of shape ({d},), got {w.shape}")
    used = objective.coefficients != 0
    if not used.all():  # 0 times an overflowed loss is no number
        objective = objective.with_rows(used)
        rows = objective.signed_features
    if not np.all(np.isfinite(w)):
        raise ValueError(f"expected a finite start, got {w[~np.isfinite(w)][0]}")
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    scale = float(np.abs(objective.coefficients) @ lengths)
    target = tolerance * min(1.0, scale)
    unbounded = False
    with blas_threads(rows.size), np.errstate(over="ignore", invalid="ignore"):
        if objective.convex:
            point, iterations = chord_newton(objective, w, target, max_iterations)
        else:
            w, iterations, unbounded = trust_region(objective, w, target, max_iterations)
            point = evaluate(objective, w)
        radius = np.inf
        if not unbounded and np.isfinite(point.norm):
            radius = _radius(objective, point, lengths)
        if objective.convex and radius > _VAGUE * (1.0 + float(np.linalg.norm(point.w))):
            # a small ridge magnifies what is left of the gradient: go on to the rounding floor
            spare = min(50, max_iterations - iterations)
            point, extra = chord_newton(objective, point.w, 0.0, spare)
            radius = min(radius, _radius(objective, point, lengths))
            iterations += extra
        norm = point.norm
    if unbounded:
        status = OptimumStatus.UNBOUNDED
    elif norm <= tolerance * (1.0 + scale):
        status = OptimumStatus.CONVERGED
    else:
        out = iterations >= max_iterations
        status = OptimumStatus.BUDGET if out else OptimumStatus.STALLED
    with np.errstate(over="ignore", invalid="ignore"):
        losses = float(objective.coefficients @ objective.loss.value(point.margins))
        value = losses + 0.5 * float(objective.ridge_diagonal @ np.square(point.w))
    return Optimum(point.w, value, norm, float(radius), status, iterations)


def classify(objective: Objective, w: Array) -> StationaryPoint:
    """Classify the point ``w`` by the eigenvalues of the (never modified) Hessian.

    An eigenvalue within ``n d eps`` of the Hessian's largest entry counts as zero, and the
    point as DEGENERATE.
    """
    w = np.asarray(w, dtype=np.float64)
    hessian = objective.hessian(w)
    eigenvalues = np.asarray(np.linalg.eigvalsh(hessian), dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        weights = np.abs(objective.coefficients * objective.loss.curvature(objective.margins(w)))
    weights = np.where(objective.coefficients == 0, 0.0, weights)
    magnitude = float(weights @ np.square(objective.signed_features).sum(axis=-1))
    magnitude += float(np.max(objective.ridge_diagonal))
    noise = objective.dimension * _UNIT * magnitude
    if np.any(np.abs(eigenvalues) <= noise):
        kind = PointKind.DEGENERATE
    elif eigenvalues[0] > 0:
        kind = PointKind.MINIMUM
    elif eigenvalues[-1] < 0:
        kind = PointKind.MAXIMUM
    else:
        kind = PointKind.SADDLE
    return StationaryPoint(kind, eigenvalues, float(np.linalg.norm(objective.gradient(w))))


def gradient_rounding(objective: Objective, w: Array, z: Array, lengths: Array) -> float:
    """Bound the norm of the computed gradient's rounding error at ``w``.

    Parameters
    ----------
    objective : Objective
        Without batch axes.
    w : ndarray (d,)
    z : ndarray (n,)
        Margins at ``w``.
    lengths : ndarray (n,)
        Euclidean norms of the rows.

    Notes
    -----
    The standard model of floating-point sums (Higham, *Accuracy and Stability*, ch. 3) for
    margins and gradient; a slope changes by at most a factor ``e^{error of its margin}``.
    """
    n, d = objective.signed_features.shape
    c, loss = np.abs(objective.coefficients), objective.loss
    offset = 0.0 if objective.offset is None else np.abs(objective.offset)
    margin_error = (d + 2) * _UNIT * (lengths * np.linalg.norm(w) + offset)
    with np.errstate(over="ignore", invalid="ignore"):
        slope = np.abs(loss.derivative(z))
        error = slope * np.expm1(np.minimum(margin_error, 700.0)) + (n + 8) * _UNIT * slope
        data = float((c * error) @ lengths)
    underflow = np.finfo(np.float64).tiny * (1.0 + float(c @ lengths))
    return data + 4 * _UNIT * float(np.linalg.norm(objective.ridge_diagonal * w)) + underflow


def _radius(objective: Objective, point: Iterate, lengths: Array) -> float:
    """Distance within which the exact minimiser lies, rounding included."""
    w, z, norm = point.w, point.margins, point.norm
    exact_norm = norm + gradient_rounding(objective, w, z, lengths)
    if not np.isfinite(exact_norm):
        return np.inf
    ridge = float(np.min(objective.ridge_diagonal))
    plain = exact_norm / ridge if ridge > 0 and objective.convex else np.inf
    # a Hessian costs several passes over the data: only where the plain radius says little
    if plain <= _VAGUE * (1.0 + float(np.linalg.norm(w))):
        return plain
    if objective.convex:
        hessian = hessian_at(objective, z)
        if not np.all(np.isfinite(hessian)):
            return plain
        smallest = max(_smallest_eigenvalue(hessian, len(z)), ridge)
        longest = float(lengths.max(initial=0.0))
        kappa = longest * exact_norm / smallest if smallest > 0 else np.inf
        if not kappa < 1.0:
            return plain
        return min(plain, -np.log1p(-kappa) / longest if longest > 0 else np.inf)
    smallest = _smallest_eigenvalue(objective.hessian(w), len(z))
    if smallest <= 0:
        return np.inf
    third = _hessian_lipschitz(objective, z, lengths, 2.0 * exact_norm / smallest)
    h = third * exact_norm / smallest**2
    if not h <= 0.5:
        return np.inf
    return 2.0 * exact_norm / (smallest * (1.0 + np.sqrt(1.0 - 2.0 * h)))


def _smallest_eigenvalue(hessian: Array, n: int) -> float:
    """Lower bound on the smallest eigenvalue, rounding of the sum over n rows included."""
    eigenvalue = float(np.linalg.eigvalsh(hessian)[0])
    return eigenvalue - (n + 8 * len(hessian)) * _UNIT * float(np.trace(np.abs(hessian)))


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
