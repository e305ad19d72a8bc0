"""The toy's objective: value, gradient and Hessian under one reading."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.nonconvex_toy.readings import (
    FEATURES,
    LABELS,
    READINGS,
    RIDGE,
    Reading,
    Reduction,
    RidgeTerm,
    Target,
)


@dataclass(frozen=True)
class ToyObjective:
    """``J(w) = sum_i c_i (a h_i + b - t_i)^2 + (mu/2) ||w||^2`` under one reading.

    ``multiplicities`` may be negative or fractional; the mean divides by the sum of their
    absolute values.
    """

    multiplicities: tuple[float, ...]
    reading: Reading = READINGS[0]
    ridge: float = RIDGE

    def __post_init__(self) -> None:
        """Refuse what has no certified landscape."""
        if check.real("multiplicities", self.multiplicities).shape != (4,):
            raise ValueError(f"expected 4 multiplicities, got {self.multiplicities}")
        if not any(self.multiplicities):
            raise ValueError("expected a multiplicity that is not 0, got only zeros")
        if not isinstance(self.reading, Reading):
            raise ValueError(f"expected a Reading, got {self.reading!r}")
        check.single("ridge", check.positive("ridge", self.ridge))

    @property
    def coefficients(self) -> Array:
        """The weights ``c`` (4,) of the samples' losses."""
        weights = np.asarray(self.multiplicities, dtype=float)
        mean = self.reading.reduction is Reduction.MEAN
        return weights / np.abs(weights).sum() if mean else weights

    @property
    def mu(self) -> float:
        """The factor of ``||w||^2 / 2``."""
        return self.ridge * (1.0 if self.reading.ridge_term is RidgeTerm.HALF else 2.0)

    def activations(self, w: ArrayLike) -> Array:
        """``h`` (..., 4) of weights ``w`` (..., 2)."""
        slope = self.reading.sigmoid.value
        return np.asarray(expit(slope * (1.0 + np.asarray(w, dtype=float) @ FEATURES.T)))

    def value(self, w: ArrayLike) -> Array:
        """The objective (...) at ``w`` (..., 2)."""
        w = np.asarray(w, dtype=float)
        scale, shift, target = affine(self.reading)
        residual = scale * self.activations(w) + shift - target
        return np.asarray(residual**2 @ self.coefficients + 0.5 * self.mu * (w * w).sum(-1))

    def gradient(self, w: ArrayLike) -> Array:
        """The gradient (..., 2) at ``w`` (..., 2)."""
        w = np.asarray(w, dtype=float)
        first = evaluate(polynomials(self.reading).first, self.activations(w))
        return np.asarray((first * self.coefficients) @ FEATURES + self.mu * w)

    def hessian(self, w: ArrayLike) -> Array:
        """The Hessian (..., 2, 2) at ``w`` (..., 2), indefinite in general."""
        second = evaluate(polynomials(self.reading).second, self.activations(w))
        outer = FEATURES[:, :, None] * FEATURES[:, None, :]
        loss = np.tensordot(second * self.coefficients, outer, axes=(-1, 0))
        return np.asarray(loss + self.mu * np.eye(2))


def decisions(w: ArrayLike) -> str:
    """Return the decisions at the four positions, ``+`` where ``1 + w . phi(x) > 0``."""
    return "".join("+" if z > -1 else "-" for z in FEATURES @ check.real("w", w, 1))


# np.roots returns these well-separated roots of degree <= 4 to about 1e-14; a critical point
# this close to the interval is counted as inside (that only widens the range).
CRITICAL = 1e-9


@dataclass(frozen=True)
class Polynomials:
    """psi' and psi'' per sample as polynomials in h (coefficients from degree 0 up)."""

    first: Array
    second: Array
    first_critical: tuple[Array, ...]
    second_critical: tuple[Array, ...]


def affine(reading: Reading) -> tuple[float, float, Array]:
    """Return ``a``, ``b`` and the targets ``t`` (4,) of the reading."""
    if reading.target is Target.ZERO_ONE:
        return 1.0, 0.0, (LABELS + 1.0) / 2.0
    if reading.target is Target.PM_ONE:
        return 1.0, 0.0, LABELS
    return 2.0, -1.0, LABELS


@cache
def polynomials(reading: Reading) -> Polynomials:
    """Both derivatives of the four samples' losses, and where each has its extrema."""
    scale, shift, targets = affine(reading)
    slope = reading.sigmoid.value
    first: list[Array] = []
    second: list[Array] = []
    for target in targets:
        residual = np.polynomial.Polynomial([shift - target, scale])
        bell = np.polynomial.Polynomial([0.0, 1.0, -1.0])
        tilt = np.polynomial.Polynomial([1.0, -2.0])
        slopes = 2 * scale * slope * residual * bell
        bends = 2 * scale * slope**2 * bell * (scale * bell + residual * tilt)
        first.append(np.asarray(slopes.coef, dtype=float))
        second.append(np.asarray(bends.coef, dtype=float))
    return Polynomials(
        np.array(first),
        np.array(second),
        tuple(_critical(coefficients) for coefficients in first),
        tuple(_critical(coefficients) for coefficients in second),
    )


def _critical(coefficients: Array) -> Array:
    """Return the critical points of a polynomial inside (0, 1)."""
    roots = np.polynomial.Polynomial(coefficients).deriv().roots()
    real = np.real(roots[np.abs(np.imag(roots)) < CRITICAL])
    return np.asarray(real[(real > -CRITICAL) & (real < 1 + CRITICAL)])


def evaluate(coefficients: Array, h: Array) -> Array:
    """Horner: polynomials (4, degree + 1) at ``h`` (..., 4)."""
    out = np.broadcast_to(coefficients[:, -1], h.shape)
    for power in range(coefficients.shape[1] - 2, -1, -1):
        out = out * h + coefficients[:, power]
    return np.asarray(out)
