"""Every bound of a removal over the truth, on real data: what looks at nothing says little."""

import numpy as np

from .. import ink
from ._slack import DATA, RIDGES, slack

CAPTION = (
    "Bound over truth after a random twentieth of the rows is forgotten (logistic loss, mean "
    "convention; colours are ridges, markers data sets; the published bound of rewinding lies far "
    "to the right, beyond 1e18). Bounds that look at no solution are tens to many thousands of "
    "times too large, for the pulls of random rows cancel; those that look at one gradient are "
    "within twenty times, and the worst case that was published for one row falls below 1."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the slack of every bound for every data set and ridge."""
    rows = [
        (name, ridge, bound, value)
        for name in DATA[: 2 if quick else None]
        for ridge in RIDGES
        for bound, value in slack(name, ridge).items()
    ]
    return ink.columns(("data", "ridge", "bound", "slack"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(9.0, 6.2))
    bounds = [b for b in dict.fromkeys(table["bound"]) if b != "rewind-to-delete, published"]
    place = {bound: -k for k, bound in enumerate(bounds)}
    for m, name in enumerate(dict.fromkeys(table["data"])):
        for k, ridge in enumerate(RIDGES):
            part = (table["data"] == name) & (table["ridge"] == ridge)
            part &= np.isin(table["bound"], bounds)
            # a little below each other, so that none is hidden
            y = [place[b] - 0.2 * (k - 1) for b in table["bound"][part]]
            label = f"{name}, ridge {ridge:g}"
            ax.plot(table["slack"][part], y, ink.MARKERS[m], color=ink.COLOURS[k], mfc="white",
                    markersize=4.5, label=label)  # fmt: skip
    ax.axvline(1.0, color="black", linewidth=1.0)
    ax.set_yticks(list(place.values()), list(place))
    ax.set(xscale="log", xlabel="bound / truth", ylabel="bound")
    return ink.with_legend(figure, ax, 4)
