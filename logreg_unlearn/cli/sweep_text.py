"""What a sweep prints and draws: a table per loss and method, a figure per model and method."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from logreg_unlearn import plots
from logreg_unlearn.sweep import panels
from logreg_unlearn.sweep.case import Row
from logreg_unlearn.sweep.database import Store
from logreg_unlearn.sweep.grid import Grid
from logreg_unlearn.sweep.summary import Group

if TYPE_CHECKING:
    from matplotlib.figure import Figure


FIGURES = {
    "blocks": ("blocks",),
    "two-directions": ("two-directions",),
    "gaussian": ("gaussian",),
    "real": ("real", "real_dependence"),
}
"""Figures of each model."""

MOST_DRAWN = 20_000
"""Cases of one figure: beyond that marks hide one another, and its SVG is tens of megabytes."""


def table(groups: Sequence[Group], title: str) -> None:
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


def figure_names(grid: Grid) -> list[str]:
    """Return the names of the figures of a grid, without suffix."""
    return [
        _name(figure, method, grid.methods)
        for model in grid.models
        for method in sorted(grid.methods)
        for figure in FIGURES[model]
    ]


def figures(rows: Sequence[Row], methods: Sequence[str] = ()) -> dict[str, bytes]:
    """Draw the figures of each model and method in the rows, a row of panels per loss: files.

    ``methods`` are those of the whole sweep where the rows are a part of it.
    """
    made: dict[str, bytes] = {}
    every = sorted(methods or {row.method for row in rows})
    for model in dict.fromkeys(row.model for row in rows):
        for method in every:
            part = [row for row in rows if row.model == model and row.method == method]
            for name in FIGURES[model] if part else ():
                figure = draw(name, part)
                with plots.style():
                    made |= plots.files(figure, _name(name, method, every))
    return made


def figures_of(store: Store, grid: Grid) -> dict[str, bytes]:
    """Draw the figures of a sweep, one model and method after the other.

    One of more than `MOST_DRAWN` cases is left out, with a line that says so.
    """
    made: dict[str, bytes] = {}
    for model in grid.models:
        for method in sorted(grid.methods):
            cells, failed = store.count(model=model, method=method)
            if cells - failed > MOST_DRAWN:
                print(
                    f"no figure of {model}, {method}: it has {cells - failed} cases, more than "
                    f"the {MOST_DRAWN} that one can show"
                )
                continue
            made |= figures(list(store.rows(model=model, method=method)), grid.methods)
    return made


def _name(model: str, method: str, methods: Sequence[str]) -> str:
    # a colon, as in module:name, is not for every file system
    return model if len(methods) == 1 else f"{model}_{method.replace(':', '-')}"


def draw(name: str, rows: Sequence[Row]) -> Figure:
    """Return one figure of one model's rows."""
    losses = len({row.loss for row in rows})
    if name == "real":
        drawn = panels.real_data(rows)
        return plots.real_data(drawn, len(drawn) // losses)
    if name == "real_dependence":
        return plots.real_dependence(panels.real_dependence(rows), len(panels.MEASURES))
    if name == "two-directions":
        return plots.directions(panels.directions(rows))
    if name == "gaussian":
        drawn = panels.gaussian(rows)
        return plots.gaussian(drawn, len(drawn) // losses)
    drawn = panels.blocks(rows)
    return plots.blocks(drawn, len(drawn) // losses)
