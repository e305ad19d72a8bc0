"""SCRUB and NPO: their gradients by hand, their first steps, and how NPO slows down."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.problem.protocol import SmoothObjective
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.testing import check_method
from logreg_unlearn.unlearn.ascent import gradient_ascent
from logreg_unlearn.unlearn.driver import run
from logreg_unlearn.unlearn.npo import npo
from logreg_unlearn.unlearn.scrub import scrub


def problem(rng, *, n=40, d=3, forget=8, **options) -> UnlearningProblem:
    features = rng.normal(size=(n, d))
    labels = np.where(features[:, 0] + rng.normal(size=n) > 0, 1.0, -1.0)
    return UnlearningProblem(features, labels, np.arange(n) < forget, ridge=0.1, **options)


def objectives(method, p: UnlearningProblem) -> list[SmoothObjective]:
    return [o for phase in method.phases(p, np.random.default_rng(0)) for o in phase.objectives]


def sigma(z):
    return 1.0 / (1.0 + np.exp(-z))


def test_conformance() -> None:
    check_method(scrub())
    check_method(scrub(alpha=0.5, gamma=1.0, temperature=2.0))
    # nothing to stay close to: the retain loss alone
    check_method(scrub(alpha=0.0, gamma=1.0), reaches_oracle=True)
    check_method(npo())
    check_method(npo(b=2.0))


@pytest.mark.parametrize("offset", [False, True])
@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_scrub_by_hand(rng, offset, normalisation) -> None:
    """T^2 KL has the slope T (sigma(z/T) - sigma(t/T)) in the margin."""
    extras = dict(weights=rng.uniform(0.5, 2.0, 40), offset=rng.normal(size=40) if offset else None)
    p = problem(rng, normalisation=normalisation, **extras)
    alpha, gamma, temperature = 0.3, 0.8, 2.5
    away, descent, last = objectives(scrub(alpha, gamma, temperature), p)
    teacher, rows = minimise(p.original()).w, p.labels[:, None] * p.features
    own = 0.0 if p.offset is None else p.labels * p.offset
    c = p.weights.copy()
    if normalisation == "mean":
        for side in (p.forget, ~p.forget):
            c[side] /= c[side].sum()
    for _ in range(3):
        w = rng.normal(size=3)
        z, t = rows @ w + own, rows @ teacher + own
        slopes = c * temperature * (sigma(z / temperature) - sigma(t / temperature))
        assert np.allclose(away.gradient(w), -slopes[p.forget] @ rows[p.forget], rtol=1e-9)
        full = alpha * slopes - gamma * c * sigma(-z)
        expected = full[~p.forget] @ rows[~p.forget] + 0.1 * w
        assert np.allclose(descent.gradient(w), expected, rtol=1e-9, atol=1e-12)
        assert np.array_equal(last.gradient(w), descent.gradient(w))


@pytest.mark.parametrize("loss", ["logistic", "exponential"])
def test_the_first_ascent_of_scrub_is_idle_and_the_student_moves(rng, loss) -> None:
    p = problem(rng, loss=loss)
    w = minimise(p.original()).w
    away = objectives(scrub(), p)[0]
    assert np.linalg.norm(away.gradient(w)) < 1e-14
    assert np.linalg.norm(away.gradient(w + 0.1)) > 1e-3
    done = run(scrub(), p, w, steps=100)
    assert np.linalg.norm(done.w[-1] - w) > 1e-3
    assert p.forget_loss(done.w[-1]) > p.forget_loss(w)


def test_a_distilled_row_counts_as_two(rng) -> None:
    p = problem(rng)
    done = run(scrub(ascent_share=0.5), p, steps=10, tolerance=0.0)
    assert done.passes == pytest.approx((5 * (2 * 8 + 3 * 32) + 5 * 3 * 32) / 40)


@pytest.mark.parametrize("loss", ["logistic", "exponential"])
@pytest.mark.parametrize("b", [0.1, 3.0])
@pytest.mark.parametrize("retain", [0.0, 0.7])
def test_npo_against_its_formula_and_differences(rng, loss, b, retain) -> None:
    p = problem(rng, loss=loss, weights=rng.uniform(0.5, 2.0, 40), offset=rng.normal(size=40))
    (objective,) = objectives(npo(b, retain), p)
    reference = minimise(p.original()).w
    forgotten = p.weighted(0.0, 1.0, ridge=False).with_rows(p.forget)
    for w in (reference, rng.normal(size=3), 3.0 * rng.normal(size=3)):
        phi = forgotten.loss.value(forgotten.margins(w))
        change = forgotten.loss.value(forgotten.margins(reference)) - phi
        terms = -(2.0 / b) * np.log(sigma(-b * change))
        value = retain * p.retain_loss(w) + forgotten.coefficients @ terms
        value += 0.05 * w @ w if retain else 0.0
        assert objective.value(w) == pytest.approx(value, rel=1e-10)
        h = 1e-5
        for v in np.eye(3):
            slope = (objective.value(w + h * v) - objective.value(w - h * v)) / (2 * h)
            assert objective.gradient(w) @ v == pytest.approx(slope, rel=1e-6, abs=1e-7)
            bend = (objective.gradient(w + h * v) - objective.gradient(w - h * v)) / (2 * h)
            assert np.allclose(objective.hessian(w) @ v, bend, rtol=1e-5, atol=1e-7)
            assert np.allclose(objective.hessian_vector(w, v), objective.hessian(w) @ v)
        bound = objective.curvature_bound((w,))
        assert np.abs(np.linalg.eigvalsh(objective.hessian(w))).max() <= bound
        if loss == "logistic":
            assert bound == objective.curvature_bound()
            other = w + 0.3 * rng.normal(size=3)
            moved = np.linalg.norm(objective.hessian(other) - objective.hessian(w), 2)
            assert moved <= objective.hessian_lipschitz(w, 1.0) * np.linalg.norm(other - w)
        assert objective.value(w) <= objective.magnitude(w)
        assert 0.0 < objective.gradient_error(w) and 0.0 < objective.hessian_error(w)


def test_npo_starts_as_ascent_and_its_slope_fades(rng) -> None:
    p = problem(rng)
    w = minimise(p.original()).w
    plain, ascent = objectives(npo(1.0, retain=0.0), p)[0], objectives(gradient_ascent(), p)[0]
    assert np.allclose(plain.gradient(w), ascent.gradient(w), rtol=1e-9)
    far = w - 40.0 * ascent.gradient(w)
    assert np.linalg.norm(plain.gradient(far)) < 0.2 * np.linalg.norm(ascent.gradient(far))


@pytest.mark.parametrize("b", [0.5, 2.0])
def test_along_one_row_the_margin_falls_like_the_logarithm_of_time(b) -> None:
    """Z = ln p_0 - ln(2 b t)/b + o(1), for a row of length 1."""
    p = UnlearningProblem(np.array([[1.0], [0.0]]), np.ones(2), np.array([True, False]), ridge=1.0)
    (objective,) = objectives(npo(b, retain=0.0, reference=np.zeros(1)), p)
    w, t = np.zeros(1), 0.0
    for _ in range(4_000):  # the margin falls by so much a step, the midpoint tells the time
        w = w - 5e-3
        t += 5e-3 / float(objective.gradient(w + 2.5e-3)[0])
    assert w[0] == pytest.approx(np.log(0.5) - np.log(2 * b * t) / b, rel=1e-4)


def test_minima_of_npo_are_certified_by_the_general_solver(rng) -> None:
    p = problem(rng)
    (objective,) = objectives(npo(0.5), p)
    found = minimise(objective, minimise(p.original()).w)
    assert found.converged and found.radius < 1e-6
    done = run(npo(0.5), p, steps=2_000)
    assert np.linalg.norm(done.w[-1] - found.w) < 1e-6


def test_a_long_step_of_plain_npo_stops_where_an_ascent_runs_off(rng) -> None:
    """Bounded below and flat far out: its slopes vanish before anything overflows."""
    p = replace(problem(rng), loss="exponential")
    assert run(gradient_ascent(), p, steps=200, step_size=1e9).diverged
    assert run(npo(retain=0.0), p, steps=200, step_size=1e9).converged


def test_numbers_out_of_range_are_refused() -> None:
    for call, words in (
        (lambda: scrub(alpha=-1.0), "expected alpha and gamma >= 0 and a temperature > 0, got -1"),
        (lambda: scrub(temperature=0.0), "expected alpha and gamma >= 0 and a temperature > 0"),
        (lambda: scrub(ascent_share=1.0), r"expected an ascent share in \[0, 1\), got 1.0"),
        (lambda: npo(b=0.0), "expected b > 0 and a retain weight >= 0, got 0.0 and 1.0"),
        (lambda: npo(retain=-0.5), "expected b > 0 and a retain weight >= 0, got 0.1 and -0.5"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


@pytest.mark.parametrize(("b", "margin", "bound"), [(8.0, -20.0, 4.0), (0.1, 0.0, 0.5)])
def test_the_curvature_bound_of_npo_is_attained(b, margin, bound) -> None:
    """2 max(1/4, b/4): where the factor bends, and where the loss does."""
    p = UnlearningProblem(np.ones((2, 1)), np.ones(2), np.array([True, False]), ridge=1.0)
    reference = -20.0 if b > 1 else -1000.0
    (objective,) = objectives(npo(b, retain=0.0, reference=np.array([reference])), p)
    assert objective.curvature_bound() == pytest.approx(bound)
    assert abs(objective.hessian(np.array([margin]))[0, 0]) == pytest.approx(bound, rel=1e-6)


def test_a_teacher_whose_slopes_overflow_is_certain() -> None:
    p = UnlearningProblem(
        np.ones((2, 1)), np.array([1.0, -1.0]), np.array([True, False]), ridge=1.0,
        loss="exponential",
    )  # fmt: skip
    away, descent, _ = objectives(scrub(1.0, 0.0, 1.0, teacher=np.array([800.0])), p)
    # a label that is certain: its loss, exp(-w), and against it exp(w)
    assert away.gradient(np.array([0.5])) == pytest.approx(np.exp(-0.5))
    assert descent.gradient(np.array([0.5])) == pytest.approx(-np.exp(-0.5) + 0.5)


def test_a_start_where_the_exponential_overflows_diverges_in_silence() -> None:
    rng = np.random.default_rng(0)
    problem = UnlearningProblem(
        20.0 * rng.standard_normal((10, 2)), np.ones(10), np.arange(10) < 3, ridge=1e-4,
        loss="exponential",
    )  # fmt: skip
    for size in (20.0, 100.0):
        assert run(npo(), problem, np.array([size, -size]), steps=5).diverged
