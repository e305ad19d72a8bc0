"""A second objective, of another kind, through solver, iterations and path: nothing else knows it.

Signed log-cosh regression, ``sum_i c_i log cosh(x_i . w - t_i) + (ridge/2)||w||^2``: no labels, no
margins of a classification, slopes of both signs.
"""

from __future__ import annotations

from dataclasses import dataclass

import mpmath as mp
import numpy as np
import pytest

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.protocol import Problem, SmoothObjective
from logreg_unlearn.solve.optimum import OptimumStatus, minimise
from logreg_unlearn.solve.path import PathStatus, follow, original_beta
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import Method, Phase, Status, run

EPS = np.finfo(float).eps


@dataclass(frozen=True)
class LogCosh:
    """The toy objective; ``|phi'| < 1``, ``phi'' <= 1``, ``|phi'''| <= 4/(3 sqrt 3)``."""

    features: Array
    targets: Array
    coefficients: Array
    ridge: float

    @property
    def dimension(self) -> int:
        return self.features.shape[1]

    @property
    def rows(self) -> int:
        return len(self.targets)

    @property
    def convex(self) -> bool:
        return bool((self.coefficients >= 0).all())

    @property
    def ridge_diagonal(self) -> Array:
        return np.full(self.dimension, self.ridge)

    def _residuals(self, w: Array) -> Array:
        return self.features @ w - self.targets

    def value(self, w: Array) -> Array:
        r = np.abs(self._residuals(w))
        losses = r + np.log1p(np.exp(-2.0 * r)) - np.log(2.0)
        return self.coefficients @ losses + 0.5 * self.ridge * (w @ w)

    def gradient(self, w: Array) -> Array:
        return (self.coefficients * np.tanh(self._residuals(w))) @ self.features + self.ridge * w

    def _weights(self, w: Array) -> Array:
        return self.coefficients * (1.0 - np.tanh(self._residuals(w)) ** 2)

    def hessian(self, w: Array) -> Array:
        weighted = self._weights(w)[:, None] * self.features
        return weighted.T @ self.features + self.ridge * np.eye(self.dimension)

    def hessian_vector(self, w: Array, v: Array) -> Array:
        return (self._weights(w) * (self.features @ v)) @ self.features + self.ridge * v

    def _lengths(self) -> Array:
        return np.linalg.norm(self.features, axis=1)

    def magnitude(self, w: Array) -> float:
        r = np.abs(self._residuals(w))
        return float(np.abs(self.coefficients) @ (r + 1.0)) + 0.5 * self.ridge * float(w @ w)

    def gradient_error(self, w: Array) -> float:
        sizes = self._lengths() * np.linalg.norm(w) + np.abs(self.targets)
        each = np.abs(self.coefficients) * self._lengths() * (1.0 + sizes)
        n, d = self.features.shape
        return float((n + d + 20) * EPS * (each.sum() + self.ridge * np.linalg.norm(w)))

    def hessian_error(self, w: Array) -> float:
        sizes = self._lengths() * np.linalg.norm(w) + np.abs(self.targets)
        each = np.abs(self.coefficients) * self._lengths() ** 2 * (1.0 + sizes)
        n, d = self.features.shape
        return float((n + d + 20) * EPS * (each.sum() + self.ridge))

    def gradient_scale(self) -> Array:
        return np.abs(self.coefficients) @ self._lengths()

    def slope_sizes(self) -> Array:
        return np.abs(self.coefficients) @ np.abs(self.features)

    def curvature_bound(self, points: tuple[Array, ...] = ()) -> float:
        weighted = np.abs(self.coefficients)[:, None] * self.features
        return float(np.linalg.eigvalsh(weighted.T @ self.features)[-1]) + self.ridge

    def hessian_lipschitz(self, w: Array, reach: float) -> float:
        return float(np.abs(self.coefficients) @ self._lengths() ** 3) * 4.0 / (3.0 * np.sqrt(3.0))

    def unit_length(self) -> float:
        return 1.0 / float(self._lengths().max())

    def falls_for_ever(self, start: Array, w: Array, step: Array) -> bool:
        return False


@dataclass(frozen=True)
class Toy:
    """Its unlearning problem, in the sum convention."""

    features: Array
    targets: Array
    forget: Array
    ridge: float
    normalisation: str = "sum"

    @property
    def forget_odds(self) -> float:
        return float(self.forget.sum() / (~self.forget).sum())

    def weighted(self, retain: float, forget: float, ridge: bool = True) -> LogCosh:
        coefficients = np.where(self.forget, forget, retain)
        return LogCosh(self.features, self.targets, coefficients, self.ridge if ridge else 0.0)

    def original(self) -> LogCosh:
        return self.weighted(1.0, 1.0)

    def oracle(self) -> LogCosh:
        return self.weighted(1.0, 0.0)

    def descent_ascent(self) -> LogCosh:
        return self.weighted(1.0, -1.0)

    def path(self, beta: float, ridge: float | None = None) -> LogCosh:
        return self.weighted(1.0, -beta)

    def _mean(self, w: Array, rows: Array) -> Array:
        residuals = np.asarray(w) @ self.features[rows].T - self.targets[rows]
        return np.log(np.cosh(residuals)).mean(axis=-1)

    def retain_loss(self, w: Array) -> Array:
        return self._mean(w, ~self.forget)

    def forget_loss(self, w: Array) -> Array:
        return self._mean(w, self.forget)


@pytest.fixture
def toy(rng: np.random.Generator) -> Toy:
    features = rng.standard_normal((40, 3))
    targets = features @ [1.0, -0.5, 0.3] + 0.3 * rng.standard_normal(40)
    return Toy(features, targets, np.arange(40) < 4, ridge=0.5)


def exact(objective: LogCosh, start: Array) -> mp.matrix:
    """Newton in forty digits on the same floats."""
    X, t = mp.matrix(objective.features.tolist()), objective.targets
    w = mp.matrix(start.tolist())
    for _ in range(12):
        r = [(X[i, :] * w)[0] - mp.mpf(float(t[i])) for i in range(len(t))]
        c = [mp.mpf(float(x)) for x in objective.coefficients]
        g, H = objective.ridge * w, objective.ridge * mp.eye(3)
        for i in range(len(t)):
            row = X[i, :].T
            g += c[i] * mp.tanh(r[i]) * row
            H += c[i] * (1 - mp.tanh(r[i]) ** 2) * row * row.T
        w -= mp.lu_solve(H, g)
    return w


def test_it_is_an_objective_and_a_problem(toy: Toy) -> None:
    objective: SmoothObjective = toy.oracle()
    problem: Problem = toy
    assert objective.convex and problem.ridge == 0.5


@pytest.mark.parametrize("name", ["original", "oracle", "descent_ascent"])
def test_its_minimum_is_certified(toy: Toy, name: str) -> None:
    objective = getattr(toy, name)()
    found = minimise(objective, np.ones(3))
    assert found.converged and found.radius < 1e-9
    assert found.gradient_norm == pytest.approx(np.linalg.norm(objective.gradient(found.w)))
    with mp.workdps(40):
        truth = exact(objective, found.w)
        distance = mp.norm(truth - mp.matrix(found.w.tolist()))
    assert distance <= found.radius


def test_a_gradient_that_lies_is_not_certified(toy: Toy) -> None:
    """The certificate rests on what the objective says of its errors."""

    class Rough(LogCosh):
        def gradient_error(self, w: Array) -> float:
            return 1e-3

    rough = Rough(*(getattr(toy.oracle(), f) for f in LogCosh.__dataclass_fields__))
    assert minimise(rough).radius >= 1e-3 / 0.5
    assert minimise(toy.oracle()).status is OptimumStatus.CONVERGED


def test_its_iterations_run(toy: Toy) -> None:
    ended = run(simultaneous(), toy, steps=20_000)
    assert ended.status is Status.CONVERGED
    assert np.allclose(ended.w[-1], minimise(toy.descent_ascent(), ended.w[0]).w, atol=1e-8)
    retrain = Method("retrain", lambda problem, _: (Phase((problem.oracle(),)),))
    assert run(retrain, toy, steps=20_000).distance[-1] < 1e-8


def test_its_path_is_followed(toy: Toy) -> None:
    path = follow(toy, 1.0)
    assert path.status is PathStatus.REACHED and path.end is not None
    assert np.allclose(path.end.w, minimise(toy.descent_ascent(), path.w[-2]).w, atol=1e-8)
    back = follow(toy, original_beta(toy))
    assert back.end is not None
    assert np.allclose(back.end.w, minimise(toy.original()).w, atol=1e-8)
