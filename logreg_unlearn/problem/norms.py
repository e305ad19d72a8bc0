"""Norms that neither overflow nor underflow, and the constants of bounds on rounding."""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem.losses import Array

EPS = float(np.finfo(np.float64).eps)
TINY = float(np.finfo(np.float64).tiny)
FEW = 24
"""Roundings of one slope or curvature and its coefficient, with room to spare."""


def euclidean(vector: Array) -> np.float64:
    """Return the Euclidean norm, also where the squares are not normal numbers.

    NumPy's number: what is computed from it overflows to infinity where Python's would raise.
    """
    with np.errstate(over="ignore"):
        norm = np.sqrt(np.dot(vector, vector))
    if not 1e-150 < norm < 1e150:
        largest = float(np.abs(vector).max(initial=0.0))
        if 0.0 < largest < math.inf:
            norm = largest * np.linalg.norm(vector / largest)
    return norm


def row_lengths(rows: Array) -> Array:
    """Return the Euclidean norms of the rows (n, d), also where squares are not normal numbers."""
    with np.errstate(over="ignore"):
        lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    if len(rows) and not 1e-150 < lengths.min() <= lengths.max() < 1e150:
        largest = np.abs(rows).max(axis=1)
        unit = np.where(largest > 0, largest, 1.0)
        lengths = largest * np.linalg.norm(rows / unit[:, None], axis=1)
    return lengths


def outward(n: int, d: int) -> float:
    """Return the factor by which a computed bound may fall short of the bound meant."""
    return 1.0 + 2.0 * (n + d + 64) * EPS


def growth(error: float) -> float:
    """Return ``(e^m - 1)/m``: how much faster than its margin a slope can change."""
    if error > 700.0:
        return math.inf
    return math.expm1(error) / error if error > 0 else 1.0
