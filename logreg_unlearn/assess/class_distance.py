r"""Distances of a softmax model to the retrained optimum.

As of :mod:`logreg_unlearn.assess.distance`, with the range of the logits' change in place of the
margin's: the largest change of a difference of two of them.  The risk's remainder of a sample whose
logits u move by t is, with :math:`s = t - \pi\cdot t`,

.. math:: D(u, t) = \mathrm{lse}(u+t) - \mathrm{lse}(u) - \pi\cdot t
          = \log\Bigl(1 + \sum_k \pi_k\,(e^{s_k} - 1 - s_k)\Bigr),

a sum of terms that are all at least 0.
"""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem import logits as of_logits
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.softmax import SoftmaxObjective

_SERIES = 1.0 / np.cumprod(np.arange(1.0, 20.0))[1:]
"""1/2!, 1/3!, ...: of steps up to 1 the rest is below rounding."""
_LARGE = 500.0
"""Steps from which an exponential alone decides, and may overflow."""


def ranges(count: int, delta: Array, rows: Array) -> Array:
    """Return the range (..., m) of what ``delta (..., K*d)`` adds to the logits of rows (m, d)."""
    flat = delta.reshape(-1, count, rows.shape[1])
    found = np.array([np.ptp(np.dot(weights, rows.T), axis=0) for weights in flat])
    return found.reshape(*delta.shape[:-1], len(rows))


def squared_norm(objective: SoftmaxObjective, at: Array, delta: Array) -> Array:
    """Return ``delta' H delta`` (...) with the Hessian at ``at``."""
    flat = delta.reshape(-1, delta.shape[-1])
    found = [float(np.dot(v, objective.hessian_vector(at, v))) for v in flat]
    return np.maximum(np.array(found).reshape(delta.shape[:-1]), 0.0)


def class_excess_risk(objective: SoftmaxObjective, w: Array, reference: Array) -> Array:
    """Return ``J(w) - J(reference)`` (...) without cancellation; infinite where it overflows."""
    used = objective.with_rows(objective.coefficients > 0.0)
    flat = np.asarray(w, dtype=np.float64).reshape(-1, np.shape(w)[-1]) - reference
    gradient, found = objective.gradient(reference), []
    with np.errstate(over="ignore", invalid="ignore"):
        for delta in flat:
            total = float(np.dot(delta, gradient))
            total += 0.5 * float(np.dot(delta, objective.ridge_gradient(delta)))
            for chunk in used.chunks():
                t = np.dot(used.matrix(delta), used.features[chunk].T)
                remainder = _remainder(used.logits(reference, chunk), t)
                total += float(np.dot(used.coefficients[chunk], remainder))
            found.append(total)
    excess = np.array(found).reshape(np.shape(w)[:-1])
    return np.where(np.isnan(excess), np.inf, excess)


def _remainder(logits: Array, t: Array) -> Array:
    """Return ``D(u, t)`` (m,) for logits and steps (K, m)."""
    pi = of_logits.probabilities(logits)
    s = t - np.sum(pi * t, axis=0)
    near = np.clip(s, -1.0, 1.0)
    series = np.zeros_like(near)
    for coefficient in _SERIES[::-1]:
        series = series * near + coefficient
    middle = np.clip(s, -_LARGE, _LARGE)
    terms = np.where(np.abs(s) <= 1.0, series * near * near, np.expm1(middle) - middle)
    close = np.log1p(np.sum(pi * terms, axis=0))
    # lse(u + t) - lse(u) - pi.t, where nothing is small: the mean of s is 0
    log_pi = logits - logits.max(axis=0)
    log_pi -= np.log(np.exp(log_pi).sum(axis=0))
    top = (log_pi + s).max(axis=0)
    far = top + np.log(np.exp(log_pi + s - top).sum(axis=0))
    return np.where(np.abs(s).max(axis=0) <= _LARGE, close, far)
