"""Searches of many classes that begin in single precision, and starts that are near already."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from logreg_unlearn.problem.losses import LOGISTIC, Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve import classes as solver
from logreg_unlearn.solve.class_rows import ClassRows
from logreg_unlearn.solve.inexact import SINGLE, Progress
from logreg_unlearn.solve.optimum import OptimumStatus, minimise
from logreg_unlearn.solve.passes import Iterate, Work
from tests.solve.test_classes import draw

LARGE = draw(0, 9000, 6, 4, ridge=1e-2)


def binary(n: int, d: int) -> Objective:
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((n, d))
    labels = np.sign(rows @ rng.standard_normal(d) + rng.logistic(size=n))
    return Objective(rows * labels[:, None], np.full(n, 1.0 / n), 1e-3, LOGISTIC)


def evaluations(monkeypatch: pytest.MonkeyPatch) -> list[tuple[type, int]]:
    """Collect precision and rows of every evaluation from here on."""
    seen: list[tuple[type, int]] = []
    kept = ClassRows.evaluate

    def evaluate(self: ClassRows, w: Array, spare: Iterate | None = None) -> Iterate:
        seen.append((self.precision, len(self.objective.classes)))
        return kept(self, w, spare)

    monkeypatch.setattr(ClassRows, "evaluate", evaluate)
    return seen


def test_half_the_digits_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = evaluations(monkeypatch)
    found = minimise(LARGE)
    assert found.converged and found.gradient_norm <= 1e-10
    precisions = [precision for precision, rows in seen if rows == 9000]
    double = precisions.count(np.float64)
    assert precisions.count(SINGLE) >= 3 and double <= 4
    assert precisions == [SINGLE] * (len(precisions) - double) + [np.float64] * double
    again = float(np.linalg.norm(LARGE.gradient(found.w)))
    assert again == pytest.approx(found.gradient_norm, abs=2 * LARGE.gradient_error(found.w))


def test_the_two_precisions_see_the_same() -> None:
    w = np.random.default_rng(0).standard_normal(LARGE.dimension)
    works = Work(9000), Work(9000)
    double, single = ClassRows(LARGE, works[0]), ClassRows(LARGE, works[1], SINGLE)
    exact, near = double.evaluate(w), single.evaluate(w)
    assert near.slopes.dtype == SINGLE and near.gradient.dtype == np.float64
    assert np.linalg.norm(near.gradient - exact.gradient) <= solver._FLOOR * double.noise(exact)
    assert [work.passes for work in works] == [1.0, 0.5]
    assert double.curvature is double.single.curvature
    # of the rows' own gradients, one by one
    slopes = exact.slopes.reshape(4, -1) if len(double.parts) == 1 else None
    if slopes is not None:
        squares = np.square(slopes).sum(axis=0) * np.square(LARGE.features).sum(axis=1)
        assert double.noise(exact) == pytest.approx(math.sqrt(squares.sum()))


@pytest.mark.parametrize("scale", [1e-30, 1e30, 1e60])
def test_features_beyond_single_precision(scale: float) -> None:
    scaled = replace(LARGE, features=scale * LARGE.features, ridge=scale**2 * LARGE.ridge)
    found, truth = minimise(scaled), minimise(LARGE)
    assert np.isfinite(found.radius)
    assert scale * found.w == pytest.approx(truth.w, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("objective", [LARGE, binary(20_000, 20)], ids=["classes", "two"])
def test_a_start_nearby_is_kept(objective: SoftmaxObjective | Objective) -> None:
    """No sample of the rows leads away from it."""
    start = minimise(objective).w
    c = objective.coefficients.copy()
    c[0] = 0.0
    less = objective.with_coefficients(c)
    warm, cold = minimise(less, start), minimise(less)
    assert warm.converged and cold.converged
    assert np.linalg.norm(warm.w - cold.w) <= warm.radius + cold.radius
    assert warm.passes < cold.passes - 1.0


def test_a_larger_sample_is_kept_after_a_smaller_one() -> None:
    """Its Hessian serves the search in all rows, whose own is not formed."""
    rng = np.random.default_rng(60_007)
    rows = rng.standard_normal((60_000, 5)) * (1 + rng.random(5))
    rows[:, -1] = 1.0
    labels = np.sign(rows @ rng.standard_normal(5) / np.sqrt(5) * 2 + rng.logistic(size=60_000))
    share, penalised = np.full(60_000, 1 / 60_000), np.arange(5) < 4
    objective = Objective(rows * labels[:, None], share, 1e-2, LOGISTIC, penalised=penalised)
    found = minimise(objective)
    assert found.converged and found.passes < 8.5


@pytest.mark.parametrize(
    "make", [lambda: LARGE, lambda: binary(20_000, 20)], ids=["classes", "two"]
)
def test_a_looser_tolerance_costs_less(
    make: Callable[[], SoftmaxObjective | Objective],
) -> None:
    objective = make()
    sharp, loose = minimise(objective), minimise(objective, tolerance=1e-4)
    assert loose.converged and loose.gradient_norm <= 1e-4
    assert loose.passes < 0.8 * sharp.passes
    assert np.linalg.norm(loose.w - sharp.w) <= loose.radius + sharp.radius
    assert sharp.radius <= 1e-8 * (1 + np.linalg.norm(sharp.w))
    # where the ridge magnifies what is left the search goes on
    small = minimise(replace(objective, ridge=1e-7), tolerance=1e-6)
    assert small.radius <= 1e-4 * (1 + np.linalg.norm(small.w))


def test_one_block_serves_all_classes_at_the_start() -> None:
    """Their probabilities are the same there but for rounding."""
    objective = draw(1, 700, 5, 10)
    costs = []
    for w in (np.zeros(50), np.ones(50) * np.arange(50)):
        space = ClassRows(objective, Work(700), SINGLE)
        space.curvature.at(space.evaluate(w))
        before = space.work.passes
        space.curvature.blocks()
        costs.append(space.work.passes - before)
    assert costs[1] == pytest.approx(10 * costs[0])


def test_a_preconditioner_is_renewed_where_that_pays() -> None:
    """The Hessian has changed, and as many products as it takes to form it are past and to come."""
    objective = draw(1, 60, 3, 4)
    space = ClassRows(objective, Work(60))
    curvature = space.curvature
    curvature.at(space.evaluate(np.zeros(12)))
    many = math.ceil(curvature.renewal)

    def renewed(
        products: int, left: float, before: float, after: float, target: float = 1e-10
    ) -> bool:
        known = Progress()
        first = known.renew(curvature, 1.0, target)
        known.add(products, left, before, after)
        return known.renew(curvature, after, target) is not first

    assert renewed(many, 0.1, 1.0, 0.5)
    assert not renewed(many - 3, 0.1, 1.0, 0.5)
    # the end is near, or the Hessian has not changed
    assert not renewed(many, 0.2, 1.0, 1.05e-10)
    assert not renewed(many, 0.5, 1.0, 0.5)
    assert renewed(many, 0.2, 1.0, 1.05e-10, 0.0)
    # a step that did not lower the norm tells no end
    assert renewed(many, 0.1, 1.0, 2.0)


def test_a_solve_leaves_no_less_than_the_next_change_of_the_hessian() -> None:
    for left, after, share in ((0.1, 0.12, 0.02), (0.1, 0.1, 1e-3), (0.1, 0.5, 0.1)):
        known = Progress()
        known.add(1, left, 1.0, after)
        assert known.share == pytest.approx(share)
    known.add(2, 0.1, 1.0, 0.5)
    assert known.change == pytest.approx(0.8) and known.spent == 3
    assert known.rate == pytest.approx(2 / math.log(2.0))


def test_below_the_resolution_a_full_step_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """No search along the margins can tell its steps apart there, however many it tries."""
    from logreg_unlearn.solve import linesearch

    objective = draw(2, 300, 4, 3)
    space = ClassRows(objective, Work(300))
    here = space.evaluate(minimise(objective).w + 1e-9)
    direction = 3.0 * np.linalg.solve(objective.hessian(here.w), here.gradient)
    fall = float(direction @ here.gradient)
    monkeypatch.setattr(linesearch, "line_search", None)
    there = linesearch.try_full(space, here, direction, fall, None)
    assert np.array_equal(there.w, here.w - direction)


@pytest.mark.parametrize("budget", [0, 1, 2])
def test_steps_in_single_precision_count_among_all(budget: int) -> None:
    found = minimise(LARGE, max_iterations=budget)
    assert found.iterations <= budget
    assert found.status is OptimumStatus.BUDGET


@pytest.mark.parametrize("sure", [100.0, 1000.0])
@pytest.mark.parametrize("seed", [0, 2])
def test_a_search_ends_where_single_precision_does(
    sure: float, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[type] = []
    kept = ClassRows.slopes

    def slopes(self: ClassRows, margins: Array) -> Array:
        calls.append(self.precision)
        return kept(self, margins)

    monkeypatch.setattr(ClassRows, "slopes", slopes)
    # nearly separable: the objective's fall is below half the digits long before its end
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((5800, 3))
    scores = sure * rows @ rng.standard_normal((3, 4)) + rng.gumbel(size=(5800, 4))
    share = np.full(5800, 1 / 5800)
    objective = SoftmaxObjective(1e3 * rows, np.argmax(scores, axis=1), 4, share, 1e-12)
    assert minimise(objective, tolerance=1e-13).converged
    assert len(calls) <= 100
