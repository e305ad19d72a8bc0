"""An unlearning problem of any number of classes: softmax regression with samples to forget.

Conventions, forget set and weights are those of
:class:`~logreg_unlearn.problem.problem.UnlearningProblem`: a problem of one column holds them and
gives the coefficients, which do not depend on the loss.  Weights ``w (K*d,)`` are W (K, d) by rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, TypeAlias

import numpy as np

from logreg_unlearn.data import DataSet
from logreg_unlearn.problem import checks as check
from logreg_unlearn.problem.adapters.affine import LinearModel, UserScale, as_given
from logreg_unlearn.problem.adapters.estimators import multinomial_parts
from logreg_unlearn.problem.adapters.frames import read_frame
from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem, scale_of
from logreg_unlearn.problem.softmax import SoftmaxObjective


@dataclass(frozen=True, eq=False, repr=False)
class SoftmaxProblem:
    """Softmax (multinomial) regression with samples to forget.

    Two classes are the logistic problem of half the ridge, ``w = W_1 - W_0``.  The minimisers have
    rows that sum to 0 (claim ``softmax_gauge``), in unpenalised columns as well.

    Attributes
    ----------
    features : ndarray (n, d)
    labels : ndarray (n,)
        Of any two or more values: numbers or texts.
    forget : ndarray of bool (n,)
        True on the forget set; neither empty nor full.
    ridge : float
        ``lambda > 0``, on all of W.
    offset : ndarray (n, K), optional
        Fixed part of the logits ``W x_i + offset_i``.
    weights : ndarray (n,), optional
        Sample weights > 0, as of `UnlearningProblem`.
    normalisation : {"mean", "sum"}
    unpenalised : tuple of int
        Columns the ridge leaves alone (an intercept).
    feature_names : tuple of d str, optional
    label_values : tuple of K values, optional
        The classes in the order of W's rows; by default those of the labels, sorted.  A class may
        have no sample.
    user_scale : UserScale, optional
        How the columns come from the user's own.
    fitted_weights : ndarray (K*d,), optional
        Those of the model that the problem came from.
    classes : ndarray of int (n,)
        Position of each label among the label values (derived).

    Raises
    ------
    ValueError
        One line saying what was expected and what came.
    """

    features: Array
    labels: Array
    forget: Mask
    _: KW_ONLY
    ridge: float
    offset: Array | None = None
    weights: Array | None = None
    normalisation: str = "mean"
    unpenalised: tuple[int, ...] = ()
    feature_names: tuple[str, ...] | None = None
    label_values: tuple[Any, ...] | None = None
    user_scale: UserScale | None = None
    fitted_weights: Array | None = None
    classes: Array = field(init=False)
    _base: SoftmaxObjective = field(init=False)
    _one_column: UnlearningProblem = field(init=False)

    def __post_init__(self) -> None:
        features = check.frozen(check.matrix("features", self.features))
        n, d = features.shape
        given = check.array("labels", self.labels)
        if given.shape != (n,):
            raise ValueError(f"expected labels of shape ({n},), got {given.shape}")
        classes, values = _numbered(given, self.label_values)
        one = UnlearningProblem(
            np.ones((n, 1)), np.ones(n), self.forget,
            ridge=self.ridge, weights=self.weights, normalisation=self.normalisation,
        )  # fmt: skip
        offset = None
        if self.offset is not None:
            offset = check.real_array("offset", self.offset)
            if offset.shape != (n, len(values)) or not np.all(np.isfinite(offset)):
                raise ValueError(
                    f"expected a finite offset of shape ({n}, {len(values)}), got {offset.shape}"
                )
            offset = check.frozen(offset)
        unpenalised, penalised = check.columns("unpenalised", self.unpenalised, d), None
        if unpenalised:
            penalised = np.ones(d, dtype=bool)
            penalised[list(unpenalised)] = False
        names = self.feature_names
        if names is not None:
            names = check.names("feature_names", names, d)
        if self.user_scale is not None and not isinstance(self.user_scale, UserScale):
            raise ValueError(f"expected a UserScale, got {self.user_scale!r}")
        fitted = self.fitted_weights
        if fitted is not None:
            fitted = check.frozen(check.vector("fitted_weights", fitted, len(values) * d))
        base = SoftmaxObjective(
            features, classes, len(values), one.original().coefficients, one.ridge,
            offset=offset, penalised=penalised,
        )  # fmt: skip
        converted = dict(
            features=features, labels=check.frozen(given), forget=one.forget, ridge=one.ridge,
            offset=offset, weights=one.weights, unpenalised=unpenalised, feature_names=names,
            label_values=values, fitted_weights=fitted, classes=classes, _base=base,
            _one_column=one,
        )  # fmt: skip
        for name, value in converted.items():
            object.__setattr__(self, name, value)

    def forgetting(self, forget: Mask) -> SoftmaxProblem:
        """Return the problem of another forget set (n,) in the same data, which both share.

        Raises
        ------
        ValueError
            As the class.
        """
        other, one = copy(self), self._one_column.forgetting(forget)
        for name, value in dict(forget=one.forget, _one_column=one).items():
            object.__setattr__(other, name, value)
        return other

    def shares_data(self, other: object) -> bool:
        """Whether both come of one by `forgetting`: their originals are then the same."""
        return isinstance(other, SoftmaxProblem) and self._base is other._base

    def __repr__(self) -> str:
        n, d = self.features.shape
        return (
            f"{type(self).__name__}({n} samples, {d} columns, {self.count} classes, "
            f"{self.forget.sum()} to forget, ridge={self.ridge:g}, "
            f"{self.normalisation} convention)"
        )

    @classmethod
    def from_sklearn(
        cls, model: Any, X: Any, y: Any, forget: Any, *, sample_weight: Any = None
    ) -> SoftmaxProblem:
        """Return the problem whose oracle is a refit of a multinomial scikit-learn model on R.

        Sum convention, ridge ``1/C``, free intercepts (last column) that sum to 0; the rest as
        `UnlearningProblem.from_sklearn`, which takes the models of two classes.

        Parameters
        ----------
        model : LogisticRegression or Pipeline that ends in one
            Fitted on all rows; three classes or more, l2 penalty.
        X, y, forget, sample_weight
            As of `UnlearningProblem.from_sklearn`.

        Raises
        ------
        ValueError
            One line: for a model whose refit is not the oracle of a problem, and as the class.
        """
        return cls(**multinomial_parts(model, X, y, forget, sample_weight))

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        label: Any,
        forget: Any,
        ridge: float | None = None,
        C: float | None = None,
        weights: Any = None,
        standardise: bool = True,
        intercept: bool = True,
    ) -> SoftmaxProblem:
        """Return the problem of a pandas DataFrame, its labels of two or more values.

        Parameters
        ----------
        frame, forget, ridge, C, weights, standardise, intercept
            As of `UnlearningProblem.from_frame`.
        label : column name
            The values in sorted order are the classes.

        Raises
        ------
        ValueError
            One line saying what was expected and what came.
        """
        data = read_frame(
            frame, label, forget, weights=weights, scale=standardise, intercept=intercept, most=None
        )
        return cls.from_data(data, ridge=ridge, C=C)

    @classmethod
    def from_data(
        cls,
        data: DataSet,
        forget: Mask | None = None,
        *,
        ridge: float | None = None,
        C: float | None = None,
    ) -> SoftmaxProblem:
        """Return the problem of a data set; an intercept that was appended to it is free.

        Parameters
        ----------
        data : DataSet
        forget, ridge, C
            As of `UnlearningProblem.from_data`.

        Raises
        ------
        ValueError
            As the class; unless one of ridge and C is given.
        """
        if (ridge is None) == (C is None):
            raise ValueError(f"expected either ridge or C, got ridge={ridge} and C={C}")
        return cls(
            data.features,
            data.given_labels,
            data.forget if forget is None else forget,  # type: ignore[arg-type]
            ridge=1.0 / check.positive("C", C) if ridge is None else ridge,
            weights=data.weights,
            normalisation="sum" if ridge is None else "mean",
            unpenalised=() if data.intercept is None else (data.intercept,),
            feature_names=data.feature_names,
            label_values=tuple(data.label_values),
            user_scale=scale_of(data),
        )

    @property
    def count(self) -> int:
        """Number of classes K."""
        return self._base.count

    def class_weights(self, w: Array) -> Array:
        """Return weights ``w (..., K*d)`` as W, shape (..., K, d).

        Raises
        ------
        ValueError
            If the last axis has another length.
        """
        w = np.asarray(w, dtype=np.float64)
        if w.shape[-1:] != (self._base.dimension,):
            raise ValueError(f"expected weights (..., {self._base.dimension}), got shape {w.shape}")
        return w.reshape(*w.shape[:-1], self.count, self.features.shape[1])

    def centred(self, w: Array) -> Array:
        """Return weights ``w (K*d,)`` less their mean over the classes.

        They decide alike, with the same probabilities; of all such weights they are the shortest
        and the nearest to every minimiser (claim ``softmax_gauge``).

        Raises
        ------
        ValueError
            If ``w`` is not a finite vector of length K*d.
        """
        rows = self.class_weights(check.vector("weights w", w, self._base.dimension))
        return np.asarray((rows - rows.mean(axis=0)).ravel())

    def to_user_scale(self, w: Array) -> tuple[LinearModel, ...]:
        """Return the linear model of each class in the columns that the user handed in.

        Parameters
        ----------
        w : ndarray (K*d,)

        Raises
        ------
        ValueError
            If ``w`` is not a finite vector of length K*d.
        """
        rows, scale = check.vector("weights w", w, self._base.dimension), self._scale()
        return tuple(scale.undo(row) for row in self.class_weights(rows))

    def from_user_scale(self, models: Sequence[LinearModel]) -> Array:
        """Return the weights ``w (K*d,)`` of a model in the columns that the user handed in.

        The inverse of `to_user_scale`: a model that was fitted elsewhere, to be audited here.

        Parameters
        ----------
        models : sequence of K LinearModel
            One for each class, in the order of the label values; the feature names of each are
            the user's columns, in any order.

        Raises
        ------
        ValueError
            As `UnlearningProblem.from_user_scale`, with the class; or if their number is another.
        """
        values, scale, found = self.label_values or (), self._scale(), []
        if len(models) != self.count:
            raise ValueError(
                f"expected a model for each of {self.count} classes, got {len(models)}"
            )
        for value, model in zip(values, models, strict=True):
            try:
                found.append(scale.redo(model))
            except ValueError as error:
                raise ValueError(f"{error} (class {check.listed([value])})") from None
        return np.concatenate(found)

    def _scale(self) -> UserScale:
        return self.user_scale or as_given(self.feature_names, self.features.shape[1])

    @property
    def forget_fraction(self) -> float:
        """Share ``f = n_F / n`` of the samples to forget (by weight)."""
        return self._one_column.forget_fraction

    @property
    def forget_odds(self) -> float:
        """Forgotten per retained sample, ``n_F / n_R`` (by weight)."""
        return self._one_column.forget_odds

    def shares(self, rows: Mask) -> Array:
        """Return the weights of the chosen rows over their sum."""
        return self._one_column.shares(rows)

    def _like(self, one: Objective) -> SoftmaxObjective:
        """Return the objective with the coefficients and the ridge of one of one column."""
        return self._base.with_coefficients(one.coefficients, float(one.ridge))

    def original(self) -> SoftmaxObjective:
        """Loss of all samples plus ridge: its minimiser is the model in use."""
        return self._base

    def oracle(self) -> SoftmaxObjective:
        """Loss of the retained samples plus ridge: its minimiser is the ideal."""
        return self._like(self._one_column.oracle())

    def path(self, beta: float, ridge: float | None = None) -> SoftmaxObjective:
        """``l_R - beta * l_F`` plus ridge: oracle at 0, descent-ascent at 1."""
        return self._like(self._one_column.path(beta, ridge))

    def descent_ascent(self) -> SoftmaxObjective:
        """Descent on R and ascent on F: ``path(1)``."""
        return self.path(1.0)

    def weighted(self, retain: float, forget: float, ridge: bool = True) -> SoftmaxObjective:
        """Return ``retain * l_R + forget * l_F``, with or without the ridge term."""
        return self._like(self._one_column.weighted(retain, forget, ridge))

    def forget_ascent(self, ridge: bool = False) -> SoftmaxObjective:
        """Return ``-l_F``, whose descent is gradient ascent on the forget loss."""
        return self.weighted(0.0, -1.0, ridge=ridge)

    def retain_loss(self, w: Array) -> Array:
        """Weighted mean loss over R at ``w`` (..., K*d), without ridge, shape (...)."""
        return self._mean_loss(w, ~self.forget)

    def forget_loss(self, w: Array) -> Array:
        """Weighted mean loss over F at ``w`` (..., K*d), without ridge, shape (...)."""
        return self._mean_loss(w, self.forget)

    def _mean_loss(self, w: Array, rows: Mask) -> Array:
        chosen, shares = self._base.with_rows(rows), self.shares(rows)
        w = np.asarray(w, dtype=np.float64)
        flat = [float(chosen.losses(point) @ shares) for point in w.reshape(-1, w.shape[-1])]
        return np.array(flat).reshape(w.shape[:-1])


AnyProblem: TypeAlias = UnlearningProblem | SoftmaxProblem
"""A problem of two classes, or of any number."""


def _numbered(labels: Array, values: Any) -> tuple[Array, tuple[Any, ...]]:
    """Return the position of each label among the values, and the values."""
    found = list(dict.fromkeys(labels.tolist()))
    if any(value != value for value in found):
        raise ValueError("expected labels without gaps, got nan: leave such rows out")
    if values is None:
        try:
            values = sorted(found)
        except TypeError:
            raise ValueError(f"expected labels of one type, got {check.listed(found)}") from None
    values = tuple(values)
    if len(values) < 2 or len(set(values)) < len(values):
        raise ValueError(
            f"expected two different label values or more, got {len(values)}: "
            f"{check.listed(values)}"
        )
    places = {value: k for k, value in enumerate(values)}
    for row, value in enumerate(labels.tolist()):
        if value not in places:
            raise ValueError(
                f"expected labels among {check.listed(values)}, got {value!r} in row {row}"
            )
    return check.frozen(
        np.array([places[value] for value in labels.tolist()], dtype=np.intp)
    ), values
