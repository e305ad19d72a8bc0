"""A sweep over a table of one's own, with a method of one's own."""

from __future__ import annotations

import os

import pytest

from logreg_unlearn.cli.sweep import grid_of, parse
from logreg_unlearn.data.forget_sets import SWEPT
from logreg_unlearn.sweep.grid import Grid
from tests.cli.running import archive, refused, rows_in, strict, table

METHOD = """
from logreg_unlearn.unlearn.driver import Method, Phase

again = Method("again", lambda problem, generator: (Phase((problem.oracle(),)),))
"""
OWN = ("--dataset", "data.csv", "--label", "outcome", "--steps", 300, "--loss", "logistic")


@pytest.fixture
def method(tmp_path) -> str:
    """Return the address of a method that retrains; its module is named after the test."""
    name = f"own_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(METHOD)
    return f"{name}:again"


def written(folder):
    return rows_in(folder / "results" / "sweep_correlation")


def test_a_table_is_swept_alone_over_the_rows_that_it_marks(sweep, tmp_path) -> None:
    table(tmp_path)
    status, out, err = sweep(*OWN, "--forget", "to_forget")
    assert status == 0, err
    (row,) = written(tmp_path)
    assert (row["model"], row["dataset"], row["forget_kind"]) == (
        "real",
        "data",
        "column to_forget",
    )
    assert float(row["forget_fraction"]) == pytest.approx(7 / 60)
    assert "data: features: age, income, intercept" in out


def test_without_marks_the_kinds_choose_the_rows(sweep, tmp_path) -> None:
    table(tmp_path)
    assert sweep(*OWN, "--drop", "to_forget", "--seeds", 1)[0] == 0
    assert [row["forget_kind"] for row in written(tmp_path)] == list(SWEPT)
    assert sweep(*OWN, "--drop", "to_forget", "--forget", "hardest")[0] == 0
    assert [row["forget_kind"] for row in written(tmp_path)] == ["hardest"]


def test_a_kind_asked_for_wins_over_the_column_that_nobody_named(sweep, tmp_path) -> None:
    archive(tmp_path)
    assert sweep("--dataset", "data.npz", "--forget", "hardest", "--steps", 50)[0] == 0
    assert {row["forget_kind"] for row in written(tmp_path)} == {"hardest"}
    assert sweep("--dataset", "data.npz", "--steps", 50)[0] == 0
    assert {row["forget_kind"] for row in written(tmp_path)} == {"column forget"}


def test_a_column_named_like_a_kind_wins(sweep, tmp_path) -> None:
    table(tmp_path, random=["1", *["0"] * 59])
    assert sweep(*OWN, "--drop", "to_forget", "--forget", "random")[0] == 0
    assert [row["forget_kind"] for row in written(tmp_path)] == ["column random"]


def test_bundled_data_and_a_table_go_together(sweep, tmp_path) -> None:
    table(tmp_path)
    status, _, err = sweep(
        *OWN, "--forget", "to_forget", "--dataset", "wine_0v1", "--forget", "hardest"
    )
    assert status == 0, err
    found = {(row["dataset"], row["forget_kind"]) for row in written(tmp_path)}
    assert found == {("data", "column to_forget"), ("wine_0v1", "hardest")}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_method_of_ones_own_is_swept_in_this_process_and_in_workers(
    run, tmp_path, monkeypatch, method, workers
) -> None:
    monkeypatch.chdir(tmp_path)
    table(tmp_path)
    status, out, err = run(
        "sweep", *OWN, "--drop", "to_forget", "--seeds", 5, "--method", method, "--method", "da",
        "--workers", workers,
    )  # fmt: skip
    assert status == 0, err
    rows = written(tmp_path)
    own = [row for row in rows if row["method"] == method]
    assert len(rows) == 2 * len(own) > 16
    assert all(float(row["ratio_final"]) < 0.5 for row in own)
    assert f"real_{method.replace(':', '-')}.png" in out


def test_a_method_of_ones_own_is_audited(audit, tmp_path, method) -> None:
    table(tmp_path)
    status, out, err = audit(
        "data.csv", "--label", "outcome", "--forget", "to_forget", "--method", method, "--json"
    )
    assert (status, err) == (0, "")
    assert [outcome["method"] for outcome in strict(out)["methods"]] == ["again"]


def test_without_a_table_the_grid_is_the_default_one() -> None:
    assert grid_of(parse([])) == Grid()
    assert grid_of(parse(["--forget", "random"])).kinds == ("random",)
    assert grid_of(parse(["--dataset", "anes96"])).models == Grid().models


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--dataset", "okk"], ["'okk'", "file"]),
        (["--dataset", "anes"], ["'anes'", "did you mean anes96?"]),
        (["--dataset", "none.csv"], ["none.csv"]),
        (["--label", "outcome"], ["--label", "without one"]),
        (["--forget", "rndom"], ["'rndom'", "did you mean random?"]),
        ([*OWN, "--forget", "nope"], ["'nope'"]),
        ([*OWN, "--forget", "to_forget", "--forget", "age"], ["one column", "to_forget, age"]),
        ([*OWN, "--drop", "to_forget", "--forget", "age"], ["0/1", "'age'"]),
        (["--method", "dda"], ["did you mean da?"]),
        (["--method", "no_such:thing"], ["'no_such'"]),
    ],
    ids=lambda value: " ".join(map(str, value)),
)
def test_mistakes_are_answered_in_one_line(sweep, tmp_path, arguments, words) -> None:
    table(tmp_path)
    refused(sweep(*arguments), *words, shape=False)
    assert os.listdir(tmp_path) == ["data.csv"]


def test_any_file_name_gives_report_and_figure(sweep, audit, tmp_path) -> None:
    name = "a $x_b^$ %s [b]é.csv"
    table(tmp_path, name)
    assert audit(name, "--label", "outcome", "--forget", "to_forget", "--method", "da")[0] == 0
    assert sweep("--dataset", name, *OWN[2:], "--forget", "to_forget")[0] == 0
    assert written(tmp_path)[0]["dataset"] == name.removesuffix(".csv")


def test_classes_of_bundled_sets_and_tables_are_swept_and_drawn(sweep, tmp_path) -> None:
    rows = [f"{i % 7},{i * i % 11},{'abc'[i % 3]}" for i in range(40)]
    (tmp_path / "mine.csv").write_text("\n".join(["u,v,label", *rows]))
    status, out, err = sweep(
        "--model", "real", "--dataset", "iris", "--dataset", "iris_1v2", "--dataset", "mine.csv",
        "--label", "label", "--forget", "hardest", "--forget", "whole_class", "--steps", 50,
    )  # fmt: skip
    assert status == 0, err
    found = written(tmp_path)
    assert [(row["dataset"], row["loss"]) for row in found] == [
        *[("iris", "logistic")] * 2, *[("iris_1v2", "logistic")] * 2, *[("mine", "logistic")] * 2,
        *[("iris_1v2", "exponential")] * 2,
    ]  # fmt: skip
    assert float(found[1]["forget_fraction"]) == pytest.approx(1 / 3)
    assert "logistic loss, da" in out and "exponential loss, da" in out
    assert (tmp_path / "results" / "sweep_correlation" / "real.png").stat().st_size > 10_000
    # alone they have one table: nothing is said of a loss that they have no form of
    status, out, _ = sweep("--model", "real", "--dataset", "iris", "--seeds", 1, "--steps", 20)
    assert status == 0 and "exponential" not in out
    refused(
        sweep("--model", "real", "--dataset", "iris", "--loss", "exponential"), "loss logistic",
    )  # fmt: skip
