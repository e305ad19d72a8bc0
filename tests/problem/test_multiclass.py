"""The unlearning problem of many classes: its coefficients, its refusals, where it comes from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from logreg_unlearn.problem.adapters.affine import LinearModel
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise

NAMES = np.array(["ash", "birch", "cedar"])


def problem(**changes: Any) -> SoftmaxProblem:
    rng = np.random.default_rng(0)
    parts: dict[str, Any] = dict(
        features=rng.standard_normal((12, 2)),
        labels=NAMES[np.arange(12) % 3],
        forget=np.arange(12) < 4,
        ridge=0.5,
    )
    return SoftmaxProblem(**{**parts, **changes})


def mean_loss(p: SoftmaxProblem, w: Array, rows: Array) -> float:
    """By the definition, sample by sample."""
    total, mass = 0.0, 0.0
    for i in np.flatnonzero(rows):
        u = p.class_weights(w) @ p.features[i]
        weight = 1.0 if p.weights is None else p.weights[i]
        total += weight * (np.log(np.exp(u).sum()) - u[list(NAMES).index(p.labels[i])])
        mass += weight
    return float(total / mass)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_objectives_are_means_or_sums_of_the_losses(normalisation: str, weighted: bool) -> None:
    mass = np.linspace(1.0, 2.0, 12) if weighted else np.ones(12)
    p = problem(normalisation=normalisation, weights=mass if weighted else None)
    w = np.random.default_rng(1).standard_normal(6)
    everything = np.ones(12, dtype=bool)
    totals = {
        rows: 1.0 if normalisation == "mean" else mass[chosen].sum()
        for rows, chosen in (("all", everything), ("R", ~p.forget), ("F", p.forget))
    }
    retain, forget = mean_loss(p, w, ~p.forget), mean_loss(p, w, p.forget)
    penalty = 0.25 * float(w @ w)
    sums = totals["R"] * retain, totals["F"] * forget
    assert p.retain_loss(w) == pytest.approx(retain) and p.forget_loss(w) == pytest.approx(forget)
    for objective, expected in (
        (p.original(), totals["all"] * mean_loss(p, w, everything) + penalty),
        (p.oracle(), sums[0] + penalty),
        (p.descent_ascent(), sums[0] - sums[1] + penalty),
        (p.path(0.3, 0.0), sums[0] - 0.3 * sums[1]),
        (p.weighted(2.0, 3.0, ridge=False), 2 * sums[0] + 3 * sums[1]),
        (p.forget_ascent(), -sums[1]),
    ):
        assert float(objective.value(w)) == pytest.approx(expected)
    assert p.retain_loss(np.array([w, w, 0 * w])).shape == (3,)
    assert p.retain_loss(0 * w) == pytest.approx(np.log(3))
    assert p.forget_fraction == pytest.approx(mass[:4].sum() / mass.sum())
    assert p.forget_odds == pytest.approx(mass[:4].sum() / mass[4:].sum())


def test_the_problem_owns_what_it_holds() -> None:
    x = np.ones((12, 2))
    p = problem(features=x)
    x[:] = 7.0
    assert (p.features == 1.0).all() and not p.features.flags.writeable
    again = replace(p, ridge=2.0)
    assert again.ridge == 2.0 and (again.classes == p.classes).all()
    assert repr(p) == (
        "SoftmaxProblem(12 samples, 2 columns, 3 classes, 4 to forget, ridge=0.5, mean convention)"
    )


def test_labels_of_any_values_in_any_order() -> None:
    assert problem().label_values == ("ash", "birch", "cedar")
    turned = problem(label_values=("cedar", "ash", "birch", "none of these"))
    assert turned.count == 4 and turned.classes.tolist()[:3] == [1, 2, 0]
    numbers = problem(labels=np.arange(12) % 3 * 10)
    assert numbers.label_values == (0, 10, 20) and (numbers.classes == problem().classes).all()
    sides = problem(labels=np.where(np.arange(12) % 2, "yes", "no"))
    assert sides.count == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(labels=NAMES), r"expected labels of shape \(12,\), got \(3,\)"),
        (dict(labels=np.ones(12)), "expected two different label values or more, got 1: 1"),
        (dict(labels=np.r_[np.nan, np.arange(11)]), "expected labels without gaps, got nan"),
        (dict(label_values=("ash", "birch")), "expected labels among .*, got 'cedar' in row 2"),
        (dict(label_values=("ash", "ash", "birch", "cedar")), "expected two different label"),
        (dict(offset=np.ones((12, 2))), r"expected a finite offset of shape \(12, 3\), got"),
        (dict(offset=np.full((12, 3), np.inf)), "expected a finite offset"),
        (dict(ridge=-1.0), "expected a ridge > 0, got -1.0"),
        (dict(forget=np.zeros(12, bool)), "expected a forget set of 1 to 11 samples"),
        (dict(weights=np.zeros(12)), "expected weights > 0"),
        (dict(normalisation="max"), "expected a normalisation among"),
        (dict(unpenalised=2), "expected unpenalised columns in 0..1"),
        (dict(feature_names=("a", "a")), "expected 2 distinct feature_names"),
        (dict(user_scale=3), "expected a UserScale, got 3"),
        (dict(features=np.full((12, 2), np.inf)), "expected finite features"),
    ],
)
def test_bad_input_is_one_clear_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        problem(**changes)
    assert "\n" not in str(caught.value)


# ---------------------------------------------------------------- scikit-learn and pandas


@pytest.fixture(scope="module")
def iris() -> tuple[Any, Array, Array]:
    datasets = pytest.importorskip("sklearn.datasets")
    pytest.importorskip("pandas")
    found = datasets.load_iris(as_frame=True)
    names = np.asarray(found.target_names)[found.target]
    return found.data, names, np.random.default_rng(0).random(150) < 0.2


def regression(**options: Any) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(**{"tol": 1e-8, "max_iter": 10_000, **options})


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("class_weight", [None, {"setosa": 2.0}])
def test_the_original_is_the_fitted_model(
    iris: tuple[Any, Array, Array], fit_intercept: bool, class_weight: Any
) -> None:
    x, y, forget = iris
    sample_weight = np.linspace(0.5, 1.5, 150)
    model = regression(C=2.0, fit_intercept=fit_intercept, class_weight=class_weight)
    model.fit(x, y, sample_weight=sample_weight)
    p = SoftmaxProblem.from_sklearn(model, x, y, forget, sample_weight=sample_weight)
    assert p.ridge == 0.5 and p.normalisation == "sum"
    assert p.label_values == ("setosa", "versicolor", "virginica")
    assert p.unpenalised == ((4,) if fit_intercept else ())
    models = p.to_user_scale(minimise(p.original()).w)
    assert models[0].feature_names == tuple(x.columns)
    assert np.allclose([m.coefficients for m in models], model.coef_, atol=1e-3)
    assert np.allclose([m.intercept for m in models], model.intercept_, atol=1e-3)


def test_standardisation_is_undone(iris: tuple[Any, Array, Array]) -> None:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y, forget = iris
    model = make_pipeline(StandardScaler(), regression()).fit(x, y)
    p = SoftmaxProblem.from_sklearn(model, x, y, forget)
    models = p.to_user_scale(minimise(p.original()).w)
    decision = np.column_stack([x.to_numpy() @ m.coefficients + m.intercept for m in models])
    assert np.allclose(decision, model.decision_function(x), atol=1e-3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(solver="saga", penalty="l1"), "expected the l2 penalty alone"),
        (dict(class_weight="balanced"), "expected class weights that a refit keeps"),
        (dict(warm_start=True), "expected warm_start=False"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_other_models_are_refused(
    iris: tuple[Any, Array, Array], options: dict[str, Any], message: str
) -> None:
    x, y, forget = iris
    model = regression(**{"max_iter": 50, **options}).fit(x, y)
    with pytest.raises(ValueError, match=message):
        SoftmaxProblem.from_sklearn(model, x, y, forget)


def test_each_constructor_names_the_other(iris: tuple[Any, Array, Array]) -> None:
    x, y, forget = iris
    with pytest.raises(ValueError, match=r"got 3: SoftmaxProblem.from_sklearn takes more$"):
        UnlearningProblem.from_sklearn(regression().fit(x, y), x, y, forget)
    two = y != "virginica"
    with pytest.raises(ValueError, match=r"got 2: UnlearningProblem.from_sklearn takes two$"):
        model = regression().fit(x[two], y[two])
        SoftmaxProblem.from_sklearn(model, x[two], y[two], forget[two])
    with pytest.raises(ValueError, match="got one model for each class against the others"):
        one_each = regression().fit(x, y).set_params(solver="liblinear")
        SoftmaxProblem.from_sklearn(one_each, x, y, forget)
    frame = x.assign(species=y)
    with pytest.raises(ValueError, match=r"expected two labels .*: SoftmaxProblem takes more$"):
        UnlearningProblem.from_frame(frame, label="species", forget=forget, ridge=1.0)
    with pytest.raises(ValueError, match="got 'oak' in row 0"):
        wrong = np.where(np.arange(150) == 0, "oak", y)
        SoftmaxProblem.from_sklearn(regression().fit(x, y), x, wrong, forget)


def test_frames_of_two_and_of_three_labels(iris: tuple[Any, Array, Array]) -> None:
    x, y, forget = iris
    p = SoftmaxProblem.from_frame(x.assign(species=y, gone=forget), label="species", forget="gone",
                                  ridge=0.1)  # fmt: skip
    assert p.count == 3 and p.normalisation == "mean" and p.unpenalised == (4,)
    assert (p.labels == y).all() and (p.forget == forget).all()
    models = p.to_user_scale(minimise(p.original()).w)
    decision = np.column_stack([x.to_numpy() @ m.coefficients + m.intercept for m in models])
    assert np.mean(np.array(p.label_values)[decision.argmax(axis=1)] == y) > 0.9
    two = SoftmaxProblem.from_frame(
        x.assign(setosa=y == "setosa"), label="setosa", forget=forget, C=1.0
    )
    assert two.count == 2 and two.label_values == (False, True) and two.normalisation == "sum"
    assert (two.classes == (y == "setosa")).all()
    with pytest.raises(ValueError, match="expected either ridge or C"):
        SoftmaxProblem.from_frame(x.assign(species=y), label="species", forget=forget)


def test_the_fitted_models_weights_come_along() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = datasets.load_iris(return_X_y=True)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, tol=1e-8)).fit(x, y)
    p = SoftmaxProblem.from_sklearn(model, x, y, [1, 80])
    assert p.fitted_weights is not None
    logits = p.features @ p.class_weights(p.fitted_weights).T
    np.testing.assert_allclose(logits, model.decision_function(x), rtol=1e-9, atol=1e-9)
    assert np.linalg.norm(p.original().gradient(p.fitted_weights)) < 1e-4
    with pytest.raises(ValueError, match="fitted_weights"):
        replace(p, fitted_weights=np.ones(4))


def test_the_way_in_is_the_inverse_of_the_way_out(iris: tuple[Any, Array, Array]) -> None:
    x, y, forget = iris
    p = SoftmaxProblem.from_frame(x.assign(kind=y), label="kind", forget=forget, C=1.0)
    w = np.random.default_rng(0).normal(size=p.original().dimension)
    models = p.to_user_scale(w)
    assert p.from_user_scale(models) == pytest.approx(w, rel=1e-9)
    order = [2, 0, 3, 1]
    shuffled = [
        LinearModel(m.coefficients[order], m.intercept, tuple(m.feature_names[j] for j in order))
        for m in models
    ]
    assert p.from_user_scale(shuffled) == pytest.approx(w, rel=1e-9)
    plain = SoftmaxProblem(x.to_numpy(), y, forget, ridge=1.0)
    assert np.array_equal(plain.from_user_scale(plain.to_user_scale(w[:12])), w[:12])
    with pytest.raises(ValueError, match=r"^expected a model for each of 3 classes, got 2"):
        p.from_user_scale(models[:2])
    short = LinearModel(np.ones(1), 0.0, ("sepal length (cm)",))
    with pytest.raises(ValueError, match=r"got none for 'sepal.*\(class 'versicolor'\)$"):
        p.from_user_scale([models[0], short, models[2]])


def test_what_is_centred_predicts_alike_and_is_nearer(iris: tuple[Any, Array, Array]) -> None:
    x, y, forget = iris
    p = SoftmaxProblem(x.to_numpy(), y, forget, ridge=0.5)
    w = np.random.default_rng(1).normal(size=12)
    found, oracle = p.centred(w), minimise(p.oracle()).w
    assert np.abs(p.class_weights(found).sum(axis=0)).max() < 1e-14
    assert np.allclose(p.original().losses(w), p.original().losses(found))
    before, after = (np.linalg.norm(v - oracle) for v in (w, found))
    assert before**2 == pytest.approx(after**2 + np.linalg.norm(w - found) ** 2)
    with pytest.raises(ValueError, match="weights w"):
        p.centred(w[:5])


@pytest.mark.parametrize("shape", [(4,), (3, 2), (6, 1), ()])
def test_weights_of_another_length_have_no_rows(shape) -> None:
    with pytest.raises(ValueError, match=r"expected weights \(\.\.\., 6\), got shape \("):
        problem().class_weights(np.zeros(shape))
    assert problem().class_weights(np.zeros((5, 6))).shape == (5, 3, 2)
