r"""What becomes of an iteration when its steps go on: its limit, where that can be proved.

Of the last phase's steps :math:`w \leftarrow w - \eta\nabla J(w)` it can be proved that they

* **end at the minimiser** of a J that is convex with a certified minimiser, where
  :math:`\eta L < 2` for a bound L of the curvature everywhere (Nesterov, *Introductory Lectures*,
  Theorem 2.1.14); J may have negative coefficients that the ridge outweighs everywhere;
* **end at a local minimum** w* with :math:`0 \prec \nabla^2 J \prec 2/\eta` in the ball around w*
  that holds the point reached: every step from there on shrinks the distance to w*;
* **end on a cycle** of points around a fixed point of several objectives' steps, of which the one
  where the cycle begins is meant (:mod:`logreg_unlearn.assess.cycle`);
* **go away for ever** along a direction v without ridge, if all :math:`c_i\,a_i\cdot v \ge 0` and
  one is above 0 (over the objectives of a cycle): :math:`v\cdot w` rises with every cycle, on a
  bounded set by at least some amount, so that no bounded set holds the iterates; of softmax the
  same of all :math:`c_i\,[(Vx_i)_{y_i} - (Vx_i)_k]`, as :math:`-\langle V, \nabla J\rangle` is
  their sum weighted by :math:`\pi_{ik} > 0`, for the V of mean 0 over the classes, of which the
  ridge takes nothing;
* **go away for ever** if they ascend a convex f without ridge (all :math:`c_i \le 0`) from a slope
  that is not 0: monotone gradients give :math:`\|\nabla f(w^+)\| \ge \|\nabla f(w)\|`, so f grows
  by at least :math:`\eta\|\nabla f\|^2` a step, beyond every bound that it has on a bounded set;
* **go away for ever** with a free intercept that is far out and is pushed on whatever the other
  weights do (:mod:`logreg_unlearn.assess.escape`; of softmax
  :mod:`logreg_unlearn.assess.class_escape`).

Anything else is as of the last step.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

import numpy as np

from logreg_unlearn.assess.class_escape import classes_escape
from logreg_unlearn.assess.cycle import fixed_point
from logreg_unlearn.assess.escape import escapes
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.protocol import SmoothObjective
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve.existence import falls_for_ever
from logreg_unlearn.solve.optimum import Optimum, minimise
from logreg_unlearn.unlearn.driver import Phase
from logreg_unlearn.unlearn.trajectory import Trajectory

_Objective: TypeAlias = Objective | SoftmaxObjective

_FLAT = 1e-8
"""Share of the largest gradient above which a computed one is not 0; rounding is near 1e-16."""
_ROUNDING = 1e-9
"""Share of the largest eigenvalue that the computed ones are trusted to; rounding is 1e-16 n d."""


class LimitKind(Enum):
    """What is known of the iteration's limit."""

    POINT = "certified: it ends at a point"
    AWAY = "proved: it goes away for ever"
    OVERFLOW = "it left the range of floating point"
    UNKNOWN = "nothing is proved beyond the last step"


@dataclass(frozen=True, eq=False)
class Limit:
    """Where an iteration ends if its steps go on.

    Attributes
    ----------
    kind : LimitKind
    w : ndarray (d,) or None
        The limit, where it is a point.
    radius : float
        The exact limit lies within this distance of ``w``.
    left : float
        Distance that the run had left to it (of several objectives, once its cycle was complete).
    """

    kind: LimitKind
    w: Array | None = None
    radius: float = 0.0
    left: float = np.inf

    def __repr__(self) -> str:
        where = "" if self.w is None else f", ||w||={np.linalg.norm(self.w):.4g}"
        return f"Limit({self.kind.name}{where})"


def limit_of(trajectory: Trajectory, last: Phase, taken: int) -> Limit:
    """Return what can be proved of a trajectory's limit.

    Parameters
    ----------
    trajectory : Trajectory
    last : Phase
        The last phase of its method, the one whose steps go on.
    taken : int
        Steps that it took in this phase.
    """
    if trajectory.diverged:
        return Limit(LimitKind.OVERFLOW)
    objectives = tuple(o for o in last.objectives if isinstance(o, Objective | SoftmaxObjective))
    with np.errstate(over="ignore", invalid="ignore"):
        if len(objectives) < len(last.objectives):  # no sums of losses of rows: of one, a minimum
            alone = len(last.objectives) == 1
            near = _minimum_nearby(last.objectives[0], trajectory) if alone else None
            return _point(None if near is None else (near.w, near.radius), trajectory.w[-1])
        end = _cycle_end(trajectory, objectives, taken * last.per_step)
        if _goes_away(trajectory, objectives) or _escapes(objectives, end, trajectory.step_size):
            return Limit(LimitKind.AWAY)
        if len(objectives) == 1:
            optimum = _minimiser(objectives[0], trajectory)
            found = None if optimum is None else (optimum.w, optimum.radius)
        else:
            found = fixed_point(objectives, end, trajectory.step_size)
    return _point(found, end)


def _point(found: tuple[Array, float] | None, end: Array) -> Limit:
    """Return the limit of steps that ended at a point: another one and its radius, if found."""
    if found is None:
        return Limit(LimitKind.UNKNOWN)
    return Limit(LimitKind.POINT, *found, left=float(np.linalg.norm(end - found[0])))


def _escapes(objectives: tuple[_Objective, ...], end: Array, step_size: float) -> bool:
    by_margins = tuple(o for o in objectives if isinstance(o, Objective))
    if by_margins:
        return escapes(by_margins, end, step_size)
    by_classes = tuple(o for o in objectives if isinstance(o, SoftmaxObjective))
    return classes_escape(by_classes, end, step_size)


def _cycle_end(trajectory: Trajectory, objectives: tuple[_Objective, ...], visited: int) -> Array:
    """Return the last point, after the steps that its cycle still had to do."""
    w, begun = trajectory.w[-1], visited % len(objectives)
    for objective in objectives[begun:] if begun else ():
        w = w - trajectory.step_size * objective.gradient(w)
    return w


def same_minimiser(one: SmoothObjective, other: SmoothObjective) -> bool:
    """Whether one objective is the other times a factor > 0, however it is written.

    They are sums of few functions that random points tell apart: their gradients are compared at
    three, where the margins are of the order of 1.
    """
    unit = min(o.unit_length() for o in (one, other))
    points = np.random.default_rng(0).standard_normal((3, one.dimension)) * min(unit, 1e150)
    with np.errstate(over="ignore", invalid="ignore"):
        g, h = (np.concatenate([o.gradient(p) for p in points]) for o in (one, other))
        factor = float(g @ h) / float(h @ h)
        return bool(factor > 0 and np.linalg.norm(g - factor * h) <= 1e-12 * np.linalg.norm(g))


def _goes_away(trajectory: Trajectory, objectives: tuple[_Objective, ...]) -> bool:
    used = [o.with_rows(o.coefficients != 0) for o in objectives]
    free = np.all([o.ridge_diagonal == 0 for o in used], axis=0)
    if not free.any():
        return False
    if len(used) == 1 and free.all() and np.all(used[0].coefficients < 0):
        slope, largest = trajectory.gradient_norm[-1], float(used[0].gradient_scale())
        return bool(slope > _FLAT * largest)
    return falls_for_ever(*used)


def _minimiser(objective: _Objective, trajectory: Trajectory) -> Optimum | None:
    """Return the certified minimum at which the steps provably end."""
    objective = objective.with_rows(objective.coefficients != 0)
    if objective.convex or _convex_everywhere(objective):
        bound = objective.curvature_bound()
        if trajectory.step_size * bound < 2.0 * (1.0 - _ROUNDING):
            found = minimise(objective, trajectory.oracle.w)
            if found.converged:
                return found
    return _minimum_nearby(objective, trajectory)


def _minimum_nearby(objective: SmoothObjective, trajectory: Trajectory) -> Optimum | None:
    """Return the certified minimum that draws the steps from their end."""
    end = trajectory.w[-1]
    found = minimise(objective, end)
    return found if found.converged and _draws(objective, found, end, trajectory) else None


def _convex_everywhere(objective: _Objective) -> bool:
    """Whether the ridge outweighs the negative coefficients at the largest curvature."""
    if isinstance(objective, SoftmaxObjective):
        # diag pi - pi pi' is at most 1/2, on the weights of mean 0; the others carry the ridge
        rows, bound = objective.features, 0.5
    else:
        rows, bound = objective.signed_features, objective.loss.curvature_bound
    if not np.isfinite(bound):
        return False
    negative = np.minimum(objective.coefficients, 0.0) * bound
    lowest = np.diag(objective.ridge_diagonal[: rows.shape[1]]) + (rows.T * negative) @ rows
    if not np.all(np.isfinite(lowest)):
        return False
    eigenvalues = np.linalg.eigvalsh(lowest)
    return bool(eigenvalues[0] > _ROUNDING * np.abs(eigenvalues).max())


def _draws(objective: SmoothObjective, found: Optimum, end: Array, trajectory: Trajectory) -> bool:
    """Whether the steps contract towards a minimum in the ball that reaches to the end point."""
    reach = float(np.linalg.norm(end - found.w)) + 2.0 * found.radius
    slack = reach * objective.hessian_lipschitz(found.w, reach)
    eigenvalues = np.linalg.eigvalsh(objective.hessian(found.w))
    slack += _ROUNDING * float(np.abs(eigenvalues).max())
    step = trajectory.step_size
    return bool(eigenvalues[0] > slack and step * (eigenvalues[-1] + slack) < 2.0)
