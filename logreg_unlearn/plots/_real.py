"""The sweep's real data: ratios by forget set, and against the measured dependence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from logreg_unlearn.plots._style import (
    COLOURS,
    HARMED,
    HELPED,
    MARKERS,
    RATIO,
    legend_below,
    look,
    mark_unity,
    new_figure,
    plain,
    style,
)

_ROW = 2.2  # height of a row of diverged runs, a factor on the log axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def real_data(panels: Sequence[dict[str, Any]], columns: int) -> Figure:
    """Draw the end point and the best early stop of every forget set of every data set.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``, ``kinds`` (names), ``final``, ``best`` (lists of arrays over seeds).
    columns : int
        Panels a row.
    """
    with style():
        rows = -(-len(panels) // columns)
        figure, axes = new_figure(
            rows, columns, size=(2.7 * columns + 1.4, 2.7 * rows + 0.9), sharey=True, sharex=True
        )
        beyond = _beyond([v for p in panels for values in p["final"] for v in values])
        kinds = max((panel["kinds"] for panel in panels), key=len)
        for panel, ax in zip(panels, axes.flat, strict=True):
            ax.set_xscale("log")
            ax.axvline(1.0, color="black", linewidth=1.0, label="as far as the original model")
            for k, (final, best) in enumerate(zip(panel["final"], panel["best"], strict=True)):
                final, best = np.asarray(final), np.asarray(best)
                stays = np.isfinite(final)
                ax.plot(best, np.full(len(best), k + 0.17), "o", color=HELPED, mfc="white")
                ax.plot(final[stays], np.full(stays.sum(), k - 0.17), "s", color=HARMED)
                ax.plot(np.full((~stays).sum(), beyond), np.full((~stays).sum(), k - 0.17), "kx")
            ax.plot([], [], "s", color=HARMED, label="end point")
            ax.plot([], [], "kx", label="diverged")
            ax.plot([], [], "o", color=HELPED, mfc="white", label="best early stop (peeks)")
            ax.set_title(plain(panel["title"]))
            ax.set_yticks(range(len(kinds)), [plain(kind) for kind in kinds])
            ax.set_ylim(len(kinds) - 0.4, -0.6)
        for ax in axes[-1]:
            ax.set_xlabel(RATIO)
        for ax in axes[:, 0]:
            ax.set_ylabel("forget set")
        legend_below(figure, axes, columns=5)
    return figure


def real_dependence(panels: Sequence[dict[str, Any]], columns: int) -> Figure:
    """Draw the end points of all data sets against what was measured of the dependence.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``; ``label`` of its measure; ``series``, a list of dicts with ``label``
        (the forget set), ``measure`` and ``ratio`` (inf: diverged).
    columns : int
        Panels a row, one for each measure.
    """
    with style():
        rows = -(-len(panels) // columns)
        figure, axes = new_figure(
            rows, columns, size=(4.2 * columns + 0.8, 2.9 * rows + 0.9), sharey=True, sharex="col"
        )
        beyond = _beyond([v for p in panels for series in p["series"] for v in series["ratio"]])
        for panel, ax in zip(panels, axes.flat, strict=True):
            ax.set_yscale("log")
            mark_unity(ax)
            for k, series in enumerate(panel["series"]):
                row = beyond * _ROW**k
                height = np.where(np.isfinite(series["ratio"]), series["ratio"], row)
                ax.plot(
                    series["measure"], height, look(MARKERS, k), color=look(COLOURS, k),
                    mfc="none", label=plain(series["label"]),
                )  # fmt: skip
            if any(np.isinf(series["ratio"]).any() for series in panel["series"]):
                _band(ax, beyond, len(panel["series"]))
            ax.set_title(panel["title"])
        for ax, panel in zip(axes[-1], panels[-columns:], strict=True):
            ax.set_xlabel(panel["label"])
        for ax in axes[:, 0]:
            ax.set_ylabel(RATIO)
        legend_below(figure, axes, columns=4)
    return figure


def _beyond(ratios: Sequence[float]) -> float:
    """Return where diverged runs are drawn: clear of the largest finite ratio."""
    return 6.0 * max((v for v in ratios if np.isfinite(v)), default=10.0)


def _band(ax: Axes, lowest: float, rows: int) -> None:
    """Shade the rows of the diverged runs, one for each forget set, under their name."""
    name = lowest * _ROW ** (rows + 0.3)
    ax.axhspan(lowest / _ROW, name * _ROW, color="#EEEEEE", linewidth=0.0, zorder=0)
    place = {"xycoords": ("axes fraction", "data"), "va": "center", "fontsize": 8.5}
    ax.annotate("diverged, a row for each forget set", (0.01, name), **place)
