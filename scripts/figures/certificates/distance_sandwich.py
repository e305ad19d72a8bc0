"""The retain gradient alone bounds the distance to the oracle from both sides."""

import numpy as np

from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import certificates as theory

from .. import ink
from .._solving import RIDGE, real_problem
from ._bounds import BOUND, DISTANCE, smoothness

CAPTION = (
    "Bounds from the retain gradient alone on the distance to the oracle, over the true distance "
    "(breast_cancer, logistic loss, a random tenth to forget): left for weights in several "
    f"directions from the oracle at ridge {RIDGE:g}, right for the original against the ridge. "
    "Every lower bound lies below 1 and every upper one above, within a factor L/ridge; the upper "
    "bound is attained where the data see nothing, and both close in as the ridge grows."
)


def compute(quick: bool = False) -> ink.Table:
    """Return bounds around the oracle, and at the original for every ridge."""
    problem, rng = real_problem("breast_cancer"), np.random.default_rng(0)
    steep, oracle = smoothness(problem), minimise(problem.oracle()).w
    axes_of_data = np.linalg.svd(problem.features[~problem.forget], full_matrices=False)[2]
    groups = {
        "random direction": rng.standard_normal((4 if quick else 12, len(oracle))),
        "direction that the data see most": axes_of_data[:1],
        "direction that the data see least": axes_of_data[-1:],
    }
    rows = []
    for group, directions in groups.items():
        for v in directions / np.linalg.norm(directions, axis=1)[:, None]:
            for reach in np.geomspace(1e-3, 1e2, 8 if quick else 16):
                gradient = np.linalg.norm(problem.oracle().gradient(oracle + reach * v))
                bounds = theory.distance_sandwich(gradient, problem.ridge, steep)
                rows.append((group, reach, float(bounds.lower), float(bounds.upper)))
    ridges = np.geomspace(1e-3, 1e3, 5 if quick else 13)
    names = ("ridge", "original lower/true", "original upper/true", "original L/ridge")
    return {
        **ink.columns(("direction", "distance", "lower", "upper"), rows),
        **ink.columns(names, [(ridge, *_at_original(ridge)) for ridge in ridges]),
        "L/ridge": np.array([steep / problem.ridge]),
    }


def _at_original(ridge: float) -> tuple[float, float, float]:
    """Return lower and upper bound over the true distance at the original, and L/ridge."""
    problem = real_problem("breast_cancer", ridge=ridge)
    oracle, original = minimise(problem.oracle()).w, minimise(problem.original()).w
    steep, gradient = smoothness(problem), np.linalg.norm(problem.oracle().gradient(original))
    bounds = theory.distance_sandwich(gradient, ridge, steep)
    truth = float(np.linalg.norm(original - oracle))
    return float(bounds.lower) / truth, float(bounds.upper) / truth, steep / ridge


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.4, 4.7), sharey=True)
    for k, name in enumerate(dict.fromkeys(table["direction"])):
        part = table["direction"] == name
        distance = table["distance"][part]
        for side, fill in (("lower", "white"), ("upper", ink.COLOURS[k])):
            label = f"{side} bound, {name}"
            ink.points(left, k, distance, table[side][part] / distance, label, mfc=fill)
    for side, fill in (("lower", "white"), ("upper", ink.COLOURS[3])):
        look = {"marker": "P", "color": ink.COLOURS[3], "mfc": fill, "linestyle": "none"}
        label = f"{side} bound, original model"
        right.plot(table["ridge"], table[f"original {side}/true"], label=label, **look)
    worst = table["L/ridge"][0], table["original L/ridge"]
    dashed = {"color": "black", "linestyle": "--", "linewidth": 1.2}
    right.plot(table["ridge"], worst[1], **dashed)
    label = r"theory: no worse than $\lambda/L$ and $L/\lambda$"
    right.plot(table["ridge"], 1 / worst[1], label=label, **dashed)
    for value in (worst[0], 1 / worst[0]):
        left.axhline(value, **dashed)
    for ax in (left, right):
        ax.axhline(1.0, color="black", linewidth=1.2, label="the true distance")
        ax.set(xscale="log", yscale="log")
    left.set(title=f"any weights, ridge {RIDGE:g}", xlabel=DISTANCE, ylabel=BOUND)
    right.set(title="the original model", xlabel=r"ridge $\lambda$")
    return ink.with_legend(figure, [left, right], 3)
