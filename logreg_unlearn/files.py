"""Files that are written whole or not at all, in folders that can be written to.

A run owns what it wrote: one of its files, the *record* (JSON), lists all of them under
``files``.  The next run replaces that set and removes what it did not write again, so results of
two runs are never mixed; files that no record lists are left alone.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

Content = bytes | Callable[[IO[bytes]], None]
"""What a file holds: the bytes, or a function that writes them, too many to be held, into it."""


def check_folder(path: str | Path, names: Sequence[str] = ()) -> Path:
    """Make sure that files of these names can be written into a folder, leaving no trace.

    Parameters
    ----------
    path : path-like
        The folder; it may not exist yet.
    names : sequence of str
        Names of the files to come.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If the folder cannot be made or written to, or a name is taken by a folder.
    """
    if not str(path):
        raise ValueError("expected a folder to write into, got '' (. is the current one)")
    folder = Path(path)
    try:
        nearest = folder
        while not os.path.lexists(nearest):
            nearest = nearest.parent
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise _not_writable(folder, error) from None
    _no_folders_there(folder, names)
    return folder


def writable_folder(path: str | Path) -> Path:
    """Create a folder that files can be written into.

    Raises
    ------
    ValueError
        If it cannot be created or written to.
    """
    folder = check_folder(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _not_writable(folder, error) from None
    return folder


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all: nothing is left half-written."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: nothing is left half-written."""
    write_files(path.parent, {path.name: content})


def write_files(folder: Path, files: Mapping[str, Content]) -> None:
    """Write files into a folder, all of them whole or none.

    Each is written beside its place first: what can fail has then failed.

    Parameters
    ----------
    folder : Path
    files : mapping of str to bytes or function
        Content by name.

    Raises
    ------
    OSError
        If writing fails; the folder is then as it was.
    """
    parts: dict[str, str] = {}
    try:
        for name, content in files.items():
            handle, parts[name] = tempfile.mkstemp(dir=folder, prefix=name, suffix=".part")
            with os.fdopen(handle, "wb") as stream:
                if isinstance(content, bytes):
                    stream.write(content)
                else:
                    content(stream)
            os.chmod(parts[name], 0o644)
        for name in files:
            os.replace(parts[name], folder / name)
            del parts[name]
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(f"expected to write {folder / name}, got: {reason}") from error
    finally:
        for part in parts.values():
            os.unlink(part)


def publish(folder: Path, files: Mapping[str, Content], record: str) -> None:
    """Write the files of a run, all of them or none, in place of those of an earlier run.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    files : mapping of str to bytes or function
        Content by name; the last is the record.
    record : str
        Name of the JSON file whose ``files`` lists them all.

    Raises
    ------
    ValueError
        If the folder cannot be made, or a name is taken by a folder.
    OSError
        If writing fails; the folder is then as it was.
    """
    writable_folder(folder)
    _no_folders_there(folder, list(files))
    earlier = _listed_in(folder / record)
    write_files(folder, files)
    for name in earlier - set(files):
        (folder / name).unlink(missing_ok=True)


def _listed_in(record: Path) -> set[str]:
    """Return the files that a record says are its run's; none if it is no record of ours."""
    try:
        names = json.loads(record.read_text(encoding="utf-8"))["files"]
        return {name for name in names if name == os.path.basename(name) and name not in ("", "..")}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _no_folders_there(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        if (folder / name).is_dir():
            raise ValueError(f"expected to write the file {folder / name}, got a folder there")


def _not_writable(folder: Path, error: OSError) -> ValueError:
    reason = os.strerror(errno.ENOTDIR) if error.errno == errno.EEXIST else error.strerror
    return ValueError(f"expected a writable folder, got {folder} ({reason})")
