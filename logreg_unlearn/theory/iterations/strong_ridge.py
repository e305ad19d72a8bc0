r"""Strong ridge: the limits of ridge times w, and which side of harm they lie on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.iterations._linear import dot


@dataclass(frozen=True)
class StrongRidgeLimit:
    """Limits of ``lambda w`` as ``lambda -> infinity``, each (..., d)."""

    oracle: Array
    original: Array
    descent_ascent: Array


def strong_ridge_limit(
    mean_retain: ArrayLike, mean_forget: ArrayLike, fraction: ArrayLike, slope: ArrayLike = 0.5
) -> StrongRidgeLimit:
    r"""Limits of ``lambda w`` as the ridge grows without bound.

    Setting: mean convention, ``m_S`` the mean of ``y_i x_i`` over S, ``slope = -phi'(0)``.
    Statement: ``lambda w_R -> slope m_R``, ``lambda w_D -> slope ((1-f) m_R + f m_F)``,
    ``lambda w_DA -> slope (m_R - m_F)``, where for the exponential loss ``w_DA`` is the
    stationary point that tends to 0.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    slope : array_like (...)
        1/2 for the logistic loss, 1 for the exponential loss.
    """
    retain = check.real("mean_retain", mean_retain, 1)
    forget = check.real("mean_forget", mean_forget, 1)
    f = check.fraction("fraction", fraction)[..., None]
    scale = check.positive("slope", slope)[..., None]
    return StrongRidgeLimit(
        oracle=scale * retain,
        original=scale * ((1.0 - f) * retain + f * forget),
        descent_ascent=scale * (retain - forget),
    )


def strong_ridge_harm(mean_retain: ArrayLike, mean_forget: ArrayLike, fraction: ArrayLike) -> Array:
    r"""Harm criterion under a strong ridge: ``||m_F|| - f ||m_F - m_R||``, shape (...).

    Setting: as ``strong_ridge_limit``.  Statement: for all large enough ridges
    descent-ascent ends farther from the oracle than the original if this is positive, and
    closer if it is negative; at zero the leading order is a tie.  (Sum convention: always a
    tie.)
    Kind: sharp.  Source: beyond the paper.
    """
    forget, f = check.real("mean_forget", mean_forget, 1), check.fraction("fraction", fraction)
    gap = forget - check.real("mean_retain", mean_retain, 1)
    return np.sqrt(dot(forget, forget)) - f * np.sqrt(dot(gap, gap))


def strong_ridge_harm_correlation(fraction: ArrayLike, norm_ratio: ArrayLike = 1.0) -> Array:
    r"""Cosine of ``m_F`` and ``m_R`` above which descent-ascent harms under a strong ridge.

    Statement: harm iff ``cos > (1 + k^2 - 1/f^2)/(2k)``, ``k = ||m_R||/||m_F||``; with equal
    norms iff ``cos > 1 - 1/(2 f^2)``.  Below -1 (``f (1 + k) < 1``) harm is certain, at or above
    1 (``f |1 - k| >= 1``) impossible.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    norm_ratio : array_like (...)
        ``k > 0``.
    """
    f, k = check.fraction("fraction", fraction), check.positive("norm_ratio", norm_ratio)
    return (k - (1.0 / f - 1.0) * (1.0 / f + 1.0) / k) / 2.0


def strong_ridge_error(
    signed_features: ArrayLike, coefficients: ArrayLike, ridge: ArrayLike
) -> Array:
    r"""Bound on ``||lambda w - (1/2) sum_i c_i a_i||`` at any stationary point, logistic loss.

    Setting: ``J_c = sum_i c_i phi(a_i . w) + (lambda/2)||w||^2``, any signs, any ridge.
    Statement: the error is at most ``(C_1 C_2) / (4 lambda)`` with ``C_k = sum_i |c_i|
    ||a_i||^k``: the limit is reached like ``1/lambda``.
    Kind: upper.  Source: beyond the paper (``|phi'| <= 1``, ``phi'' <= 1/4``).

    Parameters
    ----------
    signed_features : array_like (..., n, d)
        Rows ``a_i = y_i x_i``.
    coefficients : array_like (..., n)
    """
    rows = check.real("signed_features", signed_features, 2)
    sizes, strength = (
        np.abs(check.real("coefficients", coefficients, 1)),
        check.positive("ridge", ridge),
    )
    squares = dot(rows, rows)
    return dot(sizes, np.sqrt(squares)) * dot(sizes, squares) / (4.0 * strength)
