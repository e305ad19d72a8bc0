r"""Removal along the forgotten rows: the projective residual update and the subspace oracle.

With :math:`x_i` the rows, :math:`g_i` the gradients of their losses at w (multiples of
:math:`a_i=y_ix_i` in two classes, :math:`(\pi_i-e_{y_i})x_i^\top` in K), :math:`H_R` the oracle's
Hessian at w and ``w_N`` the Newton step,

* projective residual update (Izzo et al., arXiv 2002.10077, Theorem 5; sum convention):
  :math:`w + P_F(w_N - w)`, :math:`P_F` the projection on the weights that the logits of the
  forgotten rows see, :math:`\mathrm{span}\{x_i\}_F` for each class;
* subspace oracle: the minimiser of ``L_R`` over
  :math:`w + H_R^{-1}\,\mathrm{span}\{g_i\}_F`, in the mean convention with the ridge's gradient in
  the span as well: ``n_F`` directions, or one more, however many classes there are.

The first needs the forgotten rows alone where the inverse of the original's Hessian is kept, and
pays for it: where they do not span the space it may end farther away than the original.  The
second contains the Newton step, so its retain risk is at most that one's.
"""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.problem.norms import EPS
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.restricted import Restricted
from logreg_unlearn.problem.samples import AnyObjective, contrasts, ridge_gradient, samples_of
from logreg_unlearn.solve.optimum import Optimum, minimise
from logreg_unlearn.solve.passes import HESSIAN
from logreg_unlearn.unlearn.removal.newton import newton_steps
from logreg_unlearn.unlearn.removal.result import (
    Removal,
    hessian_passes,
    inverse_of,
    retained_share,
    weights_of,
)

_PRODUCT = 1.5
"""Passes that a product with a softmax Hessian takes: three products with the rows, not two."""


def projective_update(problem: AnyProblem, w: Array) -> Removal:
    """Return the Newton step's part along the forgotten rows.

    Its cost is a Newton step's and the forgotten rows' normal equations.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    w : ndarray (d,), of K classes (K*d,)
        The original optimum.

    Raises
    ------
    ValueError
        As `newton_removal`.
    """
    step = newton_steps(problem, w)
    rows = samples_of(problem.original().with_rows(problem.forget), w).rows
    basis = _span(rows.T)
    # a class at a time: each has the rows' span to itself
    moved = (step.w - w).reshape(-1, rows.shape[1])
    along = ((moved @ basis) @ basis.T).ravel()
    normal = 1.0 + rows.shape[1] / HESSIAN
    passes = step.passes + (1.0 - retained_share(problem)) * normal
    return Removal("projective", w + along, passes)


def subspace_oracle(problem: AnyProblem, w: Array) -> Removal:
    r"""Minimise the retain objective over the directions in which the forgotten rows act.

    Q is an orthonormal basis that holds the unpenalised coordinates first, and
    :math:`w = (I-QQ^\top)w + Qu`; u starts at the Newton step, which is one of these w.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    w : ndarray (d,), of K classes (K*d,)
        The original optimum.

    Returns
    -------
    Removal
        Where the forgotten rows act in every direction this is retraining, with its certificate,
        and its cost says so.

    Raises
    ------
    ValueError
        As `newton_removal`; if the solver could not certify a minimum.
    """
    oracle, w = problem.oracle(), weights_of(problem, w)
    oracle = oracle.with_rows(oracle.coefficients != 0)
    samples = samples_of(problem.original().with_rows(problem.forget), w)
    columns = samples.gradients().T
    if problem.normalisation == "mean":
        columns = np.column_stack([columns, ridge_gradient(oracle, w)])
    inverse = inverse_of("retain Hessian", oracle.hessian(w))
    newton, columns = w - inverse(oracle.gradient(w)), inverse(columns)
    free = oracle.ridge_diagonal == 0.0
    columns[free] = 0.0
    span = _span(columns)
    basis = np.hstack([np.eye(len(w))[:, free], span])
    share, hessian = retained_share(problem), hessian_passes(problem)
    if not basis.shape[1]:  # the forgotten rows are zero, and act in no direction
        return Removal("subspace-oracle", w.copy(), share * (1.0 + hessian))
    # a Newton step; the basis is about the work of a Hessian of the forgotten rows
    passes = share + hessian
    penalised = np.count_nonzero(~free) // samples.slopes.shape[1]
    if span.shape[1] >= contrasts(oracle) * penalised:
        found = minimise(oracle, newton)
        end, sensitivity, passes = found.w, found.radius, passes + share * found.passes
    else:
        rest = w - basis @ (basis.T @ w)
        found, inside = _within(oracle, basis, rest, basis.T @ newton, hessian)
        end, sensitivity, passes = rest + basis @ found.w, math.inf, passes + share * inside
    if not found.converged:
        raise ValueError(f"expected a solvable subspace, got {found.status.value}")
    return Removal("subspace-oracle", end, passes, sensitivity)


def _within(
    oracle: AnyObjective, basis: Array, rest: Array, start: Array, hessian: float
) -> tuple[Optimum, float]:
    """Return the minimiser u of ``oracle(rest + Q u)``, and what it took in passes over the rows.

    ``rest`` is orthogonal to the basis, so the ridge of the weights is that of u up to a constant:
    an objective of margins is one again, in fewer columns.  ``hessian`` is what one of all p costs.
    """
    k = len(start)
    if isinstance(oracle, Objective):
        reduced = Objective(
            oracle.signed_features @ basis,
            oracle.coefficients,
            oracle.ridge,
            oracle.loss,
            offset=oracle.margins(rest),
            penalised=np.arange(k) >= np.count_nonzero(oracle.ridge_diagonal == 0.0),
        )
        found = minimise(reduced, start)
        # the rows in k columns are k products with a vector, two of which make a pass
        return found, k / 2.0 + found.passes * k / len(rest)
    products = _PRODUCT * k
    within = Restricted(oracle, basis, rest, by_products=products < hessian)
    found = minimise(within, start)
    # at the start and after every step
    return found, (found.iterations + 1.0) * (1.0 + min(products, hessian))


def _span(columns: Array) -> Array:
    """Return an orthonormal basis (d, k) of the columns (d, m), whatever their lengths."""
    lengths = np.linalg.norm(columns, axis=0)
    columns = columns[:, lengths > 0] / lengths[lengths > 0]
    left, values, _ = np.linalg.svd(columns, full_matrices=False)
    rank = int(np.sum(values > max(columns.shape) * EPS * values.max(initial=0.0)))
    return np.asarray(left[:, :rank])
