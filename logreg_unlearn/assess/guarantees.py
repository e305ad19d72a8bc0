"""What can be promised about any weights without retraining: noise, and unchanged decisions.

The closed forms of :mod:`logreg_unlearn.theory.guarantees` at the certified upper bound of the
distance to the oracle (claims ``gaussian_guarantee``, ``prediction_agreement``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.assess.bounds import distance_bounds
from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.norms import EPS, TINY, outward
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.theory import guarantees as theory

# The inverse of the curve is accurate to about 1e-13 of itself (its test against mpmath).
_OUTWARD = 1 + 1e-12


def noise_needed(problem: UnlearningProblem, w: Array, epsilon: float, delta: float) -> float:
    """Return noise that makes the released weights indistinguishable from the oracle's.

    Parameters
    ----------
    problem : UnlearningProblem
    w : ndarray (d,)
        Any finite weights: the original, an unlearned model.
    epsilon : float
        At least 0.
    delta : float
        In (0, 1).

    Returns
    -------
    float
        Standard deviation of normal noise on every weight, in units of the weights: with it, the
        release is (epsilon, delta)-indistinguishable from the oracle under the same noise.
        Infinite where nothing is certified about the distance.

    Raises
    ------
    ValueError
        As :func:`~logreg_unlearn.assess.bounds.distance_bounds`, or if ``epsilon`` or ``delta``
        is outside of its range.
    """
    return noise_for(distance_bounds(problem, w).upper, epsilon, delta)


def noise_for(distance: float, epsilon: float, delta: float) -> float:
    """Return `noise_needed` at a bound on the distance to the oracle, 0 or more, maybe infinite.

    Raises
    ------
    ValueError
        If ``epsilon`` or ``delta`` is outside of its range.
    """
    ratio = theory.largest_ratio(epsilon, delta)
    if ratio.ndim:
        raise ValueError(f"expected epsilon and delta single numbers, got shape {ratio.shape}")
    return float(distance / ratio) * _OUTWARD


def certain_predictions(
    problem: UnlearningProblem, w: Array, features: ArrayLike, offset: ArrayLike = 0.0
) -> Mask:
    """Say for which rows the oracle is certain to decide as these weights do.

    Parameters
    ----------
    problem : UnlearningProblem
    w : ndarray (d,)
        Any finite weights.
    features : array_like (m, d)
        Rows on the scale of the problem's, any: forgotten, retained, new.
    offset : array_like (m,), optional
        What is added to the rows' decisions, 0 by default.

    Returns
    -------
    bool ndarray (m,)
        False where nothing is certain; rounding is accounted for.

    Raises
    ------
    ValueError
        As :func:`~logreg_unlearn.assess.bounds.distance_bounds`, or if the rows have another
        number of columns or are not finite.
    """
    distance, d = distance_bounds(problem, w).upper, problem.features.shape[1]
    rows = np.asarray(features, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != d or not np.all(np.isfinite(rows)):
        raise ValueError(f"expected finite features of shape (m, {d}), got shape {rows.shape}")
    shift = np.broadcast_to(np.asarray(offset, dtype=np.float64), len(rows))
    decision = rows @ w + shift
    error = (d + 2) * EPS * (np.abs(rows) @ np.abs(w) + np.abs(shift)) + TINY
    certain = np.sign(decision) * np.maximum(np.abs(decision) - error, 0.0)
    lengths = np.linalg.norm(rows, axis=1) * outward(*rows.shape)
    return theory.prediction_agreement(certain, lengths, distance)
