"""Running what is left of a sweep, and what it writes and prints at its end."""

from __future__ import annotations

import json
import shlex
from argparse import Namespace
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from functools import partial
from itertools import product
from pathlib import Path

from logreg_unlearn.cli import sweep_text as text
from logreg_unlearn.cli.audit_text import features
from logreg_unlearn.cli.console import Parser, interrupted, progress, whole
from logreg_unlearn.cli.workers import process_pool
from logreg_unlearn.files import Content, publish
from logreg_unlearn.sweep.database import Facts, Store
from logreg_unlearn.sweep.datasets import TableFile, load
from logreg_unlearn.sweep.executors import Pool, cluster
from logreg_unlearn.sweep.export import manifest, write_csv
from logreg_unlearn.sweep.grid import Grid
from logreg_unlearn.sweep.origin import origin
from logreg_unlearn.sweep.resume import Work
from logreg_unlearn.sweep.summary import headline, regions, summarise


def add_workers(made: Parser) -> None:
    """Add the options that say who runs the cases."""
    made.add_argument("--workers", type=whole, default=2, help="processes at most (1: this one)")
    made.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster that runs the cases instead"
    )


def check_workers(options: Namespace) -> None:
    """Refuse a number of workers that makes no sense.

    Raises
    ------
    ValueError
        If it is below 1.
    """
    if options.workers < 1:
        raise ValueError(f"expected --workers >= 1, got {options.workers}")


def connected(options: Namespace) -> AbstractContextManager[Pool | None]:
    """Return the cluster that the options name, connected."""
    return nullcontext() if options.scheduler is None else cluster(options.scheduler)


def begin(store: Store, folder: Path, grid: Grid, seed: int, command: list[str]) -> None:
    """Start a sweep in a folder's store, or go on with it if the store holds the very same.

    Raises
    ------
    ValueError
        If cells of another sweep are stored whose results have not been written.
    """
    source = origin(grid)
    if store.begun:
        facts = store.facts
        if _same(facts, grid, seed, source):
            return
        stored, _ = store.count()
        if stored and not facts.published:
            raise ValueError(
                f"expected a folder without another unfinished sweep, got {folder} with "
                f"{stored} of {facts.cells} cases stored: go on with {resume(folder)!r}, choose "
                f"another --out, or remove {store.path}"
            )
    store.begin(grid, seed, source, command)


def _same(facts: Facts, grid: Grid, seed: int, source: dict[str, str]) -> bool:
    grids = [json.dumps(asdict(each)) for each in (facts.grid, grid)]
    return grids[0] == grids[1] and (facts.seed, facts.origin) == (seed, source)


def resume(folder: Path) -> str:
    """Return the command that goes on with the sweep of a folder."""
    return f"logreg-unlearn sweep resume {shlex.quote(str(folder))}"


def go_on(store: Store, folder: Path, options: Namespace, remote: Pool | None) -> int:
    """Run what is left of a folder's sweep, write its files, print its table and headline.

    Raises
    ------
    ValueError
        If no case could be run, or the code is not that of the sweep's beginning.
    OSError
        If the machine gave up, or some cases failed: what stands, and what to do.
    """
    facts = store.facts

    def kept() -> str:
        return f"{store.count()[0]} of {facts.cells} cases are stored: go on with {resume(folder)}"

    try:
        with interrupted(kept):
            work = Work(store, options.retry_failed)
            with progress(facts.cells, "cases") as report, _pool(options, work, remote) as pool:
                report(facts.cells - work.cells)
                work.do(pool, report)
            drawn = write(store, folder)
    except OSError as error:
        raise OSError(f"{error.strerror or error}: {kept()}") from error
    with interrupted(f"every result was written into {folder}"):
        show(store)
        stored, failed = store.count()
        names = ", ".join(["manifest.json", *(f"{name}.png" for name in drawn)])
        seconds = store.facts.seconds
        print(f"{stored - failed} cases in {seconds:.0f} s: {folder}/cases.csv, {names}")
    if failed:
        raise OSError(
            f"expected every case to run, got {failed} of {stored} that failed: see them with "
            f"'logreg-unlearn sweep show {folder}', try again with {resume(folder)} --retry-failed"
        )
    return 0


def _pool(
    options: Namespace, work: Work, remote: Pool | None
) -> AbstractContextManager[Pool | None]:
    workers = min(options.workers, work.tasks)
    return nullcontext(remote) if remote or workers <= 1 else process_pool(workers)


def write(store: Store, folder: Path) -> list[str]:
    """Write the files of a sweep that has run to its end; return the names of the figures.

    Raises
    ------
    ValueError
        If no case could be run: the message of the first one.
    """
    facts = store.facts
    stored, failed = store.count()
    if failed == stored:
        raise ValueError(next(message for _, message in store.failures()))
    figures = text.figures_of(store, facts.grid)
    files: dict[str, Content] = {"cases.csv": partial(write_csv, store.rows()), **figures}
    record = manifest(
        facts.seed, facts.command, asdict(facts.grid), cases=stored - failed, failed=failed,
        seconds=round(facts.seconds, 1), headline=headline(store.rows()),
        files=[*files, "manifest.json"],
    )  # fmt: skip
    files["manifest.json"] = f"{record}\n".encode()
    publish(folder, files, "manifest.json")
    store.publish()
    return [name.removesuffix(".png") for name in figures if name.endswith(".png")]


def show(store: Store) -> None:
    """Print what was read from tables, the results by loss and method, and the headline."""
    grid = store.facts.grid
    for source in grid.datasets:
        if isinstance(source, TableFile):
            print(*(f"{load(source).name}: {line}" for line in features(load(source))), sep="\n")
    print("distance to the oracle / the original model's:")
    for loss, method in product(grid.losses, grid.methods):
        # data of three classes or more alone have no other loss than the logistic one
        if found := summarise(store.rows(loss=loss, method=method)):
            text.table(found, f"{loss} loss, {method}")
    print("* closest to the oracle at any recorded step: it peeks at the oracle")
    print("inf: it diverged, or the original is the oracle itself and the iteration left it")
    if places := regions(store.rows()):
        text.table(places, "by region of the theory, da, all losses")
    print(f"\n{headline(store.rows())}")
