"""Data sets for unlearning: generators of a known dependence, real sets, files, forget sets.

Shapes throughout: features ``X (n, d)``, labels ``y (n,)`` in {-1, +1}, forget mask ``(n,)``.

=================  ==================================================================
module             what it gives
=================  ==================================================================
``synthetic``      problems whose dependence between forget and retain set is known
``real``           real data that needs no download (extra ``real``)
``files``          a CSV, other text or NPZ file of the user's own
``forget_sets``    ways of choosing the rows to forget
=================  ==================================================================

This room imports NumPy and SciPy only; scikit-learn and statsmodels are imported inside the
functions of ``real`` that read their data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType, ModuleType

import numpy as np
from numpy.typing import NDArray

__all__ = ["INTERCEPT", "DataSet", "constant_columns", "standardised"]

INTERCEPT = "intercept"
"""Name of the constant column that the loaders append, unless the data have one of that name."""


@dataclass(frozen=True, eq=False)
class DataSet:
    """A labelled data set, with its forget set and dependence where these are built in.

    Attributes
    ----------
    name : str
    features : (n, d) float array
    labels : (n,) float array, each -1 or +1
    feature_names : tuple of d str
    source, licence : str
        Where the data come from and under which terms they may be used.
    forget : (n,) bool array or None
        The rows to forget; None where the data bring no forget set.
    weights : (n,) float array or None
        Positive sample weights, None when all are one. They sum to the number of rows on the
        forget side and on the retain side separately, so weighted and counted shares agree.
    dependence : mapping of str to float
        The named dependence between forget and retain set and its value, e.g.
        ``{"correlation": 0.5}``; empty where none is known.
    label_values : pair of str
        The original values that became -1 and +1.
    dropped : tuple of str
        Columns left out because they are constant.
    intercept : int or None
        Which column is the one of ones that the loader appended; None where there is none. Its
        name need not say so: the user's own column may be called intercept.
    notes : tuple of str
        What the user of a file should know, a line each.
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
    label_values: tuple[str, str] = ("-1", "+1")
    dropped: tuple[str, ...] = ()
    intercept: int | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n, d = self.features.shape
        if self.labels.shape != (n,):
            raise ValueError(f"expected {n} labels, one a row, got shape {self.labels.shape}")
        if len(self.feature_names) != d:
            raise ValueError(f"expected {d} feature names, got {len(self.feature_names)}")
        if self.intercept is not None and not 0 <= self.intercept < d:
            raise ValueError(f"expected an intercept among {d} columns, got {self.intercept}")
        for name, column in (("forget mask", self.forget), ("weights", self.weights)):
            if column is not None and column.shape != (n,):
                raise ValueError(f"expected a {name} of shape ({n},), got {column.shape}")


def constant_columns(features: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which columns of ``features (n, d)`` hold one single value, as a (d,) mask."""
    constant: NDArray[np.bool_] = features.min(axis=0) == features.max(axis=0)
    return constant


def standardised(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shift and scale each column to mean 0 and variance 1 (normalised by n); copy.

    A constant column cannot be scaled and is returned as it is, so that an intercept stays one.

    Parameters
    ----------
    features : (n, d) finite float array

    Returns
    -------
    (n, d) float array
    """
    # Dividing by the largest magnitude first keeps sums and squares of 1e±300 in range.
    magnitude = np.abs(features).max(axis=0)
    scaled = features / np.where(magnitude > 0.0, magnitude, 1.0)
    # Centring twice removes the rounding of the first mean when the offset dwarfs the spread.
    scaled -= scaled.mean(axis=0)
    scaled -= scaled.mean(axis=0)
    spread = np.sqrt(np.mean(scaled * scaled, axis=0))
    constant = constant_columns(features)
    return np.where(constant, features, scaled / np.where(constant, 1.0, spread))


def __getattr__(name: str) -> ModuleType:
    # `from logreg_unlearn import data` is enough: `data.real` and the others load when used
    if name in ("synthetic", "real", "files", "forget_sets"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
