"""Opening a store: to read beside its writer, or as the one writer.

The writer holds an exclusive lock on an empty database beside the store, so that readers of the
store never meet it: the system drops the lock when the process ends, however it ends.  A file that
is not a store of ours is refused before SQLite touches it.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from logreg_unlearn.sweep.database import APPLICATION, SCHEMA, VERSION, Store, errors

NAME = "sweep.sqlite"
LOCK = "sweep.lock"


@contextmanager
def reading(path: Path) -> Iterator[Store]:
    """Open a store to read, beside whoever writes it.

    Raises
    ------
    ValueError
        If there is none, or the file is not a sound store of this version; it is left as it is.
    """
    _check_header(path)
    with errors(path), closing(_connect(path, "ro")) as connection:
        _check_inside(path, connection)
        yield Store(path, connection)


@contextmanager
def writing(folder: Path, make: bool = False) -> Iterator[Store]:
    """Open the store of a folder to write, and make it where there is none and ``make`` is set.

    Raises
    ------
    ValueError
        If another process writes it, or as in `reading`.
    """
    path = folder / NAME
    if not make:
        _check_header(path)
    with _locked(folder):
        if make and not path.exists():
            _create(path)
        with reading(path):
            pass
        with errors(path), closing(_connect(path, "rw")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            try:
                yield Store(path, connection)
            finally:
                with suppress(sqlite3.Error):  # one file again, unless somebody reads it now
                    connection.execute("PRAGMA busy_timeout = 0")
                    connection.execute("PRAGMA journal_mode = DELETE")


def is_written(folder: Path) -> bool:
    """Whether a process writes the store of a folder at this moment."""
    if not (folder / LOCK).exists():
        return False
    with closing(_connect(folder / LOCK, "ro")) as connection:
        try:
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute("SELECT * FROM sqlite_master")
        except sqlite3.OperationalError:
            return True
    return False


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    # readers hold the lock for an instant, to ask whether it is held: a second is enough
    with errors(folder / LOCK), closing(sqlite3.connect(folder / LOCK, timeout=1.0)) as lock:
        try:
            lock.execute("PRAGMA journal_mode = MEMORY")  # no file beside it
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            raise ValueError(
                f"expected to write {folder / NAME} alone, got another sweep that writes it: wait "
                "for it, or choose another --out"
            ) from None
        yield


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True, timeout=10)


def _create(path: Path) -> None:
    """Make an empty store whole, then put it in its place."""
    made = path.with_suffix(".part")
    for left in (made, *(path.with_name(NAME + end) for end in ("-wal", "-shm"))):
        left.unlink(missing_ok=True)  # of a run that was killed, or of a store that was removed
    with errors(path), closing(sqlite3.connect(made)) as connection, connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        for statement in SCHEMA:
            connection.execute(statement)
    made.replace(path)


def _check_header(path: Path) -> None:
    """Refuse what is no store of this version by its first bytes alone."""
    try:
        with path.open("rb") as stream:
            header = stream.read(100)
    except FileNotFoundError:
        raise ValueError(f"expected the store of a sweep, got no file {path}") from None
    ours = header[:16] == b"SQLite format 3\0" and len(header) == 100
    if not ours or struct.unpack(">I", header[68:72]) != (APPLICATION,):
        raise ValueError(f"expected the store of a sweep, got another file: {path}")
    (version,) = struct.unpack(">I", header[60:64])
    if version != VERSION:
        raise ValueError(
            f"expected a store of version {VERSION}, got version {version}: {path} "
            "needs a newer logreg-unlearn"
        )


def _check_inside(path: Path, connection: sqlite3.Connection) -> None:
    tables = [text for (text,) in connection.execute("SELECT sql FROM sqlite_master ORDER BY name")]
    (sound,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if tables != sorted(SCHEMA) or sound != "ok":
        raise ValueError(f"expected a sound store, got a damaged one: {path}; move it away")
