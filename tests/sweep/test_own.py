"""A user's own data set and a user's own method in a sweep."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace

import numpy as np
import pytest

from logreg_unlearn.data.files import read_table
from logreg_unlearn.data.forget_sets import forget_set
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.sweep.case import Case, TableFile, find_method, fit_original, run_case
from logreg_unlearn.sweep.datasets import load
from logreg_unlearn.sweep.export import csv_text, manifest
from logreg_unlearn.sweep.grid import Grid
from logreg_unlearn.sweep.runner import run_cases

METHOD = """
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import Method

mine = Method("another name", simultaneous().phases)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with two tables of the same rows, one of which marks some, and a method."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 3))
    y = np.where(x[:, 0] + rng.standard_normal(60) > 0, "ill", "well")
    gone = np.arange(60) % 10 == 0
    lines = [
        ",".join([*map(repr, row.tolist()), label, str(int(mark))])
        for row, label, mark in zip(x, y, gone, strict=True)
    ]
    (tmp_path / "marked.csv").write_text("a,b,c,who,random\n" + "\n".join(lines) + "\n")
    plain = [line.rsplit(",", 1)[0] for line in lines]
    (tmp_path / "plain.csv").write_text("a,b,c,who\n" + "\n".join(plain) + "\n")
    name = f"own_method_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(METHOD)
    monkeypatch.chdir(tmp_path)
    return tmp_path, f"{name}:mine"


def own(*datasets, **changes) -> Grid:
    small = {"models": ("real",), "losses": ("logistic",), "real_ridges": (0.1,), "steps": 300}
    return Grid(datasets=datasets, **{**small, "seeds": 2, **changes})


def test_the_marks_of_a_file_are_its_forget_set(folder) -> None:
    table = TableFile("marked.csv", "who", "random")
    (case,) = own(table).cases(0)  # one set of rows, whatever the kinds and the seeds
    row = run_case(case)
    data = read_table("marked.csv", "who", "random")
    problem = UnlearningProblem(data.features, data.labels, data.forget, ridge=0.1)
    original = minimise(problem.original()).w
    apart = original - minimise(problem.oracle(), original).w
    assert (row.dataset, row.forget_kind) == ("marked", "column random")
    assert row.forget_fraction == 0.1
    assert row.distance_original == pytest.approx(np.linalg.norm(apart), rel=1e-9)


def test_a_kind_chooses_the_rows_of_a_file_that_marks_none(folder) -> None:
    table = TableFile("plain.csv", "who")
    cases = own(table, kinds=("random", "hardest"), real_fractions=(0.1, 0.2)).cases(3)
    found = [(c.forget_kind, c.forget_fraction, c.seed) for c in cases]
    assert found == [
        (kind, fraction, seed)
        for fraction in (0.1, 0.2)
        for kind, seeds in (("random", (3, 4)), ("hardest", (3,)))
        for seed in seeds
    ]
    data = read_table("plain.csv", "who")
    mask = forget_set(
        "hardest", data.features, data.labels, fraction=0.1,
        model=fit_original(data, 0.1, "logistic"),
    )  # fmt: skip
    problem = UnlearningProblem(data.features, data.labels, mask, ridge=0.1)
    apart = minimise(problem.original()).w - minimise(problem.oracle()).w
    row = run_case(cases[2])
    assert row.distance_original == pytest.approx(np.linalg.norm(apart), rel=1e-9)


def test_a_column_called_forget_is_used_unless_it_is_dropped(folder) -> None:
    path = folder[0] / "marked.csv"
    path.write_text(path.read_text().replace("who,random", "who,forget"))
    (case,) = own(TableFile("marked.csv", "who")).cases(0)
    assert case.forget_kind == "column forget" and run_case(case).forget_fraction == 0.1
    dropped = TableFile("marked.csv", "who", drop=("forget",))
    (case,) = own(dropped, kinds=("hardest",), real_fractions=(0.2,)).cases(0)
    assert case.forget_kind == "hardest" and run_case(case).forget_fraction == 0.2
    assert load(dropped).feature_names == ("a", "b", "c", "intercept")


def test_a_table_is_read_as_it_is_told(folder) -> None:
    marked = (folder[0] / "marked.csv").read_text()
    (folder[0] / "other.csv").write_text(marked.replace(",", ";").replace(".", ","))
    other = TableFile("other.csv", "who", "random", sep=";", decimal=",", standardise=False)
    plain = TableFile("marked.csv", "who", "random", standardise=False)
    scaled = TableFile("marked.csv", "who", "random")
    assert np.array_equal(load(other).features, load(plain).features)
    assert np.abs(load(plain).features - load(scaled).features).max() > 0.01


def test_a_case_is_an_address_that_any_worker_can_follow(folder, monkeypatch) -> None:
    grid = own(TableFile("marked.csv", "who", "random"), "wine_0v1", kinds=("random",))
    grid = replace(grid, methods=("da", folder[1]))
    cases = grid.cases(0)
    assert len(cases) == 2 * (1 + 2) and len(pickle.dumps(cases)) < 5_000
    monkeypatch.chdir("/")  # the address does not depend on where the program stands
    text = csv_text(run_cases(cases))
    with ProcessPoolExecutor(2) as executor:
        assert csv_text(run_cases(cases, executor)) == text
    written = json.loads(manifest(0, [], asdict(grid)))
    assert written["grid"]["datasets"][0]["path"] == str(folder[0] / "marked.csv")


def test_an_own_method_runs_under_its_address(folder) -> None:
    grid = replace(own(TableFile("marked.csv", "who", "random")), methods=("da", folder[1]))
    ours, theirs = run_cases(grid.cases(0))
    assert (ours.method, theirs.method) == ("da", folder[1])
    assert replace(theirs, method="da") == ours  # it is descent-ascent under another name
    assert find_method("da").name == "da"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"methods": ("nope",)}, "expected a method among .*, got 'nope'"),
        ({"methods": ("json:dumps",)}, "expected a Method at 'json:dumps', got a function"),
        ({"datasets": ("nope",)}, "expected a data set among .*, got 'nope'"),
        ({"kinds": ("nope",)}, "expected kinds among random, .*, got 'nope'"),
        ({"losses": ("nope",)}, "expected losses among .*, got 'nope'"),
        ({"models": ("nope",)}, "expected models among blocks, .*, got 'nope'"),
    ],
)
def test_what_does_not_exist_is_refused_before_anything_runs(folder, changes, message) -> None:
    with pytest.raises(ValueError, match=message):
        replace(own("wine_0v1"), **changes).cases(0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("absent.csv", "who"), "expected a readable .*file, got .*absent"),
        (("plain.csv", "label"), "'label'"),
        (("plain.csv", "who", "gone"), "'gone'"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_before_anything_runs(
    folder, arguments, message
) -> None:
    with pytest.raises(ValueError, match=message):
        own(TableFile(*arguments)).cases(0)


def test_two_data_sets_of_one_name_are_refused(folder) -> None:
    (folder[0] / "other").mkdir()
    other = folder[0] / "other" / "plain.csv"
    other.write_text((folder[0] / "plain.csv").read_text())
    here = TableFile("plain.csv", "who")
    with pytest.raises(ValueError, match=r"data sets of different names, got .*both 'plain'"):
        own(here, TableFile(str(other), "who")).cases(0)
    assert own(here, TableFile("plain.csv", "who", drop=("a",))).cases(0)


def test_a_case_of_a_file_needs_no_grid(folder) -> None:
    table = TableFile("marked.csv", "who", "random")
    case = Case("real", table, "logistic", "column random", np.nan, 0.1, 0, "da", 50)
    assert run_case(case).dataset == "marked"
    with pytest.raises(ValueError, match=r"kind of forget set among .*, got 'column other'"):
        run_case(replace(case, forget_kind="column other"))
