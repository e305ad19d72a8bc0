"""Audits of more than two classes; of two they are the binary audit at half the ridge."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from logreg_unlearn.assess.audit import audit
from logreg_unlearn.assess.effect import Effect
from logreg_unlearn.assess.membership import evaluate_model
from logreg_unlearn.assess.record import audit_data
from logreg_unlearn.assess.removals import AUDITED
from logreg_unlearn.assess.tables import audit_rows, model_rows
from logreg_unlearn.assess.words import weights_words
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.unlearn.removal import certificate, removal_passes
from logreg_unlearn.unlearn.removal.result import prior_sensitivity

METHODS = ("da", "ga", "alternating-ascent", "neggrad+", "ascent-finetune")
ROOT2 = np.sqrt(2.0)


def pair(**options: Any) -> tuple[UnlearningProblem, SoftmaxProblem, np.ndarray]:
    """A problem of two classes in both forms, and its numbered requests."""
    rng = np.random.default_rng(5)
    x = np.column_stack([rng.standard_normal((80, 3)), np.ones(80)])
    y = np.where(x[:, 0] + rng.normal(size=80) > 0, 1.0, -1.0)
    forget, mass = np.arange(80) < 13, rng.uniform(0.5, 3.0, 80)
    ridge = options.pop("ridge", 0.05)
    binary = UnlearningProblem(x, y, forget, ridge=ridge, weights=mass, **options)
    softmax = SoftmaxProblem(x, y, forget, ridge=2.0 * ridge, weights=mass, **options)
    return binary, softmax, np.where(forget, np.arange(80) % 3 + 1, 0)


def three(seed: int = 0, **options: Any) -> SoftmaxProblem:
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.standard_normal((90, 3)), np.ones(90)])
    y = (x @ rng.standard_normal((4, 3)) + rng.gumbel(size=(90, 3))).argmax(axis=1)
    return SoftmaxProblem(
        x, np.array(["low", "middle", "top"])[y], np.arange(90) < 12, **({"ridge": 0.02} | options)
    )


@pytest.mark.parametrize(
    "options", [{}, {"normalisation": "sum", "ridge": 2.0}, {"unpenalised": (3,)}]
)
def test_two_classes_have_the_binary_audit(options: dict[str, Any]) -> None:
    binary, softmax, order = pair(**options)
    held_out = np.random.default_rng(6).standard_normal((20, 4)), np.resize([1.0, -1.0, -1.0], 20)
    how: dict[str, Any] = dict(methods=METHODS, steps=400, held_out=held_out, requests=order)
    theirs, ours = audit(binary, **how), audit(softmax, **how)
    assert ours.distance_original * ROOT2 == pytest.approx(theirs.distance_original, rel=1e-6)
    for one, other in zip(ours.outcomes, theirs.outcomes, strict=True):
        assert one.verdict_end == other.verdict_end
        assert (one.verdict, one.settled) == (other.verdict, other.settled)
        assert one.trajectory.status == other.trajectory.status
        assert one.ratio == pytest.approx(other.ratio, rel=1e-5, abs=1e-7)
        assert one.best.step == other.best.step
    assert [one.method for one in ours.removals] == list(AUDITED)
    for one, other in zip(ours.removals, theirs.removals, strict=True):
        assert one.ratio == pytest.approx(other.ratio, rel=1e-4, abs=1e-9)
    named: list[tuple[Effect | None, Effect | None]] = [
        (ours.in_use, theirs.in_use),
        (ours.retrained, theirs.retrained),
    ]
    named += [(a.effect, b.effect) for a, b in zip(ours.outcomes, theirs.outcomes, strict=True)]
    named += [(a.effect, b.effect) for a, b in zip(ours.removals, theirs.removals, strict=True)]
    for mine, its in named:
        assert (mine is None) == (its is None)
        if mine is None or its is None:
            continue
        assert mine.excess_risk == pytest.approx(its.excess_risk, rel=1e-4, abs=1e-12)
        assert mine.evaluation == its.evaluation  # to the last share and AUC
        apart = np.linalg.norm(ours.oracle.w - mine.w) * (1 - 1e-9)
        assert apart <= mine.certified + ours.oracle.radius
        if np.isfinite(its.certified) and np.isfinite(mine.certified):
            share = its.noise / its.certified
            assert mine.noise == pytest.approx(mine.certified * share, rel=1e-9)
    assert ours.dependence.cosine_gradients == pytest.approx(theirs.dependence.cosine_gradients)
    assert ours.spectrum.values == pytest.approx(theirs.spectrum.values, rel=1e-6)
    assert ours.spectrum.shares == pytest.approx(theirs.spectrum.shares, abs=1e-6)
    assert ours.prediction.missing == theirs.prediction.missing
    both = ours.prediction.value, theirs.prediction.value
    assert np.isnan(both).all() if theirs.prediction.missing else both[0] == pytest.approx(both[1])
    followed = {one.method: one for one in theirs.requests.followed}
    for one in ours.requests.followed:
        expected = followed[one.method].ratios
        assert one.ratios == pytest.approx(expected, rel=1e-3, abs=1e-7)


def test_the_bounds_that_look_at_no_solution_hold_for_classes_too() -> None:
    for seed in range(5):
        found = audit(three(seed, ridge=0.3), ["da"], steps=50)
        assert found.distance_original <= prior_sensitivity(found.problem)
        newton = found.removal("newton")
        apart = float(np.linalg.norm(newton.effect.w - found.oracle.w))
        assert apart <= certificate(found.problem, newton.effect.w)
        descent = AUDITED["descent-to-delete"](found.problem, found.original.w)
        assert np.linalg.norm(descent.w - found.oracle.w) <= descent.sensitivity
    assert prior_sensitivity(three(unpenalised=(3,))) == np.inf


def test_of_two_classes_the_bounds_are_the_binary_ones() -> None:
    for options in ({}, {"normalisation": "sum", "ridge": 2.0}):
        binary, softmax, _ = pair(**options)
        assert ROOT2 * prior_sensitivity(softmax) == pytest.approx(prior_sensitivity(binary))
        w = np.array([0.3, -0.2, 0.5, 0.1])
        both = np.concatenate([-0.5 * w, 0.5 * w])
        theirs, ours = (
            AUDITED["descent-to-delete"](one, at) for one, at in ((binary, w), (softmax, both))
        )
        assert ours.w[4:] - ours.w[:4] == pytest.approx(theirs.w, rel=1e-6)
        assert ROOT2 * ours.sensitivity == pytest.approx(theirs.sensitivity, rel=1e-6)


def test_a_newton_step_costs_a_hessian_of_every_pair_of_classes() -> None:
    few, many = (
        SoftmaxProblem(
            np.random.default_rng(0).standard_normal((400, 9)), np.arange(400) % k,
            np.arange(400) < 40, ridge=0.1,
        )
        for k in (3, 12)
    )  # fmt: skip
    (newton, influence), (dearer, _) = removal_passes(few), removal_passes(many)
    assert dearer > 3 * newton > 3 * influence * 0.9


def test_decisions_are_the_largest_logit() -> None:
    problem = three(2)
    found = audit(problem, ["da"], steps=300)
    w, oracle = found.outcomes[0].trajectory.w[-1], found.oracle.w
    values = np.array(problem.label_values)
    said, best = (
        values[(problem.features @ problem.class_weights(v).T).argmax(axis=1)] for v in (w, oracle)
    )
    read = found.outcomes[0].effect.evaluation
    f = problem.forget
    assert read.changed == np.sum(said != best) > 0
    assert read.accuracy_forget.value == pytest.approx(np.mean(said[f] == problem.labels[f]))
    assert read.accuracy_retain.oracle == pytest.approx(np.mean(best[~f] == problem.labels[~f]))
    rows = np.random.default_rng(1).standard_normal((30, 4))
    labels = values[np.random.default_rng(2).integers(0, 3, 30)]
    held = evaluate_model(problem, w, oracle, (rows, labels))
    new = values[(rows @ problem.class_weights(w).T).argmax(axis=1)]
    assert held.accuracy_held_out is not None and held.loss_auc is not None
    assert held.accuracy_held_out.value == pytest.approx(np.mean(new == labels))
    # the AUC by its meaning: a forgotten row has a smaller loss than a held-out one
    other = SoftmaxProblem(
        rows, labels, np.arange(30) < 1, ridge=1.0, label_values=problem.label_values
    )
    mine, theirs = problem.original().losses(w)[f], other.original().losses(w)
    assert held.loss_auc.value == pytest.approx(np.mean(mine[:, None] < theirs))
    with pytest.raises(ValueError, match="labels 'low', 'middle', 'top', got 'none'"):
        evaluate_model(problem, w, oracle, (rows, np.where(labels == "low", "none", labels)))


def test_an_audit_of_classes_is_data_and_words() -> None:
    found = audit(three(unpenalised=(3,), feature_names=("a", "b", "c", "one")), steps=200)
    record = audit_data(found)
    assert record["loss"] == "softmax" and record["refit"]["unpenalised"] == ["one"]
    assert [one["method"] for one in record["removals"]] == list(AUDITED)
    assert len(audit_rows(found)) == 5 + 9 and len(model_rows(found)) == 1 + 5 + 9
    # 12 rows move two contrasts of three classes in each of four columns
    assert len(record["spectrum"]["shares"]) == 8
    assert "without a ridge" in record["predicted"]["words"]
    assert "one unpenalised" in found.sentence()


def test_a_class_that_is_gone_is_named_where_no_optimum_exists() -> None:
    whole = three()
    gone = whole.labels == "top"
    x = whole.features
    free = SoftmaxProblem(x, whole.labels, gone, ridge=0.1, unpenalised=(3,))
    with pytest.raises(ValueError, match="the retained rows lack the class 'top': no optimum"):
        audit(free, ["da"], steps=10)
    assert audit(SoftmaxProblem(x, whole.labels, gone, ridge=0.1), ["da"], steps=10).resolved


def test_weights_of_a_model_in_use_are_where_it_starts() -> None:
    from sklearn.linear_model import LogisticRegression

    problem = three()
    x, y = problem.features[:, :3], problem.labels
    model = LogisticRegression(C=0.5, tol=1e-3).fit(x, y)
    problem = SoftmaxProblem.from_sklearn(model, x, y, np.arange(12))
    found = audit(problem, ["da"], weights=problem.fitted_weights, steps=100)
    assert found.distance_weights is not None and 0 < found.distance_weights.upper < 0.1
    # a constant on all classes: the same model, and the same distances
    shifted = problem.class_weights(problem.fitted_weights) + np.array([5.0, 0.0, -3.0, 40.0])
    again = audit(problem, ["da"], weights=shifted.ravel(), steps=100)
    assert again.distance_original == pytest.approx(found.distance_original, rel=1e-9)
    assert again.in_use.certified == pytest.approx(found.in_use.certified, rel=1e-6)
    assert again.weights is not None and np.array_equal(again.weights, again.start.w)
    assert np.abs(problem.class_weights(again.weights).sum(axis=0)).max() < 1e-12
    assert "less their mean over the classes" in weights_words(again)
    rows = problem.class_weights(found.oracle.w)
    assert np.abs(rows.sum(axis=0)).max() < 1e-6  # the intercepts' gauge too
    refit = LogisticRegression(C=0.5, tol=1e-10, max_iter=1000).fit(x[12:], y[12:])
    assert rows[:, :3] == pytest.approx(refit.coef_, abs=1e-5)
    assert rows[:, 3] == pytest.approx(refit.intercept_ - refit.intercept_.mean(), abs=1e-5)
