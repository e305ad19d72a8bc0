"""Pushing tokens down ends at a mask, which is the oracle only where the labels are apart."""

import numpy as np
from scipy.integrate import solve_ivp

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import simplex as theory

from .. import ink
from ._triangle import F, arrow, mark, named, path, triangle, xy

DOWN = np.array([True, False, False])
CASES = {
    "labels apart": (np.array([0.0, 0.7, 0.3]), np.array([1.0, 0.0, 0.0])),
    "labels overlap": (np.array([0.15, 0.65, 0.20]), np.array([0.50, 0.05, 0.45])),
}
LIFT = 1.5
CAPTION = (
    f"One context (f = {F:g}, lift {LIFT:g}) whose token a is pushed down by a constant payoff: "
    "exact path and integrated points, its limit on the opposite side, and the oracle. Where all "
    "forgotten labels and no retained ones are a, the limit is the oracle, otherwise the mask "
    "misses it although one natural step of descent-ascent (arrow) does not."
)


def compute(quick: bool = False) -> ink.Table:
    """Return integrated paths of both cases."""
    table: dict[str, Array] = {}
    for k, (r, q) in enumerate(CASES.values()):

        def field(_: float, pi: Array) -> Array:
            return pi * (pi @ DOWN - DOWN)

        times = np.linspace(0.0, 6.0, 7 if quick else 10)
        run = solve_ivp(field, (0.0, 6.0), _original(r, q), t_eval=times, rtol=1e-9, atol=1e-12)
        table |= named(f"case {k}", run.y.T)
    return table


def _original(r: Array, q: Array) -> Array:
    counts = (1 - F) * r + F * LIFT * q
    return counts / counts.sum()


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(2, size=(9.4, 4.6))
    for k, (ax, (name, (r, q))) in enumerate(zip(axes, CASES.items(), strict=True)):
        triangle(ax, name)
        start = _original(r, q)
        flow = theory.face_restriction(start, DOWN, np.linspace(0.0, 30.0, 200))
        found = xy(path(table, f"case {k}"))
        ink.pair(ax, 0, xy(flow.law), found, "payoff -1 on a", ("exact", "integrated"))
        arrow(ax, start, r, ink.COLOURS[2])
        ax.plot([], [], color=ink.COLOURS[2], linewidth=2.0, label="one natural step of size f")
        mark(ax, start, "s", "original")
        mark(ax, r, "*", "oracle")
        mark(ax, flow.limit, "X", "limit: the mask")
    return ink.with_legend(figure, axes, 3)
