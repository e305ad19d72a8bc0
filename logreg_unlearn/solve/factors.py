"""Cholesky factors: to precondition the iteration, and to prove what is positive."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import euclidean
from logreg_unlearn.solve.passes import Iterate

FEW_COLUMNS = 100
"""Columns up to which a Hessian and all its eigenvalues cost about a millisecond."""


_INVERSE_ITERATIONS = 8
"""The estimate is from above and within a few percent; a proof decides what it is good for."""


class Preconditioner(Protocol):
    """The inverse of a Hessian nearby."""

    def solve(self, here: Iterate) -> Array:
        """Return the inverse Hessian times the gradient at a point."""


@cache
def _lapack() -> tuple[Callable[..., Any], Callable[..., Any]]:
    from scipy.linalg import lapack  # loaded by the first solve, not by the import

    return lapack.dpotrf, lapack.dpotrs


def factorises(matrix: Array) -> bool:
    """Whether a symmetric matrix has a Cholesky factor, in place."""
    return not _lapack()[0](matrix.T, lower=1, clean=0, overwrite_a=1)[1]


def lowest_estimate(matrix: Array) -> float:
    """Return about the smallest eigenvalue of a symmetric matrix, 0 if it is not positive."""
    factorise, solve = _lapack()
    factor, failed = factorise(matrix.T, lower=1, clean=0)
    if failed:
        return 0.0
    vector = np.random.default_rng(0).standard_normal(len(matrix))
    growth = 1.0
    for _ in range(_INVERSE_ITERATIONS):
        vector = solve(factor, vector / euclidean(vector), lower=1)[0]
        growth = float(euclidean(vector))
    return 1.0 / growth


class Factor:
    """Cholesky factor of a Hessian; damped on its diagonal if rounding made it indefinite.

    ``exact`` says whether the Hessian was left as it is.
    """

    def __init__(self, hessian: Array, largest: float) -> None:
        factorise, self._solve = _lapack()
        self.exact = True
        diagonal = hessian.diagonal()
        # the floor holds a coordinate whose curvature vanished
        floor = 1e-40 * (largest or 1.0)
        if diagonal.min() < floor:
            hessian.flat[:: len(hessian) + 1] = np.maximum(diagonal, floor)
            self.exact = False
        damping = 1e-14
        self._factor, failed = factorise(hessian.T, lower=1, clean=0)
        while failed:
            self.exact = False
            # the factor only preconditions: the gradient decides what is a solution
            hessian.flat[:: len(hessian) + 1] *= 1.0 + damping
            damping *= 10.0
            self._factor, failed = factorise(hessian.T, lower=1, clean=0)

    def times(self, vector: Array) -> Array:
        """Return the inverse times a vector (d,)."""
        return self._solve(self._factor, vector, lower=1)[0]

    def solve(self, here: Iterate) -> Array:
        """Return the inverse Hessian times the gradient at a point."""
        return self._solve(self._factor, here.gradient, lower=1)[0]
