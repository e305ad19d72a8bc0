"""The spectrum of a deletion against the influence step that it describes."""

from __future__ import annotations

import numpy as np
import pytest

from logreg_unlearn.assess import triangle
from logreg_unlearn.assess.spectrum import deletion_spectrum, whitened_parts
from logreg_unlearn.data import real
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.removal import influence_removal


def problem_of(name, normalisation, weights=False, unpenalised=()):
    data, rng = real.load(name), np.random.default_rng(0)
    forget = rng.permutation(len(data.labels)) < 40
    ridge = 0.01 if normalisation == "mean" else 0.01 * len(forget)
    return UnlearningProblem(
        data.features, data.labels, forget, ridge=ridge, normalisation=normalisation,
        weights=rng.uniform(0.5, 2.0, len(forget)) if weights else None, unpenalised=unpenalised,
    )  # fmt: skip


def of_classes(normalisation, weights=False, unpenalised=()):
    data, rng = real.load("wine"), np.random.default_rng(0)
    n = len(data.labels)
    return SoftmaxProblem(
        data.features, data.given_labels, rng.permutation(n) < 40,
        ridge=0.01 * (n if normalisation == "sum" else 1), normalisation=normalisation,
        weights=rng.uniform(0.5, 2.0, n) if weights else None, unpenalised=unpenalised,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["breast_cancer", "wine"])
@pytest.mark.parametrize("normalisation", ["mean", "sum"])
@pytest.mark.parametrize("weights", [False, True])
def test_the_spectrum_is_that_of_the_influence_step(kind, normalisation, weights):
    if kind == "wine":
        problem = of_classes(normalisation, weights, unpenalised=(13,))
    else:
        problem = problem_of(kind, normalisation, weights, unpenalised=(30,))
    w = minimise(problem.original(), tolerance=1e-12).w
    found, hessian = deletion_spectrum(problem, w), problem.original().hessian(w)
    step = influence_removal(problem, w) - w
    # the step as a sum of parts, one for each row: B 1, its squares along the directions
    root = np.linalg.cholesky(hessian)
    length = np.linalg.norm(root.T @ step)
    assert found.shares.sum() == pytest.approx(1.0, abs=1e-9)
    assert length <= found.outside(0, int(problem.forget.sum())) * (1 + 1e-9)
    # deleting the leading directions of the step leaves what the shares say
    one_by_one = []
    for row in np.flatnonzero(problem.forget):
        single = problem.forgetting(np.arange(len(problem.labels)) == row)
        share = (1 - single.forget_fraction) / (1 - problem.forget_fraction)
        scale = share if normalisation == "mean" else 1.0
        one_by_one.append(scale * (root.T @ (influence_removal(single, w) - w)))
    values = np.linalg.svd(np.array(one_by_one), compute_uv=False)
    np.testing.assert_allclose(found.values, values[: len(found.values)], atol=1e-7 * values[0])
    assert len(found.values) == min(40, 28 if kind == "wine" else 31)
    assert values[len(found.values) :].max(initial=0.0) <= 1e-9 * values[0]
    whole = np.sum(one_by_one, axis=0)
    np.testing.assert_allclose(whole, root.T @ step, atol=float(1e-7 * length))


def test_directions_and_words():
    problem = problem_of("digits_3v8", "mean")
    found = deletion_spectrum(problem, minimise(problem.original()).w)
    count = found.directions()
    assert found.shares[:count].sum() >= 0.99 > found.shares[: count - 1].sum()
    assert found.directions(1.0) <= len(found.values) == 40
    assert f"{count} directions carry 99 %" in found.sentence()
    assert found.outside(40, 40) == 0.0 < found.outside(39, 40)
    with pytest.raises(ValueError, match=r"expected part in \(0, 1\], got 0"):
        found.directions(0.0)


def test_one_row_is_one_direction():
    data = real.load("digits_3v8")
    mask = np.arange(len(data.labels)) == 3
    problem = UnlearningProblem(data.features, data.labels, mask, ridge=0.01)
    found = deletion_spectrum(problem, minimise(problem.original()).w)
    assert found.sentence().startswith("1 direction carries 99 %") and len(found.values) == 1


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_more_rows_than_a_block_are_reduced_as_they_come(normalisation, monkeypatch):
    problem = of_classes(normalisation)
    problem = problem.forgetting(np.arange(178) % 3 > 0)
    w = minimise(problem.original()).w
    whole = deletion_spectrum(problem, w)
    monkeypatch.setattr(triangle, "_LEAST", 1)
    assert len(list(whitened_parts(problem, w))) == 3
    found = deletion_spectrum(problem, w)
    np.testing.assert_allclose(found.values, whole.values, atol=1e-12)
    np.testing.assert_allclose(found.shares, whole.shares, atol=1e-9)
