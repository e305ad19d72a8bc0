r"""Certified optima: a minimiser with a rigorous radius around it, and stationary points.

An :class:`Optimum` says how far the exact minimiser can be from the ``w`` it returns; the
rounding errors of the gradient are part of the radius.  Three certificates, from strong to
weak hypotheses:

* ridge on every coordinate, coefficients >= 0: ``||grad|| / ridge`` (strong convexity);
* coefficients >= 0: ``-log(1 - kappa)/R``, ``kappa = R ||grad|| / mu``, with ``mu`` the smallest
  eigenvalue of the Hessian and ``R`` the longest row, from ``|phi'''| <= phi''``, all in units
  that make the Hessian's diagonal 1;
* any signs, smallest eigenvalue ``mu > 0``: Newton-Kantorovich, a *local* minimiser lies inside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS, euclidean
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.protocol import SmoothObjective
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve.classes import descend_classes
from logreg_unlearn.solve.existence import falls_for_ever
from logreg_unlearn.solve.factors import FEW_COLUMNS
from logreg_unlearn.solve.newton import RowSearch, SpanSearch
from logreg_unlearn.solve.passes import Iterate, Work, evaluate, summands, value_at
from logreg_unlearn.solve.radius import (
    curvature_radius,
    kantorovich_radius,
    local_radius,
    ridge_radius,
    vague,
)
from logreg_unlearn.solve.threads import blas_threads
from logreg_unlearn.solve.trust_region import trust_region


class OptimumStatus(Enum):
    """How a minimisation ended."""

    CONVERGED = "the gradient norm is within tolerance"
    STALLED = "rounding stops the gradient norm above the tolerance"
    BUDGET = "the iterations ran out before the tolerance was reached"
    UNBOUNDED = "the objective falls without bound: there is no minimum this way"
    NO_MINIMUM = "no minimum exists: along unpenalised columns the objective falls for ever"
    UNCERTIFIED = "the gradient norm is within tolerance, but no minimum nearby can be certified"


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
    passes : float
        What they cost without the certificate, in passes over the objective's rows as
        :class:`logreg_unlearn.solve.passes.Work` counts them; NaN where nobody did.
    """

    w: Array
    value: float
    gradient_norm: float
    radius: float
    status: OptimumStatus
    iterations: int
    passes: float = math.nan

    def __repr__(self) -> str:
        return (
            f"Optimum({self.status.name}, ||w||={euclidean(self.w):.4g}, radius={self.radius:.2g}, "
            f"gradient norm {self.gradient_norm:.2g}, {self.iterations} iterations)"
        )

    @property
    def converged(self) -> bool:
        """Whether the tolerance was reached, at a minimum that is certified to exist."""
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

    def __repr__(self) -> str:
        low, high = self.eigenvalues[0], self.eigenvalues[-1]
        return (
            f"StationaryPoint({self.kind.name}, eigenvalues {low:.4g} to {high:.4g}, "
            f"gradient norm {self.gradient_norm:.2g})"
        )


def minimise(
    objective: SmoothObjective,
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
    objective : SmoothObjective
        An :class:`~logreg_unlearn.problem.objective.Objective` without batch axes, or any other.
    start : ndarray (d,), optional
        Zero by default.
    tolerance : float
        The aim is a gradient norm of ``tolerance * min(1, scale)``, ``scale`` being the
        objective's ``gradient_scale()``; CONVERGED means at most ``tolerance * (1 + scale)`` and
        a finite radius.  A radius above ``100 * tolerance * (1 + ||w||)`` is worth some more work.
    max_iterations : int

    Raises
    ------
    ValueError
        If the objective has batch axes or the start has the wrong shape.
    """
    d = objective.dimension
    w = np.zeros(d) if start is None else np.asarray(start, dtype=np.float64)
    if w.shape != (d,):
        raise ValueError(f"expected a start of shape ({d},), got {w.shape}")
    if start is not None and not np.isfinite(w).all():
        raise ValueError(f"expected a finite start, got {w[~np.isfinite(w)][0]}")
    by_rows = objective if isinstance(objective, Objective) else None
    by_classes = objective if isinstance(objective, SoftmaxObjective) else None
    if by_rows is not None:
        _check_unbatched(by_rows)
        # 0 times an overflowed loss is no number
        if not np.all(by_rows.coefficients):
            objective = by_rows = by_rows.with_rows(by_rows.coefficients != 0)
    elif by_classes is not None and not np.all(by_classes.coefficients):
        objective = by_classes = by_classes.with_rows(by_classes.coefficients != 0)
    convex, unbounded, work = objective.convex, False, Work(objective.rows)
    # overflow is an answer here, and the loops below can read it
    quiet = np.errstate(over="ignore", invalid="ignore", divide="ignore")
    with blas_threads(objective.rows * d), quiet:
        if by_rows is not None and convex:
            lengths = by_rows.lengths()
            scale = float(np.dot(by_rows.coefficients, lengths))
            target = tolerance * min(1.0, scale)
            found = _convex(by_rows, w, target, tolerance, max_iterations, work, lengths)
            point, iterations, radius = found
            w, value, norm = point.w, value_at(by_rows, point), float(point.norm)
        elif by_classes is not None and convex and by_classes.ridge > 0:
            scale = float(by_classes.gradient_scale())
            target = tolerance * min(1.0, scale)
            reached = descend_classes(by_classes, w, target, tolerance, max_iterations, work)
            point, value, iterations, radius = reached
            w, norm = point.w, float(point.norm)
        else:
            scale = float(objective.gradient_scale())
            target = tolerance * min(1.0, scale)
            ended = _descent(objective, w, target, tolerance, max_iterations, work)
            w, iterations, radius, unbounded = ended
            value, norm = float(objective.value(w)), float(euclidean(objective.gradient(w)))
    within = norm <= tolerance * (1.0 + scale) < math.inf
    if unbounded:
        status = OptimumStatus.UNBOUNDED
    elif (
        convex
        and math.isinf(radius)
        and isinstance(objective, Objective | SoftmaxObjective)
        and falls_for_ever(objective)
    ):
        status = OptimumStatus.NO_MINIMUM
    elif within:
        certified = math.isfinite(radius)
        status = OptimumStatus.CONVERGED if certified else OptimumStatus.UNCERTIFIED
    else:
        out = iterations >= max_iterations
        status = OptimumStatus.BUDGET if out else OptimumStatus.STALLED
    return Optimum(w, value, norm, float(radius), status, iterations, work.passes)


def _check_unbatched(objective: Objective) -> None:
    rows = objective.signed_features
    batched = np.ndim(objective.ridge) > 0 or (
        objective.offset is not None and objective.offset.ndim > 1
    )
    if rows.ndim != 2 or objective.coefficients.ndim != 1 or batched:
        raise ValueError(
            f"expected one objective without batch axes, got rows {rows.shape}, coefficients "
            f"{objective.coefficients.shape}, ridge {np.shape(objective.ridge)}"
        )


def _convex(
    objective: Objective,
    start: Array,
    target: float,
    tolerance: float,
    max_iterations: int,
    work: Work,
    lengths: Array,
) -> tuple[Iterate, int, float]:
    """Return the minimiser of a convex objective, the steps taken, and a certified radius."""
    n, d = objective.signed_features.shape
    ridge = float(objective.ridge_diagonal.min())
    in_span = 0 < n < d and d > FEW_COLUMNS and ridge > 0
    search = (SpanSearch if in_span else RowSearch)(objective, start, work)
    search.go_on(target, max_iterations)
    additions = summands(objective.signed_features.shape)

    def plain_radius() -> tuple[float, float]:
        point = search.point
        rounding = objective.gradient_error(point.w, point.slopes, lengths, additions)
        return ridge_radius(objective, float(point.norm), rounding), rounding

    enough = vague(search.point.w, tolerance)
    radius, rounding = plain_radius()
    if radius > enough and rounding < search.point.norm < math.inf:
        # a small ridge magnifies what is left of the gradient: go on to the rounding floor
        spare = min(50, max_iterations - search.iterations)
        if isinstance(search, RowSearch) and rounding > 0.5 * enough * ridge:
            search.renew()  # the certificate will need a Hessian
        search.go_on(max(rounding, 0.5 * enough * ridge), spare)
        radius, _ = plain_radius()
    # a Hessian costs several passes over the data, and in the rows' span all it has is the ridge
    if radius > enough and isinstance(search, RowSearch):
        sharper = curvature_radius(objective, search.point, enough, lengths, search.formed)
        radius = min(radius, sharper)
    return search.point, search.iterations, radius


def _descent(
    objective: SmoothObjective,
    start: Array,
    target: float,
    tolerance: float,
    max_iterations: int,
    work: Work,
) -> tuple[Array, int, float, bool]:
    """Return a local minimiser by a trust region, as above, and whether J is unbounded."""
    w, iterations, unbounded = trust_region(objective, start, target, max_iterations, work)
    if unbounded:
        return w, iterations, math.inf, True
    radius, rounding = _radius(objective, w), objective.gradient_error(w)
    norm = euclidean(objective.gradient(w))
    if radius > vague(w, tolerance) and rounding < norm < math.inf:
        spare = min(50, max_iterations - iterations)
        closer, more, fell = trust_region(objective, w, rounding, spare, work)
        sharper = math.inf if fell else _radius(objective, closer)
        if sharper < radius:
            w, radius = closer, sharper
        iterations += more
    return w, iterations, radius, False


def _radius(objective: SmoothObjective, w: Array) -> float:
    """Return the sharpest certificate that the objective allows around a (local) minimiser."""
    if isinstance(objective, Objective):
        return local_radius(objective, evaluate(objective, w))
    if objective.convex and objective.ridge_diagonal.min() > 0:
        norm = float(euclidean(objective.gradient(w)))
        return ridge_radius(objective, norm, objective.gradient_error(w))
    return kantorovich_radius(objective, w)


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
    magnitude = float(weights @ np.square(objective.lengths()))
    magnitude += float(np.max(objective.ridge_diagonal))
    noise = objective.dimension * EPS * magnitude
    if np.any(np.abs(eigenvalues) <= noise):
        kind = PointKind.DEGENERATE
    elif eigenvalues[0] > 0:
        kind = PointKind.MINIMUM
    elif eigenvalues[-1] < 0:
        kind = PointKind.MAXIMUM
    else:
        kind = PointKind.SADDLE
    return StationaryPoint(kind, eigenvalues, float(euclidean(objective.gradient(w))))
