"""Separated text: CSV and its relatives, plain or gzipped, in UTF-8 or with a byte-order mark.

Nothing is guessed. Separator and decimal sign are what the suffix or the caller says; where that
does not fit the file, the error says what would. The standard library's ``csv`` is enough for it,
and counts lines, which pandas does not: a message names the line of the file.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from pathlib import Path

from logreg_unlearn.data._cells import Numbers, is_number
from logreg_unlearn.data._table import (
    Cells,
    Choice,
    Table,
    TableError,
    check_count,
    kept_features,
    quoted,
)

__all__ = ["column_names", "read_text", "records"]

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
# UTF-32 first: its little-endian mark begins with that of UTF-16
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas", " ": "blanks"}

_Record = tuple[int, list[str]]
"""A row's cells and the line of the file that it begins in, counted from 1."""


def column_names(path: Path, sep: str) -> list[str]:
    """Return the names in the header row."""
    return _header(path, records(path, sep))[1]


def read_text(path: Path, choice: Choice, sep: str, decimal: str) -> Table:
    """Read the table; a column without a name is called ``column 3``, its place from 1."""
    rows = records(path, sep)
    line, names, nameless = _header(path, rows)
    repeated = [name for name, count in Counter(names).items() if count > 1]
    unheaded = ""
    if all(is_number(name, decimal) for name in names):
        unheaded = f"line {line} holds numbers only: is the header row missing?"
    advice = unheaded or _other_separator(names, choice.label, sep)
    taken = choice.among(names, "a column", advice)
    for name in repeated:
        if name not in choice.drop:
            raise TableError(
                f"expected distinct column names, got {quoted(name)} more than once"
                f"{unheaded and f' ({unheaded})'}"
            )
    kept = kept_features(names, taken, choice.drop)
    pick, used = _picker(kept), _picker([names.index(name) for name in taken])
    features = Numbers([names[j] for j in kept], decimal)
    lines: list[int] = []
    others: list[Sequence[str]] = []
    for line, cells in rows:
        if len(cells) != len(names):
            raise TableError(
                f"expected {len(names)} cells in each row, as in the header, "
                f"got {len(cells)} in line {line}"
            )
        features.add(line, pick(cells))
        lines.append(line)
        others.append(used(cells))
    check_count(len(lines))
    doubts = {name: ["has no name in the file"] for name in nameless}
    for k in sorted(features.padded):
        doubts.setdefault(names[kept[k]], []).append("is written with leading zeros like a code")
    label, *forget = (
        Cells(name, list(texts), partial(_place, lines, name), decimal)
        for name, texts in zip(taken, zip(*others, strict=True), strict=True)
    )
    return Table(
        [names[j] for j in kept],
        features.table(),
        label,
        forget[0] if forget else None,
        doubts,
        [unheaded] if unheaded else [],
    )


def _picker(places: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """Return a function that takes these cells from a row, fast."""
    if len(places) == 1:
        return lambda cells: (cells[places[0]],)
    return itemgetter(*places)


def _place(lines: list[int], name: str, row: int) -> str:
    return f"line {lines[row]}, column {quoted(name)}"


def records(path: Path, sep: str) -> Iterator[_Record]:
    """Yield the rows that are not blank."""
    data, encoding = _bytes(path)
    with io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="") as handle:
        # a blank after the separator must not hide the quotation mark behind it
        reader = csv.reader(handle, delimiter=sep, strict=True, skipinitialspace=sep != " ")
        line = 1
        try:
            for cells in reader:
                if len(cells) > 1 or "".join(cells).strip():
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise TableError(
                f"expected cells separated by {sep!r}, got a row that does not end well in "
                f"line {line}: {error} (is a quotation mark left open, or another sep meant?)"
            ) from error


def _bytes(path: Path) -> tuple[bytes, str]:
    """Return the bytes of the text and their encoding, which is UTF-8 unless a mark says more."""
    data = path.read_bytes()
    if data.startswith(_GZIP):  # no text begins so: the suffix need not say it
        data = gzip.decompress(data)
    if data.startswith(_ZIP):
        raise TableError("expected text, got a zip archive (a spreadsheet? save it as CSV)")
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = len((data[: error.start] + b"-").splitlines())
        raise TableError(
            f"expected text in UTF-8, got the byte 0x{data[error.start]:02x} near line {line} "
            "(in Latin-1 or another encoding? save it as UTF-8)"
            if encoding == "utf-8"
            else f"expected {encoding.upper()}, as the file's mark says, got other bytes"
        ) from error
    if "\0" in text:
        line = len((text[: text.index("\0")] + "-").splitlines())
        raise TableError(
            f"expected text, got a NUL character near line {line} (in UTF-16? save it as UTF-8)"
        )
    return data, encoding


def _header(path: Path, rows: Iterator[_Record]) -> tuple[int, list[str], list[str]]:
    """Return the header's line, the names of its columns, and which of these are made up."""
    first = next(rows, None)
    if first is None:
        raise TableError(f"expected a header row and data, got the empty file {str(path)!r}")
    line, cells = first
    texts = [cell.strip() for cell in cells]
    names = [text or f"column {place}" for place, text in enumerate(texts, start=1)]
    return line, names, [name for name, text in zip(names, texts, strict=True) if not text]


def _other_separator(names: list[str], label: str, sep: str) -> str:
    """Return advice where another separator than ``sep`` would give the label's column."""
    text = sep.join(names)
    for other, word in _SEPARATORS.items():
        parts = [part.strip(' "') for part in text.split(other)]
        if other != sep and (label in parts or (len(parts) > len(names) == 1 and other != " ")):
            return f"separated by {word}? give sep {other!r}"
    return ""
