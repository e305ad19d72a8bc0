"""The command finds its subcommands, starts fast, and the scripts are the same thing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from logreg_unlearn import __version__
from logreg_unlearn.cli.main import COMMANDS
from tests.cli.running import ROOT, child, environment, refused

HEAVY = ("sympy", "matplotlib", "sklearn", "statsmodels", "pandas", "rich", "hypothesis",
         "scipy.optimize", "scipy.stats", "scipy.integrate")  # fmt: skip
SMALL = ("--model", "blocks", "--lifts", "0.5,2", "--fractions", "0.5", "--ridges", "1",
         "--loss", "logistic", "--steps", "50", "--workers", "1")  # fmt: skip


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_every_command(run, option) -> None:
    status, out, err = run(option)
    assert (status, err) == (0, "")
    for name, text in COMMANDS.items():
        assert f"  {name} " in out and text in out
    assert run("--version")[:2] == (0, f"logreg-unlearn {__version__}\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_its_own_name(run, name) -> None:
    status, out, _ = run(name, "--help")
    assert status == 0 and out.startswith(f"usage: logreg-unlearn {name} ")


def test_unknown_commands_are_answered_with_the_nearest(run) -> None:
    refused(run("swep"), "'swep'", "did you mean sweep?", *COMMANDS)
    refused(run(), "none", *COMMANDS)


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_help_loads_nothing_heavy(name, tmp_path) -> None:
    arguments = ["--help"] if name is None else [name, "--help"]
    program = (
        "import sys\n"
        f"sys.argv = ['x', *{arguments!r}]\n"
        "from logreg_unlearn.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print('loaded', *[name for name in {HEAVY!r} if name in sys.modules])\n"
        f"print('numpy' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment(), capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    *_, heavy, numpy = done.stdout.splitlines()
    assert heavy == "loaded" and (name is not None or numpy == "False")


def test_a_script_writes_what_the_command_writes_from_any_folder(tmp_path) -> None:
    script = ROOT / "scripts" / "sweep_correlation.py"
    done = subprocess.run(
        [sys.executable, script, *SMALL, "--out", "script"], cwd=tmp_path, capture_output=True,
        text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    same = child("sweep", *SMALL, "--out", "command", cwd=tmp_path)
    for name in ("cases.csv", "blocks.png", "blocks.svg"):
        files = [(tmp_path / made / name).read_bytes() for made in ("script", "command")]
        assert files[0] == files[1]
    assert same.stdout.splitlines()[:-1] == done.stdout.splitlines()[:-1]


def test_a_script_calls_itself_by_its_name(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "audit.py", "none.csv"], cwd=tmp_path,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2 and done.stderr.startswith("audit.py: expected ")
