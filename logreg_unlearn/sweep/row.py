"""What a sweep reports of a case: a row of ``cases.csv``, measured on a trajectory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from logreg_unlearn.assess.distance import cosine, oracle_best_stop, ratio
from logreg_unlearn.assess.verdict import verdict
from logreg_unlearn.solve.optimum import Optimum
from logreg_unlearn.sweep.datasets import load
from logreg_unlearn.unlearn.driver import Trajectory

if TYPE_CHECKING:
    from logreg_unlearn.sweep.case import Case


@dataclass(frozen=True)
class Row:
    """One row of ``cases.csv``; the fields are its columns, in order.

    ``correlation`` is the lift, the cosine or the measured cosine of `sweep.case`,
    ``influence_overlap`` the cross-influence overlap of `assess.dependence`, in [0, 1].
    """

    model: str
    dataset: str
    loss: str
    correlation: float
    forget_kind: str
    forget_fraction: float
    ridge: float
    seed: int
    method: str
    step_size: float
    steps: int
    status: str
    distance_original: float
    distance_final: float
    ratio_final: float
    ratio_best: float
    best_step: int
    first_step_alignment: float
    verdict: str
    oracle_radius: float
    influence_overlap: float

    @property
    def farther(self) -> bool:
        """Whether the end point is farther from the oracle than the original model."""
        return self.verdict in ("HARMED", "DIVERGED")


def measure(
    case: Case, correlation: float, overlap: float, trajectory: Trajectory, original: Optimum
) -> Row:
    """Turn a trajectory into a row: distances, ratios, best stop and verdict.

    An original within its certified radius of the oracle counts as being there: its distance
    carries no digits, and the ratio of anything that ends elsewhere is infinite.
    """
    uncertain = original.radius + trajectory.oracle.radius
    distance = trajectory.distance
    start = 0.0 if distance[0] <= uncertain else float(distance[0])
    distance_final = np.inf if trajectory.diverged else float(distance[-1])
    final_ratio = float(ratio(distance_final, start))
    best = oracle_best_stop(trajectory.steps, distance, start)
    best_ratio = best.ratio if start > 0 else 1.0
    first_move = trajectory.w[min(1, len(trajectory.w) - 1)] - trajectory.w[0]
    label = verdict(trajectory, uncertain)
    if label == "UNCHANGED" and start == 0.0:
        final_ratio = 1.0
    return Row(
        model=case.model,
        dataset=case.dataset if isinstance(case.dataset, str) else load(case.dataset).name,
        loss=case.loss,
        correlation=float(correlation),
        forget_kind=case.forget_kind,
        forget_fraction=case.forget_fraction,
        ridge=case.ridge,
        seed=case.seed,
        method=case.method,
        step_size=trajectory.step_size,
        steps=int(trajectory.steps[-1]),
        status=trajectory.status.name,
        distance_original=float(distance[0]),
        distance_final=distance_final,
        ratio_final=final_ratio,
        ratio_best=best_ratio,
        best_step=best.step,
        first_step_alignment=cosine(first_move, trajectory.oracle.w - trajectory.w[0]),
        verdict=label,
        oracle_radius=trajectory.oracle.radius,
        influence_overlap=overlap,
    )
