r"""The path of minimisers in the ascent weight, and the Newton step that removes a set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.iterations._linear import dot, solve


@dataclass(frozen=True)
class PathExpansion:
    """Leading terms along the path: ``displacement`` (..., d) and ``excess_risk`` (...)."""

    displacement: Array
    excess_risk: Array


def overshoot_path(
    hessian_retain: ArrayLike, gradient_forget: ArrayLike, ascent_weight: ArrayLike
) -> PathExpansion:
    r"""Leading terms of the path ``beta -> w_beta`` at the oracle.

    Setting: ``J_beta = l_R - beta l_F + (lambda/2)||w||^2``, three times differentiable, at
    ``w_R`` (``beta = 0``) with Hessian ``H`` of ``L_R``.  Statement: ``w_beta - w_R = beta
    H^{-1} grad l_F(w_R) + O(beta^2)`` and ``L_R(w_beta) - L_R(w_R) = (beta^2/2) g^T H^{-1} g +
    O(beta^3)``.  Descent-ascent is ``beta = 1``, the sum-convention original with ridge
    ``n_R lambda`` is ``beta = -n_F/n_R``: opposite sides, see ``overshoot_factor``.  In the
    mean convention the original is on the path only if the ridge is ascended with the
    forget loss: pass ``grad L_F`` for ``grad l_F`` to expand that path.
    Kind: sharp (leading order).  Source: beyond the paper.

    Parameters
    ----------
    hessian_retain : array_like (..., d, d)
        ``H = grad^2 L_R(w_R)``, ridge included, positive definite.
    gradient_forget : array_like (..., d)
        ``g = grad l_F(w_R)``.
    ascent_weight : array_like (...)
        ``beta``, any real number.
    """
    beta = check.real("ascent_weight", ascent_weight)
    gradient = check.real("gradient_forget", gradient_forget, 1)
    velocity = solve("hessian_retain", hessian_retain, gradient)
    return PathExpansion(beta[..., None] * velocity, 0.5 * beta**2 * dot(gradient, velocity))


def path_velocity(hessian: ArrayLike, gradient_forget: ArrayLike) -> Array:
    r"""Velocity ``dw/dbeta = H_beta^{-1} grad l_F(w)`` along the path, shape (..., d).

    Setting: ``w`` stationary for ``J_beta`` with Hessian ``H_beta`` positive definite, both
    arguments taken at ``w``: ``hessian`` (..., d, d), ``gradient_forget`` (..., d).  The sign
    is plus: more ascent moves uphill in the forget loss.
    Kind: sharp.  Source: beyond the paper.
    """
    return solve("hessian", hessian, check.real("gradient_forget", gradient_forget, 1))


def overshoot_factor(fraction: ArrayLike) -> Array:
    """Ratio ``n_R/n_F = (1-f)/f`` of the two displacements from the oracle, leading order.

    Setting: descent-ascent in the mean convention against an original on the same path; the
    excess retain risks are then in the ratio of the square.  In the sum convention throughout
    both factors are 1 instead.
    Kind: sharp (leading order).  Source: beyond the paper.
    """
    f = check.fraction("fraction", fraction)
    return (1.0 - f) / f


def path_monotonicity(
    ascent_weight: ArrayLike, loss_forget: ArrayLike, loss_retain: ArrayLike
) -> Array:
    r"""Slack (..., k - 1) of the exchange inequalities between neighbours on the path.

    Setting: ``w_k`` global minimisers of ``J_k = L_R - beta_k l_F``, ``beta_1 < beta_2 < ...``;
    any functions ``L_R``, ``l_F``.  Statement: with ``dF``, ``dL`` the increments of ``l_F`` and
    ``L_R`` from one to the next, ``beta_k dF <= dL <= beta_{k+1} dF``.  Hence ``l_F`` never
    decreases, and ``L_R`` never decreases where ``beta >= 0`` nor increases where ``beta <= 0``.
    A negative slack ``min(dL - beta_k dF, beta_{k+1} dF - dL)`` certifies that one of the two
    points is not a global minimiser.
    Kind: sharp (values with no negative slack are attained by some ``L_R``, ``l_F``).
    Source: beyond the paper.

    Parameters
    ----------
    ascent_weight : array_like (..., k)
        ``beta_k``, strictly increasing along the last axis.
    loss_forget, loss_retain : array_like (..., k)
        ``l_F(w_k)``, and ``L_R(w_k)`` with its ridge term.
    """
    beta = check.real("ascent_weight", ascent_weight, 1)
    check.require("steps of ascent_weight", np.diff(beta), "> 0", lambda v: v > 0)
    forget = np.diff(check.real("loss_forget", loss_forget, 1))
    retain = np.diff(check.real("loss_retain", loss_retain, 1))
    return np.minimum(retain - beta[..., :-1] * forget, beta[..., 1:] * forget - retain)


def newton_step_is_scaled_ascent(
    w: ArrayLike,
    hessian_retain: ArrayLike,
    gradient_forget: ArrayLike,
    ridge: ArrayLike,
    fraction: ArrayLike,
) -> Array:
    r"""The Newton removal step, written as a preconditioned ascent step.

    Setting: any twice differentiable loss, mean convention, ``w = w_D`` stationary for ``L_D``.
    Statement: ``w_D - H^{-1} grad L_R(w_D) = w_D + (n_F/n_R) H^{-1} (grad l_F(w_D) +
    lambda w_D)``, ``H = grad^2 L_R(w_D)``: what influence removal does is ascent on ``L_F``,
    preconditioned and scaled by ``n_F/n_R``.  (Sum convention: the same with sums and without
    ``lambda w_D``.)
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    hessian_retain : array_like (..., d, d)
        ``H``, ridge included, positive definite.
    gradient_forget : array_like (..., d)
        ``grad l_F(w_D)``, without ridge.
    """
    f, point = check.fraction("fraction", fraction), check.real("w", w, 1)
    penalty = check.positive("ridge", ridge)[..., None] * point
    ascent = check.real("gradient_forget", gradient_forget, 1) + penalty
    return point + (f / (1.0 - f))[..., None] * solve("hessian_retain", hessian_retain, ascent)
