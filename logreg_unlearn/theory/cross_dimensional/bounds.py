"""The stationary points of two correlated groups, and bounds of their margins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.cross_dimensional import _plane as planar
from logreg_unlearn.theory.cross_dimensional._plane import TwoDirectionPoint, correlation
from logreg_unlearn.theory.lambert import w0_exp


def oracle_closed_form(epsilon: ArrayLike, strength: ArrayLike) -> TwoDirectionPoint:
    """The retrained optimum: ``x = W(r (1 + epsilon^2))``, ``y = c x``.

    Sharp; paper, Lemma 6.  Every real epsilon.

    Examples
    --------
    >>> point = oracle_closed_form(0.5, 0.8 * np.e)
    >>> print(f"{point.x:.6f} {point.y:.6f}")
    1.000000 0.800000
    """
    return planar.oracle(*planar.parameters(epsilon, strength)[:2])


def original_point(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> TwoDirectionPoint:
    """The original optimum, the root of an increasing function of ``ln nu``; every epsilon."""
    return planar.original(*planar.parameters(epsilon, strength, alpha, forget_fraction))


def da_stationary_points(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> tuple[TwoDirectionPoint, TwoDirectionPoint]:
    """The local minimum and the saddle of descent-ascent; NaN where there is none."""
    return planar.descent_ascent(*planar.parameters(epsilon, strength, alpha, forget_fraction))


@dataclass(frozen=True)
class OriginalBounds:
    """Bounds of the original's margins; ``x_high`` sharpens the paper's ``x_high_paper``."""

    x_low: Array
    x_high: Array
    x_high_paper: Array
    y_low: Array
    y_high: Array


def original_bounds(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> OriginalBounds:
    """Bounds of the original's margins, for ``epsilon >= 0`` and ``alpha <= 1``.

    With ``V = W(b alpha (1 + epsilon^2))``::

        W(b(1 + epsilon^2 + 2 alpha epsilon)) <= x_D <= c V + W(b(1 + epsilon^2) e^(-c V))
                                                   <= c V + W(b(1 + epsilon^2))   (paper)
        V <= y_D <= W(b(2 epsilon + alpha(1 + epsilon^2)))

    Lower and upper bounds; paper, Lemma 7.
    """
    overlap, presence = check.nonnegative("epsilon", epsilon), check.share("alpha", alpha)
    e, r, alpha_, f = planar.parameters(overlap, strength, presence, forget_fraction)
    a, c, log_b = 1 + e**2, correlation(e), np.log(r) + np.log1p(-f)
    low = _w_scaled(log_b, alpha_ * a)
    return OriginalBounds(
        x_low=_w_scaled(log_b, a + 2 * alpha_ * e),
        x_high=c * low + w0_exp(log_b + np.log(a) - c * low),
        x_high_paper=c * low + _w_scaled(log_b, a),
        y_low=low,
        y_high=_w_scaled(log_b, 2 * e + alpha_ * a),
    )


def da_bounds(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> tuple[Array, Array]:
    """Upper bounds of x and y at **any** descent-ascent stationary point, ``epsilon >= 0``.

    ``x <= W0(r(1 + epsilon^2 - 2 epsilon alpha k))`` and
    ``y <= W0(r(2 epsilon - alpha k (1 + epsilon^2)))``.  Where an argument is below ``-1/e``
    no stationary point exists, and the bound is NaN; the converse fails, so ask
    :func:`da_existence` first.
    Upper bound; paper, Lemma 8, amended: the existence of the point is a hypothesis.
    """
    overlap = check.nonnegative("epsilon", epsilon)
    e, r, alpha_, f = planar.parameters(overlap, strength, alpha, forget_fraction)
    a, share = 1 + e**2, alpha_ * (1 - f) / f
    log_r = np.log(r)
    return _w_scaled(log_r, a - 2 * e * share), _w_scaled(log_r, 2 * e - share * a)


def coordinate_order(
    epsilon: ArrayLike, strength: ArrayLike, alpha: ArrayLike, forget_fraction: ArrayLike
) -> Array:
    """``x_D - y_D`` at the original: it has the sign of ``1 - alpha`` for ``epsilon != 1``.

    Sharp: ``x_D - y_D = b (1 - epsilon)^2 (e^-x_D - alpha e^-y_D)``; paper, Lemma 12.
    """
    point = original_point(epsilon, strength, alpha, forget_fraction)
    return (1 - point.epsilon) ** 2 * (point.mu - point.nu)


def _w_scaled(log_scale: Array, factor: Array) -> Array:
    """``W0(e^log_scale factor)`` for a factor of either sign; NaN below the branch point."""
    size = np.abs(factor)
    logarithm = np.log(np.where(size > 0, size, 1.0))
    value = w0_exp(log_scale + logarithm, np.where(factor < 0, -1, 1))
    return np.where(size > 0, value, 0.0)
