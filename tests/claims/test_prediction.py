"""What the original alone says of descent-ascent's end, against matrices and certified ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from logreg_unlearn.assess.candidates import scores
from logreg_unlearn.assess.dependence import cross_influence, dependence
from logreg_unlearn.problem.losses import LOGISTIC
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory.prediction import (
    influence_norm_is_blind,
    signed_newton_step,
    stationary_fixed_point,
)
from tests.strategies import reaches

seeds = st.integers(0, 2**32 - 1)


def two_blocks(quiet, loud, forgotten, retained, gone, length, ridge):
    """A problem of ``quiet`` retained rows e_1, ``forgotten`` ones, and loud rows on both sides."""

    def side(rows, count, many):
        features = np.zeros((count, 2))
        features[:rows, 0] = 1.0
        features[rows : rows + many, 1] = length * (-1.0) ** np.arange(many)
        return features

    features = np.vstack([side(quiet, retained, loud[0]), side(forgotten, gone, loud[1])])
    mask = np.arange(retained + gone) >= retained
    return UnlearningProblem(features, np.ones(retained + gone), mask, ridge=ridge)


# --- the norm that is blind ---------------------------------------------------------------------


@given(
    st.integers(1, 12), st.integers(0, 6), st.integers(1, 3),
    st.floats(-1, 1), st.floats(-1.0, 1.5),
)  # fmt: skip
def test_influence_norm_is_blind(quiet, forgotten, pairs, ridge, length):
    retained, gone, ridge, length = 24, 12, 10.0**ridge, 10.0**length
    loud = (4 * pairs, 2 * pairs)
    assume(quiet + loud[0] <= retained and forgotten + loud[1] <= gone)
    problem = two_blocks(quiet, loud, forgotten, retained, gone, length, ridge)
    oracle, original, end = (
        minimise(o).w for o in (problem.oracle(), problem.original(), problem.descent_ascent())
    )
    lift = (forgotten / gone) / (quiet / retained)
    share = quiet / retained / ridge, loud[0] / retained * length**2 / ridge
    found = influence_norm_is_blind(*share, lift, gone / (retained + gone))
    unit = np.sqrt(retained * gone)
    norm = np.linalg.norm(cross_influence(problem, original), ord=2)
    assert found.by_slopes == pytest.approx(norm / unit, rel=1e-6)
    measured = scores(problem, original)
    assert found.raw == pytest.approx(measured["cross-influence raw"] / unit, rel=1e-6)
    curved = measured["cross-influence curvatures"] / unit
    assert found.by_curvatures == pytest.approx(curved, rel=1e-6)
    before = np.linalg.norm(original - oracle)
    if before > 1e-6 * np.linalg.norm(oracle):
        ratio = np.linalg.norm(end - oracle) / before
        assert found.ratio == pytest.approx(ratio, rel=1e-3, abs=1e-6)


def test_influence_norm_is_blind_to_help_and_harm():
    """The counterexample of the finding, on rows."""
    seen = []
    for forgotten in (0, 4):
        problem = two_blocks(4, (4, 4), forgotten, 8, 8, np.sqrt(8.0), 1.0)
        oracle, original, end = (
            minimise(o).w for o in (problem.oracle(), problem.original(), problem.descent_ascent())
        )
        assert dependence(problem, original).cross_influence_norm == pytest.approx(4.0)
        assert scores(problem, original)["cross-influence raw"] == pytest.approx(16.0)
        assert scores(problem, original)["cross-influence curvatures"] == pytest.approx(4.0)
        assert scores(problem, original)["cross-influence overlap"] == pytest.approx(1.0)
        seen.append([np.linalg.norm(original - oracle), np.linalg.norm(end - oracle)])
    (original_a, end_a), (original_b, end_b) = seen
    assert end_a < 1e-8 < 0.05 < original_a
    assert original_b < 1e-8 < 0.2 < end_b
    exact = [influence_norm_is_blind(0.5, 4.0, lift, 0.5) for lift in (0.0, 0.5, 1.0)]
    assert [float(e.raw) for e in exact] == pytest.approx([2.0] * 3)
    assert [float(e.by_slopes) for e in exact] == pytest.approx([0.5] * 3)
    assert exact[0].ratio == 0.0 and 0 < exact[1].ratio < np.inf and exact[2].ratio == np.inf


# --- the fixed point ----------------------------------------------------------------------------


@st.composite
def drawn_problems(draw, loss="logistic"):
    rng = np.random.default_rng(draw(seeds))
    n_r, n_f, d = draw(st.integers(2, 12)), draw(st.integers(1, 6)), draw(st.integers(1, 4))
    rows = rng.normal(size=(n_r + n_f, d)) * 10.0 ** draw(st.floats(-1.0, 0.5))
    labels = rng.choice([-1.0, 1.0], size=n_r + n_f)
    ridge = 10.0 ** draw(st.floats(-2, 1))
    return UnlearningProblem(rows, labels, np.arange(n_r + n_f) >= n_r, ridge=ridge, loss=loss)


def bound(problem):
    sides = (problem.features[side] for side in (~problem.forget, problem.forget))
    return max(np.linalg.norm(side, 2) ** 2 / (4 * len(side)) for side in sides)


def rounds_of(problem, w, count):
    for _ in range(count):
        w = w - problem.descent_ascent().gradient(w) / problem.ridge
    return w


@given(drawn_problems(), seeds, st.integers(1, 4))
def test_stationary_fixed_point(problem, seed, count):
    w = np.random.default_rng(seed).normal(size=problem.features.shape[1])
    end = minimise(problem.descent_ascent(), w)
    assume(end.converged)
    once, later = rounds_of(problem, w, 1), rounds_of(problem, w, count)
    known = stationary_fixed_point(np.linalg.norm(once - w), bound(problem), problem.ridge, count)
    before = np.linalg.norm(w - end.w)
    slack = 1e-7 * (1 + before) * (1 + known.rate) ** count
    assert np.linalg.norm(once - end.w) <= known.rate * before + slack
    assert np.linalg.norm(later - end.w) <= known.error + slack
    assert np.isfinite(known.error) == (bound(problem) < problem.ridge)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("ridge", [0.6, 3.0])
def test_stationary_fixed_point_is_attained(count, ridge):
    """Forgotten rows a and -a at vanishing margins: T is the multiplication by q."""
    rows = np.array([[0.0], [0.0], [1.2], [-1.2]])
    problem = UnlearningProblem(rows, np.ones(4), np.arange(4) >= 2, ridge=ridge)
    w = np.array([1e-3])
    step = np.linalg.norm(rounds_of(problem, w, 1) - w)
    known = stationary_fixed_point(step, bound(problem), ridge, count)
    assert np.linalg.norm(rounds_of(problem, w, count)) == pytest.approx(known.error, rel=1e-4)
    assert rounds_of(problem, w, 1)[0] == pytest.approx(known.rate * w[0], rel=1e-4)


# --- the signed step ----------------------------------------------------------------------------


def third(problem):
    lengths, sides = problem.original().lengths(), (~problem.forget, problem.forget)
    return LOGISTIC.third_bound * sum(np.mean(lengths[side] ** 3) for side in sides)


@given(drawn_problems(), seeds)
def test_signed_newton_step(problem, seed):
    ascent = problem.descent_ascent()
    w = np.random.default_rng(seed).normal(size=problem.features.shape[1])
    end = minimise(ascent, w)
    eigenvalues = np.linalg.eigvalsh(ascent.hessian(w))
    assume(end.converged and np.abs(eigenvalues).min() > 1e-6)
    reach = np.linalg.norm(w - end.w)
    known = signed_newton_step(ascent.gradient(w), ascent.hessian(w), third(problem), reach)
    truth = np.linalg.norm(w + known.step - end.w)
    assert truth <= known.error + 1e-6 * (1 + reach) * (1 + 1 / np.abs(eigenvalues).min())
    assert bool(known.settles) == bool(eigenvalues.min() > 0)
    solved = np.linalg.lstsq(ascent.hessian(w), -ascent.gradient(w), rcond=None)[0]
    np.testing.assert_allclose(known.step, solved, rtol=1e-5, atol=1e-8)


@given(seeds, st.integers(1, 4))
def test_signed_newton_step_is_exact_for_a_quadratic(seed, d):
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(d, d)))[0]
    curvatures = rng.choice([-1.0, 1.0], size=d) * rng.uniform(0.1, 3.0, size=d)
    hessian, w, end = (axes * curvatures) @ axes.T, rng.normal(size=d), rng.normal(size=d)
    known = signed_newton_step(hessian @ (w - end), hessian, 0.0, np.linalg.norm(w - end))
    np.testing.assert_allclose(w + known.step, end, atol=1e-10)
    assert known.error == 0.0 and bool(known.settles) == bool((curvatures > 0).all())


def test_signed_newton_step_is_attained():
    """One row at the margin of the largest third derivative, from nearby."""
    margin = float(np.log(2 + np.sqrt(3)))
    ridge = float(-LOGISTIC.derivative(np.array(margin))) / margin
    objective = Objective(np.ones((1, 1)), np.ones(1), ridge)
    w = np.array([margin + 1e-3])
    known = signed_newton_step(
        objective.gradient(w), objective.hessian(w), LOGISTIC.third_bound, 1e-3
    )
    assert abs(w + known.step - margin)[0] == pytest.approx(float(known.error), rel=1e-2)


def test_strategies_are_not_degenerate():
    reaches(drawn_problems(), lambda p: bound(p) < 0.5 * p.ridge)
    reaches(drawn_problems(), lambda p: bound(p) > 10 * p.ridge)
