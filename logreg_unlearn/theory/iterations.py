r"""Iterations: the first step, the path in the ascent weight, alternating steps, strong ridge.

Notation: ``l_S`` mean loss over S (retain R, forget F, all D), ``f = n_F/n``,
``L_S = l_S + (lambda/2)||w||^2``, ``w_S`` its minimiser, and ``L_DA = l_R - l_F +
(lambda/2)||w||^2`` (mean convention).  Because ``L_D = (1-f) L_R + f L_F``, stationarity of
the original ties the two gradients together::

    (1 - f) grad L_R(w_D) + f grad L_F(w_D) = 0,

and most of this module follows from that line.  The functions take arrays (points, gradients,
Hessians), the last axes being ``(d,)`` and ``(d, d)``; leading axes are a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]

LIFT_OF_DOUBLING = float(np.exp(np.sqrt(2.0)))  # 4.1132...: multiplier -1, see below


@dataclass(frozen=True)
class PathExpansion:
    """Leading terms along the path: ``displacement`` (..., d) and ``excess_risk`` (...)."""

    displacement: Array
    excess_risk: Array


@dataclass(frozen=True)
class AlternatingExpansion:
    """Terms of one alternating round, each (..., d): ``w + first_order + <order>`` + O(eta^3)."""

    first_order: Array
    descent_first: Array
    ascent_first: Array


@dataclass(frozen=True)
class AlternatingFixedPoint:
    """Fixed point of the alternating round, per lift.

    Attributes
    ----------
    descent_first, ascent_first : ndarray (...)
        The fixed point ``w`` of the round in either order.
    multiplier : ndarray (...)
        Derivative of the round there, the same in both orders.
    attracting : ndarray of bool (...)
        Whether every orbit converges to it (``lift <= e^{sqrt 2}``, the end included).
    """

    descent_first: Array
    ascent_first: Array
    multiplier: Array
    attracting: NDArray[np.bool_]


@dataclass(frozen=True)
class StrongRidgeLimit:
    """Limits of ``lambda w`` as ``lambda -> infinity``, each (..., d)."""

    oracle: Array
    original: Array
    descent_ascent: Array


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
    w : array_like (..., d)
        The original optimum ``w_D``.
    ridge : array_like (...)
        ``lambda > 0``.
    fraction : array_like (...)
        Forget fraction ``f`` in (0, 1).
    ascend_ridge : bool
        Whether the ridge belongs to the forget loss that is ascended too.

    Returns
    -------
    ndarray (..., d)
        The gradient; the first step goes the other way.

    Raises
    ------
    ValueError
        If ``ridge <= 0`` or ``fraction`` is outside (0, 1).
    """
    ridge, fraction = _positive("ridge", ridge), _fraction(fraction)
    scaled = _real(gradient_retain) / fraction[..., None]
    return scaled if ascend_ridge else scaled + ridge[..., None] * _real(w)


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

    Parameters
    ----------
    gradient_retain, w, ridge, fraction
        As in ``first_step_identity``.
    w_oracle : array_like (..., d)
        ``w_R``.

    Returns
    -------
    ndarray (...)

    Raises
    ------
    ValueError
        If ``ridge <= 0`` or ``fraction`` is outside (0, 1).
    """
    gradient = first_step_identity(gradient_retain, w, ridge, fraction)
    return _dot(gradient, _real(w_oracle) - _real(w))


def first_step_reach(
    gradient_retain: ArrayLike,
    w: ArrayLike,
    w_oracle: ArrayLike,
    ridge: ArrayLike,
    fraction: ArrayLike,
) -> Array:
    r"""Step size below which the first step ends closer to the oracle than the original.

    Setting and parameters: as ``first_step_away``.  Statement: ``||w_D - eta g - w_R|| <
    ||w_D - w_R||`` iff ``0 < eta < 2 <-g, delta> / ||g||^2``, ``g = grad L_DA(w_D)``; the
    returned reach is 0 where every step size ends at least as far away.

    Kind: sharp.  Source: beyond the paper.

    Returns
    -------
    ndarray (...)
        The reach, ``>= 0``.

    Raises
    ------
    ValueError
        If ``ridge <= 0`` or ``fraction`` is outside (0, 1).
    """
    gradient = first_step_identity(gradient_retain, w, ridge, fraction)
    toward = -_dot(gradient, _real(w_oracle) - _real(w))
    closer = toward > 0  # then the gradient is not zero
    return np.where(closer, 2.0 * toward / np.where(closer, _dot(gradient, gradient), 1.0), 0.0)


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

    Returns
    -------
    PathExpansion

    Raises
    ------
    ValueError
        If the Hessian is not positive definite.
    """
    beta, gradient = _real(ascent_weight), _real(gradient_forget)
    velocity = path_velocity(hessian_retain, gradient)
    return PathExpansion(beta[..., None] * velocity, 0.5 * beta**2 * _dot(gradient, velocity))


def path_velocity(hessian: ArrayLike, gradient_forget: ArrayLike) -> Array:
    r"""Velocity ``dw/dbeta = H_beta^{-1} grad l_F(w)`` along the path, shape (..., d).

    Setting: ``w`` stationary for ``J_beta`` with Hessian ``H_beta`` positive definite, both
    arguments taken at ``w``: ``hessian`` (..., d, d), ``gradient_forget`` (..., d).  The sign
    is plus: more ascent moves uphill in the forget loss.

    Kind: sharp.  Source: beyond the paper.

    Raises
    ------
    ValueError
        If the Hessian is not positive definite: there the branch of minima ends.
    """
    return _solve(hessian, _real(gradient_forget))


def overshoot_factor(fraction: ArrayLike) -> Array:
    """Ratio ``n_R/n_F = (1-f)/f`` of the two displacements from the oracle, leading order.

    Setting: descent-ascent in the mean convention against an original on the same path; the
    excess retain risks are then in the ratio of the square.  In the sum convention throughout
    both factors are 1 instead.

    Kind: sharp (leading order).  Source: beyond the paper.

    Raises
    ------
    ValueError
        If ``fraction`` is outside (0, 1).
    """
    fraction = _fraction(fraction)
    return (1.0 - fraction) / fraction


def path_monotonicity(
    ascent_weight: ArrayLike, loss_forget: ArrayLike, loss_retain: ArrayLike
) -> Array:
    r"""Slack of the exchange inequalities between neighbours on the path.

    Setting: ``w_k`` global minimisers of ``J_k = L_R - beta_k l_F``, ``beta_1 < beta_2 < ...``;
    any functions ``L_R``, ``l_F``.  Statement: with ``dF``, ``dL`` the increments of ``l_F`` and
    ``L_R`` from one to the next, ``beta_k dF <= dL <= beta_{k+1} dF``.  Hence ``l_F`` never
    decreases, and ``L_R`` never decreases where ``beta >= 0`` nor increases where ``beta <= 0``.
    A negative slack certifies that one of the two points is not a global minimiser.

    Kind: sharp (values with no negative slack are attained by some ``L_R``, ``l_F``).
    Source: beyond the paper.

    Parameters
    ----------
    ascent_weight : array_like (..., k)
        ``beta_k``, strictly increasing along the last axis.
    loss_forget, loss_retain : array_like (..., k)
        ``l_F(w_k)``, and ``L_R(w_k)`` with its ridge term.

    Returns
    -------
    ndarray (..., k - 1)
        ``min(dL - beta_k dF, beta_{k+1} dF - dL)``.

    Raises
    ------
    ValueError
        If the ascent weights do not increase.
    """
    beta = _real(ascent_weight)
    if not np.all(np.diff(beta) > 0):
        raise ValueError(f"expected strictly increasing ascent weights, got {ascent_weight!r}")
    forget, retain = np.diff(_real(loss_forget)), np.diff(_real(loss_retain))
    return np.minimum(retain - beta[..., :-1] * forget, beta[..., 1:] * forget - retain)


def newton_step_is_scaled_ascent(
    w: ArrayLike,
    hessian_retain: ArrayLike,
    gradient_forget: ArrayLike,
    ridge: ArrayLike,
    fraction: ArrayLike,
) -> Array:
    r"""The Newton (influence) removal step, written as a preconditioned ascent step.

    Setting: any twice differentiable loss, mean convention, ``w = w_D`` stationary for ``L_D``.
    Statement: ``w_D - H^{-1} grad L_R(w_D) = w_D + (n_F/n_R) H^{-1} (grad l_F(w_D) +
    lambda w_D)``, ``H = grad^2 L_R(w_D)``: what influence removal does is ascent on ``L_F``,
    preconditioned and scaled by ``n_F/n_R``.  (Sum convention: the same with sums and without
    ``lambda w_D``.)

    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    w : array_like (..., d)
        ``w_D``.
    hessian_retain : array_like (..., d, d)
        ``H``, ridge included, positive definite.
    gradient_forget : array_like (..., d)
        ``grad l_F(w_D)``, without ridge.
    ridge : array_like (...)
        ``lambda > 0``.
    fraction : array_like (...)
        ``f`` in (0, 1).

    Returns
    -------
    ndarray (..., d)
        The point after the step.

    Raises
    ------
    ValueError
        If ``ridge <= 0``, ``fraction`` is outside (0, 1) or ``H`` is not positive definite.
    """
    w, ridge, fraction = _real(w), _positive("ridge", ridge), _fraction(fraction)
    ascent = _real(gradient_forget) + ridge[..., None] * w
    return w + (fraction / (1.0 - fraction))[..., None] * _solve(hessian_retain, ascent)


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
    w : array_like (..., d)
    step_size : array_like (...)
        ``eta > 0``.
    gradient_retain, gradient_forget : array_like (..., d)
        Of the mean losses, without ridge.
    hessian_retain, hessian_forget : array_like (..., d, d)
        Of the mean losses, without ridge.
    ridge : array_like (...)
        ``lambda >= 0``.

    Returns
    -------
    AlternatingExpansion

    Raises
    ------
    ValueError
        If ``step_size <= 0`` or ``ridge < 0``.
    """
    w = _real(w)
    eta = _positive("step_size", step_size)[..., None]
    penalty = _not_negative("ridge", ridge)[..., None]
    descent = _real(gradient_retain) + penalty * w
    ascent = _real(gradient_forget) - penalty * w
    return AlternatingExpansion(
        first_order=eta * (ascent - descent),
        descent_first=eta**2 * (penalty * descent - _apply(hessian_forget, descent)),
        ascent_first=-(eta**2) * (penalty * ascent + _apply(hessian_retain, ascent)),
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
        ``p, q >= 0``.

    Raises
    ------
    ValueError
        If ``step_size <= 0`` or another parameter is negative.
    """
    w, eta = _real(w), _positive("step_size", step_size)
    p, q = _not_negative("retain_share", retain_share), _not_negative("forget_share", forget_share)
    ridge, e = _not_negative("ridge", ridge), np.exp(-w)
    return AlternatingExpansion(
        first_order=eta * ((p - q) * e - 2.0 * ridge * w),
        descent_first=eta**2 * (q * e - ridge) * (p * e - ridge * w),
        ascent_first=eta**2 * (p * e + ridge) * (q * e + ridge * w),
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
    step_size : array_like (...)
        ``eta > 0``.

    Returns
    -------
    ndarray (...)

    Raises
    ------
    ValueError
        If ``step_size <= 0``.
    """
    rows, eta = _real(features), _positive("step_size", step_size)
    lengths = np.sqrt(_dot(rows, rows))
    return eta**3 / (12.0 * np.sqrt(3.0)) * np.mean(lengths * _apply(rows, half_step) ** 2, axis=-1)


def alternating_fixed_point(
    lift: ArrayLike, step_size: ArrayLike = 1.0, retain_share: ArrayLike = 1.0
) -> AlternatingFixedPoint:
    r"""Fixed point of alternating descent and ascent where simultaneous steps diverge.

    Setting: one coordinate, exponential loss, no ridge: ``D(w) = w + eta p e^{-w}``, ``A(w) = w -
    eta q e^{-w}``, lift ``rho = q/p > 1``.  Statement: simultaneous steps go to minus infinity,
    yet ``A o D`` has exactly one fixed point, ``w* = ln(eta p / ln rho)`` (``D o A``:
    ``ln(eta q / ln rho)``), set by the step size and not by an optimum of the data.  Its
    multiplier is ``1 - (ln rho)^2``: it attracts *every* start iff ``rho <= e^{sqrt 2} =
    4.1132...``, and is repelling beyond.

    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    lift : array_like (...)
        ``rho > 1``; at or below 1 there is no fixed point.
    step_size, retain_share : array_like (...)
        ``eta > 0`` and ``p`` in (0, 1]; with both 1 the result is in the reduced ``u``.

    Returns
    -------
    AlternatingFixedPoint

    Raises
    ------
    ValueError
        If ``lift <= 1``, or ``step_size`` or ``retain_share`` is not positive.
    """
    lift = _real(lift)
    if not np.all(lift > 1.0):
        raise ValueError(f"expected lift > 1 (no fixed point below), got {np.min(lift)}")
    scale = np.log(_positive("step_size", step_size)) + np.log(
        _positive("retain_share", retain_share)
    )
    log_lift = np.log(lift)
    fixed = scale - np.log(log_lift)
    return AlternatingFixedPoint(
        descent_first=fixed,
        ascent_first=fixed + log_lift,
        multiplier=(1.0 - log_lift) * (1.0 + log_lift),  # keeps its digits near lift = e
        attracting=lift <= LIFT_OF_DOUBLING,
    )


def reduced_map(u: ArrayLike, lift: ArrayLike) -> Array:
    r"""One alternating round, descent first, in ``u = w - ln(eta p)``.

    Statement: ``u -> v - rho e^{-v}``, ``v = u + e^{-u}``: the step size and the share drop out
    and the lift ``rho >= 0`` alone decides.  Below ``u = -709`` the round leaves float64 and
    gives ``inf``.

    Kind: sharp.  Source: beyond the paper.

    Raises
    ------
    ValueError
        If ``lift < 0``.
    """
    u, lift = _real(u), _not_negative("lift", lift)
    with np.errstate(over="ignore"):
        v = u + np.exp(-u)
    return v - lift * np.exp(-v)


def reduced_orbit(lift: ArrayLike, start: ArrayLike = 0.0, *, burn: int, keep: int) -> Array:
    """Orbit of ``reduced_map``, vectorised over ``lift``: the data of a bifurcation diagram.

    Parameters
    ----------
    lift : array_like (...)
        ``rho >= 0``.
    start : array_like (...)
        First ``u``; 0 is the critical point, whose orbit finds the attractors.
    burn, keep : int
        Rounds dropped, then rounds returned; at least 0 and 1.

    Returns
    -------
    ndarray (keep, ...)

    Raises
    ------
    ValueError
        If ``lift < 0``, ``burn < 0`` or ``keep < 1``.
    """
    if burn < 0 or keep < 1:
        raise ValueError(f"expected burn >= 0 and keep >= 1, got {burn} and {keep}")
    u, lift = np.broadcast_arrays(_real(start), _not_negative("lift", lift))
    orbit = np.empty((keep, *u.shape))
    for index in range(-burn, keep):
        u = reduced_map(u, lift)
        if index >= 0:
            orbit[index] = u
    return orbit


def strong_ridge_limit(
    mean_retain: ArrayLike, mean_forget: ArrayLike, fraction: ArrayLike, slope: ArrayLike = 0.5
) -> StrongRidgeLimit:
    r"""Limits of ``lambda w`` as the ridge grows without bound.

    Setting: mean convention, ``m_S`` the mean of ``y_i x_i`` over S, ``slope = -phi'(0)``.
    Statement: ``lambda w_R -> slope m_R``, ``lambda w_D -> slope ((1-f) m_R + f m_F)``,
    ``lambda w_DA -> slope (m_R - m_F)``, where for the exponential loss ``w_DA`` is the
    stationary point that tends to 0.

    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    mean_retain, mean_forget : array_like (..., d)
        ``m_R`` and ``m_F``.
    fraction : array_like (...)
        ``f`` in (0, 1).
    slope : array_like (...)
        1/2 for the logistic loss, 1 for the exponential loss.

    Returns
    -------
    StrongRidgeLimit

    Raises
    ------
    ValueError
        If ``fraction`` is outside (0, 1) or ``slope <= 0``.
    """
    retain, forget = _real(mean_retain), _real(mean_forget)
    f, scale = _fraction(fraction)[..., None], _positive("slope", slope)[..., None]
    return StrongRidgeLimit(
        oracle=scale * retain,
        original=scale * ((1.0 - f) * retain + f * forget),
        descent_ascent=scale * (retain - forget),
    )


def strong_ridge_harm(mean_retain: ArrayLike, mean_forget: ArrayLike, fraction: ArrayLike) -> Array:
    r"""Harm criterion under a strong ridge: ``||m_F|| - f ||m_F - m_R||``, shape (...).

    Setting and parameters: as ``strong_ridge_limit``.  Statement: for all large enough ridges
    descent-ascent ends farther from the oracle than the original if this is positive, and
    closer if it is negative; at zero the leading order is a tie.  (Sum convention: always a
    tie.)

    Kind: sharp.  Source: beyond the paper.

    Raises
    ------
    ValueError
        If ``fraction`` is outside (0, 1).
    """
    forget = _real(mean_forget)
    gap = forget - _real(mean_retain)
    return np.sqrt(_dot(forget, forget)) - _fraction(fraction) * np.sqrt(_dot(gap, gap))


def strong_ridge_harm_correlation(fraction: ArrayLike, norm_ratio: ArrayLike = 1.0) -> Array:
    r"""Cosine of ``m_F`` and ``m_R`` above which descent-ascent harms under a strong ridge.

    Statement: harm iff ``cos > (1 + k^2 - 1/f^2)/(2k)``, ``k = ||m_R||/||m_F||``; with equal
    norms iff ``cos > 1 - 1/(2 f^2)``.  Below -1 (``f (1 + k) < 1``) harm is certain, at or above
    1 (``f |1 - k| >= 1``) impossible.

    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    fraction : array_like (...)
        ``f`` in (0, 1).
    norm_ratio : array_like (...)
        ``k > 0``.

    Raises
    ------
    ValueError
        If ``fraction`` is outside (0, 1) or ``norm_ratio <= 0``.
    """
    f, k = _fraction(fraction), _positive("norm_ratio", norm_ratio)
    return (k - (1.0 / f - 1.0) * (1.0 / f + 1.0) / k) / 2.0


def strong_ridge_error(
    signed_features: ArrayLike, coefficients: ArrayLike, ridge: ArrayLike
) -> Array:
    r"""Bound on ``||lambda w - (1/2) sum_i c_i a_i||`` at any stationary point, logistic loss.

    Setting: ``J_c = sum_i c_i phi(a_i . w) + (lambda/2)||w||^2``, any signs, any ridge.
    Statement: the error is at most ``(C_1 C_2) / (4 lambda)`` with ``C_k = sum_i |c_i|
    ||a_i||^k``: the limit is reached like ``1/lambda``.

    Kind: upper.  Source: beyond the paper (``|phi'| <= 1``, ``phi'' <= 1/4``).

    Parameters
    ----------
    signed_features : array_like (..., n, d)
        Rows ``a_i = y_i x_i``.
    coefficients : array_like (..., n)
    ridge : array_like (...)
        ``lambda > 0``.

    Returns
    -------
    ndarray (...)

    Raises
    ------
    ValueError
        If ``ridge <= 0``.
    """
    rows, weights = _real(signed_features), np.abs(_real(coefficients))
    squares = _dot(rows, rows)
    return (
        _dot(weights, np.sqrt(squares)) * _dot(weights, squares) / (4.0 * _positive("ridge", ridge))
    )


def _real(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=np.float64)


def _dot(left: Array, right: Array) -> Array:
    return np.asarray((left * right).sum(axis=-1))


def _apply(matrix: ArrayLike, vector: ArrayLike) -> Array:
    return np.matmul(_real(matrix), _real(vector)[..., None])[..., 0]


def _solve(matrix: ArrayLike, vector: Array) -> Array:
    matrix = _real(matrix)
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        smallest = np.min(np.linalg.eigvalsh(matrix))
        raise ValueError(
            f"expected a positive definite Hessian, got smallest eigenvalue {smallest:g}"
        ) from None
    return np.asarray(np.linalg.solve(matrix, vector[..., None])[..., 0], dtype=np.float64)


def _positive(name: str, values: ArrayLike) -> Array:
    array = _real(values)
    if not np.all(array > 0):
        raise ValueError(f"expected {name} > 0, got {np.min(array)}")
    return array


def _not_negative(name: str, values: ArrayLike) -> Array:
    array = _real(values)
    if not np.all(array >= 0):
        raise ValueError(f"expected {name} >= 0, got {np.min(array)}")
    return array


def _fraction(values: ArrayLike) -> Array:
    array = _real(values)
    if not np.all((array > 0) & (array < 1)):
        raise ValueError(f"expected a fraction in (0, 1), got {np.ravel(array)[:3]}")
    return array
