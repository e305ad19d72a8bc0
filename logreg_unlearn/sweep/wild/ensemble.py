r"""Many models of one data set, so that KLoM compares laws.

A logistic optimum is unique: no seed of the training moves it.  What differs here is the data: each
model has independent exponential weights on its rows (the Bayesian bootstrap), so an ensemble is
spread as wide as sampling the data spreads it.  That is wider than the seeds of a network's
training, and KLoM is smaller for it: a floor stands beside every value, and also its closed form

.. math:: (\bar z_U-\bar z_R)^2 / (2\,\mathrm{Var}\,z_R)

for Gaussian weight noise of the retrained models' own covariance on both sides
(:func:`logreg_unlearn.assess.klom.noise_divergence` for a covariance that is not a multiple of I).
Originals and oracles have independent weights; every original also has an oracle of its own
weights, to which distances are measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logreg_unlearn.problem.losses import LOGISTIC, Array, Mask
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.optimum import minimise


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Models of the trained rows.

    Attributes
    ----------
    weights : ndarray (k, n)
        The weights of each model's rows.
    w : ndarray (k, d)
        The optima.
    """

    weights: Array
    w: Array


def train(
    signed: Array, weights: Array, ridge: float, start: Array, rows: Mask | None = None
) -> Array:
    """Return the certified optimum of each row of ``weights (k, n)``, on some rows or all."""
    part = slice(None) if rows is None else rows
    found = []
    for own in weights[:, part]:
        optimum = minimise(Objective(signed[part], own / own.sum(), ridge, LOGISTIC), start)
        if not optimum.converged:
            raise ValueError(f"expected a solvable model, got {optimum.status.value}")
        found.append(optimum.w)
    return np.array(found)


def bootstrap(models: int, rows: int, seed: int) -> Array:
    """Return independent exponential weights, shape (models, rows)."""
    return np.random.default_rng(seed).exponential(size=(models, rows))


def closed_form(unlearned: Array, reference: Array) -> Array:
    """Return the divergence (n,) under Gaussian weight noise, from two ensembles' margins.

    Parameters
    ----------
    unlearned, reference : ndarray (k, n), (m, n)
        Margins; infinite where the first are not finite.
    """
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        gap = unlearned.mean(axis=0) - reference.mean(axis=0)
        divergence = 0.5 * np.square(gap) / reference.var(axis=0, ddof=1)
    return np.where(np.isnan(divergence), np.inf, divergence)
