"""What a sweep writes: ``cases.csv`` (same seed, same bytes) and ``manifest.json``."""

from __future__ import annotations

import csv
import io
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from logreg_unlearn.sweep.case import Row

_PACKAGES = ("logreg-unlearn", "numpy", "scipy", "scikit-learn", "statsmodels", "matplotlib")


def writable_folder(path: str | Path) -> Path:
    """Create a folder and make sure that files can be written into it.

    Raises
    ------
    ValueError
        If it cannot be created or written to.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ValueError(f"expected a writable folder, got {folder} ({error.strerror})") from None
    return folder


def write_text(path: Path, text: str) -> None:
    """Write text whole or not at all."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: nothing is left half-written."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def csv_text(rows: Sequence[Row]) -> str:
    """Return the rows as CSV; numbers in their shortest exact form, so equal runs are equal."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    names = [f.name for f in fields(Row)]
    writer.writerow(names)
    for row in rows:
        values = asdict(row)
        writer.writerow([_cell(values[name]) for name in names])
    return stream.getvalue()


def manifest(seed: int, command: Sequence[str], grid: dict[str, Any], **facts: Any) -> str:
    """Return the manifest as JSON: versions, seed, command, grid and the facts given."""
    return json.dumps(
        {
            "command": list(command),
            "seed": seed,
            "grid": grid,
            "versions": {"python": platform.python_version(), **_versions()},
            "platform": f"{sys.platform} {platform.machine()}",
            "commit": _commit(),
            **facts,
        },
        indent=2,
    )


def _cell(value: Any) -> str:
    return repr(float(value)) if isinstance(value, float) else str(value)


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _commit() -> str | None:
    """Commit of the source tree, None outside a checkout."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
