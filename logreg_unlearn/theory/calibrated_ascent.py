r"""Ascent on the forget set done right: its weight, its step, and what dependence takes from it.

Rows ``a_i = y_i x_i``, ``A_S`` those of S, ``psi = -phi'``, **sum** convention unless said
otherwise: ``J_S = sum_S phi(a_i.w) + ridge/2 |w|^2``.  One step of ascent from the original,

    w_1 = w_D - A_F' psi_F / ridge      (= w_D - grad J_R(w_D) / ridge),

leaves the error ``w_1 - w_R = -Q (ridge + Q)^-1 g`` and the original
``w_D - w_R = ridge (ridge + Q)^-1 g``, where ``g = A_F' psi_F / ridge`` and
``Q = A_R' Omega A_R``, Omega the mean curvature of every retained sample between ``w_R`` and
``w_D``.  In the mean convention all of it holds for ``w_1 = w_D - grad L_R(w_D) / ridge`` with
the retained rows over ``sqrt(n_R)``, and ``grad L_R(w_D)`` in the place of ``-A_F' psi_F``.

Parameters, everywhere: ``ridge > 0``; ``spectral_norm`` ``s = |A_R|_2`` and other norms ``>= 0``;
``greatest_curvature`` the largest ``phi''`` between ``w_R`` and ``w_D`` on R: at most 1/4 for the
logistic loss, the largest ``psi`` for the exponential one.  They are array_like and broadcast.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array, get_loss
from logreg_unlearn.theory import _checks as check

LOGISTIC_CURVATURE = 0.25


class Calibration(NamedTuple):
    """The objective on all data whose minimiser is the oracle."""

    ascent_weight: Array
    ridge: Array
    excess: Array


def calibrated_weight(forget_fraction: ArrayLike, ridge: ArrayLike) -> Calibration:
    """Weight of ascent, and ridge, for which descent on *all* data ends at the oracle.

    Setting: mean convention, ``l_D - gamma l_F + mu/2 |w|^2``, any loss.
    Statement: it is ``(1 - f) L_R`` where ``gamma = f`` and ``mu = (1 - f) ridge``, and no other
    pair has the oracle as its minimiser for every data set.  Descent-ascent is ``n/n_R`` times
    this objective with ``gamma = 1``: too large by ``n/n_F``.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    forget_fraction : array_like
        ``f`` in (0, 1).

    Returns
    -------
    Calibration
        ``f``, ``(1 - f) ridge``, and ``1/f``, by which descent-ascent exceeds that weight.
    """
    f = check.fraction("forget_fraction", forget_fraction)
    remaining = (1.0 - f) * check.positive("ridge", ridge)
    return Calibration(np.broadcast_to(f, remaining.shape), remaining, 1.0 / f)


def orthogonal_ascent_is_exact(w: ArrayLike, gradient_forget: ArrayLike, ridge: ArrayLike) -> Array:
    """One step of ascent of size ``1/ridge``: the oracle, if the rows are orthogonal.

    Setting: sum convention, ``w = w_D``, the loss convex.
    Statement: ``w_D + grad(sum_F phi)(w_D) / ridge`` is the oracle **iff**
    ``A_R A_F' psi_F = 0``, as where ``A_R A_F' = 0``.  In the mean convention
    ``w_D + f grad l_F(w_D) / ridge`` is then the oracle of the ridge ``ridge/(1 - f)``.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    w : (..., d) array_like
        The original.
    gradient_forget : (..., d) array_like
        Gradient of the forget set's summed loss there, without ridge.

    Returns
    -------
    (..., d) array
    """
    start, gradient = check.real("w", w, 1), check.real("gradient_forget", gradient_forget, 1)
    return np.asarray(start + gradient / check.positive("ridge", ridge)[..., None])


def orthogonal_ascent_flow(margin: ArrayLike, loss: str = "logistic") -> Array:
    """Ridge times the time at which the flow of ascent has taken a forgotten row out.

    Setting: sum convention, gradient flow of ascent on F from ``w_D``, the forgotten rows
    orthogonal to the retained ones and to one another.
    Statement: a row of margin z at ``w_D`` has margin 0, the oracle's, at ``ridge t``, the mean of
    ``1/psi`` over (0, z) divided by its value at z: below 1 and strictly decreasing in z, hence in
    the length of the row.  So the flow passes through the oracle iff all forgotten rows are
    equally long, and misses it otherwise.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    margin : array_like
        ``z > 0`` of the row at the original; its length is ``sqrt(ridge z / psi(z))``.
    loss : str
        "logistic" or "exponential".

    Returns
    -------
    array
        ``ridge t`` in (0, 1].
    """
    z = check.positive("margin", margin)
    if get_loss(check.choice("loss", loss, ("logistic", "exponential"))).unbounded:
        return np.asarray(-np.expm1(-z) / z)
    tail = np.exp(-np.minimum(z, 700.0))
    return np.asarray((np.exp(np.log(z) - z) - np.expm1(-z)) / (z * (1.0 + tail)))


class StepError(NamedTuple):
    """Bounds on ``|w_1 - w_R|``, and one in the norm of the mean Hessian."""

    lower: Array
    upper: Array
    upper_in_hessian: Array


def cross_gram_bound(
    cross_norm: ArrayLike,
    gradient_norm: ArrayLike,
    spectral_norm: ArrayLike,
    ridge: ArrayLike,
    least_curvature: ArrayLike = 0.0,
    greatest_curvature: ArrayLike = LOGISTIC_CURVATURE,
) -> StepError:
    r"""Bound the error of one step of ascent by the cross-Gram vector ``A_R A_F' psi_F``.

    Setting: the module's; ``kappa`` and ``omega`` are the greatest and the least curvature of a
    retained sample between ``w_R`` and ``w_D``, ``b = s sqrt(kappa)``, ``t = min(b, sqrt(ridge))``.
    Statement, with ``x = |A_R A_F' psi_F| / ridge``::

        |w_1 - w_R|   <= sqrt(kappa) x t / (ridge + t^2)
        |w_1 - w_R|_M <= sqrt(kappa) x b / sqrt(ridge + b^2)
        |w_1 - w_R|   >= omega ridge x^2 / ((ridge + b^2) |A_F' psi_F|)

    M the mean Hessian of ``J_R`` from ``w_R`` to ``w_D``.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    cross_norm : array_like
        ``|A_R A_F' psi_F|``, psi_F at the original.
    gradient_norm : array_like
        ``|A_F' psi_F|``.
    least_curvature : array_like
        ``omega``; 0, which is always right, leaves the lower bound 0.

    Returns
    -------
    StepError
    """
    cross = check.nonnegative("cross_norm", cross_norm)
    gradient = check.nonnegative("gradient_norm", gradient_norm)
    strength = check.positive("ridge", ridge)
    low = check.nonnegative("least_curvature", least_curvature)
    high = check.positive("greatest_curvature", greatest_curvature)
    low_, high_ = np.broadcast_arrays(low, high)
    if np.any(low_ > high_):
        at = np.argmax(low_ > high_)
        raise ValueError(
            "expected least_curvature <= greatest_curvature, "
            f"got {low_.flat[at]} and {high_.flat[at]}"
        )
    b = check.nonnegative("spectral_norm", spectral_norm) * np.sqrt(high)
    moved = cross / strength
    t = np.minimum(b, np.sqrt(strength))
    gone = gradient == 0
    lower = low * strength * moved**2 / ((strength + b**2) * np.where(gone, 1.0, gradient))
    return StepError(
        np.where(gone, 0.0, lower),
        np.sqrt(high) * moved * t / (strength + t**2),
        np.sqrt(high) * moved * b / np.sqrt(strength + b**2),
    )


class StepSize(NamedTuple):
    """A step of ascent, with what it guarantees."""

    size: Array
    ratio: Array
    ratio_of_exact: Array


def ascent_step_size(
    spectral_norm: ArrayLike,
    ridge: ArrayLike,
    greatest_curvature: ArrayLike = LOGISTIC_CURVATURE,
) -> StepSize:
    """The step of ascent with the best guarantee when nothing but ``s`` and the ridge is known.

    Setting: sum convention, ``w = w_D - eta A_F' psi_F``, ``kappa`` the greatest curvature.
    Statement: with ``eta = 2/(2 ridge + kappa s^2)``,
    ``|w - w_R| <= |w_D - w_R| kappa s^2/(2 ridge + kappa s^2)`` for all data, and no other step
    has as small a constant.  The step ``1/ridge``, exact without dependence, has
    ``kappa s^2/ridge``: it may harm once that is above 1.
    Kind: sharp.  Source: beyond the paper.

    Returns
    -------
    StepSize
        ``eta``, its constant, and the constant of the step ``1/ridge``.
    """
    bend = check.nonnegative("spectral_norm", spectral_norm) ** 2 * check.positive(
        "greatest_curvature", greatest_curvature
    )
    strength = check.positive("ridge", ridge)
    whole = 2.0 * strength + bend
    return StepSize(2.0 / whole, bend / whole, bend / strength)
