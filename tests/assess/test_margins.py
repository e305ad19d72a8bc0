"""Margins of any number of classes: against exact arithmetic, the loss, and the binary problem."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from logreg_unlearn.assess.margins import log_odds, margins
from logreg_unlearn.assess.membership import evaluate_model, likelihood_ratio_attack
from logreg_unlearn.problem.losses import LOGISTIC
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise


def three(rng: np.random.Generator, n: int = 60) -> SoftmaxProblem:
    x = rng.normal(size=(n, 3))
    names = np.array(["low", "middle", "top"])
    y = names[(x @ rng.normal(size=(3, 3)) + rng.gumbel(size=(n, 3))).argmax(axis=1)]
    return SoftmaxProblem(
        x, y, np.arange(n) < 15, ridge=0.1, offset=rng.normal(size=(n, 3)),
        label_values=tuple(names.tolist()),
    )  # fmt: skip


@pytest.mark.parametrize("size", [1e-9, 1.0, 40.0, 1e4])
def test_they_are_the_log_odds_of_the_label(rng: np.random.Generator, size: float) -> None:
    logits = size * rng.normal(size=(4, 30))
    classes = rng.integers(0, 4, 30)
    found = log_odds(logits, classes)
    with mp.workdps(40):
        for k, y in enumerate(classes):
            u = [mp.mpf(float(v)) for v in logits[:, k]]
            rest = mp.log(mp.fsum(mp.exp(v) for j, v in enumerate(u) if j != y))
            assert found[k] == pytest.approx(float(u[int(y)] - rest), rel=1e-13, abs=1e-14)


def test_the_loss_is_the_logistic_loss_of_the_margin(rng: np.random.Generator) -> None:
    problem, w = three(rng), 3.0 * rng.normal(size=(2, 4, 9))
    found = margins(problem, w)
    assert found.shape == (2, 4, 60)
    for one, at in zip(found.reshape(-1, 60), w.reshape(-1, 9), strict=True):
        assert LOGISTIC.value(one) == pytest.approx(problem.original().losses(at), rel=1e-12)


def test_of_other_rows_and_labels(rng: np.random.Generator) -> None:
    problem, w = three(rng), rng.normal(size=(5, 9))
    rows, labels = problem.features[:20], problem.labels[:20]
    plain = SoftmaxProblem(
        rows, labels, np.arange(20) < 2, ridge=1.0, label_values=problem.label_values
    )
    assert np.allclose(margins(problem, w, (rows, labels)), margins(plain, w))
    signs = rng.choice([-1.0, 1.0], 20)
    binary = UnlearningProblem(rows, signs, np.arange(20) < 2, ridge=1.0)
    own = rng.normal(size=(5, 3))
    assert np.allclose(margins(binary, own, (rows, signs)), signs * (own @ rows.T))
    assert np.array_equal(margins(binary, own), margins(binary, own, (rows, signs)))
    with pytest.raises(ValueError, match="labels 'low', 'middle', 'top', got 'none'"):
        margins(problem, w, (rows, np.where(labels == "low", "none", labels)))


def test_a_diverged_model_has_margins_that_are_no_number(rng: np.random.Generator) -> None:
    problem = three(rng)
    found = margins(problem, np.array([np.full(9, np.nan), np.full(9, np.inf), np.zeros(9)]))
    assert np.isnan(found[:2]).all() and np.isfinite(found[2]).all()


def test_margins_order_rows_whose_losses_underflow() -> None:
    """All losses are 0, and an attacker who reads logits tells the rows apart all the same."""
    x = np.array([[900.0], [800.0], [1.0], [-1.0]])
    problem = SoftmaxProblem(
        x, [0, 0, 1, 2], np.array([True, False, False, False]), ridge=1.0, label_values=(0, 1, 2)
    )
    w = np.array([1.0, -0.5, -0.5])
    assert problem.original().losses(w)[:2].tolist() == [0.0, 0.0]
    read = evaluate_model(problem, w, minimise(problem.oracle()).w, (x[1:2], np.array([0])))
    assert read.loss_auc is not None and read.loss_auc.value == 1.0


def test_two_classes_are_attacked_as_the_binary_problem(rng: np.random.Generator) -> None:
    x, y = rng.normal(size=(40, 3)), rng.choice([-1.0, 1.0], 40)
    binary = UnlearningProblem(x, y, np.arange(40) < 8, ridge=0.1)
    softmax = SoftmaxProblem(x, y, np.arange(40) < 8, ridge=0.2)
    models = [0.5 + rng.normal(size=(20, 3)), rng.normal(size=(30, 3))]
    doubled = [np.concatenate([-0.5 * w, 0.5 * w], axis=1) for w in models]
    theirs = likelihood_ratio_attack(*(margins(binary, w) for w in models))
    ours = likelihood_ratio_attack(*(margins(softmax, w) for w in doubled))
    assert ours.value == pytest.approx(theirs.value, abs=1e-9)
    assert ours.oracle == pytest.approx(theirs.oracle, abs=1e-9)


def test_an_attack_tells_models_of_classes_apart_as_far_as_they_differ(
    rng: np.random.Generator,
) -> None:
    problem, w = three(rng), rng.normal(size=9)
    reference = margins(problem, w + 0.1 * rng.normal(size=(40, 9)))
    same = margins(problem, w + 0.1 * rng.normal(size=(40, 9)))
    other = margins(problem, -w + 0.1 * rng.normal(size=(40, 9)))
    assert abs(likelihood_ratio_attack(same, reference).excess) < 0.1
    assert likelihood_ratio_attack(other, reference).value > 0.9
