"""The audit of one problem: what is measured, and the sentence of every kind of outcome."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from logreg_unlearn.assess import audit as audit_module
from logreg_unlearn.assess import optima as optima_module
from logreg_unlearn.assess import removals as removals_module
from logreg_unlearn.assess.audit import Audit, audit, describe
from logreg_unlearn.assess.bounds import distance_bounds
from logreg_unlearn.assess.distance import distances_to_oracle
from logreg_unlearn.assess.optima import told_apart
from logreg_unlearn.assess.outcome import outcome_of
from logreg_unlearn.data.synthetic import duplicated, orthogonal_blocks
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import Optimum, OptimumStatus, classify, minimise
from logreg_unlearn.solve.path import follow
from logreg_unlearn.unlearn.ascent import (
    METHODS,
    ascent_then_finetune,
    neggrad_plus,
    simultaneous,
)
from logreg_unlearn.unlearn.driver import Method, Phase
from logreg_unlearn.unlearn.removal import Removal, influence_removal, newton_removal


def block(lift: float, loss: str = "logistic", ridge: float = 0.5) -> UnlearningProblem:
    data = orthogonal_blocks([lift], [0.1], n_retain=800, n_forget=200)
    return UnlearningProblem(
        data.features, data.labels, data.forget, ridge=ridge, loss=loss, weights=data.weights
    )


def small(rng, loss: str = "logistic", ridge: float = 0.05) -> UnlearningProblem:
    features = rng.normal(size=(60, 3))
    labels = np.where(features[:, 0] + rng.normal(size=60) > 0, 1.0, -1.0)
    return UnlearningProblem(features, labels, np.arange(60) < 8, ridge=ridge, loss=loss)


def copies() -> UnlearningProblem:
    data = duplicated(n=80, d=3, forget_fraction=0.5)
    return UnlearningProblem(data.features, data.labels, data.forget, ridge=0.1)


def one_column_copies() -> UnlearningProblem:
    """Original and oracle agree to the last bit, at a point where the gradient is not zero."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(10, 1)), np.sign(rng.normal(size=10))
    return UnlearningProblem(np.r_[x, x], np.r_[y, y], np.arange(20) < 10, ridge=0.1)


def test_everything_is_measured_against_the_oracle(rng) -> None:
    problem = small(rng)
    found = audit(problem, ("da", "ascent-finetune"), steps=3000)
    original, oracle = minimise(problem.original()).w, minimise(problem.oracle()).w
    assert np.linalg.norm(oracle - found.oracle.w) <= 2 * found.oracle.radius
    oracle = found.oracle.w
    before = np.linalg.norm(original - oracle)
    assert found.resolved
    assert found.distance_original == pytest.approx(before, rel=1e-9)
    removed = np.linalg.norm(newton_removal(problem, original) - oracle)
    assert found.newton_ratio == pytest.approx(removed / before, rel=1e-6)
    removed = np.linalg.norm(influence_removal(problem, original) - oracle)
    influence = found.removal("influence").ratio
    assert influence == pytest.approx(removed / before, rel=1e-6)
    assert abs(influence / found.newton_ratio - 1.0) > 0.02
    assert [o.method for o in found.outcomes] == ["da", "ascent-finetune"]
    for outcome in found.outcomes:
        run = outcome.trajectory
        assert outcome.ratio == pytest.approx(np.linalg.norm(run.w[-1] - oracle) / before, rel=1e-6)
        assert outcome.best.ratio == pytest.approx(np.min(run.distance) / before, rel=1e-6)
        assert outcome.best.step == run.steps[np.argmin(run.distance)]
        risks = [problem.oracle().value(w) for w in (run.w[-1], original, oracle)]
        expected = (risks[0] - risks[2]) / (risks[1] - risks[2])
        assert float(outcome.ratios.excess_risk) == pytest.approx(expected, rel=1e-3, abs=1e-6)
    assert [o.verdict for o in found.outcomes] == ["HARMED", "HELPED"]
    assert all(o.ended and o.settled for o in found.outcomes)


def test_every_method_can_be_asked_for(rng) -> None:
    found = audit(small(rng), tuple(METHODS), steps=200, seed=3)
    assert [o.method for o in found.outcomes] == list(METHODS)
    names = [re.split(r" (?:ends|diverges|after) ", describe(o))[0] for o in found.outcomes]
    assert len(set(names)) == len(METHODS)
    again = audit(small(np.random.default_rng(20250926)), tuple(METHODS), steps=200, seed=3)
    assert [o.ratio for o in again.outcomes] == [o.ratio for o in found.outcomes]


def sentence(problem: UnlearningProblem, verdict: str) -> tuple[Audit, str]:
    found = audit(problem, ("da",))
    assert found.outcomes[0].verdict == verdict and found.resolved
    return found, found.sentence()


def test_sentence_when_harmed() -> None:
    found, text = sentence(block(3.0), "HARMED")
    ratio = found.outcomes[0].ratio
    assert text.startswith(
        f"Descent-ascent ends {ratio:.3g}x as far from the retrained optimum as doing nothing; "
    )
    remains = f"{100 * found.newton_ratio:.2g} %"
    assert f"; one Newton step leaves {remains} of the original's distance. Compared" in text
    assert 0.0 < found.newton_ratio < 0.1


def test_sentence_when_helped() -> None:
    found, text = sentence(block(0.1), "HELPED")
    remains = f"{100 * found.outcomes[0].ratio:.2g} % of the distance remains; one Newton"
    assert "ends closer to the retrained optimum than doing nothing" in text and remains in text


def test_sentence_when_diverged() -> None:
    found, text = sentence(block(4.0, "exponential", 0.1), "DIVERGED")
    steps = found.outcomes[0].trajectory.steps[-1]
    left = f"Descent-ascent diverges: it left the range of floating point within {steps} steps; "
    assert text.startswith(left + "one Newton step")
    assert found.outcomes[0].ratio == math.inf
    assert all(
        np.all(np.isinf(value))
        for value in (found.outcomes[0].ratios.parameters, found.outcomes[0].ratios.excess_risk)
    )


def test_sentence_when_unchanged() -> None:
    lift = 0.2 / 1.2  # where descent-ascent's stationary point is the original itself
    _, text = sentence(block(lift), "UNCHANGED")
    assert text.startswith(
        "Descent-ascent ends as far from the retrained optimum as doing nothing; "
    )


@pytest.mark.parametrize(
    "problem", [copies, one_column_copies, lambda: block(1.0)], ids=["copies", "equal", "lift 1"]
)
def test_an_original_indistinguishable_from_the_oracle(problem) -> None:
    found = audit(problem(), ("da", "ga", "ascent-finetune"), steps=2000)
    assert not found.resolved and found.coincide
    assert found.sentence().startswith("The original model is the retrained optimum to six digits")
    for outcome in found.outcomes:
        # no finite multiple of a distance that is rounding alone: as in the sweep
        assert outcome.ratio == (1.0 if outcome.verdict_end == "UNCHANGED" else math.inf)
        assert outcome.best.ratio == 1.0
        words = describe(outcome)
        assert "inf" not in words and "e+" not in words


def test_a_certificate_that_says_nothing_is_not_taken_for_agreement(rng) -> None:
    features = rng.normal(size=(40, 2))
    labels = np.where(features[:, 0] > 0, 1.0, -1.0)
    problem = UnlearningProblem(features, labels, np.arange(40) < 4, ridge=1e-300)
    found = audit(problem, ("da",), steps=50)
    assert found.oracle.radius > 1e100 and found.distance_original > 0.1
    assert "nothing to unlearn" not in found.sentence()


def test_bad_arguments_are_refused(rng) -> None:
    with pytest.raises(ValueError, match="expected at least one method, got none"):
        audit(small(rng), ())
    with pytest.raises(ValueError, match=r"expected a method among .*, got 'nope'"):
        audit(small(rng), ("nope",))
    with pytest.raises(ValueError, match="expected steps >= 1, got 0"):
        audit(small(rng), ("da",), steps=0)


# --- what the certificates allow to say -------------------------------------------------------


def with_radii(
    problem: UnlearningProblem, original: float, oracle: float
) -> tuple[Optimum, Optimum]:
    """Original and oracle with radii that are shares of their distance."""
    first, ideal = minimise(problem.original()), minimise(problem.oracle())
    apart = float(np.linalg.norm(first.w - ideal.w))
    return replace(first, radius=original * apart), replace(ideal, radius=oracle * apart)


@pytest.mark.parametrize(
    ("original", "oracle", "apart"),
    [(0.6, 0.3, True), (0.3, 0.6, True), (0.6, 0.5, False), (0.5, 0.6, False), (0.99, 0.0, True)],
)
def test_models_are_told_apart_by_the_sum_of_both_radii(rng, original, oracle, apart) -> None:
    """Either radius alone, or half of their sum, would tell 0.6 + 0.5 apart."""
    problem = small(rng)
    models = with_radii(problem, original, oracle)
    assert told_apart(*models) is apart
    before, ideal = models
    outcome = outcome_of(problem, simultaneous(), before, ideal, steps=3000, seed=0, retraining=1.0)
    assert math.isfinite(outcome.ratio) is apart
    found = replace(audit(problem, ("da",), steps=50), original=models[0], oracle=models[1])
    assert found.resolved is apart
    assert found.uncertain == pytest.approx((original + oracle) * found.distance_original)
    assert ("cannot be told apart" in found.sentence()) is not apart


@pytest.mark.parametrize(
    ("original", "oracle", "word"), [(0.5, 0.26, "UNCHANGED"), (0.5, 0.24, "HELPED")]
)
def test_a_verdict_allows_for_every_radius_it_rests_on(rng, original, oracle, word) -> None:
    """All the way to the oracle is a change of 1; the oracle's error enters both distances."""
    problem = small(rng)
    models = with_radii(problem, original, oracle)
    assert told_apart(*models)
    before, ideal = models
    done = outcome_of(problem, neggrad_plus(1.0), before, ideal, steps=5000, seed=0, retraining=1.0)
    assert done.trajectory.converged and done.verdict_end == word


@pytest.mark.parametrize(("moved", "ratio"), [(0.5, 1.0), (3.0, math.inf)])
def test_a_removal_step_of_an_unresolved_audit(rng, monkeypatch, moved, ratio) -> None:
    """It stays where the models cannot be told apart, or it leaves there: no other multiple."""
    problem = small(rng)
    models = with_radii(problem, 0.8, 0.8)
    found = iter(models)
    for module in (audit_module, optima_module):
        monkeypatch.setattr(module, "minimise", lambda *_, **__: next(found, models[1]))
    ideal = models[1].w
    step = moved * (models[0].w - ideal)
    moved_there = dict.fromkeys(
        ("newton", "influence"), lambda *_: Removal("moved", ideal + step, 1.0)
    )
    monkeypatch.setattr(removals_module, "AUDITED", moved_there)
    result = audit(problem, ("da",), steps=5)
    assert not result.resolved and not result.coincide
    assert result.newton_ratio == result.removal("influence").ratio == ratio


def test_valid_radii_that_exceed_both_models_are_no_agreement() -> None:
    """A separable column of size 1e12: w_D = 1.85e-9 is 8.6 times w_R = 2.15e-10."""
    x = np.random.default_rng(3).normal(0, 1, 40)
    forget = np.abs(x).argsort().argsort() < 6
    problem = UnlearningProblem(x[:, None] * 1e12, np.where(x > 0, 1.0, -1.0), forget, ridge=0.01)
    loose = [minimise(objective) for objective in (problem.original(), problem.oracle())]
    assert not told_apart(*loose)
    found = audit(problem, steps=300)
    assert not found.coincide and "nothing to unlearn" not in found.sentence()
    # the solver can do better than its tolerance, and then there is a ratio
    assert found.resolved
    assert float(found.original.w[0]) == pytest.approx(1.85e-9, rel=0.01)
    assert float(found.oracle.w[0]) == pytest.approx(2.147e-10, rel=0.01)
    vague = replace(found, original=loose[0], oracle=loose[1])
    assert "Original and retrained optimum cannot be told apart" in vague.sentence()
    assert "1.8e-09 and 2e-10" in vague.sentence()


def test_agreement_is_relative_to_the_models() -> None:
    scale = 2.0**-40  # weights of 1e12: six digits are still six digits
    data = duplicated(n=80, d=3, forget_fraction=0.5)
    small_features = UnlearningProblem(
        scale * data.features, data.labels, data.forget, ridge=0.1 * scale**2
    )
    assert audit(small_features, ("da",), steps=50).coincide
    found = audit(copies(), ("da",), steps=50)
    size = float(np.linalg.norm(found.oracle.w))
    for share, agree in ((0.9e-6, True), (1.1e-6, False)):
        other = replace(found, oracle=replace(found.oracle, radius=share * size))
        assert not other.resolved and other.coincide is agree
        assert ("nothing to unlearn" in other.sentence()) is agree


# --- no optimum -------------------------------------------------------------------------------


def test_retained_rows_of_one_label_have_no_optimum() -> None:
    rng = np.random.default_rng(0)
    features = np.column_stack([rng.normal(size=(30, 2)), np.ones(30)])
    labels = -np.ones(30)
    labels[[2, 17]] = 1
    problem = UnlearningProblem(features, labels, labels > 0, ridge=0.01, unpenalised=(2,))
    with pytest.raises(ValueError, match=r"^the retained rows have one label: no optimum exists"):
        audit(problem, steps=200)
    penalised = UnlearningProblem(features, labels, labels > 0, ridge=0.01)
    assert audit(penalised, steps=200).resolved


def test_one_label_everywhere_has_no_original() -> None:
    features = np.column_stack([np.arange(6.0), np.ones(6)])
    problem = UnlearningProblem(features, np.ones(6), np.arange(6) < 2, ridge=0.1, unpenalised=(1,))
    with pytest.raises(ValueError, match=r"^the rows have one label: no optimum exists"):
        audit(problem)


def test_unpenalised_columns_that_separate_have_no_optimum(rng) -> None:
    """Two free columns separate the retained rows along a slanted direction; both labels occur."""
    features = rng.normal(size=(40, 3))
    side = features[:, 0] - 2.0 * features[:, 1]
    labels = np.where(side > 0, 1.0, -1.0)
    labels[:4] = -labels[:4]  # all rows together are not separated
    forget = np.arange(40) < 4
    problem = UnlearningProblem(features, labels, forget, ridge=0.1, unpenalised=(0, 1))
    wanted = r"^the unpenalised columns separate the retained rows by label: no optimum exists"
    with pytest.raises(ValueError, match=wanted):
        audit(problem)


@pytest.mark.parametrize("status", ["UNCERTIFIED", "STALLED", "BUDGET"])
def test_an_optimum_without_a_certificate_is_refused_in_a_line(rng, monkeypatch, status) -> None:
    bad = replace(minimise(small(rng).original()), status=OptimumStatus[status], radius=math.inf)
    monkeypatch.setattr(audit_module, "minimise", lambda *_, **__: bad)
    with pytest.raises(ValueError, match=r"^expected .*original.*got") as caught:
        audit(small(rng))
    assert "\n" not in str(caught.value)
    assert ("certified" in str(caught.value)) == (status == "UNCERTIFIED")


# --- which refit, and what it costs -----------------------------------------------------------


def test_the_refit_is_said_in_words(rng) -> None:
    problem = small(rng)
    with_ones = np.column_stack([problem.features, np.ones(60)])
    cases = [
        ({}, "with the same ridge 0.05 per sample mean, every column penalised"),
        (dict(normalisation="sum"), "as scikit-learn with C=20, every column penalised"),
        (dict(normalisation="sum", unpenalised=(3,)), "as scikit-learn with C=20, intercept unp"),
        (dict(unpenalised=(0, 3)), "0.05 per sample mean, column 0 and intercept unpenalised"),
        (
            dict(unpenalised=(1,), feature_names=("a", "b", "c", "d")),
            "per sample mean, b unpenalised",
        ),
        (dict(normalisation="sum", loss="exponential"), "ridge 0.05 on the sum of the losses"),
    ]
    for options, words in cases:
        other = UnlearningProblem(
            with_ones, problem.labels, problem.forget, **(dict(ridge=0.05) | options)
        )
        found = audit(other, ("da",), steps=20)
        assert found.refit.startswith("a refit on the retained rows ") and words in found.refit
        assert f"Compared with {found.refit}." in found.sentence()


def test_cost_in_units_of_retraining(rng) -> None:
    """Passes of the steps over the passes of the solver, from the original and over R alone."""
    problem = small(rng)
    found = audit(problem, ("da", "ga"), steps=200)
    original = minimise(problem.original())
    retraining = minimise(problem.oracle(), original.w).passes * 52 / 60
    da, ga = found.outcomes
    assert da.cost == pytest.approx(da.trajectory.steps[-1] / retraining)
    assert ga.cost == pytest.approx(ga.trajectory.steps[-1] * 8 / 60 / retraining)
    hessian = 1 + 3 / 25
    newton = 52 / 60 * (1 + hessian) / retraining
    assert found.removal("newton").cost == pytest.approx(newton)
    assert found.removal("newton-3").cost == pytest.approx(3 * newton)
    assert found.removal("influence").cost == pytest.approx((52 / 60 + hessian) / retraining)


def test_retraining_in_disguise_is_said_whatever_its_name(rng) -> None:
    """The last objective decides: its rows in another order and times a factor are the same."""

    def shuffled(problem: UnlearningProblem, _: object) -> tuple[Phase, ...]:
        oracle = problem.oracle()
        order = np.random.default_rng(1).permutation(60)
        again = replace(
            oracle,
            signed_features=oracle.signed_features[order],
            coefficients=3.0 * oracle.coefficients[order],
            ridge=3.0 * oracle.ridge,
        )
        return (Phase((problem.forget_ascent(),), 0.01), Phase((again,)))

    def other_ridge(problem: UnlearningProblem, _: object) -> tuple[Phase, ...]:
        oracle = problem.oracle()
        return (Phase((oracle.with_coefficients(oracle.coefficients, 1.01 * problem.ridge),)),)

    def oracle_first(problem: UnlearningProblem, _: object) -> tuple[Phase, ...]:
        return (Phase((problem.oracle(),)), Phase((problem.descent_ascent(),)))

    methods = [
        Method("polish", shuffled),
        replace(neggrad_plus(1.0), name="all retain"),
        replace(ascent_then_finetune(), name="scrub"),
        Method("other ridge", other_ridge),
        Method("oracle first", oracle_first),
        replace(neggrad_plus(0.999), name="nearly"),
    ]
    found = audit(small(rng), methods, steps=4000)
    disguised = [o.method for o in found.outcomes if o.retraining]
    assert disguised == ["polish", "all retain", "scrub"]
    for outcome in found.outcomes:
        words = "that is retraining by gradient descent, at "
        assert (words in describe(outcome)) == outcome.retraining
        if outcome.retraining:
            assert outcome.verdict == "HELPED" and outcome.limit_ratio == 0.0


# --- methods of one's own ---------------------------------------------------------------------


def test_names_and_methods_mixed(rng) -> None:
    mine = Method("<mine>", simultaneous().phases)
    found = audit(small(rng), ["ga", mine, "ga", replace(neggrad_plus(0.8), name="mild")], steps=50)
    assert [o.method for o in found.outcomes] == ["ga", "<mine>", "mild"]
    assert describe(found.outcomes[1]).startswith("<mine> ")


@pytest.mark.parametrize(
    ("methods", "message"),
    [
        ("da", r"expected a sequence of methods, got 'da' alone"),
        (simultaneous(), r"expected a sequence of methods, got Method"),
        (["da", simultaneous()], "expected methods of different names, got 'da' 2 times"),
        ([None], "expected names or Method objects, got a NoneType"),
        ([len], "expected names or Method objects, got a builtin"),
    ],
)
def test_methods_that_are_none(rng, methods, message) -> None:
    with pytest.raises(ValueError, match=message):
        audit(small(rng), methods)


# --- it shows itself --------------------------------------------------------------------------


def test_results_show_themselves_in_a_line(rng) -> None:
    found = audit(small(rng), tuple(METHODS), steps=50)
    shown = [
        found, found.outcomes[0], found.outcomes[0].ratios, found.outcomes[0].limit,
        found.dependence, found.original, found.outcomes[0].trajectory,
        classify(found.problem.oracle(), found.oracle.w), follow(found.problem),
        distance_bounds(found.problem, found.original.w),
    ]  # fmt: skip
    for result in shown:
        text = repr(result)
        assert text.startswith(type(result).__name__) and "\n" not in text
        assert 10 < len(text) < 200, text
    assert repr(shown[2]).count("=") == 5 and "HARMED" in repr(found)
    assert f"{found.distance_original:.4g}" in repr(found)
    many = distances_to_oracle(found.problem, np.zeros((4, 3)), found.oracle.w)
    assert repr(many) == "Distances of 4 models"
