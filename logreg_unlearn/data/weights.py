"""Weights of a model of the user's own: a number for each named feature, and the intercept.

==========  ==================================================================
suffix      content
==========  ==================================================================
``.json``   one object, ``{"age": 0.11, "income": 0.57, "intercept": -5.98}``
``.csv``    a header of two names, then a row ``age,0.11`` for each weight
==========  ==================================================================

The features are the columns of the table, on the scale of the file; the intercept goes by the name
that the audit prints for the column of ones.
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

__all__ = ["read_weights"]


def read_weights(path: str | os.PathLike[str]) -> dict[str, float]:
    """Read named weights.

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
    path = Path(path)
    if path.suffix.lower() not in (".json", ".csv"):
        raise TableError(f"expected weights in a .json or .csv file, got {str(path)!r}")
    with in_one_line(path, path.suffix.lower()):
        pairs = _json(path) if path.suffix.lower() == ".json" else _csv(path)
    repeated = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if repeated:
        raise TableError(f"expected one weight for each name, got {quoted(repeated[0])} twice")
    return dict(pairs)


def _json(path: Path) -> list[tuple[str, float]]:
    try:
        # a list of pairs, not a dict: a name that comes twice would be gone
        found = json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=tuple)
    except (ValueError, RecursionError) as error:
        raise TableError(f"expected JSON in {str(path)!r}, got: {error}") from None
    if not isinstance(found, tuple):
        raise TableError(f"expected an object of names and numbers, got {quoted(repr(found))}")
    return [(name, _finite(name, value, repr(value))) for name, value in found]


def _csv(path: Path) -> list[tuple[str, float]]:
    rows = list(records(path, ","))
    pairs = []
    for line, cells in rows:
        if len(cells) != 2:
            raise TableError(
                f"expected a name and a weight in each row, got {len(cells)} cells in line {line}"
            )
        if line != rows[0][0]:
            value = float(cells[1]) if is_number(cells[1]) else None
            pairs.append((cells[0].strip(), _finite(cells[0].strip(), value, shown(cells[1]))))
        elif is_number(cells[1]):
            raise TableError(f"expected a header as feature,weight, got {quoted(','.join(cells))}")
    return pairs


def _finite(name: str, value: Any, text: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        if number and math.isfinite(float(value)):
            return float(value)
    except OverflowError:  # a whole number beyond float64
        pass
    raise TableError(f"expected a finite number as the weight of {quoted(name)}, got {text}")
