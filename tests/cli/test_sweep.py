"""The sweep as a person meets it: files, text, and one line for every mistake."""

from __future__ import annotations

import os
import re
import sys

import pytest

from logreg_unlearn.cli import sweep_text
from logreg_unlearn.cli.sweep import grid_of, parse
from logreg_unlearn.data.forget_sets import SWEPT
from logreg_unlearn.sweep.grid import Grid
from tests.cli.running import PNG, child, refused, rows_in, strict


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """One quick run of everything through the interpreter: process, folder."""
    folder = tmp_path_factory.mktemp("sweep")
    done = child(
        "sweep", "--quick", "--seeds", 1, "--steps", 300, "--seed", 3, "--out",
        "made/here", cwd=folder,
    )  # fmt: skip
    return done, folder / "made" / "here"


def test_a_quick_run_writes_every_file(quick) -> None:
    done, folder = quick
    assert done.returncode == 0, done.stderr
    stems = ("blocks", "two-directions", "gaussian", "real", "real_dependence")
    figures = [f"{stem}.{kind}" for stem in stems for kind in ("png", "svg")]
    assert sorted(os.listdir(folder)) == sorted(
        ["cases.csv", "manifest.json", "sweep.lock", "sweep.sqlite", *figures]
    )
    for stem in stems:
        image = (folder / f"{stem}.png").read_bytes()
        assert image.startswith(PNG) and len(image) > 10_000
        assert (folder / f"{stem}.svg").read_text().rstrip().endswith("</svg>")


def test_manifest_and_headline_agree_with_the_cases(quick) -> None:
    done, folder = quick
    rows = rows_in(folder)
    manifest = strict((folder / "manifest.json").read_text())
    assert manifest["seed"] == 3 and manifest["cases"] == len(rows)
    assert manifest["command"][1:] == [
        "--quick", "--seeds", "1", "--steps", "300", "--seed", "3", "--out", "made/here",
    ]  # fmt: skip
    assert manifest["grid"]["seeds"] == 1 and manifest["grid"]["steps"] == 300
    assert {"python", "numpy", "scipy", "scikit-learn"} <= set(manifest["versions"])
    farther = sum(row["verdict"] in ("HARMED", "DIVERGED") for row in rows)
    diverged = sum(row["verdict"] == "DIVERGED" for row in rows)
    assert f"\n{manifest['headline']}\n" in done.stdout
    assert manifest["headline"].startswith(f"{farther} of {len(rows)} cases (")
    assert f"{diverged} of them by diverging" in manifest["headline"]
    finite = [float(row["ratio_final"]) for row in rows if row["ratio_final"] != "inf"]
    (worst,) = re.findall(r"ended ([\d.,e+]+)x as far", manifest["headline"])
    assert float(worst.replace(",", "")) == pytest.approx(max(finite), rel=5e-3)


def test_the_table_names_every_model_and_what_its_marks_mean(quick) -> None:
    done, _ = quick
    for word in ("logistic loss", "exponential loss", "two-directions", "cosine +1.00",
                 "anes96", "influence_pc2", "best*", "farther", "diverged"):  # fmt: skip
        assert word in done.stdout
    assert "* closest to the oracle" in done.stdout and "inf: it diverged" in done.stdout
    assert "nan" not in done.stdout and "…" not in done.stdout


def test_progress_is_plain_lines_in_a_log(quick) -> None:
    done, folder = quick
    lines = done.stderr.splitlines()
    total = strict((folder / "manifest.json").read_text())["cases"]
    counts = [int(re.fullmatch(rf"cases: (\d+)/{total}", line)[1]) for line in lines]
    assert counts == sorted(counts) and counts[-1] == total and 1 < len(counts) <= 10


def test_one_worker_writes_the_same_bytes_as_two(quick, sweep, tmp_path) -> None:
    _, folder = quick
    status, _, _ = sweep(
        "--quick", "--seeds", 1, "--steps", 300, "--seed", 3, "--out", "again", "--model", "real",
        "--dataset", "anes96",
    )  # fmt: skip
    assert status == 0
    whole = (folder / "cases.csv").read_text().splitlines()
    part = [r for r in whole if r.startswith(("model,", "real,anes96,"))]
    assert (tmp_path / "again" / "cases.csv").read_text().splitlines() == part
    assert len(part) == 1 + 2 * len(SWEPT)


def test_lists_on_the_command_line_win_over_quick(sweep, tmp_path) -> None:
    status, out, _ = sweep(
        "--quick", "--model", "gaussian", "--correlations=-1:1:3", "--fractions", "0.2,0.4",
        "--ridges", "2", "--seeds", 1, "--loss", "logistic", "--method", "da", "--method",
        "neggrad+", "--steps", 20,
    )  # fmt: skip
    assert status == 0
    rows = rows_in(tmp_path / "results" / "sweep_correlation")
    assert len(rows) == 2 * 3 * 2
    assert {float(row["correlation"]) for row in rows} == {-1.0, 0.0, 1.0}
    assert {row["method"] for row in rows} == {"da", "neggrad+"}
    assert {row["forget_fraction"] for row in rows} == {"0.2", "0.4"}
    assert "gaussian_da.png, gaussian_neggrad+.png" in out


def test_the_table_keeps_methods_apart(sweep) -> None:
    arguments = ("--model", "gaussian", "--correlations", 0, "--fractions", 0.2, "--ridges", 1,
                 "--seeds", 1, "--loss", "logistic", "--steps", 50)  # fmt: skip
    _, out, _ = sweep(*arguments, "--method", "da", "--method", "ascent-finetune")
    shown = out.split("* closest")[0]  # the tables, without the names of the figures below them
    assert "ascent-finetune" in shown


def test_more_ridges_than_colours_run(sweep) -> None:
    status, _, err = sweep(
        "--model", "blocks", "--lifts", 0.5, "--fractions", 0.2, "--ridges", "1:9:9", "--loss",
        "logistic", "--steps", 5,
    )  # fmt: skip
    assert status == 0, err


def test_the_default_lifts_run_with_every_method(sweep) -> None:
    status, _, err = sweep(
        "--quick", "--model", "blocks", "--method", "ga", "--steps", 5, "--ridges", 1,
        "--fractions", 0.2, "--loss", "logistic",
    )  # fmt: skip
    assert status == 0, err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lifts", "11"], ["lifts in [0, 10]", "got 11"]),
        (["--correlations", "2"], ["correlations in [-1, 1]", "got 2"]),
        (["--alphas", "1.5"], ["alphas in [0, 1]"]),
        (["--ridges", "0"], ["ridges in (0, inf)"]),
        (["--direction-ridges", "0"], ["ridge"]),
        (["--real-ridges=-1"], ["ridges in (0, inf)"]),
        (["--fractions", "0"], ["fractions in (0, 1)"]),
        (["--real-fractions", "1"], ["fractions in (0, 1)"]),
        (["--fractions", "1.5"], ["fraction", "1.5"]),
        (["--lifts", "1,,2"], ["0,0.5,1 or start:stop:count", "'1,,2'"]),
        (["--lifts", "0:1"], ["start:stop:count", "'0:1'"]),
        (["--epsilons", "nan"], ["finite numbers"]),
        (["--seeds", "0"], ["seeds >= 1"]),
        (["--steps", "0"], ["steps >= 1"]),
        (["--workers", "0"], ["--workers >= 1"]),
        (["--seed", "-1"], ["seed"]),
        (["--model", "blocks", "--forget", "random"], ["--forget with --model real", "blocks"]),
        (["--model", "real", "--ridges", "1"], ["--ridges with --model blocks or gaussian"]),
        (["--model", "gaussian", "--direction-ridges", "1"], ["--model two-directions"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_bad_sweeps_are_refused_before_a_folder_is_made(sweep, tmp_path, arguments, words) -> None:
    refused(sweep("--quick", "--steps", 1, *arguments), *words)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("option", ["--method", "--loss", "--model", "--dataset", "--forget"])
def test_unknown_names_are_refused_with_the_known_ones(sweep, tmp_path, option) -> None:
    refused(sweep(option, "nope"), option, "'nope'", "choose from", shape=False)
    assert os.listdir(tmp_path) == []


def test_an_unwritable_folder_is_refused(sweep, tmp_path) -> None:
    (tmp_path / "file").write_text("mine")
    refused(sweep("--quick", "--out", "file/results"), "writable folder", "file/results")
    assert (tmp_path / "file").read_text() == "mine" and os.listdir(tmp_path) == ["file"]


def test_the_table_fits_a_terminal_of_80_columns(monkeypatch, capsys, quick) -> None:
    from logreg_unlearn.sweep.case import Row
    from logreg_unlearn.sweep.summary import summarise

    _, folder = quick
    number = {"float": float, "int": int, "str": str}
    kinds = {name: number[kind] for name, kind in Row.__annotations__.items()}
    rows = [
        Row(**{name: kinds[name](value) for name, value in cells.items()})
        for cells in rows_in(folder)
    ]
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    sweep_text.table(summarise(rows), "logistic")
    text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


def test_numbers_on_the_command_line_win_over_quick() -> None:
    quick = grid_of(parse(["--quick"]))
    assert (quick.seeds, quick.steps) == (Grid().quick().seeds, Grid().quick().steps)
    grid = grid_of(parse(["--quick", "--seeds", "7", "--steps", "50000"]))
    assert (grid.seeds, grid.steps) == (7, 50_000)
    assert grid.ridges == quick.ridges
