r"""One Newton step towards the oracle: what it leaves, and what is known of that beforehand.

With ``u_i = a_i.D`` the change of a margin by a step ``D``, all that a Newton step leaves comes
from ``r_i = phi'(z_i + u_i) - phi'(z_i) - phi''(z_i) u_i``, and for the logistic loss::

    |r_i| <= min(u_i^2/(12 sqrt 3), phi''(z_i) (e^|u_i| - 1 - |u_i|))

The first bound is Taylor's with ``|phi'''| <= 1/(6 sqrt 3)``, the second that of
``|phi'''| <= phi''``; the first is met at the steepest point of ``phi''``, the second in the tail.
"""

from __future__ import annotations

from math import factorial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check

HALF_LIPSCHITZ = 1 / (12 * np.sqrt(3))
"""Half the Lipschitz constant of the logistic loss's curvature, ``1/(6 sqrt 3)``."""

PUBLISHED_LIPSCHITZ = 0.25
"""That constant as Guo et al. take it."""

# e^t - 1 - t loses its leading digits below t = 1, where 20 terms reach rounding.
_SERIES = [1 / factorial(k + 1) for k in range(20, 0, -1)]


class ResidualBounds(NamedTuple):
    """Bounds on the norm of the gradient that a Newton step leaves."""

    quadratic: Array
    per_row: Array


class PublishedResidual(NamedTuple):
    """The bound as published, for rows of length at most 1, and the one for any rows."""

    published: Array
    amended: Array


class Contraction(NamedTuple):
    """How a Newton step shrinks the distance: ``quadratic * d^2``, and a factor of ``d_H``."""

    quadratic: Array
    relative: Array


def newton_residual(
    change: ArrayLike, curvature: ArrayLike, coefficients: ArrayLike, spectral_norm: ArrayLike
) -> ResidualBounds:
    r"""Bound the gradient of the oracle's objective after one Newton step, without evaluating it.

    Setting: logistic loss, any weights ``w``, ``D = -H(w)^-1 grad J(w)``.
    Statement: ``|grad J(w + D)| <= s sqrt(sum c_i r_i^2)`` with the ``r_i`` of this module's
    head; with the first bound for every row and ``c_i = 1`` this is
    ``|X_R|_2 sqrt(sum u_i^4)/(12 sqrt 3)``.  Divided by the ridge it bounds the distance to the
    oracle (claim ``distance_sandwich``).
    Kind: upper, with the best constants.  Source: beyond the paper.

    Parameters
    ----------
    change : array_like (..., n)
        ``u_i``, finite.
    curvature : array_like (..., n), or one number
        ``phi''(z_i) >= 0`` at ``w``; infinite where only the first bound is wanted.
    coefficients : array_like (..., n), or one number
        ``c_i >= 0``: 1 in the sum convention, ``1/n_R`` in the mean convention.
    spectral_norm : array_like
        Upper bound ``s`` on the spectral norm of the rows ``sqrt(c_i) a_i``.

    Returns
    -------
    ResidualBounds
        ``quadratic`` by the first bound, ``per_row`` by the smaller of the two in every row.
    """
    u, bend = abs(check.real("change", change, 1)), check.bound("curvature", curvature)
    c, norm = (
        check.nonnegative("coefficients", coefficients),
        check.nonnegative("spectral_norm", spectral_norm),
    )
    with np.errstate(over="ignore", invalid="ignore"):
        taylor = HALF_LIPSCHITZ * u**2
        tail = bend * u * _relative(u)
        row = np.fmin(taylor, tail)  # 0 * infinity says nothing
        return ResidualBounds(
            norm * np.sqrt(np.sum(c * taylor**2, axis=-1)),
            norm * np.sqrt(np.sum(c * row**2, axis=-1)),
        )


def published_residual_bound(
    spectral_norm: ArrayLike, step_norm: ArrayLike, change_norm: ArrayLike, longest_row: ArrayLike
) -> PublishedResidual:
    r"""Return Guo et al.'s data-dependent bound on the residual, and the one for any rows.

    Setting: that of :func:`newton_residual` in the sum convention (divide both by ``n_R`` in the
    mean convention).
    Statement: ``|grad J(w + D)| <= G |X_R|_2 |D| |X_R D|/(12 sqrt 3)``, ``G = max |x_i|``.  As
    published, ``|X_R|_2 |D| |X_R D|/4``, it needs ``G <= 3 sqrt 3``; where rows are longer it
    can fail.
    Kind: upper.  Source: Guo et al., arXiv 1911.03030, Corollary 1, amended.

    Parameters
    ----------
    spectral_norm, step_norm, change_norm, longest_row : array_like
        ``|X_R|_2``, ``|D|``, ``|X_R D|`` and ``G``, all ``>= 0``.
    """
    norm, step, change, row = (
        check.nonnegative("spectral_norm", spectral_norm),
        check.nonnegative("step_norm", step_norm),
        check.nonnegative("change_norm", change_norm),
        check.nonnegative("longest_row", longest_row),
    )
    product = norm * step * change
    return PublishedResidual(PUBLISHED_LIPSCHITZ * product, HALF_LIPSCHITZ * row * product)


def influence_to_newton(leverage: ArrayLike) -> Array:
    r"""Return the factor that turns the influence step of one row into its Newton step.

    Setting: sum convention, any smooth loss, one row ``a`` to forget, from the original ``w_D``:
    the influence step ``H_D^-1 grad`` and the Newton step ``H_R^-1 grad`` of the row's loss.
    Statement: the Newton step is ``1/(1 - h)`` times the influence step, with the leverage
    ``h = phi''(z) a'H_D^-1 a``, which is below 1 where ``H_R`` is positive definite.
    Kind: sharp.  Source: beyond the paper (Sherman and Morrison).

    Parameters
    ----------
    leverage : array_like
        ``h`` in [0, 1).
    """
    h = check.require("leverage", leverage, "in [0, 1)", lambda v: (v >= 0) & (v < 1))
    return np.asarray(1 / (1 - h))


def newton_contraction(
    longest_row: ArrayLike, data_curvature: ArrayLike, ridge: ArrayLike, margin_change: ArrayLike
) -> Contraction:
    r"""Return how one Newton step shrinks the distance to the oracle.

    Setting: logistic loss, ``w+ = w - H(w)^-1 grad J(w)``, ``w*`` the minimiser.
    Statement: ``|w+ - w*| <= quadratic |w - w*|^2``, ``quadratic = G Lambda/(12 sqrt 3 ridge)``;
    and ``|w+ - w*|_H <= relative |w - w*|_H``, ``relative = (e^t - 1 - t)/t``, in the norm of
    ``H(w)``.
    Kind: upper, with the best constants.  Source: beyond the paper.

    Parameters
    ----------
    longest_row : array_like
        ``G = max |a_i|``.
    data_curvature : array_like
        ``Lambda``, the largest eigenvalue of ``sum c_i a_i a_i'``: ``|X_R|_2^2/n_R`` in the mean
        convention.  ``G Lambda`` may be the largest eigenvalue of ``sum c_i |a_i| a_i a_i'``.
    margin_change : array_like
        ``t >= max |a_i.(w - w*)|``, infinite where nothing is known.
    """
    row, top = (
        check.nonnegative("longest_row", longest_row),
        check.nonnegative("data_curvature", data_curvature),
    )
    t = check.bound("margin_change", margin_change)
    with np.errstate(over="ignore", invalid="ignore"):
        quadratic = HALF_LIPSCHITZ * row * top / check.positive("ridge", ridge)
        return Contraction(np.asarray(quadratic), _relative(t))


def newton_errors_do_not_accumulate(contraction: ArrayLike, drift: ArrayLike) -> Array:
    r"""Bound the error of one Newton step per deletion request, over any number of requests.

    Setting: requests ``1, 2, ...``; each step starts where the last one ended, on the objective
    of the rows then retained.  ``q`` is at least every ``newton_contraction(...).quadratic``,
    ``s`` at least every distance between successive oracles, the original being the first.
    Statement: if ``4 q s <= 1``, every error is at most
    ``(1 - 2qs - sqrt(1 - 4qs))/(2q)``, which lies between ``q s^2`` and ``4 q s^2`` and is at
    most ``s``.
    Kind: upper.  Source: beyond the paper.

    Parameters
    ----------
    contraction : array_like
        ``q >= 0``.
    drift : array_like
        ``s >= 0``; ``2 r G/(n ridge)`` for ``r`` rows of ``n`` in the mean convention.

    Returns
    -------
    array
        Infinite where ``4 q s > 1``: nothing is said.
    """
    q, s = check.nonnegative("contraction", contraction), check.nonnegative("drift", drift)
    with np.errstate(over="ignore", invalid="ignore"):
        room = 1 - 4 * q * s
        bound = 4 * q * s**2 / (1 + np.sqrt(np.maximum(room, 0.0))) ** 2
    return np.where(room >= 0, bound, np.inf)


def newton_in_high_dimension(
    kurtosis: ArrayLike,
    total: ArrayLike,
    data_curvature: ArrayLike,
    ridge: ArrayLike,
    distance: ArrayLike,
    steps: ArrayLike,
) -> Array:
    r"""Bound the distance to the oracle after Newton steps whose errors spread over the rows.

    Setting: logistic loss, weights ``c_i`` of sum ``C``, ``u_i = a_i.(w - w*)`` before a step.
    Statement: ``|w+ - w*| <= Q |w - w*|^2``, ``Q = sqrt(K/C) Lambda^(3/2)/(12 sqrt 3 ridge)``,
    where ``K >= C sum c u^4/(sum c u^2)^2``; so after t steps at most ``(Q |w - w*|)^(2^t)/Q``.
    K is 3 for errors that look normal, ``C/max c`` at most.
    Kind: upper, the constant best possible.  Source: beyond the paper.

    Parameters
    ----------
    kurtosis : array_like
        ``K >= 1``, at least that of every step.
    total : array_like
        ``C > 0``: ``n_R`` in the sum convention, 1 in the mean convention.
    data_curvature : array_like
        ``Lambda``, the largest eigenvalue of ``sum c_i a_i a_i'``.
    ridge : array_like
    distance : array_like
        ``|w - w*|`` before the first step, or a bound on it.
    steps : array_like
        ``t``, a whole number >= 0.
    """
    k = check.require("kurtosis", kurtosis, ">= 1 and finite", lambda v: (v >= 1) & (v < np.inf))
    c, top = check.positive("total", total), check.nonnegative("data_curvature", data_curvature)
    strength, start = check.positive("ridge", ridge), check.bound("distance", distance)
    t = check.count("steps", steps, least=0)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        rate = np.sqrt(k / c) * top**1.5 * HALF_LIPSCHITZ / strength
        # start (rate start)^(2^t - 1): defined where the rate is 0
        bound = start * np.power(rate * start, 2.0**t - 1)
    return np.where(t == 0, start, np.where(np.isnan(bound), np.inf, bound))


def _relative(t: Array) -> Array:
    """Return ``(e^t - 1 - t)/t``: 0 at 0, infinite at infinity."""
    small = np.minimum(t, 1.0)
    with np.errstate(over="ignore"):
        large = np.expm1(np.maximum(t, 1.0)) / np.maximum(t, 1.0) - 1
    large = np.where(np.isinf(t), np.inf, large)
    return np.where(t < 1, small * np.polyval(_SERIES, small), large)
