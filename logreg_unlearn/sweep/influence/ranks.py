"""Rank correlations within groups, and intervals from whole clusters drawn again.

Spearman's correlation in each group, averaged with the groups' sizes: what orders problems *within*
a data set, or at fixed ridge and size.  The interval is a percentile bootstrap over clusters (the
rows of one data set are not independent), all replicates at once: a cluster drawn twice counts
each of its rows twice, in the ranks as well.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from logreg_unlearn.problem.losses import Array

REPLICATES = 300
_SMALLEST = 5
"""Rows of a group below which its correlation says nothing."""


class Estimate(NamedTuple):
    """A number with a 95 % interval; NaN where it does not exist."""

    value: float
    low: float
    high: float


class Resample:
    """Clusters of rows, drawn again.

    Parameters
    ----------
    clusters : (n,) array
        The cluster of each row.
    seed : int
    replicates : int
    """

    def __init__(self, clusters: Array, seed: int, replicates: int = REPLICATES) -> None:
        _, member = np.unique(clusters, return_inverse=True)
        count = int(member.max()) + 1
        rng = np.random.default_rng(seed)
        drawn = rng.multinomial(count, np.full(count, 1.0 / count), size=replicates)
        # the first replicate is the sample itself
        times = np.vstack([np.ones((1, count)), drawn])
        self.weights: Array = times[:, member]

    def within(self, x: Array, y: Array, groups: Array) -> Array:
        """Return the average rank correlation within groups, (1 + replicates,).

        Parameters
        ----------
        x, y : (n,) arrays
            Infinite values are ordered; rows with a NaN are left out.
        groups : (n,) array
        """
        known = ~(np.isnan(x) | np.isnan(y))
        total, mass = np.zeros(len(self.weights)), np.zeros(len(self.weights))
        for group in np.unique(groups[known]):
            rows = known & (groups == group)
            if rows.sum() < _SMALLEST:
                continue
            weights = self.weights[:, rows]
            found = _correlation(_ranks(x[rows], weights), _ranks(y[rows], weights), weights)
            defined = np.isfinite(found)
            size = weights.sum(axis=1)
            total += np.where(defined, found * size, 0.0)
            mass += np.where(defined, size, 0.0)
        return np.where(mass > 0, total / np.where(mass > 0, mass, 1.0), np.nan)


def estimate(replicates: Array) -> Estimate:
    """Return the first of the replicates, the sample's own, with the interval of the others."""
    others = replicates[1:][np.isfinite(replicates[1:])]
    if not np.isfinite(replicates[0]) or not len(others):
        return Estimate(float("nan"), float("nan"), float("nan"))
    low, high = np.quantile(others, [0.025, 0.975])
    return Estimate(float(replicates[0]), float(low), float(high))


def groups_of(*columns: Array) -> Array:
    """Return one label a row: equal where all columns are."""
    labels = np.zeros(len(columns[0]), dtype=int)
    for column in columns:
        values, inverse = np.unique(column, return_inverse=True)
        labels = labels * len(values) + inverse
    return labels


def exponents(log_n: Array, log_ratio: Array, groups: Array) -> dict[int, float]:
    """Return the least-squares slope of ``log_ratio`` over ``log_n`` in each group with two n."""
    found = {}
    for group in np.unique(groups):
        rows = groups == group
        x = log_n[rows] - log_n[rows].mean()
        if x @ x > 0:
            found[int(group)] = float(x @ log_ratio[rows] / (x @ x))
    return found


def _ranks(x: Array, weights: Array) -> Array:
    """Return the weighted mid-ranks of x (n,) under each row of weights (B, n)."""
    order = np.argsort(x, kind="stable")
    values, inverse = np.unique(x, return_inverse=True)
    starts = np.searchsorted(x[order], values)
    mass = np.add.reduceat(weights[:, order], starts, axis=1)
    middle = np.cumsum(mass, axis=1) - mass / 2
    ranks: Array = middle[:, inverse.ravel()]
    return ranks


def _correlation(x: Array, y: Array, weights: Array) -> Array:
    """Return the weighted correlation along the last axis.

    A constant x orders nothing: 0.  NaN where y is constant, and there is nothing to order.
    """
    total = weights.sum(axis=1, keepdims=True)
    shares = weights / np.where(total > 0, total, 1.0)
    x = x - np.sum(shares * x, axis=1, keepdims=True)
    y = y - np.sum(shares * y, axis=1, keepdims=True)
    own, other = (np.sum(shares * v * v, axis=1) for v in (x, y))
    # what rounding leaves of constant ranks, which are at most the total
    least = (1e-12 * total[:, 0]) ** 2
    spread = np.where((own > least) & (other > least), own * other, 1.0)
    together = np.where(own > least, np.sum(shares * x * y, axis=1), 0.0)
    return np.where(other > least, together / np.sqrt(spread), np.nan)
