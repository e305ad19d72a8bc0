"""Small files as people have them, and what each is read as.

The rows of all tables in ``tests/cases`` are those of ``ok.csv`` but for what the file's name says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from logreg_unlearn.data.files import TableError, read_table, table_columns
from logreg_unlearn.data.forget_sets import KINDS

CASES = Path(__file__).resolve().parents[1] / "cases"


def read(name, label="outcome", forget: str | None = "to_forget", **options: Any):
    return read_table(CASES / name, label, forget, standardise=False, **options)


GOOD = read("ok.csv")


def assert_same_rows(data):
    np.testing.assert_array_equal(data.features, GOOD.features)
    np.testing.assert_array_equal(data.labels, GOOD.labels)
    np.testing.assert_array_equal(data.forget, GOOD.forget)


def test_the_plain_file_needs_no_note():
    assert GOOD.notes == ()
    assert GOOD.feature_names == ("age", "income", "intercept")
    assert GOOD.intercept == 2


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("savetxt.csv", {}),  # marks 0.000000000000000000e+00
        ("tab.tsv", {}),
        ("semicolon.csv", {"sep": ";", "decimal": ","}),
        ("index_col.csv", {"drop": ["column 1"]}),
        ("id_leading_zero.csv", {"drop": ["id"]}),
    ],
)
def test_other_dialects_of_the_same_table(name, options):
    assert_same_rows(read(name, **options))


def test_our_intercept_is_a_place_and_not_a_name():
    data = read("intercept_col.csv")
    assert data.feature_names == ("intercept", "income", "intercept (appended)")
    assert data.intercept == 2
    np.testing.assert_array_equal(data.features[:, data.intercept], 1.0)
    assert data.features[:, 0].std() > 0.0
    assert data.notes == (
        "'intercept' is a feature of the file; the column of ones is 'intercept (appended)'",
    )


def test_a_column_named_like_a_kind_of_forget_set():
    assert "random" in table_columns(CASES / "col_named_random.csv")
    assert "random" in KINDS
    data = read("col_named_random.csv", forget="random")
    assert_same_rows(data)
    (note,) = data.notes
    assert note == "the forget set is the column 'random'; drop it to choose rows by that kind"
    without = read("col_named_random.csv", forget=None, drop=["random"])
    assert without.forget is None
    assert without.feature_names == GOOD.feature_names


def test_another_forget_column_left_in_is_noted():
    data = read("other_forget_col.csv", forget=None)
    assert data.feature_names == ("age", "income", "to_forget", "intercept")
    assert data.notes == (
        "the feature 'to_forget' is named like a forget set and holds only 0 and 1: "
        "drop it unless it is meant as one",
    )


def test_row_numbers_and_padded_ids_are_noted():
    nameless = read("index_col.csv")
    assert nameless.feature_names[0] == "column 1"
    assert nameless.notes == (
        "the feature 'column 1' has no name in the file and counts the rows: "
        "drop it unless it is meant as one",
    )
    assert read("id_leading_zero.csv").notes == (
        "the feature 'id' is written with leading zeros like a code and counts the rows: "
        "drop it unless it is meant as one",
    )


def test_true_and_false_are_one_and_zero():
    data = read("bool_feature.csv")
    words = [line.split(",")[1] for line in (CASES / "bool_feature.csv").read_text().split()[1:]]
    assert set(words) == {"True", "False"}
    np.testing.assert_array_equal(data.features[:, 1], [word == "True" for word in words])


@pytest.mark.parametrize(
    ("name", "values", "notes"),
    [
        (
            "labels_na.csv",
            ("EU", "NA"),
            ("the label 'NA' is read as a label, not as a missing one",),
        ),
        ("leading_zero_label.csv", ("007", "7"), ()),
    ],
)
def test_labels_that_look_like_something_else(name, values, notes):
    data = read(name)
    assert data.label_values == values
    assert data.notes == notes
    cells = [line.split(",")[2] for line in (CASES / name).read_text().split()[1:]]
    np.testing.assert_array_equal(data.labels, [1.0 if c == values[1] else -1.0 for c in cells])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "under_code.csv",
            "expected a finite number in line 2, column 'plot', got '0_0' "
            "(drop the column if it holds no numbers)",
        ),
        (
            "no_header.csv",
            "expected a column 'outcome', got '50.0', '1.04', '0', '0' "
            "(line 1 holds numbers only: is the header row missing?)",
        ),
        (
            "semicolon.csv",
            "expected a column 'outcome', got 'age;income;outcome;to_forget' "
            "(separated by semicolons? give sep ';')",
        ),
        (
            "blank_lines.csv",
            "expected a finite number in line 34, column 'income', got 'n/a' "
            "(a missing value: fill it in, or leave out the row or the column)",
        ),
    ],
)
def test_what_cannot_be_read_gets_its_line(name, message):
    with pytest.raises(TableError) as caught:
        read(name)
    assert str(caught.value) == message


def test_the_line_is_that_of_the_file():
    lines = (CASES / "blank_lines.csv").read_text().split("\n")
    assert "n/a" in lines[34 - 1]
    assert "" in lines[:33]


def test_decimal_commas_are_suggested():
    with pytest.raises(
        TableError, match=r"got '50,0' \(is ',' the decimal sign\? give decimal ','"
    ):
        read("semicolon.csv", sep=";")


def test_a_header_that_claims_too_much_is_refused_before_allocating():
    with pytest.raises(TableError) as caught:
        read_table(CASES / "hdr_astro.npz")
    assert str(caught.value) == (
        "expected an array 'X' of 2951479051793528000 bytes, as its header says "
        "(shape (40, 9223372036854775) of float64), got 64"
    )
