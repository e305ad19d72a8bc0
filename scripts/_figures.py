"""How a stem's script turns its figure functions into files.

A figure function is named by its claim's slug, takes ``quick`` and returns a :class:`Drawing`;
its script lists it in ``FIGURES``.  ``run`` writes ``<slug>.png``, ``<slug>.svg`` and
``<slug>.csv`` (the numbers drawn) for each; the report calls the same functions.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _common import parser, progress

from logreg_unlearn import plots
from logreg_unlearn.files import writable_folder, write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure with its numbers and what to see in it.

    Attributes
    ----------
    figure : matplotlib Figure
    table : mapping of str to sequence or array (1-d)
        Columns of the CSV beside the figure; shorter ones are padded with empty cells.
    caption : str
        Two sentences: what is drawn, and what to see.
    """

    figure: Figure
    table: Mapping[str, Any]
    caption: str


FigureFunction = Callable[[bool], Drawing]


def run(stem: str, description: str, figures: Sequence[FigureFunction]) -> int:
    """Parse the command line of a stem's script and write its figures.

    Raises
    ------
    ValueError
        If the folder is not writable.
    """
    made = parser(description, f"results/{stem}", "fewer points, for a first look")
    names = [figure.__name__ for figure in figures]
    made.add_argument("--only", action="append", choices=names, help="one figure; repeatable")
    options = made.parse_args()
    chosen = [f for f in figures if not options.only or f.__name__ in options.only]
    folder = writable_folder(options.out)
    with progress(len(chosen), stem) as report:
        for figure in chosen:
            write(figure.__name__, figure(options.quick), folder)
            report(1)
    for figure in chosen:
        print(folder / f"{figure.__name__}.png")
    return 0


def write(name: str, drawing: Drawing, folder: Path) -> None:
    """Write a drawing's PNG, SVG and CSV."""
    with plots.style():
        plots.save(drawing.figure, folder, name)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(drawing.table)
    writer.writerows(zip_longest(*drawing.table.values(), fillvalue=""))
    write_text(folder / f"{name}.csv", stream.getvalue())
