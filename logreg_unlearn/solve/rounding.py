r"""What rounding can have done to the margins, the gradient and the Hessian at a point.

The standard model of floating-point sums (Higham, *Accuracy and Stability*, ch. 3): a sum of k
products is off by at most ``k eps`` times the sum of their magnitudes, and a product that
underflows by at most the smallest normal number.  By ``|phi'''| <= phi''`` and ``phi'' <= |phi'|``
a margin that is off by e changes a slope and a curvature by a factor of at most ``e^{|e|}``.
``eps`` is twice the unit roundoff: the slack pays for the rounding of the bounds themselves, for
coefficients that are quotients (``1/n_R``), and for a loss that is accurate to 4 ulp.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS, FEW, TINY, outward, row_lengths
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.factors import FEW_COLUMNS, factorises, lowest_estimate
from logreg_unlearn.solve.passes import (
    NEAR,
    Formed,
    Iterate,
    hessian_at,
    moved,
    row_chunks,
    summands,
)

_ROOT_TINY = math.sqrt(TINY)
"""What a length loses where the squares of its entries underflow."""


_NEGLIGIBLE = EPS
"""Share of a Hessian that need not be known any better."""


class Errors(NamedTuple):
    """Bounds on the rounding at a point, all >= 0; infinite where nothing is known.

    Attributes
    ----------
    gradient : ndarray (d,)
        Of each entry of the gradient.
    margins : ndarray (n,)
    worst : float
        Largest error of a margin.
    """

    gradient: Array
    margins: Array
    worst: float


class Curvature(NamedTuple):
    """The Hessian H at a point, and what is certain of it.

    Attributes
    ----------
    hessian : ndarray (d, d)
        As computed.
    units : ndarray (d,)
        ``u_j = 1/sqrt(H_jj)``, in which the Hessian has the diagonal 1: columns of very
        different scale then cost nothing.
    smallest : float
        At most the smallest eigenvalue of the exact Hessian in these units; > 0.
    share : float
        The exact Hessian is at least this multiple of the computed one; in (0, 1].
    """

    hessian: Array
    units: Array
    smallest: float
    share: float


def rounding_errors(objective: Objective, point: Iterate) -> Errors:
    """Bound the rounding of each margin and of each entry of the gradient, in one pass."""
    rows, w = objective.signed_features, point.w
    n, d = rows.shape
    sizes_w = np.abs(w)
    margins = np.empty(n)
    gradient = 4 * EPS * np.abs(objective.ridge_diagonal * w) + TINY
    additions = summands(rows.shape)
    absolute, coefficients = np.abs(point.slopes), np.abs(objective.coefficients)
    for chunk in row_chunks(rows.shape):
        sizes = np.abs(rows[chunk])
        error = sizes @ sizes_w
        if objective.offset is not None:
            error += np.abs(objective.offset[chunk])
        error *= (d + 2) * EPS
        error += TINY
        margins[chunk] = error
        # the slope moves by at most phi'' (e^error - 1), far less than itself in a flat tail
        curvatures = coefficients[chunk] * objective.loss.curvature(point.margins[chunk])
        underflow = (1.0 + coefficients[chunk]) * TINY
        slopes = absolute[chunk] * (additions + FEW) * EPS + underflow
        slopes += (curvatures * (1.0 + FEW * EPS) + underflow) * np.expm1(error)
        gradient += slopes @ sizes
    factor = outward(n, d)
    margins *= factor
    return Errors(gradient * factor, margins, float(margins.max(initial=0.0)))


def certified_curvature(
    objective: Objective,
    point: Iterate,
    worst: float,
    lengths: Array | None = None,
    formed: Formed | None = None,
) -> Curvature | None:
    """Bound the Hessian of a convex objective from below; None where nothing is certain.

    Parameters
    ----------
    objective : Objective
        With coefficients >= 0.
    point : Iterate
    worst : float
        Largest error of a margin (:class:`Errors`).
    lengths : ndarray (n,), optional
        Norms of the rows, where at hand.
    formed : Formed, optional
        A Hessian elsewhere: a curvature falls by at most ``e^{-|z - z'|}`` from there.
    """
    n, d = objective.signed_features.shape
    change = moved(formed, point)
    if formed is None or not change <= NEAR:
        formed, change = Formed(hessian_at(objective, point.margins), point.margins), 0.0
    hessian, away = formed.hessian, (worst + change) * (1.0 + 4 * EPS)
    diagonal = hessian.diagonal()
    if not (np.all(np.isfinite(hessian)) and np.all(diagonal > 0) and worst < 700.0):
        return None
    units = 1.0 / np.sqrt(diagonal)
    if not np.all(np.isfinite(units)):
        return None
    # every entry's terms are bounded by the two diagonal entries, which are 1 in these units
    formation = d * (n + FEW) * EPS + underflown_curvature(objective, units, lengths)
    formation *= outward(n, d)
    scaled = hessian * units
    scaled *= units[:, None]
    eigenvalue = smallest_eigenvalue(scaled)
    least = math.exp(-away) * (eigenvalue - formation) * (1.0 - 8 * EPS)
    if not least > 0:
        return None
    return Curvature(hessian, units, least, least / eigenvalue * (1.0 - 8 * EPS))


def smallest_eigenvalue(matrix: Array) -> float:
    """Return a lower bound of the smallest eigenvalue, for a diagonal of 1.

    With many columns it is estimated by inverse iteration, and nine tenths of the estimate are
    proved: that a matrix has a Cholesky factor in floating point says that no eigenvalue is below
    ``-(d + 1) eps`` times its trace (Rump, BIT 46, 2006), and the slack covers that.
    """
    d = len(matrix)
    slack = 8 * d * d * EPS
    if d > FEW_COLUMNS:
        wanted = 0.9 * lowest_estimate(matrix)
        shifted = matrix.copy()
        shifted.flat[:: d + 1] -= wanted + slack
        if wanted > slack and factorises(shifted):
            return wanted
    return float(np.linalg.eigvalsh(matrix)[0]) - slack


def underflown_curvature(objective: Objective, units: Array, lengths: Array | None = None) -> float:
    """Bound the norm of what underflow takes from or adds to the Hessian, in the units given."""
    rows = objective.signed_features
    weights = 1.0 + np.abs(objective.coefficients)
    total = float(weights.sum()) * TINY * len(units)
    if lengths is not None:
        # TINY first: the squares may overflow where it keeps the product in range
        longest = np.square(_ROOT_TINY * float(units.max()) * lengths)
        bound = total + float(np.dot(weights, longest))
        if bound < _NEGLIGIBLE:
            return bound
    for chunk in row_chunks(rows.shape):
        scaled = rows[chunk] * units
        total += float(np.dot(weights[chunk], np.square(_ROOT_TINY * scaled).sum(axis=1)))
    return total


def squared_columns(rows: Array, weights: Array) -> Array:
    """Return ``sum_i weights_i a_ij^2``, shape (d,)."""
    total = np.zeros(rows.shape[1])
    for chunk in row_chunks(rows.shape):
        total += weights[chunk] @ np.square(rows[chunk])
    return total


def scaled_lengths(rows: Array, units: Array) -> Array:
    """Return the Euclidean norms of the rows times the units, as computed."""
    lengths = np.empty(len(rows))
    for chunk in row_chunks(rows.shape):
        lengths[chunk] = row_lengths(rows[chunk] * units)
    return lengths


def longest_row(rows: Array, units: Array) -> float:
    """Return an upper bound on the Euclidean norms of the rows times the units."""
    n, d = rows.shape
    longest = 0.0
    for chunk in row_chunks(rows.shape):
        scaled = rows[chunk] * units
        longest = max(longest, float(np.einsum("ij,ij->i", scaled, scaled).max(initial=0.0)))
    return (math.sqrt(longest) + d * _ROOT_TINY) * outward(n, d)
