"""Distances, ratios and dependence against dense, high-precision and constructed answers."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from logreg_unlearn.assess.dependence import cross_influence, dependence, lift
from logreg_unlearn.assess.distance import (
    cosine,
    distance_ratios,
    distances_to_oracle,
    excess_risk,
    first_step_alignment,
    oracle_best_stop,
    ratio,
)
from logreg_unlearn.data.synthetic import gaussian_classes, orthogonal_blocks, two_directions
from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise

DISTANCES = ("parameters", "hessian_norm", "margins_retain", "margins_forget", "excess_risk")


def make_problem(seed=0, n=40, d=3, ridge=0.05, loss="logistic", **options):
    data = gaussian_classes(0.3, n=n, d=d, forget_fraction=0.25, seed=seed)
    assert data.forget is not None
    return UnlearningProblem(
        data.features, data.labels, data.forget, ridge=ridge, loss=loss, **options
    )


def problem_of(data, ridge=0.1, loss="logistic"):
    return UnlearningProblem(
        data.features, data.labels, data.forget, ridge=ridge, loss=loss, weights=data.weights
    )


def exact_excess(objective, w, reference, digits=60):
    """J(w) - J(reference) at the given floats, by mpmath."""
    with mpmath.workdps(digits):

        def value(point):
            total = mpmath.mpf(0)
            for row, c in zip(objective.signed_features, objective.coefficients, strict=True):
                z = mpmath.fsum(mpmath.mpf(float(a)) * p for a, p in zip(row, point, strict=True))
                logistic = objective.loss.name == "logistic"
                phi = mpmath.log1p(mpmath.exp(-z)) if logistic else mpmath.exp(-z)
                total += mpmath.mpf(float(c)) * phi
            for r, p in zip(objective.ridge_diagonal, point, strict=True):
                total += mpmath.mpf(float(r)) * p * p / 2
            return total

        points = [[mpmath.mpf(float(x)) for x in vector] for vector in (w, reference)]
        return value(points[0]) - value(points[1])


# --- distances -----------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["logistic", "exponential"])
@pytest.mark.parametrize("normalisation", ["mean", "sum"])
@given(seed=st.integers(0, 30), power=st.integers(-6, 1))
def test_distances_are_their_definitions(loss, normalisation, seed, power):
    rng = np.random.default_rng(seed)
    problem = make_problem(
        seed,
        loss=loss,
        normalisation=normalisation,
        weights=rng.uniform(0.2, 3.0, 40),
        offset=rng.standard_normal(40),
        unpenalised=(1,),
    )
    assert problem.weights is not None
    oracle = rng.standard_normal(3)
    w = oracle + 10.0**power * rng.standard_normal(3)
    other = rng.standard_normal((7, 3))
    measured = distances_to_oracle(problem, w, oracle, other=other)
    delta = w - oracle
    hessian = problem.oracle().hessian(oracle)
    change = (problem.features @ delta) ** 2
    forget = problem.forget
    assert measured.parameters == pytest.approx(np.linalg.norm(delta), rel=1e-12)
    assert measured.hessian_norm == pytest.approx(np.sqrt(delta @ hessian @ delta), rel=1e-10)
    for mask, value in ((~forget, measured.margins_retain), (forget, measured.margins_forget)):
        mean = np.average(change[mask], weights=problem.weights[mask])
        assert value == pytest.approx(np.sqrt(mean), rel=1e-10)
    rms = np.sqrt(np.mean((other @ delta) ** 2))
    assert measured.margins_other == pytest.approx(rms, rel=1e-10)
    naive = problem.oracle().value(w) - problem.oracle().value(oracle)
    scale = abs(problem.oracle().value(oracle))
    assert measured.excess_risk == pytest.approx(naive, rel=1e-9, abs=1e-14 * (1 + scale))


@given(
    seed=st.integers(0, 100),
    power=st.floats(-8, 2),
    ridge=st.sampled_from([1e-6, 1e-2, 10.0]),
    loss=st.sampled_from(["logistic", "exponential"]),
)
def test_excess_risk_keeps_its_digits_near_the_optimum(seed, power, ridge, loss):
    rng = np.random.default_rng(seed)
    objective = make_problem(seed, n=16, ridge=ridge, loss=loss).oracle()
    best = minimise(objective).w
    w = best + 10.0**power * rng.standard_normal(3)
    assume(np.abs(objective.margins(w)).max() < 500.0)
    truth = float(exact_excess(objective, w, best))
    delta = np.linalg.norm(w - best)
    # the only rounding that is not relative: that of the gradient at the optimum
    slack = 1e-15 * delta * np.abs(objective.signed_features).max() * (1 + ridge)
    assert excess_risk(objective, w, best) == pytest.approx(truth, rel=1e-11, abs=slack)


def test_the_naive_difference_would_not_pass():
    objective = make_problem().oracle()
    best = minimise(objective).w
    w = best + 1e-8
    truth = float(exact_excess(objective, w, best))
    naive = objective.value(w) - objective.value(best)
    assert abs(naive - truth) > 0.1 * truth
    assert excess_risk(objective, w, best) == pytest.approx(truth, rel=1e-6)


@given(
    z=st.floats(-650, 650),
    t=st.one_of(st.floats(-1200, 1200), st.floats(-3, 3), st.floats(-1e-9, 1e-9)),
)
def test_the_remainder_of_one_sample_has_no_cancellation(z, t):
    """One sample, no ridge, gradient removed: the second-order remainder of the loss alone."""
    for loss in (LOGISTIC, EXPONENTIAL):
        # subnormal numbers have no digits to keep, and the exponential loss ends at e^709
        assume(abs(t) > 1e-100)
        assume(loss is LOGISTIC or max(-z, -z - t) < 700.0)
        one = Objective(np.array([[t]]), np.ones(1), 0.0, loss, offset=np.array([z]))
        slope = float(loss.derivative(np.array(z))) * t
        measured = excess_risk(one, np.ones(1), np.zeros(1)) - slope
        with mpmath.workdps(700):
            a, b = mpmath.mpf(z), mpmath.mpf(z) + mpmath.mpf(t)
            if loss is LOGISTIC:
                difference = mpmath.log1p(mpmath.exp(-b)) - mpmath.log1p(mpmath.exp(-a))
                truth = float(difference + mpmath.mpf(t) / (1 + mpmath.exp(a)))
            else:
                truth = float(mpmath.exp(-b) - mpmath.exp(-a) + mpmath.mpf(t) * mpmath.exp(-a))
        assert truth >= 0.0
        assert measured == pytest.approx(truth, rel=1e-12, abs=4e-16 * abs(slope))


def test_a_batch_is_a_loop():
    problem = make_problem()
    rng = np.random.default_rng(1)
    oracle = minimise(problem.oracle()).w
    batch = oracle + rng.standard_normal((2, 5, 3))
    together = distances_to_oracle(problem, batch, oracle, other=problem.features[:4])
    for index in np.ndindex(2, 5):
        single = distances_to_oracle(problem, batch[index], oracle, other=problem.features[:4])
        for name in (*DISTANCES, "margins_other"):
            assert getattr(together, name).shape == (2, 5)
            assert getattr(together, name)[index] == pytest.approx(
                float(getattr(single, name)), rel=1e-13
            )


@pytest.mark.parametrize("loss", ["logistic", "exponential"])
def test_a_diverged_model_is_infinitely_far(loss):
    problem = make_problem(loss=loss)
    oracle = minimise(problem.oracle()).w
    rows = [[np.inf, 0, 0], [np.nan, 1, 2], [-1e308, 1e308, 1e308], [3e5, 0, 0], oracle]
    measured = distances_to_oracle(problem, np.array(rows), oracle)
    for name in DISTANCES:
        values = getattr(measured, name)
        assert not np.any(np.isnan(values))
        np.testing.assert_array_equal(values[:2], np.inf)
        assert values[-1] == 0.0
    assert measured.parameters[2] == pytest.approx(np.sqrt(3) * 1e308)
    assert measured.parameters[3] == pytest.approx(3e5, rel=1e-4)


def test_an_overflow_on_the_forgotten_rows_is_none_of_the_oracles():
    x, forget = np.array([[1.0], [-1.0]]), np.array([False, True])
    problem = UnlearningProblem(x, np.ones(2), forget, ridge=2.0, loss="exponential")
    far = distances_to_oracle(problem, np.array([800.0]), np.zeros(1))
    # e^-800 - 1 + 800^2: only the forgotten row's loss is e^800
    assert far.excess_risk == pytest.approx(640_000 - 1, rel=1e-14)


# --- ratios --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distance", "original", "expected"),
    [
        (3.0, 2.0, 1.5),
        (0.0, 2.0, 0.0),
        (0.0, 0.0, 1.0),
        (1e-300, 0.0, np.inf),
        (np.inf, 2.0, np.inf),
        (np.inf, 0.0, np.inf),
        (1e300, 1e-300, np.inf),
    ],
)
def test_ratio_is_defined_everywhere(distance, original, expected):
    assert ratio(distance, original) == expected


def test_ratios_of_the_original_are_one_and_of_the_oracle_zero():
    problem = make_problem()
    original, oracle = minimise(problem.original()).w, minimise(problem.oracle()).w
    halfway = oracle + 0.5 * (original - oracle)
    base = distances_to_oracle(problem, original, oracle, other=problem.features)
    points = distances_to_oracle(
        problem, np.array([original, oracle, halfway]), oracle, other=problem.features
    )
    ratios = distance_ratios(points, base)
    for name in ("parameters", "hessian_norm", "margins_retain", "margins_forget", "margins_other"):
        np.testing.assert_allclose(getattr(ratios, name), [1.0, 0.0, 0.5], rtol=1e-12)
    np.testing.assert_allclose(ratios.excess_risk, [1.0, 0.0, 0.25], rtol=0.05)
    assert distance_ratios(
        points, distances_to_oracle(problem, original, oracle)
    ).margins_other is (None)


# --- first step, best stop -----------------------------------------------------------------------


@given(
    # a share of the weights may not underflow, and below the normal numbers it does
    rho=st.floats(0.0, 2.0, allow_subnormal=False),
    seed=st.integers(0, 10),
    loss=st.sampled_from([LOGISTIC, EXPONENTIAL]),
)
def test_first_step_on_one_coordinate_points_where_theory_says(rho, seed, loss):
    """Sharp on one block: harmful from the first instant between f/(1+f) and 1, else helpful."""
    data = orthogonal_blocks([rho], [0.5], n_retain=40, n_forget=20)
    fraction = 1 / 3
    assume(abs(rho - fraction / (1 + fraction)) > 1e-3)
    assume(abs(rho - 1.0) > 1e-3)
    problem = problem_of(data, ridge=0.3, loss=loss.name)
    original, oracle = minimise(problem.original()).w, minimise(problem.oracle()).w
    cos = first_step_alignment(problem.descent_ascent(), original, oracle)
    harmful = fraction / (1 + fraction) < rho < 1.0
    assert cos == (-1.0 if harmful else 1.0)


def test_alignment_is_the_cosine_with_the_descent_direction():
    problem = make_problem(d=4)
    original, oracle = minimise(problem.original()).w, minimise(problem.oracle()).w
    method = problem.descent_ascent()
    step, way = -method.gradient(original), oracle - original
    expected = step @ way / np.linalg.norm(step) / np.linalg.norm(way)
    assert first_step_alignment(method, original, oracle) == pytest.approx(expected, rel=1e-12)
    assert first_step_alignment(method, original, original) == 0.0


@pytest.mark.parametrize("scale", [1.0, 1e-300, 1e300])
def test_cosine_survives_scale(scale):
    a, b = np.array([1.0, 2.0]), np.array([-2.0, 0.5])
    expected = -1.0 / np.sqrt(5 * 4.25)
    assert cosine(scale * a, b) == pytest.approx(expected)
    assert cosine(scale * a, scale * a) == pytest.approx(1.0)
    assert cosine(0 * a, b) == 0.0


def test_best_stop_is_the_earliest_of_the_closest_finite_records():
    steps = np.array([0, 1, 5, 25, 125])
    best = oracle_best_stop(steps, np.array([2.0, np.nan, 0.5, 0.5, np.inf]), 2.0)
    assert (best.index, best.step, best.distance, best.ratio) == (2, 5, 0.5, 0.25)
    never = oracle_best_stop(steps, np.array([2.0, 2.1, 2.2, 9.0, np.inf]), 2.0)
    assert (never.step, never.ratio) == (0, 1.0)
    with pytest.raises(ValueError, match="expected a record at a finite distance, got none of 2"):
        oracle_best_stop(steps[:2], np.array([np.nan, np.inf]), 1.0)
    with pytest.raises(ValueError, match="got none of 0"):
        oracle_best_stop(steps[:0], np.array([]), 1.0)


# --- dependence ----------------------------------------------------------------------------------


@given(
    lifts=st.lists(st.floats(0.0, 1.0, allow_subnormal=False), min_size=3, max_size=3),
    counts=st.tuples(st.integers(5, 60), st.integers(5, 60)),
)
def test_lift_is_the_one_built_in(lifts, counts):
    data = orthogonal_blocks(lifts, [0.2, 0.35, 0.3], n_retain=counts[0], n_forget=counts[1])
    problem = problem_of(data)
    for measured in (lift(problem), dependence(problem, np.zeros(3)).lift):
        np.testing.assert_allclose(measured, lifts, rtol=1e-10, atol=1e-12)


def test_lift_has_its_limits_named():
    x = np.array([[1.0, 0.0, 0.0, 1.0], [1.0, 1.0, 0.0, -1.0]])
    problem = UnlearningProblem(x, np.array([1.0, 1.0]), np.array([False, True]), ridge=1.0)
    np.testing.assert_array_equal(lift(problem), [1.0, np.inf, 1.0, -1.0])


@given(correlation=st.floats(-1.0, 1.0), d=st.integers(2, 6), seed=st.integers(0, 20))
def test_cosine_of_signed_means_is_the_one_built_in(correlation, d, seed):
    problem = problem_of(gaussian_classes(correlation, n=50, d=d, seed=seed))
    original = minimise(problem.original()).w
    measured = dependence(problem, original)
    assert measured.cosine_signed == pytest.approx(correlation, abs=1e-10)
    # at w = 0 every slope is the same, so the gradients' cosine is that of the signed means
    assert dependence(problem, np.zeros(d)).cosine_gradients == pytest.approx(
        correlation, abs=1e-10
    )


@given(epsilon=st.floats(-1.0, 1.0), alpha=st.floats(0.01, 0.25))
def test_two_directions_have_their_cosine(epsilon, alpha):
    data = two_directions(epsilon, alpha)
    measured = dependence(problem_of(data), np.array([0.4, 0.2]))
    assert measured.cosine_signed == pytest.approx(data.dependence["cosine"], abs=1e-12)
    # one direction a set: the mean gradients are parallel to it
    assert measured.cosine_gradients == pytest.approx(data.dependence["cosine"], abs=1e-12)


def test_cosine_of_gradients_is_that_of_differences():
    problem = make_problem(seed=3, weights=np.random.default_rng(0).uniform(0.5, 2.0, 40))
    w = np.array([0.5, -0.2, 0.1])
    h = 1e-5
    shifts = h * np.eye(3)
    slopes = [
        (loss(w + shifts) - loss(w - shifts)) / (2 * h)
        for loss in (problem.retain_loss, problem.forget_loss)
    ]
    expected = slopes[0] @ slopes[1] / np.linalg.norm(slopes[0]) / np.linalg.norm(slopes[1])
    assert dependence(problem, w).cosine_gradients == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("shape", [(40, 3), (12, 30), (5, 1)])
@pytest.mark.parametrize("loss", ["logistic", "exponential"])
@pytest.mark.parametrize("ridge", [1e-8, 0.1, 100.0])
def test_cross_influence_against_the_formed_matrix(shape, loss, ridge):
    n, d = shape
    rng = np.random.default_rng(n + d)
    problem = UnlearningProblem(
        rng.standard_normal((n, d)),
        rng.choice([-1.0, 1.0], n),
        np.arange(n) % 4 == 0,
        ridge=ridge,
        loss=loss,
        offset=0.1 * rng.standard_normal(n),
    )
    w = 0.3 * rng.standard_normal(d)
    original = problem.original()
    slopes = original.loss.derivative(original.margins(w))
    rows = slopes[:, None] * original.signed_features
    forget = problem.forget
    whole = rows @ np.linalg.solve(original.hessian(w), rows.T)
    matrix = whole[~forget][:, forget]
    # a ridge of 1e-8 with fewer rows than columns: condition number 1e8
    np.testing.assert_allclose(
        cross_influence(problem, w), matrix, rtol=1e-5, atol=1e-6 * np.abs(matrix).max()
    )
    measured = dependence(problem, w)
    norm = np.linalg.norm(matrix, ord=2)
    own = np.sqrt(
        np.linalg.norm(whole[forget][:, forget], ord=2)
        * np.linalg.norm(whole[~forget][:, ~forget], ord=2)
    )
    assert measured.cross_influence_norm == pytest.approx(norm, rel=1e-5)
    assert measured.cross_influence_overlap == pytest.approx(norm / own, rel=1e-5)


def test_cross_influence_has_the_sign_of_agreement():
    x = np.array([[1.0], [1.0], [-1.0]])
    problem = UnlearningProblem(x, np.ones(3), np.array([False, True, True]), ridge=1.0)
    row = cross_influence(problem, np.zeros(1))[0]
    assert row[0] > 0.0 > row[1]
    # phi' = -1/2, phi'' = 1/4 on three unit rows: (1/4) / (1/4 + 1)
    np.testing.assert_allclose(row, [0.2, -0.2], rtol=1e-14)


def test_a_weight_of_k_is_k_equal_rows():
    rng = np.random.default_rng(4)
    x, y = rng.standard_normal((8, 3)), rng.choice([-1.0, 1.0], 8)
    forget, times = np.arange(8) >= 5, rng.integers(1, 5, 8)
    w = rng.standard_normal(3)
    weighted = UnlearningProblem(x, y, forget, ridge=0.1, weights=times.astype(float))
    repeated = UnlearningProblem(
        np.repeat(x, times, axis=0), np.repeat(y, times), np.repeat(forget, times), ridge=0.1
    )
    one, other = dependence(weighted, w), dependence(repeated, w)
    np.testing.assert_allclose(one.lift, other.lift, rtol=1e-11)
    for name in (
        "cosine_gradients",
        "cosine_signed",
        "cross_influence_norm",
        "cross_influence_overlap",
    ):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-11), name


def test_overlap_runs_from_nothing_to_everything():
    identical = UnlearningProblem(
        np.array([[1.0, 2.0]] * 2), np.ones(2), np.array([False, True]), ridge=0.1
    )
    assert dependence(identical, np.zeros(2)).cross_influence_overlap == pytest.approx(1.0)
    apart = UnlearningProblem(np.eye(2), np.ones(2), np.array([False, True]), ridge=0.1)
    assert dependence(apart, np.zeros(2)).cross_influence_overlap == pytest.approx(0.0, abs=1e-15)
    empty = UnlearningProblem(np.zeros((2, 2)), np.ones(2), np.array([False, True]), ridge=0.1)
    assert dependence(empty, np.zeros(2)).cross_influence_overlap == 0.0


def test_a_singular_hessian_is_refused():
    problem = UnlearningProblem(
        np.array([[1.0, 0.0], [2.0, 0.0]]),
        np.ones(2),
        np.array([False, True]),
        ridge=0.1,
        unpenalised=(1,),
    )
    with pytest.raises(ValueError, match="expected a positive definite Hessian, got smallest"):
        dependence(problem, np.zeros(2))


def test_huge_weights_do_not_change_what_depends_on_their_shares(rng: np.random.Generator) -> None:
    """Sums of weights of 1e307 are infinite; lift and cosines know shares alone."""
    features = rng.standard_normal((20, 3))
    made = [
        UnlearningProblem(
            features, np.ones(20), np.arange(20) < 5, ridge=0.1, weights=np.full(20, weight)
        )
        for weight in (1.0, 1e307)
    ]
    small, large = (dependence(problem, np.ones(3)) for problem in made)
    assert np.allclose(small.lift, large.lift, rtol=1e-12)
    assert small.cosine_signed == pytest.approx(large.cosine_signed, rel=1e-12)
    assert small.cosine_gradients == pytest.approx(large.cosine_gradients, rel=1e-12)
