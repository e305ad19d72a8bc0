"""A sweep that is stopped, looked at, exported and resumed, as a person does it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from logreg_unlearn.sweep.case import GROUP, run_case, run_part
from logreg_unlearn.sweep.database import COLUMNS
from logreg_unlearn.sweep.opening import NAME
from tests.cli.running import command, environment, refused, rows_in, strict

SMALL = (
    "--model", "gaussian", "--correlations", "0,0.5", "--fractions", "0.5", "--ridges", "1",
    "--loss", "logistic", "--seeds", "20", "--steps", "5",
)  # fmt: skip
OWN = """
import os, time
from logreg_unlearn.unlearn.driver import Method, Phase

def phases(problem, generator):
    time.sleep(0.001)
    with open("calls", "a") as log:
        log.write(".")
    return (Phase((problem.oracle(),)),)

method = Method("logged", phases)
"""
KILLS = int(os.environ.get("LOGREG_UNLEARN_KILLS", "3"))
"""How often the interruption test kills a sweep."""


@pytest.fixture
def stopped(sweep, monkeypatch):
    """Return a folder with a sweep that was interrupted in its second group."""
    ran: list[int] = []

    def interrupt(cases):
        ran.append(len(cases))
        if len(ran) == 2:
            raise KeyboardInterrupt
        return run_part(cases)

    monkeypatch.setattr("logreg_unlearn.sweep.case.GROUP", 16)
    with monkeypatch.context() as patch:
        patch.setattr("logreg_unlearn.sweep.runner.run_part", interrupt)
        status, out, err = sweep(*SMALL, "--out", "made")
    assert (status, out) == (130, "")
    assert err.splitlines()[-1] == (
        "interrupted: 16 of 40 cases are stored: go on with logreg-unlearn sweep resume made"
    )
    return Path("made")


def test_resume_goes_on_where_it_stopped_and_writes_what_one_run_writes(
    run, sweep, stopped, tmp_path
) -> None:
    assert not (stopped / "cases.csv").exists()
    status, out, err = run("sweep", "resume", "made", "--workers", 1)
    assert status == 0 and err.splitlines()[0] == "cases: 16/40" and "40 cases in" in out
    assert sweep(*SMALL, "--out", "whole")[0] == 0
    for name in ("cases.csv", "gaussian.png"):
        assert (stopped / name).read_bytes() == Path("whole", name).read_bytes()
    manifests = [strict(Path(f, "manifest.json").read_text()) for f in ("made", "whole")]
    assert [m["cases"] for m in manifests] == [40, 40] and manifests[0]["failed"] == 0
    assert [m["command"][-2:] for m in manifests] == [["--out", "made"], ["--out", "whole"]]


def test_the_same_sweep_goes_on_and_another_is_refused_until_this_one_is_done(
    sweep, run, stopped
) -> None:
    for other in (("--seed", 1), ("--ridges", 2)):
        refused(
            sweep(*SMALL, *other, "--out", "made"),
            "16 of 40", "sweep resume made", "another --out", str(stopped / NAME),
        )  # fmt: skip
    status, _, err = sweep(*SMALL, "--out", "made")
    assert status == 0 and err.splitlines()[0] == "cases: 16/40"
    assert sweep(*SMALL, "--seed", 1, "--out", "made")[0] == 0
    assert {row["seed"] for row in rows_in(stopped)} == {str(k) for k in range(1, 21)}
    status, out, _ = run("sweep", "list", ".")
    assert status == 0 and out.startswith("made: finished, 40 of 40 cases stored, ")


def test_a_sweep_is_not_computed_again_when_nothing_has_changed(sweep, monkeypatch) -> None:
    assert sweep(*SMALL, "--out", "made")[0] == 0
    before = Path("made", "cases.csv").read_bytes()
    monkeypatch.setattr("logreg_unlearn.sweep.runner.run_part", lambda cases: 1 / 0)
    monkeypatch.setattr("logreg_unlearn.sweep.runner.run_case", lambda case: 1 / 0)
    status, out, _ = sweep(*SMALL, "--out", "made")
    assert status == 0 and "40 cases in" in out
    assert Path("made", "cases.csv").read_bytes() == before


def test_show_says_how_far_it_is_and_list_finds_it(run, stopped) -> None:
    status, out, _ = run("sweep", "show", "made")
    assert status == 0 and "made: stopped, 16 of 40 cases stored, " in out
    assert "began as: " in out and "go on with: logreg-unlearn sweep resume made" in out
    assert "16 gaussian" in out
    (Path("other") / "deep").mkdir(parents=True)
    Path("other", "deep", NAME).write_text("mine")
    Path("another", NAME).mkdir(parents=True)
    status, out, _ = run("sweep", "list", ".")
    first, second, third = out.splitlines()
    assert status == 0 and "got no file" in first
    assert second.startswith("made: stopped, 16 of 40") and "expected the store" in third


def test_what_is_stored_so_far_is_exported(run, stopped, tmp_path) -> None:
    assert run("sweep", "export", "made", "out/part.csv") == (0, "", "")
    assert run("sweep", "export", "made", "out/part.npz") == (0, "", "")
    lines = Path("out", "part.csv").read_text().splitlines()
    assert lines[0] == ",".join(COLUMNS) and len(lines) == 17
    cells_of = zip(*(line.split(",") for line in lines[1:]), strict=True)
    with np.load(Path("out", "part.npz")) as arrays:
        assert tuple(arrays) == COLUMNS
        for name, cells in zip(COLUMNS, cells_of, strict=True):
            read = arrays[name]
            assert read.shape == (16,) and [str(value) for value in read.tolist()] == list(cells)
    first = Path("out", "part.npz").read_bytes()
    run("sweep", "export", "made", "out/part.npz")
    assert Path("out", "part.npz").read_bytes() == first
    refused(run("sweep", "export", "made", "out/part.parquet"), ".csv or .npz", "part.parquet")


@pytest.mark.parametrize("name", ["show", "resume", "export"])
def test_a_folder_without_a_sweep_is_refused(run, tmp_path, monkeypatch, name) -> None:
    monkeypatch.chdir(tmp_path)
    more = ("a.csv",) if name == "export" else ()
    refused(run("sweep", name, "nothing", *more), "expected the store of a sweep, got no file")
    file = tmp_path / "file"
    file.touch()
    refused(run("sweep", name, "file", *more), "expected the folder of a sweep, got the file file")
    file.unlink()
    refused(run("sweep", "list", "."), "expected a sweep in", shape=False)
    refused(run("sweep", "lst"), "expected an option or a subcommand, got 'lst'", "list, show")
    assert os.listdir(tmp_path) == []


def test_failures_are_told_shown_and_run_again(sweep, run, tmp_path, monkeypatch) -> None:
    def fails(case):
        if case.seed == 3:
            raise RuntimeError("out of order")
        return run_case(case)

    with monkeypatch.context() as patch:
        patch.setattr("logreg_unlearn.sweep.runner.run_part", lambda cases: list(map(fails, cases)))
        patch.setattr("logreg_unlearn.sweep.runner.run_case", fails)
        status, out, err = sweep(*SMALL, "--out", "made")
    assert status == 1 and "38 cases in" in out
    assert "got 2 of 40 that failed" in err and "resume made --retry-failed" in err
    assert len(rows_in(Path("made"))) == 38
    assert strict(Path("made", "manifest.json").read_text())["failed"] == 2
    status, out, _ = run("sweep", "show", "made")
    assert status == 0 and "40 of 40 cases stored, 2 of them failed" in out
    assert "2 failed: RuntimeError: out of order" in out
    assert (
        "  gaussian, da, logistic loss, forget shifted, f = 0.5, ridge 1, seed 3, cosine 0.5" in out
    )
    assert run("sweep", "resume", "made", "--workers", 1)[0] == 1
    status, _, _ = run("sweep", "resume", "made", "--workers", 1, "--retry-failed")
    assert status == 0 and len(rows_in(Path("made"))) == 40


def test_a_sweep_of_failures_alone_is_a_line_and_no_result(sweep, monkeypatch) -> None:
    def fails(case):
        raise ValueError("expected a problem, got none")

    monkeypatch.setattr(
        "logreg_unlearn.sweep.runner.run_part", lambda cases: list(map(fails, cases))
    )
    monkeypatch.setattr("logreg_unlearn.sweep.runner.run_case", fails)
    status, out, err = sweep(*SMALL, "--out", "made")
    assert (status, out) == (2, "")
    assert err.splitlines()[-1] == "logreg-unlearn sweep: expected a problem, got none"
    assert not Path("made", "cases.csv").exists()


def test_too_many_cases_for_a_figure_are_left_out_with_a_line(sweep, monkeypatch) -> None:
    monkeypatch.setattr("logreg_unlearn.cli.sweep_text.MOST_DRAWN", 39)
    status, out, _ = sweep(*SMALL, "--out", "made")
    assert status == 0 and "no figure of gaussian, da: it has 40 cases, more than the 39" in out
    assert not Path("made", "gaussian.png").exists() and Path("made", "cases.csv").exists()


# --- killed at any moment -----------------------------------------------------------------------


def stored(folder: Path) -> set[tuple[int, bytes]]:
    """Return the cells in a store, as another process reads them."""
    if not (folder / NAME).exists():
        return set()
    with closing(sqlite3.connect(f"file:{folder / NAME}?mode=ro", uri=True)) as connection:
        return set(connection.execute("SELECT place, key FROM cell"))


def test_a_sweep_that_is_killed_again_and_again_loses_and_repeats_nothing(tmp_path) -> None:
    """Every stored cell stays; what was stored is not run again; the result is that of one run.

    ``LOGREG_UNLEARN_KILLS=100`` kills it a hundred times.
    """
    (tmp_path / "own_logged.py").write_text(OWN)
    grid = (
        "--model", "gaussian", "--correlations", "0,0.5", "--fractions", "0.5", "--ridges", "1",
        "--loss", "logistic", "--seeds", 80 * KILLS, "--steps", "5",
        "--method", "own_logged:method",
    )  # fmt: skip
    total, generator = 160 * KILLS, np.random.default_rng(KILLS)
    folder, log, under_way, kills = tmp_path / "made", tmp_path / "calls", 0, 0
    log.touch()
    words: tuple = ("sweep", *grid, "--out", "made")
    for kills in range(1, KILLS + 1):
        before, called = stored(folder), log.stat().st_size
        status, err = killed(words, tmp_path, 1 + kills % 2, generator)
        if status == 0:
            break  # a machine so fast that it was done before
        assert status == -signal.SIGKILL, err
        after = stored(folder)
        assert before <= after
        reports = [line.split()[1].split("/")[0] for line in err.splitlines()]
        assert not reports or int(reports[-1]) <= len(after)
        # what ran and was not stored was under way: at most two groups at each of two workers
        wasted = log.stat().st_size - called - len(after - before)
        assert 0 <= wasted <= 4 * GROUP
        under_way += wasted
        if (folder / NAME).exists():
            words = ("sweep", "resume", "made")
    print(f"{kills} kills, {len(stored(folder))} of {total} stored, {under_way} runs under way")
    assert finished(words, tmp_path) == 0
    assert len(stored(folder)) == total
    assert log.stat().st_size == total + under_way
    assert finished(("sweep", *grid, "--out", "whole"), tmp_path) == 0
    assert (folder / "cases.csv").read_bytes() == (tmp_path / "whole/cases.csv").read_bytes()


def finished(words: tuple, folder: Path) -> int:
    return subprocess.run(
        command(*words), cwd=folder, env=environment(), capture_output=True, timeout=900
    ).returncode


def killed(words: tuple, folder: Path, workers: int, generator) -> tuple[int, str]:
    """Start a sweep, kill it at some moment, and return its status and what it said."""
    log = folder / "calls"
    called = log.stat().st_size
    with (folder / "err").open("w") as err:
        process = subprocess.Popen(
            command(*words, "--workers", workers), cwd=folder, env=environment(),
            stdout=subprocess.DEVNULL, stderr=err,
        )  # fmt: skip
    try:
        if generator.random() < 0.8:  # some groups later, however fast the machine is
            wanted = called + generator.integers(1, 4 * GROUP)
            while log.stat().st_size < wanted and process.poll() is None:
                time.sleep(0.002)
            time.sleep(generator.uniform(0.0, 0.02))
        else:  # while it starts
            time.sleep(generator.uniform(0.0, 0.6))
    finally:
        process.kill()
        status = process.wait()
    time.sleep(0.3)  # its workers end after it
    return status, (folder / "err").read_text()
