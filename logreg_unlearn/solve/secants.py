r"""Steps between Hessians where these are dear: limited-memory BFGS around the last factor.

With many columns a Hessian costs dozens of passes.  The differences of the gradients along the
steps taken already tell much of it: before the first factorisation they stand alone (on a
quadratic they are conjugate gradients), after it they correct the factor.  A Hessian is formed
when the rate of the last steps promises more of them than it costs.  Nocedal and Wright,
*Numerical Optimization*, algorithm 7.4.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import TINY
from logreg_unlearn.solve.factors import Preconditioner
from logreg_unlearn.solve.linesearch import RESOLUTION, line_search
from logreg_unlearn.solve.passes import Iterate
from logreg_unlearn.solve.rowspace import MarginRows

DEAR = 8.0
"""Evaluations in a Hessian from which it pays to go some way without one (d = 200)."""

_MEMORY = 12
_TRIAL = 4
"""Steps whose rate is trusted to last."""


class Secants:
    """An inverse Hessian from a factor, or from a length alone, and pairs of differences."""

    def __init__(self, factor: Preconditioner | None, length: float) -> None:
        self._factor, self._length = factor, length
        self._pairs: deque[tuple[Array, Array, float]] = deque(maxlen=_MEMORY)

    def add(self, step: Array, change: Array) -> None:
        """Learn that the gradient changed by ``change`` along ``step``."""
        product = float(np.dot(step, change))
        if product > 0:
            self._pairs.append((step, change, product))
            if self._factor is None:
                self._length = product / float(np.dot(change, change))

    def solve(self, here: Iterate) -> Array:
        """Return the inverse Hessian times the gradient at a point."""
        vector, shares = here.gradient.copy(), []
        for step, change, product in reversed(self._pairs):
            share = float(np.dot(step, vector)) / product
            vector -= share * change
            shares.append(share)
        if self._factor is None:
            vector *= self._length
        else:
            vector = self._factor.solve(here._replace(gradient=vector))
        for (step, change, product), share in zip(self._pairs, reversed(shares), strict=True):
            vector += (share - float(np.dot(change, vector)) / product) * step
        return vector


def quasi_newton(
    space: MarginRows,
    start: Iterate,
    target: float,
    budget: int,
    factor: Preconditioner | None,
    trial: float | None = None,
) -> tuple[Iterate, int, Preconditioner | None]:
    """Iterate from an evaluated point; parameters and returns as in ``newton.refine``.

    ``trial`` is the number of steps before a Hessian is thought of, for a factor of less than one.
    """
    if not math.isfinite(start.norm):  # the exponential loss overflowed: a start is only a hint
        start = space.evaluate(np.zeros_like(start.w))
    here = best = start
    metric = Secants(factor, 1.0 / max(float(space.objective.gradient_scale()), TINY))
    norms, stalled, steps = [here.norm], 0, 0
    # steps as dear as a Hessian come before the first, which then is formed nearer the end
    if trial is None:
        trial = space.renewal if factor is None else _TRIAL
    while steps < budget and stalled < 3 and target < here.norm < math.inf:
        direction = metric.solve(here)
        fall = float(np.dot(direction, here.gradient))
        there = _step(space, here, direction, fall)
        steps += 1
        if not math.isfinite(there.norm):
            break
        metric.add(there.w - here.w, there.gradient - here.gradient)
        here = there
        if here.norm >= 0.9 * best.norm and fall <= RESOLUTION * space.value(here):
            stalled += 1
        if here.norm < best.norm:
            best = here
        norms.append(here.norm)
        if here.norm > target and _hessian_pays(norms, target, space.renewal, trial):
            metric, factor = Secants(None, 0.0), None  # the memory of the old one is needed
            factor = space.factor(here)
            if factor is None:
                break
            metric, norms, trial = Secants(factor, 0.0), [here.norm], _TRIAL
    if steps:  # the margins were updated step by step: what is certified are those of w
        best = space.evaluate(best.w)
    return best, steps, factor


def _step(space: MarginRows, here: Iterate, direction: Array, fall: float) -> Iterate:
    """Go to the minimiser along ``-direction``: one pass, whatever the length."""
    dz = space.along(-direction)
    constant, linear = space.ridge_along(here, direction)
    margins = here.margins + dz
    slopes = space.slopes(margins)
    last = float(np.dot(slopes, dz)) + constant + linear
    if abs(last) <= space.exact * fall:
        return space.at_margins(here.w - direction, margins, slopes)
    t = line_search(space, here, dz, direction, -fall, last)
    margins = here.margins + t * dz
    return space.at_margins(here.w - t * direction, margins, space.slopes(margins))


def _hessian_pays(norms: list[float], target: float, renewal: float, trial: float) -> bool:
    """Whether the rate of the last steps promises more of them than a Hessian costs."""
    steps = min(_TRIAL, len(norms) - 1)
    if len(norms) <= trial:
        return False
    fall = math.log(norms[-1] / norms[-1 - steps]) / steps
    return fall >= 0 or target <= 0 or math.log(target / norms[-1]) / fall > renewal + 5.0
