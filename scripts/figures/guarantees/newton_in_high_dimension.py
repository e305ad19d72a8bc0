"""Rows and columns growing together: what one Newton step leaves, and what two leave."""

import numpy as np

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import guarantees as theory

from .. import ink
from ..random_sets._harm import gaussian_rows

RIDGE, DELETIONS = 0.5, (1, 10)
CAPTION = (
    "Distance to the oracle before, after one and after two Newton steps on the retained rows "
    "(logistic loss, sum convention, ridge 0.5), over the number of rows, two for each column, "
    "with the bound from the kurtosis of the error's margins; medians of draws. The original does "
    "not come closer as the data grow; one step leaves about 1/sqrt(n), two about n^-1.5."
)


def compute(quick: bool = False) -> ink.Table:
    """Return distances and bounds, medians over draws."""
    rows = []
    for deletions in DELETIONS:
        for n in (100, 400) if quick else (100, 200, 400, 800, 1600):
            found = [_removal(n, deletions, seed) for seed in range(3 if quick else 5)]
            rows.append((deletions, n, *np.median(found, axis=0)))
    names = (
        "deletions",
        "n",
        "original",
        "one step",
        "two steps",
        "bound 1",
        "bound 2",
        "kurtosis",
    )
    return ink.columns(names, rows)


def _removal(n: int, deletions: int, seed: int) -> tuple[float, ...]:
    columns = n // 2
    rows = gaussian_rows(n, seed, columns) / np.sqrt(columns)
    w = minimise(Objective(rows, np.ones(n), RIDGE)).w
    kept = rows[deletions:]
    objective = Objective(kept, np.ones(len(kept)), RIDGE)
    # two steps end within 1e-9 of the oracle: it has to be known better
    oracle = minimise(objective, w, tolerance=1e-13).w
    distances, kurtosis = [float(np.linalg.norm(w - oracle))], 1.0
    for _ in range(2):
        change = kept @ (w - oracle)
        kurtosis = max(kurtosis, len(kept) * np.sum(change**4) / np.sum(change**2) ** 2)
        w = w - np.linalg.solve(objective.hessian(w), objective.gradient(w))
        distances.append(float(np.linalg.norm(w - oracle)))
    top = np.linalg.norm(kept, 2) ** 2
    bounds = theory.newton_in_high_dimension(kurtosis, len(kept), top, RIDGE, distances[0], [1, 2])
    return (*distances, *bounds.tolist(), kurtosis)


def draw(table: ink.Table) -> ink.Figure:
    figure, panels = ink.panels(2, size=(9.4, 4.6), sharey=True)
    for panel, deletions in zip(panels, DELETIONS, strict=True):
        part = table["deletions"] == deletions
        n = table["n"][part]
        ink.points(panel, 0, n, table["original"][part], "original")
        for k, (name, bound) in enumerate((("one step", "bound 1"), ("two steps", "bound 2")), 1):
            exact, found = (n, table[bound][part]), (n, table[name][part])
            ink.pair(panel, k, exact, found, name, ("bound", "measured"))
        word = "row" if deletions == 1 else "rows"
        panel.set(xscale="log", yscale="log", xlabel=r"rows $n$, columns $d=n/2$")
        panel.set_title(f"{deletions} {word} deleted")
    panels[0].set_ylabel("distance to the oracle")
    return ink.with_legend(figure, panels, 3)
