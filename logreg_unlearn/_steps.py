r"""One gradient step of an objective as a few BLAS calls on preallocated buffers.

For the logistic loss :math:`\varphi'(z) = -\tfrac12(1-\tanh\tfrac z2)`, so a gradient step is
affine in ``t = (tanh(z/2), w, 1)``:

.. math:: w^+ = -\tfrac\eta2\sum_i c_i t_i a_i + (1-\eta\lambda)w + \tfrac\eta2\sum_i c_i a_i,

two products and one ``tanh``; with ``e^{-z}`` in its place the same holds for the exponential
loss.  Small problems keep the two matrices of the step; large ones keep one copy of the data
and stream it through the cache in blocks.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from logreg_unlearn._passes import CHUNK, row_chunks
from logreg_unlearn.losses import Array
from logreg_unlearn.objective import Objective

Advance = Callable[[Array], None]

_STREAM = 1_048_576
"""Matrix entries per streamed block, 8 MiB: a share of the last-level cache."""


def gradient_step(objective: Objective, step_size: float) -> Advance:
    """Return a function that replaces ``w`` (d,) by ``w - step_size * gradient(w)`` in place.

    Parameters
    ----------
    objective : Objective
        Without batch axes.
    step_size : float
    """
    used = objective.coefficients != 0
    if not used.all():  # nothing to compute there, and 0 times an overflowed loss is no number
        objective = objective.with_rows(used)
    logistic = objective.loss.name == "logistic"
    rows = objective.signed_features
    # margins enter as z/2 (tanh) or -z (exp); the constants move into the matrices
    inner = 0.5 if logistic else -1.0
    outer = -0.5 * step_size if logistic else step_size
    link = np.tanh if logistic else np.exp
    decay = 1.0 - step_size * objective.ridge_diagonal
    drift = -outer * (objective.coefficients @ rows) if logistic else np.zeros(len(decay))
    offset = None if objective.offset is None else inner * objective.offset
    n, d = rows.shape
    # the fused step adds a diagonal block of d x d
    build = _fused if d * (n + d) <= 2 * CHUNK else _streamed
    return build(rows, inner, offset, link, outer * objective.coefficients, decay, drift)


def _fused(
    rows: Array,
    inner: float,
    offset: Array | None,
    link: np.ufunc,
    weights: Array,
    decay: Array,
    drift: Array,
) -> Advance:
    n, d = rows.shape
    to_margin = np.ascontiguousarray(inner * rows.T)
    to_step = np.hstack([weights * rows.T, np.diag(decay), drift[:, None]])
    extended = np.ones(n + d + 1)
    margins, state = extended[:n], extended[n : n + d]
    dot = np.dot

    def advance(w: Array) -> None:
        dot(w, to_margin, out=margins)
        if offset is not None:
            np.add(margins, offset, out=margins)
        link(margins, out=margins)
        state[:] = w
        dot(to_step, extended, out=w)

    return advance


def _streamed(
    rows: Array,
    inner: float,
    offset: Array | None,
    link: np.ufunc,
    weights: Array,
    decay: Array,
    drift: Array,
) -> Advance:
    blocks = []
    for chunk in row_chunks(rows.shape, _STREAM):
        block = np.ascontiguousarray(inner * rows[chunk].T)
        part = None if offset is None else offset[chunk]
        blocks.append((block, part, weights[chunk] / inner, np.empty(block.shape[1])))
    total, product = np.empty(rows.shape[1]), np.empty(rows.shape[1])
    dot = np.dot

    def advance(w: Array) -> None:
        np.multiply(decay, w, out=total)
        np.add(total, drift, out=total)
        for block, part, weight, margins in blocks:
            dot(w, block, out=margins)
            if part is not None:
                np.add(margins, part, out=margins)
            link(margins, out=margins)
            np.multiply(margins, weight, out=margins)
            dot(block, margins, out=product)
            np.add(total, product, out=total)
        w[:] = total

    return advance
