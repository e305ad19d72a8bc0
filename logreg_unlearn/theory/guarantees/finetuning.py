r"""Ascent on the forget set, then finetuning on the retain set: what the ascent is worth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.lambert import G


class AscentStart(NamedTuple):
    """Where ascent starts in one block, where the oracle is, and when ascent is there."""

    original: Array
    oracle: Array
    passing_time: Array


def ascent_finetune_bound(
    distance: ArrayLike,
    mean_length: ArrayLike,
    step_size: ArrayLike,
    ascent_steps: ArrayLike,
    finetune_steps: ArrayLike,
    ridge: ArrayLike,
) -> Array:
    r"""Bound the distance to the oracle after ascent on F and finetuning on R.

    Setting: logistic loss; ``T`` steps up ``l_F`` without ridge, then ``S`` steps down ``L_R``,
    all of size ``eta <= 1/L``, ``L`` the largest curvature of ``L_R``
    (:func:`~logreg_unlearn.theory.certificates.logistic_smoothness`).
    Statement: ``|w - w_R| <= (1 - eta ridge)^S (|w_0 - w_R| + eta T mean_F |x|)``.
    Kind: upper, with the best constants.  Source: beyond the paper.

    Parameters
    ----------
    distance : array_like
        ``|w_0 - w_R|`` where the ascent starts, usually at the original; infinite is allowed.
    mean_length : array_like
        Mean of ``|x_i|`` over F, ``>= 0``.
    step_size : array_like
        ``eta > 0`` with ``eta ridge <= 1``.
    ascent_steps, finetune_steps : array_like
        ``T`` and ``S``, whole numbers ``>= 0``.
    """
    far, length = check.bound("distance", distance), check.nonnegative("mean_length", mean_length)
    eta, strength = check.positive("step_size", step_size), check.positive("ridge", ridge)
    up = check.count("ascent_steps", ascent_steps, 0)
    down = check.count("finetune_steps", finetune_steps, 0)
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        move = np.broadcast_arrays(eta * strength, down)[0]
        check.require("step_size * ridge", move, "<= 1", lambda v: v <= 1)
        shrink = np.where(down == 0, 1.0, np.exp(down * np.log1p(-move)))
        reached = shrink * (far + eta * up * length)
    # a contraction to 0 of what is not known
    return np.where(np.isnan(reached), np.inf, reached)


def ascent_hurts_finetuning(
    retain_share: ArrayLike, forget_share: ArrayLike, fraction: ArrayLike, ridge: ArrayLike
) -> AscentStart:
    r"""Return how long ascent moves one block towards the oracle: not at all at lift <= 1.

    Setting: one block of the logistic loss in gradient flow: ascent on ``l_F`` without ridge
    from the original, then descent on ``L_R`` for any time.
    Statement: at lift ``q/p <= 1`` every ascent leaves every later finetuned model farther from
    the oracle.  At lift above 1 ascent is at the oracle at the time
    ``(w_D - w_R + e^{w_D} - e^{w_R})/q`` and helps until then.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    retain_share, forget_share : array_like
        ``p`` and ``q`` in (0, 1]: the block's share of R and of F.
    fraction : array_like
        ``f = n_F/n`` in (0, 1).

    Returns
    -------
    AscentStart
        ``passing_time`` is 0 at lift at most 1.
    """
    p, q = _share("retain_share", retain_share), _share("forget_share", forget_share)
    f, strength = check.fraction("fraction", fraction), check.positive("ridge", ridge)
    with np.errstate(over="ignore", invalid="ignore"):
        original, oracle = G((p + f * (q - p)) / strength), G(p / strength)
        gap, level = original - oracle, np.exp(oracle)
        for _ in range(2):  # Newton steps for the digits that the difference of two roots lacks
            grown = level * np.expm1(gap)
            lacks = gap * (1 + level) + original * grown - f * (q - p) / strength
            gap = gap - lacks / (1 + (level + grown) * (1 + original))
        time = (gap + level * np.expm1(gap)) / q
    return AscentStart(original, oracle, np.where(q > p, time, 0.0))


def _share(name: str, value: ArrayLike) -> Array:
    return check.require(name, value, "in (0, 1]", lambda v: (v > 0) & (v <= 1))
