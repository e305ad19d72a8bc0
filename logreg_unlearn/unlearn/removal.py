r"""Removal without ascent: the Newton (influence) step towards the retrained optimum."""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem


def newton_removal(problem: UnlearningProblem, w: Array, steps: int = 1) -> Array:
    r"""Take Newton steps on the retained data, :math:`w - H_R(w)^{-1}\nabla L_R(w)`.

    From the original optimum one step is the influence-function update; it equals an ascent
    step on the forget loss preconditioned by :math:`H_R^{-1}`
    (claim ``newton_step_is_scaled_ascent``).

    Parameters
    ----------
    problem : UnlearningProblem
    w : ndarray (d,)
        Usually the original optimum.
    steps : int
        At least 0.

    Returns
    -------
    ndarray (d,)

    Raises
    ------
    ValueError
        If ``steps`` is negative, or the retain Hessian is not positive definite (possible only
        with unpenalised columns).
    """
    if steps < 0:
        raise ValueError(f"expected steps >= 0, got {steps}")
    from scipy.linalg import cho_factor, cho_solve

    objective = problem.oracle()
    w = np.array(w, dtype=np.float64)
    for _ in range(steps):
        try:
            factor = cho_factor(objective.hessian(w))
        except np.linalg.LinAlgError:
            raise ValueError(
                "expected a positive definite retain Hessian, got one that is singular"
            ) from None
        w = w - cho_solve(factor, objective.gradient(w))
    return w
