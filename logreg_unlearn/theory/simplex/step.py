"""What to do instead: one natural step of the length of the forgotten fraction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.simplex._laws import context

# sum_k (-x)^k/(k+2)!: for |x| <= 1 the terms left out are below 1e-19
_TERMS = 19


@dataclass(frozen=True)
class NaturalStep:
    """The step from the original that is the oracle.

    Attributes
    ----------
    size : array (...)
        ``f / (1 + smoothing)``.
    law : array (..., K)
        Where it ends: the oracle.
    flow_left : array (...)
        ``theta`` of the flow stopped at that time over ``theta_D``; negative: it has passed.
    """

    size: Array
    law: Array
    flow_left: Array


def one_natural_step(
    retain_labels: ArrayLike,
    forget_labels: ArrayLike,
    lift: ArrayLike,
    fraction: ArrayLike,
    smoothing: ArrayLike,
) -> NaturalStep:
    """The size of the one natural step of descent-ascent that is the oracle exactly.

    Setting: one context; counts smoothed by ``smoothing / K`` for every class in the retain and in
    the forget loss (so the regulariser is ascended too); natural gradient.  Statement: the step
    ``pi_D + eta ((r - rho q) - (1 - rho) pi_D)`` is the oracle ``(r + smoothing/K) / (1 +
    smoothing)`` exactly for ``eta = f / (1 + smoothing)``, the same in all contexts.  The flow
    stopped at that time leaves the share ``(e^-x - 1 + x) / x``, ``x = f (1-rho) / (1 +
    smoothing)``: ``x/2`` to leading order.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    smoothing : array_like (...)
        Weight of the pseudo-counts over that of the context's retained labels, >= 0.
    """
    r, _, rho, f = context(retain_labels, forget_labels, lift, fraction)
    extra = check.nonnegative("smoothing", smoothing)
    size = f / (1.0 + extra)
    weight = np.broadcast_to(extra, size.shape)[..., None]
    law = (r + weight / r.shape[-1]) / (1.0 + weight)
    return NaturalStep(size[()], law, _flow_left(size * (1.0 - rho))[()])


def _flow_left(x: Array) -> Array:
    """``(e^-x - 1 + x) / x`` without cancellation."""
    near = np.abs(x) <= 1.0
    small, large = np.where(near, x, 0.0), np.where(near, 1.0, x)
    total = np.zeros(np.shape(x))
    for k in range(_TERMS + 1, 1, -1):  # Horner: 1/2 - x/6 + x^2/24 - ...
        total = (1.0 - total * small) / k
    with np.errstate(over="ignore"):
        return np.where(near, small * total, (np.expm1(-large) + large) / large)
