"""Two correlated directions as data, and their certified minima."""

import numpy as np

from logreg_unlearn.data.synthetic import two_directions
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem

from .._solving import minima, problem_of

MILD, STRONG = (1.0, 0.5), (100.0, 0.1)
"""Strength r and forget fraction f of the panels."""
ALPHA = r"$\alpha$, forgotten per retained sample in the plane"
ALPHA_K = r"$\alpha k=(|F_{ij}|/n_F)/(|R_{ij}|/n_R)$"
EPSILON = r"$\varepsilon$, overlap of the two directions"


def plane(
    epsilon: float, strength: float, alpha: float, fraction: float, loss: str = "exponential"
) -> UnlearningProblem:
    """Return data with these parameters; rows outside the plane leave room for any alpha."""
    share = 0.9 * min(1.0, fraction / (1 - fraction) / alpha)
    n_forget = max(2, round(20 * fraction))
    n_retain = round(n_forget * (1 / fraction - 1))
    data = two_directions(epsilon, alpha, share=share, n_retain=n_retain, n_forget=n_forget)
    return problem_of(data, share / strength, loss)


Solved = tuple[Array, Array, Array]
"""Oracle, original and descent-ascent minimum (NaN: none) by the certified solver."""


def solve(epsilon: float, strength: float, alpha: float, fraction: float) -> Solved:
    """Solve the problem with these parameters under the exponential loss."""
    return minima(plane(epsilon, strength, alpha, fraction))


def exists(solved: Solved) -> bool:
    """Whether descent-ascent has a minimum."""
    return bool(np.all(np.isfinite(solved[2])))


def ordered(solved: Solved, epsilon: float) -> bool:
    """Whether oracle, original and descent-ascent are ordered in both margins."""
    x_y = np.array([[1.0, epsilon], [epsilon, 1.0]])
    return bool(np.all(np.diff([x_y @ w for w in solved], axis=0) <= 0))
