"""Promises about weights against the oracle that they do without."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.assess.bounds import distance_bounds
from logreg_unlearn.assess.guarantees import certain_predictions, noise_needed
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory.guarantees import gaussian_guarantee
from logreg_unlearn.unlearn.removal import newton_removal
from tests.strategies import problems, reaches, seeds

levels = st.tuples(st.floats(0, 8), st.floats(0.1, 12).map(lambda digits: 10.0**-digits))


@given(problems(), levels, seeds, st.floats(-6, 2))
def test_the_noise_is_enough_for_the_true_distance(problem, level, seed, exponent) -> None:
    oracle = minimise(problem.oracle())
    push = np.random.default_rng(seed).standard_normal(len(oracle.w))
    w = oracle.w + 10.0**exponent * push
    noise = noise_needed(problem, w, *level)
    distance = float(np.linalg.norm(w - oracle.w))
    assert noise > 0
    if np.isfinite(noise) and oracle.radius < 1e-6 * distance:
        assert gaussian_guarantee(distance / noise, level[0]).delta <= level[1] * (1 + 1e-4)


@pytest.fixture
def ordinary(rng) -> UnlearningProblem:
    features = rng.normal(loc=[1.0, 0.5, 0.0], size=(300, 3))
    labels = np.where(features @ [1.0, -1.0, 0.5] + rng.normal(size=300) > 0, 1.0, -1.0)
    return UnlearningProblem(features, labels, np.arange(300) < 20, ridge=0.05)


def test_the_noise_is_the_certified_distance_over_the_exact_ratio(ordinary) -> None:
    w = newton_removal(ordinary, minimise(ordinary.original()).w)
    upper = distance_bounds(ordinary, w).upper
    noise = noise_needed(ordinary, w, 1.0, 1e-5)
    assert gaussian_guarantee(upper / noise, 1.0).delta == pytest.approx(1e-5, rel=1e-9)
    # the original, farther away, needs more; more of either allowed, less
    assert noise_needed(ordinary, minimise(ordinary.original()).w, 1.0, 1e-5) > 10 * noise
    assert noise_needed(ordinary, w, 2.0, 1e-5) < noise > noise_needed(ordinary, w, 1.0, 1e-3)


def test_no_bound_no_noise(rng) -> None:
    features = np.column_stack([rng.normal(size=60), np.ones(60)])
    problem = UnlearningProblem(
        features, rng.choice([-1.0, 1.0], 60), np.arange(60) < 6, ridge=0.1, unpenalised=(1,)
    )
    far = np.array([0.0, 50.0])
    assert noise_needed(problem, far, 1.0, 1e-5) == np.inf
    assert not certain_predictions(problem, far, features).any()


@given(problems(), seeds, st.floats(-9, 1))
def test_certain_predictions_are_the_oracles(problem, seed, exponent) -> None:
    rng, oracle = np.random.default_rng(seed), minimise(problem.oracle())
    w = oracle.w + 10.0**exponent * rng.standard_normal(len(oracle.w))
    rows, offset = rng.standard_normal((50, len(w))), rng.standard_normal(50)
    certain = certain_predictions(problem, w, rows, offset)
    exact = rows @ oracle.w + offset
    clear = np.abs(exact) > 2 * np.linalg.norm(rows, axis=1) * oracle.radius + 1e-12
    same = np.sign(rows @ w + offset) == np.sign(exact)
    assert same[certain & clear].all()


def test_some_predictions_are_certain_and_some_are_not(ordinary) -> None:
    w = newton_removal(ordinary, minimise(ordinary.original()).w)
    certain = certain_predictions(ordinary, w, ordinary.features)
    assert 0.9 < certain.mean()
    edge = ordinary.features - np.outer(ordinary.features @ w, w) / (w @ w)  # on the boundary
    assert not certain_predictions(ordinary, w, edge).any()
    # what decides is the length of the row against the margin
    assert certain_predictions(ordinary, w, w[None] * 1e-8).all()
    reaches(
        problems(), lambda p: bool(certain_predictions(p, minimise(p.oracle()).w, p.features).all())
    )


def three(**options) -> SoftmaxProblem:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(240, 3))
    y = (2.0 * x @ rng.normal(size=(3, 3)) + rng.gumbel(size=(240, 3))).argmax(axis=1)
    return SoftmaxProblem(x, y, np.arange(240) < 12, **({"ridge": 0.05} | options))


@given(seeds, st.floats(-7, 1))
def test_certain_decisions_of_classes_are_the_oracles(seed, exponent) -> None:
    problem, rng = three(), np.random.default_rng(seed)
    oracle = minimise(problem.oracle())
    w = oracle.w + 10.0**exponent * rng.standard_normal(9)
    rows, offset = rng.standard_normal((50, 3)), rng.standard_normal((50, 3))
    certain = certain_predictions(problem, w, rows, offset)
    mine, best = (rows @ problem.class_weights(v).T + offset for v in (w, oracle.w))
    gaps = np.diff(np.sort(best, axis=1), axis=1)[:, -1]
    clear = gaps > 2 * np.linalg.norm(rows, axis=1) * oracle.radius + 1e-12
    assert (mine.argmax(axis=1) == best.argmax(axis=1))[certain & clear].all()
    # what changes no decision changes no certainty either
    shifted = (problem.class_weights(w) + rng.standard_normal(3)).ravel()
    other = certain_predictions(problem, shifted, rows, offset + rng.standard_normal((50, 1)))
    assert np.sum(other != certain) <= 1  # a row on the edge
    if exponent < -5:
        assert certain.mean() > 0.95


def test_certain_decisions_are_sharp_in_the_gap() -> None:
    problem = three()
    w = newton_removal(problem, minimise(problem.original()).w)
    upper = distance_bounds(problem, w).upper
    rows = problem.features / np.linalg.norm(problem.features, axis=1)[:, None]
    logits = np.sort(rows @ problem.class_weights(w).T, axis=1)
    gap = logits[:, -1] - logits[:, -2]
    lead = (np.arange(240), (rows @ problem.class_weights(w).T).argmax(axis=1))
    for share in (1.001, 0.999):
        offset = np.zeros((240, 3))  # which leaves just that gap
        offset[lead] = np.sqrt(2.0) * upper * share - gap
        assert np.all(certain_predictions(problem, w, rows, offset) == (share > 1.0))


def test_two_classes_have_the_binary_certainty(ordinary) -> None:
    p = ordinary
    w = minimise(p.original()).w
    softmax = SoftmaxProblem(p.features, p.labels, p.forget, ridge=2 * p.ridge)
    both = np.concatenate([-0.5 * w, 0.5 * w])
    offset = np.random.default_rng(0).normal(size=300)
    theirs = certain_predictions(p, w, p.features, offset)
    ours = certain_predictions(
        softmax, both, p.features, np.column_stack([-0.5 * offset, 0.5 * offset])
    )
    assert 50 < theirs.sum() < 295 and np.sum(ours != theirs) <= 2  # bounds differ in a digit
    shares = noise_needed(softmax, both, 1.0, 1e-5), noise_needed(p, w, 1.0, 1e-5)
    assert np.sqrt(2.0) * shares[0] == pytest.approx(shares[1], rel=0.15)


@pytest.mark.parametrize(
    ("level", "message"),
    [
        ((-1.0, 1e-5), "expected epsilon >= 0"),
        ((1.0, 0.0), r"expected delta in \(0, 1\), got 0.0"),
        ((1.0, [1e-5, 1e-6]), r"expected epsilon and delta single numbers, got shape \(2,\)"),
    ],
)
def test_bad_levels(ordinary, level, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        noise_needed(ordinary, np.zeros(3), *level)


@pytest.mark.parametrize("rows", [np.zeros(3), np.zeros((2, 2)), np.full((1, 3), np.nan)])
def test_bad_rows(ordinary, rows: Array) -> None:
    with pytest.raises(ValueError, match=r"^expected offset of shape \(300,\), got \(3,\)"):
        certain_predictions(ordinary, np.zeros(3), ordinary.features, np.zeros(3))
    with pytest.raises(ValueError, match=r"^expected offset of shape \(240, 3\), got \(240,\)"):
        certain_predictions(three(), np.zeros(9), three().features, np.zeros(240))
    with pytest.raises(ValueError, match=r"^expected finite features of shape \(m, 3\), got"):
        certain_predictions(ordinary, np.zeros(3), rows)
    with pytest.raises(ValueError, match="expected finite weights"):
        noise_needed(ordinary, np.zeros(2), 1.0, 1e-5)
