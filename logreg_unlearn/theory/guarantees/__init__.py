r"""Guarantees of removal: what noise hides, and how far from the oracle a method can end.

The oracle's objective is ``J = sum c_i phi(a_i.w + o_i) + ridge/2 |w|^2`` over the retained
rows, logistic loss; ``c_i = 1/n_R`` in the mean convention, 1 in the sum convention.

Parameters, everywhere: ``ridge > 0``, ``distance`` and other lengths ``>= 0``, noise as a
standard deviation per coordinate, ``epsilon >= 0`` and ``delta`` in (0, 1) of
(epsilon, delta)-indistinguishability.  They are array_like and broadcast.
"""

from logreg_unlearn.theory.guarantees.budget import (
    certified_removal_budget as certified_removal_budget,
)
from logreg_unlearn.theory.guarantees.evidence import planted_trigger as planted_trigger
from logreg_unlearn.theory.guarantees.evidence import prediction_agreement as prediction_agreement
from logreg_unlearn.theory.guarantees.finetuning import (
    ascent_finetune_bound as ascent_finetune_bound,
)
from logreg_unlearn.theory.guarantees.finetuning import (
    ascent_hurts_finetuning as ascent_hurts_finetuning,
)
from logreg_unlearn.theory.guarantees.gaussian import (
    classical_noise_rule as classical_noise_rule,
)
from logreg_unlearn.theory.guarantees.gaussian import gaussian_guarantee as gaussian_guarantee
from logreg_unlearn.theory.guarantees.gaussian import largest_ratio as largest_ratio
from logreg_unlearn.theory.guarantees.gaussian import noise_needed as noise_needed
from logreg_unlearn.theory.guarantees.newton import influence_to_newton as influence_to_newton
from logreg_unlearn.theory.guarantees.newton import newton_contraction as newton_contraction
from logreg_unlearn.theory.guarantees.newton import (
    newton_errors_do_not_accumulate as newton_errors_do_not_accumulate,
)
from logreg_unlearn.theory.guarantees.newton import (
    newton_in_high_dimension as newton_in_high_dimension,
)
from logreg_unlearn.theory.guarantees.newton import newton_residual as newton_residual
from logreg_unlearn.theory.guarantees.newton import (
    published_residual_bound as published_residual_bound,
)
