"""Trained and held-out rows, and the paper's nine forget sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logreg_unlearn.data.forget_sets import FittedModel, forget_set, influence_scores
from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.sweep.wild.published import SIZES, scaled_size

HELD_OUT = 0.2
"""Share of the rows that no model sees."""

FAMILIES = ("random", "PC1", "PC2")
SETS = tuple((family, size) for family in FAMILIES for size in SIZES)
"""The nine sets, in the paper's order: family and published size."""


@dataclass(frozen=True, eq=False)
class Split:
    """Rows times labels: ``signed (n, d)`` trained and ``held_out (m, d)``, with labels."""

    features: Array
    labels: Array
    held_out: Array

    @property
    def signed(self) -> Array:
        """Trained rows times their labels."""
        return self.features * self.labels[:, None]


def split(features: Array, labels: Array, seed: int) -> Split:
    """Hold rows out at random."""
    order = np.random.default_rng(seed).permutation(len(labels))
    out = order[: round(HELD_OUT * len(labels))]
    kept = np.setdiff1d(np.arange(len(labels)), out)
    return Split(features[kept], labels[kept], features[out] * labels[out, None])


def chosen(number: int, data: Split, model: FittedModel, seed: int) -> Mask:
    """Return one of the nine sets among the trained rows.

    Random, or the top scores on a principal component of the influence matrix; the largest set of
    a component takes half of its rows from either end (the paper's +-250).

    Parameters
    ----------
    number : int in 1 ... 9
    data : Split
    model : FittedModel
        The original.
    seed : int
        Of the random ones.
    """
    family, published = SETS[number - 1]
    n = len(data.labels)
    size = scaled_size(published, n)
    if family == "random":
        return forget_set("random", data.features, data.labels, size=size, seed=seed + number)
    scores = influence_scores(data.features, data.labels, model, FAMILIES.index(family) - 1)
    order = np.argsort(-scores, kind="stable")
    mask = np.zeros(n, dtype=bool)
    bottom = size // 2 if published == SIZES[-1] else 0
    mask[order[: size - bottom]] = True
    mask[order[n - bottom :]] = True
    return mask
