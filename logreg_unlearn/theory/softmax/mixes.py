"""Blocks with several labels: which thresholds survive label noise, and which do not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check


class Positions(NamedTuple):
    """Where three minimisers are on one path, the oracle at 1, and the threshold of the lift."""

    original: Array
    descent_ascent: Array
    threshold: Array


def exchangeable_threshold(lift: ArrayLike, fraction: ArrayLike) -> Positions:
    """When descent-ascent ends with a larger excess risk on what is retained than the original.

    Setting: the mean forget loss is ``rho`` times the mean retain loss plus a constant, as
    functions; any convex loss, classes, dimension; ``rho <= 1`` and ``w_R != 0``.  Statement: all
    three lie on ``w(t) = argmin t l_R + ridge/2 |w|^2``, at ``t = 1``, ``1 - f (1 - rho)``, ``1 -
    rho``, along which the retain risk ``l_R + ridge/2 |w|^2`` falls until ``t = 1``; descent-ascent
    ends with the larger one exactly when ``rho > f / (1 + f)``.  Kind: sharp.
    Source: beyond the paper.

    Parameters
    ----------
    lift : array_like
        In [0, 1].
    """
    rho, f = np.broadcast_arrays(check.share("lift", lift), check.fraction("fraction", fraction))
    return Positions((1.0 - f * (1.0 - rho))[()], (1.0 - rho)[()], (f / (1.0 + f))[()])


def symmetric_noise_threshold(fraction: ArrayLike) -> Array:
    """The harm threshold with label noise of one rate in both sets.

    Setting: one block, the label k replaced by a uniformly drawn one with the same probability
    ``nu < 1`` in retain and forget set.  Statement: at symmetric stationary points descent-ascent
    is farther from the oracle than the original exactly when ``rho > f / (1 + f)``.  Kind: sharp.
    Source: beyond the paper.
    """
    f = check.fraction("fraction", fraction)
    return f / (1.0 + f)


def mixed_labels_strong_ridge(
    retain_labels: ArrayLike, forget_labels: ArrayLike, lift: ArrayLike, fraction: ArrayLike
) -> Array:
    """Distance of descent-ascent from the oracle over the original's, as the ridge grows.

    Setting: one block; label distributions r and q.  Statement: the limit of the ratio is ``rho
    |q - 1/K| / (f |rho (q - 1/K) - (r - 1/K)|)``.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    retain_labels, forget_labels : array_like (..., K)
        Distributions.
    lift : array_like (...)
        ``rho > 0``.

    Returns
    -------
    array (...)
        Infinite where the original is the oracle to leading order; NaN where both are.
    """
    r = check.distribution("retain_labels", retain_labels)
    q = check.distribution("forget_labels", forget_labels)
    check.same_classes("forget_labels", r, q)
    rho, f = check.positive("lift", lift), check.fraction("fraction", fraction)
    even = 1.0 / r.shape[-1]
    removed = np.linalg.norm(q - even, axis=-1)
    moved = np.linalg.norm(rho[..., None] * (q - even) - (r - even), axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(rho * removed / (f * moved))[()]


def mislabelled_strong_ridge(fraction: ArrayLike, classes: ArrayLike) -> Array:
    """The harm threshold of a strong ridge when the forgotten samples are mislabelled.

    Setting: one block, retained samples of one class, forgotten ones of another.  Statement: as the
    ridge grows descent-ascent ends farther exactly when ``rho^2 (1 - f^2) - 2 f^2 rho/(K-1) >
    f^2``; for two classes ``rho > f/(1-f)``.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    classes : array_like
        ``K >= 2``.

    Returns
    -------
    array
        The lift at which both distances agree.
    """
    f = check.fraction("fraction", fraction)
    part = f / (check.count("classes", classes, least=2) - 1.0)
    rest = (1.0 - f) * (1.0 + f)
    # f taken out, so that f^2 does not underflow; all terms are positive
    return np.asarray(f * (part + np.sqrt(part**2 + rest)) / rest)[()]
