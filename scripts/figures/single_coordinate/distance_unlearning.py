"""From lift 1 on, descent-ascent is at least the oracle's own size away from it (Lemma 5)."""

import numpy as np

from logreg_unlearn.problem.losses import get_loss

from .. import ink
from ._block import LOSSES, MINIMISERS, ROWS, solved

LIFTS, N_FORGET, SHARE = (0.5, 1.0, 1.1, 3.0), 8, 0.3
CAPTION = (
    "Distance of descent-ascent's limit from the oracle in one block against the ridge (f = 0.2), "
    "with Lemma 5's bound, the oracle's own size, as the upper edge of the shaded area. From lift "
    "1, which lies on the edge, the bound holds for every ridge, though for lifts above 1 the "
    "exponential loss diverges only below the fold's ridge e p (lift - 1); at lift 0.5 the bound "
    "fails."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the solver's distances; infinite where descent-ascent diverges."""
    table = {"ridge": np.geomspace(1e-5, 1e3, 9 if quick else 25)}
    for loss in LOSSES:
        for lift in LIFTS:
            oracle, _, unlearned = solved(SHARE / table["ridge"], lift, N_FORGET, loss)
            table[f"{loss} lift={lift:g}"] = np.nan_to_num(oracle - unlearned, nan=np.inf)
    return table


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(2, size=(9.0, 4.5), sharex=True, sharey=True)
    for ax, loss in zip(axes, LOSSES, strict=True):
        for k, lift in enumerate(LIFTS):
            fold = np.e * SHARE * (lift - 1.0) if get_loss(loss).unbounded else 0.0
            ridge = np.geomspace(max(fold, 1e-5) * (1 + 1e-12), 1e3, 400)
            where = MINIMISERS[loss](SHARE / ridge, lift, N_FORGET / ROWS)
            distance = where.oracle - where.descent_ascent
            found = table["ridge"], table[f"{loss} lift={lift:g}"]
            ink.pair(ax, k, (ridge, distance), found, rf"$\rho={lift:g}$")
            if fold > 0:
                ax.plot([fold, fold], [distance[0], 3e4], color=ink.COLOURS[k], linewidth=0.9)
        ridge = np.geomspace(1e-5, 1e3, 400)
        bound = MINIMISERS[loss](SHARE / ridge, 1.0, N_FORGET / ROWS).oracle
        ax.fill_between(
            ridge, 1e-5, bound, color=ink.GREY, alpha=0.2, linewidth=0,
            label=r"Lemma 5: none here for $\rho\geq1$",
        )  # fmt: skip
        ax.set(xscale="log", yscale="log", ylim=(2e-5, 3e4), title=f"{loss} loss")
        ax.set_xlabel(rf"ridge $\lambda$ (retain share $p={SHARE:g}$)")
    axes[0].plot([], [], "k-", linewidth=0.9, label="fold: diverges to the left")
    axes[0].set_ylabel(r"distance descent-ascent to oracle $|w_R-w_{DA}|$")
    return ink.with_legend(figure, axes[0], 4)
