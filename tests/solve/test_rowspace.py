"""Fewer rows than columns: the search in the rows' span, against the search in all of w."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given

from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC, Loss
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve import optimum
from logreg_unlearn.solve.newton import RowSearch, SpanSearch
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.solve.passes import Work, evaluate
from logreg_unlearn.solve.rowspace import Rows, Span
from logreg_unlearn.testing.strategies import SHAPES
from tests.strategies import objectives

both = pytest.mark.parametrize("loss", [LOGISTIC, EXPONENTIAL], ids=lambda loss: loss.name)


def wide(rng: np.random.Generator, loss: Loss = LOGISTIC, ridge: float = 1e-3) -> Objective:
    """30 rows in 120 columns, two of them equal, two opposite, one zero, with offsets."""
    rows = rng.standard_normal((30, 120))
    rows[1], rows[3], rows[4] = rows[0], -rows[2], 0.0
    return Objective(rows, rng.uniform(0.01, 0.1, 30), ridge, loss, offset=rng.normal(size=30))


@both
def test_the_derivatives_along_alpha(loss: Loss, rng: np.random.Generator) -> None:
    """Gradient, norm, value and Newton direction are those of w along the rows."""
    objective = wide(rng, loss)
    span = Span(objective, Work(30))
    alpha = rng.standard_normal(30) / 120
    here, rows = span.evaluate(alpha), objective.signed_features
    w = alpha @ rows
    there = evaluate(objective, w)
    assert here.gradient == pytest.approx(rows @ there.gradient, rel=1e-10, abs=1e-12)
    assert here.norm == pytest.approx(there.norm, rel=1e-10)
    assert span.value(here) == pytest.approx(objective.value(w), rel=1e-12)
    factor = span.factor(here)
    assert factor is not None
    step = np.linalg.solve(objective.hessian(w), there.gradient)
    assert factor.solve(here) @ rows == pytest.approx(step, rel=1e-8, abs=1e-10)
    direction = rng.standard_normal(30)
    expected = Rows(objective, Work(30)).ridge_along(there, direction @ rows)
    assert span.ridge_along(here, direction) == pytest.approx(expected, rel=1e-10)


@both
@pytest.mark.parametrize("ridge", [1e-8, 1e-4, 1.0])
@pytest.mark.parametrize("far", [0.0, 1.0, 1e3])
def test_both_searches_agree(loss: Loss, ridge: float, far: float, rng) -> None:
    """From any start, within the ridge's radius of each other."""
    objective, found = wide(rng, loss, ridge), []
    start = far * rng.standard_normal(120)
    with np.errstate(over="ignore", invalid="ignore"):
        for search in (
            RowSearch(objective, start, Work(30)),
            SpanSearch(objective, start, Work(30)),
        ):
            search.go_on(1e-13, 500)
            found.append(search.point)
    for point in found:
        assert point.norm <= 1e-12
        assert np.linalg.norm(evaluate(objective, point.w).gradient) == pytest.approx(point.norm)
    reach = (found[0].norm + found[1].norm + 1e-14) / ridge
    assert np.linalg.norm(found[0].w - found[1].w) <= reach


def test_a_start_nearby_is_worth_its_distance(rng: np.random.Generator) -> None:
    objective = wide(rng)
    solved = minimise(objective)
    assert solved.converged and solved.iterations > 2
    assert minimise(objective, solved.w).iterations == 0
    near = minimise(objective, solved.w + 1e-6 * rng.standard_normal(120))
    assert near.converged and near.iterations <= 2


def test_what_cancels_in_w_is_undone(rng: np.random.Generator) -> None:
    """Opposite rows under a small ridge: multipliers of 1e7 cancel, and w keeps its digits."""
    base = rng.standard_normal((6, 40))
    objective = Objective(np.vstack([base, -base]), np.full(12, 1.0), 1e-8, offset=np.arange(12.0))
    search = SpanSearch(objective, np.zeros(40), Work(12))
    search.go_on(1e-14, 200)
    assert search.point.norm <= 1e-13


def test_no_square_of_the_columns_is_formed(rng: np.random.Generator) -> None:
    """Solve and certificate at 20 x 1500: 18 MB would be one matrix of 1500 x 1500."""
    rows = rng.standard_normal((20, 1500))
    objective = Objective(rows, np.full(20, 0.05), 1e-6)
    tracemalloc.start()
    solved = minimise(objective)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert solved.converged and solved.radius <= 1e-6
    assert peak < 2e6


def test_unpenalised_columns_fall_back(rng: np.random.Generator) -> None:
    """The minimiser has a free component outside the span: the rows' coordinates are used."""
    rows = np.column_stack([rng.standard_normal((12, 19)), np.where(rng.random(12) < 0.5, 1, -1)])
    free = np.arange(20) < 19
    solved = minimise(Objective(rows, np.full(12, 0.1), 0.1, penalised=free))
    assert solved.converged
    assert solved.radius <= 1e-6


ridged = objectives(shapes=tuple(shape for shape in SHAPES if shape != "intercept"))
wide_ones = ridged.filter(lambda drawn: drawn.dimension > 1).map(
    lambda drawn: drawn.with_rows(np.arange(drawn.rows) < drawn.dimension - 1)
)


@given(objective=wide_ones)
def test_small_problems_in_the_span(objective: Objective) -> None:
    """Every shape of data that is hard, also with few columns: certified as by the rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optimum, "FEW_COLUMNS", 0)
        found = minimise(objective)
    assert found.converged
    assert found.gradient_norm <= 1e-9 * (1 + float(objective.gradient_scale()))
    plain = minimise(objective)
    assert np.linalg.norm(found.w - plain.w) <= found.radius + plain.radius
