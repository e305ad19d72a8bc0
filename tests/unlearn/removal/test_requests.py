"""Rescaled influence, retraining, and streams of requests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.testing import check_method
from logreg_unlearn.unlearn.driver import run
from logreg_unlearn.unlearn.removal import REMOVALS, newton_removal
from logreg_unlearn.unlearn.removal.influence import influence_step, rescaled_influence
from logreg_unlearn.unlearn.removal.newton import newton_steps
from logreg_unlearn.unlearn.removal.requests import remaining, stream
from logreg_unlearn.unlearn.removal.result import certificate, gradient_gap, prior_sensitivity
from logreg_unlearn.unlearn.removal.retraining import finetune, retrain


def problem(rng, *, n=80, d=4, forget=9, ridge=0.05, **options) -> UnlearningProblem:
    features = rng.normal(size=(n, d))
    labels = np.where(features[:, 0] + rng.normal(size=n) > 0, 1.0, -1.0)
    return UnlearningProblem(features, labels, np.arange(n) < forget, ridge=ridge, **options)


def dressed(rng, normalisation, **options) -> UnlearningProblem:
    extras = dict(weights=rng.uniform(0.5, 2.0, 80), offset=rng.normal(size=80))
    return problem(rng, normalisation=normalisation, **extras, **options)


def test_conformance() -> None:
    check_method(lambda p, w: rescaled_influence(p, w).w)
    check_method(lambda p, w: retrain(p, w).w, reaches_oracle=True)
    check_method(finetune(), reaches_oracle=True)


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
@pytest.mark.parametrize("loss", ["logistic", "exponential"])
def test_of_one_row_the_rescaled_influence_is_the_newton_step(rng, normalisation, loss) -> None:
    p = dressed(rng, normalisation, loss=loss, forget=1)
    # anywhere, not only at the original
    for w in (minimise(p.original()).w, 0.3 * rng.normal(size=4)):
        step = newton_removal(p, w)
        assert np.allclose(rescaled_influence(p, w).w, step, rtol=1e-9, atol=1e-11)
        assert np.linalg.norm(influence_step(p, w).w - step) > 1e-5 * np.linalg.norm(step - w)


def test_of_a_set_each_row_has_its_own_leverage(rng) -> None:
    """Sum convention, by hand: sum over F of the influence of a row over 1 - h."""
    p = problem(rng, normalisation="sum")
    w = minimise(p.original()).w
    inverse, expected = np.linalg.inv(p.original().hessian(w)), w.copy()
    for i in np.flatnonzero(p.forget):
        a = p.labels[i] * p.features[i]
        h = p.loss.curvature(a @ w) * a @ inverse @ a
        expected += p.loss.derivative(a @ w) * inverse @ a / (1.0 - h)
    assert np.allclose(rescaled_influence(p, w).w, expected, rtol=1e-9)


def test_a_row_with_all_the_leverage_is_refused(rng) -> None:
    features = rng.normal(size=(20, 2))
    features[1:, 1] = 0.0
    labels = np.where(np.arange(20) % 2 == 0, 1.0, -1.0)
    p = UnlearningProblem(features, labels, np.arange(20) < 1, ridge=0.1, unpenalised=(1,))
    with pytest.raises(ValueError, match="expected leverages below 1"):
        rescaled_influence(p, np.zeros(2))


def test_retraining_costs_one_retraining_and_finetuning_its_steps(rng) -> None:
    p = problem(rng)
    w = minimise(p.original()).w
    oracle, again = minimise(p.oracle(), w), retrain(p, w)
    assert again.passes == pytest.approx(oracle.passes * 71 / 80)
    assert np.array_equal(again.w, oracle.w) and again.sensitivity == oracle.radius
    assert run(finetune(), p, w, steps=7).passes == pytest.approx(7 * 71 / 80)
    separable = UnlearningProblem(
        np.array([[1.0], [2.0], [-1.0]]), np.array([1.0, 1.0, 1.0]), np.arange(3) == 2,
        ridge=0.1, unpenalised=(0,),
    )  # fmt: skip
    with pytest.raises(ValueError, match="expected a solvable oracle"):
        retrain(separable, np.zeros(1))


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_distances_are_within_both_certificates(rng, normalisation) -> None:
    for _ in range(10):
        p = dressed(rng, normalisation, ridge=rng.uniform(0.01, 1.0))
        w, oracle = minimise(p.original()), minimise(p.oracle())
        distance = np.linalg.norm(w.w - oracle.w)
        slack = w.radius + oracle.radius
        assert distance <= certificate(p, w.w) + slack
        assert certificate(p, w.w) <= prior_sensitivity(p) * (1 + 1e-9) + slack
        unlearned = newton_steps(p, w.w).w
        assert np.linalg.norm(unlearned - oracle.w) <= certificate(p, unlearned) + oracle.radius
        assert certificate(p, unlearned) < 0.5 * certificate(p, w.w)


def test_the_prior_bound_is_attained_by_one_far_row(rng) -> None:
    """Sum convention: a row that the model gets all wrong has the slope 1."""
    p = UnlearningProblem(
        np.array([[0.0], [50.0]]), np.array([1.0, -1.0]), np.array([False, True]),
        ridge=1.0, normalisation="sum", offset=np.array([0.0, 1e4]),
    )  # fmt: skip
    gap = np.linalg.norm(minimise(p.original()).w - minimise(p.oracle()).w)
    assert gap == pytest.approx(prior_sensitivity(p), rel=1e-9)
    assert prior_sensitivity(replace(p, loss="exponential")) == np.inf
    assert prior_sensitivity(replace(p, unpenalised=(0,))) == np.inf


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_the_gap_of_the_gradients_is_attained(rng, normalisation) -> None:
    """Either row all wrong, and in the mean convention both pull apart."""
    p = UnlearningProblem(
        np.array([[30.0], [50.0]]), np.array([1.0, -1.0]), np.array([False, True]),
        ridge=1.0, normalisation=normalisation, offset=np.array([-1e4, 1e4]),
    )  # fmt: skip
    gap = np.linalg.norm(p.oracle().gradient(np.zeros(1)) - p.original().gradient(np.zeros(1)))
    assert gap == pytest.approx(gradient_gap(p)) == (40.0 if normalisation == "mean" else 50.0)


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_newton_corrects_over_a_stream_what_influence_piles_up(rng, normalisation) -> None:
    ridge = 0.1 if normalisation == "mean" else 20.0
    p = dressed(rng, normalisation, ridge=ridge)
    requests = [np.arange(80) // 6 == k for k in range(6)]
    w, oracle = minimise(p.original()).w, None
    done = stream(p, w, requests, newton_steps)
    errors, drift = [], []
    for k, removal in enumerate(done):
        oracle = minimise(replace(p, forget=np.logical_or.reduce(requests[: k + 1])).oracle())
        errors.append(np.linalg.norm(removal.w - oracle.w))
        drift.append(np.linalg.norm(w - oracle.w))
        assert errors[-1] <= removal.sensitivity + oracle.radius
        left = (74 - 6 * k) / 80
        # gradient and Hessian on what is left, and the gradient of the certificate
        assert removal.passes == pytest.approx(left * (1 + 1 + 4 / 25) + left)
    assert max(errors) < 0.03 * drift[-1]
    last = stream(p, w, requests, influence_step)[-1]
    assert np.linalg.norm(last.w - oracle.w) > 3 * errors[-1]


def test_a_row_leaves_once(rng) -> None:
    p = problem(rng)
    first, second = np.arange(80) < 3, (np.arange(80) >= 2) & (np.arange(80) < 5)
    with pytest.raises(ValueError, match="still there, got row 2, which is gone"):
        stream(p, np.zeros(4), [first, second], newton_steps)
    assert stream(p, np.zeros(4), [], newton_steps) == ()
    left = remaining(p, first, second & ~first)
    assert len(left.labels) == 77 and left.forget.sum() == 2


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_every_removal_by_name_says_who_it_is_and_what_it_costs(rng, normalisation) -> None:
    p = dressed(rng, normalisation, ridge=0.1 if normalisation == "mean" else 8.0)
    w, oracle = minimise(p.original()).w, minimise(p.oracle())
    for name, remove in REMOVALS.items():
        done = remove(p, w)
        assert done.method == name and f"{name}, " in repr(done)
        distance = np.linalg.norm(done.w - oracle.w)
        assert distance < 0.3 * np.linalg.norm(w - oracle.w), name
        assert distance <= min(done.sensitivity, certificate(p, done.w)) + oracle.radius, name
        assert 1.0 < done.passes < 30.0
