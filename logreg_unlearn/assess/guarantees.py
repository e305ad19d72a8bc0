"""What can be promised about any weights without retraining: noise, and unchanged decisions.

The closed forms of :mod:`logreg_unlearn.theory.guarantees` at the certified upper bound of the
distance to the oracle (claims ``gaussian_guarantee``, ``prediction_agreement``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.assess.bounds import distance_bounds
from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem
from logreg_unlearn.problem.norms import EPS, TINY, outward
from logreg_unlearn.problem.softmax import ROOT2
from logreg_unlearn.theory import guarantees as theory

# The inverse of the curve is accurate to about 1e-13 of itself (its test against mpmath).
_OUTWARD = 1 + 1e-12


def noise_needed(problem: AnyProblem, w: Array, epsilon: float, delta: float) -> float:
    """Return noise that makes the released weights indistinguishable from the oracle's.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
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
    problem: AnyProblem, w: Array, features: ArrayLike, offset: ArrayLike = 0.0
) -> Mask:
    """Say for which rows the oracle is certain to decide as these weights do.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    w : ndarray (d,), of K classes (K*d,)
        Any finite weights.
    features : array_like (m, d)
        Rows on the scale of the problem's, any: forgotten, retained, new.
    offset : array_like (m,), of K classes (m, K), optional
        What is added to the rows' decisions, 0 by default.

    Returns
    -------
    bool ndarray (m,)
        False where nothing is certain; rounding is accounted for.

    Raises
    ------
    ValueError
        As :func:`~logreg_unlearn.assess.bounds.distance_bounds`, or if the rows have another
        number of columns, are not finite or do not fit the offset.
    """
    classes = isinstance(problem, SoftmaxProblem)
    if isinstance(problem, SoftmaxProblem):
        w = problem.centred(w)  # nearer to the oracle, and decides alike
    distance, d = distance_bounds(problem, w).upper, problem.features.shape[1]
    rows = np.asarray(features, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != d or not np.all(np.isfinite(rows)):
        raise ValueError(f"expected finite features of shape (m, {d}), got shape {rows.shape}")
    models, shift = np.reshape(w, (-1, d)), np.asarray(offset, dtype=np.float64)
    shape = (len(rows), len(models)) if classes else (len(rows),)
    if shift.shape not in ((), shape):
        raise ValueError(f"expected offset of shape {shape}, got {shift.shape}")
    values = models @ rows.T + shift.T
    error = (d + 4) * EPS * (np.abs(models) @ np.abs(rows.T) + np.abs(shift.T)) + TINY
    gap = _lead(values, error) if classes else (np.abs(values) - error)[0]
    lengths = np.linalg.norm(rows, axis=1) * outward(*rows.shape) * (ROOT2 if classes else 1.0)
    return theory.prediction_agreement(np.maximum(gap, 0.0), lengths, distance)


def _lead(logits: Array, error: Array) -> Array:
    """Return by how much, at least, the leading logit (K, m) is above each other one."""
    first, each = logits.argmax(axis=0), np.arange(logits.shape[1])
    gaps = (logits[first, each] - logits) * (1.0 - EPS) - (error[first, each] + error)
    gaps[first, each] = np.inf
    return np.asarray(gaps.min(axis=0))
