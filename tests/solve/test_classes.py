"""Certified minimisation of softmax objectives, and the path on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve import classes as solver
from logreg_unlearn.solve.class_rows import ClassRows
from logreg_unlearn.solve.existence import falls_for_ever
from logreg_unlearn.solve.optimum import OptimumStatus, minimise
from logreg_unlearn.solve.passes import Work
from logreg_unlearn.solve.path import PathStatus, follow, original_beta
from tests.problem.test_softmax import exact


def draw(
    seed: int, n: int, d: int, count: int, *, ridge: float = 0.1, intercept: bool = False
) -> SoftmaxObjective:
    """Labels drawn from a softmax model of these features; mean convention."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, d))
    y = (x @ rng.standard_normal((d, count)) + rng.gumbel(size=(n, count))).argmax(axis=1)
    penalised = None
    if intercept:
        x, penalised = np.column_stack([x, np.ones(n)]), np.arange(d + 1) < d
    return SoftmaxObjective(x, y, count, np.full(n, 1.0 / n), ridge, penalised=penalised)


def problem_of(objective: SoftmaxObjective, forget: Array, **options: Any) -> SoftmaxProblem:
    return SoftmaxProblem(objective.features, objective.classes, forget, **options)


def exact_minimiser(objective: SoftmaxObjective, start: Array) -> Any:
    """Newton's method in mpmath; it ends where the gradient is 0 to 30 digits."""
    w = mp.matrix(start.tolist())
    for _ in range(4):
        _, gradient, hessian = exact(objective, list(w))
        w -= mp.lu_solve(hessian, gradient)
    assert mp.norm(exact(objective, list(w))[1]) < mp.mpf(10) ** -30
    return w


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("ridge", [1.0, 1e-3])
def test_the_radius_holds_the_exact_minimiser(intercept: bool, ridge: float) -> None:
    objective = draw(3, 12, 2, 3, ridge=ridge, intercept=intercept)
    found = minimise(objective)
    assert found.converged and found.radius < 1e-6
    with mp.workdps(50):
        distance = mp.norm(exact_minimiser(objective, found.w) - mp.matrix(found.w.tolist()))
    assert distance <= found.radius


def test_the_radius_by_curvature_holds_it_far_from_the_minimum() -> None:
    objective = draw(5, 40, 3, 4, ridge=1e-4, intercept=True)
    truth = minimise(objective).w
    space = ClassRows(objective, Work(40))
    rng = np.random.default_rng(0)
    for size in (1e-8, 1e-5, 1e-3):
        w = truth + size * rng.standard_normal(len(truth))
        at = space.evaluate(w)
        radius = solver.curvature_radius(space, at, float(at.norm) + objective.gradient_error(w))
        distance = float(np.linalg.norm(w - truth))
        assert distance <= radius
        if size <= 1e-5:
            assert radius <= 1e4 * distance


@pytest.mark.parametrize(
    ("n", "d", "count", "intercept"),
    [
        (1, 1, 2, False),
        (8, 20, 3, False),
        (60, 5, 4, True),
        (9000, 8, 3, True),
        (900, 50, 3, False),
    ],
)
def test_it_converges_on_every_shape(n: int, d: int, count: int, intercept: bool) -> None:
    """Few and many rows, more columns than rows, subsamples first, symmetric updates."""
    objective = draw(n, n, d, count, ridge=1e-3, intercept=intercept)
    if intercept and len(np.unique(objective.classes)) < count:
        pytest.skip("a class is missing")
    found = minimise(objective)
    assert found.converged and found.gradient_norm <= 1e-10
    again = float(np.linalg.norm(objective.gradient(found.w)))
    assert abs(again - found.gradient_norm) <= 2 * objective.gradient_error(found.w)
    assert found.passes > 0 and found.iterations > 0


@pytest.mark.parametrize("start", [0.0, 3.0, 300.0])
def test_any_start_leads_there(start: float) -> None:
    objective = draw(1, 200, 6, 5, ridge=1e-4)
    truth = minimise(objective)
    far = start * np.random.default_rng(2).standard_normal(objective.dimension)
    found = minimise(objective, far)
    assert found.converged
    assert np.linalg.norm(found.w - truth.w) <= found.radius + truth.radius


def test_separated_classes_with_a_small_ridge() -> None:
    rng = np.random.default_rng(0)
    y = np.arange(90) % 3
    x = np.eye(3)[y] * 10.0 + 0.1 * rng.standard_normal((90, 3))
    found = minimise(SoftmaxObjective(x, y, 3, np.full(90, 1 / 90), 1e-9))
    assert found.converged


@pytest.mark.parametrize("seed", range(6))
def test_weights_that_differ_by_orders_of_magnitude(seed: int) -> None:
    """From 1e-8 to 1e8: a Hessian without the light samples is singular where they decide."""
    rng = np.random.default_rng(seed)
    x, y = np.round(rng.normal(size=(27, 2))), np.arange(27) % 8
    objective = SoftmaxObjective(x, y, 8, 10.0 ** rng.uniform(-8, 8, 27), 1e-11)
    assert minimise(objective).converged


def test_a_small_gradient_far_out_is_no_progress() -> None:
    """A light sample against a heavy one: beyond both, the slopes are flat and the loss huge."""
    x = np.array([[1.05709984, 1.0], [-0.12855817, 1.0]])
    objective = SoftmaxObjective(
        x, np.array([1, 0]), 2, np.array([6.86669318e6, 2.45809745e-2]), 37.43371776574421,
        penalised=np.array([True, False]),
    )  # fmt: skip
    found = minimise(objective)
    assert found.converged and np.linalg.norm(found.w) < 20.0 and found.radius < 1e-9


def test_a_class_without_samples() -> None:
    """A free intercept then falls for ever; with the ridge on it there is a minimum."""
    objective = draw(0, 50, 3, 4, intercept=True)
    classes = np.where(objective.classes == 2, 1, objective.classes)
    missing = replace(objective, classes=classes)
    assert minimise(missing).status is OptimumStatus.NO_MINIMUM
    assert minimise(replace(missing, penalised=None)).converged
    assert minimise(objective).converged


def test_what_falls_for_ever_along_an_intercept() -> None:
    """A class is to be raised by its rows of c x > 0 and lowered by the others: none by both."""
    rng, seen = np.random.default_rng(3), {True: 0, False: 0}
    for _ in range(300):
        n, count = int(rng.integers(1, 6)), int(rng.integers(2, 5))
        column, y = rng.normal(size=n), rng.integers(0, count, n)
        if rng.random() < 0.5:
            column = np.abs(column)
        c = np.where(rng.random(n) < rng.choice([0.3, 1.0]), 1.0, -1.0) * rng.uniform(0.1, 2.0, n)
        features = np.column_stack([rng.normal(size=n), column])
        parts = [
            SoftmaxObjective(features[rows], y[rows], count, c[rows], 1.0,
                             penalised=np.array([True, False]))
            for rows in (slice(0, n // 2), slice(n // 2, n))
        ]  # fmt: skip
        raised, lowered = set(y[c * column > 0]), set(y[c * column < 0])
        expected = not raised & lowered and max(len(raised), len(lowered)) < count
        assert falls_for_ever(*parts) is expected, (y, c, column)
        seen[expected] += 1
        held = [replace(part, penalised=None) for part in parts]
        assert not falls_for_ever(*held)
    assert min(seen.values()) > 80, seen


def test_two_free_columns_that_separate_the_classes_leave_no_minimum() -> None:
    rng = np.random.default_rng(0)
    y = np.arange(30) % 3
    corners = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])
    x = np.column_stack([rng.normal(size=30), corners[y]])
    separated = SoftmaxObjective(
        x, y, 3, np.full(30, 1 / 30), 0.1, penalised=np.array([True, False, False])
    )
    assert minimise(separated).status is OptimumStatus.NO_MINIMUM
    apart = replace(separated, classes=np.where(np.arange(30) < 6, y[::-1], y))
    assert minimise(apart).status is OptimumStatus.NO_MINIMUM  # class 1, still
    turned = (y + np.repeat([1, 2, 0], [3, 3, 24])) % 3
    assert minimise(replace(separated, classes=turned)).converged


@pytest.mark.parametrize(
    ("free", "ascent"), [((), -0.2), ((), 0.0), ((), 1.0), ((2,), -0.2), ((2,), 0.0), ((2,), 0.1)]
)
def test_every_stationary_point_sums_to_zero(free: tuple[int, ...], ascent: float) -> None:
    objective = draw(4, 40, 3, 3)
    problem = problem_of(objective, np.arange(40) < 6, ridge=2.0, unpenalised=free)
    found = minimise(problem.path(ascent), np.ones(9))
    assert found.converged
    assert np.abs(problem.class_weights(found.w).sum(axis=0)).max() <= 10 * found.radius + 1e-14


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_two_classes_are_the_binary_problem_of_half_the_ridge(normalisation: str) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((60, 3)), rng.choice([-1.0, 1.0], 60)
    forget, weights = np.arange(60) < 15, rng.uniform(0.5, 2.0, 60)
    options: dict[str, Any] = dict(weights=weights, normalisation=normalisation)
    binary = UnlearningProblem(x, y, forget, ridge=0.8, **options)
    softmax = SoftmaxProblem(x, y, forget, ridge=1.6, **options)

    def collapsed(w: Array) -> Array:
        rows = softmax.class_weights(w)
        return np.asarray(rows[..., 1, :] - rows[..., 0, :])

    for name in ("original", "oracle"):
        ours, theirs = (minimise(getattr(p, name)()).w for p in (softmax, binary))
        assert np.allclose(collapsed(ours), theirs, atol=1e-8)
    for target in (original_beta(binary), 0.5):
        assert original_beta(softmax) == original_beta(binary)
        ours_path, their_path = follow(softmax, target), follow(binary, target)
        assert ours_path.status is their_path.status is PathStatus.REACHED
        assert ours_path.end is not None and their_path.end is not None
        assert np.allclose(collapsed(ours_path.end.w), their_path.end.w, atol=1e-7)


def test_the_path_of_many_classes_ends_at_the_original_and_at_a_minimum() -> None:
    objective = draw(7, 80, 3, 4)
    forget = np.random.default_rng(0).random(80) < 0.2
    problem = problem_of(objective, forget, ridge=0.5, unpenalised=(2,))
    back = follow(problem, original_beta(problem))
    assert back.end is not None
    original = minimise(problem.original())
    assert np.linalg.norm(back.end.w - original.w) <= back.end.radius + original.radius + 1e-8
    ahead = follow(problem, 1.0)
    assert ahead.end is not None
    assert np.linalg.norm(problem.descent_ascent().gradient(ahead.end.w)) < 1e-8


@pytest.mark.parametrize("name", ["load_iris", "load_wine", "load_digits"])
def test_the_oracle_is_the_refit_of_scikit_learn(name: str) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    from sklearn.linear_model import LogisticRegression

    x, y = getattr(datasets, name)(return_X_y=True)
    x = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-9)
    forget = np.random.default_rng(0).random(len(y)) < 0.1
    model = LogisticRegression(C=0.5, solver="newton-cg", tol=1e-12, max_iter=10_000)
    problem = SoftmaxProblem.from_sklearn(model.fit(x, y), x, y, forget)
    for found, rows in (
        (minimise(problem.original()), np.ones(len(y), dtype=bool)),
        (minimise(problem.oracle()), ~forget),
    ):
        assert found.converged and found.gradient_norm <= 1e-9
        model.fit(x[rows], y[rows])
        refit = np.column_stack([model.coef_, model.intercept_])
        refit[:, -1] -= refit[:, -1].mean()  # its gauge is where it started
        assert np.abs(problem.class_weights(found.w) - refit).max() <= 1e-6


def test_an_ascent_that_outweighs_descent_falls_without_bound() -> None:
    """Along an intercept without ridge; with the ridge on it there is a minimum."""
    objective = draw(4, 40, 3, 3, intercept=True)
    forget = np.arange(40) < 6
    problem = problem_of(objective, forget, ridge=0.1, unpenalised=(3,))
    ascent = problem.path(5.0)
    assert minimise(ascent, np.ones(12)).status is OptimumStatus.UNBOUNDED
    assert minimise(replace(ascent, penalised=None), np.ones(12)).converged


def test_the_blocks_of_the_classes_save_passes() -> None:
    """51.6 passes on the digits; 127 where the mean over the classes is left in a step."""
    datasets = pytest.importorskip("sklearn.datasets")
    x, y = datasets.load_digits(return_X_y=True)
    found = minimise(SoftmaxObjective(x / 16.0, y, 10, np.ones(len(y)), 1.0))
    assert found.converged and found.passes < 80


def test_a_hessian_that_is_singular_in_double_precision_loses_the_path() -> None:
    """A ridge of 1e-18 of the curvature holds the mean over the classes, and no digit of it."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 1)), rng.integers(0, 3, 40)
    problem = SoftmaxProblem(x, y, np.arange(40) < 6, ridge=1e-18)
    for target in (1.0, original_beta(problem)):
        assert follow(problem, target).status in (PathStatus.LOST, PathStatus.FOLD)


@pytest.mark.parametrize("far", [1e12, 1e30, 1e50])
@pytest.mark.parametrize("offset", [False, True])
def test_a_start_worse_than_none_is_no_hint(far: float, offset: bool) -> None:
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.standard_normal((40, 2)), np.ones(40)])
    classes = np.arange(40) % 3
    objective = SoftmaxObjective(
        rows,
        classes,
        3,
        np.full(40, 1 / 40),
        1e-3,
        penalised=np.array([True, True, False]),
        offset=3 * rng.standard_normal((40, 3)) if offset else None,
    )
    cold, warm = minimise(objective), minimise(objective, far * rng.standard_normal(9))
    assert warm.converged and warm.iterations <= cold.iterations + 2
    assert np.linalg.norm(warm.w - cold.w) <= warm.radius + cold.radius


def test_a_start_better_than_none_is_kept() -> None:
    objective = draw(0, 40, 3, 3, ridge=1e-2)
    found = minimise(objective)
    assert minimise(objective, 1.001 * found.w, max_iterations=0).iterations == 0
    kept = minimise(objective, 1.001 * found.w, max_iterations=0).w
    np.testing.assert_allclose(kept, 1.001 * found.w, rtol=1e-12)


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize("start", [None, 3.0])
def test_no_sample_has_a_coefficient(free: bool, start: float | None) -> None:
    objective = draw(0, 9, 2, 3, ridge=0.1, intercept=free).with_coefficients(np.zeros(9))
    found = minimise(objective, None if start is None else np.full(objective.dimension, start))
    assert found.value == found.gradient_norm == 0.0 and not found.w.any()
    assert found.converged is not free


@pytest.mark.parametrize("seed", [1, 2, 10])
def test_a_step_that_rounding_swallows_is_the_last(seed: int) -> None:
    # no gradient norm of 1e-14 is within reach, and the same step would be tried for ever
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((25, 3)) * [1e12, 1.0, 1e-12]
    classes = rng.integers(0, 5, 25)
    objective = SoftmaxObjective(rows, classes, 5, np.full(25, 0.04), 1e-2)
    found = minimise(objective, tolerance=1e-14)
    assert found.converged and found.iterations < 60


def test_an_absent_class_falls_behind_beside_other_free_columns() -> None:
    rows = np.column_stack([np.linspace(-1e9, 1e12, 12), np.linspace(0.001, 1.0, 12)])
    objective = SoftmaxObjective(
        rows, np.arange(12) % 2, 4, np.full(12, 1 / 12), 0.1, penalised=np.zeros(2, dtype=bool)
    )
    assert falls_for_ever(objective)
    assert not falls_for_ever(replace(objective, classes=np.arange(12) % 4))


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1.0, 1e9, 1e300])
def test_separation_does_not_depend_on_the_columns_units(scale: float) -> None:
    rng = np.random.default_rng(1)
    rows = rng.standard_normal((30, 2)) * [1.0, 3.0]
    rows[rows @ [1.0, 2.0] < 0] *= -1
    free = np.zeros(2, dtype=bool)
    objective = Objective(rows * [1.0, scale], np.ones(30), 0.1, penalised=free)
    assert falls_for_ever(objective)
    turned = rows * [1.0, scale]
    turned[0] *= -1
    assert not falls_for_ever(replace(objective, signed_features=turned))
    turned[:, 1] = 5e-324 * np.sign(rows[:, 1])
    assert not falls_for_ever(replace(objective, signed_features=turned))
