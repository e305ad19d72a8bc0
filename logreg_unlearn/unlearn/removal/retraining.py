"""Retraining and fine-tuning: what every other removal has to be cheaper than.

Retraining minimises the oracle's objective to its certificate; fine-tuning takes gradient steps on
it and on nothing else: no step moves away from the forgotten rows' loss, only their pull is gone.
"""

from __future__ import annotations

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.driver import Method, Phase
from logreg_unlearn.unlearn.removal.result import Removal, retained_share


def retrain(problem: AnyProblem, w: Array) -> Removal:
    """Return the oracle, solved for from ``w (d,)``, with the solver's cost and certificate.

    Raises
    ------
    ValueError
        If the solver could not certify a minimum.
    """
    oracle = minimise(problem.oracle(), w)
    if not oracle.converged:
        raise ValueError(f"expected a solvable oracle, got {oracle.status.value}")
    passes = oracle.passes * retained_share(problem)
    return Removal("retrain", oracle.w, passes, oracle.radius)


def finetune() -> Method:
    """Descend the oracle's objective, as a method of the driver."""
    return Method("finetune", lambda problem, _: (Phase((problem.oracle(),)),))
