"""Problems of a known dependence between forgotten and retained rows; real ones in two forms."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem

from .._solving import real_problem

STEP = r"step size $\eta\lambda$"


@lru_cache
def correlated(correlation: float, ridge: float, seed: int = 0) -> UnlearningProblem:
    """Return 60 rows in 20 columns, 12 to forget, in the sum convention.

    Retained rows live in the first half of the columns, forgotten ones have this part of their
    length there and the rest in the other half.
    """
    rng = np.random.default_rng(seed)
    n, gone, half = 60, 12, 10
    rows = rng.standard_normal((n, 2 * half)) / np.sqrt(half)
    forget = np.arange(n) < gone
    rows[~forget, half:] = 0.0
    rows[forget, :half] *= correlation
    rows[forget, half:] *= np.sqrt(1.0 - correlation**2)
    rows[:, 0] += np.where(forget, correlation, 1.0)
    return UnlearningProblem(rows, np.ones(n), forget, ridge=ridge, normalisation="sum")


def real_sum(name: str, ridge: float) -> UnlearningProblem:
    """Return a real problem in the sum convention, its ridge per sample."""
    mean = real_problem(name)
    return UnlearningProblem(
        mean.features, mean.labels, mean.forget, ridge=ridge * len(mean.labels), normalisation="sum"
    )


def retained(problem: UnlearningProblem) -> Array:
    """Return the signed retained rows."""
    keep = ~problem.forget
    return problem.labels[keep, None] * problem.features[keep]
