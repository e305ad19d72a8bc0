"""On random forget sets descent-ascent keeps a vector of noise, however strong the model was."""

import numpy as np

from logreg_unlearn.theory import random_sets as theory

from .. import ink
from ._harm import FRACTION, gaussian_rows, outcomes, real_rows

RIDGE, FAILURE = 0.1, 0.1
DATA = ("anes96", "fair", "gaussian")
CAPTION = (
    "Length of descent-ascent's end point on random forget sets, a tenth of growing parts of real "
    "data and of a Gaussian model, with the oracle's length as dashes (logistic loss, ridge "
    f"{RIDGE:g}) and the proved bound, which fails with probability at most {FAILURE:g}, as dots. "
    "The oracle keeps its length while what descent-ascent leaves falls like one over the root of "
    "the forget set's size, as the bound does some fifty times higher."
)


def compute(quick: bool = False) -> ink.Table:
    """Return median lengths by the number of rows, and the bound."""
    rows, rng = [], np.random.default_rng(0)
    for name in DATA:
        whole = gaussian_rows(6_000) if name == "gaussian" else real_rows(name)
        whole = whole[rng.permutation(len(whole))]
        for n in np.unique(np.geomspace(100, len(whole), 4 if quick else 8).astype(int)):
            part = whole[:n]
            found = np.median(outcomes(part, RIDGE, 3 if quick else 9), axis=0)
            size = max(1, round(FRACTION * n))
            bound = theory.stationary_norm(np.linalg.norm(part, axis=1), size, RIDGE, FAILURE)
            rows.append((name, size, found[1], found[0], float(bound)))
    return ink.columns(("data", "size", "unlearned", "oracle", "bound"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.8, 4.8))
    for k, name in enumerate(DATA):
        part = table["data"] == name
        size, look = table["size"][part], {"color": ink.COLOURS[k]}
        ink.points(ax, k, size, table["unlearned"][part], f"{name}, descent-ascent", linestyle="-")
        ax.plot(size, table["oracle"][part], "--", label=f"{name}, oracle", **look)
        ax.plot(size, table["bound"][part], ":", label=f"{name}, bound", **look)
    ax.set(xscale="log", yscale="log", xlabel=r"size of the forget set $n_F$")
    ax.set_ylabel(r"length of the weights $\|w\|$")
    return ink.with_legend(figure, ax, 3)
