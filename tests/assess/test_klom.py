"""KLoM: the published null floors, its edges, and the closed form under weight noise."""

from __future__ import annotations

import time

import numpy as np
import pytest

from logreg_unlearn.assess.klom import (
    FLOOR,
    binned_divergence,
    bootstrap_models,
    klom,
    noise_divergence,
    null_floor,
)
from logreg_unlearn.assess.margins import margins
from logreg_unlearn.data import real
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.removal import newton_removal

CAP = -np.log(FLOOR)


def by_hand(one: np.ndarray, two: np.ndarray) -> float:
    """Return the divergence of one row by NumPy's histograms."""
    bins = np.linspace(min(one.min(), two.min()), max(one.max(), two.max()), 21)
    p, q = (np.histogram(z, bins)[0] / len(z) for z in (one, two))
    q = np.where(q == 0, 1e-5, q)
    q = q / q.sum()
    return float(sum(a * np.log(a / b) for a, b in zip(p, q, strict=True) if a > 0))


def test_against_histograms_by_hand(rng) -> None:
    one, two = rng.normal(size=(30, 50)), 0.7 + 1.5 * rng.normal(size=(45, 50))
    expected = [by_hand(one[:, k], two[:, k]) for k in range(50)]
    assert np.allclose(binned_divergence(one, two), expected, rtol=1e-9)
    assert np.allclose(
        binned_divergence(two, one), [by_hand(b, a) for a, b in zip(one.T, two.T, strict=True)]
    )


@pytest.mark.parametrize(
    ("models", "mean", "median", "upper"),
    [
        (20, 3.06, 2.98, 5.00), (50, 0.90, 0.82, 1.71), (100, 0.35, 0.32, 0.68),
        (200, 0.15, 0.14, 0.29), (1000, 0.024, 0.022, 0.042),
    ],
)  # fmt: skip
def test_the_floor_of_equal_gaussian_laws(rng, models, mean, median, upper) -> None:
    """Found independently, over 60,000 rows."""
    one, two = (rng.normal(size=(models, 6000)) for _ in range(2))
    found = binned_divergence(one, two)
    assert np.mean(found) == pytest.approx(mean, rel=0.03)
    assert np.median(found) == pytest.approx(median, rel=0.03)
    assert np.quantile(found, 0.95) == pytest.approx(upper, rel=0.03)


@pytest.mark.parametrize("law", ["normal", "uniform", "exponential"])
def test_the_floor_is_drawn_from_the_reference_itself(rng, law) -> None:
    """Whatever location and scale; the law matters, .25 to .35 for 100 models."""
    reference, one, two = (5.0 + 3.0 * getattr(rng, law)(size=(100, 4000)) for _ in range(3))
    truth = np.mean(binned_divergence(one, two))
    floor = np.mean(null_floor(reference, (100, 100)))
    # on the cautious side: the smoothing gives a bounded law tails
    assert 0.97 * truth < floor < 1.25 * truth
    assert 0.24 < truth < 0.37


def test_edges() -> None:
    flat, other = np.full((10, 1), 2.0), np.full((10, 1), 3.0)
    # floors on the empty bins alone: ln(1 + 19e-5)
    assert binned_divergence(flat, flat) == pytest.approx(19e-5, rel=1e-3)
    # all retrained on the top edge, all unlearned at the bottom: as far apart as can be
    assert binned_divergence(flat, other) == pytest.approx(CAP, rel=1e-3)
    assert binned_divergence(other, flat) == pytest.approx(CAP, rel=1e-3)
    # half of the unlearned models on the top edge count
    half = np.concatenate([flat[:5], other[:5]])
    assert binned_divergence(half, flat) == pytest.approx(0.5 * CAP - np.log(2), rel=1e-3)
    # margins beyond 100 are 100
    assert binned_divergence(100.0 * other, 50.0 * other) < 2e-4
    assert binned_divergence(np.full((3, 1), np.inf), np.full((3, 1), 1e9)) < 2e-4


def test_a_diverged_model_counts_as_far_and_never_as_no_number() -> None:
    missing, flat = np.full((10, 1), np.nan), np.linspace(0, 1, 10)[:, None]
    assert binned_divergence(missing, flat) == pytest.approx(CAP, rel=1e-3)
    assert binned_divergence(flat, missing) > 0.7 * CAP
    assert binned_divergence(missing, missing) == pytest.approx(0.0, abs=1e-3)
    some = np.where(np.arange(10)[:, None] < 2, np.nan, flat)
    assert 0.15 * CAP < binned_divergence(some, flat) < 0.3 * CAP
    report = klom(np.hstack([missing, flat]), np.hstack([flat, missing]))
    assert all(np.isfinite(v).all() for v in vars(report).values())


def test_the_closed_form_is_above_the_binned_one_and_near_it(rng) -> None:
    rows = np.vstack([rng.normal(size=(40, 3)), np.zeros((1, 3))])
    w, oracle, noise = rng.normal(size=3), rng.normal(size=3), 1.0
    exact = noise_divergence(rows, w, oracle, noise)
    one, two = ((v + noise * rng.normal(size=(20_000, 3))) @ rows.T for v in (w, oracle))
    found = binned_divergence(one, two)
    assert exact[-1] == 0.0
    moderate = exact[:-1] < 1.0  # beyond, bins are empty and the floor counts
    assert np.all(found[:-1][moderate] <= exact[:-1][moderate] + 0.03)
    assert moderate.sum() > 10
    assert np.allclose(found[:-1][moderate], exact[:-1][moderate], rtol=0.2, atol=0.01)
    assert np.array_equal(
        noise_divergence(rows, np.full(3, np.inf), oracle, 1.0)[[0, -1]], [np.inf, 0]
    )
    with pytest.raises(ValueError, match="expected noise > 0, got 0"):
        noise_divergence(rows, w, oracle, 0.0)


def pair(seed: int = 0, **options) -> tuple[UnlearningProblem, SoftmaxProblem]:
    """A problem of two classes in both forms."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(60, 3)), rng.choice([-1.0, 1.0], 60)
    forget, mass = np.arange(60) < 12, rng.uniform(0.5, 2.0, 60)
    binary = UnlearningProblem(x, y, forget, ridge=0.1, weights=mass, **options)
    return binary, SoftmaxProblem(x, y, forget, ridge=0.2, weights=mass)


def three(seed: int = 0) -> SoftmaxProblem:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(150, 3))
    y = (2.0 * x @ rng.normal(size=(3, 3)) + rng.gumbel(size=(150, 3))).argmax(axis=1)
    near = np.argsort(((x - x[0]) ** 2).sum(axis=1))[:30]
    return SoftmaxProblem(x, y, np.isin(np.arange(150), near), ridge=0.02)


def test_two_classes_have_the_binary_klom() -> None:
    """The same draws, models, margins, and so the same histograms."""
    binary, softmax = pair()
    theirs, ours = (bootstrap_models(p, newton_removal, 12, seed=2) for p in (binary, softmax))
    for mine, its in zip(ours, theirs, strict=True):
        rows = softmax.class_weights(mine)
        assert np.allclose(rows[:, 1] - rows[:, 0], its, atol=1e-7)
        assert np.allclose(margins(softmax, mine), margins(binary, its), atol=1e-6)
    reports = [
        klom(*(margins(p, w) for w in both))
        for p, both in ((softmax, ours), (binary, theirs))
    ]  # fmt: skip
    for name in ("forward", "backward", "floor"):
        one, other = (getattr(report, name) for report in reports)
        # a margin on the edge of a bin may go into either
        assert np.mean(np.isclose(one, other, rtol=1e-6, atol=1e-9)) > 0.9, name
    w, oracle = its[0], its[1]
    both = [np.array([-0.5 * v, 0.5 * v]) for v in (w, oracle)]
    # on the weights of either class the noise of their difference over sqrt(2)
    assert np.allclose(
        noise_divergence(binary.features, both[0], both[1], 0.3 / np.sqrt(2.0)),
        noise_divergence(binary.features, w, oracle, 0.3),
    )


def test_of_more_classes_the_closed_form_is_a_bound(rng) -> None:
    problem, noise = three(), 0.7
    w, oracle = rng.normal(size=9), rng.normal(size=9)
    rows = [problem.class_weights(v) for v in (w, oracle)]
    bound = noise_divergence(problem.features, rows[0], rows[1], noise)
    one, two = (margins(problem, v + noise * rng.normal(size=(20_000, 9))) for v in (w, oracle))
    found, moderate = binned_divergence(one, two), bound < 1.0
    assert moderate.sum() > 15 and np.all(found[moderate] <= bound[moderate] + 0.03)
    # near it where one wrong class is all that counts
    assert np.max(found[moderate] / bound[moderate]) > 0.8
    # a constant on all classes has nothing to say
    shifted = rows[0] + rng.normal(size=3)
    assert np.allclose(noise_divergence(problem.features, shifted, rows[1], noise), bound)


def test_a_removal_of_classes_is_at_the_floor_and_doing_nothing_above_it() -> None:
    problem = three(1)
    removed, retrained = bootstrap_models(problem, newton_removal, 60)
    kept, _ = bootstrap_models(problem, lambda _, w: w, 60)
    f = problem.forget
    after, before = (
        klom(margins(problem, w)[:, f], margins(problem, retrained)[:, f]) for w in (removed, kept)
    )
    assert np.mean(after.forward) == pytest.approx(np.mean(after.floor), rel=0.3)
    assert np.mean(before.forward) > 1.5 * np.mean(after.floor)


def test_a_hundred_models_of_digits_take_seconds() -> None:
    """The Newton removal is at the floor, doing nothing is above it on the forgotten rows."""
    pytest.importorskip("sklearn")
    data = real.load("digits_3v8", intercept=False)
    n = len(data.labels)
    forget = np.zeros(n, dtype=bool)
    forget[np.argsort(data.features @ data.features[0])[:40]] = True
    p = UnlearningProblem(data.features, data.labels, forget, ridge=0.01)
    start = time.perf_counter()
    removed, retrained = bootstrap_models(p, newton_removal, 100)
    kept, _ = bootstrap_models(p, lambda problem, w: w, 100)
    assert removed.shape == retrained.shape == (100, data.features.shape[1])
    rows = data.features[forget]
    after, before = (klom(w @ rows.T, retrained @ rows.T) for w in (removed, kept))
    assert time.perf_counter() - start < 20.0  # a second or two, alone on its core
    floor = np.mean(after.floor)
    assert np.mean(after.forward) == pytest.approx(floor, rel=0.25)
    assert np.mean(before.forward) > 1.5 * floor
    assert "forward" in repr(after) and "floor" in repr(after)


def test_bootstrap_models_are_independent_and_weighted(rng) -> None:
    features = rng.normal(size=(30, 2))
    labels = np.where(rng.random(30) < 0.5, 1.0, -1.0)
    p = UnlearningProblem(features, labels, np.arange(30) < 5, ridge=0.1)
    seen, own = [], []

    def remove(problem, w):
        seen.append(problem.weights)
        own.append(minimise(problem.oracle()).w)
        assert np.allclose(problem.original().gradient(w), 0.0, atol=1e-8)
        return w

    one, two = bootstrap_models(p, remove, 8, seed=4)
    assert len({tuple(v) for v in seen}) == 8 and np.std(two, axis=0).min() > 0
    assert np.linalg.norm(two - own, axis=1).min() > 1e-3  # other weights than the unlearned
    again, _ = bootstrap_models(p, remove, 8, seed=4)
    assert np.array_equal(one, again)
    assert np.linalg.norm(two.mean(axis=0) - minimise(p.oracle()).w) < 0.3
    with pytest.raises(ValueError, match="expected at least one model, got 0"):
        bootstrap_models(p, remove, 0)


def test_margins_of_other_rows_are_refused() -> None:
    for one, two in (((3, 4), (3, 5)), ((0, 4), (3, 4)), ((4,), (3, 4))):
        with pytest.raises(ValueError, match=r"expected margins \(models, n\) of the same n rows"):
            klom(np.zeros(one), np.zeros(two))
