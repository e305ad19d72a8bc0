"""A table of the user's own: CSV with a header row, or NPZ with named arrays.

=========  ============================  ===========================================
part       CSV                           NPZ
=========  ============================  ===========================================
features   every other column, numbers   array ``X (n, d)``, columns ``x0, x1, ...``
labels     the column ``label``          the array ``label`` (``y`` unless told)
forget     the column ``forget``, if     the array ``forget``, if there is one
           there is one
=========  ============================  ===========================================

Labels may be any two values: the smaller becomes -1, the larger +1 (numbers in numerical order,
otherwise text in alphabetical order); `DataSet.label_values` says which is which. A forget
column holds 1/true/yes for a row to forget and 0/false/no for one to keep, in any case. Rows are
counted from 1, the header not included.
"""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from logreg_unlearn.data import INTERCEPT, DataSet, constant_columns, standardised

__all__ = ["TableError", "read_table"]

_FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_ARTICLE = {"column": "a", "array": "an"}


class TableError(ValueError):
    """A file does not hold the table that is needed: "expected ..., got ...", in one line."""


def read_table(
    path: str | Path,
    label: str = "y",
    forget: str | None = None,
    *,
    standardise: bool = True,
    intercept: bool = True,
) -> DataSet:
    """Read features, labels and forget set from a CSV or NPZ file.

    Parameters
    ----------
    path : str or Path
        Ends in ``.csv`` or ``.npz``.
    label : str
        Column (CSV) or array (NPZ) of the labels.
    forget : str, optional
        Column or array of the forget mask. None means the one called ``forget`` where there is
        one, and no built-in forget set otherwise.
    standardise : bool
        Give each column mean 0 and variance 1.
    intercept : bool
        Append a column of ones. It stands for any constant column, so these are then dropped
        and listed in `DataSet.dropped`. Without it constant columns stay, as they are.

    Returns
    -------
    DataSet

    Raises
    ------
    TableError
        Where the file cannot be read or does not hold what is needed.
    """
    path = Path(path)
    readers = {".csv": _read_csv, ".npz": _read_npz}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise TableError(f"expected a .csv or .npz file, got {str(path)!r}")
    try:
        features, feature_names, label_cells, forget_cells = reader(path, label, forget)
    except (
        OSError,
        UnicodeDecodeError,
        csv.Error,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
    ) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise TableError(
            f"expected a readable {path.suffix.lower()} file, got {str(path)!r}: "
            f"{' '.join(reason.split())}"
        ) from error
    labels, label_values = _two_classes(label_cells, label)
    mask = None if forget_cells is None else _flags(forget_cells, forget or "forget")
    _check_finite(features, feature_names)
    dropped: tuple[str, ...] = ()
    if intercept:
        constant = constant_columns(features)
        dropped = tuple(feature_names[j] for j in np.flatnonzero(constant))
        feature_names = [feature_names[j] for j in np.flatnonzero(~constant)]
        features = features[:, ~constant]
    if not feature_names:
        raise TableError(
            "expected at least one feature column that is not constant, "
            f"got {', '.join(map(repr, dropped))}"
        )
    if standardise:
        features = standardised(features)
    if intercept:
        features = np.column_stack([features, np.ones(len(features))])
        feature_names = [*feature_names, INTERCEPT]
    return DataSet(
        name=path.stem,
        features=features,
        labels=labels,
        feature_names=tuple(feature_names),
        source=str(path),
        licence="the user's own",
        forget=mask,
        label_values=label_values,
        dropped=dropped,
    )


_Parts = tuple[NDArray[np.float64], list[str], list[str], list[str] | None]


def _read_csv(path: Path, label: str, forget: str | None) -> _Parts:
    # utf-8-sig: spreadsheets put a byte-order mark in front of the first column's name
    with path.open(newline="", encoding="utf-8-sig") as handle:
        lines = [row for row in csv.reader(handle) if row]
    if not lines:
        raise TableError(f"expected a header row and data, got the empty file {str(path)!r}")
    header = [cell.strip() for cell in lines[0]]
    rows = lines[1:]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise TableError(f"expected distinct column names, got {repeated[0]!r} more than once")
    wanted = _wanted(label, forget, header, "column")
    _check_count(len(rows))
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise TableError(
                f"expected {len(header)} cells in each row, got {len(row)} in row {number}"
            )
    taken = [header.index(name) for name in wanted]
    kept = [j for j in range(len(header)) if j not in taken]
    if not kept:
        raise TableError(f"expected a feature column, got only {', '.join(map(repr, header))}")
    names = [header[j] for j in kept]
    features = _numbers([[row[j] for j in kept] for row in rows], names)
    cells = [[row[j] for row in rows] for j in taken]
    return features, names, cells[0], cells[1] if len(cells) > 1 else None


def _read_npz(path: Path, label: str, forget: str | None) -> _Parts:
    with path.open("rb") as handle:
        try:
            archive = np.load(handle, allow_pickle=False)
        except ValueError as error:
            # what NumPy takes for a pickle is any file that is neither NPY nor NPZ
            raise TableError(
                f"expected an NPZ archive, got the foreign file {str(path)!r}"
            ) from error
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise TableError(f"expected an NPZ archive, got a single array in {str(path)!r}")
        wanted = _wanted(label, forget, archive.files, "array")
        arrays = [_member(archive, name) for name in ("X", *wanted)]
    features, *columns = arrays
    if features.ndim != 2 or features.dtype.kind not in "biuf":
        raise TableError(
            "expected a numeric array 'X' of shape (n, d), "
            f"got shape {features.shape} of {features.dtype}"
        )
    n, d = features.shape
    _check_count(n)
    if d == 0:
        raise TableError(f"expected a feature column, got 'X' of shape {features.shape}")
    for name, column in zip(wanted, columns, strict=True):
        if column.shape != (n,):
            raise TableError(f"expected {name!r} of shape ({n},), got {column.shape}")
    cells = [[str(value) for value in column.tolist()] for column in columns]
    names = [f"x{j}" for j in range(d)]
    return features.astype(float), names, cells[0], cells[1] if len(cells) > 1 else None


def _member(archive: np.lib.npyio.NpzFile, name: str) -> NDArray:
    if name not in archive.files:
        raise TableError(f"expected an array {name!r}, got {_listed(archive.files)}")
    try:
        # a member that is no array comes as bytes, and fails as text does
        return np.asarray(archive[name])
    except ValueError as error:
        raise TableError(f"expected a plain array {name!r}, got one of Python objects") from error


def _wanted(label: str, forget: str | None, available: Sequence[str], what: str) -> list[str]:
    """Return the names of the label and, where there is one, of the forget column."""
    names = [label] if forget is None else [label, forget]
    for name in names:
        if name not in available:
            raise TableError(f"expected {_ARTICLE[what]} {what} {name!r}, got {_listed(available)}")
    if label == forget:
        raise TableError(f"expected different {what}s for label and forget set, got {label!r}")
    if forget is None and "forget" in available and label != "forget":
        names.append("forget")
    return names


def _listed(names: Sequence[str], most: int = 20) -> str:
    shown = ", ".join(map(repr, names[:most]))
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def _check_count(n: int) -> None:
    if n < 2:
        raise TableError(f"expected at least two rows of data, got {n}")


def _numbers(rows: list[list[str]], names: list[str]) -> NDArray[np.float64]:
    try:
        return np.array(rows, dtype=float)
    except ValueError:
        for number, row in enumerate(rows, start=1):
            for name, cell in zip(names, row, strict=True):
                if _number(cell) is None:
                    raise TableError(
                        f"expected a number in column {name!r}, row {number}, got {cell!r}"
                    ) from None
        raise


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _check_finite(features: NDArray[np.float64], names: list[str]) -> None:
    bad = np.argwhere(~np.isfinite(features))
    if len(bad):
        row, column = bad[0]
        raise TableError(
            f"expected finite features, got {features[row, column]} "
            f"in column {names[column]!r}, row {row + 1}"
        )


def _two_classes(cells: list[str], name: str) -> tuple[NDArray[np.float64], tuple[str, str]]:
    """Map labels of any two values to -1 and +1."""
    texts = [cell.strip() for cell in cells]
    for number, text in enumerate(texts, start=1):
        if text == "" or text.lower() in ("nan", "na", "none"):
            raise TableError(f"expected a label in {name!r}, row {number}, got {text!r}")
    # as numbers where all are, so that 1 and 1.0 are one class and -1 comes before 0
    numbers = [_number(text) for text in texts]
    keys: list = texts if None in numbers else numbers
    first_text = dict(zip(reversed(keys), reversed(texts), strict=True))
    values = sorted(first_text)
    if len(values) != 2:
        shown = ", ".join(repr(first_text[value]) for value in values[:5])
        more = ", ..." if len(values) > 5 else ""
        raise TableError(
            f"expected labels of two values in {name!r}, got {len(values)}: {shown}{more}"
        )
    labels = np.array([1.0 if key == values[1] else -1.0 for key in keys])
    return labels, (first_text[values[0]], first_text[values[1]])


def _flags(cells: list[str], name: str) -> NDArray[np.bool_]:
    mask = np.zeros(len(cells), dtype=bool)
    for row, cell in enumerate(cells):
        text = cell.strip().lower()
        # a column of 0.0 and 1.0 is what a data frame with a gap somewhere writes
        flag = _FLAGS.get(text.removesuffix(".0"))
        if flag is None:
            raise TableError(
                f"expected 0/1, true/false or yes/no in {name!r}, row {row + 1}, got {cell!r}"
            )
        mask[row] = flag
    if mask.all() or not mask.any():
        count = int(mask.sum())
        raise TableError(
            f"expected a forget set of 1 to {len(mask) - 1} rows in {name!r}, "
            f"got {'an empty one' if count == 0 else f'all {count}'}"
        )
    return mask
