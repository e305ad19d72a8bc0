"""The non-convex toy: what descent-ascent and fine-tuning do to it, under every reading.

Four positions ``x = -1, 1, 3, 4`` with labels ``-, +, -, +`` and multiplicities (5, 4, 1, 4);
two of the four samples at ``x = 4`` are to be forgotten.  So the pretrained objective weighs
the positions by (5, 4, 1, 4), the retrained one by (5, 4, 1, 2), and descent-ascent, which
subtracts the forgotten two from the retained two, by (5, 4, 1, 0).  ``M1`` decides positions
-1, 1, 4 rightly (``-+++``), ``M2`` positions -1, 1, 3 (``-+--``).

Landscapes are certified (:mod:`logreg_unlearn.theory._toy_landscape`).  A gradient flow is
integrated numerically and ends by entering a ball on which the objective is proved convex
around a certified minimum; where a level set proves its end as well, the result says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.theory._toy_landscape import (
    MULTIPLICITIES,
    RIDGE,
    Array,
    Landscape,
    Reading,
    StationaryPoint,
    ToyObjective,
    convex_radius,
    segment_bound,
    stationary_points,
)

M1 = "-+++"
M2 = "-+--"
FORGOTTEN = 2.0

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
    minimum: StationaryPoint | None
    proved_by_level: bool


@dataclass(frozen=True)
class DescentAscentLandscape:
    """The pretrained and descent-ascent landscapes, and the flow between them."""

    reading: Reading
    pretrained: Landscape
    descent_ascent: Landscape
    flow: Flow

    @property
    def holds(self) -> bool:
        """One stationary point, a minimum that is not M1, and the flow reaches it."""
        points = self.descent_ascent.points
        return (
            self.descent_ascent.complete
            and len(points) == 1
            and len(self.descent_ascent.minima) == 1
            and points[0].decisions != M1
            and self.flow.minimum == points[0]
        )


@dataclass(frozen=True)
class RetrainedMinimum:
    """The pretrained and the retrained landscape."""

    reading: Reading
    pretrained: Landscape
    retrained: Landscape

    @property
    def holds(self) -> bool:
        """The global minimum is of kind M1 before and after the removal."""
        both = (self.pretrained, self.retrained)
        return all(each.complete and each.minima[0].decisions == M1 for each in both)


@dataclass(frozen=True)
class Trap:
    """Where fine-tuning on the retain set ends after descent-ascent has converged."""

    reading: Reading
    retrained: Landscape
    start: StationaryPoint
    fine_tuning: Flow

    @property
    def holds(self) -> bool:
        """Fine-tuning ends at a minimum worse than the global one, which is of kind M1."""
        best, end = self.retrained.minima[0], self.fine_tuning.minimum
        return best.decisions == M1 and end is not None and end != best

    @property
    def depth(self) -> float:
        """The lowest saddle's height above the minimum where fine-tuning ends (0: no saddle)."""
        if not self.retrained.saddles or self.fine_tuning.minimum is None:
            return 0.0
        return self.retrained.saddles[0].value - self.fine_tuning.minimum.value


@dataclass(frozen=True)
class CriticalAscentTime:
    """The bracket ``low < t* < high`` of the ascent time from which fine-tuning changes end.

    Up to ``low`` fine-tuning ends at ``recovered``, from ``high`` on at ``trapped``; both
    bounds are infinite when the end never changes.
    """

    reading: Reading
    low: float
    high: float
    recovered: StationaryPoint
    trapped: StationaryPoint
    w_critical: tuple[float, float]

    @property
    def exists(self) -> bool:
        """Whether stopping the ascent early changes where fine-tuning ends."""
        return bool(np.isfinite(self.high))


@dataclass(frozen=True)
class RidgeScan:
    """The pretrained global minimiser against the ridge.

    ``w`` (K, 2), ``angle`` (K,) its direction in radians, ``turning`` (K,) the rate
    ``d angle / d log mu`` (0 for a radial response), ``decisions`` and ``minima`` (K each).
    """

    reading: Reading
    ridges: Array
    w: Array
    angle: Array
    turning: Array
    decisions: tuple[str, ...]
    minima: tuple[int, ...]

    @property
    def radial(self) -> bool:
        """Whether the direction stays within 1e-6 radians over the whole scan."""
        return bool(np.ptp(self.angle) < 1e-6)


@dataclass(frozen=True)
class RateCounterexample:
    """The toy with the ascent step ``rate`` times the descent step."""

    reading: Reading
    rate: float
    forgotten: float
    pretrained: Landscape
    trap: Trap

    @property
    def holds(self) -> bool:
        """The pretrained minimum is of kind M1 and the fine-tuned end is inferior to M1."""
        return self.pretrained.minima[0].decisions == M1 and self.trap.holds


def pretrained_objective(reading: Reading, ridge: float = RIDGE) -> ToyObjective:
    """The objective of all samples, weighing the positions by (5, 4, 1, 4)."""
    return ToyObjective(MULTIPLICITIES, reading, ridge)


def retrained_objective(reading: Reading, ridge: float = RIDGE) -> ToyObjective:
    """The objective of the retain set, weighing the positions by (5, 4, 1, 2)."""
    return ToyObjective((*MULTIPLICITIES[:3], MULTIPLICITIES[3] - FORGOTTEN), reading, ridge)


def descent_ascent_objective(reading: Reading, ridge: float = RIDGE) -> ToyObjective:
    """Retain minus forget: the two samples at x = 4 cancel, leaving (5, 4, 1, 0)."""
    return ToyObjective((*MULTIPLICITIES[:3], MULTIPLICITIES[3] - 2 * FORGOTTEN), reading, ridge)


def toy_da_landscape(reading: Reading = Reading(), ridge: float = RIDGE) -> DescentAscentLandscape:
    """Setting: the toy, simultaneous descent-ascent as gradient flow from the pretrained minimum.

    Statement: descent-ascent's objective has exactly one stationary point; it is a minimum,
    its decisions are not those of M1, and the flow reaches it.  Since the objective is
    coercive and has no other stationary point, *every* gradient flow of it ends there.
    Kind: qualitative, certified.  Source: paper, section 5.2.

    Parameters
    ----------
    reading : Reading
    ridge : float
        Positive; the paper uses 0.1.

    Returns
    -------
    DescentAscentLandscape

    Raises
    ------
    ValueError
        If ``ridge`` is not positive.
    """
    pretrained = stationary_points(pretrained_objective(reading, ridge))
    objective = descent_ascent_objective(reading, ridge)
    landscape = stationary_points(objective)
    flow = gradient_flow(objective, pretrained.minima[0].w, landscape)
    return DescentAscentLandscape(reading, pretrained, landscape, flow)


def toy_retrain_keeps_minimum(
    reading: Reading = Reading(), ridge: float = RIDGE
) -> RetrainedMinimum:
    """Setting: the toy, retrained without two of the four samples at ``x = 4``.

    Statement: the global minimum decides as M1 before and after the removal.
    Kind: qualitative, certified; the reading decides.  Source: paper, section 5.2.

    Parameters
    ----------
    reading : Reading
    ridge : float
        Positive.

    Returns
    -------
    RetrainedMinimum

    Raises
    ------
    ValueError
        If ``ridge`` is not positive.
    """
    return RetrainedMinimum(
        reading,
        stationary_points(pretrained_objective(reading, ridge)),
        stationary_points(retrained_objective(reading, ridge)),
    )


def toy_trap(reading: Reading = Reading(), ridge: float = RIDGE) -> Trap:
    """Setting: the toy, fine-tuned on the retain set from descent-ascent's stationary point.

    Statement: fine-tuning ends at a minimum inferior to the retrained one, which is M1.
    Kind: qualitative, certified landscape and end; the reading decides.
    Source: paper, section 5.2 and Fig. 5.

    Parameters
    ----------
    reading : Reading
    ridge : float
        Positive.

    Returns
    -------
    Trap

    Raises
    ------
    ValueError
        If ``ridge`` is not positive.
    """
    start = stationary_points(descent_ascent_objective(reading, ridge)).minima[0]
    objective = retrained_objective(reading, ridge)
    landscape = stationary_points(objective)
    return Trap(reading, landscape, start, gradient_flow(objective, start.w, landscape))


def toy_irreversibility_needs_long_ascent(
    reading: Reading = Reading(), ridge: float = RIDGE, relative_width: float = 1e-8
) -> CriticalAscentTime:
    """Setting: descent-ascent as gradient flow, stopped at time t, then fine-tuning.

    Statement: even where the converged descent-ascent is trapped, fine-tuning recovers the
    retrained minimum if the ascent stopped before a critical time ``t*``.  At ``t*`` the flow
    crosses the stable manifold of the retrained objective's saddle.
    Kind: sharp, numerical (flows at a relative tolerance of 1e-10, bracketed, both ends
    certified).  Source: beyond the paper.

    Parameters
    ----------
    reading : Reading
    ridge : float
        Positive.
    relative_width : float
        In [1e-9, 1): the bracket is at most this fraction of ``t*`` wide.

    Returns
    -------
    CriticalAscentTime
        Times in units of gradient flow: that many descent steps of size 1.

    Raises
    ------
    ValueError
        If ``ridge`` is not positive or ``relative_width`` outside [1e-9, 1).
    """
    if not 1e-9 <= relative_width < 1:
        raise ValueError(f"expected relative_width in [1e-9, 1), got {relative_width}")
    start = stationary_points(pretrained_objective(reading, ridge)).minima[0].w
    ascent = descent_ascent_objective(reading, ridge)
    landscape = stationary_points(ascent)
    retrained = retrained_objective(reading, ridge)
    target = stationary_points(retrained)

    def ends(w: ArrayLike) -> StationaryPoint:
        minimum = gradient_flow(retrained, w, target).minimum
        if minimum is None:
            raise RuntimeError(f"fine-tuning from {w} did not reach a certified basin")
        return minimum

    recovered, trapped = ends(start), ends(landscape.minima[0].w)
    if recovered == trapped:
        return CriticalAscentTime(
            reading, np.inf, np.inf, recovered, trapped, landscape.minima[0].w
        )
    flow = gradient_flow(ascent, start, landscape)
    # the flow's recorded points, then ever later ones: the first change is sought from the
    # start, so that every stop seen before `low` recovered
    late = float(flow.times[-1]) * 2.0 ** np.arange(1, 40)
    stops = [*zip(flow.times[::8].tolist(), flow.w[::8], strict=True)]
    low, w_low, high = 0.0, np.asarray(start), np.inf
    for time, w in [*stops, *((float(t), None) for t in late)]:
        place = integrate(ascent, w_low, time - low) if w is None else w
        if ends(place) != recovered:
            high = time
            break
        low, w_low = time, place
    while high - low > relative_width * high:
        middle = (low + high) / 2
        w = integrate(ascent, w_low, middle - low)
        if ends(w) == recovered:
            low, w_low = middle, w
        else:
            high = middle
    return CriticalAscentTime(
        reading, low, high, recovered, trapped, (float(w_low[0]), float(w_low[1]))
    )


def toy_ridge_is_not_radial(
    ridges: ArrayLike = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0), reading: Reading = Reading()
) -> RidgeScan:
    """Setting: the pretrained toy at several ridges.

    Statement (to be refuted): changing the ridge moves the minimiser along its own ray.  From
    ``grad L(w) + mu w = 0`` follows ``dw/dmu = -H^{-1} w``: radial only where ``w`` is an
    eigenvector of ``H``, which it is not; decisions and the number of minima change too.
    Kind: qualitative, certified.  Source: paper, App. B.

    Parameters
    ----------
    ridges : array_like (K,)
        Positive ridges.
    reading : Reading

    Returns
    -------
    RidgeScan

    Raises
    ------
    ValueError
        If ``ridges`` is empty, not one-dimensional, or holds a ridge that is not positive.
    """
    values = np.asarray(ridges, dtype=float)
    if values.ndim != 1 or not values.size:
        raise ValueError(f"expected ridges of shape (K,), K >= 1, got shape {values.shape}")
    w, turning, signs, minima = [], [], [], []
    for ridge in values:
        objective = pretrained_objective(reading, float(ridge))
        landscape = stationary_points(objective)
        best = np.asarray(landscape.minima[0].w)
        response = -objective.mu * np.linalg.solve(objective.hessian(best), best)
        cross = best[0] * response[1] - best[1] * response[0]
        w.append(best)
        turning.append(cross / (best @ best))
        signs.append(landscape.minima[0].decisions)
        minima.append(len(landscape.minima))
    points = np.array(w)
    angle = np.unwrap(np.arctan2(points[:, 1], points[:, 0]))
    return RidgeScan(reading, values, points, angle, np.array(turning), tuple(signs), tuple(minima))


def toy_counterexample_for_every_rate(
    rate: float, reading: Reading = Reading(), ridge: float = RIDGE
) -> RateCounterexample:
    """Setting: ascent steps ``rate`` times as large as descent steps; the forget set adapts.

    Statement: with ``k = 2 / rate`` forgotten at ``x = 4`` and 2 retained there, the ascent
    cancels the retained two, so retraining and descent-ascent have *the same* objectives as at
    rate 1 and everything after pretraining repeats exactly; what remains to check is that
    the pretrained minimum of multiplicities (5, 4, 1, 2 + k) is of kind M1.  For a rate
    ``p/q`` the sizes are integers once every multiplicity is taken p times (with the ridge,
    when losses are summed).
    Kind: qualitative, certified; the reading decides.  Source: paper, App. B.

    Parameters
    ----------
    rate : float
        In [1e-6, 1e6].
    reading : Reading
    ridge : float
        Positive.

    Returns
    -------
    RateCounterexample

    Raises
    ------
    ValueError
        If ``rate`` is outside [1e-6, 1e6] or ``ridge`` is not positive.
    """
    # a multiplicity of 2e6 leaves the enclosures five digits to decide with
    if not 1e-6 <= rate <= 1e6:
        raise ValueError(f"expected rate in [1e-6, 1e6], got {rate}")
    forgotten = FORGOTTEN / rate
    kept = MULTIPLICITIES[3] - FORGOTTEN
    everything = ToyObjective((*MULTIPLICITIES[:3], kept + forgotten), reading, ridge)
    return RateCounterexample(
        reading, rate, forgotten, stationary_points(everything), toy_trap(reading, ridge)
    )


def integrate(objective: ToyObjective, start: ArrayLike, time: float) -> Array:
    """Return ``w(time)`` (2,) of the gradient flow ``w' = -grad J(w)`` from ``start``."""
    solution = _solve(objective, start, time, None)
    return np.asarray(solution.y[:, -1])


def gradient_flow(objective: ToyObjective, start: ArrayLike, landscape: Landscape) -> Flow:
    """Follow ``w' = -grad J(w)`` until it enters a certified basin of a minimum.

    Parameters
    ----------
    objective : ToyObjective
    start : array_like (2,)
    landscape : Landscape
        Of the same objective.

    Returns
    -------
    Flow
        Its points up to where it enters the ball.
    """
    radii = np.array([convex_radius(objective, p) for p in landscape.minima])
    centres = np.array([p.w for p in landscape.minima])

    def outside(_: float, w: Array) -> float:
        return float(np.min(np.hypot(*(centres - w).T) - 0.99 * radii))

    outside.terminal = True  # type: ignore[attr-defined]
    begin = np.asarray(start, dtype=float)
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


def _solve(objective: ToyObjective, start: ArrayLike, time: float, event):  # type: ignore[no-untyped-def]
    from scipy.integrate import solve_ivp

    solution = solve_ivp(
        lambda _, w: -objective.gradient(w),
        (0.0, time),
        np.asarray(start, dtype=float),
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
    objective: ToyObjective, start: Array, minimum: StationaryPoint, landscape: Landscape
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
