r"""A fitted `LogisticRegression` of scikit-learn, alone or at the end of a pipeline.

scikit-learn minimises :math:`C \sum_i s_i\varphi(z_i) + \tfrac12\|w\|^2` with a free intercept.
Divided by C this is the sum convention with ridge ``1/C``: rows that go leave the ridge as it is,
as in a refit with the same ``C``.  The solver ``liblinear`` penalises the intercept, as the weight
of a column of the constant ``intercept_scaling``; that is what it becomes here.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from logreg_unlearn.data import intercept_name
from logreg_unlearn.problem import checks as check
from logreg_unlearn.problem.adapters.affine import UserScale, identity
from logreg_unlearn.problem.adapters.forget import is_frame, take_forget
from logreg_unlearn.problem.losses import Array, Mask

# Affine in the columns they get, whatever the data: what they do to c + e_j and to c says it all.
_AFFINE = {
    "FunctionTransformer": lambda step: step.func is None,
    "MinMaxScaler": lambda step: not step.clip,
    "ColumnTransformer": lambda step: all(_affine(inner) for _, inner, _ in step.transformers_),
    "Pipeline": lambda step: all(_affine(inner) for _, inner in step.steps),
    **dict.fromkeys(
        (
            "StandardScaler", "MaxAbsScaler", "RobustScaler", "PCA", "TruncatedSVD",
            "VarianceThreshold", "SelectKBest", "SelectPercentile", "SelectFromModel", "RFE",
        ),
        lambda step: True,
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted model taken apart.

    Attributes
    ----------
    preprocessing : Pipeline or None
        The fitted steps before the last.
    regression : LogisticRegression
    """

    preprocessing: Any
    regression: Any

    @property
    def constant(self) -> float | None:
        """Value of the column that carries the intercept, None without one."""
        if not self.regression.fit_intercept:
            return None
        return float(self.regression.intercept_scaling) if self.penalises_intercept else 1.0

    @property
    def penalises_intercept(self) -> bool:
        """Whether the ridge acts on the intercept as well."""
        return bool(self.regression.solver == "liblinear")

    def design(self, X: Any) -> Array:
        """Return the columns the regression sees, and the one that carries the intercept."""
        if self.preprocessing is not None:
            try:
                X = self.preprocessing.transform(X)
            except ValueError as error:  # scikit-learn's go over many lines
                reason = " ".join(str(error).split())
                raise ValueError(f"expected X as the steps saw it at fit, got: {reason}") from error
            # what an encoder made sparse has no other owner who could make it dense
            X = X.toarray() if hasattr(X, "toarray") else X
        features = check.matrix("features", X)
        if self.constant is None:
            return features
        return np.column_stack([features, np.full(len(features), self.constant)])

    def weights(self) -> Array:
        """Return the regression's weights on the design's columns, those of K classes in a row."""
        w = np.asarray(self.regression.coef_, dtype=np.float64)
        if self.constant is not None:
            intercepts = np.asarray(self.regression.intercept_, dtype=np.float64)
            w = np.column_stack([w, intercepts / self.constant])
        return np.ravel(w)

    def unpenalised(self, d: int) -> tuple[int, ...]:
        """Return which of the d columns of the design the ridge leaves alone."""
        return () if self.constant is None or self.penalises_intercept else (d - 1,)


def take_apart(model: Any) -> Fitted:
    """Return the parts of a model that a problem can represent.

    Raises
    ------
    ValueError
        One line saying why a refit of this model is no minimum of a problem's oracle.
    """
    preprocessing, last = None, model
    if _is(model, "sklearn.pipeline", "Pipeline"):
        last = model.steps[-1][1]
        preprocessing = model[:-1] if len(model.steps) > 1 else None
    if not _is(last, "sklearn.linear_model", "LogisticRegression"):
        hint = ": pass its best_estimator_" if hasattr(model, "best_estimator_") else ""
        raise ValueError(
            "expected a LogisticRegression of scikit-learn or a Pipeline that ends in one, "
            f"got {type(last).__name__}{hint}"
        )
    if not hasattr(last, "coef_"):
        raise ValueError("expected a fitted model, got one that was not fitted: call fit first")
    _check_penalty(last)
    if last.warm_start:
        raise ValueError(
            "expected warm_start=False, got True: "
            "such a refit starts from the weights that have seen the rows to forget"
        )
    return Fitted(preprocessing, last)


def problem_parts(model: Any, X: Any, y: Any, forget: Any, sample_weight: Any) -> dict[str, Any]:
    """Return the arguments of the problem whose oracle is a refit of the model on R.

    Parameters
    ----------
    model : LogisticRegression or Pipeline
        Fitted on all rows.
    X : DataFrame or array_like (n, p)
        As it was fitted on, apart from a forget column.
    y : array_like (n,)
        The model's two classes.
    forget : array_like, Series or column name
        As `logreg_unlearn.problem.adapters.forget.take_forget` says.
    sample_weight : array_like (n,), optional
        As it was fitted with.

    Raises
    ------
    ValueError
        One line saying what was expected and what came.
    """
    fitted = take_apart(model)
    regression = fitted.regression
    if len(regression.classes_) != 2:
        raise ValueError(
            f"expected a model of two classes, got {len(regression.classes_)}: "
            "SoftmaxProblem.from_sklearn takes more"
        )
    if getattr(regression, "multi_class", None) == "multinomial":
        raise ValueError(
            "expected multi_class='auto', got 'multinomial', which halves the ridge of two classes"
        )
    parts, classes = _parts(fitted, X, y, forget, sample_weight)
    return {**parts, "labels": np.where(classes > 0, 1.0, -1.0)}


def multinomial_parts(
    model: Any, X: Any, y: Any, forget: Any, sample_weight: Any
) -> dict[str, Any]:
    """Return the arguments of the softmax problem, as `problem_parts` those of two classes."""
    fitted = take_apart(model)
    regression = fitted.regression
    if len(regression.classes_) < 3:
        raise ValueError(
            f"expected a model of three classes or more, got {len(regression.classes_)}: "
            "UnlearningProblem.from_sklearn takes two"
        )
    if regression.solver == "liblinear" or getattr(regression, "multi_class", None) == "ovr":
        raise ValueError(
            "expected a multinomial model, got one model for each class against the others: "
            "fit with another solver and without multi_class='ovr'"
        )
    parts, classes = _parts(fitted, X, y, forget, sample_weight)
    return {**parts, "labels": regression.classes_[classes]}


def _parts(
    fitted: Fitted, X: Any, y: Any, forget: Any, sample_weight: Any
) -> tuple[dict[str, Any], Array]:
    """Return all arguments but the labels, and the numbers of the classes (n,)."""
    X = X if is_frame(X) else check.array("X", X)
    X, mask = take_forget(X, forget)
    if len(np.shape(X)) != 2:
        raise ValueError(f"expected X of shape (n, p), got {np.shape(X)}")
    if fitted.preprocessing is None:
        _check_columns(fitted.regression, X)
    features = fitted.design(X)
    classes = numbers_of_classes(fitted, y, len(features))
    names = _names_of_last_step(fitted, X)
    parts = dict(
        features=features,
        forget=mask,
        ridge=1.0 / check.positive("C", fitted.regression.C),
        weights=_weights(fitted, classes, sample_weight),
        normalisation="sum",
        unpenalised=fitted.unpenalised(features.shape[1]),
        feature_names=names if fitted.constant is None else (*names, intercept_name(names)),
        label_values=tuple(fitted.regression.classes_.tolist()),
        user_scale=user_scale(fitted, X),
        fitted_weights=fitted.weights(),
    )
    return parts, classes


def numbers_of_classes(fitted: Fitted, y: Any, n: int) -> Array:
    """Return the position (n,) of each label among the model's classes."""
    classes = fitted.regression.classes_
    given = check.array("y", y)
    if given.shape != (n,):
        raise ValueError(f"expected y of shape ({n},), got {given.shape}")
    # compared, not sorted in: NumPy takes 1 and "1" for the same when it looks for them
    of_class = np.array([np.broadcast_to(given == c, (n,)) for c in classes])
    if not np.all(of_class.any(axis=0)):
        row = int(np.flatnonzero(~of_class.any(axis=0))[0])
        raise ValueError(
            f"expected labels among the model's classes {check.listed(classes.tolist())}, "
            f"got {given.tolist()[row]!r} in row {row}"
        )
    return of_class.argmax(axis=0)


def user_scale(fitted: Fitted, X: Any) -> UserScale:
    """Return the way back to the columns of ``X``, or to those of the last step."""
    before = fitted.preprocessing
    if before is None:
        return identity(_names(X), fitted.constant, "as given")
    if not (_affine(before) and _numeric(X)):
        return identity(_names_of_last_step(fitted, X), fitted.constant, "of the last step")
    # Differences around the middle of the data, one spread wide: nothing cancels there.
    table = np.asarray(X, dtype=np.float64)
    centre, spread = table.mean(axis=0), table.std(axis=0)
    spread = np.where(spread > 0.0, spread, np.maximum(np.abs(centre), 1.0))
    probes = np.vstack([centre, centre + np.diag(spread)])
    images = before.transform(type(X)(probes, columns=X.columns) if is_frame(X) else probes)
    images = np.asarray(images.toarray() if hasattr(images, "toarray") else images, np.float64)
    moved = np.diagonal(probes[1:]) - centre  # as far as rounding let it go
    slope = (images[1:] - images[0]) / moved[:, None]
    return UserScale(_names(X), centre, images[0], slope, fitted.constant)


def _is(thing: Any, module: str, name: str) -> bool:
    """Whether ``thing`` is of exactly this class: a subclass may fit something else."""
    loaded = sys.modules.get(module)
    return loaded is not None and type(thing) is getattr(loaded, name)


def _affine(step: Any) -> bool:
    if step is None or isinstance(step, str):  # "passthrough", "drop"
        return True
    known = type(step).__module__.startswith("sklearn.")
    return known and bool(_AFFINE.get(type(step).__name__, lambda step: False)(step))


def _check_columns(regression: Any, X: Any) -> None:
    """Refuse columns other than those at fit: nothing else here would notice."""
    seen = regression.n_features_in_
    if X.shape[1] != seen:
        raise ValueError(f"expected X of {seen} columns as at fit, got {X.shape[1]}")
    names = getattr(regression, "feature_names_in_", None)
    if names is not None and is_frame(X) and list(names) != list(X.columns):
        raise ValueError(
            f"expected the columns {check.listed(names)} as at fit, got {check.listed(X.columns)}"
        )


def _check_penalty(regression: Any) -> None:
    """Refuse every penalty but l2; ``penalty`` is deprecated from 1.8 on, with a text in it."""
    penalty = getattr(regression, "penalty", "deprecated")
    l1_ratio = getattr(regression, "l1_ratio", None)
    if penalty in ("deprecated", "elasticnet"):
        l2, got = l1_ratio in (None, 0), f"l1_ratio={l1_ratio}"
    else:
        l2, got = penalty == "l2", f"penalty={penalty!r}"
    if not l2:
        raise ValueError(f"expected the l2 penalty alone, got {got}")
    if regression.C == np.inf:
        raise ValueError("expected a finite C, got inf: without a penalty there is no ridge")


def _weights(fitted: Fitted, numbers: Array, sample_weight: Any) -> Array | None:
    """Return sample weights times class weights, None where neither was given."""
    class_weight = fitted.regression.class_weight
    if class_weight is None and sample_weight is None:
        return None
    weights = np.ones(len(numbers))
    if sample_weight is not None:
        weights = check.vector("sample_weight", sample_weight, len(numbers))
    if class_weight is None:
        return weights
    classes = fitted.regression.classes_.tolist()
    if class_weight == "balanced":
        raise ValueError(
            "expected class weights that a refit keeps, got 'balanced', which it computes anew: "
            "fit with a dict class_weight to keep those of all rows"
        )
    of_class = [check.positive("class weight", class_weight.get(c, 1.0)) for c in classes]
    return weights * np.array(of_class)[numbers]


def _names(X: Any) -> tuple[str, ...]:
    return tuple(map(str, X.columns)) if is_frame(X) else tuple(f"x{j}" for j in range(X.shape[1]))


def _names_of_last_step(fitted: Fitted, X: Any) -> tuple[str, ...]:
    if fitted.preprocessing is None:
        return _names(X)
    try:
        return tuple(map(str, fitted.preprocessing.get_feature_names_out(_names(X))))
    except (AttributeError, ValueError):  # a step that names nothing
        return tuple(f"z{j}" for j in range(fitted.regression.coef_.shape[1]))


def _numeric(X: Any) -> bool:
    kinds = [getattr(t, "kind", "O") for t in X.dtypes] if is_frame(X) else [X.dtype.kind]
    return set(kinds) <= set("biuf")


def rows_of(X: Any, rows: Mask) -> Any:
    """Return the chosen rows of a DataFrame or an array."""
    return X.iloc[np.flatnonzero(rows)] if is_frame(X) else X[rows]
