"""The three minimisers against the lift for a strong and a weak ridge, under either loss."""

import numpy as np

from logreg_unlearn.problem.losses import get_loss
from logreg_unlearn.theory import single_coordinate as theory

from .. import ink
from ._block import LIFT, MINIMISERS, ROWS, solved

STRENGTHS, N_FORGET = (0.5, 5.0), 8
NAMES = {
    "oracle": r"oracle $w_R$",
    "original": r"original $w_D$",
    "descent_ascent": r"descent-ascent $w_{DA}$",
}


def compute(loss: str, quick: bool) -> ink.Table:
    """Return the solver's minimisers by strength."""
    lift = np.linspace(0.0, 3.0, 13 if quick else 31)
    table = {"lift": lift}
    for s in STRENGTHS:
        found = solved(s, lift, N_FORGET, loss)
        table |= {f"s={s:g} {name}": w for name, w in zip(NAMES, found, strict=True)}
    return table


def draw(loss: str, table: ink.Table) -> ink.Figure:
    """Draw the closed forms with the solver's points over them."""
    figure, axes = ink.panels(2, size=(9.0, 4.2), sharex=True)
    for ax, s in zip(axes, STRENGTHS, strict=True):
        fold = float(theory.da_branches(s, 1.0).fold)
        lift = np.unique(np.append(np.linspace(0.0, 3.0, 601), fold))
        closed = MINIMISERS[loss](s, lift, N_FORGET / ROWS)
        for k, (part, name) in enumerate(NAMES.items()):
            w = getattr(closed, part)
            if get_loss(loss).unbounded and part == "descent_ascent":
                # the curve ends in the fold, whatever rounding says there
                w = np.where(lift == fold, -1.0, w)
            ink.pair(ax, k, (lift, w), (table["lift"], table[f"s={s:g} {part}"]), name)
        if get_loss(loss).unbounded:
            ax.axvspan(fold, 3.1, color=ink.GREY, alpha=0.25, linewidth=0)
            ax.axvline(fold, color="black", linewidth=1.0)
            ax.text(
                0.5 * (fold + 3.05), 0.5, "descent-ascent has\nno stationary point",
                ha="center", va="center", transform=ax.get_xaxis_transform(),
            )  # fmt: skip
        ax.axhline(0.0, color="black", linewidth=0.8)
        ax.set(xlim=(-0.06, 3.06), xlabel=LIFT, title=rf"strength $s=p/\lambda={s:g}$")
    axes[0].set_ylabel(r"minimiser $w$ (margin of the block)")
    return ink.with_legend(figure, axes[0], 3)
