"""Claims that ask nothing of the loss, on softmax problems of three classes and more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from logreg_unlearn.assess.bounds import Judgement, distance_bounds, judge
from logreg_unlearn.data.real import load
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import Optimum, minimise
from logreg_unlearn.theory import iterations as theory
from logreg_unlearn.theory.certificates import self_concordant_sandwich
from logreg_unlearn.unlearn.ascent import get_method, simultaneous
from logreg_unlearn.unlearn.driver import run
from logreg_unlearn.unlearn.removal import newton_removal
from tests.strategies import seeds


@st.composite
def problems(
    draw: Any,
    *,
    ridges: tuple[float, float] = (1e-3, 1e2),
    normalisation: str = "mean",
    free: bool = True,
) -> SoftmaxProblem:
    rng = np.random.default_rng(draw(seeds))
    n, d, count = int(rng.integers(6, 20)), int(rng.integers(1, 5)), int(rng.integers(3, 6))
    forget = np.arange(n) < rng.integers(1, n - 1)
    weights = rng.uniform(0.5, 2.0, n)
    weights[forget] *= np.exp(rng.uniform(-4.0, 2.0))
    x, y = rng.standard_normal((n, d)) * np.exp(rng.uniform(-1, 1)), rng.integers(0, count, n)
    unpenalised = ()
    if free and draw(st.booleans()) and len(np.unique(y[~forget])) == count:
        x, unpenalised = np.column_stack([x, np.ones(n)]), (d,)
    return SoftmaxProblem(
        x, y, forget,
        ridge=float(np.exp(rng.uniform(*np.log(ridges)))),
        weights=weights,
        normalisation=normalisation,
        unpenalised=unpenalised,
        label_values=range(count),
    )  # fmt: skip


def norm(v: Array) -> float:
    return float(np.linalg.norm(v))


def solve(objective: Any, start: Array | None = None) -> Optimum:
    found = minimise(objective, start, tolerance=1e-13)
    assume(found.radius < 1e-6 * (1 + norm(found.w)))
    return found


def forget_slope(problem: SoftmaxProblem, w: Array) -> Array:
    return problem.weighted(0.0, 1.0, ridge=False).gradient(w)


def points(problem: SoftmaxProblem, seed: int) -> Array:
    return np.random.default_rng(seed).standard_normal(problem.original().dimension)


@given(problem=problems(free=False))
def test_first_step_identity(problem: SoftmaxProblem) -> None:
    f, ridge = problem.forget_fraction, problem.ridge
    solved = solve(problem.original())
    w, oracle = solved.w, problem.oracle()
    noise = (solved.gradient_norm + 1e-12 * (1.0 + norm(w) * ridge)) / min(f, 1 - f)
    both = problem.weighted(1.0, -1.0, ridge=False)
    for ascend_ridge, objective in ((False, problem.descent_ascent()), (True, both)):
        predicted = theory.first_step_identity(
            oracle.gradient(w), w, ridge, f, ascend_ridge=ascend_ridge
        )
        assert norm(objective.gradient(w) - predicted) <= 10 * noise * (
            1 + float(problem.descent_ascent().gradient_scale())
        )


@given(problem=problems(normalisation="sum"))
def test_first_step_in_sums_is_twice_retain_descent(problem: SoftmaxProblem) -> None:
    solved = solve(problem.original())
    gap = problem.descent_ascent().gradient(solved.w) - 2.0 * problem.oracle().gradient(solved.w)
    scale = float(problem.descent_ascent().gradient_scale())
    assert norm(gap) <= solved.gradient_norm + 1e-13 * (scale + problem.ridge * norm(solved.w))


@given(problem=problems(ridges=(1e-2, 1e2)), place=st.floats(-1.0, 1.0))
def test_overshoot_path(problem: SoftmaxProblem, place: float) -> None:
    """Velocity against certified minimisers on both sides, wherever H is positive definite."""
    f, oracle = problem.forget_fraction, problem.oracle()
    forgotten = problem.features[problem.forget]
    room = problem.ridge / (0.5 * float(np.square(forgotten).sum(axis=1).max()))
    if problem.unpenalised:
        place = -abs(place)
    beta = place * min(0.5 * room, 10.0) if place > 0 else place * f / (1 - f)
    middle = solve(problem.path(beta))
    velocity = theory.path_velocity(
        problem.path(beta).hessian(middle.w), forget_slope(problem, middle.w)
    )
    h = 1e-4 * (room / (1 + room))
    low, high = (solve(problem.path(beta + side * h), middle.w) for side in (-1, 1))
    difference = (high.w - low.w) / (2 * h)
    slack = (low.radius + high.radius) / h
    assert norm(difference - velocity) <= 1e-4 * (1 + norm(velocity)) + slack
    w_r = solve(oracle).w
    expansion = theory.overshoot_path(oracle.hessian(w_r), forget_slope(problem, w_r), beta)
    assert expansion.excess_risk >= 0


@pytest.mark.parametrize("seed", range(3))
def test_overshoot_path_is_left_at_the_next_order(seed: int) -> None:
    """Errors fall like beta^2 and beta^3: halving beta divides them by 4 and by 8."""
    rng = np.random.default_rng(seed)
    problem = SoftmaxProblem(
        rng.standard_normal((60, 3)), rng.integers(0, 4, 60), np.arange(60) < 15, ridge=0.1
    )
    oracle = problem.oracle()
    w_r, errors = minimise(oracle, tolerance=1e-13).w, []
    for beta in (0.02, 0.01):
        w = minimise(problem.path(beta), w_r, tolerance=1e-13).w
        terms = theory.overshoot_path(oracle.hessian(w_r), forget_slope(problem, w_r), beta)
        excess = float(oracle.value(w) - oracle.value(w_r))
        errors.append((norm(w - w_r - terms.displacement), abs(excess - terms.excess_risk)))
    (far, far_risk), (near, near_risk) = errors
    assert far / near == pytest.approx(4.0, rel=0.1)
    assert far_risk / near_risk == pytest.approx(8.0, rel=0.2)


@given(problem=problems())
def test_path_monotonicity(problem: SoftmaxProblem) -> None:
    """The convex side, where the certified minimiser is the global one."""
    beta = np.linspace(-2.0, 0.0, 6)
    w = np.array([solve(problem.path(b)).w for b in beta])
    forget = problem.forget_loss(w)
    retain = np.array([float(problem.oracle().value(point)) for point in w])
    slack = theory.path_monotonicity(beta, forget, retain)
    assert np.all(slack >= -1e-12 * (1 + np.abs(retain).max() + np.abs(forget).max()))
    assert np.all(np.diff(forget) >= -1e-10)


@given(problem=problems(free=False))
def test_newton_step_is_scaled_ascent(problem: SoftmaxProblem) -> None:
    f, ridge = problem.forget_fraction, problem.ridge
    solved = solve(problem.original())
    hessian = problem.oracle().hessian(solved.w)
    ascent = theory.newton_step_is_scaled_ascent(
        solved.w, hessian, forget_slope(problem, solved.w), ridge, f
    )
    taken = newton_removal(problem, solved.w)
    noise = solved.gradient_norm + 1e-12 * norm(hessian) * (norm(solved.w) + norm(taken))
    assert norm(taken - ascent) <= noise / (1 - f) ** 2 / ridge


@given(problem=problems(ridges=(1e-3, 10.0)), seed=seeds, size=st.sampled_from([1e-6, 1e-2, 1.0]))
def test_the_oracle_is_between_the_bounds(problem: SoftmaxProblem, seed: int, size: float) -> None:
    oracle = solve(problem.oracle())
    w = oracle.w + size * points(problem, seed)
    bounds, distance = distance_bounds(problem, w), norm(w - oracle.w)
    assert bounds.lower <= distance + oracle.radius
    assert distance - oracle.radius <= bounds.upper


@given(problem=problems(), seed=seeds)
def test_self_concordant_sandwich_with_the_range_of_the_logits(
    problem: SoftmaxProblem, seed: int
) -> None:
    """The bounds without rounding: the norm of H, and the true range of the logits' change."""
    oracle = problem.oracle()
    truth = solve(oracle)
    delta = points(problem, seed)
    w = truth.w + delta
    hessian, retained = oracle.hessian(w), oracle.with_rows(~problem.forget)
    change = np.ptp(retained.logits(w) - retained.logits(truth.w), axis=0).max()
    step = np.linalg.solve(hessian, oracle.gradient(w))
    newton, distance = (float(np.sqrt(v @ hessian @ v)) for v in (step, delta))
    sandwich = self_concordant_sandwich(newton, change)
    slack = 1e-6 * (distance + newton)
    assert sandwich.lower - slack <= distance <= sandwich.upper + slack


@given(problem=problems(ridges=(1e-2, 10.0)))
def test_harm_certificate(problem: SoftmaxProblem) -> None:
    """A judgement without the oracle is never against the truth, and is often reached."""
    original, oracle = solve(problem.original()), solve(problem.oracle())
    before = norm(original.w - oracle.w)
    assume(before > 1e-6)
    ascended = run(simultaneous(), problem, original.w, steps=50, oracle=oracle).w[-1]
    for w in (ascended, oracle.w + 1e-3 * (original.w - oracle.w)):
        found, after = judge(problem, w, original.w), norm(w - oracle.w)
        if found is Judgement.HARM:
            assert after > before
        elif found is Judgement.HELP:
            assert after < before


def test_harm_and_help_are_certified() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((200, 4)), rng.integers(0, 3, 200)
    problem = SoftmaxProblem(x, y, np.arange(200) < 30, ridge=0.2)
    original, oracle = minimise(problem.original()), minimise(problem.oracle())
    away = run(simultaneous(), problem, original.w, steps=500, oracle=oracle)
    assert judge(problem, away.w[-1], original.w) is Judgement.HARM
    nearer = newton_removal(problem, original.w)
    assert judge(problem, nearer, original.w) is Judgement.HELP
    assert judge(problem, original.w, original.w) is Judgement.UNDECIDED


@pytest.mark.parametrize(
    "name",
    ["da", "ga", "alternating-ascent", "alternating-descent", "neggrad+", "neggrad+minibatch",
     "calibrated", "ascent-finetune", "scrub", "npo"],
)  # fmt: skip
def test_iterations_of_two_classes_are_those_of_the_binary_problem(name: str) -> None:
    """Half the ridge, twice the step: the weights of a class move by half of what w moves."""
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((60, 3)), rng.choice([-1.0, 1.0], 60)
    forget = np.arange(60) < 15
    binary = UnlearningProblem(x, y, forget, ridge=0.4)
    softmax = SoftmaxProblem(x, y, forget, ridge=0.8)
    start = minimise(binary.original()).w
    ours = run(
        get_method(name), softmax, np.concatenate([-0.5 * start, 0.5 * start]),
        steps=100, step_size=0.1, seed=4,
    )  # fmt: skip
    theirs = run(get_method(name), binary, start, steps=100, step_size=0.2, seed=4)
    rows = softmax.class_weights(ours.w)
    assert np.allclose(rows[:, 1] - rows[:, 0], theirs.w[: len(ours.w)], atol=1e-9)
    assert np.allclose(ours.loss_forget, theirs.loss_forget, atol=1e-9)
    assert np.allclose(np.sqrt(2.0) * ours.distance, theirs.distance, atol=1e-9)


@pytest.mark.parametrize("name", ["iris", "wine"])
@pytest.mark.parametrize("ridge", [0.1, 0.01])
def test_beyond_blocks_the_first_step_helps_and_the_end_harms(name: str, ridge: float) -> None:
    """Random rows, a part of a class, a class, mislabelled rows."""
    data, rng = load(name), np.random.default_rng(0)
    x, y, n = data.features, np.asarray(data.labels).astype(int), len(data.labels)
    some = rng.permutation(n) < n // 10
    cases = {
        "random": (some, y),
        "part": ((y == 1) & (np.cumsum(y == 1) <= np.sum(y == 1) // 3), y),
        "class": (y == 2, y),
        "mislabelled": (some, np.where(some, (y + 1) % 3, y)),
    }
    for forget, labels in cases.values():
        problem = SoftmaxProblem(x, labels, forget, ridge=ridge, label_values=range(3))
        original, oracle = minimise(problem.original()).w, minimise(problem.oracle())
        before = norm(original - oracle.w)
        drift = problem.descent_ascent().gradient(original)
        assert norm(original - 1e-2 * ridge * drift - oracle.w) < before
        end = run(simultaneous(), problem, original, steps=2000, oracle=oracle).w[-1]
        assert norm(end - oracle.w) > 10 * before
        assert norm(newton_removal(problem, original) - oracle.w) < 0.6 * before
