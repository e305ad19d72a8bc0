"""Free intercepts of many classes that have run off: long runs agree, thresholds are met."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from logreg_unlearn.assess.audit import audit
from logreg_unlearn.assess.class_escape import classes_escape
from logreg_unlearn.assess.escape import escapes, stay_inside
from logreg_unlearn.assess.limit import LimitKind, limit_of
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.unlearn.ascent import alternating, gradient_ascent, neggrad_plus, simultaneous
from logreg_unlearn.unlearn.driver import Method, run


def drawn(seed: int, count: int = 3, ridge: float = 1.0, **options: Any) -> SoftmaxProblem:
    """R and F with different shares of the labels: only the intercepts tell them apart."""
    rng = np.random.default_rng(seed)
    features = np.column_stack([rng.normal(size=(60, 2)), np.ones(60)])
    forget = np.arange(60) < 20
    shares = np.where(forget[:, None], *rng.dirichlet(np.ones(count), size=2))
    labels = (rng.random(60)[:, None] > np.cumsum(shares, axis=1)).sum(axis=1)
    labels[20 : 20 + count] = np.arange(count)
    arguments = dict(ridge=ridge, unpenalised=(2,), label_values=tuple(range(count))) | options
    return SoftmaxProblem(features, labels.clip(max=count - 1), forget, **arguments)


def test_what_escapes_never_returns() -> None:
    """Problems, methods: where it is proved, the intercepts part in a long run."""
    seen: Counter[bool] = Counter()
    for seed in range(8):
        count = 3 + seed % 3
        problem = drawn(seed, count, ridge=0.2 + seed / 8)
        for method in (simultaneous(), alternating(ridge_in_ascent=False), neggrad_plus(0.8, 15)):
            phase = method.phases(problem, np.random.default_rng(0))[-1]
            cycle = len(phase.objectives) // phase.per_step
            done = run(method, problem, steps=150 * cycle, tolerance=1e-14)
            gone = classes_escape(phase.objectives, done.w[-1], done.step_size)
            seen[gone] += 1
            parted = [np.ptp(done.w[-1].reshape(count, 3)[:, 2])]
            for more in (100, 1000) if gone else ():
                on = run(
                    method, problem, done.w[-1], steps=more * cycle, tolerance=1e-15,
                    step_size=done.step_size,
                )  # fmt: skip
                parted.append(np.ptp(on.w[-1].reshape(count, 3)[:, 2]))
            if gone:  # linearly: ten times as many steps take them ten times as far
                assert parted[0] < parted[1] < parted[2], (seed, method.name)
                far = (parted[2] - parted[0]) / (parted[1] - parted[0])
                assert far == pytest.approx(10.0, rel=0.3), (seed, method.name)
    assert min(seen[True], seen[False]) >= 6, seen


def objective_of(
    labels: list[int],
    coefficients: list[float],
    features: Array | None = None,
    *,
    count: int = 3,
    ridge: float = 1.0,
    **options: Any,
) -> SoftmaxObjective:
    """Rows (x, 1), x = 0 unless given: U and free intercepts."""
    n = len(labels)
    x = np.zeros(n) if features is None else features
    arguments = dict(penalised=np.array([True, False])) | options
    return SoftmaxObjective(
        np.column_stack([x, np.ones(n)]), np.array(labels), count, np.array(coefficients), ridge,
        **arguments,
    )  # fmt: skip


def point(b: list[float], u: Array | None = None) -> Array:
    u = np.zeros(len(b)) if u is None else u
    return np.column_stack([u, np.array(b) - np.mean(b)]).ravel()


def test_the_sign_of_what_is_left_decides() -> None:
    """Class 0 far behind: c of its own rows is what pushes it; a column of -1 is turned over."""
    behind = point([-60.0, 0.0, 1.0])
    away = objective_of([0, 0, 1, 2], [0.5, -0.6, 0.3, 0.3])
    back = objective_of([0, 0, 1, 2], [0.6, -0.5, 0.3, 0.3])
    assert classes_escape((away,), behind, 0.1) and not classes_escape((back,), behind, 0.1)
    for objective, gone in ((away, True), (back, False)):
        turned = replace(objective, features=-objective.features)
        assert classes_escape((turned,), -behind, 0.1) is gone
        assert not classes_escape((turned,), behind, 0.1)
    # near the middle the probabilities may be anything
    assert not classes_escape((away,), point([-0.01, 0.0, 0.0]), 0.1)


def test_a_class_alone_ahead_leaves_the_others() -> None:
    """Class 1 rises by .2 and, far behind, never catches up with .3: of .35 it would."""
    ahead, far = point([60.0, -30.0, -30.1]), np.array([0.0, 0.0, 50.0])
    for gain, gone in ((0.2, True), (0.35, False)):
        # class 2 is likely where it is ascended: it is not known to fall behind the two others
        objective = objective_of(
            [0, 1, 2, 2], [0.3, gain, 0.4, -0.4 - 0.3 - gain], offset=np.outer([0, 0, 0, 1], far)
        )
        assert classes_escape((objective,), ahead, 0.1) is gone


@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_threshold_is_met(count: int) -> None:
    """Class 0 is pushed back by .05 and drawn by 1.05 times its probability: odds of 1 to 20.

    What is descended holds it only 20 beyond: from below the threshold it comes to rest there.
    """
    objective = resting(count)
    threshold = np.log(20.0 / (count - 1))
    for short, gone in ((1e-3, True), (-1e-3, False)):
        w = point([-threshold - short, *[0.0] * (count - 1)])
        assert classes_escape((objective,), w, 1e-5) is gone
        for _ in range(20_000):
            w = w - 0.5 * objective.gradient(w)
        b = w.reshape(count, 2)[:, 1]
        if gone:
            assert b[1:].mean() - b[0] > 400.0
        else:
            assert b[0] - b[1:].mean() > 15.0 and np.linalg.norm(objective.gradient(w)) < 1e-9


def resting(count: int) -> SoftmaxObjective:
    """Class 0 and the others in turn: ascended, the others again descended far from class 0."""
    others = list(range(1, count))
    offset = np.zeros((2 * count - 1, count))
    offset[count:, 0] = -20.0
    away, held = [-1.0 / len(others)] * len(others), [2.0 / len(others)] * len(others)
    return objective_of([0, *others, *others], [-0.05, *away, *held], count=count, offset=offset)


def test_a_step_back_within_the_cycle_counts() -> None:
    """.5 forth and .45 back of the same class: near the threshold it may have turned before."""
    objective = resting(3)
    w = point([-np.log(10.0) - 0.1, 0.0, 0.0])
    assert classes_escape((objective,), w, 0.01) and not classes_escape((objective,), w, 0.1)


def test_the_ball_holds_the_other_weights() -> None:
    """A descended row of label 0 draws U to class 0: the ascended one of its features, with it.

    Its odds grow by ``2 (c + .05) x^2 / ridge``, its own pull at the threshold of .05 included.
    """
    c, x, ridge = 0.3, 2.0, 0.7
    far = np.array([[-40.0, 0.0], [0.0, 0.0], [-40.0, 0.0]])
    objective = objective_of(
        [0, 1, 0], [-0.05 - c, -1.0, c], np.array([0.0, x, x]), count=2, ridge=ridge, offset=far
    )
    # a start within what the descended row alone would hold: the other one's pull is to come
    for known, short, gone in ((0.05, 0.01, True), (0.05, -0.01, False), (0.0, 0.01, False)):
        held = np.array([1.0, -1.0]) * (c + known) * x / ridge
        threshold = np.log(19.0) + 2.0 * (c + known) * x * x / ridge
        w = point([-threshold - short, 0.0], held * (1.0 + 1e-6))
        assert classes_escape((objective,), w, 1e-5) is gone
        for _ in range(20_000):
            w = w - 0.3 * objective.gradient(w)
        b = w.reshape(2, 2)[:, 1]
        assert bool(b[1] - b[0] > 200.0) is gone


def test_nothing_is_claimed_falsely_from_anywhere() -> None:
    """Cycles of every kind, from where it is just claimed: classes fall back with each cycle."""
    rng, seen = np.random.default_rng(7), Counter[bool]()
    for case in range(120):
        count, n, d, size = (int(rng.integers(*at)) for at in ((2, 7), (1, 20), (1, 4), (1, 4)))
        side, scale, free = rng.choice([1.0, -1.0]), 10.0 ** rng.uniform(-2, 2), np.arange(d + 1)
        column = rng.uniform(0.0, 2.0, n) if rng.random() < 0.3 else np.ones(n)
        objectives = tuple(
            SoftmaxObjective(
                scale * np.column_stack([rng.normal(size=(n, d)), side * column]),
                rng.choice(count, size=n, p=rng.dirichlet(np.ones(count))), count,
                rng.normal(size=n) * 10.0 ** rng.uniform(-1, 1),
                0.0 if k and rng.random() < 0.3 else scale**2 * 10.0 ** rng.uniform(-2, 1),
                offset=5.0 * rng.normal(size=(n, count)) if rng.random() < 0.3 else None,
                penalised=free < d,
            )
            for k in range(size)
        )  # fmt: skip
        largest, ridge = max(o.curvature_bound() for o in objectives), objectives[0].ridge
        step = rng.choice([1.0, 1.9, 5.0]) / largest if rng.random() < 0.7 else 1.9 / ridge
        u = rng.normal(size=(count, d)) * 10.0 ** rng.uniform(-2, 1) / scale
        ahead = -sum(o.gradient(np.zeros(o.dimension)) for o in objectives).reshape(count, -1)
        far = side * rng.normal(size=count) if rng.random() < 0.3 else ahead[:, d]
        far = far / np.abs(far).max() / scale
        low, high = 0.0, 1e3

        def start(size: float, u: Array = u, far: Array = far) -> Array:
            return np.column_stack([u, size * far]).ravel()

        gone = classes_escape(objectives, start(high), step)
        seen[gone] += 1
        for _ in range(8 if gone else 0):
            middle = 0.5 * (low + high)
            inside = classes_escape(objectives, start(middle), step)
            low, high = (low, middle) if inside else (middle, high)
        w = start(high)
        seen_b = [side * w.reshape(count, -1)[:, d]]
        for _ in range(120 if gone else 0):
            for objective in objectives:
                w = w - step * objective.gradient(w)
            seen_b.append(side * w.reshape(count, -1)[:, d])
        ranked = np.array(seen_b)[:, np.argsort(-seen_b[0])]
        # those ahead in the mean, the others each: with every cycle, and linearly in the end
        leads = [ranked[:, :s].mean(axis=1, keepdims=True) - ranked[:, s:] for s in range(1, count)]
        growths = [np.diff(lead, axis=0) for lead in leads]
        noise = 1e-12 * np.abs(ranked).max()
        assert not gone or any(np.all(g > -noise) and np.all(g[-1] > 0) for g in growths), case
    assert min(seen.values()) > 25, seen


@pytest.mark.parametrize("seed", range(20))
def test_weights_stay_where_it_is_said(seed: int) -> None:
    """Pulled outwards all the time by steps of their own ridge: the norms are exact."""
    rng = np.random.default_rng(seed)
    step, size = 0.1, int(rng.integers(1, 5))
    shares = [float(s) for s in rng.uniform(0.5, 1.0, size)]
    pulls = [float(p) for p in rng.uniform(0.0, 1.0, size)]
    start = norm = most = float(rng.uniform(0.0, 2.0))
    for _ in range(500):
        for share, pull in zip(shares, pulls, strict=True):
            norm = share * norm + step * pull
            most = max(most, norm)
    assert stay_inside(most * (1.0 + 1e-9) + 1e-9, start, shares, pulls, step)
    assert not stay_inside(most * (1.0 - 1e-6), start, shares, pulls, step)
    assert not stay_inside(1e9, start, [1.0] * size, pulls, step)


@pytest.mark.parametrize(
    "change",
    [
        dict(ridge=0.0),  # nothing holds the other weights
        dict(penalised=None),  # nothing is free
        dict(penalised=np.array([False, False])),  # two columns are
        dict(features=np.array([[1.0, 1.0], [0.0, -1.0], [0.0, 1.0]])),  # both ways
    ],
)
def test_every_condition_is_needed(change: dict[str, Any]) -> None:
    objective = objective_of([0, 1, 2], [-0.3, 0.5, 0.5], np.array([1.0, 0.0, 0.0]))
    out = point([-60.0, 0.0, 0.0])
    assert classes_escape((objective,), out, 0.5)
    assert not classes_escape((replace(objective, **change),), out, 0.5)


def test_a_step_too_long_for_the_ridge_is_not_held() -> None:
    objective = objective_of([0, 1, 2], [-0.3, 0.5, 0.5], np.array([0.1, 0.0, 0.0]), ridge=3.0)
    out = point([-60.0, 0.0, 0.0])
    assert classes_escape((objective,), out, 0.66) and not classes_escape((objective,), out, 0.67)


@pytest.mark.parametrize("seed", range(6))
def test_two_classes_are_the_margins(seed: int) -> None:
    """Half the ridge and the difference of the rows: what is proved far out is proved of both."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(size=(12, 2)), np.ones(12)])
    y, c, free = rng.integers(0, 2, 12), rng.normal(size=12), np.array([True, True, False])
    softmax = SoftmaxObjective(x, y, 2, c, 2.0, penalised=free)
    margins = Objective(np.where(y, 1.0, -1.0)[:, None] * x, c, 1.0, penalised=free)
    answers = []
    for v in (-1e3, -0.1, 0.1, 1e3):
        w = np.array([0.1, -0.2, v])
        both = np.concatenate([-w, w]) / 2.0
        answers.append(escapes((margins,), w, 0.01))
        assert classes_escape((softmax,), both, 0.01) is answers[-1]
    assert answers[1:3] == [False, False]
    assert answers[0] is bool(c[y == 1].sum() < 0) and answers[3] is bool(c[y == 0].sum() < 0)


# --- what the limit says of it ----------------------------------------------------------------


def kind_of(method: Method, problem: SoftmaxProblem, steps: int) -> LimitKind:
    phase = method.phases(problem, np.random.default_rng(0))[-1]
    done = run(method, problem, np.zeros(3 * problem.count), steps=steps)
    return limit_of(done, phase, int(done.steps[-1])).kind


def test_a_forgotten_class_goes_away_at_once() -> None:
    """Its intercept is pushed down in every term; one retained row of it resists."""
    whole = drawn(1, 4, ridge=1e-3)
    labels = np.where(whole.forget, 2, np.where(whole.classes == 2, 1, whole.classes))
    forgotten = replace(whole, labels=labels, features=whole.features)
    weak = neggrad_plus(0.99), neggrad_plus(0.99, 15)
    for method in (*weak, simultaneous(), alternating(False, False)):
        assert kind_of(method, forgotten, 1) is LimitKind.AWAY, method.name
    labels = labels.copy()
    labels[-1] = 2
    resisting = replace(whole, labels=labels, features=whole.features)
    for method in weak:
        assert kind_of(method, resisting, 300) is not LimitKind.AWAY, method.name
    penalised = replace(forgotten, unpenalised=(), features=whole.features)
    assert kind_of(simultaneous(), penalised, 1) is not LimitKind.AWAY


def test_ascent_with_a_ridge_goes_away_along_the_intercepts() -> None:
    problem = drawn(2, 3)
    assert kind_of(gradient_ascent(ridge=True), problem, 3000) is LimitKind.AWAY
    held = replace(problem, unpenalised=(), features=problem.features)
    assert kind_of(gradient_ascent(ridge=True), held, 3000) is LimitKind.POINT


def test_the_audit_says_that_it_diverges() -> None:
    """The verdict does not depend on how far the budget let it run."""
    for steps in (1000, 10_000):
        outcome = audit(drawn(3, 4), ["da"], steps=steps).outcomes[0]
        assert outcome.verdict == "DIVERGED" and outcome.settled
        assert outcome.trajectory.status.name == "BUDGET" and np.isfinite(outcome.ratio)
