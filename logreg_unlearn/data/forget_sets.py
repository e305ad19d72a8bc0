"""Ways of choosing the rows to forget.

================  ================================================================
kind              rows
================  ================================================================
random            uniformly at random
one_class         at random among the rows of one label: a part of a class
whole_class       all rows of one label
mislabelled       random, of labels that `mislabel` changes before anything is fitted: the rows of a
                  label noise that is known
nearest           nearest to a point (Euclidean), the point of a random row unless given
easiest           largest margins under the fitted model: ``y x.w``, or of more classes the label's
                  logit less the largest of the others
hardest           smallest margins; below 0 the model contradicts the label
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

from logreg_unlearn.data.fitted import FittedClasses, FittedModel
from logreg_unlearn.data.influence import influence_scores
from logreg_unlearn.data.worst import worst_rows

__all__ = [
    "COLUMN_KINDS",
    "KINDS",
    "MISLABELLED",
    "NEEDS_MODEL",
    "SWEPT",
    "WHOLE",
    "FittedClasses",
    "FittedModel",
    "forget_set",
    "influence_scores",
    "mislabel",
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
    model: FittedModel | FittedClasses | None = None,
    label: float | None = None,
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
    labels : (n,) array of -1 and +1, or of the numbers of classes
    fraction : float in (0, 1)
        Share of the rows, rounded to a whole number of them within 1 ... n - 1.
    size : int in 1 ... n - 1
        Number of rows; exactly one of `fraction` and `size` is given, and neither for the kinds in
        `WHOLE`.
    seed : int
        For the kinds that draw: random, mislabelled, one_class, and nearest without a point.
    model : FittedModel or FittedClasses
        For the kinds in `NEEDS_MODEL`.
    label : float, optional
        The class of one_class and whole_class, as the labels have it; the most frequent one (of
        equals the last) unless given.
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
    if kind in WHOLE:
        what = "group" if kind == "group" else "class"
        if fraction is not None or size is not None:
            raise ValueError(f"expected a whole {what}, got fraction {fraction} and size {size}")
        if kind == "whole_class":
            values, value = labels, _label(labels, label)
        size = int(np.sum(values == value))
        if not 1 <= size <= n - 1:
            raise ValueError(f"expected a {what} of 1 to {n - 1} rows, got {size} with {value!r}")
    count = _count(n, fraction, size)
    if kind in NEEDS_MODEL and model is None:
        raise ValueError(f"expected a fitted model for the forget set {kind!r}, got None")
    if model is not None and model.columns != d:
        raise ValueError(f"expected model.w of shape ({d},), got {np.shape(model.w)}")
    if point is not None and np.shape(point) != (d,):
        raise ValueError(f"expected point of shape ({d},), got {np.shape(point)}")
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


def mislabel(labels: Array, rows: NDArray[np.bool_], seed: int = 0) -> Array:
    """Return labels of which those of the chosen rows are wrong: another class, drawn at random.

    Parameters
    ----------
    labels : (n,) array of -1 and +1, or of the numbers of classes
    rows : (n,) bool array
    seed : int
    """
    values, numbers = np.unique(labels, return_inverse=True)
    # another seed than that of the rows, so that the classes do not depend on which they are
    rng = np.random.default_rng([seed, 1])
    moved = (numbers + rng.integers(1, len(values), len(labels))) % len(values)
    wrong: Array = np.where(rows, values[moved], labels)
    return wrong


@dataclass(frozen=True, eq=False)
class _Context:
    """What a kind may look at to score the rows: the highest scores are forgotten."""

    features: Array
    labels: Array
    rng: np.random.Generator
    model: FittedModel | FittedClasses | None
    label: float | None
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


def _label(labels: Array, label: float | None) -> float:
    values, counts = np.unique(labels, return_counts=True)
    if label is None:
        return float(values[::-1][np.argmax(counts[::-1])])
    if label not in values:
        raise ValueError(
            f"expected a label among {', '.join(f'{v:g}' for v in values)}, got {label}"
        )
    return label


def _one_class(context: _Context) -> Array:
    label = _label(context.labels, context.label)
    return np.where(context.labels == label, _random(context), -np.inf)


def _whole_class(context: _Context) -> Array:
    return np.where(context.labels == _label(context.labels, context.label), 0.0, -np.inf)


def _nearest(context: _Context) -> Array:
    point = context.point
    if point is None:
        point = context.features[context.rng.integers(len(context.features))]
    return -np.sum((context.features - point) ** 2, axis=1)


def _margins(context: _Context) -> Array:
    assert context.model is not None
    return context.model.margins(context.features, context.labels)


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
    "whole_class": _whole_class,
    "mislabelled": _random,
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

WHOLE = ("whole_class", "group")
"""The kinds that say themselves how many rows there are."""

MISLABELLED = "mislabelled"
"""The kind whose labels are changed, by `mislabel`."""

_ASKED_FOR = ("worst", "whole_class", MISLABELLED)
SWEPT = tuple(kind for kind in KINDS if kind not in _ASKED_FOR)
"""The kinds that a sweep takes unless told: a share of the rows, their labels as they are, and not
the one chosen to be the worst."""
