"""The objective against exact arithmetic, finite differences, loops and its own collapse."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC, Array, Loss
from logreg_unlearn.problem.objective import Objective
from tests.strategies import exact_derivatives, losses, objectives, seeds

signed_objectives = st.one_of(
    objectives(signed=True, ridges=st.floats(0.1, 10.0)), objectives(signed=True)
)
both = pytest.mark.parametrize("loss", [LOGISTIC, EXPONENTIAL], ids=lambda loss: loss.name)


def draw_point(objective: Objective, seed: int) -> Array:
    """A point that moves no margin by more than about 3."""
    longest = np.linalg.norm(objective.signed_features, axis=1).max()
    return np.random.default_rng(seed).standard_normal(objective.dimension) / max(longest, 1e-3)


def sizes(objective: Objective, w: Array) -> tuple[float, float, float]:
    """Sums of the absolute terms of value, gradient and Hessian: what rounding is relative to."""
    c, z = np.abs(objective.coefficients), objective.margins(w)
    lengths = np.linalg.norm(objective.signed_features, axis=1)
    ridge, loss = float(np.max(objective.ridge_diagonal)), objective.loss
    error = 1.0 + np.abs(z) + lengths * np.linalg.norm(w)
    if objective.offset is not None:
        error += np.abs(objective.offset)
    return (
        float(c @ (error * (loss.value(z) + 1e-300)) + ridge * (w @ w)),
        float(c @ (error * np.abs(loss.derivative(z)) * lengths) + ridge * np.linalg.norm(w)),
        float(c @ (error * loss.curvature(z) * lengths**2) + ridge),
    )


@given(objective=signed_objectives, seed=seeds)
def test_exact_arithmetic(objective: Objective, seed: int) -> None:
    """Value, gradient and Hessian are those of the formula derived by sympy, to rounding."""
    w = draw_point(objective, seed)
    bounds = [1e-14 * size for size in sizes(objective, w)]
    with mp.workdps(40):
        value, gradient, hessian = exact_derivatives(objective, w)
        gradient = np.array([float(x) for x in gradient])
        hessian = np.array(hessian.tolist(), dtype=float)
        assert abs(objective.value(w) - float(value)) <= bounds[0]
    assert np.linalg.norm(objective.gradient(w) - gradient) <= bounds[1]
    assert np.linalg.norm(objective.hessian(w) - hessian) <= bounds[2]


@given(objective=objectives(signed=True, ridges=st.floats(0.1, 10.0)), seed=seeds)
def test_finite_differences(objective: Objective, seed: int) -> None:
    w = draw_point(objective, seed)
    longest = max(1.0, np.linalg.norm(objective.signed_features, axis=1).max())
    h = 1e-3 / longest
    nodes, weights = h * np.array([-2.0, -1.0, 1.0, 2.0]), np.array([1.0, -8.0, 8.0, -1.0]) / 12 / h
    value_size, slope_size, _ = sizes(objective, w)
    gradient, hessian = objective.gradient(w), objective.hessian(w)
    for j, axis in enumerate(np.eye(len(w))):
        stencil = w + nodes[:, None] * axis
        by_value = weights @ objective.value(stencil)
        by_gradient = weights @ objective.gradient(stencil)
        assert abs(by_value - gradient[j]) <= 1e-9 * (value_size + 1.0) * longest
        assert np.linalg.norm(by_gradient - hessian[j]) <= 1e-9 * (slope_size + 1.0) * longest


@given(objective=signed_objectives, seed=seeds)
def test_hessian_vector_is_the_product(objective: Objective, seed: int) -> None:
    w = draw_point(objective, seed)
    v = np.random.default_rng(seed + 1).standard_normal(objective.dimension)
    hessian = objective.hessian(w)
    assert np.array_equal(hessian, hessian.T)
    bound = 1e-13 * sizes(objective, w)[2] * np.linalg.norm(v)
    assert np.linalg.norm(objective.hessian_vector(w, v) - hessian @ v) <= bound


@given(
    loss=losses,
    seed=seeds,
    shared=st.booleans(),
    batched_ridge=st.booleans(),
    offset=st.sampled_from((None, "shared", "batched")),
    unpenalised=st.booleans(),
)
def test_batch_axes_are_a_loop(
    loss: Loss, seed: int, shared: bool, batched_ridge: bool, offset: str | None, unpenalised: bool
) -> None:
    """Rows, coefficients, ridges, offsets and points with leading axes (2, 3) = six objectives."""
    rng = np.random.default_rng(seed)
    batch, n, d = (2, 3), 5, 3
    rows = rng.standard_normal((n, d) if shared else (*batch, n, d))
    coefficients = rng.choice([-1.0, 1.0], (*batch, n)) * rng.uniform(0.1, 2.0, (*batch, n))
    ridge = rng.uniform(0.1, 2.0, batch) if batched_ridge else 0.7
    offsets = {
        None: None,
        "shared": rng.standard_normal(n),
        "batched": rng.standard_normal((*batch, n)),
    }[offset]
    penalised = np.array([True, False, True]) if unpenalised else None
    whole = Objective(rows, coefficients, ridge, loss, offset=offsets, penalised=penalised)
    w, v = rng.standard_normal((2, *batch, d))
    names = ("margins", "value", "gradient", "hessian")
    results = {name: getattr(whole, name)(w) for name in names}
    results["hessian_vector"] = whole.hessian_vector(w, v)
    for index in np.ndindex(*batch):
        one = Objective(
            rows if shared else rows[index],
            coefficients[index],
            ridge[index] if isinstance(ridge, np.ndarray) else ridge,
            loss,
            offset=offsets[index] if offset == "batched" else offsets,
            penalised=penalised,
        )
        for name in names:
            expected = getattr(one, name)(w[index])
            assert results[name][index].shape == np.shape(expected)
            assert np.allclose(results[name][index], expected, rtol=1e-12, atol=1e-12)
        product = one.hessian_vector(w[index], v[index])
        assert np.allclose(results["hessian_vector"][index], product, rtol=1e-12, atol=1e-12)


@given(objective=signed_objectives, seed=seeds)
def test_many_points_of_one_objective(objective: Objective, seed: int) -> None:
    w = np.stack([draw_point(objective, seed + k) for k in range(3)])
    for name, scale in (("value", 0), ("gradient", 1), ("hessian", 2)):
        together = getattr(objective, name)(w)
        for k in range(3):
            bound = 1e-14 * sizes(objective, w[k])[scale]
            assert np.linalg.norm(together[k] - getattr(objective, name)(w[k])) <= bound


@given(objective=objectives(signed=True, ridges=st.floats(0.1, 10.0)), seed=seeds)
def test_collapse_is_the_same_function(objective: Objective, seed: int) -> None:
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, len(objective.coefficients), 12)
    repeated = Objective(
        objective.signed_features[chosen],
        rng.choice([-1.0, 1.0], 12) * rng.uniform(0.1, 2.0, 12),
        objective.ridge,
        objective.loss,
        offset=None if objective.offset is None else objective.offset[chosen],
        penalised=objective.penalised,
    )
    small, w = repeated.collapse(), draw_point(objective, seed)
    distinct = np.unique(objective.signed_features[chosen], axis=0)
    assert small.signed_features.shape == distinct.shape
    assert np.isclose(small.coefficients.sum(), repeated.coefficients.sum(), atol=1e-13)
    bounds = [1e-13 * size for size in sizes(repeated, w)]
    assert abs(small.value(w) - repeated.value(w)) <= bounds[0]
    assert np.linalg.norm(small.gradient(w) - repeated.gradient(w)) <= bounds[1]
    assert np.linalg.norm(small.hessian(w) - repeated.hessian(w)) <= bounds[2]


def test_collapse_keeps_apart_what_differs() -> None:
    """Equal rows with different offsets are different samples; 0.0 and -0.0 are one number."""
    rows = np.array([[1.0, 0.0], [1.0, -0.0], [1.0, 0.0], [2.0, 0.0]])
    coefficients = np.array([1.0, -1.0, 0.5, 2.0])
    plain = Objective(rows, coefficients, 1.0).collapse()
    assert plain.signed_features.tolist() == [[1.0, 0.0], [2.0, 0.0]]
    assert plain.coefficients.tolist() == [0.5, 2.0]
    shifted = Objective(rows, coefficients, 1.0, offset=np.array([0.0, -0.0, 3.0, 0.0])).collapse()
    assert shifted.signed_features.shape == (3, 2)
    assert sorted(shifted.coefficients.tolist()) == [0.0, 0.5, 2.0]


@both
def test_absent_samples_do_not_matter(loss: Loss) -> None:
    """A coefficient of zero removes its sample, also where its loss is beyond float64."""
    rows, w = np.array([[1.0, 0.0], [-800.0, 1.0]]), np.array([1.0, 0.5])
    with_it = Objective(rows, np.array([1.0, 0.0]), 0.5, loss)
    without = Objective(rows[:1], np.array([1.0]), 0.5, loss)
    assert with_it.value(w) == without.value(w)
    assert np.array_equal(with_it.gradient(w), without.gradient(w))
    assert np.array_equal(with_it.hessian(w), without.hessian(w))
    assert np.array_equal(with_it.hessian_vector(w, w), without.hessian_vector(w, w))


@both
@pytest.mark.parametrize("margin", [1e4, -1e4])
def test_margins_of_ten_thousand(loss: Loss, margin: float) -> None:
    """Right limits, without a warning: the exponential loss is infinite to the left."""
    objective = Objective(np.array([[1.0]]), np.array([1.0]), 1e-8, loss)
    w = np.array([margin])
    infinite = loss is EXPONENTIAL and margin < 0
    expected = np.inf if infinite else max(-margin, 0.0) * (loss is LOGISTIC) + 0.5
    assert objective.value(w) == pytest.approx(expected, rel=1e-15)
    slope = -np.inf if infinite else -float(margin < 0) + 1e-8 * margin
    assert objective.gradient(w)[0] == pytest.approx(slope, rel=1e-15)
    assert objective.hessian(w)[0, 0] == (np.inf if infinite else 1e-8)


def test_integers_are_numbers() -> None:
    rows, c, w = np.array([[1, 2], [0, -1]]), np.array([1, -2]), np.array([1, 3])
    whole = Objective(rows, c, 2)
    floats = Objective(rows.astype(float), c.astype(float), 2.0)
    for name in ("value", "gradient", "hessian"):
        expected = getattr(floats, name)(w.astype(float))
        assert np.array_equal(getattr(whole, name)(w), expected)
    assert np.array_equal(whole.hessian_vector(w, w), floats.hessian_vector(w, w.astype(float)))


def test_convex_and_with_coefficients() -> None:
    objective = Objective(np.eye(2), np.array([1.0, 0.0]), 0.5)
    assert objective.convex
    signed = objective.with_coefficients(np.array([1.0, -1e-300]))
    assert not signed.convex
    assert signed.ridge == 0.5
    assert objective.with_coefficients(np.ones(2), 3.0).ridge == 3.0
    assert objective.with_coefficients(np.ones(2), 0.0).ridge == 0.0
    assert objective.coefficients.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(coefficients=np.ones(3)), "expected 2 coefficients, got 3"),
        (dict(penalised=np.ones(3, bool)), r"expected penalised of shape \(2,\), got \(3,\)"),
    ],
)
def test_shapes_that_disagree(arguments: dict[str, Array], message: str) -> None:
    accepted: dict[str, Array] = dict(signed_features=np.eye(2), coefficients=np.ones(2))
    with pytest.raises(ValueError, match=message):
        Objective(**(accepted | arguments), ridge=1.0)  # type: ignore[arg-type]


def test_collapse_refuses_a_batch() -> None:
    with pytest.raises(ValueError, match=r"expected no batch axes, got rows \(2, 3, 1\)"):
        Objective(np.ones((2, 3, 1)), np.ones((2, 3)), 1.0).collapse()
