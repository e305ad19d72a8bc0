"""What every figure's drawing repeats: panels, curves, solved points over them, one legend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from logreg_unlearn import plots
from logreg_unlearn.plots import COLOURS, GREY, HARMED, HELPED, LINES, MARKERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
else:  # names for annotations: matplotlib is loaded when something is drawn
    Axes = Figure = object

__all__ = [
    "COLOURS", "GREY", "HARMED", "HELPED", "LINES", "MARKERS", "RATIO", "Axes", "Figure", "Table",
    "columns", "curve", "kind", "pair", "panels", "points", "unity", "with_legend",
]  # fmt: skip

Table = Mapping[str, np.ndarray]
RATIO = "distance to oracle / original's"
unity = plots.mark_unity


def columns(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, np.ndarray]:
    """Return rows as columns with names."""
    return {n: np.array(c) for n, c in zip(names, zip(*rows, strict=True), strict=True)}


def panels(
    columns: int = 1, rows: int = 1, *, size: tuple[float, float], **options: Any
) -> tuple[Figure, list[Axes]]:
    """Return a figure and its panels in reading order."""
    figure, axes = plots.new_figure(rows, columns, size=size, **options)
    return figure, list(axes.flat)


def curve(ax: Axes, k: int, x: Any, y: Any, label: str | None = None, **look: Any) -> None:
    """Draw the k-th closed form as a line, with a gap where it is not finite."""
    shown = np.where(np.isfinite(y), y, np.nan)
    ax.plot(x, shown, label=label, **{"color": COLOURS[k], "linestyle": LINES[k], **look})


def points(ax: Axes, k: int, x: Any, y: Any, label: str | None = None, **look: Any) -> None:
    """Draw the k-th series of computed points as hollow markers."""
    ax.plot(x, y, MARKERS[k], label=label, **{"color": COLOURS[k], "mfc": "white", **look})


def pair(
    ax: Axes, k: int, exact: tuple[Any, Any], found: tuple[Any, Any], label: str,
    by: tuple[str, str] = ("closed form", "solver"), **look: Any,
) -> None:  # fmt: skip
    """Draw the k-th closed form (x, y) and the points (x, y) that were found over it."""
    curve(ax, k, *exact, f"{label}, {by[0]}", **look)
    points(ax, k, *found, f"{label}, {by[1]}")


def kind(
    ax: Axes, part: np.ndarray, at: tuple[np.ndarray, np.ndarray], marker: str, colour: str,
    label: str, **look: Any,
) -> None:  # fmt: skip
    """Draw the points (x, y) of one kind, given by its mask."""
    style = {"color": colour, "mfc": "white", "label": label, **look}
    ax.plot(at[0][part], at[1][part], marker, **style)


def with_legend(figure: Figure, axes: Axes | Sequence[Axes], columns: int) -> Figure:
    """Return the figure with one legend below all panels: every label of those given, once."""
    entries: dict[str, Any] = {}
    for ax in axes if isinstance(axes, Sequence) else [axes]:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    figure.legend(list(entries.values()), list(entries), loc="outside lower center", ncols=columns)
    return figure
