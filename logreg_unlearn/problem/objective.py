r"""The one objective: a ridge-regularised sum of losses with signed sample coefficients.

.. math:: J_c(w) = \sum_i c_i\,\varphi(a_i\cdot w + o_i) + \tfrac{\lambda}{2}\|P w\|^2,
          \qquad a_i = y_i x_i,

with gradient :math:`\sum_i c_i\varphi'(z_i)a_i + \lambda P w` and Hessian
:math:`\sum_i c_i\varphi''(z_i)a_i a_i^\top + \lambda P`.  Original, oracle, gradient ascent,
descent-ascent and the path between them differ in ``c`` alone.  With negative coefficients
the Hessian is indefinite and is reported as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from logreg_unlearn.problem.losses import LOGISTIC, Array, Loss, Mask
from logreg_unlearn.problem.norms import EPS, FEW, TINY, euclidean, growth, outward, row_lengths
from logreg_unlearn.problem.rows import CHUNK, LazyRows, Rows, picked

_HUGE = 1e100
"""Curvature that only an exponential far out reaches: worth a look where it goes."""
_FAR = 1e12
"""Margin, in units of the start's largest or of 1, that only an unbounded descent reaches."""


@dataclass(frozen=True, eq=False)
class Objective:
    """Ridge-regularised loss with signed coefficients; leading axes are a batch.

    Attributes
    ----------
    signed_features : ndarray (..., n, d)
        Rows ``a_i = y_i x_i``: the labels are multiplied in; or
        :class:`~logreg_unlearn.problem.rows.LazyRows` in the place of an array (n, d).
    coefficients : ndarray (..., n)
        Signed sample coefficients ``c_i`` (normalisation included).
    ridge : float or ndarray (...,)
        ``lambda >= 0``; never rescaled by n.
    loss : Loss
    offset : ndarray (..., n), optional
        Signed fixed part of the margin, ``o_i = y_i * offset_i`` (as a GLM offset).
    penalised : ndarray of bool (d,), optional
        Coordinates the ridge acts on; ``None`` means all of them.
    ridge_diagonal : ndarray (..., d)
        Diagonal of the ridge term's Hessian (derived).
    """

    signed_features: Rows
    coefficients: Array
    ridge: float | Array
    loss: Loss = LOGISTIC
    offset: Array | None = None
    penalised: Mask | None = None
    ridge_diagonal: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("signed_features", "coefficients", "offset"):
            given = getattr(self, name)
            # squares of integers would wrap around
            if given is not None and not isinstance(given, LazyRows):
                object.__setattr__(self, name, np.asarray(given, np.float64))
        d = self.signed_features.shape[-1]
        mask = np.ones(d) if self.penalised is None else np.asarray(self.penalised, dtype=float)
        if mask.shape != (d,):
            raise ValueError(f"expected penalised of shape ({d},), got {mask.shape}")
        if self.coefficients.shape[-1] != self.signed_features.shape[-2]:
            raise ValueError(
                f"expected {self.signed_features.shape[-2]} coefficients, "
                f"got {self.coefficients.shape[-1]}"
            )
        # Hessian of the ridge term: its diagonal, shape (..., d)
        diagonal = np.asarray(self.ridge, dtype=np.float64)[..., None] * mask
        object.__setattr__(self, "ridge_diagonal", diagonal)

    @property
    def dimension(self) -> int:
        """Number of parameters d."""
        return self.signed_features.shape[-1]

    @property
    def convex(self) -> bool:
        """Whether no coefficient is negative (then J is ridge-strongly convex)."""
        return bool((self.coefficients >= 0).all())

    def margins(self, w: Array) -> Array:
        """Return ``z = A w + o``, shape (..., n), for ``w`` of shape (..., d)."""
        z = self._times(np.asarray(w, dtype=np.float64))
        return z if self.offset is None else z + self.offset

    def _times(self, v: Array) -> Array:
        """Return ``A v``, shape (..., n), for ``v`` of shape (..., d)."""
        if isinstance(self.signed_features, LazyRows):
            return np.moveaxis(self.signed_features @ np.moveaxis(v, -1, 0), 0, -1)
        if self.signed_features.ndim == 2:  # one matrix for the whole batch: one product
            return np.matmul(v, self.signed_features.T)
        return np.matmul(self.signed_features, v[..., None])[..., 0]

    def _transposed_times(self, s: Array) -> Array:
        """Return ``A^T s``, shape (..., d), for ``s`` of shape (..., n)."""
        if self.signed_features.ndim == 2:
            return s @ self.signed_features
        return np.matmul(s[..., None, :], self.signed_features)[..., 0, :]

    def _weighted(self, values: Array) -> Array:
        with np.errstate(over="ignore", invalid="ignore"):
            weighted = self.coefficients * values
        # a sample of coefficient 0 is absent, also where its exponential loss overflowed
        return (
            weighted
            if np.all(np.isfinite(weighted))
            else np.where(self.coefficients == 0, 0.0, weighted)
        )

    def value(self, w: Array) -> Array:
        """Return J at ``w`` (..., d), shape (...)."""
        losses = np.sum(self._weighted(self.loss.value(self.margins(w))), axis=-1)
        return losses + 0.5 * np.sum(self.ridge_diagonal * np.square(w), axis=-1)

    def gradient(self, w: Array) -> Array:
        """Return the gradient at ``w`` (..., d), same shape."""
        slopes = self._weighted(self.loss.derivative(self.margins(w)))
        return self._transposed_times(slopes) + self.ridge_diagonal * w

    def hessian(self, w: Array) -> Array:
        """Return the Hessian at ``w`` (..., d), shape (..., d, d); possibly indefinite."""
        weights = self._weighted(self.loss.curvature(self.margins(w)))
        n, d = self.signed_features.shape[-2:]
        data = np.zeros((*weights.shape[:-1], d, d))
        step = max(CHUNK // d, 2 * d)  # rows by which adding up costs little beside the products
        for first in range(0, n, step):
            part = self.signed_features[..., first : first + step, :]
            scaled = np.swapaxes(part, -1, -2) * weights[..., None, first : first + step]
            data += np.matmul(scaled, part)
        diagonal = self.ridge_diagonal[..., None] * np.eye(self.dimension)
        return 0.5 * (data + np.swapaxes(data, -1, -2)) + diagonal

    def hessian_vector(self, w: Array, v: Array) -> Array:
        """Return the Hessian at ``w`` times ``v`` (..., d) without forming the Hessian."""
        weights = self._weighted(self.loss.curvature(self.margins(w)))
        along = self._times(np.asarray(v, dtype=np.float64))
        return self._transposed_times(weights * along) + self.ridge_diagonal * v

    @property
    def rows(self) -> int:
        """Number of samples with a coefficient."""
        return int(np.count_nonzero(self.coefficients))

    def lengths(self) -> Array:
        """Return the Euclidean norms of the rows ``a_i``, shape (..., n)."""
        if isinstance(self.signed_features, LazyRows):
            return np.concatenate([row_lengths(part) for part, _ in self._parts()])
        if self.signed_features.ndim == 2:
            return row_lengths(self.signed_features)
        return np.linalg.norm(self.signed_features, axis=-1)

    def magnitude(self, w: Array) -> float:
        """Return ``sum |c_i phi(z_i)| + ridge`` at ``w`` (d,): what rounding is relative to."""
        losses = float(np.abs(self._weighted(self.loss.value(self.margins(w)))).sum())
        return losses + 0.5 * float(np.dot(self.ridge_diagonal, np.square(w)))

    def gradient_scale(self) -> Array:
        """Return ``sum_i |c_i| ||a_i||``, shape (...)."""
        return np.sum(np.abs(self.coefficients) * self.lengths(), axis=-1)

    def slope_sizes(self) -> Array:
        """Return ``sup|phi'| sum_i |c_i a_ij|``, shape (..., d)."""
        if not np.isfinite(self.loss.slope_bound):
            return np.full(self.ridge_diagonal.shape, np.inf)
        if self.signed_features.ndim == self.coefficients.ndim + 1 == 2:
            total = np.zeros(self.dimension)
            for part, chunk in self._parts():
                total += np.abs(self.coefficients[chunk, None] * part).sum(axis=0)
            return self.loss.slope_bound * total
        sizes = np.abs(self.coefficients[..., None] * self.signed_features)
        return self.loss.slope_bound * sizes.sum(axis=-2)

    def _parts(self) -> Iterator[tuple[Array, slice]]:
        """Row chunks (m, d) of the one matrix, each with where it stands."""
        n, d = self.signed_features.shape
        size = max(1, CHUNK // d)
        for chunk in (slice(i, min(i + size, n)) for i in range(0, n, size)):
            yield self.signed_features[chunk], chunk

    def curvature_bound(self, points: tuple[Array, ...] = ()) -> float:
        """Return the largest curvature of ``sum |c_i| phi + ridge``.

        Everywhere where the loss has a bound, else at the points; infinite without any.
        """
        used = self.coefficients != 0
        most = float(np.max(self.ridge_diagonal))
        if not used.any():
            return most
        weights = np.abs(self.coefficients)
        bound = self.loss.curvature_bound
        if np.isfinite(bound):
            bounds = [weights * bound]
        elif not points:
            return np.inf
        else:
            bounds = []
            for point in points:
                bounds.append(np.zeros(len(used)))
                bounds[-1][used] = weights[used] * self.loss.curvature(self.margins(point)[used])
        with np.errstate(over="ignore", invalid="ignore"):
            grams = [np.zeros((self.dimension, self.dimension)) for _ in bounds]
            for part, chunk in self._parts():
                rows = part[used[chunk]]
                for gram, b in zip(grams, bounds, strict=True):
                    gram += (rows.T * b[chunk][used[chunk]]) @ rows
        if not all(np.all(np.isfinite(gram)) for gram in grams):
            # the loss overflows at these points: no step is short enough
            return float(np.finfo(np.float64).max)
        return max(float(np.linalg.eigvalsh(gram)[-1]) for gram in grams) + most

    def unit_length(self) -> float:
        """Return the length that moves no margin by more than 1."""
        return 1.0 / max(float(self.lengths().max(initial=0.0)), TINY)

    def gradient_error(
        self,
        w: Array,
        slopes: Array | None = None,
        lengths: Array | None = None,
        additions: int | None = None,
    ) -> float:
        """Bound the norm of the computed gradient's rounding error at ``w`` (d,), without a pass.

        ``slopes`` are ``c_i phi'(z_i)`` and ``lengths`` the norms of the rows, where at hand;
        ``additions`` is how many a term passes through where the sum is taken in parts, else n.
        """
        if slopes is None:
            slopes = self._weighted(self.loss.derivative(self.margins(w)))
        lengths = self.lengths() if lengths is None else lengths
        n, d = len(slopes), len(w)
        additions = n if additions is None else additions
        absolute = np.abs(slopes)
        weighted = absolute * lengths
        # e^m - 1 <= m (e^M - 1)/M for m <= M, and M need not be sharp
        unit = (d + 2) * EPS
        size = euclidean(w)
        moved, worst = size * float(np.dot(weighted, lengths)), size * euclidean(lengths)
        if self.offset is not None:
            offset = np.abs(self.offset)
            moved, worst = moved + float(np.dot(weighted, offset)), worst + euclidean(offset)
        data = unit * growth(unit * worst) * moved
        data += (additions + FEW) * EPS * float(np.dot(absolute, lengths))
        underflow = TINY * (1.0 + float(np.dot(1.0 + np.abs(self.coefficients), lengths)))
        ridge = 4 * EPS * euclidean(self.ridge_diagonal * w)
        return float((data + ridge + underflow) * outward(n, d))

    def hessian_error(self, w: Array) -> float:
        """Bound the norm of the computed Hessian's rounding error at ``w`` (d,)."""
        lengths, n, d = self.lengths(), self.coefficients.shape[-1], len(w)
        offset = 0.0 if self.offset is None else np.abs(self.offset)
        worst = (d + 2) * EPS * float(np.max(euclidean(w) * lengths + offset, initial=0.0))
        absolute = np.abs(self.coefficients)
        weights = np.abs(self._weighted(self.loss.curvature(self.margins(w))))
        terms = float(weights @ np.square(lengths)) + float(np.max(self.ridge_diagonal))
        underflow = TINY * float((1.0 + absolute) @ np.square(lengths))
        relative = math.expm1(min(worst, 700.0)) + (n + FEW) * EPS
        return (terms * relative + underflow) * outward(n, d)

    def hessian_lipschitz(self, w: Array, reach: float, lengths: Array | None = None) -> float:
        """Return a Lipschitz constant of the Hessian in the ball of radius ``reach`` around w.

        In other units of w the rows have other ``lengths``.
        """
        lengths = self.lengths() if lengths is None else lengths
        absolute = np.abs(self.coefficients)
        with np.errstate(over="ignore", invalid="ignore"):
            cubes = lengths**3 + TINY
            # by self-concordance the curvature grows by at most e^{reach ||a||} inside the ball
            grown = (self.loss.curvature(self.margins(w)) + TINY) * np.exp(lengths * reach)
            local = float((absolute * cubes) @ grown)
            uniform = self.loss.third_bound * float(absolute @ cubes)
        return uniform if np.isnan(local) else min(local, uniform)

    def falls_for_ever(self, start: Array, w: Array, step: Array) -> bool:
        """Whether a descent that came from ``start`` to ``w`` by ``step`` falls without bound."""
        if np.isfinite(self.loss.curvature_bound):
            # with a ridge everywhere there is a minimum, however far
            if self.ridge_diagonal.min() > 0:
                return False
            far = _FAR * (1.0 + float(np.abs(self.margins(start)).max(initial=0.0)))
            return bool(np.abs(self.margins(w)).max(initial=0.0) > far)
        weights = np.abs(self._weighted(self.loss.curvature(self.margins(w))))
        if not float(weights @ np.square(self.lengths())) > _HUGE:
            return False
        return self._steepest_is_negative(w) or self._steepest_is_negative(step)

    def _steepest_is_negative(self, direction: Array) -> bool:
        """Whether J falls along a ray: its steepest exponentials have negative weight."""
        exponents = -self._times(direction)
        steepest = exponents.max(initial=0.0)
        weights = self.coefficients
        if self.offset is not None:
            weights = weights * np.exp(-self.offset)
        return bool(steepest > 0 and weights[exponents >= (1.0 - 1e-12) * steepest].sum() < 0)

    def with_coefficients(
        self, coefficients: Array, ridge: float | Array | None = None
    ) -> Objective:
        """Return the same data under other coefficients (and another ridge, if given)."""
        new_ridge = self.ridge if ridge is None else ridge
        return replace(self, coefficients=np.asarray(coefficients, float), ridge=new_ridge)

    def with_rows(self, chosen: Array) -> Objective:
        """Return the objective of the chosen rows alone: a mask (n,), or their numbers."""
        return replace(
            self,
            signed_features=picked(self.signed_features, chosen),
            coefficients=self.coefficients[..., chosen],
            offset=None if self.offset is None else self.offset[..., chosen],
        )

    def collapse(self) -> Objective:
        """Merge equal rows (same features and offset) into one with the summed coefficient.

        The objective is the same function of ``w``; rows whose coefficient sums to zero are
        kept, so that the shape depends on the data alone.

        Raises
        ------
        ValueError
            If the objective has batch axes.
        """
        if self.signed_features.ndim != 2 or self.coefficients.ndim != 1:
            raise ValueError(f"expected no batch axes, got rows {self.signed_features.shape}")
        rows = np.asarray(self.signed_features)
        if self.offset is not None:
            rows = np.column_stack([rows, self.offset])
        # + 0.0 makes -0.0 equal to 0.0, as they are the same number in the objective
        unique, inverse = np.unique(rows + 0.0, axis=0, return_inverse=True)
        summed = np.zeros(len(unique))
        np.add.at(summed, inverse.ravel(), self.coefficients)
        features, offset = unique, None
        if self.offset is not None:
            features, offset = unique[:, :-1].copy(), unique[:, -1].copy()
        return replace(self, signed_features=features, coefficients=summed, offset=offset)
