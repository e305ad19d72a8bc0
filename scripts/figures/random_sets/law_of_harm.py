"""How many times farther descent-ascent ends: lengths of oracle and noise tell it."""

import numpy as np

from .. import ink
from ._harm import REAL, gaussian_rows, outcomes, real_rows

RIDGES = (0.01, 0.1, 1.0)
GROWING = (0.02, 0.3, 3.0)
CAPTION = (
    "Measured over predicted ratio of distances on random forget sets, a tenth (logistic loss, "
    "medians): left for four data sets and Gaussian rows, predicted with descent-ascent's own end "
    "point and, hollow, without running it; right the ratio over the number of Gaussian rows, "
    "with the law as lines and a cross where the oracle is as long as the noise. The law holds "
    "within a factor of 1.5 over two decades of ratios; beyond the cross the model is erased and "
    "the ratio grows like the root of n, before it the ratio is about constant over the ridge."
)


def compute(quick: bool = False) -> ink.Table:
    """Return ratios with their predictions for every data set, and over n."""
    draws, rows = 3 if quick else 9, []
    for name in (*REAL, "gaussian"):
        signed = gaussian_rows(2_000) if name == "gaussian" else real_rows(name)
        for ridge in RIDGES:
            found = np.median(outcomes(signed, ridge, draws), axis=0)
            rows.append((name, ridge, *found[4:], found[2] / found[0]))
    growth = []
    sizes = np.geomspace(100, 2_000 if quick else 20_000, 4 if quick else 9).astype(int)
    for ridge in GROWING:
        for n in sizes:
            found = np.median(outcomes(gaussian_rows(int(n)), ridge, draws), axis=0)
            growth.append((ridge, n, *found[4:], found[3] / found[0]))
    return {
        **ink.columns(("data", "ridge", "ratio", "law", "predicted", "noise"), rows),
        **ink.columns(("n ridge", "n", "n ratio", "n law", "n predicted", "n noise"), growth),
    }


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.8, 4.8))
    for k, name in enumerate(dict.fromkeys(table["data"])):
        part, label = table["data"] == name, str(name).replace("_", " ")
        look = {"mfc": ink.COLOURS[k]}
        ink.points(left, k, table["law"][part], table["ratio"][part], label, **look)
        ink.points(left, k, table["predicted"][part], table["ratio"][part])
    ends = np.array([8.0, 1500.0])
    left.plot(ends, ends, "k-", linewidth=1.0)
    left.fill_between(ends, ends / 1.5, ends * 1.5, color=ink.GREY, alpha=0.15, linewidth=0)
    hollow = {"color": ink.GREY, "mfc": "white"}
    left.plot([], [], "o", label="hollow: predicted without running it", **hollow)
    left.set(xscale="log", yscale="log", xlabel="predicted by the law", ylabel=ink.RATIO)
    for k, ridge in enumerate(GROWING):
        part = table["n ridge"] == ridge
        n, noise = table["n"][part], table["n noise"][part]
        exact, found = (n, table["n predicted"][part]), (n, table["n ratio"][part])
        ink.pair(right, k, exact, found, rf"$\lambda$ = {ridge:g}", ("law", "measured"))
        if noise.min() < 1 < noise.max():
            meet = np.interp(0.0, -np.log(noise), np.log(n))
            at = np.exp([meet, np.interp(meet, np.log(n), np.log(table["n predicted"][part]))])
            label = "oracle as long as the noise"
            right.plot(*at, "x", color="black", ms=11, mew=2, linestyle="none", label=label)
    right.set(xscale="log", yscale="log", xlabel=r"number of rows $n$", ylabel=ink.RATIO)
    return ink.with_legend(figure, [left, right], 4)
