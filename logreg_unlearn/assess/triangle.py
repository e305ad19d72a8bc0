"""Many rows reduced to few that have the same Gram matrix, block by block."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from logreg_unlearn.problem.losses import Array

_LEAST = 256
"""Rows of a block at least: below, a reduction costs more than its rows."""


def blocks(rows: int, columns: int) -> Iterator[slice]:
    """Yield slices of rows that are worth a reduction to ``columns`` of them."""
    size = max(columns, _LEAST)
    return (slice(first, first + size) for first in range(0, rows, size))


def joined(above: Array, below: Array) -> Array:
    """Return a triangle T with ``T'T`` the Gram matrix of the rows of both, (m, p) each."""
    return np.asarray(np.linalg.qr(np.vstack([above, below]), mode="r"))
