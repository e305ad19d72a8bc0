"""One coordinate of the block model: the minimisers, the harm threshold, and all blocks at once."""

from .blocks import lift_conservation, vector_level_closeness
from .distances import distance_growth, distance_unlearning, opposite_sides
from .harm import early_stopping_phases, harm_threshold, logistic_harm_threshold
from .minimisers import da_branches, lambert_minimiser, logistic_minimiser, vanishing_ridge
from .stopping import crossing_time, no_stopping_time

__all__ = [
    "lambert_minimiser",
    "da_branches",
    "opposite_sides",
    "distance_growth",
    "distance_unlearning",
    "vanishing_ridge",
    "lift_conservation",
    "harm_threshold",
    "logistic_minimiser",
    "logistic_harm_threshold",
    "early_stopping_phases",
    "vector_level_closeness",
    "crossing_time",
    "no_stopping_time",
]
