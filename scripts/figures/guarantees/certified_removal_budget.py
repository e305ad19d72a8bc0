"""The published budget of certified removal promises more than the perturbation keeps."""

import numpy as np
from scipy.special import expit

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import guarantees as theory

from .. import ink

RIDGE = 0.01
CASES = {"residual at most 1": (1.0, 10.0), "published worst case, 10000": (1e4, 1e5)}
CAPTION = (
    "Two equal rows of length 1, one of them removed by one Newton step under a perturbed "
    f"objective (ridge {RIDGE:g} a row): the true delta by quadrature of the exact densities, the "
    "claimed one, and that of noise on the weights instead, for two valid bounds of the residual "
    "and noise of ten times each. Where the points lie above the dashed line the published "
    "guarantee is violated, by ever more as epsilon grows; the noise on the weights, at least "
    "that which the perturbation causes, keeps what its line says."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the true delta by quadrature."""
    rows = []
    for name, (beta, sigma) in CASES.items():
        for epsilon in np.linspace(0.05, 0.9, 6 if quick else 18):
            rows.append((name, beta, sigma, epsilon, _true(sigma, float(epsilon))))
    return ink.columns(("bound", "beta", "sigma", "epsilon", "true"), rows)


def _true(sigma: float, epsilon: float) -> float:
    """Integrate the positive part of the densities' difference, over the minimiser w."""
    w: Array = np.linspace(-60.0, 60.0, 400_001)
    b = 2 * expit(-w) - 2 * RIDGE * w
    curvature = expit(w) * expit(-w) + RIDGE
    after = w + (RIDGE * w - expit(-w)) / curvature
    moved = expit(-after) - RIDGE * after
    best = 0.0
    law, other = ((np.exp(-((x / sigma) ** 2) / 2), np.abs(np.diff(x))) for x in (b, moved))
    released = (law[0][1:] + law[0][:-1]) / 2 * law[1]
    oracle = (other[0][1:] + other[0][:-1]) / 2 * other[1]
    for first, second in ((released, oracle), (oracle, released)):
        best = max(best, float(np.sum(np.maximum(first - np.exp(epsilon) * second, 0.0))))
    return best / (sigma * np.sqrt(2 * np.pi))


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(len(CASES), size=(9.4, 4.4), sharey=True)
    for ax, (name, (beta, sigma)) in zip(axes, CASES.items(), strict=True):
        epsilon = np.linspace(0.03, 0.95, 300)
        found = theory.certified_removal_budget(beta, sigma, epsilon)
        ink.curve(ax, 1, epsilon, np.maximum(found.published, 1e-30), "claimed as published")
        ink.curve(ax, 0, epsilon, np.maximum(found.sound, 1e-30), "sound: noise on the weights")
        part = table["bound"] == name
        ink.points(ax, 2, table["epsilon"][part], table["true"][part], "true, perturbed objective")
        ax.set(yscale="log", ylim=(1e-12, 3.0), xlabel=r"$\varepsilon$", title=name)
    axes[0].set_ylabel(r"$\delta$")
    return ink.with_legend(figure, axes, 3)
