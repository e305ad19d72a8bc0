r"""Where a cycle of gradient steps on several objectives ends, certified.

One cycle is a map M, the product of the steps :math:`S_k(w) = w - \eta\nabla J_k(w)`.  Newton's
method finds a fixed point; if M contracts the ball around it that reaches to the iterate, the
iteration ends there (Banach).  With :math:`n_k` the norm of :math:`S_k'` at the centre's path,
:math:`T_k` the Lipschitz constant of the Hessian and :math:`r_k` the radius that the ball has
grown to,

.. math:: \|M'\| \le \|M'(\text{centre})\| + \prod_k(n_k + \eta T_k r_k) - \prod_k n_k,
          \qquad r_{k+1} = (n_k + \eta T_k r_k)\,r_k .
"""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.softmax import SoftmaxObjective

_NEWTON = 20
"""Newton steps to the fixed point: from inside the ball that will be certified they are few."""
_ROUNDING = 1e-12
"""Share of norms and of steps that the computed ones are trusted to; rounding is near 1e-15."""


def fixed_point(
    objectives: tuple[Objective | SoftmaxObjective, ...], start: Array, step_size: float
) -> tuple[Array, float] | None:
    """Return the limit of the cycles from ``start`` and its certified radius, or None.

    Parameters
    ----------
    objectives : tuple of Objective or SoftmaxObjective
        Without batch axes, in the order of the steps.
    start : ndarray (d,)
    step_size : float
    """
    used = tuple(o.with_rows(o.coefficients != 0) for o in objectives)
    centre = start
    for _ in range(_NEWTON):
        path, product, _ = _linearised(used, centre, step_size)
        moved = path[-1] - centre
        if not (np.all(np.isfinite(moved)) and np.all(np.isfinite(product))):
            return None
        try:
            change = np.linalg.solve(np.eye(len(centre)) - product, moved)
        except np.linalg.LinAlgError:
            return None
        centre = centre + change
        if np.linalg.norm(change) <= _ROUNDING * np.linalg.norm(centre):
            break
    return _certified(used, centre, start, step_size)


def _certified(
    objectives: tuple[Objective | SoftmaxObjective, ...],
    centre: Array,
    start: Array,
    step_size: float,
) -> tuple[Array, float] | None:
    path, product, norms = _linearised(objectives, centre, step_size)
    if not np.all(np.isfinite(product)):
        return None
    lengths = np.linalg.norm(np.diff(path, axis=0), axis=1).sum()
    moved = float(np.linalg.norm(path[-1] - centre))
    moved += _ROUNDING * float(np.linalg.norm(centre) + lengths)
    slowness = 1.0 - float(np.linalg.norm(product, 2))
    if not slowness > 0.0:
        return None
    # the ball holds the start, and the fixed point if M contracts half as well in all of it
    reach = float(np.linalg.norm(start - centre)) + 2.0 * moved / slowness
    radius, plain, grown = reach, 1.0, 1.0
    for objective, point, norm in zip(objectives, path, norms, strict=False):
        third = objective.hessian_lipschitz(point, radius)
        rate = norm + step_size * third * radius
        radius, plain, grown = rate * radius, plain * norm, grown * rate
    slowness -= grown - plain + _ROUNDING * len(objectives) * max(grown, 1.0)
    if not slowness > 0.0 or moved / slowness > reach:
        return None
    return centre, moved / slowness


def _linearised(
    objectives: tuple[Objective | SoftmaxObjective, ...], w: Array, step_size: float
) -> tuple[Array, Array, list[float]]:
    """Return the path (K+1, d) of a cycle, its derivative (d, d), and the factors' norms."""
    path, product = [w], np.eye(len(w))
    norms: list[float] = []
    for objective in objectives:
        factor = np.eye(len(w)) - step_size * objective.hessian(w)
        if not np.all(np.isfinite(factor)):
            return np.array(path), np.full_like(product, np.inf), norms
        norms.append(float(np.abs(np.linalg.eigvalsh(factor)).max()))
        product = factor @ product
        w = w - step_size * objective.gradient(w)
        path.append(w)
    return np.array(path), product, norms
