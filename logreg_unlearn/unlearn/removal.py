r"""Removal without ascent: Newton step and influence function, from the original to the oracle.

With ``L_R`` the oracle's objective, both subtract its gradient times the inverse of a Hessian,

.. math:: w - H_R(w)^{-1}\nabla L_R(w) \quad\text{(Newton step)},\qquad
          w - H_D(w)^{-1}\nabla L_R(w) \quad\text{(influence function)},

the Newton step that of the retained data, the influence function that of all data, which the
owner of the original model has at hand.  In the sum convention
:math:`\nabla L_R(w_D) = -\sum_F\nabla\varphi_i`, so the second is the familiar
:math:`w_D + H_D^{-1}\sum_F\nabla\varphi_i`; of one row it leaves out the factor ``1/(1 - h)``, h
its leverage.  In the mean convention the ridge weighs more on fewer rows: that formula is wrong.
"""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.passes import HESSIAN


def newton_removal(problem: UnlearningProblem, w: Array, steps: int = 1) -> Array:
    r"""Take Newton steps on the retained data, :math:`w - H_R(w)^{-1}\nabla L_R(w)`.

    From the original optimum one step equals an ascent step on the forget loss preconditioned by
    :math:`H_R^{-1}` (claim ``newton_step_is_scaled_ascent``).

    Parameters
    ----------
    problem : UnlearningProblem
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
    w = np.array(w, dtype=np.float64)
    for _ in range(steps):
        w = w - _solve("retain Hessian", objective.hessian(w), objective.gradient(w))
    return w


def influence_removal(problem: UnlearningProblem, w: Array) -> Array:
    r"""Return the influence-function update, :math:`w - H_D(w)^{-1}\nabla L_R(w)`.

    Parameters
    ----------
    problem : UnlearningProblem
    w : ndarray (d,)
        The original optimum; elsewhere the sum convention's familiar form differs from this one.

    Returns
    -------
    ndarray (d,)

    Raises
    ------
    ValueError
        If the original's Hessian is not positive definite (possible only with unpenalised
        columns).
    """
    w = np.array(w, dtype=np.float64)
    gradient = problem.oracle().gradient(w)
    return w - _solve("original's Hessian", problem.original().hessian(w), gradient)


def removal_passes(problem: UnlearningProblem) -> tuple[float, float]:
    """Return what a Newton step and an influence update cost, in passes over all rows.

    A gradient is one pass over the retained rows; a Hessian ``1 + d/25`` passes over its own, as
    :class:`logreg_unlearn.solve.passes.Work` counts them.
    """
    share = float(np.mean(~problem.forget))
    hessian = 1.0 + problem.original().dimension / HESSIAN
    return share * (1.0 + hessian), share + hessian


def _solve(name: str, hessian: Array, vector: Array) -> Array:
    from scipy.linalg import cho_factor, cho_solve

    try:
        solved: Array = cho_solve(cho_factor(hessian), vector)
    except np.linalg.LinAlgError:
        raise ValueError(f"expected a positive definite {name}, got one that is singular") from None
    return solved
