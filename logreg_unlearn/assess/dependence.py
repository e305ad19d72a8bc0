r"""How the forget set depends on the retain set.

With signed rows ``a_i = y_i x_i``, means over a set S weighted by the sample weights, and a
model w (the original's ``w_D`` in practice):

* lift of column j: ``mean_F(a_j) / mean_R(a_j)``. On blocks this is the paper's
  ``(|F_j|/n_F) / (|R_j|/n_R)``; 1 means that the column looks alike on both sets.
* cosine of the mean gradients ``mean_S(phi'(z) a)``
* cosine of the mean signed rows ``mean_S(a)``
* cross-influence matrix, (n_R, n_F):
  :math:`M_{ij} = \varphi'(z_i)\varphi'(z_j)\, a_i^\top H^{-1} a_j`, H the Hessian of the original
  objective at w: ``X_R H^{-1} X_F'``, signed and weighted by the loss (paper, Appendix A), and
  its spectral norm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logreg_unlearn.assess.distance import cosine
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem

__all__ = ["Dependence", "cross_influence", "dependence", "lift"]


@dataclass(frozen=True, eq=False)
class Dependence:
    """Measures of the dependence between forget and retain set.

    Attributes
    ----------
    lift : (d,) array
        Per column.
    cosine_gradients, cosine_signed : float in [-1, 1]
        Of the mean gradients and of the mean signed rows; 0 where a mean vanishes.
    cross_influence_norm : float >= 0
        Spectral norm of the cross-influence matrix. A row of weight k counts as k equal rows.
    cross_influence_overlap : float in [0, 1]
        The same, divided by the geometric mean of the spectral norms of the two self-influence
        matrices (R with R, F with F): free of scale, 1 where the strongest directions of both
        sets agree.
    """

    lift: Array
    cosine_gradients: float
    cosine_signed: float
    cross_influence_norm: float
    cross_influence_overlap: float

    def __repr__(self) -> str:
        return (
            f"Dependence(lifts {self.lift.min():.3g} to {self.lift.max():.3g}, cosines of "
            f"gradients {self.cosine_gradients:+.3f}, of signed rows {self.cosine_signed:+.3f}, "
            f"cross-influence {self.cross_influence_norm:.3g})"
        )


def dependence(problem: UnlearningProblem, w: Array) -> Dependence:
    """Measure how forget and retain set depend on each other at a model.

    The cross-influence matrix is not formed: with ``H = B B'``, its two thin factors are reduced
    by QR, and the norm is that of a matrix of at most (d, d).

    Parameters
    ----------
    problem : UnlearningProblem
    w : (d,) array
        Usually the original's optimum.

    Returns
    -------
    Dependence

    Raises
    ------
    ValueError
        Where the original's Hessian at w is not positive definite (possible only with
        unpenalised columns).
    """
    retain, forget = _signed_means(problem)
    slopes = _slopes(problem, w)
    gradient_retain, gradient_forget = _means(problem, slopes[:, None] * _signed(problem))
    # the weights' own scale last: a norm of weights near the largest float may be infinite
    multiplicity = _multiplicity(problem)
    unit = float(multiplicity.max())
    factor = np.sqrt(multiplicity / unit)[:, None] * _influence_factor(problem, w, slopes)
    mask = problem.forget
    triangles = [np.asarray(np.linalg.qr(factor[rows], mode="r")) for rows in (~mask, mask)]
    norm = float(np.linalg.norm(triangles[0] @ triangles[1].T, ord=2))
    own = float(np.prod([np.linalg.norm(triangle, ord=2) for triangle in triangles]))
    return Dependence(
        lift=_quotient(forget, retain),
        cosine_gradients=cosine(gradient_retain, gradient_forget),
        cosine_signed=cosine(retain, forget),
        cross_influence_norm=norm * unit,
        cross_influence_overlap=min(norm / own, 1.0) if own > 0.0 else 0.0,
    )


def lift(problem: UnlearningProblem) -> Array:
    """Return the lift of each column, (d,).

    Negative where the means oppose each other; ``inf`` or ``-inf`` where the retain mean alone
    vanishes; 1 where both vanish (such a column tells the sets apart in no way).
    """
    retain, forget = _signed_means(problem)
    return _quotient(forget, retain)


def cross_influence(problem: UnlearningProblem, w: Array) -> Array:
    """Form the cross-influence matrix (n_R, n_F): for small data, and for looking at.

    Parameters
    ----------
    problem : UnlearningProblem
    w : (d,) array

    Raises
    ------
    ValueError
        As `dependence`.
    """
    factor = _influence_factor(problem, w, _slopes(problem, w))
    return factor[~problem.forget] @ factor[problem.forget].T


def _signed(problem: UnlearningProblem) -> Array:
    return problem.original().signed_features


def _multiplicity(problem: UnlearningProblem) -> Array:
    return np.ones(len(problem.forget)) if problem.weights is None else problem.weights


def _means(problem: UnlearningProblem, rows: Array) -> tuple[Array, Array]:
    """Return the weighted means of ``rows (n, d)`` over the retain and over the forget set."""
    sides = ~problem.forget, problem.forget
    retain, forgotten = (problem.shares(mask) @ rows[mask] for mask in sides)
    return retain, forgotten


def _signed_means(problem: UnlearningProblem) -> tuple[Array, Array]:
    return _means(problem, _signed(problem))


def _quotient(above: Array, below: Array) -> Array:
    with np.errstate(over="ignore"):
        quotient = above / np.where(below == 0.0, 1.0, below)
    limit = np.where(above == 0.0, 1.0, np.copysign(np.inf, above))
    return np.where(below == 0.0, limit, quotient)


def _slopes(problem: UnlearningProblem, w: Array) -> Array:
    return problem.original().loss.derivative(problem.original().margins(w))


def _influence_factor(problem: UnlearningProblem, w: Array, slopes: Array) -> Array:
    """Return ``G (n, d)`` with ``G G' = (phi'_i phi'_j a_i . H^{-1} a_j)_ij``."""
    objective = problem.original()
    eigenvalues, vectors = np.linalg.eigh(objective.hessian(w))
    # Every eigenvalue is at least the ridge where all columns carry it; rounding must not say less.
    smallest = float(np.min(objective.ridge_diagonal))
    eigenvalues = np.maximum(eigenvalues, smallest)
    if eigenvalues[0] <= 0.0:
        raise ValueError(
            f"expected a positive definite Hessian, got smallest eigenvalue {eigenvalues[0]:.3g}"
        )
    factor: Array = slopes[:, None] * (objective.signed_features @ (vectors / np.sqrt(eigenvalues)))
    return factor
