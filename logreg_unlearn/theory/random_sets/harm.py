"""How many times farther from the oracle descent-ascent ends: a law that is measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.random_sets.gradients import random_gradient
from logreg_unlearn.theory.random_sets.losses import finite_population

# Each halves the bracket: after 60 it is narrower than the rounding of its middle.
_HALVINGS = 60


class Harm(NamedTuple):
    """The predicted ratio of distances, and which regime it belongs to."""

    ratio: Array
    noise_share: Array


def law_of_harm(oracle_norm: ArrayLike, noise: ArrayLike, original_distance: ArrayLike) -> Harm:
    r"""Ratio of descent-ascent's distance to the original's, for random forget sets.

    Setting: logistic loss, mean convention, F uniform.
    Statement (measured, not proved): descent-ascent ends at a vector of the length ``noise``, at
    right angles to the oracle, so ``ratio = sqrt(|w_R|^2 + noise^2) / |w_D - w_R|``.  Where the
    share of noise is small the model is *erased* and the ratio grows like ``sqrt(n)``; where it
    is near 1 the ratio is about ``const/(ridge f)`` for every n.  They meet at a share of 1/2.
    Kind: qualitative.  Source: beyond the paper.

    Parameters
    ----------
    oracle_norm : array_like
        ``|w_R| >= 0``.
    noise : array_like
        ``sqrt(k tr S^2)/ridge >= 0``, at ``w_DA`` or by :func:`consistent_noise`.
    original_distance : array_like
        ``|w_D - w_R| > 0``.

    Returns
    -------
    Harm
        The ratio, and ``noise^2/(|w_R|^2 + noise^2)``.
    """
    length = check.nonnegative("oracle_norm", oracle_norm)
    spread = check.nonnegative("noise", noise)
    reach = np.hypot(length, spread)
    safe = np.where(reach > 0, reach, 1.0)
    return Harm(
        reach / check.positive("original_distance", original_distance),
        np.asarray((spread / safe) ** 2),
    )


def consistent_noise(
    signed_features: ArrayLike, forget_size: ArrayLike, ridge: ArrayLike, direction: ArrayLike
) -> Array:
    r"""The length R at which descent-ascent's noise sustains itself, without running it.

    Statement: the root of ``ridge R = sqrt(k tr S^2(R u))`` along the unit vector u, logistic
    loss: the mean square of ``|grad(l_R - l_F)|`` at a vector of that length.
    Kind: sharp (the equation).  Source: beyond the paper.

    Parameters
    ----------
    signed_features : (n, d) array_like
        ``a_i = y_i x_i``.
    forget_size : array_like
        ``n_F``, 1 to n - 1, a single number.
    ridge : array_like
        A single number.
    direction : (d,) array_like
        Not 0; for instance ``m_R - m_F`` of *another* random forget set, which is where
        descent-ascent goes under a strong ridge.

    Returns
    -------
    array
        R.
    """
    rows = check.real("signed_features", signed_features, 2)
    strength = check.single("ridge", check.positive("ridge", ridge))
    size = check.single("forget_size", check.count("forget_size", forget_size))
    way = check.real("direction", direction, 1)
    length = np.linalg.norm(way)
    if way.shape != rows.shape[1:] or rows.ndim != 2 or length == 0:
        raise ValueError(
            f"expected a direction of shape {rows.shape[1:]} that is not 0, got shape {way.shape}"
        )
    margins = rows @ (way / length)
    # slopes are below 1, so no gradient is longer than its row
    n = len(rows)
    factor = finite_population("signed_features", rows.shape, n, size)
    most = np.sum(rows**2) / (n - 1) * factor
    low, high = 0.0, float(np.sqrt(most)) / strength
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        gradients = rows * expit(-middle * margins)[:, None]
        noise = np.sqrt(random_gradient(gradients, size)) / strength
        low, high = (middle, high) if noise > middle else (low, middle)
    return np.asarray((low + high) / 2)
