"""The Newton removal step against dense algebra, Newton's own error bound, and its hypotheses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logreg_unlearn.data import real
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.testing import check_method
from logreg_unlearn.unlearn.removal import influence_removal, newton_removal, removal_passes

LOGISTIC_THIRD = 1.0 / (6.0 * np.sqrt(3.0))  # largest |phi'''|


def problem(rng, loss="logistic", *, n=60, d=4, forget=9, **options) -> UnlearningProblem:
    features = rng.normal(size=(n, d))
    labels = np.where(features[:, 0] + rng.normal(size=n) > 0, 1.0, -1.0)
    mask = np.arange(n) < forget
    return UnlearningProblem(features, labels, mask, ridge=0.05, loss=loss, **options)


def retain_derivatives(p: UnlearningProblem, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gradient and Hessian of the retained mean loss plus ridge, written out row by row."""
    gradient, hessian, mass = p.ridge * w, p.ridge * np.eye(len(w)), 0.0
    weights = np.ones(len(p.labels)) if p.weights is None else p.weights
    rows = np.flatnonzero(~p.forget)
    mass = weights[rows].sum()
    for i in rows:
        a = p.labels[i] * p.features[i]
        z = a @ w + (0.0 if p.offset is None else p.labels[i] * p.offset[i])
        if p.loss.name == "logistic":
            s = 1.0 / (1.0 + np.exp(z))
            slope, curvature = -s, s * (1.0 - s)
        else:
            slope, curvature = -np.exp(-z), np.exp(-z)
        gradient = gradient + weights[i] / mass * slope * a
        hessian = hessian + weights[i] / mass * curvature * np.outer(a, a)
    return gradient, hessian


@pytest.mark.parametrize("loss", ["logistic", "exponential"])
@pytest.mark.parametrize("weighted", [False, True])
def test_one_step_is_the_newton_step_on_the_retained_data(rng, loss, weighted) -> None:
    extras = {}
    if weighted:
        extras = {"weights": rng.uniform(0.5, 2.0, 60), "offset": rng.normal(size=60)}
    p = problem(rng, loss, **extras)
    w = 0.3 * rng.normal(size=4)
    gradient, hessian = retain_derivatives(p, w)
    expected = w - np.linalg.solve(hessian, gradient)
    assert np.allclose(newton_removal(p, w), expected, rtol=1e-12, atol=1e-13)
    assert np.linalg.norm(expected - w) > 0.1  # the step is not a trivial one


def test_from_the_original_it_is_an_ascent_step_on_the_forget_loss(rng) -> None:
    p = problem(rng)
    w = minimise(p.original()).w
    _, hessian = retain_derivatives(p, w)
    ascent = -p.forget_ascent(ridge=False).gradient(w) + p.ridge * w
    odds = p.forget_fraction / (1.0 - p.forget_fraction)
    expected = w + odds * np.linalg.solve(hessian, ascent)
    assert np.allclose(newton_removal(p, w), expected, rtol=1e-9, atol=1e-10)


def test_conformance() -> None:
    check_method(newton_removal, reaches_oracle=True)


def test_steps_compose_and_none_is_a_copy(rng) -> None:
    p = problem(rng)
    w = 0.1 * rng.normal(size=4)
    before = w.copy()
    twice = newton_removal(p, newton_removal(p, w))
    assert np.array_equal(newton_removal(p, w, steps=2), twice)
    none = newton_removal(p, w, steps=0)
    assert np.array_equal(none, w) and none is not w
    assert np.array_equal(w, before)


def test_convergence_is_quadratic_with_newtons_constant(rng) -> None:
    p = problem(rng, forget=20)
    oracle = minimise(p.oracle())
    lengths = np.linalg.norm(p.features[~p.forget], axis=1)
    lipschitz = LOGISTIC_THIRD * np.mean(lengths**3)
    w, errors = minimise(p.original()).w, []
    for _ in range(5):
        error = float(np.linalg.norm(w - oracle.w))
        errors.append(error)
        _, hessian = retain_derivatives(p, w)
        constant = lipschitz / (2.0 * np.linalg.eigvalsh(hessian)[0])
        w = newton_removal(p, w)
        bound = constant * error**2 + oracle.radius + 1e-14
        assert np.linalg.norm(w - oracle.w) <= bound
    assert errors[0] > 0.05 and errors[4] < 1e-8
    # faster than any fixed rate: each factor of reduction is far below the last
    assert errors[2] / errors[1] < 0.1 * errors[1] / errors[0]


def test_one_step_lands_within_the_rest_of_a_small_removal(rng) -> None:
    p = problem(rng, n=400, forget=4)
    original, oracle = minimise(p.original()).w, minimise(p.oracle()).w
    after = np.linalg.norm(newton_removal(p, original) - oracle)
    assert after < 0.05 * np.linalg.norm(original - oracle)


def test_negative_steps_are_refused(rng) -> None:
    with pytest.raises(ValueError, match=r"expected steps >= 0, got -1"):
        newton_removal(problem(rng), np.zeros(4), steps=-1)


def test_a_retain_hessian_that_is_singular_is_refused(rng) -> None:
    features = rng.normal(size=(10, 2))
    forget = np.arange(10) < 3
    features[~forget, 1] = 0.0  # nothing but the forget set holds the unpenalised column
    labels = np.where(np.arange(10) % 2 == 0, 1.0, -1.0)
    p = UnlearningProblem(features, labels, forget, ridge=0.1, unpenalised=(1,))
    with pytest.raises(ValueError, match="expected a positive definite retain Hessian"):
        newton_removal(p, np.zeros(2))


# --- influence function -----------------------------------------------------------------------


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_the_influence_update_by_hand(rng, normalisation) -> None:
    """Sum: w_D + H_D^-1 sum_F grad; mean: the ridge's share of the forgotten rows as well."""
    p = problem(rng, normalisation=normalisation)
    w = minimise(p.original()).w
    rows, ridge, n = p.labels[:, None] * p.features, p.ridge, len(p.labels)
    s = 1.0 / (1.0 + np.exp(rows @ w))
    unit = 1.0 if normalisation == "sum" else 1.0 / n
    hessian = unit * (rows.T * (s * (1.0 - s))) @ rows + ridge * np.eye(4)
    forgotten = -(s[p.forget] @ rows[p.forget])
    familiar = w + np.linalg.solve(hessian, unit * forgotten)
    if normalisation == "sum":
        expected = familiar
    else:
        retained, r = n - p.forget.sum(), p.forget.sum()
        # n_R grad L_R(w_D) = -r (mean_F grad + ridge w_D)
        expected = w + np.linalg.solve(hessian, (forgotten + r * ridge * w) / retained)
    got = influence_removal(p, w)
    assert np.allclose(got, expected, rtol=1e-9, atol=1e-12)
    assert np.allclose(got, familiar, rtol=1e-9) == (normalisation == "sum")
    assert not np.allclose(got, newton_removal(p, w), rtol=1e-3)


def test_one_row_in_the_sum_convention_lacks_the_leverage(rng) -> None:
    """One row: Newton step = influence / (1 - h), h = phi'' a H_D^-1 a."""
    for row in range(5):
        p = replace(problem(rng, normalisation="sum"), forget=np.arange(60) == row)
        w = minimise(p.original()).w
        a = p.labels[row] * p.features[row]
        h = p.loss.curvature(a @ w) * a @ np.linalg.solve(p.original().hessian(w), a)
        influence, newton = influence_removal(p, w) - w, newton_removal(p, w) - w
        assert 1e-3 < h < 0.5
        assert np.allclose(newton, influence / (1.0 - h), rtol=1e-8)


@pytest.mark.parametrize(
    ("ridge", "rows", "influence", "newton"),
    [
        (0.001, 57, 21, 6.9), (0.001, 150, 40, 13),
        (0.01, 57, 9.7, 2.4), (0.01, 150, 16, 4.6),
        (0.1, 57, 3.8, 0.8), (0.1, 150, 7.0, 1.6),
    ],
)  # fmt: skip
def test_share_of_the_distance_that_either_leaves(ridge, rows, influence, newton) -> None:
    """Standardised breast_cancer, random rows, per cent: medians of ten, found independently."""
    pytest.importorskip("sklearn")
    data = real.load("breast_cancer", intercept=False)
    n, left = len(data.labels), []
    for seed in range(10):
        forget = np.zeros(n, dtype=bool)
        forget[np.random.default_rng(seed).permutation(n)[:rows]] = True
        p = UnlearningProblem(data.features, data.labels, forget, ridge=ridge)
        w, oracle = minimise(p.original()).w, minimise(p.oracle()).w
        ends = np.array([influence_removal(p, w), newton_removal(p, w)])
        left.append(np.linalg.norm(ends - oracle, axis=1) / np.linalg.norm(w - oracle))
    found = 100 * np.median(left, axis=0)
    assert found == pytest.approx([influence, newton], rel=0.06)


def test_influence_moves_and_refuses_as_a_method_does(rng) -> None:
    check_method(influence_removal)
    features = rng.normal(size=(10, 2)) * [1.0, 0.0]
    labels = np.where(np.arange(10) % 2 == 0, 1.0, -1.0)
    p = UnlearningProblem(features, labels, np.arange(10) < 3, ridge=0.1, unpenalised=(1,))
    with pytest.raises(ValueError, match="expected a positive definite original's Hessian"):
        influence_removal(p, np.zeros(2))


def test_cost_of_one_step_in_passes(rng) -> None:
    """60 rows, 9 forgotten, d = 4: gradients on R, the Hessian on R or on all rows."""
    newton, influence = removal_passes(problem(rng))
    assert newton == pytest.approx(51 / 60 * (1 + 1 + 4 / 25))
    assert influence == pytest.approx(51 / 60 + 1 + 4 / 25)


def test_an_overflow_is_said_in_our_words() -> None:
    p = problem(np.random.default_rng(0), loss="exponential")
    p = replace(p, features=1e200 * p.features)
    with (
        np.errstate(over="ignore", invalid="ignore"),
        pytest.raises(ValueError, match="expected a finite"),
    ):
        newton_removal(p, np.zeros(4))
