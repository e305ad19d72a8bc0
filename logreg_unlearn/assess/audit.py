"""An audit of one problem: what each unlearning method would do to this model.

Everything is measured against the certified retrained optimum; the ratio is the distance to
it over the original model's, so above 1 is worse than doing nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from logreg_unlearn.assess.dependence import Dependence, dependence
from logreg_unlearn.assess.distance import (
    BestStop,
    Distances,
    distance_ratios,
    distances_to_oracle,
    oracle_best_stop,
    ratio,
)
from logreg_unlearn.assess.verdict import verdict
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import Optimum, minimise
from logreg_unlearn.unlearn.ascent import get_method
from logreg_unlearn.unlearn.driver import Trajectory, run
from logreg_unlearn.unlearn.removal import newton_removal

_VAGUE = 1e-3  # certificates wider than this share of 1 + ||w|| say nothing useful


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one method did.

    Attributes
    ----------
    method : str
    ratios : Distances
        All distances of the end point as ratios to the original's; infinite if it diverged.
    best : BestStop
        Closest recorded step; it peeks at the oracle.
    verdict : str
        HELPED, HARMED, DIVERGED or UNCHANGED.
    trajectory : Trajectory
    """

    method: str
    ratios: Distances
    best: BestStop
    verdict: str
    trajectory: Trajectory

    @property
    def ratio(self) -> float:
        """Distance of the end point to the oracle over the original's."""
        return float(self.ratios.parameters)


@dataclass(frozen=True, eq=False)
class Audit:
    """The result of :func:`audit`.

    Attributes
    ----------
    problem : UnlearningProblem
    original, oracle : Optimum
    distance_original : float
        Euclidean, between the two.
    outcomes : tuple of Outcome
        One per method, in the order asked for.
    newton_ratio : float
        Distance after one Newton removal step over the original's.
    dependence : Dependence
    """

    problem: UnlearningProblem
    original: Optimum
    oracle: Optimum
    distance_original: float
    outcomes: tuple[Outcome, ...]
    newton_ratio: float
    dependence: Dependence

    @property
    def uncertain(self) -> float:
        """Sum of the two certified radii: distances below it cannot be told from 0."""
        return self.original.radius + self.oracle.radius

    @property
    def resolved(self) -> bool:
        """Whether original and oracle differ by more than their certified radii."""
        return self.distance_original > self.uncertain

    def sentence(self) -> str:
        """Return the verdict in plain words."""
        if not self.resolved and self.uncertain > _VAGUE * (1 + np.linalg.norm(self.oracle.w)):
            return (
                f"The certificates are too wide to tell original and oracle apart (they are "
                f"{self.distance_original:.2g} apart, certified to {self.uncertain:.2g}): "
                "try a larger ridge."
            )
        if not self.resolved:
            return (
                "The original model is the retrained optimum to within the certificates: "
                "there is nothing to unlearn, and every method can only move away."
            )
        first = self.outcomes[0]
        return f"{describe(first)}; one Newton step {_newton(self.newton_ratio)}."


def audit(
    problem: UnlearningProblem,
    methods: Sequence[str] = ("da", "ga", "alternating-ascent", "neggrad+", "ascent-finetune"),
    *,
    steps: int = 20_000,
    seed: int = 0,
) -> Audit:
    """Solve original and oracle, run the methods, and measure.

    Parameters
    ----------
    problem : UnlearningProblem
    methods : sequence of str
        Names of ``methods.ascent.METHODS``, at least one.
    steps : int
        Step budget per method.
    seed : int
        Seeds the minibatches.

    Raises
    ------
    ValueError
        If a method does not exist, none is given, or an optimum could not be reached.
    """
    if not methods:
        raise ValueError("expected at least one method, got none")
    if steps < 1:
        raise ValueError(f"expected steps >= 1, got {steps}")
    original = _solved("original", minimise(problem.original()))
    oracle = _solved("oracle", minimise(problem.oracle()))
    uncertain = original.radius + oracle.radius
    apart = float(np.linalg.norm(original.w - oracle.w))
    # an original that cannot be told from the oracle counts as being there, as in the sweep
    start = original.w if apart > uncertain else oracle.w
    before = distances_to_oracle(problem, start, oracle.w)
    outcomes = []
    for name in dict.fromkeys(methods):
        trajectory = run(
            get_method(name), problem, original.w, steps=steps, oracle=oracle, seed=seed
        )
        label = verdict(trajectory, uncertain)
        end = np.full_like(oracle.w, np.inf) if trajectory.diverged else trajectory.w[-1]
        end = start if label == "UNCHANGED" else end
        best = oracle_best_stop(trajectory.steps, trajectory.distance, apart)
        outcomes.append(
            Outcome(
                method=name,
                ratios=distance_ratios(distances_to_oracle(problem, end, oracle.w), before),
                best=best if apart > uncertain else replace(best, ratio=1.0),
                verdict=label,
                trajectory=trajectory,
            )
        )
    removed = newton_removal(problem, original.w)
    moved = float(np.linalg.norm(removed - oracle.w))
    newton_ratio = float(ratio(moved, apart))
    if apart <= uncertain:
        newton_ratio = 1.0 if moved <= uncertain else np.inf
    return Audit(
        problem=problem,
        original=original,
        oracle=oracle,
        distance_original=apart,
        outcomes=tuple(outcomes),
        newton_ratio=newton_ratio,
        dependence=dependence(problem, original.w),
    )


def describe(outcome: Outcome) -> str:
    """Return what a method did, in words."""
    name = _NAMES.get(outcome.method, outcome.method)
    if outcome.verdict == "DIVERGED":
        return f"{name} diverges"
    if outcome.verdict == "UNCHANGED":
        return f"{name} ends as far from the retrained optimum as doing nothing"
    if outcome.verdict == "HARMED" and not np.isfinite(outcome.ratio):
        return f"{name} leaves the retrained optimum, where the original model is"
    if outcome.verdict == "HARMED":
        return (
            f"{name} ends {_times(outcome.ratio)} as far from the retrained optimum "
            "as doing nothing"
        )
    return (
        f"{name} ends closer to the retrained optimum than doing nothing: "
        f"{100 * outcome.ratio:.2g} % of the distance remains"
    )


_NAMES = {
    "da": "Descent-ascent",
    "ga": "Gradient ascent",
    "alternating-ascent": "Alternating descent-ascent (ascent first)",
    "alternating-descent": "Alternating descent-ascent (descent first)",
    "neggrad+": "NegGrad+",
    "neggrad+minibatch": "NegGrad+ in minibatches",
    "ascent-finetune": "Ascent followed by finetuning",
    "calibrated": "Calibrated descent-ascent",
}


def _times(ratio: float) -> str:
    return f"{ratio:.3g}x" if ratio < 1e4 else f"{ratio:.1e}x"


def _newton(ratio: float) -> str:
    if ratio < 1.0:
        return f"leaves {100 * ratio:.2g} % of the original's distance"
    return f"ends {_times(ratio)} as far"


def _solved(name: str, optimum: Optimum) -> Optimum:
    if not optimum.converged:
        raise ValueError(
            f"expected a solvable {name} problem, got {optimum.status.value} "
            f"(gradient norm {optimum.gradient_norm:.2g}): try a larger ridge"
        )
    return optimum
