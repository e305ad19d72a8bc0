"""Bounds, distances, dependence and outcomes of softmax problems."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.assess.bounds import distance_bounds
from logreg_unlearn.assess.dependence import cross_influence, dependence, lift
from logreg_unlearn.assess.distance import distances_to_oracle, excess_risk
from logreg_unlearn.assess.limit import LimitKind, limit_of
from logreg_unlearn.assess.outcome import outcome_of
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.norms import euclidean
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import get_method, simultaneous
from logreg_unlearn.unlearn.driver import Phase, run
from tests.strategies import seeds


def draw(seed: int, n: int = 80, d: int = 3, count: int = 4, **options: Any) -> SoftmaxProblem:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, d))
    y = (x @ rng.standard_normal((d, count)) + rng.gumbel(size=(n, count))).argmax(axis=1)
    y[:count] = np.arange(count)
    forget = (rng.random(n) < 0.2) & (np.arange(n) >= count)
    forget[-1] = True
    return SoftmaxProblem(x, y, forget, **{"ridge": 0.2, **options})


def pair(seed: int) -> tuple[UnlearningProblem, SoftmaxProblem]:
    """A problem of two classes in both forms."""
    rng = np.random.default_rng(seed)
    x, y, forget = rng.standard_normal((50, 3)), rng.choice([-1.0, 1.0], 50), np.arange(50) < 9
    mass = rng.uniform(0.5, 3.0, 50)
    binary = UnlearningProblem(x, y, forget, ridge=0.2, weights=mass)
    return binary, SoftmaxProblem(x, y, forget, ridge=0.4, weights=mass)


def doubled(w: Array) -> Array:
    """The weights of both classes that have the difference w."""
    return np.concatenate([-0.5 * w, 0.5 * w], axis=-1)


@given(seed=seeds, size=st.sampled_from([1e-9, 1e-4, 1.0, 100.0]))
def test_two_classes_have_the_binary_distances(seed: int, size: float) -> None:
    binary, softmax = pair(seed)
    oracle = minimise(binary.oracle()).w
    w = oracle + size * np.random.default_rng(seed).standard_normal((2, 3))
    other = np.random.default_rng(seed + 1).standard_normal((4, 3))
    theirs = distances_to_oracle(binary, w, oracle, other=other)
    ours = distances_to_oracle(softmax, doubled(w), doubled(oracle), other=other)
    assert np.allclose(np.sqrt(2.0) * ours.parameters, theirs.parameters, rtol=1e-9, atol=0)
    for name in ("hessian_norm", "margins_retain", "margins_forget", "margins_other"):
        assert np.allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-6, atol=0), name
    risks = (excess_risk(p.oracle(), *at) for p, at in (
        (binary, (w, oracle)), (softmax, (doubled(w), doubled(oracle)))
    ))  # fmt: skip
    first, second = risks
    assert np.allclose(first, second, rtol=1e-6, atol=1e-15 * size)


def test_two_classes_have_the_binary_dependence() -> None:
    binary, softmax = pair(3)
    w = np.array([0.4, -0.2, 1.0])
    theirs, ours = dependence(binary, w), dependence(softmax, doubled(w))
    assert np.allclose(ours.lift, np.tile(theirs.lift, 2)) and np.array_equal(
        ours.lift, lift(softmax)
    )
    assert np.allclose(cross_influence(softmax, doubled(w)), cross_influence(binary, w))
    for name in ("cosine_gradients", "cosine_signed", "cross_influence_norm",
                 "cross_influence_overlap"):  # fmt: skip
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-9), name


def test_the_dependence_is_that_of_the_gradients() -> None:
    """The cross-influence against the matrix of all pairs, formed."""
    problem = draw(1, weights=np.linspace(1.0, 2.0, 80))
    w = minimise(problem.original()).w
    objective = problem.original()
    single = [
        objective.with_rows([i]).with_coefficients(np.ones(1), 0.0).gradient(w) for i in range(80)
    ]
    rows = np.sqrt(np.asarray(problem.weights))[:, None] * np.array(single)
    inverse = np.linalg.inv(objective.hessian(w))
    matrix = rows[~problem.forget] @ inverse @ rows[problem.forget].T
    found = dependence(problem, w)
    assert found.cross_influence_norm == pytest.approx(np.linalg.norm(matrix, ord=2))
    plain = matrix / np.sqrt(
        np.outer(*(problem.weights[s] for s in (~problem.forget, problem.forget)))
    )
    assert np.allclose(cross_influence(problem, w), plain)
    assert found.lift.shape == (12,)


def test_the_dependence_of_huge_features() -> None:
    """Gradients of 1e100 under the inverse of a ridge: their influence squared is no number."""
    plain = draw(1, offset=np.outer(np.ones(80), [800.0, 0.0, 0.0, 0.0]))  # no curvature
    large = replace(plain, features=1e100 * plain.features)
    small, huge = (dependence(problem, np.zeros(12)) for problem in (plain, large))
    assert huge.cross_influence_norm == pytest.approx(1e200 * small.cross_influence_norm)
    assert huge.cross_influence_overlap == pytest.approx(small.cross_influence_overlap)
    assert 0.1 < small.cross_influence_overlap <= 1.0


@pytest.mark.parametrize("size", [1e-9, 1e-3, 1.0, 30.0, 3e3])
def test_the_excess_risk_keeps_its_digits(size: float) -> None:
    problem = draw(2, n=20)
    objective, oracle = problem.oracle(), minimise(problem.oracle()).w
    w = oracle + size * np.random.default_rng(0).standard_normal(12)
    with mp.workdps(50):
        value = mp.mpf(0)
        for sign, point in ((1, w), (-1, oracle)):
            at = [mp.mpf(float(v)) for v in point]
            value += sign * mp.mpf(problem.ridge) / 2 * mp.fsum(a * a for a in at)
            for x, y, c in zip(
                objective.features, objective.classes, objective.coefficients, strict=True
            ):
                u = [mp.fsum(at[3 * k + j] * mp.mpf(x[j]) for j in range(3)) for k in range(4)]
                value += sign * mp.mpf(c) * (mp.log(mp.fsum(map(mp.exp, u))) - u[int(y)])
        assert float(excess_risk(objective, w, oracle)) == pytest.approx(float(value), rel=1e-9)
    assert excess_risk(objective, 1e300 * w, oracle) == np.inf


@pytest.mark.parametrize("ridge", [1.0, 1e-3])
@pytest.mark.parametrize("free", [(), (2,)])
def test_bounds_are_sharp_near_the_oracle(ridge: float, free: tuple[int, ...]) -> None:
    problem = draw(4, ridge=ridge, unpenalised=free)
    oracle = minimise(problem.oracle(), tolerance=1e-14)
    for size in (1e-6, 1e-4):
        w = oracle.w + size * np.random.default_rng(0).standard_normal(12)
        bounds, distance = distance_bounds(problem, w), np.linalg.norm(w - oracle.w)
        assert 0.8 * distance <= bounds.lower <= distance <= bounds.upper <= 1.25 * distance


@pytest.mark.parametrize("far", [1e2, 4e2, 6e2])
def test_bounds_of_a_step_whose_square_underflows(far: float) -> None:
    """Sure of its class by its offset: the minimiser is as near 0 as e^-far."""
    problem = SoftmaxProblem(
        np.ones((2, 1)), [1, 1], [False, True], ridge=1e-7, label_values=(0, 1, 2),
        offset=np.array([[0.0, far, 0.0]] * 2),
    )  # fmt: skip
    # the slopes there: e^-far away from each other class, twice that towards its own
    exact = np.array([-1.0, 2.0, -1.0]) * np.exp(-far) / problem.ridge
    bounds, distance = distance_bounds(problem, np.zeros(3)), float(euclidean(exact))
    assert 0.99 * distance <= bounds.lower <= 1.001 * distance
    assert 0.999 * distance <= bounds.upper <= 1.01 * distance


def test_bounds_of_a_step_whose_square_overflows() -> None:
    """Rows of 0 leave the ridge alone, whose minimiser is 0."""
    problem = SoftmaxProblem(np.zeros((4, 1)), [0, 1, 2, 0], np.arange(4) < 1, ridge=0.3)
    w = 1e300 * np.array([0.5, -0.3, -0.2])
    bounds, distance = distance_bounds(problem, w), float(euclidean(w))
    assert 0.99 * distance <= bounds.lower <= distance <= bounds.upper <= 1.01 * distance


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("da", LimitKind.POINT),
        ("ga", LimitKind.AWAY),
        ("alternating-ascent", LimitKind.POINT),
        ("ascent-finetune", LimitKind.POINT),
        ("calibrated", LimitKind.POINT),
        ("scrub", LimitKind.POINT),
        ("npo", LimitKind.POINT),
    ],
)
def test_the_limit_is_where_the_steps_end(name: str, kind: LimitKind) -> None:
    problem = draw(5, n=120, count=3)
    original, oracle = minimise(problem.original()), minimise(problem.oracle())
    found = outcome_of(
        problem, get_method(name), original, oracle, steps=2_000, seed=0, retraining=1.0
    )
    assert found.limit.kind is kind
    if found.limit.w is not None:
        longer = run(get_method(name), problem, original.w, steps=20_000, oracle=oracle)
        assert np.linalg.norm(longer.w[-1] - found.limit.w) <= 1e-6 + found.limit.radius
    assert found.retraining == (name in ("ascent-finetune", "calibrated"))


def test_a_strong_ridge_makes_descent_ascent_convex() -> None:
    problem = draw(6, ridge=20.0)
    original, oracle = minimise(problem.original()), minimise(problem.oracle())
    found = outcome_of(problem, simultaneous(), original, oracle, steps=5, seed=0, retraining=1.0)
    assert found.limit.kind is LimitKind.POINT and found.limit.w is not None
    gradient = problem.descent_ascent().gradient(found.limit.w)
    assert np.linalg.norm(gradient) <= 1e-8
    # from anywhere: a step that is far from the limit, where its surroundings say nothing
    far = run(simultaneous(), problem, np.full(12, 100.0), steps=1, oracle=oracle)
    assert limit_of(far, Phase((problem.descent_ascent(),)), 1).kind is LimitKind.POINT
