r"""Noisy gradient descent: unlearning whose every step hides what came before.

.. math:: w \leftarrow w - \eta\nabla L_R(w) + \sqrt{2\eta}\,\sigma\xi

from weights that the same chain on all data, of the same step size and noise, has been at for
long.  With
:math:`c = \max(|1-\eta m|,|1-\eta L|) < 1` and g a bound on the difference of the gradients of
``L_R`` and ``L_D`` (`gradient_gap`), the two stationary laws are at most ``Z = eta g/(1-c)`` apart
and after K steps the Rényi divergences to retraining are at most :math:`\alpha\rho`,

.. math:: \rho = \frac{c^{2K}Z^2(1-c^2)}{4\eta\sigma^2} ,

which is :math:`(\varepsilon,\delta)` with :math:`\varepsilon = \rho + 2\sqrt{\rho\ln(1/\delta)}`
(claim ``noisy_descent``: shifted divergences over the whole past, exact for quadratics).  The
published one (Chien et al., arXiv 2401.10371), for a step of at most ``1/L``,

.. math:: \varepsilon = \min_{\alpha>1} e^{-Km\eta/\alpha}\frac{\alpha g^2}{m\sigma^2}
          + \frac{\ln(1/\delta)}{\alpha-1},

is never smaller.  Over a stream of requests ``Z_{j+1} = c^K Z_j + Z`` takes the place of Z
(`distance_after`): then the step size has to be the training's, not each request's own.
"""

from __future__ import annotations

import math

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.unlearn.removal.descent import (
    contraction,
    curvature_range,
    descent_passes,
    finite,
)
from logreg_unlearn.unlearn.removal.result import Removal, gradient_gap, weights_of
from logreg_unlearn.unlearn.steps import gradient_step


def noisy_descent(
    problem: UnlearningProblem,
    w: Array,
    steps: int = 10,
    *,
    noise: float,
    seed: int = 0,
    step_size: float | None = None,
) -> Removal:
    """Take noisy gradient steps on the retained data.

    Parameters
    ----------
    problem : UnlearningProblem
    w : ndarray (d,)
        A state of the same chain on all data; the guarantee is about its law.
    steps : int
        At least 0.
    noise : float
        sigma, at least 0.
    seed : int
    step_size : float, optional
        That of the training; ``1/L``, L the curvature bound of the oracle, by default.

    Raises
    ------
    ValueError
        If steps or noise are negative, the step size is not > 0, or the weights overflow
        (exponential loss).
    """
    if steps < 0 or not noise >= 0.0:
        raise ValueError(f"expected steps and noise >= 0, got {steps} and {noise}")
    w, passes = weights_of(problem, w), descent_passes(problem, steps, step_size)
    step_size = _given(step_size, curvature_range(problem, w)[1])
    advance, size = gradient_step(problem.oracle(), step_size), math.sqrt(2.0 * step_size) * noise
    rng = np.random.default_rng(seed)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            advance(w, 1)
            w += size * rng.standard_normal(len(w))
    return Removal("noisy-descent", finite(w), passes)


def renyi_rate(
    problem: UnlearningProblem,
    steps: int,
    *,
    noise: float,
    distance: float | None = None,
    step_size: float | None = None,
) -> float:
    """Return rho, at which the Rényi divergence to retraining grows with its order.

    Parameters
    ----------
    problem : UnlearningProblem
    steps : int
        At least 0.
    noise : float
        sigma, greater than 0.
    distance : float, optional
        Z before the steps, that of one request to a stationary chain by default; over a stream
        that began with one, what `distance_after` gives.
    step_size : float, optional
        As for `noisy_descent`.

    Returns
    -------
    float
        Infinite for the exponential loss, with unpenalised columns, and where steps do not
        contract.

    Raises
    ------
    ValueError
        If steps are negative, or the noise or the step size is not > 0.
    """
    if steps < 0 or not noise > 0.0:
        raise ValueError(f"expected steps >= 0 and noise > 0, got {steps} and {noise}")
    c, step_size = _chain(problem, step_size)
    if not c < 1.0:
        return math.inf
    distance = distance_after(problem, step_size=step_size) if distance is None else distance
    return (c**steps * distance) ** 2 * (1.0 - c * c) / (4.0 * step_size * noise**2)


def distance_after(
    problem: UnlearningProblem,
    before: float = 0.0,
    steps: int = 0,
    *,
    step_size: float | None = None,
) -> float:
    """Return Z of a request that comes after ``steps`` noisy steps at distance ``before``."""
    c, step_size = _chain(problem, step_size)
    return c**steps * before + step_size * gradient_gap(problem) / (1.0 - c) if c < 1 else math.inf


def renyi_epsilon(rho: float, delta: float) -> float:
    """Return the epsilon of the rate rho at delta, in (0, 1)."""
    if not 0.0 < delta < 1.0:
        raise ValueError(f"expected delta in (0, 1), got {delta}")
    return rho + 2.0 * math.sqrt(rho * math.log(1.0 / delta))


def published_epsilon(
    problem: UnlearningProblem,
    steps: int,
    *,
    noise: float,
    delta: float,
    step_size: float | None = None,
) -> float:
    """Return the epsilon of arXiv 2401.10371 for one request, as published: steps up to 1/L."""
    if steps < 0 or not noise > 0.0 or not 0.0 < delta < 1.0:
        raise ValueError(
            f"expected steps >= 0, noise > 0 and delta in (0, 1), got {steps}, {noise}, {delta}"
        )
    c, step_size = _chain(problem, step_size)
    _, high = curvature_range(problem, np.zeros(problem.oracle().dimension))
    # 1/high, given as such, is not too long
    if not (c < 1.0 and step_size * high <= 1.0 + 4.0 * EPS):
        return math.inf
    ridge = float(problem.oracle().ridge_diagonal.min())
    order = 1.0 + np.logspace(-4.0, 8.0, 4000)  # a minimum over a grid is a bound as well
    shrunk = np.exp(-steps * ridge * step_size / order)
    size = gradient_gap(problem) ** 2 / (ridge * noise**2)
    return float(np.min(shrunk * order * size + math.log(1.0 / delta) / (order - 1.0)))


def _chain(problem: UnlearningProblem, step_size: float | None) -> tuple[float, float]:
    """Return contraction and step size; 1 where no contraction is known."""
    low, high = curvature_range(problem, np.zeros(problem.oracle().dimension))
    step_size = _given(step_size, high)
    bounded = math.isfinite(problem.oracle().loss.curvature_bound)
    return contraction(low, high, step_size) if bounded else 1.0, step_size


def _given(step_size: float | None, high: float) -> float:
    if step_size is None:
        return 1.0 / high
    if not step_size > 0.0:
        raise ValueError(f"expected a step size > 0, got {step_size}")
    return step_size
