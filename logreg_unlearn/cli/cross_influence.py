"""Study whether the cross-influence matrix predicts how badly descent-ascent ends, and what does.

Thousands of problems: real and synthetic data, sizes, forget sets, fractions, ridges, losses. Each
is solved to certified ends; beside it stand the candidates that are known from the original model
alone. Rank correlations are taken overall, within data sets, within forget kinds and at fixed ridge
and size, with intervals from whole clusters drawn again.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import asdict
from typing import Any

import numpy as np

from logreg_unlearn.cli import cross_influence_text as text
from logreg_unlearn.cli.console import interrupted, parser, progress, whole
from logreg_unlearn.cli.workers import processes
from logreg_unlearn.files import check_folder, publish
from logreg_unlearn.sweep.export import manifest, table_text
from logreg_unlearn.sweep.influence.ranks import Resample
from logreg_unlearn.sweep.influence.rows import Table, chosen, measure_state, table_of
from logreg_unlearn.sweep.influence.states import State, Study
from logreg_unlearn.sweep.influence.tables import growth, helped, shift, skills
from logreg_unlearn.sweep.influence.words import answers

FOLDER = "results/cross_influence"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study, write its files, print its tables and its answers."""
    made = parser(__doc__ or "", FOLDER, "fewer data sets, sizes and ridges: a few seconds")
    made.add_argument("--seed", type=whole, default=0, help="first seed of the random parts")
    made.add_argument("--workers", type=whole, default=2, help="processes at most (1: this one)")
    options = made.parse_args(arguments)
    if options.workers < 1:
        raise ValueError(f"expected --workers >= 1, got {options.workers}")
    study = Study().quick() if options.quick else Study()
    names = ["cases.csv", "tables.txt", *text.FILES, "manifest.json"]
    folder = check_folder(options.out, names)
    with interrupted("nothing was written"):
        started = time.perf_counter()
        states = study.states(options.seed)
        workers = min(options.workers, len(states))
        with (
            progress(len(states), "states") as report,
            nullcontext() if workers == 1 else processes(workers) as executor,
        ):
            table = measured(states, executor, report)
        result = results(table, options.seed)
        seconds = time.perf_counter() - started
        shown = text.report(result)
        lines = [table[name].tolist() for name in table]
        files = {
            "cases.csv": table_text(list(table), zip(*lines, strict=True)).encode(),
            "tables.txt": f"{shown}\n".encode(),
            **text.figures(table, result),
        }
    facts = dict(cases=len(table["ratio"]), seconds=round(seconds, 1), answers=result["answers"])
    record = manifest(
        options.seed, sys.argv, asdict(study), **facts, files=[*files, "manifest.json"]
    )
    files["manifest.json"] = f"{record}\n".encode()
    with interrupted(f"{folder} may hold files of this run and of an earlier one: run it again"):
        publish(folder, files, "manifest.json")
    with interrupted(f"every result was written into {folder}"):
        print(shown)
        written = ", ".join(name for name in files if not name.endswith(".svg"))
        print(f"\n{len(table['ratio'])} cases in {seconds:.0f} s: {folder}/{written}")
    return 0


def measured(
    states: Sequence[State], executor: Executor | None, report: Callable[[int], None]
) -> Table:
    """Return the rows of every state, in the order of the states; None runs them here."""
    rows: list[dict[str, object]] = []
    for part in (map if executor is None else executor.map)(measure_state, states):
        rows += part
        report(1)
    return table_of(rows)


def results(table: Table, seed: int) -> dict[str, Any]:
    """Return everything that is said: the tables of each loss, and the answers."""
    losses: dict[str, Any] = {}
    for loss in dict.fromkeys(table["loss"].tolist()):
        part = chosen(table, table["loss"] == loss)
        losses[loss] = {
            "skills": skills(part, Resample(part["cluster"], seed)),
            "helped": helped(part),
            "diverged": float(np.mean(part["verdict"] == "DIVERGED")),
            "certified": int(part["certified"].sum()),
            "checked": int(np.isfinite(part["run_agrees"]).sum()),
            "agreed": int(np.nansum(part["run_agrees"])),
        }
    first = chosen(table, table["loss"] == table["loss"][0])
    main_loss = losses[str(table["loss"][0])]
    grown, shifted = growth(first), shift(first, seed)
    told = answers(main_loss["skills"], main_loss["helped"], grown, shifted)
    return {"losses": losses, "growth": grown, "shift": shifted, "answers": told}
