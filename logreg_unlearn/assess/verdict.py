"""The verdict on an end point: helped, harmed, diverged or unchanged, at stated tolerances."""

from __future__ import annotations

import numpy as np

from logreg_unlearn.unlearn.driver import Trajectory

VERDICTS = ("HELPED", "HARMED", "DIVERGED", "UNCHANGED")
TOLERANCE = 1e-6
"""Relative change of the distance below which a case counts as UNCHANGED."""
RESOLUTION = 1e-9
"""Share of the oracle's norm to which an iteration's end point is known at its tolerance."""


def verdict(trajectory: Trajectory, uncertain: float = 0.0) -> str:
    """Return HELPED, HARMED, DIVERGED or UNCHANGED for the end point of a trajectory.

    UNCHANGED: the distances differ by less than ``TOLERANCE`` of the original's, by less than
    ``uncertain``, the sum of the certified radii they rest on, or by less than ``RESOLUTION``
    of the oracle's norm, which is what a converged iteration can tell.
    """
    if trajectory.diverged:
        return "DIVERGED"
    before, after = trajectory.distance[0], trajectory.distance[-1]
    resolved = RESOLUTION * float(np.linalg.norm(trajectory.oracle.w))
    if abs(after - before) <= max(TOLERANCE * before, uncertain, resolved):
        return "UNCHANGED"
    return "HARMED" if after > before else "HELPED"
