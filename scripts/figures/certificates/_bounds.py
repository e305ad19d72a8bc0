"""What the certificates need of a problem: its retained part, its smoothness, a Newton step."""

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.theory import certificates as theory

BOUND, DISTANCE = "bound / true distance", r"true distance to the oracle $\|w-w_R\|$"


def retained(problem: UnlearningProblem) -> Objective:
    """Return the oracle's objective without the rows that do not count in it."""
    whole, keep = problem.oracle(), ~problem.forget
    rows, coefficients = whole.signed_features[keep], whole.coefficients[keep]
    return Objective(rows, coefficients, problem.ridge, whole.loss)


def smoothness(problem: UnlearningProblem) -> float:
    """Return the largest curvature of the oracle's objective."""
    rows = problem.features[~problem.forget]
    return float(
        theory.logistic_smoothness(np.linalg.norm(rows, 2), problem.ridge, len(rows))
    )  # fmt: skip


def newton(objective: Objective, w: Array) -> tuple[Array, Array, float]:
    """Return the Hessian, the Newton step and the step's length in the Hessian's norm."""
    hessian = objective.hessian(w)
    step = -np.linalg.solve(hessian, objective.gradient(w))
    return hessian, step, float(np.sqrt(step @ hessian @ step))
