"""Options that several commands share: how a table is read, which method is meant."""

from __future__ import annotations

import argparse
from argparse import Namespace
from typing import Any

from logreg_unlearn.cli.console import Parser, unknown
from logreg_unlearn.unlearn.ascent import METHODS
from logreg_unlearn.unlearn.load import load_method

# options that say how a table is read: name, default
READING = {"label": "y", "sep": None, "decimal": ".", "drop": (), "raw": False}


def add_reading(made: Parser) -> None:
    """Add the options that say how a table is read."""
    made.add_argument("--label", metavar="COL", help="column of the labels (default: y)")
    made.add_argument(
        "--drop", action="append", metavar="COL", help="column that is no feature; repeatable"
    )
    made.add_argument(
        "--sep", help="what separates columns (default: a comma in .csv, a tab in .tsv and .tab)"
    )
    made.add_argument("--decimal", metavar="SIGN", help="decimal sign, . or , (default: .)")
    made.add_argument(
        "--raw", action="store_true", help="do not standardise the columns of the file"
    )


def reading(options: Namespace, is_file: bool) -> dict[str, Any]:
    """Return how a table is read, as `read_table` takes it.

    Raises
    ------
    ValueError
        If an option for tables is given where there is none.
    """
    asked = {name: getattr(options, name) for name in READING}
    given = {name: value for name, value in asked.items() if value not in (None, False)}
    if given and not is_file:
        raise ValueError(f"expected --{next(iter(given))} with a file, got it without one")
    how = READING | given
    how["drop"] = tuple(how["drop"])
    how["standardise"] = not how.pop("raw")
    return how


def method_name(text: str) -> str:
    """Read ``--method``: a known method's name, or the user's own at ``module:name``."""
    if text in METHODS:
        return text
    try:
        if ":" not in text:
            raise ValueError(unknown("a method or module:name", text, METHODS))
        load_method(text)
    except ValueError as error:  # argparse would put a line of its own in place of this one
        raise argparse.ArgumentTypeError(str(error)) from None
    return text
