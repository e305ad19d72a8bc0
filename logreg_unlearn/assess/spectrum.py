"""In how many directions a deletion moves the model: its spectrum, before anything is run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem


@dataclass(frozen=True, eq=False)
class DeletionSpectrum:
    """What one influence step would move, in the norm of the original's Hessian.

    Attributes
    ----------
    values : ndarray (m,)
        Singular values of ``H^-1/2 [g_i]_F``, falling; ``g_i`` what row i adds to the step.
    shares : ndarray (m,)
        Parts of the squared length of this deletion's step along the directions; they sum to 1.
    """

    values: Array
    shares: Array

    def directions(self, part: float = 0.99) -> int:
        """Return how many leading directions carry a part of this deletion, in (0, 1]."""
        if not 0.0 < part <= 1.0:
            raise ValueError(f"expected part in (0, 1], got {part}")
        # the sum of all shares is 1 up to their rounding
        reached = np.cumsum(self.shares) >= part * (1.0 - 1e-12)
        return int(np.argmax(reached)) + 1 if reached.any() else len(self.shares)

    def outside(self, rank: int, size: int) -> float:
        """Return what any ``size`` of the forgotten rows have at most outside ``rank`` directions.

        In the norm of the Hessian; claim ``deletion_spectrum``.
        """
        left = float(self.values[rank]) if rank < len(self.values) else 0.0
        return left * float(np.sqrt(size))

    def sentence(self) -> str:
        """Return in words how few directions carry this deletion."""
        count = self.directions()
        words = f"{count} directions carry" if count > 1 else "1 direction carries"
        return f"{words} 99 % of this deletion, of the {len(self.values)} that it could move"


def deletion_spectrum(problem: UnlearningProblem, w: Array) -> DeletionSpectrum:
    """Return the spectrum of a deletion from the original ``w (d,)``; one Hessian.

    Raises
    ------
    ValueError
        If the original's Hessian is singular.
    """
    whitened = whitened_parts(problem, w)
    directions, values, _ = np.linalg.svd(whitened, full_matrices=False)
    moved = np.square(directions.T @ whitened.sum(axis=1))  # of the whole forget set at once
    total = moved.sum()
    return DeletionSpectrum(values, moved / total if total > 0 else np.zeros_like(moved))


def whitened_parts(problem: UnlearningProblem, w: Array) -> Array:
    """Return each forgotten row's part of the step, (d, n_F): lengths are in the Hessian's norm.

    It is ``L^-1`` times the change that the row's deletion makes in the gradient, ``H = L L'``:
    ``psi_i a_i`` by weight in the sum convention; in the mean convention less its part of the
    ridge's.

    Raises
    ------
    ValueError
        As `deletion_spectrum`.
    """
    from scipy.linalg import solve_triangular

    original = problem.original()
    slopes = -original.loss.derivative(original.margins(w))[problem.forget]
    rows = original.signed_features[problem.forget] * slopes[:, None]
    weights = original.coefficients[problem.forget]
    if problem.normalisation == "sum":
        parts = weights[:, None] * rows
    else:
        # (n/n_R) of what the row has in L_D, by weight, with its share of the ridge
        scale = weights / (1.0 - problem.forget_fraction)
        parts = scale[:, None] * (rows - original.ridge_diagonal * w)
    try:
        root = np.linalg.cholesky(original.hessian(w))
    except np.linalg.LinAlgError:
        raise ValueError(
            "expected a positive definite Hessian of the original, got one that is singular"
        ) from None
    whitened: Array = solve_triangular(root, parts.T, lower=True)
    return whitened
