"""What is measured of a trajectory: verdicts, ratios, divergence."""

from __future__ import annotations

import math

import numpy as np
import pytest

from logreg_unlearn.assess.verdict import verdict
from logreg_unlearn.solve.optimum import Optimum, OptimumStatus
from logreg_unlearn.sweep.case import measure
from logreg_unlearn.unlearn.driver import Status, Trajectory
from tests.sweep_cases import block


def trajectory(
    distance: list[float], status: Status = Status.CONVERGED, radius: float = 0.0
) -> Trajectory:
    """Return a run along a line that ends at the oracle, 0."""
    values = np.array(distance)
    oracle = Optimum(np.zeros(1), 0.0, 0.0, radius, OptimumStatus.CONVERGED, 1)
    other = np.zeros(len(values))
    return Trajectory(
        "da", np.arange(len(values)), values[:, None], values, other, other, other,
        status, 1.0, oracle,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("after", "word"),
    [
        (1.0 + 1.01e-6, "HARMED"),
        (1.0 + 0.99e-6, "UNCHANGED"),
        (1.0, "UNCHANGED"),
        (1.0 - 0.99e-6, "UNCHANGED"),
        (1.0 - 1.01e-6, "HELPED"),
        (0.0, "HELPED"),
        (1e300, "HARMED"),
    ],
)
@pytest.mark.parametrize("scale", [1.0, 1e-7])
def test_verdict_on_both_sides_of_the_tolerance(after, word, scale) -> None:
    assert verdict(trajectory([scale, scale * after])) == word


def test_verdict_within_the_certificates_is_unchanged() -> None:
    assert verdict(trajectory([1.0, 1.5]), uncertain=0.51) == "UNCHANGED"
    assert verdict(trajectory([1.0, 1.5]), uncertain=0.49) == "HARMED"
    assert verdict(trajectory([1.0, 0.5]), uncertain=0.51) == "UNCHANGED"
    assert verdict(trajectory([1.0, 0.5]), uncertain=0.49) == "HELPED"


def test_divergence_is_a_verdict_whatever_the_last_finite_distance() -> None:
    run = trajectory([1.0, 0.5, 0.1], Status.DIVERGED)
    assert verdict(run) == "DIVERGED" and verdict(run, uncertain=10.0) == "DIVERGED"
    row = measure(block(0.5, 0.5, 0.2), 0.5, 0.0, run, run.oracle)
    assert row.distance_final == row.ratio_final == math.inf
    assert (row.ratio_best, row.best_step, row.farther) == (0.1, 2, True)


def test_an_original_indistinguishable_from_the_oracle_has_no_finite_ratio() -> None:
    case, original = block(1.0, 0.5, 0.2), trajectory([0.0], radius=1e-8).oracle
    leaves = measure(case, 1.0, 0.0, trajectory([1e-9, 0.5], radius=1e-8), original)
    assert (leaves.verdict, leaves.ratio_final, leaves.ratio_best) == ("HARMED", math.inf, 1.0)
    stays = measure(case, 1.0, 0.0, trajectory([1e-9, 2e-8], radius=1e-8), original)
    assert (stays.verdict, stays.ratio_final, stays.ratio_best) == ("UNCHANGED", 1.0, 1.0)
    told = measure(case, 1.0, 0.0, trajectory([1e-7, 0.5], radius=1e-8), original)
    assert told.verdict == "HARMED" and told.ratio_final == pytest.approx(5e6)
