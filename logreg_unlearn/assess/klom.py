r"""KLoM: how far the margins of unlearned models are from those of retrained ones, row by row.

Georgiev et al., arXiv 2410.23232: many models are unlearned and many retrained; for each row, the
Kullback-Leibler divergence of the two histograms of its margin, in nats, over 20 bins from the
least to the largest of both, margins clipped to [-100, 100], empty bins of the second set to 1e-5.

Of finitely many models it is not 0 for equal laws: its floor is about 3.1 for 20 + 20 models, .35
for 100 + 100, .024 for 1000 + 1000 (Gaussian margins, mean over rows); so it stands beside its
floor, which `null_floor` draws from the reference's own margins.  The largest margin belongs to
the last bin; a margin that is no number (a diverged model) has a bin of its own: the result is
always a number.

With weight noise :math:`\mathcal N(0,\sigma^2 I)` on both sides the margins of two classes are
Gaussian, and

.. math:: \mathrm{KL}_i = \frac{(x_i\cdot(w_U-w_R))^2}{2\sigma^2\|x_i\|^2}

exactly, in both directions; bins can only lower it (data processing).  A margin of more classes is
no Gaussian, but a function of the differences of the logits, which are: the same with
:math:`\|(I-\frac1K\mathbf{11}^\top)(W_U-W_R)x_i\|^2` is never below it, and is it for K = 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.solve.optimum import minimise

BINS = 20
FLOOR = 1e-5
CLIP = 100.0
"""Bins, what an empty one counts as, and the largest margin: the benchmark's."""


@dataclass(frozen=True, eq=False)
class Klom:
    """KLoM of every row, with its floor.

    Attributes
    ----------
    forward : ndarray (n,)
        ``KL(unlearned || reference)``, the published direction.
    backward : ndarray (n,)
        ``KL(reference || unlearned)``: large where unlearned models miss what retrained ones do.
    floor : ndarray (n,)
        What two ensembles of these sizes and of the reference's law would have.
    """

    forward: Array
    backward: Array
    floor: Array

    def __repr__(self) -> str:
        shown = (
            f"{name} {np.mean(v):.3g} (95 %: {np.quantile(v, 0.95):.3g})"
            for name, v in vars(self).items()
        )
        return f"Klom({', '.join(shown)})"


def klom(unlearned: Array, reference: Array, *, seed: int = 0) -> Klom:
    """Compare the margins of unlearned models with those of retrained ones.

    Parameters
    ----------
    unlearned, reference : ndarray (N, n), (M, n)
        Margins of n rows (:func:`~logreg_unlearn.assess.margins.margins`) under N and M models,
        at least one each; any numbers, infinite or NaN where a model diverged.
    seed : int
        Of the floor's draws.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    unlearned, reference = margin_ensembles(unlearned, reference)
    one, two = null_ensembles(reference, (len(unlearned), len(reference)), seed)
    return Klom(
        binned_divergence(unlearned, reference),
        binned_divergence(reference, unlearned),
        binned_divergence(one, two),
    )


def binned_divergence(one: Array, two: Array) -> Array:
    """Return the divergence of the histograms of ``one (N, n)`` and ``two (M, n)``, shape (n,)."""
    one, two = np.clip(one, -CLIP, CLIP), np.clip(two, -CLIP, CLIP)
    low = np.fmin(np.fmin.reduce(one), np.fmin.reduce(two))
    width = np.fmax(np.fmax.reduce(one), np.fmax.reduce(two)) - low
    # margins that are all one number share the first bin
    width = np.where(width > 0, width, np.inf)
    p, q = _shares(one, low, width), _shares(two, low, width)
    # the bin for NaN exists for rows that have one
    exists = (p + q > 0) | (np.arange(BINS + 1) < BINS)
    q = np.where((q == 0) & exists, FLOOR, q)
    q /= q.sum(axis=1, keepdims=True)
    filled = p > 0
    return np.sum(p * np.log(np.where(filled, p, 1.0) / np.where(filled, q, 1.0)), axis=1)


def _shares(margins: Array, low: Array, width: Array) -> Array:
    """Return the histogram of each row, shape (n, BINS + 1); the last bin is for NaN."""
    models, n = margins.shape
    position = (margins - low) / width * BINS
    missing = np.isnan(position)
    index = np.minimum(np.where(missing, 0.0, position).astype(np.intp), BINS - 1)
    index = np.where(missing, BINS, index) + (BINS + 1) * np.arange(n)
    counts = np.bincount(index.ravel(), minlength=n * (BINS + 1))
    return counts.reshape(n, BINS + 1) / models


def null_floor(reference: Array, sizes: tuple[int, int], *, seed: int = 0) -> Array:
    """Return the KLoM of two ensembles of these sizes that both have the reference's law.

    Parameters
    ----------
    reference : ndarray (M, n)
    sizes : tuple of int
        Models in each.
    seed : int

    Returns
    -------
    ndarray (n,)
        One draw a row; look at its mean and quantiles.
    """
    return binned_divergence(*null_ensembles(np.asarray(reference, float), sizes, seed))


def null_ensembles(reference: Array, sizes: tuple[int, int], seed: int) -> tuple[Array, Array]:
    """Return two ensembles of margins drawn from the reference's own, smoothed.

    Drawn again and again from so few models, margins would repeat and fill fewer bins; a little
    Gaussian noise (Silverman's width) makes them a continuous law of nearly the same shape.  The
    floor's mean is then between 6 % too low and a quarter too high (measured: normal, uniform,
    exponential and t laws, 20 to 1000 models).
    """
    rng = np.random.default_rng(seed)
    finite = np.where(np.isfinite(reference), reference, np.nan)
    known = np.any(np.isfinite(reference), axis=0)
    width = np.zeros(reference.shape[1])
    width[known] = 0.9 * np.nanstd(finite[:, known], axis=0) * len(reference) ** -0.2

    def draw(models: int) -> Array:
        chosen = rng.integers(0, len(reference), (models, reference.shape[1]))
        picked = np.take_along_axis(reference, chosen, axis=0)
        return np.asarray(picked + width * rng.standard_normal(picked.shape))

    return draw(sizes[0]), draw(sizes[1])


def noise_divergence(features: Array, w: Array, reference: Array, noise: float) -> Array:
    """Return KLoM in closed form where both models carry Gaussian weight noise.

    Parameters
    ----------
    features : ndarray (n, d)
    w, reference : ndarray (d,), of K classes (K, d)
        Unlearned and retrained weights.
    noise : float
        Standard deviation, greater than 0.

    Returns
    -------
    ndarray (n,)
        Before floor and sampling an upper bound of the binned one; 0 for rows of zeros, infinite
        where the weights are.  Of three classes or more already above that of the margins' law.

    Raises
    ------
    ValueError
        If the noise is not > 0.
    """
    if not noise > 0.0:
        raise ValueError(f"expected noise > 0, got {noise}")
    features, change = np.asarray(features, float), np.asarray(w, float) - reference
    lengths = np.linalg.norm(features, axis=1)
    if not np.all(np.isfinite(change)):
        return np.where(lengths > 0, np.inf, 0.0)
    if change.ndim == 2:
        change = change - change.mean(axis=0)
    along = features @ np.atleast_2d(change).T / np.where(lengths > 0, lengths, 1.0)[:, None]
    return np.asarray(0.5 * np.sum(np.square(along / noise), axis=1))


def bootstrap_models(
    problem: AnyProblem,
    remove: Callable[[Any, Array], Array],
    models: int = 100,
    *,
    seed: int = 0,
) -> tuple[Array, Array]:
    """Train many models on reweighted rows, unlearn each, and retrain as many others.

    The weights are independent exponentials (the Bayesian bootstrap): the training's randomness
    where the optimum has none.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    remove : callable
        ``(problem, w) -> w``, from the reweighted original's optimum.
    models : int
        At least 1.
    seed : int

    Returns
    -------
    unlearned, retrained : ndarray (models, d), of K classes (models, K*d)
        Of independent weights.

    Raises
    ------
    ValueError
        If ``models`` is below 1.
    """
    if models < 1:
        raise ValueError(f"expected at least one model, got {models}")
    rng, n = np.random.default_rng(seed), len(problem.labels)
    own = np.ones(n) if problem.weights is None else problem.weights
    original, oracle = minimise(problem.original()).w, minimise(problem.oracle()).w
    unlearned, retrained = [], []
    for _ in range(models):
        one, other = (replace(problem, weights=own * rng.exponential(size=n)) for _ in range(2))
        unlearned.append(remove(one, minimise(one.original(), original).w))
        retrained.append(minimise(other.oracle(), oracle).w)
    return np.array(unlearned), np.array(retrained)


def margin_ensembles(unlearned: Array, reference: Array) -> tuple[Array, Array]:
    """Return two arrays of margins of the same rows, checked."""
    unlearned, reference = np.asarray(unlearned, float), np.asarray(reference, float)
    shapes = unlearned.shape, reference.shape
    if not all(len(s) == 2 and s[0] > 0 for s in shapes) or shapes[0][1] != shapes[1][1]:
        raise ValueError(f"expected margins (models, n) of the same n rows, got {shapes}")
    return unlearned, reference
