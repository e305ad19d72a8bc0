"""On real data a shorter step of ascent helps where the step 1/lambda harms."""

import numpy as np

from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import calibrated_ascent as theory

from .. import ink
from .._solving import ratio
from ._problems import STEP, real_sum, retained

CASES = ("breast_cancer", "digits_3v8", "anes96", "wine_0v1")
RIDGES = (0.1, 10.0)
CAPTION = (
    "Distance to the oracle after one step of ascent from the original, over its size, on real "
    "data with a random tenth to forget (logistic loss, sum convention, ridge per sample above "
    "each panel). The step with the best guarantee, a triangle, helps on every data set and "
    "stays below its bound, a dash, where the step 1/lambda, at 1, harms as soon as the ridge is "
    "weak."
)


def compute(quick: bool = False) -> ink.Table:
    """Return distances over step sizes, and those of the guaranteed step with its constant."""
    rows, best_rows = [], []
    for ridge in RIDGES:
        for name in CASES:
            problem = real_sum(name, ridge)
            oracle, original = minimise(problem.oracle()).w, minimise(problem.original()).w
            gradient = -problem.forget_ascent().gradient(original)
            best = theory.ascent_step_size(np.linalg.norm(retained(problem), 2), problem.ridge)
            for size in np.geomspace(1e-3, 3.0, 25 if quick else 90):
                w = original + size / problem.ridge * gradient
                rows.append((ridge, name, size, ratio(oracle, original, w)))
            unit, w = float(best.size) * problem.ridge, original + best.size * gradient
            best_rows.append((ridge, name, unit, ratio(oracle, original, w), float(best.ratio)))
    return {
        **ink.columns(("ridge", "data", "size", "ratio"), rows),
        **ink.columns(("best ridge", "best data", "best size", "found", "guaranteed"), best_rows),
    }


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(len(RIDGES), size=(9.4, 4.4), sharey=True)
    for ax, ridge in zip(axes, RIDGES, strict=True):
        for k, name in enumerate(CASES):
            part = (table["ridge"] == ridge) & (table["data"] == name)
            ink.curve(ax, k, table["size"][part], table["ratio"][part], name.replace("_", " "))
            at = (table["best ridge"] == ridge) & (table["best data"] == name)
            look = {"color": ink.COLOURS[k], "linestyle": "none"}
            ax.plot(table["best size"][at], table["found"][at], "^", mec="black", **look)
            ax.plot(table["best size"][at], table["guaranteed"][at], "_", ms=14, mew=2.5, **look)
        ax.axvline(1.0, color="black", linewidth=0.8)
        ink.unity(ax)
        ax.set(xscale="log", yscale="log", xlabel=STEP, title=f"ridge per sample {ridge:g}")
        ax.set_ylim(0.015, 10.0)
    axes[0].set_ylabel(ink.RATIO)
    return ink.with_legend(figure, axes, 5)
