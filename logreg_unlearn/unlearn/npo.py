r"""Negative preference optimisation (NPO): an ascent of the forget loss that slows down.

Zhang et al., arXiv 2404.05868.  With :math:`p=e^{-\varphi(z)}` the probability of a forgotten
label, :math:`p_0` that under the original, and b the inverse temperature, it descends

.. math:: r\,\bar\ell_R + \tfrac\lambda2\|w\|^2
          - \tfrac2b\,\mathrm{mean}_F\,\log\sigma\!\Big(-b\log\frac p{p_0}\Big),

slope in the margin :math:`2\sigma(b\log(p/p_0))\,(-\varphi'(z))`: gradient ascent's times a factor
that is 1 at the start and vanishes as the label becomes unlikely.  Along one row under a flow the
margin falls like :math:`\tfrac1b\ln t`, where that of plain ascent falls like t.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS, FEW, euclidean
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.driver import Method, Phase


@dataclass(frozen=True, eq=False)
class NpoObjective:
    """The objective above, without batch axes.

    Attributes
    ----------
    retained : Objective
        Loss and ridge of the retained rows; without coefficients for plain NPO.
    forgotten : Objective
        The forgotten rows with their coefficients, no ridge.
    reference : ndarray (n_F,)
        Margins of the original on them.
    b : float
    """

    retained: Objective
    forgotten: Objective
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

    def _exponents(self, z: Array) -> Array:
        """Return ``b log(p/p_0)``."""
        loss = self.forgotten.loss
        return self.b * (loss.value(self.reference) - loss.value(z))

    def _terms(self, w: Array) -> tuple[Array, Array]:
        """Return slopes and curvatures of the forget term in the margins, coefficients included."""
        z, loss, c = self.forgotten.margins(w), self.forgotten.loss, self.forgotten.coefficients
        u = self._exponents(z)
        s, rest = (np.exp(-np.logaddexp(0.0, v)) for v in (-u, u))
        slope, curvature = loss.derivative(z), loss.curvature(z)
        bent = s * (self.b * rest * np.square(slope) - curvature)
        # where the factor has vanished an overflowed loss adds nothing
        return 2.0 * c * np.where(s > 0, -s * slope, 0.0), 2.0 * c * np.where(s > 0, bent, 0.0)

    def value(self, w: Array) -> Array:
        """Return the objective, shape ()."""
        u = self._exponents(self.forgotten.margins(w))
        terms = self.forgotten.coefficients * np.logaddexp(0.0, u)
        return self.retained.value(w) + 2.0 / self.b * terms.sum()

    def gradient(self, w: Array) -> Array:
        """Return the gradient (d,)."""
        return self.retained.gradient(w) + self._terms(w)[0] @ self.forgotten.signed_features

    def hessian(self, w: Array) -> Array:
        """Return the Hessian (d, d), possibly indefinite."""
        rows = self.forgotten.signed_features
        return self.retained.hessian(w) + (rows.T * self._terms(w)[1]) @ rows

    def hessian_vector(self, w: Array, v: Array) -> Array:
        """Return the Hessian at ``w`` times ``v (d,)``."""
        rows = self.forgotten.signed_features
        return self.retained.hessian_vector(w, v) + (self._terms(w)[1] * (rows @ v)) @ rows

    def magnitude(self, w: Array) -> float:
        """Return the sum of the magnitudes of the value's terms."""
        u = np.abs(self._exponents(self.forgotten.margins(w)))
        terms = self.forgotten.coefficients @ (1.0 + u)
        return self.retained.magnitude(w) + 2.0 / self.b * float(terms)

    def gradient_error(self, w: Array) -> float:
        """Return a bound on the norm of the rounding error of ``gradient(w)``."""
        curved = self._bounds()[1]
        error = self._rounding(w, curved) @ self.forgotten.lengths()
        return self.retained.gradient_error(w) + float(error)

    def hessian_error(self, w: Array) -> float:
        """Return a bound on the norm of the rounding error of ``hessian(w)``."""
        error = self._rounding(w, self._bounds()[2]) @ np.square(self.forgotten.lengths())
        return self.retained.hessian_error(w) + float(error)

    def _rounding(self, w: Array, change: float) -> Array:
        """Bound the error of what changes so fast with the margin, coefficients included."""
        forgotten, loss, (n, d) = (
            self.forgotten,
            self.forgotten.loss,
            self.forgotten.signed_features.shape,
        )
        offset = 0.0 if forgotten.offset is None else np.abs(forgotten.offset)
        margins = (d + 2) * EPS * (float(euclidean(w)) * forgotten.lengths() + offset)
        sizes = loss.value(self.reference) + loss.value(forgotten.margins(w))
        own = (n + d + FEW) * EPS * (1.0 + self.b * sizes) * self._bounds()[1]
        return np.asarray(forgotten.coefficients * (change * margins + own))

    def _bounds(self) -> tuple[float, float, float]:
        """Return suprema of slope, curvature and third derivative of a row's forget term.

        With S, C, T those of the loss, and those of the logistic function, 1/4 and 1/(6 sqrt 3).
        """
        loss, b = self.forgotten.loss, self.b
        slope, curved, third = loss.slope_bound, loss.curvature_bound, loss.third_bound
        sixth = 1.0 / (6.0 * np.sqrt(3.0))
        most = 2.0 * (b * b * sixth * slope**3 + 0.75 * b * slope * curved + third)
        return 2.0 * slope, 2.0 * max(curved, 0.25 * b * slope**2), most

    def gradient_scale(self) -> Array:
        """Return a bound on the norm of the data part's gradient for slopes of at most 1."""
        return self.retained.gradient_scale() + 2.0 * self.forgotten.gradient_scale()

    def slope_sizes(self) -> Array:
        """Return the suprema (d,) of the entries of the data part's gradient."""
        return self.retained.slope_sizes() + 2.0 * self.forgotten.slope_sizes()

    def curvature_bound(self, points: tuple[Array, ...] = ()) -> float:
        """Return a bound on the curvature everywhere, or at the points."""
        rows, bound = self.forgotten.signed_features, self._bounds()[1]
        if np.isfinite(bound):
            sizes = [self.forgotten.coefficients * bound]
        else:
            sizes = [np.abs(self._terms(p)[1]) for p in points]
        if not sizes:
            return float(np.inf)
        own = max(float(np.linalg.eigvalsh((rows.T * size) @ rows)[-1]) for size in sizes)
        return self.retained.curvature_bound(points) + own

    def hessian_lipschitz(self, w: Array, reach: float) -> float:
        """Return a Lipschitz constant of the Hessian."""
        cubes = float(self.forgotten.coefficients @ self.forgotten.lengths() ** 3)
        return self.retained.hessian_lipschitz(w, reach) + self._bounds()[2] * cubes

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

    def phases(problem: UnlearningProblem, _: np.random.Generator) -> tuple[Phase, ...]:
        if not isinstance(problem.original(), Objective):
            raise ValueError(f"expected a problem of two classes for npo, got {problem!r}")
        w = minimise(problem.original()).w if reference is None else np.asarray(reference, float)
        retained = problem.weighted(retain, 0.0, ridge=retain > 0.0)
        forgotten = problem.weighted(0.0, 1.0, ridge=False).with_rows(problem.forget)
        objective = NpoObjective(
            retained.with_rows(retained.coefficients != 0), forgotten, forgotten.margins(w), b
        )
        return (Phase((objective,)),)

    return Method("npo", phases)
