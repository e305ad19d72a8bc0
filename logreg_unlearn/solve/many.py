r"""Many optima of one data set: certified as by `minimise`, found together.

The minimisers of many retain sets lie near that of all samples, and so do their Hessians.  One
Cholesky factor of their mean, at the common start, therefore serves all: a chord step of all
objectives is two products ``(k, d) x (d, n)`` and ``(k, n) x (n, d)``.  Two successive steps give a
third, their secant (Anderson's mixing of depth 1), which halves the steps where few rows change
much:

.. math:: s^+ = f - \theta\,(\Delta f + s),\quad
          \theta = \frac{\langle\Delta f, f\rangle}{\|\Delta f\|^2},\quad f = -H^{-1}\nabla J(w).

An objective that this does not certify is left to `minimise`, from where it came to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import TINY
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.protocol import SmoothObjective
from logreg_unlearn.problem.rows import CHUNK
from logreg_unlearn.solve.factors import Factor
from logreg_unlearn.solve.optimum import Optimum, OptimumStatus, minimise
from logreg_unlearn.solve.passes import HESSIAN, Iterate, hessian_at, row_chunks, value_at
from logreg_unlearn.solve.radius import ridge_radius, vague
from logreg_unlearn.solve.threads import blas_threads

_FEW = 4
"""Objectives from which a common factor pays, or their passes in a Hessian (measured)."""
_TOGETHER = 8
"""Objectives from which more of them hardly speed up the products of each (measured)."""
_PATIENCE = 4
"""Steps in which a gradient norm has to halve."""


def minimise_many(
    objectives: Sequence[SmoothObjective],
    start: Array | None = None,
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 500,
) -> list[Optimum]:
    """Minimise objectives of one data set and certify each, as `minimise` does one by one.

    Together go objectives that share their rows (those of one problem and of its
    :meth:`~logreg_unlearn.problem.problem.UnlearningProblem.forgetting`), loss, ridge and offset,
    with coefficients >= 0 and at least as many rows as columns; whatever else goes one by one.

    Parameters
    ----------
    objectives : sequence of k objectives
    start : ndarray (d,), optional
        A point near all the minimisers, such as the original's; by default the minimiser of the
        first objective.
    tolerance, max_iterations
        As in `minimise`.

    Returns
    -------
    list of k Optimum

    Raises
    ------
    ValueError
        As `minimise`.
    """
    if not objectives:
        return []
    options = dict(tolerance=tolerance, max_iterations=max_iterations)
    found: list[Optimum] = []
    if start is None:
        found.append(minimise(objectives[0], **options))  # type: ignore[arg-type]
        start = found[0].w
    rest = objectives[len(found) :]
    alike = [o for o in rest if isinstance(o, Objective)]
    if len(alike) < len(rest) or not _together(alike):
        return found + [minimise(o, start, **options) for o in rest]  # type: ignore[arg-type]
    w = np.asarray(start, dtype=np.float64)
    n, d = alike[0].signed_features.shape
    if w.shape != (d,) or not np.isfinite(w).all():
        minimise(alike[0], w, **options)  # type: ignore[arg-type]  # it says what is wrong
    size = max(_TOGETHER, CHUNK // (4 * n))  # margins, slopes and coefficients stay in the cache
    with blas_threads(n * d), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        lengths = alike[0].lengths()
        factor = _factor(alike, w) if _ridge_certifies(alike[0], w, lengths, tolerance) else None
        if factor is None:
            return found + [minimise(o, w, **options) for o in alike]  # type: ignore[arg-type]
        for first in range(0, len(alike), size):
            part = alike[first : first + size]
            certified = _chord(part, w, factor, lengths, tolerance, max_iterations, len(alike))
            for objective, optimum in zip(part, certified, strict=True):
                if not optimum.converged:
                    more = minimise(objective, optimum.w, **options)  # type: ignore[arg-type]
                    optimum = replace(
                        more,
                        iterations=optimum.iterations + more.iterations,
                        passes=optimum.passes + more.passes,
                    )
                found.append(optimum)
    return found


def _together(objectives: Sequence[Objective]) -> bool:
    """Whether a common factor serves and pays."""
    first = objectives[0] if objectives else None
    if first is None or first.signed_features.ndim != 2 or np.ndim(first.ridge) > 0:
        return False
    n, d = first.signed_features.shape
    return bool(
        len(objectives) >= max(_FEW, d / HESSIAN)
        and n >= d
        and first.ridge_diagonal.min() > 0
        and all(
            o.signed_features is first.signed_features
            and o.offset is first.offset
            and o.loss is first.loss
            and o.coefficients.ndim == 1
            and np.array_equal(o.ridge_diagonal, first.ridge_diagonal)
            and o.convex
            for o in objectives
        )
    )


def _ridge_certifies(objective: Objective, w: Array, lengths: Array, tolerance: float) -> bool:
    """Whether rounding leaves the ridge's certificate sharp: else each one takes a Hessian."""
    rounding = objective.gradient_error(w, lengths=lengths)
    return bool(ridge_radius(objective, 0.0, rounding) <= 0.5 * vague(w, tolerance))


def _factor(objectives: Sequence[Objective], w: Array) -> Factor | None:
    """Return a factor of the mean Hessian at ``w``, None if it overflows."""
    first, mean = objectives[0], np.zeros(len(objectives[0].coefficients))
    for objective in objectives:
        mean += objective.coefficients / len(objectives)
    hessian = hessian_at(first.with_coefficients(mean), first.margins(w))
    largest = float(hessian.diagonal().max())
    return Factor(hessian, largest) if math.isfinite(largest) else None


def _chord(
    objectives: Sequence[Objective],
    start: Array,
    factor: Factor,
    lengths: Array,
    tolerance: float,
    budget: int,
    sharing: int,
) -> list[Optimum]:
    """Take chord steps together; what did not converge comes back as it was at its best."""
    first = objectives[0]
    ridge, d = float(first.ridge_diagonal.min()), first.dimension
    found: dict[int, Optimum] = {}
    scales = np.array([np.dot(o.coefficients, lengths) for o in objectives])
    c = np.array([o.coefficients for o in objectives])
    # nearer than the tolerance asks for where the ridge is too small to certify it there
    certifying = 0.5 * ridge * vague(start, tolerance)
    goals = np.minimum(tolerance * np.minimum(1.0, scales), certifying)
    going, w = np.arange(len(objectives)), np.tile(start, (len(objectives), 1))
    best, nearest = np.full(len(going), np.inf), w.copy()
    halved, marks = np.zeros(len(going), dtype=int), np.full(len(going), np.inf)
    move = step = np.zeros_like(w)
    for taken in range(budget + 1):
        margins, slopes, gradient = _evaluate(first, c, w if taken else start)
        norms = np.sqrt(np.einsum("ij,ij->i", gradient, gradient))
        passes = taken + 1 + (1.0 + d / HESSIAN) / sharing
        closer = norms < best
        best, nearest = np.where(closer, norms, best), np.where(closer[:, None], w, nearest)
        done, half = norms <= goals[going], best <= 0.5 * marks
        halved, marks = np.where(half, taken, halved), np.where(half, best, marks)
        for j in np.flatnonzero(done).tolist():
            k = int(going[j])
            point = Iterate(w[j], margins[j], slopes[j], gradient[j], float(norms[j]))
            found[k] = _certified(objectives[k], point, lengths, tolerance, taken, passes)
        gone = done | ~(taken - halved < _PATIENCE)
        for j in np.flatnonzero(gone & ~done).tolist():
            found[int(going[j])] = _uncertified(nearest[j], float(best[j]), taken, passes)
        if gone.all():
            break
        on = ~gone
        if not on.all():
            going, c, w, gradient, best, nearest, halved, marks, move, step = (
                each[on]
                for each in (going, c, w, gradient, best, nearest, halved, marks, move, step)
            )
        before, move = move, -factor.times(gradient.T).T
        if taken:
            change = move - before
            square = np.einsum("ij,ij->i", change, change)
            theta = np.einsum("ij,ij->i", change, move) / np.maximum(square, TINY)
            step = move - theta[:, None] * (change + step)
        else:
            step = move
        w = w + step
    for j, left in enumerate(going.tolist()):
        found.setdefault(left, _uncertified(nearest[j], float(best[j]), budget, passes))
    return [found[k] for k in range(len(objectives))]


def _evaluate(first: Objective, c: Array, w: Array) -> tuple[Array, Array, Array]:
    """Return margins and slopes (k, n) and the gradients (k, d) at ``w``, (k, d) or one for all."""
    rows, k = first.signed_features, len(c)
    chunks = row_chunks((len(rows), k))
    margins, slopes = np.empty(c.shape), np.empty(c.shape)
    gradient = np.zeros((k, first.dimension)) + first.ridge_diagonal * w
    for chunk in chunks:
        z = np.dot(w, rows[chunk].T)
        if first.offset is not None:
            z += first.offset[chunk]
        s = first.loss.derivative(z) * c[:, chunk]
        gradient += np.dot(s, rows[chunk])
        if len(chunks) == 1:
            return np.broadcast_to(z, c.shape), s, gradient
        margins[:, chunk], slopes[:, chunk] = z, s
    return margins, slopes, gradient


def _certified(
    objective: Objective,
    point: Iterate,
    lengths: Array,
    tolerance: float,
    iterations: int,
    passes: float,
) -> Optimum:
    """Return the optimum with the ridge's certificate, not converged where that is vague."""
    rounding = objective.gradient_error(point.w, point.slopes, lengths)
    radius = ridge_radius(objective, point.norm, rounding)
    value = value_at(objective, point)
    sharp = radius <= vague(point.w, tolerance) and math.isfinite(value)
    status = OptimumStatus.CONVERGED if sharp else OptimumStatus.UNCERTIFIED
    return Optimum(point.w, value, point.norm, radius, status, iterations, passes)


def _uncertified(w: Array, norm: float, iterations: int, passes: float) -> Optimum:
    return Optimum(w, math.nan, norm, math.inf, OptimumStatus.STALLED, iterations, passes)
