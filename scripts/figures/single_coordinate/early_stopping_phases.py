"""Only above lift 1 does the stopping time decide: there the flow passes through the oracle."""

import numpy as np

from logreg_unlearn.problem.losses import Array, get_loss
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import single_coordinate as theory
from logreg_unlearn.unlearn.batched import descend, stack

from .. import ink
from ._block import LOSSES, ROWS, block, flow

S, TOP = 0.5, 2.45
SHOWN, N_FORGET = (0.05, 0.6, 1.4, 2.0), 8
STEPS_A_UNIT = 50
"""Steps per unit of ridge times time: short enough to follow the flow."""
PHASES = ("helps", "harms at once", "passes through the oracle, leaves", "diverges")
FILLS = (ink.HELPED, ink.HARMED, ink.COLOURS[2], ink.GREY)
CAPTION = (
    f"Top: what descent-ascent with small steps does from the original (markers, s = {S:g}) over "
    "the exact regions f/(1+f), 1 and 1 + 1/(e s); bottom: distance over time for one lift of "
    "each region (f = 0.2), and the time of passing the oracle, exact and observed. Only above "
    "lift 1 does the stopping time decide, for there the flow runs exactly through the oracle and "
    "then away from it; from f/(1+f) up to 1 every step harms, and below every step helps."
)


def compute(quick: bool = False) -> ink.Table:
    """Return phases over a grid, a flow for each phase, and the times of passing the oracle."""
    sizes = range(2, 39, 9 if quick else 2)
    # off the boundaries: there the flow does not move, or for ever
    cells = [(n, lift) for n in sizes for lift in np.arange(0.07, 2.4, 0.51 if quick else 0.1)]
    rows = [
        (loss, n / ROWS, lift, phase)
        for loss in LOSSES for (n, lift), phase in zip(cells, _phases(cells, loss), strict=True)
    ]  # fmt: skip
    flows = []
    for lift in SHOWN:
        path = flow(block(S, lift, N_FORGET, "exponential"), per_unit=400, steps=12_000)
        ratio = path.distance / path.distance[0]
        flows += [(lift, *at) for at in zip(path.steps / 400, ratio, strict=True)]
    lifts = np.linspace(1.1, 2.4, 5 if quick else 14)
    return {
        **ink.columns(("loss", "fraction", "lift", "phase"), rows),
        "time_lift": lifts,
        **{f"time {loss}": np.array([_passing(rho, loss) for rho in lifts]) for loss in LOSSES},
        **ink.columns(("flow_lift", "flow_time", "flow_ratio"), flows),
    }


def _phases(cells: list[tuple[int, float]], loss: str) -> Array:
    """Read the phase of every cell from nothing but the iterates."""
    problems = [block(S, lift, n_forget, loss) for n_forget, lift in cells]
    oracles = np.array([minimise(problem.oracle()).w for problem in problems])
    originals = np.array([minimise(problem.original()).w for problem in problems])
    step_size = np.array([1.0 / (STEPS_A_UNIT * problem.ridge) for problem in problems])
    ascent = stack([problem.descent_ascent() for problem in problems])
    flows = descend(ascent, originals, step_size, steps=4_000)
    beyond = (flows.w - oracles)[..., 0]
    phase = np.where(np.abs(beyond[-1]) < np.abs(beyond[0]), PHASES[0], PHASES[1])
    phase = np.where(np.any(np.sign(beyond) * np.sign(beyond[0]) < 0, axis=0), PHASES[2], phase)
    return np.where(flows.diverged, PHASES[3], phase)


def _passing(lift: float, loss: str) -> float:
    """Return ridge times the time at which the flow passes the oracle."""
    path = flow(block(S, lift, N_FORGET, loss), per_unit=4_000, steps=2_000)
    beyond = path.w[:, 0] - path.oracle.w[0]
    # decreasing; only a bracket of the sign change matters
    j = int(np.argmax(beyond <= 0.0))
    weight = beyond[j - 1] / (beyond[j - 1] - beyond[j])
    return float(path.steps[j - 1] + weight * (path.steps[j] - path.steps[j - 1])) / 4_000


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(2, 2, size=(9.4, 8.2), height_ratios=(1.25, 1.0))
    axes[1].sharey(axes[0])
    for ax, loss in zip(axes[:2], LOSSES, strict=True):
        _draw_phases(ax, loss, table)
    axes[0].set_ylabel(r"lift $\rho$")
    left, right = axes[2:]
    for k, lift in enumerate(SHOWN):
        part = table["flow_lift"] == lift
        label = rf"$\rho={lift:g}$: {PHASES[k].partition(' ')[0]}"
        time, ratio = table["flow_time"][part], table["flow_ratio"][part]
        ink.curve(left, k, time, ratio, label, color=FILLS[k])
    ink.unity(left)
    left.set(xscale="log", yscale="log", xlim=(2.5e-3, 30.0), ylim=(1e-2, 1e2), ylabel=ink.RATIO)
    left.set(xlabel=r"$\lambda\,\times$ time of the flow", title="exponential loss, $f=0.2$")
    lifts = np.linspace(1.001, 2.4, 200)
    for k, loss in enumerate(LOSSES):
        exact = theory.early_stopping_phases(S, lifts, N_FORGET / ROWS, loss).oracle_time
        found = table["time_lift"], table[f"time {loss}"]
        ink.pair(right, k, (lifts, exact), found, loss, ("exact integral", "iterations"))
    right.set(xlabel=r"lift $\rho$", ylabel=r"$\lambda\,\times$ time of passing the oracle")
    right.set(title="$f=0.2$", ylim=(0.0, None))
    for ax in (left, right):
        ax.legend(loc="lower right")
    return ink.with_legend(figure, axes[0], 4)


def _draw_phases(ax: ink.Axes, loss: str, table: ink.Table) -> None:
    """Draw the phases of one loss over the exact regions."""
    f = np.linspace(0.0, 1.0, 300)[1:-1]
    edges = [np.zeros_like(f), theory.harm_threshold(f), np.ones_like(f)]
    labels = [(1.0, r"$1$"), (0.5, r"$\frac{f}{1+f}$")]
    if get_loss(loss).unbounded:
        fold = float(theory.da_branches(S, 1.0).fold)
        edges.append(np.full_like(f, fold))
        labels.append((fold, r"$1+\frac{1}{es}$"))
    for edge in edges[1:]:
        ax.plot(f, edge, color="black", linewidth=1.3)
    edges.append(np.full_like(f, TOP))
    for low, high, colour in zip(edges, edges[1:], FILLS, strict=False):
        ax.fill_between(f, low, high, color=colour, alpha=0.16, linewidth=0)
    for name, marker, colour in zip(PHASES, "os^x", FILLS, strict=True):
        part = (table["loss"] == loss) & (table["phase"] == name)
        ink.kind(ax, part, (table["fraction"], table["lift"]), marker, colour, name)
    for y, text in labels:
        ax.text(1.02, y, text, va="center", fontsize=12 if "frac" in text else 10)
    ax.grid(False)
    ax.set(xlim=(0.0, 1.0), ylim=(0.0, TOP), title=f"{loss} loss", xlabel=r"forget fraction $f$")
