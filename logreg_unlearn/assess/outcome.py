"""What one method did to a problem, measured against the retrained optimum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from logreg_unlearn.assess.distance import (
    BestStop,
    Distances,
    distance_ratios,
    distances_to_oracle,
    oracle_best_stop,
    ratio,
)
from logreg_unlearn.assess.effect import Effect
from logreg_unlearn.assess.limit import Limit, LimitKind, limit_of, same_minimiser
from logreg_unlearn.assess.optima import Start, distance_between
from logreg_unlearn.assess.verdict import compare, verdict
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import Optimum
from logreg_unlearn.unlearn.ascent import get_method
from logreg_unlearn.unlearn.driver import Method, budgets, run
from logreg_unlearn.unlearn.trajectory import Trajectory

_SHOWN = 1e-3
"""Share of a distance that the words, with their three digits, do not show."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one method did.

    Attributes
    ----------
    method : str
    ratios : Distances
        All distances at the last step as ratios to the original's; infinite after an overflow.
    best : BestStop
        Closest recorded step; it peeks at the oracle.
    verdict : str
        HELPED, HARMED, DIVERGED or UNCHANGED: of the limit where one is certified or its absence
        proved, else of the last step.
    verdict_end : str
        Of the last step, whatever comes after it.
    trajectory : Trajectory
    limit : Limit
    limit_ratio : float
        Distance of the limit over the original's; infinite where it goes away, NaN if unknown.
    retraining : bool
        Whether its last phase descends the oracle's own objective.
    cost : float
        Of the steps taken, in units of retraining (of the solver's way from the model in use to
        the oracle).
    effect : Effect or None
        What the model of the last step is like; None where the run diverged.
    """

    method: str
    ratios: Distances
    best: BestStop
    verdict: str
    verdict_end: str
    trajectory: Trajectory
    limit: Limit
    limit_ratio: float
    retraining: bool
    cost: float
    effect: Effect | None = None

    @property
    def ratio(self) -> float:
        """Distance at the last step to the oracle over the original's."""
        return float(self.ratios.parameters)

    @property
    def settled(self) -> bool:
        """Whether more steps cannot change the verdict."""
        return self.limit.kind is not LimitKind.UNKNOWN

    @property
    def ended(self) -> bool:
        """Whether the last step is where the method ends, to what a verdict can tell."""
        distances = self.trajectory.distance
        near = max(_SHOWN * max(distances[0], distances[-1]), self.limit.radius)
        return self.limit.left <= near and self.verdict == self.verdict_end

    def __repr__(self) -> str:
        sure = "" if self.settled else " so far"
        return f"Outcome({self.method}: {self.verdict}{sure}, ratio {self.ratio:.4g})"


def outcome_of(
    problem: UnlearningProblem | SoftmaxProblem,
    method: Method,
    original: Optimum | Start,
    oracle: Optimum,
    *,
    steps: int,
    seed: int,
    retraining: float,
) -> Outcome:
    """Run a method from the model in use and measure what it did.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    method : Method
    original : Optimum or Start
        The model in use.
    oracle : Optimum
    steps : int
        Budget.
    seed : int
        Of the minibatches.
    retraining : float
        What retraining costs, in passes over all rows.
    """
    apart = distance_between(original, oracle)
    uncertain = original.radius + oracle.radius
    # an original that cannot be told from the oracle counts as being there, as in the sweep
    start = original.w if apart > uncertain else oracle.w
    trajectory = run(method, problem, original.w, steps=steps, oracle=oracle, seed=seed)
    phases = method.phases(problem, np.random.default_rng(seed))
    last, before = phases[-1], sum(count for _, count in budgets(phases, steps)[:-1])
    only = last.objectives[0] if len(last.objectives) == 1 else None
    again = only is not None and same_minimiser(only, problem.oracle())
    limit = limit_of(trajectory, last, int(trajectory.steps[-1]) - before)
    if again and limit.kind is LimitKind.POINT:
        limit = replace(limit, w=oracle.w, radius=oracle.radius)
    # the oracle's error enters the distance of the original and that of the end point
    slack = uncertain + oracle.radius
    at_end = final = verdict(trajectory, slack)
    far = np.nan
    if limit.kind is LimitKind.AWAY:
        final, far = "DIVERGED", np.inf
    elif limit.w is not None:
        moved = float(np.linalg.norm(limit.w - oracle.w))
        final = compare(apart, moved, slack + limit.radius)
        far = float(ratio(moved, apart if apart > uncertain else 0.0))
        far = 1.0 if final == "UNCHANGED" and apart <= uncertain else far
    end = np.full_like(oracle.w, np.inf) if trajectory.diverged else trajectory.w[-1]
    end = start if at_end == "UNCHANGED" else end
    unit = distances_to_oracle(problem, start, oracle.w)
    best = oracle_best_stop(trajectory.steps, trajectory.distance, apart)
    return Outcome(
        method=method.name,
        ratios=distance_ratios(distances_to_oracle(problem, end, oracle.w), unit),
        best=best if apart > uncertain else replace(best, ratio=1.0),
        verdict=final,
        verdict_end=at_end,
        trajectory=trajectory,
        limit=limit,
        limit_ratio=np.inf if limit.kind is LimitKind.OVERFLOW else far,
        retraining=again,
        cost=trajectory.passes / retraining,
    )


def chosen_methods(methods: Sequence[str | Method]) -> list[Method]:
    """Return the methods, a name that is given twice once."""
    if isinstance(methods, str | Method):
        raise ValueError(f"expected a sequence of methods, got {methods!r} alone: put it in a list")
    chosen = []
    for method in dict.fromkeys(methods):
        if not isinstance(method, str | Method):
            raise ValueError(f"expected names or Method objects, got a {type(method).__name__}")
        chosen.append(get_method(method) if isinstance(method, str) else method)
    if not chosen:
        raise ValueError("expected at least one method, got none")
    names = [method.name for method in chosen]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"expected methods of different names, got {name!r} {names.count(name)} times"
            )
    return chosen
