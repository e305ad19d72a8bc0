"""Claims about deletions, which ask nothing of the loss, on softmax problems."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given

from logreg_unlearn.assess.distance import excess_risk
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.theory.low_rank import deletion_spectrum
from logreg_unlearn.unlearn.removal import influence_removal, newton_removal
from logreg_unlearn.unlearn.removal.subspace import projective_update, subspace_oracle
from tests.claims.test_softmax_problems import norm, problems, solve


def forgotten(problem: SoftmaxProblem, w: Array) -> tuple[Array, Array, Array]:
    """``(e_y - pi) x'`` of the forgotten rows by weight (n_F, K*d), their x and probabilities."""
    rows, mass = problem.features[problem.forget], np.asarray(problem.weights)[problem.forget]
    exponentials = np.exp(rows @ problem.class_weights(w).T)
    pi = exponentials / exponentials.sum(axis=1, keepdims=True)
    slopes = mass[:, None] * (np.eye(problem.count)[problem.classes[problem.forget]] - pi)
    return np.einsum("ik,ij->ikj", slopes, rows).reshape(len(rows), -1), rows, pi


@given(problems(ridges=(1e-2, 1e2), normalisation="sum"))
def test_deletion_is_low_rank(problem: SoftmaxProblem) -> None:
    """Both gradients, and no way that keeps the forgotten rows' logits leads below the oracle."""
    original, oracle = solve(problem.original()), solve(problem.oracle())
    for solved, objective, sign in (
        (original, problem.oracle(), 1.0), (oracle, problem.original(), -1.0),
    ):  # fmt: skip
        gradients, _, _ = forgotten(problem, solved.w)
        scale = 1e-8 * (1.0 + float(objective.gradient_scale()))
        assert norm(objective.gradient(solved.w) - sign * gradients.sum(axis=0)) <= scale
    rows = problem.features[problem.forget]
    logits = np.kron(np.eye(problem.count), rows)
    kept = np.linalg.svd(logits)[2][np.linalg.matrix_rank(logits) :]
    scale = 1e-8 * (1.0 + float(problem.original().gradient_scale()))
    assert norm(kept @ problem.original().gradient(oracle.w)) <= scale


@given(problems(ridges=(1e-2, 1e2)))
def test_deletion_is_low_rank_in_means_with_the_weights(problem: SoftmaxProblem) -> None:
    original = solve(problem.original())
    gradients, _, _ = forgotten(problem, original.w)
    total, f = np.asarray(problem.weights).sum(), problem.forget_fraction
    ridge = problem.original().ridge_gradient(original.w)
    expected = (gradients.sum(axis=0) / total - f * ridge) / (1.0 - f)
    scale = 1e-8 * (1.0 + float(problem.oracle().gradient_scale())) / (1.0 - f)
    assert norm(problem.oracle().gradient(original.w) - expected) <= scale


@given(problems(ridges=(1e-2, 1e2), normalisation="sum"))
def test_deletion_spectrum(problem: SoftmaxProblem) -> None:
    """Subsets of every size, against singular vectors of a symmetric root."""
    w = solve(problem.original()).w
    gradients, rows, _ = forgotten(problem, w)
    hessian = problem.original().hessian(w)
    eigenvalues, turned = np.linalg.eigh(hessian)
    root = (turned / np.sqrt(eigenvalues)) @ turned.T
    left, values, _ = np.linalg.svd(root @ gradients.T)
    count = len(rows)
    for size in {1, max(1, count // 2), count}:
        found = deletion_spectrum(gradients, hessian, size)
        np.testing.assert_allclose(found.values, values, rtol=1e-6, atol=1e-9 * values[0])
        for subset in list(combinations(range(count), size))[:20]:
            step = np.linalg.solve(hessian, gradients[list(subset)].sum(axis=0))
            along = left.T @ (np.linalg.inv(root) @ step)
            for rank, bound in enumerate(found.outside):
                assert norm(along[rank:]) <= bound + 1e-8 * values[0]
    # what all classes share is moved by no row
    assert values[(problem.count - 1) * rows.shape[1] :].max(initial=0.0) <= 1e-9 * values[0]
    whole = -np.linalg.solve(hessian, gradients.sum(axis=0))
    taken = influence_removal(problem, w) - w
    assert norm(taken - whole) <= 1e-6 * (1.0 + norm(whole)) / min(problem.ridge, 1.0)


@given(problems(ridges=(1e-2, 10.0), free=False))
def test_subspace_oracle(problem: SoftmaxProblem) -> None:
    """At most the Newton step's risk; and that step is of the gradients' span."""
    w = solve(problem.original()).w
    oracle, objective = solve(problem.oracle()).w, problem.oracle()
    ends = subspace_oracle(problem, w).w, newton_removal(problem, w)
    own, newton = (float(excess_risk(objective, end, oracle)) for end in ends)
    scale = 1e-12 * (1.0 + float(objective.value(w)))
    assert own <= newton * (1.0 + 1e-9) + scale
    span = np.vstack([forgotten(problem, w)[0], objective.ridge_gradient(w)])
    inside = np.linalg.solve(objective.hessian(w), span.T)
    rest = (ends[1] - w) - inside @ np.linalg.lstsq(inside, ends[1] - w, rcond=None)[0]
    assert norm(rest) <= 1e-6 * (norm(ends[1] - w) + 1e-6)


@given(problems(ridges=(1e-1, 1e2), normalisation="sum"))
def test_projective_update(problem: SoftmaxProblem) -> None:
    """By the forgotten rows' logits and the original's Hessian alone."""
    w = solve(problem.original()).w
    _, rows, pi = forgotten(problem, w)
    mass, (count, classes) = np.asarray(problem.weights)[problem.forget], pi.shape
    logits = np.vstack([np.kron(np.eye(classes), row) for row in rows])
    bend, slopes = np.zeros((count * classes, count * classes)), np.empty((count, classes))
    for i, each in enumerate(pi):
        here = slice(i * classes, (i + 1) * classes)
        bend[here, here] = mass[i] * (np.diag(each) - np.outer(each, each))
        slopes[i] = mass[i] * (each - np.eye(classes)[problem.classes[problem.forget][i]])
    k = logits @ np.linalg.inv(problem.original().hessian(w)) @ logits.T
    moved = np.linalg.solve(np.eye(len(k)) - k @ bend, k @ slopes.ravel())
    step = np.linalg.pinv(logits, rcond=1e-10) @ moved
    assert norm(projective_update(problem, w).w - w - step) <= 1e-6 * (1e-3 + norm(step))
