"""Where in alpha the order that means detriment holds: thresholds, fold and window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.cross_dimensional import _plane as planar
from logreg_unlearn.theory.cross_dimensional._plane import TwoDirectionPoint, correlation
from logreg_unlearn.theory.cross_dimensional._root import increasing_root
from logreg_unlearn.theory.lambert import w0_exp

# Below this W(z) = z to all digits, and dividing by it could overflow.
_NO_SHAPE = 1e-290


def original_above_da(epsilon: ArrayLike, forget_fraction: ArrayLike) -> tuple[Array, Array]:
    """Thresholds in alpha above which ``x_D >= x_DA`` and ``y_D >= y_DA``, ``epsilon > 0``.

    ``f^2/(c (1 - f^2))`` and ``c f/(1 - f^2)``: with alpha at least the larger, both orders
    hold at every descent-ascent stationary point there is, for any ridge and any alpha
    (also above 1).  For ``alpha <= 1`` the first alone is enough: the order of x implies that
    of y.
    Sufficient (lower bounds of alpha); paper, Lemma 9, amended: existence is a hypothesis.
    """
    e, f = check.positive("epsilon", epsilon), check.fraction("forget_fraction", forget_fraction)
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
    Here ``epsilon > 0``.

    Returns
    -------
    tuple of ndarray
        ``alpha_x`` (inf where it overflows) and ``alpha_y`` (may be negative).
    """
    overlap = check.positive("epsilon", epsilon)
    e, r, _, f = planar.parameters(overlap, strength, forget_fraction=forget_fraction)
    c, loss = correlation(e), -np.log1p(-f)
    scale = np.log(r) + np.log1p(e**2)
    with_all, with_rest = w0_exp(scale), w0_exp(scale - loss)
    step = _lambert_step(with_all, with_rest, loss) / c
    # alpha_x = step e^step/(W_b e^W_b); a thin cosine makes step huge, the bound then is none
    with np.errstate(over="ignore"):
        alpha_x = np.exp(np.log(step) + step - (scale - loss))
    return alpha_x, c * np.expm1(loss - _below_one(e) * with_all)


def whole_dataset_order(
    epsilon: ArrayLike, strength: ArrayLike, forget_fraction: ArrayLike
) -> Array:
    """Upper bound ``c e^(-(1 - c) x_R) f/(1 - f)`` of every alpha with ``y_D <= y_R``.

    Two groups that are the whole data set have ``alpha = f/(1 - f)``; the bound is smaller
    for every ``epsilon > 0`` except 1, so there the order never holds.
    Upper bound; beyond the paper.
    """
    overlap = check.positive("epsilon", epsilon)
    e, r, _, f = planar.parameters(overlap, strength, forget_fraction=forget_fraction)
    c = correlation(e)
    return c * np.exp(-_below_one(e) * planar.oracle(e, r).x) * f / (1 - f)


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

    Examples
    --------
    >>> print(f"{da_existence(0.5, 100.0, 0.1).alpha:.4f}")
    0.0117
    """
    e, r, _, f = planar.parameters(epsilon, strength, forget_fraction=forget_fraction)
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
    def paper_open(self) -> Mask:
        """True where the paper's window is not empty."""
        return self.paper_low <= self.paper_high

    @property
    def exact_open(self) -> Mask:
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
    """
    e, r, _, f = planar.parameters(epsilon, strength, forget_fraction=forget_fraction)
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
    log_low = increasing_root(gap, np.log(high) - 60.0, np.log(high))
    low = np.exp(log_low)
    return DetrimentWindow(
        above, below, low, np.where(np.isnan(low), np.nan, high), oracle_end, fold
    )


def _below_one(e: Array) -> Array:
    """``1 - c``, without its cancellation near epsilon = 1."""
    return (1 - e) ** 2 / (1 + e**2)


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
