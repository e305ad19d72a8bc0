r"""What can be read off a model: a planted trigger, and decisions that cannot have changed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.lambert import G


class Trigger(NamedTuple):
    """The weight of a planted trigger; the oracle's is exactly 0."""

    original: Array
    descent_ascent: Array


def planted_trigger(fraction: ArrayLike, ridge: ArrayLike) -> Trigger:
    r"""Return the weights that a trigger of its own gets: positive, and then too negative.

    Setting: a column with signed values ``tau_i > 0`` on F and 0 on R, any other data, mean
    convention.
    Statement: its weight is exactly 0 in the oracle, ``(f/ridge) mean_F psi_i tau_i > 0`` in the
    original and ``-(1/ridge) mean_F psi_i tau_i < 0`` at every stationary point of
    descent-ascent.  Where the forgotten rows have no other values and ``tau = 1``, the logistic
    loss gives ``G(f/ridge)`` and ``G(-1/ridge)``, the latter more than ``1/f`` times as far
    from 0.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    fraction : array_like
        ``f = n_F/n`` in (0, 1).
    """
    f, strength = check.fraction("fraction", fraction), check.positive("ridge", ridge)
    with np.errstate(over="ignore"):
        return Trigger(G(f / strength), G(-1 / strength))


def prediction_agreement(decision: ArrayLike, length: ArrayLike, distance: ArrayLike) -> Mask:
    r"""Whether the oracle is certain to decide a row as the unlearned model does.

    Setting: linear decisions ``x.w + o``; ``distance`` is an upper bound of ``|w_U - w_R|``.
    Statement: they agree whenever ``|decision| > length * distance``; where this fails some
    oracle at that distance decides otherwise, or not at all.  With K classes the decision is the
    gap of the leading logit to each other one, and the length ``sqrt(2) |x|``.
    Kind: sharp.  Source: beyond the paper.

    Parameters
    ----------
    decision : array_like
        ``x.w_U + o``, finite; of K classes the least of the gaps.
    length : array_like
        ``|x| >= 0``; of K classes ``sqrt(2) |x|``.
    distance : array_like
        ``>= 0``, infinite where nothing is known.
    """
    value, size = check.real("decision", decision), check.nonnegative("length", length)
    far = check.bound("distance", distance)
    with np.errstate(over="ignore", invalid="ignore"):
        reach = np.where(size > 0, size * far, 0.0)
    return np.asarray(abs(value) > reach)
