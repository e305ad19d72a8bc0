r"""Many rows *and* many columns: what a random forget set does in the proportional limit.

Setting: standard normal features, labels from a logistic model of length ``signal``, F uniform of
n_F = f n rows, mean convention with ridge l, logistic loss; n and d grow with
``n/d -> rows_per_column``.  With rows scaled to length 1 every objective of the family is

.. math:: \sum_i \hat c_i\,\varphi(a_i\cdot w) + \tfrac{\Lambda}{2}\|w\|^2,\qquad
          \Lambda = \alpha\lambda,\quad \alpha = n/d,

:math:`\hat c = 1` for the original, ``(1/(1-f), 0)`` on R and F for the oracle,
``(1/(1-f), -1/f)`` for descent-ascent.  A row's margin p is what its margin z without it becomes:
:math:`p - \gamma\hat c\,\psi(p) = z`; with :math:`g = \hat c\,\psi(p)` and T the row's margin
under the true model,

.. math:: \Lambda m = \alpha E[gT],\qquad q - m^2/\kappa^2 = \gamma^2\alpha E[g^2],\qquad
          1/\gamma = \Lambda + \alpha E\Big[\frac{\hat c\varphi''}{1+\gamma\hat c\varphi''}\Big],

and for two models of the same rows :math:`q_{12} - m_1m_2/\kappa^2 = \gamma_1\gamma_2\alpha
E[g_1g_2]`, their z jointly normal given T.  Distances are :math:`\sqrt{q_1+q_2-2q_{12}}`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import ArrayLike
from scipy.special import expit

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check

# The integrands are smooth in margins of a few units: 32 nodes give ten digits of a distance.
_NODES, _WEIGHTS = hermegauss(32)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
# Halved steps contract by about a half where the fixed point is stable: 500 are plenty.
_ROUNDS = 500
# Of each quantity; a distance is a difference of these, so it has fewer digits.
_CLOSE = 1e-13


class Proportional(NamedTuple):
    """Limits of lengths, in the units of standardised features; NaN where there is none."""

    original_distance: Array
    unlearned_distance: Array
    oracle_norm: Array


class _Model(NamedTuple):
    """One objective's coefficients on R and F, and what its minimiser is like."""

    coefficients: tuple[float, float]
    along: float  # m
    size: float  # q
    gamma: float

    def spread(self, signal: float) -> float:
        """Return the standard deviation of z given T."""
        return float(np.sqrt(max(self.size - (self.along / signal) ** 2, 0.0)))


def proportional_limit(
    rows_per_column: ArrayLike, signal: ArrayLike, forget_fraction: ArrayLike, ridge: ArrayLike
) -> Proportional:
    r"""How far from the oracle original and descent-ascent end, n and d growing together.

    Statement (conjectured for descent-ascent; see the claim): the limits of ``|w_D - w_R|``,
    ``|w_DA - w_R|`` and ``|w_R|`` by the fixed point above.  Descent-ascent's is NaN where its
    rows' equations have more than one solution (``gamma >= 4 f``) or the fixed point is unstable:
    there the objective is not convex where the iterations go.
    Kind: qualitative.  Source: beyond the paper, after Bellec and Koriyama (arXiv 2404.02070).

    Parameters
    ----------
    rows_per_column : array_like
        ``n/d > 0``, a single number, as all of them.
    signal : array_like
        Length of the true model, > 0.
    forget_fraction : array_like
        In (0, 1).
    ridge : array_like
        > 0, of the mean convention and standardised features.

    Returns
    -------
    Proportional
    """
    alpha = check.single("rows_per_column", check.positive("rows_per_column", rows_per_column))
    kappa = check.single("signal", check.positive("signal", signal))
    f = check.single("forget_fraction", check.fraction("forget_fraction", forget_fraction))
    strength = alpha * check.single("ridge", check.positive("ridge", ridge))
    oracle, original, unlearned = (
        _fixed_point(c, alpha, kappa, f, strength)
        for c in ((1 / (1 - f), 0.0), (1.0, 1.0), (1 / (1 - f), -1 / f))
    )
    return Proportional(
        np.asarray(_apart(original, oracle, alpha, kappa, f)),
        np.asarray(_apart(unlearned, oracle, alpha, kappa, f)),
        np.asarray(np.sqrt(oracle.size)),
    )


def _fixed_point(
    coefficients: tuple[float, float], alpha: float, kappa: float, f: float, strength: float
) -> _Model:
    true = kappa * _NODES[:, None]
    weights = 2 * expit(true) * _WEIGHTS[:, None] * _WEIGHTS
    now, stable = _Model(coefficients, 0.0, 0.0, 1.0 / strength), False
    for _ in range(_ROUNDS):
        z = now.along / kappa**2 * true + now.spread(kappa) * _NODES
        pull = square = resistance = softness = 0.0
        for part, c in zip((1 - f, f), coefficients, strict=True):
            p = _own_margin(z, now.gamma * c)
            slope, bend = c * expit(-p), c * expit(p) * expit(-p)
            soft = bend / (1 + now.gamma * bend)
            pull += part * float(np.sum(weights * slope * true))
            square += part * float(np.sum(weights * slope**2))
            resistance += part * float(np.sum(weights * soft))
            softness += part * float(np.sum(weights * soft**2))
        gamma = 1 / (strength + alpha * resistance)
        along = now.along + gamma * (alpha * pull - strength * now.along)
        size = (along / kappa) ** 2 + gamma**2 * alpha * square
        scale = kappa * np.sqrt(size)  # a Cauchy-Schwarz bound of m
        moved = max(
            abs(along - now.along) / scale, abs(size - now.size) / size, abs(gamma / now.gamma - 1)
        )
        # an unstable fixed point belongs to no convex objective
        stable = gamma > 0 and alpha * gamma**2 * softness < 1 and gamma * min(coefficients) > -4
        now = _Model(
            coefficients, (along + now.along) / 2, (size + now.size) / 2, (gamma + now.gamma) / 2
        )
        if moved <= _CLOSE:
            break
    else:
        stable = False
    return now if stable else _Model(coefficients, np.nan, np.nan, np.nan)


def _apart(first: _Model, second: _Model, alpha: float, kappa: float, f: float) -> float:
    """Return the distance of two models of the same rows."""
    spreads = first.spread(kappa) * second.spread(kappa)
    if not spreads > 0.0:
        return np.nan
    true = kappa * _NODES[:, None, None]
    weights = 2 * expit(true) * _WEIGHTS[:, None, None] * _WEIGHTS[:, None] * _WEIGHTS
    shared, signals = 0.0, first.along * second.along / kappa**2
    z = first.along / kappa**2 * true + first.spread(kappa) * _NODES[:, None]
    for _ in range(_ROUNDS):
        rho = np.clip(shared / spreads, -1.0, 1.0)
        noise = rho * _NODES[:, None] + np.sqrt(1 - rho**2) * _NODES
        other = second.along / kappa**2 * true + second.spread(kappa) * noise
        both = 0.0
        for part, c, k in zip((1 - f, f), first.coefficients, second.coefficients, strict=True):
            if c != 0.0 and k != 0.0:
                mine, theirs = _own_margin(z, first.gamma * c), _own_margin(other, second.gamma * k)
                both += part * c * k * float(np.sum(weights * expit(-mine) * expit(-theirs)))
        before, shared = shared, first.gamma * second.gamma * alpha * both
        if abs(shared - before) <= _CLOSE * spreads:
            break
    return float(np.sqrt(max(first.size + second.size - 2 * (shared + signals), 0.0)))


def _own_margin(z: Array, pull: float) -> Array:
    """Return the root p of ``p - pull psi(p) = z``, unique for ``pull > -4``; NaN below."""
    if not pull > -4.0:
        return np.full_like(z, np.nan)
    low, high = np.minimum(z, z + pull), np.maximum(z, z + pull)
    p = (low + high) / 2
    for _ in range(60):  # halvings alone reach the rounding of p, Newton's steps far sooner
        over = p - pull * expit(-p) - z
        low, high = np.where(over < 0, p, low), np.where(over > 0, p, high)
        step = p - over / (1 + pull * expit(p) * expit(-p))
        inside = (step >= low) & (step <= high)
        p, last = np.where(inside, step, (low + high) / 2), p
        if np.all(np.abs(p - last) <= 1e-14 * (1 + np.abs(p))):
            break
    return p
