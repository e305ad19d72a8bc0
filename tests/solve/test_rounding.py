"""Each rounding of a certificate where it is the one that decides, and radii at rough points."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest

from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC, Array, Loss
from logreg_unlearn.problem.norms import row_lengths
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve import radius
from logreg_unlearn.solve.optimum import OptimumStatus, minimise
from logreg_unlearn.solve.passes import NEAR, Formed, evaluate, hessian_at, row_chunks, summands
from logreg_unlearn.solve.radius import curvature_radius, local_radius, ridge_radius
from logreg_unlearn.solve.rounding import (
    certified_curvature,
    rounding_errors,
    smallest_eigenvalue,
)
from tests.strategies import exact_derivatives

both = pytest.mark.parametrize("loss", [LOGISTIC, EXPONENTIAL], ids=lambda loss: loss.name)


def cancelling_margins(rng: np.random.Generator) -> tuple[Objective, Array]:
    """Margins of order 1 from terms of 1e8."""
    w = 1e8 * np.array([1.0, 1.0]) + rng.standard_normal(2)
    first = rng.standard_normal(5)
    rows = np.column_stack([first, -first + 1e-8 * rng.standard_normal(5)])
    return Objective(rows, np.ones(5), 1e-30), w


def large_offset(rng: np.random.Generator) -> tuple[Objective, Array]:
    """Margins of -600 from the offset, whose last digit decides thirteen digits of a slope."""
    rows, offset = rng.uniform(0.5, 1.5, (5, 1)), -600.0 - rng.uniform(0, 1, 5)
    return Objective(rows, np.full(5, 1e-260), 0.0, EXPONENTIAL, offset), rng.uniform(0, 1, 1)


def large_ridge_term(rng: np.random.Generator) -> tuple[Objective, Array]:
    """A ridge term that dwarfs the data."""
    return Objective(1e-6 * rng.standard_normal((5, 2)), np.ones(5), 0.3), rng.standard_normal(2)


def underflowing_slopes(rng: np.random.Generator) -> tuple[Objective, Array]:
    """Slopes in the subnormal range under coefficients of 1e20."""
    rows = rng.uniform(0.5, 1.5, (3, 1))
    return Objective(rows, np.full(3, 1e20), 0.0, offset=np.full(3, 743.0)), np.array([0.3])


MAKERS = (cancelling_margins, large_offset, large_ridge_term, underflowing_slopes)


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_the_error_of_the_gradient_is_within_its_bound(make, rng) -> None:
    closest = 0.0
    for _ in range(30):
        objective, w = make(rng)
        point = evaluate(objective, w)
        with mp.workdps(60):
            exact = exact_derivatives(objective, list(w))[1]
            off = [abs(mp.mpf(float(g)) - e) for g, e in zip(point.gradient, exact, strict=True)]
            norm = mp.norm(mp.matrix(off))
        bound = rounding_errors(objective, point).gradient
        lengths = row_lengths(objective.signed_features)
        plain = objective.gradient_error(w, point.slopes, lengths)
        assert all(o <= b for o, b in zip(off, bound, strict=True))
        assert norm <= plain
        closest = max(closest, float(norm / mp.mpf(plain)))
    # the bound would be false without the term that this case is about
    assert closest > (1e-18 if make is underflowing_slopes else 1e-3)


def test_the_curvature_is_certified_from_below(rng) -> None:
    """Nearly parallel columns: the computed eigenvalue is above the exact one now and then."""
    above = 0
    for _ in range(60):
        column = rng.standard_normal(6)
        rows = np.column_stack([column, column + 10.0 ** rng.uniform(-8, -6) * rng.normal(size=6)])
        rows *= 10.0 ** rng.uniform(-6, 6, 2)
        objective = Objective(rows, np.ones(6), 0.0)
        point = evaluate(objective, np.zeros(2))
        errors = rounding_errors(objective, point)
        found = certified_curvature(objective, point, errors.worst)
        with mp.workdps(60):
            exact = exact_derivatives(objective, [0.0, 0.0])[2]
            units = [1 / mp.sqrt(mp.mpf(float(h))) for h in np.diag(objective.hessian(point.w))]
            scaled = mp.matrix(2, 2)
            for i in range(2):
                for j in range(2):
                    scaled[i, j] = exact[i, j] * units[i] * units[j]
            smallest = mp.eigsy(scaled, eigvals_only=True)[0]
        hessian = objective.hessian(point.w)
        scale = 1.0 / np.sqrt(np.diag(hessian))
        above += np.linalg.eigvalsh(hessian * scale * scale[:, None])[0] > smallest
        assert found is None or 0 < found.smallest <= smallest
        assert found is None or found.share <= 1
    assert above > 5


@pytest.mark.parametrize("ratio", [0.05, 0.5, 0.9])
def test_the_curvature_radius_is_attained(ratio: float) -> None:
    """``A e^{-w} + c w`` up to e^{-40}: the minimiser is exactly ``-log(1 - kappa)`` away."""
    rows, offset = np.array([[1.0], [-1.0]]), np.array([40.0, -60.0])
    slope = math.exp(-40.0)
    objective = Objective(rows, np.array([1.0, (1.0 - ratio) * slope]), 0.0, offset=offset)
    radius = curvature_radius(objective, evaluate(objective, np.zeros(1)))
    distance = -math.log1p(-ratio)
    assert distance * (1 - 1e-12) <= radius <= distance * (1 + 1e-9)


@both
def test_the_local_radius_is_kantorovichs(loss: Loss) -> None:
    """Signed coefficients at a rough point: the formula, recomputed, and no point beyond it."""
    rows, c = np.array([[1.0], [-0.7], [0.4]]), np.array([1.0, 1.3, -0.2])
    objective = Objective(rows, c, 0.3, loss)
    w = minimise(objective).w
    finite = 0
    for shift in np.linspace(-3.0, 3.0, 61):
        point = evaluate(objective, w + shift)
        radius = local_radius(objective, point)
        z = (rows[:, 0] * point.w[0]).astype(float)
        curvature = float(objective.hessian(point.w)[0, 0])
        norm = abs(float(point.gradient[0]))
        lengths = np.abs(rows[:, 0])
        grown = loss.curvature(z) * np.exp(lengths * 2 * norm / curvature)
        third = float(np.abs(c) * lengths**3 @ grown)
        if loss is LOGISTIC:
            third = min(third, float(np.abs(c) @ lengths**3) / (6 * math.sqrt(3)))
        h = third * norm / curvature**2
        if h > 0.5 * (1 + 1e-12):
            assert radius == math.inf
            continue
        finite += 1
        expected = 2 * norm / (curvature * (1 + math.sqrt(max(1 - 2 * h, 0.0))))
        assert radius == pytest.approx(expected, rel=1e-6, abs=1e-13)
        assert abs(shift) <= radius + 1e-9
    assert 5 < finite < 61


def test_the_ridge_radius_counts_the_rounding() -> None:
    objective = Objective(np.ones((2, 1)), np.ones(2), 0.5)
    point = evaluate(objective, np.zeros(1))
    norm = float(point.norm)
    assert ridge_radius(objective, norm, 3.0) == pytest.approx(2 * (norm + 3.0))
    free = Objective(np.ones((2, 1)), np.ones(2), 0.5, penalised=np.array([False]))
    assert ridge_radius(free, 1.0, 0.0) == math.inf


def test_nothing_is_certified_in_the_denormal_range() -> None:
    """The curvatures have no digits left: the minimiser is at 0.85, the gradient is 0 at 0.88."""
    rows, offset = np.array([[1.0], [-1.0]]), np.array([742.0, 743.7])
    objective = Objective(
        rows, np.full(2, 1e20), 0.5, LOGISTIC, offset=offset, penalised=np.array([False])
    )
    optimum = minimise(objective, np.array([0.88]))
    assert optimum.radius >= 0.03
    assert optimum.status is OptimumStatus.UNCERTIFIED


@both
def test_no_minimum_is_said(loss: Loss, rng: np.random.Generator) -> None:
    """One label left and a free intercept, or two free columns that separate the rows."""
    rows = np.column_stack([rng.standard_normal((20, 2)), -np.ones(20)])
    free = np.array([True, True, False])
    one_label = minimise(Objective(rows, np.full(20, 0.05), 0.1, loss, penalised=free))
    assert one_label.status is OptimumStatus.NO_MINIMUM
    assert one_label.radius == math.inf and not one_label.converged
    labels = np.where(rows[:, 0] + 0.5 * rows[:, 1] > 0, 1.0, -1.0)
    separated = np.column_stack([labels, labels, labels]) * rows
    none = Objective(separated, np.full(20, 0.05), 0.1, loss, penalised=np.array([0, 0, 1]) > 0)
    assert minimise(none).status is OptimumStatus.NO_MINIMUM
    labels[np.argmax(rows[:, 0])] *= -1
    mixed = np.column_stack([labels, labels, labels]) * rows
    some = Objective(mixed, np.full(20, 0.05), 0.1, loss, penalised=np.array([0, 0, 1]) > 0)
    assert minimise(some).converged


def test_a_sum_in_chunks_is_off_by_less(rng: np.random.Generator) -> None:
    """300,000 rows, all slopes of one sign: against extended precision."""
    n = 300_000
    rows = rng.uniform(0.5, 1.5, (n, 3))
    objective, w = Objective(rows, np.full(n, 1.0 / n), 1e-3), np.array([0.3, -0.2, 0.1])
    point = evaluate(objective, w)
    z = rows.astype(np.longdouble) @ w.astype(np.longdouble)
    slopes = -objective.coefficients.astype(np.longdouble) / (1 + np.exp(z))
    exact = slopes @ rows + np.longdouble(1e-3) * w
    bound = rounding_errors(objective, point).gradient
    additions = summands(rows.shape)
    norm = objective.gradient_error(w, point.slopes, row_lengths(rows), additions)
    assert np.all(np.abs(point.gradient - exact) <= bound)
    assert np.linalg.norm((point.gradient - exact).astype(float)) <= norm
    # what it would be if each term went through n additions
    assert 10 * norm < objective.gradient_error(w, point.slopes, row_lengths(rows))
    assert additions >= row_chunks(rows.shape)[0].stop + len(row_chunks(rows.shape))


@both
@pytest.mark.parametrize("move", [0.0, 0.1, 0.9, 5.0])
def test_a_hessian_from_nearby_certifies(loss: Loss, move: float, rng) -> None:
    """At most the true smallest eigenvalue, and less than ``e^{2 move}`` below it."""
    rows = rng.standard_normal((50, 4))
    objective = Objective(rows, np.full(50, 0.1), 1e-3, loss)
    direction = rng.standard_normal(4)
    direction *= move / np.abs(rows @ direction).max()
    there, here = (
        evaluate(objective, 0.1 * np.ones(4) + direction),
        evaluate(objective, 0.1 * np.ones(4)),
    )
    formed = Formed(hessian_at(objective, there.margins), there.margins)
    found = certified_curvature(objective, here, 1e-14, formed=formed)
    assert found is not None
    scaled = objective.hessian(here.w) * found.units * found.units[:, None]
    smallest = float(np.linalg.eigvalsh(scaled)[0])
    assert found.smallest <= smallest
    assert found.smallest >= smallest * math.exp(-2 * min(move, 1.0)) * (1 - 1e-9)
    assert (found.hessian is formed.hessian) == (move <= NEAR)


@pytest.mark.parametrize("log_ridge", [-14.0, -10.0, -6.0, -2.0])
def test_the_eigenvalue_of_many_columns(log_ridge: float, rng: np.random.Generator) -> None:
    """A known spectrum: the bound is below the smallest eigenvalue, by a tenth or by rounding."""
    d = 150
    basis = np.linalg.qr(rng.standard_normal((d, d)))[0]
    values = np.sort(np.append(rng.uniform(0.5, 1.5, d - 1), 10.0**log_ridge))
    matrix = (basis * values) @ basis.T
    matrix = 0.5 * (matrix + matrix.T)
    units = 1.0 / np.sqrt(np.diag(matrix))
    scaled = matrix * units * units[:, None]
    computed = float(np.linalg.eigvalsh(scaled)[0])
    bound = smallest_eigenvalue(scaled)
    assert bound < computed
    assert bound >= 0.85 * computed - 9 * d * d * np.finfo(float).eps


def test_bounds_without_a_pass_come_first(rng: np.random.Generator, monkeypatch) -> None:
    """What is enough is not sharpened; the radius of both ways holds the minimiser."""
    rows = rng.standard_normal((400, 5))
    objective = Objective(rows, np.full(400, 1 / 400), 1e-4)
    exact = minimise(objective)
    point = evaluate(objective, exact.w + 1e-6 * rng.standard_normal(5))
    away = float(np.linalg.norm(point.w - exact.w))
    sharp = curvature_radius(objective, point)
    passes = []
    monkeypatch.setattr(radius, "rounding_errors", lambda *_: passes.append(1))
    wide = curvature_radius(objective, point, enough=1.0)
    assert not passes
    assert away - exact.radius <= sharp <= wide * (1 + 1e-9) <= 1.02 * sharp * (1 + 1e-9)
    still = point._replace(gradient=np.zeros(5), norm=0.0)
    rounding = objective.gradient_error(still.w, still.slopes, row_lengths(rows), 401)
    assert curvature_radius(objective, still, enough=1.0) >= rounding


def test_a_curvature_without_digits_is_not_certified() -> None:
    """Subnormal curvatures are rounded up by a third and more: what is certified is below."""
    rounded_up = 0
    for offset in np.linspace(743.0, 744.4, 57):
        objective = Objective(np.ones((1, 1)), np.full(1, 1e20), 0.0, offset=np.array([offset]))
        point = evaluate(objective, np.zeros(1))
        found = certified_curvature(objective, point, rounding_errors(objective, point).worst)
        computed = float(objective.hessian(point.w)[0, 0])
        with mp.workdps(60):
            share = exact_derivatives(objective, [0.0])[2][0, 0] / mp.mpf(computed)
        rounded_up += share < 0.9
        assert found is None or found.smallest <= share
    assert rounded_up > 5


@pytest.mark.parametrize("d", [2, 30, 150])
def test_an_eigenvalue_allows_for_its_rounding(d: int, rng: np.random.Generator) -> None:
    """A smallest eigenvalue of a few eps has no digits: nothing above it may be certified."""
    vector = rng.choice([-1.0, 1.0], d)
    for power in range(30, 53):
        rest = 2.0**-power
        matrix = (1.0 - rest) * np.outer(vector, vector) + rest * np.eye(d)
        found = smallest_eigenvalue(matrix)
        assert found <= rest
        if rest < 8 * d * np.finfo(float).eps:
            assert found <= 0.0
