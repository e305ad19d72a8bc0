r"""One coordinate of the block model, where every minimiser is a value of W or of G.

The coordinates split the samples into blocks, and ``y_i x_ij = 1`` inside block j, 0 outside:
every objective is a sum over coordinates, and in one of them (retain share p, forget share q)

    oracle             p phi(w)                     + (lambda/2) w^2
    original           ((1 - f) p + f q) phi(w)     + (lambda/2) w^2
    descent-ascent     (p - q) phi(w)               + (lambda/2) w^2 .

With the **strength** ``s = p / lambda`` and the **lift** ``rho = q / p`` all three are
stationary where ``r(w) = s c``, with ``r(w) = w / psi(w)``, ``psi = -phi'`` and

    c = 1,   1 + f (rho - 1),   1 - rho .

For the exponential loss ``r(w) = w e^w``, inverted by W; for the logistic loss
``r(w) = w (1 + e^w)``, inverted by G.

Parameters, everywhere: ``strength`` ``s > 0`` (``s (1 + rho)`` below 1e308), ``lift``
``rho >= 0``, ``fraction`` ``f`` in (0, 1), the forgotten share of the data, and ``loss``
"exponential" or "logistic".  They are array_like and broadcast.
"""

from logreg_unlearn.theory.single_coordinate.blocks import lift_conservation as lift_conservation
from logreg_unlearn.theory.single_coordinate.blocks import (
    vector_level_closeness as vector_level_closeness,
)
from logreg_unlearn.theory.single_coordinate.distances import distance_growth as distance_growth
from logreg_unlearn.theory.single_coordinate.distances import (
    distance_unlearning as distance_unlearning,
)
from logreg_unlearn.theory.single_coordinate.distances import harm_threshold as harm_threshold
from logreg_unlearn.theory.single_coordinate.distances import (
    logistic_harm_threshold as logistic_harm_threshold,
)
from logreg_unlearn.theory.single_coordinate.distances import vanishing_ridge as vanishing_ridge
from logreg_unlearn.theory.single_coordinate.minimisers import Extrema as Extrema
from logreg_unlearn.theory.single_coordinate.minimisers import da_branches as da_branches
from logreg_unlearn.theory.single_coordinate.minimisers import (
    lambert_minimiser as lambert_minimiser,
)
from logreg_unlearn.theory.single_coordinate.minimisers import (
    logistic_minimiser as logistic_minimiser,
)
from logreg_unlearn.theory.single_coordinate.minimisers import opposite_sides as opposite_sides
from logreg_unlearn.theory.single_coordinate.phases import Phase as Phase
from logreg_unlearn.theory.single_coordinate.phases import (
    early_stopping_phases as early_stopping_phases,
)
from logreg_unlearn.theory.single_coordinate.stopping import Crossing as Crossing
from logreg_unlearn.theory.single_coordinate.stopping import crossing_time as crossing_time
from logreg_unlearn.theory.single_coordinate.stopping import no_stopping_time as no_stopping_time
