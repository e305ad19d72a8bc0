"""Which rows a command forgets where a column decides: the oldest, or a group."""

from __future__ import annotations

import re
import warnings
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logreg_unlearn.cli.console import Parser, did_you_mean, unknown
from logreg_unlearn.data import DataSet, real
from logreg_unlearn.data._table import listed
from logreg_unlearn.data.files import read_column, read_table, table_columns
from logreg_unlearn.data.forget_sets import COLUMN_KINDS, forget_set

OPTIONS = dict(zip(COLUMN_KINDS, ("order", "group"), strict=True))
"""The option that names the column of each of these kinds."""

FRACTION = 0.1
"""Share of the rows that a kind forgets unless told."""


def add_options(made: Parser) -> None:
    """Add the options that name a column."""
    made.add_argument(
        "--order",
        metavar="COL",
        help="with --forget oldest: the column of numbers or ISO dates whose first rows are "
        "forgotten; it is no feature then",
    )
    made.add_argument(
        "--group",
        metavar="COL=VALUE",
        help="with --forget group: all rows with this value are forgotten; the column is no "
        "feature then, or it is the label's: a whole class",
    )


def share(options: Namespace) -> float:
    """Return the share of the rows to forget."""
    return FRACTION if options.fraction is None else float(options.fraction)


def by_column(options: Namespace) -> bool:
    """Say whether a column decides by order or by value.

    Raises
    ------
    ValueError
        If an option comes without its kind, or a kind without its option where no column of the
        file has its name.
    """
    for kind, option in OPTIONS.items():
        given = getattr(options, option)
        if given is not None and options.forget != kind:
            got = "no --forget" if options.forget is None else f"--forget {options.forget}"
            raise ValueError(f"expected --{option} with --forget {kind}, got it with {got}")
        if options.forget == kind and given is None:
            names = table_columns(options.data, sep=options.sep) if options.data else ()
            if kind not in names:
                raise ValueError(f"expected --{option} with --forget {kind}, got none")
            return False
    return options.forget in OPTIONS


def load_by_column(options: Namespace, how: dict[str, Any]) -> DataSet:
    """Return the data set with the rows that the column decides on marked.

    Parameters
    ----------
    options : Namespace
        For which `by_column` says yes.
    how : dict
        How a file is read, as `read_table` takes it.

    Raises
    ------
    ValueError
        If there is no such column, it cannot be ordered, or no row (or every one) has the value.
    """
    name, _, value = (options.order or options.group).partition("=")
    if options.order is not None:
        name = options.order
    elif not value:
        raise ValueError(f"expected --group COL=VALUE, got {options.group!r}")
    if options.data is None:
        data = real.load(options.dataset)
        if options.group is not None and name == how["label"]:
            return _of_class(data, value, options)
        return _of_bundled(data, name, value, options)
    if options.group is not None and name == how["label"]:
        return _of_class(read_table(options.data, **how), value, options)
    texts = read_column(
        options.data, name, how["label"], sep=how["sep"], decimal=how["decimal"], drop=how["drop"]
    )
    data = read_table(options.data, **(how | {"drop": (*dict.fromkeys((*how["drop"], name)),)}))
    if options.order is None:
        column: NDArray = np.array([text.strip() for text in texts])
        return _marked(data, column, _written(column, value.strip()), options)
    return _marked(data, ordered(texts, name, how["decimal"]), None, options)


def ordered(texts: Sequence[str], name: str, decimal: str = ".") -> NDArray:
    """Return cells as numbers or, where they are not, as dates.

    Raises
    ------
    ValueError
        If some are neither.
    """
    try:
        numbers = np.array([float(text.strip().replace(decimal, ".")) for text in texts])
    except ValueError:
        pass
    else:
        if np.all(np.isfinite(numbers)):
            return numbers
    dates = np.empty(len(texts), dtype="datetime64[us]")
    for row, text in enumerate(texts):
        dates[row] = _date(text.strip())
        if np.isnat(dates[row]):
            raise ValueError(
                f"expected numbers or ISO dates (2024-05-31, 2024-05-31T10:00) in the order column "
                f"{name!r}, got {text!r} in row {row + 1}"
            )
    zoned = [bool(_ZONE.search(text.strip())) for text in texts]
    if any(zoned) and not all(zoned):
        row = zoned.index(False)
        raise ValueError(
            f"expected a time zone in every row of the order column {name!r} or in none, "
            f"got {texts[row]!r} in row {row + 1}"
        )
    return dates


_ZONE = re.compile(r"T.*(Z|[+-]\d\d:?(\d\d)?)$")


def _date(text: str) -> np.datetime64:
    """Return an ISO date, in UTC where it names a time zone; not a time where it is none."""
    if not text[:1].isdigit():  # numpy also reads today and now
        return np.datetime64("NaT")
    try:
        with warnings.catch_warnings():  # that the zone is not kept: the order is that of UTC
            warnings.simplefilter("ignore", UserWarning)
            return np.datetime64(text)
    except ValueError:
        return np.datetime64("NaT")


def _written(column: NDArray, value: str) -> str:
    """Return the value as the column writes it: 1 is also 1.0."""
    if value in column:
        return value
    for text in np.unique(column):
        try:
            if float(text) == float(value):
                return str(text)
        except ValueError:
            continue
    return value


def _of_class(data: DataSet, value: str, options: Namespace) -> DataSet:
    """Return the data set with all rows of one label marked."""
    column = data.given_labels.astype(str)
    return _marked(data, column, _written(column, value.strip()), options)


def _of_bundled(data: DataSet, name: str, value: str, options: Namespace) -> DataSet:
    names = data.feature_names
    if name not in (own := names[: data.intercept]):
        raise ValueError(unknown("a column of the data set", name, own))
    j = names.index(name)
    column = data.features[:, j]
    if data.shift is not None and data.scale is not None:
        column = column * data.scale[j] + data.shift[j]
    others = np.arange(len(names)) != j
    kept = replace(
        data,
        features=data.features[:, others],
        feature_names=tuple(np.array(names)[others].tolist()),
        intercept=None if data.intercept is None else data.intercept - (j < data.intercept),
        shift=None if data.shift is None else data.shift[others],
        scale=None if data.scale is None else data.scale[others],
    )
    if options.order is not None:
        return _marked(kept, column, None, options)
    try:
        wanted = float(value)
    except ValueError:
        raise ValueError(f"expected a number as the value of {name!r}, got {value!r}") from None
    # standardising and back rounds
    column = np.round(column, 9)
    same = np.isclose(column, wanted, rtol=1e-9, atol=1e-9)
    return _marked(kept, np.where(same, wanted, column), wanted, options)


def _marked(data: DataSet, column: NDArray, value: Any, options: Namespace) -> DataSet:
    whole = options.forget == "group"
    if whole and not np.any(column == value):
        words = column.dtype.kind not in "fc"
        known = [str(v) if words else f"{v:g}" for v in np.unique(column)]
        name, _, given = options.group.partition("=")
        raise ValueError(
            f"expected --group with a value of {name!r}, got {given!r}"
            f"{did_you_mean(given, known) if words else ''} (it has {listed(known, most=12)})"
        )
    mask = forget_set(
        options.forget, data.features, data.labels, column=column, value=value,
        fraction=None if whole else share(options),
    )  # fmt: skip
    return replace(data, forget=mask)
