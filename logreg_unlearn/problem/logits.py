"""The softmax loss and its derivatives in the logits, the class first: shape (K, n).

Reductions over the classes then run along the samples.  Nothing overflows, and both tails keep
their relative accuracy: of a certain label neither the loss nor the slope is a difference.
"""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem.losses import Array


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
    weigh_slopes(logits, classes, np.ones(len(classes)), found)
    return found


def weigh_slopes(logits: Array, classes: Array, weights: Array, out: Array) -> None:
    """Write ``weights * (pi - e_y)`` into ``out (K, n)``."""
    np.subtract(logits, logits.max(axis=0), out=out)
    np.exp(out, out=out)
    out *= weights / out.sum(axis=0)
    numbers = np.arange(len(classes))
    out[classes, numbers] = 0.0
    out[classes, numbers] = -out.sum(axis=0)


def curvatures(logits: Array) -> Array:
    """Bound the largest eigenvalue of ``diag pi - pi pi'`` (n,).

    By its trace, which is at most ``2 (1 - max pi)``; and never above 1/2, which is attained.
    """
    pi = probabilities(logits)
    pi[pi.argmax(axis=0), np.arange(pi.shape[1])] = 0.0
    return np.minimum(2.0 * pi.sum(axis=0), 0.5)
