"""Softmax regression: derivatives, one block in closed form, and what label noise changes."""

from .block import softmax_harm_threshold, softmax_minimiser
from .breaking import softmax_symmetry_breaking
from .corollaries import softmax_early_stopping, softmax_vector_closeness
from .derivatives import softmax_derivatives, softmax_gauge, softmax_strong_ridge
from .equal_mixes import equal_mixes_distance
from .mixes import (
    exchangeable_threshold,
    mislabelled_strong_ridge,
    mixed_labels_strong_ridge,
    symmetric_noise_threshold,
)

__all__ = [
    "softmax_derivatives",
    "softmax_gauge",
    "softmax_strong_ridge",
    "exchangeable_threshold",
    "symmetric_noise_threshold",
    "mixed_labels_strong_ridge",
    "mislabelled_strong_ridge",
    "equal_mixes_distance",
    "softmax_minimiser",
    "softmax_harm_threshold",
    "softmax_symmetry_breaking",
    "softmax_early_stopping",
    "softmax_vector_closeness",
]
