"""Messages on the edges of chains ``(n, T - 1, 2)``: what they add, and where they settle."""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS, FEW


def bias(messages: Array) -> Array:
    """Return ``b (n, T)``, what messages ``(n, T - 1, 2)`` add to the scores of the sites."""
    n, edges, _ = messages.shape
    total = np.zeros((n, edges + 1))
    total[:, :-1] -= messages[..., 0]
    total[:, 1:] -= messages[..., 1]
    return total


def pass_messages(scores: Array, messages: Array, coupling: float) -> Array:
    """Return the messages after the exact step at every site, all at once.

    A step at a site makes the half log-odds of the site and of its edges' marginals their mean.
    In the largest entry the map contracts by ``tanh |J|``.
    """
    incoming = np.zeros((*scores.shape, 2))  # half log-odds that an edge's other end adds
    rate = math.tanh(coupling)
    incoming[:, 1:, 0] = np.arctanh(rate * np.tanh(messages[..., 0]))
    incoming[:, :-1, 1] = np.arctanh(rate * np.tanh(messages[..., 1]))
    factors = np.full(scores.shape[1], 3.0)
    factors[[0, -1]] = 2.0
    agreed = (scores + incoming.sum(axis=-1)) / factors
    return np.stack(
        [agreed[:, :-1] - incoming[:, :-1, 1], agreed[:, 1:] - incoming[:, 1:, 0]], axis=-1
    )


def settle(scores: Array, coupling: float, start: Array | None = None) -> Array:
    """Return the minimising messages ``(n, T - 1, 2)`` of scores ``(n, T)``, to rounding."""
    n, sites = scores.shape
    messages = np.zeros((n, sites - 1, 2)) if start is None else start
    rate = math.tanh(abs(coupling))
    size = 1.0 + float(np.abs(scores).max(initial=0.0))
    # geometric: the error of 0 or of an earlier point is gone after these steps
    longest = FEW + math.ceil(math.log(EPS**2) / math.log(max(rate, EPS)))
    for _ in range(longest):
        passed = pass_messages(scores, messages, coupling)
        moved = float(np.abs(passed - messages).max(initial=0.0))
        messages = passed
        if moved <= 4 * EPS * size:
            break
    return messages
