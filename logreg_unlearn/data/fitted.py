"""A fitted model, as far as a forget set may look at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class PointwiseLoss(Protocol):
    """What is needed of a loss: its derivative and curvature as functions of the margin."""

    @property
    def derivative(self) -> Callable[[Array], Array]:
        """First derivative."""

    @property
    def curvature(self) -> Callable[[Array], Array]:
        """Second derivative."""


@dataclass(frozen=True, eq=False)
class FittedModel:
    """The model whose rows are to be forgotten.

    Attributes
    ----------
    w : (d,) array
        Its parameters.
    ridge : float > 0
        Ridge of the mean objective ``mean(phi) + (ridge/2) ||w||^2``.
    loss : loss of the margin
        `logreg_unlearn.problem.losses.LOGISTIC` or ``EXPONENTIAL``.
    """

    w: Array
    ridge: float
    loss: PointwiseLoss

    def __post_init__(self) -> None:
        _check_ridge(self.ridge)

    @property
    def columns(self) -> int:
        """Number d of columns that it was fitted on."""
        return len(self.w)

    def margins(self, features: Array, labels: Array) -> Array:
        """Return ``y x.w`` (n,)."""
        margins: Array = labels * (features @ self.w)
        return margins

    def gradients(self, features: Array, labels: Array) -> Array:
        """Return the gradient of each row's loss, without ridge, shape (n, d)."""
        signed = features * labels[:, None]
        slopes: Array = self.loss.derivative(signed @ self.w)
        return slopes[:, None] * signed

    def whitened(self, features: Array, labels: Array) -> Array:
        """Return ``B (n, d)`` with ``B B'`` the influence matrix."""
        signed = features * labels[:, None]
        margins = signed @ self.w
        weighted = signed * self.loss.curvature(margins)[:, None]
        root = _inverse_root(signed.T @ weighted / len(signed), self.ridge)
        half: Array = self.loss.derivative(margins)[:, None] * (signed @ root)
        return half


@dataclass(frozen=True, eq=False)
class FittedClasses:
    """The same of three classes or more, by softmax; labels are their numbers from 0.

    Attributes
    ----------
    w : (K*d,) array
        W (K, d) by rows.
    ridge : float > 0
        Of the mean objective.
    count : int
        Number of classes K.
    """

    w: Array
    ridge: float
    count: int

    def __post_init__(self) -> None:
        _check_ridge(self.ridge)

    @property
    def columns(self) -> int:
        """Number d of columns that it was fitted on."""
        return len(self.w) // self.count

    def margins(self, features: Array, labels: Array) -> Array:
        """Return the label's logit less the largest of the others (n,)."""
        logits, rows = self._logits(features), np.arange(len(labels))
        own = logits[rows, labels.astype(np.intp)]
        logits[rows, labels.astype(np.intp)] = -np.inf
        margins: Array = own - logits.max(axis=1)
        return margins

    def gradients(self, features: Array, labels: Array) -> Array:
        """Return the gradient ``(pi - e_y) x'`` of each row's loss, shape (n, K*d)."""
        slopes = self._probabilities(features)
        slopes[np.arange(len(labels)), labels.astype(np.intp)] -= 1.0
        return (slopes[:, :, None] * features[:, None, :]).reshape(len(labels), -1)

    def whitened(self, features: Array, labels: Array) -> Array:
        """Return ``B (n, K*d)`` with ``B B'`` the influence matrix."""
        pi, d = self._probabilities(features), self.columns
        hessian = np.zeros((self.count, d, self.count, d))
        for k in range(self.count):
            for other in range(self.count):
                weights = pi[:, k] * ((k == other) - pi[:, other])
                hessian[k, :, other] = (features.T * weights) @ features / len(features)
        root = _inverse_root(hessian.reshape(2 * (self.count * d,)), self.ridge)
        return self.gradients(features, labels) @ root

    def _logits(self, features: Array) -> Array:
        logits: Array = features @ self.w.reshape(self.count, -1).T
        return logits

    def _probabilities(self, features: Array) -> Array:
        logits = self._logits(features)
        pi = np.exp(logits - logits.max(axis=1, keepdims=True))
        return pi / pi.sum(axis=1, keepdims=True)


def _check_ridge(ridge: float) -> None:
    if not (np.isfinite(ridge) and ridge > 0.0):
        raise ValueError(f"expected a ridge > 0, got {ridge}")


def _inverse_root(hessian: Array, ridge: float) -> Array:
    """Return a root of the inverse of the Hessian with the ridge."""
    eigenvalues, vectors = np.linalg.eigh(hessian)
    # A mean of squares: rounding alone can push an eigenvalue below zero before the ridge.
    root: Array = vectors / np.sqrt(np.maximum(eigenvalues, 0.0) + ridge)
    return root
