"""How long descent-ascent may run before fine-tuning no longer recovers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.nonconvex_toy.flow import gradient_flow, integrate
from logreg_unlearn.theory.nonconvex_toy.landscape import CertifiedPoint, stationary_points
from logreg_unlearn.theory.nonconvex_toy.outcome import (
    descent_ascent_objective,
    pretrained_objective,
    retrained_objective,
)
from logreg_unlearn.theory.nonconvex_toy.readings import RIDGE, Reading


@dataclass(frozen=True)
class CriticalAscentTime:
    """The bracket ``low < t* < high`` of the ascent time from which fine-tuning changes end.

    Up to ``low`` fine-tuning ends at ``recovered``, from ``high`` on at ``trapped``; both
    bounds are infinite when the end never changes.
    """

    reading: Reading
    low: float
    high: float
    recovered: CertifiedPoint
    trapped: CertifiedPoint
    w_critical: tuple[float, float]

    @property
    def exists(self) -> bool:
        """Whether stopping the ascent early changes where fine-tuning ends."""
        return bool(np.isfinite(self.high))


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
    relative_width : float
        In [1e-9, 1): the bracket is at most this fraction of ``t*`` wide.  Times are those of
        gradient flow: that many descent steps of size 1.
    """
    name, range_ = "relative_width", "in [1e-9, 1)"
    share = check.require(name, relative_width, range_, lambda v: (v >= 1e-9) & (v < 1))
    width = check.single(name, share)
    start = stationary_points(pretrained_objective(reading, ridge)).minima[0].w
    ascent = descent_ascent_objective(reading, ridge)
    landscape = stationary_points(ascent)
    retrained = retrained_objective(reading, ridge)
    target = stationary_points(retrained)

    def ends(w: ArrayLike) -> CertifiedPoint:
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
    while high - low > width * high:
        middle = (low + high) / 2
        w = integrate(ascent, w_low, middle - low)
        if ends(w) == recovered:
            low, w_low = middle, w
        else:
            high = middle
    return CriticalAscentTime(
        reading, low, high, recovered, trapped, (float(w_low[0]), float(w_low[1]))
    )
