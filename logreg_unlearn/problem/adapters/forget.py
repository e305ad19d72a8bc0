"""Rows to forget, as people write them down."""

from __future__ import annotations

from typing import Any

import numpy as np

from logreg_unlearn.problem import checks as check
from logreg_unlearn.problem.losses import Mask


def is_frame(table: Any) -> bool:
    """Whether ``table`` is a DataFrame, by what it can do."""
    return hasattr(table, "columns") and hasattr(table, "iloc")


def take_forget(table: Any, forget: Any) -> tuple[Any, Mask]:
    """Return the table without its forget column, and the rows to forget as a mask (n,).

    Parameters
    ----------
    table : DataFrame or array_like (n, ...)
    forget : array_like, Series or column name
        A boolean mask; distinct row numbers from 0; a Series of booleans or of 0 and 1 with the
        index of the table; or the name of such a column of the DataFrame.

    Raises
    ------
    ValueError
        One line saying what was expected and what came.
    """
    n = len(table)
    if np.ndim(forget) == 0 and not isinstance(forget, np.ndarray | set | frozenset):
        if not is_frame(table) or forget not in table.columns:
            raise ValueError(
                "expected forget as a boolean mask, row numbers or the name of a column of a "
                f"DataFrame, got {forget!r}"
            )
        return table.drop(columns=[forget]), _flags(table[forget], f"column {forget!r}")
    if hasattr(forget, "index") and hasattr(forget, "to_numpy"):
        if is_frame(table) and not forget.index.equals(table.index):
            raise ValueError(
                "expected forget with the index of the table, got another: "
                "pass forget.reindex(table.index), or forget.to_numpy() to go by position"
            )
        return table, _flags(forget, "forget")
    return table, _rows(check.array("forget", forget), n)


def _flags(series: Any, name: str) -> Mask:
    """Return a Series of booleans or of 0 and 1 as a mask."""
    values = np.asarray(series.to_numpy())
    if values.ndim != 1 or not set(values.tolist()) <= {0, 1}:
        shown = check.listed(dict.fromkeys(values.ravel().tolist()))
        raise ValueError(f"expected {name} of booleans or of 0 and 1, got values {shown}")
    return values.astype(bool)


def _rows(rows: Any, n: int) -> Mask:
    """Return a mask of length n of these row numbers; a mask is returned as it is."""
    if rows.dtype == np.bool_:
        return rows
    if rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iu"):
        raise ValueError(
            "expected forget as a boolean mask or distinct row numbers, "
            f"got shape {rows.shape} of dtype {rows.dtype}"
        )
    if rows.size and not (0 <= rows.min() and rows.max() < n):
        wrong = rows[(rows < 0) | (rows >= n)][0]
        raise ValueError(f"expected row numbers to forget in 0..{n - 1}, got {wrong}")
    mask = np.zeros(n, dtype=bool)
    mask[rows.astype(np.intp)] = True
    if mask.sum() < rows.size:
        raise ValueError(
            f"expected distinct row numbers to forget, got {rows.size} of which {mask.sum()} "
            "differ: a mask has the dtype bool"
        )
    return mask
