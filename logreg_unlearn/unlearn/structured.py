"""Unlearning in chains: messages and logistic regression in turn, towards the joint oracle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logreg_unlearn.problem.chains import Chains
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.messages import settle
from logreg_unlearn.problem.norms import euclidean
from logreg_unlearn.solve.optimum import minimise


@dataclass(frozen=True)
class Rounds:
    """Where each round of an alternation ended.

    Attributes
    ----------
    w : ndarray (rounds + 1, d)
        The start first. The first round keeps the messages of the start.
    bounds : ndarray (rounds + 1,)
        No farther than this from the joint oracle: the gradient's norm over the ridge.
    """

    w: Array
    bounds: Array


def alternate(chains: Chains, start: Array, rounds: int = 40) -> Rounds:
    """Settle the messages of the retained chains, refit with them as offsets, and again.

    Both steps minimise one convex function of weights and messages, so the rounds go to its
    minimum, the joint oracle (claim ``alternation``); the bound needs no oracle.

    Parameters
    ----------
    chains : Chains
    start : ndarray (d,)
        The original's weights.
    rounds : int
        At least 1.

    Raises
    ------
    ValueError
        If ``rounds`` < 1 or the start has the wrong shape.
    """
    kept = chains.oracle()
    if rounds < 1:
        raise ValueError(f"expected rounds >= 1, got {rounds}")
    if np.shape(start) != (kept.dimension,):
        raise ValueError(f"expected a start of shape ({kept.dimension},), got {np.shape(start)}")
    w = np.asarray(start, dtype=np.float64)
    messages, found = None, [w]
    for _ in range(rounds):
        messages = settle(kept.features @ w, kept.coupling, messages)
        w = minimise(kept.at(messages), w).w
        found.append(w)
    norms = [float(euclidean(kept.gradient(w))) + kept.gradient_error(w) for w in found]
    return Rounds(np.array(found), np.array(norms) / chains.ridge)
