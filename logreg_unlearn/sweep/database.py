"""The store of a sweep: one SQLite file, a row per cell, whole after any end of the process.

A cell is a case at its place in the grid.  Groups of cells are committed whole and synced (WAL,
``synchronous=FULL``), so what was reported done survives a kill and a power cut.  Readers never
wait for the one writer.  `sweep.opening` opens it.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from logreg_unlearn.sweep.datasets import TableFile
from logreg_unlearn.sweep.grid import Grid
from logreg_unlearn.sweep.row import Row
from logreg_unlearn.sweep.runner import Failure, Outcome

APPLICATION = 0x6C67756E
"""``lgun``: what the header of our files says they are."""
VERSION = 1
COLUMNS = tuple(field.name for field in fields(Row))
# Columns without a type keep every float as it is; a REAL one would drop the sign of -0.0.
SCHEMA = (
    "CREATE TABLE sweep (grid, seed, origin, command, cells, seconds, published)",
    f"CREATE TABLE cell (place INTEGER PRIMARY KEY, key, failure, {', '.join(COLUMNS)})",
)
_FLOATS = tuple(str(field.type) == "float" for field in fields(Row))
_PUT = f"INSERT OR REPLACE INTO cell VALUES ({', '.join('?' * (3 + len(COLUMNS)))})"


@dataclass(frozen=True)
class Facts:
    """What a store says of its sweep: the grid and seed, what they ran on, how far it is."""

    grid: Grid
    seed: int
    origin: dict[str, str]
    command: list[str]
    cells: int
    seconds: float
    published: bool


class Store:
    """An open store; `sweep.opening` opens it.

    Raises
    ------
    OSError
        From every method, if the disk is full or the file cannot be reached.
    ValueError
        From every method, if the file turns out to be damaged.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @property
    def begun(self) -> bool:
        """Whether the store holds a sweep: a run may be killed before it says which."""
        return any(self._read("SELECT 1 FROM sweep"))

    @property
    def facts(self) -> Facts:
        """What the sweep is."""
        row = next(self._read("SELECT * FROM sweep"), None)
        if row is None:
            raise ValueError(
                f"expected a sweep in {self.path}, got none that began: start it again"
            )
        grid, seed, source, command, cells, seconds, published = row
        return Facts(
            _grid(grid), seed, json.loads(source), json.loads(command), cells, seconds,
            bool(published),
        )  # fmt: skip

    def begin(self, grid: Grid, seed: int, source: Mapping[str, str], command: list[str]) -> None:
        """Start a sweep in place of the one that the store holds."""
        values = (json.dumps(asdict(grid)), seed, json.dumps(source), json.dumps(command))
        with self._commit() as connection:
            connection.execute("DELETE FROM cell")
            connection.execute("DELETE FROM sweep")
            connection.execute(
                "INSERT INTO sweep VALUES (?, ?, ?, ?, ?, 0.0, 0)", (*values, grid.size())
            )

    def put(
        self, place: int, keys: Sequence[bytes], outcomes: Sequence[Outcome], seconds: float
    ) -> None:
        """Store a group from its place on, all of it or nothing, and the seconds spent so far."""
        rows = [
            (place + i, key, *_values(outcome))
            for i, (key, outcome) in enumerate(zip(keys, outcomes, strict=True))
        ]
        with self._commit() as connection:
            connection.executemany(_PUT, rows)
            connection.execute("UPDATE sweep SET seconds = ?", (seconds,))

    def publish(self) -> None:
        """Note that the results have been written out."""
        with self._commit() as connection:
            connection.execute("UPDATE sweep SET published = 1")

    def cells(self) -> Iterator[tuple[int, bytes, bool]]:
        """Yield the place and key of each cell that is stored, in order, and whether it failed."""
        for place, key, failed in self._read(
            "SELECT place, key, failure IS NOT NULL FROM cell ORDER BY place"
        ):
            yield place, key, bool(failed)

    def rows(self, **wanted: str) -> Iterator[Row]:
        """Yield the rows whose columns have these values, in the order of the grid."""
        where = "".join(f" AND {name} = ?" for name in wanted)
        for values in self._read(
            f"SELECT {', '.join(COLUMNS)} FROM cell WHERE failure IS NULL{where} ORDER BY place",
            tuple(wanted.values()),
        ):
            found: dict[str, Any] = {
                name: math.nan if real and value is None else value
                for name, real, value in zip(COLUMNS, _FLOATS, values, strict=True)
            }
            yield Row(**found)

    def column(self, name: str) -> Iterator[Any]:
        """Yield one column of the rows, in the order of the grid."""
        real = _FLOATS[COLUMNS.index(name)]
        for (value,) in self._read(f"SELECT {name} FROM cell WHERE failure IS NULL ORDER BY place"):
            yield math.nan if real and value is None else value

    def failures(self) -> Iterator[tuple[int, str]]:
        """Yield the place and message of each cell that failed."""
        yield from self._read("SELECT place, failure FROM cell WHERE failure IS NOT NULL")

    def count(self, **wanted: str) -> tuple[int, int]:
        """Return how many cells are stored, rows and failures, and how many of them failed."""
        where = " AND ".join(f"{name} = ?" for name in wanted) or "1"
        ((cells, failed),) = self._read(
            f"SELECT count(*), count(failure) FROM cell WHERE {where}", tuple(wanted.values())
        )
        return cells, failed

    def longest(self, column: str) -> int:
        """Return the number of characters of the longest value of a column of text."""
        ((most,),) = self._read(f"SELECT max(length({column})) FROM cell WHERE failure IS NULL")
        return most or 1

    def _read(self, query: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        with errors(self.path), closing(self._connection.execute(query, values)) as cursor:
            yield from cursor

    @contextmanager
    def _commit(self) -> Iterator[sqlite3.Connection]:
        with errors(self.path), self._connection:
            yield self._connection


def _values(outcome: Outcome) -> tuple[Any, ...]:
    if isinstance(outcome, Failure):
        return outcome.message, *[None] * len(COLUMNS)
    return None, *(
        value if isinstance(value, str) else float(value) if real else int(value)
        for value, real in zip((getattr(outcome, name) for name in COLUMNS), _FLOATS, strict=True)
    )


def _grid(text: str) -> Grid:
    """Return a grid from its JSON."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in json.loads(text).items()
    }
    values["datasets"] = tuple(
        source if isinstance(source, str) else TableFile(**source) for source in values["datasets"]
    )
    return Grid(**values)


@contextmanager
def errors(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into what the rest of the program raises."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OSError(f"expected to read and write {path}, got: {error}") from error
    except sqlite3.DatabaseError as error:
        raise ValueError(
            f"expected a sound store, got a damaged one: {path} ({error}); move it away"
        ) from error
