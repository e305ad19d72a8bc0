"""The report's page of the paper's experiments: one data set at the published grids.

All four data sets take minutes; the report runs one of them whole, and a coarse grid with --quick.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace

from figures import image

from logreg_unlearn import plots
from logreg_unlearn.cli.console import progress
from logreg_unlearn.sweep.wild import tables
from logreg_unlearn.sweep.wild.cell import Cell
from logreg_unlearn.sweep.wild.observations import Observation, advice, observe
from logreg_unlearn.sweep.wild.run import Experiment, run

from .pictures import Picture

WILD = "wild"
DATASET = "breast_cancer"
COMMAND = "python scripts/wild.py"
SECTION = (
    "The paper's experiments on real data",
    "Gradient ascent, descent–ascent and SCRUB at the published grids, scaled to logistic "
    "regression, beside removal without ascent. Every setting is a law of models trained on "
    "reweighted rows, compared with that of retrained ones by KLoM, at the 95th percentile over "
    "the rows; equal laws read the floor. All numbers here are measured, on one data set; the "
    "command runs four.",
)
CAPTIONS = {
    "klom": "KLoM of every setting over its cost, for the middle forget set of each family. "
    "Below the black line is nearer to the retrained models than doing nothing, at the dotted "
    "line it cannot be told from them.",
    "gaps": "How far the original models are from the retrained ones, on forgotten, retained and "
    "held-out rows, for the small (S), middle (M) and large (L) set of each family. The large sets "
    "of a principal component take half of their rows from either end.",
    "stopping": "Descent–ascent over step size and stopping time: distance of the weights to the "
    "oracle over the original's. Circles mark settings that at least halve the accuracy gap on the "
    "forget set; in red ones the model has moved away all the same.",
}


def wild_chapter(quick: bool, executor: Executor) -> tuple[list[Picture], str]:
    """Run the experiments on one data set: their pictures, and what was observed as HTML."""
    experiment = Experiment().quick() if quick else Experiment()
    experiment = replace(experiment, datasets=(DATASET,))
    with progress(len(experiment.forget_sets), "wild") as report:
        cells = run(experiment, executor, report)
    return pictures(cells), words(observe(cells), advice(cells))


def pictures(cells: Sequence[Cell]) -> list[Picture]:
    """Draw the three figures."""
    drawn = {
        "klom": plots.klom_over_cost(tables.cost_panels(cells, cells[0].dataset), 3),
        "gaps": plots.gaps(tables.gap_panels(tables.gap_rows(cells))),
        "stopping": plots.stopping(tables.stopping_panels(cells), 3),
    }
    return [
        Picture(WILD, f"{WILD}_{name}", image(figure, dpi=130), CAPTIONS[name], COMMAND)
        for name, figure in drawn.items()
    ]


def words(observations: Sequence[Observation], instead: str) -> str:
    """Return observations of the paper, each with its verdict and the numbers here, as HTML."""
    items = "".join(
        f"<li><strong>{html.escape(o.verdict)}</strong>: {html.escape(o.paper)} "
        f"<em>Measured</em>: {html.escape(o.measured)}</li>"
        for o in observations
    )
    return (
        f"<h3>What the paper observed, and what was measured here</h3><ul>{items}</ul>"
        f"<p>{html.escape(instead)}</p>"
    )
