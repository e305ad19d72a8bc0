"""What a cell of text means: a number, a label, a mark or request of the forget set.

A **number** is what a spreadsheet writes: ASCII digits with an optional sign, decimal sign and
exponent, blanks around it allowed. ``3_1``, full-width digits, ``0x1f``, ``nan`` and ``inf`` are
none, although Python's ``float`` takes most of them.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import numpy as np
from numpy.typing import NDArray

from logreg_unlearn.data._table import Cells, TableError, listed, quoted, shown

__all__ = ["Numbers", "classes", "flags", "is_number", "order_of_requests"]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"\s*[+-]?0[0-9]")
_PADDED = re.compile("\n0[0-9]")  # the same at a glance, in cells joined by line ends
_SWAP = str.maketrans(".,", ",.")
_TRUTH = {"true": 1.0, "false": 0.0}
_FLAGS = {"true": True, "yes": True, "false": False, "no": False}
_MISSING = {"", "na", "n/a", "nan", "none", "null"}


def _plain(cell: str, decimal: str) -> str:
    """Return ``cell`` with a decimal point; a point beside decimal commas makes it no number."""
    return cell.strip().translate(_SWAP) if decimal == "," else cell.strip()


def is_number(cell: str, decimal: str = ".") -> bool:
    """Whether the cell is a number, however large."""
    return _NUMBER.fullmatch(_plain(cell, decimal)) is not None


class Numbers:
    """Columns of finite numbers, or of true and false only, which are 1 and 0; a row at a time.

    Parameters
    ----------
    names : sequence of d str
    decimal : "." or ","

    Attributes
    ----------
    padded : set of int
        The columns in which a number has a leading zero, as codes have.
    """

    def __init__(self, names: Sequence[str], decimal: str) -> None:
        self._names = names
        self._decimal = decimal
        self._values = array("d")
        self._words: dict[int, list[int]] = {}  # lines of true and false, of columns that have any
        self.padded: set[int] = set()

    def add(self, line: int, cells: Sequence[str]) -> None:
        """Add a row, which stands in this line of the file."""
        text = "\n" + "\n".join(cells)
        if self._decimal == ",":
            cells = [cell.translate(_SWAP) for cell in cells]
        # float() takes more than numbers, but only with a _ or a foreign digit, or as inf and nan
        row = _floats(cells) if text.isascii() and "_" not in text else None
        if row is None or not math.isfinite(sum(row)):
            row = [self._careful(line, place, cell) for place, cell in enumerate(cells)]
        self._values.extend(row)
        if "\n0" in text and _PADDED.search(text):
            self.padded |= {j for j, cell in enumerate(cells) if _LEADING_ZERO.match(cell)}

    def _careful(self, line: int, place: int, cell: str) -> float:
        plain = cell.strip()
        value = float(plain) if _NUMBER.fullmatch(plain) else math.inf
        if math.isfinite(value):
            return value
        if plain.lower() in _TRUTH:
            self._words.setdefault(place, []).append(line)
            return _TRUTH[plain.lower()]
        cell = cell.translate(_SWAP) if self._decimal == "," else cell
        raise TableError(
            f"expected a finite number in line {line}, column {quoted(self._names[place])}, "
            f"got {shown(cell)} ({_advice(cell, self._decimal)})"
        )

    def table(self) -> NDArray[np.float64]:
        """Return all rows, (n, d)."""
        values = np.frombuffer(self._values, dtype=float).reshape(-1, len(self._names))
        for place, lines in self._words.items():
            if len(lines) < len(values):
                raise TableError(
                    f"expected numbers or true/false throughout column "
                    f"{quoted(self._names[place])}, got true/false in line {lines[0]} "
                    "and numbers elsewhere"
                )
        return values


def _floats(cells: Sequence[str]) -> list[float] | None:
    try:
        return list(map(float, cells))
    except ValueError:
        return None


def _advice(cell: str, decimal: str) -> str:
    other = "," if decimal == "." else "."
    if cell.strip().lower() in _MISSING:
        return "a missing value: fill it in, or leave out the row or the column"
    if is_number(cell, other) and not is_number(cell, decimal):
        return f"is {other!r} the decimal sign? give decimal {other!r}"
    return "drop the column if it holds no numbers"


MOST_CLASSES = 100
"""Values of a label that are taken for classes: a Hessian of as many has 100 times the columns."""


def classes(column: Cells) -> tuple[NDArray[np.float64], tuple[str, ...], list[str]]:
    """Map labels of two values to -1 and +1, of more to their numbers from 0.

    They are numbers where all are, so that 1 and 1.0 are one label and 2 comes before 10; a
    leading zero, as in 007, says that they are codes, which are text.

    Returns
    -------
    labels : (n,) array
    values : tuple of str
        What became -1 and +1 or 0 to K-1, as first spelt.
    notes : list of str

    Raises
    ------
    TableError
        Where a label is missing, all are one, or there are so many that they are no classes: more
        than `MOST_CLASSES`, or more than half as many as rows.
    """
    texts = [cell.strip() for cell in column.texts]
    spellings = list(dict.fromkeys(texts))
    if "" in spellings:
        raise TableError(f"expected a label in {column.place(texts.index(''))}, got an empty cell")
    present = [text for text in spellings if text.lower() not in _MISSING]
    exact = {text: _exact(text, column.decimal) for text in spellings}
    numeric = (
        any(present)
        and all(exact[text] is not None for text in present)
        and not any(map(_LEADING_ZERO.match, present))
    )
    missing = [text for text in spellings if text not in present]
    if numeric and missing:
        raise TableError(
            f"expected a label in {column.place(texts.index(missing[0]))}, "
            f"got {missing[0]!r} where the others are numbers"
        )
    keys: dict = exact if numeric else {text: text for text in spellings}
    first = {keys[text]: text for text in reversed(spellings)}
    equal = [text for text in spellings if first[keys[text]] != text]
    merged = f"equal as numbers: {listed([first[keys[equal[0]]], equal[0]])}" if equal else ""
    values = sorted(first)
    count = len(values)
    most = max(min(MOST_CLASSES, len(texts) // 2), 2)
    if not 2 <= count <= most:
        got = ", ".join(shown(first[value]) for value in values[:5])
        got += ", ..." if count > 5 else ""
        got += f" ({merged})" if merged else ""
        wanted = "two values or more" if count < 2 else f"at most {most} values"
        why = "" if count < 2 else f" in {len(texts)} rows: is it a measurement, or an identifier?"
        raise TableError(f"expected labels of {wanted} in {column.name!r}, got {count}: {got}{why}")
    notes = [f"labels {merged}"] if merged else []
    notes += [f"the label {text!r} is read as a label, not as a missing one" for text in missing]
    numbers = dict(zip(values, (-1.0, 1.0) if count == 2 else range(count), strict=True))
    labels = np.array([numbers[keys[text]] for text in texts], dtype=float)
    return labels, tuple(first[value] for value in values), notes


def _exact(text: str, decimal: str) -> Decimal | None:
    """Return the number without rounding: two long account numbers are not one label."""
    if not is_number(text, decimal):
        return None
    try:
        return Decimal(_plain(text, decimal))
    except InvalidOperation:  # an exponent of twenty digits
        return None


def flags(column: Cells) -> NDArray[np.bool_]:
    """Read marks of the forget set: 1/0 as any number, true/false or yes/no in any case."""
    known: dict[str, bool] = {}
    for row, cell in enumerate(column.texts):
        if cell not in known:
            flag = _flag(cell, column.decimal)
            if flag is None:
                raise TableError(
                    f"expected 0/1, true/false or yes/no in {column.place(row)}, got {shown(cell)}"
                )
            known[cell] = flag
    mask = np.array([known[cell] for cell in column.texts])
    if mask.all() or not mask.any():
        got = f"all {len(mask)}" if mask.all() else "an empty one"
        raise TableError(
            f"expected a forget set of 1 to {len(mask) - 1} rows in {column.name!r}, got {got}"
        )
    return mask


def _flag(cell: str, decimal: str) -> bool | None:
    if is_number(cell, decimal):
        return {1.0: True, 0.0: False}.get(float(_plain(cell, decimal)))
    return _FLAGS.get(cell.strip().lower())


def order_of_requests(column: Cells) -> NDArray[np.int64]:
    """Read the numbers of deletion requests: 0 for an empty cell, a row that nobody asks for."""
    known: dict[str, int] = {}
    for row, cell in enumerate(column.texts):
        if cell not in known:
            value = 0.0 if cell.strip() == "" else -1.0
            if is_number(cell, column.decimal):
                value = float(_plain(cell, column.decimal))
            if not (value >= 0.0 and value == int(min(value, 2.0**53))):
                raise TableError(
                    f"expected the number of a request, 1, 2, 3 ... or nothing, in "
                    f"{column.place(row)}, got {shown(cell)}"
                )
            known[cell] = int(value)
    order = np.array([known[cell] for cell in column.texts], dtype=np.int64)
    asked = int(np.sum(order > 0))
    if asked in (0, len(order)):
        got = "all of them" if asked else "none"
        raise TableError(
            f"expected requests for 1 to {len(order) - 1} rows in {column.name!r}, got {got}"
        )
    return order
