"""What several figures compute: the three minimisers of a problem, and problems on real data."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from logreg_unlearn.data import DataSet, real
from logreg_unlearn.data.forget_sets import forget_set
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.sweep.case import fit_original

RIDGE = 0.1
"""Of the problems on real data, where a figure does not vary it."""


def problem_of(data: DataSet, ridge: float, loss: str = "logistic") -> UnlearningProblem:
    """Return the problem of a data set that comes with its forget set."""
    assert data.forget is not None
    return UnlearningProblem(
        data.features, data.labels, data.forget, ridge=ridge, loss=loss, weights=data.weights
    )


@lru_cache
def real_problem(
    name: str, kind: str = "random", ridge: float = RIDGE, loss: str = "logistic"
) -> UnlearningProblem:
    """Return a real problem whose forget set holds a tenth of the rows."""
    data = real.load(name)
    model = fit_original(data, ridge, loss)
    mask = forget_set(kind, data.features, data.labels, fraction=0.1, seed=0, model=model)
    return UnlearningProblem(data.features, data.labels, mask, ridge=ridge, loss=loss)


def minima(problem: UnlearningProblem) -> tuple[Array, Array, Array]:
    """Return oracle, original and descent-ascent's minimum; NaN where the solver finds none."""
    oracle, original = minimise(problem.oracle()).w, minimise(problem.original()).w
    # rows that are both retained and forgotten cancel before their rounding can
    unlearned = minimise(problem.descent_ascent().collapse(), original)
    return oracle, original, unlearned.w if unlearned.converged else np.full_like(oracle, np.nan)


def ratio(oracle: Array, original: Array, unlearned: Array) -> float:
    """Return the distance to the oracle over the original's."""
    return float(np.linalg.norm(unlearned - oracle) / np.linalg.norm(original - oracle))
