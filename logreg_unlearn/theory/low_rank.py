"""A deletion moves the optimum in as many directions as rows go, and mostly in fewer.

Sum convention, ``J_S = sum_S phi(a_i.w) + ridge/2 |w|^2``, ``a_i = y_i x_i``, ``psi = -phi'``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array, get_loss
from logreg_unlearn.theory import _checks as check


class Spectrum(NamedTuple):
    """Singular values (m,) of a deletion, and the bounds (m + 1,) on what r directions leave."""

    values: Array
    outside: Array


def deletion_is_low_rank(
    signed_features: ArrayLike, margin: ArrayLike, loss: str = "logistic"
) -> Array:
    """Return ``sum_F psi(z_i) a_i``, all that a deletion changes in the gradient.

    Setting: sum convention.  Statement: with the margins at ``w_D`` it is the gradient of ``J_R``
    there; with the margins at ``w_R`` it is minus the gradient of ``J_D`` there, so the oracle
    minimises ``J_D`` subject to ``A_F w = A_F w_R``.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    signed_features : array_like (n_F, d)
        The forgotten rows ``a_i``.
    margin : array_like (n_F,), or one number
        ``z_i = a_i.w``.
    loss : {"logistic", "exponential"}
    """
    rows = check.real("signed_features", signed_features, 2)
    z = check.real("margin", margin)
    if z.ndim and z.shape[-1] != rows.shape[-2]:
        raise ValueError(f"expected a margin of each of {rows.shape[-2]} rows, got shape {z.shape}")
    kind = get_loss(check.choice("loss", loss, ("logistic", "exponential")))
    with np.errstate(over="ignore"):
        slopes = -kind.derivative(z)
    return np.sum(np.broadcast_to(slopes, rows.shape[:-1])[..., None] * rows, axis=-2)


def deletion_spectrum(gradients: ArrayLike, hessian: ArrayLike, size: ArrayLike) -> Spectrum:
    """How many directions a removal step needs, for all subsets of the forget set at once.

    Setting: sum convention, one influence step ``-H^-1 sum_S psi_i a_i`` for rows S of F.
    Statement: what it has outside the r leading directions is at most ``s_{r+1} sqrt(|S|)`` in the
    norm ``sqrt(v' H v)``, ``s`` the singular values of ``H^-1/2 [psi_i a_i]_F``.
    Kind: upper, attained.  Source: beyond the paper.

    Parameters
    ----------
    gradients : array_like (n_F, d)
        ``psi_i a_i``, of softmax ``(e_y - pi) x'``, the slopes at ``w_D``.
    hessian : array_like (d, d)
        ``H``, positive definite.
    size : array_like
        ``|S|``, 1 to n_F, a single number.

    Returns
    -------
    Spectrum
        ``outside[r]`` for r = 0 ... m; the last is 0.

    Raises
    ------
    ValueError
        If the Hessian is not positive definite, or shapes do not match.
    """
    from scipy.linalg import solve_triangular

    rows, h = check.real("gradients", gradients, 2), check.real("hessian", hessian, 2)
    count = check.single("size", check.count("size", size))
    if rows.ndim != 2 or h.shape != (rows.shape[1],) * 2:
        raise ValueError(f"expected a hessian of shape (d, d), got {h.shape} for {rows.shape}")
    if count > len(rows):
        raise ValueError(f"expected size at most {len(rows)}, got {count:g}")
    try:
        # any root of H will do: |L^-1 g| is |H^-1/2 g|
        root = np.linalg.cholesky(h)
    except np.linalg.LinAlgError:
        raise ValueError("expected a positive definite hessian, got another one") from None
    values = np.linalg.svd(solve_triangular(root, rows.T, lower=True), compute_uv=False)
    return Spectrum(values, np.append(values, 0.0) * np.sqrt(count))
