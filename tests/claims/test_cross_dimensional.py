"""Two correlated groups: closed form = derivation in mpmath = certified solver = iteration."""

from __future__ import annotations

from functools import cache

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import OptimumStatus, PointKind, classify, minimise
from logreg_unlearn.theory import cross_dimensional as theory
from logreg_unlearn.theory.lambert import w0
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import Status, run
from proofs.cross_dimensional import equations as derivation
from tests.strategies import reaches

SLACK = 1e-11


def powers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda exponent: float(10.0**exponent))


fractions = powers(-4, -0.01) | powers(-4, -0.01).map(lambda f: 1 - f)
# |R_ij|/n_R in (0, 1] over ridges from 1e-8 to 1e3
strengths = powers(-6, 8) | powers(-1, 2)
alphas = powers(-6, 4) | powers(-1, 1)
positive = st.floats(0.01, 1.5) | powers(-6, 0) | powers(-9, -1).map(lambda d: 1 - d)
negative = positive.map(lambda e: -e)
anywhere = positive | negative | st.sampled_from([0.0, 1.0, -1.0])
below_fold = st.floats(0.001, 0.999) | powers(-6, -1).map(lambda d: 1 - d)


@cache
def derived(which: int):
    """The right sides that the proofs derive from the loss, as mpmath functions."""
    names = (derivation.eps, derivation.r, derivation.k, derivation.alpha)
    sides = derivation.margins(*derivation.coefficients()[which])
    return sp.lambdify((*names, derivation.X, derivation.Y), sides, "mpmath")


def newton_step(which: int, e: float, r: float, alpha: float, f: float, point) -> float:
    """Length of a Newton step of the derived equations at the point, in 60 digits."""
    with mp.workdps(60):
        k = (1 - mp.mpf(f)) / mp.mpf(f)
        x, y = mp.mpf(float(point.x)), mp.mpf(float(point.y))
        big_x, big_y = mp.exp(-x), mp.exp(-y)
        arguments = [mp.mpf(v) for v in (e, r)] + [k, mp.mpf(alpha)]
        right = derived(which)
        residual = mp.matrix([x, y]) - mp.matrix(right(*arguments, big_x, big_y))
        column = [right(*arguments, big_x, mp.mpf(0)), right(*arguments, mp.mpf(0), big_y)]
        jacobian = mp.matrix([[1 + column[0][0], column[1][0]], [column[0][1], 1 + column[1][1]]])
        return float(mp.norm(mp.lu_solve(jacobian, residual)))


def solves(which: int, e: float, r: float, alpha: float, f: float, point, tolerance=1e-12) -> bool:
    scale = 1 + max(abs(float(point.x)), abs(float(point.y)))
    return newton_step(which, e, r, alpha, f, point) <= tolerance * scale


@st.composite
def groups(draw, sign: st.SearchStrategy[float] = anywhere):
    """A data set of two groups and samples that carry nothing, with its parameters."""
    retained, forgotten = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    idle = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    e, ridge = draw(sign), draw(powers(-1.5, 2))
    rows = np.repeat(
        [[1.0, e], [e, 1.0], [0.0, 0.0], [0.0, 0.0]], [retained, forgotten, *idle], axis=0
    )
    forget = np.repeat([False, True, False, True], [retained, forgotten, *idle])
    labels = np.where(np.arange(len(rows)) % 2 == 0, 1.0, -1.0)
    n_retain, n_forget = retained + idle[0], forgotten + idle[1]
    parameters = (
        e,
        retained / (ridge * n_retain),
        forgotten / retained,
        n_forget / (n_retain + n_forget),
    )
    problem = UnlearningProblem(
        rows * labels[:, None], labels, forget, ridge=ridge, loss="exponential"
    )
    return problem, parameters


def close(left, right, tolerance: float = 1e-9) -> bool:
    return bool(np.max(np.abs(left - right)) <= tolerance * (1 + np.max(np.abs(right))))


# --- the strategies reach what the claims are about -----------------------------------------


@pytest.mark.parametrize(
    ("strategy", "condition"),
    [
        (strengths, lambda r: r > 1e7),
        (strengths, lambda r: r < 1e-5),
        (fractions, lambda f: f < 2e-4),
        (fractions, lambda f: f > 0.9998),
        (alphas, lambda a: a > 100),
        (alphas, lambda a: a < 1e-4),
        (anywhere, lambda e: e > 1.2),
        (anywhere, lambda e: -1.2 < e < -0.9),
        (anywhere, lambda e: e == 0),
        (positive, lambda e: 0 < 1 - e < 1e-6),
        (below_fold, lambda u: u > 0.99999),
    ],
)
def test_strategies_are_not_degenerate(strategy, condition) -> None:
    assert condition(reaches(strategy, condition))


# --- the claims -----------------------------------------------------------------------------


@given(e=anywhere, r=strengths, case=groups())
@example(e=1.0, r=1e8, case=None)
def test_oracle_closed_form(e: float, r: float, case) -> None:
    point = theory.oracle_closed_form(e, r)
    assert solves(1, e, r, 0.0, 0.5, point)
    assert float(point.nu) == 0
    with mp.workdps(30):
        expected = mp.lambertw(mp.mpf(r) * (1 + mp.mpf(e) ** 2))
        assert abs(float(point.x) / expected - 1) < 1e-14
    if case is not None:
        problem, (e, r, *_) = case
        solved = minimise(problem.oracle())
        assert solved.status is OptimumStatus.CONVERGED
        assert close(theory.oracle_closed_form(e, r).w, solved.w)


@given(e=st.just(0.0) | positive, r=strengths, alpha=alphas, f=fractions, case=groups())
def test_original_bounds(e: float, r: float, alpha: float, f: float, case) -> None:
    alpha = min(alpha, 1.0)
    point, bounds = (
        theory.original_point(e, r, alpha, f),
        theory.original_bounds(e, r, alpha, f),
    )
    assert solves(0, e, r, alpha, f, point)
    assert bounds.x_low <= point.x * (1 + SLACK)
    assert point.x <= bounds.x_high * (1 + SLACK)
    assert bounds.x_high <= bounds.x_high_paper * (1 + SLACK)
    assert bounds.y_low <= point.y * (1 + SLACK)
    assert point.y <= bounds.y_high * (1 + SLACK)
    problem, parameters = case
    solved = minimise(problem.original())
    assert solved.status is OptimumStatus.CONVERGED
    assert close(theory.original_point(*parameters).w, solved.w)


def test_original_bounds_are_attained_and_need_their_hypotheses() -> None:
    tight = theory.original_bounds(1.0, 2.0, 1.0, 0.3)
    point = theory.original_point(1.0, 2.0, 1.0, 0.3)
    assert float(tight.x_low) == pytest.approx(float(point.x), rel=1e-12)
    assert float(tight.y_high) == pytest.approx(float(point.y), rel=1e-12)
    apart = theory.original_bounds(0.0, 2.0, 0.7, 0.3)
    point = theory.original_point(0.0, 2.0, 0.7, 0.3)
    for found in (apart.x_low, apart.x_high, apart.x_high_paper):
        assert float(found) == pytest.approx(float(point.x), rel=1e-12)
    for found in (apart.y_low, apart.y_high):
        assert float(found) == pytest.approx(float(point.y), rel=1e-12)
    loose = theory.original_bounds(0.5, 2.0, 1.0, 0.3)
    assert loose.x_high < 0.98 * loose.x_high_paper
    # alpha = 3 > 1: y exceeds W(b(2 eps + alpha(1 + eps^2)))
    above = theory.original_point(0.5, 1.0, 3.0, 0.5)
    assert above.y > w0(0.5 * (1 + 3 * 1.25)) + 1e-3
    # eps < 0: y falls below W(b alpha(1 + eps^2))
    below = theory.original_point(-0.5, 1.0, 0.5, 0.5)
    assert below.y < w0(0.25 * 1.25) - 1e-3


@given(e=anywhere, r=strengths, u=below_fold, f=fractions)
@example(e=0.5, r=100.0, u=0.5, f=0.1)
def test_da_bounds(e: float, r: float, u: float, f: float) -> None:
    alpha = float(u * theory.da_existence(e, r, f).alpha)
    points = theory.da_stationary_points(e, r, alpha, f)
    assert points[0].exists
    for point in points:
        if point.exists:
            assert solves(2, e, r, alpha, f, point, tolerance=1e-12 / (1 - u))
            if e >= 0:
                x_high, y_high = theory.da_bounds(e, r, alpha, f)
                scale = 1e-12 / (1 - u)
                assert point.x <= x_high + scale * (1 + abs(point.x))
                assert point.y <= y_high + scale * (1 + abs(point.y))


def test_da_bounds_may_speak_of_no_point() -> None:
    bounds = theory.da_bounds(0.5, 100.0, 0.081, 0.1)
    assert np.all(np.isfinite(bounds))
    assert not theory.da_stationary_points(0.5, 100.0, 0.081, 0.1)[0].exists
    assert 0.0116 < theory.da_existence(0.5, 100.0, 0.1).alpha < 0.0117
    # exact where the groups are parallel, and where they are orthogonal
    for e, r in ((1.0, 2.0), (0.0, 0.2)):
        point = theory.da_stationary_points(e, r, 0.7, 0.4)[0]
        margins = [float(point.x), float(point.y)]
        assert [float(b) for b in theory.da_bounds(e, r, 0.7, 0.4)] == pytest.approx(margins)
    # epsilon < 0 is not covered: y exceeds W(r(2 eps - alpha k(1 + eps^2)))
    values = -0.1, 1.0, 0.1, 0.5
    assert theory.da_stationary_points(*values)[0].y > w0(-0.2 - 0.1 * 1.01) + 1e-2


@given(e=positive, r=strengths, f=fractions, u=below_fold)
@example(e=0.05, r=1e-3, f=0.9, u=0.5)
def test_original_above_da(e: float, r: float, f: float, u: float) -> None:
    at_x, at_y = map(float, theory.original_above_da(e, f))
    threshold = max(at_x, at_y)
    # there the arguments of W in the bounds of the original and of descent-ascent are equal
    a, k = 1 + e**2, (1 - f) / f
    assert (1 - f) * (a + 2 * at_x * e) == pytest.approx(a - 2 * e * at_x * k, rel=1e-9)
    assert (1 - f) * at_y * a == pytest.approx(2 * e - at_y * k * a, rel=1e-9, abs=1e-9 * e)
    fold = float(theory.da_existence(e, r, f).alpha)
    assume(threshold < fold)
    alpha = threshold * (fold / threshold) ** u
    before = theory.original_point(e, r, alpha, f)
    for after in theory.da_stationary_points(e, r, alpha, f):
        if after.exists:
            slack = 1e-10 * (1 + max(abs(after.x), abs(after.y)))
            assert before.x >= after.x - slack
            assert before.y >= after.y - slack


def test_original_above_da_thresholds_are_where_the_bounds_meet() -> None:
    for e, r, f in ((0.5, 1.0, 0.5), (0.9, 20.0, 0.3), (1.3, 0.1, 0.6)):
        at_x, at_y = map(float, theory.original_above_da(e, f))
        lower, upper = theory.original_bounds(e, r, at_x, f), theory.da_bounds(e, r, at_x, f)
        assert float(lower.x_low) == pytest.approx(float(upper[0]), rel=1e-12)
        lower, upper = theory.original_bounds(e, r, at_y, f), theory.da_bounds(e, r, at_y, f)
        assert float(lower.y_low) == pytest.approx(float(upper[1]), rel=1e-12)


@given(e=positive, r=strengths, f=fractions, alpha=alphas, u=below_fold)
def test_order_of_x_implies_that_of_y(e: float, r: float, f: float, alpha: float, u: float) -> None:
    fold = float(theory.da_existence(e, r, f).alpha)
    first = float(theory.original_above_da(e, f)[0])
    for level in (min(alpha, u * fold), min(first * (1 + 1e-9), 1.0)):
        before = theory.original_point(e, r, level, f)
        for after in theory.da_stationary_points(e, r, level, f):
            slack = 1e-10 * (1 + max(abs(after.x), abs(after.y)))
            if after.exists and before.x >= after.x:
                assert before.y >= after.y - slack
            if after.exists and first < level:
                # alpha <= 1 (or the first threshold with the second): x is ordered
                assert level > 1 or before.x >= after.x - slack


def test_original_above_da_is_not_vacuous_and_not_needless() -> None:
    # alpha above 1 with a point
    threshold = max(map(float, theory.original_above_da(0.3, 0.9)))
    fold = float(theory.da_existence(0.3, 0.01, 0.9).alpha)
    assert 1 < threshold < fold
    # the lemma asks for a point that is not there
    assert max(map(float, theory.original_above_da(0.5, 0.1))) < 0.081
    assert theory.da_existence(0.5, 100.0, 0.1).alpha < 0.012
    # without the threshold the order fails
    before = theory.original_point(0.5, 1.0, 0.1, 0.5)
    assert before.x < theory.da_stationary_points(0.5, 1.0, 0.1, 0.5)[0].x


@given(e=positive, r=strengths, f=fractions, alpha=alphas, u=st.floats(0, 1))
@example(e=0.5, r=1.0, f=0.5, alpha=1.0, u=1.0)
def test_oracle_above_original(e: float, r: float, f: float, alpha: float, u: float) -> None:
    alpha_x, alpha_y = map(float, theory.oracle_above_original(e, r, f))
    retrained = theory.oracle_closed_form(e, r)
    within_x = min(alpha, alpha_x * u)
    assert theory.original_point(e, r, within_x, f).x <= retrained.x * (1 + SLACK)
    within_y = min(1.0, alpha_y * u)
    if within_y > 0:
        assert theory.original_point(e, r, within_y, f).y <= retrained.y * (1 + SLACK)
    with mp.workdps(40):
        big_e, big_r, share = mp.mpf(e), mp.mpf(r), 1 - mp.mpf(f)
        a, c = 1 + big_e**2, 2 * big_e / (1 + big_e**2)
        top = mp.lambertw(big_r * a)
        step = (top - mp.lambertw(big_r * share * a)) / c
        paper_y = (c * top * mp.exp(c * top) / (big_r * share) - 2 * big_e) / a
        assert abs(alpha_y - paper_y) <= 1e-10 * (1 + abs(paper_y))
        if alpha_x < 1e300:
            paper_x = step * mp.exp(step) / (big_r * share * a)
            assert abs(alpha_x / paper_x - 1) <= 1e-9 * (1 + step)


@pytest.mark.parametrize("f", [1e-12, 1e-7, 0.5])
@pytest.mark.parametrize("r", [1e-6, 1.0, 1e8])
def test_oracle_above_original_keeps_its_digits(f: float, r: float) -> None:
    """The two values of W differ by as little as one part in 1e12."""
    with mp.workdps(60):
        e, a = mp.mpf(0.5), mp.mpf(1.25)
        rest = mp.mpf(r) * (1 - mp.mpf(f)) * a
        step = (mp.lambertw(mp.mpf(r) * a) - mp.lambertw(rest)) * a / (2 * e)
        exact = float(step * mp.exp(step) / rest)
    assert float(theory.oracle_above_original(0.5, r, f)[0]) == pytest.approx(
        exact, rel=1e-12, abs=0
    )


def test_oracle_above_original_fails_for_alpha_above_one() -> None:
    alpha_x, alpha_y = theory.oracle_above_original(0.4, 1000.0, 0.96)
    assert 1 < 2.45 < min(alpha_x, alpha_y)
    retrained = theory.oracle_closed_form(0.4, 1000.0)
    assert theory.original_point(0.4, 1000.0, 2.45, 0.96).y > retrained.y * 1.01
    assert theory.original_point(0.4, 1000.0, 2.29, 0.96).y < retrained.y
    # above the thresholds both sides fail somewhere
    assert theory.original_point(0.5, 1.0, 0.9, 0.5).y > theory.oracle_closed_form(0.5, 1.0).y
    assert theory.original_point(0.5, 1.0, 9.0, 0.5).x > theory.oracle_closed_form(0.5, 1.0).x


@given(e=anywhere, r=strengths, alpha=alphas, f=fractions, case=groups())
@example(e=0.5, r=1.0, alpha=1.0, f=0.5, case=None)
def test_coordinate_order(e: float, r: float, alpha: float, f: float, case) -> None:
    point = theory.original_point(e, r, alpha, f)
    assert solves(0, e, r, alpha, f, point)
    difference = float(theory.coordinate_order(e, r, alpha, f))
    assert abs(difference - float(point.x - point.y)) <= SLACK * (
        1 + float(abs(point.x) + abs(point.y)) + 4 * float(point.mu + point.nu) * 1e-4
    )
    if abs(alpha - 1) > 1e-9 and abs(e - 1) > 1e-7:
        assert np.sign(difference) == np.sign(1 - alpha)
    if case is not None:
        problem, parameters = case
        w = minimise(problem.original()).w
        gap = (1 - parameters[0]) * (w[0] - w[1])
        assert abs(gap - theory.coordinate_order(*parameters)) <= 1e-8 * (1 + abs(w).max())


def test_coordinate_order_says_nothing_for_parallel_groups() -> None:
    point = theory.original_point(1.0, 2.0, 3.0, 0.5)
    assert float(point.x) == pytest.approx(float(point.y), rel=1e-14)
    assert float(theory.coordinate_order(0.5, 1.0, 1.0, 0.5)) == pytest.approx(0, abs=1e-15)


@given(e=anywhere, r=strengths, f=fractions)
@example(e=1.0, r=1e8, f=0.5)
@example(e=1e-6, r=1e8, f=0.5)
def test_da_existence(e: float, r: float, f: float) -> None:
    fold = theory.da_existence(e, r, f)
    for factor, there in ((1 - 1e-6, True), (1 + 1e-6, False)):
        minimum, saddle = theory.da_stationary_points(e, r, float(fold.alpha) * factor, f)
        assert bool(minimum.exists) is there
        # parallel groups have a saddle only where alpha k > 1
        log_share = float(fold.log_alpha_k) + np.log(factor)
        assert bool(saddle.exists) is bool(there and (e != 1 or log_share > 0))
    if e != 0:
        # the derived level and the sign of its slope, on both sides of the fold
        values = {derivation.eps: sp.Rational(e), derivation.r: sp.Rational(r)}
        with mp.workdps(60):
            level = sp.lambdify(
                derivation.x, [v.subs(values) for v in derivation.eliminated()], "mpmath"
            )
            slope = sp.lambdify(derivation.x, derivation.slope_sign().subs(values), "mpmath")
            centre = mp.mpf(float(fold.point.x))
            step = mp.mpf(10) ** -6 * (1 + abs(centre))
            assert slope(centre - step) > 0
            assert slope(centre + step) < 0
            exact = mp.findroot(slope, (centre - step, centre + step), solver="anderson")
            assert abs(mp.log(level(exact)[1]) - float(fold.log_alpha_k)) <= 1e-12 * (
                1 + abs(float(fold.log_alpha_k))
            )
    else:
        assert float(fold.log_alpha_k) == pytest.approx(-1 - np.log(r), rel=1e-12)
    if e == 1:
        assert float(fold.log_alpha_k) == pytest.approx(np.log1p(0.5 / (np.e * r)), rel=1e-9)


@settings(max_examples=20)
@given(case=groups(), u=st.floats(0.05, 0.95))
def test_da_points_are_a_minimum_and_a_saddle_of_the_data(case, u: float) -> None:
    problem, (e, r, alpha, f) = case
    fold = theory.da_existence(e, r, f)
    points = theory.da_stationary_points(e, r, alpha, f)
    assert bool(points[0].exists) == (alpha < fold.alpha)
    objective = problem.descent_ascent()
    assume(points[0].exists and np.abs(points[0].w).max() < 30)
    found = classify(objective, points[0].w)
    assert found.gradient_norm <= 1e-9 * (1 + problem.ridge * np.abs(points[0].w).max())
    assume(alpha < 0.99 * float(fold.alpha))
    assert found.kind is PointKind.MINIMUM
    if points[1].exists and np.abs(points[1].w).max() < 30:
        saddle = classify(objective, points[1].w)
        mass = points[1].mu + abs(points[1].nu)
        assert saddle.gradient_norm <= 1e-9 * problem.ridge * (1 + float(mass))
        assert saddle.kind is PointKind.SADDLE
    solved = minimise(objective, points[0].w * (1 + 1e-4))
    assert solved.status is OptimumStatus.CONVERGED
    assert close(solved.w, points[0].w, 1e-6)


def data_for(e: float, counts: tuple[int, int, int, int], ridge: float) -> UnlearningProblem:
    """Groups of the given sizes: correlated retained and forgotten, idle retained and forgotten."""
    rows = np.repeat([[1.0, e], [e, 1.0], [0.0, 0.0], [0.0, 0.0]], counts, axis=0)
    forget = np.repeat([False, True, False, True], counts)
    return UnlearningProblem(rows, np.ones(len(rows)), forget, ridge=ridge, loss="exponential")


def test_iteration_ends_at_the_minimum_below_the_fold_and_diverges_above() -> None:
    # |R_ij| = n_R = 10, n_F = 10, r = 1: the fold is at alpha = 0.712
    assert 0.71 < theory.da_existence(0.5, 1.0, 0.5).alpha < 0.72
    below = run(simultaneous(), data_for(0.5, (10, 6, 0, 4), 1.0), steps=20_000)
    assert below.status is Status.CONVERGED
    assert close(below.w[-1], theory.da_stationary_points(0.5, 1.0, 0.6, 0.5)[0].w, 1e-6)
    above = run(simultaneous(), data_for(0.5, (10, 8, 0, 2), 1.0), steps=200_000)
    assert above.status is Status.DIVERGED


@settings(max_examples=15)
@given(e=positive, r=powers(-5, 7), f=fractions)
@example(e=0.5, r=1.0, f=0.5)
@example(e=0.5, r=100.0, f=0.1)
@example(e=1.0, r=3.0, f=0.3)
def test_detriment_window(e: float, r: float, f: float) -> None:
    window = theory.detriment_window(e, r, f)
    if r >= 3.05 and e <= 1:
        assert not window.paper_open
    if window.exact_open:
        low, high = float(window.low), float(window.high)
        if high > low * (1 + 1e-6):
            assert theory.ordered(e, r, low * (1 + 1e-7), f)
            assert theory.ordered(e, r, np.sqrt(low * high), f)
            assert theory.ordered(e, r, high * (1 - 1e-7), f)
        assert not theory.ordered(e, r, low * (1 - 1e-6), f)
        assert not theory.ordered(e, r, high * (1 + 1e-6), f)
    else:
        top = min(float(window.fold), float(window.oracle_end))
        assert not np.any(theory.ordered(e, r, top * np.geomspace(1e-4, 1 - 1e-9, 20), f))
    if window.paper_open and window.paper_high <= window.fold:
        assert window.low <= window.paper_low * (1 + 1e-9)
        assert window.paper_high <= window.high * (1 + 1e-9)
    # y_D = y_R at the oracle's end, in the derived equations
    at_end = theory.original_point(e, r, float(window.oracle_end), f)
    assert float(at_end.y) == pytest.approx(float(theory.oracle_closed_form(e, r).y), rel=1e-9)


def test_detriment_window_numbers_of_the_finding() -> None:
    narrow = theory.detriment_window(0.4783, 3.0, 0.6613)
    assert narrow.paper_low < 0.999 < narrow.paper_high
    assert narrow.fold < narrow.paper_low
    ordinary = theory.detriment_window(0.5, 1.0, 0.5)
    found = [float(v) for v in (ordinary.paper_low, ordinary.paper_high)]
    assert found == pytest.approx([0.5333, 0.6045], abs=1e-4)
    assert [float(ordinary.low), float(ordinary.high)] == pytest.approx([0.3531, 0.625], abs=1e-4)
    assert not theory.detriment_window(0.415, 1.0, 0.5).paper_open
    assert not theory.detriment_window(0.57, 1.0, 0.5).paper_open
    ended = theory.detriment_window(0.5, 100.0, 0.1)
    assert float(ended.high) == pytest.approx(float(ended.fold))
    assert 0.0054 < ended.low < 0.0055
    # as printed, without alpha <= 1
    assert max(map(float, theory.original_above_da(0.96, 0.9995))) < 1200
    assert min(map(float, theory.oracle_above_original(0.96, 100.0, 0.9995))) > 1200
    parallel = theory.detriment_window(1.0, 7.0, 0.3)
    assert float(parallel.low) == pytest.approx(0.09 / 0.91, rel=1e-9)
    assert float(parallel.high) == pytest.approx(0.3 / 0.7, rel=1e-9)
    assert not theory.detriment_window(0.05, 1.0, 0.5).exact_open


@given(e=positive, r=strengths, f=fractions, u=st.floats(0.01, 0.9), step=st.floats(0.01, 0.09))
def test_margins_move_apart_with_alpha(e: float, r: float, f: float, u: float, step: float) -> None:
    fold = float(theory.da_existence(e, r, f).alpha)
    for margin in ("x", "y"):
        rise = [getattr(theory.original_point(e, r, s * fold, f), margin) for s in (u, u + step)]
        fall = [
            getattr(theory.da_stationary_points(e, r, s * fold, f)[0], margin)
            for s in (u, u + step)
        ]
        assert rise[1] >= rise[0] * (1 - 1e-14)
        assert fall[1] <= fall[0] + 1e-14 * abs(fall[0])


@given(e=anywhere, r=strengths, u=below_fold, f=fractions)
@example(e=0.5, r=1.0, u=0.8, f=0.5)
def test_order_implies_distance(e: float, r: float, u: float, f: float) -> None:
    alpha = float(u * theory.da_existence(e, r, f).alpha)
    retrained = theory.oracle_closed_form(e, r)
    before = theory.original_point(e, r, alpha, f)
    after = theory.da_stationary_points(e, r, alpha, f)[0]
    if max(map(float, (before.mu, before.nu, after.mu, -after.nu))) < 1e6:
        for point in (before, after):
            direct = float(np.linalg.norm(point.w - retrained.w))
            size = 1 + float(abs(point.mu) + abs(point.nu) + retrained.mu)
            assert abs(float(point.distance(retrained)) - direct) <= 1e-11 * size
    if theory.order_implies_distance(e, r, alpha, f):
        assert after.distance(retrained) >= before.distance(retrained) * (1 - 1e-9)
    if theory.ordered(e, r, alpha, f):
        assert theory.order_implies_distance(e, r, alpha, f)


def test_order_implies_distance_is_not_vacuous_and_needs_the_order() -> None:
    assert theory.order_implies_distance(0.5, 1.0, 0.6, 0.5)
    # weaker than the order of both margins
    assert theory.order_implies_distance(0.5, 1.0, 0.64, 0.5)
    assert not theory.ordered(0.5, 1.0, 0.64, 0.5)
    # not ordered, and closer
    assert not theory.order_implies_distance(0.5, 1.0, 0.1, 0.5)
    retrained = theory.oracle_closed_form(0.5, 1.0)
    after = theory.da_stationary_points(0.5, 1.0, 0.1, 0.5)[0]
    before = theory.original_point(0.5, 1.0, 0.1, 0.5)
    assert after.distance(retrained) < before.distance(retrained)


@given(
    e=st.floats(0, 0.99),
    near=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    extra=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_order_of_margins_alone_gives_a_factor(e: float, near, extra) -> None:
    def length(margin) -> float:
        return float(np.linalg.norm(np.linalg.solve([[1, e], [e, 1]], margin)))

    far = np.add(near, extra)
    factor = (1 - e**2) / (1 + e**2)
    assert length(far) >= factor * length(near) - 1e-12
    attained = length((1, 2 * e / (1 + e**2))) / length((1, 0))
    assert attained == pytest.approx(factor, rel=1e-9)


@given(e=anywhere, r=strengths, alpha=alphas, f=fractions, case=groups(st.floats(-1.4, 1.4)))
def test_crosses_the_oracle(e: float, r: float, alpha: float, f: float, case) -> None:
    assert theory.original_point(e, r, alpha, f).nu > 0
    for after in theory.da_stationary_points(e, r, alpha, f):
        assert not after.exists or after.nu < 0
    x_rate, y_rate, _ = theory.crosses_the_oracle(e, r, alpha, f)
    if e > 0 and float(theory.original_above_da(e, f)[0]) <= alpha <= 1:
        scale = SLACK * (abs(x_rate) + abs(y_rate) + r)
        assert x_rate <= scale
        assert y_rate <= scale
    # the rates are those of the data's gradient at the original
    problem, parameters = case
    w = minimise(problem.original()).w
    flow = -problem.descent_ascent().gradient(w) / problem.ridge
    e = parameters[0]
    retrained = theory.oracle_closed_form(*parameters[:2]).w
    expected = (flow[0] + e * flow[1], e * flow[0] + flow[1], flow @ (w - retrained))
    scale = 1 + np.abs(flow).max() * (1 + np.abs(w - retrained).max())
    assert np.max(np.abs(np.subtract(theory.crosses_the_oracle(*parameters), expected))) <= (
        1e-7 * scale
    )


def test_first_step_may_come_closer_inside_the_window() -> None:
    window = theory.detriment_window(0.5, 1.0, 0.5)
    assert window.paper_low < 0.6 < window.paper_high
    x_rate, y_rate, approach = theory.crosses_the_oracle(0.5, 1.0, 0.6, 0.5)
    assert x_rate < 0
    assert y_rate < 0
    assert 2 * float(approach) == pytest.approx(-0.0564, abs=1e-4)
    path = run(simultaneous(), data_for(0.5, (10, 6, 0, 4), 1.0), steps=3_000, step_size=1e-3)
    assert path.distance[1] < path.distance[0]
    assert path.distance[-1] > 1.2 * path.distance[0]
    # without alpha >= the threshold a margin may rise
    assert theory.crosses_the_oracle(0.5, 1.0, 0.05, 0.5)[0] > 0


@given(e=positive, r=strengths, f=fractions)
def test_whole_dataset_order(e: float, r: float, f: float) -> None:
    bound = float(theory.whole_dataset_order(e, r, f))
    assert bound <= f / (1 - f)
    # one part in 1e9 beyond the bound the order of y is lost
    beyond = theory.original_point(e, r, bound * (1 + 1e-9), f)
    assert beyond.y >= theory.oracle_closed_form(e, r).y * (1 - SLACK)
    if abs(e - 1) > 1e-4:
        assert bound < f / (1 - f)
        assert not theory.ordered(e, r, f / (1 - f), f)
        with_all = theory.original_point(e, r, f / (1 - f), f)
        assert with_all.y > theory.oracle_closed_form(e, r).y * (1 - 1e-14)


def test_whole_dataset_order_is_approached_where_nearly_all_is_forgotten() -> None:
    f = 1 - 1e-9
    for e, r in ((0.5, 10.0), (0.2, 100.0), (1.4, 3.0)):
        bound = float(theory.whole_dataset_order(e, r, f))
        end = float(theory.detriment_window(e, r, f).oracle_end)
        assert end == pytest.approx(bound, rel=1e-6)
        assert bound < 0.95 * 2 * e / (1 + e**2) * f / (1 - f)  # the exponential is not near 1


def test_whole_dataset_order_needs_correlations_other_than_one() -> None:
    assert float(theory.whole_dataset_order(1.0, 5.0, 0.3)) == pytest.approx(0.3 / 0.7)
    assert theory.ordered(1.0, 5.0, 0.3 / 0.7 * (1 - 1e-9), 0.3)
    # less than the whole data set: the order holds
    assert theory.ordered(0.5, 1.0, 0.6, 0.5)


@given(e=negative, r=strengths, alpha=alphas, f=fractions, u=below_fold)
def test_negative_correlation(e: float, r: float, alpha: float, f: float, u: float) -> None:
    alpha = min(alpha, u * float(theory.da_existence(e, r, f).alpha))
    assert not theory.ordered(e, r, alpha, f)
    x_gap, y_gap, ratio = theory.negative_correlation(e, r, alpha, f)
    retrained = theory.oracle_closed_form(e, r)
    before = theory.original_point(e, r, alpha, f)
    after = theory.da_stationary_points(e, r, alpha, f)[0]
    rounding = 1e-14 * (1 + abs(retrained.x) + abs(retrained.y))
    assert before.x <= retrained.x + rounding
    assert retrained.x <= after.x + rounding
    assert after.y <= retrained.y + rounding
    assert retrained.y <= before.y + rounding
    assert x_gap > 0
    assert y_gap > 0
    assert ratio > 0
    size = 1e-12 * (1 + abs(before.x) + abs(after.x) + abs(before.y) + abs(after.y))
    assert abs(x_gap - (after.x - before.x)) <= size
    assert abs(y_gap - (before.y - after.y)) <= size
    # epsilon and 1/epsilon
    turned = theory.original_point(1 / e, r * e**2, alpha, f)
    scale = 1e-10 * (1 + abs(before.x) + abs(before.y))
    assert abs(turned.x - before.x) <= scale
    assert abs(turned.y - before.y) <= scale


def test_negative_correlation_may_help_and_none_may_harm() -> None:
    helped = theory.negative_correlation(-0.5, 1.0, 0.1, 0.5)[2]
    assert float(helped) == pytest.approx(0.690, abs=1e-3)
    assert theory.negative_correlation(-0.5, 1.0, 0.2, 0.5)[2] > 1
    for alpha, harms in ((0.25, True), (0.02, False)):
        retrained = theory.oracle_closed_form(0.0, 1.0)
        before = theory.original_point(0.0, 1.0, alpha, 0.5)
        after = theory.da_stationary_points(0.0, 1.0, alpha, 0.5)[0]
        assert float(after.x) == pytest.approx(float(retrained.x), rel=1e-14)
        assert before.x < retrained.x
        assert bool(after.distance(retrained) > before.distance(retrained)) is harms


@settings(max_examples=20)
@given(e=anywhere, r=powers(-3, 6), alpha=alphas, f=fractions)
@example(e=0.5, r=100.0, alpha=0.1, f=0.5)
def test_logistic_cross_dimensional(e: float, r: float, alpha: float, f: float) -> None:
    points = theory.logistic_cross_dimensional(e, r, alpha, f)
    assert points.certified
    assert int(points.count) in (1, 3)
    if e <= 0 or e == 1 or 2 * e * r <= 1:
        assert int(points.count) == 1
    assert list(points.minimum) == [i % 2 == 0 for i in range(int(points.count))]
    assert np.all(np.diff(points.y) < 0)
    shares = [r, -r * alpha * (1 - f) / f]
    for margin, weight, share in zip(
        (points.x, points.y), (points.mu, points.nu), shares, strict=True
    ):
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(weight, share / (1 + np.exp(margin)), rtol=1e-6, atol=1e-300)
    with mp.workdps(50):
        k = (1 - mp.mpf(f)) / mp.mpf(f)
        for x, y, minimum in zip(points.x, points.y, points.minimum, strict=True):
            x, y = mp.mpf(float(x)), mp.mpf(float(y))
            mu, q = mp.mpf(r) / (1 + mp.exp(x)), mp.mpf(r) * mp.mpf(alpha) * k / (1 + mp.exp(y))
            a, c2 = 1 + mp.mpf(e) ** 2, 2 * mp.mpf(e)
            # Newton's step of x = a mu - c2 q, y = c2 mu - a q
            s, t = mu / (1 + mp.exp(-x)), q / (1 + mp.exp(-y))
            jacobian = mp.matrix([[1 + a * s, -c2 * t], [c2 * s, 1 - a * t]])
            residual = mp.matrix([x - a * mu + c2 * q, y - c2 * mu + a * q])
            assert (mp.det(jacobian) > 0) == bool(minimum)
            step = mp.norm(mp.lu_solve(jacobian, residual))
            flat = min(abs(mp.det(jacobian)), 1)
            assert step <= mp.mpf(10) ** -10 * (1 + abs(x) + abs(y) + mu + q) / flat


def test_logistic_loss_has_two_minima_that_the_solver_finds() -> None:
    rows = np.repeat([[1.0, 0.5], [0.5, 1.0], [0.0, 0.0]], [10, 1, 9], axis=0)
    forget = np.repeat([False, True, True], [10, 1, 9])
    problem = UnlearningProblem(rows, np.ones(20), forget, ridge=0.01, loss="logistic")
    points = theory.logistic_cross_dimensional(0.5, 100.0, 0.1, 0.5)
    assert int(points.count) == 3
    weights = np.stack([points.mu + 0.5 * points.nu, 0.5 * points.mu + points.nu], axis=-1)
    kinds = [classify(problem.descent_ascent(), w).kind for w in weights]
    assert kinds == [PointKind.MINIMUM, PointKind.SADDLE, PointKind.MINIMUM]
    for w in weights[[0, 2]]:
        solved = minimise(problem.descent_ascent(), w * 1.001)
        assert solved.status is OptimumStatus.CONVERGED
        assert close(solved.w, w, 1e-7)


def test_logistic_folds_bound_the_three_points() -> None:
    low, high = theory.logistic_folds(0.5, np.array([10.0, 100.0, 1000.0]))
    assert np.isnan(low[0])
    assert np.exp([low[1], high[1], low[2], high[2]]) == pytest.approx(
        [0.0918, 0.1209, 0.0136, 0.0524], abs=1e-4
    )
    for factor, count in ((-1e-4, 1), (1e-4, 3)):
        inside = np.array([low[1] + factor, high[1] - factor])
        points = theory.logistic_cross_dimensional(0.5, 100.0, np.exp(inside), 0.5)
        assert list(points.count) == [count, count]


@settings(max_examples=20)
@given(
    e=st.floats(-0.9, 1.5),
    ridge=powers(-2, 3),
    n_retain=st.integers(1, 9),
    n_forget=st.integers(1, 9),
)
@example(e=0.9, ridge=6.0, n_retain=9, n_forget=1)
def test_near_parallel_limit(e: float, ridge: float, n_retain: int, n_forget: int) -> None:
    result = theory.near_parallel_limit(e, ridge, n_retain, n_forget)
    problem = data_for(e, (1, 1, n_retain - 1, n_forget - 1), ridge)
    for objective, w in ((problem.original(), result.original), (problem.oracle(), result.oracle)):
        solved = minimise(objective)
        assert solved.status is OptimumStatus.CONVERGED
        assert close(w, solved.w)
    strength, f = 1 / (ridge * n_retain), n_forget / (n_retain + n_forget)
    near = theory.da_stationary_points(1 - 1e-7, strength, 1.0, f)[0]
    if abs(ridge / max(float(result.least_ridge), 1e-300) - 1) > 1e-3:
        assert bool(near.exists) == (ridge > result.least_ridge)
        assert bool(near.exists) == (not np.isnan(result.da_sum_limit))
        if near.exists:
            limit = float(result.da_sum_limit)
            assert float(near.w.sum()) == pytest.approx(limit, rel=1e-4, abs=1e-6)
            assert abs(near.w[0] - near.w[1]) <= 1e-6 * (1 + near.mu - near.nu)


def test_near_parallel_limit_at_its_threshold() -> None:
    least = float(theory.near_parallel_limit(0.9, 1.0, 9, 1).least_ridge)
    assert least == pytest.approx(2 * np.e * 8 / 9)
    assert np.isnan(theory.near_parallel_limit(0.9, least * (1 - 1e-9), 9, 1).da_sum_limit)
    assert theory.near_parallel_limit(0.9, least * (1 + 1e-9), 9, 1).da_sum_limit > -1
    # more forgotten than retained samples: the limit always exists
    assert float(theory.near_parallel_limit(0.9, 1e-3, 1, 9).least_ridge) == 0
    assert theory.near_parallel_limit(0.9, 1e-3, 1, 9).da_sum_limit > 0
