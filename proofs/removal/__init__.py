"""Removal methods: how far a deletion moves the minimum, and what each method leaves of it."""

from .descent import deletion_sensitivity, descent_to_delete, rewind_to_delete
from .langevin import noisy_descent
from .one_step import mean_influence, projective_update, subspace_oracle, worst_case_residual

__all__ = [
    "deletion_sensitivity",
    "descent_to_delete",
    "rewind_to_delete",
    "noisy_descent",
    "worst_case_residual",
    "mean_influence",
    "projective_update",
    "subspace_oracle",
]
