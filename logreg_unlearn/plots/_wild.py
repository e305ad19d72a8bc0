"""The paper's experiments on real data: KLoM over cost, the gaps, step size against stopping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from logreg_unlearn.plots._style import (
    COLOURS,
    GREY,
    MARKERS,
    legend_below,
    look,
    new_figure,
    plain,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure


def klom_over_cost(panels: Sequence[dict[str, Any]], columns: int) -> Figure:
    """Draw KLoM of every setting over its cost.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``; ``floor``, ``original`` and ``retraining`` (its cost) as numbers; and
        ``series``, a list of dicts with ``label``, ``cost`` and ``klom`` (arrays).
    columns : int
        Panels a row, at most.
    """
    with style():
        columns = min(columns, len(panels))
        rows = -(-len(panels) // columns)
        figure, axes = new_figure(
            rows, columns, size=(2.9 * columns + 0.8, 2.4 * rows + 1.1), sharex=True, sharey="row"
        )
        for panel, ax in zip(panels, axes.flat, strict=True):
            ax.set_xscale("log")
            ax.set_yscale("log")
            _plain_numbers(ax.yaxis)
            ax.axhline(panel["original"], color="black", linewidth=1.0, label="doing nothing")
            ax.axhline(
                panel["floor"], color=GREY, linestyle=":", label="floor: two oracle ensembles"
            )
            ax.axvline(panel["retraining"], color=GREY, linestyle="--", label="cost of retraining")
            for k, series in enumerate(panel["series"]):
                ax.plot(
                    series["cost"], series["klom"], look(MARKERS, k), color=look(COLOURS, k),
                    mfc="none", markersize=3.8, alpha=0.8, label=plain(series["label"]),
                )  # fmt: skip
            ax.set_title(plain(panel["title"]))
        for ax in axes[-1]:
            ax.set_xlabel("gradients, passes over the data")
        for ax in axes[:, 0]:
            ax.set_ylabel("KLoM, 95 %")
        legend_below(figure, axes, columns=4)
    return figure


def gaps(panels: Sequence[dict[str, Any]]) -> Figure:
    """Draw how far the original models are from the retrained ones, by forget set and part.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``; ``sets`` (names); ``floor`` (number); ``series``, a list of dicts with
        ``label`` and ``klom`` (an array over the sets).
    """
    with style():
        count = len(panels)
        columns = 2 if count == 4 else min(count, 3)
        rows = -(-count // columns)
        figure, axes = new_figure(
            rows, columns, size=(3.1 * columns + 1.2, 2.8 * rows + 0.7), sharey=True, sharex=True
        )
        for panel, ax in zip(panels, axes.flat, strict=False):
            ax.set_xscale("log")
            _plain_numbers(ax.xaxis)
            ax.axvline(panel["floor"], color=GREY, linestyle=":", label="floor")
            for k, series in enumerate(panel["series"]):
                height = np.arange(len(panel["sets"])) + 0.22 * (k - 1)
                ax.plot(
                    series["klom"], height, look(MARKERS, k), color=look(COLOURS, k),
                    label=series["label"],
                )  # fmt: skip
            ax.set_title(plain(panel["title"]))
            ax.set_yticks(range(len(panel["sets"])), panel["sets"])
            ax.set_ylim(len(panel["sets"]) - 0.4, -0.6)
            ax.set_xlabel("KLoM of the original, 95 %")
            ax.tick_params(labelbottom=True)
        for ax in axes.flat[count:]:
            ax.set_visible(False)
        for ax in axes[:, 0]:
            ax.set_ylabel("forget set")
        legend_below(figure, axes, columns=4)
    return figure


def stopping(panels: Sequence[dict[str, Any]], columns: int) -> Figure:
    """Draw the distance ratio over step size and stopping time, and where F looks forgotten.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``; ``rates`` (r,) in units of 1/L and ``epochs`` (e,); ``ratio`` and
        ``looks`` (e, r).
    columns : int
        Panels a row, at most.
    """
    from matplotlib.colors import TwoSlopeNorm

    with style():
        columns = min(columns, len(panels))
        rows = -(-len(panels) // columns)
        figure, axes = new_figure(
            rows, columns, size=(2.9 * columns + 1.2, 2.3 * rows + 0.6), sharex=True, sharey=True
        )
        norm, mesh = TwoSlopeNorm(0.0, -1.0, 2.0), None
        for panel, ax in zip(panels, axes.flat, strict=True):
            shown = np.log10(np.clip(panel["ratio"], 0.1, 100.0))
            x, y = np.arange(len(panel["rates"])), np.arange(len(panel["epochs"]))
            mesh = ax.pcolormesh(x, y, shown, cmap="RdBu_r", norm=norm, shading="nearest")
            height, place = np.nonzero(panel["looks"])
            ax.plot(
                place, height, "o", color="black", mfc="none", linestyle="none", markersize=3.5,
                label="forget accuracy looks right",
            )  # fmt: skip
            every = max(1, len(x) // 4)
            ax.set_xticks(x[::every], [f"{rate:.2g}" for rate in panel["rates"][::every]])
            ax.set_yticks(y, [str(epoch) for epoch in panel["epochs"]])
            ax.grid(visible=False)
            ax.set_title(plain(panel["title"]))
        for ax in axes[-1]:
            ax.set_xlabel("step size, 1/L")
        for ax in axes[:, 0]:
            ax.set_ylabel("stop, epochs")
        bar = figure.colorbar(mesh, ax=axes, shrink=0.7)
        bar.set_ticks([-1.0, 0.0, 1.0, 2.0], labels=["≤ 0.1", "1", "10", "≥ 100"])
        bar.set_label("distance to oracle / original's")
        legend_below(figure, axes, columns=1)
    return figure


def _plain_numbers(axis: Axis) -> None:
    """Write 0.5 and 5, not powers of ten: KLoM has two decades at most."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

    axis.set_major_locator(FixedLocator([0.2, 0.5, 1.0, 2.0, 5.0, 10.0]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())
