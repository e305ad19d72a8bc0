"""A dense softmax objective in plain NumPy, as a witness that knows nothing of closed forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize, root
from scipy.special import logsumexp, softmax


@dataclass(frozen=True)
class Dense:
    """``sum_i c_i (lse(u_i) - y_i.u_i) + (ridge/2)|W|^2`` with ``u = X W'``, W (K, d)."""

    rows: np.ndarray  # (n, d)
    labels: np.ndarray  # (n, K), each row a distribution
    coefficients: np.ndarray  # (n,)
    ridge: float

    @property
    def shape(self) -> tuple[int, int]:
        return self.labels.shape[1], self.rows.shape[1]

    def value(self, w: np.ndarray) -> float:
        u = self.rows @ w.reshape(self.shape).T
        loss = logsumexp(u, axis=1) - np.sum(self.labels * u, axis=1)
        return float(self.coefficients @ loss + self.ridge / 2 * w @ w)

    def gradient(self, w: np.ndarray) -> np.ndarray:
        u = self.rows @ w.reshape(self.shape).T
        residual = self.coefficients[:, None] * (softmax(u, axis=1) - self.labels)
        return (residual.T @ self.rows).ravel() + self.ridge * w

    def hessian(self, w: np.ndarray) -> np.ndarray:
        pi = softmax(self.rows @ w.reshape(self.shape).T, axis=1)
        total = self.ridge * np.eye(w.size)
        for c, p, x in zip(self.coefficients, pi, self.rows, strict=True):
            total += c * np.kron(np.diag(p) - np.outer(p, p), np.outer(x, x))
        return total

    def minimise(self, start: np.ndarray) -> np.ndarray:
        """A local minimum, polished to a root of the gradient."""
        found = minimize(self.value, start, jac=self.gradient, method="BFGS", tol=1e-9).x
        return root(self.gradient, found, jac=self.hessian, tol=1e-14).x

    def stationary_points(self, rng: np.random.Generator, tries: int) -> Iterator[np.ndarray]:
        """Roots of the gradient from random starts, minima or not."""
        for _ in range(tries):
            start = rng.normal(size=self.shape).ravel() * rng.choice([0.3, 2.0, 8.0])
            found = root(self.gradient, start, jac=self.hessian, tol=1e-13)
            if np.abs(self.gradient(found.x)).max() < 1e-9 * self.ridge * (
                1 + np.abs(found.x).max()
            ):
                yield found.x


def one_block(
    labels: np.ndarray, forget: np.ndarray, strength: float, lift: float, fraction: float
) -> dict[str, Dense]:
    """The three objectives of one block with these label distributions, over the ridge."""
    both, x = np.stack([labels, forget]), np.ones((2, 1))
    parts = {
        "oracle": (1.0, 0.0),
        "original": (1.0 - fraction, fraction * lift),
        "descent-ascent": (1.0, -lift),
    }
    return {name: Dense(x, both, strength * np.array(c), 1.0) for name, c in parts.items()}


def corner(classes: int, label: int = 0) -> np.ndarray:
    return np.eye(classes)[label]
