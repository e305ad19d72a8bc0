"""One coordinate: closed form = sympy's equation = certified solver = limit of the iteration."""

from __future__ import annotations

from functools import cache

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import minimize

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import OptimumStatus, PointKind, classify, minimise
from logreg_unlearn.theory.lambert import w0
from logreg_unlearn.theory.single_coordinate import (
    Extrema,
    Phase,
    crossing_time,
    da_branches,
    distance_growth,
    distance_unlearning,
    early_stopping_phases,
    harm_threshold,
    lambert_minimiser,
    lift_conservation,
    logistic_harm_threshold,
    logistic_minimiser,
    no_stopping_time,
    opposite_sides,
    vanishing_ridge,
    vector_level_closeness,
)
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import Status, run
from proofs.single_coordinate import model as derivation
from tests.strategies import reaches

LOSSES = ("exponential", "logistic")
CLOSED_FORM = {"exponential": lambert_minimiser, "logistic": logistic_minimiser}
SYMPY_LOSS = {"exponential": derivation.EXPONENTIAL, "logistic": derivation.LOGISTIC}
EPS = np.finfo(float).eps


def powers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda exponent: float(10.0**exponent))


shares = powers(-4, 0) | st.floats(0.01, 1.0)
ridges = powers(-8, 3)
fractions = powers(-4, -0.01) | powers(-4, -0.01).map(lambda f: 1 - f)
strengths = powers(-7, 8)


@st.composite
def settings_of_a_block(draw):
    """Strength, lift and fraction: lifts anywhere, and near every place where things change."""
    s, f = draw(strengths), draw(fractions)
    fold = 1 + 1 / (np.e * s)
    centre = draw(st.sampled_from([0.0, f / (1 + f), 1.0, fold]))
    near = st.floats(-12, -1).map(lambda e: centre * (1 + 10.0**e))
    below = st.floats(-12, -1).map(lambda e: centre * (1 - 10.0**e))
    lift = draw(st.just(centre) | near | below | st.floats(0, 3) | powers(-3, 4))
    return s, lift, f


@st.composite
def blocks(draw, most: int = 8):
    """Retain and forget shares of d blocks, every share of either set positive."""
    d = draw(st.integers(2, most))
    weights = st.lists(powers(-3, 0), min_size=d, max_size=d)
    p, q = (np.array(draw(weights)) for _ in range(2))
    return p / p.sum(), q / q.sum()


def data(p, q, ridge, f, loss) -> UnlearningProblem:
    """A problem with these retain and forget shares: a block is a column, its mass weights."""
    p, q = np.atleast_1d(p), np.atleast_1d(q)
    rows, weights, forget = [], [], []
    for member, share, total in ((False, p, 1 - f), (True, q, f)):
        for j in range(len(p) + 1):
            row = np.zeros(len(p))
            mass = max(1 - share.sum(), 0.0)  # samples outside every block have x = 0
            if j < len(p):
                row[j], mass = 1.0, share[j]
            if mass * total > 0:
                rows.append(row)
                weights.append(mass * total)
                forget.append(member)
    return UnlearningProblem(
        np.array(rows),
        np.ones(len(rows)),
        np.array(forget),
        ridge=ridge,
        loss=loss,
        weights=np.array(weights),
    )


@cache
def sympy_r(loss):
    """r(w) = w / psi(w), as the derivation has it, in mpmath."""
    return sp.lambdify(derivation.w, derivation.r_of(SYMPY_LOSS[loss]), modules="mpmath")


def is_root(loss, w, strength, coefficient):
    """Whether w solves ``r(w) = s c`` for an s c within a few ulp, in 60 digits."""
    with mp.workdps(60):
        w, value = mp.mpf(float(w)), mp.mpf(float(strength)) * mp.mpf(float(coefficient))
        # an ulp of w moves r by 1 + |w| ulp at most; one more for the product s c
        return abs(sympy_r(loss)(w) - value) <= 4 * EPS * (1 + abs(w)) * abs(value)


def farther(where):
    """Whether descent-ascent ends farther from the oracle than the original."""
    return abs(where.descent_ascent - where.oracle) > abs(where.original - where.oracle)


def check_minimisers(loss, s, lift, f):
    where = CLOSED_FORM[loss](s, lift, f)
    assert is_root(loss, where.oracle, s, 1.0)
    assert is_root(loss, where.original, s, 1 + f * (lift - 1))
    if np.isfinite(where.descent_ascent):
        assert is_root(loss, where.descent_ascent, s, 1 - lift)
    else:
        assert loss == "exponential" and lift >= (1 + 1 / (np.e * s)) * (1 - 4 * EPS)


def check_solver(loss, p, q, ridge, f):
    """The certified solver on data encloses the closed forms; return what it found."""
    problem = data(p, q, ridge, f, loss)
    where = CLOSED_FORM[loss](p / ridge, q / p, f)
    original = minimise(problem.original(), tolerance=1e-14)
    unlearned = minimise(problem.descent_ascent(), start=original.w, tolerance=1e-14)
    found = [
        (minimise(problem.oracle(), tolerance=1e-14), where.oracle),
        (original, where.original),
        (unlearned, where.descent_ascent),
    ]
    for optimum, exact in found:
        if np.isinf(exact):
            assert optimum.status is OptimumStatus.UNBOUNDED
        else:
            scale = 1 + abs(float(exact))
            away = abs(optimum.w[0] - float(exact))
            assert away <= min(optimum.radius, 1e-5 * scale) + 1e-12 * scale
            # the certificate for signed coefficients may find nothing where the ridge is tiny
            assert optimum.radius < 1e-5 * scale or (optimum is unlearned and ridge < 1e-3)
    return where


def check_limit(loss, p, q, ridge, f):
    """The iteration from the original ends where the closed form says."""
    problem = data(p, q, ridge, f, loss)
    where = CLOSED_FORM[loss](p / ridge, q / p, f)
    trajectory = run(simultaneous(), problem, steps=200_000)
    if np.isinf(where.descent_ascent):
        assert trajectory.status is Status.DIVERGED
    else:
        assert trajectory.status is Status.CONVERGED
        assert trajectory.w[-1, 0] == pytest.approx(where.descent_ascent, abs=1e-6)
    assert trajectory.w[0, 0] == pytest.approx(where.original, abs=1e-8)


ITERATIONS = [
    (0.5, 0.1, 0.2, 0.3),
    (0.5, 0.5, 0.2, 0.3),
    (0.1, 0.15, 1.0, 0.1),
    (0.2, 0.9, 0.1, 0.6),
    (0.9, 0.9, 0.05, 0.5),
]


@settings(max_examples=20)
@given(shares, st.floats(0, 1), ridges, fractions)
def test_lambert_minimiser(p, q, ridge, f):
    # the solver's bound on the radius has no room within 1e-4 of the fold
    assume(abs(1 + ridge / (np.e * p) - q / p) > 1e-4 * (1 + ridge / p))
    check_solver("exponential", p, q, ridge, f)


@given(settings_of_a_block())
@example((1e-7, 1.0, 0.5))
@example((2.0, 1 + 1 / (2 * np.e), 0.5))
def test_lambert_minimiser_is_a_root(block):
    check_minimisers("exponential", *block)


@pytest.mark.parametrize("block", ITERATIONS)
def test_lambert_minimiser_is_the_limit_of_the_iteration(block):
    check_limit("exponential", *block)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 9), st.integers(1, 9), ridges)
def test_lambert_minimiser_in_counts(in_retain, outside, in_forget, n_forget, ridge):
    """The paper's letters: alpha = |F_j| / |R_j|, and n_R, n_F."""
    n_retain, n_forget = in_retain + outside, in_forget + n_forget
    n, alpha = n_retain + n_forget, in_forget / in_retain
    p, f = in_retain / n_retain, n_forget / n
    where = lambert_minimiser(p / ridge, (in_forget / n_forget) / p, f)
    assert where.original == pytest.approx(w0((1 + alpha) * in_retain / (ridge * n)), rel=1e-12)
    argument = (1 - alpha * n_retain / n_forget) * p / ridge
    assume(argument > -0.3678)
    assert where.descent_ascent == pytest.approx(w0(argument), rel=1e-11, abs=1e-13)


@given(settings_of_a_block())
def test_da_branches(block):
    s, lift, _ = block
    found = da_branches(s, lift)
    assert found.fold - 1 == pytest.approx(float(1 / (mp.e * mp.mpf(s))), rel=1e-9, abs=2 * EPS)
    expected = Extrema.ONE_MINIMUM if lift <= 1 else Extrema.MINIMUM_AND_MAXIMUM
    if lift > 1 and lift > found.fold * (1 + 8 * EPS):
        expected = Extrema.NO_STATIONARY_POINT
    if lift <= 1 or abs(lift / found.fold - 1) > 8 * EPS:
        assert found.extrema == expected
    if found.extrema == Extrema.NO_STATIONARY_POINT:
        assert found.minimum == found.maximum == -np.inf
        assert np.isnan(found.curvature)
        return
    assert is_root("exponential", found.minimum, s, 1 - lift)
    assert found.curvature >= 0 and found.minimum >= -1
    if lift > 1:
        assert is_root("exponential", found.maximum, s, 1 - lift)
        assert found.curvature_at_maximum <= 0 and found.maximum <= -1
    else:
        assert found.maximum == -np.inf and np.isnan(found.curvature_at_maximum)
        assert found.minimum >= 0


@given(strengths.filter(lambda s: s > 1e-2), st.floats(0.01, 0.99), fractions)
def test_da_branches_agree_with_the_hessian(s, depth, f):
    """What numerics call a minimum and a maximum, between the lift 1 and the fold."""
    lift = 1 + depth / (np.e * s)
    p = min(1.0, 1 / lift)
    found = da_branches(s, lift)
    objective = data(p, p * lift, p / s, f, "exponential").descent_ascent()
    low = classify(objective, np.array([found.minimum]))
    high = classify(objective, np.array([found.maximum]))
    assert (low.kind, high.kind) == (PointKind.MINIMUM, PointKind.MAXIMUM)
    rel = 1e-8 + 16 * EPS / (lift - 1)  # the objective is a difference of p and p * lift
    assert low.eigenvalues[0] * s / p == pytest.approx(found.curvature, rel=rel)
    assert high.eigenvalues[0] * s / p == pytest.approx(found.curvature_at_maximum, rel=rel)


@given(strengths, st.floats(1e-6, 1e3), st.floats(-20, 20))
def test_da_branches_leave_no_stationary_point_beyond_the_fold(s, beyond, w):
    lift = 1 + (1 + beyond) / (np.e * s)
    assert da_branches(s, lift).extrema == Extrema.NO_STATIONARY_POINT
    assert w * np.exp(w) - s * (1 - lift) > 0  # the gradient over lambda e^-w


def test_da_branches_at_the_fold():
    s = 0.1
    found = da_branches(s, 1 + 10 / np.e)
    assert found.extrema == Extrema.INFLECTION
    assert found.minimum == found.maximum == -1 and found.curvature == 0


def test_da_branches_refute_the_printed_labels():
    """p = 1, lift 2, ridge 10: the point on W-1, printed as the minimum, is the maximum."""
    objective = data(0.5, 1.0, 5.0, 0.5, "exponential").descent_ascent()
    found = da_branches(0.1, 2.0)
    assert found.maximum == pytest.approx(-3.577152, abs=1e-6)
    bump = np.array([-0.1, 0.1])
    at = [float(objective.value(np.array([found.maximum + b]))) for b in (0.0, *bump)]
    assert at[0] > max(at[1:])
    trajectory = run(simultaneous(), data(0.5, 1.0, 5.0, 0.5, "exponential"), steps=50_000)
    assert trajectory.w[-1, 0] == pytest.approx(found.minimum, abs=1e-8)


@given(settings_of_a_block(), st.sampled_from(LOSSES))
def test_opposite_sides(block, loss):
    s, lift, f = block
    # a lift that differs by less than this moves a minimiser by less than its rounding
    assume(min(abs(lift / harm_threshold(f) - 1), abs(lift - 1) * f) > 1e-11 or lift == 1)
    where = CLOSED_FORM[loss](s, lift, f)
    ordered = where.descent_ascent <= where.original <= where.oracle
    assert opposite_sides(lift, f) == ordered


@pytest.mark.parametrize("loss", LOSSES)
def test_opposite_sides_ends_are_sharp(loss):
    f = 0.3
    low = f / (1 + f)
    lifts = np.array([low * 0.999, low, 0.5, 1.0, 1.001])
    assert opposite_sides(lifts, f).tolist() == [False, True, True, True, False]
    below, above = (CLOSED_FORM[loss](3.0, lift, f) for lift in (low * 0.999, 1.001))
    assert below.descent_ascent > below.original and above.original > above.oracle


@given(settings_of_a_block(), st.sampled_from(LOSSES))
def test_distance_growth(block, loss):
    s, lift, f = block
    where = CLOSED_FORM[loss](s, lift, f)
    distance, bound = abs(where.original - where.oracle), distance_growth(lift, f)
    assert distance <= bound + 8 * EPS * where.oracle
    assert bound == pytest.approx(abs(float(mp.log(1 + mp.mpf(f) * (mp.mpf(lift) - 1)))), rel=1e-9)
    if lift == 1:
        assert distance == bound == 0


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("lift", [0.0, 0.5, 2.0, 30.0])
def test_distance_growth_is_approached_as_the_ridge_vanishes(loss, lift):
    where = CLOSED_FORM[loss](np.array([1.0, 1e8, 1e300]), lift, 0.4)
    share = abs(where.original - where.oracle) / distance_growth(lift, 0.4)
    assert share[0] < 0.75 and share[1] > 0.9 and 0.99 < share[2] < 1


@given(settings_of_a_block(), st.sampled_from(LOSSES))
@example((3.0, 1.0, 0.5), "exponential")
@example((3.0, 0.999, 0.5), "logistic")
def test_distance_unlearning(block, loss):
    s, lift, f = block
    where = CLOSED_FORM[loss](s, lift, f)
    distance = where.oracle - where.descent_ascent
    assert is_root("exponential", distance_unlearning(s), s, 1.0)
    bound = distance_unlearning(s) if loss == "exponential" else where.oracle
    if lift == 1:
        assert distance == bound
    elif lift > 1:
        assert distance >= bound
        assert where.descent_ascent < 0
    elif lift < 1 - 1e-12:
        assert distance < bound  # the hypothesis is needed at every lift below 1


def test_distance_unlearning_holds_without_divergence():
    """Lift 2, strength 1/10: a local minimum stops descent-ascent; the bound survives."""
    trajectory = run(simultaneous(), data(0.5, 1.0, 5.0, 0.5, "exponential"), steps=50_000)
    assert trajectory.status is Status.CONVERGED
    assert trajectory.w[-1, 0] == pytest.approx(float(w0(-0.1)), abs=1e-8)
    assert trajectory.distance[-1] > distance_unlearning(0.1)


@given(powers(0.5, 300))
@example(float(np.e))
def test_vanishing_ridge(s):
    lower, upper = vanishing_ridge(s)
    where = lambert_minimiser(s, 1.0, 0.3)
    assert where.original == where.oracle and where.descent_ascent == 0
    distance = where.oracle - where.descent_ascent
    assert lower <= distance * (1 + 4 * EPS) and distance <= upper * (1 + 4 * EPS)


def test_vanishing_ridge_rate():
    """Both gaps shrink; without the double logarithm the distance is off for good."""
    s = np.array([np.e, 1e2, 1e8, 1e300])
    lower, upper = vanishing_ridge(s)
    distance = lambert_minimiser(s, 1.0, 0.5).oracle
    assert lower[0] == pytest.approx(1) and upper[0] == pytest.approx(1)
    assert (np.diff((upper - lower)[1:]) < 0).all() and upper[-1] - lower[-1] < 0.01
    assert (np.diff(np.log(s) - distance) > 0).all()
    assert np.log(s[-1]) - distance[-1] > 6


@given(st.floats(0.01, 0.99), powers(-3, 300))
def test_vanishing_ridge_needs_a_lift_of_one(lift, s):
    where = lambert_minimiser(s, lift, 0.5)
    assert where.oracle - where.descent_ascent <= -np.log1p(-lift) * (1 + 1e-9) + EPS * where.oracle


def test_vanishing_ridge_beyond_lift_one_diverges():
    p, lift = 0.5, 1.5
    edge = np.e * p * (lift - 1)
    ridge = edge * np.array([1 + 1e-9, 1 - 1e-9])
    limit = lambert_minimiser(p / ridge, lift, 0.5).descent_ascent
    assert np.isfinite(limit).tolist() == [True, False]


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), min_size=1, max_size=8))
def test_lift_conservation(counts):
    retain, forget = np.array(counts, dtype=float).T
    assume(forget.sum() > 0)
    p, q = retain / retain.sum(), forget / forget.sum()
    lift = q / p
    assert lift_conservation(p, lift) == pytest.approx(1, abs=1e-12)
    if (lift <= 1 + 1e-12).all():
        assert lift == pytest.approx(1, abs=1e-9)
    # one more block that keeps nothing takes its forget share away
    orphan = np.append(forget, 5.0)
    share = orphan / orphan.sum()
    assert lift_conservation(p, share[:-1] / p) == pytest.approx(1 - share[-1], abs=1e-12)


@given(shares)
def test_lift_conservation_of_a_forget_set_inside_one_block(p):
    assume(p < 1)
    assert lift_conservation([p, 1 - p], [1 / p, 0.0]) == pytest.approx(1)
    assert not opposite_sides([1 / p, 0.0], 0.3).any()


def check_threshold(loss, threshold, block):
    s, lift, f = block
    edge = threshold(f)
    # closer to the threshold than this the two distances differ by less than their rounding
    assume(abs(lift / edge - 1) > 1e-11)
    assert farther(CLOSED_FORM[loss](s, lift, f)) == (lift > edge)


def check_threshold_edges(loss, threshold, s, f):
    edge = float(threshold(f))
    above, below = (CLOSED_FORM[loss](s, edge * (1 + t), f) for t in (1e-9, -1e-9))
    assert farther(above) and not farther(below)
    at = CLOSED_FORM[loss](s, edge, f)
    assert at.descent_ascent == pytest.approx(at.original, rel=1e-13)


def check_threshold_on_data(loss, threshold, p, q, ridge, f):
    """The solver's certified balls decide on which side of the threshold the lift lies."""
    problem = data(p, q, ridge, f, loss)
    oracle, original = minimise(problem.oracle()), minimise(problem.original())
    unlearned = minimise(problem.descent_ascent(), start=original.w)
    if unlearned.status is OptimumStatus.UNBOUNDED:
        assert loss == "exponential" and q / p > threshold(f)
        return
    margin = abs(unlearned.w[0] - oracle.w[0]) - abs(original.w[0] - oracle.w[0])
    slack = unlearned.radius + original.radius + 2 * oracle.radius + 1e-13
    assert margin > -slack if q / p > threshold(f) else margin < slack
    if abs(q / p - threshold(f)) > 0.1 and 0.01 < ridge < 10 and p > 0.1:
        assert abs(margin) > slack  # the balls are small enough to decide


@given(settings_of_a_block())
@example((1e8, 1.0, 0.5))
@example((1e-7, 0.0, 0.9999))
def test_harm_threshold(block):
    check_threshold("exponential", harm_threshold, block)


@given(strengths, fractions)
def test_harm_threshold_is_sharp(s, f):
    check_threshold_edges("exponential", harm_threshold, s, f)


@settings(max_examples=15)
@given(shares, st.floats(0, 1), ridges, st.floats(0.01, 0.99))
def test_harm_threshold_on_data(p, q, ridge, f):
    assume(abs(1 + ridge / (np.e * p) - q / p) > 1e-4 * (1 + ridge / p))
    check_threshold_on_data("exponential", harm_threshold, p, q, ridge, f)


def test_harm_threshold_needs_less_than_all_data_forgotten():
    """At f = 1 beyond, the original would outrun descent-ascent on the other side."""
    s, lift, f = 0.01, 1.5, 4.0
    original, unlearned = w0(s * (1 + f * (lift - 1))), w0(s * (1 - lift))
    assert lift > f / (1 + f) and w0(s) - unlearned < original - w0(s)
    with pytest.raises(ValueError, match=r"expected fraction in \(0, 1\), got 4.0"):
        harm_threshold(f)


@settings(max_examples=20)
@given(shares, st.floats(0, 1), ridges, fractions)
def test_logistic_minimiser(p, q, ridge, f):
    where = check_solver("logistic", p, q, ridge, f)
    assert np.isfinite(where.descent_ascent)


@given(settings_of_a_block())
def test_logistic_minimiser_is_a_root(block):
    check_minimisers("logistic", *block)


@pytest.mark.parametrize("block", ITERATIONS)
def test_logistic_minimiser_is_the_limit_of_the_iteration(block):
    check_limit("logistic", *block)


@given(settings_of_a_block(), st.floats(-30, 30))
def test_logistic_minimiser_is_global(block, step):
    """Towards it the objective falls everywhere, convex or not."""
    s, lift, f = block
    w = float(logistic_minimiser(s, lift, f).descent_ascent)
    assume(abs(step) > 1e-3)
    with mp.workdps(40):
        at = mp.mpf(w) + mp.mpf(step)
        assert (sympy_r("logistic")(at) - mp.mpf(s) * (1 - mp.mpf(lift))) * step > 0


def test_logistic_minimiser_has_a_concave_stretch():
    """Strength 1, lift 40: the objective is not convex, and still has one minimum."""
    objective = data(0.02, 0.8, 0.02, 0.5, "logistic").descent_ascent()
    assert objective.hessian(np.zeros(1))[0, 0] < 0
    assert np.isfinite(logistic_minimiser(1.0, 40.0, 0.5).descent_ascent)


@given(settings_of_a_block())
@example((1e8, 1.0, 0.5))
@example((1e-7, 0.0, 0.9999))
def test_logistic_harm_threshold(block):
    check_threshold("logistic", logistic_harm_threshold, block)


@given(strengths, fractions)
def test_logistic_harm_threshold_is_sharp(s, f):
    check_threshold_edges("logistic", logistic_harm_threshold, s, f)


@settings(max_examples=15)
@given(shares, st.floats(0, 1), ridges, st.floats(0.01, 0.99))
def test_logistic_harm_threshold_on_data(p, q, ridge, f):
    check_threshold_on_data("logistic", logistic_harm_threshold, p, q, ridge, f)


def flow_time(loss, s, lift, f):
    """Ridge times the time from w_D to w_R, by mpmath's quadrature of the flow's equation."""
    with mp.workdps(30):
        where = CLOSED_FORM[loss](s, lift, f)
        s, lift = mp.mpf(s), mp.mpf(lift)
        start = mp.findroot(
            lambda w: mp.log(sympy_r(loss)(w) / (s * (1 + mp.mpf(f) * (lift - 1)))),
            mp.mpf(float(where.original)),
        )
        end = mp.findroot(lambda w: mp.log(sympy_r(loss)(w) / s), mp.mpf(float(where.oracle)))
        pieces = [end + (start - end) * mp.mpf(k) / 4 for k in range(5)]
        return mp.quad(lambda w: 1 / (w + s * (lift - 1) * w / sympy_r(loss)(w)), pieces)


@settings(max_examples=20)
@given(settings_of_a_block(), st.sampled_from(LOSSES))
@example((1e8, 1e4, 0.9999), "exponential")
@example((1e-7, 1 + 1e-9, 1e-4), "logistic")
@example((2.0, 1 + 1e-9, 1e-4), "exponential")
@example((2.0, 1 + 1e-9, 1e-4), "logistic")
@example((2.0, 1.0, 0.3), "exponential")
@example((2.0, 1.0, 0.3), "logistic")
@example((2.0, 0.25 / 1.25, 0.25), "exponential")
def test_early_stopping_phases(block, loss):
    s, lift, f = block
    found = early_stopping_phases(s, lift, f, loss)
    where = CLOSED_FORM[loss](s, lift, f)
    edge = f / (1 + f)
    if lift < edge:
        assert found.phase == Phase.APPROACHES
        assert where.original <= where.descent_ascent <= where.oracle
    elif lift == edge:
        assert found.phase == Phase.STAYS
    elif lift <= 1:
        assert found.phase == Phase.RECEDES
        assert where.descent_ascent <= where.original <= where.oracle
    else:
        diverges = np.isinf(where.descent_ascent)
        assert found.phase == (Phase.PASSES_AND_DIVERGES if diverges else Phase.PASSES)
        assert where.descent_ascent < 0 < where.oracle <= where.original
        exact = float(flow_time(loss, s, lift, f))
        assert found.oracle_time == pytest.approx(exact, rel=1e-9, abs=0)
        return
    assert found.oracle_time == (0 if lift == 1 else np.inf)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("lift", [1.2, 3.0, 30.0])
def test_early_stopping_phases_time_is_that_of_the_flow(loss, lift):
    """The gradient flow of the objective on data is at the oracle at the time that is given."""
    p, ridge, f = 0.03, 0.02, 0.4
    problem = data(p, p * lift, ridge, f, loss)
    where = CLOSED_FORM[loss](p / ridge, lift, f)
    time = float(early_stopping_phases(p / ridge, lift, f, loss).oracle_time) / ridge
    flow = solve_ivp(
        lambda _, w: -problem.descent_ascent().gradient(w),
        (0, time),
        [float(where.original)],
        rtol=1e-10,
        atol=1e-12,
    )
    assert flow.y[0, -1] == pytest.approx(where.oracle, abs=1e-7)
    assert abs(where.original - where.oracle) > 1e-3


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    ("lift", "phase"),
    [(0.1, Phase.APPROACHES), (0.6, Phase.RECEDES), (1.5, Phase.PASSES)],
)
def test_early_stopping_phases_along_the_iteration(loss, lift, phase):
    p, ridge, f = 0.4, 1.2, 0.4
    assert early_stopping_phases(p / ridge, lift, f, loss).phase == phase
    problem = data(p, p * lift, ridge, f, loss)
    trajectory = run(simultaneous(), problem, steps=5_000, step_size=0.01)
    moved = np.diff(trajectory.distance)
    if phase is Phase.APPROACHES:
        assert (moved < 1e-12).all() and trajectory.distance[-1] < trajectory.distance[0]
    elif phase is Phase.RECEDES:
        assert (moved > -1e-12).all() and trajectory.distance[-1] > trajectory.distance[0]
    else:
        best = int(np.argmin(trajectory.distance))
        assert 0 < best < len(moved) and trajectory.distance[best] < 0.1 * trajectory.distance[0]
        assert (moved[:best] < 0).all() and (moved[best:] > -1e-12).all()
        assert trajectory.distance[-1] > trajectory.distance[0]


@given(blocks(), powers(-3, 3), fractions, st.sampled_from(LOSSES))
def test_vector_level_closeness(shares, ridge, f, loss):
    p, q = shares
    found = vector_level_closeness(p, q / p, ridge, f, loss)
    assert found.ratio > found.bound
    assert found.bound == pytest.approx(1 / (f * np.sqrt(len(p))), rel=1e-14)
    if f <= 1 / np.sqrt(len(p)):
        assert found.ratio > 1


def extreme(d, epsilon):
    p = np.append(1 - epsilon, np.full(d - 1, epsilon / (d - 1)))
    return p, np.append(0.0, np.full(d - 1, 1 / (d - 1)))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("f", [0.01, 0.5, 0.99])
@pytest.mark.parametrize("d", [2, 5, 400])
def test_vector_level_closeness_is_sharp(loss, f, d):
    p, q = extreme(d, 1e-6)
    found = vector_level_closeness(p, q / p, 1e5, f, loss)
    assert found.bound < found.ratio < found.bound * (1 + 1e-4)


@pytest.mark.parametrize("loss", LOSSES)
def test_vector_level_closeness_on_data(loss):
    """Half the data forgotten, five blocks, ridge 100: descent-ascent ends closer."""
    p, q = extreme(5, 0.001)
    found = vector_level_closeness(p, q / p, 100.0, 0.5, loss)
    problem = data(p, q, 100.0, 0.5, loss)
    oracle, original = minimise(problem.oracle()), minimise(problem.original())
    trajectory = run(simultaneous(), problem, steps=20_000)
    ratio = trajectory.distance[-1] / np.linalg.norm(original.w - oracle.w)
    assert found.ratio == pytest.approx(ratio, rel=1e-6)
    assert found.ratio < 0.91


@pytest.mark.parametrize("loss", LOSSES)
def test_vector_level_closeness_resists_a_search(loss, rng):
    """A search over shares and ridge runs into the bound, and not below it."""
    d, f = 5, 0.5

    def ratio(point):
        with np.errstate(under="ignore"):
            p, q = np.exp(point[:d]), np.exp(point[d : 2 * d])
        p, q = p / p.sum(), q / q.sum()
        found = vector_level_closeness(p, q / p, float(np.exp(point[-1])), f, loss)
        return min(float(found.ratio), 1e6)

    best = np.inf
    for _ in range(3):
        p, q = extreme(d, 0.1)
        start = np.concatenate([np.log(p), np.log(q + 0.05), [2.0]]) + rng.normal(0, 0.2, 2 * d + 1)
        result = minimize(ratio, start, method="Nelder-Mead", options={"maxfev": 1500})
        best = min(best, result.fun)
    bound = 1 / (f * np.sqrt(d))
    assert bound * (1 - 1e-12) < best < 1.05 * bound


def test_vector_level_closeness_needs_forgotten_samples_in_the_blocks():
    """A forget set with x = 0: descent-ascent ends at the oracle itself."""
    where = lambert_minimiser([0.5, 0.25], [0.0, 0.0], 0.3)
    assert (where.descent_ascent == where.oracle).all() and (where.original < where.oracle).all()
    with pytest.raises(ValueError, match=r"expected share \* lift to sum to 1, got 0"):
        vector_level_closeness([0.5, 0.25], [0.0, 0.0], 1.0, 0.3)


def test_vector_level_closeness_where_nothing_is_left_to_compare():
    equal = vector_level_closeness([0.5, 0.5], [1.0, 1.0], 1.0, 0.3)
    diverged = vector_level_closeness([0.5, 0.5], [0.0, 2.0], 0.01, 0.3)
    assert equal.ratio == diverged.ratio == np.inf


@pytest.mark.parametrize(
    "reached",
    [
        lambda s, lift, f: lift == 0,
        lambda s, lift, f: lift == f / (1 + f),
        lambda s, lift, f: lift == 1,
        lambda s, lift, f: 0 < lift < f / (1 + f),
        lambda s, lift, f: 1 < lift < 1 + 1 / (np.e * s),
        lambda s, lift, f: lift > 1 + 1 / (np.e * s),
        lambda s, lift, f: lift > 1e3,
        lambda s, lift, f: 0 < abs(lift - 1 - 1 / (np.e * s)) < 1e-6,
        lambda s, lift, f: s < 1e-5 and f < 1e-3,
        lambda s, lift, f: s > 1e7 and f > 0.999,
    ],
)
def test_drawn_blocks_reach_every_region(reached):
    reaches(settings_of_a_block(), lambda block: reached(*block))


def test_drawn_shares_are_uneven():
    reaches(blocks(), lambda pq: np.ptp(pq[1] / pq[0]) > 100 and len(pq[0]) > 3)
    reaches(blocks(), lambda pq: abs(pq[1] / pq[0] - 1).max() < 0.5 and len(pq[0]) == 2)


def test_closed_forms_broadcast():
    where = lambert_minimiser(np.ones((3, 1)), np.ones(4), 0.5)
    assert where.oracle.shape == where.original.shape == where.descent_ascent.shape == (3, 4)
    phases = early_stopping_phases(np.ones((3, 1)), np.linspace(0, 2, 4), 0.5)
    assert phases.phase.shape == phases.oracle_time.shape == (3, 4)
    ratio = vector_level_closeness(np.full((3, 2), 0.5), [0.5, 1.5], np.ones(3), 0.5).ratio
    assert ratio.shape == (3,)


# --- the time of passing the oracle, and why no time serves all blocks --------------------------


def bend(loss, w):
    return float(w if loss == "exponential" else w / (1 + np.exp(-w)))


lifts_above = st.floats(-9, 4).map(lambda e: float(1 + 10.0**e))


@settings(max_examples=20)
@given(strengths, lifts_above, powers(-3, 3), fractions, st.sampled_from(LOSSES))
@example(1e8, 1e4, 1.0, 0.9999, "exponential")
@example(1e8, 1e4, 1.0, 0.9999, "logistic")
@example(2.0, 1 + 1e-9, 0.3, 1e-4, "logistic")
def test_crossing_time(s, lift, ridge, f, loss):
    found = crossing_time(s, lift, ridge, f, loss)
    assert found.time == pytest.approx(float(flow_time(loss, s, lift, f)) / ridge, rel=1e-10)
    assert found.lower * (1 - 1e-13) <= found.time <= found.upper * (1 + 1e-13)
    where, x = CLOSED_FORM[loss](s, lift, f), f * ((lift - 1) / lift)
    for bound, w in ((found.lower, where.original), (found.upper, where.oracle)):
        assert bound == pytest.approx(np.log1p(x) / (1 + bend(loss, w)) / ridge, rel=1e-12)
    first = x / (1 + bend(loss, where.oracle)) / ridge
    assert found.small_fraction == pytest.approx(first, rel=1e-12)
    shrink = (1 + bend(loss, where.oracle)) / (1 + bend(loss, where.original))
    assert found.time <= first * (1 + 1e-13)
    assert 1 - found.time / first <= 1 - shrink * (1 - x / 2) + 1e-12


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("s", "lift"), [(1.0, 2.0), (5.0, 1.5), (1e-3, 40.0)])
def test_crossing_time_bounds_close_in_as_the_fraction_falls(loss, s, lift):
    wide, narrow = (crossing_time(s, lift, 1.0, f, loss) for f in (1e-2, 1e-4))
    for found, gap in ((wide, 0.3), (narrow, 3e-3)):
        for bound in (found.lower, found.upper, found.small_fraction):
            assert bound == pytest.approx(found.time, rel=gap)
    assert abs(narrow.small_fraction / narrow.time - 1) < 0.02 * abs(
        wide.small_fraction / wide.time - 1
    )


@pytest.mark.parametrize(
    ("s", "lift", "time"), [(1, 2, 0.0308), (1, 3, 0.0403), (2, 2, 0.0260), (5, 1.5, 0.0140)]
)
def test_crossing_time_is_another_for_every_block(s, lift, time):
    assert crossing_time(s, lift, 1.0, 0.1).time == pytest.approx(time, abs=5e-5)


@st.composite
def uneven_blocks(draw):
    p, q = draw(blocks(5))
    return p, q, draw(powers(-2, 2)), draw(st.floats(0.02, 0.9)), draw(st.sampled_from(LOSSES))


def flow_of_blocks(p, q, ridge, f, loss, until):
    """Times, and distances to the oracle, of the flow of descent-ascent over all blocks."""
    where = CLOSED_FORM[loss](p / ridge, q / p, f)

    def speed(_, w):
        psi = np.exp(-w) if loss == "exponential" else 1 / (1 + np.exp(w))
        return (p - q) * psi - ridge * w

    def away(_, w):
        return np.min(w) + 5.0  # diverging, and far from every oracle

    away.terminal = True  # type: ignore[attr-defined]
    flow = solve_ivp(
        speed, (0, until), where.original, events=away, rtol=1e-9, atol=1e-12, dense_output=True
    )  # fmt: skip
    times = np.linspace(0, flow.t[-1], 4001)
    return times, np.linalg.norm(flow.sol(times) - where.oracle[:, None], axis=0)


@settings(max_examples=15)
@given(uneven_blocks())
def test_no_stopping_time(case):
    p, q, ridge, f, loss = case
    floor = no_stopping_time(p, q / p, ridge, f, loss)
    where, lift = CLOSED_FORM[loss](p / ridge, q / p, f), q / p
    nearest = np.maximum(where.original, where.descent_ascent)
    gap = np.where(lift < 1, where.oracle - nearest, 0.0)
    assert floor == pytest.approx(np.linalg.norm(gap), rel=1e-9, abs=1e-14)
    _, distance = flow_of_blocks(p, q, ridge, f, loss, 5 / ridge)
    assert distance.min() >= floor * (1 - 1e-7) - 1e-9
    if np.ptp(lift) > 0.1:
        assert distance.min() > 0 and floor > 0


@pytest.mark.parametrize("loss", LOSSES)
def test_no_stopping_time_bound_is_approached(loss):
    """Lift 0.9 in one block, what is left over spread over many: no time is better than 0."""
    many, f = 4000, 0.3
    p = np.append(0.5, np.full(many, 0.5 / many))
    q = np.append(0.45, np.full(many, 0.55 / many))
    floor = no_stopping_time(p, q / p, 1.0, f, loss)
    where = CLOSED_FORM[loss](p, q / p, f)
    start = np.linalg.norm(where.original - where.oracle)
    assert floor <= start <= floor * 1.001


@pytest.mark.parametrize("loss", LOSSES)
def test_no_stopping_time_reaches_the_oracle_from_lift_0_either(loss):
    """There the bound is 0, and yet the flow is never at the oracle."""
    p, q = np.array([0.5, 0.5]), np.array([0.0, 1.0])
    assert no_stopping_time(p, q / p, 1.0, 0.2, loss) == 0
    _, distance = flow_of_blocks(p, q, 1.0, 0.2, loss, 10.0)
    assert distance.min() > 0.1 * distance[0]


@pytest.mark.parametrize("loss", LOSSES)
def test_no_stopping_time_needs_every_retained_sample_in_a_block(loss):
    p, f, ridge = 0.5, 0.3, 0.4
    problem = data(p, 1.0, ridge, f, loss)
    time = float(crossing_time(p / ridge, 2.0, ridge, f, loss).time)
    oracle, original = minimise(problem.oracle()).w, minimise(problem.original()).w
    flow = solve_ivp(
        lambda _, w: -problem.descent_ascent().gradient(w), (0, time), original,
        rtol=1e-10, atol=1e-12,
    )  # fmt: skip
    assert abs(flow.y[0, -1] - oracle[0]) < 1e-7 < 1e-2 < abs(original[0] - oracle[0])
    with pytest.raises(ValueError, match=r"expected share to sum to 1, got 0\.5"):
        no_stopping_time([0.5], [2.0], ridge, f, loss)
    assert no_stopping_time([0.5, 0.5], [1.0, 1.0], ridge, f, loss) == 0


def test_drawn_uneven_blocks_are_on_both_sides_of_the_threshold():
    def kinds(case):
        p, q, _, f, _ = case
        return np.array([(q / p < f / (1 + f)).sum(), ((q / p > f / (1 + f)) & (q < p)).sum()])

    reaches(uneven_blocks(), lambda case: bool(kinds(case)[0] and kinds(case)[1]))
