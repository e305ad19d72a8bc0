"""Cases that share a key, in numbers: shares and quantiles, exact and in bounded memory."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass

from logreg_unlearn.sweep.row import Row

Key = tuple[str, str]

_BATCH = 4096
"""Rows written to the temporary file at once."""


@dataclass(frozen=True)
class Group:
    """Cases that share a key, summarised.

    Attributes
    ----------
    key : tuple of str
        Model, and dependence or region.
    cases : int
    final, best : tuple of float
        5 %, 50 % and 95 % quantiles of the ratio to the original's distance: of the end point
        (``inf`` where it diverged) and of the best early stop, which peeks at the oracle.
    farther, diverged : int
        Cases that ended farther than the original (diverged ones included), and diverged ones.
    """

    key: Key
    cases: int
    final: tuple[float, float, float]
    best: tuple[float, float, float]
    farther: int
    diverged: int


def grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> list[Group]:
    """Summarise rows by key, in the order in which the keys first appear."""
    with closing(Tally()) as tally:
        for row in rows:
            tally.add(key(row), row)
        return tally.groups()


class Tally:
    """Rows added one by one; of each, two ratios go to a temporary file once there are many."""

    def __init__(self) -> None:
        self._keys: dict[Key, int] = {}
        self._counts: list[list[int]] = []
        self._waiting: list[tuple[int, float, float]] = []
        self._values = sqlite3.connect("")  # private, on disk beyond a cache of two megabytes
        self._values.execute("CREATE TABLE value (key, final, best)")

    def add(self, key: Key, row: Row) -> None:
        """Count a row under a key."""
        number = self._keys.setdefault(key, len(self._keys))
        if number == len(self._counts):
            self._counts.append([0, 0, 0])
        counts = self._counts[number]
        counts[0] += 1
        counts[1] += row.farther
        counts[2] += row.verdict == "DIVERGED"
        self._waiting.append((number, row.ratio_final, row.ratio_best))
        if len(self._waiting) == _BATCH:
            self._flush()

    def groups(self) -> list[Group]:
        """Return the summary of each key, in the order in which the keys first appeared."""
        self._flush()
        for name in ("final", "best"):
            self._values.execute(f"CREATE INDEX IF NOT EXISTS by_{name} ON value (key, {name})")
        return [
            Group(
                key=key,
                cases=cases,
                final=self._spread(number, "final", cases),
                best=self._spread(number, "best", cases),
                farther=farther,
                diverged=diverged,
            )
            for (key, number), (cases, farther, diverged) in zip(
                self._keys.items(), self._counts, strict=True
            )
        ]

    def close(self) -> None:
        """Let the temporary file go."""
        self._values.close()

    def _flush(self) -> None:
        self._values.executemany("INSERT INTO value VALUES (?, ?, ?)", self._waiting)
        self._waiting.clear()

    def _spread(self, number: int, name: str, cases: int) -> tuple[float, float, float]:
        # ranks that never interpolate, so an infinite ratio stays infinite and no NaN arises
        last = cases - 1
        low, middle, high = (
            self._values.execute(
                f"SELECT {name} FROM value WHERE key = ? ORDER BY {name} LIMIT 1 OFFSET ?",
                (number, place),
            ).fetchone()[0]
            for place in (math.floor(0.05 * last), last // 2, math.ceil(0.95 * last))
        )
        return low, middle, high
