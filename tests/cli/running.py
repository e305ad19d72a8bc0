"""What the tests of the commands share: tables to read, answers to check, processes."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
OWN = ("--label", "outcome", "--forget", "to_forget")
PNG = b"\x89PNG\r\n\x1a\n"


def child(*arguments, cwd: Path, **options) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        command(*arguments), cwd=cwd, capture_output=True, text=True, timeout=120,
        env=environment(), **options,
    )  # fmt: skip


def command(*arguments) -> list[str]:
    return [sys.executable, "-m", "logreg_unlearn", *map(str, arguments)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def table(folder: Path, name: str = "data.csv", labels=("healthy", "ill"), **changes) -> Path:
    """Write a CSV of 60 rows with text labels and a yes/no forget column."""
    rng = np.random.default_rng(4)
    features = rng.normal(size=(60, 2))
    positive = features[:, 0] + rng.normal(size=60) > 0
    columns = {
        "age": [f"{50 + 10 * v:.4f}" for v in features[:, 0]],
        "income": [f"{4e4 + 1e4 * v:.1f}" for v in features[:, 1]],
        "outcome": [labels[int(v)] for v in positive],
        "to_forget": ["yes" if i % 9 == 0 else "no" for i in range(60)],
    } | changes
    with (folder / name).open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return folder / name


def archive(folder: Path, **changes) -> Path:
    rng = np.random.default_rng(4)
    arrays = {
        "X": rng.normal(size=(40, 3)),
        "y": np.where(rng.random(40) < 0.5, -1, 1),
        "forget": np.arange(40) < 5,
    } | changes
    np.savez(folder / "data.npz", **arrays)
    return folder / "data.npz"


def rows_in(folder: Path) -> list[dict[str, str]]:
    with (folder / "cases.csv").open(newline="") as handle:
        return list(csv.DictReader(handle))


def strict(text: str):
    """Parse JSON without the tokens that JSON does not have."""

    def refuse(token: str):
        raise AssertionError(f"{token} is not JSON")

    return json.loads(text, parse_constant=refuse)


def refused(answer: tuple[int, str, str], *words: str, shape: bool = True) -> None:
    """Check the answer to bad input: status 2, one line, what was expected and what came."""
    status, out, err = answer
    assert status == 2 and out == ""
    assert err.endswith("\n") and err.count("\n") == 1 and "Traceback" not in err
    assert err.startswith("logreg-unlearn")
    if shape:
        assert re.search(r"expected .*, got ", err), err
    for word in words:
        assert word in err, err
