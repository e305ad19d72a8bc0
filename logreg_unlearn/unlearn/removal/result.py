r"""What a removal gives back: weights, cost, and how far from the oracle they can be.

With ``L_R`` the oracle's objective and ``L_D`` the original's, any weights lie within
:math:`\|\nabla L_R(w)\|/\lambda` of the oracle; and before anything is run,

.. math:: \|w_D-w_R\| \le s = \frac{1}{\lambda}\sup_w\|\nabla(L_R-L_D)(w)\|,

where for slopes of at most 1 (logistic loss) and rows :math:`a_i` the supremum is at most
:math:`f\,(\mathrm{mean}_R\|a\|+\mathrm{mean}_F\|a\|)` in the mean convention, f the forget
fraction, and :math:`\sum_F\|a_i\|` in the sum convention; :math:`\sqrt2` times as much of softmax,
whose slopes :math:`\pi-e_y` have at most that norm.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from logreg_unlearn.problem import checks as check
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.problem.norms import euclidean
from logreg_unlearn.problem.protocol import Problem
from logreg_unlearn.problem.softmax import ROOT2, SoftmaxObjective
from logreg_unlearn.solve import passes
from logreg_unlearn.solve.radius import ridge_radius


@dataclass(frozen=True, eq=False)
class Removal:
    """What a removal method did.

    Attributes
    ----------
    method : str
    w : ndarray (d,)
    passes : float
        Cost in passes over all rows of the problem, as `Trajectory.passes`: a gradient is one
        pass over its rows, a Hessian as many as `hessian_passes` says.
    sensitivity : float
        Bound on the distance to the oracle that the method proves by itself; infinite where it
        proves none.  `certificate` gives what one more gradient proves.
    """

    method: str
    w: Array
    passes: float
    sensitivity: float = math.inf

    def __repr__(self) -> str:
        proved = f", within {self.sensitivity:.3g}" if math.isfinite(self.sensitivity) else ""
        return f"Removal({self.method}, {self.passes:.3g} passes{proved})"


def certificate(problem: AnyProblem, w: Array) -> float:
    r"""Return a bound on the distance to the oracle, :math:`\|\nabla L_R(w)\|/\lambda`.

    One gradient; rounding is included.  Infinite with an unpenalised column.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    w : ndarray (d,)
    """
    objective = problem.oracle()
    objective = objective.with_rows(objective.coefficients != 0)
    with np.errstate(over="ignore", invalid="ignore"):
        norm = float(euclidean(objective.gradient(w)))
        return ridge_radius(objective, norm, objective.gradient_error(w))


def gradient_gap(problem: AnyProblem) -> float:
    """Return a bound on the norm of the gradient of ``L_R - L_D`` at any weights.

    Infinite for the exponential loss, whose slope has no bound.
    """
    objective = problem.original()
    lengths = objective.lengths()
    if problem.normalisation == "sum":
        size = float(objective.coefficients[problem.forget] @ lengths[problem.forget])
    else:
        means = [float(problem.shares(s) @ lengths[s]) for s in (problem.forget, ~problem.forget)]
        size = problem.forget_fraction * sum(means)
    slope = ROOT2 if isinstance(objective, SoftmaxObjective) else objective.loss.slope_bound
    return slope * size


def prior_sensitivity(problem: AnyProblem) -> float:
    """Return a bound on the distance of original and oracle that looks at no solution."""
    ridge = float(problem.oracle().ridge_diagonal.min())
    return gradient_gap(problem) / ridge if ridge > 0 else math.inf


def weights_of(problem: Problem, w: Array) -> Array:
    """Return a copy of weights (d,) to start from.

    Raises
    ------
    ValueError
        If they have another shape or are not finite.
    """
    return np.array(check.vector("weights", w, problem.oracle().dimension))


def retained_share(problem: AnyProblem) -> float:
    """Return the share of the rows that is retained: the cost of a gradient of the oracle."""
    return float(np.mean(~problem.forget))


def hessian_passes(problem: AnyProblem) -> float:
    """Return the cost of a Hessian of all rows, its factor included.

    The factor of p weights of K classes takes another ``p^2/20n`` (measured).
    """
    objective = problem.original()
    factor = 0.0
    if isinstance(objective, SoftmaxObjective):
        factor = objective.dimension**2 / (20.0 * len(objective.features))
    return passes.hessian_passes(objective) + factor


def inverse_of(name: str, hessian: Array) -> Callable[[Array], Array]:
    """Return the Hessian's inverse as a function of a vector (d,) or of columns (d, k)."""
    from scipy.linalg import cho_factor, cho_solve

    _check_finite(name, hessian)
    try:
        factor = cho_factor(hessian)
    except np.linalg.LinAlgError:
        raise ValueError(f"expected a positive definite {name}, got one that is singular") from None

    def times(vector: Array) -> Array:
        _check_finite(name, vector)
        solved: Array = cho_solve(factor, vector)
        return solved

    return times


def solve(name: str, hessian: Array, vector: Array) -> Array:
    """Return the Hessian's inverse times a vector (d,) or columns (d, k)."""
    return inverse_of(name, hessian)(vector)


def _check_finite(name: str, values: Array) -> None:
    if not np.all(np.isfinite(values)):
        raise ValueError(f"expected a finite {name} and gradient, got an overflow")
