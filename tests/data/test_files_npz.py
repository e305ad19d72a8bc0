"""A user's own NPZ: what is read, and what is refused before room is made for it."""

from __future__ import annotations

import io
import math
import struct
import tracemalloc
import zipfile
from typing import Any

import numpy as np
import pytest

from logreg_unlearn.data.files import TableError, read_table, table_columns


def test_npz_brings_its_forget_set(tmp_path):
    path = tmp_path / "t.npz"
    x = np.arange(8.0).reshape(4, 2) ** 2
    np.savez(path, X=x, y=[3, 7, 7, 3], forget=[True, False, False, False], late=[0.0, 1, 1, 0])
    data = read_table(path)
    np.testing.assert_array_equal(data.labels, [-1, 1, 1, -1])
    np.testing.assert_array_equal(data.forget, [True, False, False, False])
    assert data.label_values == ("3", "7")
    np.testing.assert_array_equal(
        read_table(path, forget="late").forget, [False, True, True, False]
    )


GOOD_ARRAYS: dict[str, Any] = {"X": np.eye(3), "y": np.array([0, 1, 1])}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.ones(3)}, r"numeric array 'X' of shape \(n, d\), got shape \(3,\) of float64"),
        ({"X": np.full((3, 1), "a")}, r"numeric array 'X'.*of <U1"),
        ({"X": np.eye(3) * 1j}, "numeric array 'X'.*of complex128"),
        ({"X": np.ones((3, 0))}, r"a feature column, got 'X' of shape \(3, 0\)"),
        ({"X": np.ones((1, 3))}, "at least two rows of data, got 1"),
        ({"X": np.array([[1.0], [np.nan], [0.0]])}, r"got nan in X\[1, 0\]"),
        ({"y": np.array([0, 1])}, r"expected 'y' of shape \(3,\), got \(2,\)"),
        ({"y": np.array([0, 1, 2])}, "at most 2 values in 'y', got 3: '0', '1', '2' in 3 rows"),
        (
            {"y": np.array([0.0, 1.0, np.nan])},
            r"a label in y\[2\], got 'nan' where the others are numbers",
        ),
        ({"forget": np.array([1, 0])}, r"'forget' of shape \(3,\), got \(2,\)"),
        ({"forget": np.zeros(3)}, "in 'forget', got an empty one"),
        ({"y": np.array([None, "a", "b"])}, "a plain array 'y', got one of Python objects"),
        ({"y": np.array(b"raw")}, r"expected 'y' of shape \(3,\), got \(\)"),
        ({"y": np.array([b"\xff", b"a", b"a"])}, "expected text in 'y', got 'utf-8' codec"),
        ({"y": np.array([0, 1, 1], "M8[Y]")}, r"'y' of numbers or text, got dtype datetime64\[Y\]"),
        ({"X": np.ones(3, [("a", float), ("b", float)])}, "'X' of numbers or text, got dtype"),
        ({"X": np.array([[np.longdouble("1e400")], [1], [2]])}, r"got inf in X\[0, 0\]"),
        ({"y": None}, "expected an array 'y', got 'X'"),
        ({"X": None}, "expected an array 'X', got 'y'"),
    ],
)
def test_bad_npz_gets_one_line(tmp_path, change, message):
    path = tmp_path / "t.npz"
    contents: dict[str, Any] = {
        key: a for key, a in (GOOD_ARRAYS | change).items() if a is not None
    }
    np.savez(path, **contents)
    with pytest.raises(TableError, match=message) as caught:
        read_table(path)
    assert "\n" not in str(caught.value)


def test_foreign_archives_get_one_line(tmp_path):
    np.save(tmp_path / "single.npy", np.eye(2))
    single = (tmp_path / "single.npy").read_bytes()
    np.savez(tmp_path / "whole.npz", **GOOD_ARRAYS)
    whole = (tmp_path / "whole.npz").read_bytes()
    damaged = bytearray(whole)
    damaged[whole.index(b"NUMPY") + 130] ^= 0xFF  # in the numbers: the checksum notices
    cases = [
        (bytes(damaged), "expected an array 'X', got a damaged"),
        (single, "expected an NPZ archive, got a single array"),
        (b"hello", "expected an NPZ archive, got a damaged or foreign file"),
        (whole[:100], "expected an NPZ archive, got a damaged or foreign file"),
        (b"", "expected an NPZ archive, got a damaged or foreign file"),
    ]
    for content, message in cases:
        path = tmp_path / "t.npz"
        path.write_bytes(content)
        with pytest.raises(TableError) as caught:
            read_table(path)
        assert str(caught.value).startswith(message)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "arrays",
    [
        {"X": np.asfortranarray(np.arange(6.0).reshape(3, 2) ** 2)},
        {"X": (np.arange(6).reshape(3, 2) ** 2).astype(">i4")},
        {"X": (np.arange(6).reshape(3, 2) ** 2).astype(np.float16)},
        {"y": np.array([b"no", b"yes", b"yes"])},  # text stored as bytes
        {"y": np.array(["no", "yes", "yes"])},
        {"y": np.array([False, True, True])},
    ],
)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_the_same_table_in_any_layout(tmp_path, arrays, save):
    path = tmp_path / "t.npz"
    save(path, **({"X": np.arange(6.0).reshape(3, 2) ** 2, "y": [0, 1, 1]} | arrays))
    data = read_table(path, standardise=False, intercept=False)
    np.testing.assert_array_equal(data.features, [[0, 1], [4, 9], [16, 25]])
    np.testing.assert_array_equal(data.labels, [-1, 1, 1])
    if arrays.get("y", np.zeros(0)).dtype.kind in "SU":
        assert data.label_values == ("no", "yes")


def test_columns_are_listed_and_dropped_by_name(tmp_path):
    path = tmp_path / "t.npz"
    np.savez(path, X=np.array([[5.0, 1, 4], [6, 9, 2], [7, 3, 1]]), y=[0, 1, 1])
    assert table_columns(path) == ("X", "y")
    data = read_table(path, drop=["x1"], standardise=False)
    assert data.feature_names == ("x0", "x2", "intercept")
    np.testing.assert_array_equal(data.features, [[5, 4, 1], [6, 2, 1], [7, 1, 1]])
    assert data.notes == ("the feature 'x0' counts the rows: drop it unless it is meant as one",)
    with pytest.raises(TableError, match="expected a column 'x3' to drop, got 'x0', 'x1', 'x2'"):
        read_table(path, drop=["x3"])
    with pytest.raises(TableError, match="expected sep and decimal for text only"):
        read_table(path, sep=";")


def header(shape, descr="<f8", fortran=False):
    stream = io.BytesIO()
    contents = {"descr": descr, "fortran_order": fortran, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, contents)
    return stream.getvalue()


def archive(path, x, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as made:
        made.writestr("X.npy", x)
        made.writestr("y.npy", header((2,), "<i8") + struct.pack("<2q", 0, 1))


@pytest.mark.parametrize("shape", [(2, 3), (2, 1), (2, 10**15), (10**30, 10**30), (1 << 62, 4)])
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_array_is_as_long_as_its_header_says(tmp_path, shape, compression):
    archive(tmp_path / "t.npz", header(shape) + bytes(32), compression)
    with pytest.raises(TableError, match=r"^expected an array 'X' of \d+ bytes, .*, got 32$"):
        read_table(tmp_path / "t.npz")


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (header((-2, -2)) + bytes(32), "of a shape without signs"),
        (header((2, 2), "|V8") + bytes(32), "of numbers or text, got dtype"),
        (header((10**9, 2), "<U0"), "of numbers or text, got dtype <U0"),
        (header((10**30, 0)), "expected an array 'X', got a damaged one"),
        (header((1,) * 70) + bytes(8), "expected an array 'X', got a damaged one"),
        (b"", "expected an array 'X', got a damaged or foreign one"),
        (b"1,2\n3,4\n", "expected an array 'X', got a damaged or foreign one"),
        (b"\x93NUMPY\x09\x00", "expected an array 'X', got a damaged or foreign one"),
        (b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16, "got a damaged or foreign one"),
    ],
)
def test_headers_that_are_none(tmp_path, x, message):
    archive(tmp_path / "t.npz", x)
    with pytest.raises(TableError, match=message) as caught:
        read_table(tmp_path / "t.npz")
    assert "\n" not in str(caught.value)


def patched(path, changes, entry=b"PK\x01\x02"):
    """Change fields of the first entry of the archive's directory: place, format and value."""
    content = bytearray(path.read_bytes())
    for place, form, value in changes:
        struct.pack_into(form, content, content.index(entry) + place, value)
    path.write_bytes(content)


PACKED, UNPACKED = 20, 24  # where an entry has its sizes


@pytest.mark.parametrize("fields", [(PACKED,), (UNPACKED,), (PACKED, UNPACKED)])
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_sizes_that_the_archive_itself_claims_are_not_believed(tmp_path, fields, compression):
    path = tmp_path / "t.npz"
    shape = (2**27, 2)
    archive(path, header(shape) + bytes(32), compression)
    claimed = len(header(shape)) + 8 * math.prod(shape)
    patched(path, [(field, "<L", claimed) for field in fields])
    tracemalloc.start()
    with pytest.raises(TableError, match="expected an array 'X'"):
        read_table(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_damage_of_every_kind_gets_one_line(tmp_path):
    path = tmp_path / "t.npz"
    noise = np.random.default_rng(0).normal(size=(3, 5000))
    np.savez_compressed(path, X=noise, y=[0, 1, 1])
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[60_000:60_400] = b"\xff" * 400  # no code of deflate, far behind the header
    path.write_bytes(damaged)
    with pytest.raises(TableError, match="expected an array 'X', got a damaged one: Error -3"):
        read_table(path)
    path.write_bytes(whole)
    patched(path, [(6, "<H", 99)])
    with pytest.raises(TableError, match=r"damaged or foreign file in .*: zip file version 9.9"):
        read_table(path)
    archive(path, header((2, 2)) + bytes(32))
    size = path.stat().st_size
    patched(path, [(PACKED, "<L", size), (UNPACKED, "<L", 2 * size)])
    with pytest.raises(TableError, match="expected an array 'X', got a damaged one"):
        read_table(path)


def test_a_place_beyond_the_end_is_refused(tmp_path):
    path = tmp_path / "t.npz"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("X.npy", header((2, 2)) + bytes(32))
        made.writestr("y.npy", header((2,)) + bytes(16))
        made.infolist()[0].header_offset = 2**63 + 5
    with pytest.raises(TableError, match="expected an array 'X', got a damaged one"):
        read_table(path)


def test_other_compressions_and_encryption_are_refused(tmp_path):
    path = tmp_path / "t.npz"
    archive(path, header((2, 2)) + bytes(32), zipfile.ZIP_LZMA)
    with pytest.raises(TableError, match="expected 'X' stored or deflated"):
        read_table(path)
    archive(path, header((2, 2)) + bytes(32))
    patched(path, [(8, "<H", 1)])
    with pytest.raises(TableError, match="expected 'X' stored or deflated"):
        read_table(path)
