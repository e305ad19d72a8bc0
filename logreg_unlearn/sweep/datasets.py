"""Real data of a sweep: bundled sets by name, the user's own by address; read once a process.

A case holds the address of its data, never the arrays: it stays small on its way to a worker.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from logreg_unlearn.data import DataSet, real
from logreg_unlearn.data.files import read_table
from logreg_unlearn.data.forget_sets import WHOLE, FittedClasses, FittedModel, forget_set
from logreg_unlearn.problem.losses import Mask, get_loss
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve.optimum import minimise

MARKED = "column "
"""Before the name of the column that marks the rows to forget, where a forget kind stands."""


@dataclass(frozen=True)
class TableFile:
    """Where a table of the user's own lies and how to read it: the arguments of `read_table`.

    Attributes
    ----------
    path : str
        The folder may change before the file is read: it is made absolute.
    label : str
    forget : str, optional
        Column of the rows to forget. None means the one called ``forget`` where there is one;
        without it the sweep chooses the rows, by the kinds of ``data.forget_sets``.
    sep, decimal, drop, standardise
        As in `read_table`.
    by_kind : bool
        The sweep chooses the rows whatever the table marks.
    """

    path: str
    label: str = "y"
    forget: str | None = None
    sep: str | None = None
    decimal: str = "."
    drop: tuple[str, ...] = ()
    standardise: bool = True
    by_kind: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", os.path.abspath(os.fspath(self.path)))
        object.__setattr__(self, "drop", tuple(self.drop))  # hashable: the key of a cache

    @property
    def kind(self) -> str:
        """The forget kind of the rows that the file itself marks."""
        return MARKED + ("forget" if self.forget is None else self.forget)


Source = str | TableFile
"""The name of a bundled data set, or the address of a table of the user's own."""


@lru_cache(maxsize=16)
def load(source: Source) -> DataSet:
    """Return the data set of a name or an address.

    Raises
    ------
    ValueError
        If no bundled set has the name, or the file does not hold what is needed.
    MissingExtraError
        Where a package is needed and missing.
    """
    if isinstance(source, str):
        return real.load(source)
    data = read_table(
        source.path, source.label, source.forget, sep=source.sep, decimal=source.decimal,
        drop=source.drop, standardise=source.standardise,
    )  # fmt: skip
    return replace(data, forget=None) if source.by_kind else data


def chosen(source: Source, kind: str, fraction: float, seed: int, loss: str, ridge: float) -> Mask:
    """Return the rows to forget: the file's own marks, or a kind of ``data.forget_sets``.

    Raises
    ------
    ValueError
        If there is no such kind, or it cannot choose that share of these rows.
    """
    data = load(source)
    if isinstance(source, TableFile) and data.forget is not None and kind == source.kind:
        return data.forget
    return forget_set(
        kind, data.features, data.labels, fraction=None if kind in WHOLE else fraction, seed=seed,
        model=_fitted(source, loss, ridge),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _fitted(source: Source, loss: str, ridge: float) -> FittedModel | FittedClasses:
    data = load(source)
    return fit_original(data, ridge, loss) if data.count == 2 else fit_classes(data, ridge)


def fit_original(data: DataSet, ridge: float, loss: str) -> FittedModel:
    """Fit the original model of a data set, which does not depend on what will be forgotten."""
    n = len(data.labels)
    pointwise = get_loss(loss)
    signed = data.labels[:, None] * data.features
    objective = Objective(signed, np.full(n, 1.0 / n), ridge, pointwise)
    return FittedModel(minimise(objective).w, ridge, pointwise)


def fit_classes(data: DataSet, ridge: float) -> FittedClasses:
    """Fit the original model of a data set of three classes or more, by softmax."""
    n = len(data.labels)
    objective = SoftmaxObjective(
        data.features, data.classes, data.count, np.full(n, 1.0 / n), ridge
    )
    return FittedClasses(minimise(objective).w, ridge, data.count)
