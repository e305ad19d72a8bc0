r"""Whether the one weight without a ridge, an intercept, has escaped for ever: the logistic loss.

Far out the slopes of the loss hardly change any more, and what is left of the gradient pushes the
free weight v on.  Suppose that :math:`v \ge V` (or its mirror image) and that the other weights u
lie in the ball :math:`\|u\| \le C`.  Then every margin lies in an interval, so does every slope
:math:`\varphi'(z_i) \in [l_i, h_i] \subseteq [-1, 0]`, and with midpoints m and half-widths r

* :math:`\|\sum_i c_i m_i a_i\| + \sum_i |c_i| r_i \|a_i\| \le \lambda C`, the rows without the free
  column: a step :math:`u \leftarrow (1-\eta\lambda)u - \eta g` with :math:`\eta\lambda \le 1` stays
  in the ball;
* :math:`\sum_i \max_{[l_i, h_i]} c_i a_{iv}\varphi' < 0`, summed over the objectives of a cycle: v
  grows with every cycle by at least the same amount.

Both together hold for ever once they hold, so the weights leave every bounded set.
"""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import row_lengths
from logreg_unlearn.problem.objective import Objective

_ROUNDING = 1e-9
"""Share of sums of magnitudes that their computed values are trusted to; rounding is 1e-16 n."""
_SMALLEST = 1e-6
"""Least ball to try, as a share of the free weight: its margins are known to 1e-6."""
_BALLS = 1.5 ** np.arange(40)
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
    ridges = np.array([o.ridge_diagonal for o in objectives])
    free = np.flatnonzero((ridges == 0).all(axis=0))
    bounded = np.isfinite(objectives[0].loss.curvature_bound)
    if len(free) != 1 or not bounded or step_size * ridges.max() > 1.0:
        return False
    j = int(free[0])
    size = max(float(np.linalg.norm(np.delete(w, j))), float(abs(w[j])) * _SMALLEST)
    return any(_stays_outside(objectives, w, int(j), step_size, size * ball) for ball in _BALLS)


def _stays_outside(
    objectives: tuple[Objective, ...], w: Array, j: int, step_size: float, radius: float
) -> bool:
    side = np.sign(w[j])
    # within a cycle it may step back by no more than this
    back = step_size * sum(
        float(np.abs(o.coefficients) @ np.abs(o.signed_features[:, j])) for o in objectives
    )
    least, push = abs(w[j]) - back, 0.0
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
        size = float(np.abs(c) @ lengths)
        pull = float(np.linalg.norm((c * middle) @ rows)) + float((np.abs(c) * half) @ lengths)
        ridge = float(np.max(objective.ridge_diagonal))
        if not pull + _ROUNDING * size <= ridge * radius:
            return False
        worst = np.maximum(c * along * low, c * along * high)
        push += float(worst.sum()) + _ROUNDING * float(np.abs(c) @ np.abs(along))
    return push < 0.0
