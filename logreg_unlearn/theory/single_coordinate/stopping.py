"""When the flow of descent-ascent passes the oracle, and why all blocks never do so at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from logreg_unlearn.problem.losses import Array, get_loss
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.lambert import G, w0
from logreg_unlearn.theory.single_coordinate.blocks import lift_conservation
from logreg_unlearn.theory.single_coordinate.distances import harm_threshold
from logreg_unlearn.theory.single_coordinate.minimisers import minimisers, strength_and_lift

# The integrand is analytic within pi of the real axis (the branch points of W and of the pole
# e^v = 1 - rho): on panels of length 2 a rule of 32 nodes is exact to rounding.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_PANEL = 2.0
_SUM_TOLERANCE = 1e-9


class Crossing(NamedTuple):
    """The time at which the flow is at the oracle, with bounds in closed form."""

    time: Array
    lower: Array
    upper: Array
    small_fraction: Array


def crossing_time(
    strength: ArrayLike,
    lift: ArrayLike,
    ridge: ArrayLike,
    fraction: ArrayLike,
    loss: str = "exponential",
) -> Crossing:
    r"""When the flow of descent-ascent from the original passes through the oracle.

    Setting: one coordinate, ``rho > 1``.  With ``h = w`` (exponential) or ``h = w/(1 + e^-w)``
    (logistic) at ``w_c``, the root of ``r(w) = s c``, and ``x = f (1 - 1/rho)``:

        ridge t = int_1^(1 + f (rho - 1)) dc / ((1 + h(w_c)) (c + rho - 1)),

        log(1 + x)/(1 + h(w_D))  <=  ridge t  <=  log(1 + x)/(1 + h(w_R))  <=  x/(1 + h(w_R)) ,

    the last being the limit of small f.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    lift : array_like
        ``rho > 1``: below, the flow never passes.

    Returns
    -------
    Crossing
        The integral (Gauss in ``log c``), the two bounds, and the limit of small f.
    """
    s, rho = strength_and_lift(strength, lift)
    check.require("lift", rho, "> 1", lambda v: v > 1)
    f, scale = check.fraction("fraction", fraction), check.positive("ridge", ridge)
    check.choice("loss", loss, ("exponential", "logistic"))
    s, rho, f, scale = np.broadcast_arrays(s, rho, f, scale)
    x = f * ((rho - 1.0) / rho)
    at = minimisers(s, rho, f, loss)
    upper = np.log1p(x) / (1.0 + _bend(at.oracle, loss)) / scale
    return Crossing(
        ridge_time(s, rho, f, loss) / scale,
        np.log1p(x) / (1.0 + _bend(at.original, loss)) / scale,
        upper,
        x / (1.0 + _bend(at.oracle, loss)) / scale,
    )


def ridge_time(s: Array, rho: Array, f: Array, loss: str) -> Array:
    """Ridge times the crossing time, for valid parameters with ``rho >= 1``."""
    root = w0 if get_loss(loss).unbounded else G

    def bend_at(c: Array) -> Array:
        return _bend(root(s[..., None] * c), loss)

    return crossing_integral(rho, f, bend_at)


def crossing_integral(rho: Array, f: Array, bend_at: Callable[[Array], Array]) -> Array:
    """Integrate ``dc / ((1 + h) (c + rho - 1))`` from 1 to ``1 + f (rho - 1)``.

    ``bend_at(c)`` is h at the root for c, of shape (..., nodes).
    """
    length = np.log1p(f * (rho - 1.0))
    panels = max(1, int(np.ceil(np.max(length, initial=0.0) / _PANEL)))
    edges = np.arange(panels)[:, None] + (1.0 + _NODES) / 2
    share = np.ravel(edges) / panels  # where in the range each node is
    c = np.exp(length[..., None] * share)
    value = c / ((1.0 + bend_at(c)) * (c + (rho[..., None] - 1.0)))
    return np.asarray(length * (value @ np.tile(_WEIGHTS, panels)) / (2.0 * panels))


def no_stopping_time(
    share: ArrayLike,
    lift: ArrayLike,
    ridge: ArrayLike,
    fraction: ArrayLike,
    loss: str = "exponential",
) -> Array:
    """A distance to the oracle that no stopping time of descent-ascent gets below.

    Setting: blocks that hold every sample, retained or forgotten.  Statement: unless all lifts
    are 1 the gradient flow of descent-ascent from the original is never at the oracle, nor in the
    limit.  At all times, even if each block had a stopping time of its own, its distance is at
    least the root of the sum of squares of ``w_R - max(w_D, w_DA)`` over the blocks of lift below
    1.  Kind: lower.  Source: beyond the paper.

    Parameters
    ----------
    share : array_like (..., d)
        Retain shares ``p_j > 0`` that sum to 1.
    lift : array_like (..., d)
        ``rho_j >= 0``; ``share * lift`` sums to 1.
    ridge, fraction : array_like (...)
        ``lambda > 0``, and ``f``.

    Returns
    -------
    array (...)
        The bound: 0 only where every lift is 0 or at least 1.
    """
    p, mean = check.positive("share", share), lift_conservation(share, lift)
    for name, total in (("share", np.sum(p, axis=-1)), ("share * lift", mean)):
        wrong = np.abs(total - 1.0) > _SUM_TOLERANCE
        if np.any(wrong):
            raise ValueError(f"expected {name} to sum to 1, got {np.ravel(total[wrong])[0]}")
    rho, f = check.numbers("lift", lift), check.fraction("fraction", fraction)
    strength = p / check.positive("ridge", ridge)[..., None]
    at = minimisers(strength, rho, f[..., None], loss)
    helped = rho <= harm_threshold(f)[..., None]
    nearest = np.where(helped, at.descent_ascent, at.original)
    gap = np.where(rho < 1.0, at.oracle - np.where(rho < 1.0, nearest, at.oracle), 0.0)
    return np.asarray(np.linalg.norm(gap, axis=-1))


def _bend(w: Array, loss: str) -> Array:
    """``h = w E'(w)/E(w)`` with ``E = 1/psi``: the slope of r over E, less 1."""
    return w if get_loss(loss).unbounded else w * expit(w)
