r"""Alternating steps in one coordinate without ridge: a map that the lift alone decides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.theory import _checks as check

LIFT_OF_DOUBLING = float(np.exp(np.sqrt(2.0)))  # 4.1132...: multiplier -1, see below


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
    attracting: Mask


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
    """
    wanted = "> 1 and finite (no fixed point below)"
    rho, eta, p = np.broadcast_arrays(
        check.require("lift", lift, wanted, lambda v: (v > 1) & (v < np.inf)),
        check.positive("step_size", step_size),
        check.require("retain_share", retain_share, "in (0, 1]", lambda v: (v > 0) & (v <= 1)),
    )
    log_lift = np.log(rho)
    fixed = np.log(eta) + np.log(p) - np.log(log_lift)
    return AlternatingFixedPoint(
        descent_first=fixed,
        ascent_first=fixed + log_lift,
        multiplier=(1.0 - log_lift) * (1.0 + log_lift),  # keeps its digits near lift = e
        attracting=rho <= LIFT_OF_DOUBLING,
    )


def reduced_map(u: ArrayLike, lift: ArrayLike) -> Array:
    r"""One alternating round, descent first, in ``u = w - ln(eta p)``.

    Statement: ``u -> v - rho e^{-v}``, ``v = u + e^{-u}``: the step size and the share drop out
    and the lift ``rho >= 0`` alone decides.  Below ``u = -709`` the round leaves float64 and
    gives ``inf``.
    Kind: sharp.  Source: beyond the paper.
    """
    return _round(check.real("u", u), check.nonnegative("lift", lift))


def _round(u: Array, lift: Array) -> Array:
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
    """
    dropped = int(check.single("burn", check.count("burn", burn, 0)))
    kept = int(check.single("keep", check.count("keep", keep)))
    u, rho = np.broadcast_arrays(check.real("start", start), check.nonnegative("lift", lift))
    orbit = np.empty((kept, *u.shape))
    for index in range(-dropped, kept):
        u = _round(u, rho)
        if index >= 0:
            orbit[index] = u
    return orbit
