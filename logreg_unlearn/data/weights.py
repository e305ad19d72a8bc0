"""Weights of a model of the user's own: a number for each named feature, and the intercept.

=========  =================================  ===================================
suffix     two classes                        more
=========  =================================  ===================================
``.json``  one object, ``{"age": 0.11,        one such object for each class,
           "intercept": -5.98}``              ``{"low": {"age": 0.3, ...}, ...}``
``.csv``   a header of two names, then a row  a header of three names, then a row
           ``age,0.11`` for each weight       ``low,age,0.3`` for each weight
=========  =================================  ===================================

The features are the columns of the table, on the scale of the file; the intercept goes by the name
that the audit prints for the column of ones.  Rows may come in any order.  The ``weights.csv`` of
an audit is such a file: of its columns of weights the first, ``in_use``, is read.
"""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from pathlib import Path
from typing import Any

from logreg_unlearn.data._cells import is_number
from logreg_unlearn.data._csv import records
from logreg_unlearn.data._table import TableError, quoted, shown
from logreg_unlearn.data.files import in_one_line

__all__ = ["IN_USE", "read_class_weights", "read_weights"]

IN_USE = "in_use"
"""The column of weights that is read where there are more."""

_Weights = list[tuple[tuple[str, ...], float]]
"""Names, the feature's last, and the weight."""


def read_weights(path: str | os.PathLike[str]) -> dict[str, float]:
    """Read named weights of a model of two classes.

    Parameters
    ----------
    path : path-like
        Ends in ``.json`` or ``.csv``.

    Returns
    -------
    dict from str to float
        Finite, in the order of the file.

    Raises
    ------
    TableError
        Where the file cannot be read, a name comes twice, or a value is no finite number.
    """
    return {name: value for (name,), value in _read(Path(path), ("feature",))}


def read_class_weights(path: str | os.PathLike[str]) -> dict[str, dict[str, float]]:
    """Read named weights of a model of more classes.

    Parameters
    ----------
    path : path-like
        Ends in ``.json`` or ``.csv``.

    Returns
    -------
    dict from str to dict from str to float
        By class and feature, in the order of the file.

    Raises
    ------
    TableError
        As `read_weights`.
    """
    found: dict[str, dict[str, float]] = {}
    for (label, name), value in _read(Path(path), ("class", "feature")):
        found.setdefault(label, {})[name] = value
    return found


def _read(path: Path, heads: tuple[str, ...]) -> _Weights:
    if path.suffix.lower() not in (".json", ".csv"):
        raise TableError(f"expected weights in a .json or .csv file, got {str(path)!r}")
    with in_one_line(path, path.suffix.lower()):
        found = (_json if path.suffix.lower() == ".json" else _csv)(path, heads)
    repeated = [names for names, count in Counter(names for names, _ in found).items() if count > 1]
    if repeated:
        raise TableError(f"expected one weight for each name, got {_named(repeated[0])} twice")
    return found


def _json(path: Path, heads: tuple[str, ...]) -> _Weights:
    try:
        # a list of pairs, not a dict: a name that comes twice would be gone
        found = json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=tuple)
    except (ValueError, RecursionError) as error:
        raise TableError(f"expected JSON in {str(path)!r}, got: {error}") from None
    if not isinstance(found, tuple):
        raise TableError(f"expected an object of names and numbers, got {quoted(repr(found))}")
    if len(heads) == 1:
        return [((name,), _finite((name,), value, repr(value))) for name, value in found]
    weights: _Weights = []
    for label, inner in found:
        if not isinstance(inner, tuple):
            raise TableError(
                "expected an object of names and numbers for each class, "
                f"got {quoted(repr(inner))} for {quoted(label)}"
            )
        weights += [((label, name), _finite((label, name), v, repr(v))) for name, v in inner]
    return weights


def _csv(path: Path, heads: tuple[str, ...]) -> _Weights:
    rows, k = list(records(path, ",")), len(heads)
    words = f"{'a class, ' * (k - 1)}a name and a weight"
    width = len(rows[0][1]) if rows and IN_USE in map(str.strip, rows[0][1][k : k + 1]) else k + 1
    found = []
    for line, cells in rows:
        names, text = tuple(cell.strip() for cell in cells[:k]), cells[k : k + 1]
        if len(cells) != width:
            got = f"{len(cells)} cells" if len(cells) > 1 else "one cell"
            advice = "" if len(cells) > 1 else " (separate them by commas)"
            raise TableError(f"expected {words} in each row, got {got} in line {line}{advice}")
        if line != rows[0][0]:
            value = float(text[0]) if is_number(text[0]) else None
            found.append((names, _finite(names, value, shown(text[0]))))
        elif is_number(text[0]):
            raise TableError(
                f"expected a header as {','.join(heads)},weight, got {quoted(','.join(cells))}"
            )
    return found


def _named(names: tuple[str, ...]) -> str:
    """Return a weight's name for a message, with its class if there is one."""
    label = "".join(f" of the class {quoted(label)}" for label in names[:-1])
    return quoted(names[-1]) + label


def _finite(names: tuple[str, ...], value: Any, text: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        if number and math.isfinite(float(value)):
            return float(value)
    except OverflowError:  # a whole number beyond float64
        pass
    got = "an object" if isinstance(value, tuple) else text
    raise TableError(f"expected a finite number as the weight of {_named(names)}, got {got}")
