"""Machines as they are: full disks, refused memory, killed processes, folders in the way."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from logreg_unlearn.cli import audit as audit_command
from logreg_unlearn.cli import sweep_run, sweep_text
from logreg_unlearn.cli.workers import process_pool
from tests.cli.running import OWN, child, command, environment, refused, table

SMALL = (
    "--model", "gaussian", "--correlations", "0", "--fractions", "0.5", "--ridges", "1",
    "--loss", "logistic", "--seeds", "1", "--steps", "5",
)  # fmt: skip
# hundreds of tasks of some seconds each: whatever is to happen happens long before the end
LONG = ("--model", "gaussian", "--seeds", "300", "--steps", "200000", "--ridges", "0.0001")

STORE = {"sweep.sqlite", "sweep.lock"}

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def failed(done: subprocess.CompletedProcess[str], *words: str, status: int = 1) -> None:
    """Check the answer to work that failed: one line after the progress, no traceback."""
    last = done.stderr.splitlines()[-1]
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr and last.startswith("logreg-unlearn")
    assert all(line.startswith("cases: ") for line in done.stderr.splitlines()[:-1])
    for word in words:
        assert word in last, last


def limited(kind: int, amount: int):
    return lambda: resource.setrlimit(kind, (amount, amount))


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return the results in a folder: all but its store, which grows from the first case on."""
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if not path.name.startswith("sweep.")
    }


# --- the folder ------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["", "file", "file/below", "taken"])
def test_the_folder_is_checked_before_anything_is_computed(
    sweep, audit, tmp_path, monkeypatch, bad
) -> None:
    def unexpected(*_: object, **__: object) -> None:
        raise AssertionError("computed before the folder was checked")

    monkeypatch.setattr(sweep_run, "Work", unexpected)
    monkeypatch.setattr(audit_command, "problem_of", unexpected)
    (tmp_path / "file").write_text("mine")
    for name in ("gaussian.svg", "audit.png"):
        (tmp_path / "taken" / name).mkdir(parents=True)
    table(tmp_path)
    refused(sweep(*SMALL, "--out", bad), "folder")
    refused(audit("data.csv", *OWN, "--out", bad), "folder")
    assert sorted(os.listdir(tmp_path)) == ["data.csv", "file", "taken"]


def test_results_of_two_runs_are_never_mixed(sweep, tmp_path) -> None:
    folder = tmp_path / "made"
    assert sweep(*SMALL, "--out", "made")[0] == 0
    (folder / "notes.txt").write_text("mine")
    status, _, err = sweep(
        "--model", "blocks", "--lifts", 0.5, "--fractions", 0.5, "--ridges", 1, "--steps", 5,
        "--out", "made",
    )  # fmt: skip
    assert status == 0, err
    names = {"blocks.png", "blocks.svg", "cases.csv", "manifest.json"}
    assert set(os.listdir(folder)) == names | {"notes.txt"} | STORE
    assert set(json.loads((folder / "manifest.json").read_text())["files"]) == names


def test_an_interrupted_sweep_keeps_the_results_before_it(sweep, tmp_path, monkeypatch) -> None:
    assert sweep(*SMALL, "--out", "made")[0] == 0
    before = snapshot(tmp_path / "made")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sweep_text, "figures", interrupt)
        status, out, err = sweep(*SMALL, "--seed", 1, "--out", "made")
    assert (status, out) == (130, "")
    assert err.endswith(
        "interrupted: 1 of 1 cases are stored: go on with logreg-unlearn sweep resume made\n"
    )
    assert snapshot(tmp_path / "made") == before

    with monkeypatch.context() as patch:
        patch.setattr(sweep_run, "show", interrupt)
        status, _, err = sweep(*SMALL, "--out", "other")
    assert status == 130 and err.endswith("interrupted: every result was written into other\n")
    assert "cases.csv" in os.listdir(tmp_path / "other")


def test_figures_are_drawn_before_anything_is_written(sweep, tmp_path, monkeypatch) -> None:
    drawn = sweep_text.figures

    def broken(*rows):
        drawn(*rows)
        raise ValueError("expected a figure, got none")

    monkeypatch.setattr(sweep_text, "figures", broken)
    status, _, _ = sweep(*SMALL, "--out", "made")
    assert status == 2 and set(os.listdir(tmp_path / "made")) == STORE


# --- the machine -----------------------------------------------------------------------------


def test_a_full_disk_leaves_the_folder_as_it_was(tmp_path) -> None:
    assert child("sweep", *SMALL, "--out", "made", cwd=tmp_path).returncode == 0
    before = snapshot(tmp_path / "made")
    done = child(
        "sweep", *SMALL, "--seed", 1, "--out", "made", cwd=tmp_path,
        preexec_fn=limited(resource.RLIMIT_FSIZE, 40_000),
    )  # fmt: skip
    failed(done, "expected to write made/gaussian.png, got: File too large", "1 of 1 cases")
    assert snapshot(tmp_path / "made") == before
    assert child("sweep", "resume", "made", cwd=tmp_path).returncode == 0
    assert snapshot(tmp_path / "made") != before


def test_a_disk_that_fills_on_the_way_loses_nothing_that_was_reported(tmp_path) -> None:
    many = (*SMALL, "--seeds", 400, "--workers", 1)
    done = child(
        "sweep", *many, "--out", "made", cwd=tmp_path,
        preexec_fn=limited(resource.RLIMIT_FSIZE, 80_000),
    )  # fmt: skip
    failed(done, "made/sweep.sqlite, got: disk I/O error", "of 400 cases are stored", "resume made")
    reported = [int(line.split()[1].split("/")[0]) for line in done.stderr.splitlines()[:-1]]
    stored = int(re.search(r"(\d+) of 400 cases", done.stderr)[1])
    assert 0 < max(reported) <= stored < 400
    assert child("sweep", "resume", "made", cwd=tmp_path).returncode == 0
    assert child("sweep", *many, "--out", "whole", cwd=tmp_path).returncode == 0
    cases = [(tmp_path / name / "cases.csv").read_bytes() for name in ("made", "whole")]
    assert cases[0] == cases[1]


def test_refused_memory_is_one_line(tmp_path) -> None:
    done = child(
        "sweep", "--lifts", "0:1:1000000000", cwd=tmp_path,
        preexec_fn=limited(resource.RLIMIT_AS, 4 << 30),
    )  # fmt: skip
    failed(done, "expected more memory")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--steps", "99999999999999999999"], ["--steps", "64 bits"]),
        (["--steps", "1e4"], ["--steps", "whole number", "'1e4'"]),
        (["--workers", "many"], ["--workers", "whole number", "'many'"]),
        (["--ridges", "1e400"], ["finite numbers"]),
    ],
)
def test_numbers_too_large_are_refused(sweep, tmp_path, arguments, words) -> None:
    refused(sweep("--quick", *arguments), *words)
    assert os.listdir(tmp_path) == []


def started(folder: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """Start a long sweep of two workers and wait for them."""
    process = subprocess.Popen(
        command("sweep", *LONG, "--workers", 2, "--out", "made"), cwd=folder, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    return process, working(process, until=lambda found: len(found) == 2)


def working(process: subprocess.Popen[str], until) -> list[int]:
    """Wait for the workers of a process."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for _ in range(600):
        found = [int(pid) for pid in children.read_text().split()] if children.exists() else []
        if until(found):
            time.sleep(0.5)  # until they have set themselves up
            return found
        time.sleep(0.05)
    process.kill()
    raise AssertionError("no workers")


def gone(pids: list[int], seconds: float = 10.0) -> bool:
    """Whether the processes end within that time (a zombie has ended)."""

    def lives(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    end = time.monotonic() + seconds
    while any(map(lives, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(map(lives, pids))


@linux
@pytest.mark.parametrize(
    ("number", "status", "word"),
    [
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGTERM, 143, "terminated"),
        (signal.SIGKILL, -9, None),
    ],
)
def test_an_ended_sweep_leaves_no_worker_and_can_be_resumed(tmp_path, number, status, word) -> None:
    process, workers = started(tmp_path)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == status and "Traceback" not in err, err
    if word is not None:
        line = rf"{word}: \d+ of \d+ cases are stored: go on with logreg-unlearn sweep resume made"
        assert re.fullmatch(line, err.splitlines()[-1])
    assert gone(workers)
    assert {name.partition("-")[0] for name in os.listdir(tmp_path / "made")} == STORE


@linux
def test_a_killed_worker_is_replaced(tmp_path) -> None:
    process, workers = started(tmp_path)
    os.kill(workers[0], signal.SIGKILL)
    assert gone(workers)  # a pool ends as a whole
    again = working(process, until=lambda found: bool(found) and not set(found) & set(workers))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143 and gone(again)


def test_no_more_workers_than_tasks(sweep, monkeypatch) -> None:
    asked: list[int] = []

    def count(workers: int):
        asked.append(workers)
        return process_pool(workers)

    monkeypatch.setattr(sweep_run, "process_pool", count)
    assert sweep(*SMALL, "--workers", 64)[0] == 0
    assert asked == []  # a single task needs no second process
    assert sweep(*SMALL, "--seeds", 65, "--workers", 64)[0] == 0
    assert asked == [2]


def test_a_reader_that_goes_away_is_no_error(tmp_path) -> None:
    with subprocess.Popen(
        command("claim"), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment(),
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
