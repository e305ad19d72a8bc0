r"""Many small problems at once: gradient steps with the configuration as the last axis.

One small problem spends its time in calls, not in arithmetic.  Here a call serves a chunk of
configurations that fits the cache, so that a step of a configuration of a few rows costs some
nanoseconds.  With ``A`` the rows times the labels, one step is

.. math:: w^+ = (1-\eta\lambda)\,w - \eta\sum_i c_i\varphi'(a_i\cdot w + o_i)\,a_i,

elementwise products and sums over the rows and columns alone: no configuration sees another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from logreg_unlearn.problem.losses import Array, Loss, Mask
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.unlearn.driver import record_steps
from logreg_unlearn.unlearn.scales import divergence_radius

ENTRIES = 65_536
"""Matrix entries per chunk, 512 KiB: half of a common level-2 cache (measured)."""


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
        If there is none, or they differ in loss, dimension or penalised coordinates.
    """
    if not objectives:
        raise ValueError("expected at least one objective, got none")
    first = objectives[0]
    for other in objectives:
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
    flat = _Flat(
        rows=_flatten(rows, batch, 2),
        coefficients=_flatten(objective.coefficients, batch, 1),
        ridge=_flatten(objective.ridge_diagonal, batch, 1),
        offset=None if offset is None else _flatten(offset, batch, 1),
        start=_flatten(start, batch, 1),
        step_size=_flatten(step_size, batch, 0),
    )
    stops = np.append(0, record_steps(steps))
    count = len(flat.start)
    w = np.empty((len(stops), count, d))
    overflowed = np.zeros(count, dtype=bool)
    size = max(1, ENTRIES // (n * d))
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for begin in range(0, count, size):
            part = slice(begin, min(begin + size, count))
            chunk = flat.chunk(part)
            overflowed[part] = _run(chunk, objective.loss, stops, w[:, part])
            # a step more: what has no finite gradient has diverged already
            chunk, more = replace(chunk, start=w[-1, part]), np.empty((2, *w[-1, part].shape))
            overflowed[part] |= _run(chunk, objective.loss, np.arange(2), more)
            if progress is not None:
                progress(part.stop - part.start)
        reach = _flatten(divergence_radius((objective,), step_size), batch, 1)
        diverged = overflowed | (np.abs(w[-1]) > reach).any(axis=-1)
    return Descent(stops, w.reshape(len(stops), *batch, d), diverged.reshape(batch))


@dataclass(frozen=True)
class _Flat:
    """A batch with one axis of configurations, which comes first."""

    rows: Array
    coefficients: Array
    ridge: Array
    offset: Array | None
    start: Array
    step_size: Array

    def chunk(self, part: slice) -> _Flat:
        return _Flat(
            self.rows[part],
            self.coefficients[part],
            self.ridge[part],
            None if self.offset is None else self.offset[part],
            self.start[part],
            self.step_size[part],
        )


def _flatten(array: Array, batch: tuple[int, ...], kept: int) -> Array:
    """Broadcast to the batch and make one axis of it, in front of the ``kept`` last ones."""
    shape = np.shape(array)[np.ndim(array) - kept :]
    return np.broadcast_to(array, (*batch, *shape)).reshape(-1, *shape)


def _run(part: _Flat, loss: Loss, stops: Array, out: Array) -> Mask:
    """Iterate one chunk and write its records into ``out`` (T, B, d); say what overflowed."""
    link = loss.link
    columns = link.inner * np.moveaxis(part.rows, 0, -1).swapaxes(0, 1)  # (d, n, B)
    # a sample of coefficient 0 is absent, also where its exponential loss overflows
    used = np.ascontiguousarray(part.coefficients.T != 0)
    columns = np.where(used, columns, 0.0)
    weights = (link.outer / link.inner) * part.step_size * np.ascontiguousarray(part.coefficients.T)
    drift = None
    if link.constant:
        drift = (link.constant / link.outer) * (weights * columns).sum(axis=1)
    decay = np.ascontiguousarray(1.0 - part.step_size * part.ridge.T)
    offset = None
    if part.offset is not None:
        offset = np.where(used, link.inner * part.offset.T, 0.0)
    w = np.array(part.start.T, order="C")
    moved, margins, product = np.empty_like(w), np.empty(used.shape), np.empty(used.shape)
    multiply, add, total, slope = np.multiply, np.add, np.add.reduce, link.function
    last = w.copy()
    out[0] = part.start
    taken = 0
    for k, stop in enumerate(stops[1:], start=1):
        for _ in range(taken, stop):
            multiply(columns[0], w[0], out=margins)
            for column, coordinate in zip(columns[1:], w[1:], strict=True):
                multiply(column, coordinate, out=product)
                add(margins, product, out=margins)
            if offset is not None:
                add(margins, offset, out=margins)
            slope(margins, out=margins)
            multiply(margins, weights, out=margins)
            for column, change in zip(columns, moved, strict=True):
                multiply(column, margins, out=product)
                total(product, axis=0, out=change)
            multiply(w, decay, out=w)
            add(w, moved, out=w)
            if drift is not None:
                add(w, drift, out=w)
        taken = stop
        finite = np.isfinite(w).all(axis=0)
        last = np.where(finite, w, last)
        out[k] = last.T
    return ~finite
