"""More than two classes: closed forms against a dense softmax objective in plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.special import softmax

from logreg_unlearn.theory.lambert import G, w0, wm1
from logreg_unlearn.theory.softmax import (
    softmax_harm_threshold,
    softmax_minimiser,
    softmax_symmetry_breaking,
)
from logreg_unlearn.theory.softmax.breaking import broken_curve
from tests.softmax_block import corner, one_block
from tests.strategies import reaches

classes = st.integers(2, 8)
fractions = st.floats(0.02, 0.98)
strengths = st.floats(-2, 2).map(lambda e: float(10.0**e))


@st.composite
def one_label(draw):
    """Strength, lift, fraction and classes; lifts near every place where things change too."""
    s, f, k = draw(strengths), draw(fractions), draw(classes)
    lift = draw(
        st.floats(0, 3) | st.sampled_from([0.0, f / (1 + f) * 0.98, f / (1 + f) * 1.02, 1.0])
    )
    return s, lift, f, k


def solved(s, lift, f, k, retain=None, forget=None):
    """The three minimisers of the dense objective; descent-ascent from the original."""
    retain = corner(k) if retain is None else retain
    objectives = one_block(retain, retain if forget is None else forget, s, lift, f)
    oracle = objectives["oracle"].minimise(np.zeros(k))
    original = objectives["original"].minimise(np.zeros(k))
    return oracle, original, objectives["descent-ascent"].minimise(original)


@given(one_label())
def test_softmax_minimiser(case):
    s, lift, f, k = case
    where = softmax_minimiser(*case)
    axis = corner(k) - 1 / k
    objectives = one_block(corner(k), corner(k), s, lift, f)
    points = zip(
        objectives.values(), (where.oracle, where.original, where.descent_ascent), strict=True
    )
    for objective, m in points:
        assert np.abs(objective.gradient(m * axis)).max() < 1e-12 * (1 + s * (1 + lift))
    assert where.unit == pytest.approx(np.linalg.norm(axis), rel=1e-14)
    oracle, original, unlearned = solved(*case)
    np.testing.assert_allclose(oracle, where.oracle * axis, atol=1e-6 * (1 + s))
    np.testing.assert_allclose(original, where.original * axis, atol=1e-6 * (1 + s))
    if lift <= 1:
        np.testing.assert_allclose(unlearned, where.descent_ascent * axis, atol=1e-6 * (1 + s))


def test_softmax_minimiser_of_two_classes_is_the_binary_one():
    s, lift, f = 3.0, 0.7, 0.2
    where = softmax_minimiser(s, lift, f, 2)
    # logits u and -u with half the ridge each: the binary margin is m, its strength 2 s
    np.testing.assert_allclose(where.oracle, G(2 * s))
    np.testing.assert_allclose(where.descent_ascent, G(2 * s * (1 - lift)))


@example((2.0, 3.0, 0.3, 4), 1)
@given(one_label(), st.integers(0, 2**32 - 1))
def test_softmax_harm_threshold(case, seed):
    s, lift, f, k = case
    threshold = softmax_harm_threshold(f)
    assume(abs(lift / threshold - 1) > 1e-6)
    oracle, original, unlearned = solved(*case)
    axis = corner(k) - 1 / k
    where = softmax_minimiser(*case)
    near = np.linalg.norm(original - oracle)
    objective = one_block(corner(k), corner(k), s, lift, f)["descent-ascent"]
    others = list(objective.stationary_points(np.random.default_rng(seed), 4 if lift > 1 else 0))
    for point in (unlearned, where.descent_ascent * axis, *others):
        far = np.linalg.norm(point - oracle)
        assume(abs(far - near) > 1e-9)
        assert (far > near) == (lift > threshold)
        if lift > 1:
            delta, unit = lift - 1, np.linalg.norm(axis)
            assert near <= f * s * delta * unit * (1 + 1e-9)
            assert far >= (where.oracle + s * delta) * unit * (1 - 1e-9)


def test_softmax_harm_threshold_is_sharp():
    f = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(softmax_harm_threshold(f), f / (1 + f))
    for k in (2, 3, 10):
        where = softmax_minimiser(5.0, softmax_harm_threshold(f), f, k)
        np.testing.assert_allclose(where.descent_ascent, where.original, rtol=1e-13)


@st.composite
def beyond_one(draw):
    """Strength, lift above 1 and at least three classes, at and around the symmetry's loss."""
    k, lift = draw(st.integers(3, 9)), draw(st.floats(1.05, 4.0))
    lost = k - 1 + np.exp(-k)
    sigma = lost * draw(st.floats(0.3, 0.97) | st.floats(1.03, 3.0))
    return sigma / (lift - 1), lift, k


@given(beyond_one())
def test_softmax_symmetry_breaking(case):
    s, lift, k = case
    sigma = s * (lift - 1)
    found = softmax_symmetry_breaking(*case)
    assert found.lost == pytest.approx(k - 1 + np.exp(-k), rel=1e-14)
    objective = one_block(corner(k), corner(k), s, lift, 0.5)["descent-ascent"]
    m = softmax_minimiser(s, lift, 0.5, k).descent_ascent
    symmetric = m * (corner(k) - 1 / k)
    eigenvalues = np.linalg.eigvalsh(objective.hessian(symmetric))
    assert (eigenvalues.min() > 0) == (sigma < found.lost)
    negative = eigenvalues[eigenvalues < 0]
    assert len(negative) == (k - 2 if sigma > found.lost else 0)
    assert np.abs(eigenvalues - found.curvature).min() < 1e-9 * (1 + sigma)
    np.testing.assert_allclose(negative, found.curvature, rtol=1e-6, atol=1e-9)
    if np.isnan(found.large):
        assert sigma < found.lost
        return
    point = np.array([found.label, found.large, *[found.small] * (k - 2)])
    assert np.abs(objective.gradient(point)).max() < 1e-9 * (1 + sigma)
    assert np.linalg.eigvalsh(objective.hessian(point)).min() > -1e-7
    assert found.made_up == pytest.approx(softmax(point)[1], rel=1e-9)
    gain = objective.value(point) - objective.value(symmetric)
    assert found.value == pytest.approx(gain, rel=1e-6, abs=1e-8)
    if sigma > found.lost:
        assert found.value < 0


@given(beyond_one(), st.integers(0, 2**32 - 1))
def test_softmax_symmetry_breaking_finds_every_minimum(case, seed):
    s, lift, k = case
    sigma, found = s * (lift - 1), softmax_symmetry_breaking(*case)
    objective = one_block(corner(k), corner(k), s, lift, 0.5)["descent-ascent"]
    for point in objective.stationary_points(np.random.default_rng(seed), 6):
        wrongs = point[1:]
        level = -sigma / np.exp(point).sum()
        roots = np.array([-w0(level), -wm1(level)])
        assert np.abs(wrongs[:, None] - roots).min(axis=1).max() < 1e-5
        if np.linalg.eigvalsh(objective.hessian(point)).min() < 1e-6:
            continue
        large = np.sort(wrongs)[::-1]
        assert large[1] < 1
        if large[0] > 1 + 1e-6:
            np.testing.assert_allclose(large[:2], [found.large, found.small], rtol=1e-5)


@given(st.floats(1e-3, 30.0), st.integers(3, 50))
def test_softmax_symmetry_breaking_curve(spread, k):
    sigma, large, small = broken_curve(spread, k)
    u = np.array([-(large + (k - 2) * small), large, *[small] * (k - 2)])
    np.testing.assert_allclose(u, -sigma * (corner(k) - softmax(u)), rtol=1e-9)
    assert small < 1 < large and large - small == pytest.approx(spread)
    if k == 3:
        assert sigma > 2 + np.exp(-3)
        assert broken_curve(spread * 1.01, k)[0] > sigma


def test_softmax_symmetry_breaking_begins_before_the_symmetry_is_lost_from_four_classes_on():
    for k in (4, 6, 10, 100):
        lost = softmax_symmetry_breaking(1.0, 2.0, k).lost
        early = softmax_symmetry_breaking(lost * 0.995, 2.0, k)
        assert early.large > 1 and early.curvature > 0 and early.value < 0
    assert np.isnan(softmax_symmetry_breaking(2.049, 2.0, 3).large)
    assert softmax_symmetry_breaking(2.0498, 2.0, 3).large > 1
    two = softmax_symmetry_breaking(50.0, 2.0, 2)
    assert np.isinf(two.lost) and np.isnan([two.large, two.curvature, two.value, two.label]).all()


def test_softmax_symmetry_breaking_a_trace_of_noise_decides():
    k, s, lift, f, trace = 4, 4.0, 2.0, 0.2, 1e-3
    retain = (1 - trace) * corner(k) + trace * corner(k, 1)
    oracle, _, unlearned = solved(s, lift, f, k, retain, corner(k))
    made_up = softmax_symmetry_breaking(s, lift, k).made_up
    assert softmax(oracle)[1] == pytest.approx(0.112, abs=5e-4)
    assert softmax(unlearned)[1] == pytest.approx(0.954, abs=5e-4)
    assert softmax(unlearned)[1] == pytest.approx(made_up, abs=5e-3)
    # without noise the same iterations stay where all wrong classes are alike
    _, original, _ = solved(s, lift, f, k)
    u = original.copy()
    objective = one_block(corner(k), corner(k), s, lift, f)["descent-ascent"]
    for _ in range(50):
        u = u - 0.05 * objective.gradient(u)
    np.testing.assert_allclose(u[1:], u[1], rtol=1e-9)


def test_strategies_are_not_degenerate():
    reaches(beyond_one(), lambda c: c[0] * (c[1] - 1) > 2 * c[2])
    reaches(one_label(), lambda c: c[1] > 1.5 and c[3] > 4 and c[0] > 5)
    reaches(one_label(), lambda c: 0 < c[1] < c[2] / (1 + c[2]))
