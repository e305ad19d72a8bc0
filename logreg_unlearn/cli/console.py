"""What every command shares: one BLAS thread, arguments, errors in one line, progress.

The environment reaches BLAS libraries loaded later and worker processes; ``entry`` limits those
that are loaded already.  Exit status: 2 for bad input, 1 for work that failed (a full disk, no
memory, a killed worker), 130 after Ctrl-C, 143 after SIGTERM.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from types import FrameType
from typing import Any, NoReturn

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")


class Terminated(KeyboardInterrupt):
    """SIGTERM came: the same way out as after Ctrl-C, so that nothing is left behind."""


class Parser(argparse.ArgumentParser):
    """Errors are one line without the usage above it; ``-1:1:9`` is a value, not an option."""

    def __init__(self, **options: Any) -> None:
        super().__init__(prog=os.path.basename(sys.argv[0]), formatter_class=_Formatter, **options)
        self._negative_number_matcher = re.compile(r"-[\d.]")

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Read the command line; an unknown option is answered with the one it resembles."""
        options, extra = self.parse_known_args(args, namespace)
        if extra:
            word = extra[0].partition("=")[0]
            flags = [flag for action in self._actions for flag in action.option_strings]
            if not word.startswith("-"):
                self.error(f"expected no further argument, got {word!r}")
            self.error(f"expected one of its options, got {word}{did_you_mean(word, flags)}")
        return options

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, unknown("a known name", value, action.choices))

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        self.exit(2, f"{self.prog}: {message} (see --help)\n")


class _Formatter(argparse.ArgumentDefaultsHelpFormatter):
    """Adds a default to an option's help where there is one worth saying."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        unsaid = action.default is None or action.default is False
        if unsaid or "default" in (action.help or ""):
            return action.help
        return super()._get_help_string(action)


def parser(description: str, out: str | None = None, quick: str | None = None) -> Parser:
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
    made = Parser(description=description.split("\n\n")[0])
    if out is not None:
        made.add_argument("--out", default=out, metavar="FOLDER", help="where results are written")
    if quick is not None:
        made.add_argument("--quick", action="store_true", help=quick)
    return made


def whole(text: str) -> int:
    """Read an option's whole number; beyond 64 bits no array can count."""
    try:
        value = int(text)
    except ValueError:
        value = None
    if value is None or not -(2**63) <= value < 2**63:
        raise argparse.ArgumentTypeError(f"expected a whole number of 64 bits, got {text!r}")
    return value


def number(text: str) -> float:
    """Read an option's number."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number, got {text!r}") from None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``": did you mean x?"`` for the known word nearest to ``word``, or nothing."""
    near = get_close_matches(word.lower(), list(known), 1)
    return f": did you mean {near[0]}?" if near else ""


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """Return the line that answers a word which is none of the known ones."""
    words = list(known)
    choices = f"choose from {', '.join(words)}"
    return f"expected {what}, got {word!r}{did_you_mean(word, words)} ({choices})"


def entry(main: Callable[[], int | None]) -> NoReturn:
    """Run a command's main function; whatever goes wrong is one line on stderr."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminated)

    def end(status: int, text: str) -> NoReturn:
        name, line = os.path.basename(sys.argv[0]), " ".join(text.splitlines())
        print(f"{name}: {line}", file=sys.stderr)
        sys.exit(status)

    try:
        status = _limited(main)
        sys.stdout.flush()
    except ImportError as error:
        lacking = str(error).startswith("No module named")
        end(2, f"expected every package it needs, got: {error}" if lacking else str(error))
    except ValueError as error:
        end(2, str(error))
    except BrokenPipeError:  # the reader of our output has gone: `... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except MemoryError:
        end(1, "expected more memory, got none: try fewer values, rows or --workers")
    except OverflowError as error:
        end(2, f"expected numbers in the range of floating point, got one beyond it ({error})")
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        end(1, f"{where}{error.strerror or error}")
    except KeyboardInterrupt as stop:
        how = "terminated" if isinstance(stop, Terminated) else "interrupted"
        print(": ".join([how, *map(str, stop.args)]), file=sys.stderr)
        sys.exit(143 if isinstance(stop, Terminated) else 130)
    sys.exit(status)


@contextmanager
def interrupted(written: str | Callable[[], str]) -> Iterator[None]:
    """Let an interruption inside the block say what stands on the disk.

    Parameters
    ----------
    written : str or callable
        ``"nothing was written"``, or what was; a function is asked when it happens.
    """
    try:
        yield
    except KeyboardInterrupt as stop:
        if stop.args:  # a block inside this one has said it
            raise
        raise type(stop)(written if isinstance(written, str) else written()) from None


def _limited(main: Callable[[], int | None]) -> int:
    if "numpy" not in sys.modules:  # nothing that is loaded already: the environment suffices
        return main() or 0
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return main() or 0


def _terminated(signal_number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated


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
