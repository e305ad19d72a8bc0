"""More than two classes: closed forms against a dense softmax objective in plain NumPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from mpmath import mp
from scipy.optimize import brentq
from scipy.special import expit, softmax

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory.lambert import G, w0, wm1
from logreg_unlearn.theory.single_coordinate import Phase, early_stopping_phases
from logreg_unlearn.theory.softmax import (
    equal_mixes_distance,
    exchangeable_threshold,
    mislabelled_strong_ridge,
    mixed_labels_strong_ridge,
    softmax_derivatives,
    softmax_early_stopping,
    softmax_gauge,
    softmax_harm_threshold,
    softmax_minimiser,
    softmax_strong_ridge,
    softmax_symmetry_breaking,
    softmax_vector_closeness,
    symmetric_noise_threshold,
)
from logreg_unlearn.theory.softmax.breaking import broken_curve
from logreg_unlearn.theory.softmax.equal_mixes import label_path
from tests.softmax_block import Dense, corner, one_block
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


@given(one_label())
def test_softmax_early_stopping(case):
    """The flow of the dense objective over the ridge, on all K logits."""
    s, lift, f, k = case
    found = softmax_early_stopping(*case)
    where = softmax_minimiser(*case)
    axis, threshold = corner(k) - 1 / k, f / (1 + f)
    flow = one_block(corner(k), corner(k), s, lift, f)["descent-ascent"]
    drift = [-flow.gradient(m * axis) @ axis for m in (where.original, where.oracle)]
    np.testing.assert_allclose(
        flow.gradient(where.original * axis), -drift[0] * axis / (axis @ axis), atol=1e-9 * (1 + s)
    )
    if abs(lift / threshold - 1) < 1e-9:
        assert abs(drift[0]) < 1e-9 * (1 + s)
    elif lift < threshold:
        assert found.phase == Phase.APPROACHES and drift[0] > 0
        assert where.descent_ascent <= where.oracle
    elif lift <= 1:
        assert found.phase == Phase.RECEDES and drift[0] < 0
    else:
        assert found.phase == Phase.PASSES and max(drift) < 0 and where.original > where.oracle
    if lift < 1:
        assert found.oracle_time == np.inf


@pytest.mark.parametrize("k", [2, 3, 10])
@pytest.mark.parametrize(("s", "lift"), [(0.1, 1.5), (3.0, 1.2), (200.0, 30.0), (2.0, 1 + 1e-9)])
def test_softmax_early_stopping_time_is_that_of_the_flow(k, s, lift):
    f = 0.4
    found = softmax_early_stopping(s, lift, f, k)
    where = softmax_minimiser(s, lift, f, k)
    with mp.workdps(25):

        def slowness(m):
            return 1 / (m - mp.mpf(s) * (1 - mp.mpf(lift)) * k / (mp.exp(m) + k - 1))

        exact = mp.quad(slowness, [mp.mpf(float(where.oracle)), mp.mpf(float(where.original))])
    # near lift 1 the two ends of the integral carry few digits
    assert found.oracle_time == pytest.approx(float(exact), rel=1e-9 if lift > 1.1 else 1e-5)
    assert softmax_early_stopping(s, f / (1 + f), f, k).phase == Phase.STAYS
    if k == 2:
        binary = early_stopping_phases(2 * s, lift, f, "logistic")
        assert found.oracle_time == pytest.approx(binary.oracle_time, rel=1e-12)


@st.composite
def several_blocks(draw):
    d = draw(st.integers(2, 6))
    weights = st.lists(st.floats(-3, 0).map(lambda e: 10.0**e), min_size=d, max_size=d)
    p, q = (np.array(draw(weights)) for _ in range(2))
    return p / p.sum(), q / q.sum()


@given(several_blocks(), st.floats(-2, 2), fractions, classes, st.integers(0, 2**32 - 1))
def test_softmax_vector_closeness(shares, exponent, f, k, seed):
    """Solved block by block on all K logits, other stationary points among them."""
    (p, q), ridge, rng = shares, 10.0**exponent, np.random.default_rng(seed)
    found = softmax_vector_closeness(p, q / p, ridge, f, k)
    assert found.bound == pytest.approx(1 / (f * np.sqrt(len(p))), rel=1e-14)
    assume(np.abs(q - p).max() > 1e-3)
    near, far, symmetric = 0.0, 0.0, 0.0
    axis = corner(k) - 1 / k
    for share, lift in zip(p, q / p, strict=True):
        case = share / ridge, lift, f, k
        oracle, original, unlearned = solved(*case)
        ascent = one_block(corner(k), corner(k), *case[:3])["descent-ascent"]
        points = [unlearned, *(ascent.stationary_points(rng, 2) if lift > 1 else ())]
        near += np.sum((original - oracle) ** 2)
        far += min(np.sum((point - oracle) ** 2) for point in points)
        symmetric += np.sum((softmax_minimiser(*case).descent_ascent * axis - oracle) ** 2)
    assume(near > 1e-14)
    assert np.sqrt(far / near) > found.bound * (1 - 1e-6)
    assert found.ratio > found.bound
    assert found.ratio == pytest.approx(np.sqrt(symmetric / near), rel=1e-4)


@pytest.mark.parametrize("k", [2, 3, 30])
@pytest.mark.parametrize(("d", "f"), [(2, 0.1), (5, 0.9)])
def test_softmax_vector_closeness_is_sharp(k, d, f):
    p = np.append(1 - 1e-6, np.full(d - 1, 1e-6 / (d - 1)))
    q = np.append(0.0, np.full(d - 1, 1 / (d - 1)))
    found = softmax_vector_closeness(p, q / p, 1e5, f, k)
    assert found.bound < found.ratio < found.bound * (1 + 1e-4)
    with pytest.raises(ValueError, match=r"expected share \* lift to sum to 1, got 0"):
        softmax_vector_closeness(p, np.zeros(d), 1.0, f, k)


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
    for k in (10**4, 10**6, 10**9):  # just beyond the fold, which is at a spread above ln K
        fold = broken_curve(np.linspace(1.0, 60.0, 600_001), k)[0].min()
        assert np.isnan(softmax_symmetry_breaking(fold * 0.9999, 2.0, k).large)
        assert softmax_symmetry_breaking(fold * 1.0001, 2.0, k).large > np.log(k)
    two = softmax_symmetry_breaking(50.0, 2.0, 2)
    assert np.isinf(two.lost) and np.isnan([two.large, two.curvature, two.value, two.label]).all()


@pytest.mark.parametrize(
    ("k", "first", "tie", "lost"),
    [(4, 2.7663, 2.7930, 3.0183), (6, 3.5708, 3.7027, 5.0025), (10, 4.4161, 4.7543, 9.0)],
)
def test_softmax_symmetry_breaking_appears_then_ties_then_remains(k, first, tie, lost):
    """The least sigma of the curve, and where a broken point is as low as the symmetric one."""
    least = broken_curve(np.geomspace(1e-3, 20, 100_001), k)[0].min()
    even = brentq(lambda v: softmax_symmetry_breaking(v, 2.0, k).value, least * 1.001, lost * 0.999)
    at = (least, even, softmax_symmetry_breaking(1.0, 2.0, k).lost)
    np.testing.assert_allclose(at, [first, tie, lost], atol=5e-5)


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


@st.composite
def laws(draw, k: int | None = None, least: float = 0.02):
    k = draw(st.integers(2, 6)) if k is None else k
    parts = np.array(draw(st.lists(st.floats(least, 1.0), min_size=k, max_size=k)))
    return parts / parts.sum()


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=6), st.data())
def test_softmax_derivatives(u, data):
    k, y = len(u), data.draw(laws(len(u)))
    found = softmax_derivatives(u, y)
    with mp.workdps(40):
        exact = [mp.exp(mp.mpf(v)) for v in u]
        total = mp.fsum(exact)
        pi = np.array([float(e / total) for e in exact])
        value = float(
            mp.log(total) - mp.fsum(mp.mpf(a) * mp.mpf(b) for a, b in zip(u, y, strict=True))
        )
    assert found.value == pytest.approx(value, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(found.gradient, pi - y, atol=1e-14)
    # the derivatives of one another, along every axis
    step = 1e-5
    for j in range(k):
        ahead, behind = (softmax_derivatives(u + side * step * corner(k, j), y) for side in (1, -1))
        assert (ahead.value - behind.value) / (2 * step) == pytest.approx(
            found.gradient[j], rel=1e-6, abs=1e-8
        )
        slope = (ahead.gradient - behind.gradient) / (2 * step)
        np.testing.assert_allclose(slope, found.hessian[j], atol=1e-8)
    rest = (np.eye(k) - 1 / k) / 2 - found.hessian
    assert np.linalg.eigvalsh(found.hessian).min() > -1e-14
    assert np.linalg.eigvalsh(rest).min() > -1e-14
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    v, h = rng.normal(size=(2, k))
    quadratic = [v @ softmax_derivatives(u + side * 1e-4 * h, y).hessian @ v for side in (1, -1)]
    third = (quadratic[0] - quadratic[1]) / 2e-4
    assert abs(third) <= np.ptp(h) * (v @ found.hessian @ v) * (1 + 1e-5) + 1e-9
    assert np.ptp(h) <= np.sqrt(2) * np.linalg.norm(h)


def test_softmax_derivatives_bounds_are_attained():
    half = softmax_derivatives([0.0, 0.0, -800.0], [1.0, 0.0, 0.0]).hessian
    assert np.linalg.norm(half, 2) == pytest.approx(0.5, rel=1e-15)
    # two classes, one of them rare: the third derivative is range(h) times the second
    h, step = np.array([0.0, 1.0]), 1e-4
    at = [
        h @ softmax_derivatives([0.0, -12.0 + t], [1.0, 0.0]).hessian @ h for t in (step, 0, -step)
    ]
    assert (at[0] - at[2]) / (2 * step) > 0.999 * at[1]


@st.composite
def problems(draw):
    """A dense softmax problem with signed coefficients and label distributions."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d, k = draw(st.integers(2, 8)), draw(st.integers(1, 2)), draw(st.integers(2, 4))
    labels = (
        rng.dirichlet(np.ones(k), n) if draw(st.booleans()) else np.eye(k)[rng.integers(k, size=n)]
    )
    signs = rng.choice([-1.0, 1.0], n) if draw(st.booleans()) else np.ones(n)
    ridge = float(10.0 ** draw(st.floats(-0.5, 2.5)))
    return Dense(rng.normal(size=(n, d)), labels, signs * rng.uniform(0.1, 1, n), ridge), rng


@given(problems())
def test_softmax_gauge(drawn):
    dense, rng = drawn
    k, d = dense.shape
    w = dense.minimise(np.zeros(k * d)).reshape(k, d)
    assume(np.abs(dense.gradient(w.ravel())).max() < 1e-10 * dense.ridge)
    np.testing.assert_allclose(w.sum(axis=0), 0, atol=1e-9)
    anything = rng.normal(size=(k, d))
    fixed = softmax_gauge(anything)
    np.testing.assert_allclose(fixed.weights.sum(axis=0), 0, atol=1e-12)
    u, v = dense.rows @ anything.T, dense.rows @ fixed.weights.T
    np.testing.assert_allclose(np.ptp(u - v, axis=1), 0, atol=1e-12)
    drop = dense.value(anything.ravel()) - dense.value(fixed.weights.ravel())
    assert fixed.surplus * dense.ridge / 2 == pytest.approx(drop, rel=1e-7, abs=1e-9 * dense.ridge)


def test_softmax_gauge_two_classes_are_the_binary_model(rng):
    rows, ones = rng.normal(size=(20, 2)), rng.integers(2, size=20)
    dense = Dense(rows, np.eye(2)[ones], np.full(20, 0.05), 0.3)
    w = dense.minimise(np.zeros(4)).reshape(2, 2)
    binary = Objective(rows * (1.0 - 2.0 * ones)[:, None], np.full(20, 0.05), 0.15)
    np.testing.assert_allclose(w[0] - w[1], minimise(binary).w, atol=1e-7)


@given(problems())
def test_softmax_strong_ridge(drawn):
    dense, _ = drawn
    found = softmax_strong_ridge(dense.rows, dense.labels, dense.coefficients, dense.ridge)
    start = np.zeros(dense.shape[0] * dense.shape[1])
    w = dense.minimise(start).reshape(dense.shape)
    assume(np.abs(dense.gradient(w.ravel())).max() < 1e-10 * dense.ridge)
    assert np.linalg.norm(dense.ridge * w - found.limit) <= found.error + 1e-9
    strong = Dense(dense.rows, dense.labels, dense.coefficients, 1e6)
    w = strong.minimise(start).reshape(dense.shape)
    scale = np.abs(dense.coefficients).sum() * np.abs(dense.rows).max() ** 3 + 1
    np.testing.assert_allclose(1e6 * w, found.limit, atol=1e-4 * scale)
    norms = np.linalg.norm(dense.rows, axis=1)
    weights = np.abs(dense.coefficients)
    exact = (weights @ norms) * (weights @ norms**2) / np.sqrt(2) / dense.ridge
    assert found.error == pytest.approx(exact, rel=1e-12)


def test_softmax_strong_ridge_bound_is_within_a_factor():
    # one sample, two classes: the residual is as long as it can be, the softmax as steep
    found = softmax_strong_ridge([[1.0]], [[1.0, 0.0]], [1.0], 50.0)
    w = Dense(np.ones((1, 1)), np.array([[1.0, 0.0]]), np.ones(1), 50.0).minimise(np.zeros(2))
    assert np.linalg.norm(50.0 * w[:, None] - found.limit) > 0.49 * found.error


def test_softmax_strong_ridge_decides_harm(rng):
    for _ in range(10):
        rows, labels = rng.normal(size=(12, 2)), np.eye(3)[rng.integers(3, size=12)]
        gone, f = np.arange(12) < 5, 5 / 12
        means = [
            softmax_strong_ridge(rows[part], labels[part], np.full(part.sum(), 1 / part.sum()), 1.0)
            for part in (~gone, gone)
        ]
        kept, removed = (m.limit for m in means)
        near, far = f * np.linalg.norm(removed - kept), np.linalg.norm(removed)
        weights = {
            "oracle": np.where(gone, 0, 1 / 7),
            "original": np.full(12, 1 / 12),
            "unlearned": np.where(gone, -1 / 5, 1 / 7),
        }
        at = {
            name: Dense(rows, labels, c, 1e4).minimise(np.zeros(6)) for name, c in weights.items()
        }
        ratio = np.linalg.norm(at["unlearned"] - at["oracle"]) / np.linalg.norm(
            at["original"] - at["oracle"]
        )
        assert ratio == pytest.approx(far / near, rel=1e-2)


@given(problems(), st.floats(0, 1), fractions)
def test_exchangeable_threshold(drawn, lift, f):
    dense, _ = drawn
    dense = replace(dense, coefficients=np.abs(dense.coefficients), ridge=min(dense.ridge, 3.0))
    where = exchangeable_threshold(lift, f)
    assert where.threshold == pytest.approx(f / (1 + f))
    start = np.zeros(dense.shape[0] * dense.shape[1])
    # mean convention: the weights of retained and forgotten rows, all rows forgotten in proportion
    weights = {"original": (1 - f) + f * lift, "unlearned": 1 - lift}
    for name, t in (("original", where.original), ("unlearned", where.descent_ascent)):
        assert t == pytest.approx(weights[name], abs=1e-12)
    points = {
        name: replace(dense, coefficients=t * dense.coefficients).minimise(start)
        for name, t in (("oracle", 1.0), *weights.items())
    }
    assume(np.linalg.norm(points["oracle"]) > 1e-2)
    risk = {name: dense.value(w) - dense.value(points["oracle"]) for name, w in points.items()}
    assume(abs(risk["unlearned"] - risk["original"]) > 1e-10)
    assert (risk["unlearned"] > risk["original"]) == (lift > where.threshold)


@given(one_label(), st.floats(0.0, 0.95))
def test_symmetric_noise_threshold(case, noise):
    s, lift, f, k = case
    threshold = symmetric_noise_threshold(f)
    assert threshold == pytest.approx(f / (1 + f))
    labels = (1 - noise) * corner(k) + noise / k
    oracle, original, unlearned = solved(s, lift, f, k, labels, labels)
    axis = corner(k) - 1 / k

    def equation(m, t):
        return m - t * (k / (np.exp(m) + k - 1) - noise)

    scale = axis @ axis
    for point, t in ((oracle, s), (original, s * (1 - f + f * lift))):
        assert equation(point @ axis / scale, t) == pytest.approx(0, abs=1e-6 * (1 + t))
    m_r, m_d = (point @ axis / scale for point in (oracle, original))
    # every symmetric stationary point of descent-ascent, by its sign changes
    grid = np.linspace(-s * (1 + lift) * k - 1, s * (1 + lift) + 1, 4001)
    values = equation(grid, s * (1 - lift))
    roots = grid[:-1][np.sign(values[:-1]) != np.sign(values[1:])]
    assert len(roots)
    slack = 2 * (grid[1] - grid[0]) + 1e-7 * (1 + s)
    for m in roots:
        if abs(abs(m - m_r) - abs(m_d - m_r)) > slack:
            assert (abs(m - m_r) > abs(m_d - m_r)) == (lift > threshold)
    if lift <= 1:
        m = unlearned @ axis / scale
        assert np.abs(roots - m).min() <= slack


@given(
    st.integers(2, 5).flatmap(lambda k: st.tuples(laws(k), laws(k))), st.floats(0.05, 3), fractions
)
def test_mixed_labels_strong_ridge(pair, lift, f):
    r, q = pair
    ratio = mixed_labels_strong_ridge(r, q, lift, f)
    oracle, original, unlearned = solved(1e-3, lift, f, len(r), r, q)
    near, far = np.linalg.norm(original - oracle), np.linalg.norm(unlearned - oracle)
    assume(near > 2e-6 and far > 2e-6)
    assert far / near == pytest.approx(ratio, rel=2e-2)


def test_mixed_labels_strong_ridge_extremes():
    even, point = np.full(3, 1 / 3), corner(3)
    assert mixed_labels_strong_ridge(point, even, 1.0, 0.5) == 0
    assert np.isinf(mixed_labels_strong_ridge(point, point, 1.0, 0.5))
    assert np.isnan(mixed_labels_strong_ridge(even, even, 1.0, 0.5))


def test_mixed_labels_strong_ridge_says_nothing_of_a_finite_one():
    farther = []
    for s in (0.1, 1.0):
        oracle, original, unlearned = solved(s, 0.09, 0.1, 2, corner(2), corner(2, 1))
        farther.append(np.linalg.norm(unlearned - oracle) > np.linalg.norm(original - oracle))
    assert farther == [False, True]


@given(fractions, classes)
def test_mislabelled_strong_ridge(f, k):
    lift = mislabelled_strong_ridge(f, k)
    ratio = mixed_labels_strong_ridge(corner(k), corner(k, 1), lift * np.array([0.99, 1, 1.01]), f)
    assert ratio[0] < 1 < ratio[2] and ratio[1] == pytest.approx(1, rel=1e-9)
    if k == 2:
        assert lift == pytest.approx(f / (1 - f), rel=1e-12)


def test_mislabelled_strong_ridge_of_a_tiny_fraction():
    assert mislabelled_strong_ridge(1e-200, 3) == pytest.approx(1e-200, rel=1e-12)


def test_mislabelled_strong_ridge_says_nothing_of_a_finite_one():
    """The lift of equal distances of the binary model; two classes have twice its strength."""
    f, near = 0.1, []
    for s in (0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 50.0, 100.0):

        def gap(lift, s=s):
            def root(kept, removed):
                """The margin at which the ridge balances both pulls."""
                pull = lambda w: kept * expit(-w) - removed * expit(w)  # noqa: E731
                return brentq(lambda w: w - 2 * s * pull(w), -99, 999)

            oracle, unlearned = root(1.0, 0.0), root(1.0, -lift)
            return abs(unlearned - oracle) - abs(root(1 - f, f * lift) - oracle)

        near.append(brentq(gap, 1e-6, 0.5, xtol=1e-10))
    np.testing.assert_allclose(near[::2], [0.1058, 0.0746, 0.0221, 0.0039], atol=5e-5)
    np.testing.assert_allclose(near[1::2], [0.1010, 0.0570, 0.0135, 0.0022], atol=5e-5)
    assert max(near) < mislabelled_strong_ridge(f, 2)


@given(laws(least=1e-3), st.floats(0, 1), fractions, st.floats(-2, 2))
def test_equal_mixes_distance(r, lift, f, exponent):
    """The dense solver's three minima, and the threshold by them."""
    s = float(10.0**exponent)
    assume(np.ptp(r) > 1e-2 and abs(lift * (1 + f) / f - 1) > 1e-3 and lift < 0.999)
    dense = solved(s, lift, f, len(r), r, r)
    found = equal_mixes_distance(r, s, lift, f)
    for ours, theirs in zip(found[:3], dense, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-7 * (1 + s))
    near, far = (np.linalg.norm(w - dense[0]) for w in dense[1:])
    assume(abs(far - near) > 1e-6 * far)
    assert (far > near) == (lift > f / (1 + f))
    assert found.ratio == pytest.approx(far / near, rel=1e-3)


def speeds(r, t):
    """``u'(t)`` by solving the derivative of ``u = t (r - pi)``, and ``u(t)``."""
    u = label_path(r, np.asarray(t))
    pi = softmax(u)
    # (I + t diag pi - t pi pi') u' = r - pi, by the Sherman-Morrison formula
    base, turned = (r - pi) / (1 + t * pi), pi / (1 + t * pi)
    return base + t * turned * (pi @ base) / (1 - t * (pi @ turned)), u


@given(
    st.integers(2, 40), st.floats(-2, 1), st.floats(-2, 6), st.floats(0.001, 0.999),
    st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_equal_mixes_distance_falls_all_along_the_path(k, spread, exponent, part, seed):
    """Few likely classes or many, any time before s: the speed points towards u(s)."""
    r = np.random.default_rng(seed).dirichlet(np.full(k, 10.0**spread))
    s = float(10.0**exponent)
    assume(np.ptp(r) > 1e-6)
    speed, u = speeds(r, s * part)
    away = label_path(r, np.asarray(s)) - u
    size = np.linalg.norm(speed) * np.linalg.norm(away)
    assert speed @ away > -1e-9 * size
    assert speed @ away > 0 or np.linalg.norm(away) < 1e-9 * s


def test_equal_mixes_distance_falls_where_hardly_an_angle_is_left():
    """One likely class, a tenth that come up late and many that hardly occur: a small cosine."""
    late, rest = 400, 4000
    r = np.concatenate([[0.5], np.full(late, 0.5 / late), np.zeros(rest)])
    speed, u = speeds(r, 1.0)
    away = label_path(r, np.asarray(1e6)) - u
    cosine = speed @ away / np.linalg.norm(speed) / np.linalg.norm(away)
    assert 0 < cosine < 0.2


def test_equal_mixes_distance_extremes():
    f, even = 0.25, np.full(4, 0.25)
    r = np.array([0.7, 0.2, 0.1, 0.0])
    for s in (1e-6, 1.0, 1e3, 1e9):
        at = equal_mixes_distance(r, s, [0.0, f / (1 + f) * 0.99, f / (1 + f) * 1.01, 1.0], f).ratio
        assert at[0] == 0 and at[1] < 1 < at[2] and np.isinf(at[3])
        with mp.workdps(60):  # the equation of the path, in many digits
            u = [mp.mpf(float(v)) for v in equal_mixes_distance(r, s, 0.5, f).oracle]
            total = mp.fsum(mp.exp(v) for v in u)
            for v, share in zip(u, r, strict=True):
                assert abs(v - s * (mp.mpf(float(share)) - mp.exp(v) / total)) < 1e-14 * s
    for s in (1e-12, 1e40, 1e120):  # one label; two labels, which tend to ln r
        far = equal_mixes_distance(corner(5), s, 0.5, f).oracle
        m = float(softmax_minimiser(s, 1.0, f, 5).oracle)
        np.testing.assert_allclose(far, m * (corner(5) - 0.2), rtol=1e-12)
        near = equal_mixes_distance([0.7, 0.3], s, 0.5, f).oracle
        assert near[0] - near[1] == pytest.approx(np.log(7 / 3) if s > 1 else 0.4 * s, rel=1e-9)
    assert np.isnan(equal_mixes_distance(even, 1.0, 0.5, f).ratio)
    assert equal_mixes_distance([0.3, 0.7], 2.0, 1.0, f).descent_ascent == pytest.approx([0.0, 0.0])
