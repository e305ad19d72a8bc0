"""Noisy gradient descent: what its noise hides of what came before."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.removal.descent import closer, curvatures, power

# log(order - 1) of the best order lies within +-80 for every double; halved to rounding
_ORDERS, _HALVINGS = 80.0, 64


class NoisyBound(NamedTuple):
    """The Renyi divergence's slope in its order, its epsilon at delta, and the published one."""

    rate: Array
    epsilon: Array
    published: Array


def noisy_descent(
    gap: ArrayLike,
    noise: ArrayLike,
    step_size: ArrayLike,
    steps: ArrayLike,
    ridge: ArrayLike,
    smoothness: ArrayLike,
    delta: ArrayLike,
) -> NoisyBound:
    r"""Bound what K noisy gradient steps on R leave visible of F.

    Setting: ``w <- w - eta grad L(w) + sqrt(2 eta) sigma xi``; the chain on D at stationarity,
    then K steps on R, against the chain on R at stationarity.
    Statement: with ``c < 1`` and ``Z = eta gap/(1 - c)`` every Renyi divergence is at most
    ``order * rate``, ``rate = c^(2K) Z^2 (1 - c^2)/(4 eta sigma^2)``, in both directions; so
    they are (epsilon, delta)-indistinguishable, ``epsilon = rate + 2 sqrt(rate ln(1/delta))``.
    The published epsilon, ``min_a a e^(-K ridge eta/a) gap^2/(ridge sigma^2) + ln(1/delta)/(a-1)``
    for ``eta <= 1/smoothness``, is never smaller.
    Kind: upper; the rate is attained by quadratic losses.  Source: beyond the paper (shifted
    divergences, Feldman et al., arXiv 1808.06651); published: Chien et al., arXiv 2401.10371.

    Parameters
    ----------
    gap : array_like
        Bound on ``|grad(L_R - L_D)|`` at any weights.
    noise : array_like
        ``sigma > 0``.
    steps : array_like
        ``K >= 0``.
    delta : array_like
        In (0, 1).

    Returns
    -------
    NoisyBound
        Infinite where ``c >= 1``; ``published`` also where ``eta > 1/smoothness``.
    """
    moved, sigma = check.nonnegative("gap", gap), check.positive("noise", noise)
    eta, k = check.positive("step_size", step_size), check.count("steps", steps, 0)
    low, high = curvatures(ridge, check.positive("smoothness", smoothness))
    log = -np.log(check.fraction("delta", delta))
    with np.errstate(all="ignore"):
        rest = closer(eta, low, high)
        # (1 - c^2)/(1 - c)^2 is (1 + c)/(1 - c)
        rate = power(rest, 2 * k) * moved**2 * eta * (2 - rest) / (4 * rest * sigma**2)
        rate = np.where(rest > 0, rate, np.inf)
        epsilon = rate + 2 * np.sqrt(rate * log)
        size, decay = moved**2 / (low * sigma**2), k * low * eta
        size, decay, log = np.broadcast_arrays(size, decay, log)
        under, over = np.full(size.shape, -_ORDERS), np.full(size.shape, _ORDERS)
        for _ in range(_HALVINGS):  # convex in the order: where its slope changes sign
            middle = (under + over) / 2
            order = 1 + np.exp(middle)
            slope = size * np.exp(-decay / order) * (1 + decay / order)
            rising = np.log(slope) > np.log(log) - 2 * middle
            under, over = np.where(rising, under, middle), np.where(rising, middle, over)
        order = 1 + np.exp(under)
        published = size * order * np.exp(-decay / order) + log * np.exp(-under)
    return NoisyBound(rate, epsilon, np.where(eta * high <= 1, published, np.inf))
