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

from logreg_unlearn._passes import row_chunks
from logreg_unlearn.losses import Array
from logreg_unlearn.objective import Objective

Advance = Callable[[Array], None]

_FUSED = 40_000
"""Entries of the step's matrix up to which fewer calls beat fewer operations (measured)."""
_STREAM = 1_048_576
"""Matrix entries per streamed block, 8 MiB: a share of the last-level cache."""


def gradient_step(objective: Objective, step_size: float) -> Advance:
    """Return a function that replaces ``w`` (d,) by ``w - step_size * gradient(w)`` in place.

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


def _fused(objective: Objective, step_size: float) -> Advance:
    rows, n = objective.signed_features, len(objective.coefficients)
    logistic = objective.loss.name == "logistic"
    # margins enter as z/2 (tanh) or -z (exp); the constants move into the matrices
    inner, outer, link = (0.5, -0.5, np.tanh) if logistic else (-1.0, 1.0, np.exp)
    weights = outer * step_size * objective.coefficients
    decay = 1.0 - step_size * objective.ridge_diagonal
    drift = -(weights @ rows) if logistic else np.zeros(len(decay))
    offset = None if objective.offset is None else inner * objective.offset
    to_margin = np.ascontiguousarray(inner * rows.T)
    to_step = np.hstack([weights * rows.T, np.diag(decay), drift[:, None]])
    extended = np.ones(to_step.shape[1])
    margins, state = extended[:n], extended[n:-1]
    dot = np.dot

    def advance(w: Array) -> None:
        dot(w, to_margin, out=margins)
        if offset is not None:
            np.add(margins, offset, out=margins)
        link(margins, out=margins)
        state[:] = w
        dot(to_step, extended, out=w)

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
    dot, exp, add = np.dot, np.exp, np.add
    weigh = np.divide if logistic else np.multiply

    def advance(w: Array) -> None:
        np.multiply(decay, w, out=total)
        for block, offset, weight, margins in blocks:
            dot(w, block, out=margins)
            if offset is not None:
                add(margins, offset, out=margins)
            exp(margins, out=margins)
            if logistic:
                add(margins, 1.0, out=margins)
            weigh(weight, margins, out=margins)
            dot(block, margins, out=product)
            add(total, product, out=total)
        w[:] = total

    return advance


def _aligned(shape: tuple[int, ...]) -> Array:
    """Return an empty array that begins on a cache line, as wide loads like it."""
    line = 64
    memory = np.empty(8 * math.prod(shape) + line, dtype=np.uint8)
    start = -memory.ctypes.data % line
    return memory[start : start + 8 * math.prod(shape)].view(np.float64).reshape(shape)
