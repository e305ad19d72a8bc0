"""Two correlated groups: where descent-ascent ends, exists, and is farther than the original.

Retained samples ``(1, epsilon)``, forgotten ``(epsilon, 1)``, exponential loss (except in
:func:`logistic_cross_dimensional`).  Parameters, everywhere:

- ``epsilon``: any real; ``c = 2 epsilon/(1 + epsilon^2)`` is the cosine of the groups;
- ``strength`` ``r = |R_ij|/(ridge n_R) > 0``;
- ``alpha = |F_ij|/|R_ij| >= 0``;
- ``forget_fraction`` ``f = n_F/n`` in (0, 1); then ``b = r (1 - f)``, ``k = (1 - f)/f``.

All are array_like and broadcast; margins are ``x = w.(1, epsilon)``, ``y = w.(epsilon, 1)``.
"""

from logreg_unlearn.theory.cross_dimensional._plane import TwoDirectionPoint as TwoDirectionPoint
from logreg_unlearn.theory.cross_dimensional.bounds import coordinate_order as coordinate_order
from logreg_unlearn.theory.cross_dimensional.bounds import da_bounds as da_bounds
from logreg_unlearn.theory.cross_dimensional.bounds import (
    da_stationary_points as da_stationary_points,
)
from logreg_unlearn.theory.cross_dimensional.bounds import oracle_closed_form as oracle_closed_form
from logreg_unlearn.theory.cross_dimensional.bounds import original_bounds as original_bounds
from logreg_unlearn.theory.cross_dimensional.bounds import original_point as original_point
from logreg_unlearn.theory.cross_dimensional.distance import (
    crosses_the_oracle as crosses_the_oracle,
)
from logreg_unlearn.theory.cross_dimensional.distance import (
    negative_correlation as negative_correlation,
)
from logreg_unlearn.theory.cross_dimensional.distance import (
    order_implies_distance as order_implies_distance,
)
from logreg_unlearn.theory.cross_dimensional.distance import ordered as ordered
from logreg_unlearn.theory.cross_dimensional.logistic import (
    logistic_cross_dimensional as logistic_cross_dimensional,
)
from logreg_unlearn.theory.cross_dimensional.logistic import logistic_folds as logistic_folds
from logreg_unlearn.theory.cross_dimensional.near_parallel import (
    near_parallel_limit as near_parallel_limit,
)
from logreg_unlearn.theory.cross_dimensional.window import da_existence as da_existence
from logreg_unlearn.theory.cross_dimensional.window import detriment_window as detriment_window
from logreg_unlearn.theory.cross_dimensional.window import (
    oracle_above_original as oracle_above_original,
)
from logreg_unlearn.theory.cross_dimensional.window import original_above_da as original_above_da
from logreg_unlearn.theory.cross_dimensional.window import (
    whole_dataset_order as whole_dataset_order,
)
