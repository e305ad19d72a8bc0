r"""One coordinate of the block model, where every minimiser is a value of W or of G.

The coordinates split the samples into blocks, and ``y_i x_ij = 1`` inside block j, 0 outside:
every objective is a sum over coordinates, and in one of them (retain share p, forget share q)

    oracle             p phi(w)                     + (lambda/2) w^2
    original           ((1 - f) p + f q) phi(w)     + (lambda/2) w^2
    descent-ascent     (p - q) phi(w)               + (lambda/2) w^2 .

With the **strength** ``s = p / lambda`` and the **lift** ``rho = q / p`` all three are
stationary where ``r(w) = s c``, with ``r(w) = w / psi(w)``, ``psi = -phi'`` and

    c = 1,   1 + f (rho - 1),   1 - rho .

For the exponential loss ``r(w) = w e^w``, inverted by W; for the logistic loss
``r(w) = w (1 + e^w)``, inverted by G.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from logreg_unlearn.theory.lambert import G, one_plus_w0, one_plus_wm1, w0, wm1

Array = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_SHARES_TOLERANCE = 1e-9


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


class Landscape(IntEnum):
    """What descent-ascent's objective looks like in one coordinate, exponential loss."""

    ONE_MINIMUM = 0
    MINIMUM_AND_MAXIMUM = 1
    INFLECTION = 2
    NO_STATIONARY_POINT = 3


@dataclass(frozen=True)
class Branches:
    """Stationary points of descent-ascent's objective, exponential loss.

    Attributes
    ----------
    landscape : int array
        Values of :class:`Landscape`.
    minimum, maximum : array
        On W0 and on W-1; minus infinity where there is none.  At the fold both are -1.
    curvature, curvature_at_maximum : array
        Second derivatives over the ridge, ``1 + w``; NaN where there is no such point.
    fold : array
        The lift ``1 + 1/(e s)`` at which the two points meet.
    """

    landscape: NDArray[np.int64]
    minimum: Array
    maximum: Array
    curvature: Array
    curvature_at_maximum: Array
    fold: Array


class Phase(IntEnum):
    """What the gradient flow of descent-ascent does to the distance from the oracle."""

    APPROACHES = 0
    STAYS = 1
    RECEDES = 2
    PASSES = 3
    PASSES_AND_DIVERGES = 4


@dataclass(frozen=True)
class Phases:
    """Phase of the flow, and when it passes through the oracle.

    Attributes
    ----------
    phase : int array
        Values of :class:`Phase`.
    oracle_time : array
        Ridge times flow time at which the flow is *at* the oracle; infinity where it never is.
    """

    phase: NDArray[np.int64]
    oracle_time: Array


@dataclass(frozen=True)
class Closeness:
    """Distance of descent-ascent's limit from the oracle, over that of the original.

    Attributes
    ----------
    ratio : array
        Infinite where descent-ascent diverges, or where the original is the oracle.
    bound : array
        ``1 / (f sqrt(d))``: the ratio is above it.
    """

    ratio: Array
    bound: Array


def lambert_minimiser(strength: ArrayLike, lift: ArrayLike, fraction: ArrayLike) -> Minimisers:
    """Closed forms of the three minimisers for the exponential loss.

    Setting: one coordinate, exponential loss.  Statement: ``w_R = W0(s)``,
    ``w_D = W0(s (1 + f (rho - 1)))``, ``w_DA = W0(s (1 - rho))`` up to the fold
    ``rho = 1 + 1/(e s)``; beyond it descent-ascent has no stationary point.
    Kind: sharp.  Source: paper, Lemma 2.

    Parameters
    ----------
    strength : array_like
        ``s = p / lambda > 0``; with the lift it must stay below 1e308.
    lift : array_like
        ``rho = q / p >= 0``.
    fraction : array_like
        ``f`` in (0, 1): the forgotten share of the data.

    Returns
    -------
    Minimisers
        ``descent_ascent`` is minus infinity beyond the fold.

    Raises
    ------
    ValueError
        For an argument outside its range.
    """
    s, rho = _strength_and_lift(strength, lift)
    f = _fraction(fraction)
    s, rho, f = np.broadcast_arrays(s, rho, f)
    unlearned = w0(s * (1.0 - rho))
    return Minimisers(
        oracle=w0(s),
        original=w0(s * (1.0 + f * (rho - 1.0))),
        descent_ascent=np.where(np.isnan(unlearned), -np.inf, unlearned)[()],
    )


def da_branches(strength: ArrayLike, lift: ArrayLike) -> Branches:
    """Which branch of W is a minimum of descent-ascent, and where both vanish.

    Setting: one coordinate, exponential loss.  Statement: for ``rho <= 1`` one stationary
    point, the global minimum, on W0.  For ``1 < rho < 1 + 1/(e s)`` a local **minimum** on W0
    in (-1, 0) and a local **maximum** on W-1 below -1, the objective being unbounded below;
    the second derivative is ``lambda (1 + w)``.  At equality one inflection at -1; beyond it
    no stationary point.  Kind: qualitative.  Source: paper, App. F, amended.

    Parameters
    ----------
    strength, lift : array_like
        As for :func:`lambert_minimiser`.

    Returns
    -------
    Branches

    Raises
    ------
    ValueError
        For an argument outside its range.
    """
    s, rho = np.broadcast_arrays(*_strength_and_lift(strength, lift))
    argument = s * (1.0 - rho)
    upper = one_plus_w0(argument)
    lower = np.where(rho > 1.0, one_plus_wm1(np.minimum(argument, 0.0)), np.nan)
    gone = np.isnan(upper)
    landscape = np.where(rho > 1.0, Landscape.MINIMUM_AND_MAXIMUM, Landscape.ONE_MINIMUM)
    landscape = np.where(upper == 0.0, Landscape.INFLECTION, landscape)
    landscape = np.where(gone, Landscape.NO_STATIONARY_POINT, landscape)
    no_maximum = gone | (rho <= 1.0)
    return Branches(
        landscape=landscape.astype(np.int64)[()],
        minimum=np.where(gone, -np.inf, w0(argument))[()],
        maximum=np.where(no_maximum, -np.inf, wm1(np.minimum(argument, 0.0)))[()],
        curvature=upper,
        curvature_at_maximum=lower[()],
        fold=(1.0 + 1.0 / (np.e * s))[()],
    )


def opposite_sides(lift: ArrayLike, fraction: ArrayLike) -> NDArray[np.bool_]:
    """Whether the original lies between descent-ascent's limit and the oracle.

    Setting: one coordinate, exponential or logistic loss.  Statement: ``w_DA <= w_D <= w_R``
    exactly when ``f/(1+f) <= rho <= 1``.  Kind: sharp.  Source: paper, Lemma 3 (there the
    lifts in the range; that no others do is beyond it).

    Parameters
    ----------
    lift, fraction : array_like
        As for :func:`lambert_minimiser`.

    Returns
    -------
    bool array

    Raises
    ------
    ValueError
        For an argument outside its range.
    """
    rho = _lift(lift)
    return (harm_threshold(fraction) <= rho) & (rho <= 1.0)


def distance_growth(lift: ArrayLike, fraction: ArrayLike) -> Array:
    """Upper bound on the distance between the original and the oracle.

    Setting: one coordinate, exponential loss.  Statement:
    ``|w_D - w_R| <= |ln(1 + f (rho - 1))|``, strict unless ``rho = 1``; approached as the
    ridge vanishes.  Kind: upper.  Source: paper, Lemma 4.

    Parameters
    ----------
    lift, fraction : array_like
        As for :func:`lambert_minimiser`.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        For an argument outside its range.
    """
    return np.abs(np.log1p(_fraction(fraction) * (_lift(lift) - 1.0)))


def distance_unlearning(strength: ArrayLike) -> Array:
    """Lower bound on the distance between descent-ascent's limit and the oracle.

    Setting: one coordinate, exponential loss, ``rho >= 1``.  Statement:
    ``|w_R - w_DA| >= W0(s)``, with equality exactly at ``rho = 1``.  Kind: lower.
    Source: paper, Lemma 5, with its proof amended.

    Parameters
    ----------
    strength : array_like
        ``s > 0``.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        For an argument outside its range.
    """
    return w0(_strength(strength))


def vanishing_ridge(strength: ArrayLike) -> tuple[Array, Array]:
    """Bounds between which the distance oracle to descent-ascent grows at ``rho = 1``.

    Setting: one coordinate, exponential loss, ``rho = 1``: the original *is* the oracle, and
    descent-ascent ends at 0.  Statement: with ``L = ln s = ln(p / lambda) >= 1`` the distance
    W0(s) lies between ``L - ln L`` and ``L - ln(L - ln L)``; both differences from it tend to
    0, so it grows like ``ln(1/lambda) - ln ln(1/lambda)``.  Kind: sharp (both ends at s = e).
    Source: paper, Cor. 1, with the rate made exact.

    Parameters
    ----------
    strength : array_like
        ``s >= e``.

    Returns
    -------
    lower, upper : array

    Raises
    ------
    ValueError
        If ``s < e``.
    """
    s = _strength(strength)
    if np.any(s < np.e):
        raise ValueError(f"expected strength >= e, got {np.min(s)}")
    log = np.log(s)
    lower = log - np.log(log)
    return lower, log - np.log(lower)


def lift_conservation(share: ArrayLike, lift: ArrayLike) -> Array:
    """The mean lift ``sum_j p_j rho_j``: the forgotten mass that lies in retained blocks.

    Setting: all blocks.  Statement: it is 1 when every forgotten sample lies in a block that
    keeps retained samples, so lifts at most 1 in all blocks are 1 in all blocks.  Kind: sharp.
    Source: beyond the paper.

    Parameters
    ----------
    share : array_like (..., d)
        Retain shares ``p_j > 0``; their sum over the last axis is at most 1.
    lift : array_like (..., d)
        ``rho_j >= 0``.

    Returns
    -------
    array (...)
        1 less the share of forgotten samples that lie in no such block.

    Raises
    ------
    ValueError
        For an argument outside its range, or shares that sum to more than 1.
    """
    p = _shares(share)
    return np.sum(p * _lift(lift), axis=-1)


def harm_threshold(fraction: ArrayLike) -> Array:
    """The lift above which descent-ascent ends farther from the oracle than the original.

    Setting: one coordinate, exponential loss, any ridge.  Statement: ``|w_DA - w_R| >
    |w_D - w_R|`` exactly when ``rho > f / (1 + f)``, divergence counted as infinitely far;
    equal at equality.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    fraction : array_like
        ``f`` in (0, 1).

    Returns
    -------
    array
        In (0, 1/2).

    Raises
    ------
    ValueError
        For an argument outside its range.
    """
    f = _fraction(fraction)
    return f / (1.0 + f)


def logistic_minimiser(strength: ArrayLike, lift: ArrayLike, fraction: ArrayLike) -> Minimisers:
    """Closed forms of the three minimisers for the logistic loss.

    Setting: one coordinate, logistic loss.  Statement: ``w_R = G(s)``,
    ``w_D = G(s (1 + f (rho - 1)))``, ``w_DA = G(s (1 - rho))``, the only stationary points
    and global minima; descent-ascent never diverges.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    strength, lift, fraction : array_like
        As for :func:`lambert_minimiser`.

    Returns
    -------
    Minimisers
        All finite.

    Raises
    ------
    ValueError
        For an argument outside its range.
    """
    s, rho = _strength_and_lift(strength, lift)
    f = _fraction(fraction)
    s, rho, f = np.broadcast_arrays(s, rho, f)
    return Minimisers(
        oracle=G(s),
        original=G(s * (1.0 + f * (rho - 1.0))),
        descent_ascent=G(s * (1.0 - rho)),
    )


def logistic_harm_threshold(fraction: ArrayLike) -> Array:
    """The harm threshold of the logistic loss: the same ``f / (1 + f)``.

    Setting: one coordinate, logistic loss, any ridge.  Statement and parameters as for
    :func:`harm_threshold`.  Kind: sharp.  Source: beyond the paper.
    """
    return harm_threshold(fraction)


def early_stopping_phases(
    strength: ArrayLike, lift: ArrayLike, fraction: ArrayLike, loss: str = "exponential"
) -> Phases:
    """What the gradient flow of descent-ascent from the original does to the distance.

    Setting: one coordinate, ``dw/dt = p (1 - rho) psi(w) - lambda w`` from ``w_D``.
    Statement: it is monotone.  ``rho < f/(1+f)``: it approaches the oracle and never passes;
    equality: it does not move; ``f/(1+f) < rho <= 1``: it recedes from the first instant;
    ``rho > 1``: it passes through the oracle at the time T below and then recedes, without
    end where the loss is exponential and ``rho > 1 + 1/(e s)``.  With ``u = w_R``,
    ``h = w_D - w_R`` and ``psi(u + x)/psi(u)`` written out,

        lambda T = int_0^h dx / (u + x + (rho - 1) u psi(u + x)/psi(u)) .

    Kind: qualitative.  Source: beyond the paper.

    Parameters
    ----------
    strength, lift, fraction : array_like
        As for :func:`lambert_minimiser`.
    loss : {"exponential", "logistic"}

    Returns
    -------
    Phases
        ``oracle_time`` by a 64-point Gauss rule on an analytic integrand.

    Raises
    ------
    ValueError
        For an argument outside its range.
    """
    where = _minimisers(strength, lift, fraction, loss)
    rho, f, u = np.broadcast_arrays(_lift(lift), _fraction(fraction), where.oracle)
    threshold = f / (1.0 + f)
    beyond = np.where(np.isneginf(where.descent_ascent), Phase.PASSES_AND_DIVERGES, Phase.PASSES)
    phase = np.select(
        [rho < threshold, rho == threshold, rho <= 1.0],
        [Phase.APPROACHES, Phase.STAYS, Phase.RECEDES],
        beyond,
    )
    excess = np.maximum(rho - 1.0, 0.0)
    # psi(u)/psi(u + x) = 1 + k expm1(x)
    k = np.ones_like(u) if loss == "exponential" else expit(u)
    # The difference loses digits where it is small; one Newton step restores them.
    h = where.original - u
    h = np.maximum(h, 0.0)
    value = np.log1p(h / u) + np.log1p(k * np.expm1(h)) - np.log1p(f * excess)
    h = np.where(rho > 1.0, h - value / (1.0 / (u + h) + _slope(k, h)), 0.0)
    x = 0.5 * h[..., None] * (1.0 + _NODES)
    u, k, excess = u[..., None], k[..., None], excess[..., None]
    time = 0.5 * h * np.sum(_WEIGHTS / (u + x + excess * u / (1.0 + k * np.expm1(x))), axis=-1)
    return Phases(
        phase=phase.astype(np.int64)[()],
        oracle_time=np.where(rho >= 1.0, time, np.inf)[()],
    )


def vector_level_closeness(
    share: ArrayLike,
    lift: ArrayLike,
    ridge: ArrayLike,
    fraction: ArrayLike,
    loss: str = "exponential",
) -> Closeness:
    """How close descent-ascent can end to the oracle over all blocks together.

    Setting: d blocks, every forgotten sample in one of them.  Statement: for every ridge, and
    for the exponential and the logistic loss, ``||w_DA - w_R|| > ||w_D - w_R|| / (f sqrt(d))``;
    the constant cannot be improved.  Hence with ``f <= 1/sqrt(d)`` descent-ascent always ends
    farther from the oracle than the original.  Kind: lower.  Source: beyond the paper.

    Parameters
    ----------
    share, lift : array_like (..., d)
        As for :func:`lift_conservation`.
    ridge : array_like (...)
        ``lambda > 0``.
    fraction : array_like (...)
        ``f`` in (0, 1).
    loss : {"exponential", "logistic"}

    Returns
    -------
    Closeness

    Raises
    ------
    ValueError
        For an argument outside its range, shares that sum to more than 1, or forget shares that
        do not sum to 1.
    """
    p, rho = _shares(share), _lift(lift)
    mean = lift_conservation(p, rho)
    if np.any(np.abs(mean - 1.0) > _SHARES_TOLERANCE):
        raise ValueError(f"expected share * lift to sum to 1, got {np.ravel(mean)[0]}")
    f = np.asarray(_fraction(fraction))
    strength = p / np.asarray(_ridge(ridge))[..., None]
    where = _minimisers(strength, rho, f[..., None], loss)
    unlearned = np.linalg.norm(where.descent_ascent - where.oracle, axis=-1)
    original = np.linalg.norm(where.original - where.oracle, axis=-1)
    same = original == 0.0
    ratio = np.where(same, np.inf, unlearned / np.where(same, 1.0, original))
    return Closeness(ratio[()], (1.0 / (f * np.sqrt(p.shape[-1])))[()])


def _minimisers(strength: ArrayLike, lift: ArrayLike, fraction: ArrayLike, loss: str) -> Minimisers:
    if loss == "exponential":
        return lambert_minimiser(strength, lift, fraction)
    if loss == "logistic":
        return logistic_minimiser(strength, lift, fraction)
    raise ValueError(f"expected loss 'exponential' or 'logistic', got {loss!r}")


def _slope(k: Array, h: Array) -> Array:
    """Derivative of ``log1p(k expm1(h))``, without overflow."""
    return k / (k - (k - 1.0) * np.exp(-h))


def _require(name: str, value: ArrayLike, wanted: str, low: float, high: float) -> Array:
    """Return an array inside the open interval, or raise with the first value that is not."""
    array = np.asarray(value, dtype=float)
    wrong = ~((array > low) & (array < high))
    if wrong.any():
        raise ValueError(f"expected {name} {wanted}, got {array[wrong].flat[0]}")
    return array


def _strength(strength: ArrayLike) -> Array:
    return _require("strength", strength, "> 0 and finite", 0.0, np.inf)


def _ridge(ridge: ArrayLike) -> Array:
    return _require("ridge", ridge, "> 0 and finite", 0.0, np.inf)


def _fraction(fraction: ArrayLike) -> Array:
    return _require("fraction", fraction, "in (0, 1)", 0.0, 1.0)


def _lift(lift: ArrayLike) -> Array:
    below_zero = -float(np.nextafter(0.0, 1.0))
    return _require("lift", lift, ">= 0 and finite", below_zero, np.inf)


def _strength_and_lift(strength: ArrayLike, lift: ArrayLike) -> tuple[Array, Array]:
    s, rho = _strength(strength), _lift(lift)
    with np.errstate(over="ignore"):
        _require("strength * lift", s * (1.0 + rho), "below 1e308", -1.0, np.inf)
    return s, rho


def _shares(share: ArrayLike) -> Array:
    p = _require("share", share, "> 0 and finite", 0.0, np.inf)
    total = np.sum(np.atleast_1d(p), axis=-1)
    if p.ndim == 0 or np.any(total > 1.0 + _SHARES_TOLERANCE):
        raise ValueError(
            f"expected an axis of shares that sum to at most 1, got {np.ravel(total)[0]}"
        )
    return p
