"""Ascent before finetuning: guaranteed to cost, and mostly costing."""

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import guarantees as theory
from logreg_unlearn.theory.certificates import logistic_smoothness

from .. import ink
from .._solving import RIDGE, real_problem

ASCENTS, FINETUNING = (0, 5, 20), 60
CASES = (("breast_cancer", "random"), ("wine_0v1", "influence_pc1"))
CAPTION = (
    "Distance to the oracle during ascent on the forget set and then finetuning on the retain "
    f"set, step size 1/L (logistic loss, ridge {RIDGE:g}, a tenth to forget): the iterates as "
    "points, the bound at the end of each run of ascent and from there on as lines. No point lies "
    "above its line, and after sixty steps finetuning alone is ahead."
)


def compute(quick: bool = False) -> ink.Table:
    """Return distances and bounds step by step, for several lengths of the ascent."""
    rows = []
    for name, kind in CASES:
        problem = real_problem(name, kind)
        kept = problem.features[~problem.forget]
        steep = float(logistic_smoothness(np.linalg.norm(kept, 2), problem.ridge, len(kept)))
        start, oracle = minimise(problem.original()).w, minimise(problem.oracle()).w
        length = np.linalg.norm(problem.features[problem.forget], axis=1).mean()
        for ascent in ASCENTS:
            w: Array = start
            up, down = problem.weighted(0.0, 1.0), problem.oracle()
            for step in range(ascent + (20 if quick else FINETUNING) + 1):
                steps = min(step, ascent), max(step - ascent, 0)
                bound = theory.ascent_finetune_bound(
                    np.linalg.norm(start - oracle), length, 1 / steep, *steps, problem.ridge
                )
                distance = float(np.linalg.norm(w - oracle))
                rows.append((name, ascent, step, distance, float(bound)))
                if step < ascent:
                    w = w + (up.gradient(w) - up.ridge * w) / steep
                else:
                    w = w - down.gradient(w) / steep
    return ink.columns(("data", "ascent steps", "step", "distance", "bound"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(len(CASES), size=(9.4, 4.4))
    for ax, (name, kind) in zip(axes, CASES, strict=True):
        for k, ascent in enumerate(ASCENTS):
            part = (table["data"] == name) & (table["ascent steps"] == ascent)
            at = table["step"][part]
            ink.pair(
                ax, k, (at, table["bound"][part]), (at, table["distance"][part]),
                f"{ascent} steps of ascent", by=("bound", "iterates"),
            )  # fmt: skip
        ax.set(yscale="log", xlabel="steps in all", title=f"{name}, {kind.replace('_', ' ')}")
    axes[0].set_ylabel("distance to the oracle")
    return ink.with_legend(figure, axes, 3)
