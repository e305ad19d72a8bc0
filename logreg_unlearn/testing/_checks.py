"""The statements of the conformance suite: each raises AssertionError where it does not hold."""

from __future__ import annotations

import random as standard_random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.testing.examples import EXAMPLES
from logreg_unlearn.unlearn.driver import Method, run
from logreg_unlearn.unlearn.scales import default_step_size

AnyMethod: TypeAlias = Method | Callable[[UnlearningProblem, Array], Array]

_STEPS, _STEP_SIZE = 200, 0.1  # short where it is used: below half of 1/L
_MOVED = 1e-6  # share of 1 + ||w|| that is more than rounding
_ROUNDING = 1e-8  # share of 1 + ||w|| that rounding may reach in so many steps
_REACHED = 0.01  # share of the original's distance to the oracle


@dataclass(frozen=True)
class Subject:
    """A method with what it declares."""

    method: AnyMethod
    uses_retain: bool
    random: bool

    def end(
        self,
        where: str,
        problem: UnlearningProblem,
        start: Array,
        steps: int = _STEPS,
        step_size: float | None = _STEP_SIZE,
        seed: int = 0,
    ) -> Array:
        """Return the last weights; an exception or weights that are none is a failure."""
        try:
            if not isinstance(self.method, Method):
                w = np.asarray(self.method(problem, start))
            else:
                done = run(self.method, problem, start, steps=steps, step_size=step_size, seed=seed)
                w = done.w[-1]
        except Exception as error:
            raise AssertionError(f"on {where} expected weights, got {_named(error)}") from error
        right = w.shape == start.shape and w.dtype.kind == "f"
        _expect(right, where, f"weights of shape {start.shape}", f"{w.dtype} of shape {w.shape}")
        finite = np.isfinite(w)
        _expect(bool(finite.all()), where, "finite weights", ", ".join(map(str, w[~finite][:1])))
        if isinstance(self.method, Method):
            expected = f"a bounded run of {steps} short steps"
            _expect(not done.diverged, where, expected, done.status.name)
        return w


def _example(name: str) -> tuple[str, UnlearningProblem, Array]:
    problem = EXAMPLES[name]()
    return f"EXAMPLES[{name!r}]", problem, minimise(problem.original()).w


def _expect(holds: bool, where: str, expected: str, got: str) -> None:
    if not holds:
        raise AssertionError(f"on {where} expected {expected}, got {got}")


def _named(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _gap(one: Array, other: Array) -> float:
    """Distance as a share of 1 + ||w||."""
    return float(np.linalg.norm(one - other) / (1.0 + np.linalg.norm(other)))


def inputs(subject: Subject) -> None:
    for example in ("weighted", "offset"):
        where, problem, start = _example(example)
        arrays = {k: v for k, v in vars(problem).items() if isinstance(v, np.ndarray)}
        arrays |= {"start": start, "rows of the objective": problem.original().signed_features}
        before = {name: array.copy() for name, array in arrays.items()}
        subject.end(where, problem, start, steps=3)
        changed = [name for name in arrays if not np.array_equal(arrays[name], before[name])]
        _expect(not changed, where, "inputs left as they were", f"other {', '.join(changed)}")


def options(subject: Subject) -> None:
    for name in EXAMPLES:
        if name != "steep":
            where, problem, start = _example(name)
            # so few and so short that nothing can diverge
            subject.end(where, problem, start, steps=3, step_size=1e-5)


def moves(subject: Subject) -> None:
    where, problem, start = _example("plain")
    gap = _gap(subject.end(where, problem, start), start)
    _expect(gap > _MOVED, where, "other weights than the original's", f"a move of {gap:.2g}")


def forget_set(subject: Subject) -> None:
    where, problem, start = _example("plain")
    other = replace(problem, forget=problem.forget[::-1].copy())
    gap = _gap(subject.end(where, problem, start), subject.end(where, other, start))
    expected = "other weights when the last ten rows are forgotten instead of the first"
    _expect(gap > _MOVED, where, expected, f"a difference of {gap:.2g}")


def retain_set(subject: Subject) -> None:
    where, problem, start = _example("plain")
    changed = np.where(problem.forget[:, None], problem.features, 2.0 * problem.features[:, ::-1])
    other = replace(problem, features=changed)
    gap = _gap(subject.end(where, problem, start), subject.end(where, other, start))
    if subject.uses_retain:
        expected = "other weights when the retained rows are others (or uses_retain=False)"
        _expect(gap > _MOVED, where, expected, f"a difference of {gap:.2g}")
    else:
        expected = "the same weights whatever the retained rows, as uses_retain=False says"
        _expect(gap <= _ROUNDING, where, expected, f"a difference of {gap:.2g}")


def forgets(subject: Subject) -> None:
    where, problem, start = _example("contradiction")
    before, after = problem.forget_loss(np.array([start, subject.end(where, problem, start)]))
    _expect(bool(after > before), where, f"a forget loss above {before:.4g}", f"{after:.4g}")


def keeps(subject: Subject) -> None:
    where, problem, start = _example("silent")
    w = subject.end(where, problem, start)
    none, after = problem.retain_loss(np.array([np.zeros_like(w), w]))
    expected = f"a retain loss below {none:.4g}, that of no model"
    _expect(bool(after < none), where, expected, f"{after:.4g}")


def oracle(subject: Subject) -> None:
    # logistic: an ascent of the exponential loss may leave before anything leads it back
    for name in ("few forgotten", "few forgotten, dressed", "copies"):
        where, problem, start = _example(name)
        oracle = minimise(problem.oracle()).w
        apart = float(np.linalg.norm(start - oracle))
        w = subject.end(where, problem, start, steps=20_000, step_size=None)
        left = float(np.linalg.norm(w - oracle))
        allowed = max(_REACHED * apart, _MOVED * (1.0 + float(np.linalg.norm(oracle))))
        expected = f"at most {allowed:.2g} to the retrained optimum (the original has {apart:.2g})"
        _expect(left <= allowed, where, expected, f"{left:.2g}")


def divergence(subject: Subject) -> None:
    where, problem, start = _example("steep")
    if not isinstance(subject.method, Method):
        subject.end(where, problem, start)
        return
    short = default_step_size((problem.original(),), (start,))
    for factor in (1.0, 1e9):  # an ascent leaves step by step, and anything at once
        long = f"{where} with steps of {factor * short:.2g}"
        try:
            done = run(subject.method, problem, start, steps=1000, step_size=factor * short)
        except Exception as error:
            raise AssertionError(f"on {long} expected a result, got {_named(error)}") from error
    _expect(done.diverged, long, "DIVERGED", done.status.name)


def determinism(subject: Subject) -> None:
    where, problem, start = _example("plain")
    with _global_generators() as untouched:
        one, again = (subject.end(where, problem, start) for _ in range(2))
        same = np.array_equal(one, again)
        _expect(same, where, "the same bits from the same seed", f"{_gap(one, again):.2g} apart")
        _expect(untouched(), where, "global generators left alone", "another state of one of them")
    if not subject.random:
        other = subject.end(where, problem, start, seed=1)
        expected = "the same bits from another seed (or random=True)"
        _expect(np.array_equal(one, other), where, expected, f"{_gap(one, other):.2g}")


@contextmanager
def _global_generators() -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether both are untouched; restore them in the end."""

    def state() -> str:
        return repr((standard_random.getstate(), np.random.get_state(legacy=True)))

    kept = standard_random.getstate(), np.random.get_state(legacy=True)
    try:
        # elsewhere in the stream, or whoever seeded them in an earlier check would not be seen
        standard_random.random(), np.random.random()
        with np.printoptions(threshold=sys.maxsize):
            before = state()
            yield lambda: state() == before
    finally:
        standard_random.setstate(kept[0])
        np.random.set_state(kept[1])


def scale(subject: Subject) -> None:
    where, problem, start = _example("weighted")
    assert problem.weights is not None
    other = replace(problem, weights=8.0 * problem.weights)
    _same(subject, where, problem, start, other, "weights times 8")


def row_order(subject: Subject) -> None:
    where, problem, start = _example("weighted")
    assert problem.weights is not None
    order = np.random.default_rng(0).permutation(len(problem.labels))
    other = replace(
        problem,
        features=problem.features[order],
        labels=problem.labels[order],
        forget=problem.forget[order],
        weights=problem.weights[order],
    )
    _same(subject, where, problem, start, other, "the rows in another order")


def repeated(subject: Subject) -> None:
    where, problem, start = _example("plain")
    twice = np.arange(len(problem.labels)) % 3 == 0
    rows = np.repeat(np.arange(len(twice)), 1 + twice)
    weighted = replace(problem, weights=1.0 + twice)
    other = replace(
        problem,
        features=problem.features[rows],
        labels=problem.labels[rows],
        forget=problem.forget[rows],
    )
    _same(subject, where, weighted, start, other, "every third row twice instead of with weight 2")


def rotation(subject: Subject) -> None:
    where, problem, start = _example("plain")
    rotation, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))
    other = replace(problem, features=problem.features @ rotation)
    _same(subject, where, problem, start, other, "rotated features", rotation)


def _same(
    subject: Subject,
    where: str,
    problem: UnlearningProblem,
    start: Array,
    other: UnlearningProblem,
    change: str,
    rotation: Array | None = None,
) -> None:
    rotation = np.eye(len(start)) if rotation is None else rotation
    one = subject.end(where, problem, start)
    two = rotation @ subject.end(f"{where} with {change}", other, start @ rotation)
    gap = _gap(two, one)
    _expect(gap <= _ROUNDING, where, f"the same with {change}", f"a difference of {gap:.2g}")
