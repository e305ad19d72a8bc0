r"""Whether the intercepts without a ridge of a softmax model have run off for ever.

Let :math:`t_i \ge 0` be the values of the one free column (one of :math:`t_i \le 0` is turned
over), b its K weights, U the other weights and x the rows without it.  Let S be s classes that are
ahead, D the others, behind, and :math:`g_k = \mathrm{mean}_S b - b_k` their arrears.  Suppose that
:math:`g_k \ge V_k` for all k in D and :math:`\|U\|_F \le C`.

* **What is behind is unlikely.**  By Jensen :math:`\sum_S e^{u_{il}} \ge s\,e^{\mathrm{mean}_S
  u_i}`, and :math:`\|U_k - \mathrm{mean}_S U\| \le \sqrt{1+1/s}\,\|U\|_F`.  So the odds of k in D
  against S are at most :math:`B_{ik} = \frac1s\exp(o_{ik} - \mathrm{mean}_S o_i - t_i V_k +
  \sqrt{1+1/s}\,\|x_i\| C)`; with :math:`B_i = \sum_D B_{ik}`,

  .. math:: \pi_{ik} \le \beta_{ik} = \frac{B_{ik}}{1 + B_{ik}}, \qquad
            \pi_i(D) \le \mu_i = \frac{B_i}{1 + B_i}.

  How S shares the rest is not known, and is not asked.
* **The ball holds the other weights**, as of two classes (:mod:`logreg_unlearn.assess.escape`).
  Their slopes are :math:`c_i(\pi_i - e_{y_i})x_i^\top`, and :math:`\pi_i` is no farther than
  :math:`r_i` from :math:`\mathbf 1_S/s`, where :math:`r_i^2` is the larger value at :math:`\mu = 0`
  and :math:`\mu_i` of the convex :math:`(1-\frac1s)(1-2\mu) + 2\mu^2`, the largest at
  :math:`\pi_i(D) = \mu` (all of S in one class, all of D in another).  So they pull by at most
  :math:`\|\sum_i c_i(\mathbf 1_S/s - e_{y_i})x_i^\top\|_F + \sum_i |c_i|\,\|x_i\| r_i`.
* **The arrears grow.**  A step adds to :math:`g_k`, divided by :math:`\eta`,
  :math:`\sum_i c_i t_i \{\pi_{ik} + \frac{\pi_i(D)}s - [y_i = k] - \frac{[y_i \in D]}s\}`: what the
  ridge does to the mean over the classes is in no difference.  It is at least

  .. math:: -\sum_{y_i = k} c_i t_i - \frac1s\sum_{y_i \in D} c_i t_i
            - \sum_{c_i < 0} |c_i| t_i\Bigl(\beta_{ik} + \frac{\mu_i}s\Bigr).

  Where its sum over the objectives of a cycle is above 0 for every k in D, all arrears grow with
  every cycle by at least the same amount.  Within a cycle they may step back by at most
  :math:`\eta(1+\frac1s)\sum |c_i| t_i`, which the :math:`V_k` allow for.

All of it together holds for ever once it holds, so that b leaves every bounded set.  Conversely,
intercepts that run off linearly, the slowest class behind, are known to in the end: C need be no
more than :math:`\sqrt2\sum |c_i|\|x_i\|/\lambda`, and at this C the odds go to 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from logreg_unlearn.assess.escape import (
    BALLS,
    ROUNDING,
    SMALLEST,
    stay_inside,
)
from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.norms import row_lengths
from logreg_unlearn.problem.softmax import SoftmaxObjective

_LARGEST = 700.0
"""Exponent whose odds are as good as certain, and do not overflow."""


class _Part(NamedTuple):
    """An objective with its free column (n,) apart: the rest of the rows (n, d), their lengths."""

    objective: SoftmaxObjective
    column: Array
    rest: Array
    lengths: Array


def classes_escape(objectives: tuple[SoftmaxObjective, ...], w: Array, step_size: float) -> bool:
    """Whether gradient steps from ``w`` provably carry its one free column away for ever.

    Parameters
    ----------
    objectives : tuple of SoftmaxObjective
        The cycle.
    w : ndarray (K*d,)
        Where a cycle begins.
    step_size : float
    """
    free = np.all([o.ridge_diagonal == 0 for o in objectives], axis=0)
    if np.count_nonzero(free) != objectives[0].count:  # one column
        return False
    j = int(np.flatnonzero(free)[0])
    values = np.concatenate([o.features[:, j] for o in objectives])
    side = 1.0 if (values >= 0).all() else -1.0
    if not (side * values >= 0).all():
        return False
    weights = objectives[0].matrix(w).copy()
    b = side * weights[:, j]
    weights[:, j] = 0.0
    parts = []
    for objective in objectives:
        rest = objective.features.copy()
        rest[:, j] = 0.0
        parts.append(_Part(objective, side * objective.features[:, j], rest, row_lengths(rest)))
    start = float(np.linalg.norm(weights))
    balls = max(start, float(np.ptp(b)) * SMALLEST) * BALLS
    shares = [abs(1.0 - step_size * objective.ridge) for objective in objectives]
    ranks = np.argsort(np.argsort(-b))

    def stay_behind(ahead: Mask) -> bool:
        """Whether the classes that are not ahead provably fall back for ever."""
        arrears, push = _least(parts, b, ahead, step_size)
        for radius in balls:
            odds = [_odds(part, arrears, ahead, radius) for part in parts]
            pulled = sum(_pulled(*both, ahead) for both in zip(parts, odds, strict=True))
            if not np.all(push > pulled):  # a larger ball knows less of the odds
                return False
            pulls = [_pull(*both, ahead) for both in zip(parts, odds, strict=True)]
            if stay_inside(radius, start, shares, pulls, step_size):
                return True
        return False

    return any(stay_behind(ranks < size) for size in range(1, len(b)))


def _least(parts: list[_Part], b: Array, ahead: Mask, step_size: float) -> tuple[Array, Array]:
    """Return the arrears (K - s,), at least, and how fast they grow without the ascended rows."""
    share, behind = 1.0 / np.count_nonzero(ahead), ~ahead
    moved = sum(float(np.abs(p.objective.coefficients) @ p.column) for p in parts)
    arrears = b[ahead].mean() - b[behind]
    arrears = arrears - step_size * (1.0 + share) * moved - ROUNDING * float(np.abs(b).max())
    push = np.full(len(arrears), -2.0 * ROUNDING * moved)
    for objective, column, _, _ in parts:
        weights = objective.coefficients * column
        counted = np.bincount(objective.classes, weights, minlength=objective.count)[behind]
        push -= counted + share * counted.sum()
    return arrears, push


def _odds(part: _Part, arrears: Array, ahead: Mask, radius: float) -> Array:
    """Bound the odds (n, K - s) of each class behind against those ahead."""
    share = 1.0 / np.count_nonzero(ahead)
    turned = np.sqrt(1.0 + share) * radius * part.lengths[:, None]
    lagging = part.column[:, None] * arrears
    exponent = turned - lagging + ROUNDING * (turned + np.abs(lagging))
    offset = part.objective.offset
    if offset is not None:
        exponent += offset[:, ~ahead] - offset[:, ahead].mean(axis=1)[:, None]
        exponent += ROUNDING * np.abs(offset).max(axis=1)[:, None]
    return np.asarray(share * np.exp(np.minimum(exponent, _LARGEST)))


def _pulled(part: _Part, odds: Array, ahead: Mask) -> Array:
    """Bound by how much the ascended rows can shorten the arrears (K - s,)."""
    share, total = 1.0 / np.count_nonzero(ahead), odds.sum(axis=1, keepdims=True)
    ascended = np.maximum(-part.objective.coefficients, 0.0) * part.column
    return np.asarray(ascended @ (odds / (1.0 + odds) + share * total / (1.0 + total)))


def _pull(part: _Part, odds: Array, ahead: Mask) -> float:
    """Bound the norm of the data part's gradient in the other weights."""
    share, total, c = 1.0 / np.count_nonzero(ahead), odds.sum(axis=1), part.objective.coefficients
    slopes = np.tile(share * ahead, (len(c), 1))
    slopes[np.arange(len(c)), part.objective.classes] -= 1.0
    middle = float(np.linalg.norm((c[:, None] * slopes).T @ part.rest))
    mass = total / (1.0 + total)
    unknown = (1.0 - share) * (1.0 - 2.0 * mass) + 2.0 * np.square(mass)
    reach = np.sqrt(np.maximum(unknown, 1.0 - share))
    return middle + float((np.abs(c) * (reach + ROUNDING)) @ part.lengths)
