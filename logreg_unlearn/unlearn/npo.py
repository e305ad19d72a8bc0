r"""Negative preference optimisation (NPO): an ascent of the forget loss that slows down.

Zhang et al., arXiv 2404.05868.  With :math:`p=e^{-\ell}` the probability of a forgotten label (of
two classes :math:`\ell=\varphi(z)`, else softmax), :math:`p_0` that under the original, and b the
inverse temperature, it descends

.. math:: r\,\bar\ell_R + \tfrac\lambda2\|w\|^2
          - \tfrac2b\,\mathrm{mean}_F\,\log\sigma\!\Big(-b\log\frac p{p_0}\Big),

slope :math:`-2s\,\nabla\ell`, :math:`s=\sigma(b\log(p/p_0))`: gradient ascent's times a factor that
is 1 at the start and vanishes as the label becomes unlikely.  Along one row under a flow the
margin falls like :math:`\tfrac1b\ln t`, where that of plain ascent falls like t.

The Hessian of a row is :math:`2s\,(b(1-s)\nabla\ell\nabla\ell^\top-\nabla^2\ell)`, between
two semidefinite matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from logreg_unlearn.problem.losses import LOGISTIC, Array
from logreg_unlearn.problem.norms import EPS, FEW, TINY, outward
from logreg_unlearn.problem.samples import AnyObjective, rows_of
from logreg_unlearn.problem.softmax import ROOT2, SoftmaxObjective
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.driver import Method, Phase
from logreg_unlearn.unlearn.slopes import loss_of, margin_error, read


@dataclass(frozen=True, eq=False)
class NpoObjective:
    """The objective above, without batch axes.

    Attributes
    ----------
    retained : Objective or SoftmaxObjective
        Loss and ridge of the retained rows; without coefficients for plain NPO.
    forgotten : Objective or SoftmaxObjective
        The forgotten rows with their coefficients, no ridge.
    reference : ndarray (n_F,)
        Their losses under the original.
    b : float
    """

    retained: AnyObjective
    forgotten: AnyObjective
    reference: Array
    b: float

    @property
    def dimension(self) -> int:
        """Number of parameters d."""
        return self.forgotten.dimension

    @property
    def rows(self) -> int:
        """Number of samples that one gradient touches."""
        return self.retained.rows + self.forgotten.rows

    @property
    def convex(self) -> bool:
        """Whether the data part is convex: it is not."""
        return False

    @property
    def ridge_diagonal(self) -> Array:
        """Diagonal (d,) of the ridge term's Hessian."""
        return self.retained.ridge_diagonal

    def _exponents(self, losses: Array) -> Array:
        """Return ``b log(p/p_0)``."""
        return self.b * (self.reference - losses)

    def _factors(self, w: Array) -> tuple[Array, Array, Array]:
        """Return ``2 c s`` and ``b (1 - s)`` (n,), and the slopes (k, n) where s is not 0."""
        losses, slopes = read(self.forgotten, w)
        u = self._exponents(losses)
        s, rest = (np.exp(-np.logaddexp(0.0, v)) for v in (-u, u))
        # where the factor has vanished an overflowed loss adds nothing
        return 2.0 * self.forgotten.coefficients * s, self.b * rest, np.where(s > 0, slopes, 0.0)

    def value(self, w: Array) -> Array:
        """Return the objective, shape ()."""
        u = self._exponents(read(self.forgotten, w)[0])
        terms = self.forgotten.coefficients * np.logaddexp(0.0, u)
        return self.retained.value(w) + 2.0 / self.b * terms.sum()

    def gradient(self, w: Array) -> Array:
        """Return the gradient (d,)."""
        factor, _, slopes = self._factors(w)
        return self.retained.gradient(w) - ((factor * slopes) @ rows_of(self.forgotten)).ravel()

    def hessian(self, w: Array) -> Array:
        """Return the Hessian (d, d), possibly indefinite."""
        steep, curved = self._parts(w)
        return self.retained.hessian(w) + steep - curved

    def _parts(self, w: Array) -> tuple[Array, Array]:
        """Return the semidefinite matrices (d, d) whose difference is the forget term's Hessian."""
        factor, bend, slopes = self._factors(w)
        rows, k = rows_of(self.forgotten), len(slopes)
        steep = np.empty(2 * (k, rows.shape[1]))
        for one in range(k):
            for other in range(one + 1):
                block = (rows.T * (factor * bend * slopes[one] * slopes[other])) @ rows
                steep[one, :, other], steep[other, :, one] = block, block.T
        curved = self.forgotten.with_coefficients(factor).hessian(w)
        return steep.reshape(curved.shape), curved

    def hessian_vector(self, w: Array, v: Array) -> Array:
        """Return the Hessian at ``w`` times ``v (d,)``."""
        factor, bend, slopes = self._factors(w)
        rows = rows_of(self.forgotten)
        along = np.sum(slopes * (rows @ v.reshape(len(slopes), -1).T).T, axis=0)
        steep = ((factor * bend * along * slopes) @ rows).ravel()
        bent = self.forgotten.with_coefficients(-factor).hessian_vector(w, v)
        return np.asarray(self.retained.hessian_vector(w, v) + bent + steep)

    def magnitude(self, w: Array) -> float:
        """Return the sum of the magnitudes of the value's terms."""
        u = np.abs(self._exponents(read(self.forgotten, w)[0]))
        terms = self.forgotten.coefficients @ (1.0 + u)
        return self.retained.magnitude(w) + 2.0 / self.b * float(terms)

    def gradient_error(self, w: Array) -> float:
        """Return a bound on the norm of the rounding error of ``gradient(w)``."""
        factor, _, slopes = self._factors(w)
        sizes = np.sqrt(np.sum(np.square(slopes), axis=0))
        own = self._relative(w, slopes)
        lost = TINY * self.forgotten.coefficients * (1.0 + sizes)
        error = float((factor * sizes * own + lost) @ self.forgotten.lengths())
        rest = self.forgotten.with_coefficients(factor).gradient_error(w)
        return self.retained.gradient_error(w) + rest + error * outward(*self._shape)

    def hessian_error(self, w: Array) -> float:
        """Return a bound on the norm of the rounding error of ``hessian(w)``."""
        factor, bend, slopes = self._factors(w)
        own = self._relative(w, slopes)
        # the curvature is at most twice the label's slope; slopes change by the logits' change
        steep = bend * np.sum(np.square(slopes), axis=0)
        with np.errstate(over="ignore"):
            steep *= (1.0 + own) * np.exp(2.0 * margin_error(self.forgotten, w)) - 1.0
        curved = 2.0 * np.abs(slopes).max(axis=0) * own
        lost = TINY * (1.0 + self.b) * self.forgotten.coefficients
        error = float((factor * (curved + steep) + lost) @ np.square(self.forgotten.lengths()))
        rest = self.forgotten.with_coefficients(factor).hessian_error(w)
        return self.retained.hessian_error(w) + rest + error * outward(*self._shape)

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.reference), self.dimension

    def _relative(self, w: Array, slopes: Array) -> Array:
        """Bound by which share (n,) rounding changes s and s (1 - s), and a sum of so many.

        Both change by a factor of at most e to the change of the exponent.  Margins that are off
        by m move a loss by at most ``e^m - 1`` times the label's slope.
        """
        losses, _ = read(self.forgotten, w)
        off = (len(slopes) + FEW) * EPS * (losses + self.reference)
        with np.errstate(over="ignore", invalid="ignore"):
            off += np.abs(slopes).max(axis=0) * np.expm1(margin_error(self.forgotten, w))
            off = np.where(np.isfinite(losses), self.b * off, 0.0)
            return np.asarray(np.expm1(off) + (sum(self._shape) + FEW) * EPS)

    def _third_bound(self) -> float:
        """Return the supremum of a row's third derivative in the margin.

        With S, C, T those of the loss, and those of the logistic function, 1/4 and 1/(6 sqrt 3).
        """
        loss, b = loss_of(self.forgotten), self.b
        slope, curved, third = loss.slope_bound, loss.curvature_bound, loss.third_bound
        sixth = LOGISTIC.third_bound
        return 2.0 * (b * b * sixth * slope**3 + 0.75 * b * slope * curved + third)

    def gradient_scale(self) -> Array:
        """Return a bound on the norm of the data part's gradient for slopes of at most 1."""
        return self.retained.gradient_scale() + 2.0 * self.forgotten.gradient_scale()

    def slope_sizes(self) -> Array:
        """Return the suprema (d,) of the entries of the data part's gradient."""
        return self.retained.slope_sizes() + 2.0 * self.forgotten.slope_sizes()

    def curvature_bound(self, points: tuple[Array, ...] = ()) -> float:
        """Return a bound on the curvature everywhere, or at the points."""
        loss = loss_of(self.forgotten)
        if np.isfinite(loss.curvature_bound):
            # of the difference of semidefinite matrices the larger counts
            larger = 2.0 * max(1.0, 0.25 * self.b * loss.slope_bound**2 / loss.curvature_bound)
            forgotten = self.forgotten.with_coefficients(larger * self.forgotten.coefficients)
            own = forgotten.curvature_bound()
        elif points:
            parts = [part for p in points for part in self._parts(p)]
            own = max(float(np.linalg.eigvalsh(part)[-1]) for part in parts)
        else:
            return float(np.inf)
        return self.retained.curvature_bound(points) + own

    def hessian_lipschitz(self, w: Array, reach: float) -> float:
        """Return a Lipschitz constant of the Hessian."""
        lengths = self.forgotten.lengths()
        if isinstance(self.forgotten, SoftmaxObjective):
            lengths = ROOT2 * lengths
        cubes = float(self.forgotten.coefficients @ lengths**3)
        return self.retained.hessian_lipschitz(w, reach) + self._third_bound() * cubes

    def unit_length(self) -> float:
        """Return the length of a step along which the data part keeps its shape."""
        # the exponent moves b times as fast as the loss
        return min(self.retained.unit_length(), self.forgotten.unit_length() / max(1.0, self.b))

    def falls_for_ever(self, start: Array, w: Array, step: Array) -> bool:
        """Whether a descent falls without bound: never, the forget term is at least 0."""
        return False


def npo(b: float = 0.1, retain: float = 1.0, reference: Array | None = None) -> Method:
    """Return NPO on the forget set beside descent on the retain set.

    Parameters
    ----------
    b : float
        Inverse temperature, greater than 0; towards 0 it is gradient ascent.
    retain : float
        Weight of the retain loss, at least 0; 0 is plain NPO, without ridge.
    reference : ndarray (d,), optional
        The original optimum by default.

    Raises
    ------
    ValueError
        If a number is outside its range.
    """
    if not b > 0.0 or not retain >= 0.0:
        raise ValueError(f"expected b > 0 and a retain weight >= 0, got {b} and {retain}")

    def phases(problem: Any, _: np.random.Generator) -> tuple[Phase, ...]:
        w = minimise(problem.original()).w if reference is None else np.asarray(reference, float)
        retained = problem.weighted(retain, 0.0, ridge=retain > 0.0)
        forgotten = problem.weighted(0.0, 1.0, ridge=False).with_rows(problem.forget)
        objective = NpoObjective(
            retained.with_rows(retained.coefficients != 0), forgotten, read(forgotten, w)[0], b
        )
        return (Phase((objective,)),)

    return Method("npo", phases)
