"""Under a strong ridge softmax weights are a mean of centred labels times features."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import softmax as theory

from .. import ink

N, FORGOTTEN, CLASSES = 40, 10, 3
RIDGES = np.geomspace(0.1, 1e3, 13)
CAPTION = (
    f"Distance of ridge times the weights from their limit, over the limit's size, against the "
    f"ridge, for the three objectives of a random problem ({N} samples, {FORGOTTEN} forgotten, "
    f"{CLASSES} classes), with the bound for each. Solved points stay below the bounds and fall at "
    "their rate, one over the ridge, so the answer to whether descent-ascent harms is read off the "
    "limits."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the solver's distance from the limit, and the bound."""
    rng, rows = np.random.default_rng(0), []
    x, y = rng.normal(size=(N, 2)), np.eye(CLASSES)[rng.integers(CLASSES, size=N)]
    gone = np.arange(N) < FORGOTTEN
    kept = np.where(gone, 0.0, 1 / (N - FORGOTTEN))
    weights = {
        "oracle": kept,
        "original": np.full(N, 1 / N),
        "descent-ascent": kept - gone / FORGOTTEN,
    }
    for name, c in weights.items():
        for ridge in RIDGES[:: 3 if quick else 1]:
            limit, bound = theory.softmax_strong_ridge(x, y, c, ridge)
            size = np.linalg.norm(limit)
            away = np.linalg.norm(ridge * _solve(x, y, c, ridge) - limit)
            rows.append((name, ridge, away / size, bound / size))
    return ink.columns(("objective", "ridge", "error", "bound"), rows)


def _solve(x: Array, y: Array, c: Array, ridge: float) -> Array:
    """Return the weights (K, d) of a minimum near 0, scaled so that they are of order 1."""
    shape = (y.shape[1], x.shape[1])

    def value(v: Array) -> float:
        u = x @ v.reshape(shape).T / ridge
        return float(ridge * (c @ (logsumexp(u, axis=1) - np.sum(y * u, axis=1))) + v @ v / 2)

    def slope(v: Array) -> Array:
        u = x @ v.reshape(shape).T / ridge
        return ((c[:, None] * (softmax(u, axis=1) - y)).T @ x).ravel() + v

    found = minimize(value, np.zeros(x.shape[1] * y.shape[1]), jac=slope, options={"gtol": 1e-11})
    return found.x.reshape(shape) / ridge


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.6, 4.6))
    for k, name in enumerate(dict.fromkeys(table["objective"])):
        part = table["objective"] == name
        ridge = table["ridge"][part]
        found = ridge, table["error"][part]
        ink.pair(ax, k, (ridge, table["bound"][part]), found, name, ("bound", "solver"))
    ax.set(xscale="log", yscale="log", xlabel=r"ridge $\lambda$")
    ax.set_ylabel(r"$\|\lambda W-M\|\,/\,\|M\|$")
    return ink.with_legend(figure, ax, 3)
