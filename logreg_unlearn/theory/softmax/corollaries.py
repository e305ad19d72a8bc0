"""What the block's one equation implies: the phases of the flow, and all blocks together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.single_coordinate.blocks import Closeness, closeness_of, conserved
from logreg_unlearn.theory.single_coordinate.phases import Phase, Phases, phases_of
from logreg_unlearn.theory.single_coordinate.stopping import crossing_integral
from logreg_unlearn.theory.softmax._root import class_root
from logreg_unlearn.theory.softmax.block import _block, softmax_minimiser


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

    def bend_at(c: Array) -> Array:
        m = class_root(k[..., None] * s[..., None] * c, k[..., None])
        return np.asarray(m * expit(m - np.log(k - 1.0)[..., None]))

    time = crossing_integral(np.maximum(rho, 1.0), f, bend_at)
    return phases_of(rho, f, Phase.PASSES, time)


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
    p, rho = conserved(share, lift)
    f, k = check.fraction("fraction", fraction), check.count("classes", classes, least=2)
    strength = p / check.positive("ridge", ridge)[..., None]
    at = softmax_minimiser(strength, rho, f[..., None], k[..., None])
    every = np.broadcast_to(f, at.oracle.shape[:-1])
    return closeness_of(at.oracle, at.original, at.descent_ascent, every)
