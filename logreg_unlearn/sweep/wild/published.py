"""The grids of the paper's experiments, and how they are scaled.

Published for a ResNet-9 on 50,000 images (batch 64, trained at rate 0.4).  Here:

* **sizes**: 10, 100 and 500 forgotten of 50,000 would be less than a row of some hundred; the
  largest becomes a fifth of the trained rows and the others keep their proportion to it;
* **rates**: the largest of descent-ascent and SCRUB, 5e-3, becomes ``1/L``, the longest step with
  which full-batch descent is sure to fall, ``L = ridge + sup phi'' ||X||^2 / n`` the largest
  curvature of the trained objective; every other rate keeps its proportion to it, those of gradient
  ascent too.  So a rate r is ``(r / 5e-3) / L``;
* epochs, batches and ascent epochs stay.  An epoch is then tens of steps, not 780.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from logreg_unlearn.problem.losses import Array, Loss

SIZES = (10, 100, 500)
LARGEST_SHARE = 0.2
"""What 500 forgotten images become, as a share of the trained rows."""

ANCHOR = 5e-3
"""The published rate that becomes 1/L."""


@dataclass(frozen=True)
class Published:
    """One published grid.

    Attributes
    ----------
    rates : tuple of float
        As published.
    epochs : tuple of int
        At which a run is read.
    ascent_epochs : tuple of int
        How many of the first epochs ascend; none for gradient ascent, which always does.
    forget_batches : tuple of int
        Forgotten rows a step.
    """

    rates: tuple[float, ...]
    epochs: tuple[int, ...]
    ascent_epochs: tuple[int, ...] = ()
    forget_batches: tuple[int, ...] = (64,)

    def quick(self) -> Published:
        """Return a coarser grid: first and last of everything."""
        ends = {name: (*dict.fromkeys((v[0], v[-1])),) for name, v in vars(self).items() if v}
        return replace(self, **ends)


BATCH = 64
"""Retained rows a step."""

GA = Published((1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 1e-2, 5e-2), (1, 3, 5, 7, 10))
GDA = Published((5e-5, 5e-4, 1e-3, 5e-3), (5, 7, 10), (3, 5), (32, 64))
SCRUB = GDA
FINETUNE = replace(GDA, ascent_epochs=(0,), forget_batches=(64,))
"""Descent-ascent's grid without the ascent; not in the paper."""

STOPPING = Published(
    tuple(float(ANCHOR * 10**k) for k in np.linspace(-3, 1, 13)),
    (1, 2, 3, 5, 8, 12, 20, 32),
    (32,),
)
"""Descent-ascent that ascends to the end: step size and stopping over a wide range."""


def largest_curvature(signed: Array, ridge: float, loss: Loss) -> float:
    """Return ``L`` of the mean objective on rows ``signed (n, d)``."""
    return float(ridge + loss.curvature_bound * np.linalg.norm(signed, 2) ** 2 / len(signed))


def scaled_rate(rate: float, curvature: float) -> float:
    """Return what a published rate is here."""
    return rate / ANCHOR / curvature


def scaled_size(size: int, rows: int) -> int:
    """Return what a published forget-set size is among so many trained rows, at least 1."""
    return max(1, round(size / SIZES[-1] * LARGEST_SHARE * rows))
