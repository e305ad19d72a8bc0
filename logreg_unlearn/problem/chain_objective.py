r"""Labelled chains: a structured loss whose messages turn it into logistic regression.

Sites carry scores ``u_t = x_t . w`` and labels of -1 and +1, neighbours a coupling J.  With
messages m, two on each edge, and ``b_t`` minus the sum of those at site t,

.. math:: A(u, m) = \sum_t\log 2\cosh(u_t+b_t)
          + \sum_a\log\sum_{y,y'}e^{Jyy'+m_{a,t}y+m_{a,t+1}y'},

the loss of a chain is ``min_m A - sum y_t u_t - J sum y_t y_{t+1}`` (every factor's entropy
counted once; after Domke, *Structured Learning via Logistic Regression*, NIPS 2013): convex, and
at least the negative log-likelihood.  At given messages it is a constant plus the logistic loss of
rows ``2 y_t x_t`` with offsets ``2 y_t b_t`` (claim ``message_bias``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.messages import bias, pass_messages, settle
from logreg_unlearn.problem.norms import EPS, FEW, TINY, euclidean
from logreg_unlearn.problem.objective import Objective


@dataclass(frozen=True, eq=False)
class ChainObjective:
    """Ridge-regularised structured loss with a signed coefficient for each chain.

    It answers all that `logreg_unlearn.problem.protocol.SmoothObjective` asks; settled messages
    of the last point are where the next point's start.

    Attributes
    ----------
    features : ndarray (n, T, d)
    labels : ndarray (n, T)
    coefficients : ndarray (n,)
    coupling, ridge : float
    """

    features: Array
    labels: Array
    coefficients: Array
    coupling: float
    ridge: float
    _last: list[Array] = field(default_factory=list, init=False, repr=False)

    @property
    def dimension(self) -> int:
        """Number of parameters d."""
        return self.features.shape[-1]

    @property
    def rows(self) -> int:
        """Number of sites with a coefficient."""
        return int(np.count_nonzero(self.coefficients)) * self.features.shape[1]

    @property
    def convex(self) -> bool:
        """Whether no coefficient is negative."""
        return bool((self.coefficients >= 0).all())

    @property
    def ridge_diagonal(self) -> Array:
        """The ridge in every coordinate, (d,)."""
        return np.full(self.dimension, self.ridge)

    def settled(self, w: Array) -> tuple[Array, Array]:
        """Return scores ``(n, T)`` at ``w`` and the messages that minimise A there."""
        scores = self.features @ np.asarray(w, dtype=np.float64)
        messages = settle(scores, self.coupling, *self._last)
        self._last[:] = [messages]
        return scores, messages

    def at(self, messages: Array) -> Objective:
        """Return the logistic regression that this is at fixed messages, up to a constant."""
        n, sites, d = self.features.shape
        y = self.labels.reshape(-1, 1)
        return Objective(
            2.0 * y * self.features.reshape(n * sites, d),
            np.repeat(self.coefficients, sites),
            self.ridge,
            offset=2.0 * y[:, 0] * bias(messages).ravel(),
        )

    def joint_value(self, w: Array, messages: Array) -> float:
        """Return the objective at any messages: jointly convex in both for coefficients >= 0."""
        scores, j = self.features @ w, self.coupling
        y = self.labels
        # each factor by itself, a loss >= 0 of its own
        nodes = np.logaddexp(0.0, -2.0 * y * (scores + bias(messages)))
        first, second = messages[..., 0], messages[..., 1]
        signs = np.array([(p, q) for p in (-1.0, 1.0) for q in (-1.0, 1.0)])
        exponents = [j * p * q + p * first + q * second for p, q in signs]
        right = j * y[:, :-1] * y[:, 1:] + y[:, :-1] * first + y[:, 1:] * second
        edges = np.logaddexp.reduce(exponents, axis=0) - right
        losses = nodes.sum(axis=1) + edges.sum(axis=1)
        return float(self.coefficients @ losses + 0.5 * self.ridge * np.dot(w, w))

    def value(self, w: Array) -> Array:
        """Return the objective at ``w`` (d,)."""
        return np.asarray(self.joint_value(w, self.settled(w)[1]))

    def gradient(self, w: Array) -> Array:
        """Return ``sum c_i sum_t (tanh(u_t + b_t) - y_t) x_t + ridge w``."""
        scores, messages = self.settled(w)
        slopes = np.tanh(scores + bias(messages)) - self.labels
        return self._along(self.coefficients[:, None] * slopes) + self.ridge * np.asarray(w)

    def _along(self, slopes: Array) -> Array:
        return np.einsum("nt,ntd->d", slopes, self.features)

    def _correlations(self, messages: Array) -> Array:
        """Correlations (n, T - 1) of the edges' pair marginals."""
        doubled = np.cosh(2.0 * messages) + math.cosh(2.0 * self.coupling)
        return math.sinh(2.0 * self.coupling) / np.sqrt(doubled).prod(axis=-1)

    def _curvatures(self, w: Array) -> tuple[Array, Array]:
        """Roots (n, T) of the sites' variances, and matrices P of which root P^-1 root is d mu."""
        scores, messages = self.settled(w)
        roots = 1.0 / np.cosh(np.clip(scores + bias(messages), -350.0, 350.0))
        r = self._correlations(messages)
        n, sites = scores.shape
        system, at = np.zeros((n, sites, sites)), np.arange(sites)
        system[:, at, at] = 1.0
        stiff = 1.0 / (1.0 - r * r)
        system[:, at[:-1], at[:-1]] += stiff
        system[:, at[1:], at[1:]] += stiff
        system[:, at[:-1], at[1:]] = system[:, at[1:], at[:-1]] = -r * stiff
        return roots, system

    def hessian(self, w: Array) -> Array:
        """Return the Hessian (d, d), the messages' response included."""
        roots, system = self._curvatures(w)
        scaled = roots[..., None] * self.features
        data = np.einsum(
            "n,ntd,nte->de", self.coefficients, scaled, np.linalg.solve(system, scaled),
            optimize=True,
        )  # fmt: skip
        return 0.5 * (data + data.T) + self.ridge * np.eye(self.dimension)

    def hessian_vector(self, w: Array, v: Array) -> Array:
        """Return the Hessian at ``w`` times ``v (d,)``."""
        roots, system = self._curvatures(w)
        along = np.linalg.solve(system, (roots * (self.features @ v))[..., None])[..., 0]
        return self._along(self.coefficients[:, None] * roots * along) + self.ridge * v

    def _lengths(self) -> Array:
        return np.linalg.norm(self.features, axis=-1)

    def magnitude(self, w: Array) -> float:
        """Return the sum of the magnitudes of the value's terms."""
        whole = ChainObjective(
            self.features, self.labels, np.abs(self.coefficients), self.coupling, self.ridge
        )
        return whole.joint_value(w, self.settled(w)[1])

    def _slack(self) -> float:
        """Return ``1/(1 - tanh |J|)``: by how much the messages magnify a change."""
        return 1.0 / (1.0 - math.tanh(abs(self.coupling)))

    def _unsettled(self, w: Array) -> float:
        """Bound how far the messages' fixed-point equations fail, rounded scores included."""
        scores, messages = self.settled(w)
        left = np.abs(pass_messages(scores, messages, self.coupling) - messages)
        size = float(np.max(euclidean(w) * self._lengths(), initial=0.0))
        rounding = (self.dimension + FEW) * EPS * (1.0 + size)
        return float(left.max(initial=0.0)) + rounding

    def gradient_error(self, w: Array) -> float:
        """Bound the gradient's rounding error, and what the messages lack from settled ones."""
        # two messages at a site, each off by slack times what fails (Banach)
        off = min(2.0, 2.0 * self._slack() * self._unsettled(w))
        weights = float(np.sum(np.abs(self.coefficients) @ self._lengths()))
        rounding = 2.0 * (self.features.size + FEW) * EPS
        return (off + rounding) * weights + 4 * EPS * self.ridge * euclidean(w) + TINY

    def hessian_error(self, w: Array) -> float:
        """Bound the norm of the computed Hessian's error."""
        # messages off by e move a variance by 2 e at most, and P, whose inverse is below 1, by
        # 16 e/(1 - tanh^2 J)^2: |dr| <= 2 e |r| in both entries that an edge has in a row
        slack = self._slack()
        off = 18.0 * slack**3 * self._unsettled(w)
        sites = self.features.shape[1]
        # a solve magnifies rounding by P's condition, at most 1 + 4 slack
        rounding = (self.features.size + FEW + sites**2 * (1.0 + 4.0 * slack)) * EPS
        squares = float(np.sum(np.abs(self.coefficients) @ np.square(self._lengths())))
        return (off + rounding) * squares + self.dimension * EPS * self.ridge

    def gradient_scale(self) -> Array:
        """Return ``2 sum |c_i| sum_t ||x_t||``, a bound on the data part's gradient."""
        return np.asarray(2.0 * np.sum(np.abs(self.coefficients) @ self._lengths()))

    def slope_sizes(self) -> Array:
        """Return bounds (d,) on the entries of the data part's gradient."""
        return 2.0 * np.einsum("n,ntd->d", np.abs(self.coefficients), np.abs(self.features))

    def curvature_bound(self, points: tuple[Array, ...] = ()) -> float:
        """Return a bound on the curvature of ``sum |c_i| loss + ridge``, everywhere."""
        x = self.features
        gram = np.einsum("n,ntd,nte->de", np.abs(self.coefficients), x, x, optimize=True)
        return float(np.linalg.eigvalsh(gram)[-1]) + self.ridge

    def hessian_lipschitz(self, w: Array, reach: float) -> float:
        """Return a Lipschitz constant of the Hessian, everywhere."""
        longest = float(self._lengths().max(initial=0.0))
        return 2.0 * self._slack() * longest * (self.curvature_bound() - self.ridge)

    def unit_length(self) -> float:
        """Return the length that moves no score by more than 1."""
        return 1.0 / max(float(self._lengths().max(initial=0.0)), TINY)

    def falls_for_ever(self, start: Array, w: Array, step: Array) -> bool:
        """Slopes are bounded, so with a ridge there is a minimum, however far."""
        return False
