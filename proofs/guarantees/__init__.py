"""Guarantees of removal: noise, Newton steps, ascent before finetuning, what is certified."""

from .gaussian import classical_noise_rule, gaussian_guarantee

__all__ = ["gaussian_guarantee", "classical_noise_rule"]
