"""Runs of one method on many problems together: the trajectories that `run` gives one by one.

Where a method is plain descent (one objective a phase, no cycle), a step of all runs is a few
calls (:mod:`logreg_unlearn.unlearn.layouts`), and a run that has ended drops out.  Sums are taken
in another order than by a run on its own, so the iterates agree with it to rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.protocol import Problem
from logreg_unlearn.problem.rows import LazyRows
from logreg_unlearn.solve.optimum import Optimum
from logreg_unlearn.solve.threads import blas_threads
from logreg_unlearn.unlearn.driver import (
    Method,
    Phase,
    Recorder,
    Run,
    Status,
    budgets,
    finish,
    prepare,
    stops_of,
)
from logreg_unlearn.unlearn.layouts import Configurations, chunk_size, steps_of
from logreg_unlearn.unlearn.scales import divergence_radius, far_out
from logreg_unlearn.unlearn.trajectory import Trajectory


def run_together(
    method: Method,
    problems: Sequence[Problem],
    starts: Sequence[Array | None] | None = None,
    *,
    steps: int = 10_000,
    step_size: float | None = None,
    tolerance: float = 1e-10,
    oracles: Sequence[Optimum | None] | None = None,
    seeds: Sequence[int] | None = None,
) -> list[Trajectory]:
    """Run a method on many problems and record every trajectory, as `run` does for one.

    Together go problems whose objectives are rows of one shape and loss, fastest where they share
    the rows (:meth:`~logreg_unlearn.problem.problem.UnlearningProblem.forgetting`), under a method
    of one objective a phase; whatever else goes one by one.

    Parameters
    ----------
    method, steps, step_size, tolerance
        As in `run`, for all.
    problems : sequence of k problems
    starts : k arrays (d,), optional
    oracles : k Optimum, optional
    seeds : k ints, optional
        0 for each by default.

    Returns
    -------
    list of k Trajectory
        Statuses and steps are those of `run`, the numbers agree to rounding.

    Raises
    ------
    ValueError
        As `run`, or if the lengths differ.
    """
    k = len(problems)
    for name, given in (("starts", starts), ("oracles", oracles), ("seeds", seeds)):
        if given is not None and len(given) != k:
            raise ValueError(f"expected {k} {name}, one a problem, got {len(given)}")
    starts = [None] * k if starts is None else starts
    seeds = [0] * k if seeds is None else seeds
    oracles = [None] * k if oracles is None else oracles
    runs = [
        prepare(method, problem, start, steps, step_size, oracle, seed)
        for problem, start, oracle, seed in zip(problems, starts, oracles, seeds, strict=True)
    ]
    if not _alike(runs):
        return [finish(each, steps, tolerance) for each in runs]
    first = _objective(runs[0].phases[0])
    n, d = first.signed_features.shape
    size = chunk_size(n, d, shared=_shared([_objective(each.phases[0]) for each in runs]))
    done: list[Trajectory] = []
    with blas_threads(n * d), np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for begin in range(0, k, size):
            done += _together(runs[begin : begin + size], steps, tolerance)
    return done


def _objective(phase: Phase) -> Objective:
    (objective,) = phase.objectives
    assert isinstance(objective, Objective)
    return objective


def _alike(runs: Sequence[Run]) -> bool:
    """Whether the runs take steps of one shape: one run alone has nothing to share."""
    shapes = set()
    for each in runs:
        for phase in each.phases:
            objective = phase.objectives[0]
            if len(phase.objectives) > 1 or not isinstance(objective, Objective):
                return False
            if isinstance(objective.signed_features, LazyRows):
                return False
            shapes.add((objective.signed_features.shape, objective.loss))
    plans = {tuple(phase.share for phase in each.phases) for each in runs}
    return len(runs) > 1 and len(shapes) == len(plans) == 1


def _shared(objectives: Sequence[Objective]) -> bool:
    rows = objectives[0].signed_features
    return all(objective.signed_features is rows for objective in objectives)


def _configurations(objectives: Sequence[Objective], step_sizes: Sequence[float]) -> Configurations:
    offset = None
    if any(objective.offset is not None for objective in objectives):
        zero = np.zeros(len(objectives[0].coefficients))
        offset = np.array([zero if o.offset is None else o.offset for o in objectives])
    return Configurations(
        objectives[0].signed_features
        if _shared(objectives)
        else np.array([o.signed_features for o in objectives]),
        np.array([o.coefficients for o in objectives]),
        np.array([o.ridge_diagonal for o in objectives]),
        offset,
        np.array(step_sizes),
        objectives[0].loss,
    )


@dataclass
class _Progress:
    """How far a run has come."""

    recorder: Recorder
    status: Status = Status.BUDGET
    rows: float = 0.0


def _together(runs: Sequence[Run], steps: int, tolerance: float) -> list[Trajectory]:
    """Run a chunk to its end."""
    w = np.array([each.start for each in runs])
    progress = [_Progress(Recorder()) for _ in runs]
    done = 0
    for number, (_, budget) in enumerate(budgets(runs[0].phases, steps)):
        going = np.array([each.status is not Status.DIVERGED for each in progress])
        left = [(r, p) for r, p, goes in zip(runs, progress, going, strict=True) if goes]
        if left:
            ends = w[going]
            _run_phase([r for r, _ in left], number, ends, done, budget, tolerance,
                       [p for _, p in left])  # fmt: skip
            w[going] = ends
        done += budget
    return [
        each.trajectory(p.recorder, p.status, p.rows)
        for each, p in zip(runs, progress, strict=True)
    ]


def _run_phase(
    runs: Sequence[Run],
    number: int,
    w: Array,
    done: int,
    budget: int,
    tolerance: float,
    progress: Sequence[_Progress],
) -> None:
    """Move ``w`` (k, d) to where the phase ends, and note how it ended: `driver.run` for many."""
    objectives = [_objective(each.phases[number]) for each in runs]
    many = _configurations(objectives, [each.step_size for each in runs])
    size = np.array([float(o.gradient_scale()) for o in objectives])
    reach = np.array(
        [divergence_radius((o,), r.step_size) for o, r in zip(objectives, runs, strict=True)]
    )
    far = np.array([far_out((o,), point) for o, point in zip(objectives, w, strict=True)])
    going, here, last, taken = np.arange(len(runs)), w.copy(), w.copy(), 0
    advance = steps_of(many)

    def lengths() -> Array:
        norms = np.linalg.norm(advance.gradient(here), axis=1)
        return np.where(np.isfinite(norms), norms, np.inf)

    def leave(ended: Mask, status: Status) -> None:
        for k in going[ended]:
            progress[k].status = status
            progress[k].rows += float(taken * objectives[k].rows)
        w[going[ended]] = here[ended]

    for k, norm in enumerate(lengths()):
        progress[k].recorder.add(done, w[k], norm)
    for stop in stops_of(budget):
        advance.advance(here, stop - taken)
        taken = int(stop)
        finite = np.isfinite(here).all(axis=1)
        out = ~finite | (np.abs(here) > reach).any(axis=1)
        norms = np.where(out, np.inf, lengths())
        last[finite] = here[finite]
        for j, k in enumerate(going.tolist()):
            progress[k].recorder.add(done + taken, last[j], norms[j])
        # no gradient, no next step: seen now if far out or at the end, else by that step itself
        out |= (norms == np.inf) & ((stop == budget) | (np.linalg.norm(last, axis=1) > far))
        still = ~out & (norms <= tolerance * size)
        if not (out.any() or still.any()):
            continue
        leave(out, Status.DIVERGED)
        leave(still, Status.CONVERGED)
        on = ~(out | still)
        if not on.any():
            return
        many, going, here, last = many.take(on), going[on], here[on], last[on]
        size, reach, far = size[on], reach[on], far[on]
        advance = steps_of(many)
    leave(np.ones(len(going), dtype=bool), Status.BUDGET)
