"""At lift at most 1 every ascent leaves finetuning behind; above it, ascent has its moment."""

import numpy as np

from logreg_unlearn.theory import guarantees as theory

from .. import ink

RETAIN, FRACTION, RIDGE = 0.4, 0.3, 0.05
LIFTS = (0.5, 1.0, 2.0)
TIMES = (0.0, 0.5, 1.0, 3.0)
CAPTION = (
    f"One block (share {RETAIN:g} of the retain set, f = {FRACTION:g}, ridge {RIDGE:g}, gradient "
    "flows): distance to the oracle against the length of the ascent, directly after it and "
    "after finetuning for three times, at three lifts. At lift up to 1 every curve rises from "
    "the start; at lift 2 all touch 0 at the passing time of the closed form (dotted) and rise "
    "after it."
)


def compute(quick: bool = False) -> ink.Table:
    """Follow both flows by small Runge-Kutta steps."""
    rows = []
    for lift in LIFTS:
        forget = lift * RETAIN
        found = theory.ascent_hurts_finetuning(RETAIN, forget, FRACTION, RIDGE)
        for ascent in np.linspace(0, 6, 9 if quick else 25):
            start = _flow(float(found.original), ascent, forget, 0.0)
            for later in TIMES:
                ended = _flow(start, later, -RETAIN, RIDGE)
                rows.append((lift, ascent, later, abs(ended - float(found.oracle))))
    return ink.columns(("lift", "ascent", "finetuning", "distance"), rows)


def _flow(w: float, time: float, share: float, ridge: float) -> float:
    """Follow ``w' = -share/(1 + e^w) - ridge w`` for a time."""

    def slope(x: float) -> float:
        return -share / (1 + np.exp(x)) - ridge * x

    h = time / 200
    for _ in range(200 if time else 0):
        a = slope(w)
        b = slope(w + h * a / 2)
        c = slope(w + h * b / 2)
        w += h * (a + 2 * b + 2 * c + slope(w + h * c)) / 6
    return float(w)


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(len(LIFTS), size=(10.2, 4.2), sharey=True)
    for ax, lift in zip(axes, LIFTS, strict=True):
        for k, later in enumerate(TIMES):
            part = (table["lift"] == lift) & (table["finetuning"] == later)
            label = f"then finetuning for {later:g}" if later else "no finetuning"
            look = {"linestyle": ink.LINES[k], "linewidth": 1.0}
            ink.points(ax, k, table["ascent"][part], table["distance"][part], label, **look)
        found = theory.ascent_hurts_finetuning(RETAIN, lift * RETAIN, FRACTION, RIDGE)
        label = "passing time, closed form"
        ax.axvline(float(found.passing_time), color="black", linestyle=":", label=label)
        ax.set(title=f"lift {lift:g}", xlabel="time of ascent")
    axes[0].set_ylabel("distance to the oracle")
    return ink.with_legend(figure, axes, 3)
