"""What every reader of a file gives, and the words of its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Cells",
    "Choice",
    "Table",
    "TableError",
    "check_count",
    "kept_features",
    "listed",
    "quoted",
    "shown",
]


class TableError(ValueError):
    """A file does not hold the table that is needed: "expected ..., got ...", in one line."""


@dataclass(frozen=True, eq=False)
class Cells:
    """A column or array as text.

    Attributes
    ----------
    name : str
    texts : list of n str
    place : function of a row's index
        Where that cell stands in the file, in words.
    decimal : "." or ","
    """

    name: str
    texts: list[str]
    place: Callable[[int], str]
    decimal: str = "."


@dataclass(frozen=True, eq=False)
class Table:
    """Finite features, and the cells of label and forget set, still as text.

    Attributes
    ----------
    names : list of d str
    features : (n, d) float array
    label : Cells
    forget : Cells or None
    doubts : dict from a feature's name to reasons
        Why that column may not be meant as a feature.
    notes : list of str
        What else the user should know.
    """

    names: list[str]
    features: NDArray[np.float64]
    label: Cells
    forget: Cells | None
    doubts: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Choice:
    """The columns (of text) or arrays (of an NPZ) that the caller names."""

    label: str
    forget: str | None
    drop: tuple[str, ...]

    def among(self, available: Sequence[str], what: str, advice: str = "") -> list[str]:
        """Return the label's name and, where there is one, that of the forget set.

        Raises
        ------
        TableError
            Where a name is missing, ``advice`` in brackets, or is used twice.
        """
        names = [self.label] if self.forget is None else [self.label, self.forget]
        for name in names:
            if name not in available:
                raise TableError(
                    f"expected {what} {quoted(name)}, got {listed(available)}"
                    f"{advice and f' ({advice})'}"
                )
        if self.label == self.forget:
            raise TableError(
                f"expected different names for label and forget set, got {self.label!r} twice"
            )
        if self.forget is None and "forget" in available and "forget" not in (*names, *self.drop):
            names.append("forget")
        return names


def kept_features(names: Sequence[str], used: Sequence[str], drop: Sequence[str]) -> list[int]:
    """Return the places of the features among ``names``: neither used otherwise nor dropped."""
    for name in drop:
        if name in used:
            raise TableError(f"expected to drop a column that is not in use, got {quoted(name)}")
        if name not in names:
            raise TableError(f"expected a column {quoted(name)} to drop, got {listed(names)}")
    left_out = {*used, *drop}
    kept = [j for j, name in enumerate(names) if name not in left_out]
    if not kept:
        raise TableError(f"expected a feature column, got only {listed(used)}")
    return kept


def check_count(n: int) -> None:
    """Refuse a table too short to forget a row and retain one."""
    if n < 2:
        raise TableError(f"expected at least two rows of data, got {n}")


def quoted(text: str, most: int = 60) -> str:
    """Return text from a file for a message: in one line, printable, not too long."""
    return repr(text if len(text) <= most else text[: most - 3] + "...")


def shown(cell: str) -> str:
    """Return a cell for a message."""
    return quoted(cell) if cell.strip() else "an empty cell"


def listed(names: Iterable[str], most: int = 20) -> str:
    """Return names for a message, the first ``most`` of them."""
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(map(quoted, names[:most])) or "none") + more
