r"""Many runs at once: a gradient step of k configurations is two products and a few calls.

With ``W (k, d)`` one row per configuration, ``A`` the signed rows, ``c`` the coefficients and the
slope as the loss writes it, :math:`-\varphi'(z) = p\,f(q z) + r`, a step is

.. math:: W^+ = (1-\eta\lambda)\,W + \eta\,(p\,c\,f(q(W A^\top + o))\,A + r\,c A).

Configurations of one data set share ``A (n, d)`` and its two matrix products; those of data sets
of their own hold ``A (k, n, d)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from logreg_unlearn.problem.losses import Array, Link, Loss, Mask
from logreg_unlearn.solve.passes import row_chunks

ENTRIES = 65_536
"""Entries of an array that a step reads again while it is in the cache: 512 KiB (measured)."""
_PRODUCT = 32
"""Configurations from which more of them do not speed up the products of each (measured)."""
_COLUMNS = 32
"""Entries of one problem up to which elementwise work beats one BLAS call each (measured)."""


@dataclass(frozen=True)
class Configurations:
    """k objectives with a step size each.

    Attributes
    ----------
    rows : ndarray (n, d) or (k, n, d)
    coefficients : ndarray (k, n)
    ridge : ndarray (k, d)
    offset : ndarray (k, n), optional
    step_size : ndarray (k,)
    loss : Loss
    """

    rows: Array
    coefficients: Array
    ridge: Array
    offset: Array | None
    step_size: Array
    loss: Loss

    def __len__(self) -> int:
        return len(self.coefficients)

    def take(self, chosen: slice | Mask) -> Configurations:
        """Return the chosen ones."""
        return Configurations(
            self.rows[chosen] if self.rows.ndim == 3 else self.rows,
            self.coefficients[chosen],
            self.ridge[chosen],
            None if self.offset is None else self.offset[chosen],
            self.step_size[chosen],
            self.loss,
        )


def chunk_size(n: int, d: int, *, shared: bool) -> int:
    """Return how many configurations a step should take at once, at least 1.

    Of data of their own as many as fit the cache; of shared data as many as a matrix product
    needs to be fast, and of small data more.
    """
    return max(_PRODUCT if shared else 1, ENTRIES // (n if shared else n * d))


class Steps(Protocol):
    """Gradient steps of all configurations; overflow is the caller's to silence."""

    def advance(self, w: Array, count: int) -> None:
        """Take so many steps from ``w`` (k, d), in place."""

    def gradient(self, w: Array) -> Array:
        """Return the gradients (k, d)."""


def steps_of(many: Configurations) -> Steps:
    """Return the steps in the layout that is fastest for the shape of the problems."""
    rows = many.rows
    if rows.ndim == 3 and rows.shape[1] * rows.shape[2] <= _COLUMNS:
        return _Columns(many)
    return _Products(many)


class _Products:
    """A configuration a row: matrix products where the data are shared, else one a problem."""

    def __init__(self, many: Configurations) -> None:
        link, (n, d), k = many.loss.link, many.rows.shape[-2:], len(many)
        self._slope, self._inner, self._ridge = link.function, link.inner, many.ridge
        self._decay = 1.0 - many.step_size[:, None] * many.ridge
        self._offset = None if many.offset is None else link.inner * many.offset
        # a sample of coefficient 0 is absent, also where its exponential loss overflows
        absent = many.coefficients == 0
        self._absent = absent if many.loss.unbounded and absent.any() else None
        self._stacked = many.rows.ndim == 3
        if self._stacked:
            blocks = [(np.ascontiguousarray(many.rows.swapaxes(1, 2)), slice(0, n))]
        else:
            blocks = [(many.rows[part], part) for part in row_chunks((n, k), ENTRIES)]
        sizes = [part.stop - part.start for _, part in blocks]
        memory = np.empty(k * max(sizes))
        margins = [memory[: k * size].reshape(k, size) for size in sizes]
        self._blocks = [(*each, own) for each, own in zip(blocks, margins, strict=True)]
        self._total, self._part, drift = np.empty((k, d)), np.empty((k, d)), np.zeros((k, d))
        for block, part in blocks:
            drift += self._sums(block, link.constant * many.coefficients[:, part], self._part)
        # what a gradient takes, and what a step takes, which moves inner times the point
        self._unit = link.outer * many.coefficients, drift
        self._step = tuple(link.inner * many.step_size[:, None] * each for each in self._unit)

    def _sums(self, block: Array, weights: Array, out: Array) -> Array:
        """Return the weighted sums of a block's rows (k, d)."""
        if self._stacked:
            np.matmul(block, weights[..., None], out=out[..., None])
            return out
        return np.dot(weights, block, out=out)

    def _downhill(self, state: Array, weights: Array, drift: Array) -> Array:
        """Return minus the gradients of the data part, on the scale of weights and drift."""
        total = self._total
        for block, part, margins in self._blocks:
            if self._stacked:
                np.matmul(state[:, None, :], block, out=margins[:, None, :])
            else:
                np.dot(state, block.T, out=margins)
            if self._offset is not None:
                np.add(margins, self._offset[:, part], out=margins)
            self._slope(margins, out=margins)
            if self._absent is not None:
                np.copyto(margins, 0.0, where=self._absent[:, part])
            np.multiply(margins, weights[:, part], out=margins)
            if part.start == 0:
                self._sums(block, margins, total)
            else:
                np.add(total, self._sums(block, margins, self._part), out=total)
        return np.add(total, drift, out=total)

    def advance(self, w: Array, count: int) -> None:
        """Take so many steps from ``w`` (k, d), in place."""
        state, (weights, drift), decay = w * self._inner, self._step, self._decay
        for _ in range(count):
            moved = self._downhill(state, weights, drift)
            np.multiply(state, decay, out=state)
            np.add(state, moved, out=state)
        np.divide(state, self._inner, out=w)

    def gradient(self, w: Array) -> Array:
        """Return the gradients (k, d)."""
        return self._ridge * w - self._downhill(w * self._inner, *self._unit)


class _Columns:
    """A configuration a column: elementwise products and sums, no configuration sees another."""

    def __init__(self, many: Configurations) -> None:
        link = many.loss.link
        self._slope = link.function
        coefficients = np.ascontiguousarray(many.coefficients.T)
        used = coefficients != 0
        # a sample of coefficient 0 is absent, also where its exponential loss overflows
        self._columns = np.where(used, link.inner * many.rows.transpose(2, 1, 0), 0.0)  # (d, n, k)
        self._offset = None
        if many.offset is not None:
            self._offset = np.where(used, link.inner * many.offset.T, 0.0)
        self._ridge = np.ascontiguousarray(many.ridge.T)
        self._decay = 1.0 - many.step_size * self._ridge
        self._margins, self._product = np.empty(used.shape), np.empty(used.shape)
        self._moved = np.empty(self._ridge.shape)
        # what a gradient takes, and what a step takes
        self._unit = self._scales((link.outer / link.inner) * coefficients, link)
        weights = (link.outer / link.inner) * many.step_size * coefficients
        self._step = self._scales(weights, link)

    def _scales(self, weights: Array, link: Link) -> tuple[Array, Array | None]:
        if not link.constant:
            return weights, None
        return weights, (link.constant / link.outer) * (weights * self._columns).sum(axis=1)

    def _downhill(self, w: Array, weights: Array) -> Array:
        """Return the weighted sums of the slopes' function, for ``w`` (d, k)."""
        columns, margins, product, moved = self._columns, self._margins, self._product, self._moved
        multiply, add, total = np.multiply, np.add, np.add.reduce
        multiply(columns[0], w[0], out=margins)
        for column, coordinate in zip(columns[1:], w[1:], strict=True):
            multiply(column, coordinate, out=product)
            add(margins, product, out=margins)
        if self._offset is not None:
            add(margins, self._offset, out=margins)
        self._slope(margins, out=margins)
        multiply(margins, weights, out=margins)
        for column, change in zip(columns, moved, strict=True):
            multiply(column, margins, out=product)
            total(product, axis=0, out=change)
        return moved

    def advance(self, w: Array, count: int) -> None:
        """Take so many steps from ``w`` (k, d), in place."""
        (weights, drift), here = self._step, np.array(w.T, order="C")
        for _ in range(count):
            moved = self._downhill(here, weights)
            np.multiply(here, self._decay, out=here)
            np.add(here, moved, out=here)
            if drift is not None:
                np.add(here, drift, out=here)
        w[...] = here.T

    def gradient(self, w: Array) -> Array:
        """Return the gradients (k, d)."""
        (weights, drift), here = self._unit, np.array(w.T, order="C")
        downhill = self._downhill(here, weights)
        if drift is not None:
            downhill += drift
        return (self._ridge * here - downhill).T
