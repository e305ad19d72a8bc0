"""What a model is like at the end: certified without the oracle, true beside it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from logreg_unlearn.assess import removals as removals_module
from logreg_unlearn.assess.audit import Audit, Outcome, audit
from logreg_unlearn.assess.bounds import distance_bounds
from logreg_unlearn.assess.effect import Effect, effect_of, setting_of
from logreg_unlearn.assess.guarantees import noise_needed
from logreg_unlearn.assess.removals import AUDITED, RemovalOutcome
from logreg_unlearn.assess.tables import audit_rows, model_heads, model_rows
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory.guarantees import gaussian_guarantee
from logreg_unlearn.unlearn.removal import REMOVALS, Removal, newton_removal


def small(rng: np.random.Generator, **options: object) -> UnlearningProblem:
    features = np.column_stack([rng.normal(size=(80, 3)), np.ones(80)])
    labels = np.where(features[:, 0] + rng.normal(size=80) > 0, 1.0, -1.0)
    arguments = dict(ridge=0.05) | options
    return UnlearningProblem(features, labels, np.arange(80) < 9, **arguments)


def ends(found: Audit) -> list[tuple[Outcome | RemovalOutcome, Effect]]:
    """Every method and removal that has a model at its end."""
    every: list[Outcome | RemovalOutcome] = [*found.outcomes, *found.removals]
    return [(one, one.effect) for one in every if one.effect is not None]


CONVENTIONS = [
    {},
    dict(normalisation="sum", ridge=2.0),
    dict(unpenalised=(3,)),
    dict(normalisation="sum", ridge=2.0, unpenalised=(3,)),
]


@pytest.mark.parametrize("options", CONVENTIONS)
def test_certified_share_is_the_ratio_from_above(rng, options) -> None:
    """Without the oracle: what is certified is never less than what is measured with it."""
    problem = small(rng, **options)
    found = audit(problem, ("da", "neggrad+"), steps=200)
    oracle, before = found.oracle.w, found.distance_original
    tight = 0
    for outcome, effect in ends(found):
        away = np.linalg.norm(effect.w - oracle)
        assert effect.certified >= away - found.oracle.radius
        assert effect.certified == distance_bounds(problem, effect.w).upper
        radius = found.oracle.radius
        assert effect.certified_share >= (away - radius) / (before + radius)
        tight += effect.certified_share <= 0.05 and outcome.ratio <= 0.05
    assert tight >= 3  # and it says something: retraining and Newton steps are certified close


def test_the_distance_gone_bounds_what_doing_nothing_leaves(rng) -> None:
    """The lower bound at the start says nothing here; the step to a certified end does."""
    problem = small(rng, ridge=1e-3)
    start = minimise(problem.original()).w
    oracle = minimise(problem.oracle(), start).w
    far = start + 100.0 * (start - oracle) / np.linalg.norm(start - oracle)
    setting = setting_of(problem, far, oracle, epsilon=1.0, delta=1e-5, held_out=None)
    assert setting.lower < 50.0
    near = newton_removal(problem, start, 3)
    share = effect_of(setting, near).certified_share
    exact = newton_removal(problem, near, 3)
    left = np.linalg.norm(near - exact) / np.linalg.norm(far - exact)
    assert left * (1 - 1e-7) <= share < 1e-6
    assert effect_of(setting, far).certified_share >= 1.0


def test_noise_is_what_the_distance_needs(rng) -> None:
    problem = small(rng)
    found = audit(problem, ("da",), steps=50, epsilon=0.5, delta=1e-4)
    for removal in found.removals:
        noise, certified = removal.effect.noise, removal.effect.certified
        assert noise == noise_needed(problem, removal.effect.w, 0.5, 1e-4)
        assert gaussian_guarantee(certified / noise, 0.5).delta == pytest.approx(1e-4, rel=1e-6)


def held_out(rng: np.random.Generator) -> tuple[Array, Array]:
    features = np.column_stack([rng.normal(size=(50, 3)), np.ones(50)])
    return features, np.where(rng.random(50) < 0.5, -1.0, 1.0)


def test_accuracies_and_changed_decisions_are_counted(rng) -> None:
    problem, rows = small(rng), held_out(rng)
    found = audit(problem, ("da",), steps=500, held_out=rows)
    oracle = found.oracle.w
    for _, effect in ends(found):
        w, read = effect.w, effect.evaluation
        right = problem.labels * (problem.features @ w) > 0
        assert read.accuracy_forget.value == pytest.approx(right[problem.forget].mean())
        assert read.accuracy_retain.value == pytest.approx(right[~problem.forget].mean())
        assert read.accuracy_held_out.value == np.mean(rows[1] * (rows[0] @ w) > 0)
        signs = np.sign(problem.features @ np.column_stack([w, oracle]))
        assert read.changed == np.sum(signs[:, 0] != signs[:, 1])
        risk = problem.oracle().value(w) - problem.oracle().value(oracle)
        assert effect.excess_risk == pytest.approx(risk, rel=1e-6, abs=1e-12)
    assert found.outcomes[0].effect.evaluation.changed > 3
    assert found.retrained.evaluation.changed == 0 and found.retrained.excess_risk == 0.0


def test_a_run_that_diverged_has_no_model(rng) -> None:
    found = audit(small(rng, loss="exponential"), ("ga", "da"), steps=3000)
    assert found.outcomes[0].trajectory.diverged and found.outcomes[0].effect is None
    assert found.advice.instead is not found.outcomes[0]


def test_every_removal_is_audited_with_its_options(rng) -> None:
    found = audit(small(rng), ("da",), steps=20)
    names = [removal.method for removal in found.removals]
    assert names == list(AUDITED)
    assert set(names) == {*REMOVALS, "newton-2", "newton-3"}
    one, two, three = (found.removal(name).effect.w for name in ("newton", "newton-2", "newton-3"))
    assert newton_removal(found.problem, found.original.w, 2) == pytest.approx(two, rel=1e-12)
    assert np.linalg.norm(three - two) < np.linalg.norm(two - one)


def test_a_removal_that_cannot_be_done_says_why_and_stops_nobody(rng, monkeypatch) -> None:
    def refused(problem: UnlearningProblem, w: Array) -> Removal:
        raise ValueError("expected leverages below 1, got 1")

    def overflown(problem: UnlearningProblem, w: Array) -> Removal:
        return Removal("overflown", w * np.inf, 1.0)

    with_bad = {"refused": refused, **AUDITED, "overflown": overflown}
    monkeypatch.setattr(removals_module, "AUDITED", with_bad)
    found = audit(small(rng), ("da",), steps=5)
    for name, words in (("refused", "leverages below 1"), ("overflown", "an overflow")):
        removal = found.removal(name)
        assert words in removal.failed and removal.effect is None
        assert math.isnan(removal.ratio) and not removal.retraining
    assert found.removal("newton").ratio < 0.5
    row = audit_rows(found)[1]
    assert row == ("refused", "", "", "", "", "", "failed")
    assert len(model_rows(found)[2]) == len(model_heads(found))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (dict(epsilon=-1.0), "epsilon"),
        (dict(delta=0.0), "delta"),
        (dict(delta=1.0), "delta"),
        (dict(tolerance=0.0), r"a tolerance in \(0, 1\), got 0"),
        (dict(tolerance=1.0), r"a tolerance in \(0, 1\), got 1"),
        (dict(budget=-1.0), "a budget of seconds >= 0, got -1"),
        (dict(budget=math.nan), "a budget of seconds >= 0, got nan"),
        (dict(weights=np.ones(3)), "weights"),
        (dict(weights=[1.0, math.inf, 0.0, 0.0]), "finite"),
        (dict(weights=[1e300, 1e300, 1e300, 0.0]), "a finite loss"),
        (dict(requests=np.ones(80)), "requests as 80 whole numbers"),
        (dict(requests=np.ones(3, dtype=int)), "requests as 80 whole numbers"),
        (dict(requests=np.ones(80, dtype=int)), "for the forget set alone, got row 9"),
        (dict(held_out=(np.ones((5, 2)), np.ones(5))), "held-out rows"),
    ],
)
def test_options_out_of_range_are_refused_in_a_line(rng, options, words) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        audit(small(rng), ("da",), steps=10, **options)
    assert "\n" not in str(caught.value)
