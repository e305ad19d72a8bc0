"""One context on the simplex: descent-ascent under the natural gradient, and constant payoffs."""

from .flow import replicator_descent_ascent, replicator_end
from .payoff import face_restriction, temperature_is_time
from .smoothed import smoothed_counts_threshold
from .step import one_natural_step

__all__ = [
    "replicator_descent_ascent",
    "replicator_end",
    "one_natural_step",
    "smoothed_counts_threshold",
    "temperature_is_time",
    "face_restriction",
]
