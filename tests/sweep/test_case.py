"""Cases of the sweep against independent computations."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import root

from logreg_unlearn.data import real
from logreg_unlearn.data.forget_sets import FittedModel, forget_set
from logreg_unlearn.data.synthetic import gaussian_classes
from logreg_unlearn.problem.losses import get_loss
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.sweep.case import Case, Row, run_case
from logreg_unlearn.unlearn.ascent import METHODS
from tests.sweep_cases import block


def bisect(residual: Callable[[float], float], low: float, high: float) -> float:
    """Return the sign change of an increasing function."""
    assert residual(low) < 0.0 < residual(high)
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if residual(middle) < 0.0 else (low, middle)
    return 0.5 * (low + high)


def block_point(share: float, ridge: float, loss: str, start: float = 0.0) -> float:
    """Solve ``ridge w = -share phi'(w)`` on the branch that holds ``start``."""
    slope = {"logistic": lambda w: 1.0 / (1.0 + math.exp(w)), "exponential": lambda w: math.exp(-w)}
    g = slope[loss]
    low = -1.0 if share < 0.0 and loss == "exponential" else -abs(share) / ridge - 1.0
    return bisect(lambda w: ridge * w - share * g(w), low, abs(share) / ridge + 1.0)


@pytest.mark.parametrize("loss", ["logistic", "exponential"])
@pytest.mark.parametrize("lift", [0.0, 0.3, 0.9, 1.2, 3.0])
@pytest.mark.parametrize(("fraction", "ridge"), [(0.1, 1.0), (0.35, 0.6)])
def test_a_block_ends_where_bisection_puts_its_stationary_point(loss, lift, fraction, ridge):
    p = 0.1
    oracle = block_point(p, ridge, loss)
    original = block_point(p * (1.0 - fraction + fraction * lift), ridge, loss)
    assert p * (lift - 1.0) / ridge < 1.0 / math.e  # on the near side of the fold
    end = block_point(p * (1.0 - lift), ridge, loss)
    found = run_case(block(lift, ridge, fraction, loss))
    before, after = abs(original - oracle), abs(end - oracle)
    assert found.status == "CONVERGED"
    assert found.distance_original == pytest.approx(before, rel=1e-6)
    assert found.distance_final == pytest.approx(after, rel=1e-6, abs=1e-8)
    assert found.ratio_final == pytest.approx(after / before, rel=1e-6, abs=1e-8)
    assert found.correlation == lift and found.forget_fraction == fraction
    assert found.verdict == ("HELPED" if lift < fraction / (1.0 + fraction) else "HARMED")
    # the gradient of descent-ascent points down exactly when the end lies below the start
    expected = np.sign(end - original) * np.sign(oracle - original)
    assert found.first_step_alignment == pytest.approx(expected, abs=1e-12)


def test_verdict_turns_at_the_harm_threshold_and_is_unchanged_on_it() -> None:
    threshold = 0.25 / 1.25
    words = [
        run_case(block(threshold + shift, 0.5, 0.25, loss)).verdict
        for loss in ("logistic", "exponential")
        for shift in (-1e-3, 0.0, 1e-3)
    ]
    assert words == ["HELPED", "UNCHANGED", "HARMED"] * 2


def test_a_block_diverges_beyond_the_fold_of_the_exponential_loss_alone() -> None:
    fold = 1.0 + 0.5 / (math.e * 0.1)
    inside = run_case(block(fold - 0.1, 0.5, 0.2, "exponential"))
    beyond = run_case(block(fold + 0.1, 0.5, 0.2, "exponential"))
    bounded = run_case(block(fold + 0.1, 0.5, 0.2, "logistic"))
    assert (inside.verdict, bounded.verdict) == ("HARMED", "HARMED")
    assert beyond.verdict == beyond.status == "DIVERGED"
    assert math.isinf(beyond.distance_final) and math.isinf(beyond.ratio_final)
    assert beyond.farther and 0.0 < beyond.ratio_best <= 1.0


def test_at_lift_one_the_original_is_the_oracle_and_leaving_it_is_infinitely_worse() -> None:
    found = run_case(block(1.0, 0.5, 0.25))
    assert found.verdict == "HARMED" and found.ratio_final == math.inf
    assert found.ratio_best == 1.0
    assert found.distance_final == pytest.approx(block_point(0.1, 0.5, "logistic"), rel=1e-6)
    stays = run_case(block(1.0, 0.5, 0.25, method="ascent-finetune"))
    assert stays.verdict == "UNCHANGED" and stays.ratio_final == 1.0


@pytest.mark.parametrize("loss", ["logistic", "exponential"])
@pytest.mark.parametrize(("epsilon", "alpha"), [(0.5, 0.2), (-0.4, 0.1), (0.9, 0.7)])
def test_two_directions_end_at_the_stationary_point_of_two_rows(loss, epsilon, alpha) -> None:
    ridge = 1.0
    a, b = np.array([1.0, epsilon]), np.array([epsilon, 1.0])
    slope = get_loss(loss).derivative

    def solve(retain: float, forget: float) -> np.ndarray:
        found = root(
            lambda w: ridge * w + retain * slope(a @ w) * a + forget * slope(b @ w) * b,
            np.zeros(2),
            tol=1e-14,
        )
        assert np.linalg.norm(found.fun) < 1e-12
        return found.x

    oracle, original, end = solve(1.0, 0.0), solve(0.5, 0.5 * alpha), solve(1.0, -alpha)
    case = Case(
        "two-directions", "", loss, "", 0.5, ridge, 0, "da", 100_000,
        {"epsilon": epsilon, "alpha": alpha},
    )  # fmt: skip
    found = run_case(case)
    assert found.correlation == pytest.approx(2.0 * epsilon / (1.0 + epsilon**2), rel=1e-14)
    assert found.distance_original == pytest.approx(np.linalg.norm(original - oracle), rel=1e-8)
    assert found.distance_final == pytest.approx(np.linalg.norm(end - oracle), rel=1e-6)


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def check_against(problem: UnlearningProblem, found: Row) -> None:
    original = minimise(problem.original())
    oracle = minimise(problem.oracle(), original.w)
    assert found.distance_original == pytest.approx(np.linalg.norm(original.w - oracle.w), rel=1e-9)
    step = -problem.descent_ascent().gradient(original.w)
    alignment = cosine(step, oracle.w - original.w)
    assert abs(alignment) > 1e-3
    assert found.first_step_alignment == pytest.approx(alignment, rel=1e-6)
    assert found.oracle_radius == pytest.approx(oracle.radius)
    # the end point by an iteration written out: plain steps of the recorded length
    objective, w = problem.descent_ascent(), original.w
    for _ in range(found.steps):
        w = w - found.step_size * objective.gradient(w)
    assert found.distance_final == pytest.approx(np.linalg.norm(w - oracle.w), rel=1e-6)
    assert found.ratio_final == pytest.approx(found.distance_final / found.distance_original)
    assert found.ratio_best <= min(1.0, found.ratio_final) + 1e-12


@pytest.mark.parametrize("correlation", [-1.0, 0.25])
def test_a_gaussian_case_is_its_problem_iterated(correlation) -> None:
    case = Case(
        "gaussian", "gaussian", "logistic", "shifted", 0.3, 0.5, 7, "da", 60,
        {"cosine": correlation},
    )  # fmt: skip
    data = gaussian_classes(correlation, n=200, d=5, forget_fraction=0.3, seed=7)
    problem = UnlearningProblem(data.features, data.labels, data.forget, ridge=0.5)
    found = run_case(case)
    assert found.correlation == correlation and found.seed == 7
    check_against(problem, found)


@pytest.mark.parametrize("kind", ["random", "one_class", "easiest", "influence_pc1"])
def test_a_real_case_is_its_problem_iterated(kind) -> None:
    data = real.load("wine_0v1")
    whole = UnlearningProblem(
        data.features, data.labels, np.arange(len(data.labels)) < 1, ridge=0.05
    )
    fitted = FittedModel(minimise(whole.original()).w, 0.05, get_loss("logistic"))
    mask = forget_set(kind, data.features, data.labels, fraction=0.1, seed=3, model=fitted)
    problem = UnlearningProblem(data.features, data.labels, mask, ridge=0.05)
    found = run_case(Case("real", "wine_0v1", "logistic", kind, 0.1, 0.05, 3, "da", 60))
    check_against(problem, found)
    signed = data.labels[:, None] * data.features
    slopes = 1.0 / (1.0 + np.exp(signed @ minimise(problem.original()).w))
    means = [(slopes[rows, None] * signed[rows]).mean(axis=0) for rows in (mask, ~mask)]
    assert found.correlation == pytest.approx(cosine(*means), rel=1e-6)
    assert found.forget_fraction == pytest.approx(mask.mean())
    # the overlap from the matrices written out: rows phi'_i a_i against the Hessian's inverse
    curved = slopes * (1.0 - slopes)
    hessian = 0.05 * np.eye(signed.shape[1]) + (curved[:, None] * signed).T @ signed / len(signed)
    whole = slopes[:, None] * signed
    influence = whole @ np.linalg.solve(hessian, whole.T)
    parts = [np.linalg.norm(influence[np.ix_(a, b)], 2) for a, b in
             ((~mask, mask), (~mask, ~mask), (mask, mask))]  # fmt: skip
    assert found.influence_overlap == pytest.approx(parts[0] / np.sqrt(parts[1] * parts[2]))


def test_the_first_step_alignment_has_both_signs() -> None:
    toward, away = run_case(block(0.1, 0.5, 0.25)), run_case(block(3.0, 0.5, 0.25))
    assert toward.first_step_alignment == 1.0
    # beyond lift 1 the original overshoots the oracle and the step passes it by
    assert away.first_step_alignment == 1.0
    between = run_case(block(0.6, 0.5, 0.25))
    assert between.first_step_alignment == -1.0 and between.ratio_best == 1.0


def test_an_unknown_model_or_method_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected a model among .*, got 'nope'"):
        run_case(block(0.5, 0.5, 0.25, model="nope"))
    with pytest.raises(ValueError, match=r"expected a method among .*, got 'nope'"):
        run_case(block(0.5, 0.5, 0.25, method="nope"))


@pytest.mark.parametrize("name", sorted(METHODS))
@pytest.mark.parametrize("loss", ["logistic", "exponential"])
def test_every_method_survives_a_block_absent_from_the_forget_set(name, loss) -> None:
    # lift 0 is the first of the default lifts: every forgotten row is zero
    row = run_case(block(0.0, 0.5, 0.2, loss, method=name, steps=200))
    assert math.isfinite(row.ratio_final) and row.step_size > 0.0
    if name == "ga":  # the gradient of a constant
        assert row.verdict == "UNCHANGED" and row.distance_final == row.distance_original
