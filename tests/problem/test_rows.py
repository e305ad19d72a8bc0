"""Lazy rows stand in the place of the array that they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.problem import rows as module
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.problem.rows import LazyRows, on_disk, picked, signed
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import get_method
from logreg_unlearn.unlearn.driver import run
from tests.strategies import losses, seeds


def pair(seed: int, dtype: Any = np.float64) -> tuple[LazyRows, np.ndarray]:
    """Lazy rows, signed and chosen, and the array that they are."""
    rng = np.random.default_rng(seed)
    source = rng.standard_normal((30, 4)).astype(dtype)
    signs = rng.choice([-1.0, 1.0], 30)
    chosen = np.flatnonzero(rng.random(30) < 0.7)
    return LazyRows(source, signs, chosen), (signs[:, None] * source.astype(float))[chosen]


@given(seed=seeds, dtype=st.sampled_from([np.float64, np.float32, np.int16]))
def test_reading_is_indexing(seed: int, dtype: Any) -> None:
    lazy, array = pair(seed, dtype)
    n = len(array)
    assert lazy.shape == array.shape and lazy.size == array.size and len(lazy) == n
    mask, numbers = np.arange(n) % 3 == 1, np.array([2, 0])
    keys: list[Any] = [
        slice(None), slice(1, 5), slice(0, n, 3), mask, numbers, 3,
        (slice(None), 2), (slice(None), np.array([True, False, True, False])),
        (slice(1, 3), slice(0, 2)), (3, 1), (..., slice(0, 4), slice(None)),
        (..., mask, slice(None)),
    ]  # fmt: skip
    for key in keys:
        found = lazy[key]
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, array[key])
    for chosen in (mask, numbers):
        np.testing.assert_array_equal(lazy.take(chosen), array[chosen])
        np.testing.assert_array_equal(lazy.take(chosen).take(np.array([0]))[:], array[chosen][:1])
    np.testing.assert_array_equal(lazy.T, array.T)
    np.testing.assert_array_equal(lazy.copy(), array)


@given(seed=seeds, chunk=st.sampled_from([1, 12, 10_000]))
def test_products_are_those_of_the_array(seed: int, chunk: int) -> None:
    lazy, array = pair(seed)
    rng = np.random.default_rng(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK", chunk)
        close: dict[str, Any] = dict(rtol=1e-12, atol=1e-13)
        for vector in (rng.standard_normal(4), rng.standard_normal((4, 3))):
            np.testing.assert_allclose(lazy @ vector, array @ vector, **close)
        for weights in (rng.standard_normal(len(array)), rng.standard_normal((2, len(array)))):
            np.testing.assert_allclose(weights @ lazy, weights @ array, **close)
        np.testing.assert_allclose(lazy.gram(), array @ array.T, **close)
    np.testing.assert_array_equal(2.0 * lazy, 2.0 * array)
    np.testing.assert_array_equal(np.arange(4.0) * lazy, np.arange(4.0) * array)
    np.testing.assert_array_equal(lazy / 3.0, array / 3.0)
    np.testing.assert_array_equal(np.abs(lazy), np.abs(array))


def test_what_is_on_disk_is_told(tmp_path) -> None:
    np.save(tmp_path / "x.npy", np.ones((4, 3)))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert on_disk(mapped) and on_disk(np.asarray(mapped)) and on_disk(mapped[1:, :2])
    assert not on_disk(np.ones((4, 3))) and not on_disk(mapped + 1.0)
    assert isinstance(signed(mapped, np.ones(4)), LazyRows)
    assert isinstance(picked(np.ones((4, 3)), np.arange(4) > 1), np.ndarray)


def made(lazily: bool, tmp_path, **options: Any) -> UnlearningProblem:
    rng = np.random.default_rng(5)
    features = rng.standard_normal(options.pop("shape", (50, 3)))
    n = len(features)
    labels = np.where(features[:, 0] + rng.standard_normal(n) > 0, 1.0, -1.0)
    if lazily:
        np.save(tmp_path / "x.npy", features)
        features = np.load(tmp_path / "x.npy", mmap_mode="r")
    return UnlearningProblem(features, labels, np.arange(n) % 5 == 0, **options)


@pytest.mark.parametrize("loss", ["logistic", "exponential"])
@pytest.mark.parametrize("shape", [(50, 3), (20, 120)])
@pytest.mark.parametrize("name", ["da", "ga", "calibrated", "neggrad+minibatch", "scrub", "npo"])
def test_a_mapped_problem_is_the_problem(tmp_path, name: str, shape, loss: str) -> None:
    options = dict(shape=shape, ridge=0.1, loss=loss)
    ours, plain = made(True, tmp_path, **options), made(False, tmp_path, **options)
    rows: Any = ours.original().signed_features
    assert isinstance(rows, LazyRows)
    assert np.array_equal(ours.features, plain.features) and not ours.features.flags.writeable
    points = np.random.default_rng(0).standard_normal((2, shape[1]))
    for mine, theirs in zip(
        (ours.original(), ours.oracle(), ours.descent_ascent()),
        (plain.original(), plain.oracle(), plain.descent_ascent()),
        strict=True,
    ):
        check_same(mine, theirs, points)
    np.testing.assert_allclose(ours.retain_loss(points), plain.retain_loss(points), rtol=1e-13)
    first, second = minimise(ours.oracle()), minimise(plain.oracle())
    assert first.status is second.status
    assert np.linalg.norm(first.w - second.w) <= first.radius + second.radius
    start = minimise(plain.original()).w
    one, other = (run(get_method(name), p, start, steps=30, oracle=second) for p in (ours, plain))
    assert one.status is other.status
    np.testing.assert_allclose(one.w[:6], other.w[:6], rtol=1e-9, atol=1e-11)


def check_same(mine: Objective, theirs: Objective, points: np.ndarray) -> None:
    w = points[0]
    for of in ("value", "gradient", "hessian", "margins", "gradient_error", "hessian_error"):
        found, expected = getattr(mine, of)(w), getattr(theirs, of)(w)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(mine.margins(points), theirs.margins(points), rtol=1e-12)
    np.testing.assert_allclose(mine.gradient(points), theirs.gradient(points), rtol=1e-9)
    np.testing.assert_allclose(
        mine.hessian_vector(w, points[1]),
        theirs.hessian_vector(w, points[1]),
        rtol=1e-9,
        atol=1e-13,
    )
    for of in ("lengths", "slope_sizes", "gradient_scale", "unit_length"):
        np.testing.assert_allclose(getattr(mine, of)(), getattr(theirs, of)(), rtol=1e-13)
    np.testing.assert_allclose(mine.curvature_bound((w,)), theirs.curvature_bound((w,)), rtol=1e-12)


def test_large_rows_are_read_in_place_and_picked_lazily(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGE", 50)
    rows = np.random.default_rng(0).standard_normal((40, 3))
    objective = Objective(rows, np.ones(40), 0.1)
    few, many = (objective.with_rows(np.arange(40) < count) for count in (10, 30))
    kinds: list[Any] = [few.signed_features, many.signed_features]
    assert isinstance(kinds[0], np.ndarray) and isinstance(kinds[1], LazyRows)
    np.testing.assert_array_equal(np.asarray(many.signed_features), rows[:30])
    problem = UnlearningProblem(rows, np.ones(40), np.arange(40) < 3, ridge=0.1)
    assert problem.features.base is rows and not problem.features.flags.writeable


@given(seed=seeds, loss=losses)
def test_a_large_solve_has_the_bits_of_a_small_one(seed: int, loss) -> None:
    rng = np.random.default_rng(seed)
    rows, coefficients = rng.standard_normal((40, 3)), rng.random(40) * (rng.random(40) < 0.8)
    objective = Objective(rows, coefficients, 0.1, loss)
    small = minimise(objective)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LARGE", 1)
        large = minimise(objective)
    assert np.array_equal(small.w, large.w) and small.radius == large.radius
