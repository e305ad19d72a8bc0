"""First step, path in the ascent weight, alternating steps and strong ridge: every witness."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC, Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import Optimum, minimise
from logreg_unlearn.theory import iterations as theory
from logreg_unlearn.unlearn.ascent import alternating, simultaneous
from logreg_unlearn.unlearn.driver import Status, run
from tests.strategies import reaches

LOSSES = ("logistic", "exponential")
UNIT = np.finfo(np.float64).eps


def log_uniform(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(np.log(low), np.log(high)).map(lambda x: float(np.exp(x)))


@st.composite
def problems(
    draw: Any,
    *,
    losses: tuple[str, ...] = LOSSES,
    ridges: tuple[float, float] = (1e-8, 1e3),
    normalisation: str = "mean",
) -> UnlearningProblem:
    """Gaussian features of any scale; sample weights carry forget fractions down to 1e-4."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d = draw(st.integers(2, 20)), draw(st.integers(1, 5))
    forget = np.zeros(n, dtype=bool)
    forget[: draw(st.integers(1, n - 1))] = True
    weights = rng.uniform(0.5, 2.0, n)
    weights[forget] *= draw(log_uniform(1e-3, 1e3))
    return UnlearningProblem(
        rng.standard_normal((n, d)) * draw(log_uniform(0.1, 2.0)),
        rng.choice([-1.0, 1.0], n),
        forget,
        ridge=draw(log_uniform(*ridges)),
        loss=draw(st.sampled_from(losses)),
        weights=weights,
        normalisation=normalisation,
    )


def points(problem: UnlearningProblem, seed: int, scale: float = 1.0) -> Array:
    w = np.random.default_rng(seed).standard_normal(problem.features.shape[1])
    return np.asarray(scale * w)


def mass_of(problem: UnlearningProblem) -> Array:
    n = len(problem.labels)
    return np.ones(n) if problem.weights is None else problem.weights


def norm(v: Array) -> float:
    return float(np.linalg.norm(v))


def gradient_size(objective: Objective, w: Array) -> float:
    """Sum of the norms that a gradient adds up: the scale of its rounding error."""
    slopes = np.abs(objective.coefficients * objective.loss.derivative(objective.margins(w)))
    return float(slopes @ np.linalg.norm(objective.signed_features, axis=1)) + norm(
        objective.ridge_diagonal * w
    )


def block(lift: float, forget: int = 200, retain: int = 300, **options: Any) -> UnlearningProblem:
    """One coordinate that every retained sample uses and a share ``lift`` of the forgotten."""
    mask = np.arange(forget + retain) < forget
    features = np.ones((forget + retain, 1))
    features[: forget - round(lift * forget)] = 0.0
    return UnlearningProblem(features, np.ones(len(features)), mask, **options)


def scalar(
    mass: tuple[float, float], values: tuple[float, float], ridge: float, loss: str
) -> UnlearningProblem:
    """One retained and one forgotten sample on the line, with weights."""
    return UnlearningProblem(
        np.array([[values[0]], [values[1]]]),
        np.ones(2),
        np.array([False, True]),
        ridge=ridge,
        loss=loss,
        weights=np.array(mass),
    )


def test_strategies_are_not_degenerate() -> None:
    for condition in (
        lambda p: p.forget_fraction < 1e-3,
        lambda p: p.forget_fraction > 0.9,
        lambda p: p.ridge < 1e-6,
        lambda p: p.ridge > 100,
        lambda p: p.features.shape[1] > len(p.labels),
        lambda p: p.loss is EXPONENTIAL and np.ptp(p.weights) > 0.5,
        lambda p: p.loss is LOGISTIC and abs(p.labels.sum()) < len(p.labels) - 2,
    ):
        assert reaches(problems(), condition) is not None


# ---------------------------------------------------------------- first step


@given(problem=problems(), seed=st.integers(0, 999))
def test_first_step_identity(problem: UnlearningProblem, seed: int) -> None:
    f, ridge = problem.forget_fraction, problem.ridge
    original, oracle = problem.original(), problem.oracle()
    both = problem.weighted(1.0, -1.0, ridge=False)  # the ridge is ascended too
    solved = minimise(original)
    for w in (solved.w, points(problem, seed)):
        # at a point that is not stationary the identity is off by grad L_D / f, exactly
        start = oracle.gradient(w) - original.gradient(w)
        noise = 100 * UNIT * (gradient_size(problem.descent_ascent(), w) + gradient_size(oracle, w))
        noise /= min(f, 1 - f)
        for ascend_ridge, objective in ((False, problem.descent_ascent()), (True, both)):
            predicted = theory.first_step_identity(start, w, ridge, f, ascend_ridge=ascend_ridge)
            assert norm(objective.gradient(w) - predicted) <= noise
    assert solved.gradient_norm <= 1e-9 * (1 + gradient_size(original, solved.w))
    exact = theory.first_step_identity(oracle.gradient(solved.w), solved.w, ridge, f)
    residual = problem.descent_ascent().gradient(solved.w) - exact
    w = solved.w
    noise = 100 * UNIT * (gradient_size(problem.descent_ascent(), w) + gradient_size(oracle, w))
    assert norm(residual) <= solved.gradient_norm / f + noise / min(f, 1 - f)


@given(problem=problems(normalisation="sum"))
def test_first_step_in_sums_is_twice_retain_descent(problem: UnlearningProblem) -> None:
    solved = minimise(problem.original())
    w = solved.w
    gap = problem.descent_ascent().gradient(w) - 2.0 * problem.oracle().gradient(w)
    noise = 100 * UNIT * gradient_size(problem.descent_ascent(), w)
    assert norm(gap) <= solved.gradient_norm + noise


@given(
    problem=problems(ridges=(1e-3, 1e2)),
    stretch=st.one_of(st.sampled_from([0.9, 1.1]), log_uniform(1e-3, 1e3)),
)
def test_first_step_away_and_reach(problem: UnlearningProblem, stretch: float) -> None:
    f, ridge, oracle = problem.forget_fraction, problem.ridge, problem.oracle()
    original = minimise(problem.original())
    w_d, w_r = original.w, minimise(oracle).w
    delta = norm(w_r - w_d)
    assume(delta > 1e-5)
    arguments = (oracle.gradient(w_d), w_d, w_r, ridge, f)
    away = float(theory.first_step_away(*arguments))
    reach = float(theory.first_step_reach(*arguments))
    gradient = problem.descent_ascent().gradient(w_d)
    size = norm(gradient) * delta
    # the identity takes w_D for stationary: what is left of its gradient counts, over f
    residual = 1.01 * original.gradient_norm * delta / f
    assert away == pytest.approx(float(gradient @ (w_r - w_d)), abs=1e-8 * size / f + residual)
    assert (reach == 0) == (away >= 0)
    # where it moves away the oracle is the longer vector
    if away > 1e-8 * size / f:
        assert norm(w_r) ** 2 > norm(w_d) ** 2 + (1 + 2 / f) * delta**2 * (1 - 1e-6)
    # exactly the steps below the reach end closer
    eta = stretch * (reach if reach > 0 else delta / norm(gradient))
    assume(abs(eta / reach - 1) > 1e-3 if reach > 0 else True)
    step = run(simultaneous(), problem, start=w_d, steps=1, step_size=eta).w[-1]
    change = norm(step - w_r) ** 2 - delta**2
    assume(abs(change) > 1e-9 * (delta**2 + norm(w_d) ** 2))
    assert (change < 0) == (eta < reach)


@pytest.mark.parametrize(("w_d", "moves_away"), [(0.9, True), (1.1, False)])
def test_first_step_goes_both_ways(w_d: float, moves_away: bool) -> None:
    """One block, f = 1/2, lambda = 1/e: w_R = 1, and the lift follows from w_D."""
    lift = 2.0 * w_d * np.exp(w_d - 1.0) - 1.0
    ridge = np.exp(-1.0)
    gradient = np.array([-np.exp(-w_d) + ridge * w_d])
    rate = theory.first_step_away(gradient, np.array([w_d]), np.array([1.0]), ridge, 0.5)
    assert (rate > 0) == moves_away
    assert (1 / 3 < lift < 1) == moves_away
    problem = block(min(lift, 1.0), 300, 300, ridge=ridge, loss="exponential")
    if moves_away:  # the certified solver and one small step agree
        assert minimise(problem.original()).w[0] == pytest.approx(w_d, abs=2e-3)
        path = run(simultaneous(), problem, steps=1, step_size=1e-3)
        assert path.distance[-1] > path.distance[0]


# ---------------------------------------------------------------- the path


@given(problem=problems(losses=("logistic",), ridges=(1e-2, 1e2)), place=st.floats(-1.0, 1.0))
def test_overshoot_path(problem: UnlearningProblem, place: float) -> None:
    """Velocity against certified minimisers on both sides, wherever H is positive definite."""
    f, oracle = problem.forget_fraction, problem.oracle()
    # convex for beta <= 0; for beta > 0 as long as the forgotten curvature leaves room
    rows = problem.features[problem.forget]
    room = problem.ridge / (0.25 * float(np.square(rows).sum(axis=1).max()))
    beta = place * min(0.5 * room, 10.0) if place > 0 else place * f / (1 - f)
    middle = solve(problem.path(beta))
    velocity = theory.path_velocity(
        problem.path(beta).hessian(middle.w), forget_slope(problem, middle.w)
    )
    h = 1e-4 * (room / (1 + room))
    ends = [solve(problem.path(beta + side * h), middle.w).w for side in (-1, 1)]
    difference = (ends[1] - ends[0]) / (2 * h)
    # the third derivative of the path and the solver's radius, both far below this
    assert norm(difference - velocity) <= 1e-4 * norm(velocity) + 1e-9 / h
    w_r = solve(oracle).w
    expansion = theory.overshoot_path(oracle.hessian(w_r), forget_slope(problem, w_r), beta)
    assert expansion.excess_risk >= 0
    assert np.sum(expansion.displacement * forget_slope(problem, w_r)) * beta >= 0


def solve(objective: Objective, start: Array | None = None) -> Optimum:
    solved = minimise(objective, start, tolerance=1e-13)
    assert solved.radius < 1e-6 * (1 + norm(solved.w))
    return solved


def forget_slope(problem: UnlearningProblem, w: Array) -> Array:
    return problem.weighted(0.0, 1.0, ridge=False).gradient(w)


@given(problem=problems(), seed=st.integers(0, 999))
def test_who_stands_where_on_the_path(problem: UnlearningProblem, seed: int) -> None:
    """Gradients at any point: sums are on the path, means are not unless the ridge ascends."""
    w, f, ridge = points(problem, seed), problem.forget_fraction, problem.ridge
    odds = f / (1 - f)
    retain_mass = float(mass_of(problem)[~problem.forget].sum())
    sums = UnlearningProblem(
        problem.features, problem.labels, problem.forget, ridge=ridge * retain_mass,
        loss=problem.loss, weights=problem.weights, normalisation="sum",
    )  # fmt: skip
    path = problem.path(-odds)
    noise = 100 * UNIT * (1 + odds) * gradient_size(path, w)

    def close(left: Array, right: Array) -> bool:
        return bool(norm(left - right) <= noise)

    assert close(sums.original().gradient(w) / retain_mass, path.gradient(w))
    assert close(sums.descent_ascent().gradient(w) / retain_mass, problem.path(odds).gradient(w))
    off_path = path.gradient(w) + ridge * odds * w  # ridge lambda n / n_R
    assert close(problem.original().gradient(w) / (1 - f), off_path)
    ascended = problem.oracle().gradient(w) + odds * (forget_slope(problem, w) + ridge * w)
    assert close(problem.original().gradient(w) / (1 - f), ascended)
    assert theory.overshoot_factor(f) * odds == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_velocity_carries_the_original_to_the_oracle(seed: int) -> None:
    """Runge-Kutta along dw/dbeta from beta = -n_F/n_R to 0, and on to beta = 1/2."""
    problem = gaussian(seed, ridge=1.0)
    f = problem.forget_fraction

    def velocity(beta: float, w: Array) -> Array:
        return theory.path_velocity(problem.path(beta).hessian(w), forget_slope(problem, w))

    w = solve(problem.path(-f / (1 - f))).w
    for start, stop in ((-f / (1 - f), 0.0), (0.0, 0.5)):
        h = (stop - start) / 100
        for beta in start + h * np.arange(100):
            k1 = velocity(beta, w)
            k2 = velocity(beta + h / 2, w + h / 2 * k1)
            k3 = velocity(beta + h / 2, w + h / 2 * k2)
            w = w + h / 6 * (k1 + 2 * k2 + 2 * k3 + velocity(beta + h, w + h * k3))
        np.testing.assert_allclose(w, solve(problem.path(stop), w).w, atol=1e-8)


def gaussian(
    seed: int, ridge: float, n: int = 40, d: int = 3, forget: int = 10
) -> UnlearningProblem:
    rng = np.random.default_rng(seed)
    return UnlearningProblem(
        rng.standard_normal((n, d)), rng.choice([-1.0, 1.0], n), np.arange(n) < forget, ridge=ridge
    )


@pytest.mark.parametrize("seed", range(4))
def test_overshoot_path_is_left_at_the_next_order(seed: int) -> None:
    """Errors fall like beta^2 and beta^3: halving beta divides them by 4 and by 8."""
    problem = gaussian(seed, ridge=0.1)
    oracle = problem.oracle()
    w_r = solve(oracle).w
    errors = []
    for beta in (0.02, 0.01):
        w = solve(problem.path(beta), w_r).w
        terms = theory.overshoot_path(oracle.hessian(w_r), forget_slope(problem, w_r), beta)
        excess = float(oracle.value(w) - oracle.value(w_r))
        errors.append((norm(w - w_r - terms.displacement), abs(excess - terms.excess_risk)))
    (far, far_risk), (near, near_risk) = errors
    assert far / near == pytest.approx(4.0, rel=0.1)
    assert far_risk / near_risk == pytest.approx(8.0, rel=0.2)


@pytest.mark.parametrize("seed", range(4))
def test_overshoot_factor_is_reached_under_a_strong_ridge(seed: int) -> None:
    """Mean descent-ascent against the sum original: n_R/n_F and its square; in sums: 1 and 1."""
    errors = []
    for ridge in (1e3, 1e4):
        problem = gaussian(seed, ridge=ridge)
        f = problem.forget_fraction
        factor = float(theory.overshoot_factor(f))
        assert factor == pytest.approx(3.0)
        oracle = problem.oracle()
        w_r = solve(oracle).w

        def gap(beta: float) -> tuple[float, float]:
            w = solve(problem.path(beta), w_r).w  # noqa: B023
            delta = w - w_r  # noqa: B023
            # L_R(w) - L_R(w_R) by its curvature: the difference of values would cancel
            return norm(delta), 0.5 * float(delta @ oracle.hessian(w_r) @ delta)  # noqa: B023

        ascent, original, mirror = gap(1.0), gap(-1.0 / factor), gap(1.0 / factor)
        errors.append(
            (
                abs(ascent[0] / original[0] - factor),
                abs(ascent[1] / original[1] - factor**2),
                abs(mirror[0] / original[0] - 1.0),
            )
        )
    assert np.all(np.array(errors[0]) < 0.05)
    assert np.array(errors[1]) == pytest.approx(np.array(errors[0]) / 10, rel=0.2)


def test_factor_fails_in_means_when_the_forgotten_samples_are_zero() -> None:
    ridge = 1 / (8 * np.log(2))
    problem = scalar((1.0, 3.0), (1.0, 0.0), ridge, "exponential")
    assert minimise(problem.oracle()).w[0] == pytest.approx(np.log(4), abs=1e-9)
    assert minimise(problem.descent_ascent()).w[0] == pytest.approx(np.log(4), abs=1e-9)
    assert minimise(problem.original()).w[0] == pytest.approx(np.log(2), abs=1e-9)


def test_velocity_needs_a_positive_definite_hessian() -> None:
    with pytest.raises(ValueError, match="hessian positive definite, got smallest eigenvalue -1"):
        theory.path_velocity(np.diag([1.0, -1.0]), np.ones(2))


# ---------------------------------------------------------------- monotonicity


@given(
    table=st.lists(st.tuples(*[st.integers(-50, 50)] * 2), min_size=1, max_size=12),
    weights=st.lists(st.integers(-40, 40), min_size=2, max_size=8, unique=True).map(sorted),
)
def test_path_monotonicity(table: list[tuple[int, int]], weights: list[int]) -> None:
    """Any functions on a finite set, in integers: every relation is exact."""
    retain, forget = np.array(table, dtype=float).T
    beta = np.array(weights) / 8.0
    chosen = np.argmin(retain - beta[:, None] * forget, axis=1)
    slack = theory.path_monotonicity(beta, forget[chosen], retain[chosen])
    assert np.all(slack >= 0)
    for k, found in enumerate(slack):
        rise_f, rise_r = (v[chosen[k + 1]] - v[chosen[k]] for v in (forget, retain))
        exchange = (rise_r - weights[k] / 8 * rise_f, weights[k + 1] / 8 * rise_f - rise_r)
        assert found == min(exchange)
    assert np.all(np.diff(forget[chosen]) >= 0)
    steps = np.diff(retain[chosen])
    assert np.all(steps[beta[:-1] >= 0] >= 0)
    assert np.all(steps[beta[1:] <= 0] <= 0)


@given(
    forget=st.lists(st.integers(-9, 9), min_size=2, max_size=6),
    retain=st.lists(st.integers(-9, 9), min_size=6, max_size=6),
    weights=st.lists(st.integers(-40, 40), min_size=6, max_size=6, unique=True).map(sorted),
)
def test_no_negative_slack_means_minimisers_of_something(
    forget: list[int], retain: list[int], weights: list[int]
) -> None:
    k = len(forget)
    loss_f, loss_r, beta = np.array(forget), np.array(retain[:k]), np.array(weights[:k]) / 8.0
    values = loss_r - beta[:, None] * loss_f  # J_k at the point j
    minimal = np.all(np.diag(values) <= values.min(axis=1))
    assert np.all(theory.path_monotonicity(beta, loss_f, loss_r) >= 0) == minimal


@given(
    ridge=log_uniform(1e-3, 1e3),
    values=st.tuples(st.floats(-3, 3), st.floats(-3, 3)),
    fraction=log_uniform(1e-3, 0.9),
)
def test_monotone_along_the_logistic_path(
    ridge: float, values: tuple[float, float], fraction: float
) -> None:
    """The convex side, where the certified minimiser is the global one."""
    problem = scalar((1 - fraction, fraction), values, ridge, "logistic")
    beta = np.linspace(-2.0, 0.0, 6)
    w = np.array([minimise(problem.path(b), tolerance=1e-13).w for b in beta])
    forget = problem.forget_loss(w)
    retain = problem.oracle().value(w)
    slack = theory.path_monotonicity(beta, forget, retain)
    assert np.all(slack >= -1e-13 * (1 + np.abs(retain).max() + np.abs(forget).max()))


def test_maxima_run_backwards_and_are_found_out() -> None:
    """Exponential loss, ridge 1: w = -2 and w = -1.5 are maxima at growing beta."""
    w = np.array([-2.0, -1.5])
    beta = 1 - w * np.exp(w)
    assert np.diff(beta) > 0
    assert np.diff(np.exp(-w)) < 0
    assert np.all(np.exp(-w) * (1 - beta) + 1 < 0)
    slack = theory.path_monotonicity(beta, np.exp(-w), np.exp(-w) + w**2 / 2)
    assert slack < 0


@given(ridge=log_uniform(1e-2, 1e2), places=st.tuples(st.floats(-0.99, 3), st.floats(-0.99, 3)))
def test_branch_of_minima_is_monotone(ridge: float, places: tuple[float, float]) -> None:
    """Exponential loss, one coordinate: minima are the points w > -1, at beta = 1 - ridge w e^w."""
    w = np.sort(np.array(places))[::-1]
    beta = 1 - ridge * w * np.exp(w)
    assume(np.all(np.diff(beta) > 1e-9 * (1 + np.abs(beta).max())))
    assert np.diff(np.exp(-w)) >= 0
    hessian = np.exp(-w) * (1 - beta) + ridge
    velocity = theory.path_velocity(hessian[:, None, None], -np.exp(-w)[:, None])[:, 0]
    np.testing.assert_allclose(velocity, -np.exp(-w) / (ridge * (1 + w)), rtol=1e-8)


# ---------------------------------------------------------------- Newton step


@given(problem=problems(), seed=st.integers(0, 999))
def test_newton_step_is_scaled_ascent(problem: UnlearningProblem, seed: int) -> None:
    f, ridge = problem.forget_fraction, problem.ridge
    original, oracle = problem.original(), problem.oracle()
    solved = minimise(original)
    for w, stationary in ((solved.w, True), (points(problem, seed), False)):
        hessian = oracle.hessian(w)
        step = theory.newton_step_is_scaled_ascent(w, hessian, forget_slope(problem, w), ridge, f)
        # compared before the solve, so that a stiff Hessian does not blur it
        wanted = -oracle.gradient(w)
        if not stationary:  # off by grad L_D / (1 - f), exactly
            wanted = wanted + original.gradient(w) / (1 - f)
        size = gradient_size(oracle, w) + gradient_size(original, w)
        size += norm(forget_slope(problem, w)) + norm(hessian @ w) + norm(hessian) * norm(step)
        noise = 1e3 * UNIT * size / (1 - f)
        residual = solved.gradient_norm / (1 - f) if stationary else 0.0
        assert norm(hessian @ (step - w) - wanted) <= noise + residual


@given(problem=problems(normalisation="sum"))
def test_newton_step_in_sums_has_no_shrinkage(problem: UnlearningProblem) -> None:
    solved = minimise(problem.original())
    w = solved.w
    gap = problem.oracle().gradient(w) + forget_slope(problem, w)
    assert norm(gap) <= solved.gradient_norm + 100 * UNIT * gradient_size(problem.original(), w)


def test_newton_step_is_exact_for_a_quadratic_loss(rng: np.random.Generator) -> None:
    rows, targets = rng.standard_normal((12, 3)), rng.standard_normal(12)
    ridge, f = 0.3, 0.25

    def parts(subset: slice) -> tuple[Array, Array]:
        chosen = rows[subset]
        return chosen.T @ chosen / len(chosen), chosen.T @ targets[subset] / len(chosen)

    (h_f, b_f), (h_r, b_r), (h_d, b_d) = parts(slice(0, 3)), parts(slice(3, 12)), parts(slice(12))
    identity = np.eye(3)
    w_d = np.linalg.solve(h_d + ridge * identity, b_d)
    w_r = np.linalg.solve(h_r + ridge * identity, b_r)
    step = theory.newton_step_is_scaled_ascent(
        w_d, h_r + ridge * identity, h_f @ w_d - b_f, ridge, f
    )
    np.testing.assert_allclose(step, w_r, atol=1e-12)
    assert norm(w_d - w_r) > 1e-2


# ---------------------------------------------------------------- alternating steps


@given(
    problem=problems(losses=("logistic",)),
    step_size=log_uniform(1e-3, 10.0),
    seed=st.integers(0, 999),
)
def test_alternating_expansion(problem: UnlearningProblem, step_size: float, seed: int) -> None:
    """The driver's own round stays within the remainder of the expansion, in both orders."""
    w, ridge = points(problem, seed), problem.ridge
    retain, forget = (problem.weighted(*c, ridge=False) for c in ((1.0, 0.0), (0.0, 1.0)))
    slopes = retain.gradient(w), forget.gradient(w)
    terms = theory.alternating_expansion(
        w, step_size, slopes[0], retain.hessian(w), slopes[1], forget.hessian(w), ridge
    )
    together = UnlearningProblem(
        problem.features, problem.labels, problem.forget, ridge=2 * ridge, weights=problem.weights
    ).descent_ascent()
    np.testing.assert_allclose(
        terms.first_order, -step_size * together.gradient(w), rtol=1e-9, atol=1e-12 * step_size
    )
    orders = (
        (False, terms.descent_first, problem.forget, slopes[0] + ridge * w),
        (True, terms.ascent_first, ~problem.forget, slopes[1] - ridge * w),
    )
    for ascent_first, second_order, rows, half_step in orders:
        method = alternating(ascent_first, ridge_in_ascent=True)
        done = one_round(method, problem, w, step_size)
        mass = mass_of(problem)[rows]
        # the bound takes plain means: weigh the rows by the cube root of their share
        scaled = problem.features[rows] * np.cbrt(mass * len(mass) / mass.sum())[:, None]
        bound = float(theory.alternating_remainder(scaled, half_step, step_size))
        size = norm(w) + norm(terms.first_order) + norm(second_order)
        size += (
            step_size
            * (1 + step_size * ridge)
            * (norm(slopes[0]) + norm(slopes[1]) + ridge * norm(w))
        )
        assert norm(done - w - terms.first_order - second_order) <= bound + 100 * UNIT * size


def one_round(method: Any, problem: UnlearningProblem, w: Array, step_size: float) -> Array:
    (phase,) = method.phases(problem, np.random.default_rng(0))
    for objective in phase.objectives:
        w = w - step_size * objective.gradient(w)
    return w


@pytest.mark.parametrize("ascent_first", [False, True])
def test_driver_makes_the_round(ascent_first: bool) -> None:
    problem, method = gaussian(0, ridge=0.3), alternating(ascent_first)
    w = points(problem, 1)
    path = run(method, problem, start=w, steps=1, step_size=0.1)
    np.testing.assert_allclose(path.w[-1], one_round(method, problem, w, 0.1), atol=1e-14)


def test_alternating_remainder_is_nearly_attained() -> None:
    """Both samples at the margin where |phi'''| is largest, -log(2 + sqrt 3), and small steps."""
    problem = scalar((1.0, 1.0), (1.0, 1.0), 1e-3, "logistic")
    w = np.array([-np.log(2 + np.sqrt(3))])
    retain, forget = (problem.weighted(*c, ridge=False) for c in ((1.0, 0.0), (0.0, 1.0)))
    eta = 1e-2
    terms = theory.alternating_expansion(
        w, eta, retain.gradient(w), retain.hessian(w), forget.gradient(w), forget.hessian(w), 1e-3
    )
    half_step = retain.gradient(w) + 1e-3 * w
    bound = float(theory.alternating_remainder(problem.features[1:], half_step, eta))
    done = one_round(alternating(False), problem, w, eta) - w - terms.first_order
    assert 0.98 * bound < norm(done - terms.descent_first) <= bound


def test_second_order_terms_of_the_two_orders_are_not_interchangeable() -> None:
    problem = scalar((1.0, 1.0), (1.0, 1.0), 1.0, "logistic")
    w, eta = np.array([1.5]), 1e-2
    retain, forget = (problem.weighted(*c, ridge=False) for c in ((1.0, 0.0), (0.0, 1.0)))
    terms = theory.alternating_expansion(
        w, eta, retain.gradient(w), retain.hessian(w), forget.gradient(w), forget.hessian(w), 1.0
    )
    bound = theory.alternating_remainder(problem.features[1:], retain.gradient(w) + w, eta)
    done = one_round(alternating(False), problem, w, eta) - w - terms.first_order
    assert norm(done - terms.descent_first) <= bound
    assert norm(done - terms.ascent_first) > 100 * bound


@given(
    w=st.floats(-5, 5),
    shares=st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)),
    ridge=log_uniform(1e-8, 1e3),
    step_size=log_uniform(1e-4, 1.0),
)
def test_alternating_coordinate(
    w: float, shares: tuple[float, float], ridge: float, step_size: float
) -> None:
    """Against Taylor coefficients of the exact round in mpmath, and the general formula."""
    p, q = shares
    closed = theory.alternating_coordinate(w, step_size, p, q, ridge)
    e = np.exp(-w)
    general = theory.alternating_expansion(
        [w], step_size, [-p * e], [[p * e]], [-q * e], [[q * e]], ridge
    )
    size = (e + ridge) * (e + ridge * abs(w)) + e
    for name in ("first_order", "descent_first", "ascent_first"):
        left, right = getattr(closed, name), getattr(general, name)[0]
        assert left == pytest.approx(right, rel=1e-9, abs=1e-13 * step_size * size)
    with mpmath.workdps(60):
        for order, name in ((0, "descent_first"), (1, "ascent_first")):
            series = mpmath.taylor(lambda eta: exact_round(w, eta, p, q, ridge, order), 0, 2)  # noqa: B023
            first, second = float(series[1]) * step_size, float(series[2]) * step_size**2
            assert closed.first_order == pytest.approx(
                first, rel=1e-9, abs=1e-13 * step_size * size
            )
            assert getattr(closed, name) == pytest.approx(
                second, rel=1e-9, abs=1e-13 * step_size**2 * size
            )


def exact_round(w: float, eta: Any, p: float, q: float, ridge: float, order: int) -> Any:
    """One round in mpmath; order 0 descends first."""

    def descend(x: Any) -> Any:
        return x + eta * (p * mpmath.exp(-x) - ridge * x)

    def ascend(x: Any) -> Any:
        return x - eta * (q * mpmath.exp(-x) + ridge * x)

    x = mpmath.mpf(w)
    return descend(ascend(x)) if order else ascend(descend(x))


@given(w=st.floats(-5, 5), shares=st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)))
def test_orders_agree_without_ridge_in_one_coordinate(
    w: float, shares: tuple[float, float]
) -> None:
    terms = theory.alternating_coordinate(w, 1.0, *shares, 0.0)
    assert terms.descent_first == pytest.approx(float(terms.ascent_first), rel=1e-14)
    with_ridge = theory.alternating_coordinate(w, 1.0, *shares, 1.0)
    difference = -sum(shares) * np.exp(-w) * (1 + w)
    size = float(np.abs(with_ridge.descent_first) + np.abs(with_ridge.ascent_first))
    assert with_ridge.descent_first - with_ridge.ascent_first == pytest.approx(
        difference, abs=1e-13 * size
    )


@given(
    lift=st.one_of(log_uniform(1e-8, 1.0).map(lambda x: 1.0 + x), log_uniform(1.0001, 1e6)),
    step_size=log_uniform(1e-6, 1e3),
    share=log_uniform(1e-4, 1.0),
)
def test_alternating_fixed_point(lift: float, step_size: float, share: float) -> None:
    """Closed form and multiplier against the exact round in 60 digits, both orders."""
    closed = theory.alternating_fixed_point(lift, step_size, share)
    with mpmath.workdps(60):
        eta, p, rho = mpmath.mpf(step_size), mpmath.mpf(share), mpmath.mpf(lift)
        exact = mpmath.log(eta * p / mpmath.log(rho))
        other = mpmath.log(eta * p * rho / mpmath.log(rho))
        for point, order in ((exact, 0), (other, 1)):
            assert abs(exact_round(point, eta, p, p * rho, 0, order) - point) < mpmath.mpf("1e-45")
        multiplier = mpmath.diff(lambda x: exact_round(x, eta, p, p * rho, 0, 0), exact)
        same = mpmath.diff(lambda x: exact_round(x, eta, p, p * rho, 0, 1), other)
    assert float(closed.descent_first) == pytest.approx(float(exact), rel=1e-13, abs=1e-13)
    assert float(closed.ascent_first) == pytest.approx(float(other), rel=1e-13, abs=1e-13)
    assert float(closed.multiplier) == pytest.approx(float(multiplier), rel=1e-11, abs=1e-13)
    assert float(same) == pytest.approx(float(multiplier), rel=1e-11, abs=1e-13)
    if abs(lift - theory.LIFT_OF_DOUBLING) > 1e-9:
        # in 60 digits: next to lift 1 the multiplier rounds to 1
        assert bool(closed.attracting) == bool(abs(multiplier) < 1)


@given(u=st.floats(-300, 300), lift=log_uniform(1e-6, 1e6))
def test_reduced_map(u: float, lift: float) -> None:
    """The map is the round in u = w - ln(eta p), whatever eta and p."""
    with mpmath.workdps(400):  # u + e^{-u} needs 300 digits at u = 300
        exact = exact_round(u, mpmath.mpf(1), 1, lift, 0, 0)
        shift = mpmath.log(mpmath.mpf("0.07"))
        moved = exact_round(
            u + shift, mpmath.mpf("0.1"), mpmath.mpf("0.7"), mpmath.mpf("0.7") * lift, 0, 0
        )
        assert abs(moved - shift - exact) <= mpmath.mpf("1e-200") * (1 + abs(exact))
        size = abs(u) + mpmath.exp(-u) + lift * mpmath.exp(-(u + mpmath.exp(-u)))
    assert abs(float(theory.reduced_map(u, lift)) - float(exact)) <= 1e-12 * float(size)


@given(start=st.floats(-1.5, 5.0), lift=st.floats(1.5, 4.0))
@settings(max_examples=20)
def test_every_start_is_attracted_below_the_threshold(start: float, lift: float) -> None:
    closed = theory.alternating_fixed_point(lift)
    assert closed.attracting
    end = theory.reduced_orbit(lift, start, burn=3000, keep=1)[0]
    assert float(end) == pytest.approx(float(closed.descent_first), abs=1e-9)


def test_alternating_fixed_point_attracts_up_to_the_end() -> None:
    threshold = theory.LIFT_OF_DOUBLING
    with mpmath.workdps(30):
        assert threshold == float(mpmath.exp(mpmath.sqrt(2)))
    # the end itself is inside, its neighbour is not
    ends = theory.alternating_fixed_point([threshold, np.nextafter(threshold, 5.0)])
    assert ends.attracting.tolist() == [True, False]
    lifts = threshold + np.array([-0.01, 0.01])
    closed = theory.alternating_fixed_point(lifts)
    assert closed.attracting.tolist() == [True, False]
    orbit = theory.reduced_orbit(lifts, 0.3, burn=20_000, keep=2)
    spread = np.ptp(orbit, axis=0)
    assert spread[0] < 1e-9
    assert spread[1] > 1e-2  # a cycle of two, round the repelling fixed point
    assert orbit[:, 1].min() < closed.descent_first[1] < orbit[:, 1].max()
    # at the threshold itself the approach is slow but sure: like 1/sqrt(rounds)
    root = float(theory.alternating_fixed_point(threshold).descent_first)
    early, late = (
        abs(float(theory.reduced_orbit(threshold, 0.3, burn=burn, keep=1)[0]) - root)
        for burn in (1000, 100_000)
    )
    assert late < early / 5


@pytest.mark.parametrize(("lift", "period"), [(3.0, 1), (4.3, 2), (5.0, 4), (5.7, 3)])
def test_period_doubling_and_the_window_of_three(lift: float, period: int) -> None:
    orbit = theory.reduced_orbit(lift, burn=5000, keep=24)
    np.testing.assert_allclose(orbit[period:], orbit[:-period], atol=1e-9)
    for shorter in range(1, period):
        assert np.abs(orbit[shorter:] - orbit[:-shorter]).max() > 1e-3


def test_chaos_at_lift_six() -> None:
    a = 1.1
    first, second, third = theory.reduced_orbit(6.0, a, burn=0, keep=3)
    assert third > a > first > second


@pytest.mark.parametrize("lift", [0.5, 1.0])
def test_no_fixed_point_up_to_lift_one(lift: float) -> None:
    with pytest.raises(ValueError, match="expected lift > 1"):
        theory.alternating_fixed_point(lift)
    u = np.linspace(-5, 5, 101)
    assert np.all(theory.reduced_map(u, lift) > u)


@pytest.mark.parametrize("ascent_first", [False, True])
@pytest.mark.parametrize("step_size", [0.02, 0.2])
def test_iteration_stops_where_the_step_size_says(ascent_first: bool, step_size: float) -> None:
    """Lift 2.5, next to no ridge: simultaneous steps diverge, alternating ones stop at w*."""
    share, lift = 0.4, 2.5
    features = np.zeros((200, 1))
    features[:140] = 1.0  # 100 forgotten, all in the block; 40 of the 100 retained
    mask = np.arange(200) < 100
    problem = UnlearningProblem(features, np.ones(200), mask, ridge=1e-9, loss="exponential")
    closed = theory.alternating_fixed_point(lift, step_size, share)
    wanted = closed.ascent_first if ascent_first else closed.descent_first
    start = np.array([0.5])
    path = run(alternating(ascent_first), problem, start=start, steps=3000, step_size=step_size)
    assert path.status is Status.CONVERGED
    assert path.w[-1, 0] == pytest.approx(float(wanted), abs=1e-6)
    away = run(simultaneous(), problem, start=start, steps=3000, step_size=step_size)
    assert away.status is Status.DIVERGED


# ---------------------------------------------------------------- strong ridge


def signed_means(problem: UnlearningProblem) -> tuple[Array, Array]:
    rows = problem.labels[:, None] * problem.features
    mask, mass = problem.forget, mass_of(problem)
    return (
        np.average(rows[~mask], axis=0, weights=mass[~mask]),
        np.average(rows[mask], axis=0, weights=mass[mask]),
    )


@given(problem=problems(losses=("logistic",), ridges=(1e-8, 1e6)))
def test_strong_ridge_limit(problem: UnlearningProblem) -> None:
    """Certified stationary points within the error bound, at every ridge."""
    f, ridge = problem.forget_fraction, problem.ridge
    limit = theory.strong_ridge_limit(*signed_means(problem), f)
    solved = (
        (problem.oracle(), limit.oracle),
        (problem.original(), limit.original),
        (problem.descent_ascent(), limit.descent_ascent),
    )
    for objective, wanted in solved:
        optimum = minimise(objective)
        # weights of 1e7 leave no more of a gradient than the rounding of their margins
        lengths = np.linalg.norm(objective.signed_features, axis=1)
        slopes = objective.coefficients * objective.loss.derivative(objective.margins(optimum.w))
        floor = objective.gradient_error(optimum.w, slopes, lengths)
        assert optimum.converged or optimum.gradient_norm <= floor
        bound = theory.strong_ridge_error(objective.signed_features, objective.coefficients, ridge)
        # a gradient that is not quite zero shifts lambda w by as much
        slack = optimum.gradient_norm + 100 * UNIT * gradient_size(objective, optimum.w)
        assert norm(ridge * optimum.w - wanted) <= bound + slack


@given(problem=problems(losses=("logistic",)))
def test_strong_ridge_harm(problem: UnlearningProblem) -> None:
    """At a ridge where the errors are below the margin the criterion decides, both ways."""
    means, f = signed_means(problem), problem.forget_fraction
    margin = float(theory.strong_ridge_harm(*means, f))
    assume(abs(margin) > 1e-3)
    ascent = problem.descent_ascent()
    c = np.abs(ascent.coefficients)
    error = theory.strong_ridge_error(ascent.signed_features, c, 1.0)
    ridge = 8 * float(error) * 4 / abs(margin)  # four errors, none above that of descent-ascent
    strong = UnlearningProblem(
        problem.features, problem.labels, problem.forget, ridge=ridge, weights=problem.weights
    )
    w_r, w_d, w_da = (
        minimise(o).w for o in (strong.oracle(), strong.original(), strong.descent_ascent())
    )
    assert (norm(w_da - w_r) > norm(w_d - w_r)) == (margin > 0)


@given(
    fraction=st.floats(1e-4, 0.9999),
    ratio=log_uniform(1e-3, 1e3),
    angle=st.floats(0, np.pi),
    scale=log_uniform(1e-3, 1e3),
)
def test_harm_by_cosine(fraction: float, ratio: float, angle: float, scale: float) -> None:
    cosine = np.cos(angle)
    threshold = float(theory.strong_ridge_harm_correlation(fraction, ratio))
    assume(abs(cosine - threshold) > 1e-9 * (1 + abs(threshold)))
    forget = scale * np.array([1.0, 0.0])
    retain = scale * ratio * np.array([cosine, np.sin(angle)])
    margin = float(theory.strong_ridge_harm(retain, forget, fraction))
    assert (margin > 0) == (cosine > threshold)
    if fraction * (1 + ratio) < 1:
        assert threshold < -1 + 1e-12 * (1 + ratio) / fraction**2 / ratio
    if ratio >= 1 + 1 / fraction:
        assert threshold >= 1 - 1e-12 * ratio / fraction
    equal = 1 - 1 / (2 * fraction**2)
    assert theory.strong_ridge_harm_correlation(fraction) == pytest.approx(
        equal, rel=1e-12, abs=1e-12
    )


def test_equal_norm_rule_needs_equal_norms() -> None:
    """k = 3, f = 1/2, right angle: the equal-norm threshold -1 says harm, and it is help."""
    assert theory.strong_ridge_harm_correlation(0.5) == -1.0
    assert theory.strong_ridge_harm([0.0, 3.0], [1.0, 0.0], 0.5) < 0
    assert theory.strong_ridge_harm([0.0, 1.0], [1.0, 0.0], 0.5) > 0


@pytest.mark.parametrize("loss", LOSSES)
def test_limits_for_both_losses(loss: str) -> None:
    """The error falls like 1/lambda, and at a weak ridge the limit is far off."""
    errors = []
    for ridge in (1e-2, 1e3, 1e4):
        rng = np.random.default_rng(5)
        problem = UnlearningProblem(
            rng.standard_normal((30, 3)), rng.choice([-1.0, 1.0], 30), np.arange(30) < 8,
            ridge=ridge, loss=loss, weights=np.ones(30),
        )  # fmt: skip
        slope = 0.5 if loss == "logistic" else 1.0
        limit = theory.strong_ridge_limit(*signed_means(problem), problem.forget_fraction, slope)
        gaps = [norm(ridge * minimise(problem.oracle()).w - limit.oracle)]
        if ridge > 1:  # under a weak ridge the exponential loss has no descent-ascent point
            gaps.append(norm(ridge * minimise(problem.descent_ascent()).w - limit.descent_ascent))
        errors.append(gaps)
    assert errors[0][0] > 0.1 * norm(limit.oracle)
    assert np.array(errors[1]) == pytest.approx(10 * np.array(errors[2]), rel=0.05)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_strong_ridge_limit_is_missed_by_half_the_error_bound(sign: float) -> None:
    """One sample: its slope is 1/2 where the bound has the slope's bound, 1."""
    rows, ridge = np.array([[0.6, -0.8, 1.0]]), 1e6
    objective = Objective(rows, np.array([sign]), ridge)
    missed = norm(ridge * minimise(objective, tolerance=1e-15).w - 0.5 * sign * rows[0])
    bound = float(theory.strong_ridge_error(rows, [sign], ridge))
    assert missed == pytest.approx(0.5 * bound, rel=1e-4)


def test_distances_tie_in_sums() -> None:
    gaps = []
    for ridge in (1e4, 1e5):
        problem = UnlearningProblem(
            *(lambda p: (p.features, p.labels, p.forget))(gaussian(3, 1.0)),
            ridge=ridge,
            normalisation="sum",
        )
        w_r, w_d, w_da = (
            solve(o).w for o in (problem.oracle(), problem.original(), problem.descent_ascent())
        )
        gaps.append(abs(norm(w_da - w_r) / norm(w_d - w_r) - 1))
    assert gaps[1] < gaps[0] / 5 < 0.01


# --- the best stop ------------------------------------------------------------------------------


@st.composite
def stopping_problems(draw):
    """A logistic problem of any dependence, its three points' gradients, and a bound on bending."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d = draw(st.integers(6, 30)), draw(st.integers(1, 4))
    features = rng.normal(size=(n, d)) + draw(st.floats(0, 2))
    labels = np.where(features @ rng.normal(size=d) + rng.normal(size=n) > 0, 1.0, -1.0)
    forget = rng.permutation(n) < draw(st.integers(1, n // 2))
    ridge = 10.0 ** draw(st.floats(-1.5, 1))
    problem = UnlearningProblem(features, labels, forget, ridge=ridge)
    squares = [
        np.linalg.norm(features[rows], 2) ** 2 / rows.sum() / 4 for rows in (~forget, forget)
    ]
    return problem, max(ridge + squares[0], squares[1] - ridge)


@settings(max_examples=20)
@given(stopping_problems(), st.floats(0.01, 0.5))
def test_best_stop_is_a_sine(drawn, unit):
    """The iteration with small steps or large ones, against the line with its error."""
    problem, bend = drawn
    oracle, original = minimise(problem.oracle()).w, minimise(problem.original()).w
    g, e = problem.descent_ascent().gradient(original), original - oracle
    found = theory.best_stop_is_a_sine(g, original, oracle, bend)
    if g @ e <= 1e-9 * np.linalg.norm(g) * np.linalg.norm(e):
        return
    cosine = g @ e / (np.linalg.norm(g) * np.linalg.norm(e))
    sine = np.sqrt(max(1 - cosine**2, 0.0))
    assert found.time == pytest.approx(g @ e / (g @ g), rel=1e-9)
    assert found.distance == pytest.approx(np.linalg.norm(e) * sine, rel=1e-6, abs=1e-7)
    with mpmath.workdps(40):
        x = mpmath.mpf(bend) * mpmath.mpf(float(found.time))
        error = float(
            mpmath.mpf(float(np.linalg.norm(g))) * (mpmath.expm1(x) - x) / mpmath.mpf(bend)
        )
    assert found.error == pytest.approx(error, rel=1e-9)
    half = bend * (e @ e) * cosine**2 / (2 * np.linalg.norm(g))
    assert found.error <= half * np.exp(bend * found.time) * (1 + 1e-9)
    twice = np.linalg.norm(e - 2 * found.time * g)
    assert twice == pytest.approx(np.linalg.norm(e), rel=1e-9)
    steps = max(1, int(np.ceil(found.time * bend / unit)))
    w, closest = original, np.linalg.norm(e)
    for _ in range(steps):
        w = w - found.time / steps * problem.descent_ascent().gradient(w)
        closest = min(closest, np.linalg.norm(w - oracle))
    line = original - found.time * g
    assert np.linalg.norm(w - line) <= found.error * (1 + 1e-9) + 1e-12
    assert closest <= found.distance + found.error + 1e-12
    assert closest >= found.distance - found.error - 1e-12


def test_best_stop_is_a_sine_whose_error_is_attained():
    """Forgotten rows of both labels and small margins: the path runs away exponentially."""
    bend, ridge, size = 2.0, 1e-9, 1e-6
    row = np.array([[2 * np.sqrt(2 * (bend + ridge) / 2), 0.0]])
    objective = Objective(np.vstack([row, -row]), np.full(2, -0.5), ridge)
    w = np.array([size, 0.0])
    g = objective.gradient(w)
    assert g[0] == pytest.approx(-bend * size, rel=1e-6)
    oracle = np.array([1.5 * size, 0.0])
    found = theory.best_stop_is_a_sine(g, w, oracle, bend)
    assert found.distance == pytest.approx(0.0, abs=1e-12)
    steps, path = 20_000, w
    for _ in range(steps):
        path = path - found.time / steps * objective.gradient(path)
    off = np.linalg.norm(path - w + found.time * g)
    assert off == pytest.approx(found.error, rel=1e-3)


def test_best_stop_is_a_sine_or_the_start():
    found = theory.best_stop_is_a_sine([1.0, 0.0], [0.0, 0.0], [1.0, 1.0], 1.0)
    assert [float(found.time), float(found.error)] == [0, 0]
    assert found.distance == pytest.approx(np.sqrt(2))


@given(st.integers(1, 5), st.integers(0, 2**32 - 1), st.floats(0.01, 0.9))
def test_rayleigh_stop_never_harms_where_all_is_quadratic(d, seed, f):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(d, d))
    hessian, e = root @ root.T + 0.1 * np.eye(d), rng.normal(size=d)
    g = hessian @ e / f
    time = theory.rayleigh_stop(g, f * g, hessian)
    best = theory.best_stop_is_a_sine(g, e, np.zeros(d), 1.0).time
    assert 0 < time <= best * (1 + 1e-9)
    assert np.linalg.norm(e - time * g) < np.linalg.norm(e)
    vector = np.linalg.eigh(hessian)[1][:, 0]
    g = hessian @ vector / f
    best = theory.best_stop_is_a_sine(g, vector, np.zeros(d), 1.0).time
    assert theory.rayleigh_stop(g, f * g, hessian) == pytest.approx(best, rel=1e-9)


def test_rayleigh_stop_is_the_best_time_of_its_own_guess(rng):
    root, g, h = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=3)
    hessian = root @ root.T
    guess = h * (h @ h) / (h @ hessian @ h)
    for gradient in (g, -g):
        best = theory.best_stop_is_a_sine(gradient, guess, np.zeros(3), 1.0).time
        assert theory.rayleigh_stop(gradient, h, hessian) == pytest.approx(best, rel=1e-12)


def test_drawn_stopping_problems_bend_little_and_much():
    def sine(drawn):
        problem, bend = drawn
        oracle, original = minimise(problem.oracle()).w, minimise(problem.original()).w
        g = problem.descent_ascent().gradient(original)
        found = theory.best_stop_is_a_sine(g, original, oracle, bend)
        return float(found.error / (found.distance + 1e-300)), float(found.time)

    reaches(stopping_problems(), lambda d: sine(d)[1] > 0 and sine(d)[0] < 0.1)
    reaches(stopping_problems(), lambda d: sine(d)[0] > 1)
