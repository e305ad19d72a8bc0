"""A constant payoff runs into a corner, at any temperature; entropy stops it at a softmax."""

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import softmax

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import simplex as theory

from .. import ink
from ._triangle import mark, named, path, triangle, xy

PAYOFF, WEIGHTS = np.array([0.2, 1.0, 0.5]), (0.0, 0.5)
STARTS = ((0.8, 0.1, 0.1), (0.1, 0.05, 0.85), (0.45, 0.05, 0.5))
CAPTION = (
    "Replicator flow of a constant payoff over three tokens from three starts, without entropy "
    "(left) and with entropy of weight 1/2 (right): exact paths, and points of the integrated "
    "equation. Without entropy every path ends in the corner of the greatest payoff and a "
    "temperature only changes how fast, while with entropy all end at the softmax."
)


def compute(quick: bool = False) -> ink.Table:
    """Return integrated paths from every start."""
    table: dict[str, Array] = {}
    for tau in WEIGHTS:
        for k, start in enumerate(STARTS):

            def field(_: float, pi: Array, tau: float = tau) -> Array:
                net = PAYOFF - tau * np.log(pi)
                return pi * (net - pi @ net)

            times = np.linspace(0.0, 8.0, 7 if quick else 12)
            run = solve_ivp(field, (0.0, 8.0), start, t_eval=times, rtol=1e-9, atol=1e-12)
            table |= named(f"tau {tau:g} start {k}", run.y.T)
    return table


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(2, size=(9.4, 4.6))
    times = np.append(np.linspace(0.0, 12.0, 300), 1e3)
    for ax, tau in zip(axes, WEIGHTS, strict=True):
        triangle(ax, rf"entropy weight $\tau={tau:g}$")
        for k, start in enumerate(STARTS):
            exact = theory.temperature_is_time(start, PAYOFF, times, tau)
            found = xy(path(table, f"tau {tau:g} start {k}"))
            ink.pair(ax, k, xy(exact), found, f"start {k + 1}", ("exact", "integrated"))
        end = softmax(PAYOFF / tau) if tau else np.eye(3)[np.argmax(PAYOFF)]
        mark(ax, end, "*", "limit")
    return ink.with_legend(figure, axes, 4)
