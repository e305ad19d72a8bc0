"""What is measured against the oracle, by name: the namespace ``logreg_unlearn.metrics``."""

from __future__ import annotations

from logreg_unlearn.assess.dependence import Dependence, cross_influence, dependence, lift
from logreg_unlearn.assess.distance import (
    BestStop,
    Distances,
    distance_ratios,
    distances_to_oracle,
    excess_risk,
    first_step_alignment,
    oracle_best_stop,
    ratio,
)

__all__ = [
    "BestStop",
    "Dependence",
    "Distances",
    "cross_influence",
    "dependence",
    "distance_ratios",
    "distances_to_oracle",
    "excess_risk",
    "first_step_alignment",
    "lift",
    "oracle_best_stop",
    "ratio",
]
