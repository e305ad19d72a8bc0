"""Limits against long runs, on drawn problems of every kind: none may be claimed falsely."""

from __future__ import annotations

from collections import Counter

import numpy as np

from logreg_unlearn.assess.limit import LimitKind, limit_of
from logreg_unlearn.problem.losses import Array
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

PROBLEMS = 800


def drawn(rng: np.random.Generator) -> UnlearningProblem:
    """Scales of 1e-3 to 1e3, free intercepts, offsets, weights, either loss and convention."""
    n, d = int(rng.integers(6, 50)), int(rng.integers(1, 4))
    scale = 10.0 ** rng.uniform(-3, 3)
    features = rng.normal(size=(n, d)) + rng.normal(size=d) * rng.integers(0, 2)
    features *= 10.0 ** rng.uniform(-1, 1, size=d)
    labels = np.where(features[:, 0] + rng.normal(size=n) * rng.uniform(0, 3) > 0, 1.0, -1.0)
    free: tuple[int, ...] = ()
    if rng.random() < 0.6:
        features = np.column_stack([features, np.ones(n)])
        free = (d,) if rng.random() < 0.7 else ()
    return UnlearningProblem(
        scale * features,
        labels,
        rng.permutation(n) < max(1, int(n * rng.uniform(0.05, 0.6))),
        ridge=10.0 ** rng.uniform(-4, 1.5) * scale**2,
        loss="logistic" if rng.random() < 0.75 else "exponential",
        unpenalised=free,
        normalisation=str(rng.choice(["mean", "sum"])),
        offset=rng.normal(size=n) if rng.random() < 0.3 else None,
        weights=rng.uniform(0.1, 3.0, size=n) if rng.random() < 0.3 else None,
    )


def method_of(rng: np.random.Generator) -> Method:
    methods = (
        simultaneous(), alternating(), alternating(False, False), ascent_then_finetune(0.2),
        gradient_ascent(bool(rng.integers(2))), neggrad_plus(rng.uniform(0.3, 1.0)),
        neggrad_plus(rng.uniform(0.4, 1.0), int(rng.integers(2, 12))),
    )  # fmt: skip
    return methods[rng.integers(len(methods))]


def completed(phase: Phase, w: Array, taken: int, step_size: float) -> Array:
    begun = taken * phase.per_step % len(phase.objectives)
    for objective in phase.objectives[begun:] if begun else ():
        w = w - step_size * objective.gradient(w)
    return w


def test_what_is_proved_of_a_limit_is_so() -> None:
    rng, seen = np.random.default_rng(11), Counter[str]()
    for _ in range(PROBLEMS):
        problem, method = drawn(rng), method_of(rng)
        original, oracle = minimise(problem.original()), minimise(problem.oracle())
        factor, steps = rng.choice([1.0, rng.uniform(0.5, 2.5)]), int(10 ** rng.uniform(0.4, 3.0))
        if not (original.converged and oracle.converged):
            continue
        step_size = factor * run(method, problem, original.w, steps=2, oracle=oracle).step_size
        done = run(method, problem, original.w, steps=steps, oracle=oracle, step_size=step_size)
        phases = method.phases(problem, np.random.default_rng(0))
        last = phases[-1]
        taken = int(done.steps[-1]) - sum(count for _, count in budgets(phases, steps)[:-1])
        limit = limit_of(done, last, taken)
        seen[limit.kind.name] += 1
        if limit.kind in (LimitKind.UNKNOWN, LimitKind.OVERFLOW):
            continue
        size = len(last.objectives)
        whole = Phase(last.objectives, per_step=size)
        start = completed(last, done.w[-1], taken, step_size)
        long = run(
            Method("on", lambda *_, whole=whole: (whole,)), problem, start, oracle=oracle,
            steps=max(4000 // size, 500), step_size=step_size, tolerance=1e-300,
        )  # fmt: skip
        if limit.w is not None:
            left, now = (float(np.linalg.norm(w - limit.w)) for w in (start, long.w[-1]))
            rounding = 1e-11 * float(np.linalg.norm(limit.w) + np.linalg.norm(original.w))
            assert not long.diverged
            assert now <= left + 2 * limit.radius + rounding, (problem, method.name, left, now)
            seen["closer" if now < 0.5 * left else "there"] += 1
        elif not long.diverged:
            moved = np.linalg.norm(np.diff(long.w[-2:], axis=0))
            assert moved > 1e-9 * np.linalg.norm(long.w[-1]), (problem, method.name)
            seen["grows"] += np.linalg.norm(long.w[-1]) > np.linalg.norm(start)
    assert min(seen[kind] for kind in ("POINT", "AWAY", "closer", "grows", "UNKNOWN")) > 15, seen
