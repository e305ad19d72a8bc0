r"""What can be known of descent-ascent's end before it is run, and what cannot.

``L_DA = l_R - l_F + ridge/2 |w|^2``, mean convention; ``H`` its Hessian, indefinite in general;
``T(w) = w - grad L_DA(w)/ridge``, which is ``-grad(l_R - l_F)(w)/ridge``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import LOGISTIC, Array, Mask
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.single_coordinate.minimisers import logistic_minimiser


class Blindness(NamedTuple):
    """Three forms of the cross-influence norm, and what descent-ascent comes to."""

    raw: Array
    by_slopes: Array
    by_curvatures: Array
    ratio: Array


def influence_norm_is_blind(
    strength: ArrayLike, loudness: ArrayLike, lift: ArrayLike, fraction: ArrayLike
) -> Blindness:
    r"""Cross-influence norms of two blocks, one of which is loud and says nothing.

    Setting: logistic loss. A share ``p = s ridge`` of the retained samples and ``rho p`` of the
    forgotten ones are ``e_1``; a share ``q`` of either are ``+l e_2`` and ``-l e_2``, equally many,
    ``b = q l^2/ridge``; all other samples are 0.
    Statement: over ``sqrt(n_R n_F)``, the norms are the larger of two blocks', with
    ``c = 1/4`` and ``c_1 = phi''(w_D)``: raw ``max(b/(1 + b/4), s sqrt(rho)/(1 + s_D c_1))``,
    ``s_D = s (1 + f (rho - 1))``; weighted by ``phi'`` or by ``sqrt(phi'')`` each block's times
    its weight squared. For ``rho <= 1`` and ``b/(1 + b/4) >= s`` none depends on rho, while the
    ratio of distances goes from 0 at ``rho = 0`` to infinity at ``rho = 1``.
    Kind: sharp.  Source: beyond the paper; the norm is the paper's (Appendix A).

    Parameters
    ----------
    strength, loudness : array_like
        ``s > 0`` and ``b > 0``.
    lift : array_like
        ``rho >= 0``.
    fraction : array_like
        ``f`` in (0, 1).

    Returns
    -------
    Blindness
        The norms over ``sqrt(n_R n_F)``, and ``|w_DA - w_R|/|w_D - w_R|``.
    """
    loud = check.positive("loudness", loudness)
    ends = logistic_minimiser(strength, lift, fraction)
    s, rho, f = (np.asarray(value, float) for value in (strength, lift, fraction))
    slope, bend = LOGISTIC.derivative(ends.original), LOGISTIC.curvature(ends.original)
    quiet = s * np.sqrt(rho) / (1.0 + s * (1.0 + f * (rho - 1.0)) * bend)
    other = loud / (1.0 + LOGISTIC.curvature_bound * loud)
    before, after = ends.original - ends.oracle, ends.descent_ascent - ends.oracle
    with np.errstate(divide="ignore"):
        ratio = np.abs(after) / np.abs(before)
    return Blindness(
        np.maximum(other, quiet),
        np.maximum(other / 4.0, slope**2 * quiet),
        np.maximum(other / 4.0, bend * quiet),
        ratio + np.zeros_like(loud),
    )


class FixedPoint(NamedTuple):
    """How fast the rounds contract, and what they leave."""

    rate: Array
    error: Array


def stationary_fixed_point(
    step_norm: ArrayLike, curvature_bound: ArrayLike, ridge: ArrayLike, rounds: ArrayLike
) -> FixedPoint:
    r"""Bound the distance of ``T`` applied so often to a stationary point of descent-ascent.

    Setting: any data, a convex loss; ``C`` at least the largest eigenvalue of the Hessians of
    ``l_R`` and of ``l_F``: for the logistic loss ``max_S |X_S|_2^2/(4 n_S)``.
    Statement: stationary points are the fixed points of T, and T brings every w closer to each
    of them by the factor ``q = C/ridge``. Where ``q < 1`` there is exactly one, and
    ``|T^k(w) - w*| <= q^k/(1 - q) |T(w) - w|``. Neither constant can be improved.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    step_norm : array_like
        ``|T(w) - w| = |grad L_DA(w)|/ridge``.
    curvature_bound : array_like
        ``C > 0``.
    ridge : array_like
    rounds : array_like
        ``k``, a whole number >= 1.

    Returns
    -------
    FixedPoint
        ``q``, and the bound, infinite where ``q >= 1``.
    """
    rate = check.positive("curvature_bound", curvature_bound) / check.positive("ridge", ridge)
    step, count = check.nonnegative("step_norm", step_norm), check.count("rounds", rounds)
    inside = rate < 1.0
    q = np.where(inside, rate, 0.5)
    error = np.where(inside, q**count / (1.0 - q) * step, np.inf)
    return FixedPoint(np.broadcast_to(rate, error.shape), error)


class SignedStep(NamedTuple):
    """The step, whether its quadratic has a minimum, and how far it can be from the end."""

    step: Array
    settles: Mask
    error: Array


def signed_newton_step(
    gradient: ArrayLike, hessian: ArrayLike, lipschitz: ArrayLike, distance: ArrayLike
) -> SignedStep:
    r"""Newton step on an indefinite objective, with the error it leaves.

    Setting: a twice differentiable objective, such as ``L_DA``; ``H`` invertible at w, ``sigma``
    its least ``|eigenvalue|``; ``w*`` a stationary point at ``distance``; ``M`` a Lipschitz
    constant of the Hessian on the segment to it.
    Statement: ``|w - H^-1 g - w*| <= M distance^2/(2 sigma)``, whatever the signs: exact where the
    objective is quadratic. There its gradient flow ends from every w iff all eigenvalues are
    positive. Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    gradient : (..., d) array_like
    hessian : (..., d, d) array_like
        Symmetric and invertible.
    lipschitz, distance : array_like
        ``M >= 0`` and ``|w - w*| >= 0``.

    Returns
    -------
    SignedStep
    """
    g, matrix = check.real("gradient", gradient, 1), check.real("hessian", hessian, 2)
    bend, reach = check.nonnegative("lipschitz", lipschitz), check.nonnegative("distance", distance)
    eigenvalues = np.linalg.eigvalsh(matrix)
    least = np.min(np.abs(eigenvalues), axis=-1)
    # a computed eigenvalue is off by a few eps of the largest
    noise = 16 * np.finfo(float).eps * np.max(np.abs(eigenvalues), axis=-1)
    if np.any(least <= noise):
        raise ValueError(f"expected hessian invertible, got an eigenvalue of {np.min(least):.3g}")
    step = -np.linalg.solve(matrix, g[..., None])[..., 0]
    return SignedStep(step, eigenvalues[..., 0] > 0, bend * reach**2 / (2.0 * least))
