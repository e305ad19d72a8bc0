"""Sweeps of data of three classes or more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logreg_unlearn.data.forget_sets import KINDS, WHOLE, forget_set
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.sweep import panels
from logreg_unlearn.sweep.case import OF_CLASSES, Case, build_problem, kinds, run_case, run_part
from logreg_unlearn.sweep.cost import expected_seconds
from logreg_unlearn.sweep.datasets import fit_classes, load
from logreg_unlearn.sweep.grid import Grid
from logreg_unlearn.sweep.runner import run_cases
from logreg_unlearn.unlearn.ascent import get_method
from logreg_unlearn.unlearn.driver import run

REAL = Grid(models=("real",), datasets=("iris",), seeds=2, steps=60)


def case(kind: str, dataset: str = "iris", seed: int = 3, **changes) -> Case:
    return replace(
        Case("real", dataset, "logistic", kind, 0.1, 0.01, seed, "da", 60), **changes
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_of_classes_is_its_softmax_problem(kind) -> None:
    data, row = load("iris"), run_case(case(kind))
    model = fit_classes(data, 0.01)
    share = {} if kind in WHOLE else {"fraction": 0.1}
    mask = forget_set(kind, data.features, data.labels, seed=3, model=model, **share)
    problem, known = build_problem(case(kind))
    assert isinstance(problem, SoftmaxProblem) and known is None
    np.testing.assert_array_equal(problem.forget, mask)
    wrong = np.array(problem.labels) != data.given_labels
    np.testing.assert_array_equal(wrong, mask if kind == "mislabelled" else np.zeros(150, bool))
    w, oracle = minimise(problem.original()).w, minimise(problem.oracle())
    end = run(get_method("da"), problem, w, steps=60, oracle=oracle)
    assert row.distance_original == pytest.approx(np.linalg.norm(w - oracle.w), rel=1e-5)
    assert row.ratio_final == pytest.approx(end.distance[-1] / end.distance[0], rel=1e-5)
    assert row.forget_fraction == pytest.approx(mask.mean())
    assert (row.dataset, row.loss, row.forget_kind) == ("iris", "logistic", kind)


def test_the_model_that_the_kinds_look_at_is_the_original() -> None:
    data = load("iris")
    problem = SoftmaxProblem(data.features, data.given_labels, np.arange(150) < 5, ridge=0.3)
    assert fit_classes(data, 0.3).w == pytest.approx(minimise(problem.original()).w, abs=1e-7)


def test_cases_run_together_as_alone_whatever_their_labels() -> None:
    part = [case(kind) for kind in ("random", "mislabelled", "one_class", "mislabelled")]
    for one, row in zip(part, run_part(part), strict=True):
        alone = run_case(one)
        assert (row.forget_kind, row.verdict) == (alone.forget_kind, alone.verdict)
        assert row.ratio_final == pytest.approx(alone.ratio_final, rel=1e-9)
    both = [replace(one, dataset="breast_cancer") for one in part[:3]]
    for one, row in zip(both, run_part(both), strict=True):
        assert row.ratio_final == pytest.approx(run_case(one).ratio_final, rel=1e-9)


def test_forgetting_shares_the_data_and_is_the_problem_of_the_other_set() -> None:
    problem = build_problem(case("random"))[0]
    other = problem.forgetting(np.arange(150) < 7)
    assert other.shares_data(problem) and not other.shares_data(build_problem(case("random"))[0])
    fresh = replace(problem, forget=np.arange(150) < 7)
    w = np.random.default_rng(0).standard_normal(15)
    np.testing.assert_array_equal(other.oracle().gradient(w), fresh.oracle().gradient(w))
    assert (other.forget_fraction, problem.forget_fraction) == (7 / 150, 0.1)


def test_classes_have_the_logistic_loss_alone() -> None:
    assert {one.loss for one in REAL.cases(0)} == {"logistic"}
    assert REAL.size() == len(REAL.cases(0)) == 3 * 2 + 4
    mixed = replace(REAL, datasets=("breast_cancer", "iris", "wine"), kinds=KINDS)
    assert mixed.size() == len(mixed.cases(0)) == (2 + 1 + 1) * (4 * 2 + 6)
    two = replace(mixed, real_fractions=(0.1, 0.2))
    whole = [one for one in two.cases(0) if one.forget_kind == "whole_class"]
    assert two.size() == len(two.cases(0)) and len(whole) == 4
    with pytest.raises(ValueError, match="loss logistic for 'iris', which has 3 classes, got exp"):
        replace(mixed, losses=("exponential",)).stream(0)
    with pytest.raises(ValueError, match="logistic loss of 3 classes, got exponential"):
        build_problem(case("random", loss="exponential"))


def test_groups_of_classes_are_small_and_dear() -> None:
    grid = replace(REAL, datasets=("breast_cancer", "digits"), losses=("logistic",), seeds=10)
    groups = list(kinds(grid.cases(0)))
    assert [len(part) for part in groups] == [34, *[OF_CLASSES] * 4, 2]
    binary, digits = (expected_seconds(one[0]) for one in (groups[0], groups[1]))
    assert digits > 5 * binary


def test_a_data_set_without_a_loss_leaves_its_panel_empty() -> None:
    grid = replace(REAL, datasets=("iris_1v2", "iris", "wine"), kinds=("hardest",), steps=5)
    drawn = panels.real_data(run_cases(grid.cases(0)))
    assert [panel["title"] for panel in drawn] == [
        "iris_1v2\nlogistic loss", "iris\nlogistic loss", "wine\nlogistic loss",
        "iris_1v2\nexponential loss", "iris\nhas no exponential loss",
        "wine\nhas no exponential loss",
    ]  # fmt: skip
    assert [len(panel["final"][0]) for panel in drawn] == [1, 1, 1, 1, 0, 0]
