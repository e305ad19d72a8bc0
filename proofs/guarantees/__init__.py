"""Guarantees of removal: noise, Newton steps, ascent before finetuning, what is certified."""

from .budget import certified_removal_budget
from .evidence import planted_trigger, prediction_agreement
from .finetuning import ascent_finetune_bound, ascent_hurts_finetuning
from .gaussian import classical_noise_rule, gaussian_guarantee
from .newton import (
    influence_to_newton,
    newton_contraction,
    newton_errors_do_not_accumulate,
    newton_in_high_dimension,
)
from .residual import newton_residual, published_residual_bound

__all__ = [
    "gaussian_guarantee",
    "classical_noise_rule",
    "newton_residual",
    "published_residual_bound",
    "influence_to_newton",
    "newton_contraction",
    "newton_errors_do_not_accumulate",
    "newton_in_high_dimension",
    "ascent_finetune_bound",
    "ascent_hurts_finetuning",
    "planted_trigger",
    "prediction_agreement",
    "certified_removal_budget",
]
