"""The replicator equation with a constant payoff: temperature is time, and faces are masks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check


@dataclass(frozen=True)
class FaceFlow:
    """The flow that pushes some classes down.

    Attributes
    ----------
    share : array (...)
        Probability of the classes that are pushed down.
    law : array (..., K)
        The distribution at that time.
    limit : array (..., K)
        The start, conditioned on the other classes.
    """

    share: Array
    law: Array
    limit: Array


def temperature_is_time(
    law: ArrayLike, payoff: ArrayLike, time: ArrayLike, temperature: ArrayLike
) -> Array:
    """The replicator flow of a constant payoff ``a`` with entropy weight ``tau``, exactly.

    Setting: ascent of ``a.pi + tau H(pi)`` under the natural gradient from ``law``.  Statement:
    ``ln pi(t) = e^(-tau t) ln pi(0) + (1 - e^(-tau t))/tau a + const``.  With ``tau = 0``,
    ``pi(t)`` is ``pi(0) e^(ta)`` normalised: payoff ``a/T`` for time t is ``a`` for time ``t/T``,
    and n steps of multiplicative weights of size ``t/n`` are the flow.  With ``tau > 0`` it tends
    to ``softmax(a/tau)``.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    payoff : array_like (..., K)
        ``a``, finite.
    time : array_like (...)
        ``t >= 0``.
    temperature : array_like (...)
        Entropy weight ``tau >= 0``.

    Returns
    -------
    array (..., K)
        ``pi(t)``; a class of probability 0 keeps it.
    """
    start, a = check.distribution("law", law), check.real("payoff", payoff, 1)
    check.same_classes("payoff", start, a)
    t, tau = np.broadcast_arrays(
        check.nonnegative("time", time), check.nonnegative("temperature", temperature)
    )
    with np.errstate(divide="ignore", over="ignore"):
        shrink = np.minimum(tau * t, np.finfo(float).max)
        pull = np.where(shrink == 0, t, -np.expm1(-shrink) / np.where(shrink == 0, 1.0, tau))
        log = np.log(start)
    support = start > 0
    score = np.exp(-shrink)[..., None] * np.where(support, log, 0.0) + pull[..., None] * a
    return _normalised(np.where(support, score, -np.inf))


def face_restriction(law: ArrayLike, forgotten: ArrayLike, time: ArrayLike) -> FaceFlow:
    """The flow of payoff -1 on the forgotten classes: a soft top-k mask that hardens with time.

    Setting: natural gradient, from ``law``; ``theta`` is its probability of the forgotten classes.
    Statement: ``theta(t) = theta e^-t / (1 - theta + theta e^-t)``, and within the forgotten
    classes, as within the others, ratios never change; the limit is ``law`` conditioned on the
    others.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    forgotten : bool array_like (K,)
        The classes that are pushed down; the others have a positive probability.
    time : array_like (...)
        ``t >= 0``.
    """
    start, down = check.distribution("law", law), check.flags("forgotten", forgotten)
    if down.shape != start.shape[-1:]:
        raise ValueError(f"expected forgotten {start.shape[-1:]}, got shape {down.shape}")
    t = check.nonnegative("time", time)
    kept = start @ (1.0 - down)
    if np.any(kept == 0):
        raise ValueError("expected some probability on the classes that stay, got 0.0")
    theta = start @ down
    fade = np.exp(-t)
    total = kept + theta * fade
    changed = start * np.where(down == 1, fade[..., None], 1.0) / total[..., None]
    limit = np.where(down == 1, 0.0, start) / kept[..., None]
    return FaceFlow((theta * fade / total)[()], changed, limit)


def _normalised(score: Array) -> Array:
    """Softmax over the last axis."""
    with np.errstate(under="ignore"):
        weight = np.exp(score - score.max(axis=-1, keepdims=True))
    return weight / weight.sum(axis=-1, keepdims=True)
