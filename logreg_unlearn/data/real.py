"""Real data that need no download: from scikit-learn and statsmodels (extra ``real``).

Columns are standardised (mean 0, variance 1), constant columns dropped, and a constant column
``intercept`` of ones appended: an ordinary column, penalised like any other unless the problem
says otherwise.

===============  ==========================  ==========================================
name             rows x columns (no          classes -1 / +1, or numbered from 0
                 intercept)
===============  ==========================  ==========================================
breast_cancer    569 x 30                    malignant / benign
digits_3v8       357 x at most 64            3 / 8 (constant pixels dropped)
digits_4v9       361 x at most 64            4 / 9 (constant pixels dropped)
digits_parity    1797 x at most 64           even / odd
wine_0v1         130 x 13                    cultivar 0 / 1 (nearly separable)
iris_1v2         100 x 4                     versicolor / virginica
anes96           944 x 9                     expected vote Clinton / Dole
fair             6366 x 8                    no / some extramarital affair
randhie          20190 x 9                   no / some visit to a doctor
iris             150 x 4                     three species
wine             178 x 13                    three cultivars
digits           1797 x at most 64           the ten digits (constant pixels dropped)
===============  ==========================  ==========================================

``anes96`` uses the log of the place's population and leaves out the raw figure, of which it is a
function. ``fair`` and ``randhie`` are counts, made binary as "more than none".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from logreg_unlearn.data import DataSet, constant_columns, standardise, with_intercept

__all__ = ["MissingExtraError", "load", "names"]


class MissingExtraError(ImportError):
    """A package of the extra ``real`` is not installed."""


@dataclass(frozen=True)
class _Raw:
    features: NDArray[np.float64]
    labels: NDArray[np.float64]
    feature_names: tuple[str, ...]
    label_values: tuple[str, ...]
    source: str
    licence: str


def names(two_classes: bool = False) -> tuple[str, ...]:
    """Return the names that `load` knows, or those of the sets of two classes alone."""
    return tuple(_TWO_CLASSES if two_classes else _READERS)


def load(name: str, *, intercept: bool = True) -> DataSet:
    """Load a real data set, standardised.

    Parameters
    ----------
    name : str
        One of `names`.
    intercept : bool
        Append a column of ones.

    Returns
    -------
    DataSet
        Without a forget set: `logreg_unlearn.data.forget_sets` chooses one.

    Raises
    ------
    ValueError
        On an unknown name.
    MissingExtraError
        Where scikit-learn or statsmodels is needed and missing.
    """
    if name not in _READERS:
        raise ValueError(f"expected a data set among {', '.join(_READERS)}, got {name!r}")
    try:
        raw = _READERS[name]()
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        raise MissingExtraError(
            f"expected the package {package!r} for the data set {name!r}, "
            "got none: pip install logreg-unlearn[real]"
        ) from error
    constant = constant_columns(raw.features)
    features, shift, scale = standardise(raw.features[:, ~constant])
    dataset = DataSet(
        name=name,
        features=features,
        labels=raw.labels,
        feature_names=_select(raw.feature_names, ~constant),
        source=raw.source,
        licence=raw.licence,
        label_values=raw.label_values,
        dropped=_select(raw.feature_names, constant),
        shift=shift,
        scale=scale,
    )
    return with_intercept(dataset) if intercept else dataset


def _select(values: tuple[str, ...], mask: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(value for value, kept in zip(values, mask, strict=True) if kept)


_UCI = "CC BY 4.0 (UCI Machine Learning Repository)"


_DIGITS = "Optical Recognition of Handwritten Digits (test part), UCI, as shipped with scikit-learn"
_WINE = "Wine, UCI, as shipped with scikit-learn"
_IRIS = "Iris (Fisher 1936), UCI, as shipped with scikit-learn"


def _signs(positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(positive, 1.0, -1.0)


def _breast_cancer() -> _Raw:
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    return _Raw(
        bunch.data,
        _signs(bunch.target == 1),
        tuple(map(str, bunch.feature_names)),
        ("malignant", "benign"),
        "Breast Cancer Wisconsin (Diagnostic), UCI, as shipped with scikit-learn",
        _UCI,
    )


def _digits(negative: tuple[int, ...], positive: tuple[int, ...], values: tuple[str, str]) -> _Raw:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    rows = np.isin(bunch.target, negative + positive)
    return _Raw(
        bunch.data[rows],
        _signs(np.isin(bunch.target[rows], positive)),
        tuple(map(str, bunch.feature_names)),
        values,
        _DIGITS,
        _UCI,
    )


def _wine() -> _Raw:
    from sklearn.datasets import load_wine

    bunch = load_wine()
    rows = bunch.target <= 1
    return _Raw(
        bunch.data[rows],
        _signs(bunch.target[rows] == 1),
        tuple(map(str, bunch.feature_names)),
        ("class_0", "class_1"),
        _WINE,
        _UCI,
    )


def _iris() -> _Raw:
    from sklearn.datasets import load_iris

    bunch = load_iris()
    rows = bunch.target >= 1
    return _Raw(
        bunch.data[rows],
        _signs(bunch.target[rows] == 2),
        tuple(map(str, bunch.feature_names)),
        ("versicolor", "virginica"),
        _IRIS,
        _UCI,
    )


def _all_classes(loader: str, source: str) -> _Raw:
    from sklearn import datasets

    bunch = getattr(datasets, loader)()
    return _Raw(
        bunch.data,
        bunch.target.astype(float),
        tuple(map(str, bunch.feature_names)),
        tuple(map(str, bunch.target_names)),
        source,
        _UCI,
    )


def _statsmodels(
    module: str,
    target: str,
    left_out: tuple[str, ...],
    values: tuple[str, str],
    source: str,
    licence: str,
) -> _Raw:
    from statsmodels import datasets

    frame = getattr(datasets, module).load_pandas().data
    columns = tuple(name for name in frame.columns if name != target and name not in left_out)
    return _Raw(
        frame[list(columns)].to_numpy(dtype=float),
        _signs(frame[target].to_numpy(dtype=float) > 0.0),
        columns,
        values,
        source,
        licence,
    )


_EVEN, _ODD = (0, 2, 4, 6, 8), (1, 3, 5, 7, 9)

_TWO_CLASSES: dict[str, Callable[[], _Raw]] = {
    "breast_cancer": _breast_cancer,
    "digits_3v8": partial(_digits, (3,), (8,), ("3", "8")),
    "digits_4v9": partial(_digits, (4,), (9,), ("4", "9")),
    "digits_parity": partial(_digits, _EVEN, _ODD, ("even", "odd")),
    "wine_0v1": _wine,
    "iris_1v2": _iris,
    "anes96": partial(
        _statsmodels,
        "anes96",
        "vote",
        ("popul",),
        ("Clinton", "Dole"),
        "American National Election Studies 1996, as shipped with statsmodels",
        "public domain",
    ),
    "fair": partial(
        _statsmodels,
        "fair",
        "affairs",
        (),
        ("none", "some"),
        "Fair (1978), A Theory of Extramarital Affairs, as shipped with statsmodels",
        "included in statsmodels with permission of the author",
    ),
    "randhie": partial(
        _statsmodels,
        "randhie",
        "mdvis",
        (),
        ("none", "some"),
        "RAND Health Insurance Experiment, as shipped with statsmodels",
        "public domain",
    ),
}
_READERS = _TWO_CLASSES | {
    "iris": partial(_all_classes, "load_iris", _IRIS),
    "wine": partial(_all_classes, "load_wine", _WINE),
    "digits": partial(_all_classes, "load_digits", _DIGITS),
}
