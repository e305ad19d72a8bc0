"""Cells of one forget set beside each other: the best of a method, what reaches the oracle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from logreg_unlearn.sweep.wild.cell import Cell

ASCENTS = ("ga", "gda", "scrub")
NEAR = 1.5
"""KLoM up to so many floors is the oracle's: the floor itself is known to a quarter, and the
largest of three parts is taken."""


def by_set(cells: Sequence[Cell]) -> dict[tuple[str, int], list[Cell]]:
    """Return the cells of each data set and forget set."""
    groups: dict[tuple[str, int], list[Cell]] = {}
    for cell in cells:
        groups.setdefault((cell.dataset, cell.forget_set), []).append(cell)
    return groups


def of(group: Sequence[Cell], *methods: str) -> list[Cell]:
    """Return the cells of these methods."""
    return [cell for cell in group if cell.method in methods]


def only(group: Sequence[Cell], method: str) -> Cell:
    """Return the one cell of a method without settings."""
    (cell,) = of(group, method)
    return cell


def best(group: Sequence[Cell], methods: Sequence[str]) -> Cell:
    """Return the setting whose largest KLoM of the three parts is least."""
    return min(of(group, *methods), key=lambda cell: cell.worst)


def visible_gap(group: Sequence[Cell]) -> float:
    """Return the accuracy gap on F of original and oracle; NaN below half a row of F."""
    start, aim = only(group, "original"), only(group, "oracle")
    gap = abs(start.accuracy_forget - aim.accuracy_forget)
    return gap if gap * start.size >= 0.5 else np.nan


def looks_forgotten(cell: Cell, oracle: Cell, gap: float) -> bool:
    """Say whether a setting at least halves the accuracy gap on F; never where it is NaN."""
    return abs(cell.accuracy_forget - oracle.accuracy_forget) <= gap / 2


def reaches(cell: Cell) -> bool:
    """Say whether an ensemble cannot be told from the retrained models on any part."""
    return cell.worst <= NEAR * cell.floor
