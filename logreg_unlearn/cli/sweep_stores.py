"""Look at sweeps, finished or not, and go on with them: list, show, export, resume.

Every sweep keeps its cases in a store in its folder, as they are computed; reading one does not
disturb the run that writes it.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from logreg_unlearn.cli.console import Parser, interrupted, parser
from logreg_unlearn.cli.sweep_run import add_workers, check_workers, connected, go_on, resume, show
from logreg_unlearn.files import check_folder, write_files
from logreg_unlearn.sweep.case import Case
from logreg_unlearn.sweep.database import Store
from logreg_unlearn.sweep.export import write_csv, write_npz
from logreg_unlearn.sweep.opening import NAME, is_written, reading, writing

SHOWN = 10
"""Failures that are listed one by one."""


def main(words: Sequence[str]) -> int:
    """Run the subcommand that the first word names."""
    sys.argv[:2] = [f"{sys.argv[0]} {words[0]}"]
    return COMMANDS[words[0]](words[1:])


def _list(words: Sequence[str]) -> int:
    made = parser("List the sweeps in a folder and below it: how far each is.")
    made.add_argument(
        "folder", nargs="?", default="results", metavar="FOLDER", type=Path, help="where to look"
    )
    top = made.parse_args(words).folder
    paths = sorted(top.rglob(NAME))
    if not paths:
        raise ValueError(f"expected a sweep in {top} or below it, got none")
    for path in paths:
        try:
            with reading(path) as store:
                print(f"{path.parent}: {_state(store)}")
        except (ValueError, OSError) as error:
            print(f"{path.parent}: {error}")
    return 0


def _show(words: Sequence[str]) -> int:
    made = parser("Show how far a sweep is, what failed, and the table of what it has found.")
    options = _folder(made, words)
    with reading(options.folder / NAME) as store:
        print(f"{options.folder}: {_state(store)}")
        print(f"began as: {' '.join(store.facts.command)}")
        stored, failed = store.count()
        if failed:
            _print_failures(store)
        if stored > failed:
            show(store)
        if not store.facts.published:
            print(f"go on with: {resume(options.folder)}")
    return 0


def _export(words: Sequence[str]) -> int:
    made = parser("Write the cases that a sweep has stored so far into a CSV or NPZ file.")
    made.add_argument("folder", metavar="FOLDER", type=Path, help="where the sweep is")
    made.add_argument("file", metavar="FILE", type=Path, help="ends in .csv or .npz")
    options = made.parse_args(words)
    if options.file.suffix not in (".csv", ".npz"):
        raise ValueError(f"expected a FILE that ends in .csv or .npz, got {options.file}")
    _no_file(options.folder)
    check_folder(options.file.parent, [options.file.name])
    with reading(options.folder / NAME) as store, interrupted("nothing was written"):
        as_csv = options.file.suffix == ".csv"
        content = partial(write_csv, store.rows()) if as_csv else partial(write_npz, store)
        options.file.parent.mkdir(parents=True, exist_ok=True)
        write_files(options.file.parent, {options.file.name: content})
    return 0


def _resume(words: Sequence[str]) -> int:
    made = parser("Go on with a sweep: run the cases that are not stored, then write its results.")
    made.add_argument(
        "--retry-failed", action="store_true", help="run the cases that failed once more"
    )
    add_workers(made)
    options = _folder(made, words)
    check_workers(options)
    with (
        interrupted("nothing was written"),
        connected(options) as cluster,
        writing(options.folder) as store,
    ):
        return go_on(store, options.folder, options, cluster)


COMMANDS = {"list": _list, "show": _show, "export": _export, "resume": _resume}


def _folder(made: Parser, words: Sequence[str]) -> Namespace:
    made.add_argument("folder", metavar="FOLDER", type=Path, help="where the sweep is")
    options: Namespace = made.parse_args(words)
    _no_file(options.folder)
    return options


def _no_file(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"expected the folder of a sweep, got the file {folder}")


def _state(store: Store) -> str:
    """Return in words how far a sweep is."""
    if not store.begun:
        return "no case yet"
    facts = store.facts
    stored, failed = store.count()
    word = "finished" if facts.published else "stopped"
    word = "running" if is_written(store.path.parent) else word
    some = f", {failed} of them failed" if failed else ""
    return f"{word}, {stored} of {facts.cells} cases stored{some}, {facts.seconds:.0f} s so far"


def _print_failures(store: Store) -> None:
    """Print the first failures with their cases, and how often each message came."""
    counts = Counter(message for _, message in store.failures())
    for message, count in counts.most_common(SHOWN):
        print(f"{count} failed: {message}")
    if len(counts) > SHOWN:
        print(f"and {len(counts) - SHOWN} other messages")
    facts = store.facts
    cases, following = facts.grid.stream(facts.seed), 0
    for place, _ in islice(store.failures(), SHOWN):
        print(f"  {_words(next(islice(cases, place - following, None)))}")
        following = place + 1
    failed = counts.total()
    if failed > SHOWN:
        print(f"  and {failed - SHOWN} more")


def _words(case: Case) -> str:
    source = case.dataset if isinstance(case.dataset, str) else case.dataset.path
    settings = "".join(f", {name} {value:g}" for name, value in case.settings.items())
    return (
        f"{source}, {case.method}, {case.loss} loss, forget {case.forget_kind}, "
        f"f = {case.forget_fraction:.3g}, ridge {case.ridge:g}, seed {case.seed}{settings}"
    )
