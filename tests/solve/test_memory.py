"""What a solve allocates beside the rows: no copy of them, with one Hessian or with many."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.optimum import minimise


@pytest.mark.parametrize(
    ("n", "d", "ridge", "signed"),
    [
        (40_000, 20, 1e-2, False),
        (40_000, 20, 1e-8, False),
        (20_000, 40, 1e-2, True),
        (5000, 250, 1e-4, False),
    ],
)
def test_half_the_rows_are_enough(rng, n: int, d: int, ridge: float, signed: bool) -> None:
    """Margins, slopes and their like are 3 or 4 columns; subsamples, an eighth of the rows."""
    rows = rng.standard_normal((n, d))
    rows *= np.where(rows[:, 0] + rng.standard_normal(n) > 0, 1.0, -1.0)[:, None]
    coefficients = np.full(n, 1.0 / n)
    if signed:
        coefficients[: n // 50] *= -1.0
    minimise(Objective(rows[:50], coefficients[:50], 1.0))  # what is loaded once
    tracemalloc.start()
    optimum = minimise(Objective(rows, coefficients, ridge))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert optimum.converged
    assert peak <= 0.5 * rows.nbytes
