"""What a sweep writes: rows as CSV (same seed, same bytes) or NPZ, and ``manifest.json``."""

from __future__ import annotations

import csv
import io
import json
import platform
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from logreg_unlearn.sweep.database import Store
from logreg_unlearn.sweep.row import Row

BATCH = 4096
"""Rows of a column that are held at once."""

_PACKAGES = ("logreg-unlearn", "numpy", "scipy", "scikit-learn", "statsmodels", "matplotlib")


def csv_lines(rows: Iterable[Any], kind: type = Row) -> Iterator[str]:
    """Yield the header and a line per row of a dataclass, as the rows come.

    Numbers stand in their shortest exact form, so equal runs give equal bytes.
    """
    names = [f.name for f in fields(kind)]
    yield _line(names)
    for row in rows:
        yield _line([_cell(getattr(row, name)) for name in names])


def csv_text(rows: Iterable[Any], kind: type = Row) -> str:
    """Return the lines of `csv_lines` as one text."""
    return "".join(csv_lines(rows, kind))


def table_text(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table of any columns as CSV, its numbers as in `csv_lines`."""
    return "".join([_line(names), *(_line([_cell(cell) for cell in row]) for row in rows)])


def write_csv(rows: Iterable[Row], stream: IO[bytes]) -> None:
    """Write the lines of `csv_lines` into a file."""
    stream.writelines(line.encode() for line in csv_lines(rows))


def write_npz(store: Store, stream: IO[bytes]) -> None:
    """Write the rows of a store into a file as `numpy.savez` would: an array a column.

    A column is passed through a batch at a time, so memory does not grow with the rows. Equal rows
    give equal bytes.
    """
    cells, failed = store.count()
    with zipfile.ZipFile(stream, "w") as archive:
        for field in fields(Row):
            width = 0 if field.type != "str" else store.longest(field.name)
            kind = np.dtype(f"U{width}" if width else {"float": "f8", "int": "i8"}[str(field.type)])
            entry = zipfile.ZipInfo(f"{field.name}.npy")  # dated 1980, whenever it is written
            with archive.open(entry, "w", force_zip64=True) as part:
                shape = {"descr": kind.str, "fortran_order": False, "shape": (cells - failed,)}
                npy.write_array_header_1_0(part, shape)
                values = store.column(field.name)
                while batch := list(islice(values, BATCH)):
                    part.write(np.array(batch, kind).tobytes())


def manifest(seed: int, command: Sequence[str], grid: dict[str, Any], **facts: Any) -> str:
    """Return the manifest as JSON: versions, seed, command, grid and the facts given."""
    return json.dumps(
        {
            "command": list(command),
            "seed": seed,
            "grid": grid,
            "versions": {"python": platform.python_version(), **versions()},
            "platform": f"{sys.platform} {platform.machine()}",
            "commit": _commit(),
            **facts,
        },
        indent=2,
    )


def _line(cells: Sequence[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow(cells)
    return stream.getvalue()


def _cell(value: Any) -> str:
    return repr(float(value)) if isinstance(value, float) else str(value)


def versions() -> dict[str, str]:
    """Return the versions of the packages that numbers depend on."""
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
