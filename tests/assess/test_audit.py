"""The audit of one problem: what is measured, and the sentence of every kind of outcome."""

from __future__ import annotations

import math

import numpy as np
import pytest

from logreg_unlearn.assess.audit import Audit, audit, describe
from logreg_unlearn.data.synthetic import duplicated, orthogonal_blocks
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import METHODS
from logreg_unlearn.unlearn.removal import newton_removal


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
    before = np.linalg.norm(original - oracle)
    assert found.resolved
    assert found.distance_original == pytest.approx(before, rel=1e-9)
    removed = np.linalg.norm(newton_removal(problem, original) - oracle)
    assert found.newton_ratio == pytest.approx(removed / before, rel=1e-6)
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


def test_every_method_can_be_asked_for(rng) -> None:
    found = audit(small(rng), tuple(METHODS), steps=200, seed=3)
    assert [o.method for o in found.outcomes] == list(METHODS)
    sentences = [describe(o) for o in found.outcomes]
    assert len({s.split(" ends ")[0].split(" diverges")[0] for s in sentences}) == len(METHODS)
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
    assert text.endswith(f"; one Newton step leaves {remains} of the original's distance.")
    assert 0.0 < found.newton_ratio < 0.1


def test_sentence_when_helped() -> None:
    found, text = sentence(block(0.1), "HELPED")
    remains = f"{100 * found.outcomes[0].ratio:.2g} % of the distance remains; one Newton"
    assert "ends closer to the retrained optimum than doing nothing" in text and remains in text


def test_sentence_when_diverged() -> None:
    found, text = sentence(block(4.0, "exponential", 0.1), "DIVERGED")
    assert text.startswith("Descent-ascent diverges; one Newton step")
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
    assert not found.resolved
    assert found.sentence().startswith("The original model is the retrained optimum to within")
    for outcome in found.outcomes:
        # no finite multiple of a distance that is rounding alone: as in the sweep
        if outcome.verdict == "UNCHANGED":
            assert outcome.ratio == 1.0
        else:
            assert outcome.ratio == math.inf
        assert outcome.best.ratio == 1.0
        words = describe(outcome)
        assert "inf" not in words and "e+" not in words


def test_a_certificate_that_says_nothing_is_not_taken_for_agreement(rng) -> None:
    features = rng.normal(size=(40, 2))
    labels = np.where(features[:, 0] > 0, 1.0, -1.0)
    problem = UnlearningProblem(features, labels, np.arange(40) < 4, ridge=1e-300)
    found = audit(problem, ("da",), steps=50)
    assert found.oracle.radius > 1e100 and found.distance_original > 0.1
    assert "is the retrained optimum" not in found.sentence()


def test_bad_arguments_are_refused(rng) -> None:
    with pytest.raises(ValueError, match="expected at least one method, got none"):
        audit(small(rng), ())
    with pytest.raises(ValueError, match=r"expected a method among .*, got 'nope'"):
        audit(small(rng), ("nope",))
    with pytest.raises(ValueError, match="expected steps >= 1, got 0"):
        audit(small(rng), ("da",), steps=0)


def test_a_problem_without_an_optimum_is_refused() -> None:
    features = np.array([[1.0], [2.0], [1.5], [1.2]])
    problem = UnlearningProblem(
        features, np.ones(4), np.arange(4) < 1, ridge=0.1, loss="exponential", unpenalised=(0,)
    )
    try:
        found = audit(problem, ("da",), steps=10)
    except ValueError as error:
        assert "\n" not in str(error) and "expected" in str(error)
    else:
        # an exponential tail meets the tolerance: then nothing may be claimed about the distance
        assert not math.isfinite(found.oracle.radius) and not found.resolved
