r"""The softmax objective: a ridge-regularised multinomial loss with signed sample coefficients.

.. math:: J_c(W) = \sum_i c_i\,\bigl[\mathrm{lse}(u_i) - u_{i,y_i}\bigr]
          + \tfrac{\lambda}{2}\|W\|_F^2, \qquad u_i = W x_i + o_i,\quad W \in \mathbb R^{K\times d},

as a function of W by rows, ``w = W.ravel()``: gradient :math:`\sum_i c_i(\pi_i-e_{y_i})x_i^\top +
\lambda W`, Hessian :math:`\sum_i c_i(\mathrm{diag}\,\pi_i-\pi_i\pi_i^\top)\otimes x_ix_i^\top +
\lambda I` (claim ``softmax_derivatives``).  A constant added to all logits changes no loss.  With
the ridge everywhere the minimiser has :math:`\mathbf 1^\top W = 0` (claim ``softmax_gauge``); in a
column without ridge, an intercept, the ridge acts on the mean over the classes alone, which makes
that true there as well and changes no loss at the minimiser.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from logreg_unlearn.problem import logits as of_logits
from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.norms import EPS, FEW, TINY, euclidean, outward, row_lengths

_CHUNK = 131_072
"""Entries of features and logits that are worked on at once: 1 MiB."""
_SYMMETRIC = 40
"""Columns from which a symmetric rank-k update is faster than a plain product (measured)."""
_FAR = 1e12
"""Difference of logits, in units of the start's largest or of 1, of an unbounded descent alone."""
ROOT2 = math.sqrt(2.0)
"""``range(u) <= sqrt(2) ||u||``."""


@dataclass(frozen=True, eq=False)
class SoftmaxObjective:
    """Ridge-regularised softmax loss with signed coefficients.

    Attributes
    ----------
    features : ndarray (n, d)
    classes : ndarray of int (n,)
        0 to K-1.
    count : int
        Number of classes K, at least 2.
    coefficients : ndarray (n,)
        Signed sample coefficients ``c_i`` (normalisation included).
    ridge : float
        ``lambda >= 0``.
    offset : ndarray (n, K), optional
        Fixed part of the logits.
    penalised : ndarray of bool (d,), optional
        Columns the ridge acts on in full; ``None`` means all of them.
    ridge_diagonal : ndarray (K*d,)
        What the ridge term's Hessian is at least (derived): 0 in an unpenalised column.
    """

    features: Array
    classes: Array
    count: int
    coefficients: Array
    ridge: float
    offset: Array | None = None
    penalised: Mask | None = None
    ridge_diagonal: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        n, d = self.features.shape
        mask = np.ones(d) if self.penalised is None else np.asarray(self.penalised, dtype=float)
        shapes = (
            ("classes", self.classes, (n,)),
            ("coefficients", self.coefficients, (n,)),
            ("penalised", mask, (d,)),
            ("offset", self.offset, (n, self.count)),
        )
        for name, values, shape in shapes:
            if values is not None and np.shape(values) != shape:
                raise ValueError(f"expected {name} of shape {shape}, got {np.shape(values)}")
        object.__setattr__(self, "ridge_diagonal", np.tile(self.ridge * mask, self.count))

    @property
    def dimension(self) -> int:
        """Number of parameters K*d."""
        return self.count * self.features.shape[1]

    @property
    def rows(self) -> int:
        """Number of samples with a coefficient."""
        return int(np.count_nonzero(self.coefficients))

    @property
    def convex(self) -> bool:
        """Whether no coefficient is negative."""
        return bool((self.coefficients >= 0).all())

    def matrix(self, w: Array) -> Array:
        """Return ``w (K*d,)`` as W (K, d)."""
        return np.asarray(w, dtype=np.float64).reshape(self.count, -1)

    def logits(self, w: Array, chunk: slice = slice(None)) -> Array:
        """Return the logits (K, m) of the chosen rows, the class first."""
        u = np.dot(self.matrix(w), self.features[chunk].T)
        return u if self.offset is None else u + self.offset[chunk].T

    def chunks(self) -> tuple[slice, ...]:
        """Slices of rows that are worked on at once."""
        n, d = self.features.shape
        parts = max(1, math.ceil(n * (d + self.count) / _CHUNK))
        step = max(1, math.ceil(n / parts))
        return tuple(slice(first, min(first + step, n)) for first in range(0, n, step))

    def ridge_gradient(self, w: Array) -> Array:
        """Return the gradient of the ridge term, linear in ``w``."""
        gradient = self.ridge_diagonal * w
        if self.penalised is not None:
            means = self.matrix(w).mean(axis=0)
            gradient += np.tile(self.ridge * np.where(self.penalised, 0.0, means), self.count)
        return gradient

    def losses(self, w: Array) -> Array:
        """Return the losses (n,) of the samples."""
        found = np.empty(len(self.classes))
        for chunk in self.chunks():
            found[chunk] = of_logits.losses(self.logits(w, chunk), self.classes[chunk])
        return found

    def value(self, w: Array) -> Array:
        """Return J at ``w (K*d,)``."""
        ridge = 0.5 * np.dot(w, self.ridge_gradient(w))
        return np.asarray(np.dot(self.coefficients, self.losses(w)) + ridge)

    def gradient(self, w: Array) -> Array:
        """Return the gradient (K*d,)."""
        total = np.zeros((self.count, self.features.shape[1]))
        for chunk in self.chunks():
            slopes, own = self.logits(w, chunk), of_logits.labels_at(self.classes[chunk])
            of_logits.weigh_slopes(slopes, own, self.coefficients[chunk], slopes)
            total += np.dot(slopes, self.features[chunk])
        return total.ravel() + self.ridge_gradient(w)

    def hessian(self, w: Array) -> Array:
        """Return the Hessian (K*d, K*d), possibly indefinite."""
        return self.hessian_at(self.logits(w))

    def hessian_at(self, logits: Array, neglect: float = 0.0) -> Array:
        """Return the Hessian for given logits (K, n).

        Its blocks are those of a Laplacian: each on the diagonal is minus the sum of the others
        in its row, so that only ``K(K-1)/2`` are products.  With coefficients >= 0, samples whose
        weight in a product is below the share ``neglect`` of the mean may be left out of it:
        what is returned is then at most the Hessian, and for sure labels much cheaper.
        """
        (n, d), classes = self.features.shape, self.count
        total = np.zeros((classes, classes, d, d))
        pi, roots = of_logits.probabilities(logits), d >= _SYMMETRIC and self.convex
        # rows by which adding up costs little beside the products
        step = max(_CHUNK // d, 2 * d)
        for first in range(0, n, step):
            chunk = slice(first, first + step)
            for k in range(classes):
                of_class = self.coefficients[chunk] * pi[k, chunk]
                for other in range(k):
                    part, weights = self.features[chunk], of_class * pi[other, chunk]
                    kept = weights >= neglect * weights.mean() if neglect else None
                    if kept is not None and np.count_nonzero(kept) < 0.7 * len(kept):
                        part, weights = part[kept], weights[kept]
                    scaled = part * (np.sqrt(weights) if roots else weights)[:, None]
                    total[k, other] += np.dot(scaled.T, scaled if roots else part)
        for k in range(classes):
            for other in range(k):
                block = 0.5 * (total[k, other] + total[k, other].T)
                total[k, k] += block
                total[other, other] += block
                total[k, other] = total[other, k] = -block
        hessian = np.ascontiguousarray(total.transpose(0, 2, 1, 3)).reshape(2 * (classes * d,))
        hessian.flat[:: classes * d + 1] += self.ridge_diagonal
        if self.penalised is not None:
            for j in np.flatnonzero(~np.asarray(self.penalised, dtype=bool)):
                hessian[j::d, j::d] += self.ridge / classes
        return hessian

    def hessian_vector(self, w: Array, v: Array) -> Array:
        """Return the Hessian at ``w`` times ``v (K*d,)`` without forming the Hessian."""
        total, direction = np.zeros((self.count, self.features.shape[1])), self.matrix(v)
        for chunk in self.chunks():
            part = self.features[chunk]
            pi, along = of_logits.probabilities(self.logits(w, chunk)), np.dot(direction, part.T)
            along -= np.sum(pi * along, axis=0)
            along *= self.coefficients[chunk] * pi
            total += np.dot(along, part)
        return total.ravel() + self.ridge_gradient(v)

    def lengths(self) -> Array:
        """Return the norms (n,) of the rows of the features."""
        return self._lengths

    @cached_property
    def _lengths(self) -> Array:
        return row_lengths(self.features)

    def magnitude(self, w: Array) -> float:
        """Return ``sum |c_i l_i| + ridge``: what the value's rounding is relative to."""
        ridge = 0.5 * float(np.dot(w, self.ridge_gradient(w)))
        return float(np.dot(np.abs(self.coefficients), self.losses(w))) + ridge

    def shaken(self, w: Array) -> Array:
        """Bound the range (n,) of what rounding does to a row's logits and their differences."""
        d = self.features.shape[1]
        sizes = max(float(euclidean(row)) for row in self.matrix(w)) * self.lengths()
        if self.offset is not None:
            sizes = sizes + np.abs(self.offset).max(axis=1)
        # twice the largest error of a logit; the difference from the largest logit is rounded too
        return np.asarray(2.0 * (d + 4) * EPS * sizes + TINY)

    def gradient_error(self, w: Array, sizes: Array | None = None) -> float:
        """Bound the norm of the rounding error of ``gradient(w)``.

        Logits that are off by a vector of range r change every entry of ``pi - e_y``, the
        label's included, by a factor of at most ``e^r``.  Whoever has the norms of the rows
        ``c_i (pi_i - e_y)`` passes them as ``sizes (n,)``.
        """
        n, lengths, chunks = len(self.classes), self.lengths(), self.chunks()
        # how many additions a term passes through
        additions = (chunks[0].stop if chunks else 0) + len(chunks)
        if sizes is None:
            sizes = np.empty(n)
            for chunk in chunks:
                slopes = of_logits.slopes(self.logits(w, chunk), self.classes[chunk])
                sizes[chunk] = np.sqrt(np.sum(np.square(slopes), axis=0))
            sizes *= np.abs(self.coefficients)
        with np.errstate(over="ignore"):
            relative = np.expm1(self.shaken(w)) + (additions + self.count + FEW) * EPS
            data = float(np.dot(sizes * lengths, relative))
        lost = TINY * self.count * (1.0 + float(np.dot(1.0 + np.abs(self.coefficients), lengths)))
        ridge = (self.count + 4) * EPS * self.ridge * float(euclidean(w))
        return (data + lost + ridge) * outward(n, self.dimension)

    def hessian_error(self, w: Array) -> float:
        """Bound the norm of the rounding error of ``hessian(w)``.

        Weights ``pi_k pi_l`` that are off by a factor move the Laplacian by that share of itself;
        the entries of a Laplacian without their signs have at most twice its trace as norm.
        """
        n, squares = len(self.classes), np.square(self.lengths())
        with np.errstate(over="ignore"):
            relative = np.expm1(2.0 * self.shaken(w)) + (n + self.count + FEW) * EPS
            terms = np.abs(self.coefficients) * of_logits.curvatures(self.logits(w)) * squares
            data = 2.0 * float(np.dot(terms, relative))
        lost = TINY * self.count**2 * float(np.dot(1.0 + np.abs(self.coefficients), squares))
        ridge = (self.count + 4) * EPS * self.ridge
        return (data + lost + ridge) * outward(n, self.dimension)

    def gradient_scale(self) -> Array:
        """Return ``sqrt(2) sum |c_i| ||x_i||``, a bound on the norm of the data part's gradient."""
        return np.asarray(ROOT2 * np.dot(np.abs(self.coefficients), self.lengths()))

    def slope_sizes(self) -> Array:
        """Return ``sum_i |c_i x_ij|`` for each class, shape (K*d,)."""
        return np.tile(np.abs(self.coefficients) @ np.abs(self.features), self.count)

    def curvature_bound(self, points: tuple[Array, ...] = ()) -> float:
        """Return ``lambda_max(sum |c_i| x_i x_i')/2 + ridge``: a bound everywhere (Popoviciu)."""
        return 0.5 * self.gram_bound(np.abs(self.coefficients)) + self.ridge

    def gram_bound(self, weights: Array) -> float:
        """Bound the largest eigenvalue of ``sum_i weights_i x_i x_i'``, weights >= 0."""
        n, d = self.features.shape
        gram = (self.features.T * weights) @ self.features
        if not np.all(np.isfinite(gram)):
            return math.inf
        slack = (n + 8 * d) * EPS * float(gram.trace())
        return max(float(np.linalg.eigvalsh(gram)[-1]), 0.0) + slack

    def hessian_lipschitz(self, w: Array, reach: float) -> float:
        """Return a Lipschitz constant of the Hessian in the ball of radius ``reach`` around w.

        By ``|D^3 l[v, v, h]| <= range(h) D^2 l[v, v]`` (claim ``softmax_derivatives``), along
        which the curvature grows by at most ``e^range`` of the change of the logits.
        """
        lengths = ROOT2 * self.lengths()
        with np.errstate(over="ignore"):
            grown = of_logits.curvatures(self.logits(w)) * np.exp(lengths * reach + self.shaken(w))
        sizes = np.abs(self.coefficients) * lengths**3
        bound = 0.5 * float(np.dot(sizes, np.minimum(grown, 0.5) + TINY))
        return bound * outward(len(self.classes), self.dimension)

    def unit_length(self) -> float:
        """Return the length that moves no difference of two logits by more than 1."""
        return 1.0 / max(ROOT2 * float(self.lengths().max(initial=0.0)), TINY)

    def falls_for_ever(self, start: Array, w: Array, step: Array) -> bool:
        """Whether a descent that came from ``start`` to ``w`` by ``step`` falls without bound."""
        if self.ridge_diagonal.min() > 0:  # with a ridge everywhere there is a minimum
            return False
        here, there = (float(np.ptp(self.logits(p), axis=0).max(initial=0.0)) for p in (start, w))
        return there > _FAR * (1.0 + here)

    def with_coefficients(
        self, coefficients: Array, ridge: float | None = None
    ) -> SoftmaxObjective:
        """Return the same data under other coefficients (and another ridge, if given)."""
        new_ridge = self.ridge if ridge is None else ridge
        return replace(self, coefficients=np.asarray(coefficients, float), ridge=new_ridge)

    def with_rows(self, chosen: Array | slice) -> SoftmaxObjective:
        """Return the objective of the chosen rows alone (a mask, numbers or a slice)."""
        return replace(
            self,
            features=np.ascontiguousarray(self.features[chosen]),
            classes=self.classes[chosen],
            coefficients=self.coefficients[chosen],
            offset=None if self.offset is None else self.offset[chosen],
        )
