"""Arrays of an NPZ archive, as `numpy.savez` and `numpy.savez_compressed` write it.

Room is made for what the archive holds, never for what a header claims: numpy.load allocates the
claim first, and a header of 128 bytes can claim an exabyte.
"""

from __future__ import annotations

import math
import os
import zipfile
import zlib
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from logreg_unlearn.data._table import (
    Cells,
    Choice,
    Table,
    TableError,
    check_count,
    kept_features,
    listed,
    quoted,
)

__all__ = ["array_names", "read_arrays"]

# What NumPy writes. Deflate makes at most 1032 bytes of one (zlib's technical notes), so that what
# is read is bounded by the file's size; others know no such bound.
_EXPANDS_LITTLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

_DAMAGED = (ValueError, EOFError, NotImplementedError, zlib.error, zipfile.BadZipFile)
"""What zipfile raises on an archive that is damaged or foreign, beside OSError."""

_NUMERIC = "biuf"
_TEXT = "SU"


def array_names(path: Path) -> list[str]:
    """Return the names of the arrays."""
    with path.open("rb") as handle:
        return list(_members(_opened(handle, path)))


def read_arrays(path: Path, choice: Choice) -> Table:
    """Read ``X``, whose columns are called x0, x1, ..., and the arrays of the choice."""
    with path.open("rb") as handle:
        archive = _opened(handle, path)
        members = _members(archive)
        taken = choice.among(list(members), "an array")
        if "X" not in members:
            raise TableError(f"expected an array 'X', got {listed(members)}")
        size = handle.seek(0, os.SEEK_END)
        features, *columns = (_array(archive, members[name], name, size) for name in ("X", *taken))
    if features.ndim != 2 or features.dtype.kind not in _NUMERIC:
        raise TableError(
            "expected a numeric array 'X' of shape (n, d), "
            f"got shape {features.shape} of {features.dtype}"
        )
    n, d = features.shape
    check_count(n)
    if d == 0:
        raise TableError(f"expected a feature column, got 'X' of shape {features.shape}")
    for name, column in zip(taken, columns, strict=True):
        if column.shape != (n,):
            raise TableError(f"expected {quoted(name)} of shape ({n},), got {column.shape}")
    names = [f"x{j}" for j in range(d)]
    kept = kept_features(names, taken, choice.drop)
    # a long double beyond float64 becomes infinite, and is refused below
    with np.errstate(over="ignore"):
        values = np.asarray(features[:, kept], dtype=float)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        row, k = bad[0]
        raise TableError(f"expected finite features, got {values[row, k]} in X[{row}, {kept[k]}]")
    label, *forget = (_cells(name, c) for name, c in zip(taken, columns, strict=True))
    return Table([names[j] for j in kept], values, label, forget[0] if forget else None)


def _opened(handle: IO[bytes], path: Path) -> zipfile.ZipFile:
    start = handle.read(len(npy.MAGIC_PREFIX))
    if start == npy.MAGIC_PREFIX:
        raise TableError(f"expected an NPZ archive, got a single array in {str(path)!r}")
    try:
        return zipfile.ZipFile(handle)
    except _DAMAGED as error:
        raise TableError(
            f"expected an NPZ archive, got a damaged or foreign file in {str(path)!r}: {error}"
        ) from error


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    return {info.filename.removesuffix(".npy"): info for info in archive.infolist()}


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, size: int) -> NDArray:
    """Read an array from an archive of ``size`` bytes."""
    if info.compress_type not in _EXPANDS_LITTLE or info.flag_bits & 1:
        raise TableError(
            f"expected {quoted(name)} stored or deflated, as numpy.savez writes it, "
            "got another compression or encryption"
        )
    if info.compress_size > size:
        raise TableError(
            f"expected an array {quoted(name)}, got a damaged one: "
            f"{info.compress_size} bytes in an archive of {size}"
        )
    try:
        with archive.open(info) as stream:
            shape, fortran, dtype = _header(stream, name)
            data = stream.read()
        claimed = math.prod(shape) * dtype.itemsize
        if len(data) != claimed:
            raise TableError(
                f"expected an array {quoted(name)} of {claimed} bytes, as its header says "
                f"(shape {shape} of {dtype}), got {len(data)}"
            )
        array: NDArray = np.frombuffer(data, dtype) if data else np.empty(0, dtype)
        return array.reshape(shape, order="F" if fortran else "C")
    except TableError:
        raise
    except _DAMAGED as error:
        raise TableError(f"expected an array {quoted(name)}, got a damaged one: {error}") from error


def _header(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype]:
    try:
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, fortran, dtype = read(stream)
    except Exception as error:  # NumPy evaluates the header as Python's literal, and much can fail
        reason = " ".join(str(error).split())
        raise TableError(
            f"expected an array {quoted(name)}, got a damaged or foreign one: {reason}"
        ) from None
    if dtype.hasobject:
        raise TableError(
            f"expected a plain array {quoted(name)}, got one of Python objects "
            "(save it as numbers or text: .astype(str))"
        )
    if dtype.kind not in _NUMERIC + _TEXT + "c" or dtype.itemsize == 0:
        raise TableError(f"expected {quoted(name)} of numbers or text, got dtype {dtype}")
    if min(shape, default=0) < 0:
        raise TableError(f"expected {quoted(name)} of a shape without signs, got {shape}")
    return shape, fortran, dtype


def _cells(name: str, column: NDArray) -> Cells:
    try:
        if column.dtype.kind == "S":
            texts = [value.decode() for value in column.tolist()]
        else:
            texts = [str(value) for value in column.tolist()]
    except ValueError as error:  # bytes that are not UTF-8, characters beyond Unicode
        raise TableError(f"expected text in {quoted(name)}, got {error}") from error
    return Cells(name, texts, lambda row: f"{name}[{row}]")
