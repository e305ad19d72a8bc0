"""What a sweep writes: the table, the manifest, files and folders."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from dataclasses import asdict, fields, replace

import numpy as np
import pytest

from logreg_unlearn.files import writable_folder, write_text
from logreg_unlearn.sweep.case import Row
from logreg_unlearn.sweep.export import csv_text, manifest
from logreg_unlearn.sweep.runner import run_cases
from tests.sweep_cases import SMALL

HEADER = (
    "model,dataset,loss,correlation,forget_kind,forget_fraction,ridge,seed,method,step_size,steps,"
    "status,distance_original,distance_final,ratio_final,ratio_best,best_step,"
    "first_step_alignment,verdict,oracle_radius,influence_overlap"
)
NUMBERS = {f.name: f.type for f in fields(Row) if f.type in ("int", "float")}


@pytest.fixture(scope="module")
def small_rows() -> list[Row]:
    return run_cases(SMALL.cases(5))


def test_csv_has_the_header_and_every_cell_reads_back(small_rows) -> None:
    text = csv_text(small_rows)
    assert text.splitlines()[0] == HEADER
    assert "\r" not in text and text.endswith("\n")
    read = list(csv.DictReader(io.StringIO(text)))
    assert len(read) == len(small_rows)
    for cells, row in zip(read, small_rows, strict=True):
        for name, value in asdict(row).items():
            if name not in NUMBERS:
                assert cells[name] == value
            else:
                number = {"int": int, "float": float}[NUMBERS[name]]
                assert number(cells[name]) == value, name  # also: float("np.float64(1)") raises


def test_manifest_says_what_made_the_results() -> None:
    read = json.loads(manifest(3, ["sweep", "--quick"], asdict(SMALL), cases=7, headline="text"))
    assert read["command"] == ["sweep", "--quick"] and read["seed"] == 3
    assert (read["cases"], read["headline"]) == (7, "text")
    assert read["grid"] == json.loads(json.dumps(asdict(SMALL)))
    assert read["versions"]["numpy"] == np.__version__
    assert {"python", "logreg-unlearn", "scipy"} <= set(read["versions"])
    assert read["commit"] is None or len(read["commit"]) == 40


def test_files_are_replaced_whole_and_readable(tmp_path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "long text\n" * 10)
    write_text(path, "é\r\n")
    assert path.read_bytes() == "é\r\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert os.listdir(tmp_path) == ["a.txt"]


def test_folder_is_made_or_refused(tmp_path) -> None:
    folder = writable_folder(tmp_path / "a" / "b")
    assert folder.is_dir() and os.listdir(folder) == []
    assert writable_folder(folder) == folder
    (tmp_path / "file").write_text("x")
    for bad in (tmp_path / "file", tmp_path / "file" / "c"):
        with pytest.raises(ValueError, match="expected a writable folder, got"):
            writable_folder(bad)


def test_a_failed_write_leaves_no_partial_file(tmp_path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "a.txt", "\ud800")
    assert os.listdir(tmp_path) == []


def test_numpy_numbers_are_written_as_plain_ones(small_rows) -> None:
    row = replace(small_rows[0], influence_overlap=np.float64(0.5), steps=np.int64(3))
    cells = csv_text([row]).splitlines()[1].split(",")
    assert cells[-1] == "0.5" and cells[10] == "3"
