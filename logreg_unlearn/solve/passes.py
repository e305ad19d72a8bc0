r"""Passes over the data: margins and gradient in one, the Hessian for given margins.

Rows are taken in chunks that stay in the cache between the two products of a pass.  Overflow
is an answer here (the exponential loss), so the callers silence NumPy's warnings of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import euclidean
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.protocol import SmoothObjective
from logreg_unlearn.problem.rows import CHUNK, LazyRows
from logreg_unlearn.problem.softmax import SoftmaxObjective

HESSIAN = 25
"""Columns for which a Hessian takes the time of two passes (measured)."""
_CLASS_BLOCKS = 8
"""The same of softmax in ``(K-1)d``, for its ``K(K-1)/2`` blocks beside K logits (measured)."""

_SYMMETRIC = 40
"""Columns from which a symmetric rank-k update is faster than a plain product (measured)."""


NEAR = 1.0
"""Move of a margin up to which a Hessian serves: beyond, a new one is worth a factor e."""


class Iterate(NamedTuple):
    """A point with what one pass over the data gives.

    Attributes
    ----------
    w : ndarray (d,)
    margins : ndarray (n,)
    slopes : ndarray (n,)
        ``c_i phi'(z_i)``.
    gradient : ndarray (d,)
    norm : float
        Euclidean norm of the gradient.
    """

    w: Array
    margins: Array
    slopes: Array
    gradient: Array
    norm: float


class Formed(NamedTuple):
    """A Hessian and the margins it was formed at.

    Attributes
    ----------
    hessian : ndarray (d, d)
    margins : ndarray (n,)
    """

    hessian: Array
    margins: Array


def moved(formed: Formed | None, point: Iterate) -> float:
    """Return how far the margins are from those of a Hessian; infinite without one."""
    if formed is None:
        return math.inf
    return float(np.abs(point.margins - formed.margins).max(initial=0.0))


def evaluate(objective: Objective, w: Array) -> Iterate:
    """Return margins, slopes and gradient at ``w`` in one pass over row chunks."""
    rows, c, offset = objective.signed_features, objective.coefficients, objective.offset
    derivative = objective.loss.derivative
    gradient = objective.ridge_diagonal * w
    margins, slopes = np.empty(len(rows)), np.empty(len(rows))
    for chunk in row_chunks(rows.shape):
        part, z = rows[chunk], margins[chunk]
        np.dot(part, w, out=z)
        if offset is not None:
            z += offset[chunk]
        s = np.multiply(c[chunk], derivative(z), out=slopes[chunk])
        gradient += np.dot(s, part)
    return Iterate(w, margins, slopes, gradient, euclidean(gradient))


@dataclass
class Work:
    """Counts the passes of one solve, in units of its own rows.

    Margins and gradient are one pass.  A Hessian counts as :func:`hessian_passes`, its
    eigenvalues as ``d^2/n`` (measured: .5 to 2 times that from 100 parameters on).  Sums over the
    rows alone (a line search) are free.

    Attributes
    ----------
    rows : int
        Rows of the whole problem; a subsample counts as its share.
    passes : float
    """

    rows: int
    passes: float = 0.0

    def evaluate(self, objective: Objective, w: Array) -> Iterate:
        """Return :func:`evaluate`, counted."""
        self.passes += len(objective.coefficients) / max(self.rows, 1)
        return evaluate(objective, w)

    def hessian(self, objective: Objective, margins: Array) -> Array:
        """Return :func:`hessian_at`, counted."""
        share = len(objective.coefficients) / max(self.rows, 1)
        self.passes += share * hessian_passes(objective)
        return hessian_at(objective, margins)

    def count_eigenvalues(self, objective: SmoothObjective) -> None:
        """Count the eigenvalues of a Hessian, and its vectors."""
        self.passes += objective.dimension**2 / max(self.rows, 1)


def hessian_passes(objective: SmoothObjective) -> float:
    """Return the passes over its rows that a Hessian for given margins takes the time of.

    ``1 + d/25``; of softmax ``1 + (K-1)d/8``.
    """
    if isinstance(objective, SoftmaxObjective):
        return 1.0 + (objective.dimension - objective.features.shape[1]) / _CLASS_BLOCKS
    return 1.0 + objective.dimension / HESSIAN


def value_at(objective: Objective, point: Iterate) -> float:
    """Return the objective at an evaluated point."""
    losses = float(np.dot(objective.coefficients, objective.loss.value(point.margins)))
    return losses + 0.5 * float(np.dot(objective.ridge_diagonal, np.square(point.w)))


def hessian_at(objective: Objective, margins: Array) -> Array:
    """Return the Hessian for given margins, for coefficients >= 0."""
    rows = objective.signed_features
    weights = objective.coefficients * objective.loss.curvature(margins)
    d = rows.shape[1]
    hessian = np.diag(objective.ridge_diagonal)
    if d >= _SYMMETRIC:
        np.sqrt(weights, out=weights)
    # wide chunks where adding up the d x d products would cost as much as the products
    wide = min(8 * d * d, max(d * d, rows.size // 8))
    if isinstance(rows, LazyRows):  # a chunk takes memory of its own, thrice
        wide = 2 * d * d
    entries = max(CHUNK, wide)
    for chunk in row_chunks(rows.shape, entries):
        part = rows[chunk]
        scaled = weights[chunk, None] * part
        hessian += np.dot(scaled.T, scaled if d >= _SYMMETRIC else part)
    return hessian


def summands(shape: tuple[int, ...]) -> int:
    """Return how many additions a term of the gradient passes through in :func:`evaluate`."""
    chunks = row_chunks(shape)
    return (chunks[0].stop if chunks else 0) + len(chunks) + 1


@lru_cache(maxsize=64)
def row_chunks(shape: tuple[int, ...], entries: int = CHUNK) -> tuple[slice, ...]:
    """Slices of rows that hold about ``entries`` matrix entries each."""
    n, d = shape
    size = max(1, entries // d)
    return tuple(slice(i, min(i + size, n)) for i in range(0, n, size))
