"""As the ridge vanishes, descent-ascent's distance grows without bound at lift 1, not below."""

import numpy as np

from logreg_unlearn.theory import single_coordinate as theory

from .. import ink
from ._block import ROWS, solved

SHARE, N_FORGET = 0.9, 8
CAPTION = (
    "Distances to the oracle in one block under the exponential loss as the ridge vanishes (f = "
    "0.2, L = ln(p/ridge)), closed forms over the solver. At lift 1 the original is the oracle "
    "while descent-ascent goes arbitrarily far away, slower than ln(1/ridge) by its logarithm; at "
    "lift 0.5 its distance stays below -ln(1 - lift) = 0.69."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the solver's distances at lift 1 and 0.5."""
    ridge = np.geomspace(1e-10, 1e-1, 8 if quick else 19)
    oracle, original, unlearned = solved(SHARE / ridge, 1.0, N_FORGET, "exponential")
    half = solved(SHARE / ridge, 0.5, N_FORGET, "exponential")
    return {
        "ridge": ridge, "unlearned": oracle - unlearned, "original": np.abs(original - oracle),
        "unlearned lift=0.5": half[0] - half[2],
    }  # fmt: skip


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.8, 4.8))
    ridge = np.geomspace(1e-10, 0.3, 400)
    lower, upper = theory.vanishing_ridge(SHARE / ridge)
    ax.fill_between(
        ridge, lower, upper, color=ink.COLOURS[0], alpha=0.25, linewidth=0,
        label=r"theory: $L-\ln L$ to $L-\ln(L-\ln L)$",
    )  # fmt: skip
    at = {lift: theory.lambert_minimiser(SHARE / ridge, lift, N_FORGET / ROWS) for lift in (1, 0.5)}
    known = {lift: where.oracle - where.descent_ascent for lift, where in at.items()}
    ink.curve(ax, 0, ridge, known[1], r"descent-ascent, $\rho=1$: $W_0(s)$")
    ink.points(ax, 0, table["ridge"], table["unlearned"], r"solver, $\rho=1$")
    ink.points(ax, 1, table["ridge"], table["original"], r"solver: the original, $\rho=1$")
    ink.curve(ax, 2, ridge, known[0.5], r"descent-ascent, $\rho=0.5$")
    ink.points(ax, 2, table["ridge"], table["unlearned lift=0.5"], r"solver, $\rho=0.5$")
    ax.plot(ridge, np.log(1 / ridge), "k:", label=r"$\ln(1/\lambda)$")
    ax.set(xscale="log", ylabel="distance to the oracle")
    ax.set_xlabel(rf"ridge $\lambda$, vanishing to the right ($p={SHARE:g}$)")
    ax.invert_xaxis()
    return ink.with_legend(figure, ax, 2)
