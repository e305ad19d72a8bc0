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

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.passes import row_chunks

Advance = Callable[[Array, int], None]
"""Takes so many steps from ``w`` (d,), in place."""

_FUSED = 40_000
"""Entries of the step's matrix up to which fewer calls beat fewer operations (measured)."""
_STREAM = 1_048_576
"""Matrix entries per streamed block, 8 MiB: a share of the last-level cache."""


def gradient_step(objective: Objective, step_size: float) -> Advance:
    """Return a function that replaces ``w`` by ``w - step_size * gradient(w)``, repeatedly.

    Overflow of an exponential is part of it, and the caller's to silence.

    Parameters
    ----------
    objective : Objective
        Without batch axes.
    step_size : float
    """
    used = objective.coefficients != 0
    if not used.all():  # nothing to compute there, and 0 times an overflowed loss is no number
        objective = objective.with_rows(used)
    n, d = objective.signed_features.shape
    build = _fused if d * (n + d) <= _FUSED else _streamed
    return build(objective, step_size)


def slope_link(loss: str) -> tuple[float, float, np.ufunc]:
    """Return inner, outer and link: ``-phi'(z)`` is ``outer * link(inner * z)`` plus a constant.

    The constant is ``-outer`` for the logistic loss and 0 for the exponential one.
    """
    return (0.5, -0.5, np.tanh) if loss == "logistic" else (-1.0, 1.0, np.exp)


def _fused(objective: Objective, step_size: float) -> Advance:
    rows, n = objective.signed_features, len(objective.coefficients)
    logistic = objective.loss.name == "logistic"
    inner, outer, link = slope_link(objective.loss.name)  # the constants move into the matrices
    weights = outer * step_size * objective.coefficients
    decay = 1.0 - step_size * objective.ridge_diagonal
    drift = -(weights @ rows) if logistic else np.zeros(len(decay))
    offset = None if objective.offset is None else inner * objective.offset
    to_margin = np.ascontiguousarray(inner * rows.T)
    to_step = np.hstack([weights * rows.T, np.diag(decay), drift[:, None]])
    # a step reads (margins, w, 1) in one buffer and writes the next w into the other
    buffers = [np.ones(to_step.shape[1]) for _ in range(2)]
    even, odd = ((buffer, buffer[:n], buffer[n:-1]) for buffer in buffers)
    dot, add = np.dot, np.add

    def advance(w: Array, count: int) -> None:
        here, there = even, odd
        here[2][:] = w
        for _ in range(count):
            extended, margins, state = here
            dot(state, to_margin, margins)
            if offset is not None:
                add(margins, offset, margins)
            link(margins, margins)
            dot(to_step, extended, there[2])
            here, there = there, here
        w[:] = here[2]

    return advance


def _streamed(objective: Objective, step_size: float) -> Advance:
    rows = objective.signed_features
    logistic = objective.loss.name == "logistic"
    sign = 1.0 if logistic else -1.0  # e^z below a fraction, or e^{-z}
    weights = sign * step_size * objective.coefficients
    decay = 1.0 - step_size * objective.ridge_diagonal
    blocks = []
    for chunk in row_chunks(rows.shape, _STREAM):
        block = _aligned(rows[chunk].T.shape)
        np.multiply(rows[chunk].T, sign, out=block)
        offset = None if objective.offset is None else sign * objective.offset[chunk]
        blocks.append((block, offset, weights[chunk], _aligned((block.shape[1],))))
    total, product = np.empty(len(decay)), np.empty(len(decay))
    dot, exp, add, multiply = np.dot, np.exp, np.add, np.multiply
    weigh = np.divide if logistic else multiply

    def advance(w: Array, count: int) -> None:
        for _ in range(count):
            multiply(decay, w, total)
            for block, offset, weight, margins in blocks:
                dot(w, block, margins)
                if offset is not None:
                    add(margins, offset, margins)
                exp(margins, margins)
                if logistic:
                    add(margins, 1.0, margins)
                weigh(weight, margins, margins)
                dot(block, margins, product)
                add(total, product, total)
            w[:] = total

    return advance


def _aligned(shape: tuple[int, ...]) -> Array:
    """Return an empty array that begins on a cache line, as wide loads like it."""
    line = 64
    memory = np.empty(8 * math.prod(shape) + line, dtype=np.uint8)
    start = -memory.ctypes.data % line
    return memory[start : start + 8 * math.prod(shape)].view(np.float64).reshape(shape)
