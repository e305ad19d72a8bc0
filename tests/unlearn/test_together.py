"""Runs together: every one ends as it does on its own."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn import layouts
from logreg_unlearn.unlearn.ascent import METHODS, get_method
from logreg_unlearn.unlearn.driver import Method, Status, Trajectory, run
from logreg_unlearn.unlearn.together import run_together

LOSSES = ("logistic", "exponential")


def of_one_data_set(count: int, n: int = 40, d: int = 3, **options: Any) -> list[UnlearningProblem]:
    """Problems of different forget sets in the same rows."""
    rng = np.random.default_rng(3)
    features = rng.standard_normal((n, d)) + 0.5
    labels = np.where(rng.random(n) < 0.6, 1.0, -1.0)
    masks = [rng.permutation(n) < size for size in 2 + np.arange(count) % (n // 2)]
    first = UnlearningProblem(features, labels, masks[0], **(dict(ridge=0.05) | options))
    return [first, *(first.forgetting(mask) for mask in masks[1:])]


def of_their_own(count: int, n: int, d: int, **options: Any) -> list[UnlearningProblem]:
    """Problems of different data."""
    made = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        labels = np.where(rng.random(n) < 0.7, 1.0, -1.0)
        ridge = float(rng.uniform(0.02, 1.0))
        features = rng.standard_normal((n, d)) + 0.5
        forget = np.arange(n) < max(1, n // 4)
        made.append(UnlearningProblem(features, labels, forget, **(dict(ridge=ridge) | options)))
    return made


def check_equal(found: Trajectory, alone: Trajectory) -> None:
    assert found.method == alone.method and found.status is alone.status
    np.testing.assert_array_equal(found.steps, alone.steps)
    assert found.step_size == alone.step_size and found.passes == alone.passes
    assert np.isfinite(found.w).all()
    # far out, or thrown to and fro before it leaves, a run grows its rounding
    near = (np.abs(alone.w).max(axis=1) < 50.0) & (
        (np.arange(len(alone.w)) < 8) | (not alone.diverged)
    )
    assert near[:2].all()
    for name in ("w", "distance", "loss_retain", "loss_forget"):
        mine, theirs = getattr(found, name)[near], getattr(alone, name)[near]
        np.testing.assert_allclose(mine, theirs, rtol=1e-7, atol=1e-11)
    norms = alone.gradient_norm[near]
    np.testing.assert_array_equal(np.isfinite(norms), np.isfinite(found.gradient_norm[near]))
    finite = np.isfinite(norms)
    np.testing.assert_allclose(
        found.gradient_norm[near][finite], norms[finite], rtol=1e-7, atol=1e-11
    )


def compare(method: Method, problems: list[UnlearningProblem], **options: Any) -> Counter[Status]:
    oracles = [minimise(problem.oracle()) for problem in problems]
    starts: list[Array | None] = [minimise(problem.original()).w for problem in problems]
    seeds = list(range(len(problems)))
    found = run_together(method, problems, starts, oracles=oracles, seeds=seeds, **options)
    for k, problem in enumerate(problems):
        alone = run(method, problem, starts[k], oracle=oracles[k], seed=k, **options)
        check_equal(found[k], alone)
    return Counter(each.status for each in found)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_method_together_is_the_method_alone(name: str, loss: str) -> None:
    compare(get_method(name), of_one_data_set(5, loss=loss), steps=60)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", ["da", "calibrated", "ascent-finetune"])
@pytest.mark.parametrize("shape", [(6, 2), (9, 5), (40, 3)])
def test_every_layout_goes_the_same_way(shape: tuple[int, int], name: str, loss: str) -> None:
    n, d = shape
    assert (n * d <= layouts._COLUMNS) == (shape == (6, 2))
    problems = of_their_own(6, n, d, loss=loss, offset=np.linspace(-0.5, 0.5, n))
    # short: longer steps throw the exponential ascent to and fro, and rounding with it
    compare(get_method(name), problems, steps=80, step_size=0.01)


def test_runs_that_end_drop_out_whatever_their_end() -> None:
    problems = of_one_data_set(30, ridge=5.0, loss="exponential")
    ends = compare(get_method("da"), problems, steps=100)
    assert set(ends) == set(Status), ends
    some = of_their_own(12, 20, 3)
    assert len(compare(get_method("da"), some, steps=300)) > 1


def test_chunks_and_row_blocks_do_not_change_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "ENTRIES", 100)
    monkeypatch.setattr(layouts, "_PRODUCT", 7)
    compare(get_method("da"), of_one_data_set(20, n=90), steps=100)
    compare(get_method("calibrated"), of_one_data_set(9, n=90, loss="exponential"), steps=100)
    compare(get_method("da"), of_their_own(5, 40, 3), steps=100)


def test_weights_free_columns_and_the_sum_convention() -> None:
    options = dict(
        weights=np.linspace(0.5, 2.0, 40), unpenalised=(2,), normalisation="sum",
        offset=np.linspace(-1.0, 1.0, 40), ridge=2.0,
    )  # fmt: skip
    compare(get_method("da"), of_one_data_set(6, **options), steps=200)


def test_a_step_too_long_diverges_together() -> None:
    problems = of_one_data_set(4, ridge=1.0)
    ends = compare(get_method("da"), problems, steps=500, step_size=2.5)
    assert ends == {Status.DIVERGED: 4}


def test_defaults_are_those_of_a_run() -> None:
    problems = of_one_data_set(3)
    for found, problem in zip(
        run_together(get_method("da"), problems, steps=50), problems, strict=True
    ):
        alone = run(get_method("da"), problem, steps=50)
        np.testing.assert_allclose(found.w, alone.w, rtol=1e-7, atol=1e-9)
        assert found.status is alone.status


def test_problems_of_different_shapes_go_one_by_one() -> None:
    mixed = [*of_their_own(2, 12, 2), *of_their_own(2, 9, 3)]
    compare(get_method("da"), mixed, steps=30)
    assert run_together(get_method("da"), []) == []


def test_an_absent_sample_is_absent_where_its_loss_overflows() -> None:
    # the forgotten row's exponential overflows at the start; the oracle's objective has none of it
    features = np.array([[1.0, 0.0], [0.0, 1.0], [1e4, 0.0]])
    first = UnlearningProblem(
        features, np.ones(3), np.array([False, False, True]), ridge=0.5, loss="exponential"
    )
    other = first.forgetting(np.array([False, True, True]))
    start = np.array([-0.5, -0.5])
    for problems in ([first, other], of_their_own(1, 3, 2, loss="exponential") * 2):
        found = run_together(get_method("calibrated"), problems, [start, start], steps=40)
        for each, problem in zip(found, problems, strict=True):
            check_equal(each, run(get_method("calibrated"), problem, start, steps=40))
            assert not each.diverged


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(starts=[None]), "expected 2 starts, one a problem, got 1"),
        (dict(oracles=[]), "expected 2 oracles, one a problem, got 0"),
        (dict(seeds=[1, 2, 3]), "expected 2 seeds, one a problem, got 3"),
        (dict(steps=0), "expected steps >= 1, got 0"),
        (dict(step_size=-1.0), "expected a step size > 0"),
    ],
)
def test_bad_input(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run_together(get_method("da"), of_one_data_set(2), **options)
