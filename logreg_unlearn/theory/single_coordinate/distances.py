"""Distances between the minimisers of one coordinate, and the lift from which they harm."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.lambert import w0


def distance_growth(lift: ArrayLike, fraction: ArrayLike) -> Array:
    """Upper bound on the distance between the original and the oracle.

    Setting: one coordinate, exponential loss.  Statement:
    ``|w_D - w_R| <= |ln(1 + f (rho - 1))|``, strict unless ``rho = 1``; approached as the
    ridge vanishes.  Kind: upper.  Source: paper, Lemma 4.
    """
    return np.abs(
        np.log1p(check.fraction("fraction", fraction) * (check.nonnegative("lift", lift) - 1.0))
    )


def distance_unlearning(strength: ArrayLike) -> Array:
    """Lower bound on the distance between descent-ascent's limit and the oracle.

    Setting: one coordinate, exponential loss, ``rho >= 1``.  Statement:
    ``|w_R - w_DA| >= W0(s)``, with equality exactly at ``rho = 1``.  Kind: lower.
    Source: paper, Lemma 5, with its proof amended.
    """
    return w0(check.positive("strength", strength))


def vanishing_ridge(strength: ArrayLike) -> tuple[Array, Array]:
    """Bounds between which the distance oracle to descent-ascent grows at ``rho = 1``.

    Setting: one coordinate, exponential loss, ``rho = 1``, ``s >= e``: the original *is* the
    oracle, and descent-ascent ends at 0.  Statement: with ``L = ln s = ln(p / lambda) >= 1`` the
    distance W0(s) lies between ``L - ln L`` and ``L - ln(L - ln L)``; both differences from it
    tend to 0, so it grows like ``ln(1/lambda) - ln ln(1/lambda)``.
    Kind: sharp (both ends at s = e).  Source: paper, Cor. 1, with the rate made exact.
    """
    s = check.require("strength", strength, ">= e and finite", lambda v: (v >= np.e) & (v < np.inf))
    log = np.log(s)
    lower = log - np.log(log)
    return lower, log - np.log(lower)


def harm_threshold(fraction: ArrayLike) -> Array:
    """The lift above which descent-ascent ends farther from the oracle than the original.

    Setting: one coordinate, exponential loss, any ridge.  Statement: ``|w_DA - w_R| >
    |w_D - w_R|`` exactly when ``rho > f / (1 + f)``, divergence counted as infinitely far;
    equal at equality.  Kind: sharp.  Source: beyond the paper.
    """
    f = check.fraction("fraction", fraction)
    return f / (1.0 + f)


def logistic_harm_threshold(fraction: ArrayLike) -> Array:
    """The harm threshold of the logistic loss: the same ``f / (1 + f)``.

    Setting: one coordinate, logistic loss, any ridge.  Statement and parameters as for
    :func:`harm_threshold`.  Kind: sharp.  Source: beyond the paper.
    """
    return harm_threshold(fraction)
