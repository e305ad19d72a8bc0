"""What the order of the margins means for distances, and what the first step does to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.cross_dimensional import _plane as planar
from logreg_unlearn.theory.cross_dimensional._plane import TwoDirectionPoint


def ordered(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> Mask:
    """True where ``x_R >= x_D >= x_DA`` and ``y_R >= y_D >= y_DA`` (False without a DA point)."""
    retrained, before, after = _three(epsilon, strength, alpha, forget_fraction)
    of_x = (retrained.x >= before.x) & (before.x >= after.x)
    return np.asarray(of_x & (retrained.y >= before.y) & (before.y >= after.y))


def _three(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> tuple[TwoDirectionPoint, TwoDirectionPoint, TwoDirectionPoint]:
    """Oracle, original and the minimum of descent-ascent."""
    e, r, alpha_, f = planar.parameters(epsilon, strength, alpha, forget_fraction)
    ends = planar.descent_ascent(e, r, alpha_, f)
    return planar.oracle(e, r), planar.original(e, r, alpha_, f), ends[0]


def order_implies_distance(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> Mask:
    """The criterion ``x_R >= x_D >= x_DA``, the order of the retained margins alone.

    Where it is true, ``||w_DA - w_R|| >= ||w_D - w_R||``, because
    ``||w - w_R||^2 = ((x - x_R)^2 + (1 - epsilon^2)^2 nu^2)/(1 + epsilon^2)``,
    ``|nu_DA|/nu_D = e^(y_D - y_DA)/f``, and ``x_D >= x_DA`` implies ``y_D >= y_DA``.  It never
    is for ``epsilon <= 0``, nor where there is no descent-ascent point.
    Sufficient; beyond the paper.
    """
    retrained, before, after = _three(epsilon, strength, alpha, forget_fraction)
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

    Returns
    -------
    tuple of ndarray
        Rates of x, of y, and of ``||w - w_R||^2/2`` (negative: it comes closer).
    """
    e, r, alpha_, f = planar.parameters(epsilon, strength, alpha, forget_fraction)
    point, retrained = planar.original(e, r, alpha_, f), planar.oracle(e, r)
    descent, ascent = f / (1 - f) * point.mu, (1 + f) / f * point.nu
    a = 1 + e**2
    return (
        a * descent - 2 * e * ascent,
        2 * e * descent - a * ascent,
        descent * (point.x - retrained.x) - ascent * (point.y - retrained.y),
    )


def negative_correlation(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> tuple[Array, Array, Array]:
    """Differences that show the straddle for ``epsilon < 0``, and the ratio of distances.

    ``x_D < x_R < x_DA`` and ``y_DA < y_R < y_D`` for every ``alpha > 0``: the order of the
    detriment window never holds.  Descent-ascent may end closer than the original.
    Sharp (signs); beyond the paper.

    Returns
    -------
    tuple of ndarray
        ``x_DA - x_D`` (positive), ``y_D - y_DA`` (positive), and
        ``||w_DA - w_R||/||w_D - w_R||`` (below 1: descent-ascent helped); NaN without a
        descent-ascent minimum.
    """
    overlap = check.negative("epsilon", epsilon)
    retrained, before, after = _three(overlap, strength, alpha, forget_fraction)
    ratio = after.distance(retrained) / before.distance(retrained)
    return after.x - before.x, before.y - after.y, ratio
