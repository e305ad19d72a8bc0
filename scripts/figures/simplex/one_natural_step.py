"""One natural step of the size of the forgotten fraction is the oracle, in every context."""

import numpy as np
from scipy.integrate import solve_ivp

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import simplex as theory

from .. import ink

F, SMOOTHING, CONTEXTS, TOKENS = 0.3, (0.0, 0.5), 40, 12
CAPTION = (
    f"Part of the distance to the oracle that is left after one natural step, over {CONTEXTS} "
    f"random contexts of {TOKENS} tokens at once (f = {F:g}, lifts from 0 to 3), against the size "
    "of the step, without and with smoothed counts; and what the flow of one context leaves if it "
    "is stopped at f. The step of size f, or f over one plus the smoothing, leaves nothing in any "
    "context, and the flow stopped there leaves a part that grows with f times one minus the lift."
)


def compute(quick: bool = False) -> ink.Table:
    """Return what steps of many sizes leave over all contexts, and integrated flows."""
    rng, rows = np.random.default_rng(0), []
    r, q = (rng.dirichlet(np.ones(TOKENS), CONTEXTS) for _ in range(2))
    lift = rng.uniform(0.0, 3.0, CONTEXTS)[:, None]
    for smoothing in SMOOTHING:
        oracle = (r + smoothing / TOKENS) / (1 + smoothing)
        counts = (1 - F) * r + F * lift * q + smoothing / TOKENS
        start = counts / counts.sum(axis=1, keepdims=True)
        for size in np.linspace(0.0, 2 * F, 13 if quick else 25):
            after = start + size * (r - lift * q - (1 - lift) * start)
            left = np.linalg.norm(after - oracle) / np.linalg.norm(start - oracle)
            rows.append((smoothing, size, left))
    table = ink.columns(("smoothing", "size", "left"), rows)
    lifts = np.linspace(0.0, 1.8, 7 if quick else 13)
    return table | {"lift": lifts, "flow": np.array([_flow(r[0], q[0], each) for each in lifts])}


def _flow(r: Array, q: Array, lift: float) -> float:
    """Return what the flow of one context leaves when it is stopped at f, with its side."""
    r, q = (r + 1 / TOKENS) / 2, (q + 1 / TOKENS) / 2  # no token dies out before f
    lift = max(lift, 1e-6)
    counts = (1 - F) * r + F * lift * q
    start = counts / counts.sum()
    run = solve_ivp(lambda _, pi: r - lift * q - (1 - lift) * pi, (0, F), start, rtol=1e-10)
    return float((run.y[:, -1] - r) @ (start - r) / ((start - r) @ (start - r)))


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.4, 4.4))
    for k, smoothing in enumerate(SMOOTHING):
        part = table["smoothing"] == smoothing
        best = F / (1 + smoothing)
        size = np.linspace(0, 2 * F, 400)
        exact = np.abs(1 - size / best)
        found = table["size"][part], table["left"][part]
        name = rf"$\varsigma={smoothing:g}$"
        ink.pair(left, k, (size, exact), found, name, ("exact", "steps"))
        left.axvline(best, color=ink.COLOURS[k], linestyle=":")
    left.set(
        xlabel=r"size of the step $\eta$", ylabel="part of the distance left", title="one step"
    )
    lift = np.linspace(0.0, 1.9, 400)
    labels = np.full(TOKENS, 1 / TOKENS)
    exact = theory.one_natural_step(labels, labels, lift, F, 0.0).flow_left
    found = table["lift"], table["flow"]
    ink.pair(right, 2, (lift, exact), found, "the flow stopped at f", ("exact", "integrated"))
    half = F * (1 - lift) / 2
    right.plot(lift, half, color=ink.GREY, linestyle="--", label=r"$f(1-\rho)/2$")
    right.axhline(0.0, color="black", linewidth=1.0)
    right.set(xlabel=r"lift $\rho$", ylabel="part left (below 0: passed)", title="the flow instead")
    return ink.with_legend(figure, [left, right], 3)
