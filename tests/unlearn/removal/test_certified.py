"""Certified removal: the linear term, the residual's bounds, and the budget as published."""

from __future__ import annotations

import numpy as np
import pytest

from logreg_unlearn.data import real
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.testing import check_method
from logreg_unlearn.unlearn.removal import newton_removal
from logreg_unlearn.unlearn.removal.certified import (
    certified_removal,
    certified_requests,
    published_budget,
    published_residual_bound,
    residual_bound,
    train_perturbed,
    with_linear_term,
)


def problem(rng, *, n=60, d=4, forget=7, loss="logistic", ridge=0.1, **options):
    features = rng.normal(size=(n, d)) * rng.uniform(0.3, 3.0, (n, 1))
    labels = np.where(features[:, 0] + rng.normal(size=n) > 0, 1.0, -1.0)
    return UnlearningProblem(
        features, labels, np.arange(n) < forget, ridge=ridge, loss=loss,
        weights=rng.uniform(0.5, 2.0, n), **options,
    )  # fmt: skip


def test_conformance() -> None:
    def method(p, w):
        return certified_removal(p, *train_perturbed(p, 1e-7)).w

    check_method(method, random=True)
    check_method(lambda p, w: certified_removal(p, w, np.zeros_like(w)).w, reaches_oracle=True)


@pytest.mark.parametrize("offset", [False, True])
def test_the_linear_term_is_in_the_gradient(rng, offset) -> None:
    p = problem(rng, offset=rng.normal(size=60) if offset else None, unpenalised=(2,))
    objective = p.original()
    b = rng.normal(size=4) * [1, 1, 0, 1]
    moved, shift = with_linear_term(objective, b)
    for _ in range(3):
        w = rng.normal(size=4)
        assert np.allclose(moved.gradient(w + shift), objective.gradient(w) + b, rtol=1e-12)
        assert np.allclose(moved.hessian(w + shift), objective.hessian(w), rtol=1e-12)
    with pytest.raises(ValueError, match="expected a linear term on penalised columns"):
        with_linear_term(objective, np.ones(4))


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_it_is_the_newton_step_of_the_perturbed_oracle(rng, normalisation) -> None:
    p = problem(rng, normalisation=normalisation, ridge=0.3)
    w, b = train_perturbed(p, 0.2, seed=3)
    assert np.allclose(p.original().gradient(w) + b, 0.0, atol=1e-9)
    assert np.std(np.concatenate([train_perturbed(p, 0.2, s)[1] for s in range(200)])) == (
        pytest.approx(0.2, rel=0.1)
    )
    kept = p.weights[~p.forget].sum() / p.weights.sum() if normalisation == "mean" else 1.0
    oracle = p.oracle()
    step = np.linalg.solve(oracle.hessian(w), oracle.gradient(w) + b / kept)
    done = certified_removal(p, w, b)
    assert np.allclose(done.w, w - step, rtol=1e-10)
    # the same term, scaled as the rows are: sums of losses differ by the forgotten rows alone
    truth, shift = with_linear_term(oracle.with_rows(~p.forget), b / kept)
    best = minimise(truth)
    distance = np.linalg.norm(done.w - (best.w - shift))
    assert 1e-8 < distance <= done.sensitivity + best.radius
    assert done.passes == pytest.approx(53 / 60 * (1 + 1 + (1 + 4 / 25)))


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_requests_until_the_budget_is_spent(rng, normalisation) -> None:
    """The residual is the gradient of the losses left plus the one b, in the units of b."""
    p = problem(rng, normalisation=normalisation, ridge=0.3 if normalisation == "mean" else 9.0)
    w, b = train_perturbed(p, 0.01 if normalisation == "mean" else 0.3)
    requests = [np.arange(60) // 4 == k for k in range(5)]
    done = certified_requests(p, w, b, requests, budget=np.inf)
    spent: list[float] = []
    total = p.weights.sum() if normalisation == "mean" else 1.0
    for k, removal in enumerate(done):
        kept = np.arange(60) >= 4 * (k + 1)
        a = (p.labels[:, None] * p.features)[kept]
        slopes = p.weights[kept] * p.loss.derivative(a @ removal.w)
        mass = p.weights[kept].sum() if normalisation == "mean" else 1.0
        residual = np.linalg.norm((slopes @ a + mass * p.ridge * removal.w) / total + b)
        spent.append(spent[-1] + residual if spent else residual)
        hessian = 1 + 4 / 25
        assert removal.passes == pytest.approx((56 - 4 * k) / 60 * (2 + hessian))
    assert len(done) == 5 and spent[0] > 1e-8
    fewer = certified_requests(p, w, b, requests, budget=1.001 * spent[2])
    assert len(fewer) == 3 and np.array_equal(fewer[-1].w, done[2].w)
    assert len(certified_requests(p, w, b, requests, budget=0.999 * spent[2])) == 2


@pytest.mark.parametrize("loss", ["logistic", "exponential"])
@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_the_residual_is_within_its_bounds(rng, loss, normalisation) -> None:
    ratios = []
    for _ in range(60):
        forget, ridge = int(rng.integers(1, 30)), 10 ** rng.uniform(-2, 1)
        p = problem(rng, forget=forget, ridge=ridge, loss=loss, normalisation=normalisation)
        w = minimise(p.original()).w
        end = newton_removal(p, w)
        residual = np.linalg.norm(p.oracle().gradient(end))
        bound = residual_bound(p, w, end - w)
        assert residual <= bound * (1 + 1e-9) + 1e-12
        ratios.append(residual / bound)
        if loss == "logistic":
            assert bound <= published_residual_bound(p, end - w)
    assert max(ratios) > 0.2


def test_digits_show_the_slack_of_the_published_constant() -> None:
    """60 rows of digits_3v8, ridge .1: published .21, this .0019, the truth .00056 (medians)."""
    pytest.importorskip("sklearn")
    data = real.load("digits_3v8", intercept=False)
    n = len(data.labels)
    forget = np.zeros(n, dtype=bool)
    forget[np.random.default_rng(0).permutation(n)[:60]] = True
    p = UnlearningProblem(data.features, data.labels, forget, ridge=0.1)
    w = minimise(p.original()).w
    end = newton_removal(p, w)
    truth = np.linalg.norm(p.oracle().gradient(end))
    sharp, published = residual_bound(p, w, end - w), published_residual_bound(p, end - w)
    assert truth < sharp < published / 10, (truth, sharp, published)


def test_the_budget_as_published() -> None:
    """beta = sigma epsilon / c at delta = 1.5 exp(-c^2/2)."""
    c = 3.0
    budget = published_budget(2.0, 0.5, 1.5 * np.exp(-c * c / 2))
    assert budget == pytest.approx(2.0 * 0.5 / c)
    with pytest.raises(ValueError, match="expected sigma and epsilon > 0"):
        published_budget(0.0, 1.0, 0.1)
    with pytest.raises(ValueError, match="expected sigma >= 0, got -1"):
        train_perturbed(problem(np.random.default_rng(0)), -1.0)
