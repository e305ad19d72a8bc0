"""The gradient flow of descent-ascent from the original: its phases, and when it is closest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from logreg_unlearn.problem.losses import Array, get_loss
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.single_coordinate.minimisers import minimisers

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


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

    Returns
    -------
    Phases
        ``oracle_time`` by a 64-point Gauss rule on an analytic integrand.
    """
    where = minimisers(strength, lift, fraction, loss)
    rho, f, u = np.broadcast_arrays(
        check.numbers("lift", lift), check.numbers("fraction", fraction), where.oracle
    )
    threshold = f / (1.0 + f)
    beyond = np.where(np.isneginf(where.descent_ascent), Phase.PASSES_AND_DIVERGES, Phase.PASSES)
    phase = np.select(
        [rho < threshold, rho == threshold, rho <= 1.0],
        [Phase.APPROACHES, Phase.STAYS, Phase.RECEDES],
        beyond,
    )
    excess = np.maximum(rho - 1.0, 0.0)
    # psi(u)/psi(u + x) = 1 + k expm1(x)
    k = np.ones_like(u) if get_loss(loss).unbounded else expit(u)
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


def _slope(k: Array, h: Array) -> Array:
    """Derivative of ``log1p(k expm1(h))``, without overflow."""
    return k / (k - (k - 1.0) * np.exp(-h))
