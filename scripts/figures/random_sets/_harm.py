"""What descent-ascent does on random forget sets, and what the law predicts of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from logreg_unlearn.data import real
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.theory import random_sets as theory

from .._solving import minima

FRACTION = 0.1
REAL = ("breast_cancer", "digits_3v8", "anes96", "fair")


class Outcome(NamedTuple):
    """One random forget set: lengths times the ridge, distances, predictions."""

    oracle_norm: float
    unlearned_norm: float
    noise: float
    predicted_noise: float
    ratio: float
    law: float
    predicted: float


def real_rows(name: str) -> Array:
    """Return the signed rows of a real data set."""
    data = real.load(name)
    return data.labels[:, None] * data.features


def gaussian_rows(n: int, seed: int = 0, columns: int = 8, length: float = 2.0) -> Array:
    """Return signed Gaussian rows, labelled by a logistic model of a length."""
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((n, columns))
    labels = np.where(rng.random(n) < 1 / (1 + np.exp(-length * features[:, 0])), 1.0, -1.0)
    return labels[:, None] * features


def outcomes(rows: Array, ridge: float, draws: int, seed: int = 0) -> list[Outcome]:
    """Return what becomes of several random forget sets."""
    rng, n, found = np.random.default_rng(seed), len(rows), []
    size = max(1, round(FRACTION * n))

    def chosen() -> np.ndarray:
        return np.isin(np.arange(n), rng.choice(n, size, replace=False))

    for _ in range(draws):
        problem = UnlearningProblem(rows, np.ones(n), chosen(), ridge=ridge)
        oracle, original, unlearned = minima(problem)
        slopes = rows / (1 + np.exp(np.minimum(rows @ unlearned, 700.0)))[:, None]
        noise = float(np.sqrt(theory.random_gradient(slopes, size))) / ridge
        # the way that another forget set would give
        other = chosen()
        way = rows[~other].mean(axis=0) - rows[other].mean(axis=0)
        predicted = float(theory.consistent_noise(rows, size, ridge, way))
        length, before = float(np.linalg.norm(oracle)), float(np.linalg.norm(original - oracle))
        laws = (float(theory.law_of_harm(length, r, before).ratio) for r in (noise, predicted))
        ratio = float(np.linalg.norm(unlearned - oracle)) / before
        found.append(
            Outcome(length, float(np.linalg.norm(unlearned)), noise, predicted, ratio, *laws)
        )
    return found
