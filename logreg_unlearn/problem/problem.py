"""An unlearning problem: data, forget set, ridge, and the objectives they define.

With retain set R and forget set F (``n_R + n_F = n``), the **mean** convention is the
paper's Eq. 1: original ``1/n`` on all, oracle ``1/n_R`` on R, descent-ascent ``1/n_R`` on R
and ``-1/n_F`` on F, each plus ``(ridge/2)||w||^2``.  The **sum** convention puts
coefficient 1 on every sample, so removing data does not change the ridge; it is chosen
explicitly.
"""

from __future__ import annotations

from copy import copy
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from logreg_unlearn.data import DataSet
from logreg_unlearn.problem import checks as check
from logreg_unlearn.problem.adapters.affine import LinearModel, UserScale, as_given, identity
from logreg_unlearn.problem.adapters.estimators import problem_parts
from logreg_unlearn.problem.adapters.frames import read_frame
from logreg_unlearn.problem.losses import Array, Loss, Mask, get_loss
from logreg_unlearn.problem.norms import TINY
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.rows import CHUNK, LazyRows, signed

NORMALISATIONS = ("mean", "sum")


@dataclass(frozen=True, eq=False, repr=False)
class UnlearningProblem:
    """Logistic (or exponential) regression with samples to forget.

    The arrays are copied: what happens to them afterwards does not change the problem, and its
    own arrays are read-only.  Features that are memory-mapped (``numpy.load`` with ``mmap_mode``)
    or have more than 2**24 entries (128 MiB) are not: they are read in place, and must not change.

    Attributes
    ----------
    features : ndarray (n, d)
        Held once, as the signed rows of the objective, and made anew at each access; what was not
        copied is given back as it is.
    labels : ndarray (n,)
        Values -1 and +1.
    forget : ndarray of bool (n,)
        True on the forget set; neither empty nor full.
    ridge : float
        ``lambda > 0``.
    loss : str or Loss
        ``"logistic"`` or ``"exponential"``.
    offset : ndarray (n,), optional
        Fixed part of the linear predictor ``x_i . w + offset_i``.
    weights : ndarray (n,), optional
        Sample weights > 0, each a share > 0 of their sum in float64; means over a set are
        weighted means.
    normalisation : {"mean", "sum"}
    unpenalised : tuple of int
        Columns the ridge leaves alone (an intercept); any sequence of column numbers, or a
        boolean mask (d,), is accepted.
    feature_names : tuple of d str, optional
    label_values : pair
        What the labels -1 and +1 were called.
    user_scale : UserScale, optional
        How the columns come from the user's own.
    fitted_weights : ndarray (d,), optional
        Those of the model that the problem was made from (`from_sklearn`), near the original
        optimum or not.

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
    loss: str | Loss = "logistic"
    offset: Array | None = None
    weights: Array | None = None
    normalisation: str = "mean"
    unpenalised: tuple[int, ...] = ()
    feature_names: tuple[str, ...] | None = None
    label_values: tuple[Any, Any] = (-1, 1)
    user_scale: UserScale | None = None
    fitted_weights: Array | None = None
    _base: Objective = field(init=False)
    # coefficients are weights on the scale of their own set, times a unit of each set
    _mass: Array = field(init=False)
    _units: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        features = check.rows("features", self.features)
        n, d = features.shape
        labels = check.frozen(check.signs("labels", self.labels, n))
        forget = check.frozen(check.mask("forget", self.forget, n))
        ridge = check.positive("ridge", self.ridge)
        normalisation = check.choice("normalisation", self.normalisation, NORMALISATIONS)
        weights = None
        if self.weights is not None:
            weights = check.frozen(check.vector("weights", self.weights, n))
            if not np.all(weights > 0):
                raise ValueError(f"expected weights > 0, got a minimum of {weights.min()}")
        unpenalised = check.columns("unpenalised", self.unpenalised, d)
        offset = None
        if self.offset is not None:
            offset = check.frozen(check.vector("offset", self.offset, n))
        penalised = None
        if unpenalised:
            penalised = np.ones(d, dtype=bool)
            penalised[list(unpenalised)] = False
            penalised.flags.writeable = False
        names = self.feature_names
        if names is not None:
            names = check.names("feature_names", names, d)
        label_values = check.pair("label_values", self.label_values)
        if self.user_scale is not None and not isinstance(self.user_scale, UserScale):
            raise ValueError(f"expected a UserScale, got {self.user_scale!r}")
        fitted = self.fitted_weights
        if fitted is not None:
            fitted = check.frozen(check.vector("fitted_weights", fitted, d))
        loss = get_loss(self.loss)
        mass = check.frozen(np.ones(n)) if weights is None else weights
        _check_shares(mass, forget)
        if normalisation == "sum":
            _check_total(mass)
        within, units = _per_set(mass, forget, normalisation)
        base = Objective(
            signed(features, labels),
            mass,
            ridge,
            loss,
            offset=None if offset is None else check.frozen(labels * offset, copy=False),
            penalised=penalised,
        )
        converted = dict(
            labels=labels, forget=forget, ridge=ridge, loss=loss, offset=offset, weights=weights,
            normalisation=normalisation, unpenalised=unpenalised,
            feature_names=names, label_values=label_values, fitted_weights=fitted,
            _base=base, _mass=within, _units=units,
        )  # fmt: skip
        for name, value in converted.items():
            object.__setattr__(self, name, value)
        object.__delattr__(self, "features")

    def __getattr__(self, name: str) -> Any:
        # Called for what is not stored.  A label is a sign, so this gives back every bit.
        if name == "features":
            rows = self._base.signed_features
            if isinstance(rows, LazyRows):
                return check.frozen(rows.source.view(), copy=False)
            return check.frozen(self.labels[:, None] * rows, copy=False)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def forgetting(self, forget: Mask) -> UnlearningProblem:
        """Return the problem of another forget set (n,) in the same data, which both share.

        Raises
        ------
        ValueError
            As the class.
        """
        other, mass = copy(self), self._base.coefficients
        forget = check.frozen(check.mask("forget", forget, len(mass)))
        _check_shares(mass, forget)
        within, units = _per_set(mass, forget, self.normalisation)
        for name, value in dict(forget=forget, _mass=within, _units=units).items():
            object.__setattr__(other, name, value)
        return other

    def shares_data(self, other: object) -> bool:
        """Whether both come of one by `forgetting`: their originals are then the same."""
        return isinstance(other, UnlearningProblem) and self._base is other._base

    def __repr__(self) -> str:
        n, d = self._base.signed_features.shape
        return (
            f"{type(self).__name__}({n} samples, {d} columns, {self.forget.sum()} to forget, "
            f"ridge={self.ridge:g}, {self._base.loss.name} loss, {self.normalisation} convention)"
        )

    @classmethod
    def from_sklearn(
        cls, model: Any, X: Any, y: Any, forget: Any, *, sample_weight: Any = None
    ) -> UnlearningProblem:
        """Return the problem whose oracle is a refit of a scikit-learn model on R.

        Sum convention, ridge ``1/C``, free intercept (last column); a pipeline's preprocessing
        stays as it was fitted, and `preprocessing_shift` says what fitting it again would change.

        Parameters
        ----------
        model : LogisticRegression or Pipeline that ends in one
            Fitted on all rows; two classes, l2 penalty.  Its first class becomes -1.
        X : DataFrame or array_like (n, p)
            What it was fitted on; the DataFrame may have a forget column beside.
        y : array_like (n,)
        forget : array_like, Series or column name
            A boolean mask; row numbers; a Series of booleans or 0/1 with the index of ``X``; or
            the name of such a column of ``X``.
        sample_weight : array_like (n,), optional
            What it was fitted with.

        Raises
        ------
        ValueError
            One line: for a model whose refit is not the oracle of a problem (other penalties,
            ``class_weight="balanced"``, warm starts), and as the class.
        """
        return cls(**problem_parts(model, X, y, forget, sample_weight))

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
        loss: str | Loss = "logistic",
        standardise: bool = True,
        intercept: bool = True,
    ) -> UnlearningProblem:
        """Return the problem of a pandas DataFrame.

        Parameters
        ----------
        frame : DataFrame (n rows)
            Columns not named below are the features: numbers or booleans.
        label : column name
            Two values; of the two in sorted order the first becomes -1.
        forget : array_like, Series or column name
            As in `from_sklearn`.
        ridge, C : float
            One of them: the ridge of the mean convention, or scikit-learn's ``C`` (sum
            convention with ridge ``1/C``).
        weights : column name, optional
            Of the sample weights.
        loss : str or Loss
        standardise : bool
            Give each column mean 0 and variance 1; `to_user_scale` undoes it.
        intercept : bool
            Append a column of ones that the ridge leaves alone.

        Raises
        ------
        ValueError
            One line saying what was expected and what came.
        """
        data = read_frame(
            frame, label, forget, weights=weights, scale=standardise, intercept=intercept
        )
        return cls.from_data(data, ridge=ridge, C=C, loss=loss)

    @classmethod
    def from_data(
        cls,
        data: DataSet,
        forget: Mask | None = None,
        *,
        ridge: float | None = None,
        C: float | None = None,
        loss: str | Loss = "logistic",
    ) -> UnlearningProblem:
        """Return the problem of a data set; an intercept that was appended to it is free.

        Parameters
        ----------
        data : DataSet
        forget : ndarray of bool (n,), optional
            In place of the data set's own.
        ridge, C, loss
            As in `from_frame`.

        Raises
        ------
        ValueError
            As the class; unless one of ridge and C is given.
        """
        if (ridge is None) == (C is None):
            raise ValueError(f"expected either ridge or C, got ridge={ridge} and C={C}")
        return cls(
            data.features,
            data.labels,
            data.forget if forget is None else forget,  # type: ignore[arg-type]
            ridge=1.0 / check.positive("C", C) if ridge is None else ridge,
            loss=loss,
            weights=data.weights,
            normalisation="sum" if ridge is None else "mean",
            unpenalised=() if data.intercept is None else (data.intercept,),
            feature_names=data.feature_names,
            label_values=data.label_values,
            user_scale=scale_of(data),
        )

    def to_user_scale(self, w: Array) -> LinearModel:
        """Return the model of weights ``w (d,)`` in the columns that the user handed in.

        Standardisation and affine preprocessing are undone.  Where the preprocessing of a
        pipeline is not affine, coefficients are those of its last step, and the result says so.

        Raises
        ------
        ValueError
            If ``w`` is not a finite vector of length d.
        """
        return self._scale().undo(check.vector("weights w", w, self._base.dimension))

    def from_user_scale(self, model: LinearModel) -> Array:
        """Return the weights ``w (d,)`` of a model in the columns that the user handed in.

        The inverse of `to_user_scale`: a model that was fitted elsewhere, to be audited here.

        Parameters
        ----------
        model : LinearModel
            Its feature names are the user's columns, in any order.

        Raises
        ------
        ValueError
            If a column is missing, foreign or there twice, a number is not finite, or no weights
            of the problem give this model.
        """
        return self._scale().redo(model)

    def _scale(self) -> UserScale:
        return self.user_scale or as_given(self.feature_names, self._base.dimension)

    @property
    def forget_fraction(self) -> float:
        """Share ``f = n_F / n`` of the samples to forget (by weight)."""
        mass = _scaled(self._base.coefficients)
        return float(mass[self.forget].sum() / mass.sum())

    @property
    def forget_odds(self) -> float:
        """Forgotten per retained sample, ``n_F / n_R`` (by weight)."""
        mass = _scaled(self._base.coefficients)
        return float(mass[self.forget].sum() / mass[~self.forget].sum())

    def shares(self, rows: Mask) -> Array:
        """Return the weights of the chosen rows over their sum; a mean is ``shares @ values``."""
        mass = _scaled(self._base.coefficients[rows])
        return mass / mass.sum()

    def _objective(self, retain: float, forget: float, ridge: float | None = None) -> Objective:
        """Return ``retain * l_R + forget * l_F + ridge``, l_S the mean (or sum) over S."""
        of_retain, of_forget = self._units
        factors = np.where(self.forget, forget * of_forget, retain * of_retain)
        return self._base.with_coefficients(self._mass * factors, ridge)

    def original(self) -> Objective:
        """Loss of all samples plus ridge: its minimiser ``w_D`` is the model in use."""
        return self._original

    @cached_property
    def _original(self) -> Objective:
        # asked for at every turn, and the same whatever is forgotten
        if self.normalisation == "sum":
            return self._base
        shares = self.shares(np.ones(len(self.forget), dtype=bool))
        return self._base.with_coefficients(check.frozen(shares, copy=False))

    def oracle(self) -> Objective:
        """Loss of the retained samples plus ridge: its minimiser ``w_R`` is the ideal."""
        return self._objective(1.0, 0.0)

    def path(self, beta: float, ridge: float | None = None) -> Objective:
        """``l_R - beta * l_F`` plus ridge: oracle at 0, descent-ascent at 1.

        In the sum convention ``beta = -1`` is the original; in the mean convention the
        original has the minimiser of ``beta = -n_F/n_R`` with the ridge times ``n/n_R``.
        """
        return self._objective(1.0, -beta, ridge)

    def descent_ascent(self) -> Objective:
        """Descent on R and ascent on F: ``path(1)``."""
        return self.path(1.0)

    def weighted(self, retain: float, forget: float, ridge: bool = True) -> Objective:
        """Return ``retain * l_R + forget * l_F``, with or without the ridge term."""
        return self._objective(retain, forget, None if ridge else 0.0)

    def forget_ascent(self, ridge: bool = False) -> Objective:
        """Return ``-l_F``, whose descent is gradient ascent on the forget loss."""
        return self.weighted(0.0, -1.0, ridge=ridge)

    def retain_loss(self, w: Array) -> Array:
        """Weighted mean loss over R at ``w`` (..., d), without ridge, shape (...)."""
        return self._mean_loss(w, ~self.forget)

    def forget_loss(self, w: Array) -> Array:
        """Weighted mean loss over F at ``w`` (..., d), without ridge, shape (...)."""
        return self._mean_loss(w, self.forget)

    def _mean_loss(self, w: Array, rows: Mask) -> Array:
        w, shares, base = np.asarray(w, float), np.zeros(len(rows)), self._base
        shares[rows] = self.shares(rows)
        total = np.zeros(w.shape[:-1])
        width = max(w.size // w.shape[-1], w.shape[-1])  # margins of all points, or entries
        for first in range(0, len(rows), max(1, CHUNK // width)):
            chunk = slice(first, first + max(1, CHUNK // width))
            part = base.signed_features[chunk][rows[chunk]]
            z = w @ part.T
            if base.offset is not None:
                z = z + base.offset[chunk][rows[chunk]]
            total = total + base.loss.value(z) @ shares[chunk][rows[chunk]]
        return total


def _scaled(weights: Array) -> Array:
    """Return the weights times the power of two that puts the largest into [1, 2).

    Their sum is then in range, and ratios are the same bits for ``weights`` and
    ``2**k * weights``.
    """
    exponent = np.frexp(weights.max())[1] - 1
    with np.errstate(under="ignore"):  # a share of 0 is refused at the door
        return np.ldexp(weights, -exponent)


def _per_set(mass: Array, forget: Mask, normalisation: str) -> tuple[Array, tuple[float, float]]:
    """Return the weights on the scale of their own set, and the units of R and F."""
    if normalisation == "sum":
        return mass, (1.0, 1.0)
    within, totals = np.empty(len(mass)), []
    for rows in (~forget, forget):
        within[rows] = _scaled(mass[rows])
        totals.append(within[rows].sum())
    return within, (1.0 / totals[0], 1.0 / totals[1])


def _check_shares(weights: Array, forget: Mask) -> None:
    """Refuse weights of which a sample or the retain set would vanish beside the others."""
    mass = _scaled(weights)
    total = mass.sum()
    if mass.min() / total == 0.0:
        row = int(weights.argmin())
        raise ValueError(
            "expected weights whose shares of their sum are above 0 in float64, "
            f"got {weights[row]} in row {row} beside {weights.max()}: leave such rows out"
        )
    if mass[forget].sum() / total == 1.0:
        raise ValueError(
            "expected a retained share of the weights above the rounding of float64, "
            f"got {mass[~forget].sum() / total:.2g}"
        )


def _check_total(weights: Array) -> None:
    """Refuse weights that the sum convention cannot add up or keep the digits of."""
    with np.errstate(over="ignore"):
        total = weights.sum()
    if not np.isfinite(total) or weights.min() < TINY:
        raise ValueError(
            f"expected weights from {TINY:.3g} with a finite sum in the sum convention, "
            f"got {weights.min()} to {weights.max()}: multiply weights and ridge by one factor"
        )


def scale_of(data: DataSet) -> UserScale:
    """Return how a data set's columns come from the user's."""
    # an intercept is the last column
    k = len(data.feature_names) if data.intercept is None else data.intercept
    names, constant = data.feature_names[:k], None if data.intercept is None else 1.0
    if data.shift is None or data.scale is None:
        return identity(names, constant, "as given")
    return UserScale(names, data.shift[:k], np.zeros(k), 1.0 / data.scale[:k], constant)
