"""One block of K classes, solved without closed forms."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from logreg_unlearn.problem.losses import Array

LIFT = r"lift $\rho$"


def solve(weights: tuple[Array, Array], mass: tuple[float, float], start: Array) -> Array:
    """Minimise ``sum c (lse(u) - y.u) + |u|^2/2`` over retained and forgotten labels y."""
    total, labels = mass[0] + mass[1], mass[0] * weights[0] + mass[1] * weights[1]

    def value(u: Array) -> float:
        return float(total * logsumexp(u) - labels @ u + u @ u / 2)

    def slope(u: Array) -> Array:
        return total * softmax(u) - labels + u

    found = minimize(value, start, jac=slope, method="BFGS", options={"gtol": 1e-10})
    return np.asarray(found.x)


def solved(
    strength: float, lift: float, fraction: float, retain: Array, forget: Array
) -> tuple[Array, Array, Array]:
    """Return oracle, original, and the minimum that descent-ascent reaches from it."""
    labels, zero = (retain, forget), np.zeros(len(retain))
    oracle = solve(labels, (strength, 0.0), zero)
    gone = strength * fraction * lift
    original = solve(labels, (strength * (1 - fraction), gone), zero)
    return oracle, original, solve(labels, (strength, -strength * lift), original)


def corner(classes: int) -> Array:
    """Return the distribution of samples that all have the first label."""
    return np.eye(classes)[0]
