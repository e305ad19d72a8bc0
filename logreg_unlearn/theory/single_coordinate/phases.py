"""The gradient flow of descent-ascent from the original: its phases, and when it is closest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.single_coordinate.minimisers import minimisers
from logreg_unlearn.theory.single_coordinate.stopping import ridge_time


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
        ``oracle_time`` is ``ridge`` times :func:`crossing_time`.
    """
    where = minimisers(strength, lift, fraction, loss)
    s, rho, f = np.broadcast_arrays(
        *(check.numbers(name, value) for name, value in
          (("strength", strength), ("lift", lift), ("fraction", fraction)))
    )  # fmt: skip
    beyond = np.where(np.isneginf(where.descent_ascent), Phase.PASSES_AND_DIVERGES, Phase.PASSES)
    return phases_of(rho, f, beyond, ridge_time(s, np.maximum(rho, 1.0), f, loss))


def phases_of(rho: Array, f: Array, beyond: ArrayLike, time: Array) -> Phases:
    """Return the phases by the lift; ``beyond`` and ``time`` are those of lifts above 1."""
    threshold = f / (1.0 + f)
    phase = np.select(
        [rho < threshold, rho == threshold, rho <= 1.0],
        [Phase.APPROACHES, Phase.STAYS, Phase.RECEDES],
        beyond,
    )
    return Phases(
        phase=phase.astype(np.int64)[()], oracle_time=np.where(rho >= 1.0, time, np.inf)[()]
    )
