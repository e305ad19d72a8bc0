"""The sweep's block model: iterations over the closed form, against the lift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from logreg_unlearn.plots._style import (
    COLOURS,
    LINES,
    MARKERS,
    RATIO,
    legend_below,
    look,
    mark_unity,
    new_figure,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TICKS = (0.0, 0.1, 0.5, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0)
_BOTTOM, _TOP = 1e-2, 5e4  # a ratio beyond says no more than that it is tiny or huge
_DIVERGED = 3e3  # height of the first row of crosses, under the top


def blocks(panels: Sequence[dict[str, Any]], columns: int) -> Figure:
    """Draw the ratio to the original's distance against the lift of one block.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``; ``harm``, the sharp threshold f/(1+f); ``series``, a list of dicts with
        ``label``, ``lift`` and ``ratio`` (the iterations), ``diverged`` (their lifts),
        ``curve_lift`` and ``curve_ratio`` (the closed form) and ``fold`` (None: no fold).
        ``harm`` and the curve are None for methods that have no closed form.
    columns : int
        Panels a row.
    """
    rows = -(-len(panels) // columns)
    with style():
        figure, axes = new_figure(
            rows, columns, size=(3.6 * columns + 1.2, 3.1 * rows + 0.4), sharex=True, sharey=True
        )
        for panel, ax in zip(panels, axes.flat, strict=True):
            ax.set_yscale("log")
            mark_unity(ax)
            if panel["harm"] is not None:
                ax.axvline(
                    panel["harm"], color="black", linestyle=":", linewidth=1.4,
                    label=r"theory: farther beyond $\rho=f/(1+f)$",
                )  # fmt: skip
            for k, series in enumerate(panel["series"]):
                _draw(ax, series, k)
            fold = r"the fold $\rho=1+1/(es)$, $s=p/\lambda$"
            ax.plot([], [], "kx", label=f"diverged (thin lines: {fold})")
            ax.set_title(panel["title"])
            ax.set_ylim(_BOTTOM, _TOP)
        _square_root_axis(axes[0, 0], [s["curve_lift"] for p in panels for s in p["series"]])
        for ax in axes[-1]:
            ax.set_xlabel(r"lift $\rho$ of the block (square-root scale)")
        for ax in axes[:, 0]:
            ax.set_ylabel(RATIO)
        legend_below(figure, axes, columns=4)
    return figure


def _draw(ax: Axes, series: dict[str, Any], k: int) -> None:
    """Draw one ridge: closed form, end points, where it diverged, and the fold."""
    colour = look(COLOURS, k)
    if series["curve_ratio"] is not None:
        ax.plot(
            series["curve_lift"], series["curve_ratio"], color=colour,
            linestyle=look(LINES, k), label=f"{series['label']}: closed form",
        )  # fmt: skip
    ax.plot(
        series["lift"], series["ratio"], look(MARKERS, k), color=colour, mfc="white",
        label=f"{series['label']}: iterations",
    )  # fmt: skip
    if len(series["diverged"]):
        height = np.full(len(series["diverged"]), _DIVERGED * 2.5**k)
        ax.plot(series["diverged"], height, "x", color=colour)
    if series["fold"] is not None:
        ax.axvline(series["fold"], color=colour, linestyle=look(LINES, k), linewidth=0.9)


def _square_root_axis(ax: Axes, lifts: Sequence[np.ndarray]) -> None:
    """Give the lifts below 1, where harm begins, as much room as those far beyond."""
    top = max(float(np.max(values, initial=0.0)) for values in lifts) or 1.0
    ax.set_xscale("function", functions=(lambda v: np.sqrt(np.maximum(v, 0.0)), np.square))
    ax.set_xlim(0.0, 1.03 * top)
    ax.set_xticks([tick for tick in _TICKS if tick <= 1.03 * top])
