"""Dialects, encodings, numbers, lines and names of files of text."""

from __future__ import annotations

import csv
import gzip
import io
import os
import sys

import numpy as np
import pytest

from logreg_unlearn.data.files import TableError, read_table, table_columns

TABLE = "a,b,y,forget\n1.5,-2,0,1\n3,0.25,1,0\n-4e1,7,1,0\n"
PACKED = gzip.compress(TABLE.encode(), mtime=0)  # without the time of day


@pytest.fixture
def read(tmp_path):
    def reader(content, name="t.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, **({"standardise": False, "intercept": False} | options))

    return reader


@pytest.fixture
def refusal(read):
    def message(content, name="t.csv", **options):
        with pytest.raises(TableError) as caught:
            read(content, name, **options)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return message


def assert_is_table(data):
    np.testing.assert_array_equal(data.features, [[1.5, -2], [3, 0.25], [-40, 7]])
    np.testing.assert_array_equal(data.labels, [-1, 1, 1])
    np.testing.assert_array_equal(data.forget, [True, False, False])
    assert data.feature_names == ("a", "b")


@pytest.mark.parametrize(
    ("content", "name", "options"),
    [
        (TABLE, "t.CSV", {}),
        (TABLE.replace(",", "\t"), "t.tsv", {}),
        (TABLE.replace(",", "\t"), "t.tab", {}),
        (TABLE.replace(",", "\t"), "t.txt", {"sep": "\t"}),
        (TABLE.replace(",", "\t"), "t.txt", {"sep": r"\t"}),
        (TABLE.replace(",", " "), "t.txt", {"sep": " "}),
        (TABLE.replace(",", "|"), "t.csv", {"sep": "|"}),
        (TABLE.replace(",", ";").replace(".", ","), "t.csv", {"sep": ";", "decimal": ","}),
        (TABLE.replace("1.5", '"1,5"').replace("0.25", '"0,25"'), "t.csv", {"decimal": ","}),
        (TABLE.replace(",", ", "), "t.csv", {}),
        (TABLE.replace(",-2", ', "-2"'), "t.csv", {}),
        (TABLE.replace("\n", "\r\n"), "t.csv", {}),
        (TABLE.replace("\n", "\r"), "t.csv", {}),
        (TABLE.replace("3,", '"3", '), "t.csv", {}),
        (TABLE.replace("\n", "\n\n  \n"), "t.csv", {}),
        (TABLE.encode("utf-8-sig"), "t.csv", {}),
        (TABLE.encode("utf-16"), "t.csv", {}),
        (b"\xfe\xff" + TABLE.encode("utf-16-be"), "t.csv", {}),
        (TABLE.encode("utf-32"), "t.csv", {}),
        (PACKED, "t.csv.gz", {}),
        (PACKED, "t.csv", {}),  # the content says so too
        (TABLE, "t.csv.gz", {}),  # unpacked on the way, the name left as it was
        (gzip.compress(TABLE.replace(",", "\t").encode("utf-16"), mtime=0), "t.TSV.GZ", {}),
    ],
)
def test_the_same_table_in_every_dialect(read, content, name, options):
    data = read(content, name, **options)
    assert_is_table(data)
    assert data.notes == ()
    assert data.name == "t"


@pytest.mark.parametrize(
    ("content", "name", "options", "message"),
    [
        ("a\ty\n1\t0\n", "t.csv", {}, r"got 'a\ty' (separated by tabs? give sep '\t')"),
        ("a;b;c\n1;0;2\n", "t.csv", {}, "got 'a;b;c' (separated by semicolons? give sep ';')"),
        ("a,y\n1,0\n", "t.tsv", {}, "got 'a,y' (separated by commas? give sep ',')"),
        ("a y\n1 0\n", "t.csv", {}, "got 'a y' (separated by blanks? give sep ' ')"),
        ("a,y\n", "t.csv", {"forget": "f"}, "expected a column 'f', got 'a', 'y'"),
        ('"a";"y"\n1;0\n', "t.csv", {}, "or another sep meant?)"),
        ("a,y\n1.5,0\n", "t.csv", {"decimal": ","}, "(is '.' the decimal sign? give decimal '.')"),
        ('a,y\n"1,5",0\n', "t.csv", {}, "(is ',' the decimal sign? give decimal ',')"),
        ('a,y\n"1.234,5",0\n', "t.csv", {"decimal": ","}, "got '1.234,5' (drop the column"),
        ("0,1\n2,3\n", "t.csv", {}, "(line 1 holds numbers only: is the header row missing?)"),
        ("\n\n3,3\n2,3\n", "t.csv", {"label": "3"}, "(line 3 holds numbers only: is the header"),
        ("a,y\n", "t.csv", {"sep": "::"}, "expected sep of one character, no quotation mark, got"),
        ("a,y\n", "t.csv", {"sep": ""}, "expected sep of one character, no quotation mark, got"),
        ("a,y\n", "t.csv", {"sep": '"'}, "expected sep of one character, no quotation mark, got"),
        ("a,y\n", "t.csv", {"decimal": ";"}, "expected decimal '.' or ',', got ';'"),
        ("a,y\n", "t.txt", {}, "expected to be told sep, what separates the columns of a .txt"),
        (b"PK\x03\x04", "t.csv", {}, "got a zip archive (a spreadsheet? save it as CSV)"),
        (
            "\ufeffa,y\n1,0\n".encode("utf-16-le") + b"\x00\xd8",
            "t.csv",
            {},
            "expected UTF-16, as the file's mark says, got other bytes",
        ),
        (
            "a,y\n1,0\n".encode("utf-16-le"),
            "t.csv",
            {},
            "got a NUL character near line 1 (in UTF-16?",
        ),
        ("a,y\n1,0\né,1\n".encode("latin-1"), "t.csv", {}, "byte 0xe9 near line 3 (in Latin-1"),
        (PACKED[:-9], "t.csv.gz", {}, "expected a readable .csv file, got"),
        (PACKED[:10] + b"\xff" * 20, "t.csv.gz", {}, "got '/"),
        (b"\x1f\x8bjunk", "t.csv.gz", {}, "expected a readable .csv file, got"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(refusal, content, name, options, message):
    assert message in refusal(content, name, **options)


def test_blanks_in_a_name_are_no_separators(refusal):
    assert refusal("a b\n1\n") == "expected a column 'y', got 'a b'"


@pytest.mark.parametrize(
    "cell", ["3_1", "1__2", "１２", "٣", "0x1f", "1e", "--1", "1 2", "1.2.3", "1d5"]
)
def test_what_is_no_number(refusal, cell):
    got = refusal(f"a,y\n0,0\n1,1\n{cell},1\n")
    assert got == (
        f"expected a finite number in line 4, column 'a', got {cell!r} "
        "(drop the column if it holds no numbers)"
    )


@pytest.mark.parametrize("cell", ["nan", "NaN", "NA", "n/a", "None", "null", "", "  "])
def test_missing_numbers(refusal, cell):
    got = refusal(f"a,y\n0,0\n{cell},1\n1,1\n")
    shown = repr(cell) if cell.strip() else "an empty cell"
    assert got.startswith(f"expected a finite number in line 3, column 'a', got {shown} (a missing")


@pytest.mark.parametrize(
    ("cell", "value"),
    [("+3", 3.0), (".5", 0.5), ("5.", 5.0), ("1E+2", 100.0), ("\xa07 ", 7.0), ("1e-999", 0.0)],
)
def test_what_is_a_number(read, cell, value):
    assert read(f"a,y\n1,0\n{cell},1\n").features[1, 0] == value


def test_numbers_whose_sum_overflows_are_finite(read):
    data = read("a,b,y\n1e308,1e308,0\n1,2,1\n")
    np.testing.assert_array_equal(data.features[0], 1e308)


def test_true_and_false_fill_a_column_or_none_of_it(read, refusal):
    text = "a,b,y\nTRUE,1_1,0\nfalse,2,1\n"
    np.testing.assert_array_equal(read(text, drop=["b"]).features, [[1], [0]])
    assert refusal("a,b,y\n5,1,0\n3,True,1\nTrue,False,1\n") == (
        "expected numbers or true/false throughout column 'b', "
        "got true/false in line 3 and numbers elsewhere"
    )


@pytest.mark.parametrize(
    ("cells", "labels", "values", "notes"),
    [
        (["7", "007", "7"], [1, -1, 1], ("007", "7"), 0),
        (["01", "2", "01"], [-1, 1, -1], ("01", "2"), 0),
        (["0", "-0.5", "0"], [1, -1, 1], ("-0.5", "0"), 0),
        # one apart, and beyond what float64 tells apart
        (["9007199254740993", "9007199254740992", "9007199254740993"], [1, -1, 1], None, 0),
        (["1_0", "9", "9"], [-1, 1, 1], ("1_0", "9"), 0),  # text: 1_0 is no number
        (["1", "1.0", "0"], [1, 1, -1], ("0", "1"), 1),
        (["NA", "EU", "NA"], [1, -1, 1], ("EU", "NA"), 1),
        (["None", "nan", "nan"], [-1, 1, 1], ("None", "nan"), 2),
        (["1e99999999999999999999", "9", "9"], [-1, 1, 1], None, 0),
    ],
)
def test_labels_that_look_alike(read, cells, labels, values, notes):
    data = read("a,y\n" + "".join(f"{i * i},{cell}\n" for i, cell in enumerate(cells)))
    np.testing.assert_array_equal(data.labels, labels)
    assert values is None or data.label_values == values
    assert len(data.notes) == notes


def test_labels_that_cannot_be_two(refusal):
    assert refusal("a,y\n1,7\n2,7.0\n") == (
        "expected labels of two values or more in 'y', got 1: '7' (equal as numbers: '7', '7.0')"
    )
    assert refusal("a,y\n1,0\n2,NA\n") == (
        "expected a label in line 3, column 'y', got 'NA' where the others are numbers"
    )


def test_labels_with_decimal_commas_are_numbers(read):
    data = read("a;y\n1;10,0\n2;9,5\n4;10\n", sep=";", decimal=",")
    np.testing.assert_array_equal(data.labels, [1, -1, 1])
    assert data.label_values == ("9,5", "10,0")


@pytest.mark.parametrize("yes", ["1.000000e+00", "+1", "1.", "01", "YES"])
@pytest.mark.parametrize("no", ["0.000000e+00", "-0", ".0", "No"])
def test_marks_are_numbers_or_words(read, yes, no):
    data = read(f"a,y,forget\n1,0,{yes}\n2,1,{no}\n")
    np.testing.assert_array_equal(data.forget, [True, False])


@pytest.mark.parametrize("mark", ["", "2", "0.5", "1_0", "t", "inf"])
def test_other_marks_are_refused(refusal, mark):
    got = refusal(f"a,y,forget\n1,0,1\n2,1,{mark}\n")
    shown = repr(mark) if mark else "an empty cell"
    want = f"expected 0/1, true/false or yes/no in line 3, column 'forget', got {shown}"
    assert got == want


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_the_file(refusal, end):
    rows = ["", '"a', '",y', "", "1,0", '"2', '",1', "", "x,1", ""]
    assert refusal(end.join(rows)).startswith(
        "expected a finite number in line 9, column 'a', got 'x'"
    )
    rows[8] = "3,1,5"
    assert refusal(end.join(rows)).endswith("got 3 in line 9")
    rows[8] = "3,"
    assert "in line 9, column 'y'" in refusal(end.join(rows))
    rows[8] = '3,"1'
    assert "got a row that does not end well in line 9" in refusal(end.join(rows))


def test_memory_that_is_refused_gets_one_line(refusal, monkeypatch):
    def refused(self):
        raise MemoryError

    monkeypatch.setattr("pathlib.Path.read_bytes", refused)
    assert refusal(TABLE).endswith("t.csv': it does not fit into the memory")


def test_an_open_quotation_mark_swallows_nothing(refusal):
    assert "quotation mark" in refusal('a,y\n1,0\n2,"1\n3,0\n')
    assert "quotation mark" in refusal('a,y\n1,0\n2,"' + "1\n3,0\n" * 50_000)


def test_long_cells_are_shown_in_part(refusal):
    assert len(refusal(f"a,y\n{'x' * 1000},0\n1,1\n")) < 200
    assert len(refusal(f"{'x' * 1000},z\n1,0\n1,1\n")) < 200


def test_columns_are_dropped_before_they_are_read(read, refusal):
    text = "id,a,,id,y,forget\nx,1,u,,0,1\nz,5,v,,1,0\n"
    data = read(text, drop=["id", "column 3", "forget"])
    assert data.feature_names == ("a",)
    assert data.forget is None
    assert read("a,b,y\n1,x,0\n2,x,1\n", drop="b").feature_names == ("a",)
    assert "expected distinct column names, got 'id' more than once" in refusal(text)
    assert refusal(text, drop=["c"]).startswith("expected distinct column names")
    cases = {
        "y": "expected to drop a column that is not in use, got 'y'",
        "c": "expected a column 'c' to drop, got 'a', 'y'",
        "a": "expected a feature column, got only 'y'",
    }
    for name, message in cases.items():
        assert refusal("a,y\n1,0\n2,1\n", drop=[name]) == message


def test_columns_without_a_name_are_called_by_their_place(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(" ,a,,random\nnot,read,at,all\n")
    assert table_columns(path) == ("column 1", "a", "column 3", "random")
    assert table_columns(path, sep=";") == (",a,,random",)
    with pytest.raises(TableError, match=r"expected a readable \.csv file"):
        table_columns(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("cells", "noted"),
    [
        ("0 1 2 3", True),
        ("17 18 19", True),
        ("1 2", False),  # two rows are no pattern
        ("1 2 4", False),
        ("3 2 1", False),
        ("1e300 1e300 1e300", False),  # plus one, it is the same
    ],
)
def test_a_column_that_counts_the_rows_is_noted(read, cells, noted):
    rows = [f"{cell},{i % 2}" for i, cell in enumerate(cells.split())]
    data = read("\n".join(["a,y", *rows]))
    assert data.notes == (
        ("the feature 'a' counts the rows: drop it unless it is meant as one",) if noted else ()
    )


@pytest.mark.parametrize(
    ("header", "cells", "noted"),
    [
        ("to_forget", "100", True),
        ("Forgotten", "TRUE false false", True),
        ("deleted", "1.0 0.0 0.0", True),
        ("unlearn_me", "101", True),
        ("to_forget", "102", False),
        ("gone", "100", False),
    ],
)
def test_what_looks_like_another_forget_set_is_noted(read, header, cells, noted):
    marks = cells.split() if " " in cells else list(cells)
    rows = [f"{mark},{i % 2}" for i, mark in enumerate(marks)]
    notes = read("\n".join([f"{header},y", *rows])).notes
    assert bool(notes) == noted
    assert all(f"{header!r} is named like a forget set" in note for note in notes)


@pytest.mark.parametrize(
    ("cells", "noted"),
    [("007 12 400", True), ("0 0.5 0e3", False), ("7 10 100", False), ("00 1 5", True)],
)
@pytest.mark.parametrize("place", [0, 1])
def test_leading_zeros_are_noted(read, cells, noted, place):
    columns = [cells.split(), ["5", "9", "1"]]
    if place:
        columns.reverse()
    rows = [",".join([*row, str(i % 2)]) for i, row in enumerate(zip(*columns, strict=True))]
    notes = read("\n".join(["a,b,y", *rows])).notes
    name = "ab"[place]
    wanted = f"the feature {name!r} is written with leading zeros like a code: "
    assert notes == ((wanted + "drop it unless it is meant as one",) if noted else ())


def test_a_header_of_numbers_is_taken_with_a_note(read):
    data = read("0,1,2\n5,6,0\n7,9,1\n", label="2")
    assert data.feature_names == ("0", "1")
    assert data.notes == ("line 1 holds numbers only: is the header row missing?",)


def test_the_appended_column_has_a_name_of_its_own(read):
    text = "intercept,intercept (appended),y\n1,2,0\n2,5,1\n"
    data = read(text, intercept=True)
    assert len(set(data.feature_names)) == 3
    assert data.intercept == 2
    assert read(text).intercept is None
    constant = read("intercept,a,y\n1,2,0\n1,5,1\n", intercept=True)
    assert constant.feature_names == ("a", "intercept")
    assert constant.dropped == ("intercept",)
    assert constant.notes == ()


NAMES = [
    "plain",
    "two words",
    "$x_1^{2}$",
    "[bold]",
    "данные",
    "数据\u3000表",
    "a.b",
    "x\ny",
    "é\x1b[1m",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_file_name_gives_a_printable_name(read, name):
    data = read(TABLE, f"{name}.csv")
    hidden = name.replace("\n", "\ufffd").replace("\x1b", "\ufffd")
    assert data.name == hidden
    assert data.source.endswith(f"{hidden}.csv")
    assert_is_table(data)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are text there")
def test_a_file_name_that_is_not_utf_8(read, refusal):
    name = os.fsdecode(b"caf\xe9")
    data = read(TABLE, f"{name}.csv")
    assert data.name == "caf\ufffd"
    data.source.encode()
    refusal("", f"{name}.csv").encode()
    refusal("", f"{name}.xlsx").encode()


def test_a_writer_of_another_library_is_read(read):
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows(csv.reader(TABLE.splitlines()))
    assert_is_table(read(stream.getvalue()))
