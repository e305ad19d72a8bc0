"""What is left of a sweep: found, ordered by cost, done once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, chain
from pathlib import Path

import pytest

from logreg_unlearn.sweep.case import Case, run_case, run_part
from logreg_unlearn.sweep.cost import expected_seconds, rank
from logreg_unlearn.sweep.datasets import TableFile
from logreg_unlearn.sweep.grid import Grid
from logreg_unlearn.sweep.opening import writing
from logreg_unlearn.sweep.origin import check_origin, key, origin
from logreg_unlearn.sweep.resume import Work
from logreg_unlearn.sweep.runner import Failure, Task, groups, run_cases, run_group
from tests.sweep_cases import SMALL, block

GRID = replace(SMALL, models=("gaussian", "blocks"), seeds=9, steps=30)
GROUP = 16


@pytest.fixture(autouse=True)
def small_groups(monkeypatch):
    monkeypatch.setattr("logreg_unlearn.sweep.case.GROUP", GROUP)


@pytest.fixture
def store(tmp_path):
    with writing(tmp_path, make=True) as made:
        made.begin(GRID, 2, origin(GRID), [])
        yield made


def test_groups_are_the_grid_in_order_whatever_is_left() -> None:
    cases = GRID.cases(2)
    parts = list(groups(iter(cases)))
    assert list(chain.from_iterable(task.cases for task in parts)) == cases
    sizes = [len(task.cases) for task in parts]
    assert sizes == [16, 2, 16, 2, 3, 3]  # gaussian and blocks, each with two losses
    assert [task.place for task in parts] == [0, *accumulate(sizes[:-1])]
    assert list(groups([])) == []


def test_all_that_is_left_is_done_once_and_what_is_stored_is_not(store, monkeypatch) -> None:
    ran: list[int] = []

    def counted(cases: Sequence[Case]):
        ran.append(len(cases))
        if len(ran) == 2:
            raise KeyboardInterrupt
        return run_part(cases)

    monkeypatch.setattr("logreg_unlearn.sweep.runner.run_part", counted)
    with pytest.raises(KeyboardInterrupt):
        Work(store).do(None, lambda count: None)
    first = store.count()[0]
    assert first == GROUP
    seen: list[int] = []
    work = Work(store)
    assert work.cells == GRID.size() - first and work.tasks == 5
    work.do(None, seen.append)
    assert sum(seen) == work.cells
    assert sum(ran) == GRID.size() + ran[1]  # the group that was interrupted, again and whole
    assert list(store.rows()) == run_cases(GRID.cases(2))
    assert (Work(store).tasks, Work(store).cells) == (0, 0)


def test_failures_are_kept_and_run_again_on_demand_alone(store, monkeypatch) -> None:
    def fails(case: Case):
        if case.model == "gaussian" and case.seed == 5:
            raise ZeroDivisionError("a\nb")
        return run_case(case)

    with monkeypatch.context() as patch:
        patch.setattr("logreg_unlearn.sweep.runner.run_part", lambda cases: list(map(fails, cases)))
        patch.setattr("logreg_unlearn.sweep.runner.run_case", fails)
        Work(store).do(None, lambda count: None)
    failed = store.count()[1]
    assert failed == 2 * 2 and store.count()[0] == GRID.size()
    assert {message for _, message in store.failures()} == {"ZeroDivisionError: a b"}
    assert Work(store).tasks == 0
    again, hit = Work(store, retry=True), [t for t in groups(GRID.cases(2)) if any_fails(t)]
    assert again.tasks == len(hit) and again.cells == sum(len(task.cases) for task in hit)
    again.do(None, lambda count: None)
    assert store.count() == (GRID.size(), 0)
    assert [row.verdict for row in store.rows()] == [
        row.verdict for row in run_cases(GRID.cases(2))
    ]


def any_fails(task: Task) -> bool:
    return any(case.model == "gaussian" and case.seed == 5 for case in task.cases)


def test_a_group_with_a_cell_missing_or_of_another_key_is_left(store) -> None:
    Work(store).do(None, lambda count: None)
    store._connection.execute("DELETE FROM cell WHERE place = ?", (GROUP + 1,))
    store._connection.execute("UPDATE cell SET key = 'x' WHERE place = 0")
    assert (Work(store).tasks, Work(store).cells) == (2, GROUP + 2)


def test_the_longest_are_sent_first(store) -> None:
    work = Work(store)
    costs = [rank(task.cases) for task in work._longest_first()]
    assert costs == sorted(costs, reverse=True) and len(set(costs)) > 1
    assert sorted(task.place for task in work._longest_first()) == [
        task.place for task in groups(GRID.cases(2))
    ]


def test_expected_costs_follow_steps_and_sizes() -> None:
    real = next(c for c in replace(SMALL, models=("real",)).cases(0) if c.loss == "logistic")
    assert expected_seconds(block(0.5, 0.001, 0.5)) > 2 * expected_seconds(block(0.5, 10.0, 0.5))
    assert expected_seconds(replace(real, steps=10**6, ridge=1e-3)) > expected_seconds(real)
    assert expected_seconds(real) > expected_seconds(block(0.5, 10.0, 0.5))
    assert 1 <= rank([block(0.5, 1e-300, 0.5, steps=2**62)] * 16) <= 255
    assert rank([block(0.5, 1.0, 0.5)] * 2) == rank([block(0.5, 1.0, 0.5)]) + 1


# --- what the numbers come from ---------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 1}, {"steps": 3}, {"loss": "exponential"}, {"ridge": 0.2000000001},
        {"settings": {"lift": 0.51}}, {"method": "ga"}, {"dataset": TableFile("x.csv")},
    ],
)  # fmt: skip
def test_a_key_is_of_the_case_its_seed_and_the_code(changes) -> None:
    case, source = block(0.5, 0.2, 0.1), {"logreg-unlearn": "1"}
    assert key(case, source) == key(block(0.5, 0.2, 0.1), dict(source))
    assert key(replace(case, **changes), source) != key(case, source)
    assert key(case, {"logreg-unlearn": "2"}) != key(case, source)


def test_the_origin_names_code_packages_tables_and_methods(tmp_path, monkeypatch) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,y\n1,0\n2,1\n")
    (tmp_path / "own_origin.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    grid = Grid(datasets=("anes96", TableFile(str(table))), methods=("da", "own_origin:x"))
    found = origin(grid)
    names = ["logreg-unlearn", "numpy", "scipy", f"file {table}", "method own_origin:x"]
    assert list(found) == names
    check_origin(found)
    table.write_text("a,y\n1,0\n2,0\n")
    assert origin(grid)[f"file {table}"] != found[f"file {table}"]
    (tmp_path / "own_origin.py").write_text("x = 2\n")
    assert origin(grid)["method own_origin:x"] != found["method own_origin:x"]


def test_a_change_of_the_numerical_code_changes_the_origin(tmp_path, monkeypatch) -> None:
    read = Path.read_bytes
    here = origin(GRID)["logreg-unlearn"]

    def edited(name: str) -> str:
        monkeypatch.setattr(Path, "read_bytes", lambda p: read(p) + b"#" * (p.name == name))
        return origin(GRID)["logreg-unlearn"]

    assert edited("newton.py") != here and edited("case.py") != here
    assert edited("panels.py") == here


def test_a_sweep_goes_on_with_its_own_code_alone(store) -> None:
    grid = GRID
    store.begin(grid, 2, origin(grid) | {"numpy": "1.0"}, [])
    with pytest.raises(
        ValueError, match=r"expected numpy as the sweep began with it \(1\.0\), got"
    ):
        Work(store)


def test_what_a_method_raises_is_a_failure_in_one_line() -> None:
    row, failure = run_group([block(0.5, 0.5, 0.2, steps=5), block(0.5, 0.5, 0.2, model="no\npe")])
    assert row == run_cases([block(0.5, 0.5, 0.2, steps=5)])[0]
    assert isinstance(failure, Failure) and failure.message.startswith("expected a model among")
