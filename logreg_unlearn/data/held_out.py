"""Rows that no model saw, read on the scale of the data that the models did see."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from logreg_unlearn.data import DataSet
from logreg_unlearn.data._table import TableError, listed
from logreg_unlearn.data.files import read_table, table_columns

__all__ = ["plain_label", "read_held_out"]

_Rows = tuple[NDArray[np.float64], NDArray[np.float64]]


def read_held_out(
    path: str | os.PathLike[str],
    like: DataSet,
    label: str = "y",
    *,
    sep: str | None = None,
    decimal: str = ".",
) -> _Rows:
    """Read held-out rows of a data set.

    Parameters
    ----------
    path : path-like
        A table with the label and the features of ``like``; what else it has is left out.
    like : DataSet
        As `read_table` gives it: its standardisation is applied, not the file's own.
    label, sep, decimal
        As in `read_table`.

    Returns
    -------
    features (m, d), labels (m,)
        Signs or numbers as those of ``like``, some of whose classes may be missing.

    Raises
    ------
    TableError
        As `read_table`; where a feature is missing, or the labels are other ones.
    """
    k = len(like.feature_names) if like.intercept is None else like.intercept
    wanted = like.feature_names[:k]
    arrays = str(path).lower().endswith(".npz")
    used = {label, "X"} if arrays else {label, *wanted}
    columns = table_columns(path, sep=sep)
    others = [name for name in columns if name not in used]
    # "forget" is a mark of the forget set unless it is dropped; of arrays nothing else is read
    drop = [name for name in others if not arrays]
    if not arrays and label in columns:
        _check_features(path, wanted, columns)
    read = read_table(
        path, label, sep=sep, decimal=decimal, drop=drop, standardise=False, intercept=False
    )
    _check_features(path, wanted, read.feature_names)
    known = [plain_label(text) for text in like.label_values]
    found = [plain_label(text) for text in read.label_values]
    strange = [text for text in read.label_values if plain_label(text) not in known]
    if strange:
        raise TableError(
            f"expected the labels {listed(like.label_values)} in {str(path)!r}, "
            f"got also {listed(strange)}"
        )
    features = read.features[:, [read.feature_names.index(name) for name in wanted]]
    if like.shift is not None and like.scale is not None:
        features = (features - like.shift[:k]) / like.scale[:k]
    if like.intercept is not None:
        features = np.column_stack([features, np.ones(len(features))])
    numbers = np.array([known.index(value) for value in found], dtype=float)[read.classes]
    return features, 2.0 * numbers - 1.0 if like.count == 2 else numbers


def _check_features(
    path: str | os.PathLike[str], wanted: Sequence[str], found: Sequence[str]
) -> None:
    missing = [name for name in wanted if name not in found]
    if missing:
        raise TableError(
            f"expected the features of the data in {str(path)!r}, got none called {listed(missing)}"
        )


def plain_label(text: str) -> str | float:
    """Return what makes labels the same: 1 and 1.0 are, as in `read_table`."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text
