"""Where the natural flow ends: farther than it began from lift 1 - 1/(2f) on, or at a face."""

import numpy as np
from scipy.integrate import solve_ivp

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import simplex as theory

from .. import ink

RETAIN, FORGET = np.array([0.4, 0.35, 0.25]), np.array([0.5, 0.3, 0.2])
FRACTIONS = (0.3, 0.6, 0.9)
CAPTION = (
    "Left: distance of the end of the natural flow of descent-ascent from the oracle over the "
    "original's, against the lift, for three forgotten fractions; right: the time at which the "
    "first token dies out, with points where the integrated equation stopped. With less than half "
    "forgotten the end is always farther than the beginning, otherwise from lift 1 - 1/(2f) on "
    "(dotted), and beyond class lift 1 (dashed) the loss has no lower bound and the flow hits a "
    "face in finite time."
)


def compute(quick: bool = False) -> ink.Table:
    """Return ends of the equation, integrated until it rests or until a token dies out."""
    rows = []
    for f in FRACTIONS:
        for lift in np.linspace(0.06, 1.5, 9 if quick else 19):
            counts = (1 - f) * RETAIN + f * lift * FORGET
            start, weights = counts / counts.sum(), RETAIN - lift * FORGET

            def field(_: float, pi: Array, weights: Array = weights) -> Array:
                return pi * (weights / pi - weights.sum())

            def dies(_: float, pi: Array) -> Array:
                return pi.min() - 1e-9

            dies.terminal = True  # type: ignore[attr-defined]
            run = solve_ivp(field, (0, 200.0), start, events=dies, rtol=1e-9, atol=1e-12)
            ratio = np.linalg.norm(run.y[:, -1] - RETAIN) / np.linalg.norm(start - RETAIN)
            rows.append((f, lift, ratio, run.t[-1] if len(run.t_events[0]) else np.inf))
    return ink.columns(("f", "lift", "ratio", "time"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.4, 4.6))
    lift = np.linspace(0.02, 1.55, 800)
    for k, f in enumerate(FRACTIONS):
        end = theory.replicator_end(RETAIN, FORGET, lift, f)
        part = table["f"] == f
        found = table["lift"][part]
        name = f"f = {f:g}"
        ink.pair(left, k, (lift, end.ratio), (found, table["ratio"][part]), name, _BY)
        dead = np.isfinite(table["time"][part])
        at = found[dead], table["time"][part][dead]
        ink.pair(right, k, (lift, end.time), at, name, _BY)
        if end.threshold[0] > 0:
            look = {"color": ink.COLOURS[k], "linestyle": ":"}
            left.axvline(end.threshold[0], **look)
    for ax in (left, right):
        label = r"class lift $\max_k\rho q_k/r_k=1$"
        ax.axvline(float((RETAIN / FORGET).min()), color=ink.GREY, linestyle="--", label=label)
        ax.set(yscale="log", xlabel=r"lift $\rho$ of the context")
    ink.unity(left)
    left.set(ylabel=ink.RATIO, title="where it ends")
    right.set(
        ylabel="time until a token dies out", title="when it leaves the simplex", xlim=(0.0, 1.55)
    )
    return ink.with_legend(figure, [left, right], 3)


_BY = ("closed form", "integrated")
