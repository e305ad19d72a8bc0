r"""The one driver of iterations: a method's gradient steps, recorded until they end.

A :class:`Method` turns a problem into phases; a phase is a cycle of objectives, each of which
gives one gradient step.  Divergence is a result, and never a matter of size: an iterate or its
gradient is not finite, or a step too long for the ridge makes the weights grow for ever
(:func:`logreg_unlearn.unlearn.scales.divergence_radius`).  A run that moves away slowly for ever
runs out of budget; :mod:`logreg_unlearn.assess.limit` says what would have become of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import euclidean
from logreg_unlearn.problem.protocol import Problem, SmoothObjective
from logreg_unlearn.solve.optimum import Optimum, minimise
from logreg_unlearn.solve.threads import blas_threads
from logreg_unlearn.unlearn.scales import (
    default_step_size,
    divergence_radius,
    far_out,
)
from logreg_unlearn.unlearn.steps import Step, gradient_step
from logreg_unlearn.unlearn.trajectory import Status as Status
from logreg_unlearn.unlearn.trajectory import Trajectory as Trajectory

RECORDS_PER_DECADE = 20
_CHECK_EVERY = 2_000  # steps between two looks at finiteness where records are sparser


@dataclass(frozen=True)
class Phase:
    """Gradient steps on a cycle of objectives.

    Attributes
    ----------
    objectives : tuple of SmoothObjective
        Visited in turn, one gradient step each.
    share : float
        Share of the step budget.
    per_step : int
        How many of the objectives make one step of the method (2 for alternating methods).
    """

    objectives: tuple[SmoothObjective, ...]
    share: float = 1.0
    per_step: int = 1


@dataclass(frozen=True)
class Method:
    """An unlearning method made of gradient steps.

    Attributes
    ----------
    name : str
    phases : callable
        ``(problem, generator) -> tuple of Phase``; the generator shuffles minibatches.
    """

    name: str
    phases: Callable[[Any, np.random.Generator], tuple[Phase, ...]]


def run(
    method: Method,
    problem: Problem,
    start: Array | None = None,
    *,
    steps: int = 10_000,
    step_size: float | None = None,
    tolerance: float = 1e-10,
    oracle: Optimum | None = None,
    seed: int = 0,
) -> Trajectory:
    """Run a method on a problem and record its trajectory.

    Parameters
    ----------
    method : Method
    problem : UnlearningProblem, or anything with its objectives
    start : ndarray (d,), optional
        The original optimum by default.
    steps : int
        Budget, at least 1.
    step_size : float, optional
        By default :func:`logreg_unlearn.unlearn.scales.default_step_size`.
    tolerance : float
        CONVERGED once a cycle moves by less than ``tolerance * step_size * sum|c_i| ||a_i||``.
    oracle : Optimum, optional
        Saves solving for it again when several methods run on one problem.
    seed : int
        Seeds the minibatches; full-batch methods do not use it.

    Raises
    ------
    ValueError
        If ``steps`` < 1, ``step_size`` <= 0, or the start has the wrong shape.
    """
    return finish(prepare(method, problem, start, steps, step_size, oracle, seed), steps, tolerance)


@dataclass(frozen=True)
class Run:
    """A run before its first step, checked."""

    method: Method
    problem: Problem
    start: Array
    step_size: float
    oracle: Optimum
    phases: tuple[Phase, ...]

    def trajectory(self, recorder: Recorder, status: Status, rows: float) -> Trajectory:
        """Return what the run did; ``rows`` are those that its steps touched."""
        points = np.array(recorder.w)
        return Trajectory(
            method=self.method.name,
            steps=np.array(recorder.steps),
            w=points,
            distance=np.linalg.norm(points - self.oracle.w, axis=1),
            loss_retain=self.problem.retain_loss(points),
            loss_forget=self.problem.forget_loss(points),
            gradient_norm=np.array(recorder.norms),
            status=status,
            step_size=self.step_size,
            oracle=self.oracle,
            passes=rows / len(self.problem.forget),
        )


def prepare(
    method: Method,
    problem: Problem,
    start: Array | None,
    steps: int,
    step_size: float | None,
    oracle: Optimum | None,
    seed: int,
) -> Run:
    """Check the arguments of `run`, and find what is not given."""
    if steps < 1:
        raise ValueError(f"expected steps >= 1, got {steps}")
    if start is None:
        start = minimise(problem.original()).w
        oracle = minimise(problem.oracle(), start) if oracle is None else oracle
    else:  # it may lie anywhere: no place to begin from
        start = np.asarray(start, float)
        oracle = minimise(problem.oracle()) if oracle is None else oracle
    if start.shape != oracle.w.shape:
        raise ValueError(f"expected a start of shape {oracle.w.shape}, got {start.shape}")
    if not np.all(np.isfinite(start)):
        raise ValueError(f"expected a finite start, got {start[~np.isfinite(start)][0]}")
    phases = method.phases(problem, np.random.default_rng(seed))
    if step_size is None:
        step_size = default_step_size(
            tuple(o for phase in phases for o in phase.objectives), (start, oracle.w)
        )
    if not (np.isfinite(step_size) and step_size > 0):
        raise ValueError(f"expected a step size > 0, got {step_size}")
    return Run(method, problem, start, float(step_size), oracle, phases)


def finish(plan: Run, steps: int, tolerance: float) -> Trajectory:
    """Take the steps of a run."""
    recorder, w, done, rows, status = Recorder(), plan.start.copy(), 0, 0.0, Status.BUDGET
    with (
        blas_threads(plan.problem.oracle().rows * len(w)),
        np.errstate(over="ignore", invalid="ignore", under="ignore"),
    ):
        for phase, budget in budgets(plan.phases, steps):
            w, taken, status = _run_phase(
                phase, w, done, budget, plan.step_size, tolerance, recorder
            )
            done += budget
            rows += _rows_touched(phase, taken * phase.per_step)
            if status is Status.DIVERGED:
                break
        return plan.trajectory(recorder, status, rows)


def record_steps(steps: int) -> Array:
    """Return the log-spaced steps (integers, from 1 to ``steps``) at which a run is recorded."""
    decades = np.log10(max(steps, 1))
    count = int(np.ceil(RECORDS_PER_DECADE * decades)) + 1
    return np.unique(np.rint(np.logspace(0.0, decades, count)).astype(np.int64))


class Recorder:
    """Collects the records of a run."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.w: list[Array] = []
        self.norms: list[float] = []

    def add(self, step: int, w: Array, norm: float) -> None:
        """Record a point (copied)."""
        if self.steps and self.steps[-1] == step:  # a phase starts where the last one ended
            self.norms[-1] = norm
            return
        self.steps.append(step)
        self.w.append(w.copy())
        self.norms.append(norm)


def budgets(phases: tuple[Phase, ...], steps: int) -> list[tuple[Phase, int]]:
    """Split the step budget by the phases' shares; every phase gets at least one step."""
    total = sum(phase.share for phase in phases)
    ends = np.rint(np.cumsum([phase.share / total for phase in phases]) * steps).astype(int)
    # each phase has a step, and the last one what is left of the budget
    least = np.arange(1, len(phases) + 1)
    ends = np.clip(ends, least, np.maximum(steps - len(phases) + least, least))
    counts = np.diff(ends, prepend=0)
    return [(phase, int(count)) for phase, count in zip(phases, counts, strict=True)]


def _rows_touched(phase: Phase, visits: int) -> float:
    """Rows with a coefficient, over the first ``visits`` objectives of the cycle."""
    sizes = [o.rows for o in phase.objectives]
    cycles, rest = divmod(visits, len(sizes))
    return float(cycles * sum(sizes) + sum(sizes[:rest]))


def _run_phase(
    phase: Phase,
    w: Array,
    done: int,
    budget: int,
    step_size: float,
    tolerance: float,
    recorder: Recorder,
) -> tuple[Array, int, Status]:
    """Return the last point, the steps taken and how it ended."""
    advances: list[Step] = [gradient_step(o, step_size) for o in phase.objectives]
    size = float(sum(o.gradient_scale() for o in phase.objectives))
    reach, far = divergence_radius(phase.objectives, step_size), far_out(phase.objectives, w)
    cycle = len(advances)
    taken = 0

    def residual(point: Array) -> float:
        # not the displacement over the step size: that is lost to rounding for a short step
        moved, total = point.copy(), np.zeros_like(point)
        for k in range(cycle):
            step = advances[(taken * phase.per_step + k) % cycle]
            total += step.gradient(moved)
            if k + 1 < cycle:
                step(moved, 1)
        length = float(euclidean(total))
        return length if np.isfinite(length) else np.inf

    recorder.add(done, w, residual(w))
    last = w.copy()
    for stop in stops_of(budget):
        _advance(advances, w, taken * phase.per_step, (stop - taken) * phase.per_step)
        taken = stop
        if not np.all(np.isfinite(w)) or np.any(np.abs(w) > reach):
            recorder.add(done + taken, w if np.all(np.isfinite(w)) else last, np.inf)
            return w, taken, Status.DIVERGED
        last[:] = w
        norm = residual(w)
        recorder.add(done + taken, w, norm)
        # no gradient, no next step: seen now if far out or at the end, else by that step itself
        if norm == np.inf and (stop == budget or np.linalg.norm(w) > far):
            return w, taken, Status.DIVERGED
        if norm <= tolerance * size:
            return w, taken, Status.CONVERGED
    return w, taken, Status.BUDGET


def stops_of(budget: int) -> Array:
    """Steps to pause at: the recorded ones, and more where these lie far apart."""
    return np.union1d(record_steps(budget), np.arange(_CHECK_EVERY, budget, _CHECK_EVERY))


def _advance(advances: list[Step], w: Array, position: int, count: int) -> None:
    if len(advances) == 1:
        advances[0](w, count)
        return
    for k in range(position, position + count):
        advances[k % len(advances)](w, 1)
