r"""Iterations: the first step, the path in the ascent weight, alternating steps, strong ridge.

Notation: ``l_S`` mean loss over S (retain R, forget F, all D), ``f = n_F/n``,
``L_S = l_S + (lambda/2)||w||^2``, ``w_S`` its minimiser, and ``L_DA = l_R - l_F +
(lambda/2)||w||^2`` (mean convention).  Because ``L_D = (1-f) L_R + f L_F``, stationarity of
the original ties the two gradients together::

    (1 - f) grad L_R(w_D) + f grad L_F(w_D) = 0,

and most of this stem follows from that line.

Parameters, everywhere: points ``w`` (``w_D`` unless said otherwise) and ``w_oracle`` (``w_R``),
gradients and means ``m_S`` have shape (..., d), Hessians (..., d, d), features (..., n, d);
``ridge`` ``lambda > 0``, ``fraction`` ``f`` in (0, 1), ``step_size`` ``eta > 0`` and ``lift``
``rho >= 0`` have shape (...).  Leading axes are a batch and broadcast.
"""

from logreg_unlearn.theory.iterations.alternating import (
    alternating_coordinate as alternating_coordinate,
)
from logreg_unlearn.theory.iterations.alternating import (
    alternating_expansion as alternating_expansion,
)
from logreg_unlearn.theory.iterations.alternating import (
    alternating_remainder as alternating_remainder,
)
from logreg_unlearn.theory.iterations.best_stop import BestStop as BestStop
from logreg_unlearn.theory.iterations.best_stop import best_stop_is_a_sine as best_stop_is_a_sine
from logreg_unlearn.theory.iterations.best_stop import rayleigh_stop as rayleigh_stop
from logreg_unlearn.theory.iterations.first_step import first_step_away as first_step_away
from logreg_unlearn.theory.iterations.first_step import first_step_identity as first_step_identity
from logreg_unlearn.theory.iterations.first_step import first_step_reach as first_step_reach
from logreg_unlearn.theory.iterations.path import (
    newton_step_is_scaled_ascent as newton_step_is_scaled_ascent,
)
from logreg_unlearn.theory.iterations.path import overshoot_factor as overshoot_factor
from logreg_unlearn.theory.iterations.path import overshoot_path as overshoot_path
from logreg_unlearn.theory.iterations.path import path_monotonicity as path_monotonicity
from logreg_unlearn.theory.iterations.path import path_velocity as path_velocity
from logreg_unlearn.theory.iterations.reduced import LIFT_OF_DOUBLING as LIFT_OF_DOUBLING
from logreg_unlearn.theory.iterations.reduced import (
    alternating_fixed_point as alternating_fixed_point,
)
from logreg_unlearn.theory.iterations.reduced import reduced_map as reduced_map
from logreg_unlearn.theory.iterations.reduced import reduced_orbit as reduced_orbit
from logreg_unlearn.theory.iterations.strong_ridge import strong_ridge_error as strong_ridge_error
from logreg_unlearn.theory.iterations.strong_ridge import strong_ridge_harm as strong_ridge_harm
from logreg_unlearn.theory.iterations.strong_ridge import (
    strong_ridge_harm_correlation as strong_ridge_harm_correlation,
)
from logreg_unlearn.theory.iterations.strong_ridge import strong_ridge_limit as strong_ridge_limit
