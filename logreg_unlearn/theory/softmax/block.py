"""One block, one label, K classes: the minimisers, and the lift from which descent-ascent harms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.softmax._root import class_root


@dataclass(frozen=True)
class SymmetricPoints:
    """Where the three objectives of one block are stationary with all wrong classes alike.

    Attributes
    ----------
    oracle, original, descent_ascent : array
        ``m`` of the logits ``u = m (e_k - 1/K)``.
    unit : array
        Length of ``e_k - 1/K``: ``sqrt((K-1)/K)``.
    """

    oracle: Array
    original: Array
    descent_ascent: Array
    unit: Array


def softmax_minimiser(
    strength: ArrayLike, lift: ArrayLike, fraction: ArrayLike, classes: ArrayLike
) -> SymmetricPoints:
    """Closed forms of the three minimisers of one block with one label.

    Setting: softmax loss, one block, all its samples of class k.  Statement: ``u = m (e_k - 1/K)``
    with ``m (e^m + K - 1) = K t``, ``t = s`` (oracle), ``s (1 + f (rho - 1))`` (original), ``s (1 -
    rho)`` (descent-ascent: its global minimiser up to ``rho = 1``, beyond it its only stationary
    point that treats all wrong classes alike).  Kind: sharp.  Source: beyond the paper.

    Returns
    -------
    SymmetricPoints
    """
    s, rho, f, k = np.broadcast_arrays(*_block(strength, lift, fraction, classes))
    return SymmetricPoints(
        oracle=class_root(k * s, k),
        original=class_root(k * s * (1.0 + f * (rho - 1.0)), k),
        descent_ascent=class_root(k * s * (1.0 - rho), k),
        unit=np.sqrt((k - 1.0) / k)[()],
    )


def softmax_harm_threshold(fraction: ArrayLike) -> Array:
    """The lift above which descent-ascent ends farther from the oracle than the original.

    Setting: as for :func:`softmax_minimiser`, any number of classes and any ridge.  Statement:
    ``|u_DA - u_R| > |u_D - u_R|`` exactly when ``rho > f / (1 + f)``, at **every** stationary point
    of descent-ascent; equal at equality.  Kind: sharp.  Source: beyond the paper.
    """
    f = check.fraction("fraction", fraction)
    return f / (1.0 + f)


def _block(
    strength: ArrayLike, lift: ArrayLike, fraction: ArrayLike, classes: ArrayLike
) -> tuple[Array, Array, Array, Array]:
    """The parameters of a block, finite together: ``K s (1 + rho)`` does not overflow."""
    s, rho = check.positive("strength", strength), check.nonnegative("lift", lift)
    f, k = check.fraction("fraction", fraction), check.count("classes", classes, least=2)
    with np.errstate(over="ignore"):
        total = k * s * (1.0 + rho)
    check.require("strength * lift * classes", total, "below 1e308", np.isfinite)
    return s, rho, f, k
