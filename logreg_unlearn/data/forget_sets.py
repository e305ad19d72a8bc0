"""Ways of choosing the rows to forget.

================  ================================================================
kind              rows
================  ================================================================
random            uniformly at random
one_class         at random among the rows of one label
nearest           nearest to a point (Euclidean), the point of a random row unless given
easiest           largest margins ``y x.w`` under the fitted model
hardest           smallest margins
influence_pc1     largest scores on the first principal component of the influence matrix
                  (`logreg_unlearn.data.influence`)
influence_pc2     the same, second component
worst             those whose removal is certified to move the model farthest, greedily
                  (`logreg_unlearn.data.worst`)
oldest            first in the order of a column
group             all rows with a value in a column
================  ================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from logreg_unlearn.data.fitted import FittedModel
from logreg_unlearn.data.influence import influence_scores
from logreg_unlearn.data.worst import worst_rows

__all__ = [
    "COLUMN_KINDS",
    "KINDS",
    "NEEDS_MODEL",
    "SWEPT",
    "FittedModel",
    "forget_set",
    "influence_scores",
]

Array = NDArray[np.float64]


def forget_set(
    kind: str,
    features: Array,
    labels: Array,
    *,
    fraction: float | None = None,
    size: int | None = None,
    seed: int = 0,
    model: FittedModel | None = None,
    label: int | None = None,
    point: Array | None = None,
    column: ArrayLike | None = None,
    value: object = None,
) -> NDArray[np.bool_]:
    """Choose the rows to forget: never none, never all.

    Parameters
    ----------
    kind : str
        One of `KINDS` or `COLUMN_KINDS`.
    features : (n, d) array
    labels : (n,) array of -1 and +1
    fraction : float in (0, 1)
        Share of the rows, rounded to a whole number of them within 1 ... n - 1.
    size : int in 1 ... n - 1
        Number of rows; exactly one of `fraction` and `size` is given, and neither for a group.
    seed : int
        For the kinds that draw: random, one_class, and nearest without a point.
    model : FittedModel
        For the kinds in `NEEDS_MODEL`.
    label : -1 or +1, optional
        The class of one_class; the more frequent one (+1 on a tie) unless given.
    point : (d,) array, optional
        The point of nearest.
    column : (n,) array, optional
        For the kinds in `COLUMN_KINDS`: of oldest anything that is ordered (numbers, dates).
    value : object, optional
        What the rows of a group have in the column.

    Returns
    -------
    (n,) bool array
        True on exactly the number of rows asked for. Ties go to the earlier row.

    Raises
    ------
    ValueError
        On an unknown kind, a size out of range, a class smaller than the forget set, a missing
        model or column, a group of no rows or of all, or an influence matrix without the component
        asked for.
    """
    if kind not in _SCORES:
        raise ValueError(f"expected a kind of forget set among {', '.join(_SCORES)}, got {kind!r}")
    n, d = features.shape
    values = _column(kind, column, n)
    if kind == "group":
        if fraction is not None or size is not None:
            raise ValueError(f"expected a whole group, got fraction {fraction} and size {size}")
        size = int(np.sum(values == value))
        if not 1 <= size <= n - 1:
            raise ValueError(f"expected a group of 1 to {n - 1} rows, got {size} with {value!r}")
    count = _count(n, fraction, size)
    if kind in NEEDS_MODEL and model is None:
        raise ValueError(f"expected a fitted model for the forget set {kind!r}, got None")
    for name, vector in (("model.w", None if model is None else model.w), ("point", point)):
        if vector is not None and np.shape(vector) != (d,):
            raise ValueError(f"expected {name} of shape ({d},), got {np.shape(vector)}")
    context = _Context(
        features, labels, np.random.default_rng(seed), model, label, point, values, value, count
    )
    scores = _SCORES[kind](context)
    eligible = int(np.sum(scores > -np.inf))
    if count > eligible:
        raise ValueError(f"expected at most {eligible} rows for {kind!r}, got {count}")
    mask = np.zeros(n, dtype=bool)
    mask[np.argsort(-scores, kind="stable")[:count]] = True
    return mask


@dataclass(frozen=True, eq=False)
class _Context:
    """What a kind may look at to score the rows: the highest scores are forgotten."""

    features: Array
    labels: Array
    rng: np.random.Generator
    model: FittedModel | None
    label: int | None
    point: Array | None
    column: NDArray
    value: object
    count: int


def _column(kind: str, column: ArrayLike | None, n: int) -> NDArray:
    """Return the column that the kind needs, or one of zeros."""
    if kind not in COLUMN_KINDS:
        return np.zeros(n)
    if column is None:
        raise ValueError(f"expected a column for the forget set {kind!r}, got None")
    values = np.asarray(column)
    if values.shape != (n,):
        raise ValueError(f"expected a column of shape ({n},), got {values.shape}")
    if np.any(values != values):
        raise ValueError(f"expected a column without missing values for {kind!r}, got some")
    return values


def _count(n: int, fraction: float | None, size: int | None) -> int:
    if (fraction is None) == (size is None):
        raise ValueError(f"expected either a fraction or a size, got {fraction} and {size}")
    if fraction is not None:
        if not 0.0 < fraction < 1.0:
            raise ValueError(f"expected a forget fraction in (0, 1), got {fraction}")
        size = min(max(round(fraction * n), 1), n - 1)
    if not isinstance(size, int | np.integer) or not 1 <= size <= n - 1:
        raise ValueError(f"expected a forget set of 1 to {n - 1} rows, got {size}")
    return int(size)


def _random(context: _Context) -> Array:
    return context.rng.permutation(len(context.labels)).astype(float)


def _one_class(context: _Context) -> Array:
    label = context.label
    if label is None:
        label = 1 if np.sum(context.labels) >= 0.0 else -1
    if label not in (-1, 1):
        raise ValueError(f"expected a label -1 or +1, got {label}")
    return np.where(context.labels == label, _random(context), -np.inf)


def _nearest(context: _Context) -> Array:
    point = context.point
    if point is None:
        point = context.features[context.rng.integers(len(context.features))]
    return -np.sum((context.features - point) ** 2, axis=1)


def _margins(context: _Context) -> Array:
    assert context.model is not None
    margins: Array = context.labels * (context.features @ context.model.w)
    return margins


def _influence(component: int) -> Callable[[_Context], Array]:
    def scores(context: _Context) -> Array:
        assert context.model is not None
        return influence_scores(context.features, context.labels, context.model, component)

    return scores


def _worst(context: _Context) -> Array:
    assert context.model is not None
    rows = worst_rows(context.features, context.labels, context.model, context.count)
    scores = np.zeros(len(context.labels))
    scores[rows] = 1.0
    return scores


def _oldest(context: _Context) -> Array:
    return -np.unique(context.column, return_inverse=True)[1].astype(float)


def _group(context: _Context) -> Array:
    return np.where(context.column == context.value, 0.0, -np.inf)


_SCORES: dict[str, Callable[[_Context], Array]] = {
    "random": _random,
    "one_class": _one_class,
    "nearest": _nearest,
    "easiest": _margins,
    "hardest": lambda context: -_margins(context),
    "influence_pc1": _influence(0),
    "influence_pc2": _influence(1),
    "worst": _worst,
    "oldest": _oldest,
    "group": _group,
}

COLUMN_KINDS = ("oldest", "group")
"""The kinds that look at a column of the user's."""

KINDS = tuple(kind for kind in _SCORES if kind not in COLUMN_KINDS)
"""Every kind that any data set has."""

NEEDS_MODEL = frozenset({"easiest", "hardest", "influence_pc1", "influence_pc2", "worst"})
"""The kinds that look at the fitted model."""

SWEPT = tuple(kind for kind in KINDS if kind != "worst")
"""The kinds that a sweep takes unless told: not the one chosen to be the worst."""
