"""W_0 is descent-ascent's stable branch, W_-1 the unstable one, and both end in the fold."""

import numpy as np

from logreg_unlearn.theory import single_coordinate as theory

from .. import ink
from ._block import block, flow

S = 0.5
FOLD = float(theory.da_branches(S, 1.0).fold)
CAPTION = (
    f"Stationary points of descent-ascent for one block (exponential loss, strength s = {S:g}), "
    "over runs from many starting points, marked by whether they settle or diverge. The branch "
    "W_-1 that the source calls the minimum is the unstable one, for it separates the starts that "
    "settle on W_0 from those that diverge, until both branches meet at the fold (lift "
    f"{FOLD:.3f}) and every start diverges."
)


def compute(quick: bool = False) -> ink.Table:
    """Return where runs from many starts end."""
    rows = []
    for lift in np.linspace(0.6, 2.4, 7 if quick else 16):
        for start in np.linspace(-7.5, 1.0, 8 if quick else 18):
            # steep where the start is far on the wrong side: small steps there
            steep = int(10 + S * max(1.0 - lift, 0.0) * np.exp(-start))
            problem = block(S, lift, 8, "exponential")
            path = flow(problem, start, per_unit=steep, steps=max(3_000, 30 * steep))
            end = -np.inf if path.diverged else float(path.w[-1, 0])
            rows.append((lift, start, end, path.diverged))
    return ink.columns(("lift", "start", "end", "diverged"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.8, 4.8))
    start, end = ((table["lift"], table[key]) for key in ("start", "end"))
    gone = table["diverged"]
    ink.kind(ax, ~gone, start, "o", ink.COLOURS[0], "start from which it settles")
    ink.kind(ax, gone, start, "x", ink.COLOURS[1], "start from which it diverges")
    ink.kind(ax, ~gone, end, "s", "black", "where it settles", mfc="black")
    lift = np.unique(np.concatenate([np.linspace(0.5, FOLD, 800), [1.0 + 1e-9]]))
    branches = theory.da_branches(S, lift)
    stable, unstable = r"theory: minimum, $W_0$ (stable)", r"theory: maximum, $W_{-1}$ (unstable)"
    ink.curve(ax, 2, lift, branches.minimum, stable, linestyle="-", linewidth=2.2)
    ink.curve(ax, 3, lift, branches.maximum, unstable, linestyle="--", linewidth=2.2)
    ax.plot(FOLD, -1.0, "k*", markersize=13, label=r"fold, $\rho=1+1/(es)$")
    ax.set(ylim=(-8.0, 1.4), xlabel=r"lift $\rho$", ylabel=r"$w$ (margin of the block)")
    return ink.with_legend(figure, ax, 2)
