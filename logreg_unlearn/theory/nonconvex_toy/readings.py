"""The toy's data, and every reading of what the paper leaves open about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

POSITIONS = np.array([-1.0, 1.0, 3.0, 4.0])
LABELS = np.array([-1.0, 1.0, -1.0, 1.0])
FEATURES = np.stack([POSITIONS, POSITIONS**2], axis=1)
MULTIPLICITIES = (5.0, 4.0, 1.0, 4.0)
RIDGE = 0.1


class Target(Enum):
    """What the squared error compares with what."""

    ZERO_ONE = "h against 0 and 1"
    PM_ONE = "h against -1 and +1"
    SCALED_PM_ONE = "2h - 1 against -1 and +1"


class Reduction(Enum):
    """How the samples' losses are put together."""

    SUM = "sum over the samples"
    MEAN = "mean over the samples that the objective weighs"


class RidgeTerm(Enum):
    """The ridge term."""

    HALF = "(lambda/2) ||w||^2"
    FULL = "lambda ||w||^2"


class Sigmoid(Enum):
    """The unit ``h``; the value is its slope ``k`` in ``1 / (1 + exp(-k (1 + z)))``."""

    PRINTED = 0.5
    PROBABLE = 1.0


@dataclass(frozen=True)
class Reading:
    """One reading of what the paper's toy leaves open; every result carries its reading."""

    target: Target = Target.ZERO_ONE
    reduction: Reduction = Reduction.SUM
    ridge_term: RidgeTerm = RidgeTerm.HALF
    sigmoid: Sigmoid = Sigmoid.PRINTED

    @property
    def name(self) -> str:
        """A short name, e.g. ``zero_one-sum-half-printed``."""
        parts = (self.target, self.reduction, self.ridge_term, self.sigmoid)
        return "-".join(part.name.lower() for part in parts)

    @classmethod
    def from_name(cls, name: str) -> Reading:
        """Return the reading called ``name`` (see :attr:`name`)."""
        for reading in READINGS:
            if reading.name == name:
                return reading
        raise ValueError(f"expected one of {[r.name for r in READINGS]}, got {name!r}")


READINGS = tuple(
    Reading(target, reduction, term, sigmoid)
    for sigmoid in Sigmoid
    for target in Target
    for reduction in Reduction
    for term in RidgeTerm
)
