"""The audit's figure: distance to the oracle against steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from logreg_unlearn.plots._style import (
    COLOURS,
    GREY,
    LINES,
    legend_below,
    look,
    mark_unity,
    new_figure,
    style,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def trajectories(
    curves: Sequence[tuple[str, np.ndarray, np.ndarray]],
    newton: float,
    original: float | None,
    title: str,
) -> Figure:
    """Draw each method's distance to the oracle against its steps.

    Parameters
    ----------
    curves : sequence of (name, steps (T,), distance (T,))
        The first record of each is the original model, at step 0.
    newton : float
        Distance after one Newton removal step.
    original : float or None
        Distance of the original model, the unit of what is drawn; None where it cannot be told
        from 0, and the distances themselves are drawn.
    title : str
    """
    unit = 1.0 if original is None else original
    with style():
        figure, axes = new_figure(size=(7.0, 4.4))
        ax = axes[0, 0]
        ax.set_xscale("symlog", linthresh=1.0)
        ax.set_yscale("log")
        if original is not None:
            mark_unity(ax)
        for k, (name, steps, distance) in enumerate(curves):
            ratio = np.asarray(distance) / unit
            # a diverged run is drawn up to where it leaves the figure, 0 has no logarithm
            shown = np.where((ratio < 1e6) & (ratio > 0), ratio, np.nan)
            ax.plot(steps, shown, color=look(COLOURS, k), linestyle=look(LINES, k), label=name)
        if newton > 0:
            ax.axhline(newton / unit, color=GREY, linestyle=":", linewidth=1.6, label="Newton step")
        if original is not None:  # what comes closer than 1e-4 is at the oracle for every purpose
            ax.set_ylim(bottom=max(ax.get_ylim()[0], 1e-4))
        ax.set_xlabel("steps")
        ax.set_ylabel("distance to oracle" + (" / original's" if original is not None else ""))
        ax.set_title(title)
        legend_below(figure, axes, columns=3)
    return figure
