r"""One gradient step of an objective as a few BLAS calls on preallocated buffers.

Small problems, where a call costs more than its work: for the logistic loss
:math:`\varphi'(z) = -\tfrac12(1-\tanh\tfrac z2)`, so a step is affine in
``t = (tanh(z/2), w, 1)``:

.. math:: w^+ = -\tfrac\eta2\sum_i c_i t_i a_i + (1-\eta\lambda)w + \tfrac\eta2\sum_i c_i a_i,

two products and one ``tanh``; with ``e^{-z}`` in its place the same holds for the exponential
loss.  Large problems keep one copy of the data and stream it through the cache in blocks, with
:math:`-\varphi'(z) = 1/(1+e^z)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.protocol import SmoothObjective
from logreg_unlearn.problem.rows import CHUNK, LazyRows
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve.passes import row_chunks


@dataclass(frozen=True)
class Step:
    """Gradient steps of one objective and size, as a function of the point and their number.

    Attributes
    ----------
    advance : callable
        ``(w, count)``: takes so many steps from ``w`` (d,), in place.
    gradient : callable
        The objective's gradient (d,) at ``w``, by the buffers of a step where that is faster.
    """

    advance: Callable[[Array, int], None]
    gradient: Callable[[Array], Array]

    def __call__(self, w: Array, count: int) -> None:
        """Take so many steps from ``w`` (d,), in place."""
        self.advance(w, count)


_FUSED = 40_000
"""Entries of the step's matrix up to which fewer calls beat fewer operations (measured)."""
_STREAM = 1_048_576
"""Matrix entries per streamed block, 8 MiB: a share of the last-level cache."""


def gradient_step(objective: SmoothObjective, step_size: float) -> Step:
    """Return the steps that replace ``w`` by ``w - step_size * gradient(w)``.

    Overflow of an exponential is part of it, and the caller's to silence.

    Parameters
    ----------
    objective : SmoothObjective
        Without batch axes.
    step_size : float
    """
    if not isinstance(objective, Objective | SoftmaxObjective):
        return _plain(objective, step_size)
    used = objective.coefficients != 0
    if not used.all():  # nothing to compute there, and 0 times an overflowed loss is no number
        objective = objective.with_rows(used)
    if isinstance(objective, SoftmaxObjective):
        return _plain(objective, step_size)
    n, d = objective.signed_features.shape
    if n * d <= _STREAM:
        rows = np.asarray(objective.signed_features)
        objective = replace(objective, signed_features=rows)
    build = _fused if d * (n + d) <= _FUSED else _streamed
    return build(objective, step_size)


def _plain(objective: SmoothObjective, step_size: float) -> Step:
    def advance(w: Array, count: int) -> None:
        for _ in range(count):
            w -= step_size * objective.gradient(w)

    return Step(advance, objective.gradient)


def _fused(objective: Objective, step_size: float) -> Step:
    rows, n = objective.signed_features, len(objective.coefficients)
    link = objective.loss.link  # whose constants move into the matrices
    weights = link.outer * step_size * objective.coefficients
    decay = 1.0 - step_size * objective.ridge_diagonal
    drift = np.zeros(len(decay))
    if link.constant:
        drift = (link.constant / link.outer) * (weights @ rows)
    offset = None if objective.offset is None else link.inner * objective.offset
    to_margin = np.ascontiguousarray(link.inner * rows.T)
    to_step = np.hstack([weights * rows.T, np.diag(decay), drift[:, None]])
    # a step reads (margins, w, 1) in one buffer and writes the next w into the other
    buffers = [np.ones(to_step.shape[1]) for _ in range(2)]
    even, odd = ((buffer, buffer[:n], buffer[n:-1]) for buffer in buffers)
    dot, add, slope = np.dot, np.add, link.function

    def advance(w: Array, count: int) -> None:
        here, there = even, odd
        here[2][:] = w
        for _ in range(count):
            extended, margins, state = here
            dot(state, to_margin, margins)
            if offset is not None:
                add(margins, offset, margins)
            slope(margins, margins)
            dot(to_step, extended, there[2])
            here, there = there, here
        w[:] = here[2]

    scaled, ridge = link.outer * objective.coefficients, objective.ridge_diagonal
    pull = link.constant * (objective.coefficients @ rows)

    def gradient(w: Array) -> Array:
        _, margins, state = even
        state[:] = w
        dot(state, to_margin, margins)
        if offset is not None:
            add(margins, offset, margins)
        slope(margins, margins)
        return ridge * w - pull - dot(scaled * margins, rows)

    return Step(advance, gradient)


def _streamed(objective: Objective, step_size: float) -> Step:
    rows = objective.signed_features
    weights = step_size * objective.coefficients
    decay = 1.0 - step_size * objective.ridge_diagonal
    lazy, blocks = isinstance(rows, LazyRows), []
    # lazy rows are made anew at each step, in blocks that are still in the cache for the second use
    for chunk in row_chunks(rows.shape, CHUNK if lazy else _STREAM):
        block: Any = chunk
        if not lazy:
            block = _aligned(rows[chunk].T.shape)
            block[...] = rows[chunk].T
        offset = None if objective.offset is None else objective.offset[chunk]
        blocks.append((block, offset, weights[chunk], _aligned((chunk.stop - chunk.start,))))
    total, product = np.empty(len(decay)), np.empty(len(decay))
    dot, add, multiply, weigh = np.dot, np.add, np.multiply, objective.loss.weigh_slopes

    def advance(w: Array, count: int) -> None:
        for _ in range(count):
            multiply(decay, w, total)
            for block, offset, weight, margins in blocks:
                if lazy:
                    block = rows[block].T
                dot(w, block, margins)
                if offset is not None:
                    add(margins, offset, margins)
                weigh(margins, weight)
                dot(block, margins, product)
                add(total, product, total)
            w[:] = total

    return Step(advance, objective.gradient)


def _aligned(shape: tuple[int, ...]) -> Array:
    """Return an empty array that begins on a cache line, as wide loads like it."""
    line = 64
    memory = np.empty(8 * math.prod(shape) + line, dtype=np.uint8)
    start = -memory.ctypes.data % line
    return memory[start : start + 8 * math.prod(shape)].view(np.float64).reshape(shape)
