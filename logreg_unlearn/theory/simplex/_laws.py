"""Distributions over K labels: checked, and mixed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check

# Shares computed in double precision sum to 1 within K rounding errors; a mistake is larger.
_SUM_TOLERANCE = 1e-9


def distribution(name: str, value: ArrayLike) -> Array:
    """Shares (..., K) >= 0 that sum to 1 over the last axis."""
    array = check.real(name, check.nonnegative(name, value), 1)
    total = array.sum(axis=-1)
    wrong = np.abs(total - 1.0) > _SUM_TOLERANCE
    if wrong.any():
        raise ValueError(f"expected {name} to sum to 1, got {total[wrong].flat[0]}")
    return array


def same_classes(name: str, first: Array, second: Array) -> None:
    """Two arrays speak of the same K classes."""
    if first.shape[-1] != second.shape[-1]:
        raise ValueError(f"expected {name} of {first.shape[-1]} classes, got shape {second.shape}")


def context(
    retain_labels: ArrayLike, forget_labels: ArrayLike, lift: ArrayLike, fraction: ArrayLike
) -> tuple[Array, Array, Array, Array]:
    """The parameters of one context: ``r``, ``q`` (..., K), ``rho``, ``f`` (...)."""
    r = distribution("retain_labels", retain_labels)
    q = distribution("forget_labels", forget_labels)
    same_classes("forget_labels", r, q)
    rho, f = check.nonnegative("lift", lift), check.fraction("fraction", fraction)
    rho, f = np.broadcast_arrays(rho, f)
    return r, q, rho, f


def mixed(r: Array, q: Array, theta: Array) -> Array:
    """``r + theta (q - r)``, which at 0 is r and at 1 is q."""
    return r + theta[..., None] * (q - r)
