"""Pseudo-counts in every objective: where descent-ascent ends farther, over the lift."""

import numpy as np
from scipy.optimize import minimize

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import simplex as theory

from .. import ink

F, TOKENS, SMOOTHING = 0.3, 6, (0.1, 1.0, 10.0)
CAPTION = (
    f"Distance of descent-ascent to the oracle over the original's, in one context of {TOKENS} "
    f"tokens with equal labels in F and R (f = {F:g}), over its lift, for three strengths of "
    "smoothing that is kept in the descent: closed form, and minimised in the logits. Whatever "
    "the smoothing, the ratio crosses 1 at f/(1+f), the dotted line; at lift 1 the original is the "
    "oracle, and a line ends where descent-ascent has no minimum."
)


def compute(quick: bool = False) -> ink.Table:
    """Return ratios by the closed form on a fine grid, by minimisation on a coarse one."""
    r = np.random.default_rng(0).dirichlet(np.ones(TOKENS))
    exact, found = [], []
    for smoothing in SMOOTHING:
        for lift in np.geomspace(0.03, 3.0, 60 if quick else 240):
            exact.append((smoothing, lift, _ratio(r, lift, smoothing)))
        for lift in np.geomspace(0.035, 0.9, 5 if quick else 9):
            counts = [r + smoothing / TOKENS]
            counts += [c * r + smoothing / TOKENS for c in (1 - F * (1 - lift), 1 - lift)]
            oracle, original, unlearned = map(_minimum, counts)
            apart = np.linalg.norm(unlearned - oracle) / np.linalg.norm(original - oracle)
            found.append((smoothing, lift, apart))
    return {
        **ink.columns(("smoothing", "lift", "ratio"), exact),
        **ink.columns(("found smoothing", "found lift", "found ratio"), found),
    }


def _ratio(r: Array, lift: float, smoothing: float) -> float:
    return float(theory.smoothed_counts_threshold(r, lift, F, smoothing).ratio)


def _minimum(counts: Array) -> Array:
    """Minimise ``-sum counts ln softmax(u)`` from u = 0."""

    def loss(u: Array) -> tuple[float, Array]:
        pi = np.exp(u - np.logaddexp.reduce(u))
        return float(-counts @ np.log(pi)), counts.sum() * pi - counts

    run = minimize(loss, np.zeros(len(counts)), jac=True, method="BFGS", options={"gtol": 1e-9})
    law: Array = np.exp(run.x - np.logaddexp.reduce(run.x))
    return law


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(1, size=(6.6, 4.6))
    for k, smoothing in enumerate(SMOOTHING):
        line, dots = (table[name] == smoothing for name in ("smoothing", "found smoothing"))
        exact = table["lift"][line], table["ratio"][line]
        found = table["found lift"][dots], table["found ratio"][dots]
        name = rf"$\varsigma={smoothing:g}$"
        ink.pair(ax, k, exact, found, name, ("closed form", "minimised"))
    ax.axvline(F / (1 + F), color="black", linestyle=":", label=r"$f/(1+f)$")
    ink.unity(ax)
    ax.set(xscale="log", yscale="log", xlabel=r"lift $\rho$", ylabel=ink.RATIO)
    return ink.with_legend(figure, ax, 2)
