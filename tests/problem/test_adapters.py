"""What people have in hand: models of scikit-learn, DataFrames, and weights on their own scale."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.assess.preprocessing import preprocessing_shift
from logreg_unlearn.data import DataSet, standardise
from logreg_unlearn.problem.adapters.affine import LinearModel
from logreg_unlearn.problem.adapters.frames import read_frame
from logreg_unlearn.problem.losses import EXPONENTIAL, Array
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import Optimum, minimise
from tests.strategies import problems, seeds

sklearn = pytest.importorskip("sklearn")
pd = pytest.importorskip("pandas")

from sklearn.base import clone  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from sklearn.linear_model import (  # noqa: E402
    LogisticRegression,
    LogisticRegressionCV,
    RidgeClassifier,
)
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import (  # noqa: E402
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

TOL = 1e-9
Settings = dict[str, Any]


def drawn(seed: int, n: int = 60, d: int = 4) -> tuple[Array, Array, Array]:
    """Features on uneven scales, overlapping labels -1/+1, a forget mask."""
    rng = np.random.default_rng(seed)
    latent = rng.standard_normal((n, d))
    labels = np.where(latent[:, 0] + rng.standard_normal(n) > 0.3, 1.0, -1.0)
    labels[:2], labels[-2:] = (-1.0, 1.0), (1.0, -1.0)
    X = latent * 10.0 ** rng.uniform(-1.0, 1.0, d) + rng.uniform(-3.0, 3.0, d)
    return X, labels, np.arange(n) < n // 4


def regression(**chosen: Any) -> Any:
    return LogisticRegression(**({"tol": TOL, "solver": "newton-cholesky"} | chosen))


def refit(model: Any, X: Any, y: Any, rows: Array, weights: Array | None = None) -> Any:
    """What the owner would do: the same settings on the retained rows."""
    again = clone(model)
    if weights is None:
        return again.fit(X[rows], np.asarray(y)[rows])
    return again.fit(X[rows], np.asarray(y)[rows], sample_weight=weights[rows])


def flat(last: Any, constant: float = 1.0) -> Array:
    """The fitted weights of a regression in the problem's order."""
    tail = [last.intercept_[0] / constant] if last.fit_intercept else []
    return np.append(last.coef_[0], tail)


def agree(problem: UnlearningProblem, found: Optimum, w: Array, tol: float = TOL) -> None:
    """Within scikit-learn's own tolerance, which is on the gradient of J over the sum of weights.

    Strong convexity with the Hessian's smallest eigenvalue turns it into a distance; the factor 2
    is for the Hessian's change on the way.
    """
    objective = problem.oracle()
    curvature = np.linalg.eigvalsh(objective.hessian(found.w))[0]
    slack = 2.0 * tol * objective.coefficients.sum() * np.sqrt(len(w)) / curvature
    gap = np.linalg.norm(found.w - w)
    assert gap <= slack + found.radius + 1e-12 * (1.0 + np.linalg.norm(w))
    assert gap <= 1e-4 * (1.0 + np.linalg.norm(w))  # and that is close


@given(
    seed=seeds,
    exponent=st.floats(-4.0, 4.0),
    intercept=st.booleans(),
    solver=st.sampled_from(["newton-cholesky", "lbfgs", "liblinear"]),
    weighted=st.booleans(),
    class_weight=st.sampled_from([None, {"no": 0.3}, {"no": 2.0, "yes": 0.7}]),
)
def test_the_oracle_is_a_refit_on_the_retained_rows(
    seed: int,
    exponent: float,
    intercept: bool,
    solver: str,
    weighted: bool,
    class_weight: dict[str, float] | None,
) -> None:
    X, labels, forget = drawn(seed)
    X = standardise(X)[0] + 0.2  # lbfgs does not converge at uneven scales
    y = np.where(labels > 0, "yes", "no")
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.2, 3.0, len(y)) if weighted else None
    model = regression(
        C=10.0**exponent, fit_intercept=intercept, solver=solver, class_weight=class_weight,
        max_iter=10_000,
    )  # fmt: skip
    if solver == "liblinear":
        model.set_params(intercept_scaling=3.0)
    with np.errstate(under="ignore"):
        model.fit(X, y, sample_weight=weights)
        retrained = refit(model, X, y, ~forget, weights)
    problem = UnlearningProblem.from_sklearn(model, X, y, forget, sample_weight=weights)
    assert problem.label_values == ("no", "yes")
    constant = 3.0 if solver == "liblinear" else 1.0
    found = minimise(problem.oracle())
    # liblinear stops at a gradient of tol times the first one, lbfgs at rounding
    tol = {"newton-cholesky": TOL, "lbfgs": 1e-7, "liblinear": 1e-7}[solver]
    agree(problem, found, flat(retrained, constant), tol)
    user = problem.to_user_scale(found.w)
    assert user.coefficients == pytest.approx(retrained.coef_[0], rel=1e-4, abs=1e-5)
    # liblinear gives a bare 0.0 without one
    assert user.intercept == pytest.approx(np.ravel(retrained.intercept_)[0], rel=1e-4, abs=1e-5)
    # and the fitted model is the original
    original = replace(problem, forget=forget).original()
    gradient = original.gradient(flat(model, constant))
    assert np.linalg.norm(gradient) <= 1e-5 * original.coefficients.sum()


STEPS: dict[str, Callable[[], list[Any]]] = {
    "standard": lambda: [StandardScaler()],
    "min-max": lambda: [MinMaxScaler()],
    "robust": lambda: [RobustScaler()],
    "max-abs and pca": lambda: [MaxAbsScaler(), PCA(3)],
    "pca": lambda: [PCA(2)],
    "passthrough": lambda: ["passthrough", StandardScaler(with_mean=False)],
    "identity": lambda: [FunctionTransformer()],
    "columns": lambda: [
        ColumnTransformer(
            [("s", StandardScaler(), [0, 2]), ("p", make_pipeline(PCA(1)), [1, 3])],
            remainder="passthrough",
        )
    ],
    "columns dropped": lambda: [ColumnTransformer([("s", StandardScaler(), [3, 0])])],
    "columns kept": lambda: [
        ColumnTransformer([("s", StandardScaler(), [3, 0])], remainder="passthrough")
    ],
    "nested": lambda: [make_pipeline(StandardScaler(), PCA(3))],
    "polynomial": lambda: [StandardScaler(), PolynomialFeatures(2, include_bias=False)],
    "polynomial of a column": lambda: [
        ColumnTransformer([("p", PolynomialFeatures(2), [1])], remainder="passthrough")
    ],
    "nested polynomial": lambda: [make_pipeline(PolynomialFeatures(2, include_bias=False))],
    "clipped": lambda: [MinMaxScaler(clip=True)],
    "function": lambda: [FunctionTransformer(np.arctan)],
}
CURVED = ("polynomial", "polynomial of a column", "nested polynomial", "clipped", "function")


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS.keys())
@pytest.mark.parametrize("frame", [False, True])
def test_the_oracle_of_a_pipeline_and_its_weights_on_the_users_columns(
    steps: Callable[[], list[Any]], frame: bool, request: pytest.FixtureRequest
) -> None:
    X, y, forget = drawn(7)
    names = ["age", "income", "height", "debt"]
    table = pd.DataFrame(X, columns=names) if frame else X
    model = make_pipeline(*steps(), regression(C=0.7)).fit(table, y)
    problem = UnlearningProblem.from_sklearn(model, table, y, forget)
    # the last step alone, fitted again on R
    Z = np.asarray(model[:-1].transform(table))
    found = minimise(problem.oracle())
    agree(problem, found, flat(refit(model[-1], Z, y, ~forget)))
    curved = request.node.callspec.id.split("-", 1)[1] in CURVED
    here = problem.to_user_scale(flat(model[-1]))
    assert here.columns == ("of the last step" if curved else "as given")
    inputs = Z if curved else X
    expected = model.decision_function(table)
    scale = np.abs(inputs) @ np.abs(here.coefficients) + abs(here.intercept)
    assert np.all(np.abs(inputs @ here.coefficients + here.intercept - expected) <= 1e-13 * scale)
    if curved:
        assert len(here.feature_names) == Z.shape[1]
    else:
        assert here.feature_names == (tuple(names) if frame else ("x0", "x1", "x2", "x3"))
    assert problem.feature_names is not None and problem.feature_names[-1] == "intercept"
    assert len(problem.feature_names) == Z.shape[1] + 1


@given(seed=seeds, offset=st.floats(0.0, 8.0))
def test_weights_come_back_where_offsets_dwarf_the_spread(seed: int, offset: float) -> None:
    X, y, forget = drawn(seed)
    X = X + 10.0**offset
    model = make_pipeline(StandardScaler(), regression()).fit(X, y)
    user = UnlearningProblem.from_sklearn(model, X, y, forget).to_user_scale(flat(model[-1]))
    exact = model[-1].coef_[0] / model[0].scale_
    assert user.coefficients == pytest.approx(exact, rel=1e-12)
    scale = np.abs(X) @ np.abs(user.coefficients) + abs(user.intercept)
    gap = X @ user.coefficients + user.intercept - model.decision_function(X)
    assert np.all(np.abs(gap) <= 1e-14 * scale)


@pytest.mark.filterwarnings("ignore:X does not have valid feature names:UserWarning")
def test_columns_other_than_at_fit_are_refused() -> None:
    X, y, forget = drawn(1)
    frame = pd.DataFrame(X, columns=list("abcd"))
    turned = frame[list("bacd")]
    with pytest.raises(ValueError, match=r"expected the columns 'a', .* as at fit, got 'b', 'a'"):
        UnlearningProblem.from_sklearn(regression().fit(frame, y), turned, y, forget)
    model = make_pipeline(StandardScaler(), regression()).fit(frame, y)
    for wrong in (turned, X[:, :2]):
        with pytest.raises(ValueError) as caught:
            UnlearningProblem.from_sklearn(model, wrong, y, forget)
        assert str(caught.value).startswith("expected X as the steps saw it at fit, got: ")
        assert "\n" not in str(caught.value)


def test_a_sparse_encoding_and_a_forget_column() -> None:
    X, y, forget = drawn(3)
    frame = pd.DataFrame({"city": np.where(X[:, 1] > X[:, 1].mean(), "Ulm", "Bonn"), "x": X[:, 0]})
    encode = ColumnTransformer(
        [("city", OneHotEncoder(), ["city"])], remainder="passthrough", sparse_threshold=1.0
    )
    model = make_pipeline(encode, regression(C=2.0)).fit(frame, y)
    assert hasattr(model[:-1].transform(frame), "toarray")
    problem = UnlearningProblem.from_sklearn(model, frame.assign(out=forget), y, "out")
    assert np.array_equal(problem.forget, forget)
    assert problem.feature_names == (
        "city__city_Bonn", "city__city_Ulm", "remainder__x", "intercept",
    )  # fmt: skip
    user = problem.to_user_scale(np.arange(4.0))
    assert user.columns == "of the last step"
    assert user.feature_names == problem.feature_names[:3]
    assert (user.coefficients.tolist(), user.intercept) == ([0.0, 1.0, 2.0], 3.0)


def test_a_column_that_is_constant_however_large() -> None:
    X, y, forget = drawn(3)
    X[:, 1] = 1e20
    model = make_pipeline(StandardScaler(), regression()).fit(X, y)
    user = UnlearningProblem.from_sklearn(model, X, y, forget).to_user_scale(np.ones(5))
    exact = 1.0 / model[0].scale_
    assert user.coefficients == pytest.approx(exact, rel=1e-12)


def test_a_column_of_text_that_is_dropped() -> None:
    X, y, forget = drawn(3)
    frame = pd.DataFrame(X, columns=list("abcd")).assign(name="Ann")
    drop = ColumnTransformer([("s", StandardScaler(), ["a", "b"])])
    model = make_pipeline(drop, regression()).fit(frame, y)
    problem = UnlearningProblem.from_sklearn(model, frame, y, forget)
    user = problem.to_user_scale(np.arange(3.0))
    assert (user.feature_names, user.columns) == (("s__a", "s__b"), "of the last step")


CLASSES: dict[str, tuple[Any, Any]] = {
    "text": ("bad", "good"),
    "zero-one": (0, 1),
    "reversed signs": (2, 7),
    "booleans": (False, True),
    "floats": (-2.0, 1.0),
}


@pytest.mark.parametrize(("negative", "positive"), CLASSES.values(), ids=CLASSES.keys())
def test_labels_of_any_two_values(negative: Any, positive: Any) -> None:
    X, labels, forget = drawn(5)
    y = np.where(labels > 0, positive, negative)
    model = regression().fit(X, y)
    problem = UnlearningProblem.from_sklearn(model, X, y, forget)
    assert problem.label_values == (negative, positive)
    assert np.array_equal(problem.labels, labels)
    frame = pd.DataFrame(X, columns=list("abcd")).assign(y=y)
    other = UnlearningProblem.from_frame(frame, label="y", forget=forget, C=1.0)
    assert other.label_values == (negative, positive)
    assert np.array_equal(other.labels, labels)


def fitted(**chosen: Any) -> Any:
    X, y, _ = drawn(1)
    return regression(**chosen).fit(X, y)


def settled(model: Any, **chosen: Any) -> Any:
    """Set without a fit: what a fit would warn of."""
    return model.set_params(**chosen)


def three_classes() -> Any:
    X, _, _ = drawn(1)
    return LogisticRegression(max_iter=5000).fit(standardise(X)[0], np.arange(len(X)) % 3)


def multinomial() -> Any:
    model = fitted()
    model.multi_class = "multinomial"  # a parameter of scikit-learn before 1.8
    return model


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "not fitted": (regression, "expected a fitted model"),
    "pipeline not fitted": (
        lambda: make_pipeline(StandardScaler(), regression()),
        "expected a fitted model",
    ),
    "another model": (
        lambda: RidgeClassifier().fit(*drawn(1)[:2]),
        "expected a LogisticRegression .* got RidgeClassifier",
    ),
    "pipeline of another": (
        lambda: make_pipeline(StandardScaler(), RidgeClassifier()).fit(*drawn(1)[:2]),
        "Pipeline that ends in one, got RidgeClassifier",
    ),
    "search": (
        lambda: GridSearchCV(regression(), {"C": [1.0]}).fit(*drawn(1)[:2]),
        "got GridSearchCV: pass its best_estimator_",
    ),
    "cross-validated": (lambda: LogisticRegressionCV(), "got LogisticRegressionCV"),
    "no model": (lambda: None, "got NoneType"),
    "text": (lambda: "LogisticRegression", "got str"),
    "three classes": (three_classes, "expected a model of two classes, got 3"),
    "l1": (  # as scikit-learn 1.8 and later say it
        lambda: settled(fitted(), penalty="deprecated", l1_ratio=1.0),
        "expected the l2 penalty alone, got l1_ratio=1",
    ),
    "elastic": (
        lambda: settled(fitted(), penalty="elasticnet", l1_ratio=0.5),
        "expected the l2 penalty alone, got l1_ratio=0.5",
    ),
    "l1 by name": (
        lambda: settled(fitted(), penalty="l1"),
        "expected the l2 penalty alone, got penalty='l1'",
    ),
    "none by name": (lambda: settled(fitted(), penalty=None), "l2 penalty alone, got penalty=None"),
    "no penalty": (lambda: settled(fitted(), C=np.inf), "expected a finite C, got inf"),
    "balanced": (
        lambda: fitted(class_weight="balanced"),
        "expected class weights that a refit keeps, got 'balanced'",
    ),
    "class without weight": (
        lambda: settled(fitted(), class_weight={1.0: 0.0}),
        "expected a class weight > 0, got 0.0",
    ),
    "warm start": (lambda: fitted(warm_start=True), "expected warm_start=False, got True"),
    "multinomial": (multinomial, "expected multi_class='auto', got 'multinomial'"),
}


@pytest.mark.parametrize(("build", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_models_whose_refit_is_no_oracle_are_refused(
    build: Callable[[], Any], message: str
) -> None:
    X, y, forget = drawn(1)
    with pytest.raises(ValueError, match=message) as caught:
        UnlearningProblem.from_sklearn(build(), X, y, forget)
    assert str(caught.value).startswith("expected") and "\n" not in str(caught.value)


@pytest.mark.parametrize("chosen", [{"penalty": "l2"}, {"penalty": "elasticnet", "l1_ratio": 0.0}])
def test_ways_to_say_l2(chosen: Settings) -> None:
    X, y, forget = drawn(1)
    problem = UnlearningProblem.from_sklearn(settled(fitted(C=4.0), **chosen), X, y, forget)
    assert (problem.ridge, problem.normalisation, problem.unpenalised) == (0.25, "sum", (4,))


BAD_DATA: dict[str, tuple[Settings, str]] = {
    "other columns": (dict(X=np.ones((60, 3))), "expected X of 4 columns as at fit, got 3"),
    "one column": (dict(X=np.ones(60)), r"expected X of shape \(n, p\), got \(60,\)"),
    "short y": (dict(y=np.ones(3)), r"expected y of shape \(60,\), got \(3,\)"),
    "other label": (
        dict(y=np.append(np.ones(59), 3.0)),
        r"expected labels among the model's classes -1, 1, got 3\.0 in row 59",
    ),
    "text for numbers": (dict(y=np.full(60, "1.0")), "labels among the model's classes"),
    "nan": (dict(X=np.full((60, 4), np.nan)), "expected finite features, got nan in row 0"),
    "sample weight of zero": (dict(sample_weight=np.zeros(60)), "expected weights > 0"),
    "short sample weight": (dict(sample_weight=[1.0]), r"expected sample_weight of shape \(60,\)"),
    "no forget": (dict(forget=None), "expected forget as a boolean mask, row numbers or the name"),
    "column without frame": (dict(forget="out"), "the name of a column of a DataFrame, got 'out'"),
    "row beyond": (dict(forget=[0, 60]), r"expected row numbers to forget in 0\.\.59, got 60"),
    "row before": (dict(forget=[-1]), r"expected row numbers to forget in 0\.\.59, got -1"),
    "row twice": (dict(forget=[3, 3]), "expected distinct row numbers to forget, got 2 of which 1"),
    "zero-one mask": (
        dict(forget=[0, 1] * 30),
        "expected distinct row numbers .* differ: a mask has the dtype bool",
    ),
    "no row": (dict(forget=[]), "expected a forget set of 1 to 59 samples, got an empty one"),
    "fractions": (dict(forget=[0.5]), "expected forget as a boolean mask or distinct row numbers"),
    "set": (dict(forget={1, 2}), "expected forget as a boolean mask or distinct row numbers"),
    "table": (dict(forget=np.ones((60, 1), int)), r"row numbers, got shape \(60, 1\)"),
    "short mask": (dict(forget=[True]), r"expected a forget mask of shape \(60,\)"),
    "series of text": (
        dict(forget=pd.Series(["yes", "no"] * 30)),
        "expected forget of booleans or of 0 and 1, got values 'yes', 'no'",
    ),
}


@pytest.mark.parametrize(("change", "message"), BAD_DATA.values(), ids=BAD_DATA.keys())
def test_bad_data_beside_a_good_model(change: Settings, message: str) -> None:
    X, y, forget = drawn(1)
    with pytest.raises(ValueError, match=message) as caught:
        UnlearningProblem.from_sklearn(
            fitted(),
            **(dict(X=X, y=y, forget=forget) | change),  # type: ignore[arg-type]
        )
    assert str(caught.value).startswith("expected") and "\n" not in str(caught.value)


def numbered(forget: Array) -> Any:
    return np.flatnonzero(forget)[::-1]


FORGET: dict[str, Callable[[Array, Any], Any]] = {
    "mask": lambda forget, index: forget,
    "list": lambda forget, index: forget.tolist(),
    "numbers": lambda forget, index: numbered(forget),
    "list of numbers": lambda forget, index: numbered(forget).tolist(),
    "unsigned": lambda forget, index: numbered(forget).astype(np.uint8),
    "index": lambda forget, index: pd.Index(numbered(forget)),
    "series": lambda forget, index: pd.Series(forget, index=index),
    "series of numbers": lambda forget, index: pd.Series(forget.astype(int), index=index),
    "series of objects": lambda forget, index: pd.Series(forget.astype(object), index=index),
    "nullable": lambda forget, index: pd.Series(forget, index=index, dtype="boolean"),
}


@pytest.mark.parametrize("write", FORGET.values(), ids=FORGET.keys())
def test_ways_to_say_what_to_forget(write: Callable[[Array, Any], Any]) -> None:
    X, y, forget = drawn(2)
    index = pd.Index(range(100, 160))
    frame = pd.DataFrame(X, columns=list("abcd"), index=index)
    model = regression().fit(frame, y)
    said = write(forget, index)
    for table in (frame, X):
        with_names = model if table is frame else regression().fit(X, y)
        problem = UnlearningProblem.from_sklearn(with_names, table, y, said)
        assert np.array_equal(problem.forget, forget)
    problem = UnlearningProblem.from_frame(frame.assign(y=y), label="y", forget=said, ridge=0.1)
    assert np.array_equal(problem.forget, forget)
    if isinstance(said, pd.Series):
        with pytest.raises(ValueError, match="expected forget with the index of the table"):
            UnlearningProblem.from_sklearn(model, frame, y, said.reset_index(drop=True))


def people(seed: int = 4) -> tuple[Any, Array, Array, Array]:
    X, labels, forget = drawn(seed)
    frame = pd.DataFrame(
        {
            "age": np.round(40 + 5 * X[:, 0]).astype(int),
            "owner": X[:, 1] > X[:, 1].mean(),
            "income": X[:, 2],
            "outcome": np.where(labels > 0, "repaid", "defaulted"),
            "leaves": forget.astype(int),
            "times": np.random.default_rng(seed).uniform(1.0, 3.0, len(X)),
        }
    )
    return frame, frame[["age", "owner", "income"]].to_numpy(float), labels, forget


def test_a_frame_in_the_mean_convention() -> None:
    frame, X, labels, forget = people()
    problem = UnlearningProblem.from_frame(
        frame, label="outcome", forget="leaves", weights="times", ridge=0.05, loss="exponential"
    )
    assert problem.feature_names == ("age", "owner", "income", "intercept")
    assert problem.label_values == ("defaulted", "repaid")
    assert np.array_equal(problem.labels, labels) and np.array_equal(problem.forget, forget)
    assert np.array_equal(problem.weights, frame["times"])
    assert (problem.normalisation, problem.ridge, problem.unpenalised) == ("mean", 0.05, (3,))
    assert problem.loss is EXPONENTIAL
    assert np.allclose(problem.features[:, :3], standardise(X)[0], rtol=1e-13, atol=1e-13)
    assert np.all(problem.features[:, 3] == 1.0)
    data = read_frame(frame, "outcome", "leaves", weights="times")
    assert data.shift is not None and data.scale is not None
    assert np.allclose((X - data.shift[:3]) / data.scale[:3], data.features[:, :3], atol=1e-13)
    assert (data.shift[3], data.scale[3], data.intercept) == (0.0, 1.0, 3)


@given(seed=seeds, standard=st.booleans(), intercept=st.booleans(), exponent=st.floats(-3.0, 3.0))
def test_a_frame_with_C_is_the_refit_on_the_users_columns(
    seed: int, standard: bool, intercept: bool, exponent: float
) -> None:
    frame, X, _, forget = people(seed)
    problem = UnlearningProblem.from_frame(
        frame.drop(columns="times"), label="outcome", forget="leaves", C=10.0**exponent,
        standardise=standard, intercept=intercept,
    )  # fmt: skip
    found = minimise(problem.oracle())
    shift, scale = (X.mean(axis=0), X.std(axis=0)) if standard else (0.0, 1.0)
    model = regression(C=10.0**exponent, fit_intercept=intercept)
    model.fit(((X - shift) / scale)[~forget], frame["outcome"][~forget])
    # newton-cholesky also stops where its decrement is small; uneven columns make that coarse
    agree(problem, found, flat(model), tol=1e-7)
    user = problem.to_user_scale(found.w)
    assert user.feature_names == ("age", "owner", "income") and user.columns == "as given"
    scores = problem.features @ found.w
    size = np.abs(X) @ np.abs(user.coefficients) + abs(user.intercept)
    assert np.all(np.abs(X @ user.coefficients + user.intercept - scores) <= 1e-13 * size)


FRAMES: dict[str, tuple[Callable[[Any], Any], Settings, str]] = {
    "array": (lambda f: f.to_numpy(), {}, "expected a DataFrame, got ndarray"),
    "no such label": (
        lambda f: f,
        dict(label="result"),
        "expected label as the name of a column, got 'result': the columns are 'age', ",
    ),
    "label as values": (lambda f: f, dict(label=[1, 2]), "label as the name of a column, got"),
    "no such weights": (lambda f: f, dict(weights="w"), "expected weights as the name of a column"),
    "no such forget": (lambda f: f, dict(forget="gone"), "or the name of a column .* got 'gone'"),
    "nothing to forget": (lambda f: f, dict(forget=None), "name of a column .* got None"),
    "two roles": (lambda f: f, dict(forget="outcome"), "expected one role a column, got 'outcome'"),
    "same names": (
        lambda f: f.rename(columns={"age": "income"}),
        {},
        "expected distinct column names, got 'income' more than once",
    ),
    "same names as text": (
        lambda f: f.rename(columns={"age": 1, "income": "1"}),
        {},
        "expected 5 distinct feature_names, got 5",
    ),
    "text": (lambda f: f.assign(city="Ulm"), {}, "numbers in column 'city', got dtype .*: encode"),
    "dates": (
        lambda f: f.assign(day=pd.Timestamp("2020-01-01")),
        {},
        "expected numbers in column 'day', got dtype datetime64",
    ),
    "complex": (lambda f: f.assign(z=1j), {}, "numbers in column 'z', got dtype complex128"),
    "missing": (
        lambda f: f.assign(age=f["age"].where(f["age"].index != 7)),
        {},
        "expected no missing values, got one in column 'age', row 7",
    ),
    "infinite": (
        lambda f: f.assign(age=np.inf),
        {},
        "expected finite values in column 'age', got inf in row 0",
    ),
    "missing label": (
        lambda f: f.assign(outcome=f["outcome"].where(f.index != 2)),
        {},
        "expected a label in column 'outcome', row 2, got none",
    ),
    "three labels": (
        lambda f: f.assign(outcome=np.arange(len(f)) % 3),
        {},
        "expected two labels in column 'outcome', got 3: 0, 1, 2",
    ),
    "one label": (lambda f: f.assign(outcome=1), {}, "expected two labels .* got 1: 1"),
    "labels of two types": (
        lambda f: f.assign(outcome=np.array([1, "a"] * 30, object)),
        {},
        "expected labels of one type in column 'outcome', got 1, 'a'",
    ),
    "forget of text": (
        lambda f: f.assign(leaves="yes"),
        {},
        "expected column 'leaves' of booleans or of 0 and 1, got values 'yes'",
    ),
    "forget missing": (
        lambda f: f.assign(leaves=f["leaves"].where(f.index != 2)),
        {},
        "expected column 'leaves' of booleans or of 0 and 1, got values",
    ),
    "no feature": (lambda f: f[["outcome", "leaves"]], {}, "expected a feature column, got none"),
    "no strength": (lambda f: f, dict(ridge=None), "expected either ridge or C, got ridge=None"),
    "two strengths": (lambda f: f, dict(C=1.0), "either ridge or C, got ridge=0.1 and C=1"),
    "bad C": (lambda f: f, dict(ridge=None, C=-1.0), "expected a C > 0, got -1.0"),
}  # fmt: skip


@pytest.mark.parametrize(("turn", "change", "message"), FRAMES.values(), ids=FRAMES.keys())
def test_bad_frames(turn: Callable[[Any], Any], change: Settings, message: str) -> None:
    good: Settings = dict(label="outcome", forget="leaves", ridge=0.1)
    with pytest.raises(ValueError, match=message) as caught:
        UnlearningProblem.from_frame(turn(people()[0]), **(good | change))
    assert str(caught.value).startswith("expected") and "\n" not in str(caught.value)


def test_nullable_numbers_and_a_constant_column() -> None:
    frame, X, *_ = people()
    frame = frame.assign(age=frame["age"].astype("Int64"), same=3.0).drop(columns="times")
    problem = UnlearningProblem.from_frame(frame, label="outcome", forget="leaves", ridge=0.1)
    assert np.allclose(problem.features[:, 0], standardise(X)[0][:, 0], rtol=1e-13, atol=1e-13)
    assert np.all(problem.features[:, 3] == 3.0)
    assert problem.to_user_scale(np.arange(5.0)).coefficients[3] == 3.0


def test_columns_that_are_no_text_have_names() -> None:
    X, y, forget = drawn(1)
    frame = pd.DataFrame(X).assign(y=y)
    problem = UnlearningProblem.from_frame(frame, label="y", forget=forget, ridge=0.1)
    assert problem.feature_names == ("0", "1", "2", "3", "intercept")
    away = UnlearningProblem.from_frame(
        frame.assign(out=forget).rename(columns={"out": 9}), label="y", forget=9, ridge=0.1
    )
    assert away.feature_names == problem.feature_names


@given(seed=seeds, exponent=st.integers(-300, 300))
def test_standardising_says_what_it_did(seed: int, exponent: int) -> None:
    rng = np.random.default_rng(seed)
    X = (rng.standard_normal((20, 3)) + rng.uniform(-30, 30, 3)) * 10.0**exponent
    X[:, 1] = X[0, 1]
    result, shift, scale = standardise(X)
    assert (shift[1], scale[1]) == (0.0, 1.0)
    assert np.array_equal(result[:, 1], X[:, 1])
    free = [0, 2]
    assert np.allclose(result.mean(axis=0)[free], 0.0, atol=1e-14)
    assert np.allclose((X / scale - shift / scale)[:, free], result[:, free], atol=1e-12)


def test_a_data_set_of_any_origin() -> None:
    X, y, forget = drawn(6)
    plain = DataSet("mine", X, y, tuple("abcd"), "here", "mine", forget=forget)
    problem = UnlearningProblem.from_data(plain, ridge=0.1)
    assert np.array_equal(problem.features, X) and problem.unpenalised == ()
    assert problem.to_user_scale(np.ones(4)).coefficients.tolist() == [1.0] * 4
    other = UnlearningProblem.from_data(plain, ~forget, C=4.0)
    assert np.array_equal(other.forget, ~forget)
    assert (other.ridge, other.normalisation) == (0.25, "sum")
    with pytest.raises(ValueError, match="expected a boolean forget mask"):
        UnlearningProblem.from_data(replace(plain, forget=None), ridge=0.1)


@given(problem=problems())
def test_plain_arrays_are_on_the_users_scale(problem: UnlearningProblem) -> None:
    w = np.arange(1.0, problem.features.shape[1] + 1.0)
    user = problem.to_user_scale(w)
    assert np.array_equal(user.coefficients, w) and user.intercept == 0.0
    assert user.feature_names == tuple(f"x{j}" for j in range(len(w)))
    named = replace(problem, feature_names=[f"column {j}" for j in range(len(w))])
    assert named.to_user_scale(w).feature_names == named.feature_names
    for bad in (np.ones(len(w) + 1), np.full(len(w), np.nan), "w"):
        with pytest.raises(ValueError, match=r"expected .*weights w"):
            problem.to_user_scale(bad)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("ab", "expected feature_names as 2 texts, got 'ab'"),
        (5, "expected feature_names as 2 texts, got 5"),
        ((1, 2), r"expected feature_names as 2 texts, got \(1, 2\)"),
        (("a",), "expected 2 distinct feature_names, got 1: 'a'"),
        (("a", "a"), "expected 2 distinct feature_names, got 2: 'a', 'a'"),
    ],
)
def test_names_that_do_not_fit(names: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        UnlearningProblem(
            np.eye(3, 2), np.ones(3), np.arange(3) < 1, ridge=0.1, feature_names=names
        )


def test_a_linear_model_shows_itself_in_one_line() -> None:
    model = LinearModel(np.arange(6.0), 0.25, tuple("abcdef"))
    assert repr(model) == (
        "LinearModel(a: 0, b: 1, c: 2, d: 3, e: 4, ..., intercept: 0.25, columns as given)"
    )


def weighted_rms(change: Array, weights: Array) -> float:
    return float(np.sqrt(np.average(change**2, weights=weights)))


@pytest.mark.parametrize("frame", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_what_refitting_the_preprocessing_does(frame: bool, weighted: bool) -> None:
    """Against scikit-learn doing both refits."""
    X, y, forget = drawn(8)
    table = pd.DataFrame(X, columns=list("abcd")) if frame else X
    weights = np.random.default_rng(0).uniform(0.5, 2.0, len(y)) if weighted else None
    rows = table[~forget] if frame else X[~forget]
    given_weights = {} if weights is None else {"logisticregression__sample_weight": weights}
    kept_weights = {k: v[~forget] for k, v in given_weights.items()}
    model = make_pipeline(StandardScaler(), PCA(3), regression(C=0.5)).fit(
        table, y, **given_weights
    )
    whole = clone(model).fit(rows, y[~forget], **kept_weights)
    alone = clone(model[-1]).fit(
        model[:-1].transform(rows), y[~forget], *[v for v in kept_weights.values()]
    )
    scores = alone.decision_function(model[:-1].transform(rows))
    shift = preprocessing_shift(model, table, y, forget, sample_weight=weights)
    mass = np.ones(len(scores)) if weights is None else weights[~forget]
    assert shift.decision == pytest.approx(
        weighted_rms(whole.decision_function(rows) - scores, mass), rel=1e-6
    )
    assert shift.original == pytest.approx(
        weighted_rms(model.decision_function(rows) - scores, mass), rel=1e-6
    )
    inner, outer = ((p[0], p[1], r) for p, r in ((model, alone), (whole, whole[-1])))
    users = []
    for scaler, pca, last in (inner, outer):
        slope = pca.components_.T @ last.coef_[0] / scaler.scale_
        base = last.intercept_[0] - last.coef_[0] @ pca.components_ @ pca.mean_
        users.append(np.append(slope, base - slope @ scaler.mean_))
    assert shift.parameters == pytest.approx(np.linalg.norm(users[0] - users[1]), rel=1e-6)
    assert "\n" not in repr(shift)


def test_what_refitting_the_preprocessing_does_to_classes() -> None:
    """Against scikit-learn doing both refits; logits as far as they differ from one another."""
    rng = np.random.default_rng(4)
    X = rng.normal(size=(90, 3)) * [1.0, 5.0, 0.2] + [0.0, 3.0, 1.0]
    y = np.array(["a", "b", "c"])[
        (X @ rng.normal(size=(3, 3)) + rng.gumbel(size=(90, 3))).argmax(1)
    ]
    forget = X[:, 1] > 6.0
    model = make_pipeline(StandardScaler(), regression(C=0.5)).fit(X, y)
    rows, labels = X[~forget], y[~forget]
    whole = clone(model).fit(rows, labels)
    alone = clone(model[-1]).fit(model[:-1].transform(rows), labels)
    scores = alone.decision_function(model[:-1].transform(rows))
    shift = preprocessing_shift(model, X, y, forget)
    for found, other in ((shift.decision, whole), (shift.original, model)):
        change = np.ptp(other.decision_function(rows) - scores, axis=1)
        assert found == pytest.approx(np.sqrt(np.mean(change**2)), rel=1e-5)
    users = []
    for scaler, last in ((model[0], alone), (whole[0], whole[-1])):
        slope = last.coef_ / scaler.scale_
        base = last.intercept_ - last.intercept_.mean() - slope @ scaler.mean_
        users.append(np.column_stack([slope, base]))
    assert shift.parameters == pytest.approx(np.linalg.norm(users[0] - users[1]), rel=1e-5)


def test_preprocessing_that_learns_nothing_shifts_nothing() -> None:
    X, y, forget = drawn(8)
    model = make_pipeline(FunctionTransformer(np.arctan), regression()).fit(X, y)
    shift = preprocessing_shift(model, X, y, forget)
    assert shift.decision <= 1e-8 < shift.original
    assert shift.parameters is None


def test_encoding_leaks_too() -> None:
    """A city that only forgotten rows name leaves its column behind."""
    X, y, forget = drawn(9)
    city = np.where(forget & (X[:, 1] > X[:, 1].mean()), "Ulm", "Bonn")
    frame = pd.DataFrame({"city": city, "x": X[:, 0], "out": forget})
    encode = ColumnTransformer(
        [("city", OneHotEncoder(handle_unknown="ignore"), ["city"])], remainder="passthrough"
    )
    model = make_pipeline(encode, regression()).fit(frame[["city", "x"]], y)
    shift = preprocessing_shift(model, frame, y, "out")
    assert shift.parameters is None
    assert 0.0 <= shift.decision < shift.original


def test_a_shift_needs_preprocessing_and_minima() -> None:
    X, y, forget = drawn(8)
    for model in (regression().fit(X, y), make_pipeline(regression()).fit(X, y)):
        with pytest.raises(ValueError, match="expected a pipeline with a step before the last"):
            preprocessing_shift(model, X, y, forget)
    model = make_pipeline(StandardScaler(), regression()).fit(X, y)
    with pytest.raises(ValueError, match="expected models that have a certified minimum"):
        preprocessing_shift(model, X, y, y > 0)  # one label is left, and a free intercept


def test_a_pipeline_of_one_step_is_its_model() -> None:
    X, y, forget = drawn(8)
    alone, piped = regression().fit(X, y), make_pipeline(regression()).fit(X, y)
    one, other = (UnlearningProblem.from_sklearn(m, X, y, forget) for m in (alone, piped))
    assert np.array_equal(one.features, other.features)
    assert one.feature_names == other.feature_names == ("x0", "x1", "x2", "x3", "intercept")


def test_lists_are_read() -> None:
    X, y, forget = drawn(8)
    model = regression().fit(X, y)
    problem = UnlearningProblem.from_sklearn(model, X.tolist(), y.tolist(), forget.tolist())
    assert np.array_equal(problem.features[:, :4], X)


@pytest.mark.parametrize("heading", ["From a scikit-learn model", "From a DataFrame"])
def test_the_how_to_prints_what_it_shows(heading: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^## {heading}\n(.*?)^## ", page, flags=re.DOTALL | re.MULTILINE)
    blocks = re.findall(r"```(python|text)\n(.*?)```", section, flags=re.DOTALL)
    scope: dict[str, Any] = {"UnlearningProblem": UnlearningProblem, "minimise": minimise}
    for kind, text in blocks:
        if kind == "python":
            exec(compile(text, "how-to.md", "exec"), scope)
    assert capsys.readouterr().out == "".join(text for kind, text in blocks if kind == "text")


def test_a_users_own_column_called_intercept() -> None:
    X, y, forget = drawn(1)
    frame = pd.DataFrame(X, columns=["a", "intercept", "intercept (appended)", "b"])
    expected = (*frame.columns, "intercept (appended) (appended)")
    model = regression().fit(frame, y)
    assert UnlearningProblem.from_sklearn(model, frame, y, forget).feature_names == expected
    problem = UnlearningProblem.from_frame(frame.assign(y=y), label="y", forget=forget, ridge=0.1)
    assert problem.feature_names == expected


# --- weights on the user's scale, and back ------------------------------------------------------


@pytest.mark.parametrize(
    "steps",
    [[], [StandardScaler()], [MinMaxScaler(feature_range=(-2.0, 5.0))], [RobustScaler()]],
    ids=["none", "standard", "minmax", "robust"],
)
@pytest.mark.parametrize("solver", ["newton-cholesky", "liblinear"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_weights_come_back_from_the_users_scale(steps, solver, fit_intercept) -> None:
    X, y, forget = drawn(5)
    last = regression(solver=solver, fit_intercept=fit_intercept)
    if solver == "liblinear":
        last.set_params(intercept_scaling=3.0)
    model = make_pipeline(*steps, last).fit(X, y)
    problem = UnlearningProblem.from_sklearn(model, X, y, forget)
    assert problem.fitted_weights == pytest.approx(flat(last, problem_constant(last)))
    user = problem.to_user_scale(problem.fitted_weights)
    # what the model says of a row is what the user's coefficients say of it
    said = X @ user.coefficients + user.intercept
    assert said == pytest.approx(model.decision_function(X), rel=1e-9, abs=1e-9)
    assert problem.from_user_scale(user) == pytest.approx(problem.fitted_weights, rel=1e-9)
    order = [2, 0, 3, 1]
    shuffled = replace(
        user,
        coefficients=user.coefficients[order],
        feature_names=tuple(user.feature_names[j] for j in order),
    )
    assert problem.from_user_scale(shuffled) == pytest.approx(problem.fitted_weights, rel=1e-9)


def problem_constant(last: Any) -> float:
    return 3.0 if last.solver == "liblinear" else 1.0


def test_weights_off_the_span_of_a_projection_are_refused() -> None:
    X, y, forget = drawn(6)
    model = make_pipeline(PCA(2), regression()).fit(X, y)
    problem = UnlearningProblem.from_sklearn(model, X, y, forget)
    user = problem.to_user_scale(problem.fitted_weights)
    assert problem.from_user_scale(user) == pytest.approx(problem.fitted_weights, rel=1e-9)
    other = replace(user, coefficients=user.coefficients + np.array([1.0, 0.0, 0.0, 0.0]))
    with pytest.raises(ValueError, match="expected coefficients in the span of the preprocessing"):
        problem.from_user_scale(other)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (dict(feature_names=("x0", "x1", "x2", "x2")), "two for 'x2' and none for 'x3'"),
        (dict(feature_names=("x0", "x1", "x2", "z")), "none for 'x3' and one for the unknown 'z'"),
        (dict(coefficients=np.array([1.0, np.nan, 0.0, 0.0])), "finite"),
        (dict(intercept=np.inf), "finite"),
        (dict(coefficients=np.ones(3)), "coefficients of shape|length|\\(4,\\)"),
    ],
)
def test_weights_that_do_not_fit_are_refused_in_a_line(change, words) -> None:
    X, y, forget = drawn(7)
    model = make_pipeline(StandardScaler(), regression()).fit(X, y)
    problem = UnlearningProblem.from_sklearn(model, X, y, forget)
    user = problem.to_user_scale(problem.fitted_weights)
    with pytest.raises(ValueError, match=words) as caught:
        problem.from_user_scale(replace(user, **change))
    assert "\n" not in str(caught.value)


def test_an_intercept_needs_a_column() -> None:
    X, y, forget = drawn(8)
    problem = UnlearningProblem(X, y, forget, ridge=0.1)
    user = problem.to_user_scale(np.arange(4.0))
    assert problem.from_user_scale(user).tolist() == [0.0, 1.0, 2.0, 3.0]
    with pytest.raises(ValueError, match=r"expected the intercept 0 .* got 0.5"):
        problem.from_user_scale(replace(user, intercept=0.5))
    with pytest.raises(ValueError, match="fitted_weights"):
        replace(problem, fitted_weights=np.ones(3))
