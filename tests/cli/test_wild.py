"""The script of the paper's experiments, run through in its quick form."""

from __future__ import annotations

import csv
import json

import pytest

from logreg_unlearn.cli.wild import experiment_of, main, parse
from tests.cli.running import PNG


def test_a_quick_run_writes_tables_figures_and_words(tmp_path, capsys) -> None:
    out = tmp_path / "out"
    arguments = ["--quick", "--dataset", "iris_1v2", "--models", "8", "--workers", "1"]
    assert main([*arguments, "--out", str(out)]) == 0
    record = json.loads((out / "manifest.json").read_text())
    assert set(record["files"]) == {path.name for path in out.iterdir()}
    assert record["grid"]["models"] == 8 and record["grid"]["grids"]["ga"]["epochs"] == [1, 10]
    with (out / "cells.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == record["cells"]
    assert {row["forget_set"] for row in rows} == set("123456789")
    with (out / "gaps.csv").open(newline="") as handle:
        assert len(list(csv.DictReader(handle))) == 9
    for name in ("klom_iris_1v2", "gaps", "stopping"):
        assert (out / f"{name}.png").read_bytes().startswith(PNG)
        assert b"<svg" in (out / f"{name}.svg").read_bytes()
    said, words = capsys.readouterr().out, (out / "observations.txt").read_text()
    assert words in said and words.count("Measured: ") == 8 and "Beside the paper" in words
    assert (out / "gaps.txt").read_text() in said
    assert main([*arguments, "--out", str(tmp_path / "again")]) == 0
    for name in ("cells.csv", "observations.txt", "gaps.svg"):
        assert (out / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_what_is_given_wins_over_quick() -> None:
    quick = experiment_of(parse(["--quick"]))
    assert (quick.datasets, quick.models) == (("breast_cancer",), 50)
    made = experiment_of(parse(["--quick", "--dataset", "fair", "--models", "9", "--ridge", ".1"]))
    assert (made.datasets, made.models, made.ridge) == (("fair",), 9, 0.1)
    assert made.grids == quick.grids


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workers", "0"], "workers >= 1, got 0"),
        (["--models", "1"], "models >= 2, got 1"),
        (["--dataset", "nope"], "got 'nope'"),
        (["--ridge", "-1"], "ridge > 0, got -1.0"),
    ],
)
def test_a_mistake_is_one_line(arguments, message, tmp_path) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        main([*arguments, "--out", str(tmp_path)])
    assert "\n" not in str(caught.value) and not list(tmp_path.iterdir())
