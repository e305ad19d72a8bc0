"""Chains: the loss against enumeration, alternation against the joint oracle, one parameter."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logsumexp

from logreg_unlearn.problem.chain_objective import ChainObjective
from logreg_unlearn.problem.chains import Chains
from logreg_unlearn.problem.messages import bias, pass_messages, settle
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory.structured import alternation, message_bias, structured_harm
from logreg_unlearn.unlearn.structured import alternate

SEEDS = st.integers(0, 2**32 - 1)
COUPLINGS = st.floats(-1.5, 1.5)


@st.composite
def chains(draw, least: int = 2, width: int = 3):
    rng = np.random.default_rng(draw(SEEDS))
    n, sites = draw(st.integers(3, 8)), draw(st.integers(least, 6))
    features = rng.normal(size=(n, sites, width)) * 10.0 ** draw(st.floats(-0.5, 0.5))
    labels = np.where(rng.random((n, sites)) < 0.5, -1.0, 1.0)
    forget = np.arange(n) < draw(st.integers(1, n - 1))
    return Chains(features, labels, forget, draw(COUPLINGS), 10.0 ** draw(st.floats(-2, 0)))


def one(scores, labels, coupling):
    """The objective of one chain whose scores are the weights themselves, without a ridge."""
    sites = len(scores)
    return ChainObjective(np.eye(sites)[None], labels[None], np.ones(1), coupling, 0.0)


@given(SEEDS, st.integers(2, 6), COUPLINGS)
def test_message_bias(seed, sites, coupling):
    rng = np.random.default_rng(seed)
    scores, labels = rng.normal(size=sites) * 2, np.where(rng.random(sites) < 0.5, -1.0, 1.0)
    messages = rng.normal(size=(sites - 1, 2))
    found = message_bias(scores, messages, coupling)
    np.testing.assert_allclose(bias(messages[None])[0], found.bias, atol=1e-13)
    passed = pass_messages(scores[None], messages[None], coupling)[0]
    np.testing.assert_allclose(passed, found.passed, atol=1e-12)
    # the loss is A less the labels' share, and logistic up to a constant in the scores
    chain = one(scores, labels, coupling)
    share = labels @ scores + coupling * labels[1:] @ labels[:-1]
    assert chain.joint_value(scores, messages[None]) == pytest.approx(found.value - share, abs=1e-9)
    other = rng.normal(size=sites)
    constants = [
        chain.joint_value(u, messages[None]) - float(chain.at(messages[None]).value(u))
        for u in (scores, other)
    ]
    assert constants[0] == pytest.approx(constants[1], abs=1e-9)
    slopes = chain.at(messages[None]).gradient(scores)
    np.testing.assert_allclose(slopes, found.marginals - labels, atol=1e-12)


@given(SEEDS, st.integers(2, 6), COUPLINGS)
def test_message_bias_step_is_exact_at_its_site_and_contracts(seed, sites, coupling):
    rng = np.random.default_rng(seed)
    scores, site = rng.normal(size=sites) * 2, int(rng.integers(sites))
    messages, others = rng.normal(size=(2, sites - 1, 2))
    passed = message_bias(scores, messages, coupling).passed
    # this site's messages alone: no small change of them lowers A
    stepped = messages.copy()
    places = [(a, end) for a, end in ((site - 1, 1), (site, 0)) if 0 <= a < sites - 1]
    for place in places:
        stepped[place] = passed[place]
    least = message_bias(scores, stepped, coupling).value
    for place, h in product(places, (1e-4, -1e-4)):
        near = stepped.copy()
        near[place] += h
        assert least <= message_bias(scores, near, coupling).value + 1e-13
    moved = np.abs(passed - message_bias(scores, others, coupling).passed).max()
    assert moved <= np.tanh(abs(coupling)) * np.abs(messages - others).max() + 1e-12


@given(SEEDS, st.integers(2, 6), COUPLINGS)
def test_message_bias_settled_is_the_gradient_above_the_likelihood(seed, sites, coupling):
    rng = np.random.default_rng(seed)
    scores, labels = rng.normal(size=sites) * 2, np.where(rng.random(sites) < 0.5, -1.0, 1.0)
    chain, messages = one(scores, labels, coupling), settle(scores[None], coupling)[0]
    found = message_bias(scores, messages, coupling)
    np.testing.assert_allclose(found.passed, messages, atol=1e-12)
    h = 1e-5
    slopes = [(chain.value(scores + h * e) - chain.value(scores - h * e)) / (2 * h)
              for e in np.eye(sites)]  # fmt: skip
    np.testing.assert_allclose(slopes, found.marginals - labels, atol=1e-7)
    everything = np.array(list(product((-1.0, 1.0), repeat=sites)))
    energies = everything @ scores + coupling * np.sum(everything[:, 1:] * everything[:, :-1], 1)
    assert found.value >= logsumexp(energies) - 1e-12
    across = [(chain.gradient(scores + h * e) - chain.gradient(scores - h * e)) / (2 * h)
              for e in np.eye(sites)]  # fmt: skip
    np.testing.assert_allclose(chain.hessian(scores), across, atol=1e-7)


def linearised(objective, w):
    """Return the largest share that a round leaves near ``w``, and the data's curvature."""
    fixed = objective.at(objective.settled(w)[1]).hessian(w)
    ratios = np.linalg.eigvals(np.linalg.solve(fixed, fixed - objective.hessian(w))).real
    return ratios.max(), np.linalg.eigvalsh(fixed)[-1] - objective.ridge


@given(chains())
def test_alternation(problem):
    """The rounds close in on the joint oracle, certified, at the rate of the linear map or less."""
    oracle = minimise(problem.oracle())
    original = minimise(problem.original()).w
    rate, curvature = linearised(problem.oracle(), oracle.w)
    sites = problem.labels.shape[1]
    bound = alternation(problem.coupling, sites, curvature, problem.ridge)
    assert -1e-9 <= rate <= bound * (1 + 1e-9)
    rounds = alternate(problem, original, 12)
    distances = np.linalg.norm(rounds.w - oracle.w, axis=1)
    assert np.all(distances <= rounds.bounds + oracle.radius)
    fixed = problem.oracle()
    hessian = fixed.at(fixed.settled(oracle.w)[1]).hessian(oracle.w)
    inner = np.sqrt(np.einsum("kd,de,ke->k", rounds.w - oracle.w, hessian, rounds.w - oracle.w))
    # close to the oracle the bound is sharp up to second order
    close = (inner[:-1] < 1e-3) & (inner[:-1] > 1e-7)
    assert np.all(inner[1:][close] <= inner[:-1][close] * (float(bound) + 0.01))
    assert distances[-1] <= distances[0] + oracle.radius


@pytest.mark.parametrize("coupling", [0.0, 0.3, 1.2])
@pytest.mark.parametrize("ridge", [1e-3, 0.5])
def test_alternation_is_attained(coupling, ridge):
    two = ChainObjective(
        np.array([[[1.0], [-1.0]]]), np.ones((1, 2)), np.ones(1), coupling, ridge
    )  # fmt: skip
    rate, curvature = linearised(two, np.zeros(1))
    assert rate == pytest.approx(float(alternation(coupling, 2, curvature, ridge)), rel=1e-9)
    assert not two.gradient(np.zeros(1)).any()
    inner = np.array([[[0.0], [1.0], [0.0]]] * 2)
    labels = np.array([[1.0, 1.0, 1.0], [1.0, -1.0, 1.0]])
    three = ChainObjective(inner, labels, np.ones(2), 0.0, ridge)
    rate, curvature = linearised(three, np.zeros(1))
    assert rate == pytest.approx(float(alternation(0.0, 3, curvature, ridge)), rel=1e-9)


@given(chains())
def test_alternation_minimises_one_jointly_convex_function(problem):
    objective, rng = problem.oracle(), np.random.default_rng(0)
    shape = (len(objective.labels), objective.labels.shape[1] - 1, 2)
    points = [(rng.normal(size=objective.dimension), rng.normal(size=shape)) for _ in range(2)]
    middle = [np.mean(part, axis=0) for part in zip(*points, strict=True)]
    ends = [objective.joint_value(*point) for point in points]
    assert objective.joint_value(*middle) < np.mean(ends)


def block(rng, sites, coupling, ridge, positive):
    """A block of alike chains of one parameter; what its coefficient makes of it."""
    features = rng.normal(size=(2, sites, 1))
    labels = np.where(rng.random((2, sites)) < 0.5, -1.0, 1.0)
    if positive:
        features = labels[..., None] * np.abs(features)

    def at(coefficient):
        weights = np.array([0.7, 0.3]) * coefficient
        return ChainObjective(features, labels, weights, coupling, ridge)

    return at


@given(SEEDS, st.integers(2, 5), COUPLINGS, st.floats(0.05, 0.95), st.booleans(), st.data())
def test_structured_harm(seed, sites, coupling, fraction, positive, data):
    """Oracle, original, descent-ascent from three starts, on both sides and beyond lift 1."""
    rng = np.random.default_rng(seed)
    at = block(rng, sites, coupling, 10.0 ** rng.uniform(-2, 1), positive)
    share, threshold = 0.6, float(structured_harm(fraction))
    if abs(at(1.0).gradient(np.zeros(1))[0]) < 1e-2:
        return
    lift = data.draw(st.sampled_from([0.9 * threshold, 1.1 * threshold, 1.5, 4.0]))
    oracle = minimise(at(share)).w
    original = minimise(at(share * (1 - fraction + fraction * lift))).w
    unlearned = at(share * (1 - lift))
    for start in (original, np.zeros(1), -5.0 * oracle):
        found = minimise(unlearned, start)
        before, after = abs(original - oracle)[0], abs(found.w - oracle)[0]
        assert (after > before) == (lift > threshold), (before, after)


@pytest.mark.parametrize(("inside", "harmed"), [((0, 1, 10), True), ((0, 1, 2, 10), False)])
def test_structured_harm_of_counted_chains(inside, harmed):
    """5 retained and 6 forgotten chains, 1 of these in the block: lifts 5/12 and 5/18."""
    features, forget = np.zeros((11, 3, 1)), np.arange(11) >= 5
    features[list(inside)] = np.array([0.3, 1.2, 0.5])[:, None]
    problem = Chains(features, np.ones((11, 3)), forget, 0.4, 0.05)
    lift = np.isin(np.arange(11), inside)[forget].mean() / np.mean(np.isin(np.arange(5), inside))
    oracle, original = (minimise(o).w for o in (problem.oracle(), problem.original()))
    unlearned = minimise(problem.descent_ascent(), original).w
    assert (abs(unlearned - oracle) > abs(original - oracle)) == harmed
    assert (lift > structured_harm(6 / 11)) == harmed
