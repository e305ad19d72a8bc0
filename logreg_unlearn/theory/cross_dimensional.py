"""Two correlated groups: where descent-ascent ends, exists, and is farther than the original.

Retained samples ``(1, epsilon)``, forgotten ``(epsilon, 1)``, exponential loss (except in
:func:`logistic_cross_dimensional`).  Parameters, everywhere:

- ``epsilon``: any real; ``c = 2 epsilon/(1 + epsilon^2)`` is the cosine of the groups;
- ``strength`` ``r = |R_ij|/(ridge n_R) > 0``;
- ``alpha = |F_ij|/|R_ij| >= 0``;
- ``forget_fraction`` ``f = n_F/n`` in (0, 1); then ``b = r (1 - f)``, ``k = (1 - f)/f``.

All are array_like and broadcast; margins are ``x = w.(1, epsilon)``, ``y = w.(epsilon, 1)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from logreg_unlearn.theory import _two_directions as planar
from logreg_unlearn.theory._logistic_directions import (
    LogisticPoints,
    logistic_folds,
    logistic_points,
)
from logreg_unlearn.theory._two_directions import Array, TwoDirectionPoint, checked, correlation
from logreg_unlearn.theory.lambert import w0, w0_exp

__all__ = [
    "DetrimentWindow",
    "Fold",
    "LogisticPoints",
    "NearParallel",
    "OriginalBounds",
    "TwoDirectionPoint",
    "coordinate_order",
    "crosses_the_oracle",
    "da_bounds",
    "da_existence",
    "da_stationary_points",
    "detriment_window",
    "logistic_cross_dimensional",
    "logistic_folds",
    "near_parallel_limit",
    "negative_correlation",
    "oracle_above_original",
    "oracle_closed_form",
    "order_implies_distance",
    "ordered",
    "original_above_da",
    "original_bounds",
    "original_point",
    "whole_dataset_order",
]


# Below this W(z) = z to all digits, and dividing by it could overflow.
_NO_SHAPE = 1e-290


def oracle_closed_form(epsilon: ArrayLike, strength: ArrayLike) -> TwoDirectionPoint:
    """The retrained optimum: ``x = W(r (1 + epsilon^2))``, ``y = c x``.

    Sharp; paper, Lemma 6.  Every real epsilon.

    Parameters
    ----------
    epsilon, strength : array_like
        See the module.

    Returns
    -------
    TwoDirectionPoint

    Raises
    ------
    ValueError
        If ``strength`` is not finite and positive or ``epsilon`` not finite.

    Examples
    --------
    >>> point = oracle_closed_form(0.5, 0.8 * np.e)
    >>> print(f"{point.x:.6f} {point.y:.6f}")
    1.000000 0.800000
    """
    e, r, _, _ = checked(epsilon=epsilon, strength=strength)
    return planar.oracle(e, r)


def original_point(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> TwoDirectionPoint:
    """The original optimum, the root of an increasing function of ``ln nu``; every epsilon."""
    return planar.original(
        *checked(epsilon=epsilon, strength=strength, alpha=alpha, forget_fraction=forget_fraction)
    )


def da_stationary_points(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> tuple[TwoDirectionPoint, TwoDirectionPoint]:
    """The local minimum and the saddle of descent-ascent; NaN where there is none."""
    return planar.descent_ascent(
        *checked(epsilon=epsilon, strength=strength, alpha=alpha, forget_fraction=forget_fraction)
    )


@dataclass(frozen=True)
class OriginalBounds:
    """Bounds of the original's margins; ``x_high`` sharpens the paper's ``x_high_paper``."""

    x_low: Array
    x_high: Array
    x_high_paper: Array
    y_low: Array
    y_high: Array


def original_bounds(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> OriginalBounds:
    """Bounds of the original's margins, for ``epsilon >= 0`` and ``alpha <= 1``.

    With ``V = W(b alpha (1 + epsilon^2))``::

        W(b(1 + epsilon^2 + 2 alpha epsilon)) <= x_D <= c V + W(b(1 + epsilon^2) e^(-c V))
                                                   <= c V + W(b(1 + epsilon^2))   (paper)
        V <= y_D <= W(b(2 epsilon + alpha(1 + epsilon^2)))

    Lower and upper bounds; paper, Lemma 7.

    Parameters
    ----------
    epsilon, strength, alpha, forget_fraction : array_like
        See the module; ``epsilon >= 0``, ``alpha <= 1``.

    Returns
    -------
    OriginalBounds

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    e, r, alpha_, f = checked(
        epsilon=epsilon, strength=strength, alpha=alpha, forget_fraction=forget_fraction
    )
    _require(bool(np.all(e >= 0)), "epsilon >= 0", epsilon)
    _require(bool(np.all(alpha_ <= 1)), "alpha <= 1", alpha)
    a, c, log_b = 1 + e**2, correlation(e), np.log(r) + np.log1p(-f)
    low = _w_scaled(log_b, alpha_ * a)
    return OriginalBounds(
        x_low=_w_scaled(log_b, a + 2 * alpha_ * e),
        x_high=c * low + w0_exp(log_b + np.log(a) - c * low),
        x_high_paper=c * low + _w_scaled(log_b, a),
        y_low=low,
        y_high=_w_scaled(log_b, 2 * e + alpha_ * a),
    )


def da_bounds(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> tuple[Array, Array]:
    """Upper bounds of x and y at **any** descent-ascent stationary point, ``epsilon >= 0``.

    ``x <= W0(r(1 + epsilon^2 - 2 epsilon alpha k))`` and
    ``y <= W0(r(2 epsilon - alpha k (1 + epsilon^2)))``.  Where an argument is below ``-1/e``
    no stationary point exists, and the bound is NaN; the converse fails, so ask
    :func:`da_existence` first.

    Upper bound; paper, Lemma 8, amended: the existence of the point is a hypothesis.

    Parameters
    ----------
    epsilon, strength, alpha, forget_fraction : array_like
        See the module; ``epsilon >= 0``.

    Returns
    -------
    tuple of ndarray
        Upper bounds of x and of y.

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    e, r, alpha_, f = checked(
        epsilon=epsilon, strength=strength, alpha=alpha, forget_fraction=forget_fraction
    )
    _require(bool(np.all(e >= 0)), "epsilon >= 0", epsilon)
    a, share = 1 + e**2, alpha_ * (1 - f) / f
    log_r = np.log(r)
    return _w_scaled(log_r, a - 2 * e * share), _w_scaled(log_r, 2 * e - share * a)


def original_above_da(epsilon: ArrayLike, forget_fraction: ArrayLike) -> tuple[Array, Array]:
    """Thresholds in alpha above which ``x_D >= x_DA`` and ``y_D >= y_DA``, ``epsilon > 0``.

    ``f^2/(c (1 - f^2))`` and ``c f/(1 - f^2)``: with alpha at least the larger, both orders
    hold at every descent-ascent stationary point there is, for any ridge and any alpha
    (also above 1).  For ``alpha <= 1`` the first alone is enough: the order of x implies that
    of y.

    Sufficient (lower bounds of alpha); paper, Lemma 9, amended: existence is a hypothesis.

    Parameters
    ----------
    epsilon, forget_fraction : array_like
        See the module; ``epsilon > 0``.

    Returns
    -------
    tuple of ndarray
        The threshold for x and that for y.

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    e, _, _, f = checked(epsilon=epsilon, forget_fraction=forget_fraction)
    _require(bool(np.all(e > 0)), "epsilon > 0", epsilon)
    c, rest = correlation(e), (1 - f) * (1 + f)
    return f * f / (c * rest), c * f / rest


def oracle_above_original(
    epsilon: ArrayLike, strength: ArrayLike, forget_fraction: ArrayLike
) -> tuple[Array, Array]:
    """Thresholds in alpha below which ``x_D <= x_R``, and, if ``alpha <= 1``, ``y_D <= y_R``.

    ``alpha_x = A e^A/(b(1 + epsilon^2))`` with ``A = (W(r(1 + epsilon^2)) -
    W(b(1 + epsilon^2)))/c``; ``alpha_y = c (e^(-(1 - c) x_R)/(1 - f) - 1)``, which is the
    paper's ``(B e^B/b - 2 epsilon)/(1 + epsilon^2)`` with ``B = c x_R``.

    Sufficient (upper bounds of alpha); paper, Lemma 10, amended: the y side needs alpha <= 1.

    Parameters
    ----------
    epsilon, strength, forget_fraction : array_like
        See the module; ``epsilon > 0``.

    Returns
    -------
    tuple of ndarray
        ``alpha_x`` (inf where it overflows) and ``alpha_y`` (may be negative).

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    e, r, _, f = checked(epsilon=epsilon, strength=strength, forget_fraction=forget_fraction)
    _require(bool(np.all(e > 0)), "epsilon > 0", epsilon)
    c, loss = correlation(e), -np.log1p(-f)
    scale = np.log(r) + np.log1p(e**2)
    with_all, with_rest = w0_exp(scale), w0_exp(scale - loss)
    step = _lambert_step(with_all, with_rest, loss) / c
    # alpha_x = step e^step/(W_b e^W_b); a thin cosine makes step huge, the bound then is none
    with np.errstate(over="ignore"):
        alpha_x = np.exp(np.log(step) + step - (scale - loss))
    return alpha_x, c * np.expm1(loss - _below_one(e) * with_all)


def coordinate_order(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> Array:
    """``x_D - y_D`` at the original: it has the sign of ``1 - alpha`` for ``epsilon != 1``.

    Sharp: ``x_D - y_D = b (1 - epsilon)^2 (e^-x_D - alpha e^-y_D)``; paper, Lemma 12.

    Parameters
    ----------
    epsilon, strength, alpha, forget_fraction : array_like
        See the module.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    point = original_point(epsilon, strength, alpha, forget_fraction)
    return (1 - point.epsilon) ** 2 * (point.mu - point.nu)


@dataclass(frozen=True)
class Fold:
    """Where the descent-ascent minimum meets the saddle and both vanish.

    Attributes
    ----------
    alpha : ndarray
        Largest alpha with a stationary point (inf where it overflows).
    log_alpha_k : ndarray
        ``ln(alpha k)`` there: depends on epsilon and strength alone.
    point : TwoDirectionPoint
        The degenerate stationary point itself.
    """

    alpha: Array
    log_alpha_k: Array
    point: TwoDirectionPoint


def da_existence(epsilon: ArrayLike, strength: ArrayLike, forget_fraction: ArrayLike) -> Fold:
    """The fold: below ``alpha`` one minimum and one saddle, above it no stationary point.

    Stationary points lie on ``alpha k = q e^y/r`` with ``q = -nu``; the right side rises to
    one maximum, at ``q (a + m mu) = 1 + a mu``, and falls.  Every real epsilon (at
    ``epsilon = +-1`` see the claim); at 0 the fold is at ``alpha k = 1/(e r)``, at 1 it is at
    ``1 + 1/(2 e r)``.

    Sharp; beyond the paper.

    Parameters
    ----------
    epsilon, strength, forget_fraction : array_like
        See the module.

    Returns
    -------
    Fold

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Examples
    --------
    >>> print(f"{da_existence(0.5, 100.0, 0.1).alpha:.4f}")
    0.0117
    """
    e, r, _, f = checked(epsilon=epsilon, strength=strength, forget_fraction=forget_fraction)
    point, log_share = planar.fold(e, r)
    with np.errstate(over="ignore"):
        alpha = np.exp(log_share + np.log(f) - np.log1p(-f))
    return Fold(alpha, log_share, point)


@dataclass(frozen=True)
class DetrimentWindow:
    """Ranges of alpha in which ``oracle >= original >= descent-ascent`` in both margins.

    Attributes
    ----------
    paper_low, paper_high : ndarray
        Lemmas 9 and 10 together, with ``alpha <= 1``; empty where low > high.
    low, high : ndarray
        The exact range; NaN where it is empty.
    oracle_end : ndarray
        ``alpha`` at which ``y_D = y_R``: the exact upper end unless the fold comes first.
    fold : ndarray
        Largest alpha with a descent-ascent point.
    """

    paper_low: Array
    paper_high: Array
    low: Array
    high: Array
    oracle_end: Array
    fold: Array

    @property
    def paper_open(self) -> NDArray[np.bool_]:
        """True where the paper's window is not empty."""
        return self.paper_low <= self.paper_high

    @property
    def exact_open(self) -> NDArray[np.bool_]:
        """True where the exact range is not empty."""
        return ~np.isnan(self.low)


def detriment_window(
    epsilon: ArrayLike, strength: ArrayLike, forget_fraction: ArrayLike
) -> DetrimentWindow:
    """The window of Lemmas 9 and 10, and the exact range of alpha that it is part of.

    For ``epsilon > 0`` the margins of the original increase with alpha and those of the
    descent-ascent minimum decrease, so the exact range is an interval: from ``x_D = x_DA``
    (there ``y_D > y_DA``) to the smaller of the fold and ``y_D = y_R``,
    ``alpha = c e^((1 - c) y_R) (W(r h) - W(b h))/(b h)`` with
    ``h = (1 - epsilon^2)^2/(1 + epsilon^2) e^(-c y_R)``.

    Sharp (exact range); paper, Lemmas 9 and 10 and Fig. 4, amended.

    Parameters
    ----------
    epsilon, strength, forget_fraction : array_like
        See the module; ``epsilon > 0``.

    Returns
    -------
    DetrimentWindow

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    e, r, _, f = checked(epsilon=epsilon, strength=strength, forget_fraction=forget_fraction)
    above = np.maximum(*original_above_da(e, f))
    below = np.minimum(np.minimum(*oracle_above_original(e, r, f)), 1.0)
    oracle_end = _oracle_end(e, r, f)
    existence = da_existence(e, r, f)
    fold = existence.alpha
    high = np.minimum(oracle_end, fold * (1 - 1e-12))

    def gap(log_alpha: Array) -> Array:
        alpha = np.exp(log_alpha)
        before = planar.original(e, r, alpha, f)
        after = planar.da_minimum(e, r, alpha, f, existence.point)
        return before.x - after.x

    # At alpha = 0 the gap is negative; sixty e-folds below the end alpha is 0 to rounding.
    log_low = planar.increasing_root(gap, np.log(high) - 60.0, np.log(high))
    low = np.exp(log_low)
    return DetrimentWindow(
        above, below, low, np.where(np.isnan(low), np.nan, high), oracle_end, fold
    )


def ordered(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> NDArray[np.bool_]:
    """True where ``x_R >= x_D >= x_DA`` and ``y_R >= y_D >= y_DA`` (False without a DA point)."""
    e, r, alpha_, f = checked(
        epsilon=epsilon, strength=strength, alpha=alpha, forget_fraction=forget_fraction
    )
    retrained, before = planar.oracle(e, r), planar.original(e, r, alpha_, f)
    after = planar.descent_ascent(e, r, alpha_, f)[0]
    return np.asarray(
        (retrained.x >= before.x)
        & (before.x >= after.x)
        & (retrained.y >= before.y)
        & (before.y >= after.y)
    )


def order_implies_distance(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> NDArray[np.bool_]:
    """The criterion ``x_R >= x_D >= x_DA``, the order of the retained margins alone.

    Where it is true, ``||w_DA - w_R|| >= ||w_D - w_R||``, because
    ``||w - w_R||^2 = ((x - x_R)^2 + (1 - epsilon^2)^2 nu^2)/(1 + epsilon^2)``,
    ``|nu_DA|/nu_D = e^(y_D - y_DA)/f``, and ``x_D >= x_DA`` implies ``y_D >= y_DA``.  It never
    is for ``epsilon <= 0``.

    Sufficient; beyond the paper.

    Parameters
    ----------
    epsilon, strength, alpha, forget_fraction : array_like
        See the module; any real epsilon.

    Returns
    -------
    ndarray of bool
        False where there is no descent-ascent point.

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    e, r, alpha_, f = checked(
        epsilon=epsilon, strength=strength, alpha=alpha, forget_fraction=forget_fraction
    )
    retrained, before = planar.oracle(e, r), planar.original(e, r, alpha_, f)
    after = planar.descent_ascent(e, r, alpha_, f)[0]
    return np.asarray((retrained.x >= before.x) & (before.x >= after.x))


def crosses_the_oracle(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> tuple[Array, Array, Array]:
    """First motion of descent-ascent flow from the original, in units of the ridge.

    At the original the flow is ``f r e^-x v - (1 + f)/f b alpha e^-y t`` (times the ridge),
    ``v``, ``t`` the two samples.  ``nu`` starts positive and has to end negative, on the other
    side of the oracle's 0.  For ``epsilon > 0`` and ``f^2/(c (1 - f^2)) <= alpha <= 1`` both
    margins fall at first; yet the distance to the oracle may shrink.

    Sharp (the velocities); beyond the paper, which has "away from the very first step".

    Parameters
    ----------
    epsilon, strength, alpha, forget_fraction : array_like
        See the module.

    Returns
    -------
    tuple of ndarray
        Rates of x, of y, and of ``||w - w_R||^2/2`` (negative: it comes closer).

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    e, r, alpha_, f = checked(
        epsilon=epsilon, strength=strength, alpha=alpha, forget_fraction=forget_fraction
    )
    point, retrained = planar.original(e, r, alpha_, f), planar.oracle(e, r)
    descent, ascent = f / (1 - f) * point.mu, (1 + f) / f * point.nu
    a = 1 + e**2
    return (
        a * descent - 2 * e * ascent,
        2 * e * descent - a * ascent,
        descent * (point.x - retrained.x) - ascent * (point.y - retrained.y),
    )


def whole_dataset_order(
    epsilon: ArrayLike, strength: ArrayLike, forget_fraction: ArrayLike
) -> Array:
    """Upper bound ``c e^(-(1 - c) x_R) f/(1 - f)`` of every alpha with ``y_D <= y_R``.

    Two groups that are the whole data set have ``alpha = f/(1 - f)``; the bound is smaller
    for every ``epsilon > 0`` except 1, so there the order never holds.

    Upper bound; beyond the paper.

    Parameters
    ----------
    epsilon, strength, forget_fraction : array_like
        See the module; ``epsilon > 0``.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    e, r, _, f = checked(epsilon=epsilon, strength=strength, forget_fraction=forget_fraction)
    _require(bool(np.all(e > 0)), "epsilon > 0", epsilon)
    c = correlation(e)
    return c * np.exp(-_below_one(e) * planar.oracle(e, r).x) * f / (1 - f)


def negative_correlation(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> tuple[Array, Array, Array]:
    """Differences that show the straddle for ``epsilon < 0``, and the ratio of distances.

    ``x_D < x_R < x_DA`` and ``y_DA < y_R < y_D`` for every ``alpha > 0``: the order of the
    detriment window never holds.  Descent-ascent may end closer than the original.

    Sharp (signs); beyond the paper.

    Parameters
    ----------
    epsilon, strength, alpha, forget_fraction : array_like
        See the module; ``epsilon < 0``.

    Returns
    -------
    tuple of ndarray
        ``x_DA - x_D`` (positive), ``y_D - y_DA`` (positive), and
        ``||w_DA - w_R||/||w_D - w_R||`` (below 1: descent-ascent helped); NaN without a
        descent-ascent minimum.

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    e, r, alpha_, f = checked(
        epsilon=epsilon, strength=strength, alpha=alpha, forget_fraction=forget_fraction
    )
    _require(bool(np.all(e < 0)), "epsilon < 0", epsilon)
    retrained, before = planar.oracle(e, r), planar.original(e, r, alpha_, f)
    after = planar.descent_ascent(e, r, alpha_, f)[0]
    ratio = after.distance(retrained) / before.distance(retrained)
    return after.x - before.x, before.y - after.y, ratio


def logistic_cross_dimensional(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> LogisticPoints:
    """All stationary points of descent-ascent under the logistic loss, in order of ``q``.

    ``nu = -q`` with ``q = r alpha k/(1 + e^y)``, ``x`` and ``y`` decreasing functions of q:
    the fixed points of an increasing map of an interval.  It has at least one, the objective
    being coercive; for large strengths there may be three.

    Evidence by certified enumeration; beyond the paper.

    Parameters
    ----------
    epsilon, strength, alpha, forget_fraction : array_like
        See the module; ``alpha > 0``.

    Returns
    -------
    LogisticPoints

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    e, r, alpha_, f = checked(
        epsilon=epsilon, strength=strength, alpha=alpha, forget_fraction=forget_fraction
    )
    _require(bool(np.all(alpha_ > 0)), "alpha > 0", alpha)
    return logistic_points(e, r, np.log(alpha_) + np.log1p(-f) - np.log(f))


@dataclass(frozen=True)
class NearParallel:
    """One sample ``(1, epsilon)`` retained, one ``(epsilon, 1)`` forgotten.

    Attributes
    ----------
    original, oracle : ndarray (..., 2)
        Exact weights.
    da_sum_limit : ndarray
        Limit of ``w_1 + w_2`` at descent-ascent as epsilon -> 1; NaN where there is none.
    least_ridge : ndarray
        Smallest ridge for which that limit exists; 0 where it always does.
    """

    original: Array
    oracle: Array
    da_sum_limit: Array
    least_ridge: Array


def near_parallel_limit(
    epsilon: ArrayLike, ridge: ArrayLike, n_retain: ArrayLike, n_forget: ArrayLike
) -> NearParallel:
    """Two nearly parallel samples of one label, one retained and one forgotten.

    With ``A_S = 1/(ridge |S|)``: original ``w_1 = w_2 = W((1 + epsilon)^2 A_D)/(1 + epsilon)``
    and oracle ``(1, epsilon) W((1 + epsilon^2) A_R)/(1 + epsilon^2)``, exactly; descent-ascent,
    as epsilon -> 1: ``w_1 + w_2 -> W0(2(A_R - A_F))``, ``w_1 - w_2 -> 0``, if
    ``ridge >= 2 e (1/n_F - 1/n_R)``, and no stationary point close to epsilon = 1 below that.

    Sharp; paper, App. J, amended.

    Parameters
    ----------
    epsilon : array_like
        Any real but -1.
    ridge : array_like
        Positive.
    n_retain, n_forget : array_like
        Sizes of R and F, at least 1.

    Returns
    -------
    NearParallel

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Examples
    --------
    >>> print(near_parallel_limit(0.9, 6.0, 9, 1).least_ridge.round(4))
    4.8325
    """
    e, lam, n_r, n_f = np.broadcast_arrays(
        *(np.asarray(v, dtype=float) for v in (epsilon, ridge, n_retain, n_forget))
    )
    _require(bool(np.all(np.isfinite(e) & (e != -1))), "epsilon finite and not -1", epsilon)
    _require(bool(np.all(np.isfinite(lam) & (lam > 0))), "ridge finite and > 0", ridge)
    _require(bool(np.all(n_r >= 1)), "n_retain >= 1", n_retain)
    _require(bool(np.all(n_f >= 1)), "n_forget >= 1", n_forget)
    both = w0_exp(2 * np.log(abs(1 + e)) - np.log(lam * (n_r + n_f))) / (1 + e)
    mu = w0_exp(np.log1p(e**2) - np.log(lam * n_r)) / (1 + e**2)
    excess = 1 / n_f - 1 / n_r
    argument = -2 * excess / lam
    # rounding alone must not decide whether the ridge that is exactly enough is enough
    argument = np.where(lam == 2 * np.e * excess, np.maximum(argument, -np.exp(-1.0)), argument)
    return NearParallel(
        original=np.stack([both, both], axis=-1),
        oracle=np.stack([mu, e * mu], axis=-1),
        da_sum_limit=w0(argument),
        least_ridge=np.maximum(2 * np.e * excess, 0.0),
    )


def _require(condition: bool, wanted: str, given: ArrayLike) -> None:
    if not condition:
        raise ValueError(f"expected {wanted}, got {given}")


def _below_one(e: Array) -> Array:
    """``1 - c``, without its cancellation near epsilon = 1."""
    return (1 - e) ** 2 / (1 + e**2)


def _w_scaled(log_scale: Array, factor: Array) -> Array:
    """``W0(e^log_scale factor)`` for a factor of either sign; NaN below the branch point."""
    size = np.abs(factor)
    logarithm = np.log(np.where(size > 0, size, 1.0))
    value = w0_exp(log_scale + logarithm, np.where(factor < 0, -1, 1))
    return np.where(size > 0, value, 0.0)


def _lambert_step(upper: Array, lower: Array, loss: Array) -> Array:
    """``W(z) - W(z e^-loss)`` from its two rounded values, without their cancellation.

    The difference d solves ``d + ln(1 + d/lower) = loss``; two Newton steps.
    """
    lower = np.maximum(lower, _NO_SHAPE)
    step = np.maximum(upper - lower, 0.0)
    for _ in range(2):
        sum_ = lower + step
        step = step - (step + np.log1p(step / lower) - loss) * sum_ / (1 + sum_)
    return step


def _oracle_end(e: Array, r: Array, f: Array) -> Array:
    """``alpha`` at which ``y_D = y_R``; ``f/(1 - f)`` at epsilon = 1."""
    c, loss = correlation(e), -np.log1p(-f)
    level = c * planar.oracle(e, r).x
    flat = np.maximum(((1 - e) * (1 + e)) ** 2 / (1 + e**2), np.finfo(float).tiny)
    scale = np.log(r) + np.log(flat) - c * level
    with_all, with_rest = w0_exp(scale), w0_exp(scale - loss)
    # (W_r - W_b)/(b h) = e^-W_b (W_r/W_b - 1), and ln(W_r/W_b) = loss - (W_r - W_b)
    step = np.where(with_rest > _NO_SHAPE, _lambert_step(with_all, with_rest, loss), 0.0)
    return c * np.exp(_below_one(e) * level - with_rest) * np.expm1(loss - step)
