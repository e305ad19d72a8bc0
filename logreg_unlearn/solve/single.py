"""Rows in single precision: half the bytes to read, for the first half of a search.

A gradient so computed is off by about a millionth of its terms.  Until it is as small as that it
says the same as in double precision; the rest of the search, and every certificate, are in double.
"""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import euclidean
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.rows import CHUNK, LazyRows
from logreg_unlearn.solve.factors import Factor, Preconditioner
from logreg_unlearn.solve.passes import Iterate, Work, hessian_passes, row_chunks
from logreg_unlearn.solve.rowspace import Rows

SINGLE = np.float32
FLOOR = 4e-6
"""What rounding to single precision does to a gradient, as a share of the root of the sum of
squares of the rows' gradients (measured: at most 3.2e-6)."""
SINGLE_EPS = 1e-6
"""Ten units of single precision, by which the diagonal of a matrix to invert is raised."""
_LARGEST = 8_000_000
"""Entries (32 MB) beyond which the memory of a copy is not spent."""


class SingleRows(Rows):
    """As `Rows`, from a copy of the rows in single precision; a pass counts as half of one."""

    def __init__(self, objective: Objective, work: Work) -> None:
        super().__init__(objective, work)
        self._rows = np.asarray(objective.signed_features).astype(SINGLE)
        work.passes += 0.75  # reading them, and writing half as much

    @staticmethod
    def serves(objective: Objective) -> bool:
        """Whether the copy is worth its memory."""
        rows = objective.signed_features
        return not isinstance(rows, LazyRows) and CHUNK < rows.size <= _LARGEST

    def evaluate(self, w: Array) -> Iterate:
        """Return margins, slopes and gradient at ``w (d,)``."""
        margins = self.along(w)
        if self.objective.offset is not None:
            margins += self.objective.offset
        return self.at_margins(w, margins, self.slopes(margins))

    def along(self, direction: Array) -> Array:
        """Return by how much the margins change along a direction: a quarter of a pass."""
        self.work.passes += 0.25
        return (self._rows @ direction.astype(SINGLE)).astype(float)

    def at_margins(self, w: Array, margins: Array, slopes: Array) -> Iterate:
        """Return the point with these margins and slopes: a quarter of a pass."""
        self.work.passes += 0.25
        gradient = self.objective.ridge_diagonal * w + slopes.astype(SINGLE) @ self._rows
        return Iterate(w, margins, slopes, gradient, float(euclidean(gradient)))

    def factor(self, here: Iterate) -> Preconditioner | None:
        """Return a factor of the Hessian, None if it overflows."""
        objective, d = self.objective, self.objective.dimension
        self.work.passes += 0.5 * hessian_passes(objective)
        weights = objective.coefficients * objective.loss.curvature(here.margins)
        roots = np.sqrt(weights).astype(SINGLE)
        total = np.zeros((d, d), SINGLE)
        for chunk in row_chunks(self._rows.shape):
            scaled = self._rows[chunk] * roots[chunk, None]
            total += np.dot(scaled.T, scaled)
        hessian = total.astype(float)
        hessian.flat[:: d + 1] *= 1.0 + SINGLE_EPS
        hessian.flat[:: d + 1] += objective.ridge_diagonal
        largest = float(hessian.diagonal().max())
        return Factor(hessian, largest) if math.isfinite(largest) else None
