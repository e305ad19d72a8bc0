"""Under the natural gradient descent-ascent is a straight line through the oracle."""

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import softmax

from logreg_unlearn.theory import simplex as theory

from .. import ink
from ._triangle import FORGET, RETAIN, F, arrow, named, original, path, triangle

LIFTS = (0.2, 2.0)
CAPTION = (
    f"One context with three next tokens (f = {F:g}, no ridge) at two lifts: the exact flow of "
    "descent-ascent under the natural gradient, points of the flow integrated in the logits, the "
    "flow of the plain gradient in the logits, and one natural step of size f. The natural flow is "
    "a straight line through the oracle and goes on, to its limit or to a face where a token has "
    "died out, and the one step ends at the oracle, which the plain gradient never meets."
)


def compute(quick: bool = False) -> ink.Table:
    """Return both flows of each lift, integrated in the logits."""
    table = {}
    for lift in LIFTS:
        end = float(theory.replicator_end(RETAIN, FORGET, lift, F).time)
        last = min(0.98 * end, 5.0)
        times = np.linspace(0.0, last, 9 if quick else 15)
        weights = RETAIN - lift * FORGET
        for name, metric in (("natural", True), ("plain", False)):

            def field(_, u, weights=weights, metric=metric):
                pi = softmax(u)
                return weights / pi if metric else weights - weights.sum() * pi

            grid = times if metric else np.linspace(0.0, 6.0, 61)
            u = np.log(original(lift))
            run = solve_ivp(field, (0.0, grid[-1]), u, t_eval=grid, rtol=1e-9, atol=1e-9)
            table |= named(f"{name} {lift:g}", softmax(run.y.T, axis=1))
        table[f"time {lift:g}"] = times
    return table


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(len(LIFTS), size=(9.6, 4.8))
    for ax, lift in zip(axes, LIFTS, strict=True):
        triangle(ax, rf"lift $\rho={lift:g}$")
        end = theory.replicator_end(RETAIN, FORGET, lift, F)
        ends = np.stack([original(lift), end.law, FORGET])
        line = path(named("end", ends), "end")
        ax.plot(*line[:2].T, color=ink.COLOURS[0], linewidth=1.6, label="natural flow, exact")
        ink.points(ax, 1, *path(table, f"natural {lift:g}").T, "natural flow, integrated")
        ax.plot(*path(table, f"plain {lift:g}").T, **_PLAIN)
        oracle = path(
            named("r", theory.one_natural_step(RETAIN, FORGET, lift, F, 0.0).law[None]), "r"
        )
        arrow(ax, line[0], oracle[0], ink.COLOURS[2])
        ax.plot([], [], color=ink.COLOURS[2], linewidth=2.0, label="one natural step of size f")
        for (x, y), marker, label in (
            (line[0], "s", "original"),
            (oracle[0], "*", "oracle"),
            (line[1], "X", "end of the natural flow"),
        ):
            look = {"ms": 14 if marker == "*" else 8, "color": "black", "mfc": "gold", "zorder": 5}
            ax.plot(x, y, marker, label=label, linestyle="none", **look)
    return ink.with_legend(figure, axes, 4)


_PLAIN = {"color": ink.HARMED, "linestyle": "--", "label": "plain gradient in the logits"}
