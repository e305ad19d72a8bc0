"""What the numbers of a sweep come from: code, packages, files; and the key of a cell.

Rows of one sweep are comparable to the last bit, so a sweep goes on, and a worker helps, only with
what it began with.  The package's version alone does not say it: sources change between releases.
So the sources of every room that a number passes through are part of it, NumPy and SciPy, and the
content of the user's own tables and methods.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from importlib.metadata import version
from pathlib import Path

from logreg_unlearn import __version__
from logreg_unlearn.sweep.case import Case
from logreg_unlearn.sweep.datasets import TableFile
from logreg_unlearn.sweep.grid import Grid

ROOMS = ("data", "problem", "solve", "unlearn", "assess", "sweep")
"""Rooms that a row's numbers pass through."""
ASIDE = ("boundary", "cost", "database", "executors", "export", "groups", "origin", "panels",
         "regions", "resume", "store", "summary")  # fmt: skip
"""Modules of the sweep that move rows about: no number comes from them."""

Origin = Mapping[str, str]


def origin(grid: Grid) -> dict[str, str]:
    """Return the versions and digests of all that the rows of a grid come from, by name."""
    names = ["logreg-unlearn", "numpy", "scipy"]
    if "real" in grid.models:
        names += [f"file {s.path}" for s in grid.datasets if isinstance(s, TableFile)]
    names += [f"method {name}" for name in grid.methods if ":" in name]
    return {name: _state(name) for name in names}


def check_origin(expected: Origin) -> None:
    """Make sure that this process has the same code, packages and files.

    Raises
    ------
    ValueError
        Naming the first that differs.
    """
    _check(tuple(expected.items()))


@cache  # once a process, not once a group
def _check(expected: tuple[tuple[str, str], ...]) -> None:
    for name, state in expected:
        here = _state(name)
        if here != state:
            raise ValueError(
                f"expected {name} as the sweep began with it ({state}), got {here}: its rows "
                "would not be comparable to the last bit"
            )


def key(case: Case, source: Origin) -> bytes:
    """Return the key of a cell: a hash of the case with its seed, and of what it comes from."""
    values = [getattr(case, field.name) for field in fields(Case)]
    text = repr((*values[:-1], sorted(case.settings.items())))
    return hashlib.blake2b(text.encode(), digest_size=16, key=_salt(tuple(source.items()))).digest()


@cache
def _salt(source: tuple[tuple[str, str], ...]) -> bytes:
    return hashlib.blake2b(repr(source).encode(), digest_size=32).digest()


def _state(name: str) -> str:
    kind, _, what = name.partition(" ")
    if kind == "file":
        return _digest([Path(what)])
    if kind == "method":
        module = importlib.import_module(what.partition(":")[0])
        return _digest([Path(inspect.getsourcefile(module) or "")])
    if name != "logreg-unlearn":
        return version(name)
    home = Path(__file__).parents[1]
    sources = [path for room in ROOMS for path in sorted((home / room).rglob("*.py"))]
    aside = {home / "sweep" / f"{module}.py" for module in ASIDE}
    return f"{__version__} {_digest(path for path in sources if path not in aside)}"


def _digest(paths: Iterable[Path]) -> str:
    """Return a digest of files; the end of their lines does not count."""
    found = hashlib.blake2b(digest_size=8)
    for path in paths:
        try:
            content = path.read_bytes().replace(b"\r\n", b"\n")
        except OSError as error:
            return f"no readable {path.name} ({error.strerror})"
        found.update(path.name.encode() + b"\0" + content + b"\0")
    return found.hexdigest()
