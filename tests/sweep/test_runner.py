"""A small sweep of every model: complete, reproducible, whoever runs it."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import pytest

from logreg_unlearn.sweep.case import GROUP, MODELS, Row, kinds, run_case
from logreg_unlearn.sweep.export import csv_text
from logreg_unlearn.sweep.grid import DRAWN_KINDS
from logreg_unlearn.sweep.runner import groups, run_cases
from logreg_unlearn.unlearn.driver import Status
from tests.sweep_cases import SMALL, block


@pytest.fixture(scope="module")
def small_rows() -> list[Row]:
    return run_cases(SMALL.cases(5))


def test_every_model_and_loss_has_a_row_for_each_case(small_rows) -> None:
    cases = SMALL.cases(5)
    assert len(small_rows) == len(cases)
    for case, row in zip(cases, small_rows, strict=True):
        for name in ("model", "dataset", "loss", "forget_kind", "ridge", "seed", "method"):
            assert getattr(case, name) == getattr(row, name)
        assert row.forget_fraction == pytest.approx(case.forget_fraction, rel=0.05)
        assert 1 <= row.steps <= 300 and row.step_size > 0.0
        assert row.status in Status.__members__
        assert -1.0 <= row.first_step_alignment <= 1.0
        assert row.ratio_best <= 1.0 and 0 <= row.best_step <= row.steps
        assert 0.0 <= row.oracle_radius < 1e-6
        assert (row.verdict == "DIVERGED") == (row.status == "DIVERGED")
    assert {row.model for row in small_rows} == set(MODELS)
    assert {row.loss for row in small_rows} == {"logistic", "exponential"}
    assert {"HELPED", "HARMED", "DIVERGED"} <= {row.verdict for row in small_rows}


def test_equal_seeds_give_equal_bytes_whoever_runs_them(small_rows) -> None:
    text = csv_text(small_rows)
    cases = SMALL.cases(5)
    seen: list[int] = []
    with ProcessPoolExecutor(2) as executor:
        assert csv_text(run_cases(cases, executor, seen.append)) == text
    assert sum(seen) == len(cases)


def test_another_seed_gives_other_rows_in_the_random_models_alone(small_rows) -> None:
    others = run_cases(SMALL.cases(6))
    for row, other in zip(small_rows, others, strict=True):
        # a row that is not drawn anew still runs beside others that are
        same = other.steps == row.steps and all(
            getattr(other, name) == pytest.approx(getattr(row, name), rel=1e-9, abs=1e-14)
            for name in ("distance_original", "distance_final", "first_step_alignment")
        )
        drawn = row.model == "gaussian" or row.forget_kind in DRAWN_KINDS
        assert same != drawn, (row.model, row.forget_kind)


def test_groups_cut_the_cases_where_their_kind_changes() -> None:
    cases = replace(SMALL, lifts=(0.5,) * 150, methods=("da", "ga")).cases(0)
    parts = list(kinds(iter(cases)))
    assert [case for part in parts for case in part] == cases
    alike = [{(c.model, c.loss, c.method) for c in part} for part in parts]
    assert all(len(kind) == 1 for kind in alike)
    data = [{(c.dataset, c.ridge) for c in part} for part in parts if part[0].model == "real"]
    assert data and all(len(each) == 1 for each in data)
    assert [len(part) for part in parts[:3]] == [GROUP, GROUP, 150 - 2 * GROUP]
    assert list(kinds([])) == [] and list(kinds(cases[:1])) == [tuple(cases[:1])]
    tasks = list(groups(cases))
    assert [task.cases for task in tasks] == parts
    assert [task.place for task in tasks[:3]] == [0, GROUP, 2 * GROUP]


def test_a_row_hardly_depends_on_its_group(small_rows) -> None:
    for case, row in zip(SMALL.cases(5), small_rows, strict=True):
        alone = run_case(case)
        for name in ("status", "verdict", "steps", "best_step", "oracle_radius", "step_size"):
            assert getattr(alone, name) == getattr(row, name)
        for name in ("distance_original", "distance_final", "first_step_alignment"):
            expected = getattr(alone, name)
            assert getattr(row, name) == pytest.approx(expected, rel=1e-9, abs=1e-14)


def test_progress_adds_up_and_a_failure_in_a_worker_is_raised() -> None:
    seen: list[int] = []
    grid = replace(SMALL, models=("blocks",), losses=("logistic",), lifts=(0.0, 0.2) * 40, steps=5)
    run_cases(grid.cases(0), None, seen.append)
    assert len(seen) > 1 and sum(seen) == 80
    with ThreadPoolExecutor(1) as executor, pytest.raises(ValueError, match="expected a model"):
        run_cases([block(0.5, 0.5, 0.2, model="nope")], executor)
    assert run_cases([]) == []
