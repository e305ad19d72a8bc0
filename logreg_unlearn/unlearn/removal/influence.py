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
from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem
from logreg_unlearn.problem.protocol import Problem
from logreg_unlearn.problem.samples import collapsed, curvatures, samples_of
from logreg_unlearn.unlearn.removal.result import (
    Removal,
    hessian_passes,
    inverse_of,
    retained_share,
    solve,
    weights_of,
)

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
    w = weights_of(problem, w)
    gradient = problem.oracle().gradient(w)
    return w - solve(_SINGULAR, problem.original().hessian(w), gradient)


def influence_step(problem: AnyProblem, w: Array) -> Removal:
    """Return `influence_removal` with its cost."""
    passes = retained_share(problem) + hessian_passes(problem)
    return Removal("influence", influence_removal(problem, w), passes)


def rescaled_influence(problem: AnyProblem, w: Array) -> Removal:
    r"""Return the influence update with each forgotten row rescaled by its own leverage.

    A row enters by the logits :math:`J_iw`, its margin or those of K classes, with slopes
    :math:`s_i` and curvatures :math:`S_i` (:mod:`logreg_unlearn.problem.samples`).  With
    :math:`\tilde H` the Hessian of all rows under the oracle's ridge in their units
    (:math:`(1-f)\lambda` in the mean convention), :math:`\tilde w` its Newton step (``w_D`` itself
    in the sum convention) and the leverage :math:`h_i = c_iS_iJ_i\tilde H^{-1}J_i^\top`, a number
    of two classes and a K x K block of K,

    .. math:: \tilde w + \tilde H^{-1}\sum_F
              J_i^\top(I-h_i)^{-1}c_i\,\bigl(s_i+S_iJ_i(\tilde w-w)\bigr).

    Of one row this is the Newton step exactly, in either convention (Woodbury); of a set it leaves
    out how its rows share their leverage (sum convention, two classes: Rubinstein and Hopkins,
    arXiv 2506.06656; K: beyond the paper).  Equal rows count as one of their total weight.  In the
    mean convention the plain influence has a factor ``1/(1 - f)`` that stands for the shared
    leverage of a large random set: there it may be the closer one.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    w : ndarray (d,), of K classes (K*d,)

    Raises
    ------
    ValueError
        If that Hessian is not positive definite, or a forgotten row has all the leverage of a
        direction (both possible only with unpenalised columns).
    """
    w = weights_of(problem, w)
    full = problem.original()
    if problem.normalisation == "mean":
        ridge = (1.0 - problem.forget_fraction) * problem.ridge
        full = full.with_coefficients(full.coefficients, ridge)
    forgotten = collapsed(full.with_rows(problem.forget))
    samples = samples_of(forgotten, w)
    weights = forgotten.coefficients[:, None]
    bend = weights[:, :, None] * curvatures(forgotten, w)
    inverse = inverse_of(_SINGULAR, full.hessian(w))
    step = -inverse(full.gradient(w))
    rest = np.eye(bend.shape[1]) - bend @ samples.leverages(inverse)
    # the leverages of a block are real, and none of them below 0
    if not np.all(np.linalg.eigvals(rest).real > 0):
        raise ValueError("expected leverages below 1, got a row alone in a direction without ridge")
    slopes = weights * samples.slopes + np.einsum("ikl,il->ik", bend, samples.along(step))
    moved = samples.gathered(np.linalg.solve(rest, slopes[:, :, None])[:, :, 0])
    passes = 1.0 + hessian_passes(problem) + _leverage_passes(problem, len(w))
    return Removal("rescaled-influence", w + step + inverse(moved), passes)


def _leverage_passes(problem: AnyProblem, p: int) -> float:
    """Return the cost of the forgotten rows' leverages: about the work of a Hessian of them.

    Of K classes the inverse's columns come on top, ``0.3 p/n`` passes each (measured).
    """
    share = 1.0 - retained_share(problem)
    passes = share * hessian_passes(problem)
    if isinstance(problem, SoftmaxProblem):
        columns = min(int(problem.forget.sum()) * problem.count, p)
        passes += 0.3 * columns * p / len(problem.forget)
    return passes
