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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from logreg_unlearn.assess.class_dependence import influence_triangle, mean_gradient, mean_signed
from logreg_unlearn.assess.distance import cosine
from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem
from logreg_unlearn.problem.norms import euclidean
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.problem.protocol import SmoothObjective
from logreg_unlearn.problem.samples import samples_of

__all__ = [
    "CrossNorms", "Dependence", "cross_influence", "cross_norms", "dependence", "gradient_norms",
    "lift", "whitened_rows",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Dependence:
    """Measures of the dependence between forget and retain set.

    Attributes
    ----------
    lift : (d,) array, of K classes (K*d,)
        Per column, and class.
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


def dependence(problem: AnyProblem, w: Array) -> Dependence:
    """Measure how forget and retain set depend on each other at a model.

    The cross-influence matrix is not formed: with ``H = B B'``, its two thin factors are reduced
    by QR, and the norm is that of a matrix of at most (d, d).

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
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
    norms = gradient_norms(problem, w)
    return Dependence(
        lift=_quotient(forget, retain),
        cosine_gradients=cosine(*_mean_gradients(problem, w)),
        cosine_signed=cosine(retain, forget),
        cross_influence_norm=norms.spectral,
        cross_influence_overlap=norms.overlap,
    )


class CrossNorms(NamedTuple):
    """Norms of a cross matrix, and its spectral norm over the geometric mean of the sets' own."""

    spectral: float
    frobenius: float
    overlap: float


def gradient_norms(problem: AnyProblem, w: Array) -> CrossNorms:
    """Return the norms of the cross-influence matrix; a row of weight k counts as k equal rows.

    Raises
    ------
    ValueError
        As `dependence`.
    """
    # the weights' own scale last: a norm of weights near the largest float may be infinite
    multiplicity = np.ones(len(problem.forget)) if problem.weights is None else problem.weights
    unit = float(multiplicity.max())
    if isinstance(problem, SoftmaxProblem):
        objective = problem.original()
        root = _inverse_root(objective, w)
        norms = _norms_of([
            influence_triangle(objective.with_rows(rows), w, root, multiplicity[rows] / unit)
            for rows in (~problem.forget, problem.forget)
        ])  # fmt: skip
    else:
        factor = _influence_factor(problem, w, _slopes(problem, w))
        norms = cross_norms(np.sqrt(multiplicity / unit)[:, None] * factor, problem.forget)
    return CrossNorms(norms.spectral * unit, norms.frobenius * unit, norms.overlap)


def cross_norms(factor: Array, forget: Mask) -> CrossNorms:
    """Return norms of ``factor[~forget] @ factor[forget].T`` without forming it.

    Parameters
    ----------
    factor : (n, d) array
    forget : (n,) array of bool
    """
    sides = (~forget, forget)
    return _norms_of([np.asarray(np.linalg.qr(factor[rows], mode="r")) for rows in sides])


def _norms_of(triangles: Sequence[Array]) -> CrossNorms:
    """Return the norms of a cross matrix from the triangles of its retained and forgotten rows."""
    cross = triangles[0] @ triangles[1].T
    norm = float(np.linalg.norm(cross, ord=2))
    own = [float(np.linalg.norm(triangle, ord=2)) for triangle in triangles]
    overlap = min(norm / own[0] / own[1], 1.0) if all(own) else 0.0
    return CrossNorms(norm, float(euclidean(cross.ravel())), overlap)


def lift(problem: AnyProblem) -> Array:
    """Return the lift of each column, (d,), of K classes one for each class and column, (K*d,).

    Negative where the means oppose each other; ``inf`` or ``-inf`` where the retain mean alone
    vanishes; 1 where both vanish (such a column tells the sets apart in no way).
    """
    retain, forget = _signed_means(problem)
    return _quotient(forget, retain)


def cross_influence(problem: AnyProblem, w: Array) -> Array:
    """Form the cross-influence matrix (n_R, n_F): for small data, and for looking at.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    w : (d,) array

    Raises
    ------
    ValueError
        As `dependence`.
    """
    objective = problem.original()
    factor = samples_of(objective, w).gradients() @ _inverse_root(objective, w)
    return factor[~problem.forget] @ factor[problem.forget].T


def _signed(problem: UnlearningProblem) -> Array:
    return problem.original().signed_features


def _means(problem: UnlearningProblem, rows: Array) -> tuple[Array, Array]:
    """Return the weighted means of ``rows (n, d)`` over the retain and over the forget set."""
    sides = ~problem.forget, problem.forget
    retain, forgotten = (problem.shares(mask) @ rows[mask] for mask in sides)
    return retain, forgotten


def _signed_means(problem: AnyProblem) -> tuple[Array, Array]:
    if isinstance(problem, SoftmaxProblem):
        return mean_signed(problem, ~problem.forget), mean_signed(problem, problem.forget)
    return _means(problem, _signed(problem))


def _mean_gradients(problem: AnyProblem, w: Array) -> tuple[Array, Array]:
    if isinstance(problem, SoftmaxProblem):
        sides = ~problem.forget, problem.forget
        retain, forgotten = (mean_gradient(problem, w, rows) for rows in sides)
        return retain, forgotten
    return _means(problem, _slopes(problem, w)[:, None] * _signed(problem))


def _quotient(above: Array, below: Array) -> Array:
    with np.errstate(over="ignore"):
        quotient = above / np.where(below == 0.0, 1.0, below)
    limit = np.where(above == 0.0, 1.0, np.copysign(np.inf, above))
    return np.where(below == 0.0, limit, quotient)


def _slopes(problem: UnlearningProblem, w: Array) -> Array:
    return problem.original().loss.derivative(problem.original().margins(w))


def _influence_factor(problem: UnlearningProblem, w: Array, slopes: Array) -> Array:
    """Return ``G (n, d)`` with ``G G' = (phi'_i phi'_j a_i . H^{-1} a_j)_ij``."""
    factor: Array = slopes[:, None] * whitened_rows(problem, w)
    return factor


def whitened_rows(problem: UnlearningProblem, w: Array) -> Array:
    """Return ``B (n, d)`` with ``B B' = (a_i . H^{-1} a_j)_ij``, H the original's Hessian at w.

    Raises
    ------
    ValueError
        As `dependence`.
    """
    objective = problem.original()
    return np.asarray(objective.signed_features @ _inverse_root(objective, w))


def _inverse_root(objective: SmoothObjective, w: Array) -> Array:
    """Return a root (d, d) of the inverse Hessian."""
    eigenvalues, vectors = np.linalg.eigh(objective.hessian(w))
    # Every eigenvalue is at least the ridge where all columns carry it; rounding must not say less.
    smallest = float(np.min(objective.ridge_diagonal))
    eigenvalues = np.maximum(eigenvalues, smallest)
    if eigenvalues[0] <= 0.0:
        raise ValueError(
            f"expected a positive definite Hessian, got smallest eigenvalue {eigenvalues[0]:.3g}"
        )
    root: Array = vectors / np.sqrt(eigenvalues)
    return root
