"""A pandas DataFrame: numeric feature columns, a label of any two values, rows to forget."""

from __future__ import annotations

from typing import Any

import numpy as np

from logreg_unlearn.data import DataSet, standardise, with_intercept
from logreg_unlearn.problem import checks as check
from logreg_unlearn.problem.adapters.forget import is_frame, take_forget
from logreg_unlearn.problem.losses import Array


def read_frame(
    frame: Any,
    label: Any,
    forget: Any,
    *,
    weights: Any = None,
    scale: bool = True,
    intercept: bool = True,
    most: int | None = 2,
) -> DataSet:
    """Return the data set of a DataFrame.

    Parameters
    ----------
    frame : DataFrame (n rows)
        Every column that is not named below is a feature; numbers and booleans.
    label : column name
        Any values; of two in sorted order the first becomes -1, the second +1, more are numbered.
    forget : array_like, Series or column name
        As `logreg_unlearn.problem.adapters.forget.take_forget` says.
    weights : column name, optional
        Of the sample weights.
    scale : bool
        Give each column mean 0 and variance 1.
    intercept : bool
        Append a column of ones.
    most : int, optional
        How many values the labels may have; None for any number.

    Raises
    ------
    ValueError
        One line saying what was expected and what came.
    """
    if not is_frame(frame):
        raise ValueError(f"expected a DataFrame, got {type(frame).__name__}")
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise ValueError(f"expected distinct column names, got {twice!r} more than once")
    for role, name in (("label", label), ("weights", weights)):
        if name is not None and (np.ndim(name) != 0 or name not in frame.columns):
            raise ValueError(
                f"expected {role} as the name of a column, got {name!r}: "
                f"the columns are {check.listed(frame.columns, most=20)}"
            )
    if forget is not None and np.ndim(forget) == 0 and forget in (label, weights):
        raise ValueError(f"expected one role a column, got {forget!r} as forget and another")
    labels, label_values = _numbered_labels(frame[label], label, most)
    mass = None if weights is None else _numbers(frame[weights], weights)
    frame, mask = take_forget(frame, forget)
    kept = frame.drop(columns=[label] if weights is None else [label, weights])
    if not len(kept.columns):
        raise ValueError("expected a feature column, got none beside label, forget and weights")
    features = np.column_stack([_numbers(kept[name], name) for name in kept.columns])
    shift, spread = np.zeros(features.shape[1]), np.ones(features.shape[1])
    if scale:
        features, shift, spread = standardise(features)
    names = tuple(str(name) for name in kept.columns)
    data = DataSet(
        name="frame",
        features=features,
        labels=labels,
        feature_names=names,
        source="a DataFrame",
        licence="the user's own",
        forget=mask,
        weights=mass,
        label_values=label_values,
        shift=shift,
        scale=spread,
    )
    return with_intercept(data) if intercept else data


def _numbers(series: Any, name: Any) -> Array:
    """Return a column as float64; the name is said where it cannot be."""
    missing = np.flatnonzero(series.isna())
    if missing.size:
        raise ValueError(
            f"expected no missing values, got one in column {name!r}, row {missing[0]}"
        )
    kind = getattr(series.dtype, "kind", "O")  # nullable numbers of pandas say theirs as well
    if kind not in "biuf":
        raise ValueError(
            f"expected numbers in column {name!r}, got dtype {series.dtype}: "
            "encode it or leave it out"
        )
    return check.vector(f"values in column {name!r}", series.to_numpy(np.float64), len(series))


def _numbered_labels(series: Any, name: Any, most: int | None) -> tuple[Array, tuple[Any, ...]]:
    """Map a column of two values to -1 and +1, of more to their numbers in sorted order."""
    missing = np.flatnonzero(series.isna())
    if missing.size:
        raise ValueError(f"expected a label in column {name!r}, row {missing[0]}, got none")
    values = series.to_numpy().tolist()
    found = list(dict.fromkeys(values))
    try:
        found.sort()
    except TypeError:
        raise ValueError(
            f"expected labels of one type in column {name!r}, got {check.listed(found)}"
        ) from None
    if len(found) < 2 or (most is not None and len(found) > most):
        hint = ": SoftmaxProblem takes more" if len(found) > 2 else ""
        raise ValueError(
            f"expected two labels in column {name!r}, got {len(found)}: {check.listed(found)}{hint}"
        )
    numbers = {value: float(k) for k, value in enumerate(found)}
    if len(found) == 2:
        numbers = dict(zip(found, (-1.0, 1.0), strict=True))
    return np.array([numbers[value] for value in values]), tuple(found)
