"""The softmax loss of one sample, the gauge of its weights, and what a strong ridge leaves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check


class Derivatives(NamedTuple):
    """Value (...), gradient (..., K) and Hessian (..., K, K) in the logits."""

    value: Array
    gradient: Array
    hessian: Array


class Gauge(NamedTuple):
    """Weights (..., K, d) whose rows sum to 0, and ``|W|^2`` less theirs (...)."""

    weights: Array
    surplus: Array


class StrongRidge(NamedTuple):
    """Limit (..., K, d) of ``ridge W``, and a bound (...) on the distance from it."""

    limit: Array
    error: Array


def softmax_derivatives(logits: ArrayLike, labels: ArrayLike) -> Derivatives:
    """Value, gradient and Hessian of ``lse(u) - y.u``.

    Setting: one sample, labels a distribution y.  Statement: the gradient is ``pi - y``, the
    Hessian ``diag pi - pi pi'``, between 0 and ``(I - 11'/K)/2``, and ``|D^3[v,v,h]| <= range(h)
    D^2[v,v]``.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    logits, labels : array_like (..., K)
        Finite numbers, and distributions.
    """
    u, y = check.real("logits", logits, 1), check.distribution("labels", labels)
    check.same_classes("labels", u, y)
    top = u.max(axis=-1, keepdims=True)
    weight = np.exp(u - top)
    total = weight.sum(axis=-1, keepdims=True)
    pi = weight / total
    value = np.log(total[..., 0]) + top[..., 0] - np.sum(y * u, axis=-1)
    outer = pi[..., :, None] * pi[..., None, :]
    return Derivatives(value[()], pi - y, pi[..., None] * np.eye(u.shape[-1]) - outer)


def softmax_gauge(class_weights: ArrayLike) -> Gauge:
    """The weights of the same logits, up to a constant, whose rows sum to 0.

    Setting: any data, any signs of the coefficients.  Statement: every stationary point has rows
    that sum to 0; from any weights, taking off the mean row changes no loss and lowers the
    objective by ``ridge/2`` times the surplus.  Two classes are the binary model of half the
    ridge with ``w = W_1 - W_2``.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    class_weights : array_like (..., K, d)
        A row for each class.
    """
    w = check.real("class_weights", class_weights, 2)
    mean = w.mean(axis=-2, keepdims=True)
    return Gauge(w - mean, (w.shape[-2] * np.sum(mean**2, axis=(-2, -1)))[()])


def softmax_strong_ridge(
    features: ArrayLike, labels: ArrayLike, coefficients: ArrayLike, ridge: ArrayLike
) -> StrongRidge:
    """What every stationary point tends to as the ridge grows, with an error bound.

    Setting: any data, signed coefficients c.  Statement: ``|ridge W - M| <= C_1 C_2 / (sqrt(2)
    ridge)`` at every stationary point, ``M = sum_i c_i (y_i - 1/K) x_i'``, ``C_1 = sum |c_i|
    |x_i|``, ``C_2 = sum |c_i| |x_i|^2``.  Kind: upper.  Source: beyond the paper.

    Parameters
    ----------
    features : array_like (n, d)
    labels : array_like (n, K)
        Distributions: a 1 for the class of each sample, or soft labels.
    coefficients : array_like (n,)
    ridge : array_like (...)
    """
    x, y = check.real("features", features, 2), check.distribution("labels", labels)
    c = check.real("coefficients", coefficients, 1)
    if not (x.ndim == y.ndim == 2 and c.ndim == 1 and len(x) == len(y) == len(c)):
        raise ValueError(
            "expected features, labels, coefficients of shapes (n, d), (n, K), (n,), "
            f"got {x.shape}, {y.shape}, {c.shape}"
        )
    strength = check.positive("ridge", ridge)
    limit = (c[:, None] * (y - 1.0 / y.shape[1])).T @ x
    norms = np.linalg.norm(x, axis=1)
    first, second = np.abs(c) @ norms, np.abs(c) @ norms**2
    shape = (*strength.shape, *limit.shape)
    error = np.asarray(first * second / (np.sqrt(2.0) * strength))
    return StrongRidge(np.broadcast_to(limit, shape), error[()])
