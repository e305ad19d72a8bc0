"""The original's distance from the oracle stays below Lemma 4's bound at every ridge."""

import numpy as np

from logreg_unlearn.theory import single_coordinate as theory

from .. import ink
from ._block import LOSSES, MINIMISERS, ROWS, solved

LIFTS, N_FORGET, SHARE = (0.0, 0.5, 4.0), 12, 0.225
CAPTION = (
    "Distance of the original from the oracle in one block against the ridge (f = 0.3), with "
    "Lemma 4's bound for each lift (dashed). The distance stays below the bound at every ridge, "
    "approaches it as the ridge vanishes and dies out as the ridge grows."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the solver's distances, and the bounds."""
    ridge = np.geomspace(1e-8, 1e3, 8 if quick else 23)
    table = {"ridge": ridge}
    for loss in LOSSES:
        for lift in LIFTS:
            oracle, original, _ = solved(SHARE / ridge, lift, N_FORGET, loss)
            table[f"{loss} lift={lift:g}"] = np.abs(original - oracle)
            table[f"bound lift={lift:g}"] = np.atleast_1d(
                theory.distance_growth(lift, N_FORGET / ROWS)
            )
    return table


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(2, size=(9.0, 4.3), sharex=True, sharey=True)
    ridge = np.geomspace(1e-8, 1e3, 300)
    for ax, loss in zip(axes, LOSSES, strict=True):
        for k, lift in enumerate(LIFTS):
            where = MINIMISERS[loss](SHARE / ridge, lift, N_FORGET / ROWS)
            distance = np.abs(where.original - where.oracle)
            bound = table[f"bound lift={lift:g}"][0]
            ax.axhline(bound, color=ink.COLOURS[k], linestyle="--", linewidth=1.2)
            found = table["ridge"], table[f"{loss} lift={lift:g}"]
            ink.pair(ax, k, (ridge, distance), found, rf"$\rho={lift:g}$", linestyle="-")
        ax.set(xscale="log", title=f"{loss} loss")
        ax.set_xlabel(rf"ridge $\lambda$ (retain share $p={SHARE:g}$)")
    axes[0].plot([], [], "k--", linewidth=1.2, label=r"Lemma 4: $|\ln(1+f(\rho-1))|$")
    axes[0].set_ylabel(r"distance original to oracle $|w_D-w_R|$")
    return ink.with_legend(figure, axes[0], 4)
