"""Many optima of one data set: each as certified, and where, as on its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve import many
from logreg_unlearn.solve.many import minimise_many
from logreg_unlearn.solve.optimum import Optimum, minimise
from tests.strategies import losses, seeds


def data(seed: int, n: int, d: int, **options: Any) -> UnlearningProblem:
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((n, d))
    labels = np.where(features @ rng.standard_normal(d) + rng.standard_normal(n) > 0, 1.0, -1.0)
    forget = np.arange(n) < 1
    return UnlearningProblem(features, labels, forget, **(dict(ridge=0.05) | options))


def oracles(problem: UnlearningProblem, count: int, share: float = 0.1) -> list[Objective]:
    rng, n = np.random.default_rng(1), len(problem.forget)
    size = max(1, round(share * n))
    return [problem.forgetting(rng.permutation(n) < size).oracle() for _ in range(count)]


def check_certified(objective: Objective, found: Optimum) -> None:
    """The point is where a run of its own ends, within the certificates of both."""
    alone = minimise(objective, tolerance=1e-13)
    assert found.status is minimise(objective).status
    assert np.linalg.norm(found.w - alone.w) <= found.radius + alone.radius
    assert found.radius <= 1e-8 * (1.0 + np.linalg.norm(found.w)) or not found.converged
    norm = float(np.linalg.norm(objective.gradient(found.w)))
    assert found.gradient_norm == pytest.approx(norm, rel=1e-3, abs=1e-15)
    assert found.value == pytest.approx(float(objective.value(found.w)), rel=1e-12)
    assert found.gradient_norm <= 1e-10 * (1.0 + float(objective.gradient_scale()))


@given(seed=seeds, loss=losses, share=st.sampled_from([0.01, 0.1, 0.4]), offset=st.booleans())
def test_each_is_certified_where_it_ends_alone(seed, loss, share, offset) -> None:
    n = 40
    shift = np.random.default_rng(seed).uniform(-1.0, 1.0, n) if offset else None
    problem = data(seed, n, 3, loss=loss, offset=shift, weights=np.linspace(0.5, 2.0, n))
    objectives = oracles(problem, 6, share)
    assert many._together(objectives)
    for given_start in (minimise(problem.original()).w, None):
        for objective, found in zip(
            objectives, minimise_many(objectives, given_start), strict=True
        ):
            check_certified(objective, found)


def test_a_common_factor_is_enough_as_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = data(0, 300, 5)
    start = minimise(problem.original()).w
    objectives = oracles(problem, 20)
    monkeypatch.setattr(many, "minimise", None)  # nobody is left to it
    found = minimise_many(objectives, start)
    assert all(each.converged for each in found)
    assert all(0 < each.iterations <= 15 and each.passes < 20.0 for each in found)


def test_chunks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = data(0, 300, 5)
    objectives = oracles(problem, 20)
    whole = minimise_many(objectives)
    monkeypatch.setattr(many, "CHUNK", 100)
    monkeypatch.setattr(many, "row_chunks", lambda shape: [slice(0, 170), slice(170, 300)])
    for one, other in zip(whole, minimise_many(objectives), strict=True):
        np.testing.assert_allclose(one.w, other.w, rtol=0.0, atol=1e-9)
        assert other.converged


def test_a_far_minimiser_is_left_to_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    # a start with flat tails: the factor there is far from the Hessians at the minimisers
    problem = data(3, 60, 3, ridge=0.02)
    objectives, left = oracles(problem, 5), []

    def watched(*arguments: Any, **options: Any) -> Optimum:
        left.append(minimise(*arguments, **options))
        return left[-1]

    monkeypatch.setattr(many, "minimise", watched)
    found = minimise_many(objectives, np.full(3, 60.0))
    for objective, each in zip(objectives, found, strict=True):
        check_certified(objective, each)
    assert len(left) == 5
    for each, more in zip(found, left, strict=True):
        assert many._PATIENCE <= each.iterations - more.iterations <= 20
        assert each.passes - more.passes > many._PATIENCE


def test_an_exponential_that_overflows_at_the_start() -> None:
    problem = data(3, 60, 3, ridge=0.02, loss="exponential")
    objectives = oracles(problem, 5)
    for objective, found in zip(
        objectives, minimise_many(objectives, np.full(3, -1e4)), strict=True
    ):
        check_certified(objective, found)


@pytest.mark.parametrize(
    "make",
    [
        lambda: oracles(data(0, 40, 3), 3),  # few
        lambda: oracles(data(0, 20, 30), 6),  # wide
        lambda: oracles(data(0, 40, 3, ridge=1e-9), 6),  # rounding beside the ridge
        lambda: oracles(data(0, 40, 3, unpenalised=(2,)), 6),
        lambda: [data(k, 40, 3).oracle() for k in range(6)],  # data of their own
        lambda: [data(0, 40, 3).path(b) for b in (0.0, 0.1, 0.2, 0.3, 0.4)],
        lambda: [o.with_coefficients(o.coefficients, 0.1 * (k + 1)) for k, o in
                 enumerate(oracles(data(0, 40, 3), 5))],
    ],
)  # fmt: skip
def test_what_does_not_go_together_goes_one_by_one(make) -> None:
    objectives = make()
    found = minimise_many(objectives)
    start = found[0].w
    assert np.array_equal(start, minimise(objectives[0]).w)
    for objective, each in zip(objectives[1:], found[1:], strict=True):
        assert np.array_equal(each.w, minimise(objective, start).w)


def test_budget_and_nothing_at_all() -> None:
    problem = data(0, 40, 3)
    objectives = oracles(problem, 6)
    assert minimise_many([]) == []
    start = np.zeros(3)
    for each in minimise_many(objectives, start, max_iterations=0):
        assert each.status is minimise(objectives[0], start, max_iterations=0).status


@pytest.mark.parametrize(
    ("start", "message"),
    [(np.zeros(2), r"start of shape \(3,\), got \(2,\)"), (np.full(3, np.nan), "finite start")],
)
def test_bad_starts(start: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        minimise_many(oracles(data(0, 40, 3), 6), start)
