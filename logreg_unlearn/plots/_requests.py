"""The audit's second figure: what each removal leaves after every deletion request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

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
    from matplotlib.figure import Figure

_AT_ORACLE = 1e-12
"""What comes closer is at the oracle to what its certificate can tell."""


def request_errors(curves: Sequence[tuple[str, Sequence[float]]], title: str) -> Figure:
    """Draw each removal's distance to the oracle of all requests so far.

    Parameters
    ----------
    curves : sequence of (name, ratios (K,))
        After each request, over the distance of the model in use.
    title : str
    """
    with style():
        figure, axes = new_figure(size=(7.0, 4.4))
        ax = axes[0, 0]
        ax.set_yscale("log")
        mark_unity(ax)
        for k, (name, ratios) in enumerate(curves):
            values = np.asarray(ratios, dtype=float)
            shown = np.where(np.isfinite(values), np.maximum(values, _AT_ORACLE), np.nan)
            other = k + k // len(COLOURS)  # the eighth colour is the first, with another look
            ax.plot(
                np.arange(1, len(shown) + 1), shown, label=name, color=look(COLOURS, k),
                linestyle=look(LINES, other), marker=look(MARKERS, other),
            )  # fmt: skip
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.set_xlabel("request")
        ax.set_ylabel(RATIO)
        ax.set_title(title)
        legend_below(figure, axes, columns=3)
    return figure
