"""One context on the simplex: closed forms against integrated flows and plain steps."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import minimize
from scipy.special import softmax

from logreg_unlearn.theory.simplex import (
    face_restriction,
    one_natural_step,
    replicator_descent_ascent,
    replicator_end,
    smoothed_counts_threshold,
    temperature_is_time,
)
from tests.strategies import reaches

ROUNDED = 1e-9


@dataclass(frozen=True)
class Context:
    """Labels, lift and forgotten fraction of one context."""

    r: np.ndarray
    q: np.ndarray
    lift: float
    fraction: float

    @property
    def original(self) -> np.ndarray:
        kept, gone = 1 - self.fraction, self.fraction * self.lift
        return (kept * self.r + gone * self.q) / (kept + gone)

    def drift(self, pi: np.ndarray) -> np.ndarray:
        """Minus the gradient in the logits of descent-ascent's loss; pseudo-counts cancel in it."""
        weights = self.r - self.lift * self.q
        return weights - weights.sum() * pi

    def __iter__(self):
        return iter((self.r, self.q, self.lift, self.fraction))


@st.composite
def contexts(draw, absent: bool = True, least: float = 0.05):
    """Draw labels with or without absent classes, lifts below and above 1."""
    k = draw(st.integers(2, 6))
    parts = st.lists(st.floats(least, 1.0), min_size=k, max_size=k)
    r, q = (np.array(draw(parts)) for _ in range(2))
    if absent and draw(st.booleans()):
        (r if draw(st.booleans()) else q)[draw(st.integers(0, k - 1))] = 0.0
    lift = draw(st.floats(0.05, 0.95) | st.just(1.0) | st.floats(1.05, 4.0) | st.floats(1e-3, 0.1))
    return Context(r / r.sum(), q / q.sum(), lift, draw(st.floats(0.02, 0.98)))


def natural_flow(context: Context, time):
    return replicator_descent_ascent(*astuple(context), time)  # type: ignore[call-arg]


def natural_step(context: Context, smoothing: float):
    return one_natural_step(*astuple(context), smoothing)  # type: ignore[call-arg]


def logit_flow(context: Context, time: float) -> np.ndarray:
    """Natural-gradient flow in the logits: u' = payoff, pi = softmax(u)."""

    def field(_, u):
        pi = softmax(u)
        return (context.r - context.lift * context.q) / pi

    run = solve_ivp(
        field, (0, time), np.log(context.original), rtol=1e-9, atol=1e-10, method="DOP853"
    )
    assert run.success
    return softmax(run.y[:, -1])


@given(contexts(absent=False), st.floats(0.0, 0.95), st.floats(0.1, 6.0))
def test_replicator_descent_ascent(context, part, longest):
    end = replicator_end(*context).time
    time = part * float(min(end, longest))
    found = natural_flow(context, time)
    np.testing.assert_allclose(found.law, logit_flow(context, time), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(
        found.law, context.r + found.theta * (context.q - context.r), atol=ROUNDED
    )
    at_oracle = natural_flow(context, float(found.passage))
    np.testing.assert_allclose(at_oracle.law, context.r, atol=ROUNDED)
    start = natural_flow(context, 0.0)
    np.testing.assert_allclose(start.law, context.original, atol=ROUNDED)
    assert (found.theta > ROUNDED) <= (time < found.passage)
    assert (found.theta < -ROUNDED) <= (time > found.passage)


def test_replicator_descent_ascent_passage_is_near_the_fraction():
    labels = np.array([0.2, 0.8]), np.array([0.7, 0.3])
    lift = np.array([1 - 1e-9, 1.0, 1 + 1e-9])
    flow = replicator_descent_ascent(*labels, lift, 0.25, 0.1)
    np.testing.assert_allclose(flow.passage, 0.25, rtol=1e-8)
    np.testing.assert_allclose(flow.theta, 0.15, rtol=1e-8)


def test_replicator_descent_ascent_is_not_defined_beyond_its_end():
    context = Context(np.array([0.2, 0.8]), np.array([0.7, 0.3]), 1.5, 0.25)
    end = float(replicator_end(*context).time)
    theta = natural_flow(context, [end * (1 - 1e-9), end * (1 + 1e-9)]).theta
    assert np.isfinite(theta[0]) and np.isnan(theta[1])


def test_the_plain_gradient_in_the_logits_leaves_the_line():
    r, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.2, 0.7])
    context = Context(r, q, 0.25, 0.4)
    run = solve_ivp(
        lambda _, u: context.drift(softmax(u)), (0, 1.0), np.log(context.original), rtol=1e-10
    )
    moved = softmax(run.y[:, -1]) - r
    assert np.linalg.norm(np.cross(moved, q - r)) > 1e-2 * np.linalg.norm(moved)


def descent_ascent_loss(context: Context, pi: np.ndarray) -> float:
    return float(-(context.r - context.lift * context.q) @ np.log(pi))


@example(Context(np.array([0.5, 0.5]), np.array([0.5, 0.5]), 2.0, 0.3))
@given(contexts())
def test_replicator_end(context):
    r, q, lift, f = context
    end = replicator_end(*context)
    safe = np.where(r > 0, r, 1.0)
    class_lift = np.where(r > 0, lift * q / safe, np.where(q > 0, np.inf, 0.0))
    assume(np.all(abs(class_lift - 1) > 1e-6) or np.all(r == q))
    assert end.bounded == bool(np.all(class_lift <= 1))
    assert end.threshold == pytest.approx(1 - 1 / (2 * f))
    if np.all(r == q):
        assert np.isinf(end.time) and np.isnan(end.ratio)
        np.testing.assert_array_equal(end.law, r)
        return
    away = np.linalg.norm(end.law - r) / np.linalg.norm(context.original - r)
    assert end.ratio == pytest.approx(away, rel=1e-6, abs=1e-9)
    passage = float(natural_flow(context, 0.0).passage)
    if end.bounded:
        assert np.isinf(end.time) and lift < 1
        np.testing.assert_allclose(context.drift(end.law), 0, atol=ROUNDED)
        late = natural_flow(context, 60 / (1 - lift)).law
        np.testing.assert_allclose(late, end.law, atol=ROUNDED)
        if abs(lift - end.threshold) > 1e-6:
            assert (end.ratio > 1) == (lift > end.threshold)
        return
    assert end.law.min() == pytest.approx(0, abs=ROUNDED)
    assert end.time >= passage * (1 - ROUNDED)
    dies = int(np.argmin(end.law))
    assert class_lift[dies] == pytest.approx(class_lift.max(), rel=1e-6)
    before = natural_flow(context, float(end.time) * (1 - 1e-12)).law
    np.testing.assert_allclose(before, end.law, atol=1e-6)
    # each class by itself: the line through its start with its own linear equation
    weight, start = r - lift * q, context.original
    with np.errstate(all="ignore"):
        inner = 1 - (1 - lift) * start / weight
        alone = np.log(inner) / (1 - lift) if lift != 1 else -start / weight
    alone = np.where((weight < 0) & (start > 0) & np.isfinite(alone) & (alone > 0), alone, np.inf)
    assert end.time == pytest.approx(alone.min(), rel=1e-6)


@given(contexts(absent=False))
def test_replicator_end_is_where_a_minimiser_ends(context):
    end = replicator_end(*context)
    assume(end.bounded and np.any(context.r != context.q) and np.all(end.law > 1e-3))
    k = len(context.r)
    found = minimize(lambda u: descent_ascent_loss(context, softmax(u)), np.zeros(k), tol=1e-12)
    np.testing.assert_allclose(softmax(found.x), end.law, atol=1e-4)


def test_replicator_end_unbounded_loss_falls_without_end():
    context = Context(np.array([0.3, 0.7]), np.array([0.9, 0.1]), 0.5, 0.2)
    assert not replicator_end(*context).bounded
    losses = [descent_ascent_loss(context, np.array([e, 1 - e])) for e in (1e-2, 1e-8, 1e-200)]
    assert losses[0] > losses[1] > losses[2] and losses[2] < -50


def test_replicator_end_threshold_needs_more_than_half_forgotten():
    labels = np.array([0.5, 0.5]), np.array([0.55, 0.45])
    far = replicator_end(*labels, [0.1, 0.49, 0.51, 0.1], [0.99, 0.99, 0.99, 0.5])
    np.testing.assert_array_equal(far.ratio > 1, [False, False, True, True])


@given(contexts(), st.just(0.0) | st.floats(0.01, 3.0))
def test_one_natural_step(context, smoothing):
    r, q, lift, f = context
    k = len(r)
    counts = (1 - f) * r + f * lift * q + smoothing / k
    start = counts / counts.sum()
    oracle = (r + smoothing / k) / (1 + smoothing)
    step = natural_step(context, smoothing)
    np.testing.assert_allclose(step.law, oracle, atol=ROUNDED)
    after = start + step.size * context.drift(start)
    np.testing.assert_allclose(after, oracle, atol=ROUNDED)
    short = start + step.size / 3 * context.drift(start)
    np.testing.assert_allclose(short - oracle, (start - oracle) * 2 / 3, atol=ROUNDED)
    # multiplicative weights: pi (1 + eta (payoff - mean payoff))
    inside = start > 0
    payoff = (r - lift * q)[inside] / start[inside]
    weights = start[inside] * (1 + step.size * (payoff - start[inside] @ payoff))
    np.testing.assert_allclose(weights, oracle[inside], atol=ROUNDED)
    x = step.size * (1 - lift)
    assert step.flow_left == pytest.approx((np.expm1(-x) + x) / x if x else 0.0, rel=1e-6, abs=1e-8)
    assert (step.flow_left > 0) == (lift < 1) and (step.flow_left < 0) == (lift > 1)
    if lift < 1:
        assert step.flow_left < x / 2


@given(contexts(absent=False))
def test_one_natural_step_flow_stopped_there(context):
    step = natural_step(context, 0.0)
    theta = natural_flow(context, [0.0, float(step.size)]).theta
    assume(np.isfinite(theta[1]))
    assert theta[1] / theta[0] == pytest.approx(step.flow_left, rel=1e-6, abs=1e-9)


def test_one_natural_step_is_one_size_for_all_contexts(rng):
    f, before, after = 0.3, 0.0, 0.0
    for _ in range(50):
        r, q = rng.dirichlet(np.ones(7)), rng.dirichlet(np.ones(7))
        context = Context(r, q, rng.uniform(0, 5), f)
        before += np.abs(context.original - r).sum()
        after += np.abs(context.original + f * context.drift(context.original) - r).sum()
    assert after < 1e-12 * before


@given(contexts(), st.floats(0.01, 5.0))
def test_smoothed_counts_threshold(context, smoothing):
    """Each law is stationary for its weights; outside it the loss falls without bound."""
    r, _, lift, f = context
    k, pseudo = len(r), smoothing / len(r)
    found = smoothed_counts_threshold(r, lift, f, smoothing)
    counts = [r, (1 - f) * r + f * lift * r, r - lift * r]
    laws = (found.oracle, found.original, found.unlearned)
    bounded = np.all(counts[2] + pseudo > 0)
    assert np.isfinite(found.unlearned).all() == bounded
    for weights, law in zip(counts, laws, strict=True):
        if np.isfinite(law).all():
            total = (weights + pseudo).sum()
            np.testing.assert_allclose(total * law, weights + pseudo, atol=ROUNDED)
    if not bounded:
        assert found.ratio == np.inf and lift > 1
        return
    before = np.abs(found.original - found.oracle).sum()
    after = np.abs(found.unlearned - found.oracle).sum()
    assume(np.abs(r - 1 / k).sum() > 0.05)
    if before > 1e-6:
        assert found.ratio == pytest.approx(after / before, rel=1e-6)
    if abs(lift - f / (1 + f)) > 1e-9:
        assert (found.ratio > 1) == (lift > f / (1 + f))


def test_smoothed_counts_threshold_is_a_tie_at_the_threshold():
    r, f = np.array([0.7, 0.2, 0.1]), np.array([0.05, 0.3, 0.9])
    found = smoothed_counts_threshold(r, f / (1 + f), f, [0.1, 1.0, 10.0])
    np.testing.assert_allclose(found.ratio, 1.0, rtol=1e-14)
    assert smoothed_counts_threshold(r, 1.0, 0.3, 1.0).ratio == np.inf


def test_one_natural_step_small_and_large_arguments():
    labels = np.array([0.5, 0.5]), np.array([0.9, 0.1])
    left = one_natural_step(*labels, [1 - 1e-12, 1 + 1e-12, 0.0], 0.5, 0.0).flow_left
    np.testing.assert_allclose(left[:2], [0.25e-12, -0.25e-12], rtol=1e-3)
    assert left[2] == pytest.approx((np.exp(-0.5) - 0.5) / 0.5, rel=1e-15)


def test_one_natural_step_needs_the_regulariser_to_be_ascended():
    r, q, f, lift, u = np.array([0.7, 0.3]), np.array([0.2, 0.8]), 0.4, 0.5, np.array([0.5, 0.5])
    start = ((1 - f) * r + f * lift * q + u) / (2 - f + f * lift)
    kept = r - lift * q + u  # descended only
    after = start + f / 2 * (kept - kept.sum() * start)
    assert np.abs(after - (r + u) / 2).max() > 5e-3


@st.composite
def payoffs(draw):
    k = draw(st.integers(2, 5))
    start = np.array(draw(st.lists(st.floats(0.05, 1.0), min_size=k, max_size=k)))
    payoff = np.array(draw(st.lists(st.floats(-3, 3), min_size=k, max_size=k)))
    return (
        start / start.sum(),
        payoff,
        draw(st.floats(0, 3)),
        draw(st.just(0.0) | st.floats(0.05, 3)),
    )


@given(payoffs())
def test_temperature_is_time(drawn):
    start, payoff, time, tau = drawn
    found = temperature_is_time(*drawn)

    def field(_, pi):
        net = payoff - tau * np.log(pi)
        return pi * (net - pi @ net)

    run = solve_ivp(field, (0, time), start, rtol=1e-9, atol=1e-11) if time else None
    expected = start if run is None else run.y[:, -1]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
    assert found.sum() == pytest.approx(1, rel=1e-12)
    if tau == 0:
        steps = start.copy()
        for _ in range(4):
            steps = steps * np.exp(time / 4 * payoff)
            steps = steps / steps.sum()
        np.testing.assert_allclose(found, steps, rtol=1e-9)
        np.testing.assert_allclose(
            found, temperature_is_time(start, payoff / 2, 2 * time, 0.0), rtol=1e-9
        )
    else:
        late = temperature_is_time(start, payoff, 1e4, tau)
        np.testing.assert_allclose(late, softmax(payoff / tau), rtol=1e-9)


def test_temperature_is_time_without_entropy_ends_on_a_face():
    start = np.array([0.2, 0.3, 0.5])
    end = temperature_is_time(start, [1.0, 1.0, 0.0], 1e4, 0.0)
    np.testing.assert_allclose(end, [0.4, 0.6, 0.0], atol=ROUNDED)
    # the free energy of the softmax equilibrium is not even increased on the way
    tau, payoff = 1.0, np.array([0.0, 1.0])
    late = temperature_is_time([0.5, 0.5], payoff, 3.0, 0.0)
    free = [pi @ payoff - tau * pi @ np.log(pi) for pi in (softmax(payoff), late)]
    assert late[1] > softmax(payoff)[1] and free[1] < free[0]


def test_temperature_is_time_keeps_an_absent_class_absent():
    found = temperature_is_time([0.0, 0.5, 0.5], [5.0, 0.0, 1.0], [1.0, 1e300], [0.5, 2.0])
    np.testing.assert_array_equal(found[:, 0], 0.0)
    np.testing.assert_allclose(found[1, 1:], softmax([0.0, 0.5]))


@given(contexts(), st.integers(0, 5), st.floats(0, 5))
def test_face_restriction(context, which, time):
    start = context.original
    down = np.zeros(len(start), dtype=bool)
    down[[which % len(start), 0]] = len(start) > 2, True
    assume(start[~down].sum() > 1e-3)
    found = face_restriction(start, down, time)
    np.testing.assert_allclose(
        found.law, temperature_is_time(start, -1.0 * down, time, 0.0), atol=ROUNDED
    )
    assert found.share == pytest.approx(found.law[down].sum(), abs=ROUNDED)
    theta = start[down].sum()
    odds = theta / (1 - theta) * np.exp(-time)
    assert found.share == pytest.approx(odds / (1 + odds), abs=ROUNDED)
    np.testing.assert_allclose(face_restriction(start, down, 700.0).law, found.limit, atol=ROUNDED)
    np.testing.assert_array_equal(found.limit[down], 0.0)
    inside = start[~down] / start[~down].sum()
    np.testing.assert_allclose(found.limit[~down], inside, rtol=1e-12)


@given(contexts(absent=False), st.booleans(), st.booleans(), st.floats(0, 2))
def test_face_restriction_is_the_oracle_where_labels_part(context, parted, alike, kappa):
    r, q = context.r.copy(), context.q.copy()
    down = np.arange(len(r)) < 1
    if parted:
        r[down] = 0.0
        r = r / r.sum()
    if alike:
        q[~down] = kappa * r[~down]
        q = q / q.sum()
    multiple = q[~down] * r[~down].sum() - r[~down] * q[~down].sum()
    assume(alike or np.abs(multiple).max() > 1e-3)
    limit = face_restriction(
        Context(r, q, context.lift, context.fraction).original, down, 0.0
    ).limit
    is_oracle = np.abs(limit - r).max() < 1e-12
    assert is_oracle == (parted and alike)


def test_strategies_are_not_degenerate():
    reaches(contexts(), lambda c: bool(replicator_end(*c).bounded))
    reaches(contexts(), lambda c: bool(not replicator_end(*c).bounded and c.lift < 1))
    reaches(contexts(), lambda c: bool(c.lift < replicator_end(*c).threshold))
    reaches(contexts(), lambda c: bool((c.r == 0).any() and c.lift > 1))
    reaches(payoffs(), lambda d: d[3] == 0 and d[2] > 1)
