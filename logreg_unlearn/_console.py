"""What every command shares: one BLAS thread, arguments, errors in one line, progress.

The environment reaches BLAS libraries loaded later and worker processes; ``entry`` limits those
that are loaded already.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")


class _Parser(argparse.ArgumentParser):
    """Errors are one line without the usage above it; ``-1:1:9`` is a value, not an option."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._negative_number_matcher = re.compile(r"-[\d.]")

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(2, f"{self.prog}: {message} (see --help)\n")


class _Formatter(argparse.ArgumentDefaultsHelpFormatter):
    """Adds a default to an option's help where there is one worth saying."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        unsaid = action.default is None or action.default is False
        if unsaid or "default" in (action.help or ""):
            return action.help
        return super()._get_help_string(action)


def parser(description: str, out: str | None = None, quick: str | None = None) -> _Parser:
    """Return an argument parser; with ``out`` and ``quick`` it has these two options.

    Parameters
    ----------
    description : str
        The first paragraph is printed by ``--help``.
    out : str, optional
        Default folder of the results.
    quick : str, optional
        What ``--quick`` leaves out.
    """
    made = _Parser(description=description.split("\n\n")[0], formatter_class=_Formatter)
    if out is not None:
        made.add_argument("--out", default=out, metavar="FOLDER", help="where results are written")
    if quick is not None:
        made.add_argument("--quick", action="store_true", help=quick)
    return made


def entry(main: Callable[[], int | None]) -> None:
    """Run a script's main function; bad input is one line on stderr and exit status 2."""
    from threadpoolctl import threadpool_limits

    try:
        with threadpool_limits(1):
            sys.exit(main() or 0)
    except (ValueError, ImportError) as error:
        print(f"{os.path.basename(sys.argv[0])}: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("interrupted: nothing was written", file=sys.stderr)
        sys.exit(130)


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """Yield a function to call with finished counts: a bar on a terminal, lines in a log."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(label, total=total)
            yield lambda count: bar.update(task, advance=count)
        return
    done, shown = 0, 0

    def report(count: int) -> None:
        nonlocal done, shown
        done += count
        tenth = 10 * done // max(total, 1)
        if tenth > shown:
            shown = tenth
            print(f"{label}: {done}/{total}", file=sys.stderr, flush=True)

    yield report
