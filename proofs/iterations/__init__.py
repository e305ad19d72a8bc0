"""The first step, the path in the ascent weight, alternating steps, strong ridge."""

from .alternating import alternating_expansion
from .best_stop import best_stop_is_a_sine
from .first_step import first_step_identity, newton_step_is_scaled_ascent
from .fixed_point import alternating_fixed_point
from .path import overshoot_path, path_monotonicity
from .strong_ridge import strong_ridge_limit

__all__ = [
    "first_step_identity",
    "overshoot_path",
    "path_monotonicity",
    "newton_step_is_scaled_ascent",
    "alternating_expansion",
    "alternating_fixed_point",
    "strong_ridge_limit",
    "best_stop_is_a_sine",
]
