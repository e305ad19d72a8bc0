r"""Derivatives of the losses and of the objective with signed coefficients.

Logistic, with ``s = 1/(1 + e^z)``::

    phi = log(1 + e^-z),  phi' = -s,  phi'' = s (1 - s),  phi''' = -s (1 - s) (1 - 2 s)

Exponential: ``phi = phi'' = e^-z``, ``phi' = phi''' = -e^-z``.  The objective is
``J(w) = sum_i c_i phi(a_i.w + o_i) + ridge/2 sum_k p_k w_k^2`` with ``a_i = y_i x_i``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array, get_loss
from logreg_unlearn.theory import _checks as check

LOGISTIC_CURVATURE = 0.25
LOGISTIC_THIRD = 1 / (6 * np.sqrt(3.0))


class LossDerivatives(NamedTuple):
    """A loss and its first three derivatives at given margins, each of their shape."""

    value: Array
    slope: Array
    curvature: Array
    third: Array


@dataclass(frozen=True)
class ObjectiveDerivatives:
    """Gradient and Hessian at a point, and bounds on the Hessian at every point.

    Attributes
    ----------
    gradient : (d,) array
    hessian : (d, d) array
    lowest, highest : float
        Bounds on every eigenvalue of the Hessian at *every* ``w``, ``-inf`` and ``inf``
        where there is none.
    """

    gradient: Array
    hessian: Array
    lowest: float
    highest: float


def log_loss_derivatives(margin: ArrayLike) -> LossDerivatives:
    r"""Value and derivatives of the logistic loss.

    Setting: one sample of finite margin ``z = y x.w``.
    Statement: ``phi`` is strictly decreasing and strictly convex, ``phi'' <= 1/4`` with
    equality at 0 only, ``|phi'''| < phi''`` and ``|phi'''| <= 1/(6 sqrt 3)`` with equality at
    ``z = +-log(2 + sqrt 3)``.
    Kind: sharp.  Source: paper, §5 (the loss); the bounds are beyond the paper.
    """
    z = check.real("margin", margin)
    # u = e^-|z| never overflows, and both tails are built from it without cancellation
    u = np.exp(-np.abs(z))
    small, large = u / (1 + u), 1 / (1 + u)
    value = np.maximum(-z, 0.0) + np.log1p(u)
    slope = -np.where(z > 0, small, large)
    curvature = small * large
    return LossDerivatives(value, slope, curvature, -curvature * np.tanh(z / 2))


def exp_loss_derivatives(margin: ArrayLike) -> LossDerivatives:
    r"""Value and derivatives of the exponential loss.

    Setting: one sample of finite margin ``z = y x.w``, above about -709 where ``e^-z`` overflows.
    Statement: ``phi = phi'' = e^-z`` and ``phi' = phi''' = -e^-z``; no bound on the curvature
    holds for all margins.
    Kind: sharp.  Source: paper, §5 (its tractable loss, with the sign of the margin that a
    loss needs).
    """
    limit = -np.log(np.finfo(float).max)
    wanted = f"finite and above {limit:.1f} (e^-z overflows)"
    z = check.require("margin", margin, wanted, lambda v: (v > limit) & (v < np.inf))
    value = np.exp(-z)
    return LossDerivatives(value, -value, value.copy(), -value)


def objective_derivatives(
    signed_features: ArrayLike,
    coefficients: ArrayLike,
    ridge: float,
    weights: ArrayLike,
    *,
    loss: str = "logistic",
    offset: ArrayLike | None = None,
    penalised: ArrayLike | None = None,
) -> ObjectiveDerivatives:
    r"""Gradient, Hessian and global curvature bounds of ``J``.

    Setting: ``J(w) = sum_i c_i phi(a_i.w + o_i) + ridge/2 sum_k p_k w_k^2``, ``c`` of any
    sign, ``p_k`` 1 for a penalised coordinate and 0 for another.
    Statement: ``grad J = sum c_i phi'_i a_i + ridge p w`` and
    ``H = sum c_i phi''_i a_i a_i' + ridge diag(p)``.  If ``c >= 0`` and all coordinates are
    penalised, ``J`` is ridge-strongly convex.  For the logistic loss, with
    ``c = c+ - c-``: ``ridge diag(p) - A'C-A/4 <= H <= ridge diag(p) + A'C+A/4``.
    Kind: sharp (the bounds are approached at margins 0).  Source: paper, §5.1 (gradients);
    the bounds are beyond the paper.

    Parameters
    ----------
    signed_features : (n, d) array_like
        Rows ``a_i = y_i x_i``.
    coefficients : (n,) array_like
        Signed coefficients ``c_i``.
    ridge : float
        Ridge parameter, > 0.
    weights : (d,) array_like
        The point ``w``.
    loss : {"logistic", "exponential"}
    offset : (n,) array_like, optional
        Added to the margins.
    penalised : (d,) array_like of bool, optional
        Coordinates under the ridge; all by default.
    """
    rows = check.real("signed_features", signed_features, 2)
    c, w = check.real("coefficients", coefficients, 1), check.real("weights", weights, 1)
    if rows.ndim != 2 or c.shape != rows.shape[:1] or w.shape != rows.shape[1:]:
        raise ValueError(
            f"expected shapes (n, d), (n,), (d,), got {rows.shape}, {c.shape}, {w.shape}"
        )
    strength = check.single("ridge", check.positive("ridge", ridge))
    derivatives = {"logistic": log_loss_derivatives, "exponential": exp_loss_derivatives}
    at_margins = derivatives[check.choice("loss", loss, tuple(derivatives))]
    shift = np.zeros_like(c) if offset is None else check.real("offset", offset)
    mask = np.ones_like(w) if penalised is None else check.flags("penalised", penalised)
    if shift.shape != c.shape or mask.shape != w.shape:
        raise ValueError(
            f"expected offset {c.shape} and penalised {w.shape}, got {shift.shape}, {mask.shape}"
        )
    at = at_margins(rows @ w + shift)
    penalty = np.diag(strength * mask)
    gradient = rows.T @ (c * at.slope) + strength * mask * w
    hessian = (rows.T * (c * at.curvature)) @ rows + penalty
    lowest, highest = _curvature_range(rows, c, penalty, loss)
    return ObjectiveDerivatives(gradient, hessian, lowest, highest)


def _curvature_range(rows: Array, c: Array, penalty: Array, loss: str) -> tuple[float, float]:
    """Bound the Hessian's eigenvalues over all ``w`` from the signs of the coefficients."""

    def edge(part: Array, which: int) -> float:
        if get_loss(loss).unbounded and np.any(rows[part != 0]):
            return which * np.inf
        spread = penalty + LOGISTIC_CURVATURE * (rows.T * part) @ rows
        return float(np.linalg.eigvalsh(spread)[0 if which < 0 else -1])

    return edge(np.minimum(c, 0.0), -1), edge(np.maximum(c, 0.0), 1)
