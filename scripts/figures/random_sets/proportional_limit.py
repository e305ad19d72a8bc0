"""Rows and columns growing together: the limit of both distances, over simulation."""

import numpy as np

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.theory.random_sets import proportional_limit

from .. import ink
from .._solving import minima
from ._harm import gaussian_rows

SIGNAL, FRACTION = 1.5, 0.2
ROWS_PER_COLUMN = (1.0, 4.0, 16.0)
CAPTION = (
    "Random forget sets, a fifth, of Gaussian rows with n/d of them per column (logistic loss, "
    "true model of length 1.5): distance to the oracle of the original, of descent-ascent, and "
    "their ratio, as limits for n and d growing together (lines; a conjecture) and as means over "
    "draws with d = 120. The limits hold at this size, and descent-ascent's ends where the ridge "
    "is so weak that its objective is not convex where the iterations go."
)


def compute(quick: bool = False) -> ink.Table:
    """Return limits on a fine grid of ridges, and simulated means on a coarse one."""
    columns, draws = (60, 3) if quick else (120, 6)
    limits, found = [], []
    for alpha in ROWS_PER_COLUMN:
        for ridge in np.geomspace(0.05, 20, 12 if quick else 40):
            limit = proportional_limit(alpha, SIGNAL, FRACTION, ridge)
            limits.append((alpha, ridge, limit.original_distance, limit.unlearned_distance))
        for ridge in np.geomspace(0.05, 20, 4 if quick else 8):
            ends = []
            for seed in range(draws):
                rows = gaussian_rows(round(alpha * columns), seed, columns, SIGNAL)
                forget = np.arange(len(rows)) < round(FRACTION * len(rows))
                problem = UnlearningProblem(rows, np.ones(len(rows)), forget, ridge=ridge)
                oracle, original, unlearned = minima(problem)
                ends.append([np.linalg.norm(w - oracle) for w in (original, unlearned)])
            found.append((alpha, ridge, *np.mean(ends, axis=0)))
    names = ("rows per column", "ridge", "original", "unlearned")
    return {
        **ink.columns(names, limits),
        **ink.columns([f"simulated {name}" for name in names], found),
    }


def draw(table: ink.Table) -> ink.Figure:
    figure, panels = ink.panels(3, size=(10.2, 4.4))
    for k, alpha in enumerate(ROWS_PER_COLUMN):
        line = table["rows per column"] == alpha
        dots = table["simulated rows per column"] == alpha
        exact = [table[name][line] for name in ("original", "unlearned")]
        drawn = [table[f"simulated {name}"][dots] for name in ("original", "unlearned")]
        ridges = table["ridge"][line], table["simulated ridge"][dots]
        values = zip((*exact, exact[1] / exact[0]), (*drawn, drawn[1] / drawn[0]), strict=True)
        for panel, (limit, simulated) in zip(panels, values, strict=True):
            label = f"n/d = {alpha:g}"
            ink.pair(
                panel, k, (ridges[0], limit), (ridges[1], simulated), label,
                ("limit", "simulated"),
            )  # fmt: skip
    heads = (
        r"original: $\|w_D - w_R\|$", r"descent-ascent: $\|w_{DA} - w_R\|$", ink.RATIO,
    )  # fmt: skip
    for panel, head in zip(panels, heads, strict=True):
        panel.set(xscale="log", yscale="log", xlabel=r"ridge $\lambda$", ylabel=head)
    return ink.with_legend(figure, list(panels), 3)
