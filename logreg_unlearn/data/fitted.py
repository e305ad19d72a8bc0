"""A fitted model, as far as a forget set may look at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class PointwiseLoss(Protocol):
    """What is needed of a loss: its derivative and curvature as functions of the margin."""

    @property
    def derivative(self) -> Callable[[Array], Array]:
        """First derivative."""

    @property
    def curvature(self) -> Callable[[Array], Array]:
        """Second derivative."""


@dataclass(frozen=True, eq=False)
class FittedModel:
    """The model whose rows are to be forgotten.

    Attributes
    ----------
    w : (d,) array
        Its parameters.
    ridge : float > 0
        Ridge of the mean objective ``mean(phi) + (ridge/2) ||w||^2``.
    loss : loss of the margin
        `logreg_unlearn.problem.losses.LOGISTIC` or ``EXPONENTIAL``.
    """

    w: Array
    ridge: float
    loss: PointwiseLoss

    def __post_init__(self) -> None:
        if not (np.isfinite(self.ridge) and self.ridge > 0.0):
            raise ValueError(f"expected a ridge > 0, got {self.ridge}")
