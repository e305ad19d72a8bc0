"""What the block's one equation implies: the phases of the flow, and all blocks together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.single_coordinate import harm_threshold, lift_conservation
from logreg_unlearn.theory.single_coordinate.blocks import Closeness
from logreg_unlearn.theory.single_coordinate.phases import Phase, Phases
from logreg_unlearn.theory.softmax._root import class_root
from logreg_unlearn.theory.softmax.block import _block, softmax_minimiser

# The integrand is analytic near the axis, as for two classes: on panels of length 1 in log c 32
# nodes are exact to rounding.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_PANEL = 1.0
_SHARES_TOLERANCE = 1e-9


def softmax_early_stopping(
    strength: ArrayLike, lift: ArrayLike, fraction: ArrayLike, classes: ArrayLike
) -> Phases:
    """What the gradient flow of descent-ascent from the original does to the distance.

    Setting: softmax loss, one block, all its samples of class k.  Statement: the flow stays on the
    ray ``u = m (e_k - 1/K)``, ``dm/dt = p (1 - rho) kappa(m) - ridge m`` with ``kappa = K/(e^m +
    K - 1)``, and has the phases of two classes: it approaches the oracle below ``f/(1+f)``, stays
    there, recedes up to ``rho = 1``, and beyond passes through the oracle at

        ridge T = int_1^(1 + f (rho - 1)) dc / ((1 + h(m_c)) (c + rho - 1)),

    ``h(m) = m e^m/(e^m + K - 1)``, ``m_c`` the root of ``m/kappa(m) = s c``, and goes on to the
    symmetric point.  Kind: qualitative.  Source: beyond the paper.

    Returns
    -------
    Phases
        ``oracle_time`` is ridge times flow time; infinite where the flow is never at the oracle.
    """
    s, rho, f, k = np.broadcast_arrays(*_block(strength, lift, fraction, classes))
    threshold = harm_threshold(f)
    phase = np.select(
        [rho < threshold, rho == threshold, rho <= 1.0],
        [Phase.APPROACHES, Phase.STAYS, Phase.RECEDES],
        Phase.PASSES,
    )
    time = np.where(rho >= 1.0, _ridge_time(s, np.maximum(rho, 1.0), f, k), np.inf)
    return Phases(phase=phase.astype(np.int64)[()], oracle_time=time[()])


def _ridge_time(s: Array, rho: Array, f: Array, k: Array) -> Array:
    length = np.log1p(f * (rho - 1.0))
    panels = max(1, int(np.ceil(np.max(length, initial=0.0) / _PANEL)))
    share = np.ravel(np.arange(panels)[:, None] + (1.0 + _NODES) / 2) / panels
    c = np.exp(length[..., None] * share)
    m = class_root(k[..., None] * s[..., None] * c, k[..., None])
    bend = m * expit(m - np.log(k - 1.0)[..., None])
    value = c / ((1.0 + bend) * (c + (rho[..., None] - 1.0)))
    return np.asarray(length * (value @ np.tile(_WEIGHTS, panels)) / (2.0 * panels))


def softmax_vector_closeness(
    share: ArrayLike,
    lift: ArrayLike,
    ridge: ArrayLike,
    fraction: ArrayLike,
    classes: ArrayLike,
) -> Closeness:
    """How close descent-ascent can end to the oracle over all blocks together, K classes.

    Setting: d blocks, each with one label, every forgotten sample in one of them.  Statement: at
    every stationary point ``|W_DA - W_R| > |W_D - W_R| / (f sqrt(d))``, for every ridge and K; the
    constant cannot be improved.  Kind: lower.  Source: beyond the paper.

    Parameters
    ----------
    share : array_like (..., d)
        Retain shares ``p_j > 0``, of sum at most 1.
    lift : array_like (..., d)
        ``rho_j >= 0``; ``share * lift`` sums to 1.
    ridge, fraction, classes : array_like (...)

    Returns
    -------
    Closeness
        The ratio at the point that is symmetric in every block; others are farther.
    """
    mean = lift_conservation(share, lift)
    if np.any(np.abs(mean - 1.0) > _SHARES_TOLERANCE):
        raise ValueError(f"expected share * lift to sum to 1, got {np.ravel(mean)[0]}")
    p, rho = check.positive("share", share), check.nonnegative("lift", lift)
    f, k = check.fraction("fraction", fraction), check.count("classes", classes, least=2)
    strength = p / check.positive("ridge", ridge)[..., None]
    at = softmax_minimiser(strength, rho, f[..., None], k[..., None])
    unlearned = np.linalg.norm(at.descent_ascent - at.oracle, axis=-1)
    original = np.linalg.norm(at.original - at.oracle, axis=-1)
    same = original == 0.0
    ratio = np.where(same, np.inf, unlearned / np.where(same, 1.0, original))
    return Closeness(ratio[()], np.broadcast_to(1.0 / (f * np.sqrt(p.shape[-1])), ratio.shape)[()])
