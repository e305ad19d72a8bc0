"""Descent-ascent moves along the right path, but far beyond the oracle."""

import numpy as np

from logreg_unlearn.assess.distance import excess_risk
from logreg_unlearn.solve.path import follow, original_beta

from .. import ink
from .._solving import RIDGE, real_problem
from .first_step_identity import DATASETS

CAPTION = (
    "Minimisers of retain minus beta times forget loss on real data (random forget sets, f = 0.1, "
    f"ridge {RIDGE:g}, logistic loss), with the growth predicted at the oracle: n_R/n_F = 9 times "
    "the original's distance and 81 times its excess risk. Descent-ascent moves along the right "
    "path but far beyond the oracle, and by more than predicted because the Hessian flattens as "
    "the ascent weight grows, until on two of the data sets the minimum vanishes at a fold."
)


def compute(quick: bool = False) -> ink.Table:
    """Return distance and excess retain risk from the original through the oracle on."""
    table: dict[str, np.ndarray] = {}
    for name in DATASETS[:1] if quick else DATASETS:
        problem = real_problem(name)
        backward, forward = follow(problem, original_beta(problem)), follow(problem)
        w, oracle = np.concatenate([backward.w[:0:-1], forward.w]), forward.w[0]
        distance = np.linalg.norm(w - oracle, axis=1)
        risk = excess_risk(problem.oracle(), w, oracle)
        table |= {
            f"{name} distance": distance / distance[0], f"{name} excess risk": risk / risk[0],
            f"{name} beta": np.concatenate([backward.beta[:0:-1], forward.beta]),
            f"{name} fold": np.array([bool(forward.folds)]),
        }  # fmt: skip
    return table


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(2, size=(9.8, 4.6))
    x = np.linspace(-1.0, 9.0, 401)
    for ax, what, power in zip(axes, ("distance", "excess risk"), (1, 2), strict=True):
        for k, name in enumerate(n for n in DATASETS if f"{n} beta" in table):
            weight, values = table[f"{name} beta"], table[f"{name} {what}"]
            weight = weight / -weight[0]
            ink.curve(ax, k, weight, values, name)
            marker = "X" if table[f"{name} fold"][0] else "o"
            ax.plot(weight[-1], values[-1], marker, color=ink.COLOURS[k], markersize=7)
        order = "theory: first order (distance), second (risk)"
        ax.plot(x, np.abs(x) ** power, color="black", linestyle=":", label=order)
        for at, line in ((0.0, "-"), (-1.0, "--")):
            ax.axvline(at, color=ink.GREY, linewidth=0.8, linestyle=line)
        ax.set_yscale("symlog", linthresh=0.1)
        ax.set_ylim(0.0, 3.0 * ax.get_ylim()[1])
        ax.set_xticks([-1, 0, 1, 3, 5, 7, 9])
        where = r"($-1$ original, $0$ oracle, $9$ descent-ascent)"
        ax.set_xlabel(r"ascent weight $\beta\,n_R/n_F$" + f"\n{where}")
    axes[0].set_ylabel("distance to the oracle / original's")
    axes[1].set_ylabel("excess retain risk / original's")
    axes[0].plot([], [], "ko", label="descent-ascent")
    axes[0].plot([], [], "kX", label="fold: the minimum vanishes")
    return ink.with_legend(figure, axes, 3)
