"""Bounds of removal methods against what the methods do, exact densities and multiple precision."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from logreg_unlearn.assess.distance import excess_risk
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import removal as theory
from logreg_unlearn.theory.guarantees import newton_residual
from logreg_unlearn.unlearn.removal import influence_removal, newton_removal
from logreg_unlearn.unlearn.removal import subspace as methods

ROUNDED = 1e-9
seeds = st.integers(0, 2**32 - 1)


@st.composite
def requests(draw, normalisation="mean", forget=None):
    """Draw a small problem: few rows, some of them long, any ridge, any set."""
    rng = np.random.default_rng(draw(seeds))
    n, d = draw(st.integers(2, 12)), draw(st.integers(1, 4))
    rows = (
        rng.normal(size=(n, d))
        * 10.0 ** rng.uniform(-1, 1, (n, 1))
        * draw(st.sampled_from([0.3, 1.0, 3.0]))
    )
    gone = draw(st.integers(1, n - 1)) if forget is None else forget
    ridge = 10.0 ** draw(st.floats(-3, 1))
    if normalisation == "sum":
        ridge *= n
    return UnlearningProblem(
        rows, np.where(rng.random(n) < 0.5, 1.0, -1.0), np.arange(n) < gone, ridge=ridge,
        normalisation=normalisation,
    )  # fmt: skip


def solved(p):
    """Return original and oracle with what the solver may be off by."""
    original, oracle = minimise(p.original()), minimise(p.oracle())
    return original.w, oracle.w, original.radius + oracle.radius


def lengths(p):
    size = np.linalg.norm(p.features, axis=1)
    return float(size[p.forget].mean()), float(size[~p.forget].mean())


def gap(p):
    return p.forget_fraction * sum(lengths(p))


def smoothness(p, *sets):
    """Return the largest curvature of the means over these sets, by the whole spectral norm."""
    parts = sets or (~p.forget, np.ones(len(p.labels), bool))
    return p.ridge + max(np.linalg.norm(p.features[s], 2) ** 2 / (4 * s.sum()) for s in parts)


def descend(objective, w, eta, steps):
    for _ in range(steps):
        w = w - eta * objective.gradient(w)
    return w


def far_on_the_wrong_side(forget=2, retain=3, row=1.5, ridge=0.7):
    """Rows ``row`` forgotten and ``-row`` kept, with margins of about -60: the losses are lines."""
    x = np.where(np.arange(forget + retain) < forget, row, -row)[:, None]
    return UnlearningProblem(
        x, np.ones(len(x)), np.arange(len(x)) < forget, ridge=ridge, offset=np.full(len(x), -60.0)
    )


@given(requests())
def test_deletion_sensitivity(p):
    original, oracle, off = solved(p)
    pull = -(p.labels[p.forget] / (1 + np.exp(p.original().margins(original)[p.forget])))
    mean = (pull[:, None] * p.features[p.forget]).mean(axis=0)
    norm = np.linalg.norm(mean + p.ridge * original)
    out, kept = lengths(p)
    bound = theory.deletion_sensitivity(out, kept, norm, p.forget_fraction, p.ridge)
    distance = np.linalg.norm(original - oracle)
    assert distance <= bound.prior + off
    assert distance <= bound.posterior * (1 + ROUNDED) + off
    longest = np.linalg.norm(p.features, axis=1).max()
    assert bound.prior <= 2 * p.forget.sum() * longest / (len(p.labels) * p.ridge) * (1 + ROUNDED)
    slack = off + 1e-13 * longest / p.ridge
    exact = np.linalg.norm(p.oracle().gradient(original)) / p.ridge
    assert bound.posterior == pytest.approx(exact, rel=1e-7, abs=10 * slack / p.ridge + slack)


def test_deletion_sensitivity_is_approached_far_on_the_wrong_side():
    p = far_on_the_wrong_side()
    original, oracle, _ = solved(p)
    bound = theory.deletion_sensitivity(1.5, 1.5, 0.0, 0.4, 0.7)
    assert bound.prior == pytest.approx(abs(original - oracle)[0], rel=1e-12)


def test_deletion_sensitivity_is_attained_where_no_retained_row_looks():
    rows = np.array([[0.0, 2.0], [1.0, 0.0], [-3.0, 0.0]])
    p = UnlearningProblem(rows, np.ones(3), np.array([True, False, False]), ridge=0.2)
    original, oracle, _ = solved(p)
    gradient = p.ridge * original[1] - 2 / (1 + np.exp(2 * original[1]))
    bound = theory.deletion_sensitivity(2.0, 2.0, abs(gradient), 1 / 3, 0.2)
    assert bound.posterior == pytest.approx(abs(original[1] - oracle[1]), rel=1e-9)


@given(requests(), st.integers(0, 8), st.floats(0, 2))
def test_descent_to_delete(p, steps, moved):
    original, oracle, off = solved(p)
    top, s = smoothness(p, ~p.forget), np.linalg.norm(original - oracle)
    start = original + moved * np.eye(len(original))[0]
    ended = descend(p.oracle(), start, 2 / (top + p.ridge), steps)
    bound = theory.descent_to_delete(moved, s + off, p.ridge, top, steps)
    assert np.linalg.norm(ended - oracle) <= bound.request * (1 + ROUNDED) + off
    if steps:
        # the fixed point of e -> c^K (e + s)
        again = theory.descent_to_delete(bound.stream, s + off, p.ridge, top, steps)
        assert again.request == pytest.approx(bound.stream, rel=1e-9)


def test_descent_to_delete_is_attained_where_no_retained_row_looks():
    # nothing pulls the oracle off 0 along the second column, which the forgotten row alone sees
    rows = np.array([[0.0, 2.0], [1.0, 0.0], [-1.0, 0.0]])
    p = UnlearningProblem(rows, np.ones(3), np.array([True, False, False]), ridge=0.2)
    original, oracle, _ = solved(p)
    s, top, away = np.linalg.norm(original - oracle), smoothness(p, ~p.forget), 0.3
    for steps in (0, 1, 4):
        start = original + away * np.sign(original)
        ended = descend(p.oracle(), start, 2 / (top + p.ridge), steps)
        bound = theory.descent_to_delete(away, s, p.ridge, top, steps)
        assert bound.request == pytest.approx(np.linalg.norm(ended - oracle), rel=1e-9)


@given(seeds, st.integers(1, 4))
def test_descent_to_delete_over_a_stream(seed, steps):
    rng = np.random.default_rng(seed)
    rows, labels = rng.normal(size=(30, 2)), np.where(rng.random(30) < 0.5, 1.0, -1.0)
    ridge, worst, moves = 0.5, 0.0, []
    top = ridge + np.linalg.norm(rows, axis=1).max() ** 2 / 4
    w = oracle = minimise(UnlearningProblem(rows, labels, np.arange(30) < 3, ridge=ridge)
                          .original()).w  # fmt: skip
    for k in range(3, 24, 3):
        objective = UnlearningProblem(rows, labels, np.arange(30) < k, ridge=ridge).oracle()
        before, oracle = oracle, minimise(objective).w
        moves.append(np.linalg.norm(before - oracle))
        w = descend(objective, w, 2 / (top + ridge), steps)
        worst = max(worst, np.linalg.norm(w - oracle))
    assert worst <= theory.descent_to_delete(0.0, max(moves), ridge, top, steps).stream + ROUNDED


def test_descent_to_delete_published_for_a_row_fails_for_a_set():
    p = UnlearningProblem(
        np.where(np.arange(200) < 100, 1.0, -1.0)[:, None], np.ones(200), np.arange(200) < 100,
        ridge=3.0,
    )  # fmt: skip
    original, oracle, _ = solved(p)
    ended = descend(p.oracle(), original, 2 / 6.25, 1)
    assert abs(original) < 1e-12 and ended == pytest.approx(-4 / 25)
    published = 8 / 25 / (3 * 200 * (24 / 25))
    distance = np.linalg.norm(ended - oracle)
    assert distance > 8 * published
    s = float(theory.deletion_sensitivity(1.0, 1.0, 0.0, 0.5, 3.0).prior)
    assert distance <= theory.descent_to_delete(0.0, s, 3.0, 3.25, 1).request


def test_descent_to_delete_needs_the_curvature_of_the_retained():
    rows = np.array([[4.0], [-4.0], [0.0], [0.0]])
    p = UnlearningProblem(rows, np.ones(4), np.arange(4) > 1, ridge=1.0)
    whole, kept = smoothness(p, np.ones(4, bool)), smoothness(p, ~p.forget)
    assert (whole, kept) == pytest.approx((3.0, 5.0))
    start = np.array([0.25])
    for top, holds in ((whole, False), (kept, True)):
        ended = descend(p.oracle(), start, 2 / (top + 1), 1)
        bound = theory.descent_to_delete(0.25, 0.0, 1.0, top, 1).request
        assert bool(abs(ended[0]) <= bound) is holds


@given(requests(), seeds, st.integers(0, 12), st.integers(0, 6), st.floats(0.1, 1.9))
def test_rewind_to_delete(p, seed, trained, rewound, share):
    top = smoothness(p)
    eta, start = share / top, np.random.default_rng(seed).normal(size=p.features.shape[1])
    ended = descend(p.oracle(), descend(p.original(), start, eta, trained), eta, rewound)
    again = descend(p.oracle(), start, eta, trained + rewound)
    f = p.forget_fraction
    bound = theory.rewind_to_delete(gap(p), f, eta, trained, rewound, p.ridge, top)
    assert np.linalg.norm(ended - again) <= bound.convex * (1 + ROUNDED) + 1e-12
    assert bound.convex <= bound.published * (1 + ROUNDED)
    with mp.workdps(50):
        longer, plain = 1 + mp.mpf(eta * top) / (1 - mp.mpf(f)), 1 + mp.mpf(eta * top)
        h = (longer**trained - 1) * plain**rewound
        assert bound.published == pytest.approx(float(gap(p) / top * h), rel=1e-9)


@pytest.mark.parametrize("share", [0.3, 1.0])
@pytest.mark.parametrize(("trained", "rewound"), [(1, 0), (5, 0), (5, 3)])
def test_rewind_to_delete_is_approached_far_on_the_wrong_side(share, trained, rewound):
    p = far_on_the_wrong_side()
    eta = share / smoothness(p)
    ended = descend(p.oracle(), descend(p.original(), np.zeros(1), eta, trained), eta, rewound)
    again = descend(p.oracle(), np.zeros(1), eta, trained + rewound)
    bound = theory.rewind_to_delete(gap(p), 0.4, eta, trained, rewound, p.ridge, smoothness(p))
    assert bound.convex == pytest.approx(abs(ended - again)[0], rel=1e-11)
    if share == 1.0:
        c = 1 - eta * p.ridge
        assert bound.convex == pytest.approx(gap(p) / p.ridge * c**rewound * (1 - c**trained))


def test_rewind_to_delete_at_the_ends_of_the_contraction():
    still = theory.rewind_to_delete(0.5, 0.4, 1.0, [0, 1, 3], 0, 1.0, 1.0)  # c = 0
    np.testing.assert_allclose(still.convex, [0.0, 0.5, 0.5])
    level = theory.rewind_to_delete(0.5, 0.4, 1.0, [0, 1, 3], 2, 1.0, 2.0)  # c = 1
    np.testing.assert_allclose(level.convex, [0.0, 0.5, 1.5])
    assert theory.rewind_to_delete(0.0, 0.4, 1.0, 10**6, 10**6, 1.0, 9.0).published == 0.0
    assert np.isinf(theory.rewind_to_delete(1.0, 0.4, 1.0, 10**6, 10**6, 1.0, 9.0).convex)


@given(
    st.floats(-4, 2), st.floats(-3, 2), st.floats(0.05, 1.95), st.integers(0, 40),
    st.floats(-3, -0.05), st.floats(1, 12),
)  # fmt: skip
def test_noisy_descent(size, noise, share, steps, ratio, digits):
    top, moved, sigma, delta = 2.5, 10.0**size, 10.0**noise, 10.0**-digits
    ridge = top * 10.0**ratio
    eta = share / top
    found = theory.noisy_descent(moved, sigma, eta, steps, ridge, top, delta)
    # the quadratic chain of factor c: means c^K Z apart, variance at rest
    with mp.workdps(40):
        c = max(abs(1 - mp.mpf(eta) * ridge), abs(1 - mp.mpf(eta) * top))
        apart = c**steps * eta * moved / (1 - c)
        exact = apart**2 / (2 * 2 * eta * mp.mpf(sigma) ** 2 / (1 - c**2))
    assert found.rate == pytest.approx(float(exact), rel=1e-9, abs=1e-300)
    log = np.log(1 / delta)
    order = 1 + np.sqrt(log / float(exact)) * np.logspace(-4, 4, 20_001)
    best = np.min(order * float(exact) + log / (order - 1))
    assert found.epsilon == pytest.approx(best, rel=1e-5, abs=1e-300)
    order = 1 + np.logspace(-8, 10, 60_000)
    if share <= 1:
        published = order * np.exp(-steps * ridge * eta / order) * moved**2 / (ridge * sigma**2)
        assert found.published == pytest.approx(np.min(published + log / (order - 1)), rel=1e-5)
        assert found.epsilon <= found.published
    else:
        assert np.isinf(found.published)


class Chain:
    """Noisy steps of one weight as laws on a grid, five points to a deviation."""

    def __init__(self, eta, sigma):
        self.eta, self.spread = eta, sigma * np.sqrt(2 * eta)
        self.grid = np.arange(-7.0, 7.0, self.spread / 5)

    def step(self, objective):
        slope = np.array([objective.gradient(np.array([v]))[0] for v in self.grid])
        reach = self.grid[:, None] - (self.grid - self.eta * slope)
        kernel = np.exp(-(reach**2) / (2 * self.spread**2))
        return kernel / kernel.sum(axis=0)

    def at_rest(self, kernel):
        law = np.full(len(self.grid), 1 / len(self.grid))
        for _ in range(400):
            law = kernel @ law
        return law


def divergences(one, two):
    """Yield Renyi divergences over their orders, in both directions."""
    seen = (one > 1e-250) & (two > 1e-250)
    for order in (1.5, 3.0, 8.0):
        for p, q in ((one[seen], two[seen]), (two[seen], one[seen])):
            yield np.log(np.sum(p**order * q ** (1 - order))) / (order - 1) / order


@pytest.mark.parametrize("seed", range(5))
def test_noisy_descent_against_exact_densities(seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=6) * 3.0
    p = UnlearningProblem(rows[:, None], np.ones(6), np.arange(6) < 2, ridge=0.3)
    top = smoothness(p)
    chain = Chain(rng.uniform(0.5, 1.6) / top, 0.5)
    on_kept = chain.step(p.oracle())
    now, oracle = chain.at_rest(chain.step(p.original())), chain.at_rest(on_kept)
    ratios = []
    for steps in range(4):
        rate = theory.noisy_descent(gap(p), 0.5, chain.eta, steps, 0.3, top, 1e-5).rate
        ratios += [found / float(rate) for found in divergences(now, oracle)]
        now = on_kept @ now
    assert 1e-6 < max(ratios) <= 1


@pytest.mark.parametrize("seed", range(3))
def test_noisy_descent_over_a_stream(seed):
    """Requests of one row after two steps each: Z -> c^K Z + Z_1, the drifts of each its own."""
    rng = np.random.default_rng(seed)
    rows, ridge, kept_up = rng.normal(size=6) * 2.0, 0.3, 2
    top = ridge + np.max(rows**2) / 4
    chain = Chain(1 / top, 0.5)
    c, z, ratios = 1 - ridge / top, 0.0, []
    one = UnlearningProblem(rows[:, None], np.ones(6), np.arange(6) < 1, ridge=ridge)
    now = chain.at_rest(chain.step(one.original()))
    for gone in range(3):
        p = UnlearningProblem(
            rows[gone:, None], np.ones(6 - gone), np.arange(6 - gone) < 1, ridge=ridge
        )
        z = c**kept_up * z + chain.eta * gap(p) / (1 - c)
        kernel = chain.step(p.oracle())
        oracle = chain.at_rest(kernel)
        for _ in range(kept_up):
            now = kernel @ now
        whole = z * (1 - c) / chain.eta  # the gap of one request at this distance
        rate = theory.noisy_descent(whole, 0.5, chain.eta, kept_up, ridge, top, 1e-5).rate
        ratios += [found / float(rate) for found in divergences(now, oracle)]
    assert 1e-6 < max(ratios) <= 1


def test_noisy_descent_needs_the_ridge_outside_of_the_clip():
    start, eta, ridge, clip = np.array([3.0, 4.0]), 0.5, 1.0, 1.0
    inside = start - eta * np.clip(ridge * start, -clip, clip)
    outside = start - eta * (np.clip(0.0 * start, -clip, clip) + ridge * start)
    assert np.diff(inside)[0] == 1.0 and np.diff(outside)[0] == 0.5


@given(requests(normalisation="sum"))
def test_worst_case_residual(p):
    # its ridge is per row, so the retained objective has n_R/n of the original's
    n, out = len(p.labels), int(p.forget.sum())
    per_row, kept = p.ridge / n, n - out
    w = minimise(p.original()).w
    rows = (p.labels[:, None] * p.features)[~p.forget]
    retained = Objective(rows, np.ones(kept), per_row * kept)
    step = -np.linalg.solve(retained.hessian(w), retained.gradient(w))
    longest = float(np.linalg.norm(p.features, axis=1).max())
    residual = np.linalg.norm(retained.gradient(w + step))
    bounds = theory.worst_case_residual(out, kept, per_row, longest)
    assert residual <= bounds.amended * (1 + ROUNDED) + 1e-9 * longest * n
    # the same by the step's largest length: every margin changes by the most it can
    most = np.full(kept, longest * 2 * out * longest / (per_row * kept))
    chain = newton_residual(most, np.inf, 1.0, longest * np.sqrt(kept)).quadratic
    assert bounds.amended == pytest.approx(float(chain), rel=1e-12)
    assert bounds.published == pytest.approx(1 / (per_row**2 * (n - 1)), rel=1e-12)
    short = theory.worst_case_residual(1, kept, per_row, min(longest, 1.0))
    assert short.amended <= short.published


def test_worst_case_residual_published_for_a_row_fails_for_a_set():
    kept = Objective(np.ones((30, 1)), np.ones(30), 30.0)
    step = -kept.gradient(np.zeros(1)) / kept.hessian(np.zeros(1))[0]
    residual = abs(kept.gradient(step)[0])
    bounds = theory.worst_case_residual(30, 30, 1.0, 1.0)
    assert step == pytest.approx(0.4) and 2 * bounds.published < residual < bounds.amended


@given(requests())
def test_mean_influence(p):
    found = minimise(p.original())
    w, hessian = found.w, p.original().hessian(found.w)
    rows = (p.labels[:, None] * p.features)[p.forget]
    pull = -(rows / (1 + np.exp(rows @ w))[:, None]).mean(axis=0)
    both = theory.mean_influence(hessian, pull, w, p.forget_fraction, p.ridge)
    step = influence_removal(p, w) - w
    # the formula takes the original's gradient for 0, and divides it by 1 - f
    off = 2 * len(p.labels) * found.radius + 1e-12
    np.testing.assert_allclose(both.step, step, atol=1e-8 * float(np.linalg.norm(step)) + off)
    n = len(p.labels)
    familiar = np.linalg.solve(n * hessian, p.forget.sum() * pull)
    np.testing.assert_allclose(both.familiar, familiar, rtol=1e-7, atol=1e-12)


def test_mean_influence_is_not_the_familiar_formula():
    rows = np.array([[0.0, 2.0], [1.0, 0.0], [-1.0, 0.5]])
    p = UnlearningProblem(rows, np.ones(3), np.array([True, False, False]), ridge=0.2)
    w = minimise(p.original()).w
    pull = np.array([0.0, -2 / (1 + np.exp(2 * w[1]))])
    both = theory.mean_influence(p.original().hessian(w), pull, w, 1 / 3, 0.2)
    assert np.linalg.norm(both.step - both.familiar) > 0.3 * np.linalg.norm(both.step)


@given(requests(normalisation="sum"))
def test_projective_update(p):
    found, whole = minimise(p.original()), p.original()
    w, rows = found.w, whole.signed_features[p.forget]
    z = whole.margins(w)[p.forget]
    slopes, bend = whole.loss.derivative(z), whole.loss.curvature(z)
    step = theory.projective_update(rows, whole.hessian(w), slopes, bend)
    newton = newton_removal(p, w) - w
    # the formula takes the original's gradient for 0
    scale = 1e-6 * float(np.linalg.norm(newton)) + 2 * found.radius + 1e-12
    np.testing.assert_allclose(step, np.linalg.pinv(rows) @ rows @ newton, atol=scale)
    np.testing.assert_allclose(methods.projective_update(p, w).w, w + step, atol=scale)
    if np.linalg.matrix_rank(rows, tol=1e-3) == len(w):
        np.testing.assert_allclose(step, newton, atol=scale)


def test_projective_update_can_end_farther_than_the_original():
    ridge, at = 0.01, -7.0
    copies = (1 / (1 + np.exp(at)) - ridge * at) * (1 + np.exp(-at))
    rows = np.array([[1.0], [-1.0]])
    whole = Objective(rows, np.array([1.0, copies]), ridge)
    oracle = minimise(Objective(rows[:1], np.ones(1), ridge)).w[0]
    assert minimise(whole).w == pytest.approx(at) and 3 < oracle < 4
    z = whole.margins(np.array([at]))[1:]
    # a weight is as many rows: rows scaled by its root, slopes too
    root = np.sqrt(copies)
    step = theory.projective_update(
        rows[1:] * root, whole.hessian(np.array([at])), root * whole.loss.derivative(z),
        whole.loss.curvature(z),
    )  # fmt: skip
    assert at + step[0] > 80


@given(st.sampled_from(["mean", "sum"]).flatmap(lambda kind: requests(kind, forget=1)))
def test_subspace_oracle(p):
    w, oracle, _ = solved(p)
    ends = methods.subspace_oracle(p, w).w, newton_removal(p, w)
    own, newton = (float(excess_risk(p.oracle(), v, oracle)) for v in ends)
    value = abs(float(p.oracle().value(oracle)))
    assert own <= newton * (1 + 1e-6) + 1e-12 * (1 + value)


@pytest.mark.parametrize("ratio", [10.0, 1e7, 1e13])
def test_bounds_keep_their_digits_where_a_step_hardly_contracts(ratio):
    """A bound that loses digits to a factor next to 1 may end below the truth."""
    ridge, smoothness, steps = 0.3, 0.3 * ratio, 40
    with mp.workdps(50):
        low, high = mp.mpf(ridge), mp.mpf(smoothness)
        c = (high - low) / (high + low)
        stream = c**steps / (1 - c**steps)
        eta = 1 / smoothness
        kept = 1 - mp.mpf(eta) * low
        rewound = kept**steps * (1 - kept**30) / low
        rate = kept ** (2 * steps) * mp.mpf(eta) * (1 + kept) / (4 * (1 - kept))
    found = theory.descent_to_delete(0.0, 1.0, ridge, smoothness, steps).stream
    assert found == pytest.approx(float(stream), rel=1e-12)
    found = theory.rewind_to_delete(1.0, 0.1, eta, 30, steps, ridge, smoothness).convex
    assert found == pytest.approx(float(rewound), rel=1e-12)
    found = theory.noisy_descent(1.0, 1.0, eta, steps, ridge, smoothness, 1e-5).rate
    assert found == pytest.approx(float(rate), rel=1e-12)
