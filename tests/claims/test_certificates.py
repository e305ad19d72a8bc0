"""Certificates against minimisers that are known by construction, in multiple precision.

The offsets are chosen so that a given ``w*`` is the exact minimiser: pick the margins ``z_i``,
set ``w* = -(1/ridge) sum c_i phi'(z_i) a_i`` and ``o_i = z_i - a_i.w*``.  That works for every
ridge, also where every sample is far on the right side of the boundary.
"""

from __future__ import annotations

from dataclasses import dataclass

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory.certificates import (
    HARM,
    HELP,
    UNDECIDED,
    distance_sandwich,
    euclidean_sandwich,
    harm_certificate,
    logistic_smoothness,
    margin_change_bound,
    self_concordant_sandwich,
)
from proofs import certificates as derivation
from tests.strategies import reaches

DIGITS = 400  # the Hessian of the exponential loss reaches condition numbers of 1e180
ROUNDED = 1e-12  # the norms are handed over as floats
TINY = np.finfo(float).tiny

exponents = st.floats(-8, 3)


@dataclass(frozen=True)
class Known:
    """Norms at ``w`` of a problem whose minimiser is known, and the true distances."""

    ridge: float
    smoothness: float
    gradient: float
    step: float
    newton: float
    leverage: float
    lowest: float
    margin_change: float
    distance: float
    distance_in_h: float


def derivatives(loss, z):
    if loss == "exponential":
        return -mp.exp(-z), mp.exp(-z)
    s = 1 / (1 + mp.exp(z))
    return -s, s * (1 - s)


@st.composite
def known(draw, loss="logistic"):
    """Draw a problem, a point at some distance from its minimiser, and every norm."""
    n, d = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    ridge, reach = 10.0 ** draw(exponents), 10.0 ** draw(st.floats(-6, 1.5))
    rows = rng.normal(size=(n, d)) * 10.0 ** draw(st.floats(-2, 0.5))
    spread = draw(st.sampled_from([0.1, 2.0, 8.0]))
    shift = draw(st.sampled_from([0.0, 20.0]))  # separated: every margin is large
    c = rng.uniform(0.1, 1.9, size=n) / n
    with mp.workdps(DIGITS):
        a = mp.matrix(rows.tolist())
        at_optimum = [mp.mpf(v) for v in shift + spread * rng.normal(size=n)]
        move = mp.matrix((reach * _unit(rng.normal(size=d))).tolist())
        change = a * move
        now = [at_optimum[i] + change[i] for i in range(n)]
        # grad J(w) = sum c (phi'(z) - phi'(z*)) a + ridge (w - w*)
        gradient, hessian = ridge * move, ridge * mp.eye(d)
        for i in range(n):
            slope, curvature = derivatives(loss, now[i])
            row = a[i, :].T
            gradient += mp.mpf(c[i]) * (slope - derivatives(loss, at_optimum[i])[0]) * row
            hessian += mp.mpf(c[i]) * curvature * row * row.T
        inverse = mp.inverse(hessian)
        step = inverse * gradient
        longest = max(_form(inverse, a[i, :].T) for i in range(n))
        weighted = np.sqrt(c)[:, None] * rows
        return Known(
            ridge=ridge,
            smoothness=float(logistic_smoothness(np.linalg.norm(weighted, 2), ridge, 1)),
            gradient=float(mp.norm(gradient)),
            step=float(mp.norm(step)),
            newton=float(mp.sqrt(_form(hessian, step))),
            leverage=float(mp.sqrt(longest)),
            lowest=float(min(mp.eigsy(hessian, eigvals_only=True))),
            margin_change=float(max(abs(x) for x in change)),
            distance=float(mp.norm(move)),
            distance_in_h=float(mp.sqrt(_form(hessian, move))),
        )


def _unit(v):
    return v / np.linalg.norm(v)


def _form(matrix, v):
    return (v.T * matrix * v)[0]


def between(sandwich, truth):
    low, high = sandwich.lower * (1 - ROUNDED), sandwich.upper * (1 + ROUNDED) + TINY
    return bool(low <= truth <= high)


@given(known())
def test_distance_sandwich(case):
    bounds = distance_sandwich(case.gradient, case.ridge, case.smoothness)
    assert between(bounds, case.distance)
    assert bounds.upper / bounds.lower == pytest.approx(case.smoothness / case.ridge)


@given(known("exponential"))
def test_distance_upper_bound_needs_convexity_alone(case):
    bounds = distance_sandwich(case.gradient, case.ridge)
    assert bounds.lower == 0
    assert between(bounds, case.distance)


@given(exponents, st.floats(0.1, 10), st.floats(1e-3, 1e3))
def test_distance_upper_bound_is_attained_where_no_sample_looks(exponent, feature, reach):
    ridge = 10.0**exponent
    objective = Objective(np.array([[feature, 0.0]]), np.ones(1), ridge)
    optimum = minimise(Objective(np.array([[feature]]), np.ones(1), ridge)).w
    gradient = objective.gradient(np.array([optimum[0], reach]))[1]
    assert distance_sandwich(gradient, ridge).upper == pytest.approx(reach, rel=1e-12)


@given(exponents, st.floats(0.1, 10))
def test_distance_lower_bound_is_approached_at_small_margins(exponent, feature):
    ridge, reach = 10.0**exponent, 1e-4 / feature
    rows = np.array([[feature], [-feature]])
    gradient = Objective(rows, np.full(2, 0.5), ridge).gradient(np.array([reach]))[0]
    smoothness = logistic_smoothness(np.linalg.norm(rows, 2), ridge, 2)
    bounds = distance_sandwich(gradient, ridge, smoothness)
    assert bounds.lower == pytest.approx(reach, rel=1e-7)
    assert bounds.lower <= reach * (1 + 1e-9)


def test_distance_sandwich_needs_nonnegative_coefficients():
    # a sample and its opposite, ascended: the minima lie apart from the stationary point 0
    objective = Objective(np.array([[2.0], [-2.0]]), np.full(2, -1.0), 1.0)
    minimum = minimise(objective, start=np.array([1.0]))
    near_zero = np.array([1e-3])
    gradient = np.abs(objective.gradient(near_zero)[0])
    assert minimum.converged
    assert distance_sandwich(gradient, 1.0).upper < 0.01 < 1 < abs(minimum.w[0])


def test_distance_lower_bound_needs_the_whole_spectral_norm():
    # a smoothness estimated from below, as power iteration does, breaks the lower bound
    rows, reach = np.array([[1.0], [-1.0]]), 1e-3
    gradient = Objective(rows, np.full(2, 0.5), 1e-3).gradient(np.array([reach]))[0]
    too_small = logistic_smoothness(0.9 * np.sqrt(2), 1e-3, 2)
    assert distance_sandwich(gradient, 1e-3, too_small).lower > reach


@given(st.sampled_from(["logistic", "exponential"]).flatmap(known))
def test_self_concordant_sandwich(case):
    truth = self_concordant_sandwich(case.newton, case.margin_change)
    assert between(truth, case.distance_in_h)
    bound = margin_change_bound(case.newton, case.leverage)
    assert case.margin_change <= bound * (1 + ROUNDED) + TINY
    certified = self_concordant_sandwich(case.newton, bound)
    assert between(certified, case.distance_in_h)
    assert certified.lower <= truth.lower * (1 + ROUNDED)
    assert certified.upper >= truth.upper * (1 - ROUNDED)
    for curvature in (case.ridge, case.lowest):
        assert between(
            euclidean_sandwich(case.step, case.newton, bound, curvature * (1 - ROUNDED)),
            case.distance,
        )


@given(st.floats(1e-300, 1e3), st.floats(1e-12, 1e3))
def test_self_concordant_factors_are_those_of_the_proof(newton, x):
    bounds = self_concordant_sandwich(newton, x)
    with mpmath.workdps(DIGITS):
        exact = mp.mpf(x)
        lower = float(newton * exact / mp.expm1(exact))
        upper = float(newton * exact / -mp.expm1(-exact))
    assert bounds.lower == pytest.approx(lower, rel=1e-14, abs=TINY)
    assert bounds.upper == pytest.approx(upper, rel=1e-14)


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 30), st.floats(1e-3, 1e3))
def test_euclidean_sandwich_is_the_step_with_its_error(newton, x, curvature):
    step = newton / np.sqrt(curvature)
    bounds = euclidean_sandwich(step, newton, x, curvature)
    with mpmath.workdps(DIGITS):
        factor = mp.mpf(x) / -mp.expm1(-mp.mpf(x))
        error = float(newton * (factor - 1) / mp.sqrt(curvature))
    assert bounds.upper == pytest.approx(step + error, rel=1e-12)
    assert bounds.lower == pytest.approx(max(step - error, 0.0), rel=1e-12, abs=1e-12 * step)
    # a step longer than its norm allows: the norm decides
    assert euclidean_sandwich(9 * step, newton, x, curvature).upper <= (step + error) * (1 + 1e-12)


def test_euclidean_sandwich_is_as_wide_as_the_margins_move():
    near = euclidean_sandwich(1.0, 1.0, 1e-3, 1.0)
    assert near.upper - near.lower == pytest.approx(1e-3, rel=1e-3)


def test_self_concordant_factors_match_the_derivation():
    high = sp.integrate(sp.exp(derivation.delta * sp.Symbol("t")), (sp.Symbol("t"), 0, 1))
    evaluate = sp.lambdify(derivation.delta, high, "mpmath")
    for x in (1e-3, 0.1, 2.0, 30.0):
        bounds = self_concordant_sandwich(1.0, x)
        assert bounds.lower == pytest.approx(float(1 / evaluate(mp.mpf(x))), rel=1e-11)
        assert bounds.upper == pytest.approx(float(1 / evaluate(mp.mpf(-x))), rel=1e-11)


@pytest.mark.parametrize("x", [0.1, 1.0, 3.0])
def test_self_concordant_rates_are_met_in_the_tail(x):
    # one sample far out, no ridge to speak of: the logistic loss is exponential there
    with mpmath.workdps(DIGITS):
        optimum = mp.mpf(700)
        for side, name in ((1, "lower"), (-1, "upper")):
            now = optimum + side * x
            gradient = derivatives("logistic", now)[0] - derivatives("logistic", optimum)[0]
            curvature = derivatives("logistic", now)[1]
            newton = abs(gradient) / mp.sqrt(curvature)
            distance = float(x * mp.sqrt(curvature) / newton)
            assert getattr(self_concordant_sandwich(1.0, x), name) == pytest.approx(distance)


def test_self_concordant_sandwich_is_tight_nearby_and_says_nothing_far_away():
    near = self_concordant_sandwich(1.0, [0.0, 0.1])
    np.testing.assert_array_equal([near.lower[0], near.upper[0]], 1.0)
    assert 0.949 < near.lower[1] < near.upper[1] < 1.051
    far = self_concordant_sandwich([1.0, 0.0], np.inf)
    assert (far.lower.tolist(), far.upper.tolist()) == ([0, 0], [np.inf, 0])
    assert margin_change_bound(1.0, 0.5) == pytest.approx(np.log(2), rel=1e-13)
    # 1 - 1e-16 may stand for anything next to 1, and -log of the rest for any number
    assert np.isinf(margin_change_bound(1.0, [1 - 1e-16, 1.0, 2.0])).all()


def test_self_concordant_sandwich_needs_the_change_of_every_margin():
    # with half the true change the lower bound fails for a sample in the tail
    w, optimum = 38.0, 40.0
    one = Objective(np.array([[1.0]]), np.ones(1), 1e-30, offset=None)
    gradient = one.gradient(np.array([w]))[0] - one.gradient(np.array([optimum]))[0]
    newton = abs(gradient) / np.sqrt(one.hessian(np.array([w]))[0, 0])
    distance = (optimum - w) * np.sqrt(one.hessian(np.array([w]))[0, 0])
    assert between(self_concordant_sandwich(newton, optimum - w), distance)
    assert not between(self_concordant_sandwich(newton, (optimum - w) / 2), distance)


def euclidean(objective, w, margin_change=None):
    """Return the tighter of the two Euclidean sandwiches of an objective at ``w``."""
    gradient, hessian = objective.gradient(w), objective.hessian(w)
    inverse, rows = np.linalg.inv(hessian), objective.signed_features[objective.coefficients > 0]
    step = inverse @ gradient
    newton, norm = np.sqrt(step @ hessian @ step), np.linalg.norm(gradient)
    spectral = np.linalg.norm(
        np.sqrt(objective.coefficients)[:, None] * objective.signed_features, 2
    )
    coarse = distance_sandwich(
        norm, objective.ridge, logistic_smoothness(spectral, objective.ridge, 1)
    )
    leverage = np.sqrt(np.max(np.einsum("ij,jk,ik->i", rows, inverse, rows)))
    x = np.minimum(
        margin_change_bound(newton, leverage),
        np.linalg.norm(rows, axis=1).max() * coarse.upper,
    )
    fine = euclidean_sandwich(np.linalg.norm(step), newton, x, objective.ridge)
    return max(coarse.lower, fine.lower), min(coarse.upper, fine.upper)


@st.composite
def unlearning_problems(draw):
    """Draw data, separable or not, with a forget set and a ridge from tiny to large."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d = draw(st.integers(6, 30)), draw(st.integers(1, 4))
    features = rng.normal(size=(n, d)) * draw(st.sampled_from([0.3, 1.0, 3.0]))
    labels = np.where(features @ rng.normal(size=d) > 0, 1.0, -1.0)
    separable = draw(st.booleans())
    if not separable:
        labels = rng.choice([-1.0, 1.0], size=n)
    forget = rng.permutation(n) < draw(st.integers(1, n - 2))
    ridge = 10.0 ** draw(exponents)
    problem = UnlearningProblem(features, labels, forget, ridge=ridge)
    return problem, rng.normal(size=d) * 10.0 ** draw(st.floats(-2, 2))


@given(unlearning_problems())
def test_harm_certificate(drawn):
    problem, push = drawn
    oracle, original = minimise(problem.oracle()), minimise(problem.original())
    unlearned = oracle.w + push
    bounds = [euclidean(problem.oracle(), w) for w in (unlearned, original.w)]
    truths = [np.linalg.norm(w - oracle.w) for w in (unlearned, original.w)]
    for (low, high), truth in zip(bounds, truths, strict=True):
        slack = oracle.radius + 1e-6 * truth + 1e-9
        assert low <= truth + slack
        assert high >= truth - slack
    verdict = harm_certificate(*bounds[0], *bounds[1])
    if verdict == HARM:
        assert truths[0] > truths[1] - 2 * oracle.radius
    if verdict == HELP:
        assert truths[0] < truths[1] + 2 * oracle.radius
    smoothness = logistic_smoothness(
        np.linalg.norm(problem.features[~problem.forget], 2), problem.ridge, sum(~problem.forget)
    )
    factor = (smoothness / problem.ridge) ** 2 * (1 + 1e-3)
    if truths[0] - oracle.radius > factor * (truths[1] + oracle.radius) > 0:
        assert verdict == HARM
    if truths[1] - oracle.radius > factor * (truths[0] + oracle.radius):
        assert verdict == HELP


@given(known(), known())
def test_harm_certificate_never_contradicts_the_truth(unlearned, original):
    bounds = [distance_sandwich(c.gradient, c.ridge, c.smoothness) for c in (unlearned, original)]
    verdict = harm_certificate(*bounds[0], *bounds[1])
    swapped = harm_certificate(*bounds[1], *bounds[0])
    assert verdict == -swapped
    truth = np.sign(unlearned.distance - original.distance)
    assert verdict in (truth, UNDECIDED)


def test_harm_and_help_are_both_certified_in_practice(rng):
    # descent-ascent on a forget set that resembles what is kept; a Newton step that removes it
    features = rng.normal(loc=[1.0, 0.5, 0.0], size=(200, 3))
    labels = np.where(features @ [1.0, -1.0, 0.5] + rng.normal(size=200) > 0, 1.0, -1.0)
    problem = UnlearningProblem(features, labels, np.arange(200) < 20, ridge=0.05)
    oracle, original = problem.oracle(), minimise(problem.original()).w
    ascended = minimise(problem.descent_ascent(), start=original).w
    newton = original - np.linalg.solve(oracle.hessian(original), oracle.gradient(original))
    at = {name: euclidean(oracle, w) for name, w in
          {"original": original, "ascended": ascended, "newton": newton}.items()}  # fmt: skip
    assert harm_certificate(*at["ascended"], *at["original"]) == HARM
    assert harm_certificate(*at["newton"], *at["original"]) == HELP
    assert harm_certificate(*at["original"], *at["original"]) == UNDECIDED


def test_harm_certificate_needs_one_norm_for_both():
    # w* = 0; in the norms of their own Hessians the far model seems to be the nearer one
    objective = Objective(np.array([[4.0], [-4.0]]), np.full(2, 0.5), 0.01)
    own = []
    for w in (2.0, 0.2):
        own.append(abs(w) * np.sqrt(objective.hessian(np.array([w]))[0, 0]))
    assert harm_certificate(own[0], own[0], own[1], own[1]) == HELP
    assert harm_certificate(2.0, 2.0, 0.2, 0.2) == HARM
    lower, upper = euclidean(objective, np.array([2.0]))
    assert harm_certificate(lower, upper, 0.2, 0.2) != HELP


def test_harm_certificate_is_strict_and_broadcasts():
    lower, upper = np.array([1.0, 3.0, 0.0]), np.array([2.0, np.inf, 0.5])
    verdicts = harm_certificate(lower, upper, 1.0, 2.0)
    assert verdicts.dtype == np.int8
    assert verdicts.tolist() == [UNDECIDED, HARM, HELP]
    assert harm_certificate(2.0, 3.0, 1.0, 2.0) == UNDECIDED


def test_strategies_are_not_degenerate():
    reaches(known(), lambda k: bool(k.margin_change > 5))
    reaches(known(), lambda k: bool(k.newton * k.leverage < 0.1))
    reaches(known(), lambda k: bool(k.smoothness > 1e3 * k.ridge))
    reaches(known(), lambda k: bool(k.ridge < 1e-6 and k.lowest > 2 * k.ridge))
    reaches(
        known(), lambda k: bool(self_concordant_sandwich(k.newton, k.margin_change).lower > 0.5)
    )

    def gets(wanted):
        return lambda drawn: bool(verdict_of(*drawn) == wanted)

    for verdict in (HARM, HELP, UNDECIDED):
        reaches(unlearning_problems(), gets(verdict))


def verdict_of(problem, push):
    oracle = problem.oracle()
    original = minimise(problem.original()).w
    unlearned = minimise(oracle).w + push
    return harm_certificate(*euclidean(oracle, unlearned), *euclidean(oracle, original))
