"""A free intercept that has escaped: long runs agree, and each condition is needed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from logreg_unlearn.assess.audit import audit
from logreg_unlearn.assess.escape import escapes
from logreg_unlearn.problem.losses import EXPONENTIAL
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.unlearn.ascent import alternating, neggrad_plus, simultaneous
from logreg_unlearn.unlearn.driver import run


def drawn(seed: int, ridge: float = 2.0, **options: object) -> UnlearningProblem:
    """R and F with different shares of the labels: only the intercept tells them apart."""
    rng = np.random.default_rng(seed)
    features = np.column_stack([rng.normal(size=(60, 2)), np.ones(60)])
    share = np.where(np.arange(60) < 20, rng.uniform(), rng.uniform())
    labels = np.where(rng.random(60) < share, 1.0, -1.0)
    labels[20:22] = 1.0, -1.0
    arguments = dict(ridge=ridge, unpenalised=(2,)) | options
    return UnlearningProblem(features, labels, np.arange(60) < 20, **arguments)


def test_what_escapes_never_returns() -> None:
    """Problems, three methods: where it is proved, the weight grows in a long run."""
    seen: Counter[bool] = Counter()
    for seed in range(24):
        problem = drawn(seed, ridge=0.5 + seed / 10)
        for method in (simultaneous(), alternating(), neggrad_plus(0.5, batch_size=15)):
            phase = method.phases(problem, np.random.default_rng(0))[-1]
            cycle = len(phase.objectives) // phase.per_step
            done = run(method, problem, steps=600 * cycle, tolerance=1e-14)
            ends = []
            for more in (1, 10, 100):
                ends.append(
                    run(
                        method, problem, done.w[-1], steps=more * 100 * cycle, tolerance=1e-15,
                        step_size=done.step_size,
                    ).w[-1, 2]
                )  # fmt: skip
            gone = escapes(phase.objectives, done.w[-1], done.step_size)
            seen[gone] += 1
            if gone:
                assert np.all(np.sign(ends) == np.sign(done.w[-1, 2])), seed
                assert np.all(np.diff(np.abs([done.w[-1, 2], *ends])) > 0), seed
                # linearly: ten times as many steps take it ten times as far
                far = abs(ends[2] - done.w[-1, 2]) / abs(ends[1] - done.w[-1, 2])
                assert far == pytest.approx(10.0, rel=0.3), seed
    assert min(seen[True], seen[False]) >= 10, seen


def one(
    labels: list[float], coefficients: list[float], ridge: float = 1.0, **options: object
) -> Objective:
    """Rows (x, 1) times their labels, x = 0 except for the first: u and a free intercept."""
    y = np.array(labels)
    rows = y[:, None] * np.column_stack([np.eye(len(y))[0], np.ones(len(y))])
    return Objective(
        rows, np.array(coefficients), ridge, penalised=np.array([True, False]), **options
    )


def test_the_sign_of_what_is_left_decides() -> None:
    """Far out at v > 0 only rows of label -1 have a slope, -1: the push is minus their c."""
    out = np.array([0.0, 30.0])
    assert escapes((one([-1, -1], [0.5, -0.6]),), out, 0.5)
    assert not escapes((one([-1, -1], [0.6, -0.5]),), out, 0.5)
    assert escapes((one([1, 1], [0.5, -0.6]),), -out, 0.5)
    assert not escapes((one([1, 1], [0.6, -0.5]),), -out, 0.5)
    # near the middle the slopes may be anything
    assert not escapes((one([-1, 1], [-0.5, 0.6]),), np.array([0.0, 0.01]), 0.5)


def test_a_cycle_escapes_by_the_sum_of_its_pushes() -> None:
    out = np.array([0.0, 30.0])
    inwards, outwards = one([-1, -1], [0.2, 0.2]), one([-1, -1], [-0.3, -0.3])
    assert escapes((inwards, outwards), out, 0.5)
    assert not escapes((inwards, inwards, outwards), out, 0.5)


def test_a_cycle_may_step_back_far_enough_to_turn() -> None:
    """.4 x 100 inwards from 30, before .6 x 100 outwards: at the other side both are idle."""
    out, rows = np.array([0.0, 30.0]), np.array([[0.0, -1.0]])
    inwards, outwards = (
        Objective(rows, np.array([c]), 1e-3, penalised=np.array([True, False])) for c in (0.4, -0.6)
    )
    assert not escapes((inwards, outwards), out, 100.0)
    assert escapes((inwards, outwards), out, 10.0)


def test_slopes_are_taken_at_their_worst_from_here_to_infinity() -> None:
    """At 3 a slope is -.95 and becomes -1: .5 inwards may be all of it, .51 outwards not yet."""
    objective = one([-1, -1], [0.5, -0.51])
    assert not escapes((objective,), np.array([0.0, 3.0]), 0.5)
    assert escapes((objective,), np.array([0.0, 30.0]), 0.5)


@pytest.mark.parametrize(
    "change",
    [
        dict(ridge=0.0),  # nothing holds the other weight
        dict(loss=EXPONENTIAL),  # nothing bounds the slope
        dict(penalised=None),  # nothing is free
    ],
)
def test_every_condition_is_needed(change) -> None:
    out = np.array([0.0, 30.0])
    arguments = dict(
        signed_features=np.array([[-1.0, -1.0], [0.0, -1.0]]), coefficients=np.array([0.5, -0.6]),
        ridge=1.0, penalised=np.array([True, False]),
    )  # fmt: skip
    assert escapes((Objective(**arguments),), out, 0.5)
    assert not escapes((Objective(**(arguments | change)),), out, 0.5)


def test_a_step_too_long_for_the_ridge_is_not_held() -> None:
    objective = one([-1, -1], [0.5, -0.6], ridge=3.0)
    out = np.array([0.0, 30.0])
    assert escapes((objective,), out, 0.66) and not escapes((objective,), out, 0.67)


def test_rows_that_the_other_weights_can_turn_do_not_count() -> None:
    """A long row outweighs the intercept where u is not held to less than 30 / 1000."""
    rows = np.array([[-1000.0, -1.0], [0.0, -1.0], [0.0, -1.0]])
    for held, known in ((1.0, False), (1e5, True)):
        pushed = np.array([-0.1, 0.4, -0.35])  # -.1 is needed, and counts where its slope is -1
        objective = Objective(rows, pushed, held, penalised=np.array([True, False]))
        assert escapes((objective,), np.array([0.0, 30.0]), 1e-6) is known
        resisting = objective.with_coefficients(np.array([0.1, 0.3, -0.35]), held)
        assert not escapes((resisting,), np.array([0.0, 30.0]), 1e-6)


def test_a_slope_must_be_known_to_be_gone() -> None:
    """A long ascended row of label +1 pulls back by .1 where u can turn its margin: from 10."""
    rows = np.array([[1000.0, 1.0], [0.0, -1.0], [0.0, -1.0]])
    objective = Objective(
        rows, np.array([-0.1, 0.3, -0.35]), 1.0, penalised=np.array([True, False])
    )
    for start, known in ((0.0, True), (10.0, False)):
        assert escapes((objective,), np.array([start, 30.0]), 1e-6) is known


def test_the_ball_holds_whatever_the_slopes_are() -> None:
    """Row B alone pulls by .08 to .92 and A by 1 against it: .5 on average, .92 at worst.

    A is needed, and its margin known while C < 3: .28 C is more than .5 there, and never .92.
    """
    rows = np.array([[10.0, -1.0], [1.0, 0.0], [0.0, -1.0], [0.0, -1.0]])
    coefficients, out = np.array([-0.1, 1.0, 0.4, -0.35]), np.array([0.0, 30.0])
    for ridge, held in ((0.28, False), (0.5, True)):
        objective = Objective(rows, coefficients, ridge, penalised=np.array([True, False]))
        assert escapes((objective,), out, 1e-3) is held


def test_the_audit_says_that_it_diverges() -> None:
    """The verdict does not depend on how far the budget let it run."""
    for steps in (3000, 30_000):
        outcome = audit(drawn(3), ["da"], steps=steps).outcomes[0]
        assert outcome.verdict == "DIVERGED" and outcome.settled
        assert outcome.trajectory.status.name == "BUDGET" and np.isfinite(outcome.ratio)
