"""Calibrated ascent against the certified solver, the flow, and data where bounds are attained."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory.calibrated_ascent import (
    ascent_step_size,
    calibrated_weight,
    cross_gram_bound,
    orthogonal_ascent_flow,
    orthogonal_ascent_is_exact,
)
from logreg_unlearn.unlearn.ascent import calibrated
from logreg_unlearn.unlearn.driver import run
from tests.strategies import reaches

LOSSES = ("logistic", "exponential")
ridges = st.floats(-2, 2).map(lambda e: float(10.0**e))


def curvature(loss, z):
    return np.exp(-z) if loss == "exponential" else 0.25 / np.cosh(z / 2) ** 2


@st.composite
def drawn_problems(draw, overlap=None, normalisation="sum"):
    """A problem whose forgotten rows share the given part of their length with the retained."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_r, n_f, d = draw(st.integers(2, 12)), draw(st.integers(1, 6)), draw(st.integers(1, 3))
    c = draw(st.floats(0.05, 1.0)) if overlap is None else overlap
    rows = rng.normal(size=(n_r + n_f, 2 * d)) * 10.0 ** draw(st.floats(-1.5, 0.3))
    rows[:n_r, d:] = 0.0
    rows[n_r:, :d] *= c
    rows[n_r:, d:] *= np.sqrt(1 - c**2)
    return UnlearningProblem(
        rows,
        rng.choice([-1.0, 1.0], size=n_r + n_f),
        np.arange(n_r + n_f) >= n_r,
        ridge=draw(ridges),
        loss=draw(st.sampled_from(LOSSES)),
        normalisation=normalisation,
    )


def solved(problem):
    """Return oracle and original; their certificates are far below what is compared."""
    oracle, original = minimise(problem.oracle()), minimise(problem.original())
    assume(oracle.converged and original.converged)
    return oracle, original


def signed(problem, rows):
    return problem.labels[rows, None] * problem.features[rows]


# --- the weight ---------------------------------------------------------------------------------


@given(drawn_problems(normalisation="mean"), st.floats(0, 2), st.floats(0.1, 2))
def test_calibrated_weight(problem, wrong_weight, wrong_ridge):
    oracle = minimise(problem.oracle())
    exact = calibrated_weight(problem.forget_fraction, problem.ridge)
    assert exact.excess == pytest.approx(len(problem.labels) / problem.forget.sum(), rel=1e-12)

    def slope(weight, ridge):
        whole, forget = problem.original(), problem.forget_ascent()
        unpaid = (problem.ridge - ridge) * oracle.w
        return whole.gradient(oracle.w) + weight * forget.gradient(oracle.w) - unpaid

    size = np.linalg.norm(oracle.w) * problem.ridge
    size += np.linalg.norm(problem.forget_ascent().gradient(oracle.w))
    assert np.linalg.norm(slope(exact.ascent_weight, exact.ridge)) <= 1e-7 * size + 1e-9
    # unless parallel, w_R and the forget gradient pin both numbers down on this one data set
    pair = np.stack([oracle.w, problem.forget_ascent().gradient(oracle.w)])
    least = np.linalg.svd(pair, compute_uv=False)[-1]
    moved = np.hypot(wrong_weight - exact.ascent_weight, wrong_ridge * problem.ridge - exact.ridge)
    found = np.linalg.norm(slope(wrong_weight, wrong_ridge * problem.ridge))
    assert found >= moved * least - 1e-7 * size - 1e-9


@given(drawn_problems(normalisation="mean"))
def test_calibrated_weight_is_exceeded_by_descent_ascent(problem):
    w = np.linspace(-1, 1, problem.features.shape[1])
    exact, f = calibrated_weight(problem.forget_fraction, problem.ridge), problem.forget_fraction
    value = problem.original().value(w) - problem.ridge / 2 * w @ w
    value -= exact.excess * exact.ascent_weight * problem.forget_loss(w)
    value += exact.ridge / 2 * w @ w
    assert problem.descent_ascent().value(w) == pytest.approx(value / (1 - f), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_calibrated_method_ends_at_the_oracle(normalisation, rng):
    features = rng.normal(size=(40, 3))
    problem = UnlearningProblem(
        features, np.sign(features[:, 0] + rng.normal(size=40)), np.arange(40) < 10,
        ridge=0.1, normalisation=normalisation,
    )  # fmt: skip
    path = run(calibrated(), problem, steps=20_000)
    assert path.distance[-1] < 1e-6 < 1e-3 < path.distance[0]


# --- one step -----------------------------------------------------------------------------------


def step(problem, original):
    gradient = -problem.forget_ascent().gradient(original)
    return orthogonal_ascent_is_exact(original, gradient, problem.ridge)


@given(drawn_problems(overlap=0.0))
def test_orthogonal_ascent_is_exact(problem):
    oracle, original = solved(problem)
    error = np.linalg.norm(step(problem, original.w) - oracle.w)
    # what the gradient of the original lacks is carried into the step
    slack = np.linalg.norm(problem.original().gradient(original.w)) / problem.ridge
    assert error <= 1e-9 * np.linalg.norm(original.w) + slack + oracle.radius + 1e-12


@given(drawn_problems())
def test_orthogonal_ascent_is_exact_for_no_other_rows(problem):
    oracle, original = solved(problem)
    rows, gone = signed(problem, ~problem.forget), problem.forget_ascent().gradient(original.w)
    cross = np.linalg.norm(rows @ gone)
    omega = curvature(
        problem._base.loss.name, np.abs(rows) @ (np.abs(oracle.w) + np.abs(original.w))
    )
    found = np.linalg.norm(step(problem, original.w) - oracle.w)
    if cross * omega.min() > 1e-4 * problem.ridge:
        assert found > 0


@given(drawn_problems(overlap=0.0, normalisation="mean"))
def test_orthogonal_ascent_is_exact_up_to_the_ridge_in_the_mean_convention(problem):
    original, f = minimise(problem.original()), problem.forget_fraction
    gradient = -f * problem.forget_ascent().gradient(original.w)
    w = orthogonal_ascent_is_exact(original.w, gradient, problem.ridge)
    stronger = problem.oracle().with_coefficients(
        problem.oracle().coefficients, problem.ridge / (1 - f)
    )
    size = np.linalg.norm(original.w) * problem.ridge / (1 - f)
    assert np.linalg.norm(stronger.gradient(w)) <= 1e-8 * size + 1e-9


# --- the flow -----------------------------------------------------------------------------------


def mean_inverse(loss, z):
    """The mean of 1/psi over (0, z), over its value at z, by quadrature in 30 digits."""
    inverse = (lambda u: mp.exp(u)) if loss == "exponential" else (lambda u: 1 + mp.exp(u))
    with mp.workdps(30):
        z = mp.mpf(z)
        return mp.quad(inverse, mp.linspace(0, z, 9)) / (z * inverse(z))


@given(st.floats(-6, 1.7).map(lambda e: 10.0**e), st.sampled_from(LOSSES))
def test_orthogonal_ascent_flow(z, loss):
    found = orthogonal_ascent_flow(z, loss)
    assert found == pytest.approx(float(mean_inverse(loss, z)), rel=1e-10)
    assert 0 < found < 1
    assert orthogonal_ascent_flow(z * 1.01, loss) < found


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("lengths", [(2.0, 2.0), (1.5, 2.0)])
def test_orthogonal_ascent_flow_passes_the_oracle_where_rows_are_equally_long(loss, lengths):
    ridge = 0.7
    features = np.diag([1.5, *lengths])
    problem = UnlearningProblem(
        features, np.ones(3), np.array([False, True, True]),
        ridge=ridge, loss=loss, normalisation="sum",
    )  # fmt: skip
    oracle, original = (minimise(o).w for o in (problem.oracle(), problem.original()))
    times = orthogonal_ascent_flow(original[1:] * lengths, loss) / ridge
    flow = solve_ivp(
        lambda _, w: -problem.forget_ascent().gradient(w), (0, times.max()), original,
        rtol=1e-11, atol=1e-13, dense_output=True,
    )  # fmt: skip
    for j, time in enumerate(times, start=1):
        assert flow.sol(time)[j] == pytest.approx(0.0, abs=1e-8)
    distance = np.linalg.norm(flow.sol(np.linspace(0, times.max(), 2001)) - oracle[:, None], axis=0)
    start = np.linalg.norm(original - oracle)
    if lengths[0] == lengths[1]:
        assert distance.min() < 1e-7 * start
    else:
        assert distance.min() > 0.01 * start
    assert np.linalg.norm(step(problem, original) - oracle) < 1e-8


# --- the bound ----------------------------------------------------------------------------------


def norms(problem, oracle, original):
    """Return cross norm, gradient norm, spectral norm, and the curvatures in between."""
    rows, gradient = signed(problem, ~problem.forget), problem.oracle().gradient(original)
    if problem.normalisation == "mean":
        rows = rows / np.sqrt(len(rows))
    ends = np.stack([signed(problem, ~problem.forget) @ w for w in (oracle, original)])
    loss = problem._base.loss.name
    bends = curvature(loss, ends)
    # the logistic curvature peaks at margin 0
    peaks = np.where(ends.prod(axis=0) < 0, curvature(loss, 0.0), bends.max(axis=0))
    peaks = bends.max(axis=0) if loss == "exponential" else peaks
    return (
        np.linalg.norm(rows @ gradient), np.linalg.norm(gradient), np.linalg.norm(rows, 2),
        float(bends.min()), float(peaks.max()),
    )  # fmt: skip


@given(drawn_problems() | drawn_problems(normalisation="mean"))
def test_cross_gram_bound(problem):
    oracle, original = solved(problem)
    cross, gradient, spectral, low, high = norms(problem, oracle.w, original.w)
    one = original.w - problem.oracle().gradient(original.w) / problem.ridge
    error, scale = one - oracle.w, np.linalg.norm(original.w) + np.linalg.norm(oracle.w)
    truth, slack = np.linalg.norm(error), 2 * oracle.radius + 1e-8 * scale + 1e-12
    bounds = cross_gram_bound(cross, gradient, spectral, problem.ridge, low, high)
    assert bounds.lower - slack <= truth <= bounds.upper + slack
    if problem._base.loss.name == "logistic":
        anywhere = cross_gram_bound(cross, gradient, spectral, problem.ridge)
        first = spectral * cross / (4 * problem.ridge**2)
        assert bounds.upper <= anywhere.upper * (1 + 1e-12)
        assert anywhere.upper <= first * (1 + 1e-12) and anywhere.lower == 0
    middle = mean_hessian(problem, oracle.w, original.w)
    in_hessian = np.sqrt(error @ middle @ error)
    assert in_hessian <= bounds.upper_in_hessian * (1 + 1e-6) + slack * np.linalg.norm(middle, 2)
    # the two errors as one resolvent
    move = problem.oracle().gradient(original.w) / problem.ridge
    bend = middle - problem.ridge * np.eye(len(move))
    np.testing.assert_allclose(
        error, -np.linalg.solve(middle, bend @ move), atol=slack + 1e-7 * scale
    )


def mean_hessian(problem, start, end):
    nodes, weights = np.polynomial.legendre.leggauss(40)
    points = start + (1 + nodes[:, None]) / 2 * (end - start)
    hessians = np.array([problem.oracle().hessian(w) for w in points])
    return np.einsum("k,kij->ij", weights / 2, hessians)


@pytest.mark.parametrize("spectral", [0.1, 1.0, 2.0, 7.0])
@pytest.mark.parametrize("ridge", [0.3, 1.0, 20.0])
def test_cross_gram_bound_is_attained(spectral, ridge):
    """Retained rows in pairs of both labels, a forgotten one that is hardly there."""
    seen, size = min(spectral, 2 * np.sqrt(ridge)), 1e-5
    along = np.array([[1.0, 0.0], [-1.0, 0.0]]) * seen / np.sqrt(2)
    across = np.array([[0.0, 1.0], [0.0, -1.0]]) * spectral / np.sqrt(2)
    rows = np.vstack([along, across, [[size, 0.0]]])
    problem = UnlearningProblem(
        rows, np.ones(5), np.arange(5) == 4, ridge=ridge, normalisation="sum"
    )  # fmt: skip
    original = minimise(problem.original()).w
    w = step(problem, original)
    cross, gradient, whole, low, _ = norms(problem, np.zeros(2), original)
    assert whole == pytest.approx(spectral, rel=1e-9)
    bounds = cross_gram_bound(cross, gradient, spectral, ridge, low)
    assert np.linalg.norm(w) == pytest.approx(bounds.upper, rel=1e-6)  # the oracle is 0
    alone = cross_gram_bound(cross, gradient, seen, ridge, low)
    assert np.linalg.norm(w) == pytest.approx(alone.lower, rel=1e-6)
    in_hessian = np.sqrt(w @ mean_hessian(problem, np.zeros(2), original) @ w)
    assert in_hessian == pytest.approx(alone.upper_in_hessian, rel=1e-6)


def test_cross_gram_bound_without_a_pull():
    bounds = cross_gram_bound(0.0, 0.0, 1.0, 1.0, 0.1)
    assert [float(bound) for bound in bounds] == [0, 0, 0]


# --- the step size ------------------------------------------------------------------------------


@given(drawn_problems())
def test_ascent_step_size(problem):
    oracle, original = solved(problem)
    *_, spectral, _, high = norms(problem, oracle.w, original.w)
    best = ascent_step_size(spectral, problem.ridge, high)
    start = np.linalg.norm(original.w - oracle.w)
    slack = 2 * oracle.radius + 1e-8 * np.linalg.norm(original.w) + 1e-12
    for size, ratio in ((best.size, best.ratio), (1 / problem.ridge, best.ratio_of_exact)):
        w = original.w - size * problem.forget_ascent().gradient(original.w)
        assert np.linalg.norm(w - oracle.w) <= max(ratio, 0.0) * start + slack
    assert best.ratio < 1


@pytest.mark.parametrize("spectral", [0.5, 2.0, 9.0])
def test_ascent_step_size_is_the_best_guarantee(spectral):
    """One forget set where no retained row looks, one where all do: no size serves both better."""
    ridge, worst = 0.8, []
    best = ascent_step_size(spectral, ridge)
    sizes = best.size * np.array([0.9, 1.0, 1.1])
    for seen in (True, False):
        row = [[1e-5, 0.0]] if seen else [[0.0, 1e-5]]
        rows = np.vstack([np.array([[1.0, 0.0], [-1.0, 0.0]]) * spectral / np.sqrt(2), row])
        problem = UnlearningProblem(
            rows, np.ones(3), np.arange(3) == 2, ridge=ridge, normalisation="sum"
        )  # fmt: skip
        original = minimise(problem.original()).w
        gone = problem.forget_ascent().gradient(original)
        worst.append([np.linalg.norm(original - eta * gone) for eta in sizes])
        worst[-1] /= np.linalg.norm(original)
        exact = np.linalg.norm(original - gone / ridge) / np.linalg.norm(original)
        assert exact == pytest.approx(best.ratio_of_exact if seen else 0.0, rel=1e-5, abs=1e-5)
    guarantee = np.max(worst, axis=0)
    assert guarantee[1] == pytest.approx(best.ratio, rel=1e-5)
    assert min(guarantee[0], guarantee[2]) > guarantee[1] * (1 + 1e-3)


def test_strategies_are_not_degenerate():
    def steep(problem):
        rows = signed(problem, ~problem.forget)
        return bool(np.linalg.norm(rows, 2) ** 2 > 40 * problem.ridge)

    reaches(drawn_problems(), steep)
    reaches(drawn_problems(), lambda p: not steep(p))
    reaches(drawn_problems(), lambda p: p.forget.sum() > 3 and p._base.loss.name == "exponential")


def test_a_claim_of_the_sum_convention_needs_it():
    # in the mean convention the same step is not the oracle, though the rows are orthogonal
    problem = UnlearningProblem(np.eye(2), np.ones(2), np.array([False, True]), ridge=0.5)
    oracle, original = (minimise(o).w for o in (problem.oracle(), problem.original()))
    gradient = -problem.forget_ascent().gradient(original)
    for size in np.linspace(0.0, 4.0, 41):
        assert np.linalg.norm(original + size * gradient - oracle) > 0.05
