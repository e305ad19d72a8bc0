"""One step with second derivatives: its worst residual, and its part along forgotten rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.guarantees.newton import HALF_LIPSCHITZ, PUBLISHED_LIPSCHITZ
from logreg_unlearn.theory.iterations._linear import solve


class WorstResidual(NamedTuple):
    """The published bound, for one row of length at most 1, and the one for sets."""

    published: Array
    amended: Array


def worst_case_residual(
    n_forget: ArrayLike, n_retain: ArrayLike, ridge: ArrayLike, longest_row: ArrayLike
) -> WorstResidual:
    r"""Bound what a Newton step leaves of the gradient from the numbers of rows alone.

    Setting: logistic loss, ``J_S = sum_S phi + ridge |S|/2 |w|^2``, one Newton step of ``J_R``
    from the original, ``G = max |x_i|``.
    Statement: ``|grad J_R| <= n_F^2 G^5/(3 sqrt 3 ridge^2 n_R)``.  As published,
    ``1/(ridge^2 (n - 1))``, it needs ``n_F = 1`` and ``G <= 1``.
    Kind: upper.  Source: Guo et al., arXiv 1911.03030, Theorem 1, amended.

    Parameters
    ----------
    n_forget, n_retain : array_like
        ``>= 1``.
    longest_row : array_like
        ``G``.
    """
    out, kept = check.count("n_forget", n_forget), check.count("n_retain", n_retain)
    strength = check.positive("ridge", ridge)
    row = check.nonnegative("longest_row", longest_row)
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        published = 4 * PUBLISHED_LIPSCHITZ / (strength**2 * (out + kept - 1))
        step = 2 * out * row / (strength * kept)
        return WorstResidual(
            np.broadcast_arrays(published, step)[0], HALF_LIPSCHITZ * kept * row * (row * step) ** 2
        )


class Influence(NamedTuple):
    """The influence step of the mean convention, and what the familiar formula gives."""

    step: Array
    familiar: Array


def mean_influence(
    hessian: ArrayLike, gradient_forget: ArrayLike, w: ArrayLike, fraction: ArrayLike,
    ridge: ArrayLike,
) -> Influence:  # fmt: skip
    r"""Return the influence step of the mean convention beside the formula of the sum convention.

    Setting: ``w`` the original, ``H`` its Hessian, mean convention, any smooth loss.
    Statement: with ``s = f H^-1 grad l_F(w)``, the familiar formula, the influence step
    ``-H^-1 grad L_R(w)`` is ``(s + f ridge H^-1 w)/(1 - f)``.
    Kind: sharp.  Source: beyond the paper (Koh and Liang, arXiv 1703.04730, for sums).

    Parameters
    ----------
    hessian : (..., d, d) array_like
        Of ``L_D`` at the original, positive definite.
    gradient_forget : (..., d) array_like
        Gradient of the forget set's mean loss there, without ridge.
    w : (..., d) array_like
    fraction : array_like
        ``f`` in (0, 1).

    Returns
    -------
    Influence
        Both (..., d).
    """
    pull, at = check.real("gradient_forget", gradient_forget, 1), check.real("w", w, 1)
    f = check.fraction("fraction", fraction)[..., None]
    shrunk = check.positive("ridge", ridge)[..., None] * at
    step = solve("hessian", hessian, f / (1 - f) * (pull + shrunk))
    return Influence(step, solve("hessian", hessian, f * pull))


def projective_update(
    features: ArrayLike, hessian: ArrayLike, slopes: ArrayLike, curvature: ArrayLike
) -> Array:
    r"""Return the projective residual update's step, from the forgotten rows alone.

    Setting: sum convention, rows ``A`` of F, ``H`` the original's Hessian at its minimum,
    ``K = A H^-1 A'``, ``W`` the diagonal of curvatures.
    Statement: ``A^+ (I - K W)^-1 K phi'`` is the Newton step projected on the span of the
    forgotten rows; the Newton step itself where they span the space.
    Kind: sharp.  Source: Izzo et al., arXiv 2002.10077, Theorem 5.

    Parameters
    ----------
    features : array_like (k, d)
        Signed rows ``y_i x_i`` of F.
    hessian : array_like (d, d)
        Positive definite, also without the forgotten rows.
    slopes, curvature : array_like (k,)
        ``phi'`` and ``phi'' >= 0`` of the forgotten rows.

    Returns
    -------
    (d,) array
    """
    rows, whole = check.real("features", features, 2), check.real("hessian", hessian, 2)
    slope = check.real("slopes", slopes, 1)
    bend = check.real("curvature", check.nonnegative("curvature", curvature), 1)
    k, d = rows.shape[-2:]
    if whole.shape != (d, d) or slope.shape != (k,) or bend.shape != (k,):
        shapes = f"{rows.shape}, {whole.shape}, {slope.shape}, {bend.shape}"
        raise ValueError(
            f"expected features, hessian, slopes, curvature of shapes (k, d), (d, d), (k,), (k,), "
            f"got {shapes}"
        )
    left = np.linalg.eigvalsh(whole - (rows.T * bend) @ rows)[0]
    check.require("the Hessian without F", left, "positive definite", lambda v: v > 0)
    gram = rows @ np.linalg.solve(whole, rows.T)
    moved = np.linalg.solve(np.eye(k) - gram * bend, gram @ slope)
    return np.asarray(np.linalg.pinv(rows) @ moved)
