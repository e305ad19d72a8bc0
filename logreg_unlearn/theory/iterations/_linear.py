"""Products and solutions over the last axes of arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check


def dot(left: Array, right: Array) -> Array:
    """Inner products over the last axis."""
    return np.asarray((left * right).sum(axis=-1))


def apply(matrix: Array, vector: Array) -> Array:
    """Matrices (..., n, d) times vectors (..., d)."""
    return np.matmul(matrix, vector[..., None])[..., 0]


def solve(name: str, hessian: ArrayLike, vector: Array) -> Array:
    """``H^-1 v`` for a Hessian that has to be positive definite."""
    matrix = check.real(name, hessian, 2)
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        smallest = np.min(np.linalg.eigvalsh(matrix))
        raise ValueError(
            f"expected {name} positive definite, got smallest eigenvalue {smallest:g}"
        ) from None
    return np.asarray(np.linalg.solve(matrix, vector[..., None])[..., 0])
