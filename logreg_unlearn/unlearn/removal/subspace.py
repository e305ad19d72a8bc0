r"""Removal along the forgotten rows: the projective residual update and the subspace oracle.

With :math:`a_i` the signed rows, :math:`H_R` the oracle's Hessian at w and ``w_N`` the Newton
step,

* projective residual update (Izzo et al., arXiv 2002.10077, Theorem 5; sum convention):
  :math:`w + P_F(w_N - w)`, :math:`P_F` the projection on :math:`\mathrm{span}\{a_i\}_F`;
* subspace oracle: the minimiser of ``L_R`` over
  :math:`w + H_R^{-1}\,\mathrm{span}\{a_i\}_F`, in the mean convention with w in the span as well.

The first needs the forgotten rows alone where the inverse of the original's Hessian is kept, and
pays for it: where they do not span the space it may end farther away than the original.  The
second contains the Newton step, so its retain risk is at most that one's.
"""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.removal.newton import newton_steps
from logreg_unlearn.unlearn.removal.result import Removal, hessian_passes, retained_share, solve


def projective_update(problem: UnlearningProblem, w: Array) -> Removal:
    """Return the Newton step's part along the forgotten rows.

    Its cost is a Newton step's and the forgotten rows' normal equations.

    Parameters
    ----------
    problem : UnlearningProblem
    w : ndarray (d,)
        The original optimum.

    Raises
    ------
    ValueError
        As `newton_removal`.
    """
    step = newton_steps(problem, w)
    basis = _span(problem.original().signed_features[problem.forget].T)
    along = basis @ (basis.T @ (step.w - w))
    passes = step.passes + (1.0 - retained_share(problem)) * hessian_passes(problem)
    return Removal("projective", w + along, passes)


def subspace_oracle(problem: UnlearningProblem, w: Array) -> Removal:
    r"""Minimise the retain objective over the directions in which the forgotten rows act.

    With Q an orthonormal basis that holds the unpenalised coordinates first and
    :math:`w = (I-QQ^\top)w + Qu`, the ridge of w is that of u up to a constant: a problem of the
    same kind in fewer columns.

    Parameters
    ----------
    problem : UnlearningProblem
    w : ndarray (d,)
        The original optimum.

    Returns
    -------
    Removal
        Where the forgotten rows span the space this is retraining, and its cost says so.

    Raises
    ------
    ValueError
        As `newton_removal`; if the solver could not certify a minimum.
    """
    oracle = problem.oracle()
    oracle = oracle.with_rows(oracle.coefficients != 0)
    columns = problem.original().signed_features[problem.forget].T
    if problem.normalisation == "mean":
        columns = np.column_stack([columns, oracle.ridge_diagonal * w])
    columns = solve("retain Hessian", oracle.hessian(w), columns)
    free = oracle.ridge_diagonal == 0.0
    columns[free] = 0.0
    basis = np.hstack([np.eye(len(w))[:, free], _span(columns)])
    k = basis.shape[1]
    share, hessian = retained_share(problem), hessian_passes(problem)
    if not k:  # the forgotten rows are zero, and act in no direction
        return Removal("subspace-oracle", w.copy(), share * hessian)
    rest = w - basis @ (basis.T @ w)
    reduced = Objective(
        oracle.signed_features @ basis,
        oracle.coefficients,
        oracle.ridge,
        oracle.loss,
        offset=oracle.margins(rest),
        penalised=np.arange(k) >= free.sum(),
    )
    found = minimise(reduced, basis.T @ w)
    if not found.converged:
        raise ValueError(f"expected a solvable subspace, got {found.status.value}")
    # the rows in k columns are k products with a vector, two of which make a pass; the basis is
    # about the work of a Hessian of the forgotten rows
    passes = share * (hessian + k / 2.0 + found.passes * k / len(w)) + (1.0 - share) * hessian
    end = rest + basis @ found.w
    sensitivity = found.radius if k == len(w) else math.inf
    return Removal("subspace-oracle", end, passes, sensitivity)


def _span(columns: Array) -> Array:
    """Return an orthonormal basis (d, k) of the columns (d, m), whatever their lengths."""
    lengths = np.linalg.norm(columns, axis=0)
    columns = columns[:, lengths > 0] / lengths[lengths > 0]
    left, values, _ = np.linalg.svd(columns, full_matrices=False)
    rank = int(np.sum(values > max(columns.shape) * EPS * values.max(initial=0.0)))
    return np.asarray(left[:, :rank])
