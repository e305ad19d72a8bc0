r"""Unlearning one context on the simplex: the parameter is the distribution over K next tokens.

No ridge.  In a context, ``r`` is the distribution of the retained labels, ``q`` that of the
forgotten ones, the **lift** ``rho`` the context's share of the forget set over its share in the
retain set, ``f`` the forgotten fraction of all data.  The losses are cross-entropies, so::

    oracle  pi_R = r,      original  pi_D = ((1 - f) r + f rho q) / (1 - f + f rho),

and descent-ascent lowers ``-sum_k (r_k - rho q_k) ln pi_k``.  Under the natural gradient (the
replicator equation with payoff ``(r - rho q) / pi``, multiplicative weights in small steps) it is
**linear**: ``d pi/dt = (r - rho q) - (1 - rho) pi``.  Time is in units of the retain share.

Parameters, everywhere: ``retain_labels`` ``r``, ``forget_labels`` ``q``, ``law``: distributions
(..., K), entries >= 0 with sum 1; ``lift`` ``rho >= 0``; ``fraction`` ``f`` in (0, 1).  Leading
axes broadcast.
"""

from logreg_unlearn.theory.simplex.flow import End as End
from logreg_unlearn.theory.simplex.flow import Flow as Flow
from logreg_unlearn.theory.simplex.flow import (
    replicator_descent_ascent as replicator_descent_ascent,
)
from logreg_unlearn.theory.simplex.flow import replicator_end as replicator_end
from logreg_unlearn.theory.simplex.payoff import FaceFlow as FaceFlow
from logreg_unlearn.theory.simplex.payoff import face_restriction as face_restriction
from logreg_unlearn.theory.simplex.payoff import temperature_is_time as temperature_is_time
from logreg_unlearn.theory.simplex.smoothed import SmoothedCounts as SmoothedCounts
from logreg_unlearn.theory.simplex.smoothed import (
    smoothed_counts_threshold as smoothed_counts_threshold,
)
from logreg_unlearn.theory.simplex.step import NaturalStep as NaturalStep
from logreg_unlearn.theory.simplex.step import one_natural_step as one_natural_step
