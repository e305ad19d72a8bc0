"""Removal without ascent: from the original model towards the oracle.

A removal is a function ``(problem, w) -> Removal``, w the original optimum; ``finetune`` is a
method of the driver.

======================  =======================================================================
module                  what it does
======================  =======================================================================
``result``              what a removal gives back: weights, cost, certified distance
``newton``              Newton steps on the retained data
``influence``           influence function, plain and rescaled by the leverages
``retrain``             retraining, and fine-tuning
``descent``             descent-to-delete and rewind-to-delete: gradient steps with a guarantee
``langevin``            noisy gradient descent, and what its noise hides
``subspace``            projective residual update, subspace oracle: along the forgotten rows
``stream``              one request after another
======================  =======================================================================
"""

from __future__ import annotations

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.unlearn.removal.influence import influence_removal
from logreg_unlearn.unlearn.removal.newton import newton_removal
from logreg_unlearn.unlearn.removal.result import hessian_passes, retained_share

__all__ = ["influence_removal", "newton_removal", "removal_passes"]


def removal_passes(problem: UnlearningProblem) -> tuple[float, float]:
    """Return what a Newton step and an influence update cost, in passes over all rows.

    A gradient is one pass over the retained rows; a Hessian ``1 + d/25`` passes over its own, as
    :class:`logreg_unlearn.solve.passes.Work` counts them.
    """
    share, hessian = retained_share(problem), hessian_passes(problem)
    return share * (1.0 + hessian), share + hessian
