"""Alternating steps end at the minimiser with twice the ridge, up to the step size."""

import numpy as np

from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import alternating, simultaneous
from logreg_unlearn.unlearn.driver import run

from .. import ink
from .._solving import RIDGE, real_problem

METHODS = {
    "simultaneous": simultaneous(),
    "alternating, ascent first": alternating(True),
    "alternating, descent first": alternating(False),
}
CAPTION = (
    "End points of simultaneous and alternating descent-ascent on breast_cancer (random forget "
    f"set, f = 0.1, ridge {RIDGE:g} in both half steps) against the step size. Simultaneous steps "
    "end at the same point for every step size; alternating ones tend to the minimiser with twice "
    "the ridge as the step size vanishes, and larger steps move their end point, in either order, "
    "away from it."
)


def compute(quick: bool = False) -> ink.Table:
    """Return relative distances of the end points, and of the minimisers they tend to."""
    problem = real_problem("breast_cancer")
    start, oracle = minimise(problem.original()).w, minimise(problem.oracle())
    before = np.linalg.norm(start - oracle.w)
    sizes = np.geomspace(0.02, 0.4, 4 if quick else 9)
    table = {"step_size": sizes}
    for name, method in METHODS.items():
        ends = [
            run(method, problem, start, oracle=oracle, step_size=size, steps=int(2_000 / size))
            for size in sizes
        ]
        table[name] = np.array([end.distance[-1] for end in ends]) / before
    ascent = problem.descent_ascent()
    for times in (1, 2):
        objective = ascent.with_coefficients(ascent.coefficients, times * problem.ridge)
        limit = minimise(objective, start)
        table[f"limit {times} ridge"] = np.atleast_1d(np.linalg.norm(limit.w - oracle.w) / before)
    return table


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.6, 4.3))
    for k, name in enumerate(METHODS):
        ink.curve(ax, k, table["step_size"], table[name], name, marker=ink.MARKERS[k], mfc="white")
    for times, line, text in ((1, ":", r"\lambda"), (2, "--", r"2\lambda")):
        label = f"theory: minimiser with ridge ${text}$"
        value = table[f"limit {times} ridge"][0]
        ax.axhline(value, color="black", linestyle=line, linewidth=1.2, label=label)
    ax.set(xscale="log", xlabel=r"step size $\eta$", ylabel=f"{ink.RATIO}, end point")
    ax.set_xticks([0.02, 0.05, 0.1, 0.2, 0.4], ["0.02", "0.05", "0.1", "0.2", "0.4"])
    ax.minorticks_off()
    return ink.with_legend(figure, ax, 2)
