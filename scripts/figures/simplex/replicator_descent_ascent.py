"""Under the natural gradient descent-ascent is a straight line through the oracle."""

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import softmax

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import simplex as theory

from .. import ink
from ._triangle import FORGET, RETAIN, F, arrow, mark, named, original, path, triangle, xy

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
    table: dict[str, Array] = {}
    for lift in LIFTS:
        end = float(theory.replicator_end(RETAIN, FORGET, lift, F).time)
        last = min(0.98 * end, 5.0)
        times = np.linspace(0.0, last, 9 if quick else 15)
        weights = RETAIN - lift * FORGET
        for name, metric in (("natural", True), ("plain", False)):

            def field(_: float, u: Array, weights: Array = weights, metric: bool = metric) -> Array:
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
        start, end = original(lift), theory.replicator_end(RETAIN, FORGET, lift, F).law
        oracle = theory.one_natural_step(RETAIN, FORGET, lift, F, 0.0).law
        line, plain = xy(np.stack([start, end])), xy(path(table, f"plain {lift:g}"))
        x, y = xy(path(table, f"natural {lift:g}"))
        ink.curve(ax, 0, *line, label="natural flow, exact")
        ink.points(ax, 1, x, y, "natural flow, integrated")
        look = {"color": ink.HARMED, "linestyle": "--"}
        ax.plot(*plain, label="plain gradient in the logits", **look)
        arrow(ax, start, oracle, ink.COLOURS[2])
        ax.plot([], [], color=ink.COLOURS[2], linewidth=2.0, label="one natural step of size f")
        mark(ax, start, "s", "original")
        mark(ax, oracle, "*", "oracle")
        mark(ax, end, "X", "end of the natural flow")
    return ink.with_legend(figure, axes, 4)
