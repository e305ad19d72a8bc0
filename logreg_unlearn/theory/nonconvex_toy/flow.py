"""Gradient flow of the toy, followed until it enters a certified basin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.nonconvex_toy._enclosure import segment_bound
from logreg_unlearn.theory.nonconvex_toy.landscape import CertifiedPoint, Landscape, convex_radius
from logreg_unlearn.theory.nonconvex_toy.objective import ToyObjective

# Gradient flow of a coercive objective is at its minimum to 1e-9 after 20 relaxation times of
# its slowest direction; those are of order 1/mu, and this many of them leave ample room.
_RELAXATIONS = 1e4


class FlowEnd(Enum):
    """How a gradient flow ended."""

    CERTIFIED = "inside a ball on which the objective is proved convex around a minimum"
    BUDGET = "still outside every certified ball at the horizon"


@dataclass(frozen=True)
class Flow:
    """A gradient flow: ``times`` (T,), ``w`` (T, 2), how and at which minimum it ended.

    ``proved_by_level`` is True where, beyond the numerical integration, the segment from the
    start to the minimum stays below the lowest saddle: then the exact flow must end there.
    """

    times: Array
    w: Array
    end: FlowEnd
    minimum: CertifiedPoint | None
    proved_by_level: bool


def gradient_flow(objective: ToyObjective, start: ArrayLike, landscape: Landscape) -> Flow:
    """Follow ``w' = -grad J(w)`` from ``start`` (2,) into a certified basin of a minimum.

    ``landscape`` is that of the same objective; the points end where the flow enters the ball.
    """
    radii = np.array([convex_radius(objective, p) for p in landscape.minima])
    centres = np.array([p.w for p in landscape.minima])

    def outside(_: float, w: Array) -> float:
        return float(np.min(np.hypot(*(centres - w).T) - 0.99 * radii))

    outside.terminal = True  # type: ignore[attr-defined]
    begin = check.real("start", start, 1)
    if outside(0.0, begin) <= 0:
        times, w = np.zeros(1), begin[None]
    else:
        solution = _solve(objective, begin, _RELAXATIONS / objective.mu, outside)
        times, w = solution.t, solution.y.T
    gaps = np.hypot(*(centres - w[-1]).T) - radii
    index = int(np.argmin(gaps))
    if gaps[index] >= 0:
        return Flow(times, w, FlowEnd.BUDGET, None, False)
    minimum = landscape.minima[index]
    return Flow(
        times, w, FlowEnd.CERTIFIED, minimum, _proved_by_level(objective, begin, minimum, landscape)
    )


def integrate(objective: ToyObjective, start: ArrayLike, time: float) -> Array:
    """Return ``w(time)`` (2,) of the gradient flow ``w' = -grad J(w)`` from ``start``."""
    horizon = check.single("time", check.nonnegative("time", time))
    solution = _solve(objective, check.real("start", start, 1), horizon, None)
    return np.asarray(solution.y[:, -1])


def _solve(
    objective: ToyObjective,
    start: Array,
    time: float,
    event: Callable[[float, Array], float] | None,
) -> Any:
    from scipy.integrate import solve_ivp

    solution = solve_ivp(
        lambda _, w: -objective.gradient(w),
        (0.0, time),
        start,
        method="LSODA",
        jac=lambda _, w: -objective.hessian(w),
        events=event,
        rtol=1e-10,
        atol=1e-12,
    )
    if not solution.success:
        raise RuntimeError(f"the gradient flow could not be integrated: {solution.message}")
    return solution


def _proved_by_level(
    objective: ToyObjective, start: Array, minimum: CertifiedPoint, landscape: Landscape
) -> bool:
    """Decide whether the segment from ``start`` to ``minimum`` lies below every saddle.

    A component of a level set below every saddle of a coercive objective holds exactly one
    minimum (two would need a pass between them), and the flow cannot leave it.
    """
    barrier = min(
        (p.value for p in landscape.points if p != minimum and p not in landscape.minima),
        default=np.inf,
    )
    # the values are rounded to about 1e-15 of themselves
    level = barrier - 1e-12 * (1 + abs(barrier)) if np.isfinite(barrier) else np.inf
    return landscape.complete and segment_bound(objective, start, minimum.w) < level
