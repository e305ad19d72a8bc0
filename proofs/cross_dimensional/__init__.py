"""Two correlated groups under descent-ascent: bounds, existence, order, distance."""

from .bounds import da_bounds, oracle_closed_form, original_bounds
from .distance import crosses_the_oracle, order_implies_distance, whole_dataset_order
from .existence import da_existence, near_parallel_limit
from .logistic import logistic_cross_dimensional
from .negative import negative_correlation
from .order import coordinate_order, oracle_above_original, original_above_da
from .window import detriment_window

__all__ = [
    "oracle_closed_form",
    "original_bounds",
    "da_bounds",
    "original_above_da",
    "oracle_above_original",
    "coordinate_order",
    "da_existence",
    "detriment_window",
    "order_implies_distance",
    "crosses_the_oracle",
    "whole_dataset_order",
    "negative_correlation",
    "logistic_cross_dimensional",
    "near_parallel_limit",
]
