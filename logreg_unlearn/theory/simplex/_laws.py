"""The parameters of one context, checked, and mixtures of its two distributions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check


def context(
    retain_labels: ArrayLike, forget_labels: ArrayLike, lift: ArrayLike, fraction: ArrayLike
) -> tuple[Array, Array, Array, Array]:
    """The parameters of one context: ``r``, ``q`` (..., K), ``rho``, ``f`` (...)."""
    r = check.distribution("retain_labels", retain_labels)
    q = check.distribution("forget_labels", forget_labels)
    check.same_classes("forget_labels", r, q)
    rho, f = check.nonnegative("lift", lift), check.fraction("fraction", fraction)
    rho, f = np.broadcast_arrays(rho, f)
    return r, q, rho, f


def mixed(r: Array, q: Array, theta: Array) -> Array:
    """``r + theta (q - r)``, which at 0 is r and at 1 is q."""
    return r + theta[..., None] * (q - r)
