"""The same label mix in retain and forget set: three points of one path, and their distances."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import wrightomega

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check

# Halvings of an interval that is sqrt(K) (ln(1 + t) + 1.5) wide: what is left is no double apart.
_HALVINGS = 100


class EqualMixes(NamedTuple):
    """Logits (..., K) of the three minimisers, and the ratio (...) of distances to the oracle.

    ``ratio`` is that of descent-ascent to the original, Euclidean; infinite where the lift is 1 and
    the original is the oracle, NaN where all three are (uniform labels).
    """

    oracle: Array
    original: Array
    descent_ascent: Array
    ratio: Array


def equal_mixes_distance(
    labels: ArrayLike, strength: ArrayLike, lift: ArrayLike, fraction: ArrayLike
) -> EqualMixes:
    """The minimisers of one block whose labels are distributed alike in R and F.

    Setting: softmax loss, one block, label distribution r in both sets, ``rho <= 1``.  Statement:
    all three are points of ``u(t) = t (r - pi(u(t)))``, at ``t = s``, ``s (1 - f (1 - rho))``, ``s
    (1 - rho)``, and ``|u(s) - u(t)|`` falls strictly in ``t < s`` if r is not uniform; so
    descent-ascent is farther from the oracle than the original exactly when ``rho > f/(1+f)``.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    labels : array_like (..., K)
        ``r``, of K >= 2 classes.
    lift : array_like (...)
        In [0, 1].
    """
    r = check.distribution("labels", labels)
    if r.shape[-1] < 2:
        raise ValueError(f"expected labels of at least 2 classes, got shape {r.shape}")
    s, rho, f, _ = np.broadcast_arrays(
        check.positive("strength", strength),
        check.share("lift", lift),
        check.fraction("fraction", fraction),
        r[..., 0],
    )
    oracle, original, unlearned = (
        label_path(r, s * t) for t in (np.ones(rho.shape), 1.0 - f * (1.0 - rho), 1.0 - rho)
    )
    near, far = (np.linalg.norm(u - oracle, axis=-1) for u in (original, unlearned))
    with np.errstate(divide="ignore", invalid="ignore"):
        return EqualMixes(oracle, original, unlearned, (far / near)[()])


def label_path(labels: Array, time: Array) -> Array:
    """Logits (..., K) of ``u(t) = t (r - pi(u(t)))``, ``t >= 0`` of shape (...).

    ``t pi_k`` solves ``v e^v = y e^(t r_k)``, ``y = t/Z``, and the logits ``t r_k - v`` sum to 0:
    one equation in ``z = ln y``, whose left side decreases.
    """
    t, k = np.asarray(time)[..., None], labels.shape[-1]
    pull = t * labels

    def logits(z: Array) -> Array:
        part = wrightomega(z + pull)
        # each form without the other's cancellation
        return np.asarray(np.where(pull < 1.0, pull - part, np.log(part) - z))

    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        # K <= Z <= K e^|u|, as the logits sum to 0; and u is no worse than the logits of r + 1/t:
        # |u|^2/2 <= t KL + K ln(1 + t)^2/2 with KL <= K/t (t < 1: every |u_k| <= 1)
        high = np.log(t / k)
        low = high - np.sqrt(k) * (np.log1p(t) + 1.5)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            short = np.sum(logits(middle), axis=-1, keepdims=True) > 0.0
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        found = logits(high)
    return np.where(np.ptp(labels, axis=-1, keepdims=True) > 0.0, found, 0.0)
