"""Removals by gradient steps: sensitivities against the truth, and the noisy chain's rate."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import mpmath as mp
import numpy as np
import pytest

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.testing import check_method
from logreg_unlearn.unlearn.removal import descent
from logreg_unlearn.unlearn.removal.descent import descent_to_delete, rewind_to_delete
from logreg_unlearn.unlearn.removal.langevin import (
    distance_after,
    noisy_descent,
    published_epsilon,
    renyi_epsilon,
    renyi_rate,
)
from logreg_unlearn.unlearn.removal.result import prior_sensitivity


def problem(rng, *, normalisation="mean", n=60, d=3, **options) -> UnlearningProblem:
    features = rng.normal(size=(n, d)) * rng.uniform(0.5, 3.0, d)
    labels = np.where(features[:, 0] + rng.normal(size=n) > 0, 1.0, -1.0)
    ridge = options.pop("ridge", 10 ** rng.uniform(-2, 0.5) * (n if normalisation == "sum" else 1))
    return UnlearningProblem(
        features, labels, np.arange(n) < rng.integers(1, n // 2), ridge=ridge,
        weights=rng.uniform(0.5, 2.0, n), normalisation=normalisation, **options,
    )  # fmt: skip


def test_conformance() -> None:
    check_method(lambda p, w: descent_to_delete(p, w).w)
    check_method(lambda p, w: descent_to_delete(p, w, 2000).w, reaches_oracle=True)
    check_method(lambda p, w: rewind_to_delete(p, w).w)
    check_method(lambda p, w: noisy_descent(p, w, noise=1e-6).w, random=True)


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_descent_to_delete_is_as_close_as_it_says(rng, normalisation) -> None:
    ratios = []
    for _ in range(40):
        p = problem(rng, normalisation=normalisation)
        w, oracle = minimise(p.original()), minimise(p.oracle())
        moved = w.w + 0.2 * rng.normal(size=3)
        error = np.linalg.norm(moved - w.w) + w.radius
        for start, far in ((w.w, w.radius), (moved, error)):
            for steps in (0, 1, 5):
                done = descent_to_delete(p, start, steps, error=far)
                distance = np.linalg.norm(done.w - oracle.w)
                assert distance <= done.sensitivity + oracle.radius
                # steps, and a Hessian's work for the curvature that sets their size
                found = 1 + 3 / 25
                assert done.passes == pytest.approx((steps + found) * np.mean(~p.forget))
                ratios.append(distance / done.sensitivity)
    assert max(ratios) > 0.2


def test_the_curvature_must_be_that_of_the_retained_rows(rng, monkeypatch) -> None:
    """By the curvature of the mean over all rows the retained data's steps do not contract."""
    features = np.where(np.arange(40)[:, None] < 38, 0.01, 10.0) * np.ones((40, 1))
    labels = np.where(np.arange(40) == 39, -1.0, 1.0)
    p = UnlearningProblem(features, labels, np.arange(40) < 38, ridge=0.01)
    w, oracle = minimise(p.original()).w, minimise(p.oracle()).w
    sound = descent_to_delete(p, w, 20)
    assert np.linalg.norm(sound.w - oracle) <= sound.sensitivity
    monkeypatch.setattr(
        descent, "curvature_range", lambda p, w: (p.ridge, p.original().curvature_bound((w,)))
    )
    wrong = descent_to_delete(p, w, 1000)
    assert np.linalg.norm(wrong.w - oracle) > wrong.sensitivity


def test_over_a_stream_errors_add_up_to_the_fixed_point(rng) -> None:
    p = problem(rng, ridge=0.3)
    w, error = minimise(p.original()).w, 0.0
    kept = np.arange(60)
    for k in range(8):
        now = UnlearningProblem(
            p.features[kept], p.labels[kept], np.arange(len(kept)) < 3, ridge=0.3
        )
        w = minimise(now.original()).w if k == 0 else w
        done = descent_to_delete(now, w, 3, error=error)
        w, error, kept = done.w, done.sensitivity, kept[3:]
        assert np.linalg.norm(w - minimise(now.oracle()).w) <= error + 1e-9
    low, high = descent.curvature_range(now, w)
    rate = ((high - low) / (high + low)) ** 3
    assert error < 2 * rate / (1 - rate) * prior_sensitivity(now)


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
@pytest.mark.parametrize("share", [0.7, 1.6])
def test_rewinding_against_training_without_the_rows(rng, normalisation, share) -> None:
    """The same start and step size; 1.6/L overshoots, and still contracts."""
    ratios = []
    for _ in range(30):
        p = problem(rng, normalisation=normalisation)
        _, high = descent.curvature_range(p, np.zeros(3))
        eta, start = share / high, rng.normal(size=3)
        trained, rewound = int(rng.integers(0, 30)), int(rng.integers(0, 10))
        checkpoint, again = start.copy(), start.copy()
        for _ in range(trained):
            checkpoint = checkpoint - eta * p.original().gradient(checkpoint)
        for _ in range(trained + rewound):
            again = again - eta * p.oracle().gradient(again)
        done = rewind_to_delete(p, checkpoint, rewound, trained=trained, step_size=eta)
        distance = np.linalg.norm(done.w - again)
        assert distance <= done.sensitivity * (1 + 1e-9) + 1e-13
        if trained > 0:
            ratios.append(distance / done.sensitivity)
        else:
            assert done.sensitivity == 0.0
    assert max(ratios) > 0.02


def test_what_has_no_bound_claims_none(rng) -> None:
    p = problem(rng)
    for other in (replace(p, loss="exponential"), replace(p, unpenalised=(0,))):
        assert descent_to_delete(other, np.zeros(3)).sensitivity == np.inf
        assert rewind_to_delete(other, np.zeros(3)).sensitivity == np.inf
        assert renyi_rate(other, 3, noise=1.0) == np.inf
        assert published_epsilon(other, 3, noise=1.0, delta=1e-5) == np.inf


@pytest.mark.parametrize("factor", [2.0, 2.5])
def test_steps_that_do_not_contract_have_no_bound(rng, factor) -> None:
    """At twice the inverse curvature and beyond, two models need not come closer."""
    p = problem(rng)
    _, high = descent.curvature_range(p, np.zeros(3))
    long = dict(step_size=factor / high, steps=3)
    assert rewind_to_delete(p, np.zeros(3), trained=9, **long).sensitivity == np.inf


def test_bad_numbers_are_refused(rng) -> None:
    p, w = problem(rng), np.zeros(3)
    for call, words in (
        (lambda: descent_to_delete(p, w, -1), "expected steps >= 0, got -1"),
        (lambda: descent_to_delete(p, w, error=-0.1), "expected an error >= 0, got -0.1"),
        (lambda: rewind_to_delete(p, w, trained=-1), "expected trained >= 0, got -1"),
        (lambda: rewind_to_delete(p, w, step_size=0.0), "expected a step size > 0, got 0.0"),
        (lambda: rewind_to_delete(p, w, 2000, step_size=1e3), "expected finite weights, got an ov"),
        (lambda: noisy_descent(p, w, noise=-1.0), "expected steps and noise >= 0, got 10 and -1.0"),
        (lambda: renyi_rate(p, -1, noise=1.0), "expected steps >= 0 and noise > 0, got -1 and 1.0"),
        (lambda: renyi_epsilon(1.0, 1.0), r"expected delta in \(0, 1\), got 1.0"),
        (lambda: published_epsilon(p, 1, noise=0.0, delta=0.1), "expected steps >= 0, noise > 0"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_chains_of_one_noise_stay_within_z(rng, normalisation) -> None:
    """Z bounds how far the two chains drift apart, whatever the noise."""
    p = problem(rng, normalisation=normalisation)
    swapped = replace(p, forget=~p.forget)
    low, high = descent.curvature_range(p, np.zeros(3))
    one = two = np.zeros(3)
    eta, z = 1.0 / high, distance_after(p)
    assert z == pytest.approx(prior_sensitivity(p))  # 1 - c is eta m at this step size
    assert np.linalg.norm(swapped.features - p.features) == 0
    for _ in range(400):
        shock = 0.1 * rng.normal(size=3)
        one = one - eta * p.original().gradient(one) + shock
        two = two - eta * p.oracle().gradient(two) + shock
        assert np.linalg.norm(one - two) <= z
    assert distance_after(p, 2.0, 5) == pytest.approx((1 - eta * low) ** 5 * 2.0 + z)


def test_the_rate_is_that_of_a_linear_chain(rng) -> None:
    """Means c^K Z apart and the chain's variance at rest: alpha (shift)^2 / (2 variance)."""
    p, sigma = problem(rng), 0.7
    low, high = descent.curvature_range(p, np.zeros(3))
    eta, c, z, variance = 1.0 / high, 1.0 - low / high, distance_after(p), 0.0
    for _ in range(100_000):
        variance = c * c * variance + 2.0 * eta * sigma**2
    for steps in range(6):
        expected = (c**steps * z) ** 2 / (2.0 * variance)
        assert renyi_rate(p, steps, noise=sigma) == pytest.approx(expected, rel=1e-9)


def test_the_step_size_is_that_of_the_training(rng) -> None:
    p, noise = problem(rng), 0.3
    low, high = descent.curvature_range(p, np.zeros(3))
    eta = 0.4 / high
    c, kept = 1.0 - eta * low, dict(noise=noise, step_size=eta)
    z = distance_after(p, step_size=eta)
    assert z == pytest.approx(prior_sensitivity(p))
    assert distance_after(p, 2.0, 5, step_size=eta) == pytest.approx(c**5 * 2.0 + z)
    expected = (c**3 * z) ** 2 * (1 - c * c) / (4 * eta * noise**2)
    assert renyi_rate(p, 3, **kept) == pytest.approx(expected)
    plain = noisy_descent(p, np.ones(3), 1, noise=0.0, step_size=eta).w
    assert np.allclose(plain, 1.0 - eta * p.oracle().gradient(np.ones(3)))
    assert np.isfinite(published_epsilon(p, 3, delta=1e-5, noise=noise, step_size=1.0 / high))
    assert published_epsilon(p, 3, delta=1e-5, noise=noise, step_size=1.1 / high) == np.inf
    assert np.isfinite(renyi_rate(p, 3, noise=noise, step_size=1.9 / high))
    assert renyi_rate(p, 3, noise=noise, step_size=2.0 / high) == np.inf
    with pytest.raises(ValueError, match=r"expected a step size > 0, got 0.0"):
        noisy_descent(p, np.zeros(3), noise=1.0, step_size=0.0)


def test_epsilon_is_the_best_over_all_orders() -> None:
    order = 1.0 + np.logspace(-3, 6, 200_000)
    for rho, delta in ((1e-3, 1e-5), (0.5, 0.1), (20.0, 1e-8)):
        best = np.min(order * rho + np.log(1.0 / delta) / (order - 1.0))
        assert renyi_epsilon(rho, delta) == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_the_published_epsilon_is_never_smaller(rng, normalisation) -> None:
    ratios = []
    for _ in range(40):
        p, steps = problem(rng, normalisation=normalisation), int(rng.integers(0, 50))
        noise = prior_sensitivity(p) * 10 ** rng.uniform(-2, 1)
        ours = renyi_epsilon(renyi_rate(p, steps, noise=noise), 1e-5)
        ratios.append(published_epsilon(p, steps, noise=noise, delta=1e-5) / ours)
    assert min(ratios) > 1.0 and np.median(ratios) < 100.0


def test_noise_has_the_size_it_says(rng) -> None:
    p = problem(rng)
    _, high = descent.curvature_range(p, np.zeros(3))
    plain = noisy_descent(p, np.zeros(3), 1, noise=0.0).w
    ends = [noisy_descent(p, np.zeros(3), 1, noise=0.3, seed=s).w - plain for s in range(400)]
    assert np.std(ends) == pytest.approx(np.sqrt(2.0 / high) * 0.3, rel=0.1)
    assert np.allclose(plain, -p.oracle().gradient(np.zeros(3)) / high)


def test_a_step_size_that_is_given_costs_nothing(rng) -> None:
    p = problem(rng)
    w, share = minimise(p.original()).w, np.mean(~p.forget)
    for remove in (rewind_to_delete, partial(noisy_descent, noise=0.1)):
        assert remove(p, w, 4, step_size=0.1).passes == pytest.approx(4 * share)
        assert remove(p, w, 4).passes == pytest.approx((4 + 1 + 3 / 25) * share)


def test_rounding_is_part_of_what_descent_promises(rng) -> None:
    # a strong ridge: in exact arithmetic next to nothing is left, but weights are rounded
    for _ in range(10):
        p = problem(rng, d=1, ridge=20.0)
        objective = p.oracle()
        pairs = list(zip(objective.coefficients, objective.signed_features[:, 0], strict=True))
        with mp.workdps(50):
            slope = [(mp.mpf(float(c)), mp.mpf(float(a))) for c, a in pairs]
            exact = mp.findroot(
                lambda v, slope=slope: 20 * v - sum(c * a / (1 + mp.exp(a * v)) for c, a in slope),
                0,
            )
        w = minimise(p.original())
        done = descent_to_delete(p, w.w, 30, error=w.radius)
        assert 0 < abs(mp.mpf(float(done.w[0])) - exact) <= done.sensitivity < 1e-12
