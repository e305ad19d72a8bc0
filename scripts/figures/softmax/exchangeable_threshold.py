"""If forgetting resembles retaining, the excess retain risk has the threshold f/(1+f)."""

import numpy as np

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import softmax as theory

from .. import ink
from ._block import LIFT

F, N, RIDGES = 0.3, 60, (1.0, 0.1, 0.01)
CAPTION = (
    f"Excess retain risk of descent-ascent's minimum over the original's (f = {F:g}, {N} random "
    "samples in three dimensions, logistic loss) against the lift, when the mean forget loss is "
    "the lift times the mean retain loss, for three ridges. The data obey no block model and still "
    "all curves pass 1 at f/(1+f), because all minimisers lie on one path."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the certified solver's ratio of excess risks."""
    rng, rows = np.random.default_rng(0), []
    x = rng.normal(loc=(0.6, 0.2, 0.0), size=(N, 3))
    for ridge in RIDGES:
        kept = Objective(x, np.full(N, 1 / N), ridge)
        best = kept.value(minimise(kept).w)
        for lift in np.linspace(0.02, 0.95, 10 if quick else 20):
            excess = []
            for t in ((1 - F) + F * lift, 1 - lift):  # forgotten rows: the same, lift times as many
                w = minimise(Objective(x, np.full(N, t / N), ridge)).w
                excess.append(kept.value(w) - best)
            rows.append((ridge, lift, excess[1] / excess[0]))
    return ink.columns(("ridge", "lift", "ratio"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.6, 4.6))
    for k, ridge in enumerate(RIDGES):
        part = table["ridge"] == ridge
        x, y = table["lift"][part], table["ratio"][part]
        ax.plot(x, y, color=ink.COLOURS[k], linewidth=0.8)
        ink.points(ax, k, x, y, rf"ridge $\lambda={ridge:g}$, solver")
    ink.unity(ax)
    threshold = float(theory.exchangeable_threshold(0.5, F).threshold)
    label = rf"$\rho=f/(1+f)={threshold:.3f}$"
    ax.axvline(threshold, color="black", linestyle=":", linewidth=1.6, label=label)
    ax.set(yscale="log", xlabel=LIFT, ylabel="excess retain risk / original's")
    return ink.with_legend(figure, ax, 3)
