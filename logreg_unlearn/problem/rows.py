"""Rows that stay where they are: signs and the choice of rows are applied to a chunk as it is read.

An array is worth its signed copy where that is small beside what a process takes anyway; a large
one, or one on disk, is not.  A :class:`LazyRows` stands in the place of the array: solver and
certificates read it by row chunks anyway.  Whoever takes it for an array gets one, whole
(``numpy.asarray``).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import Any

import numpy as np

from logreg_unlearn.problem.losses import Array

CHUNK = 65_536
"""Matrix entries that are read at once: 512 KiB, half of a common level-2 cache."""
LARGE = 1 << 24
"""Matrix entries, 128 MiB, from which rows are signed and picked at each reading, not copied."""

Rows = Any
"""An array (n, d), or LazyRows in its place."""


class LazyRows:
    """Chosen rows ``s_i x_i`` of a matrix, (n, d), as float64.

    Parameters
    ----------
    source : ndarray (N, d)
        Real numbers of any dtype; neither copied nor written to.
    signs : ndarray (N,), optional
    chosen : ndarray of int (n,), optional
        Row numbers, ascending; all rows by default.
    """

    ndim = 2
    __array_priority__ = 1.0  # products with arrays are ours

    def __init__(self, source: Array, signs: Array | None = None, chosen: Array | None = None):
        self.source, self._signs, self._chosen = source, signs, chosen
        self.shape = (len(source) if chosen is None else len(chosen), source.shape[1])

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.shape[0] * self.shape[1]

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Array:
        if isinstance(key, tuple):
            row, *columns = key[1:] if key[0] is Ellipsis else key
            if isinstance(row, slice) and row == slice(None):
                key = (slice(None), *columns)
                return np.concatenate([self[part][key] for part in self._chunks()])
            return self[row][(..., *columns)]
        rows: Any = key
        if self._chosen is not None:
            rows = self._chosen[key]
        part = np.asarray(self.source[rows], dtype=np.float64)
        return part if self._signs is None else self._signs[rows][..., None] * part

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return self[:].astype(dtype or np.float64, copy=False)

    @property
    def T(self) -> Array:
        """The transposed array, whole."""
        return np.asarray(self).T

    def take(self, rows: Array) -> LazyRows:
        """Return the rows of these numbers or of a mask (n,), lazy as well."""
        numbers = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        chosen = numbers if self._chosen is None else self._chosen[numbers]
        return LazyRows(self.source, self._signs, chosen)

    def __matmul__(self, vector: Array) -> Array:
        """Return ``A v``, (n,) or (n, k), for ``v`` (d,) or (d, k)."""
        return np.concatenate([self[part] @ vector for part in self._chunks()])

    def __rmatmul__(self, weights: Array) -> Array:
        """Return ``s A``, (..., d), for ``s`` (..., n)."""
        total = np.zeros((*weights.shape[:-1], self.shape[1]))
        for part in self._chunks():
            total += weights[..., part] @ self[part]
        return total

    def __mul__(self, factor: Array | float) -> Array:
        return np.asarray(self) * factor

    __rmul__ = __mul__

    def __truediv__(self, divisor: Array | float) -> Array:
        return np.asarray(self) / divisor

    def copy(self) -> Array:
        """Return an array of one's own."""
        return self[:]

    def gram(self) -> Array:
        """Return ``A A^T``, (n, n)."""
        product, wide = np.empty((len(self), len(self))), list(self._chunks(wider=16))
        for part in wide:
            rows = self[part]
            for other in wide:
                product[part, other] = rows @ self[other].T
        return product

    def _chunks(self, wider: int = 1) -> Iterator[slice]:
        n, d = self.shape
        size = max(1, wider * CHUNK // d)
        return (slice(i, min(i + size, n)) for i in range(0, n, size))


def signed(features: Array, labels: Array) -> Rows:
    """Return the rows ``y_i x_i``: a read-only array; lazy ones of a large or memory-mapped one."""
    if features.size > LARGE or on_disk(features):
        return LazyRows(features, labels)
    rows = np.multiply(labels[:, None], features, dtype=np.float64)
    rows.flags.writeable = False
    return rows


def on_disk(array: Array) -> bool:
    """Whether an array is a view of a memory-mapped file."""
    base: Any = array
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap):
            return True
        base = base.base
    return isinstance(base, mmap.mmap)


def picked(rows: Rows, mask: Array) -> Rows:
    """Return the rows of a mask (n,): copied, lazy where they are lazy or large."""
    if isinstance(rows, LazyRows):
        return rows.take(mask)
    if rows.ndim == 2 and np.count_nonzero(mask) * rows.shape[1] > LARGE:
        return LazyRows(rows).take(mask)
    return rows[..., mask, :]
