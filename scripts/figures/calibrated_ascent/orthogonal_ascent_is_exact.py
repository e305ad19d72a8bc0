"""One step of ascent is the oracle where forgotten rows are orthogonal to the retained ones."""

import numpy as np

from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import calibrated_ascent as theory

from .. import ink
from .._solving import ratio
from ._problems import STEP, correlated

CORRELATIONS = (0.0, 0.2, 0.5, 0.9)
RIDGES = (0.3, 3.0)
CAPTION = (
    "Distance to the oracle after one step of ascent from the original, over its size, for "
    "forgotten rows that share a part of their length with the space of the retained ones (60 "
    "rows, 12 to forget, logistic loss, sum convention). Without overlap the step 1/lambda is the "
    "oracle up to rounding; with it the best step is shorter and leaves an error, and under the "
    "weaker ridge the full step soon harms."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the distance over the original's for every step size and correlation."""
    # 1 is among them: there the theory puts the oracle
    sizes = np.linspace(0.0, 2.0, 21 if quick else 81)
    rows = []
    for ridge in RIDGES:
        for correlation in CORRELATIONS:
            problem = correlated(correlation, ridge)
            oracle, original = minimise(problem.oracle()).w, minimise(problem.original()).w
            gradient = -problem.forget_ascent().gradient(original)
            for size in sizes:
                w = theory.orthogonal_ascent_is_exact(original, size * gradient, ridge)
                rows.append((ridge, correlation, size, ratio(oracle, original, w)))
    return ink.columns(("ridge", "correlation", "size", "ratio"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(len(RIDGES), size=(9.4, 4.4), sharey=True)
    for ax, ridge in zip(axes, RIDGES, strict=True):
        for k, correlation in enumerate(CORRELATIONS):
            part = (table["ridge"] == ridge) & (table["correlation"] == correlation)
            far = np.maximum(table["ratio"][part], 1e-8)
            ink.curve(ax, k, table["size"][part], far, f"overlap {correlation:g}")
        ax.axvline(1.0, color="black", linewidth=0.8)
        ink.unity(ax)
        ax.set(yscale="log", xlabel=STEP, title=rf"ridge $\lambda$ = {ridge:g}")
    axes[0].set_ylabel(ink.RATIO)
    return ink.with_legend(figure, axes, 5)
