r"""What uniformly random forget sets imply: losses, gradients, and the law of harm.

Hoeffding: ``P(|Acc_T - Acc_F| >= eps) <= 2 exp(-2 n_F eps^2)``; cancellation: at a fixed ``w``,
``E[l_R - l_F] = 0`` and ``Var[l_R - l_F] = S^2 n/(n_R n_F)``; gradients: ``E|grad(l_R - l_F)|^2 =
tr S^2 n/(n_R n_F)``, S^2 the covariance of the sample gradients.
"""

from logreg_unlearn.theory.random_sets.gradients import random_gradient as random_gradient
from logreg_unlearn.theory.random_sets.gradients import stationary_norm as stationary_norm
from logreg_unlearn.theory.random_sets.harm import Harm as Harm
from logreg_unlearn.theory.random_sets.harm import consistent_noise as consistent_noise
from logreg_unlearn.theory.random_sets.harm import law_of_harm as law_of_harm
from logreg_unlearn.theory.random_sets.losses import forget_size_for as forget_size_for
from logreg_unlearn.theory.random_sets.losses import random_cancellation as random_cancellation
from logreg_unlearn.theory.random_sets.losses import (
    random_forget_accuracy as random_forget_accuracy,
)
from logreg_unlearn.theory.random_sets.proportional import Proportional as Proportional
from logreg_unlearn.theory.random_sets.proportional import proportional_limit as proportional_limit
