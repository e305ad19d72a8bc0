"""The line "what to do": its rule, on made-up outcomes and on real ones."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from logreg_unlearn.assess.advice import Advice, cheapest_certified
from logreg_unlearn.assess.audit import Audit, audit
from logreg_unlearn.assess.effect import Effect
from logreg_unlearn.assess.membership import Evaluation, Reading
from logreg_unlearn.assess.removals import RemovalOutcome
from logreg_unlearn.data.synthetic import duplicated
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.unlearn.ascent import ascent_then_finetune
from logreg_unlearn.unlearn.driver import Method, Phase

READ = Evaluation(Reading(1.0, 1.0), Reading(1.0, 1.0), 0.0, 0.0, 0)


def removal(name: str, cost: float, share: float) -> RemovalOutcome:
    effect = Effect(np.zeros(2), 0.0, READ, 0.0003001 * share / 0.001, share, 0.00201)
    return RemovalOutcome(name, share, cost, effect)


def test_the_cheapest_within_the_tolerance_is_chosen() -> None:
    offered = [removal("dear", 0.7, 1e-6), removal("cheap", 0.5, 0.009), removal("bad", 0.1, 0.011)]
    assert cheapest_certified(offered, 0.01) is offered[1]
    assert cheapest_certified(offered, 0.02) is offered[2]
    assert cheapest_certified(offered, 0.001) is offered[0]
    assert cheapest_certified(offered, 1e-7) is None


def test_of_equal_costs_the_closest_is_chosen_and_failures_never() -> None:
    failed = RemovalOutcome("failed", np.nan, np.nan, None, "expected ..., got ...")
    offered = [failed, removal("one", 0.5, 0.005), removal("two", 0.5, 0.001)]
    assert cheapest_certified(offered, 0.01) is offered[2]
    assert cheapest_certified([failed], 0.01) is None


def test_what_costs_as_much_as_retraining_is_retraining() -> None:
    assert removal("x", 1.0, 0.0).retraining and not removal("x", 0.999, 0.0).retraining
    assert cheapest_certified([removal("x", 1.0, 0.0)], 0.01) is None


def advice(**options: object) -> Advice:
    arguments = dict(
        seconds=0.00123, budget=60.0, tolerance=0.01, epsilon=1.0, delta=1e-5,
        instead=removal("newton-2", 0.6, 0.001),
    ) | options  # fmt: skip
    return Advice(**arguments)


def test_the_line_in_every_case() -> None:
    assert advice().sentence() == (
        "retrain: 1 ms; else two Newton steps, certified within 0.00031 of the oracle, "
        "noise 0.0021 for (1, 1e-05)"
    )
    assert advice().method == "retrain" and advice().cheap
    slow = advice(seconds=75.0)
    assert slow.method == "newton-2" and slow.sentence() == (
        "two Newton steps, certified within 0.00031 of the oracle, noise 0.0021 for (1, 1e-05): "
        "0.6x the cost of retraining, which takes 75 s"
    )
    alone = advice(seconds=75.0, instead=None)
    assert alone.method == "retrain" and alone.sentence() == (
        "retrain: 75 s; no cheaper method is certified to leave at most 1 % of the distance"
    )
    assert advice(nothing=True).method == "keep"
    assert advice(nothing=True).sentence().startswith("nothing: the model in use is the retrained")
    assert advice(seconds=60.0).cheap and not advice(seconds=60.01).cheap


def problem(rng: np.random.Generator, ridge: float = 0.05) -> UnlearningProblem:
    features = np.column_stack([rng.normal(size=(300, 3)), np.ones(300)])
    labels = np.where(features[:, 0] + rng.normal(size=300) > 0, 1.0, -1.0)
    return UnlearningProblem(features, labels, np.arange(300) < 20, ridge=ridge)


def test_the_line_of_an_audit_keeps_what_it_promises(rng) -> None:
    found = audit(problem(rng, ridge=1e-3), ("da", "ascent-finetune"), steps=3000)
    assert found.advice.seconds > 0.0 and found.advice.method == "retrain"
    instead = found.advice.instead
    assert re.match(
        r"retrain: [\d.]+ m?s; else .+, certified within .+ of the oracle, noise .+ for \(1, 1e-05",
        found.advice.sentence(),
    )
    assert np.linalg.norm(instead.effect.w - found.oracle.w) <= instead.effect.certified
    assert instead.effect.certified_share <= 0.01 and instead.ratio <= 0.01
    said = re.search(r"certified within (\S+) of", found.advice.sentence())
    assert float(said[1]) >= instead.effect.certified  # rounded upwards
    slow = audit(found.problem, ("da",), steps=10, budget=0.0)
    assert slow.advice.method == slow.advice.instead.method != "retrain"


def test_retraining_in_disguise_is_never_recommended(rng) -> None:
    """It ends at the oracle, certified, and here it costs less than retraining: no matter."""

    def phases(problem: UnlearningProblem, _: object) -> tuple[Phase, ...]:
        return (Phase((problem.oracle(),)),)

    quick = [Method("hidden", phases), replace(ascent_then_finetune(), name="polish")]
    found = audit(problem(rng, ridge=10.0), quick, steps=3, tolerance=0.5)
    for outcome in found.outcomes:
        assert outcome.retraining
    fit = replace(found.outcomes[0], cost=0.01)
    assert fit.effect.certified_share < 0.5
    assert cheapest_certified([fit], 0.5) is None
    assert cheapest_certified([replace(fit, retraining=False)], 0.5) is not None
    assert found.advice.instead not in found.outcomes


def test_nothing_is_to_be_done_where_nothing_is_to_unlearn() -> None:
    data = duplicated(n=80, d=3, forget_fraction=0.5)
    same = UnlearningProblem(data.features, data.labels, data.forget, ridge=0.1)
    found = audit(same, ("da",), steps=50)
    assert found.advice.nothing and found.advice.method == "keep"


# --- weights of one's own ---------------------------------------------------------------------


def test_everything_starts_from_the_weights_that_were_given(rng) -> None:
    asked = problem(rng)
    exact = audit(asked, ("da",), steps=20)
    weights = exact.original.w + np.array([0.3, -0.2, 0.1, 0.05])
    found = audit(asked, ("da",), steps=20, weights=weights)
    assert found.start.w.tolist() == weights.tolist() and found.start.radius == 0.0
    away = float(np.linalg.norm(weights - exact.original.w))
    assert found.distance_weights.lower <= away <= found.distance_weights.upper
    assert found.distance_weights.upper - found.distance_weights.lower < 1e-6
    apart = np.linalg.norm(weights - found.oracle.w)
    assert found.distance_original == pytest.approx(apart, rel=1e-12)
    run = found.outcomes[0].trajectory
    assert run.w[0].tolist() == weights.tolist()
    for removed in found.removals:
        left = np.linalg.norm(removed.effect.w - found.oracle.w) / apart
        assert removed.ratio == pytest.approx(left, rel=1e-9)
    step = weights - found.removal("newton").effect.w
    hessian = asked.oracle().hessian(weights)
    assert hessian @ step == pytest.approx(asked.oracle().gradient(weights), rel=1e-9)
    assert exact.distance_weights is None and exact.weights is None


def test_a_step_that_lands_far_out_is_measured_there(rng) -> None:
    """Squares of its distance overflow: it is no oracle left, and nothing warns."""
    asked = replace(problem(rng), unpenalised=(3,))
    weights = np.array([0.0, 0.0, 0.0, 365.0])
    found = audit(asked, ("da",), steps=2, weights=weights)
    newton = found.removal("newton")
    far = np.abs(newton.effect.w).max()
    assert far > 1e155  # or the start is not far enough out to test anything
    assert newton.ratio * found.distance_original == pytest.approx(far, rel=1e-9)
    assert "one Newton step ends " in found.sentence()


def test_a_fitted_model_is_audited_from_its_own_weights(rng) -> None:
    from sklearn.linear_model import LogisticRegression

    asked = problem(rng)
    with np.errstate(all="ignore"):
        model = LogisticRegression(C=0.5, tol=0.2).fit(asked.features[:, :3], asked.labels)
    fitted = UnlearningProblem.from_sklearn(
        model, asked.features[:, :3], asked.labels, asked.forget
    )
    found = audit(fitted, ("da",), steps=20, weights=fitted.fitted_weights)
    assert found.start.w.tolist() == [*model.coef_[0], model.intercept_[0]]
    assert 0.1 < found.distance_weights.lower < 1.0


def test_weights_at_the_oracle_leave_nothing_to_do(rng) -> None:
    asked = problem(rng)
    oracle = audit(asked, ("da",), steps=20).oracle.w
    found: Audit = audit(asked, ("da",), steps=20, weights=oracle)
    assert found.coincide and found.advice.method == "keep"
    assert found.sentence().startswith("The model in use is the retrained optimum to six digits")
