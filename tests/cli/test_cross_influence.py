"""The command: same seed, same table; its files, its words, and bad input in one line."""

from __future__ import annotations

import csv
import json

import pytest

from logreg_unlearn.cli import cross_influence
from logreg_unlearn.sweep.influence.states import Study


@pytest.fixture
def small(monkeypatch):
    study = Study(
        datasets=("wine_0v1",), classes=("iris",), dimensions=(5,), cosines=(0.5, 1.0),
        sizes=(60, 100), shifted_sizes=(60,), fractions=(0.1, 0.2), ridges=(0.1, 1.0),
        seeds=1, draws=2, kinds=("random", "easiest", "nearest"),
    )  # fmt: skip
    monkeypatch.setattr(Study, "quick", lambda self: study)
    return study


def test_the_study_writes_its_files(small, tmp_path, capsys):
    folders = [tmp_path / name for name in ("one", "two")]
    for folder, workers in zip(folders, ("1", "2"), strict=True):
        arguments = ["--quick", "--out", str(folder), "--workers", workers]
        assert cross_influence.main(arguments) == 0
    printed = capsys.readouterr().out
    tables = [(folder / "cases.csv").read_bytes() for folder in folders]
    assert tables[0] == tables[1]
    rows = list(csv.DictReader(tables[0].decode().splitlines()))
    record = json.loads((folders[0] / "manifest.json").read_text())
    assert record["cases"] == len(rows) > 60 and record["seed"] == 0
    assert {row["loss"] for row in rows} == {"logistic", "exponential", "softmax"}
    assert sorted(record["files"]) == sorted(path.name for path in folders[0].iterdir())
    for answer in record["answers"]:
        assert answer in printed
    assert (folders[0] / "tables.txt").read_text().strip() in printed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--workers", "0"], "workers >= 1, got 0"),
        (["--seed", "-1", "--quick"], "seed >= 0, got -1"),
    ],
)
def test_bad_input_is_one_line(arguments, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        cross_influence.main([*arguments, "--out", str(tmp_path)])
