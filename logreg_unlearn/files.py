"""Files that are written whole or not at all, in folders that can be written to."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def writable_folder(path: str | Path) -> Path:
    """Create a folder and make sure that files can be written into it.

    Raises
    ------
    ValueError
        If it cannot be created or written to.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ValueError(f"expected a writable folder, got {folder} ({error.strerror})") from None
    return folder


def write_text(path: Path, text: str) -> None:
    """Write text whole or not at all."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: nothing is left half-written."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
