"""The verdict on an end point: helped, harmed, diverged or unchanged, at stated tolerances."""

from __future__ import annotations

import numpy as np

from logreg_unlearn.unlearn.trajectory import Trajectory

VERDICTS = ("HELPED", "HARMED", "DIVERGED", "UNCHANGED")
TOLERANCE = 1e-6
"""Relative change of the distance below which a case counts as UNCHANGED.

An iteration that stopped at its tolerance of 1e-10 is known to about this share where the
curvature is 1e-4 of the largest; a difference that is smaller says nothing of the method.
"""
RESOLUTION = 1e-9
"""Share of the oracle's norm to which an iteration's end point is known at its tolerance."""


def verdict(trajectory: Trajectory, uncertain: float = 0.0) -> str:
    """Return HELPED, HARMED, DIVERGED or UNCHANGED for the end point of a trajectory.

    Parameters
    ----------
    trajectory : Trajectory
    uncertain : float
        As in :func:`compare`.
    """
    if trajectory.diverged:
        return "DIVERGED"
    before, after = trajectory.distance[0], trajectory.distance[-1]
    resolved = RESOLUTION * float(np.linalg.norm(trajectory.oracle.w))
    return compare(before, after, max(uncertain, resolved))


def compare(before: float, after: float, uncertain: float) -> str:
    """Return HELPED, HARMED or UNCHANGED for two distances to the oracle.

    UNCHANGED: they differ by at most ``TOLERANCE`` of the one before, or by at most ``uncertain``.

    Parameters
    ----------
    before, after : float
        Finite.
    uncertain : float
        What the difference may be off by: the certified radii it rests on, or ``RESOLUTION`` of
        the oracle's norm for an iteration that stopped at its tolerance.
    """
    if abs(after - before) <= max(TOLERANCE * before, uncertain):
        return "UNCHANGED"
    return "HARMED" if after > before else "HELPED"
