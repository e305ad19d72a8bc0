"""Every benchmark runs, in its quick form, with and without its peers.  No test asserts a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, environment

BENCHMARKS = ROOT / "scripts" / "benchmarks"
SCRIPTS = sorted(path.stem for path in BENCHMARKS.glob("[a-z]*.py"))
PEERS = ("jax", "torch", "glum", "statsmodels", "sklearn")


def quick(name: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run a benchmark; what is in the folder ``path`` comes before what is installed."""
    settings = environment()
    settings["PYTHONPATH"] = ":".join(filter(None, (path, str(ROOT))))
    return subprocess.run(
        [sys.executable, BENCHMARKS / f"{name}.py", "--quick"], cwd=ROOT, env=settings,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_benchmark_prints_whole_tables(name: str) -> None:
    done = quick(name)
    assert done.returncode == 0, done.stderr
    table = [cells(line) for line in done.stdout.splitlines() if line.startswith("|")]
    titles, rule, *rows = table
    assert rows and set(rule) == {"---"}
    assert all(len(each) == len(titles) and all(each) for each in rows)


@pytest.mark.parametrize(
    ("name", "needs"),
    [("optimum", ("sklearn", "glum", "statsmodels")), ("iterations", ("jax", "torch"))],
)
def test_absent_peers_are_left_out_with_a_line(
    name: str, needs: tuple[str, ...], tmp_path: Path
) -> None:
    for peer in PEERS:
        (tmp_path / f"{peer}.py").write_text(f"raise ImportError({peer!r})\n")
    done = quick(name, str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [f"{peer} is not installed: left out" for peer in needs]
    *_, last = done.stdout.splitlines()
    assert "–" in cells(last) and "nan" not in last
