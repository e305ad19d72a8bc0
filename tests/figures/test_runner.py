"""The one entry that draws: what is chosen, what is written, and nothing half-written."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import _common
import figures
from figures.__main__ import chosen, main

import numpy as np
import pytest
from matplotlib.figure import Figure

SLUG, STEM = "harm_threshold", "single_coordinate"


def test_names_are_claims_or_stems() -> None:
    assert chosen(None) == list(figures.stems())
    assert chosen([SLUG, "certificates"]) == [
        SLUG, *(slug for slug, stem in figures.stems().items() if stem == "certificates")
    ]  # fmt: skip
    with pytest.raises(ValueError, match=r"expected a claim.*got 'harm_treshold' \(near: harm_th"):
        chosen(["harm_treshold"])


def test_a_figure_is_written_with_its_numbers(tmp_path: Path, capsys) -> None:
    assert main(["--only", SLUG, "--quick", "--out", str(tmp_path)]) == 0
    folder = tmp_path / STEM
    assert sorted(os.listdir(folder)) == [f"{SLUG}.{kind}" for kind in ("csv", "png", "svg")]
    assert (folder / f"{SLUG}.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / f"{SLUG}.svg").read_text().rstrip().endswith("</svg>")
    with (folder / f"{SLUG}.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    table = figures.drawn(SLUG, True).table
    assert list(rows[0]) == list(table)
    for name, values in table.items():
        assert np.array_equal([float(row[name]) for row in rows], values)
    said = capsys.readouterr()
    assert said.out.strip() == str(folder / f"{SLUG}.png")
    assert "figures: 1/1" in said.err


def test_equal_figures_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        main(["--only", SLUG, "--quick", "--out", str(tmp_path / name)])
    for kind in ("csv", "png", "svg"):
        one, two = ((tmp_path / n / STEM / f"{SLUG}.{kind}").read_bytes() for n in ("one", "two"))
        assert one == two


def test_columns_of_different_lengths_are_padded() -> None:
    text = figures.csv_text({"a": np.array([1.5, 2.0]), "b": np.array(["x"])})
    assert text == "a,b\n1.5,x\n2.0,\n"


def test_nothing_is_written_where_one_file_cannot_be_made(tmp_path: Path, monkeypatch) -> None:
    drawing = figures.drawn(SLUG, True)

    def no_svg(self: Figure, stream, format, **options) -> None:
        if format == "svg":
            raise MemoryError
        stream.write(b"image")

    monkeypatch.setattr(Figure, "savefig", no_svg)
    with pytest.raises(MemoryError):
        figures.write(SLUG, drawing, tmp_path)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "nope"], "expected a claim with a figure or a stem, got 'nope'"),
        (
            ["--reading", "nope", "--only", "toy_trap"],
            "expected --reading with a name or all, got 'nope'",
        ),
        (["--only", SLUG, "--out", "file/there"], "expected a writable folder, got file/there"),
    ],
)
def test_mistakes_are_one_line(tmp_path: Path, monkeypatch, capsys, arguments, words) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    monkeypatch.setattr(sys, "argv", ["draw.py", *arguments])
    with pytest.raises(SystemExit) as ended:
        _common.entry(main)
    err = capsys.readouterr().err
    assert ended.value.code == 2 and words in err and err.count("\n") == 1
    assert os.listdir(tmp_path) == ["file"]


def test_all_readings_have_a_folder_each(tmp_path: Path, monkeypatch) -> None:
    asked = []

    def stub(slug: str, quick: bool, **variant) -> figures.Drawing:
        asked.append(variant["reading"])
        return figures.Drawing(Figure(), {"a": np.zeros(1)}, "One. Two.")

    monkeypatch.setattr("figures.__main__.drawn", stub)
    main(["--only", "toy_trap", "--reading", "all", "--out", str(tmp_path)])
    names = sorted(os.listdir(tmp_path / "nonconvex_toy"))
    assert len(names) == 24 and names == sorted(reading.name for reading in asked)
    main(["--only", "toy_trap", "--reading", names[3], "--out", str(tmp_path / "one")])
    assert asked[-1].name == names[3]
    assert "toy_trap.png" in os.listdir(tmp_path / "one" / "nonconvex_toy")
