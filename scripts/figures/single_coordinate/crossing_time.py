"""Blocks pass the oracle at times of their own, between two bounds in closed form."""

import numpy as np

from logreg_unlearn.theory import single_coordinate as theory

from .. import ink
from ._block import LOSSES, ROWS, block, flow

S, N_FORGET = 1.0, 4
STRENGTHS = (0.1, 1.0, 10.0)
PER_UNIT = 4_000
CAPTION = (
    "Ridge times the time at which the flow of descent-ascent passes the oracle of a block: left "
    f"over its lift for strengths 0.1, 1 and 10 (exponential loss, f = {N_FORGET / ROWS:g}), with "
    "both bounds shaded and small steps as markers; right for both losses over the forget "
    f"fraction (s = {S:g}, lift 3), with the limit of small fractions. The time changes with "
    "strength and lift, so no stopping time serves two blocks, and the bounds close in as the "
    "fraction falls."
)


def compute(quick: bool = False) -> ink.Table:
    """Return exact times with bounds over lift and fraction, and those of small steps."""
    lifts, fractions = np.geomspace(1.05, 20.0, 40), np.geomspace(0.01, 0.9, 40)
    rows, found = [], []
    for s in STRENGTHS:
        exact = theory.crossing_time(s, lifts, 1.0, N_FORGET / ROWS)
        rows += list(zip(np.full(40, s), lifts, exact.time, exact.lower, exact.upper, strict=True))
        for lift in np.geomspace(1.2, 15.0, 3 if quick else 7):
            found.append((s, lift, _passing(s, lift, "exponential")))
    sides = []
    for loss in LOSSES:
        exact = theory.crossing_time(S, 3.0, 1.0, fractions, loss)
        sides += [(loss, *row) for row in zip(fractions, *exact, strict=True)]
    names = ("loss", "fraction", "f time", "f lower", "f upper", "f small")
    return {
        **ink.columns(("s", "lift", "time", "lower", "upper"), rows),
        **ink.columns(("found s", "found lift", "found time"), found),
        **ink.columns(names, sides),
    }


def _passing(strength: float, lift: float, loss: str) -> float:
    """Return ridge times the time at which small steps of descent-ascent pass the oracle."""
    path = flow(block(strength, lift, N_FORGET, loss), per_unit=PER_UNIT, steps=1_000)
    beyond = path.w[:, 0] - path.oracle.w[0]
    j = int(np.argmax(beyond <= 0.0))
    weight = beyond[j - 1] / (beyond[j - 1] - beyond[j])
    return float(path.steps[j - 1] + weight * (path.steps[j] - path.steps[j - 1])) / PER_UNIT


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.6, 4.5))
    for k, s in enumerate(STRENGTHS):
        part, seen = table["s"] == s, table["found s"] == s
        columns = [table[name][part] for name in ("lift", "time", "lower", "upper")]
        _exact(left, k, columns, f"s = {s:g}")
        at = table["found lift"][seen], table["found time"][seen]
        ink.points(left, k, *at, f"s = {s:g}, small steps")
    for k, loss in enumerate(LOSSES, start=3):
        part = table["loss"] == loss
        columns = [table[f"{name}"][part] for name in ("fraction", "f time", "f lower", "f upper")]
        _exact(right, k, columns, loss, linestyle="-")
        small = table["f small"][part]
        right.plot(columns[0], small, ":", color=ink.COLOURS[k], label=f"{loss}, limit of small f")
    left.fill_between(
        [], [], [], color=ink.GREY, alpha=0.2, linewidth=0, label="between both bounds"
    )
    left.set(xscale="log", xlabel=r"lift $\rho$", ylabel=r"time $\lambda t^*$ of passing")
    right.set(xscale="log", yscale="log", xlabel=r"forget fraction $f$")
    left.set_xticks([1.1, 2, 5, 10, 20], ["1.1", "2", "5", "10", "20"])
    left.minorticks_off()
    return ink.with_legend(figure, [left, right], 3)


def _exact(ax: ink.Axes, k: int, columns: list[np.ndarray], label: str, **look: str) -> None:
    x, time, lower, upper = columns
    ax.fill_between(x, lower, upper, color=ink.COLOURS[k], alpha=0.2, linewidth=0)
    ink.curve(ax, k, x, time, f"{label}, exact", **look)
