"""What descent-ascent, retraining and fine-tuning end at, in every reading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.nonconvex_toy.flow import Flow, gradient_flow
from logreg_unlearn.theory.nonconvex_toy.landscape import (
    CertifiedPoint,
    Landscape,
    stationary_points,
)
from logreg_unlearn.theory.nonconvex_toy.objective import ToyObjective
from logreg_unlearn.theory.nonconvex_toy.readings import MULTIPLICITIES, RIDGE, Reading

M1 = "-+++"
M2 = "-+--"
FORGOTTEN = 2.0


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
    start: CertifiedPoint
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
    """
    start = stationary_points(descent_ascent_objective(reading, ridge)).minima[0]
    objective = retrained_objective(reading, ridge)
    landscape = stationary_points(objective)
    return Trap(reading, landscape, start, gradient_flow(objective, start.w, landscape))


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
    """
    # a multiplicity of 2e6 leaves the enclosures five digits to decide with
    speed = check.single(
        "rate", check.require("rate", rate, "in [1e-6, 1e6]", lambda v: (v >= 1e-6) & (v <= 1e6))
    )
    forgotten = FORGOTTEN / speed
    kept = MULTIPLICITIES[3] - FORGOTTEN
    everything = ToyObjective((*MULTIPLICITIES[:3], kept + forgotten), reading, ridge)
    return RateCounterexample(
        reading, speed, forgotten, stationary_points(everything), toy_trap(reading, ridge)
    )


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
    """
    values = check.positive("ridges", ridges)
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
