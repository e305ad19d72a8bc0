"""The three minimisers of one coordinate in closed form, and their order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.lambert import G, one_plus_w0, one_plus_wm1, w0, wm1
from logreg_unlearn.theory.single_coordinate.distances import harm_threshold


@dataclass(frozen=True)
class Minimisers:
    """Where the three objectives of one coordinate settle.

    Attributes
    ----------
    oracle, original : array
        Global minimisers, positive.
    descent_ascent : array
        Limit of descent-ascent from the original: a stationary point, or minus infinity.
    """

    oracle: Array
    original: Array
    descent_ascent: Array


def lambert_minimiser(strength: ArrayLike, lift: ArrayLike, fraction: ArrayLike) -> Minimisers:
    """Closed forms of the three minimisers for the exponential loss.

    Setting: one coordinate, exponential loss.  Statement: ``w_R = W0(s)``,
    ``w_D = W0(s (1 + f (rho - 1)))``, ``w_DA = W0(s (1 - rho))`` up to the fold
    ``rho = 1 + 1/(e s)``; beyond it descent-ascent goes to minus infinity.
    Kind: sharp.  Source: paper, Lemma 2.
    """
    s, rho, f = np.broadcast_arrays(
        *strength_and_lift(strength, lift), check.fraction("fraction", fraction)
    )
    unlearned = w0(s * (1.0 - rho))
    return Minimisers(
        oracle=w0(s),
        original=w0(s * (1.0 + f * (rho - 1.0))),
        descent_ascent=np.where(np.isnan(unlearned), -np.inf, unlearned)[()],
    )


def logistic_minimiser(strength: ArrayLike, lift: ArrayLike, fraction: ArrayLike) -> Minimisers:
    """Closed forms of the three minimisers for the logistic loss.

    Setting: one coordinate, logistic loss.  Statement: ``w_R = G(s)``,
    ``w_D = G(s (1 + f (rho - 1)))``, ``w_DA = G(s (1 - rho))``, the only stationary points
    and global minima; descent-ascent never diverges.  Kind: sharp.  Source: beyond the paper.
    """
    s, rho, f = np.broadcast_arrays(
        *strength_and_lift(strength, lift), check.fraction("fraction", fraction)
    )
    return Minimisers(
        oracle=G(s),
        original=G(s * (1.0 + f * (rho - 1.0))),
        descent_ascent=G(s * (1.0 - rho)),
    )


def minimisers(strength: ArrayLike, lift: ArrayLike, fraction: ArrayLike, loss: str) -> Minimisers:
    """The three minimisers for the loss of that name."""
    closed_forms = {"exponential": lambert_minimiser, "logistic": logistic_minimiser}
    return closed_forms[check.choice("loss", loss, tuple(closed_forms))](strength, lift, fraction)


def opposite_sides(lift: ArrayLike, fraction: ArrayLike) -> Mask:
    """Whether the original lies between descent-ascent's limit and the oracle.

    Setting: one coordinate, exponential or logistic loss.  Statement: ``w_DA <= w_D <= w_R``
    exactly when ``f/(1+f) <= rho <= 1``.  Kind: sharp.  Source: paper, Lemma 3 (there the
    lifts in the range; that no others do is beyond it).
    """
    rho = check.nonnegative("lift", lift)
    return (harm_threshold(fraction) <= rho) & (rho <= 1.0)


def strength_and_lift(strength: ArrayLike, lift: ArrayLike) -> tuple[Array, Array]:
    """The two, finite together: ``s (1 + rho)`` does not overflow."""
    s, rho = check.positive("strength", strength), check.nonnegative("lift", lift)
    with np.errstate(over="ignore"):
        check.require("strength * lift", s * (1.0 + rho), "below 1e308", np.isfinite)
    return s, rho


class Extrema(IntEnum):
    """Which extrema descent-ascent's objective has in one coordinate, exponential loss."""

    ONE_MINIMUM = 0
    MINIMUM_AND_MAXIMUM = 1
    INFLECTION = 2
    NO_STATIONARY_POINT = 3


@dataclass(frozen=True)
class Branches:
    """Stationary points of descent-ascent's objective, exponential loss.

    Attributes
    ----------
    extrema : int array
        Values of :class:`Extrema`.
    minimum, maximum : array
        On W0 and on W-1; minus infinity where there is none.  At the fold both are -1.
    curvature, curvature_at_maximum : array
        Second derivatives over the ridge, ``1 + w``; NaN where there is no such point.
    fold : array
        The lift ``1 + 1/(e s)`` at which the two points meet.
    """

    extrema: NDArray[np.int64]
    minimum: Array
    maximum: Array
    curvature: Array
    curvature_at_maximum: Array
    fold: Array


def da_branches(strength: ArrayLike, lift: ArrayLike) -> Branches:
    """Which branch of W is a minimum of descent-ascent, and where both vanish.

    Setting: one coordinate, exponential loss.  Statement: for ``rho <= 1`` one stationary
    point, the global minimum, on W0.  For ``1 < rho < 1 + 1/(e s)`` a local **minimum** on W0
    in (-1, 0) and a local **maximum** on W-1 below -1, the objective being unbounded below;
    the second derivative is ``lambda (1 + w)``.  At equality one inflection at -1; beyond it
    no stationary point.  Kind: qualitative.  Source: paper, App. F, amended.
    """
    s, rho = np.broadcast_arrays(*strength_and_lift(strength, lift))
    argument = s * (1.0 - rho)
    upper = one_plus_w0(argument)
    lower = np.where(rho > 1.0, one_plus_wm1(np.minimum(argument, 0.0)), np.nan)
    gone = np.isnan(upper)
    extrema = np.where(rho > 1.0, Extrema.MINIMUM_AND_MAXIMUM, Extrema.ONE_MINIMUM)
    extrema = np.where(upper == 0.0, Extrema.INFLECTION, extrema)
    extrema = np.where(gone, Extrema.NO_STATIONARY_POINT, extrema)
    no_maximum = gone | (rho <= 1.0)
    return Branches(
        extrema=extrema.astype(np.int64)[()],
        minimum=np.where(gone, -np.inf, w0(argument))[()],
        maximum=np.where(no_maximum, -np.inf, wm1(np.minimum(argument, 0.0)))[()],
        curvature=upper,
        curvature_at_maximum=lower[()],
        fold=(1.0 + 1.0 / (np.e * s))[()],
    )
