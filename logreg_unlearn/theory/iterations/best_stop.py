r"""How close descent-ascent comes on its way, and when: to first order, a sine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.iterations._linear import apply, dot

# Below it ``expm1(x) - x`` loses digits, and what its series leaves out is below 1e-16 of it.
_SERIES = 1e-3


@dataclass(frozen=True)
class BestStop:
    """The closest point of the first step's line, and how far the path is from it.

    Attributes
    ----------
    time : array
        Of the closest point; 0 where the first step does not come closer.
    distance : array
        Of that point from the oracle: the original's times the sine of the angle.
    error : array
        The path is within this of the line up to ``time``.
    """

    time: Array
    distance: Array
    error: Array


def best_stop_is_a_sine(
    gradient: ArrayLike, w: ArrayLike, w_oracle: ArrayLike, curvature_bound: ArrayLike
) -> BestStop:
    r"""When descent-ascent should stop, and how close it is then.

    Setting: any data and twice differentiable loss; ``g = grad L_DA(w_D)``, ``e = w_D - w_R``,
    theta the angle between ``-g`` and the way to the oracle ``-e``; L at least the norm of the
    Hessian of ``L_DA`` along the path, which is the gradient flow from ``w_D`` or the iteration
    with any step size, ``t`` the sum of its steps.
    Statement: ``|w(t) - w_R|`` differs from ``|e - t g|`` by at most
    ``|g| (e^(L t) - 1 - L t)/L``.  The line is closest at ``t = <g, e>/|g|^2``, at ``|e| sin
    theta``, and as far as the original at twice this time.  There the error is at most
    ``|e|^2 L cos^2(theta) e^(L t)/(2 |g|)``: of the order of f beside ``|e|``.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    gradient : array_like (..., d)
        ``grad L_DA(w_D)``.
    curvature_bound : array_like (...)
        ``L > 0``; for the logistic loss ``max(ridge + |X_R|^2/(4 n_R), |X_F|^2/(4 n_F) - ridge)``.
    """
    g = check.real("gradient", gradient, 1)
    e = check.real("w", w, 1) - check.real("w_oracle", w_oracle, 1)
    bend = check.positive("curvature_bound", curvature_bound)
    square, toward = dot(g, g), dot(g, e)
    closer = toward > 0  # then the gradient is not zero
    time = np.where(closer, toward / np.where(closer, square, 1.0), 0.0)
    x = bend * time
    small = np.minimum(x, _SERIES)
    with np.errstate(over="ignore"):  # infinity is a true bound
        curved = np.where(
            x < _SERIES, small**2 / 2 * (1 + small / 3 * (1 + small / 4)), np.expm1(x) - x
        )  # fmt: skip
        error = np.sqrt(square) * curved / bend
    nearest = e - time[..., None] * g
    return BestStop(time[()], np.linalg.norm(nearest, axis=-1), error)


def rayleigh_stop(
    gradient: ArrayLike, gradient_retain: ArrayLike, hessian_retain: ArrayLike
) -> Array:
    r"""A stopping time that needs no oracle: one product with the retain Hessian.

    Setting: as :func:`best_stop_is_a_sine`; ``h = grad L_R(w_D)`` and ``H = grad^2 L_R(w_D)``,
    so that ``e`` is about ``H^-1 h``, and about ``h |h|^2/(h'H h)``.
    Statement: the best time of the line for that ``e`` is ``<g, h> |h|^2/(|g|^2 h'H h)``, or 0.
    Where the retain loss is quadratic and the ridge is ascended as well, so that ``g`` is ``h/f``,
    it is at most the best time, with equality iff h is an eigenvector.
    Kind: lower.  Source: beyond the paper.

    Parameters
    ----------
    gradient : array_like (..., d)
        ``g``, not 0.
    gradient_retain : array_like (..., d)
    hessian_retain : array_like (..., d, d)
        Positive along ``h``.
    """
    g, h = check.real("gradient", gradient, 1), check.real("gradient_retain", gradient_retain, 1)
    square = dot(g, g) * dot(h, apply(check.real("hessian_retain", hessian_retain, 2), h))
    if np.any(square <= 0):
        raise ValueError(
            "expected a gradient that is not 0 and hessian_retain positive along gradient_retain, "
            f"got their product {np.ravel(square)[0]}"
        )
    return np.maximum(dot(g, h) * dot(h, h) / square, 0.0)
