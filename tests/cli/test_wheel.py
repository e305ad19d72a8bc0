"""The wheel, built and installed far from the checkout, does what the checkout does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from logreg_unlearn.claims import load_claims
from tests.cli.running import OWN, ROOT, rows_in, table

# Without these the build would have to download its backend.
OFFLINE = find_spec("setuptools.command.bdist_wheel") or find_spec("wheel")
pytestmark = pytest.mark.skipif(not OFFLINE, reason="expected setuptools >= 70.1 (extra test)")

# What a build may read; in a copy, since it writes beside its sources.
SOURCES = ("logreg_unlearn", "proofs", "scripts", "tests", "setup.py", "setup.cfg",
           "pyproject.toml", "README.md", "LICENSE")  # fmt: skip


def call(*arguments: object, cwd: Path) -> str:
    """Run a program as if there were no checkout and no environment but its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(a) for a in arguments], cwd=cwd, env=clean, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name)  # with what was compiled: it must not ship
        else:
            shutil.copy(ROOT / name, source)
    call(
        sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps",
        "--disable-pip-version-check", "-w", built, source, cwd=built,
    )  # fmt: skip
    (made,) = built.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """Return the folder of the programs of a fresh environment with the wheel in it."""
    folder = tmp_path_factory.mktemp("environment")
    call(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = programs / Path(sys.executable).name
    site = call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    call(
        sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps",
        "--disable-pip-version-check", wheel, cwd=folder,
    )  # fmt: skip
    # the dependencies are those of the tests; a .pth file read from there is not obeyed
    (Path(site.strip()) / "dependencies.pth").write_text(f"{Path(np.__file__).parents[1]}\n")
    return programs


def test_the_wheel_holds_the_package_and_nothing_else(wheel) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    inside = {name for name in names if not name.split("/")[0].endswith(".dist-info")}
    expected = {
        f"logreg_unlearn{place}/{path.relative_to(ROOT / folder).as_posix()}"
        for place, folder in (("", "logreg_unlearn"), ("/proofs", "proofs"),
                              ("/figures", "scripts/figures"))
        for path in (ROOT / folder).rglob("*")
        if path.suffix == ".py" or path.name == "py.typed"
    }  # fmt: skip
    assert inside == expected


def test_the_installed_command_audits_sweeps_and_proves(installed, tmp_path) -> None:
    program = installed / "logreg-unlearn"
    where = call(
        installed / "python", "-c", "import logreg_unlearn; print(logreg_unlearn.__file__)",
        cwd=tmp_path,
    )  # fmt: skip
    assert Path(where).is_relative_to(installed.parent)

    table(tmp_path)
    audited = call(program, "audit", "data.csv", *OWN, "--steps", 200, cwd=tmp_path)
    assert "60 rows, 3 columns, forget 7" in audited
    swept = call(
        program, "sweep", "--quick", "--model", "gaussian", "--steps", 50, "--workers", 2,
        cwd=tmp_path,
    )  # fmt: skip
    assert "gaussian.png" in swept and rows_in(tmp_path / "results" / "sweep_correlation")

    claim = next(claim for claim in load_claims() if "proof" not in claim.gaps)
    proved = call(program, "prove", "--only", claim.slug, cwd=tmp_path)
    assert "1 of 1 verdicts reproduced" in proved
    shown = call(installed / "python", "-m", "logreg_unlearn", "claim", claim.slug, cwd=tmp_path)
    assert claim.place("proof") in shown
