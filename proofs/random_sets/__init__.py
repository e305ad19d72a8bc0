"""Random forget sets: what the losses and the gradients do before any optimisation."""

from .gradients import random_gradient, stationary_norm
from .harm import law_of_harm
from .losses import random_cancellation, random_forget_accuracy
from .proportional import proportional_limit

__all__ = [
    "random_forget_accuracy",
    "random_cancellation",
    "random_gradient",
    "stationary_norm",
    "law_of_harm",
    "proportional_limit",
]
