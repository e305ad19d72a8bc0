"""In how many directions a deletion moves the model: its spectrum, before anything is run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logreg_unlearn.assess.triangle import blocks, joined
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.problem.samples import contrasts, ridge_gradient, samples_of


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


def deletion_spectrum(problem: AnyProblem, w: Array) -> DeletionSpectrum:
    """Return the spectrum of a deletion from the original ``w``; one Hessian.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    w : ndarray (d,), of K classes (K*d,)

    Raises
    ------
    ValueError
        If the original's Hessian is singular.
    """
    rows: Array = np.zeros((0, len(w)))
    step: Array = np.zeros(len(w))  # of the whole forget set at once
    for part in whitened_parts(problem, w):
        rows, step = joined(rows, part) if len(rows) else part, step + part.sum(axis=0)
    _, values, directions = np.linalg.svd(rows, full_matrices=False)
    # of K classes what all logits share is moved by no row
    count = min(len(values), contrasts(problem.original()) * problem.features.shape[1])
    moved = np.square(directions[:count] @ step)
    total = moved.sum()
    shares = moved / total if total > 0 else np.zeros_like(moved)
    return DeletionSpectrum(values[:count], shares)


def whitened_parts(problem: AnyProblem, w: Array) -> Iterator[Array]:
    """Yield each forgotten row's part of the step, some rows (m, p) at a time.

    Lengths are in the Hessian's norm.  A part is ``L^-1`` times the change that the row's deletion
    makes in the gradient, ``H = L L'``: minus the gradient of its loss (``psi_i a_i`` of two
    classes) by weight in the sum convention; in the mean convention less its part of the ridge's.

    Raises
    ------
    ValueError
        As `deletion_spectrum`.
    """
    from scipy.linalg import solve_triangular

    original = problem.original()
    forgotten = original.with_rows(problem.forget)
    samples, scale, ridge = samples_of(forgotten, w), forgotten.coefficients, np.zeros(len(w))
    if problem.normalisation == "mean":
        # (n/n_R) of what the row has in L_D, by weight, with its share of the ridge
        scale, ridge = scale / (1.0 - problem.forget_fraction), ridge_gradient(original, w)
    try:
        root = np.linalg.cholesky(original.hessian(w))
    except np.linalg.LinAlgError:
        raise ValueError(
            "expected a positive definite Hessian of the original, got one that is singular"
        ) from None
    for block in blocks(len(scale), len(w)):
        parts = -scale[block, None] * (samples.gradients(block) + ridge)
        yield solve_triangular(root, parts.T, lower=True).T
