"""Whatever a file holds: the table that was written, or one line that says why not."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.data.files import TableError, read_table, table_columns

SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".npz")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def read_or_one_line(path: Path, **options):
    """Return the data set, or the only line of what stands against it."""
    try:
        return read_table(path, standardise=False, intercept=False, **options)
    except TableError as error:
        message = str(error)
        assert message.startswith("expected ")
        assert message.isprintable(), message
        assert len(message) < 2000
        return message


DIALECTS = st.builds(
    lambda doublequote, **options: {
        **options,
        "doublequote": doublequote,
        "escapechar": None if doublequote else "\\",
    },
    delimiter=st.sampled_from(",;\t|: x"),
    quotechar=st.sampled_from("\"'"),
    lineterminator=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    doublequote=st.booleans(),
)
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(
    dialect=DIALECTS,
    columns=st.lists(names, min_size=1, max_size=3),
    x=st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=2, max_size=5),
    y=st.lists(st.booleans(), min_size=5, max_size=5),
    decimal=st.sampled_from(".,"),
    told=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    packed=st.booleans(),
)
def test_a_written_table_comes_back_or_is_refused(
    folder, dialect, columns, x, y, decimal, told, encoding, packed
) -> None:
    d = len(columns)
    x = [row[:d] for row in x]
    y = [0, 1] + [int(value) for value in y[2:]]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, **dialect)
    writer.writerow([*columns, "y"])
    for row, label in zip(x, y, strict=False):
        writer.writerow([*(repr(value).replace(".", decimal) for value in row), label])
    data = stream.getvalue().encode(encoding)
    path = folder / "t.csv"
    path.write_bytes(gzip.compress(data) if packed else data)
    options = {"sep": dialect["delimiter"], "decimal": decimal} if told else {}
    result = read_or_one_line(path, **options)
    plain = dialect["quotechar"] == '"' and dialect["doublequote"]
    if not isinstance(result, str):
        np.testing.assert_array_equal(result.features, x)
        np.testing.assert_array_equal(result.labels, [2 * label - 1 for label in y[: len(x)]])
        if plain:  # other quotation marks are part of a name
            wanted = [name.strip() or f"column {k}" for k, name in enumerate(columns, start=1)]
            assert list(result.feature_names) == wanted
    elif told and plain and dialect["delimiter"] in ",;\t|":
        # told how it was written, only names that clash can stand against it
        assert "distinct column names" in result or "'forget'" in result, result


@pytest.mark.parametrize("told", [True, False])
def test_the_property_meets_both_ends(folder, told) -> None:
    path = folder / "ends.csv"
    path.write_text("a;y\n1;0\n2;1\n")
    assert isinstance(read_or_one_line(path, **({"sep": ";"} if told else {})), str) != told


@given(
    content=st.binary(max_size=200)
    | st.text("ay01,.;\t\"'\n\r -+e_\ufeffnà#", max_size=60).map(
        lambda text: ("a,y\n" + text).encode()
    ),
    suffix=st.sampled_from(SUFFIXES),
    packed=st.booleans(),
    sep=st.none() | st.characters(max_codepoint=255),
)
def test_any_bytes_give_a_table_or_one_line(folder, content, suffix, packed, sep) -> None:
    path = folder / f"any{suffix}"
    path.write_bytes(gzip.compress(content) if packed else content)
    read_or_one_line(path, sep=sep)
    try:
        table_columns(path, sep=sep)
    except TableError as error:
        assert str(error).isprintable()


def archives() -> list[bytes]:
    made = []
    for save in (np.savez, np.savez_compressed):
        stream = io.BytesIO()
        save(
            stream, X=np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]]), y=np.array([b"u", b"v", b"v"])
        )
        made.append(stream.getvalue())
    return made


@given(
    whole=st.sampled_from(archives()),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
    cut=st.none() | st.floats(0, 1),
)
def test_a_damaged_archive_gives_a_table_or_one_line(folder, whole, changes, cut) -> None:
    content = bytearray(whole)
    for place, byte in changes:
        content[int(place * len(content))] = byte
    path = folder / "damaged.npz"
    path.write_bytes(content if cut is None else content[: int(cut * len(content))])
    read_or_one_line(path)


@given(
    header=st.binary(max_size=60)
    | st.builds(
        "{{'descr': {}, 'fortran_order': {}, 'shape': {}}}".format,
        st.sampled_from(
            ["'<f8'", "'|O'", "'<U0'", "'|S3'", "'<c16'", "[('a', '<f8')]", "None", "'?'"]
        ),
        st.sampled_from(["True", "False", "0"]),
        st.lists(st.integers(-2, 2**70), max_size=4).map(tuple) | st.just("(2, 2)"),
    ).map(str.encode),
    version=st.sampled_from([1, 2, 3, 9]),
    body=st.binary(max_size=64) | st.just(bytes(range(32))),
)
def test_any_header_of_an_array_gives_a_table_or_one_line(folder, header, version, body) -> None:
    length = len(header).to_bytes(2 if version == 1 else 4, "little")
    path = folder / "header.npz"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("X.npy", b"\x93NUMPY" + bytes([version, 0]) + length + header + body)
        stream = io.BytesIO()
        np.save(stream, np.array([0, 1]))
        made.writestr("y.npy", stream.getvalue())
    read_or_one_line(path)
