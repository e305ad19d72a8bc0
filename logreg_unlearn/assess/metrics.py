"""What is measured or promised against the oracle: the namespace ``logreg_unlearn.metrics``."""

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
from logreg_unlearn.assess.guarantees import certain_predictions, noise_needed
from logreg_unlearn.assess.klom import Klom, bootstrap_models, klom, noise_divergence
from logreg_unlearn.assess.margins import margins
from logreg_unlearn.assess.membership import (
    Evaluation,
    Reading,
    auc,
    evaluate_model,
    likelihood_ratio_attack,
)

__all__ = [
    "BestStop",
    "Dependence",
    "Distances",
    "Evaluation",
    "Klom",
    "Reading",
    "auc",
    "bootstrap_models",
    "certain_predictions",
    "cross_influence",
    "dependence",
    "distance_ratios",
    "distances_to_oracle",
    "evaluate_model",
    "excess_risk",
    "first_step_alignment",
    "klom",
    "lift",
    "likelihood_ratio_attack",
    "margins",
    "noise_divergence",
    "noise_needed",
    "oracle_best_stop",
    "ratio",
]
