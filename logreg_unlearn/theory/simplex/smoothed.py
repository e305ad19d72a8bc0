"""Smoothed counts, equal labels in F and R: the threshold f/(1+f) once more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check


@dataclass(frozen=True)
class SmoothedCounts:
    """The three minimisers of a context with pseudo-counts.

    Attributes
    ----------
    oracle, original, unlearned : array (..., K)
        ``unlearned`` is NaN where descent-ascent is unbounded below.
    ratio : array (...)
        Distance of descent-ascent to the oracle over the original's, in any norm; infinite where
        it is unbounded or where the lift is 1 and the original is the oracle.
    """

    oracle: Array
    original: Array
    unlearned: Array
    ratio: Array


def smoothed_counts_threshold(
    retain_labels: ArrayLike, lift: ArrayLike, fraction: ArrayLike, smoothing: ArrayLike
) -> SmoothedCounts:
    """The minimisers of oracle, original and descent-ascent, pseudo-counts in each of them.

    Setting: one context whose forgotten labels are distributed like its retained ones, not
    uniformly; ``smoothing/K`` is added to the weight of every class in every objective (the
    regulariser is a ridge: it is descended).  Statement: the minimisers are ``(c r +
    smoothing/K)/(c + smoothing)`` with ``c = 1``, ``1 - f (1 - rho)``, ``1 - rho``, so descent-
    ascent is farther from the oracle than the original iff ``rho > f/(1+f)``, whatever K, r and
    the smoothing.  It is unbounded below where ``(rho - 1) r_k >= smoothing/K`` for a class.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    smoothing : array_like (...)
        Weight of the pseudo-counts over that of the context's retained labels, > 0.
    """
    r = check.distribution("retain_labels", retain_labels)
    rho, f = check.nonnegative("lift", lift), check.fraction("fraction", fraction)
    rho, f, extra = np.broadcast_arrays(rho, f, check.positive("smoothing", smoothing))

    def law(weight: Array) -> Array:
        c, pseudo = np.asarray(weight)[..., None], extra[..., None]
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Array = (c * r + pseudo / r.shape[-1]) / (c + pseudo)
        return found

    kept, whole = 1.0 - rho, 1.0 - f * (1.0 - rho)
    bounded = np.all(kept[..., None] * r + extra[..., None] / r.shape[-1] > 0.0, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = rho * (whole + extra) / (f * np.abs(kept) * (kept + extra))
    ratio = np.where(bounded & (kept != 0.0), ratio, np.inf)
    return SmoothedCounts(
        law(np.ones_like(rho)), law(whole), np.where(bounded[..., None], law(kept), np.nan),
        ratio[()],
    )  # fmt: skip
