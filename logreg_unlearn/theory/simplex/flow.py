"""Descent-ascent under the natural gradient: a line through the oracle, and its end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.simplex._laws import context, mixed


@dataclass(frozen=True)
class Flow:
    """Where the natural flow of descent-ascent is.

    Attributes
    ----------
    theta : array (...)
        ``pi = r + theta (q - r)``; NaN once the flow has left the simplex.
    law : array (..., K)
        ``pi``.
    passage : array (...)
        The time ``T`` at which the flow from the original is at the oracle.
    """

    theta: Array
    law: Array
    passage: Array


@dataclass(frozen=True)
class End:
    """Where and when the natural flow of descent-ascent ends.

    Attributes
    ----------
    bounded : bool array (...)
        Whether descent-ascent's loss is bounded below on the simplex.
    time : array (...)
        When a face is hit and the loss is minus infinity; infinite where none is.
    law : array (..., K)
        The limit, or the point of the face.
    ratio : array (...)
        Distance of that point from the oracle over the original's, in any norm; NaN where the
        original is the oracle.
    threshold : array (...)
        The lift ``1 - 1/(2f)`` above which a bounded flow ends farther than it began.
    """

    bounded: Mask
    time: Array
    law: Array
    ratio: Array
    threshold: Array


def replicator_descent_ascent(
    retain_labels: ArrayLike,
    forget_labels: ArrayLike,
    lift: ArrayLike,
    fraction: ArrayLike,
    time: ArrayLike,
) -> Flow:
    """The natural flow of descent-ascent from the original, exactly.

    Setting: one context, no ridge, natural gradient.  Statement: ``pi(t) = r + theta(t) (q - r)``
    with ``theta(t) = rho (e^((1-rho)(T-t)) - 1) / (1-rho)`` and ``T = -ln(1 - f(1-rho)) /
    (1-rho)`` (``rho = 1``: ``theta = f - t``, ``T = f``): it starts at ``pi_D``, is exactly at the
    oracle at ``T``, and goes on.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    time : array_like (...)
        ``t >= 0``.
    """
    r, q, rho, f = context(retain_labels, forget_labels, lift, fraction)
    t = check.nonnegative("time", time)
    passage = passage_time(rho, f)
    alive = t <= _hit_time(r, q, rho, f)[0]
    with np.errstate(over="ignore"):
        theta = np.where(alive, rho * _integral(1.0 - rho, passage - t), np.nan)
    return Flow(theta[()], mixed(r, q, theta), np.broadcast_to(passage, theta.shape)[()])


def replicator_end(
    retain_labels: ArrayLike, forget_labels: ArrayLike, lift: ArrayLike, fraction: ArrayLike
) -> End:
    """Where the natural flow of descent-ascent ends, and whether that is worse than nothing.

    Setting: one context, no ridge, natural gradient.  Statement: the loss is bounded below
    exactly when every class lift ``rho q_k / r_k <= 1``; the flow then tends to ``(r - rho q) /
    (1 - rho)``, farther from the oracle than the original exactly when ``rho > 1 - 1/(2f)``.
    Otherwise it hits the face of the class with the largest ``l = q_k / r_k``, after the oracle,
    at ``T + ln(rho (l - 1) / (rho l - 1)) / (1 - rho)`` (``rho = 1``: ``T + 1/(l - 1)``).  With
    ``q = r`` it rests at the oracle.  Kind: sharp.  Source: beyond the paper.
    """
    r, q, rho, f = context(retain_labels, forget_labels, lift, fraction)
    time, theta = _hit_time(r, q, rho, f)
    rests = np.all(r == q, axis=-1) | (rho == 0)
    with np.errstate(over="ignore", invalid="ignore"):
        ratio = -theta * (1.0 + f * (rho - 1.0)) / (f * np.where(rests, 1.0, rho))
    # the original itself where nothing moves: r = q has pi_D = r, and so has rho = 0
    law = np.maximum(mixed(r, q, np.where(rests, 0.0, theta)), 0.0)
    bounded = np.where(np.all(r == q, axis=-1), rho <= 1, np.isinf(time))
    return End(
        bounded=bounded[()],
        time=time[()],
        law=law,
        ratio=np.where(rests, np.nan, ratio)[()],
        threshold=np.broadcast_to(1.0 - 0.5 / f, time.shape)[()],
    )


def passage_time(rho: Array, f: Array) -> Array:
    """``T = -ln(1 - f (1 - rho)) / (1 - rho)``, f at ``rho = 1``."""
    a = 1.0 - rho
    safe = np.where(a == 0, 1.0, a)
    return np.where(a == 0, f, -np.log1p(-f * safe) / safe)


def _integral(rate: Array, time: Array) -> Array:
    """``(e^(rate time) - 1) / rate``, which is ``time`` at rate 0."""
    safe = np.where(rate == 0, 1.0, rate)
    return np.where(rate == 0, time, np.expm1(safe * time) / safe)


def _hit_time(r: Array, q: Array, rho: Array, f: Array) -> tuple[Array, Array]:
    """When the flow leaves the simplex, infinite if never; and theta there, or in the limit.

    Class k with ``q_k > r_k`` is at 0 where ``theta = -r_k / (q_k - r_k)``: that of the largest
    ``q_k / r_k`` comes first, whatever the lift.
    """
    excess = q - r
    grows = excess > 0
    at = np.where(grows, -r / np.where(grows, excess, 1.0), -np.inf).max(axis=-1)
    at, some, rho, f = np.broadcast_arrays(at, grows.any(axis=-1), rho, f)
    a = 1.0 - rho
    at = np.where(some, at, 0.0)
    # theta = -rho/a is where the flow tends to for a > 0: faces beyond it are never reached
    hits = some & (rho > 0) & (-at * a < rho)
    face = np.where(hits, at, 0.0)
    scaled = face * a / np.where(hits, rho, 1.0)
    safe = np.where(a == 0, 1.0, a)
    beyond = np.where(a == 0, -face, -np.log1p(scaled) / safe)
    limit = np.where(a > 0, -rho / np.where(a > 0, a, 1.0), 0.0)
    return (
        np.where(hits, passage_time(rho, f) + beyond, np.inf),
        np.where(hits, face, limit),
    )
