"""What a deletion can move: gradients at both optima, Lagrange's condition, every subset."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory.low_rank import deletion_is_low_rank, deletion_spectrum
from logreg_unlearn.unlearn.removal import influence_removal


@st.composite
def deletions(draw):
    """A small problem in the sum convention, with fewer forgotten rows than columns or more."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d = draw(st.integers(4, 12)), draw(st.integers(2, 6))
    features = rng.normal(size=(n, d)) * 10.0 ** draw(st.floats(-0.5, 0.5))
    labels = np.where(rng.random(n) < 0.5, -1.0, 1.0)
    forget = np.arange(n) < draw(st.integers(1, n - 1))
    return UnlearningProblem(
        features, labels, forget, ridge=10.0 ** draw(st.floats(-1, 1)), normalisation="sum",
        loss=draw(st.sampled_from(["logistic", "exponential"])),
    )  # fmt: skip


def forgotten(problem, w):
    rows = problem.labels[problem.forget, None] * problem.features[problem.forget]
    return rows, rows @ w


def low_rank_gradient(problem, w):
    rows, margins = forgotten(problem, w)
    return deletion_is_low_rank(rows, margins, problem.original().loss.name)


@given(deletions())
def test_deletion_is_low_rank(problem):
    original, oracle = minimise(problem.original()), minimise(problem.oracle())
    changed = [low_rank_gradient(problem, o.w) for o in (original, oracle)]
    scale = float(1e-7 * (1 + np.linalg.norm(changed[0])))
    np.testing.assert_allclose(problem.oracle().gradient(original.w), changed[0], atol=scale)
    np.testing.assert_allclose(problem.original().gradient(oracle.w), -changed[1], atol=scale)
    # so w_R minimises J_D at its own margins of F: no way that keeps these leads lower
    rows, _ = forgotten(problem, oracle.w)
    rest = np.linalg.svd(rows)[2][np.linalg.matrix_rank(rows) :]
    assert np.abs(rest @ problem.original().gradient(oracle.w)).max(initial=0.0) <= scale
    # in means w_D joins: less n_F ridge w_D
    means = replace(problem, features=problem.features, normalisation="mean")
    w, kept = minimise(means.original()).w, np.sum(~problem.forget)
    whole = low_rank_gradient(problem, w) - np.sum(problem.forget) * problem.ridge * w
    np.testing.assert_allclose(kept * means.oracle().gradient(w), whole, atol=1e-6 * (1 + kept))


@given(deletions())
def test_deletion_is_low_rank_and_the_oracle_is_found_over_the_margins(problem):
    """One forgotten row: min over v of P(v) - phi(v) is the oracle's value, its curvature 1/t_R."""
    only = UnlearningProblem(
        problem.features, problem.labels, np.arange(len(problem.labels)) == 0,
        ridge=problem.ridge, normalisation="sum", loss=problem.loss,
    )  # fmt: skip
    oracle = minimise(only.oracle())
    (row,), (margin,) = forgotten(only, oracle.w)
    whole, loss = only.original(), only.original().loss

    def bracket(v):
        """P(v) - phi(v) by Newton steps within the plane of margin v."""
        w = oracle.w + (v - margin) * row / (row @ row)
        for _ in range(60):
            system = np.block([[whole.hessian(w), row[:, None]], [row[None], np.zeros((1, 1))]])
            step = np.linalg.solve(system, np.append(-whole.gradient(w), 0.0))[:-1]
            w = w + step / max(1.0, np.abs(only.features @ step).max())
        return float(whole.value(w)) - float(loss.value(np.asarray(v)))

    least = float(only.oracle().value(oracle.w))
    assert bracket(margin) == pytest.approx(least, rel=1e-9, abs=1e-9)
    h = 1e-3
    sides = bracket(margin - h), bracket(margin + h)
    curvature = (sides[0] + sides[1] - 2 * bracket(margin)) / h**2
    t = row @ np.linalg.solve(only.oracle().hessian(oracle.w), row)
    assert min(sides) > least - 1e-10
    assert curvature == pytest.approx(1 / t, rel=1e-2, abs=1e-3)


def test_deletion_is_low_rank_and_posteriors_agree_at_given_margins(rng):
    """One forgotten row in the plane: along lines of one margin both densities are alike."""
    problem = UnlearningProblem(
        rng.normal(size=(6, 2)), np.sign(rng.normal(size=6)), np.arange(6) == 0, ridge=0.5,
        normalisation="sum",
    )  # fmt: skip
    (row,), _ = forgotten(problem, np.zeros(2))
    along = np.array([-row[1], row[0]])[None] * np.linspace(-2, 2, 41)[:, None]
    for margin in (-3.0, 0.0, 2.0):
        line = margin * row / (row @ row) + along
        laws = []
        for objective in (problem.original(), problem.oracle()):
            density = np.exp([-objective.value(w) for w in line])
            laws.append(density / density.sum())
        np.testing.assert_allclose(laws[0], laws[1], rtol=1e-10)
        # and not along others: the quotient moves with the margin
        ray = [np.exp(problem.original().value(w) - problem.oracle().value(w)) for w in
               (line[0], line[0] + row)]  # fmt: skip
        assert abs(ray[0] / ray[1] - 1) > 1e-3


@given(deletions())
def test_deletion_spectrum(problem):
    """Every subset of every size, against singular vectors of a symmetric root."""
    w, count = minimise(problem.original()).w, int(problem.forget.sum())
    rows, margins = forgotten(problem, w)
    slopes = -problem.original().loss.derivative(margins)
    gradients, hessian = slopes[:, None] * rows, problem.original().hessian(w)
    eigenvalues, turned = np.linalg.eigh(hessian)
    root = (turned / np.sqrt(eigenvalues)) @ turned.T
    left, values, _ = np.linalg.svd(root @ gradients.T)
    for size in {1, max(1, count // 2), count}:
        found = deletion_spectrum(gradients, hessian, size)
        np.testing.assert_allclose(found.values, values, rtol=1e-6, atol=1e-9 * values[0])
        expected = np.append(values, 0.0) * np.sqrt(size)
        np.testing.assert_allclose(found.outside, expected, rtol=1e-6, atol=1e-9 * values[0])
        for subset in list(combinations(range(count), size))[:60]:
            step = np.linalg.solve(hessian, gradients[list(subset)].sum(axis=0))
            along = left.T @ (np.linalg.inv(root) @ step)
            for rank, bound in enumerate(found.outside):
                assert np.linalg.norm(along[rank:]) <= bound + 1e-8 * values[0]
    leverages = np.einsum("ij,ij->i", gradients @ np.linalg.inv(hessian), gradients)
    assert np.sum(found.values**2) == pytest.approx(leverages.sum(), rel=1e-8)


def test_deletion_spectrum_is_attained_by_equal_orthogonal_rows():
    gradients, hessian = 0.3 * np.eye(4)[:3], np.diag([2.0, 2.0, 2.0, 5.0])
    found = deletion_spectrum(gradients, hessian, 1)
    step = np.linalg.solve(hessian, gradients[2])
    length = np.sqrt(step @ hessian @ step)
    np.testing.assert_allclose(found.outside, [length, length, length, 0.0], rtol=1e-12)
    # a longer column first: what it leaves of two equal ones
    longer = np.diag([0.5, 0.3, 0.3, 0.0])[:3]
    step = np.linalg.solve(hessian, longer[1] + longer[2])
    bound = deletion_spectrum(longer, hessian, 2).outside[1]
    assert np.sqrt(step @ hessian @ step) == pytest.approx(bound, rel=1e-12)
    with pytest.raises(ValueError, match="expected size at most 3, got 4"):
        deletion_spectrum(gradients, hessian, 4)
    with pytest.raises(ValueError, match="expected a positive definite hessian"):
        deletion_spectrum(gradients, -hessian, 1)


@given(deletions())
def test_deletion_spectrum_is_that_of_the_influence_step(problem):
    """All forgotten rows together are the influence step."""
    w = minimise(problem.original()).w
    rows, margins = forgotten(problem, w)
    gradients = -problem.original().loss.derivative(margins)[:, None] * rows
    step, hessian = influence_removal(problem, w) - w, problem.original().hessian(w)
    length = np.sqrt(step @ hessian @ step)
    bound = deletion_spectrum(gradients, hessian, int(problem.forget.sum())).outside[0]
    assert length <= bound * (1 + 1e-6) + 1e-8
