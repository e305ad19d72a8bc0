r"""Whether the one weight without a ridge, an intercept, has escaped for ever: the logistic loss.

Far out the slopes of the loss hardly change any more, and what is left of the gradient pushes the
free weight v on.  Suppose that :math:`v \ge V` (or its mirror image) and that the other weights u
lie in the ball :math:`\|u\| \le C`.  Then every margin lies in an interval, so does every slope
:math:`\varphi'(z_i) \in [l_i, h_i] \subseteq [-1, 0]`, and with midpoints m and half-widths r

* a step :math:`u \leftarrow (1-\eta\lambda)u - \eta g` takes u no farther out than
  :math:`|1-\eta\lambda|\,\|u\| + \eta p`, :math:`p = \|\sum_i c_i m_i a_i\| + \sum_i |c_i|
  r_i \|a_i\|` by the rows without the free column.  A cycle of such steps, of which the ridges
  take the share 1 - q and the pulls add at most P, ends within :math:`\rho = \max(\|u\|,
  \frac P{1-q})` if it begins there; if none of its steps leaves C, no cycle ever does;
* :math:`\sum_i \max_{[l_i, h_i]} c_i a_{iv}\varphi' < 0`, summed over the objectives of a cycle: v
  grows with every cycle by at least the same amount.

Both together hold for ever once they hold, so the weights leave every bounded set.
"""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS, row_lengths
from logreg_unlearn.problem.objective import Objective

ROUNDING = 1e-9
"""Share of sums of magnitudes that their computed values are trusted to; rounding is 1e-16 n."""
SMALLEST = 1e-6
"""Least ball to try, as a share of the free weight: its margins are known to 1e-6."""
BALLS = 1.5 ** np.arange(40)
"""Balls to try, in units of the least: to 10^7 times, where no margin is known any more."""


def escapes(objectives: tuple[Objective, ...], w: Array, step_size: float) -> bool:
    """Whether gradient steps from ``w`` provably carry its only free weight away for ever.

    Parameters
    ----------
    objectives : tuple of Objective
        The cycle, without batch axes.
    w : ndarray (d,)
        Where a cycle begins.
    step_size : float
    """
    free = np.flatnonzero(np.all([o.ridge_diagonal == 0 for o in objectives], axis=0))
    if len(free) != 1 or not np.isfinite(objectives[0].loss.curvature_bound):
        return False
    j = int(free[0])
    start = float(np.linalg.norm(np.delete(w, j)))
    least = max(start, float(abs(w[j])) * SMALLEST)
    return any(_stays_outside(objectives, w, j, step_size, start, least * ball) for ball in BALLS)


def stay_inside(
    radius: float, start: float, shares: list[float], pulls: list[float], step_size: float
) -> bool:
    """Whether cycles of steps stay within the radius for ever.

    Parameters
    ----------
    radius : float
    start : float
        Norm at which a cycle begins.
    shares : list of float
        What each step's ridge leaves of the norm.
    pulls : list of float
        Norms of the gradients without the ridge, at most, within the radius.
    step_size : float
    """
    left, added = 1.0, 0.0
    for share, pull in zip(shares, pulls, strict=True):
        left, added = share * left, share * added + step_size * pull
    lost = 1.0 - left - 4 * EPS * len(shares)
    norms = [max(start, added / lost) if lost > 0.0 else np.inf]
    for share, pull in zip(shares, pulls, strict=True):
        norms.append(share * norms[-1] + step_size * pull)
    return all(norm <= radius for norm in norms)


def _stays_outside(
    objectives: tuple[Objective, ...],
    w: Array,
    j: int,
    step_size: float,
    start: float,
    radius: float,
) -> bool:
    side = np.sign(w[j])
    # within a cycle it may step back by no more than this
    back = step_size * sum(
        float(np.abs(o.coefficients) @ np.abs(o.signed_features[:, j])) for o in objectives
    )
    least, push, pulls = abs(w[j]) - back, 0.0, []
    for objective in objectives:
        c, along = objective.coefficients, side * objective.signed_features[:, j]
        rows = objective.signed_features.copy()
        rows[:, j] = 0.0
        lengths = row_lengths(rows)
        centre = along * least + (0.0 if objective.offset is None else objective.offset)
        slope = objective.loss.derivative
        low = np.where(along < 0, -1.0, slope(centre - lengths * radius))
        high = np.where(along > 0, 0.0, slope(centre + lengths * radius))
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        pull = float(np.linalg.norm((c * middle) @ rows))
        pulls.append(pull + float((np.abs(c) * (half + ROUNDING)) @ lengths))
        worst = np.maximum(c * along * low, c * along * high)
        push += float(worst.sum()) + ROUNDING * float(np.abs(c) @ np.abs(along))
    ridges = [np.delete(o.ridge_diagonal, j) for o in objectives]
    shares = [float(np.abs(1.0 - step_size * own).max(initial=0.0)) for own in ridges]
    return push < 0.0 and stay_inside(radius, start, shares, pulls, step_size)
