"""The path of minimisers: closed form of one coordinate, folds, the original, real data, errors."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import lambertw

from logreg_unlearn.assess.distance import excess_risk
from logreg_unlearn.data import real
from logreg_unlearn.data.forget_sets import forget_set
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import PointKind, classify, minimise
from logreg_unlearn.solve.path import (
    Path,
    PathStatus,
    _Follower,
    follow,
    objective_at,
    original_beta,
)
from tests.strategies import Block, losses, problems, reaches, seeds

strengths = st.floats(-2.0, 1.5).map(lambda e: 10.0**e)
lifts = st.floats(-1.0, 0.7).map(lambda e: 10.0**e)
fractions = st.floats(0.05, 0.9)


def residual(path: Path, block: Block, loss: str) -> np.ndarray:
    """Return how far each record is from the closed form's equation, relative to its terms."""
    w, level = path.w[:, 0], block.strength * (1 - block.lift * path.beta)
    left = w * np.exp(w) if loss == "exponential" else w * (1 + np.exp(w))
    # the slope of the left side at w times one unit of w, and its terms
    size = block.strength * (1 + block.lift * abs(path.beta)) + np.exp(w) * (1 + abs(w)) + abs(w)
    return np.abs(left - level) / size


def fold_of(block: Block) -> float:
    """Return the beta of the exponential fold, where s(1 - rho beta) = -1/e."""
    return (1 + 1 / (np.e * block.strength)) / block.lift


@given(strengths, lifts, fractions)
def test_path_of_a_block_under_the_exponential_loss(s: float, rho: float, f: float) -> None:
    block = Block(s, rho, f)
    edge = fold_of(block)
    problem = block.problem("exponential")
    path = follow(problem)
    assert np.all(residual(path, block, "exponential") < 1e-8)
    assert np.all(path.w[:-1, 0] > -1)
    if edge > 1.0 + 1e-6:
        assert path.folds == () and path.end is not None
        expected = lambertw(s * (1 - rho)).real
        assert abs(path.end.w[0] - expected) <= path.end.radius + 1e-9 * (1 + abs(expected))
        assert path.beta[-1] == 1.0 and np.all(path.smallest_eigenvalue > 0)
    elif edge < 1.0 - 1e-6:
        assert path.end is None and len(path.folds) == 1
        assert path.folds[0].beta == pytest.approx(edge, rel=1e-8)
        assert path.folds[0].w[0] == pytest.approx(-1.0, abs=1e-4)
        assert np.all(path.smallest_eigenvalue[:-1] > 0)
        assert abs(path.smallest_eigenvalue[-1]) < 1e-4 * path.smallest_eigenvalue[0]


@pytest.mark.parametrize(("s", "rho"), [(1.0, 2.0), (10.0, 1.2), (0.1, 5.0)])
def test_the_other_branch_beyond_the_fold(s: float, rho: float) -> None:
    block = Block(s, rho, 0.2)
    path = follow(block.problem("exponential"), through_folds=True, max_steps=150)
    turn = int(np.argmax(path.beta))
    beyond = slice(turn + 1, None)
    assert len(path.folds) == 1 and len(path.beta[beyond]) > 20
    assert np.all(np.diff(path.beta[beyond]) < 0)
    expected = lambertw(s * (1 - rho * path.beta[beyond]), -1)
    exists = np.abs(expected.imag) < 1e-12  # W_-1 is real below level 0
    np.testing.assert_allclose(path.w[beyond, 0][exists], expected.real[exists], rtol=1e-7)
    assert exists.sum() > 20
    assert np.all(path.smallest_eigenvalue[beyond] < 0)
    assert np.all(residual(path, block, "exponential") < 1e-8)


@given(strengths.filter(lambda s: s < 10), lifts, fractions)
def test_path_of_a_block_under_the_logistic_loss_has_no_fold(
    s: float, rho: float, f: float
) -> None:
    block = Block(s, rho, f)
    path = follow(block.problem("logistic"))
    assert path.folds == () and path.end is not None
    assert np.all(residual(path, block, "logistic") < 1e-8)
    assert np.all(np.diff(path.beta) > 0) and np.all(path.smallest_eigenvalue > 0)


@st.composite
def solvable(draw: st.DrawFn) -> UnlearningProblem:
    """Problems whose oracle and original exist: a free column may separate the data."""
    problem = draw(problems())
    for objective in (problem.oracle(), problem.original()):
        found = minimise(objective)
        assume(found.radius < 1e-6 * (1 + np.linalg.norm(found.w)))
    return problem


def test_solvable_problems_come_in_every_kind() -> None:
    for wanted in (
        lambda problem: problem.weights is not None,
        lambda problem: problem.offset is not None,
        lambda problem: problem.unpenalised != (),
        lambda problem: problem.normalisation == "sum",
        lambda problem: problem.loss.name == "exponential",
        lambda problem: follow(problem, max_steps=100).folds != (),
    ):
        reaches(solvable(), wanted)


@given(solvable())
def test_records_are_stationary_and_the_end_is_the_minimum(problem: UnlearningProblem) -> None:
    path = follow(problem, max_steps=200)
    lengths = np.linalg.norm(problem.features, axis=1)
    size = float(np.abs(problem.descent_ascent().coefficients) @ lengths)
    for beta, w, eigenvalue in zip(path.beta, path.w, path.smallest_eigenvalue, strict=True):
        objective = problem.path(beta)
        assert np.linalg.norm(objective.gradient(w)) <= 1e-8 * (1 + size)
        assert eigenvalue == pytest.approx(np.linalg.eigvalsh(objective.hessian(w))[0], abs=1e-12)
    assert path.beta[0] == 0.0
    # a coordinate without ridge may run off until beta no longer changes in float64
    assert np.all(np.diff(path.beta) >= 0)
    np.testing.assert_allclose(path.w[0], minimise(problem.oracle()).w, atol=1e-8)
    if path.end is not None:
        assert path.beta[-1] == 1.0
        np.testing.assert_allclose(path.w[-1], path.end.w, rtol=1e-14)
        again = minimise(problem.descent_ascent(), path.w[-1])
        away = float(np.linalg.norm(again.w - path.end.w))
        assert away <= again.radius + path.end.radius
        if np.isfinite(path.end.radius):
            kind = classify(problem.descent_ascent(), path.end.w).kind
            assert kind is PointKind.MINIMUM


@given(solvable())
def test_the_original_lies_on_the_path(problem: UnlearningProblem) -> None:
    stop = original_beta(problem)
    f = problem.forget_fraction
    assert stop == (-1.0 if problem.normalisation == "sum" else pytest.approx(-f / (1 - f)))
    original = minimise(problem.original())
    path = follow(problem, stop, step=0.2)
    assert path.end is not None and path.folds == ()
    assert path.beta[-1] == stop
    away = float(np.linalg.norm(path.end.w - original.w))
    assert away <= (path.end.radius + original.radius) * (1 + 1e-6)
    # and its objective is the original's times a number
    factor = 1.0 if problem.normalisation == "sum" else 1 / (1 - f)
    gradient = objective_at(problem, stop).gradient(original.w + 1.0)
    np.testing.assert_allclose(
        gradient, factor * problem.original().gradient(original.w + 1.0), rtol=1e-9, atol=1e-9
    )


@given(solvable())
def test_forget_loss_and_excess_risk_only_rise(problem: UnlearningProblem) -> None:
    path = follow(problem, step=0.1, max_steps=200)
    forget = problem.forget_loss(path.w)
    risk = excess_risk(problem.oracle(), path.w, path.w[0])
    assert np.all(np.diff(forget) >= -1e-9 * (1 + abs(forget[1:])))
    assert np.all(np.diff(risk) >= -1e-9 * (1 + abs(risk[1:])))


@given(seeds, losses)
def test_velocity_is_the_inverse_hessian_times_the_forget_gradient(seed: int, loss) -> None:
    rng = np.random.default_rng(seed)
    problem = UnlearningProblem(
        rng.standard_normal((12, 3)),
        rng.choice([-1.0, 1.0], 12),
        np.arange(12) < 3,
        ridge=3.0,
        loss=loss,
    )
    path = follow(problem, step=0.01)
    sure = slice(1, 8)  # steps of one size, away from the end
    for k in range(sure.start, min(sure.stop, len(path.beta) - 2)):
        run, beta = path.beta[k + 1] - path.beta[k - 1], path.beta[k]
        difference = (path.w[k + 1] - path.w[k - 1]) / run
        slope = problem.weighted(0.0, 1.0, ridge=False).gradient(path.w[k])
        velocity = np.linalg.solve(problem.path(beta).hessian(path.w[k]), slope)
        assert np.linalg.norm(difference - velocity) <= 0.05 * np.linalg.norm(velocity)


@given(solvable(), st.sampled_from([-0.3, 0.4]))
def test_jacobian_of_the_system_is_its_derivative(problem: UnlearningProblem, beta: float) -> None:
    follower = _Follower(problem, np.sign(beta), 0.05)
    rng = np.random.default_rng(0)
    w = rng.standard_normal(problem.features.shape[1]) / max(1.0, follower.scale)
    point, direction = np.append(w, beta), rng.standard_normal(len(w) + 1)
    _, jacobian = follower.system(point)
    ahead, behind = (follower.system(point + h * direction)[0] for h in (1e-5, -1e-5))
    exact = jacobian @ direction
    error = np.linalg.norm((ahead - behind) / 2e-5 - exact)
    assert error <= 1e-5 * (np.abs(jacobian).sum() + np.linalg.norm(exact))


@lru_cache
def patients(seed: int, fraction: float, ridge: float, loss: str) -> UnlearningProblem:
    data = real.load("breast_cancer")
    mask = forget_set("random", data.features, data.labels, fraction=fraction, seed=seed)
    return UnlearningProblem(data.features, data.labels, mask, ridge=ridge, loss=loss)


@pytest.mark.parametrize(
    ("seed", "fraction", "ridge", "loss"),
    [
        (0, 0.1, 0.1, "exponential"),
        (2, 0.1, 1e-4, "exponential"),
        (2, 0.2, 0.01, "exponential"),
        (0, 0.1, 0.1, "logistic"),
    ],
)
def test_fold_on_real_data(seed: int, fraction: float, ridge: float, loss: str) -> None:
    problem = patients(seed, fraction, ridge, loss)
    path = follow(problem)
    assert path.end is None
    (fold,) = path.folds
    assert 0 < fold.beta < 1 and path.beta[-1] == fold.beta
    assert np.all(path.smallest_eigenvalue[:-1] > 0)
    assert abs(path.smallest_eigenvalue[-1]) < 1e-6 * ridge
    # minima on this side, next to the path; none near it beyond
    inside, outside = (problem.path((1 + share) * fold.beta) for share in (-1e-3, 1e-2))
    near = minimise(inside, path.w[-2])
    scale = np.linalg.norm(fold.w)
    assert near.converged and np.linalg.norm(near.w - fold.w) < 0.2 * scale
    assert np.linalg.norm(minimise(outside, fold.w).w - fold.w) > 0.2 * scale


def test_the_branch_beyond_a_fold_on_real_data_is_one_of_saddles() -> None:
    problem = patients(0, 0.1, 0.1, "exponential")
    path = follow(problem, through_folds=True, max_steps=60)
    turn = int(np.argmax(path.beta))
    assert turn < len(path.beta) - 5
    assert np.all(path.smallest_eigenvalue[:turn] > 0)
    assert np.all(path.smallest_eigenvalue[turn + 1 :] < 0)
    kinds = {
        classify(problem.path(b), w).kind for b, w in zip(path.beta, path.w, strict=True)
    }  # fmt: skip
    assert PointKind.MINIMUM in kinds and PointKind.SADDLE in kinds


def crooked(seed: int) -> UnlearningProblem:
    """Weak ridges, columns and weights of several scales: branches close to one another."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(3, 10)), int(rng.integers(1, 4))
    features = rng.standard_normal((n, d)) * 10.0 ** rng.uniform(-0.5, 0.7, d)
    labels, forget = rng.choice([-1.0, 1.0], n), np.zeros(n, dtype=bool)
    forget[rng.permutation(n)[: rng.integers(1, n)]] = True
    offset = 2.0 * rng.standard_normal(n) if rng.random() < 0.5 else None
    weights = 10.0 ** rng.uniform(-2.0, 1.0, n) if rng.random() < 0.5 else None
    ridge = 10.0 ** rng.uniform(-4.0, 0.5)
    loss = rng.choice(["exponential", "exponential", "logistic"])
    return UnlearningProblem(
        features, labels, forget, ridge=ridge, loss=loss, offset=offset, weights=weights
    )


@pytest.mark.parametrize(
    ("seed", "step"),
    [
        (110, 0.05),  # the correction lands far away
        (55, 0.5),  # the tangent turns by more than 18 degrees
        (50, 0.5),  # the step goes over a fold and on upwards: an eigenvalue's sign is another
        (33, 0.05),  # beta falls back on a branch that rises
    ],
)
def test_a_long_step_does_not_jump_to_another_branch(seed: int, step: float) -> None:
    problem = crooked(seed)
    long, short = follow(problem, step=step), follow(problem, step=step / 4)
    assert long.status is short.status is PathStatus.FOLD
    assert long.folds[0].beta == pytest.approx(short.folds[0].beta, rel=1e-6)
    np.testing.assert_allclose(long.folds[0].w, short.folds[0].w, rtol=1e-4)
    assert np.all(long.smallest_eigenvalue[:-1] > 0)


def test_a_path_ends_where_it_leads_and_not_at_another_minimum() -> None:
    """From a saddle between two folds the descent reaches a minimum: not one on this branch."""
    problem = crooked(33)
    path = follow(problem, through_folds=True)
    turn, back = (int(np.argmin(np.abs(path.beta - fold.beta))) for fold in path.folds)
    saddle, minimum = (turn + back) // 2, turn - 3
    assert path.smallest_eigenvalue[saddle] < 0 < path.smallest_eigenvalue[minimum]
    ends = []
    for k in (saddle, minimum):
        follower = _Follower(problem, path.beta[k], 0.05)
        ends.append(follower.finish(np.append(path.w[k] / follower.scale, path.beta[k])))
        assert minimise(problem.path(path.beta[k]), path.w[k]).converged
    assert ends[0] is None
    np.testing.assert_allclose(ends[1].w, path.w[minimum], rtol=1e-6)


@pytest.mark.parametrize("target", [0.0, np.nan, np.inf, -np.inf])
def test_impossible_targets_are_refused(target: float) -> None:
    with pytest.raises(ValueError, match="expected a finite target other than 0"):
        follow(Block(1.0, 0.5, 0.2).problem("logistic"), target)


def test_an_exhausted_budget_is_not_an_end() -> None:
    path = follow(Block(1.0, 0.5, 0.2).problem("logistic"), max_steps=3)
    assert path.end is None and path.folds == () and 0 < path.beta[-1] < 1


def test_statuses_say_how_the_path_ended() -> None:
    # logistic loss, one block far beyond lift 1: the end is 400 oracles away
    far = UnlearningProblem(
        np.ones((4, 1)) * [[1.0], [0.0], [1.0], [0.0]],
        np.ones(4),
        np.array([False, False, True, True]),
        ridge=0.001,
        weights=np.array([0.1, 0.9, 0.5, 0.5]),
    )
    assert follow(far).status is PathStatus.REACHED
    assert follow(far, max_steps=3).status is PathStatus.BUDGET
    folded = UnlearningProblem(
        far.features, far.labels, far.forget, ridge=0.001, loss="exponential", weights=far.weights
    )
    path = follow(folded)
    assert path.status is PathStatus.FOLD and path.end is None and len(path.folds) == 1
    # an intercept without ridge: beyond some weight it runs off to infinity
    data = np.array(
        [
            [1.14042265, 0.10490012],
            [-0.03566937, 0.36159505],
            [1.80400005, 0.94708096],
            [-0.20373524, -1.26542147],
        ]
    )
    free = UnlearningProblem(
        data, np.array([-1.0, 1, 1, -1]), np.array([False, False, True, False]), ridge=1.0,
        unpenalised=(1,),
    )  # fmt: skip
    path = follow(free)
    assert path.status is PathStatus.LOST and path.end is None and np.all(np.diff(path.beta) > 0)


def test_an_oracle_without_a_minimum_is_refused() -> None:
    # the free column separates the retained samples
    problem = UnlearningProblem(
        np.array([[1.0, 1.0], [-0.5, 1.0], [0.3, -1.0]]),
        np.ones(3), np.array([False, False, True]), ridge=1.0, unpenalised=(1,),
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"expected an oracle with a minimum, got none"):
        follow(problem)
