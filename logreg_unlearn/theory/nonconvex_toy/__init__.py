"""The non-convex toy: what descent-ascent and fine-tuning do to it, under every reading.

Four positions ``x = -1, 1, 3, 4`` with labels ``-, +, -, +`` and multiplicities (5, 4, 1, 4);
two of the four samples at ``x = 4`` are to be forgotten.  So the pretrained objective weighs
the positions by (5, 4, 1, 4), the retrained one by (5, 4, 1, 2), and descent-ascent, which
subtracts the forgotten two from the retained two, by (5, 4, 1, 0).  ``M1`` decides positions
-1, 1, 4 rightly (``-+++``), ``M2`` positions -1, 1, 3 (``-+--``).

Landscapes are certified.  A gradient flow is integrated numerically and ends by entering a ball
on which the objective is proved convex around a certified minimum; where a level set proves its
end as well, the result says so.  Everywhere ``reading`` is a :class:`Reading` and ``ridge`` one
positive number (the paper's is 0.1).
"""

from logreg_unlearn.theory.nonconvex_toy.critical_time import (
    toy_irreversibility_needs_long_ascent as toy_irreversibility_needs_long_ascent,
)
from logreg_unlearn.theory.nonconvex_toy.flow import Flow as Flow
from logreg_unlearn.theory.nonconvex_toy.flow import gradient_flow as gradient_flow
from logreg_unlearn.theory.nonconvex_toy.flow import integrate as integrate
from logreg_unlearn.theory.nonconvex_toy.landscape import CertifiedPoint as CertifiedPoint
from logreg_unlearn.theory.nonconvex_toy.landscape import Kind as Kind
from logreg_unlearn.theory.nonconvex_toy.landscape import Landscape as Landscape
from logreg_unlearn.theory.nonconvex_toy.landscape import convex_radius as convex_radius
from logreg_unlearn.theory.nonconvex_toy.landscape import stationary_points as stationary_points
from logreg_unlearn.theory.nonconvex_toy.objective import ToyObjective as ToyObjective
from logreg_unlearn.theory.nonconvex_toy.objective import decisions as decisions
from logreg_unlearn.theory.nonconvex_toy.outcome import FORGOTTEN as FORGOTTEN
from logreg_unlearn.theory.nonconvex_toy.outcome import M1 as M1
from logreg_unlearn.theory.nonconvex_toy.outcome import M2 as M2
from logreg_unlearn.theory.nonconvex_toy.outcome import Trap as Trap
from logreg_unlearn.theory.nonconvex_toy.outcome import (
    descent_ascent_objective as descent_ascent_objective,
)
from logreg_unlearn.theory.nonconvex_toy.outcome import pretrained_objective as pretrained_objective
from logreg_unlearn.theory.nonconvex_toy.outcome import retrained_objective as retrained_objective
from logreg_unlearn.theory.nonconvex_toy.outcome import (
    toy_counterexample_for_every_rate as toy_counterexample_for_every_rate,
)
from logreg_unlearn.theory.nonconvex_toy.outcome import toy_da_landscape as toy_da_landscape
from logreg_unlearn.theory.nonconvex_toy.outcome import (
    toy_retrain_keeps_minimum as toy_retrain_keeps_minimum,
)
from logreg_unlearn.theory.nonconvex_toy.outcome import (
    toy_ridge_is_not_radial as toy_ridge_is_not_radial,
)
from logreg_unlearn.theory.nonconvex_toy.outcome import toy_trap as toy_trap
from logreg_unlearn.theory.nonconvex_toy.readings import FEATURES as FEATURES
from logreg_unlearn.theory.nonconvex_toy.readings import LABELS as LABELS
from logreg_unlearn.theory.nonconvex_toy.readings import POSITIONS as POSITIONS
from logreg_unlearn.theory.nonconvex_toy.readings import READINGS as READINGS
from logreg_unlearn.theory.nonconvex_toy.readings import Reading as Reading
from logreg_unlearn.theory.nonconvex_toy.readings import RidgeTerm as RidgeTerm
from logreg_unlearn.theory.nonconvex_toy.readings import Sigmoid as Sigmoid
from logreg_unlearn.theory.nonconvex_toy.readings import Target as Target
