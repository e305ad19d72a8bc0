"""The original lies between oracle and descent-ascent exactly in Lemma 3's range."""

import numpy as np

from logreg_unlearn.theory import single_coordinate as theory

from .. import ink
from ._block import LOSSES, ROWS, solved

STRENGTH = 0.5
MIDDLES = ("descent-ascent", "original", "oracle")
CAPTION = (
    "Which of the three minimisers of one block lies between the other two, by the solver "
    f"(strength s = {STRENGTH:g}), with the range of Lemma 3 shaded. The original lies between "
    "oracle and descent-ascent exactly in that range and for both losses; below it descent-ascent "
    "lies between original and oracle, and above it the oracle between the other two."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the minimiser in the middle, over fractions and the paper's alpha."""
    rows = []
    alpha = np.geomspace(2e-3, 5.0, 11 if quick else 23)
    for loss in LOSSES:
        for n_forget in range(2, 31, 7 if quick else 2):
            f = n_forget / ROWS
            oracle, original, da = solved(STRENGTH, alpha * (1 - f) / f, n_forget, loss)
            # where there is no minimum, descent-ascent goes to minus infinity
            order = np.argsort([np.nan_to_num(da, nan=-np.inf), original, oracle], axis=0)
            rows += [(loss, f, a, MIDDLES[k]) for a, k in zip(alpha, order[1], strict=True)]
    return ink.columns(("loss", "fraction", "alpha", "middle"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(2, size=(9.0, 4.4), sharex=True, sharey=True)
    f = np.linspace(0.02, 0.78, 300)
    lower, upper = theory.harm_threshold(f) * f / (1 - f), f / (1 - f)
    for ax, loss in zip(axes, LOSSES, strict=True):
        ax.fill_between(f, lower, upper, color=ink.COLOURS[1], alpha=0.15, linewidth=0)
        for k, name in enumerate(MIDDLES):
            part = (table["loss"] == loss) & (table["middle"] == name)
            label = f"solver: {name} in the middle"
            ink.points(ax, k, table["fraction"][part], table["alpha"][part], label)
        ax.plot(f, upper, color="black", label=r"theory: $\alpha=n_F/n_R$, lift $1$")
        lowest = r"theory: $\alpha=n_F^2/(n_R(n_F+n))$, lift $f/(1+f)$"
        ax.plot(f, lower, color="black", linestyle="--", label=lowest)
        ax.set(yscale="log", ylim=(1.5e-3, 7.0), title=f"{loss} loss")
        ax.set_xlabel(r"forget fraction $f=n_F/n$")
    axes[0].set_ylabel(r"$\alpha=|F_j|/|R_j|$, forgotten per retained sample")
    return ink.with_legend(figure, axes[0], 2)
