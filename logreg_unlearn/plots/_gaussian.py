"""The sweep's Gaussian classes: ratios against the cosine of the class means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from logreg_unlearn.plots._style import (
    COLOURS,
    GREY,
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


def gaussian(panels: Sequence[dict[str, Any]], columns: int) -> Figure:
    """Draw ratios against the cosine of the class means, a panel per forget fraction.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``; ``limit``, None or a dict with the ``cosine`` and ``ratio`` of the
        strong-ridge limit and a ``label`` that says for which ridges it holds;
        ``series``, a list of dicts with ``label``, ``cosine`` (C,), and ``final``,
        ``best`` of shape (3, C): 5 %, 50 %, 95 % quantiles over the seeds (inf: diverged).
    columns : int
        Panels a row.
    """
    with style():
        rows = -(-len(panels) // columns)
        figure, axes = new_figure(
            rows, columns, size=(3.5 * columns + 1.0, 3.0 * rows + 1.3), sharex=True, sharey=True
        )
        finals = np.concatenate([np.ravel(s["final"]) for p in panels for s in p["series"]])
        beyond = 3.0 * np.max(finals[np.isfinite(finals)], initial=10.0)
        for panel, ax in zip(panels, axes.flat, strict=True):
            ax.set_yscale("log")
            mark_unity(ax)
            for k, series in enumerate(panel["series"]):
                _ratio_against(ax, series, k, beyond)
            if (limit := panel["limit"]) is not None:
                ax.plot(
                    limit["cosine"], limit["ratio"], color="black", linestyle=(0, (1, 1)),
                    linewidth=2.2, zorder=3, label=limit["label"],
                )  # fmt: skip
            ax.plot([], [], "kx", label="median diverged")
            ax.plot([], [], "o", color=GREY, mfc="white", label="best early stop (peeks)")
            ax.set_title(panel["title"])
        for ax in axes[-1]:
            ax.set_xlabel(r"$c$, cosine of the class means")
        for ax in axes[:, 0]:
            ax.set_ylabel(RATIO)
        legend_below(figure, axes, columns=4)
    return figure


def _ratio_against(ax: Axes, series: dict[str, Any], k: int, beyond: float) -> None:
    """Draw one ridge: end point with its spread, best early stop, and where it diverged."""
    c, final = np.asarray(series["cosine"]), np.asarray(series["final"])
    finite = np.isfinite(final).all(axis=0)
    ax.fill_between(
        c, *final[[0, 2]], where=finite, color=look(COLOURS, k), alpha=0.15, linewidth=0
    )
    drawn = np.where(np.isfinite(final[1]), final[1], np.nan)
    ax.plot(
        c, drawn, color=look(COLOURS, k), marker=look(MARKERS, k), linestyle=look(LINES, k),
        label=f"{series['label']}: end point",
    )  # fmt: skip
    ax.plot(
        c, np.asarray(series["best"])[1], color=look(COLOURS, k), marker=look(MARKERS, k),
        mfc="white", linewidth=0.8,
    )  # fmt: skip
    diverged = c[np.isinf(final[1])]
    ax.plot(diverged, np.full(len(diverged), beyond * 2.0**k), "x", color=look(COLOURS, k))
