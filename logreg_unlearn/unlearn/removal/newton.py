r"""Newton steps on the retained data, from the original to the oracle.

.. math:: w^+ = w - H_R(w)^{-1}\nabla L_R(w)

with ``L_R`` the oracle's objective and ``H_R`` its Hessian (Guo et al., arXiv 1911.03030, without
their perturbation).  Each step squares the error:
:math:`\|w^+-w_R\|\le q\|w-w_R\|^2`, for the logistic loss in the mean convention
:math:`q = \max\|x\|\,\|X_R\|_2^2/(12\sqrt3\,\lambda n_R)`.
"""

from __future__ import annotations

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.problem.protocol import Problem
from logreg_unlearn.unlearn.removal.result import (
    Removal,
    hessian_passes,
    retained_share,
    solve,
    weights_of,
)


def newton_removal(problem: Problem, w: Array, steps: int = 1) -> Array:
    r"""Take Newton steps on the retained data, :math:`w - H_R(w)^{-1}\nabla L_R(w)`.

    From the original optimum one step equals an ascent step on the forget loss preconditioned by
    :math:`H_R^{-1}` (claim ``newton_step_is_scaled_ascent``).

    Parameters
    ----------
    problem : UnlearningProblem, or anything with its objectives
    w : ndarray (d,)
        Usually the original optimum.
    steps : int
        At least 0.

    Returns
    -------
    ndarray (d,)

    Raises
    ------
    ValueError
        If ``steps`` is negative, or the retain Hessian is not positive definite (possible only
        with unpenalised columns).
    """
    if steps < 0:
        raise ValueError(f"expected steps >= 0, got {steps}")
    objective = problem.oracle()
    w = weights_of(problem, w)
    for _ in range(steps):
        w = w - solve("retain Hessian", objective.hessian(w), objective.gradient(w))
    return w


def newton_steps(problem: AnyProblem, w: Array, steps: int = 1) -> Removal:
    """Return `newton_removal` with its cost."""
    passes = steps * retained_share(problem) * (1.0 + hessian_passes(problem))
    return Removal("newton", newton_removal(problem, w, steps), passes)
