"""Problems: the objectives they define in both conventions, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC, Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from tests.strategies import problems, seeds


def masses(problem: UnlearningProblem) -> Array:
    return np.ones(len(problem.labels)) if problem.weights is None else problem.weights


def written_out(
    problem: UnlearningProblem, w: Array, retain: float, forget: float, ridge: float
) -> tuple[float, Array]:
    """Value and gradient of ``retain sum_R m phi + forget sum_F m phi + ridge`` as a loop."""
    value, gradient = 0.0, np.zeros_like(w)
    for i, mass in enumerate(masses(problem)):
        c = mass * (forget if problem.forget[i] else retain)
        score = problem.features[i] @ w + (0.0 if problem.offset is None else problem.offset[i])
        z = np.array(problem.labels[i] * score)
        value += c * problem.loss.value(z)
        gradient += c * problem.loss.derivative(z) * problem.labels[i] * problem.features[i]
    for j in range(len(w)):
        if j not in problem.unpenalised:
            value += 0.5 * ridge * w[j] ** 2
            gradient[j] += ridge * w[j]
    return value, gradient


def agree(objective: Objective, w: Array, expected: tuple[float, Array]) -> None:
    scale = np.abs(objective.coefficients) @ objective.loss.value(objective.margins(w)) + 1.0
    assert abs(objective.value(w) - expected[0]) <= 1e-13 * scale
    longest = 1.0 + np.linalg.norm(objective.signed_features, axis=1).max()
    assert np.linalg.norm(objective.gradient(w) - expected[1]) <= 1e-12 * scale * longest


@given(problem=problems(), seed=seeds, beta=st.floats(-3.0, 3.0))
def test_objectives_are_their_definitions(
    problem: UnlearningProblem, seed: int, beta: float
) -> None:
    w = np.random.default_rng(seed).standard_normal(problem.features.shape[1])
    mass, in_f, ridge = masses(problem), problem.forget, problem.ridge
    whole, retained, forgotten = 1.0, 1.0, 1.0
    if problem.normalisation == "mean":
        whole, retained, forgotten = mass.sum(), mass[~in_f].sum(), mass[in_f].sum()
    r, f = 1.0 / retained, 1.0 / forgotten
    agree(problem.original(), w, written_out(problem, w, 1 / whole, 1 / whole, ridge))
    agree(problem.oracle(), w, written_out(problem, w, r, 0.0, ridge))
    agree(problem.descent_ascent(), w, written_out(problem, w, r, -f, ridge))
    agree(problem.path(beta), w, written_out(problem, w, r, -beta * f, ridge))
    agree(problem.forget_ascent(), w, written_out(problem, w, 0.0, -f, 0.0))
    agree(problem.forget_ascent(ridge=True), w, written_out(problem, w, 0.0, -f, ridge))
    agree(problem.weighted(beta, 0.3), w, written_out(problem, w, beta * r, 0.3 * f, ridge))
    agree(
        problem.weighted(0.4, beta, ridge=False), w, written_out(problem, w, 0.4 * r, beta * f, 0)
    )


@given(problem=problems())
def test_path_from_oracle_to_descent_ascent(problem: UnlearningProblem) -> None:
    for beta, end in ((0.0, problem.oracle()), (1.0, problem.descent_ascent())):
        on_path = problem.path(beta)
        assert np.array_equal(on_path.coefficients, end.coefficients)
        assert np.array_equal(on_path.ridge_diagonal, end.ridge_diagonal)
    assert problem.oracle().convex
    assert np.all(problem.oracle().coefficients[problem.forget] == 0.0)
    assert np.all(problem.descent_ascent().coefficients[problem.forget] < 0.0)


@given(problem=problems())
def test_original_on_the_path(problem: UnlearningProblem) -> None:
    """Sum convention: beta = -1.  Mean: beta = -n_F/n_R with the ridge times n/n_R."""
    f = problem.forget_fraction
    original = problem.original()
    if problem.normalisation == "sum":
        on_path, factor = problem.path(-1.0), 1.0
    else:
        factor = 1.0 / (1.0 - f)
        on_path = problem.path(-f / (1.0 - f))
        on_path = on_path.with_coefficients(on_path.coefficients, factor * problem.ridge)
    assert np.allclose(on_path.coefficients, factor * original.coefficients, rtol=1e-13)
    assert np.allclose(on_path.ridge_diagonal, factor * original.ridge_diagonal, rtol=1e-13)


@given(problem=problems(losses=st.just(LOGISTIC), normalisations=("mean",)))
def test_the_same_minimiser_on_the_path(problem: UnlearningProblem) -> None:
    f = problem.forget_fraction
    on_path = problem.path(-f / (1.0 - f))
    on_path = on_path.with_coefficients(on_path.coefficients, problem.ridge / (1.0 - f))
    here, there = minimise(problem.original()), minimise(on_path)
    gap = np.linalg.norm(here.w - there.w)
    # the coefficients of the two differ by rounding too
    assert gap <= here.radius + there.radius + 1e-12 * (1.0 + np.linalg.norm(here.w)) or (
        np.isinf(here.radius) and problem.unpenalised
    )


@given(problem=problems(), seed=seeds)
def test_losses_are_weighted_means(problem: UnlearningProblem, seed: int) -> None:
    w = np.random.default_rng(seed).standard_normal((2, 3, problem.features.shape[1]))
    mass = masses(problem)
    scores = w @ problem.features.T + (0.0 if problem.offset is None else problem.offset)
    losses = problem.loss.value(problem.labels * scores)
    for rows, got in (
        (~problem.forget, problem.retain_loss),
        (problem.forget, problem.forget_loss),
    ):
        assert got(w).shape == (2, 3)
        expected = np.average(losses[..., rows], axis=-1, weights=mass[rows])
        assert np.allclose(got(w), expected, rtol=1e-12)
    assert problem.forget_fraction == pytest.approx(mass[problem.forget].sum() / mass.sum())


@given(problem=problems(), seed=seeds)
def test_weights_are_repetitions(problem: UnlearningProblem, seed: int) -> None:
    """A sample of weight k counts as k samples: in every objective of either convention."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 4, len(problem.labels))

    def build(index: Array, weights: Array | None) -> UnlearningProblem:
        return UnlearningProblem(
            problem.features[index],
            problem.labels[index],
            problem.forget[index],
            ridge=problem.ridge,
            loss=problem.loss,
            offset=None if problem.offset is None else problem.offset[index],
            weights=weights,
            normalisation=problem.normalisation,
            unpenalised=problem.unpenalised,
        )

    everyone = np.arange(len(counts))
    weighted = build(everyone, counts.astype(float))
    repeated = build(np.repeat(everyone, counts), None)
    w = rng.standard_normal(problem.features.shape[1])
    assert weighted.forget_fraction == pytest.approx(repeated.forget_fraction)
    for name in ("original", "oracle", "descent_ascent", "forget_ascent"):
        one, other = getattr(weighted, name)(), getattr(repeated, name)()
        assert np.isclose(one.value(w), other.value(w), rtol=1e-11, atol=1e-11)
        assert np.allclose(one.gradient(w), other.gradient(w), rtol=1e-10, atol=1e-10)


def test_small_by_hand() -> None:
    """n=3, two retained: values of the coefficients, of the signed rows and of the offsets."""
    problem = UnlearningProblem(
        [[1, 2], [3, 4], [5, 6]],  # type: ignore[arg-type]
        [1, -1, 1],  # type: ignore[arg-type]
        np.array([False, True, False]),
        ridge=2,
        offset=[0.1, 0.2, 0.3],  # type: ignore[arg-type]
        unpenalised=(1,),
    )
    assert problem.original().coefficients.tolist() == [1 / 3] * 3
    assert problem.oracle().coefficients.tolist() == [0.5, 0.0, 0.5]
    assert problem.descent_ascent().coefficients.tolist() == [0.5, -1.0, 0.5]
    assert problem.oracle().signed_features.tolist() == [[1, 2], [-3, -4], [5, 6]]
    assert problem.oracle().offset.tolist() == [0.1, -0.2, 0.3]  # type: ignore[union-attr]
    assert problem.oracle().ridge_diagonal.tolist() == [2.0, 0.0]
    assert problem.forget_ascent().ridge_diagonal.tolist() == [0.0, 0.0]
    assert problem.forget_fraction == pytest.approx(1 / 3)
    assert problem.loss is LOGISTIC
    assert problem.features.dtype == problem.labels.dtype == np.float64


def test_loss_by_name_or_object() -> None:
    arguments = (np.ones((2, 1)), np.ones(2), np.array([True, False]))
    for loss in ("exponential", EXPONENTIAL):
        assert UnlearningProblem(*arguments, ridge=1.0, loss=loss).oracle().loss is EXPONENTIAL


GOOD: dict[str, Any] = dict(
    features=np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
    labels=np.array([1.0, -1.0, 1.0]),
    forget=np.array([True, False, False]),
    ridge=0.1,
)
BAD = {
    "one-dimensional features": (dict(features=np.ones(3)), r"of shape \(n, d\), got \(3,\)"),
    "no columns": (dict(features=np.ones((3, 0))), r"of shape \(n, d\), got \(3, 0\)"),
    "no rows": (dict(features=np.ones((0, 2))), r"of shape \(n, d\), got \(0, 2\)"),
    "nan feature": (
        dict(features=np.array([[1.0, 2.0], [3.0, np.nan], [5.0, 6.0]])),
        "expected finite features, got nan in row 1, column 1",
    ),
    "infinite feature": (
        dict(features=np.array([[1.0, 2.0], [3.0, 4.0], [np.inf, 6.0]])),
        "expected finite features, got inf in row 2, column 0",
    ),
    "short labels": (dict(labels=np.ones(2)), r"expected labels of shape \(3,\), got \(2,\)"),
    "column of labels": (dict(labels=np.ones((3, 1))), r"labels of shape \(3,\), got \(3, 1\)"),
    "zero-one labels": (
        dict(labels=np.array([0, 1, 1])),
        r"expected labels -1 and \+1, got values 0, 1",
    ),
    "many labels": (
        dict(features=np.ones((8, 1)), labels=np.arange(8.0), forget=np.arange(8) < 2),
        r"got values 0, 1, 2, 3, 4, \.\.\.",
    ),
    "nan label": (
        dict(labels=np.array([1.0, np.nan, 1.0])),
        "expected finite labels, got nan in row 1",
    ),
    "indices to forget": (
        dict(forget=np.array([0, 1])),
        "expected a boolean forget mask, got dtype int",
    ),
    "zero-one forget mask": (
        dict(forget=np.array([1, 0, 0])),
        "expected a boolean forget mask, got dtype int",
    ),
    "short forget mask": (
        dict(forget=np.array([True, False])),
        r"expected a forget mask of shape \(3,\), got \(2,\)",
    ),
    "nothing to forget": (
        dict(forget=np.zeros(3, bool)),
        "expected a forget set of 1 to 2 samples, got an empty one",
    ),
    "everything to forget": (
        dict(forget=np.ones(3, bool)),
        "expected a forget set of 1 to 2 samples, got all 3",
    ),
    "ridge of zero": (dict(ridge=0.0), "expected a ridge > 0, got 0.0"),
    "negative ridge": (dict(ridge=-1.0), "expected a ridge > 0, got -1.0"),
    "nan ridge": (dict(ridge=float("nan")), "expected a ridge > 0, got nan"),
    "infinite ridge": (dict(ridge=float("inf")), "expected a ridge > 0, got inf"),
    "loss": (dict(loss="hinge"), "expected a loss among .*, got 'hinge'"),
    "normalisation": (
        dict(normalisation="total"),
        "expected a normalisation among .*, got 'total'",
    ),
    "weight of zero": (
        dict(weights=np.array([1.0, 0.0, 2.0])),
        "expected weights > 0, got a minimum of 0.0",
    ),
    "nan weight": (
        dict(weights=np.array([1.0, 2.0, np.nan])),
        "expected finite weights, got nan in row 2",
    ),
    "long weights": (dict(weights=np.ones(4)), r"expected weights of shape \(3,\), got \(4,\)"),
    "long offset": (dict(offset=np.ones(4)), r"expected offset of shape \(3,\), got \(4,\)"),
    "infinite offset": (
        dict(offset=np.array([0.0, -np.inf, 0.0])),
        "expected finite offset, got -inf in row 1",
    ),
    "column beyond": (dict(unpenalised=(2,)), r"expected unpenalised columns in 0..1, got \(2,\)"),
    "negative column": (dict(unpenalised=(-1,)), r"unpenalised columns in 0..1, got \(-1,\)"),
}


def test_good_input_is_accepted() -> None:
    assert UnlearningProblem(**GOOD).forget_fraction == pytest.approx(1 / 3)


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        UnlearningProblem(**(GOOD | change))
    text = str(caught.value)
    assert text.startswith("expected")
    assert "\n" not in text
