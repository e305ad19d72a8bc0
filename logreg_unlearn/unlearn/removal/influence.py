r"""Influence functions: removal with the Hessian of all data, at hand where the model was trained.

.. math:: w - H_D(w)^{-1}\nabla L_R(w)

In the sum convention :math:`\nabla L_R(w_D) = -\sum_F\nabla\varphi_i`, so this is the familiar
:math:`w_D + H_D^{-1}\sum_F\nabla\varphi_i` (Koh and Liang, arXiv 1703.04730); in the mean
convention the ridge weighs more on fewer rows, and that formula is wrong.  Of one row in the sum
convention it leaves out the factor ``1/(1 - h)``, h the row's leverage, which the rescaled
influence gives back to each row by itself.
"""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.problem.protocol import Problem
from logreg_unlearn.unlearn.removal.result import Removal, hessian_passes, retained_share, solve

_SINGULAR = "original's Hessian"


def influence_removal(problem: Problem, w: Array) -> Array:
    r"""Return the influence-function update, :math:`w - H_D(w)^{-1}\nabla L_R(w)`.

    Parameters
    ----------
    problem : UnlearningProblem, or anything with its objectives
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
    return w - solve(_SINGULAR, problem.original().hessian(w), gradient)


def influence_step(problem: AnyProblem, w: Array) -> Removal:
    """Return `influence_removal` with its cost."""
    passes = retained_share(problem) + hessian_passes(problem)
    return Removal("influence", influence_removal(problem, w), passes)


def rescaled_influence(problem: UnlearningProblem, w: Array) -> Removal:
    r"""Return the influence update with each forgotten row rescaled by its own leverage.

    With :math:`\tilde H` the Hessian of all rows under the oracle's ridge in their units
    (:math:`(1-f)\lambda` in the mean convention), :math:`\tilde w` its Newton step (``w_D`` itself
    in the sum convention) and :math:`h_i = c_i\varphi''_i a_i^\top\tilde H^{-1}a_i`,

    .. math:: \tilde w + \tilde H^{-1}\sum_F
              \frac{c_i\,(\varphi'_i+\varphi''_i\,a_i\cdot(\tilde w-w))}{1-h_i}\,a_i .

    Of one row this is the Newton step exactly, in either convention; of a set it leaves out how
    its rows share their leverage (sum convention: Rubinstein and Hopkins, arXiv 2506.06656).
    Equal rows count as one of their total weight.  In the mean convention the plain influence has
    a factor ``1/(1 - f)`` that stands for the shared leverage of a large random set: there it may
    be the closer one.

    Parameters
    ----------
    problem : UnlearningProblem
    w : ndarray (d,)

    Raises
    ------
    ValueError
        If that Hessian is not positive definite, or a forgotten row has all the leverage of its
        direction (both possible only with unpenalised columns).
    """
    w = np.array(w, dtype=np.float64)
    full = problem.original()
    if problem.normalisation == "mean":
        ridge = (1.0 - problem.forget_fraction) * problem.ridge
        full = full.with_coefficients(full.coefficients, ridge)
    forgotten = full.with_rows(problem.forget).collapse()
    rows, c, loss = forgotten.signed_features, forgotten.coefficients, forgotten.loss
    columns = np.column_stack([full.gradient(w), rows.T])
    solved = solve(_SINGULAR, full.hessian(w), columns)
    step, inverse = -solved[:, 0], solved[:, 1:]
    z = forgotten.margins(w)
    curvature = c * loss.curvature(z)
    rest = 1.0 - curvature * np.einsum("ij,ji->i", rows, inverse)
    if not np.all(rest > 0):
        raise ValueError("expected leverages below 1, got a row alone in a direction without ridge")
    slopes = c * loss.derivative(z) + curvature * (rows @ step)
    # the leverages' solves, a column for each row of F, are about the work of a Hessian of them
    passes = 1.0 + (2.0 - retained_share(problem)) * hessian_passes(problem)
    return Removal("rescaled-influence", w + step + inverse @ (slopes / rest), passes)
