"""Beyond lift 1: where descent-ascent stops treating all wrong classes alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.softmax._root import class_root

# Bisections of an interval of doubles end when it cannot be halved any more; 200 are enough for
# a factor of 2^52 in precision and 2^148 in size.
_HALVINGS = 200


@dataclass(frozen=True)
class Breaking:
    """Stationary points of descent-ascent in one block, beyond lift 1.

    Attributes
    ----------
    lost : array
        ``K - 1 + e^-K``, the ``sigma`` from which on the symmetric point is no minimum; infinite
        for two classes.
    curvature : array
        Least second derivative over the ridge at the symmetric point among the directions that
        tell wrong classes apart, ``1 + m/K``; NaN for two classes, which have none.
    large, small, label : array
        Logits of the wrong class that is made up, of the other wrong classes and of the label at
        the outermost broken point; NaN where there is none.
    made_up : array
        Probability of the wrong class there, ``large / sigma``.
    value : array
        Objective there, less that at the symmetric point, over the ridge.
    """

    lost: Array
    curvature: Array
    large: Array
    small: Array
    label: Array
    made_up: Array
    value: Array


def softmax_symmetry_breaking(strength: ArrayLike, lift: ArrayLike, classes: ArrayLike) -> Breaking:
    """Where descent-ascent makes up a wrong class, and which one point of it does so.

    Setting: one block, one label k, ``rho > 1``, ``sigma = s (rho - 1)``.  Statement: the symmetric
    point is a strict minimum if ``sigma < K - 1 + e^-K`` and a saddle with K - 2 negative
    eigenvalues ``1 + m/K`` beyond.  A minimum has at most one wrong class with a logit above 1; the
    points with one form the curve ``a = d/(e^d - 1)``, ``b = a e^d``, ``u_k = -c``, ``c = b + (K-2)
    a``, ``sigma = c + b e^(-b-c)``, ``d > 0``.  Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    strength, lift, classes : array_like
        ``lift`` above 1.
    """
    s, rho, k = np.broadcast_arrays(
        check.positive("strength", strength),
        check.require("lift", lift, "> 1 and finite", lambda v: (v > 1) & (v < np.inf)),
        check.count("classes", classes, least=2),
    )
    with np.errstate(over="ignore"):
        total = k * s * rho
    check.require("strength * lift * classes", total, "below 1e308", np.isfinite)
    sigma = s * (rho - 1.0)
    several = k > 2
    m = class_root(-k * sigma, k)
    large, small = _outermost(sigma, np.where(several, k, 3.0))
    missing = ~several | np.isnan(large)
    large, small = np.where(missing, np.nan, large), np.where(missing, np.nan, small)
    label = -(large + (k - 2.0) * small)
    return Breaking(
        lost=np.where(several, k - 1.0 + np.exp(-k), np.inf)[()],
        curvature=np.where(several, 1.0 + m / k, np.nan)[()],
        large=large[()],
        small=small[()],
        label=label[()],
        made_up=(large / sigma)[()],
        value=(_value(sigma, label, large, small, k) - _value(sigma, *_symmetric(m, k), k))[()],
    )


def broken_curve(spread: ArrayLike, classes: ArrayLike) -> tuple[Array, Array, Array]:
    """``(sigma, large, small)`` of the broken points, by ``spread = large - small > 0``."""
    d, k = check.positive("spread", spread), check.count("classes", classes, least=3)
    return _curve(d, k)


def _curve(d: Array, k: Array) -> tuple[Array, Array, Array]:
    with np.errstate(over="ignore"):
        small = np.where(d > 0, d / np.expm1(np.where(d > 0, d, 1.0)), 1.0)
    large = small + d
    c = large + (k - 2.0) * small
    return c + large * np.exp(-large - c), large, small


def _outermost(sigma: Array, k: Array) -> tuple[Array, Array]:
    """Large and small logits on the outer part of the curve; NaN below its least sigma."""
    # sigma rises beyond d = 2 + 2 ln K: there (K-2) a (b-1) < b (1-a), as a is about d e^-d < 1/K
    low, high = np.zeros(sigma.shape), 2.0 + 2.0 * np.log(k)
    for _ in range(_HALVINGS):  # the least sigma is where the slope changes its sign
        middle = (low + high) / 2
        falls = _slope_sign(middle, k) < 0
        low, high = np.where(falls, middle, low), np.where(falls, high, middle)
    low, high = high, np.maximum(sigma, high)  # sigma > large > d on the curve
    found = _curve(low, k)[0] <= sigma
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = _curve(middle, k)[0] < sigma
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    _, large, small = _curve(low, k)
    return np.where(found, large, np.nan), np.where(found, small, np.nan)


def _slope_sign(d: Array, k: Array) -> Array:
    """What has the sign of d sigma / d d: ``(A - (K-2) B)(e^c - y) - y``, multiplied out."""
    small = d / np.expm1(d)
    large = small + d
    c, y = large + (k - 2.0) * small, small * np.exp(-small)
    apart, below = large - 1.0, 1.0 - small
    rise = large * below - (k - 2.0) * small * apart
    return rise * -np.expm1(np.log(y) - c) - y * np.exp(-c) * apart * below


def _symmetric(m: Array, k: Array) -> tuple[Array, Array, Array]:
    """Logits of the label, and of all wrong classes twice."""
    return m * (k - 1.0) / k, -m / k, -m / k


def _value(sigma: Array, label: Array, large: Array, small: Array, k: Array) -> Array:
    """``|u|^2 / 2 - sigma (lse(u) - u_label)``."""
    norm = label**2 + large**2 + (k - 2.0) * small**2
    lse = large + np.log(np.exp(label - large) + 1.0 + (k - 2.0) * np.exp(small - large))
    return norm / 2 - sigma * (lse - label)
