"""Samples of two classes and of more against the objectives that they make up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.problem.samples import (
    collapsed,
    contrasts,
    curvatures,
    ridge_gradient,
    samples_of,
)

CLASSES = (2, 5)


def drawn(count: int, n: int = 12, d: int = 3, **options: Any) -> tuple[AnyProblem, np.ndarray]:
    """A problem with weights, offsets and a free column, and a point."""
    rng = np.random.default_rng(count)
    x, forget, mass = rng.standard_normal((n, d)), np.arange(n) < 4, rng.uniform(0.5, 2.0, n)
    extras: dict[str, Any] = dict(ridge=0.3, weights=mass, unpenalised=(1,)) | options
    if count == 2:
        y = rng.choice([-1.0, 1.0], n)
        made: AnyProblem = UnlearningProblem(x, y, forget, offset=rng.normal(size=n), **extras)
    else:
        made = SoftmaxProblem(
            x, rng.integers(0, count, n), forget, offset=rng.normal(size=(n, count)),
            label_values=range(count), **extras,
        )  # fmt: skip
    return made, rng.standard_normal(made.original().dimension)


@pytest.mark.parametrize("count", CLASSES)
def test_gradient_and_hessian_are_sums_over_samples(count: int) -> None:
    problem, w = drawn(count)
    objective = problem.original()
    samples, c = samples_of(objective, w), objective.coefficients
    whole = c @ samples.gradients() + ridge_gradient(objective, w)
    assert np.allclose(whole, objective.gradient(w), rtol=1e-12)
    gathered = samples.gathered(c[:, None] * samples.slopes)
    assert np.allclose(gathered, c @ samples.gradients(), rtol=1e-12)
    assert np.array_equal(samples.gradients(slice(3, 5)), samples.gradients()[3:5])
    # a direction through the samples' curvatures, with and without the ridge's part
    v = np.random.default_rng(0).standard_normal(len(w))
    bent = np.einsum("ikl,il->ik", curvatures(objective, w), samples.along(v))
    product = samples.gathered(c[:, None] * bent) + ridge_gradient(objective, v)
    assert np.allclose(product, objective.hessian(w) @ v, rtol=1e-12)


@pytest.mark.parametrize("count", CLASSES)
def test_leverages_are_the_blocks_of_the_matrix_between_logits(count: int) -> None:
    """Both ways: by the columns of few samples, and by the whole matrix of many."""
    problem, w = drawn(count)
    inverse = np.linalg.inv(problem.original().hessian(w))
    for rows in ([5], range(12)):
        samples = samples_of(problem.original().with_rows(np.array(rows)), w)
        asked: list[int] = []

        def times(columns: np.ndarray, asked: list[int] = asked) -> np.ndarray:
            asked.append(columns.shape[1])
            return inverse @ columns

        found = samples.leverages(times)
        m = samples.slopes.shape[1]
        for row, block in zip(samples.rows, found, strict=True):
            spread = np.kron(np.eye(m), row)
            assert np.allclose(block, spread @ inverse @ spread.T, rtol=1e-11)
        assert asked == [min(len(rows) * m, len(w))]


@pytest.mark.parametrize("count", CLASSES)
def test_equal_samples_are_one_of_their_total_weight(count: int) -> None:
    problem, w = drawn(count)
    twice = problem.original().with_rows(np.repeat(np.arange(12), 1 + np.arange(12) % 3))
    once = collapsed(twice)
    assert len(once.coefficients) == 12 < len(twice.coefficients)
    assert np.allclose(once.gradient(w), twice.gradient(w), rtol=1e-12)
    assert once.coefficients.sum() == pytest.approx(twice.coefficients.sum())


def test_another_class_or_offset_is_another_sample() -> None:
    x = np.ones((4, 2))
    problem = SoftmaxProblem(
        x, [0, 0, 1, 0], np.arange(4) < 1, ridge=1.0,
        offset=np.array([[0.0, 0.0], [-0.0, 0.0], [0.0, 0.0], [0.0, 1.0]]),
    )  # fmt: skip
    assert len(collapsed(problem.original()).coefficients) == 3
    plain = SoftmaxProblem(x, [0, 0, 1, 0], np.arange(4) < 1, ridge=1.0)
    assert sorted(collapsed(plain.original()).coefficients) == [0.25, 0.75]


def test_of_k_classes_one_logit_says_nothing() -> None:
    assert [contrasts(drawn(count)[0].original()) for count in CLASSES] == [1, 4]
    problem, w = drawn(5, n=20)
    gradients = samples_of(problem.original(), w).gradients()
    assert gradients.shape == (20, 15) and np.linalg.matrix_rank(gradients) == 4 * 3
