"""Batches of small problems: each configuration goes the way it goes alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.data.synthetic import orthogonal_blocks
from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC, Loss
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn import layouts
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.batched import descend, stack
from logreg_unlearn.unlearn.driver import Status, record_steps, run
from logreg_unlearn.unlearn.steps import gradient_step
from tests.strategies import losses, reaches, seeds

both = pytest.mark.parametrize("loss", (LOGISTIC, EXPONENTIAL), ids=lambda loss: loss.name)


def some(seed: int, loss: Loss, count: int = 5, d: int = 2, free: bool = False) -> list[Objective]:
    """Objectives with different numbers of rows, signs, offsets, ridges and absent rows."""
    rng = np.random.default_rng(seed)
    result = []
    for k in range(count):
        n = int(rng.integers(1, 6))
        coefficients = rng.uniform(0.1, 1.0, n) * rng.choice([-1.0, 1.0], n)
        coefficients[: k % 2] = 0.0
        result.append(
            Objective(
                rng.standard_normal((n, d)),
                coefficients,
                float(rng.uniform(0.1, 2.0)),
                loss,
                offset=rng.standard_normal(n) if k % 3 else None,
                penalised=np.arange(d) > 0 if free else None,
            )
        )
    return result


def alone(objective: Objective, w: np.ndarray, step_size: float, steps: int) -> np.ndarray:
    """Take the steps of one problem with the driver's own step."""
    w = w.copy()
    gradient_step(objective, step_size)(w, steps)
    return w


@given(seed=seeds, loss=losses, d=st.integers(1, 3), free=st.booleans())
def test_every_configuration_goes_its_own_way(seed: int, loss: Loss, d: int, free: bool) -> None:
    objectives = some(seed, loss, d=d, free=free)
    rng = np.random.default_rng(seed)
    start = 0.3 * rng.standard_normal((len(objectives), d))
    step_size = rng.uniform(0.01, 0.2, len(objectives))
    with np.errstate(all="ignore"):  # the ascent of an exponential loss may leave at once
        found = descend(stack(objectives), start, step_size, steps=7)
        for k, objective in enumerate(objectives):
            expected = alone(objective, start[k], step_size[k], 7)
            if np.linalg.norm(expected) < 10.0:
                np.testing.assert_allclose(found.w[-1, k], expected, rtol=1e-11, atol=1e-12)
            else:
                assert not np.linalg.norm(found.w[-1, k]) < 9.0 or found.diverged[k]
    np.testing.assert_array_equal(found.w[0], start)
    np.testing.assert_array_equal(found.steps, np.append(0, record_steps(7)))


def test_drawn_batches_stay_and_leave() -> None:
    def ends(case: tuple[int, Loss]) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.array([alone(o, np.full(2, 0.3), 0.2, 7) for o in some(*case)])

    cases = st.tuples(seeds, losses)
    reaches(cases, lambda case: bool(np.all(np.abs(ends(case)) < 10)))
    reaches(cases, lambda case: not np.all(np.abs(ends(case)) < 10))


@both
def test_chunks_do_not_show(loss: Loss, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes whatever the other configurations are."""
    batch = stack(some(1, loss, count=37))
    start = np.linspace(-0.3, 0.3, 74).reshape(37, 2)
    whole = descend(batch, start, 0.05, steps=50)
    monkeypatch.setattr(layouts, "ENTRIES", 30)
    finished: list[int] = []
    pieces = descend(batch, start, 0.05, steps=50, progress=finished.append)
    np.testing.assert_array_equal(whole.w, pieces.w)
    assert sum(finished) == 37 and len(finished) > 5


def block(lift: float, ridge: float, loss: str) -> UnlearningProblem:
    data = orthogonal_blocks([lift], [0.4], n_retain=10, n_forget=5)
    return UnlearningProblem(
        data.features, data.labels, data.forget, ridge=ridge, loss=loss, weights=data.weights
    )


@pytest.mark.parametrize("loss", ("logistic", "exponential"))
def test_what_diverges_alone_diverges_here(loss: str) -> None:
    """Lifts below and beyond the fold 1 + ridge/(e p) of the exponential loss."""
    problems = [block(lift, 0.2, loss) for lift in (0.2, 0.9, 1.1, 1.5, 2.0)]
    starts = np.array([minimise(problem.original()).w for problem in problems])
    found = descend(
        stack([problem.descent_ascent() for problem in problems]), starts, 0.5, steps=4000
    )
    single = [
        run(simultaneous(), problem, start, steps=4000, step_size=0.5)
        for problem, start in zip(problems, starts, strict=True)
    ]
    assert found.diverged.tolist() == [path.status is Status.DIVERGED for path in single]
    assert found.diverged.any() == (loss == "exponential")
    assert np.all(np.isfinite(found.w))
    for k, path in enumerate(single):
        if path.converged:
            np.testing.assert_allclose(found.w[-1, k], path.w[-1], atol=1e-9)


def test_one_objective_from_many_starts_with_many_step_sizes() -> None:
    objective = some(4, LOGISTIC)[3]
    starts = np.linspace(-1, 1, 6).reshape(3, 1, 2)
    sizes = np.array([0.1, 0.3])
    found = descend(objective, starts, sizes, steps=9)
    assert found.w.shape == (len(found.steps), 3, 2, 2) and found.diverged.shape == (3, 2)
    for i in range(3):
        for j in range(2):
            expected = alone(objective, starts[i, 0], sizes[j], 9)
            np.testing.assert_allclose(found.w[-1, i, j], expected, rtol=1e-12, atol=1e-13)


@both
def test_stack_is_the_same_functions(loss: Loss) -> None:
    objectives = some(2, loss)
    repeated = objectives[0].signed_features.repeat(2, axis=0)
    objectives[0] = replace(
        objectives[0],
        signed_features=repeated,
        coefficients=objectives[0].coefficients.repeat(2) / 2,
        offset=None,
    )
    batch = stack(objectives)
    assert batch.signed_features.shape[1] == max(len(o.collapse().coefficients) for o in objectives)
    w = np.random.default_rng(3).standard_normal((len(objectives), 2))
    values = [objective.value(v) for objective, v in zip(objectives, w, strict=True)]
    np.testing.assert_allclose(batch.value(w), values, rtol=1e-13)
    gradients = [objective.gradient(v) for objective, v in zip(objectives, w, strict=True)]
    np.testing.assert_allclose(batch.gradient(w), gradients, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("arguments", "message"),
    (
        (dict(steps=0), "expected steps >= 1, got 0"),
        (dict(step_size=0.0), "expected step sizes > 0, got 0"),
        (dict(step_size=np.nan), "expected step sizes > 0, got nan"),
        (dict(start=np.array([np.inf, 0.0])), "expected finite starts, got inf"),
        (dict(start=np.zeros(3)), r"expected starts of shape \(..., 2\), got \(3,\)"),
        (dict(start=np.zeros((4, 2))), r"expected batches that fit .*, got .*\(4,\)"),
    ),
)
def test_bad_input(arguments: dict[str, object], message: str) -> None:
    good: dict[str, object] = dict(start=np.zeros(2), step_size=0.1, steps=3)
    good.update(arguments)
    with pytest.raises(ValueError, match=message):
        descend(stack(some(0, LOGISTIC)), **good)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "message"),
    (
        (some(0, EXPONENTIAL)[0], "expected loss logistic of dimension 2, got exponential"),
        (
            some(0, LOGISTIC, d=3)[0],
            "expected loss logistic of dimension 2, got logistic of dimension 3",
        ),
        (some(0, LOGISTIC, free=True)[0], "expected the ridge on the same coordinates"),
    ),
)
def test_what_does_not_stack(other: Objective, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        stack([some(0, LOGISTIC)[0], other])
    with pytest.raises(ValueError, match="expected at least one objective, got none"):
        stack([])


@both
def test_an_absent_sample_is_absent_where_its_loss_overflows(loss: Loss) -> None:
    present = Objective(np.array([[1.0]]), np.array([0.5]), 0.3, loss)
    absent = Objective(np.array([[1.0], [-1e4]]), np.array([0.5, 0.0]), 0.3, loss)
    offset = replace(absent, offset=np.array([0.0, -1e4]))
    found = descend(stack([present, absent, offset]), np.ones((3, 1)), 0.1, steps=5)
    assert not found.diverged.any()
    np.testing.assert_array_equal(found.w[:, 1], found.w[:, 0])
    np.testing.assert_array_equal(found.w[:, 2], found.w[:, 0])


def test_what_has_no_finite_gradient_has_diverged() -> None:
    """As alone: the weights are finite, and the step that would come next is not."""
    ascent = Objective(np.array([[1.0]]), np.array([-1.0]), 0.0, EXPONENTIAL)
    found = descend(ascent, np.array([[-709.0], [-700.0]]), 1e-307, steps=1)
    assert np.all(np.isfinite(found.w))
    assert found.diverged.tolist() == [True, False]


def test_a_step_too_long_for_the_ridge_never_returns() -> None:
    """Beyond step/(|1 - step ridge| - 1) = 10; at 9 it may."""
    descent = Objective(np.array([[1.0]]), np.array([1.0]), 0.5)
    found = descend(descent, np.array([[8.0], [5.0]]), 5.0, steps=1)
    assert found.w[-1, :, 0] == pytest.approx([-12.0, -7.5], abs=0.05)
    assert found.diverged.tolist() == [True, False]
