r"""The first step of descent-ascent from the original optimum: its gradient, where it leads."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.iterations._linear import dot


def first_step_identity(
    gradient_retain: ArrayLike,
    w: ArrayLike,
    ridge: ArrayLike,
    fraction: ArrayLike,
    *,
    ascend_ridge: bool = False,
) -> Array:
    r"""Gradient of the descent-ascent objective at the original optimum.

    Setting: any data and any differentiable loss, mean convention, ``w = w_D`` stationary for
    ``L_D``.  Statement: ``grad L_DA(w_D) = (1/f) grad L_R(w_D) + lambda w_D``; if the ascent
    is on ``L_F``, ridge included, the last term is absent.  (In the sum convention the
    gradient is ``2 grad L_R(w_D)``, without a shrinkage.)
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    gradient_retain : array_like (..., d)
        ``grad L_R(w_D)``, ridge term included.
    ascend_ridge : bool
        Whether the ridge belongs to the forget loss that is ascended too.
    """
    strength, f = check.positive("ridge", ridge), check.fraction("fraction", fraction)
    point = check.real("w", w, 1)
    scaled = check.real("gradient_retain", gradient_retain, 1) / f[..., None]
    return scaled if ascend_ridge else scaled + strength[..., None] * point


def first_step_away(
    gradient_retain: ArrayLike,
    w: ArrayLike,
    w_oracle: ArrayLike,
    ridge: ArrayLike,
    fraction: ArrayLike,
) -> Array:
    r"""Rate at which the first descent-ascent step moves away from the oracle.

    Setting: as ``first_step_identity``.  Statement: with ``delta = w_R - w_D`` the derivative
    of ``||w - w_R||^2 / 2`` along the step is ``lambda <w_D, delta> - (1/f) <-grad L_R(w_D),
    delta>``; positive means away.  For a convex loss the subtracted term is at least
    ``(lambda/f)||delta||^2``, so a first step away needs an oracle that is clearly *longer*
    than the original: ``||w_R||^2 > ||w_D||^2 + (1 + 2/f)||delta||^2``.
    Kind: sharp.  Source: beyond the paper.
    """
    gradient = first_step_identity(gradient_retain, w, ridge, fraction)
    return dot(gradient, check.real("w_oracle", w_oracle, 1) - check.numbers("w", w))


def first_step_reach(
    gradient_retain: ArrayLike,
    w: ArrayLike,
    w_oracle: ArrayLike,
    ridge: ArrayLike,
    fraction: ArrayLike,
) -> Array:
    r"""Step size below which the first step ends closer to the oracle than the original.

    Setting: as ``first_step_away``.  Statement: ``||w_D - eta g - w_R|| <
    ||w_D - w_R||`` iff ``0 < eta < 2 <-g, delta> / ||g||^2``, ``g = grad L_DA(w_D)``; the
    returned reach is 0 where every step size ends at least as far away.
    Kind: sharp.  Source: beyond the paper.
    """
    gradient = first_step_identity(gradient_retain, w, ridge, fraction)
    toward = -dot(gradient, check.real("w_oracle", w_oracle, 1) - check.numbers("w", w))
    closer = toward > 0  # then the gradient is not zero
    return np.where(closer, 2.0 * toward / np.where(closer, dot(gradient, gradient), 1.0), 0.0)
