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
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _common import entry, parser, progress

from logreg_unlearn import plots
from logreg_unlearn.data import real
from logreg_unlearn.data.forget_sets import KINDS
from logreg_unlearn.files import writable_folder, write_text
from logreg_unlearn.problem.losses import LOSSES
from logreg_unlearn.sweep import panels
from logreg_unlearn.sweep.case import MODELS, Row
from logreg_unlearn.sweep.grid import Grid, parse_values
from logreg_unlearn.sweep.runner import run_cases
from logreg_unlearn.sweep.store import csv_text, manifest
from logreg_unlearn.sweep.summary import Group, headline, regions, summarise
from logreg_unlearn.unlearn.ascent import METHODS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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


def arguments() -> Namespace:
    """Read the command line."""
    grid = Grid()
    made = parser(
        __doc__ or "", "results/sweep_correlation", "a coarser grid that runs in a few seconds"
    )
    made.add_argument("--seed", type=int, default=0, help="first seed of the random cases")
    made.add_argument("--seeds", type=int, default=grid.seeds, help="draws per random case")
    made.add_argument("--steps", type=int, default=grid.steps, help="step budget per case")
    made.add_argument("--workers", type=int, default=2, help="processes (1: this one)")
    for option, (name, choices) in NAMES.items():
        default = getattr(grid, name)
        made.add_argument(
            f"--{option}",
            action="append",
            choices=real.names() if choices is None else choices,
            help=f"repeatable (default: {', '.join(default)})",
            default=None,
        )
    for option, text in VALUES.items():
        made.add_argument(
            f"--{option}",
            metavar="LIST",
            help=f"{text}: 0,0.5,1 or start:stop:count "
            f"(default: {_listed(getattr(grid, option.replace('-', '_')))})",
            default=None,
        )
    return made.parse_args()


def _listed(values: tuple[float, ...]) -> str:
    """Return a default list as it would be typed."""
    if not values:
        return "around the theory's boundaries"
    if len(values) > 4:
        return f"{values[0]:g}:{values[-1]:g}:{len(values)}"
    return ",".join(f"{value:g}" for value in values)


def grid_of(options: Namespace) -> Grid:
    """Return the grid that the options ask for; a list that is given wins over ``--quick``."""
    grid = replace(Grid(), seeds=options.seeds, steps=options.steps)
    grid = grid.quick() if options.quick else grid
    chosen: dict[str, Any] = {}
    for option, (name, _) in NAMES.items():
        if given := getattr(options, option):
            chosen[name] = tuple(dict.fromkeys(given))
    for option in VALUES:
        name = option.replace("-", "_")
        if given := getattr(options, name):
            chosen[name] = parse_values(given)
    return replace(grid, **chosen)


def table(groups: list[Group], title: str) -> None:
    """Print the groups of one loss and method: a row per model and correlation."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    shown = Table(
        title=title, title_style="bold", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0)
    )
    shown.add_column("dependence", no_wrap=True)
    for heading in ("cases", "end point [5 %, 95 %]", "best*", "farther", "div."):
        shown.add_column(heading, justify="right", no_wrap=True)
    last = ""
    for group in groups:
        model, dependence = group.key
        if model != last:
            if last:
                shown.add_section()
            shown.add_row(f"[bold]{model}[/bold]")
        low, middle, high = (_number(v) for v in group.final)
        shown.add_row(
            f"  {dependence}",
            str(group.cases),
            f"{middle} [{low}, {high}]",
            _number(group.best[1]),
            f"{100 * group.farther / group.cases:.0f} %",
            f"{100 * group.diverged / group.cases:.0f} %",
        )
        last = model
    Console(width=None if sys.stdout.isatty() else 80).print(shown)


def _number(value: float) -> str:
    """Return a ratio in at most six characters."""
    if value < 1e-3:
        return "<.001"
    if value < 10.0:
        return f"{value:.2g}"
    return f"{value:.0f}" if value < 1e4 else f"{value:.0e}"


def figures(rows: list[Row], folder: Path) -> list[Path]:
    """Draw the figures of each model and method in the rows; a row of panels per loss."""
    made = []
    methods = sorted({row.method for row in rows})
    for model in dict.fromkeys(row.model for row in rows):
        for method in methods:
            part = [row for row in rows if row.model == model and row.method == method]
            suffix = "" if len(methods) == 1 else f"_{method}"
            drawn = {model: draw(model, part)}
            if model == "real":
                measured = panels.real_dependence(part)
                drawn["real_dependence"] = plots.real_dependence(measured, len(panels.MEASURES))
            for name, figure in drawn.items():
                with plots.style():
                    made.append(plots.save(figure, folder, f"{name}{suffix}")[0])
    return made


def draw(model: str, rows: list[Row]) -> Figure:
    """Return the figure of one model's rows."""
    losses = len({row.loss for row in rows})
    if model == "real":
        drawn = panels.real_data(rows)
        return plots.real_data(drawn, len(drawn) // losses)
    if model == "two-directions":
        return plots.directions(panels.directions(rows))
    if model == "gaussian":
        drawn = panels.gaussian(rows)
        return plots.gaussian(drawn, len(drawn) // losses)
    drawn = panels.blocks(rows)
    return plots.blocks(drawn, len(drawn) // losses)


def main() -> int:
    """Run the sweep, print its table and headline, write its files."""
    options = arguments()
    if options.workers < 1:
        raise ValueError(f"expected --workers >= 1, got {options.workers}")
    grid = grid_of(options)
    cases = grid.cases(options.seed)
    folder = writable_folder(options.out)
    started = time.perf_counter()
    with progress(len(cases), "cases") as report:
        if options.workers == 1:
            rows = run_cases(cases, None, report)
        else:
            with ProcessPoolExecutor(options.workers) as executor:
                rows = run_cases(cases, executor, report)
    seconds = time.perf_counter() - started
    write_text(folder / "cases.csv", csv_text(rows))
    facts = dict(cases=len(rows), seconds=round(seconds, 1), headline=headline(rows))
    write_text(
        folder / "manifest.json", manifest(options.seed, sys.argv, asdict(grid), **facts) + "\n"
    )
    drawn = figures(rows, folder)
    print("distance to the oracle / the original model's:")
    for loss, method in product(grid.losses, grid.methods):
        part = [row for row in rows if (row.loss, row.method) == (loss, method)]
        table(summarise(part), f"{loss} loss, {method}")
    print("* closest to the oracle at any recorded step: it peeks at the oracle")
    print("inf: it diverged, or the original is the oracle itself and the iteration left it")
    if places := regions(rows):
        table(places, "by region of the theory, da, all losses")
    print(f"\n{headline(rows)}")
    names = ", ".join(path.name for path in drawn)
    print(f"{len(rows)} cases in {seconds:.0f} s: {folder}/cases.csv, manifest.json, {names}")
    return 0


if __name__ == "__main__":
    entry(main)
