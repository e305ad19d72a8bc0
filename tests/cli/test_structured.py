"""The script on chains: prints the comparison, writes figure and numbers, refuses in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.running import PNG, ROOT


def script(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "structured.py", *map(str, arguments)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_a_quick_run_says_and_writes_what_it_found(tmp_path: Path) -> None:
    done = script("--quick", "--seed", "3", "--out", tmp_path / "made")
    assert done.returncode == 0 and not done.stderr
    assert done.stdout.count("messages frozen at the original leave") == 2
    assert (tmp_path / "made" / "structured.png").read_bytes().startswith(PNG)
    header, *rows = (tmp_path / "made" / "structured.csv").read_text().splitlines()
    assert header.startswith("forget,round,left,certified") and len(rows) == 82
    # both columns over the original's distance: a bound is no less than what it bounds
    pairs = [line.split()[-2:] for line in done.stdout.splitlines() if line.startswith("  ")]
    numbers = [(float(found), float(bound)) for found, bound in pairs if found != "distance"]
    assert len(numbers) == 16 and all(found <= 1.01 * bound for found, bound in numbers)


def test_bad_options_are_one_line(tmp_path: Path) -> None:
    done = script("--seed", "-1", "--out", tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "expected --seed >= 0, got -1" in done.stderr
