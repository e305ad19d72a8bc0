"""Ascent methods: their steps by hand, minibatches, and conformance of every one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.problem.losses import LOGISTIC, Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.testing import check_method
from logreg_unlearn.unlearn.ascent import (
    METHODS,
    alternating,
    ascent_then_finetune,
    calibrated,
    get_method,
    gradient_ascent,
    neggrad_plus,
    simultaneous,
)
from logreg_unlearn.unlearn.driver import Status, run
from tests.strategies import problems, seeds

every_method = pytest.mark.parametrize("name", sorted(METHODS))


def example(forget: Array | None = None, **options: Any) -> UnlearningProblem:
    rng = np.random.default_rng(11)
    features = rng.standard_normal((40, 3))
    labels = np.where(features[:, 0] + 0.5 * rng.standard_normal(40) > 0, 1.0, -1.0)
    chosen = np.arange(40) < 10 if forget is None else forget
    arguments: dict[str, Any] = dict(ridge=0.1) | options
    return UnlearningProblem(features, labels, chosen, **arguments)


# --- conformance ------------------------------------------------------------------------------


@every_method
def test_conformance(name: str) -> None:
    method = get_method(name)
    assert method.name == name
    check_method(
        method,
        uses_retain=name != "ga",
        reaches_oracle=name in ("ascent-finetune", "calibrated"),
        random=name == "neggrad+minibatch",
    )


@every_method
@pytest.mark.parametrize("loss", ["logistic", "exponential"])
def test_all_options_of_a_problem(name: str, loss: str) -> None:
    """Offsets, weights, the sum convention and an unpenalised column reach every method."""
    rng = np.random.default_rng(3)
    options = dict(
        offset=0.5 * rng.standard_normal(40),
        weights=rng.uniform(0.2, 2.0, 40),
        unpenalised=(2,),
        normalisation="sum",
    )
    ends = {}
    start = np.array([0.3, -0.2, 0.5])
    for left_out in (None, *options):
        kept = {key: value for key, value in options.items() if key != left_out}
        problem = example(loss=loss, **kept)
        ends[left_out] = run(get_method(name), problem, start, steps=3, step_size=1e-3).w[-1]
    for left_out in options:
        without_ridge = name == "ga" and left_out == "unpenalised"
        assert np.array_equal(ends[None], ends[left_out]) == without_ridge


# --- steps by hand ----------------------------------------------------------------------------


@given(problem=problems(ridges=st.floats(0.05, 1.0)), seed=seeds, step_size=st.floats(1e-3, 0.2))
def test_first_steps(problem: UnlearningProblem, seed: int, step_size: float) -> None:
    w = 0.5 * np.random.default_rng(seed).standard_normal(problem.features.shape[1])
    ascent, plain_ascent = problem.forget_ascent(ridge=True), problem.forget_ascent()
    oracle, eta = problem.oracle(), step_size

    def step(objective: Any, at: Array) -> Array:
        return at - eta * objective.gradient(at)

    expected = {
        gradient_ascent(): step(plain_ascent, w),
        gradient_ascent(ridge=True): step(ascent, w),
        simultaneous(): step(problem.descent_ascent(), w),
        alternating(): step(oracle, step(ascent, w)),
        alternating(ascent_first=False): step(ascent, step(oracle, w)),
        alternating(ridge_in_ascent=False): step(oracle, step(plain_ascent, w)),
        alternating(False, False): step(plain_ascent, step(oracle, w)),
        neggrad_plus(0.8): step(problem.weighted(0.8, -0.2), w),
        calibrated(): w - eta * calibrated_gradient(problem, w),
    }
    for method, by_hand in expected.items():
        trajectory = run(method, problem, w, steps=1, step_size=eta)
        if trajectory.diverged:  # the exponential loss may leave at once
            assert np.linalg.norm(by_hand) > 1.0
            continue
        # one step of descent-ascent shrinks once, of the alternating methods twice
        size = 1.0 + np.linalg.norm(w) + np.linalg.norm(by_hand - w)
        assert np.allclose(trajectory.w[-1], by_hand, rtol=1e-11, atol=1e-12 * size), method.name


def calibrated_gradient(problem: UnlearningProblem, w: Array) -> Array:
    """Descent on all samples, ascent of weight f on F: gradients of the two, not of the oracle."""
    whole, forget = problem.original(), problem.forget_ascent()
    mean = problem.normalisation == "mean"
    weight = problem.forget_fraction if mean else 1.0
    unpaid = (problem.forget_fraction if mean else 0.0) * whole.ridge_diagonal * w
    return whole.gradient(w) + weight * forget.gradient(w) - unpaid


def test_alternating_orders_differ_to_second_order() -> None:
    problem, w = example(), np.array([0.5, -1.0, 0.2])
    gaps = []
    for eta in (1e-2, 1e-3):
        one, other = (
            run(alternating(first), problem, w, steps=1, step_size=eta).w[-1]
            for first in (True, False)
        )
        gaps.append(np.linalg.norm(one - other))
    assert gaps[0] > 1e-7
    assert gaps[0] / gaps[1] == pytest.approx(100.0, rel=0.05)


def test_alternating_continues_where_it_stopped() -> None:
    """Steps are pairs: pausing for records does not shift the cycle."""
    problem, eta = example(), 0.05
    for first in (True, False):
        w = np.zeros(3)
        halves = [problem.forget_ascent(True), problem.oracle()]
        for k in range(2 * 30):
            w = w - eta * halves[k % 2 if first else 1 - k % 2].gradient(w)
        trajectory = run(alternating(first), problem, np.zeros(3), steps=30, step_size=eta)
        assert np.allclose(trajectory.w[-1], w, rtol=1e-11)


def test_ascent_then_finetune() -> None:
    """A share of the steps up, the others down, to the oracle in the end."""
    problem, eta = example(), 0.1
    w = np.zeros(3)
    for k in range(40):
        objective = problem.forget_ascent() if k < 10 else problem.oracle()
        w = w - eta * objective.gradient(w)
    trajectory = run(ascent_then_finetune(0.25), problem, np.zeros(3), steps=40, step_size=eta)
    assert np.allclose(trajectory.w[-1], w, rtol=1e-11)
    assert np.argmax(trajectory.loss_forget) == np.flatnonzero(trajectory.steps == 10)[0]
    # where the phases meet, the norm is that of the phase that begins
    at = np.flatnonzero(trajectory.steps == 10)[0]
    slope = np.linalg.norm(problem.oracle().gradient(trajectory.w[at]))
    assert trajectory.gradient_norm[at] == pytest.approx(slope, rel=1e-9)
    long = run(ascent_then_finetune(0.1), problem, steps=5000)
    assert long.status is Status.CONVERGED
    assert long.distance[-1] < 1e-7


@given(problem=problems(losses=st.just(LOGISTIC), normalisations=("mean",)), share=st.floats(0, 1))
def test_neggrad_plus_spans_oracle_to_ascent(problem: UnlearningProblem, share: float) -> None:
    """alpha = 1 is retain descent, 0 is ascent, 1/2 is half of descent-ascent's data term."""
    w = np.full(problem.features.shape[1], 0.2)

    def gradient(alpha: float) -> Array:
        (phase,) = neggrad_plus(alpha).phases(problem, np.random.default_rng(0))
        (objective,) = phase.objectives
        return objective.gradient(w)

    assert np.allclose(gradient(1.0), problem.oracle().gradient(w))
    assert np.allclose(gradient(0.0), problem.forget_ascent(ridge=True).gradient(w))
    ridge = problem.oracle().ridge_diagonal * w
    assert np.allclose(2 * (gradient(0.5) - ridge), problem.descent_ascent().gradient(w) - ridge)
    mixed = share * gradient(1.0) + (1 - share) * gradient(0.0)
    assert np.allclose(gradient(share), mixed)


# --- minibatches ------------------------------------------------------------------------------


@given(
    problem=problems(ridges=st.floats(0.05, 1.0)),
    seed=seeds,
    batch_size=st.integers(1, 12),
    alpha=st.floats(0.05, 0.95),
)
def test_minibatches_average_to_the_objective(
    problem: UnlearningProblem, seed: int, batch_size: int, alpha: float
) -> None:
    """Over a cycle, whatever the sizes of R, F and the batch: value, gradient and ridge."""
    rng = np.random.default_rng(seed)
    (phase,) = neggrad_plus(alpha, batch_size).phases(problem, rng)
    whole, w = problem.weighted(alpha, alpha - 1.0), 0.3 * np.ones(problem.features.shape[1])
    mean = np.mean([batch.gradient(w) for batch in phase.objectives], axis=0)
    value = np.mean([batch.value(w) for batch in phase.objectives])
    scale = 1.0 + np.abs(whole.coefficients) @ np.exp(np.abs(whole.margins(w)))
    assert np.linalg.norm(mean - whole.gradient(w)) <= 1e-11 * scale
    assert abs(value - whole.value(w)) <= 1e-11 * scale


@given(seed=seeds, batch_size=st.integers(1, 40))
def test_minibatches_see_every_sample(seed: int, batch_size: int) -> None:
    problem = example()
    (phase,) = neggrad_plus(0.5, batch_size).phases(problem, np.random.default_rng(seed))
    batches = [batch for batch in phase.objectives if isinstance(batch, Objective)]
    assert len(batches) == len(phase.objectives)
    rows = np.vstack([batch.signed_features for batch in batches])
    assert len(np.unique(rows, axis=0)) == 40
    for batch in batches:
        assert np.any(batch.coefficients > 0)
        assert np.any(batch.coefficients < 0)
        assert np.sum(batch.coefficients > 0) <= 2 * batch_size


def test_minibatch_limit_is_near_the_full_one() -> None:
    """Small steps: the cycle's fixed point is within O(step size) of the full batch's limit."""
    problem = example(ridge=1.0)
    full = run(neggrad_plus(0.8), problem, steps=20_000)
    assert full.converged
    gaps = []
    for step_size in (0.02, 0.002):
        method = neggrad_plus(0.8, batch_size=5)
        end = run(method, problem, steps=60_000, step_size=step_size)
        assert not end.diverged
        gaps.append(np.linalg.norm(end.w[-1] - full.w[-1]))
    assert gaps[1] < 0.3 * gaps[0] < 0.03


def test_minibatches_are_cycled_in_order() -> None:
    """Step k takes batch k modulo the cycle: pausing for records does not start it anew."""
    problem, eta = example(), 0.05
    method = neggrad_plus(0.7, batch_size=4)
    (phase,) = method.phases(problem, np.random.default_rng(5))
    trajectory = run(method, problem, np.zeros(3), steps=60, step_size=eta, seed=5)
    batches, w, by_hand = phase.objectives, np.zeros(3), [np.zeros(3)]
    assert len(batches) > 2
    for k in range(60):
        w = w - eta * batches[k % len(batches)].gradient(w)
        by_hand.append(w)
    assert np.allclose(trajectory.w, np.array(by_hand)[trajectory.steps], rtol=1e-10)


def test_one_batch_is_the_full_batch() -> None:
    problem = example()
    full = run(neggrad_plus(0.6), problem, steps=50, step_size=0.1)
    single = run(neggrad_plus(0.6, batch_size=1000), problem, steps=50, step_size=0.1)
    assert np.allclose(full.w, single.w, rtol=1e-11)


# --- errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: neggrad_plus(-0.1), r"expected alpha in \[0, 1\], got -0.1"),
        (lambda: neggrad_plus(1.5), r"expected alpha in \[0, 1\], got 1.5"),
        (lambda: neggrad_plus(float("nan")), r"expected alpha in \[0, 1\], got nan"),
        (lambda: neggrad_plus(0.5, 0), "expected a batch size >= 1, got 0"),
        (lambda: ascent_then_finetune(0.0), r"expected an ascent share in \(0, 1\), got 0.0"),
        (lambda: ascent_then_finetune(1.0), r"expected an ascent share in \(0, 1\), got 1.0"),
        (lambda: get_method("scrubbing"), "expected a method among .*'neggrad.*, got 'scrubbing'"),
    ],
)
def test_bad_input(build: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        build()
    assert "\n" not in str(caught.value)


def test_ends_of_the_ranges_are_accepted() -> None:
    problem = example()
    for alpha in (0.0, 1.0):
        run(neggrad_plus(alpha, 1), problem, steps=3)
    tiny = run(ascent_then_finetune(1e-9), problem, steps=20)
    assert tiny.steps[-1] >= 20
