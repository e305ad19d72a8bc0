"""Problems: the objectives they define in both conventions, and what they refuse."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

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
    assert problem.features.tolist() == [[1, 2], [3, 4], [5, 6]]
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
    "column beyond": (dict(unpenalised=(2,)), r"expected unpenalised columns in 0..1, got 2"),
    "negative column": (dict(unpenalised=(-1,)), r"unpenalised columns in 0..1, got -1"),
    "column number alone": (
        dict(unpenalised=1),
        r"unpenalised columns in 0..1, got 1: write \(1,\)",
    ),
    "fractional column": (dict(unpenalised=(1.0,)), "unpenalised columns in 0..1, got 1.0"),
    "column by name": (dict(unpenalised="ab"), "unpenalised columns in 0..1, got 'a'"),
    "mask of other length": (dict(unpenalised=(True,)), "unpenalised columns in 0..1, got True"),
    "ridge by name": (dict(ridge="0.1"), "expected a ridge > 0, got '0.1'"),
    "no ridge": (dict(ridge=None), "expected a ridge > 0, got None"),
    "ridge of truth": (dict(ridge=True), "expected a ridge > 0, got True"),
    "ridge per column": (dict(ridge=np.ones(2)), "expected a ridge > 0, got array"),
    "huge ridge": (dict(ridge=10**400), "expected a ridge > 0, got 1000"),
    "listed normalisation": (dict(normalisation=["mean"]), r"normalisation among .*\['mean'\]"),
    "listed loss": (dict(loss=["logistic"]), r"expected a loss among .*, got \['logistic'\]"),
    "no loss": (dict(loss=None), "expected a loss among .*, got None"),
    "masked entry": (
        dict(features=np.ma.masked_equal(np.arange(6.0).reshape(3, 2), 3.0)),
        "expected features without masked entries, got 1 of them",
    ),
    "sparse features": (
        dict(features=sparse.csr_array(np.ones((3, 2)))),
        r"expected dense features, got a sparse csr_array: pass features.toarray\(\)",
    ),
    "ragged features": (dict(features=[[1.0, 2.0], [3.0], [5.0, 6.0]]), "of unequal lengths"),
    "no features": (dict(features=None), "expected features of real numbers, got dtype object"),
    "sum of weights beyond": (
        dict(weights=np.full(3, 1e308), normalisation="sum"),
        "finite sum in the sum convention, got 1e[+]308 to 1e[+]308",
    ),
    "subnormal weights": (
        dict(weights=np.full(3, 1e-310), normalisation="sum"),
        "expected weights from 2.23e-308 .* in the sum convention",
    ),
    "weights far apart": (
        dict(weights=[1e300, 1e-300, 1e300]),
        r"shares of their sum are above 0 in float64, got 1e-300 in row 1 beside 1e\+300",
    ),
    "retained share lost": (
        dict(weights=[1e20, 1.0, 1.0]),
        "expected a retained share of the weights above the rounding of float64, got 2e-20",
    ),
}
WRONG_DTYPES = {
    "complex": (lambda a: a + 1j, "complex128"),
    "text": (lambda a: a.astype(str), "<U"),
    "bytes": (lambda a: a.astype("S4"), r"\|S4"),
    "objects": (lambda a: a.astype(object), "object"),
    "dates": (lambda a: a.astype("M8[s]"), "datetime64"),
    "records": (lambda a: np.zeros(a.shape, [("x", float)]), r"\[\('x'"),
}
for _name in ("features", "labels", "weights", "offset"):
    for _kind, (_turn, _dtype) in WRONG_DTYPES.items():
        _values = np.ones((3, 2) if _name == "features" else 3)
        BAD[f"{_kind} as {_name}"] = (
            {_name: _turn(_values)},
            f"expected {_name} of real numbers, got dtype {_dtype}",
        )


def test_good_input_is_accepted() -> None:
    assert UnlearningProblem(**GOOD).forget_fraction == pytest.approx(1 / 3)


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        UnlearningProblem(**(GOOD | change))
    text = str(caught.value)
    assert text.startswith("expected")
    assert "\n" not in text


GOOD_WAYS: dict[str, dict[str, Any]] = {
    "lists": dict(
        features=GOOD["features"].tolist(), labels=[1, -1, 1], forget=[True, False, False]
    ),
    "integers": dict(features=GOOD["features"].astype(np.int8), labels=np.array([1, -1, 1])),
    "single precision": dict(features=GOOD["features"].astype(np.float32)),
    "masked array without a gap": dict(features=np.ma.masked_less(GOOD["features"], 0.0)),
    "columns of Fortran": dict(features=np.asfortranarray(GOOD["features"])),
    "ridge of NumPy": dict(ridge=np.array(0.1)),
}


@pytest.mark.parametrize("change", GOOD_WAYS.values(), ids=GOOD_WAYS.keys())
def test_what_can_be_read_without_guessing_is_read(change: dict[str, Any]) -> None:
    problem, plain = UnlearningProblem(**(GOOD | change)), UnlearningProblem(**GOOD)
    assert np.array_equal(problem.oracle().signed_features, plain.oracle().signed_features)
    assert np.array_equal(problem.forget, plain.forget)
    assert problem.ridge == plain.ridge


@pytest.mark.parametrize(
    "unpenalised",
    [(1,), [1], np.array([1]), range(1, 2), {1}, (1, 1), np.array([False, True]), (False, True)],
)
def test_unpenalised_columns_by_number_or_mask(unpenalised: Any) -> None:
    problem = UnlearningProblem(**GOOD, unpenalised=unpenalised)
    assert problem.unpenalised == (1,)
    assert problem.oracle().ridge_diagonal.tolist() == [0.1, 0.0]


def everything(problem: UnlearningProblem) -> list[bytes]:
    """All bits a problem shows: its fields and its objectives."""
    fields = ("features", "labels", "forget", "offset", "weights")
    arrays = [getattr(problem, name) for name in fields]
    for objective in (problem.original(), problem.oracle(), problem.path(0.3)):
        arrays += [objective.signed_features, objective.coefficients, objective.offset]
    return [np.asarray(a, float).tobytes() for a in arrays if a is not None]


def test_arrays_handed_in_are_not_kept(rng: np.random.Generator) -> None:
    arrays: dict[str, Any] = dict(
        features=rng.standard_normal((6, 2)),
        labels=np.array([1.0, -1.0, 1.0, 1.0, -1.0, 1.0]),
        forget=np.arange(6) < 2,
        offset=rng.standard_normal(6),
        weights=rng.uniform(1.0, 2.0, 6),
    )
    for normalisation in ("mean", "sum"):
        given = {name: values.copy() for name, values in arrays.items()}
        problem = UnlearningProblem(**given, ridge=0.1, normalisation=normalisation)
        before = everything(problem)
        for values in given.values():
            values[:] = values[::-1].copy()
        assert everything(problem) == before
        assert everything(UnlearningProblem(**given, ridge=0.1)) != before


@given(problem=problems())
def test_nothing_can_be_written_into_a_problem(problem: UnlearningProblem) -> None:
    before = everything(problem)
    objectives = (problem.original(), problem.oracle(), problem.descent_ascent())
    arrays = [
        *(getattr(problem, name) for name in ("features", "labels", "forget", "offset", "weights")),
        *(o.signed_features for o in objectives),
        *(o.offset for o in objectives),
        *(o.penalised for o in objectives),
    ]
    for array in arrays:
        if array is not None:
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0
    for objective in objectives:  # their coefficients are their own
        if objective.coefficients.flags.writeable:
            objective.coefficients[:] = 7.0
    assert everything(problem) == before
    with pytest.raises(AttributeError):
        problem.features = np.ones((3, 1))  # type: ignore[misc]
    with pytest.raises(AttributeError, match="no attribute 'feature'"):
        _ = problem.feature


@given(seed=seeds)
def test_features_are_given_back_to_the_bit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((5, 3)) * 10.0 ** rng.integers(-320, 300, (5, 3))
    features[rng.random((5, 3)) < 0.3] = rng.choice([0.0, -0.0])
    labels = rng.choice([-1.0, 1.0], 5)
    problem = UnlearningProblem(features, labels, np.arange(5) < 2, ridge=0.1)
    assert problem.features.tobytes() == features.tobytes()
    changed = replace(problem, ridge=0.2, unpenalised=(0,))
    assert changed.features.tobytes() == features.tobytes()
    assert (changed.ridge, changed.unpenalised, problem.ridge) == (0.2, (0,), 0.1)


def test_features_are_held_once() -> None:
    features = np.ones((1000, 40))
    problem = UnlearningProblem(features, np.ones(1000), np.arange(1000) < 10, ridge=0.1)
    held = [v for v in vars(problem).values() if isinstance(v, np.ndarray)]
    held += [v for v in vars(problem._base).values() if isinstance(v, np.ndarray)]
    own = {id(v): v.nbytes for v in held}
    assert sum(own.values()) < 1.2 * features.nbytes


def test_a_problem_shows_itself_in_one_line() -> None:
    assert repr(UnlearningProblem(**GOOD)) == (
        "UnlearningProblem(3 samples, 2 columns, 1 to forget, ridge=0.1, logistic loss, "
        "mean convention)"
    )


@given(
    problem=problems(normalisations=("mean",)),
    exponent=st.one_of(st.integers(-1010, 1010), st.sampled_from([-1020, 1021])),
)
def test_a_power_of_two_in_the_weights_changes_no_bit(
    problem: UnlearningProblem, exponent: int
) -> None:
    """Mean convention: nothing but ratios of the weights may matter, however large they are."""
    weights = np.clip(masses(problem), 0.25, 3.9)
    one = replace(problem, weights=weights)
    other = replace(problem, weights=np.ldexp(weights, exponent))
    w = np.linspace(-1.0, 1.0, problem.features.shape[1])
    assert one.forget_fraction == other.forget_fraction
    assert one.forget_odds == other.forget_odds
    assert one.retain_loss(w) == other.retain_loss(w)
    assert one.forget_loss(w) == other.forget_loss(w)
    for build in (
        UnlearningProblem.original,
        UnlearningProblem.oracle,
        UnlearningProblem.descent_ascent,
        lambda p: p.path(-0.7),
        lambda p: p.weighted(0.9, 0.3),
    ):
        assert build(one).coefficients.tobytes() == build(other).coefficients.tobytes()
        assert build(one).value(w) == build(other).value(w)
    # and it is the plain quotient where that is in range
    assert np.array_equal(one.original().coefficients, weights / weights.sum())


@pytest.mark.parametrize("size", [5e-324, 1e-310, 1e-200, 1e200, 1e307, 1.7e308])
def test_weights_of_any_one_size_count_as_one(size: float, rng: np.random.Generator) -> None:
    features = rng.standard_normal((30, 3))
    labels = np.where(features[:, 0] > 0, 1.0, -1.0)
    plain = UnlearningProblem(features, labels, np.arange(30) < 5, ridge=0.01)
    sized = replace(plain, weights=np.full(30, size))
    assert sized.forget_fraction == pytest.approx(5 / 30, rel=1e-15)
    w = np.array([0.3, -2.0, 1.0])
    assert sized.retain_loss(w) == pytest.approx(plain.retain_loss(w), rel=1e-14)
    for name in ("original", "oracle"):
        here, there = (minimise(getattr(p, name)()) for p in (plain, sized))
        assert np.linalg.norm(here.w) > 3.0
        assert np.linalg.norm(here.w - there.w) <= here.radius + there.radius <= 1e-8


@given(seed=seeds, spread=st.floats(0.0, 150.0))
def test_weights_far_apart_keep_their_shares(seed: int, spread: float) -> None:
    """Against exact fractions: no share is lost up to a ratio of 1e150."""
    rng = np.random.default_rng(seed)
    weights = 10.0 ** rng.uniform(-spread / 2, spread / 2, 6)
    forget = np.array([True, True, False, False, False, False])
    forget[weights.argmax()] = False  # else the retained share may vanish beside it
    if not forget.any():
        return
    problem = UnlearningProblem(np.ones((6, 1)), np.ones(6), forget, ridge=1.0, weights=weights)
    exact = [Fraction(w) for w in weights]
    retained = sum(w for w, out in zip(exact, forget, strict=True) if not out)
    for i, coefficient in enumerate(problem.oracle().coefficients):
        expected = 0.0 if forget[i] else float(exact[i] / retained)
        assert coefficient == pytest.approx(expected, rel=1e-14, abs=0.0)
    for i, coefficient in enumerate(problem.original().coefficients):
        assert coefficient == pytest.approx(float(exact[i] / sum(exact)), rel=1e-14, abs=0.0)
    assert problem.forget_fraction == pytest.approx(float(1 - retained / sum(exact)), rel=1e-14)
    assert problem.forget_odds == pytest.approx(float(sum(exact) / retained - 1), rel=1e-14)
    for rows, whole in ((~forget, retained), (forget, sum(exact) - retained)):
        expected = [float(w / whole) for w, one in zip(exact, rows, strict=True) if one]
        assert problem.shares(rows) == pytest.approx(expected, rel=1e-14, abs=0.0)


@pytest.mark.parametrize("row", [0, 1])
def test_every_weight_that_is_accepted_counts(row: int) -> None:
    """The smallest share is just kept, and just below it refused; in F (0) as in R."""
    tiny, accepted = np.finfo(float).smallest_subnormal, 0
    for multiple in (1, 2, 3, 4, 8):
        weights = np.array([0.75, 0.75, 0.75])
        weights[row] = multiple * tiny
        try:
            problem = UnlearningProblem(**GOOD, weights=weights)
        except ValueError as error:
            assert accepted == 0 and "expected weights whose shares" in str(error)
            continue
        accepted += 1
        assert problem.forget_fraction > 0.0
        for objective in (problem.original(), problem.path(3.0), problem.path(1e-3)):
            assert np.abs(objective.coefficients[row]) > 0.0
    assert accepted >= 3


def test_a_light_forget_set_has_its_own_mean() -> None:
    """Weights of 1e-300 beside 1: the mean over F neither overflows nor loses digits."""
    features, labels = np.array([[1.0], [2.0], [3.0]]), np.ones(3)
    weights = np.array([1.0, 1e-300, 3e-300])
    problem = UnlearningProblem(
        features, labels, np.array([False, True, True]), ridge=0.1, weights=weights
    )
    assert problem.path(-8.0).coefficients == pytest.approx([1.0, 2.0, 6.0], rel=1e-15)


@given(problem=problems(), seed=st.integers(0, 2**32 - 1))
def test_forgetting_others_is_the_problem_of_the_other_set(
    problem: UnlearningProblem, seed: int
) -> None:
    before = everything(problem)
    rng, n = np.random.default_rng(seed), len(problem.forget)
    mask = rng.permutation(n) < rng.integers(1, n)
    other = problem.forgetting(mask)
    fresh = UnlearningProblem(
        problem.features, problem.labels, mask, ridge=problem.ridge, loss=problem.loss,
        offset=problem.offset, weights=problem.weights, normalisation=problem.normalisation,
        unpenalised=problem.unpenalised, feature_names=problem.feature_names,
        label_values=problem.label_values, user_scale=problem.user_scale,
    )  # fmt: skip
    assert everything(other) == everything(fresh)
    assert other.forget_fraction == fresh.forget_fraction
    mask[:] = False
    assert everything(other) == everything(fresh) and everything(problem) == before
    assert other.original() is problem.original()
    assert other.shares_data(problem) and not fresh.shares_data(problem)
    with pytest.raises(ValueError, match="forget"):
        problem.forgetting(mask)
