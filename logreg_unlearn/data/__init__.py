"""Data sets for unlearning: generators of a known dependence, real sets, files, forget sets.

Shapes throughout: features ``X (n, d)``, labels ``y (n,)`` in {-1, +1}, or numbers from 0 of three
classes or more, forget mask ``(n,)``.

=================  ==================================================================
module             what it gives
=================  ==================================================================
``synthetic``      problems whose dependence between forget and retain set is known
``real``           real data that needs no download (extra ``real``)
``digit_rows``     rows of scanned digits as chains of ink and no ink (extra ``real``)
``files``          a CSV, other text or NPZ file of the user's own
``held_out``       rows that no model saw, on the scale of those that they saw
``weights``        weights of a model of the user's own
``forget_sets``    ways of choosing the rows to forget
``influence``      rows scored by the influence matrix of a ``fitted`` model
``worst``          the rows whose removal is certified to move a ``fitted`` model farthest
=================  ==================================================================

This room imports NumPy and SciPy only; scikit-learn and statsmodels are imported inside the
functions of ``real`` and ``digit_rows`` that read their data.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "INTERCEPT",
    "DataSet",
    "constant_columns",
    "intercept_name",
    "standardise",
    "with_intercept",
]

INTERCEPT = "intercept"
"""Name of the constant column that the loaders append, unless the data have one of that name."""


@dataclass(frozen=True, eq=False)
class DataSet:
    """A labelled data set, with its forget set and dependence where these are built in.

    Attributes
    ----------
    name : str
    features : (n, d) float array
    labels : (n,) float array
        Each -1 or +1; of three label values or more their numbers from 0.
    feature_names : tuple of d str
    source, licence : str
        Where the data come from and under which terms they may be used.
    forget : (n,) bool array or None
        The rows to forget; None where the data bring no forget set.
    weights : (n,) float array or None
        Positive sample weights, None when all are one. Those of the generators sum to the number
        of rows on the forget side and on the retain side separately, so weighted and counted
        shares agree.
    dependence : mapping of str to float
        The named dependence between forget and retain set and its value, e.g.
        ``{"correlation": 0.5}``; empty where none is known.
    label_values : tuple
        The original values that became -1 and +1, or 0 to K-1.
    dropped : tuple of str
        Columns left out because they are constant.
    intercept : int or None
        Which column is the one of ones that the loader appended; None where there is none. Its
        name need not say so: the user's own column may be called intercept.
    notes : tuple of str
        What the user of a file should know, a line each.
    shift, scale : (d,) float arrays or None
        Columns are ``(original - shift) / scale``; None where they are the original ones.
    requests : (n,) int array or None
        Numbers of the deletion requests, in their order, 0 for a row that stays; None where the
        data bring none.
    """

    name: str
    features: NDArray[np.float64]
    labels: NDArray[np.float64]
    feature_names: tuple[str, ...]
    source: str
    licence: str
    forget: NDArray[np.bool_] | None = None
    weights: NDArray[np.float64] | None = None
    dependence: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    label_values: tuple[Any, ...] = ("-1", "+1")
    dropped: tuple[str, ...] = ()
    intercept: int | None = None
    notes: tuple[str, ...] = ()
    shift: NDArray[np.float64] | None = None
    scale: NDArray[np.float64] | None = None
    requests: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        n, d = self.features.shape
        if self.labels.shape != (n,):
            raise ValueError(f"expected {n} labels, one a row, got shape {self.labels.shape}")
        if len(self.feature_names) != d:
            raise ValueError(f"expected {d} feature names, got {len(self.feature_names)}")
        if self.intercept is not None and not 0 <= self.intercept < d:
            raise ValueError(f"expected an intercept among {d} columns, got {self.intercept}")
        count = len(self.label_values)
        if count > 2 and not np.all(np.isin(self.labels, np.arange(count))):
            raise ValueError(f"expected labels 0 to {count - 1}, the numbers of {count} classes")
        for name, column in (
            ("forget mask", self.forget),
            ("requests", self.requests),
            ("weights", self.weights),
        ):
            if column is not None and column.shape != (n,):
                raise ValueError(f"expected a {name} of shape ({n},), got {column.shape}")

    @property
    def count(self) -> int:
        """Number of classes: two have signs for labels, more are numbered from 0."""
        return len(self.label_values)

    @property
    def classes(self) -> NDArray[np.intp]:
        """Position (n,) of each label among `label_values`."""
        numbers = self.labels > 0.0 if self.count == 2 else self.labels
        return np.asarray(numbers).astype(np.intp)

    @property
    def given_labels(self) -> NDArray[np.object_]:
        """The labels (n,) by their original values."""
        values = np.empty(self.count, dtype=object)
        values[:] = self.label_values
        return np.asarray(values[self.classes])


def constant_columns(features: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which columns of ``features (n, d)`` hold one single value, as a (d,) mask."""
    constant: NDArray[np.bool_] = features.min(axis=0) == features.max(axis=0)
    return constant


_Array = NDArray[np.float64]


def standardise(features: _Array) -> tuple[_Array, _Array, _Array]:
    """Shift and scale each column to mean 0 and variance 1 (normalised by n).

    A constant column cannot be scaled and is returned as it is, so that an intercept stays one.

    Parameters
    ----------
    features : (n, d) finite float array

    Returns
    -------
    standardised : (n, d) float array
        A copy.
    shift, scale : (d,) float arrays
        It is ``(features - shift) / scale`` up to rounding.
    """
    # Dividing by the largest magnitude first keeps sums and squares of 1e±300 in range.
    magnitude = np.abs(features).max(axis=0)
    magnitude = np.where(magnitude > 0.0, magnitude, 1.0)
    scaled = features / magnitude
    # Centring twice removes the rounding of the first mean when the offset dwarfs the spread.
    first = scaled.mean(axis=0)
    scaled -= first
    second = scaled.mean(axis=0)
    scaled -= second
    spread = np.sqrt(np.mean(scaled * scaled, axis=0))
    constant = constant_columns(features)
    result = np.where(constant, features, scaled / np.where(constant, 1.0, spread))
    shift = np.where(constant, 0.0, magnitude * (first + second))
    return result, shift, np.where(constant, 1.0, magnitude * spread)


def intercept_name(names: Collection[str]) -> str:
    """Return a name for an appended column of ones that is not among ``names``."""
    name = INTERCEPT
    while name in names:
        name += " (appended)"
    return name


def with_intercept(data: DataSet) -> DataSet:
    """Return the data set with a column of ones appended, `DataSet.intercept`."""
    name = intercept_name(data.feature_names)
    return replace(
        data,
        features=np.column_stack([data.features, np.ones(len(data.labels))]),
        feature_names=(*data.feature_names, name),
        intercept=len(data.feature_names),
        shift=None if data.shift is None else np.append(data.shift, 0.0),
        scale=None if data.scale is None else np.append(data.scale, 1.0),
    )


def __getattr__(name: str) -> ModuleType:
    # `from logreg_unlearn import data` is enough: `data.real` and the others load when used
    if name in ("synthetic", "real", "digit_rows", "files", "forget_sets", "held_out", "weights"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
