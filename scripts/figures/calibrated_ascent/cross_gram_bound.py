"""The error of one step of ascent is what the cross-Gram vector allows."""

import numpy as np

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import calibrated_ascent as theory

from .. import ink
from ._problems import correlated, real_sum, retained

RIDGES = (0.3, 3.0, 30.0)
REAL = ("breast_cancer", "digits_3v8", "anes96")
CAPTION = (
    "Error of one step of ascent of size 1/lambda with its bounds from the cross-Gram vector "
    "alone (logistic loss, sum convention): left over the overlap of forgotten and retained rows, "
    "right on real data over the ridge per sample, a random tenth to forget. The error grows in "
    "proportion to the dependence; the bound follows it within a small factor under strong ridges "
    "and keeps from the growth of its first form, dotted, under weak ones."
)


def _row(problem: UnlearningProblem) -> tuple[float, ...]:
    """Return error, lower and upper bound and the first bound, over the original's distance."""
    oracle, original = minimise(problem.oracle()).w, minimise(problem.original()).w
    rows, pull = retained(problem), problem.oracle().gradient(original)
    cross, spectral = np.linalg.norm(rows @ pull), np.linalg.norm(rows, 2)
    ends = np.abs(rows @ np.stack([oracle, original], axis=1))
    least = float(np.min(0.25 / np.cosh(np.minimum(ends, 600.0) / 2) ** 2))
    bounds = theory.cross_gram_bound(cross, np.linalg.norm(pull), spectral, problem.ridge, least)
    error = np.linalg.norm(original - pull / problem.ridge - oracle)
    first = spectral * cross / (4 * problem.ridge**2)
    before = np.linalg.norm(original - oracle)
    return tuple(float(v / before) for v in (error, bounds.lower, bounds.upper, first))


def compute(quick: bool = False) -> ink.Table:
    """Return errors and bounds over the overlap, and over the ridge on real data."""
    overlaps = np.geomspace(0.01, 1.0, 6 if quick else 15)
    rows = [(ridge, c, *_row(correlated(c, ridge))) for ridge in RIDGES for c in overlaps]
    ridges = np.geomspace(1e-2, 1e2, 5 if quick else 13)
    real = [(name, ridge, *_row(real_sum(name, ridge))) for name in REAL for ridge in ridges]
    names = ("error", "lower", "upper", "first")
    return {
        **ink.columns(("ridge", "overlap", *names), rows),
        **ink.columns(("data", "real ridge", *(f"real {n}" for n in names)), real),
    }


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.8, 4.8))
    for k, ridge in enumerate(RIDGES):
        part = table["ridge"] == ridge
        columns = {
            name: table[name][part] for name in ("overlap", "error", "lower", "upper", "first")
        }
        _draw(left, k, columns, "overlap", rf"$\lambda$ = {ridge:g}")
    for k, name in enumerate(REAL):
        part = table["data"] == name
        columns = {
            n: table[f"real {n}"][part] for n in ("ridge", "error", "lower", "upper", "first")
        }
        _draw(right, k + len(RIDGES), columns, "ridge", name.replace("_", " "))
    left.set_xlabel("part of forgotten rows in the retained space")
    right.set_xlabel(r"ridge per sample $\lambda/n$")
    left.set_ylabel("error of the step / original's distance")
    for ax in (left, right):
        ink.unity(ax)
        ax.set(xscale="log", yscale="log", ylim=(1e-5, 1e3))
    left.plot([], [], "--", color=ink.GREY, linewidth=0.9, label="lower bound")
    left.plot([], [], ":", color=ink.GREY, label="upper bound, first form")
    return ink.with_legend(figure, [left, right], 3)


def _draw(ax: ink.Axes, k: int, columns: ink.Table, x: str, label: str) -> None:
    look = {"color": ink.COLOURS[k]}
    ink.points(ax, k, columns[x], columns["error"], f"{label}, error")
    ax.plot(columns[x], columns["upper"], "-", label=f"{label}, upper bound", **look)
    ax.plot(columns[x], columns["lower"], "--", linewidth=0.9, **look)
    ax.plot(columns[x], columns["first"], ":", **look)
