"""The softmax loss and its derivatives in the logits, the class first: shape (K, n).

Reductions over the classes then run along the samples.  Nothing overflows, and both tails keep
their relative accuracy: of a certain label neither the loss nor the slope is a difference.
"""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem.losses import Array

_MODERATE = 0.4
"""Share of the range of exponents within which exponentials and their quotients are exact."""
_LIKELY = -0.99
"""Slope of a label of probability .01, whose loss by its slope is off by 20 roundings."""


def losses(logits: Array, classes: Array) -> Array:
    """Return ``log sum_k e^{u_k} - u_y`` (n,)."""
    numbers = np.arange(len(classes))
    shifted = logits - logits[classes, numbers]
    top = shifted.argmax(axis=0)
    largest = shifted[top, numbers]
    shifted -= largest
    others = np.exp(shifted, out=shifted)
    others[top, numbers] = 0.0
    return np.asarray(largest + np.log1p(others.sum(axis=0)))


def probabilities(logits: Array) -> Array:
    """Return the softmax ``pi`` (K, n)."""
    pi = logits - logits.max(axis=0)
    np.exp(pi, out=pi)
    pi /= pi.sum(axis=0)
    return pi


def slopes(logits: Array, classes: Array) -> Array:
    """Return ``pi - e_y`` (K, n); the label's entry is minus the sum of the others."""
    found = np.empty_like(logits)
    weigh_slopes(logits, labels_at(classes), np.ones(len(classes)), found)
    return found


def weigh_slopes(logits: Array, own: Array, weights: Array, out: Array) -> None:
    """Write ``weights * (pi - e_y)`` into ``out (K, n)``, which may be the logits themselves.

    ``own`` are the places of the labels' entries, as :func:`labels_at` has them.
    """
    kind = np.finfo(out.dtype)
    moderate = _MODERATE * math.log(float(kind.max))
    if max(logits.max(initial=0.0), -logits.min(initial=0.0)) < moderate:
        np.exp(logits, out=out)
    else:
        np.subtract(logits, logits.max(axis=0), out=out)
        np.exp(out, out=out)
    sums = out.sum(axis=0)
    with np.errstate(over="ignore"):
        shares = weights / sums
    sizes = np.abs(shares)
    # a quotient out of range has lost digits that its products with the exponentials need
    if sizes.min(initial=1.0) > kind.tiny / kind.eps and sizes.max(initial=0.0) < math.inf:
        out *= shares
    else:
        out /= sums
        out *= weights
    entries = out.view()
    entries.shape = (-1,)  # an error where this needs a copy; one index is faster than a pair
    entries[own] = 0.0
    entries[own] = -out.sum(axis=0)


def labels_at(classes: Array) -> Array:
    """Return the places (n,) of the labels' entries among all K*n, the class first."""
    return np.asarray(len(classes) * classes + np.arange(len(classes)))


def losses_from(own: Array, logits: Array, classes: Array) -> Array:
    """Return the losses (n,) by the slopes ``pi_y - 1`` of the labels, nearly all at once.

    A loss is ``-log1p`` of the slope; unlikely labels, where that cancels, are done anew.
    """
    found = -np.log1p(np.maximum(own, _LIKELY))
    unlikely = np.flatnonzero(own <= _LIKELY)
    if len(unlikely):
        found[unlikely] = losses(logits[:, unlikely], classes[unlikely])
    return np.asarray(found)


def curvatures(logits: Array) -> Array:
    """Bound the largest eigenvalue of ``diag pi - pi pi'`` (n,).

    By its trace, which is at most ``2 (1 - max pi)``; and never above 1/2, which is attained.
    """
    pi = probabilities(logits)
    pi[pi.argmax(axis=0), np.arange(pi.shape[1])] = 0.0
    return np.minimum(2.0 * pi.sum(axis=0), 0.5)
