"""Two nearly parallel samples of one label, one retained and one forgotten."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.lambert import w0, w0_exp


@dataclass(frozen=True)
class NearParallel:
    """One sample ``(1, epsilon)`` retained, one ``(epsilon, 1)`` forgotten.

    Attributes
    ----------
    original, oracle : ndarray (..., 2)
        Exact weights.
    da_sum_limit : ndarray
        Limit of ``w_1 + w_2`` at descent-ascent as epsilon -> 1; NaN where there is none.
    least_ridge : ndarray
        Smallest ridge for which that limit exists; 0 where it always does.
    """

    original: Array
    oracle: Array
    da_sum_limit: Array
    least_ridge: Array


def near_parallel_limit(
    epsilon: ArrayLike, ridge: ArrayLike, n_retain: ArrayLike, n_forget: ArrayLike
) -> NearParallel:
    """Two nearly parallel samples of one label, one retained and one forgotten.

    With ``A_S = 1/(ridge |S|)``: original ``w_1 = w_2 = W((1 + epsilon)^2 A_D)/(1 + epsilon)``
    and oracle ``(1, epsilon) W((1 + epsilon^2) A_R)/(1 + epsilon^2)``, exactly; descent-ascent,
    as epsilon -> 1: ``w_1 + w_2 -> W0(2(A_R - A_F))``, ``w_1 - w_2 -> 0``, if
    ``ridge >= 2 e (1/n_F - 1/n_R)``, and no stationary point close to epsilon = 1 below that.
    Sharp; paper, App. J, amended.

    Parameters
    ----------
    epsilon : array_like
        Any real but -1.
    ridge, n_retain, n_forget : array_like
        Positive; the sizes of R and F are whole numbers.

    Examples
    --------
    >>> print(near_parallel_limit(0.9, 6.0, 9, 1).least_ridge.round(4))
    4.8325
    """
    e, lam, n_r, n_f = np.broadcast_arrays(
        check.require(
            "epsilon", epsilon, "finite and not -1", lambda v: np.isfinite(v) & (v != -1)
        ),
        check.positive("ridge", ridge),
        check.count("n_retain", n_retain),
        check.count("n_forget", n_forget),
    )
    both = w0_exp(2 * np.log(abs(1 + e)) - np.log(lam * (n_r + n_f))) / (1 + e)
    mu = w0_exp(np.log1p(e**2) - np.log(lam * n_r)) / (1 + e**2)
    excess = 1 / n_f - 1 / n_r
    argument = -2 * excess / lam
    # rounding alone must not decide whether the ridge that is exactly enough is enough
    argument = np.where(lam == 2 * np.e * excess, np.maximum(argument, -np.exp(-1.0)), argument)
    return NearParallel(
        original=np.stack([both, both], axis=-1),
        oracle=np.stack([mu, e * mu], axis=-1),
        da_sum_limit=w0(argument),
        least_ridge=np.maximum(2 * np.e * excess, 0.0),
    )
