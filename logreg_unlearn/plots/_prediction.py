"""What predicts harm: skill of each candidate, predicted over actual, distances over the cosine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from logreg_unlearn.plots._style import (
    COLOURS,
    GREY,
    HARMED,
    HELPED,
    LINES,
    MARKERS,
    RATIO,
    legend_below,
    new_figure,
    style,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def prediction_skill(
    names: Sequence[str], strata: Mapping[str, Sequence[tuple[float, float, float]]]
) -> Figure:
    """Draw rank correlations with their intervals: a row per candidate, a marker per stratum.

    Parameters
    ----------
    names : sequence of str
        Candidates, the first on top.
    strata : mapping of str to sequence of (value, low, high)
    """
    with style():
        figure, axes = new_figure(size=(7.6, 0.32 * len(names) + 1.6))
        ax = axes[0, 0]
        for k, (stratum, found) in enumerate(strata.items()):
            value, low, high = np.array(found).T
            y = np.arange(len(names)) + 0.22 * (k - (len(strata) - 1) / 2)
            ax.hlines(y, low, high, color=COLOURS[k], linewidth=1.2)
            look = {"color": COLOURS[k], "mfc": COLOURS[k] if k == 0 else "white"}
            ax.plot(value, y, MARKERS[k], label=stratum, linestyle="none", **look)
        ax.axvline(0.0, color="black", linewidth=1.0)
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.set_xlabel("rank correlation with the distance ratio, 95 % intervals over clusters")
        legend_below(figure, axes, columns=3)
    return figure


def predicted_and_actual(panels: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw the actual ratio over a candidate: a panel each.

    Parameters
    ----------
    panels : sequence of mapping
        ``title``; ``predicted``, ``actual`` arrays; ``helped`` array of bool; ``ratio``, whether
        the candidate is a ratio itself, so that the diagonal means right.
    """
    with style():
        figure, axes = new_figure(1, len(panels), size=(4.6 * len(panels), 4.6), sharey=True)
        for ax, panel in zip(axes[0], panels, strict=True):
            kinds = ((~panel["helped"], HARMED, "o", "ended farther", 0.25),
                     (panel["helped"], HELPED, "D", "ended closer", 0.9))  # fmt: skip
            for part, colour, marker, label, alpha in kinds:
                look = {"color": colour, "alpha": alpha, "ms": 2.5, "mew": 0.0}
                x, y = panel["predicted"][part], panel["actual"][part]
                ax.plot(x, y, marker, linestyle="none", label=label, **look)
            if panel["ratio"]:
                ends = np.array([panel["actual"].min(), panel["actual"].max()])
                ax.plot(ends, ends, color="black", linewidth=1.0, label="predicted exactly")
                ax.axvline(1.0, color=GREY, linewidth=0.8)
            ax.axhline(1.0, color=GREY, linewidth=0.8, label="as far as the original")
            ax.set(xscale="log", yscale="log", title=panel["title"], xlabel="predicted")
            if not panel["ratio"]:
                ax.set_xlabel("the norm")
        axes[0, 0].set_ylabel(RATIO)
        legend_below(figure, axes, columns=4)
    return figure


def shifted_distances(cosine: Sequence[float], series: Mapping[str, Sequence[float]]) -> Figure:
    """Draw medians over the cosine of the class means, a line each."""
    with style():
        figure, axes = new_figure(size=(6.0, 4.4))
        ax = axes[0, 0]
        for k, (name, values) in enumerate(series.items()):
            look = {"color": COLOURS[k], "linestyle": LINES[k], "mfc": "white"}
            ax.plot(cosine, values, marker=MARKERS[k], label=name, **look)
        ax.set(yscale="log", xlabel="cosine of the class means of F and R", ylabel="median")
        legend_below(figure, axes, columns=2)
    return figure
