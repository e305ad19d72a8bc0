"""Newton's method by conjugate gradients, whose products are in single precision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve import classes as solver
from logreg_unlearn.solve.class_rows import ClassRows
from logreg_unlearn.solve.inexact import inexact_newton
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.solve.passes import Work
from tests.solve.test_classes import draw


def centred(w: Array, count: int) -> Array:
    rows = w.reshape(count, -1)
    return np.asarray((rows - rows.mean(axis=0)).ravel())


def weighted(seed: int, n: int, d: int, count: int) -> SoftmaxObjective:
    """Coefficients of their own, offsets, a free intercept."""
    rng = np.random.default_rng(seed)
    objective = draw(seed, n, d, count, ridge=0.05, intercept=True)
    offset = rng.standard_normal((n, count))
    return replace(objective, coefficients=rng.uniform(0.1, 2.0, n) / n, offset=offset)


@pytest.mark.parametrize("n", [90, 12_000])  # 12,000 rows: more than one chunk
def test_products_are_those_of_the_hessian(n: int) -> None:
    objective = weighted(0, n, 4, 5)
    rng = np.random.default_rng(1)
    w, v = (centred(rng.standard_normal(objective.dimension), 5) for _ in range(2))
    space = ClassRows(objective, Work(n))
    curvature = space.curvature
    curvature.at(space.evaluate(w))
    truth = objective.hessian_vector(w, v)
    off = curvature.times(v.astype(np.float32)) - truth
    assert np.linalg.norm(off) <= 1e-5 * np.linalg.norm(truth)


def test_blocks_are_those_of_the_hessian_inverted() -> None:
    objective = replace(draw(2, 60, 3, 4), coefficients=np.linspace(0.5, 1.5, 60) / 60)
    rng = np.random.default_rng(1)
    w, v = (centred(rng.standard_normal(objective.dimension), 4) for _ in range(2))
    space = ClassRows(objective, Work(60))
    curvature = space.curvature
    curvature.at(space.evaluate(w))
    hessian = objective.hessian(w)
    rows = [np.linalg.solve(hessian[j : j + 3, j : j + 3], v[j : j + 3]) for j in range(0, 12, 3)]
    truth = centred(np.concatenate(rows), 4)
    assert curvature.blocks(0.0).times(v) == pytest.approx(truth, rel=1e-4, abs=1e-4)
    # samples that are sure count with a share of the mean: a shorter step
    assert np.linalg.norm(curvature.blocks(10.0).times(v)) < 0.5 * np.linalg.norm(truth)


@pytest.mark.parametrize("size", [0.0, 30.0])
def test_the_best_iterate_is_whole(size: float) -> None:
    """Its arrays are its own, whatever was evaluated in spare ones since: the norm rises twice."""
    objective = draw(1, 300, 6, 5, ridge=1e-3)
    objective = replace(objective, features=5.0 * objective.features)
    start = centred(size * np.random.default_rng(0).standard_normal(30), 5)
    space = ClassRows(objective, Work(300))
    for budget in range(1, 16):
        found, steps, _ = inexact_newton(space, space.evaluate(start), 1e-11, budget, None)
        again = space.evaluate(found.w)
        assert steps <= budget and found.norm <= space.evaluate(start).norm
        for mine, fresh in zip(found[1:], again[1:], strict=True):
            assert mine == pytest.approx(fresh, rel=1e-12, abs=1e-15)
    assert found.norm <= 1e-11


def test_few_steps_suffice() -> None:
    """Ten times fewer digits in the products cost no step of Newton's method."""
    objective = draw(4, 2000, 20, 6, ridge=1e-3)
    space = ClassRows(objective, Work(2000))
    found, steps, _ = inexact_newton(space, space.evaluate(np.zeros(120)), 1e-11, 50, None)
    assert found.norm <= 1e-11 and steps <= 12
    assert space.work.passes <= 60


def test_where_single_precision_overflows_others_go_on() -> None:
    objective = draw(5, 40, 2, 3, ridge=1.0)
    scaled = replace(objective, features=1e20 * objective.features, ridge=1e40)
    space = ClassRows(scaled, Work(40))
    with np.errstate(over="ignore", invalid="ignore"):
        _, steps, _ = inexact_newton(space, space.evaluate(np.zeros(6)), 0.0, 50, None)
    assert steps == 0
    found = minimise(scaled)
    assert found.converged
    assert 1e20 * found.w == pytest.approx(minimise(objective).w, rel=1e-8)


@pytest.mark.parametrize("mean", [0.0, 1e-3])
@pytest.mark.parametrize("intercept", [False, True])
def test_the_radius_by_curvature_is_that_of_weights_of_mean_zero(
    mean: float, intercept: bool
) -> None:
    """The ridge alone resists a mean: by it the radius would be a hundred times as long."""
    objective = draw(6, 4000, 3, 4, ridge=1e-6, intercept=intercept)
    truth = minimise(objective, tolerance=1e-13)
    d = objective.features.shape[1]
    rng = np.random.default_rng(0)
    off = 1e-7 * centred(rng.standard_normal(4 * d), 4)
    w = truth.w + off + mean * np.tile(rng.standard_normal(d), 4)
    space = ClassRows(objective, Work(4000))
    at = space.evaluate(w)
    norm = float(np.linalg.norm(centred(at.gradient, 4))) + space.rounding(at)
    distance = float(np.linalg.norm(w - truth.w)) - truth.radius
    sharp = solver.curvature_radius(space, at, norm)
    # of some of the rows alone
    some = solver.curvature_radius(space, at, norm, 1e9)
    for radius in (sharp, some):
        assert distance <= radius
    assert sharp <= 10 * distance and sharp <= some
    if not mean:
        assert sharp <= 0.01 * norm / objective.ridge
        # a bound by every 41st row as it is, not blown up to all of them
        assert some >= 10 * sharp


def test_rounding_from_the_slopes_at_hand() -> None:
    objective = weighted(7, 200, 3, 4)
    space = ClassRows(objective, Work(200))
    w = np.random.default_rng(0).standard_normal(objective.dimension)
    assert space.rounding(space.evaluate(w)) == pytest.approx(objective.gradient_error(w))
