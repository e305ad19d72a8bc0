"""Sweep the dependence between forget and retain set: where descent-ascent helps, harms, diverges.

Four models: one block of samples with a given lift (closed form drawn over the iterations), two
correlated directions, Gaussian classes with correlated means, and real data with seven kinds of
forget set.  Every case starts at the original optimum and is measured against the certified
retrained optimum, the oracle.
"""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, replace
from itertools import product
from typing import Any

from logreg_unlearn.cli import sweep_text as text
from logreg_unlearn.cli.console import interrupted, parser, progress, whole
from logreg_unlearn.cli.workers import processes
from logreg_unlearn.data import real
from logreg_unlearn.data.forget_sets import KINDS
from logreg_unlearn.files import check_folder, publish
from logreg_unlearn.problem.losses import LOSSES
from logreg_unlearn.sweep.case import MODELS, Row
from logreg_unlearn.sweep.grid import Grid, parse_values
from logreg_unlearn.sweep.runner import CHUNK, run_cases
from logreg_unlearn.sweep.store import csv_text, manifest
from logreg_unlearn.sweep.summary import headline, regions, summarise
from logreg_unlearn.unlearn.ascent import METHODS

VALUES = {
    "lifts": "lifts of the block model, 0 ... 10",
    "epsilons": "overlaps of the two directions",
    "alphas": "forgotten per retained sample of the two directions, 0 ... 1",
    "correlations": "correlations of the Gaussian class means, -1 ... 1",
    "fractions": "forget fractions of the block and Gaussian models",
    "ridges": "ridges of the block and Gaussian models",
    "real-fractions": "forget fractions on real data",
    "real-ridges": "ridges on real data",
    "direction-ridges": "ridges of the two directions",
}
NAMES = {
    "model": ("models", MODELS),
    "loss": ("losses", tuple(LOSSES)),
    "method": ("methods", tuple(METHODS)),
    "dataset": ("datasets", None),
    "forget": ("kinds", KINDS),
}


def parse(arguments: Sequence[str] | None) -> Namespace:
    """Read the command line."""
    grid = Grid()
    made = parser(
        __doc__ or "", "results/sweep_correlation", "a coarser grid that runs in a few seconds"
    )
    made.add_argument("--seed", type=whole, default=0, help="first seed of the random cases")
    for option, what in (("seeds", "draws per random case"), ("steps", "step budget per case")):
        made.add_argument(
            f"--{option}",
            type=whole,
            help=f"{what} (default: {getattr(grid, option)}, fewer with --quick)",
        )
    made.add_argument("--workers", type=whole, default=2, help="processes at most (1: this one)")
    for option, (name, choices) in NAMES.items():
        default = getattr(grid, name)
        made.add_argument(
            f"--{option}",
            action="append",
            choices=real.names() if choices is None else choices,
            help=f"repeatable (default: {', '.join(default)})",
        )
    for option, what in VALUES.items():
        made.add_argument(
            f"--{option}",
            metavar="LIST",
            help=f"{what}: 0,0.5,1 or start:stop:count "
            f"(default: {_listed(getattr(grid, option.replace('-', '_')))})",
        )
    return made.parse_args(arguments)


def _listed(values: tuple[float, ...]) -> str:
    """Return a default list as it would be typed."""
    if not values:
        return "around the theory's boundaries"
    if len(values) > 4:
        return f"{values[0]:g}:{values[-1]:g}:{len(values)}"
    return ",".join(f"{value:g}" for value in values)


def grid_of(options: Namespace) -> Grid:
    """Return the grid that the options ask for; whatever is given wins over ``--quick``."""
    grid = Grid().quick() if options.quick else Grid()
    chosen: dict[str, Any] = {}
    for option, (name, _) in NAMES.items():
        if given := getattr(options, option):
            chosen[name] = tuple(dict.fromkeys(given))
    for option in VALUES:
        name = option.replace("-", "_")
        if (given := getattr(options, name)) is not None:
            chosen[name] = parse_values(given)
    for name in ("seeds", "steps"):
        if (given := getattr(options, name)) is not None:
            chosen[name] = given
    return replace(grid, **chosen)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sweep, write its files, print its table and headline."""
    options = parse(arguments)
    if options.workers < 1:
        raise ValueError(f"expected --workers >= 1, got {options.workers}")
    grid = grid_of(options)
    drawn = text.figure_names(grid)
    suffixed = [f"{name}.{suffix}" for name in drawn for suffix in ("png", "svg")]
    folder = check_folder(options.out, ["cases.csv", *suffixed, "manifest.json"])
    with interrupted("nothing was written"):
        cases = grid.cases(options.seed)
        started = time.perf_counter()
        workers = min(options.workers, -(-len(cases) // CHUNK))
        with (
            progress(len(cases), "cases") as report,
            nullcontext() if workers == 1 else processes(workers) as executor,
        ):
            rows = run_cases(cases, executor, report)
        seconds = time.perf_counter() - started
        files = {"cases.csv": csv_text(rows).encode(), **text.figures(rows)}
    facts = dict(cases=len(rows), seconds=round(seconds, 1), headline=headline(rows))
    record = manifest(
        options.seed, sys.argv, asdict(grid), **facts, files=[*files, "manifest.json"]
    )
    files["manifest.json"] = f"{record}\n".encode()
    with interrupted(f"{folder} may hold files of this run and of an earlier one: run it again"):
        publish(folder, files, "manifest.json")
    with interrupted(f"every result was written into {folder}"):
        show(rows, grid)
        names = ", ".join(f"{name}.png" for name in drawn)
        print(f"{len(rows)} cases in {seconds:.0f} s: {folder}/cases.csv, manifest.json, {names}")
    return 0


def show(rows: Sequence[Row], grid: Grid) -> None:
    """Print the tables and the headline."""
    print("distance to the oracle / the original model's:")
    for loss, method in product(grid.losses, grid.methods):
        part = [row for row in rows if (row.loss, row.method) == (loss, method)]
        text.table(summarise(part), f"{loss} loss, {method}")
    print("* closest to the oracle at any recorded step: it peeks at the oracle")
    print("inf: it diverged, or the original is the oracle itself and the iteration left it")
    if places := regions(rows):
        text.table(places, "by region of the theory, da, all losses")
    print(f"\n{headline(rows)}")
