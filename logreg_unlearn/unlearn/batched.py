r"""Many small problems at once: as many gradient steps for each of them.

One small problem spends its time in calls, not in arithmetic.  Here a call serves a chunk of
configurations that fits the cache (:mod:`logreg_unlearn.unlearn.layouts`), so that a step of a
configuration of a few rows costs some nanoseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.unlearn.driver import record_steps
from logreg_unlearn.unlearn.layouts import Configurations, chunk_size, steps_of
from logreg_unlearn.unlearn.scales import divergence_radius


@dataclass(frozen=True)
class Descent:
    """Gradient descent on a batch of objectives, at log-spaced steps (T of them, from step 0).

    Attributes
    ----------
    steps : ndarray of int (T,)
    w : ndarray (T, ..., d)
        The iterates; once one has overflowed, the last finite one that was recorded.
    diverged : ndarray of bool (...)
        Whether the last iterate is not finite, has no finite gradient, or is beyond
        :func:`logreg_unlearn.unlearn.scales.divergence_radius`.
    """

    steps: Array
    w: Array
    diverged: Mask


def stack(objectives: Sequence[Objective]) -> Objective:
    """Return many small objectives as one with a leading batch axis.

    Equal rows of an objective are merged, and missing ones filled with rows of coefficient 0.

    Raises
    ------
    ValueError
        If there is none, one is of more than two classes, or they differ in loss, dimension or
        penalised coordinates.
    """
    if not objectives:
        raise ValueError("expected at least one objective, got none")
    first = objectives[0]
    for other in objectives:
        if not isinstance(other, Objective):
            raise ValueError(f"expected objectives of two classes, got {type(other).__name__}")
        if other.loss is not first.loss or other.dimension != first.dimension:
            raise ValueError(
                f"expected loss {first.loss.name} of dimension {first.dimension}, "
                f"got {other.loss.name} of dimension {other.dimension}"
            )
        if not np.array_equal(_penalised(other), _penalised(first)):
            raise ValueError(
                f"expected the ridge on the same coordinates everywhere, got {_penalised(first)} "
                f"and {_penalised(other)}"
            )
    merged = [objective.collapse() for objective in objectives]
    n, d = max(len(o.coefficients) for o in merged), first.dimension
    rows, coefficients = np.zeros((len(merged), n, d)), np.zeros((len(merged), n))
    offset = np.zeros((len(merged), n))
    for k, objective in enumerate(merged):
        filled = len(objective.coefficients)
        rows[k, :filled], coefficients[k, :filled] = (
            objective.signed_features,
            objective.coefficients,
        )
        if objective.offset is not None:
            offset[k, :filled] = objective.offset
    return replace(
        first,
        signed_features=rows,
        coefficients=coefficients,
        ridge=np.array([float(o.ridge) for o in merged]),
        offset=offset if any(o.offset is not None for o in merged) else None,
    )


def _penalised(objective: Objective) -> Mask:
    if objective.penalised is None:
        return np.ones(objective.dimension, dtype=bool)
    return np.asarray(objective.penalised, dtype=bool)


def descend(
    objective: Objective,
    start: Array,
    step_size: float | Array,
    *,
    steps: int,
    progress: Callable[[int], None] | None = None,
) -> Descent:
    """Take the same number of gradient steps on every objective of a batch.

    Each configuration goes the way :func:`logreg_unlearn.unlearn.driver.run` would take it, except
    that none is stopped early.

    Parameters
    ----------
    objective : Objective
        With batch axes, or without for many starts or step sizes on one objective.
    start : ndarray (..., d)
    step_size : float or ndarray (...,)
        Greater than 0.  The three arguments are broadcast against each other.
    steps : int
        At least 1.
    progress : callable, optional
        Called with the number of configurations just finished.

    Raises
    ------
    ValueError
        If ``steps`` < 1, a step size is not > 0 or a start is not finite, or the shapes do not
        fit each other.
    """
    if steps < 1:
        raise ValueError(f"expected steps >= 1, got {steps}")
    start, step_size = np.asarray(start, dtype=np.float64), np.asarray(step_size, dtype=np.float64)
    if not np.all(np.isfinite(start)):
        raise ValueError(f"expected finite starts, got {start[~np.isfinite(start)][0]}")
    if not np.all(np.isfinite(step_size) & (step_size > 0)):
        raise ValueError(f"expected step sizes > 0, got {step_size.min()}")
    rows, d = objective.signed_features, objective.dimension
    if start.ndim == 0 or start.shape[-1] != d:
        raise ValueError(f"expected starts of shape (..., {d}), got {start.shape}")
    offset = objective.offset
    shapes = [
        rows.shape[:-2],
        objective.coefficients.shape[:-1],
        objective.ridge_diagonal.shape[:-1],
        () if offset is None else offset.shape[:-1],
        start.shape[:-1],
        step_size.shape,
    ]
    try:
        batch = np.broadcast_shapes(*shapes)
    except ValueError:
        shown = ", ".join(str(shape) for shape in shapes if shape)
        raise ValueError(f"expected batches that fit each other, got {shown}") from None
    n = rows.shape[-2]
    every = Configurations(
        rows=rows if rows.ndim == 2 else _flatten(rows, batch, 2),
        coefficients=_flatten(objective.coefficients, batch, 1),
        ridge=_flatten(objective.ridge_diagonal, batch, 1),
        offset=None if offset is None else _flatten(offset, batch, 1),
        step_size=_flatten(step_size, batch, 0),
        loss=objective.loss,
    )
    stops = np.append(0, record_steps(steps))
    w = np.empty((len(stops), len(every), d))
    w[0] = _flatten(start, batch, 1)
    overflowed = np.zeros(len(every), dtype=bool)
    size = chunk_size(n, d, shared=rows.ndim == 2)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for begin in range(0, len(every), size):
            part = slice(begin, min(begin + size, len(every)))
            overflowed[part] = _iterate(every.take(part), stops, w[:, part])
            if progress is not None:
                progress(part.stop - part.start)
        reach = _flatten(divergence_radius((objective,), step_size), batch, 1)
        diverged = overflowed | (np.abs(w[-1]) > reach).any(axis=-1)
    return Descent(stops, w.reshape(len(stops), *batch, d), diverged.reshape(batch))


def _flatten(array: Array, batch: tuple[int, ...], kept: int) -> Array:
    """Broadcast to the batch and make one axis of it, in front of the ``kept`` last ones."""
    shape = np.shape(array)[np.ndim(array) - kept :]
    return np.broadcast_to(array, (*batch, *shape)).reshape(-1, *shape)


def _iterate(many: Configurations, stops: Array, records: Array) -> Mask:
    """Fill the records (T, k, d) after the first one; say what overflowed."""
    steps, here, last, taken = steps_of(many), records[0].copy(), records[0].copy(), 0
    for k, stop in enumerate(stops[1:], start=1):
        steps.advance(here, stop - taken)
        taken = stop
        finite = np.isfinite(here).all(axis=1)
        last[finite] = here[finite]
        records[k] = last
    # a step more: what has no finite gradient has diverged already
    steps.advance(here, 1)
    return ~np.isfinite(here).all(axis=1)
