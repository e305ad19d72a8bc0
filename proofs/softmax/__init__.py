"""Softmax regression: derivatives, one block in closed form, and what label noise changes."""

from .block import softmax_harm_threshold, softmax_minimiser
from .breaking import softmax_symmetry_breaking

__all__ = [
    "softmax_minimiser",
    "softmax_harm_threshold",
    "softmax_symmetry_breaking",
]
