"""Removal without ascent: from the original model towards the oracle.

A removal is a function ``(problem, w) -> Removal``, w the original optimum; ``finetune`` is a
method of the driver.

======================  =======================================================================
module                  what it does
======================  =======================================================================
``result``              what a removal gives back: weights, cost, certified distance
``newton``              Newton steps on the retained data
``influence``           influence function, plain and rescaled by the leverages
``retraining``          retraining, and fine-tuning
``descent``             descent-to-delete and rewind-to-delete: gradient steps with a guarantee
``certified``           certified removal: a random linear term, residual bounds, the budget
``langevin``            noisy gradient descent, and what its noise hides
``subspace``            projective residual update, subspace oracle: along the forgotten rows
``requests``            one request after another
======================  =======================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.unlearn.removal.descent import descent_to_delete
from logreg_unlearn.unlearn.removal.influence import (
    influence_removal,
    influence_step,
    rescaled_influence,
)
from logreg_unlearn.unlearn.removal.newton import newton_removal, newton_steps
from logreg_unlearn.unlearn.removal.requests import stream
from logreg_unlearn.unlearn.removal.result import (
    Removal,
    certificate,
    hessian_passes,
    retained_share,
)
from logreg_unlearn.unlearn.removal.retraining import finetune, retrain
from logreg_unlearn.unlearn.removal.subspace import projective_update, subspace_oracle

__all__ = [
    "REMOVALS",
    "Removal",
    "certificate",
    "finetune",
    "influence_removal",
    "newton_removal",
    "removal_passes",
    "stream",
]

REMOVALS: Mapping[str, Callable[[Any, Array], Removal]] = MappingProxyType(
    {
        "retrain": retrain,
        "newton": newton_steps,
        "influence": influence_step,
        "rescaled-influence": rescaled_influence,
        "projective": projective_update,
        "subspace-oracle": subspace_oracle,
        "descent-to-delete": descent_to_delete,
    }
)
"""Removals of a model as it was trained, by name, each with its default options.

Rewinding needs a checkpoint, certified removal and noisy descent a training of their own.
"""


def removal_passes(problem: AnyProblem) -> tuple[float, float]:
    """Return what a Newton step and an influence update cost, in passes over all rows.

    A gradient is one pass over the retained rows; a Hessian ``1 + d/25`` passes over its own, as
    :class:`logreg_unlearn.solve.passes.Work` counts them.
    """
    share, hessian = retained_share(problem), hessian_passes(problem)
    return share * (1.0 + hessian), share + hessian
