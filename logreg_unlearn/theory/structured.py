"""Chains of labels, learnt by message passing and logistic regression in turn.

Every factor's entropy counts once; after Domke, *Structured Learning via Logistic Regression*,
NIPS 2013.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check


class ChainStep(NamedTuple):
    """Offsets and marginal means (T,) of the sites, A, and messages (T - 1, 2) a step later."""

    bias: Array
    marginals: Array
    value: Array
    passed: Array


def _log_cosh(x: Array) -> Array:
    """``log(2 cosh x)``, at any size of x."""
    return np.logaddexp(x, -x)


def message_bias(scores: ArrayLike, messages: ArrayLike, coupling: ArrayLike) -> ChainStep:
    """What messages add to the scores of a chain, and the exact step at every site at once.

    Setting: sites 1 ... T, pair potential ``J y y'``, messages ``m_{a,t}`` on edges a.
    Statement: at fixed messages the loss is logistic with offsets ``b_t = -sum_a m_{a,t}``; the
    exact step at a site makes the half log-odds of its factors their mean.  Kind: sharp.
    Source: after Domke (NIPS 2013).

    Parameters
    ----------
    scores : array_like (T,)
        ``u_t = x_t . w``, T at least 2.
    messages : array_like (T - 1, 2)
        At the left and the right end of each edge.
    coupling : array_like
        J, a single number.
    """
    u, m = check.real("scores", scores, 1), check.real("messages", messages, 2)
    j = check.single("coupling", check.real("coupling", coupling))
    if u.ndim != 1 or len(u) < 2 or m.shape != (len(u) - 1, 2):
        raise ValueError(f"expected messages of shape (T - 1, 2), got {m.shape} for {u.shape}")
    bias = -np.append(m[:, 0], 0.0) - np.append(0.0, m[:, 1])
    exponents = [j * p * q + p * m[:, 0] + q * m[:, 1] for p in (-1, 1) for q in (-1, 1)]
    value = _log_cosh(u + bias).sum() + np.logaddexp.reduce(exponents, axis=0).sum()
    # what the far end of an edge adds to the half log-odds of the near one
    added = 0.5 * (_log_cosh(m[:, ::-1] + j) - _log_cosh(m[:, ::-1] - j))
    factors = np.full(len(u), 3.0)
    factors[[0, -1]] = 2.0
    agreed = (u + np.append(added[:, 0], 0.0) + np.append(0.0, added[:, 1])) / factors
    passed = np.stack([agreed[:-1], agreed[1:]], axis=1) - added
    return ChainStep(bias, np.tanh(u + bias), value, passed)


def alternation(
    coupling: ArrayLike, sites: ArrayLike, data_curvature: ArrayLike, ridge: ArrayLike
) -> Array:
    """The most of the distance to the joint oracle that one round leaves, close to it.

    Setting: as above, coefficients >= 0; a round settles the messages and refits with them fixed.
    Statement: the share left, in the norm of the Hessian at fixed messages, is at most
    ``D/(D + 1 - tanh|J|) * C/(C + ridge)``, D the number of neighbours: 1 in chains of 2 sites,
    else 2.  Kind: upper, attained.  Source: beyond the paper.

    Parameters
    ----------
    coupling : array_like
        J.
    sites : array_like
        T, at least 2.
    data_curvature : array_like
        C, the largest eigenvalue of the data part of the Hessian at fixed messages.
    ridge : array_like
    """
    j, length = check.real("coupling", coupling), check.count("sites", sites, 2)
    c, ridge = check.nonnegative("data_curvature", data_curvature), check.positive("ridge", ridge)
    neighbours = np.minimum(length - 1.0, 2.0)
    return neighbours / (neighbours + 1.0 - np.tanh(np.abs(j))) * (c / (c + ridge))


def structured_harm(fraction: ArrayLike) -> Array:
    """The lift above which descent-ascent ends farther from the oracle, one shared parameter.

    Setting: a block of chains that are alike in retain and forget set and share one parameter,
    any labels, loss not stationary at 0, any coupling and ridge.  Statement: ``|w_DA - w_R| >
    |w_D - w_R|`` exactly when ``rho > f / (1 + f)``, at every stationary point of descent-ascent.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    fraction : array_like
        f, the forgotten share of the chains.
    """
    f = check.fraction("fraction", fraction)
    return f / (1.0 + f)
