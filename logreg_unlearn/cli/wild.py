"""The paper's experiments on logistic regression and real data: nine forget sets, KLoM over cost.

Gradient ascent, descent-ascent and SCRUB over their published grids, scaled, beside removal without
ascent; step size and stopping both swept.  Ends by saying which of the paper's observations the
numbers show.
"""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from logreg_unlearn import plots
from logreg_unlearn.cli.console import interrupted, number, parser, progress, whole
from logreg_unlearn.cli.workers import processes
from logreg_unlearn.data import real
from logreg_unlearn.files import check_folder, publish
from logreg_unlearn.sweep.export import csv_text, manifest
from logreg_unlearn.sweep.wild import tables
from logreg_unlearn.sweep.wild.cell import Cell
from logreg_unlearn.sweep.wild.observations import advice, observe
from logreg_unlearn.sweep.wild.run import Experiment, grids_as_facts, run

FIGURES = ("gaps", "stopping")
"""Figures of all data sets; each has one of KLoM over cost beside them."""


def parse(arguments: Sequence[str] | None) -> Namespace:
    """Read the command line."""
    default = Experiment()
    made = parser(
        __doc__ or "", "results/wild", "one data set, 50 models, the ends of every grid: seconds"
    )
    made.add_argument("--seed", type=whole, default=0, help="of the split, the sets and the models")
    made.add_argument("--workers", type=whole, default=2, help="processes at most (1: this one)")
    made.add_argument(
        "--dataset",
        action="append",
        metavar="NAME",
        help=f"{', '.join(real.names(two_classes=True))}; repeatable "
        f"(default: {', '.join(default.datasets)})",
    )
    made.add_argument(
        "--models", type=whole, help=f"of an ensemble (default: {default.models}, 50 with --quick)"
    )
    made.add_argument("--ridge", type=number, default=default.ridge, help="ridge lambda > 0")
    return made.parse_args(arguments)


def experiment_of(options: Namespace) -> Experiment:
    """Return the experiment that the options ask for; whatever is given wins over ``--quick``."""
    made = Experiment().quick() if options.quick else Experiment()
    chosen = {"seed": options.seed, "ridge": options.ridge}
    if options.dataset:
        chosen["datasets"] = tuple(dict.fromkeys(options.dataset))
    if options.models is not None:
        chosen["models"] = options.models
    return replace(made, **chosen)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the experiments, write tables and figures, say what was observed."""
    options = parse(arguments)
    if options.workers < 1:
        raise ValueError(f"expected --workers >= 1, got {options.workers}")
    experiment = experiment_of(options)
    drawn = [f"klom_{name}" for name in experiment.datasets] + list(FIGURES)
    written = ["cells.csv", "gaps.csv", "gaps.txt", "observations.txt"]
    written += [f"{name}.{suffix}" for name in drawn for suffix in ("png", "svg")]
    folder = check_folder(options.out, [*written, "manifest.json"])
    started = time.perf_counter()
    with interrupted("nothing was written"):
        total = len(experiment.datasets) * len(experiment.forget_sets)
        with (
            progress(total, "forget sets") as report,
            nullcontext() if options.workers == 1 else processes(options.workers) as executor,
        ):
            cells = run(experiment, executor, report)
        rows, words = tables.gap_rows(cells), said(cells)
        texts = {
            "cells.csv": csv_text(cells, Cell),
            "gaps.csv": csv_text(rows, tables.Gap),
            "gaps.txt": tables.gap_text(rows),
            "observations.txt": words,
        }
        files = {name: text.encode() for name, text in texts.items()} | figures(cells)
    seconds = time.perf_counter() - started
    record = manifest(
        options.seed, sys.argv, grids_as_facts(experiment), cells=len(cells),
        seconds=round(seconds, 1), files=[*files, "manifest.json"],
    )  # fmt: skip
    files["manifest.json"] = f"{record}\n".encode()
    with interrupted(f"{folder} may hold files of this run and of an earlier one: run it again"):
        publish(folder, files, "manifest.json")
    with interrupted(f"every result was written into {folder}"):
        print(texts["gaps.txt"])
        print(words)
        print(f"{len(cells)} settings in {seconds:.0f} s: {folder}/cells.csv, {folder}/gaps.csv,")
        print(", ".join(f"{name}.png" for name in drawn))
    return 0


def said(cells: Sequence[Cell]) -> str:
    """Return every observation and what worked instead, as text."""
    lines = [str(observation) for observation in observe(cells)]
    return "\n".join([*lines, advice(cells), ""])


def figures(cells: Sequence[Cell]) -> dict[str, bytes]:
    """Draw all figures: files."""
    made = {
        f"klom_{name}": plots.klom_over_cost(tables.cost_panels(cells, name), 3)
        for name in dict.fromkeys(cell.dataset for cell in cells)
    }
    made["gaps"] = plots.gaps(tables.gap_panels(tables.gap_rows(cells)))
    made["stopping"] = plots.stopping(tables.stopping_panels(cells), 3)
    files: dict[str, bytes] = {}
    for name, figure in made.items():
        with plots.style():
            files |= plots.files(figure, name)
    return files
