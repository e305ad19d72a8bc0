"""Figures: arrays in, ``Figure`` out; one style and one palette for all of them.

The palette is Okabe and Ito's, which survives colour blindness; every series also has a marker
and a line style of its own, so grey print loses nothing.  Nothing here reads files or
arguments, and no global state of matplotlib changes.

================  ==================================================================
module            what it draws
================  ==================================================================
``style``         the style, the palette, axes, legends, saving
``sweep``         the sweep's figures
``trajectories``  the audit's figure
================  ==================================================================
"""

from __future__ import annotations

from logreg_unlearn.plots.style import (
    COLOURS,
    GREY,
    HARMED,
    HELPED,
    LINES,
    MARKERS,
    files,
    legend_below,
    look,
    mark_unity,
    new_figure,
    save,
    style,
)
from logreg_unlearn.plots.sweep import blocks, directions, gaussian, real_data
from logreg_unlearn.plots.trajectories import trajectories

__all__ = [
    "COLOURS",
    "GREY",
    "HARMED",
    "HELPED",
    "LINES",
    "MARKERS",
    "blocks",
    "directions",
    "files",
    "gaussian",
    "legend_below",
    "look",
    "mark_unity",
    "new_figure",
    "real_data",
    "save",
    "style",
    "trajectories",
]
