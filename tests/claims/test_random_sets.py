"""Random forget sets: exact tails, every subset, and simulation with its error bars."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory.random_sets import (
    consistent_noise,
    forget_size_for,
    law_of_harm,
    proportional_limit,
    random_cancellation,
    random_forget_accuracy,
    random_gradient,
    stationary_norm,
)
from tests.strategies import reaches

sizes = st.integers(1, 400)
accuracies = st.floats(1e-9, 1) | st.sampled_from([0.0, 1e-4, 0.5, 0.9999])
deviations = st.floats(0, 1.2)


def exact_tail(accuracy, size, deviation):
    """Return P(|k/n - u| >= eps) for k ~ Binomial(n, u), counting ties as deviations."""
    hits = np.arange(size + 1)
    outside = np.abs(hits / size - accuracy) >= deviation
    return stats.binom.pmf(hits, size, accuracy)[outside].sum()


@given(accuracies, sizes, deviations)
def test_random_forget_accuracy(accuracy, size, deviation):
    bound = random_forget_accuracy(deviation, size)
    assert exact_tail(accuracy, size, deviation) <= bound * (1 + 1e-12)
    assert bound == min(1.0, 2 * np.exp(-2 * size * deviation**2))


def test_forget_accuracy_bound_is_not_vacuous():
    assert random_forget_accuracy(0.1, 400) < 1e-3
    # the exponent is the right one: at u = 1/2 the exact tail decays at almost that rate
    deviation, size = 0.1, 4000
    rate = np.log(exact_tail(0.5, size, deviation)) / (-2 * size * deviation**2)
    assert 1.0 <= rate < 1.05


def test_forget_accuracy_needs_independent_samples():
    deviation = 0.5  # ten copies of one fair sample: Acc_F is 0 or 1
    assert random_forget_accuracy(deviation, 10) < 0.014 < 1.0


def test_forget_accuracy_is_not_conditional_on_the_data(rng):
    # labels fair under their law, but all +1 in this draw: every split deviates by 1/2
    n, forgotten = 60, 20
    features, labels = np.ones((n, 1)), np.ones(n)
    for _ in range(5):
        forget = np.zeros(n, dtype=bool)
        forget[rng.choice(n, forgotten, replace=False)] = True
        problem = UnlearningProblem(features, labels, forget, ridge=0.1)
        oracle = minimise(problem.oracle()).w
        accuracy_on_forget = np.mean(labels[forget] * (features[forget] @ oracle) > 0)
        assert abs(accuracy_on_forget - 0.5) == 0.5
    assert random_forget_accuracy(0.5, forgotten) < 1e-4


def test_forget_accuracy_over_the_draw_of_data_and_split(rng):
    # one feature, P(y x > 0) = 0.7: the oracle is right with 0.7 if it points the right way
    n, forgotten, repeats, deviation = 40, 12, 400, 0.25
    missed = 0
    for _ in range(repeats):
        signed = np.where(rng.random(n) < 0.7, 1.0, -1.0)
        forget = rng.permutation(n) < forgotten
        slope = -Objective(signed[~forget, None], np.ones(n - forgotten), 1.0).gradient(np.zeros(1))
        direction = 1.0 if slope[0] > 0 else -1.0  # the sign of the one-coordinate optimum
        test_accuracy = 0.7 if direction > 0 else 0.3
        missed += abs(np.mean(signed[forget] * direction > 0) - test_accuracy) >= deviation
    lower_confidence = stats.beta.ppf(1e-4, missed, repeats - missed + 1) if missed else 0.0
    assert lower_confidence <= random_forget_accuracy(deviation, forgotten)
    assert missed > 0


@given(st.floats(1e-3, 1), st.floats(1e-8, 0.999))
def test_forget_size_is_sufficient_and_smallest(deviation, failure):
    size = forget_size_for(deviation, failure)
    assert size == np.floor(size) >= 1
    assert random_forget_accuracy(deviation, size) <= failure
    if size > 1:
        assert random_forget_accuracy(deviation, size - 1) > failure * (1 - 1e-12)


def test_forget_size_survives_the_rounding_of_its_quotient():
    # probabilities a hair below the bound of n samples: the quotient often rounds to n itself
    sizes_wanted = np.arange(1.0, 400.0)
    for deviation in (0.1, 0.25, 0.3):
        failure = np.nextafter(random_forget_accuracy(deviation, sizes_wanted), 0.0)
        assert np.all(
            random_forget_accuracy(deviation, forget_size_for(deviation, failure)) <= failure
        )


@st.composite
def small_problems(draw):
    """Draw a problem of 2 to 8 samples, a size of the forget set and weights."""
    n = draw(st.integers(2, 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    features = rng.normal(size=(n, 2)) * draw(st.sampled_from([0.1, 1.0, 5.0]))
    return {
        "features": features,
        "labels": rng.choice([-1.0, 1.0], size=n),
        "size": draw(st.integers(1, n - 1)),
        "ridge": 10.0 ** draw(st.floats(-8, 3)),
        "weights": rng.normal(size=2),
    }


def every_problem(drawn, loss):
    n = len(drawn["labels"])
    for subset in combinations(range(n), drawn["size"]):
        forget = np.isin(np.arange(n), subset)
        yield UnlearningProblem(
            drawn["features"], drawn["labels"], forget, ridge=drawn["ridge"], loss=loss
        )


@given(small_problems(), st.sampled_from(["logistic", "exponential"]))
def test_random_cancellation(drawn, loss):
    w = drawn["weights"]
    problems = list(every_problem(drawn, loss))
    gaps = np.array([p.retain_loss(w) - p.forget_loss(w) for p in problems])
    objectives = np.array([p.descent_ascent().value(w) for p in problems])
    scale = np.abs(gaps).max() + 1e-3
    assert abs(gaps.mean()) <= 1e-12 * scale
    ridge_alone = drawn["ridge"] / 2 * w @ w
    assert objectives.mean() == pytest.approx(ridge_alone, abs=1e-12 * (scale + ridge_alone))
    single = UnlearningProblem(
        drawn["features"], drawn["labels"], problems[0].forget, ridge=1.0, loss=loss
    ).original()
    losses = single.loss.value(single.margins(w))
    form = random_cancellation(losses, drawn["size"])
    assert form == pytest.approx(np.mean(gaps**2), rel=1e-9, abs=1e-14 * scale**2)


def test_variance_needs_the_finite_population_factor():
    losses = np.array([0.0, 1.0, 2.0, 5.0])
    gaps = [np.mean(np.delete(losses, s)) - np.mean(losses[list(s)])
            for s in combinations(range(4), 2)]  # fmt: skip
    assert random_cancellation(losses, 2) == pytest.approx(np.mean(np.square(gaps)))
    # as if the two sets were drawn independently of one another, with replacement
    assert np.var(losses) * (1 / 2 + 1 / 2) < 0.8 * random_cancellation(losses, 2)


def test_cancellation_by_simulation(rng):
    losses = rng.exponential(size=200) ** 2
    size, repeats = 30, 20_000
    order = rng.permuted(np.tile(losses, (repeats, 1)), axis=1)
    gaps = order[:, size:].mean(axis=1) - order[:, :size].mean(axis=1)
    variance = random_cancellation(losses, size)
    assert abs(gaps.mean()) < 5 * np.sqrt(variance / repeats)
    spread = np.sqrt(stats.moment(gaps, 4) - variance**2)
    assert abs(np.mean(gaps**2) - variance) < 5 * spread / np.sqrt(repeats)


@given(st.floats(1e-2, 30))
def test_cancellation_needs_weights_that_do_not_look_at_the_forget_set(length):
    gaps = []
    for kept in (1.0, -1.0):  # the signed features of the sample kept, and of the other
        w = np.array([length * kept])
        retain, forget = (Objective(np.array([[a]]), np.ones(1), 0.0) for a in (kept, -kept))
        gaps.append(retain.value(w) - forget.value(w))
    np.testing.assert_allclose(gaps, -length, rtol=1e-12)


@given(st.lists(st.floats(-10, 10), min_size=3, max_size=9), st.data())
def test_variance_broadcasts_over_rows(losses, data):
    size = data.draw(st.integers(1, len(losses) - 1))
    both = random_cancellation([losses, losses[::-1]], size)
    assert both.shape == (2,)
    assume(np.ptp(losses) > 1e-3)
    np.testing.assert_allclose(both, random_cancellation(losses, size), rtol=1e-9)


# --- gradients and stationary points ------------------------------------------------------------


def sample_gradients(problem, w):
    """Gradients of the losses of single samples at w, from objectives of one row each."""
    signed = problem.labels[:, None] * problem.features
    loss = problem._base.loss
    return np.array([Objective(a[None], np.ones(1), 0.0, loss).gradient(w) for a in signed])


@given(small_problems(), st.sampled_from(["logistic", "exponential"]))
def test_random_gradient(drawn, loss):
    w, problems = drawn["weights"], list(every_problem(drawn, loss))
    gaps = np.array([p.weighted(1.0, -1.0, ridge=False).gradient(w) for p in problems])
    scale = np.abs(gaps).max() + 1e-6
    assert np.abs(gaps.mean(axis=0)).max() <= 1e-12 * scale
    form = random_gradient(sample_gradients(problems[0], w), drawn["size"])
    truth = np.mean(np.sum(gaps**2, axis=-1))
    assert form == pytest.approx(truth, rel=1e-9, abs=1e-12 * scale**2)


@given(small_problems())
def test_random_gradient_is_the_norm_under_a_strong_ridge(drawn):
    ridge = 1e5 * np.max(np.sum(drawn["features"] ** 2, axis=-1) + 1e-2)
    problems = list(every_problem(drawn | {"ridge": ridge}, "logistic"))
    norms = [np.sum((ridge * minimise(p.descent_ascent()).w) ** 2) for p in problems]
    form = random_gradient(sample_gradients(problems[0], np.zeros(2)), drawn["size"])
    assert form == pytest.approx(np.mean(norms), rel=1e-3, abs=1e-9)


def process(rows, w):
    """``z/(1 + e^z)`` of every sample, for weights (..., d)."""
    z = np.clip(w @ rows.T, -700, 700)
    return z / (1 + np.exp(z))


@given(small_problems(), st.floats(0.05, 0.9))
def test_stationary_norm(drawn, failure):
    problems = list(every_problem(drawn, "logistic"))
    norms, n = np.linalg.norm(drawn["features"], axis=1), len(drawn["labels"])
    bound = stationary_norm(norms, drawn["size"], drawn["ridge"], failure)
    n_f, n_r = drawn["size"], n - drawn["size"]
    rate = n / max(n_r * np.sqrt(n_f), n_f * np.sqrt(n_r))
    exact = 8.8 * np.sqrt(np.mean(norms**2)) * rate / (drawn["ridge"] * np.sqrt(failure))
    assert bound == pytest.approx(exact, rel=1e-12)
    ends = [minimise(p.descent_ascent(), drawn["weights"]) for p in problems]
    lengths = np.array([np.linalg.norm(end.w) for end in ends])
    for problem, end, length in zip(problems, ends, lengths, strict=True):
        gap = problem.weighted(1.0, -1.0, ridge=False).gradient(end.w)
        left = np.linalg.norm(problem.descent_ascent().gradient(end.w))
        assert abs(drawn["ridge"] * length - np.linalg.norm(gap)) <= left * (1 + 1e-9) + 1e-9
    assert np.mean(lengths > bound) <= failure
    assert lengths.mean() <= 2 * bound * np.sqrt(failure)


@given(small_problems(), st.floats(-2, 2).map(lambda e: 10.0**e))
def test_stationary_norm_rests_on_a_process_that_is_small(drawn, reach):
    """The mean square, over all subsets, of its largest value in a ball: below (T B ridge/2)^2."""
    rows = drawn["labels"][:, None] * drawn["features"]
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    values = process(rows, reach * np.linspace(0.1, 1, 6)[:, None, None] * circle)
    largest = []
    for subset in combinations(range(len(rows)), drawn["size"]):
        gone = np.isin(np.arange(len(rows)), subset)
        gap = values[..., ~gone].mean(axis=-1) - values[..., gone].mean(axis=-1)
        largest.append(np.abs(gap).max())
    half = stationary_norm(np.linalg.norm(rows, axis=1), drawn["size"], 1.0, 0.25) / 4
    assert np.mean(np.square(largest)) <= (half * reach) ** 2


def test_stationary_norm_rests_on_a_slope_that_is_almost_eleven_tenths():
    z = np.linspace(-40, 40, 400_001)
    slope = np.diff(process(np.ones((1, 1)), z[:, None])[:, 0]) / np.diff(z)
    assert 1.0998 < slope.max() < 1.1 and -0.1 < slope.min() < -0.0998


def test_stationary_norm_falls_below_the_trivial_bound():
    norms = np.ones(200_000)
    bounds = stationary_norm(norms, [100, 10_000], 1.0, 0.1)
    # slopes are below 1: no stationary point is ever longer than 2 max|x| / ridge
    assert bounds[1] < 2 < bounds[0]
    assert bounds[0] / bounds[1] == pytest.approx(10, rel=0.06)


# --- the law of harm, measured ------------------------------------------------------------------


def gaussian(n, ridge, seed):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 8))
    labels = np.where(rng.random(n) < 1 / (1 + np.exp(-2 * features[:, 0])), 1.0, -1.0)
    return UnlearningProblem(features, labels, rng.permutation(n) < n // 10, ridge=ridge)


@pytest.mark.parametrize(("n", "ridge"), [(300, 0.01), (2000, 0.02), (2000, 0.3), (4000, 5.0)])
def test_law_of_harm(n, ridge):
    """Medians over seven data sets within a quarter, with and without a run of descent-ascent."""
    found, ends = [], []
    for seed in range(7):
        problem = gaussian(n, ridge, seed)
        oracle, original = (minimise(o).w for o in (problem.oracle(), problem.original()))
        unlearned = minimise(problem.descent_ascent(), original).w
        before = np.linalg.norm(original - oracle)
        rows = problem.labels[:, None] * problem.features
        other = gaussian(n, ridge, seed + 100).forget
        way = rows[~other].mean(axis=0) - rows[other].mean(axis=0)
        slopes = rows / (1 + np.exp(rows @ unlearned))[:, None]
        run = np.sqrt(random_gradient(slopes, n // 10)) / ridge
        noises = run, consistent_noise(rows, n // 10, ridge, way)
        laws = [law_of_harm(np.linalg.norm(oracle), noise, before) for noise in noises]
        found.append([float(value) for law in laws for value in law])
        square = unlearned @ unlearned
        ends.append(
            (np.linalg.norm(unlearned - oracle) / before, square / (square + oracle @ oracle))
        )
    ratio, share = np.median(ends, axis=0)
    for predicted, noisy in np.median(found, axis=0).reshape(2, 2):
        assert predicted == pytest.approx(ratio, rel=0.25)
        assert noisy == pytest.approx(share, abs=0.12)


@given(small_problems())
def test_law_of_harm_under_a_strong_ridge(drawn):
    """Mean squares over every subset: noise, erasure, and by how much the law exceeds them."""
    rows = drawn["labels"][:, None] * drawn["features"]
    n, size = len(rows), drawn["size"]
    ridge = 1e6 * np.max(np.sum(rows**2, axis=-1) + 1e-2)
    far, before, laws = [], [], []
    for problem in every_problem(drawn | {"ridge": ridge}, "logistic"):
        three = problem.oracle(), problem.original(), problem.descent_ascent()
        oracle, original, unlearned = (ridge * minimise(o).w for o in three)
        far.append(np.sum((unlearned - oracle) ** 2))
        before.append(np.sum((original - oracle) ** 2))
        noise = np.sqrt(random_gradient(-rows / 2, size))
        laws.append(law_of_harm(np.linalg.norm(oracle), noise, 1.0).ratio ** 2)
    f, mean, spread = size / n, np.sum(rows.mean(axis=0) ** 2), np.var(rows, axis=0, ddof=1).sum()
    scale = np.max(rows**2)
    exact = (1 - f) ** 2 / f**2 + n * (1 - f) * mean / (f * spread)
    assert np.mean(far) == pytest.approx(exact * np.mean(before), rel=1e-3, abs=1e-5 * scale)
    above = np.mean(laws) - np.mean(far)
    assert above == pytest.approx(spread / (2 * (n - size)), rel=1e-3, abs=1e-5 * scale)


@given(st.floats(0, 1e3), st.floats(0, 1e3), st.floats(1e-3, 1e3))
def test_law_of_harm_adds_squares(length, noise, distance):
    law = law_of_harm(length, noise, distance)
    assert law.ratio == pytest.approx(np.hypot(length, noise) / distance, rel=1e-12)
    if length + noise > 1e-100:
        share = (noise / np.hypot(length, noise)) ** 2 if noise > 1e-100 else 0.0
        assert law.noise_share == pytest.approx(share, rel=1e-9, abs=1e-12)


@given(st.integers(2, 9), st.integers(0, 2**32 - 1), st.floats(-2, 2).map(lambda e: 10.0**e))
def test_consistent_noise_sustains_itself(n, seed, ridge):
    rng = np.random.default_rng(seed)
    rows, way, size = rng.normal(size=(n, 3)), rng.normal(size=3), int(rng.integers(1, n))
    noise = consistent_noise(rows, size, ridge, way)
    w = noise * way / np.linalg.norm(way)
    slopes = rows / (1 + np.exp(rows @ w))[:, None]
    assert np.sqrt(random_gradient(slopes, size)) == pytest.approx(ridge * noise, rel=1e-6)


# --- rows and columns growing together, measured --------------------------------------------------


def drawn_minima(alpha, kappa, f, ridge, seed, columns=120):
    """Original, oracle and descent-ascent of one draw of the model."""
    rng = np.random.default_rng(seed)
    n = round(alpha * columns)
    features, truth = rng.normal(size=(n, columns)), rng.normal(size=columns)
    margins = kappa * features @ truth / np.linalg.norm(truth)
    labels = np.where(rng.random(n) < 1 / (1 + np.exp(-margins)), 1.0, -1.0)
    problem = UnlearningProblem(features, labels, np.arange(n) < round(f * n), ridge=ridge)
    original, oracle = minimise(problem.original()).w, minimise(problem.oracle()).w
    return original, oracle, minimise(problem.descent_ascent(), original).w


@pytest.mark.parametrize(
    ("alpha", "kappa", "f", "ridge"),
    [(4.0, 1.5, 0.2, 1.0), (0.5, 1.0, 0.5, 3.0), (8.0, 2.0, 0.5, 0.3), (20.0, 1.0, 0.1, 1.0)],
)
def test_proportional_limit(alpha, kappa, f, ridge):
    """Means over 16 draws, each of them within a few percent of the limit."""
    limit = proportional_limit(alpha, kappa, f, ridge)
    found = []
    for seed in range(16):
        original, oracle, unlearned = drawn_minima(alpha, kappa, f, ridge, seed)
        ends = (original - oracle, unlearned - oracle, oracle)
        found.append([np.linalg.norm(end) for end in ends])
    assert np.mean(found, axis=0) == pytest.approx(np.array(limit), rel=0.05)


@given(st.floats(0.3, 30), st.floats(0.3, 4), st.floats(0.05, 0.8))
def test_proportional_limit_under_a_strong_ridge(alpha, kappa, f):
    """The original moves by noise alone; the quotient is the one `law_of_harm` proves."""
    ridge = 1e4 * (1 + 1 / alpha) / f
    limit = proportional_limit(alpha, kappa, f, ridge)
    noise = np.sqrt(alpha * f / (1 - f)) / (2 * alpha * ridge)
    assert limit.original_distance == pytest.approx(noise, rel=2e-3)
    t = np.linspace(-12, 12, 4001)
    density = np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)
    mean = np.trapezoid(2 * density * kappa * t / (1 + np.exp(-kappa * t)), t) / kappa
    squares = (1 - f) / f**2 + alpha * mean**2 * (1 - f) / f
    quotient = limit.unlearned_distance / limit.original_distance
    assert quotient == pytest.approx(np.sqrt(squares), rel=2e-3)


@pytest.mark.parametrize(("alpha", "f", "ridge"), [(10.0, 0.1, 0.1), (4.0, 0.3, 0.1)])
def test_proportional_limit_is_silent_where_descent_ascent_is_not_convex(alpha, f, ridge):
    limit = proportional_limit(alpha, 1.5, f, ridge)
    assert np.isnan(limit.unlearned_distance) and limit.original_distance > 0
    rng = np.random.default_rng(0)
    features = rng.normal(size=(round(alpha * 80), 80))
    forget = np.arange(len(features)) < f * len(features)
    problem = UnlearningProblem(features, np.ones(len(features)), forget, ridge=ridge)
    assert np.linalg.eigvalsh(problem.descent_ascent().hessian(np.zeros(80)))[0] < 0


def test_strategies_are_not_degenerate():
    reaches(small_problems(), lambda d: d["size"] == 1 and len(d["labels"]) > 5)
    reaches(small_problems(), lambda d: d["size"] == len(d["labels"]) - 1 > 3)
    reaches(small_problems(), lambda d: len(set(d["labels"])) == 2)
    reaches(
        st.tuples(accuracies, sizes, deviations), lambda t: exact_tail(*t) > 0.01 and t[2] > 0.05
    )
