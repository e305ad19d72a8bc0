"""Cases that share a key, in numbers: shares and quantiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from logreg_unlearn.sweep.row import Row

Key = tuple[str, str]


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


def grouped(rows: Sequence[Row], key: Callable[[Row], Key]) -> list[Group]:
    """Summarise rows by key, in the order in which the keys first appear."""
    members: dict[Key, list[Row]] = {}
    for row in rows:
        members.setdefault(key(row), []).append(row)
    return [
        Group(
            key=name,
            cases=len(group),
            final=_spread([row.ratio_final for row in group]),
            best=_spread([row.ratio_best for row in group]),
            farther=sum(row.farther for row in group),
            diverged=sum(row.verdict == "DIVERGED" for row in group),
        )
        for name, group in members.items()
    ]


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    # "higher" and "lower" never interpolate, so an infinite ratio stays infinite and no NaN arises
    low = float(np.quantile(values, 0.05, method="lower"))
    middle = float(np.quantile(values, 0.5, method="inverted_cdf"))
    high = float(np.quantile(values, 0.95, method="higher"))
    return low, middle, high
