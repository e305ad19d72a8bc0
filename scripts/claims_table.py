"""Write ``docs/claims.md`` and ``docs/findings.md`` from the registry of claims.

Every address is derived from a claim's slug and stem, so the pages cannot disagree with the
code; ``--check`` (exit status 1) says when the files on disk are not what would be written.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from _common import entry, parser
from pages.claims import DOCS, pages

from logreg_unlearn.files import writable_folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with ``--check`` compare them; return the exit status."""
    made = parser(__doc__ or "", str(DOCS))
    made.add_argument("--check", action="store_true", help="compare only; status 1 if different")
    options = made.parse_args(arguments)
    texts = {Path(options.out) / name: text.encode() for name, text in pages().items()}
    stale = [p for p, text in texts.items() if not p.is_file() or p.read_bytes() != text]
    if options.check and stale:
        names = ", ".join(path.name for path in stale)
        print(f"not up to date: {names}; run `make claims`", file=sys.stderr)
        return 1
    writable_folder(options.out)
    for path in stale:
        path.write_bytes(texts[path])
    return 0


if __name__ == "__main__":
    entry(main)
