r"""Certified removal: training with a random linear term, then Newton steps that its noise hides.

Guo et al., arXiv 1911.03030: train :math:`L_D(w) + b\cdot w`, b normal of size sigma, and remove
by the Newton step of ``L_R`` with the same term.  With u the step's margins on the retained rows,
what is left of the gradient is

.. math:: \|\nabla\| \le \|C^{1/2}A_R\|_2\Big(\sum_R c_i r_i^2\Big)^{1/2},\qquad
          r_i = \min\Big(\tfrac12\sup|\varphi'''|\,u_i^2,\;\varphi''(z_i)(e^{|u_i|}-1-|u_i|)\Big),

for coefficients c; the published bound is :math:`\gamma\|X_R\|_2\|\Delta\|\|X_R\Delta\|` with
:math:`\gamma=\tfrac14`, and needs :math:`\max\|x_i\|` as a factor where rows are longer than 1.

The published budget, residual at most :math:`\sigma\varepsilon/\sqrt{2\ln(1.5/\delta)}`, takes the
residual for independent of b, which it is not: it is given **as published** and can be violated.
What is sound is to train without b, remove, and add noise for the certified distance.

A linear term is a shift where every weight that it touches carries the ridge: with
:math:`v = w + b/\lambda`, :math:`L(w)+b\cdot w` is the same objective in v, its margins offset by
:math:`-A b/\lambda`, up to a constant.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.norms import EPS, euclidean
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.solve.radius import ridge_radius
from logreg_unlearn.unlearn.removal.requests import remaining
from logreg_unlearn.unlearn.removal.result import Removal, hessian_passes, retained_share, solve


def with_linear_term(objective: Objective, b: Array) -> tuple[Objective, Array]:
    """Return the objective plus ``b . w`` as one of ``w + shift``, and the shift (d,).

    Raises
    ------
    ValueError
        If b is not 0 on a coordinate without ridge, or the objective is one of more classes.
    """
    if not isinstance(objective, Objective):
        raise ValueError(f"expected an objective of two classes, got {type(objective).__name__}")
    free = objective.ridge_diagonal == 0.0
    if np.any(b[free] != 0.0):
        raise ValueError("expected a linear term on penalised columns alone, got one without ridge")
    shift = b / np.where(free, 1.0, objective.ridge_diagonal)
    moved = -(objective.signed_features @ shift)
    offset = moved if objective.offset is None else objective.offset + moved
    return replace(objective, offset=offset), shift


def train_perturbed(problem: UnlearningProblem, sigma: float, seed: int = 0) -> tuple[Array, Array]:
    """Train the original with a random linear term.

    Parameters
    ----------
    problem : UnlearningProblem
    sigma : float
        Standard deviation of the term's entries, at least 0, in the units of the gradient of
        ``L_D``; columns without ridge get none.
    seed : int

    Returns
    -------
    w, b : ndarray (d,)
        Weights, and the term, which the removal needs and nobody else may see.

    Raises
    ------
    ValueError
        If sigma is negative, or the solver could not certify a minimum.
    """
    if not sigma >= 0.0:
        raise ValueError(f"expected sigma >= 0, got {sigma}")
    original = problem.original()
    b = sigma * np.random.default_rng(seed).standard_normal(original.dimension)
    b[original.ridge_diagonal == 0.0] = 0.0
    objective, shift = with_linear_term(original, b)
    found = minimise(objective)
    if not found.converged:
        raise ValueError(f"expected a solvable original, got {found.status.value}")
    return found.w - shift, b


def certified_removal(problem: UnlearningProblem, w: Array, b: Array) -> Removal:
    """Take the Newton step on the retained data, the linear term kept.

    Parameters
    ----------
    problem : UnlearningProblem
    w, b : ndarray (d,)
        As `train_perturbed` gives them.

    Returns
    -------
    Removal
        Its sensitivity is the distance to what retraining **with the same term** gives, from one
        more gradient (counted); times the ridge it is the residual of the published budget.

    Raises
    ------
    ValueError
        As `with_linear_term`, and as `newton_removal`.
    """
    # a sum over the rows keeps the term; a mean over fewer rows has more of it
    scale = 1.0 if problem.normalisation == "sum" else 1.0 - problem.forget_fraction
    oracle = problem.oracle()
    objective, shift = with_linear_term(oracle.with_rows(oracle.coefficients != 0), b / scale)
    v = w + shift
    v = v - solve("retain Hessian", objective.hessian(v), objective.gradient(v))
    norm = float(euclidean(objective.gradient(v)))
    end = v - shift
    # the shift, and taking it off, are rounded too
    rounding = EPS * float(euclidean(end) + euclidean(shift))
    sensitivity = ridge_radius(objective, norm, objective.gradient_error(v)) + rounding
    passes = retained_share(problem) * (2.0 + hessian_passes(problem))
    return Removal("certified", end, passes, sensitivity)


def certified_requests(
    problem: UnlearningProblem,
    w: Array,
    b: Array,
    requests: Sequence[Mask],
    *,
    budget: float,
) -> tuple[Removal, ...]:
    """Remove one request after another until the budget is spent.

    Parameters
    ----------
    problem : UnlearningProblem
        Its forget set is not used.
    w, b : ndarray (d,)
        As `train_perturbed` gives them.
    requests : sequence of ndarray of bool (n,)
        Disjoint, over all rows.
    budget : float
        What the residuals may add up to, in the units of b: `published_budget`.  They are added
        as published, though a full Newton step leaves nothing of the one before it.

    Returns
    -------
    tuple of Removal
        As `certified_removal`, costs in passes over *all* rows.  Fewer than the requests where the
        budget was spent: the model has to be retrained with another b before the next.

    Raises
    ------
    ValueError
        As `certified_removal`; if a request asks for a row that is gone.
    """
    gone, done, spent, left = np.zeros(len(problem.labels), dtype=bool), [], 0.0, 1.0
    for request in requests:
        now = remaining(problem, gone, request)
        removal = certified_removal(now, w, b / left)
        gone = gone | request
        if problem.normalisation == "mean":
            left *= 1.0 - now.forget_fraction
        spent += left * problem.ridge * removal.sensitivity
        if not spent <= budget:
            break
        done.append(replace(removal, passes=removal.passes * len(now.labels) / len(gone)))
        w = removal.w
    return tuple(done)


def residual_bound(problem: UnlearningProblem, w: Array, step: Array) -> float:
    """Return the bound above on the oracle's gradient at ``w + step``, ``step`` the Newton step.

    Costs a Hessian; the gradient itself is cheaper and exact.  This one shows what the step's
    length alone implies.
    """
    objective, u, norm = _step_margins(problem, step)
    loss = objective.loss
    size = np.abs(u)
    with np.errstate(over="ignore", invalid="ignore"):
        grown = loss.curvature(objective.margins(w)) * (np.expm1(size) - size)
        # a loss without a bound on its third derivative has the other form alone
        cubic = 0.5 * loss.third_bound * np.square(size)
    rest = np.where(np.isfinite(grown), np.minimum(np.nan_to_num(cubic, nan=0.0), grown), cubic)
    return norm * math.sqrt(float(objective.coefficients @ np.square(rest)))


def published_residual_bound(problem: UnlearningProblem, step: Array) -> float:
    """Return ``(1/4) max||x|| ||X_R|| ||step|| ||X_R step||``, in units of the oracle's gradient.

    The factor ``max||x||``, at least 1, is not in the paper, which assumes rows of at most 1.
    """
    objective, u, norm = _step_margins(problem, step)
    longest = max(1.0, float(objective.lengths().max()))
    along = math.sqrt(float(objective.coefficients @ np.square(u)))
    return 0.25 * longest * norm * float(np.linalg.norm(step)) * along


def published_budget(sigma: float, epsilon: float, delta: float) -> float:
    r"""Return the residual that may pile up, :math:`\sigma\varepsilon/\sqrt{2\ln(1.5/\delta)}`.

    **As published**, not proved here (see the module's text).

    Parameters
    ----------
    sigma, epsilon : float
        Greater than 0.
    delta : float
        In (0, 1).

    Raises
    ------
    ValueError
        If one is outside its range.
    """
    if not (sigma > 0.0 and epsilon > 0.0 and 0.0 < delta < 1.0):
        raise ValueError(
            f"expected sigma and epsilon > 0 and delta in (0, 1), got {sigma}, {epsilon}, {delta}"
        )
    return sigma * epsilon / math.sqrt(2.0 * math.log(1.5 / delta))


def _step_margins(problem: UnlearningProblem, step: Array) -> tuple[Objective, Array, float]:
    """Return the oracle's rows, their margins along the step, and ``||C^(1/2) A_R||``."""
    objective = problem.oracle()
    objective = objective.with_rows(objective.coefficients != 0)
    rows = objective.signed_features
    gram = (rows.T * objective.coefficients) @ rows
    # eigenvalues, not power iterations: twenty of these underestimate the norm
    largest = float(np.linalg.eigvalsh(gram)[-1]) * (1.0 + 8 * sum(rows.shape) * EPS)
    return objective, rows @ step, math.sqrt(largest)
