"""Fine-tuning after descent-ascent can end at a minimum that is not the best (Fig. 5)."""

import numpy as np

from logreg_unlearn.theory import nonconvex_toy as theory
from logreg_unlearn.theory.nonconvex_toy import Kind, Landscape, Reading, ToyObjective

from .. import ink
from ._reading import DEFAULT, W1, W2, described, plain, reading_of, verdict

OBJECTIVES = {
    "pretrained, weights (5, 4, 1, 4)": theory.pretrained_objective,
    "descent\N{EN DASH}ascent, weights (5, 4, 1, 0)": theory.descent_ascent_objective,
    "retrained, weights (5, 4, 1, 2)": theory.retrained_objective,
}
ASCENT, TUNING = "descent\N{EN DASH}ascent flow", "fine-tuning flow"


def CAPTION(table: ink.Table) -> str:
    return (
        "Objective, all stationary points (certified), boundaries of the basins and gradient "
        "flows of the toy with samples at x = -1, 1, 3 and 4, two of the four at x = 4 to be "
        f"forgotten (one reading of the text: {plain(reading_of(table))}, ridge 0.1). "
        f"Descent-ascent ends at its only stationary point; {table['outcome'][0]}."
    )


def compute(quick: bool = False, reading: Reading = DEFAULT) -> ink.Table:
    """Return stationary points, boundaries of basins and both flows, of one reading."""
    da, trap = theory.toy_da_landscape(reading), theory.toy_trap(reading)
    landscapes = (da.pretrained, da.descent_ascent, trap.retrained)
    rows: list[tuple[object, ...]] = []
    for (title, objective), landscape in zip(OBJECTIVES.items(), landscapes, strict=True):
        for p in landscape.points:
            rows.append((title, p.kind.name, *p.w, p.value, p.decisions))
        for w in _boundaries(objective(reading), landscape, 60 if quick else 200):
            rows.append((title, "BOUNDARY", *w, np.nan, ""))
    followed = list(OBJECTIVES.values())[1:]
    flows = (da.flow, trap.fine_tuning)
    for label, objective, flow in zip((ASCENT, TUNING), followed, flows, strict=True):
        path = _whole(objective(reading), flow)
        rows += [(label, "FLOW", *w, np.nan, "") for w in path]
    table = ink.columns(("panel", "what", "w1", "w2", "J", "decisions"), rows)
    return table | {"reading": np.array([reading.name]), "outcome": np.array([_outcome(trap)])}


def _outcome(trap: theory.Trap) -> str:
    """Say what fine-tuning from descent-ascent's point does."""
    end, best = trap.fine_tuning.minimum, trap.retrained.minima[0]
    if trap.holds:
        return f"fine-tuning is trapped, {trap.depth:.3g} below the saddle"
    if end == best and best.decisions == theory.M1:
        return "fine-tuning recovers M1: no trap"
    return "fine-tuning reaches the retrained global minimum, which is not M1"


def _whole(objective: ToyObjective, flow: theory.Flow) -> np.ndarray:
    """Return a flow's points, continued from the certified ball into its minimum."""
    # 1/mu is the slowest relaxation that the ridge allows
    times = np.geomspace(1e-4, 3.0, 40) / objective.mu
    return np.vstack([flow.w, *[theory.integrate(objective, flow.w[-1], t) for t in times]])


def _boundaries(objective: ToyObjective, landscape: Landscape, count: int) -> np.ndarray:
    """Return each saddle's stable curve, from end to end, with a row of NaN after it."""
    from scipy.integrate import solve_ivp

    def uphill(_: float, w: np.ndarray) -> np.ndarray:
        gradient = objective.gradient(w)
        return np.asarray(gradient / (np.linalg.norm(gradient) + 1e-4))  # by length, not by time

    parts = [np.empty((0, 2))]
    for saddle in landscape.saddles:
        # what flows into the saddle comes along the eigenvector of the positive eigenvalue
        along = 1e-4 * np.linalg.eigh(objective.hessian(np.array(saddle.w)))[1][:, 1]
        length = np.linspace(0.0, 4.0, count)
        ends = (np.array(saddle.w) - along, np.array(saddle.w) + along)
        low, high = (
            solve_ivp(uphill, (0.0, 4.0), w, t_eval=length, rtol=1e-8, atol=1e-10).y.T for w in ends
        )
        parts += [low[::-1], high, np.full((1, 2), np.nan)]
    return np.vstack(parts)


def draw(table: ink.Table) -> ink.Figure:
    reading = reading_of(table)
    figure, axes = ink.panels(3, size=(12.4, 5.4), sharex=True, sharey=True)
    w, of = np.stack([table["w1"], table["w2"]]), table["panel"]
    places = w[:, np.isin(table["what"], [kind.name for kind in Kind])]
    centre, span = (places.max(1) + places.min(1)) / 2, np.ptp(places, axis=1)
    half = np.maximum(0.9 * span, [0.6, 0.45])
    first, second = (np.linspace(c - h, c + h, 160) for c, h in zip(centre, half, strict=True))
    grid = np.stack(np.meshgrid(first, second), axis=-1)
    for ax, (title, objective) in zip(axes, OBJECTIVES.items(), strict=True):
        value = objective(reading).value(grid)
        # quantiles: valleys and plateaus get lines alike
        levels = np.unique(np.quantile(value, np.linspace(0.01, 0.99, 18)))
        ax.contour(first, second, value, levels=levels, colors=ink.GREY, linewidths=0.6)
        inside = of == title
        _draw_points(ax, title, {key: table[key][inside] for key in ("what", "J", "decisions")},
                     w[:, inside])  # fmt: skip
        ax.grid(False)
        ax.set(xlabel=W1, xlim=first[[0, -1]], ylim=second[[0, -1]])
    axes[0].set_ylabel(W2)
    axes[2].plot(*w[:, of == ASCENT], color=ink.COLOURS[1], linewidth=1.0)
    for ax, label, k, line in ((axes[1], ASCENT, 1, "-"), (axes[2], TUNING, 0, "--")):
        path = w[:, of == label]
        ax.plot(*path, color=ink.COLOURS[k], linestyle=line, linewidth=2.4, label=label)
        ax.plot(*path[:, 0], "D", color=ink.COLOURS[k], mfc="white", ms=6)
    for look, size, label in (("o", 9, "lowest minimum"), ("o", 6, "higher minimum")):
        axes[0].plot([], [], look, color="black", ms=size, label=label)
    axes[0].plot([], [], "X", color="black", mfc="white", ms=8, label="saddle")
    axes[0].plot([], [], "D", color=ink.GREY, mfc="white", ms=6, label="start of a flow")
    weights = r"weights of the samples at $x=-1, 1, 3, 4$"
    figure.suptitle(f"{described(reading)}\n{weights}; {table['outcome'][0]}", fontsize=10)
    return ink.with_legend(figure, axes, 4)


def _draw_points(ax: ink.Axes, title: str, of: ink.Table, w: np.ndarray) -> None:
    """Draw minima as discs (the lowest one larger), others as crosses, and the boundaries."""
    line = of["what"] == "BOUNDARY"
    if line.any():
        ax.plot(*w[:, line], color="black", linestyle="-.", linewidth=1.4,
                label="boundary between basins")  # fmt: skip
    minima, texts = of["what"] == Kind.MINIMUM.name, [title]
    for at in np.flatnonzero(minima):
        lowest = of["J"][at] == of["J"][minima].min()
        ax.plot(*w[:, at], "o", color="black", ms=9 if lowest else 6, zorder=4)
        texts.append(f"{verdict(of['decisions'][at])}: objective {of['J'][at]:.3f}")
    ax.plot(*w[:, ~line & ~minima], "X", color="black", mfc="white", ms=9, zorder=4)
    ax.set_title("\n".join(texts), fontsize=9)
