"""Limits that are proved: each against a long run, and the cases in which nothing is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logreg_unlearn.assess.audit import audit, describe
from logreg_unlearn.assess.cycle import fixed_point
from logreg_unlearn.assess.limit import Limit, LimitKind, limit_of, same_minimiser
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import (
    alternating,
    ascent_then_finetune,
    gradient_ascent,
    neggrad_plus,
    simultaneous,
)
from logreg_unlearn.unlearn.driver import Method, Phase, budgets, run
from logreg_unlearn.unlearn.npo import npo
from logreg_unlearn.unlearn.trajectory import Trajectory


def example(ridge: float = 0.05, loss: str = "logistic", **options: object) -> UnlearningProblem:
    rng = np.random.default_rng(4)
    features = np.column_stack([rng.normal(size=(60, 3)), np.ones(60)])
    labels = np.where(features[:, 0] + rng.normal(size=60) > 0, 1.0, -1.0)
    return UnlearningProblem(features, labels, np.arange(60) < 8, ridge=ridge, loss=loss, **options)


def limited(
    method: Method, problem: UnlearningProblem, steps: int, **options: object
) -> tuple[Limit, Trajectory]:
    trajectory = run(method, problem, steps=steps, **options)
    phases = method.phases(problem, np.random.default_rng(0))
    before = sum(count for _, count in budgets(phases, steps)[:-1])
    return limit_of(trajectory, phases[-1], int(trajectory.steps[-1]) - before), trajectory


# --- a point ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "options", "short"),
    [
        (neggrad_plus(1.0), {}, 1),  # convex
        (ascent_then_finetune(0.01), dict(ridge=1e-3, unpenalised=(3,)), 100),  # convex in the end
        (simultaneous(), dict(ridge=5.0), 3),  # convex, as the ridge outweighs the ascent
        (simultaneous(), {}, 100),  # close to a local minimum
        (neggrad_plus(0.9), dict(loss="exponential", ridge=0.5), 10),  # no bound on the curvature
        (alternating(), {}, 60),  # two objectives in turn
        (neggrad_plus(0.7, batch_size=16), {}, 82),  # minibatches
        (npo(0.5), dict(ridge=0.5), 50),  # no sum of losses of rows
    ],
)
def test_a_limit_is_where_a_long_run_ends(method, options, short) -> None:
    problem = example(**options)
    limit, trajectory = limited(method, problem, short)
    assert limit.kind is LimitKind.POINT and limit.w is not None
    cycle = len(method.phases(problem, np.random.default_rng(0))[-1].objectives)
    # the point where a cycle of minibatches begins: whole cycles
    long = run(
        method, problem, steps=200_000 // cycle * cycle, tolerance=1e-15,
        step_size=trajectory.step_size,
    )  # fmt: skip
    whole = long.w[-1]
    if cycle > 2:
        (phase,) = method.phases(problem, np.random.default_rng(0))
        for objective in phase.objectives[int(long.steps[-1]) % cycle :]:
            if long.steps[-1] % cycle:
                whole = whole - long.step_size * objective.gradient(whole)
    assert np.linalg.norm(whole - limit.w) <= limit.radius + 1e-9
    assert limit.radius < 1e-6
    # it was not there yet
    assert limit.left > 1e3 * limit.radius and trajectory.status.name == "BUDGET"
    last = float(np.linalg.norm(trajectory.w[-1] - limit.w))
    if cycle > 2:  # within a cycle it swings by far more than it has left
        assert limit.left < 0.01 * last
    else:
        assert limit.left == pytest.approx(last)


def test_of_several_objectives_without_rows_nothing_is_known() -> None:
    problem = example(ridge=0.5)
    limit, trajectory = limited(npo(0.5), problem, 50)
    (phase,) = npo(0.5).phases(problem, np.random.default_rng(0))
    assert limit.kind is LimitKind.POINT
    twice = replace(phase, objectives=2 * phase.objectives)
    assert limit_of(trajectory, twice, 50).kind is LimitKind.UNKNOWN


def test_nothing_is_known_far_from_a_local_minimum() -> None:
    """Weak ridge: descent-ascent has a minimum, and a few steps do not say that it ends there."""
    problem = example(1e-3)
    for method in (simultaneous(), alternating(), neggrad_plus(0.5, batch_size=16)):
        limit, trajectory = limited(method, problem, 20)
        assert limit.kind is LimitKind.UNKNOWN and limit.w is None, method.name
        assert not trajectory.converged


def test_a_minimum_below_the_point_reached_need_not_draw_it() -> None:
    """The solver finds a minimum from there; the curvature on the way is not above 0."""
    problem = example()
    for step_size in (None, 1e-3):
        limit, trajectory = limited(simultaneous(), problem, 20, step_size=step_size)
        found = minimise(problem.descent_ascent(), trajectory.w[-1])
        assert found.converged and limit.kind is LimitKind.UNKNOWN


def test_a_step_too_long_for_a_local_minimum_leaves_it() -> None:
    problem = example()
    objective = problem.descent_ascent()
    minimum = minimise(objective, run(simultaneous(), problem, steps=5000).w[-1]).w
    largest = np.linalg.eigvalsh(objective.hessian(minimum))[-1]
    kinds = []
    for factor in (1.9, 2.1):
        near, step = minimum + 1e-6, factor / largest
        kinds.append(limited(simultaneous(), problem, 1, start=near, step_size=step)[0].kind)
        end = run(simultaneous(), problem, near, steps=3000, step_size=step).w[-1]
        assert (np.linalg.norm(end - minimum) < 1e-6) == (factor < 2.0)
    assert kinds == [LimitKind.POINT, LimitKind.UNKNOWN]


def test_descent_without_any_ridge_ends() -> None:
    """Not to be taken for an ascent: there is no ridge, and a minimiser."""
    method = Method("plain", lambda p, _: (Phase((p.weighted(1.0, 0.0, ridge=False),)),))
    limit, trajectory = limited(method, example(), 5)
    assert not trajectory.converged and limit.kind is LimitKind.POINT


def test_a_step_too_long_for_the_curvature_certifies_no_limit() -> None:
    """Convex, but 2/L or longer: the steps may circle the minimiser for ever."""
    problem = example()
    (phase,) = neggrad_plus(1.0).phases(problem, np.random.default_rng(0))
    bound = 1.0 / run(neggrad_plus(1.0), problem, steps=1).step_size
    kinds = {}
    for factor in (1.9, 2.5):
        # where the curvature is a quarter of its bound, even 2.5/L contracts near the minimiser:
        # far away nothing is known
        start = np.full(4, 30.0)
        trajectory = run(neggrad_plus(1.0), problem, start, steps=1, step_size=factor / bound)
        kinds[factor] = limit_of(trajectory, phase, 1).kind
    assert kinds == {1.9: LimitKind.POINT, 2.5: LimitKind.UNKNOWN}


def test_a_repelling_fixed_point_of_a_cycle_is_no_limit() -> None:
    """Ascent alone in two halves: Newton finds its stationary point, which the steps leave."""
    problem = example()
    maximum = minimise(problem.weighted(0.0, 1.0))
    ascent = problem.forget_ascent(ridge=True)
    pair = (ascent.with_coefficients(ascent.coefficients, 0.0),) * 2
    near = minimise(problem.weighted(0.0, 1.0, ridge=False)).w
    assert maximum.converged
    assert fixed_point(pair, near + 1e-6, 0.1) is None
    descent = (problem.oracle(), problem.oracle())
    found = fixed_point(descent, minimise(problem.oracle()).w + 1e-3, 0.1)
    assert found is not None
    assert np.linalg.norm(found[0] - minimise(problem.oracle()).w) <= found[1] + 1e-9


def test_a_cycle_too_far_away_to_contract_is_not_certified() -> None:
    problem = example()
    pair = (problem.forget_ascent(True), problem.oracle())
    done = run(alternating(), problem, steps=20_000)
    at_rest = fixed_point(pair, done.w[-1], done.step_size)
    assert at_rest is not None
    assert fixed_point(pair, at_rest[0] + 1e-4, done.step_size) is not None
    assert fixed_point(pair, at_rest[0] + 100.0, done.step_size) is None


# --- away for ever ----------------------------------------------------------------------------


def test_gradient_ascent_without_a_ridge_goes_away() -> None:
    """Also where the forget loss has a minimiser: the slope that it climbs never falls."""
    problem = example()
    assert minimise(problem.weighted(0.0, 1.0)).converged
    limit, short = limited(gradient_ascent(), problem, 10)
    assert limit.kind is LimitKind.AWAY
    assert np.all(np.diff(short.gradient_norm) >= 0)
    long = run(gradient_ascent(), problem, steps=100_000)
    assert long.distance[-1] > 100 * long.distance[0]
    with_ridge, _ = limited(gradient_ascent(ridge=True), problem, 2000)
    assert with_ridge.kind is not LimitKind.AWAY


def test_gradient_ascent_that_has_nothing_to_climb_stays() -> None:
    rows = np.array([[1.0], [2.0], [0.0]])
    problem = UnlearningProblem(rows, np.ones(3), np.array([False, False, True]), ridge=0.1)
    limit, trajectory = limited(gradient_ascent(), problem, 10)
    assert trajectory.converged and limit.kind is not LimitKind.AWAY


def test_a_free_direction_along_which_nothing_resists_goes_away() -> None:
    """Free intercept, R of one label and F of the other: every slope points the same way."""
    problem = example()
    labels = np.where(problem.forget, -1.0, 1.0)
    base = UnlearningProblem(problem.features, labels, problem.forget, ridge=0.5, unpenalised=(3,))
    for method in (simultaneous(), neggrad_plus(0.5, batch_size=16), alternating()):
        limit, _ = limited(method, base, 200)
        assert limit.kind is LimitKind.AWAY, method.name
    ends = [run(simultaneous(), base, np.zeros(4), steps=s).w[-1, 3] for s in (1000, 100_000)]
    assert ends[1] > ends[0] + 3.0
    labels = labels.copy()
    labels[::2] = -1.0  # half of the retained rows resist, and weigh more
    held = replace(base, labels=labels, features=problem.features)
    assert limited(neggrad_plus(0.9), held, 200)[0].kind is not LimitKind.AWAY
    penalised = replace(base, unpenalised=(), features=problem.features)
    assert limited(simultaneous(), penalised, 200)[0].kind is not LimitKind.AWAY


def test_an_overflow_is_the_end() -> None:
    limit, trajectory = limited(gradient_ascent(), example(loss="exponential"), 20_000)
    assert trajectory.diverged and limit.kind is LimitKind.OVERFLOW


# --- the verdict does not depend on the budget ------------------------------------------------


@pytest.mark.parametrize("steps", [2000, 20_000, 200_000, 2_000_000])
def test_ascent_then_finetune_has_one_verdict(steps: int) -> None:
    """Weak ridge, free intercept, the hardest rows: far away after some budgets, the oracle after
    all; two million steps climb to 20,000 times the original's norm, and come back."""
    rng = np.random.default_rng(5)
    features = np.column_stack([rng.normal(size=(60, 3)), np.ones(60)])
    labels = np.where(features[:, 0] + 0.05 * rng.normal(size=60) > 0, 1.0, -1.0)
    forget = np.argsort(labels * features[:, 0]).argsort() < 7
    problem = UnlearningProblem(features, labels, forget, ridge=1e-4, unpenalised=(3,))
    outcome = audit(problem, ["ascent-finetune"], steps=steps).outcomes[0]
    assert outcome.verdict == "HELPED" and outcome.settled and outcome.limit_ratio == 0.0
    assert outcome.ended == (steps > 20_000)
    words, ratio = describe(outcome), outcome.ratio
    if outcome.ended:
        assert outcome.verdict_end == "HELPED" and " finetuning ends closer to " in words
        top = outcome.trajectory.distance.max() / np.linalg.norm(outcome.trajectory.w[0])
        assert top > 1e4 or steps == 200_000
    else:
        assert outcome.trajectory.status.name == "BUDGET" and outcome.verdict_end == "HARMED"
        assert ratio > 10 and f"after {steps:,} steps, still moving, is {ratio:.3g}x as" in words
        assert "; its limit is the retrained optimum; that is retraining" in words


@pytest.mark.parametrize("steps", [10, 1000, 100_000])
def test_gradient_ascent_has_one_verdict(steps: int) -> None:
    outcome = audit(example(), ["ga"], steps=steps).outcomes[0]
    assert outcome.verdict == "DIVERGED" and outcome.limit_ratio == np.inf
    assert np.isfinite(outcome.ratio)
    assert describe(outcome).startswith("Gradient ascent diverges: it provably goes away for ever")


def test_a_verdict_that_more_steps_may_change_says_so() -> None:
    outcome = audit(example(1e-3), ["da"], steps=20).outcomes[0]
    assert not outcome.settled and not outcome.ended and outcome.verdict == outcome.verdict_end
    words = describe(outcome)
    assert "after 20 steps, still moving, is" in words and "is not certified" in words
    assert "so far" in repr(outcome) and np.isnan(outcome.limit_ratio)


# --- the same objective -----------------------------------------------------------------------


def test_same_minimiser_knows_a_factor_and_nothing_else() -> None:
    problem = example()
    oracle = problem.oracle()
    twice = oracle.with_coefficients(2.0 * oracle.coefficients, 2.0 * problem.ridge)
    assert same_minimiser(oracle, oracle.collapse()) and same_minimiser(twice, oracle)
    assert not same_minimiser(oracle.with_coefficients(-oracle.coefficients, -0.05), oracle)
    for other in (
        problem.original(),
        problem.descent_ascent(),
        problem.weighted(1.0, 1e-9),
        oracle.with_coefficients(oracle.coefficients, problem.ridge * (1 + 1e-9)),
        replace(oracle, penalised=np.arange(4) < 3),
        replace(oracle, offset=np.full(60, 1e-6)),
    ):
        assert not same_minimiser(other, oracle)
