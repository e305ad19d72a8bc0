"""The non-convex toy: derivatives by sympy, the landscapes in interval arithmetic."""

from .minima import toy_da_landscape, toy_retrain_keeps_minimum
from .rates import toy_counterexample_for_every_rate
from .ridge import toy_ridge_is_not_radial
from .trap import toy_irreversibility_needs_long_ascent, toy_trap

__all__ = [
    "toy_da_landscape",
    "toy_retrain_keeps_minimum",
    "toy_trap",
    "toy_irreversibility_needs_long_ascent",
    "toy_ridge_is_not_radial",
    "toy_counterexample_for_every_rate",
]
