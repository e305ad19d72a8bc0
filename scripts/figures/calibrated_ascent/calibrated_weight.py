"""Of all weights of ascent only the forget fraction ends at the oracle."""

import numpy as np

from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import calibrated_ascent as theory

from .. import ink
from .._solving import ratio, real_problem

CASES = (("breast_cancer", "random"), ("wine_0v1", "influence_pc1"), ("anes96", "one_class"))
CAPTION = (
    "Distance to the oracle of the minimiser of the loss on all data, minus gamma times that on "
    "the forget set, plus the ridge times 1 - f, over the weight gamma in units of f (logistic "
    "loss, ridge 0.1, a tenth to forget). Every curve falls to 0 at gamma = f and there alone, "
    "while descent-ascent stands at the right edge, ten times as strong."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the distance of the minimum for every weight, over the original's."""
    rows = []
    for name, kind in CASES:
        problem = real_problem(name, kind)
        exact = theory.calibrated_weight(problem.forget_fraction, problem.ridge)
        oracle, original = minimise(problem.oracle()).w, minimise(problem.original()).w
        whole, at = problem.original(), original
        weights = np.concatenate([np.linspace(0, 2, 11 if quick else 41), np.geomspace(2.2, 10, 9)])
        for unit in weights:
            weight = float(unit * exact.ascent_weight)
            ascent = problem.weighted(0.0, -weight).coefficients
            objective = whole.with_coefficients(whole.coefficients + ascent, float(exact.ridge))
            found = minimise(objective, at)
            at = found.w if found.converged else at
            far = ratio(oracle, original, found.w) if found.converged else np.nan
            rows.append((f"{name} {kind}", unit, far))
    return ink.columns(("case", "weight", "ratio"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.8, 4.6))
    for k, case in enumerate(dict.fromkeys(table["case"])):
        part = table["case"] == case
        far = np.maximum(table["ratio"][part], 1e-6)
        ink.points(ax, k, table["weight"][part], far, str(case).replace("_", " "), linestyle="-")
    ax.axvline(1.0, color="black", linewidth=1.0, label=r"theory: $\gamma=f$")
    ax.axvline(10.0, color="black", linestyle=":", label="descent-ascent")
    ink.unity(ax)
    ax.set(xscale="symlog", yscale="log", ylim=(1e-6, None))
    ax.set(xlabel=r"weight of ascent $\gamma/f$", ylabel=ink.RATIO)
    ax.set_xticks([0, 1, 10], ["0", "1", "10"])
    return ink.with_legend(figure, ax, 2)
