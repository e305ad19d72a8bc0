"""With one label in a block all three minimisers are values of one function of K classes."""

import numpy as np

from logreg_unlearn.theory import softmax as theory

from .. import ink
from ._block import corner, solved

F, LIFT, CLASSES = 0.2, 0.5, (2, 3, 10, 100)
CAPTION = (
    f"Oracle, and descent-ascent's end, of one block with one label (f = {F:g}, lift {LIFT:g}) "
    "against the strength, for several numbers of classes: the inverse of m times e to the m plus "
    "K minus 1, and a solver on all K logits. The points lie on the curves, and the more classes, "
    "the longer the logits follow the line of a strong ridge (m equal to the strength) before they "
    "grow like its logarithm."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the solver's logits of the label, on the ray."""
    rows = []
    for k in CLASSES:
        for s in np.geomspace(1e-2, 1e3, 6 if quick else 13):
            oracle, _, unlearned = solved(s, LIFT, F, corner(k), corner(k))
            rows.append((k, s, oracle[0] - oracle[1], unlearned[0] - unlearned[1]))
    return ink.columns(("classes", "strength", "oracle", "unlearned"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(2, size=(9.4, 4.5), sharey=True)
    s = np.geomspace(5e-3, 2e3, 400)
    for k, classes in enumerate(CLASSES):
        part = table["classes"] == classes
        where = theory.softmax_minimiser(s, LIFT, F, classes)
        for ax, name, exact in zip(
            axes, ("oracle", "unlearned"), (where.oracle, where.descent_ascent), strict=True
        ):
            found = table["strength"][part], table[name][part]
            ink.pair(ax, k, (s, exact), found, f"K = {classes}")
    for ax, title, scale in zip(axes, ("oracle", "descent-ascent"), (1.0, 1 - LIFT), strict=True):
        line = s[s < 30]
        ax.plot(line, scale * line, color=ink.GREY, linestyle=":", label="strong ridge")
        ax.set(xscale="log", yscale="log", xlabel=r"strength $s=p/\lambda$", title=title)
        ax.set_ylim(2e-3, 30)
    axes[0].set_ylabel(r"$m$, logit of the label over the others")
    return ink.with_legend(figure, axes, 5)
