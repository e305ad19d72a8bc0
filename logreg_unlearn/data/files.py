"""A table of the user's own: separated text with a header row, or NPZ with named arrays.

=========  ============================  ===========================================
part       text                          NPZ
=========  ============================  ===========================================
features   every other column: numbers,  array ``X (n, d)``, columns ``x0, x1, ...``
           or true/false for 1/0
labels     the column ``label``          the array ``label`` (``y`` unless told)
forget     the column ``forget``, if     the array ``forget``, if there is one
           there is one
=========  ============================  ===========================================

**Text** is ``.csv`` (commas unless told), ``.tsv`` or ``.tab`` (tabs) or ``.txt`` (``sep`` must be
told), each also with ``.gz``; UTF-8, or UTF-16 with its byte-order mark. Nothing is guessed: what
does not fit is refused with the line of the file and what to do.

**Labels** may be any values: of two the smaller becomes -1, the larger +1, three or more are
numbered from 0 (numbers in numerical order, otherwise text in alphabetical order);
`DataSet.label_values` says which is which. More than 100 values, or fewer than two rows for each,
are no classes. A leading zero makes codes, that is text: 7 and 007 are two labels. ``NA`` or
``nan`` is a label among text and a missing one among numbers; an empty cell is always missing.

A **forget** column holds 1/true/yes for a row to forget and 0/false/no for one to keep, in any
case and any spelling of the number. A **requests** column, in its place, numbers the deletion
requests: 1 is answered first, an empty cell or 0 is kept.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

from logreg_unlearn.data import INTERCEPT, DataSet, constant_columns, intercept_name, with_intercept
from logreg_unlearn.data import standardise as to_standard
from logreg_unlearn.data._cells import classes, flags, order_of_requests
from logreg_unlearn.data._csv import column_names, read_text
from logreg_unlearn.data._npz import array_names, read_arrays
from logreg_unlearn.data._table import Choice, Table, TableError, quoted
from logreg_unlearn.data.forget_sets import KINDS

__all__ = ["TableError", "read_column", "read_table", "table_columns"]

# The separator of each suffix; None where the suffix says nothing
_SEPARATORS: dict[str, str | None] = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": None}
# A weight on the file's scale is that of the standardised column over the spread: 1e8 stays finite
_LEAST_SPREAD = 1e-300
_FORGETTING = re.compile("forg[eo]t|unlearn|delet|eras|remov", re.IGNORECASE)


def read_table(
    path: str | os.PathLike[str],
    label: str = "y",
    forget: str | None = None,
    *,
    sep: str | None = None,
    decimal: str = ".",
    drop: Sequence[str] = (),
    standardise: bool = True,
    intercept: bool = True,
    requests: str | None = None,
) -> DataSet:
    r"""Read features, labels and forget set from a file of text or an NPZ archive.

    Parameters
    ----------
    path : path-like
        Ends in ``.csv``, ``.tsv``, ``.tab``, ``.txt``, one of these and ``.gz``, or ``.npz``.
    label : str
        Column (text) or array (NPZ) of the labels.
    forget : str, optional
        Column or array of the forget mask. None means the one called ``forget`` where there is
        one, and no built-in forget set otherwise.
    sep : str of one character, optional
        Separator of the columns of text (``"\\t"`` spelt out is a tab); the suffix's unless given.
    decimal : "." or ","
        Decimal sign of text.
    drop : sequence of str
        Columns that are no features. A column without a name is called ``column 3``, its place.
    standardise : bool
        Give each column mean 0 and variance 1.
    intercept : bool
        Append a column of ones, `DataSet.intercept`. It stands for any constant column, so these
        are then dropped and listed in `DataSet.dropped`. Without it constant columns stay.
    requests : str, optional
        Column or array of the numbers of the deletion requests, in place of ``forget``; what
        either of them asks for is the forget set.

    Returns
    -------
    DataSet
        Its `DataSet.notes` say what may not be meant: a feature that counts the rows, has no
        name, is written with leading zeros, or looks like another forget set; a header of
        numbers; labels of several spellings.

    Raises
    ------
    TableError
        Where the file cannot be read or does not hold what is needed.
    """
    path = Path(path)
    names_out = (drop,) if isinstance(drop, str) else tuple(drop)
    if forget is not None and requests is not None:
        raise TableError(f"expected forget or requests, got both: {forget!r} and {requests!r}")
    marks = forget if requests is None else requests
    table = _read(path, Choice(label, marks, names_out), sep, decimal)
    labels, label_values, notes = classes(table.label)
    mask, order = None, None
    if table.forget is not None and requests is not None:
        order = order_of_requests(table.forget)
        mask = order > 0
    elif table.forget is not None:
        mask = flags(table.forget)
    if forget in KINDS:
        notes.append(
            f"the forget set is the column {forget!r}; drop it to choose rows by that kind"
        )
    features, names = table.features, table.names
    dropped: tuple[str, ...] = ()
    if intercept:
        constant = constant_columns(features)
        dropped = tuple(names[j] for j in np.flatnonzero(constant))
        names = [names[j] for j in np.flatnonzero(~constant)]
        features = features[:, ~constant]
    if not names:
        raise TableError(
            "expected at least one feature column that is not constant, "
            f"got {', '.join(map(repr, dropped))}"
        )
    notes += table.notes + _doubtful(features, names, table)
    shift, scale = None, None
    if standardise:
        features, shift, scale = to_standard(features)
        for name, spread in zip(names, scale, strict=True):
            if spread < _LEAST_SPREAD:
                raise TableError(
                    f"expected columns of a spread of at least {_LEAST_SPREAD:g}, "
                    f"got {spread:.1g} in {quoted(name)}: multiply it by a constant"
                )
    ones = intercept_name(names)
    if intercept and ones != INTERCEPT:
        notes.append(f"{INTERCEPT!r} is a feature of the file; the column of ones is {ones!r}")
    read = DataSet(
        name=_printable(_split(path)[0]),
        features=features,
        labels=labels,
        feature_names=tuple(names),
        source=_printable(str(path)),
        licence="the user's own",
        forget=mask,
        requests=order,
        label_values=label_values,
        dropped=dropped,
        notes=tuple(notes),
        shift=shift,
        scale=scale,
    )
    return with_intercept(read) if intercept else read


def table_columns(path: str | os.PathLike[str], *, sep: str | None = None) -> tuple[str, ...]:
    """Return the names of a file's columns (text) or arrays (NPZ), without reading the rest.

    Parameters
    ----------
    path, sep
        As in `read_table`.

    Returns
    -------
    tuple of str

    Raises
    ------
    TableError
        Where the file cannot be read.
    """
    path = Path(path)
    suffix = _split(path)[1]
    with in_one_line(path, _split(path)[1]):
        if suffix == ".npz":
            return tuple(array_names(path))
        return tuple(column_names(path, _separator(sep, suffix)))


def read_column(
    path: str | os.PathLike[str],
    column: str,
    label: str = "y",
    *,
    sep: str | None = None,
    decimal: str = ".",
    drop: Sequence[str] = (),
) -> list[str]:
    """Return the cells of one column as text, a row each, in the rows' order of `read_table`.

    Parameters
    ----------
    column : str
        Any but the label's.
    path, label, sep, decimal, drop
        As in `read_table`.

    Raises
    ------
    TableError
        Where the file cannot be read or has no such column.
    """
    others = tuple(name for name in drop if name != column)
    cells = _read(Path(path), Choice(label, column, others), sep, decimal).forget
    assert cells is not None
    return cells.texts


def _read(path: Path, choice: Choice, sep: str | None, decimal: str) -> Table:
    suffix = _split(path)[1]
    if decimal not in (".", ","):
        raise TableError(f"expected decimal '.' or ',', got {decimal!r}")
    with in_one_line(path, _split(path)[1]):
        if suffix != ".npz":
            return read_text(path, choice, _separator(sep, suffix), decimal)
        if sep is not None or decimal != ".":
            raise TableError(f"expected sep and decimal for text only, got them for {str(path)!r}")
        return read_arrays(path, choice)


def _split(path: Path) -> tuple[str, str]:
    """Return the file's name without suffixes, and the suffix that says what it holds."""
    plain = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    stem, suffix = os.path.splitext(plain)
    known = {*_SEPARATORS, ".npz"} if plain == path.name else set(_SEPARATORS)
    if suffix.lower() not in known:
        raise TableError(
            f"expected a file of {', '.join(_SEPARATORS)} (or these with .gz) or .npz, "
            f"got {str(path)!r}"
        )
    return stem, suffix.lower()


def _separator(sep: str | None, suffix: str) -> str:
    if sep is None:
        sep = _SEPARATORS[suffix]
        if sep is None:
            raise TableError(
                f"expected to be told sep, what separates the columns of a {suffix} file"
            )
    sep = "\t" if sep == r"\t" else sep
    if len(sep) != 1 or sep in '"\r\n\0':
        raise TableError(f"expected sep of one character, no quotation mark, got {sep!r}")
    return sep


@contextmanager
def in_one_line(path: Path, suffix: str) -> Iterator[None]:
    """Let whatever keeps a file from being read be said in a line."""
    try:
        yield
    except (OSError, EOFError, zlib.error, MemoryError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        if isinstance(error, MemoryError):
            reason = "it does not fit into the memory"
        reason = " ".join(reason.split())
        raise TableError(
            f"expected a readable {suffix} file, got {str(path)!r}: {reason}"
        ) from error


def _doubtful(features: NDArray[np.float64], names: Sequence[str], table: Table) -> list[str]:
    """Say which features may be none, and why."""
    notes = []
    for name, column in zip(names, features.T, strict=True):
        reasons = list(table.doubts.get(name, ()))
        if _counts(column):
            reasons.append("counts the rows")
        if _FORGETTING.search(name) and np.isin(column, (0.0, 1.0)).all():
            reasons.append("is named like a forget set and holds only 0 and 1")
        if reasons:
            because = " and ".join(reasons)
            notes.append(f"the feature {quoted(name)} {because}: drop it unless it is meant as one")
    return notes


def _counts(column: NDArray[np.float64]) -> bool:
    # by one from row to row; two rows are no pattern, and 1e300 + 1 is 1e300
    if len(column) < 3 or not column[0] < column[1] == column[0] + 1.0:
        return False
    return bool(np.all(column[1:] == column[:-1] + 1.0))


def _printable(text: str) -> str:
    """Return a file's name that any terminal and figure can show: it may be any bytes."""
    hidden = {"Cc", "Cs", "Zl", "Zp"}  # control characters, undecodable bytes, line ends
    return "".join("\N{REPLACEMENT CHARACTER}" if category(c) in hidden else c for c in text)
