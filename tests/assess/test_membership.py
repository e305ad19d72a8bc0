"""Accuracies, changed decisions and membership attacks, each beside the oracle's own value."""

from __future__ import annotations

import numpy as np
import pytest

from logreg_unlearn.assess.membership import (
    auc,
    evaluate_model,
    likelihood_ratio_attack,
)
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise


def problem(rng, **options) -> UnlearningProblem:
    features = rng.normal(size=(60, 3))
    labels = np.where(features[:, 0] + rng.normal(size=60) > 0, 1.0, -1.0)
    return UnlearningProblem(features, labels, np.arange(60) < 15, ridge=0.05, **options)


def test_auc_counts_pairs(rng) -> None:
    members, others = rng.integers(0, 6, 25).astype(float), rng.integers(1, 7, 31).astype(float)
    pairs = [(a > b) + 0.5 * (a == b) for a in members for b in others]
    assert auc(members, others) == pytest.approx(np.mean(pairs))
    assert auc(np.array([np.nan, np.inf]), np.zeros(3)) == 0.5
    assert auc(np.full(2, np.nan), np.full(3, np.nan)) == 0.5


def test_a_model_is_read_row_by_row(rng) -> None:
    weights, offset = rng.uniform(0.2, 3.0, 60), rng.normal(size=60)
    p = problem(rng, weights=weights, offset=offset)
    w, oracle = rng.normal(size=3), minimise(p.oracle()).w
    rows, labels = rng.normal(size=(40, 3)), rng.choice([-1.0, 1.0], 40)
    found = evaluate_model(p, w, oracle, (rows, labels))
    side = {"forget": p.forget, "retain": ~p.forget}
    decided = [np.sign(p.features @ v + offset) for v in (w, oracle)]
    for name, chosen in side.items():
        share = weights[chosen] / weights[chosen].sum()
        expected = [share @ (sign[chosen] == p.labels[chosen]) for sign in decided]
        reading = getattr(found, f"accuracy_{name}")
        assert [reading.value, reading.oracle] == pytest.approx(expected)
        changed = share @ (decided[0] != decided[1])[chosen]
        assert getattr(found, f"changed_{name}") == pytest.approx(changed)
    outside = [np.sign(rows @ v) for v in (w, oracle)]
    held = found.accuracy_held_out
    assert [held.value, held.oracle] == pytest.approx([np.mean(s == labels) for s in outside])
    assert found.changed_held_out == pytest.approx(np.mean(outside[0] != outside[1]))
    loss = [p.loss.value(p.labels * (p.features @ v + offset))[p.forget] for v in (w, oracle)]
    other = [p.loss.value(labels * (rows @ v)) for v in (w, oracle)]
    pairs = [np.mean(a[:, None] < b) for a, b in zip(loss, other, strict=True)]
    assert [found.loss_auc.value, found.loss_auc.oracle] == pytest.approx(pairs)
    assert found.loss_auc.excess == pytest.approx(pairs[0] - pairs[1])
    assert evaluate_model(p, w, oracle).loss_auc is None


def test_hard_rows_look_like_strangers_to_the_oracle_itself(rng) -> None:
    """The reference is not one half: the forgotten rows' labels are against the rest."""
    p = problem(rng)
    flipped = np.where(p.forget, -np.sign(p.features[:, 0]), np.sign(p.features[:, 0]))
    p = UnlearningProblem(p.features, flipped, p.forget, ridge=0.05)
    oracle = minimise(p.oracle()).w
    rows = rng.normal(size=(200, 3))
    found = evaluate_model(p, np.zeros(3), oracle, (rows, np.sign(rows[:, 0])))
    assert found.loss_auc.oracle < 0.1
    # a model that knows nothing scores one half, the "ideal", and is far from the oracle
    assert found.loss_auc.value == 0.5 and found.loss_auc.excess > 0.4
    assert found.accuracy_forget.value == 0.0  # a margin of 0 decides nothing


def test_a_diverged_model_is_read_as_well(rng) -> None:
    p = problem(rng)
    oracle = minimise(p.oracle()).w
    found = evaluate_model(p, np.full(3, np.nan), oracle, (p.features, p.labels))
    assert found.accuracy_forget.value == 0.0 and found.loss_auc.value == 0.5
    assert 0.0 < found.changed_retain <= 1.0


def test_held_out_rows_have_to_fit(rng) -> None:
    p, w = problem(rng), np.zeros(3)
    for held in ((np.zeros((4, 2)), np.ones(4)), (np.zeros((4, 3)), np.ones(3))):
        with pytest.raises(ValueError, match=r"expected held-out rows \(m, 3\) and m labels"):
            evaluate_model(p, w, w, held)
    with pytest.raises(ValueError, match="expected labels -1 and"):
        evaluate_model(p, w, w, (np.zeros((2, 3)), np.array([0.0, 1.0])))


def test_the_likelihood_ratio_is_the_gaussian_one(rng) -> None:
    """Means one apart at unit variance: accuracy Phi(1/2) with many models."""
    one, two = rng.normal(size=(2000, 40)), 1.0 + rng.normal(size=(2000, 40))
    found = likelihood_ratio_attack(one, two)
    assert found.value == pytest.approx(0.6915, abs=0.01)
    assert found.oracle == pytest.approx(0.5, abs=0.01)

    # one mean, spreads 1 and 3: the threshold is |z| = 1.572
    wide = likelihood_ratio_attack(one, 3.0 * rng.normal(size=(2000, 40)))
    assert wide.value == pytest.approx(0.742, abs=0.01)


@pytest.mark.parametrize("models", [8, 20, 100])
def test_models_that_were_not_fitted_show_nothing_where_there_is_nothing(rng, models) -> None:
    """In-sample the accuracy would be .63, .57, .53 at 8, 20, 100."""
    one, two = (rng.normal(size=(models, 4000)) for _ in range(2))
    found = likelihood_ratio_attack(one, two)
    assert found.value == pytest.approx(0.5, abs=0.01)
    assert found.oracle == pytest.approx(0.5, abs=0.01)


def test_extremes_of_the_ratio(rng) -> None:
    flat = np.ones((6, 3))
    assert likelihood_ratio_attack(flat, flat).value == 0.5
    assert likelihood_ratio_attack(flat, flat + 1.0).value == 1.0
    assert likelihood_ratio_attack(np.full((6, 3), np.nan), flat).value == 1.0
    with pytest.raises(ValueError, match="expected at least 4 models each, got 3 and 6"):
        likelihood_ratio_attack(flat[:3], flat)
