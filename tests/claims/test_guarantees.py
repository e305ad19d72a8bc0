"""Guarantees against multiple precision, quadrature, draws, and removal as the solver sees it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from scipy import integrate, stats

from logreg_unlearn.theory import guarantees as theory

exponents = st.floats(-6, 2)


def curve(a, epsilon):
    """Return the exact delta in multiple precision: both terms agree to many digits."""
    a, epsilon = mp.mpf(a), mp.mpf(epsilon)
    # the tails are that small; the digits beyond are those of the difference
    digits = 40 + 2 * int((epsilon / a + a) ** 2 / 4)
    with mp.workdps(min(digits, 900)):
        return mp.ncdf(a / 2 - epsilon / a) - mp.exp(epsilon) * mp.ncdf(-a / 2 - epsilon / a)


@st.composite
def curves(draw):
    """Draw a point of the curve: in its bulk, or anywhere down to 1e-300."""
    epsilon = draw(st.one_of(st.just(0.0), exponents.map(lambda k: 10.0**k)))
    if epsilon == 0:
        return 10.0 ** draw(st.floats(-6, 1.5)), epsilon
    tail = draw(st.floats(0, 36.9))  # epsilon/a - a/2
    return 2 * epsilon / (tail + np.hypot(tail, np.sqrt(2 * epsilon))), epsilon


@given(curves())
def test_gaussian_guarantee(drawn):
    a, epsilon = drawn
    found, exact = theory.gaussian_guarantee(a, epsilon), curve(a, epsilon)
    # delta moves by p^2 of what p does, and p is off by an ulp
    conditioned = 4e-15 + 8 * np.finfo(float).eps * (epsilon / a + a) ** 2
    assert found.delta == pytest.approx(float(exact), rel=conditioned, abs=1e-305)
    assert found.advantage == pytest.approx(float(curve(a, 0)), rel=1e-14)
    assert found.auc == pytest.approx(float(mp.ncdf(mp.mpf(a) / mp.sqrt(2))), rel=1e-14)


@given(st.floats(0.05, 6), st.floats(0, 6))
def test_gaussian_guarantee_is_the_best_event_of_two_densities(a, epsilon):
    def gain(x):
        return max(stats.norm.pdf(x, a) - np.exp(epsilon) * stats.norm.pdf(x), 0.0)

    edge = epsilon / a + a / 2
    best = integrate.quad(gain, edge, edge + 40, epsabs=1e-13, limit=200)[0]
    found = theory.gaussian_guarantee(a, epsilon)
    assert found.delta == pytest.approx(best, abs=1e-10)
    if epsilon == 0:
        assert found.delta == pytest.approx(found.advantage)


def test_gaussian_guarantee_in_several_dimensions_and_for_an_attacker(rng):
    shift, noise, draws = np.array([0.3, -0.4, 1.2]), 0.8, 200_000
    a = np.linalg.norm(shift) / noise
    released = shift + noise * rng.standard_normal((draws, 3))
    oracle = noise * rng.standard_normal((draws, 3))
    score = [x @ shift / noise**2 - a**2 / 2 for x in (released, oracle)]  # log density ratio
    found = theory.gaussian_guarantee(a, [0.0, 1.0])
    for delta, epsilon in zip(found.delta, (0.0, 1.0), strict=True):
        event = [np.mean(s > epsilon) for s in score]
        assert delta == pytest.approx(event[0] - np.exp(epsilon) * event[1], abs=6e-3)
    assert found.advantage[0] == pytest.approx(
        np.mean(score[0] > 0) - np.mean(score[1] > 0), abs=6e-3
    )
    auc = stats.mannwhitneyu(score[0], score[1]).statistic / draws**2
    assert found.auc[0] == pytest.approx(auc, abs=3e-3)


def test_gaussian_guarantee_at_its_ends():
    found = theory.gaussian_guarantee([0.0, 1e-300, 1e300], 1.0)
    np.testing.assert_array_equal(found.delta, [0, 0, 1])
    np.testing.assert_allclose(found.advantage, [0, 1e-300 / np.sqrt(2 * np.pi), 1], rtol=1e-12)
    np.testing.assert_array_equal(found.auc, [0.5, 0.5, 1])


@given(curves(), st.floats(0, 300))
def test_the_largest_ratio_inverts_the_curve(drawn, digits):
    epsilon, delta = drawn[1], 10.0**-digits * 0.999
    a = float(theory.largest_ratio(epsilon, delta))
    with mp.workdps(700):
        root = mp.mpf(a)
        for _ in range(3):
            slope = mp.npdf(mp.mpf(epsilon) / root - root / 2)
            root -= (curve(root, epsilon) - mp.mpf(delta)) / slope
        # where the curve is flat an ulp of delta is many of a
        flat = np.finfo(float).eps * delta / float(slope * root)
    assert a == pytest.approx(float(root), rel=1e-12 + 8 * flat)
    assert theory.noise_needed(3.0, epsilon, delta) == pytest.approx(3.0 / a)


def test_noise_needed_scales_with_the_distance_and_says_when_nothing_is_known():
    noise = theory.noise_needed([0.0, 1.0, 2.0, np.inf], 1.0, 1e-5)
    assert noise[0] == 0 and noise[2] == 2 * noise[1] and np.isinf(noise[3])
    assert theory.largest_ratio(0.0, [1e-300, 0.5]) == pytest.approx(
        [1e-300 * np.sqrt(2 * np.pi), 2 * stats.norm.ppf(0.75)], rel=1e-12
    )


@given(st.floats(1e-4, 2 * np.log(2.5)), st.floats(0.001, 250))
def test_classical_noise_rule(epsilon, digits):
    delta = 10.0**-digits
    rule = theory.classical_noise_rule(epsilon, delta)
    assert rule.reached <= delta
    assert rule.noise == pytest.approx(np.sqrt(2 * np.log(1.25 / delta)) / epsilon)
    assert rule.reached == pytest.approx(
        float(curve(1 / rule.noise, epsilon)), rel=1e-11, abs=1e-305
    )


@given(st.floats(0.01, 0.999), st.floats(0.001, 3))
def test_classical_noise_rule_fails_beyond_its_range(delta, beyond):
    c = np.sqrt(2 * np.log(1.25 / delta))
    epsilon = 2 * c * (c + np.sqrt(-2 * np.log1p(-delta))) * (1 + beyond)
    rule = theory.classical_noise_rule(epsilon, delta)
    assert rule.reached > delta
    assert theory.gaussian_guarantee(1 / rule.any_epsilon, epsilon).delta <= delta / 2


@given(exponents, st.floats(0.001, 290))
def test_classical_noise_rule_has_a_sound_replacement_for_every_epsilon(exponent, digits):
    epsilon, delta = 10.0**exponent, 10.0**-digits
    rule = theory.classical_noise_rule(epsilon, delta)
    with mp.workdps(50):
        log = -mp.log(delta)
        exact = 1 / (mp.sqrt(2) * (mp.sqrt(log + epsilon) - mp.sqrt(log)))
    assert rule.any_epsilon == pytest.approx(float(exact), rel=1e-13)
    assert theory.gaussian_guarantee(1 / rule.any_epsilon, epsilon).delta <= delta / 2 * (1 + 1e-10)


@pytest.mark.parametrize(("delta", "last"), [(0.9, 3.78), (0.5, 4.46), (0.1, 5.74), (1e-5, 8.41)])
def test_classical_noise_rule_is_first_wrong_where_measured(delta, last):
    reached = theory.classical_noise_rule([last, last + 0.02], delta).reached
    assert reached[0] < delta < reached[1]
