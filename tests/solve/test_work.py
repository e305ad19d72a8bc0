"""The passes of a solve, counted: by hand, and against the rows that were really read."""

from __future__ import annotations

import numpy as np
import pytest

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve import newton, passes, trust_region
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.solve.passes import HESSIAN


def objective(
    rng: np.random.Generator, n: int = 200, d: int = 5, signed: bool = False
) -> Objective:
    coefficients = np.full(n, 1.0 / n)
    if signed:
        coefficients[: n // 4] *= -1.0
    return Objective(rng.normal(size=(n, d)) + 0.3, coefficients, 0.1)


def test_a_solve_from_its_minimiser_is_one_pass(rng) -> None:
    target = objective(rng)
    solved = minimise(target)
    assert solved.passes > 2.0
    again = minimise(target, solved.w)
    assert again.iterations == 0 and again.passes == 1.0


@pytest.mark.parametrize("n", [200, 40_000])  # 40,000 x 5 entries: warmed up on subsamples
@pytest.mark.parametrize("signed", [False, True])
def test_every_row_that_is_read_is_counted(rng, monkeypatch, n, signed) -> None:
    """Margins and gradient: a row once; a Hessian: 1 + d/25 times; d^2 for eigenvalues."""
    read = [0.0]
    plain_gradient, plain_hessian = passes.evaluate, passes.hessian_at
    full_hessian, full_gradient = Objective.hessian, Objective.gradient

    def counted_gradient(part, w):
        read[0] += len(part.coefficients)
        return plain_gradient(part, w)

    def counted_hessian(part, *arguments):
        read[0] += len(part.coefficients) * (1.0 + 5 / HESSIAN)
        return plain_hessian(part, *arguments)

    def counted_plain(part, w):
        read[0] += len(part.coefficients)
        return full_gradient(part, w)

    def counted_full(part, w):
        read[0] += len(part.coefficients) * (1.0 + 5 / HESSIAN)
        return full_hessian(part, w)

    def counted_eigenvalues(matrix, plain=np.linalg.eigh):
        read[0] += len(matrix) ** 2
        return plain(matrix)

    monkeypatch.setattr(passes, "evaluate", counted_gradient)
    monkeypatch.setattr(passes, "hessian_at", counted_hessian)
    if signed:
        # the certificate reads a Hessian too, which is no part of the work
        monkeypatch.setattr("logreg_unlearn.solve.optimum.local_radius", lambda *_: 0.0)
        monkeypatch.setattr(np.linalg, "eigh", counted_eigenvalues)
        monkeypatch.setattr(Objective, "hessian", counted_full)
        monkeypatch.setattr(Objective, "gradient", counted_plain)
    solved = minimise(objective(rng, n, signed=signed))
    if signed:
        read[0] -= 2 * n  # so does what is said of the result
    assert not hasattr(newton, "evaluate") and not hasattr(trust_region, "evaluate")
    assert solved.passes == pytest.approx(read[0] / n, rel=1e-12)
    assert solved.passes >= 1 + solved.iterations if signed else solved.passes > 1.0


@pytest.mark.parametrize(("d", "count"), [(4, 3), (3, 8), (6, 2)])
def test_a_hessian_of_many_classes_is_counted_by_its_blocks(rng, d, count) -> None:
    """One that starts at its minimiser: a pass, a Hessian of K(K-1)/2 blocks, its eigenvalues."""
    n, p = 90, d * count
    coefficients = np.where(np.arange(n) < 9, -1.0, 1.0) / n
    target = SoftmaxObjective(
        rng.normal(size=(n, d)), rng.integers(0, count, n), count, coefficients, 0.5
    )
    there = minimise(target, minimise(target).w)
    assert there.converged and there.iterations == 0
    assert there.passes == pytest.approx(1.0 + 1.0 + (count - 1) * d / 8 + p * p / n)


def test_absent_rows_cost_nothing(rng) -> None:
    target = objective(rng)
    doubled = Objective(
        np.vstack([target.signed_features] * 2), np.r_[target.coefficients, np.zeros(200)], 0.1
    )
    assert minimise(doubled).passes == pytest.approx(minimise(target).passes)
