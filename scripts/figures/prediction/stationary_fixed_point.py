"""Applied to the original, the map contracts to descent-ascent's end, the faster the ridge."""

import numpy as np

from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import prediction as theory

from .. import ink
from .._solving import real_problem

ROUNDS = (1, 2, 3)
SETS = ("breast_cancer", "anes96")
CAPTION = (
    "Distance to descent-ascent's end, over that end's own length, of the map T applied once, "
    "twice and three times to the original (logistic loss, a random tenth to forget), over the "
    "ridge, with the bounds of the theory where it gives one. No point lies above its bound, and "
    "each round takes off another power of the ridge; under weak ridges nothing is guaranteed, and "
    "the points stay away from the end."
)


def compute(quick: bool = False) -> ink.Table:
    """Return distances after each round, and their bounds."""
    rows = []
    for name in SETS:
        for ridge in np.geomspace(1e-2, 1e3, 7 if quick else 26):
            problem = real_problem(name, ridge=float(ridge))
            ascent, w = problem.descent_ascent(), minimise(problem.original()).w
            end = minimise(ascent, w).w
            sides = (problem.features[s] for s in (~problem.forget, problem.forget))
            bend = max(np.linalg.norm(side, 2) ** 2 / (4 * len(side)) for side in sides)
            step, size = np.linalg.norm(ascent.gradient(w)) / ridge, np.linalg.norm(end)
            for count in ROUNDS:
                w = w - ascent.gradient(w) / ridge
                known = theory.stationary_fixed_point(step, bend, ridge, count)
                far = np.linalg.norm(w - end) / size
                rows.append((name, ridge, count, far, float(known.error) / size))
    return ink.columns(("data", "ridge", "rounds", "distance", "bound"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(len(SETS), size=(9.4, 4.4), sharey=True)
    for ax, name in zip(axes, SETS, strict=True):
        for k, count in enumerate(ROUNDS):
            part = (table["data"] == name) & (table["rounds"] == count)
            x = table["ridge"][part]
            word = ("once", "twice", "three times")[k]
            ink.pair(
                ax, k, (x, table["bound"][part]), (x, table["distance"][part]), word,
                ("bound", "measured"),
            )  # fmt: skip
        ax.set(xscale="log", yscale="log", xlabel=r"ridge $\lambda$", ylim=(1e-10, 1e2))
        ax.set_title(name.replace("_", " "))
    axes[0].set_ylabel(r"$\|T^k(w_D)-w_{DA}\|\,/\,\|w_{DA}\|$")
    return ink.with_legend(figure, axes, 3)
