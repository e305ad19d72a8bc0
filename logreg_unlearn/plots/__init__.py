"""Figures: arrays in, ``Figure`` out; one style and one palette for all of them.

The palette is Okabe and Ito's, which survives colour blindness; every series also has a marker
and a line style of its own, so grey print loses nothing.  Nothing here reads files or
arguments, and no global state of matplotlib changes.

The sweep's figures are a module per model; ``trajectories``, ``spectrum`` and ``request_errors``
draw the audit's, ``_prediction`` the study of what predicts harm.
"""

from __future__ import annotations

from logreg_unlearn.plots._blocks import blocks
from logreg_unlearn.plots._directions import directions
from logreg_unlearn.plots._gaussian import gaussian
from logreg_unlearn.plots._prediction import (
    predicted_and_actual,
    prediction_skill,
    shifted_distances,
)
from logreg_unlearn.plots._real import real_data, real_dependence
from logreg_unlearn.plots._requests import request_errors
from logreg_unlearn.plots._spectrum import spectrum
from logreg_unlearn.plots._style import (
    COLOURS,
    GREY,
    HARMED,
    HELPED,
    LINES,
    MARKERS,
    RATIO,
    files,
    legend_below,
    look,
    mark_unity,
    new_figure,
    plain,
    save,
    style,
)
from logreg_unlearn.plots._trajectories import trajectories
from logreg_unlearn.plots._wild import gaps, klom_over_cost, stopping

__all__ = [
    "COLOURS",
    "GREY",
    "HARMED",
    "HELPED",
    "LINES",
    "MARKERS",
    "RATIO",
    "blocks",
    "directions",
    "files",
    "gaps",
    "gaussian",
    "klom_over_cost",
    "legend_below",
    "look",
    "mark_unity",
    "new_figure",
    "plain",
    "predicted_and_actual",
    "prediction_skill",
    "real_data",
    "real_dependence",
    "request_errors",
    "save",
    "shifted_distances",
    "spectrum",
    "stopping",
    "style",
    "trajectories",
]
