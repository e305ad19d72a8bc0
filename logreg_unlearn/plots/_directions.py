"""The sweep's two correlated directions: the plane of overlap and forgotten share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from logreg_unlearn.plots._style import COLOURS, RATIO, legend_below, new_figure, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def directions(panels: Sequence[dict[str, Any]]) -> Figure:
    """Draw the final ratio over ``epsilon`` and ``alpha`` for two correlated directions.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``, ``epsilon`` (E,), ``alpha`` (A,), ``ratio`` (A, E; inf: diverged), and
        the theory's boundaries ``equal``, where the end point is as far as the original, and
        ``fold``, beyond which there is none: each None or a pair of arrays (epsilon, alpha),
        NaN where the boundary does not exist.
    """
    from matplotlib.colors import LogNorm

    with style():
        figure, axes = new_figure(1, len(panels), size=(4.6 * len(panels) + 1.0, 4.3), sharey=True)
        for panel, ax in zip(panels, axes.flat, strict=True):
            ratio = np.asarray(panel["ratio"])
            mesh = ax.pcolormesh(
                panel["epsilon"], panel["alpha"], np.ma.masked_invalid(ratio), cmap="PuOr_r",
                shading="nearest", norm=LogNorm(0.1, 10.0),
            )  # fmt: skip
            _hatch(ax, panel, np.isinf(ratio))
            if panel["equal"] is not None:
                ax.plot(
                    *panel["equal"], color="black", linewidth=1.6,
                    label="theory: as far as the original, farther above",
                )  # fmt: skip
            if panel["fold"] is not None:
                ax.plot(
                    *panel["fold"], color=COLOURS[2], linewidth=2.4, linestyle="--",
                    label="theory: no stationary point above",
                )  # fmt: skip
            ax.set_title(panel["title"])
            ax.set_xlabel(r"$\varepsilon$, overlap of the two directions")
            ax.set_ylim(0.0, float(np.max(panel["alpha"])) * 1.06 or 1.0)
            ax.grid(False)
        axes[0, 0].set_ylabel(r"$\alpha$, forgotten per retained sample in the plane")
        legend_below(figure, axes, columns=3)
        bar = figure.colorbar(mesh, ax=axes.ravel().tolist(), extend="both", shrink=0.9)
        bar.set_label(RATIO)
    return figure


def _hatch(ax: Axes, panel: dict[str, Any], diverged: np.ndarray) -> None:
    """Hatch the cells that diverged: no shade of the colour bar, and none in grey print."""
    if not diverged.any():
        return
    from matplotlib.colors import ListedColormap

    shade, lines = "#E4E4E4", "#555555"
    ax.pcolor(
        panel["epsilon"], panel["alpha"], np.ma.masked_where(~diverged, np.ones(diverged.shape)),
        cmap=ListedColormap([shade]), shading="nearest", edgecolor=lines, linewidth=0.0,
        hatch="////",
    )  # fmt: skip
    ax.fill_between(
        [], [], [], facecolor=shade, edgecolor=lines, linewidth=0.0, hatch="////",
        label="the iteration diverged",
    )  # fmt: skip
