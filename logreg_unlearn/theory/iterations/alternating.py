r"""One alternating round of descent and ascent to second order in the step size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.iterations._linear import apply, dot


@dataclass(frozen=True)
class AlternatingExpansion:
    """Terms of one alternating round, each (..., d): ``w + first_order + <order>`` + O(eta^3)."""

    first_order: Array
    descent_first: Array
    ascent_first: Array


def alternating_expansion(
    w: ArrayLike,
    step_size: ArrayLike,
    gradient_retain: ArrayLike,
    hessian_retain: ArrayLike,
    gradient_forget: ArrayLike,
    hessian_forget: ArrayLike,
    ridge: ArrayLike,
) -> AlternatingExpansion:
    r"""One alternating round to second order in the step size, in both orders.

    Setting: half steps ``D(w) = w - eta (grad l_R + lambda w)`` and ``A(w) = w + eta (grad l_F -
    lambda w)``, the ridge in both.  Statement: both orders are ``w - eta (grad l_R - grad l_F +
    2 lambda w)``, simultaneous descent-ascent with ridge ``2 lambda``, plus
    ``eta^2 (lambda I - grad^2 l_F)(grad l_R + lambda w)`` for ``A o D`` (descent first) or
    ``-eta^2 (grad^2 l_R + lambda I)(grad l_F - lambda w)`` for ``D o A``, plus ``O(eta^3)``
    (``alternating_remainder``).
    Kind: sharp (to the order given).  Source: paper, App. D.3, completed.

    Parameters
    ----------
    gradient_retain, gradient_forget : array_like (..., d)
        Of the mean losses, without ridge.
    hessian_retain, hessian_forget : array_like (..., d, d)
        Of the mean losses, without ridge.
    ridge : array_like (...)
        ``lambda >= 0``.
    """
    point, eta = check.real("w", w, 1), check.positive("step_size", step_size)[..., None]
    penalty = check.nonnegative("ridge", ridge)[..., None]
    descent = check.real("gradient_retain", gradient_retain, 1) + penalty * point
    ascent = check.real("gradient_forget", gradient_forget, 1) - penalty * point
    bend_retain = check.real("hessian_retain", hessian_retain, 2)
    bend_forget = check.real("hessian_forget", hessian_forget, 2)
    return AlternatingExpansion(
        first_order=eta * (ascent - descent),
        descent_first=eta**2 * (penalty * descent - apply(bend_forget, descent)),
        ascent_first=-(eta**2) * (penalty * ascent + apply(bend_retain, ascent)),
    )


def alternating_coordinate(
    w: ArrayLike,
    step_size: ArrayLike,
    retain_share: ArrayLike,
    forget_share: ArrayLike,
    ridge: ArrayLike,
) -> AlternatingExpansion:
    r"""``alternating_expansion`` for one coordinate and the exponential loss.

    Setting: ``l_R = p e^{-w}``, ``l_F = q e^{-w}``, ``E = e^{-w}``.  Statement: first order
    ``eta ((p - q) E - 2 lambda w)``; second order ``eta^2 (q E - lambda)(p E - lambda w)``
    descent first, ``eta^2 (p E + lambda)(q E + lambda w)`` ascent first.
    Kind: sharp.  Source: paper, App. D.3, completed.

    Parameters
    ----------
    w : array_like (...)
        Above -354, where ``E^2`` overflows.
    step_size, ridge : array_like (...)
        ``eta > 0``, ``lambda >= 0``.
    retain_share, forget_share : array_like (...)
        ``p``, ``q`` in [0, 1].
    """
    point = check.require("w", w, "finite and > -354", lambda v: (v > -354) & (v < np.inf))
    eta, penalty = check.positive("step_size", step_size), check.nonnegative("ridge", ridge)
    p, q = check.share("retain_share", retain_share), check.share("forget_share", forget_share)
    e = np.exp(-point)
    return AlternatingExpansion(
        first_order=eta * ((p - q) * e - 2.0 * penalty * point),
        descent_first=eta**2 * (q * e - penalty) * (p * e - penalty * point),
        ascent_first=eta**2 * (p * e + penalty) * (q * e + penalty * point),
    )


def alternating_remainder(features: ArrayLike, half_step: ArrayLike, step_size: ArrayLike) -> Array:
    r"""Bound on what ``alternating_expansion`` leaves out, logistic loss, any step size.

    Statement: ``||remainder|| <= eta^3/(12 sqrt 3) mean_i ||x_i|| (x_i . v)^2`` over the set of
    the *second* half step, ``v`` the direction of the first.
    Kind: upper.  Source: beyond the paper (``|phi'''| <= 1/(6 sqrt 3)``).

    Parameters
    ----------
    features : array_like (..., n, d)
        Of F for descent first, of R for ascent first.
    half_step : array_like (..., d)
        ``grad l_R + lambda w`` for descent first, ``grad l_F - lambda w`` for ascent first.
    """
    rows, eta = check.real("features", features, 2), check.positive("step_size", step_size)
    along = apply(rows, check.real("half_step", half_step, 1))
    third = 1.0 / (6.0 * np.sqrt(3.0))  # the largest |phi'''|
    return third / 2.0 * eta**3 * np.mean(np.sqrt(dot(rows, rows)) * along**2, axis=-1)
