"""Figures of the non-convex toy: landscapes, flows and basins, the critical time, the ridge.

The paper leaves its targets, its reduction, its ridge term and its sigmoid open; ``--reading``
chooses, and every figure says which.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from _common import entry, parser, progress
from _figures import Drawing, write

import numpy as np

from logreg_unlearn import plots
from logreg_unlearn.files import writable_folder
from logreg_unlearn.theory import nonconvex_toy as theory
from logreg_unlearn.theory.nonconvex_toy import (
    READINGS,
    Kind,
    Landscape,
    Reading,
    ToyObjective,
    stationary_points,
)

DEFAULT = Reading.from_name("zero_one-sum-half-probable")
_SIGNS = {"+": "+", "-": "\N{MINUS SIGN}"}


def describe(reading: Reading) -> str:
    """Return the reading in words and symbols, for a figure's title."""
    sigmoid = r"$\sigma((1+z)/2)$" if reading.sigmoid.value == 0.5 else r"$\sigma(1+z)$"
    targets = reading.target.value.replace("-", "\N{MINUS SIGN}").replace("h", "$h$")
    half = r"\frac{\lambda}{2}" if reading.ridge_term.name == "HALF" else r"\lambda"
    ridge = rf"${half}\|w\|^2$"
    return f"{targets}; {reading.reduction.name.lower()}; {ridge}, $\\lambda=0.1$; $h=${sigmoid}"


def verdict(signs: str) -> str:
    """Return decisions in words: which positions are right."""
    right = [x for x, s, label in zip((-1, 1, 3, 4), signs, "-+-+", strict=True) if s == label]
    kind = {theory.M1: "$M_1$: ", theory.M2: "$M_2$: "}.get(signs, "")
    places = ", ".join(str(x).replace("-", "\N{MINUS SIGN}") for x in right)
    return f"{kind}right at $x=$ {places}" if right else "all wrong"


def toy_trap(quick: bool = False, reading: Reading = DEFAULT) -> Drawing:
    """The paper's Fig. 5: three landscapes, all stationary points, both flows, the basins."""
    da, trap = theory.toy_da_landscape(reading), theory.toy_trap(reading)
    panels: tuple[tuple[str, ToyObjective, Landscape], ...] = (
        ("pretrained, weights (5, 4, 1, 4)", theory.pretrained_objective(reading), da.pretrained),
        ("descent\N{EN DASH}ascent, weights (5, 4, 1, 0)",
         theory.descent_ascent_objective(reading), da.descent_ascent),
        ("retrained, weights (5, 4, 1, 2)", theory.retrained_objective(reading), trap.retrained),
    )  # fmt: skip
    places = np.array([p.w for _, _, landscape in panels for p in landscape.points])
    centre, span = (places.max(0) + places.min(0)) / 2, np.ptp(places, axis=0)
    half = np.maximum(0.9 * span, [0.6, 0.45])
    count = 60 if quick else 160
    first = np.linspace(centre[0] - half[0], centre[0] + half[0], count)
    second = np.linspace(centre[1] - half[1], centre[1] + half[1], count)
    grid = np.stack(np.meshgrid(first, second), axis=-1)
    rows: dict[str, list[Any]] = {
        key: [] for key in ("panel", "what", "w1", "w2", "J", "decisions")
    }
    with plots.style():
        figure, axes = plots.new_figure(1, 3, size=(12.4, 5.2), sharex=True, sharey=True)
        for ax, (title, objective, landscape) in zip(axes[0], panels, strict=True):
            value = objective.value(grid)
            lowest = landscape.minima[0].value
            # quantiles: valleys and plateaus get lines alike
            levels = np.unique(np.quantile(value, np.linspace(0.01, 0.99, 18)))
            if len(landscape.minima) > 1:
                coarse = [np.linspace(v[0], v[-1], 24 if quick else 70) for v in (first, second)]
                basin = basins(objective, landscape, np.stack(np.meshgrid(*coarse), axis=-1))
                ax.contourf(
                    *coarse, basin, levels=[-0.5, 0.5, 1.5, 2.5],
                    colors=["#FFFFFF", "#D9D9D9", "#BFBFBF"],
                )  # fmt: skip
            ax.contour(first, second, value, levels=levels, colors=plots.GREY, linewidths=0.6)
            for point in landscape.points:
                mark(ax, point, lowest)
                for key, cell in zip(
                    rows, (title, point.kind.name, *point.w, point.value, point.decisions),
                    strict=True,
                ):  # fmt: skip
                    rows[key].append(cell)
            lines = [verdict(p.decisions) + (f"  ($J={p.value:.3f}$)") for p in landscape.minima]
            ax.set_title(title + "\n" + "\n".join(lines), fontsize=9)
            ax.set_xlabel(r"$w_1$ (weight of $x$)")
            ax.grid(False)
        axes[0, 0].set_ylabel(r"$w_2$ (weight of $x^2$)")
        ascent = whole_path(panels[1][1], da.flow)
        tuning = whole_path(panels[2][1], trap.fine_tuning)
        axes[0, 2].plot(*ascent.T, color=plots.COLOURS[1], linewidth=1.0)
        flows = (
            (axes[0, 1], "descent\N{EN DASH}ascent flow", ascent, 1, "-"),
            (axes[0, 2], "fine-tuning flow", tuning, 0, "--"),
        )
        for ax, label, path, colour, line in flows:
            ax.plot(
                *path.T, color=plots.COLOURS[colour], linestyle=line, linewidth=2.4, label=label
            )
            ax.plot(*path[0], "D", color=plots.COLOURS[colour], mfc="white", ms=6)
            for w in path:
                for key, cell in zip(rows, (label, "FLOW", *w, "", ""), strict=True):
                    rows[key].append(cell)
        for ax in axes[0]:
            ax.plot([], [], "o", color="black", ms=7, label="minimum")
            ax.plot([], [], "X", color="black", mfc="white", ms=8, label="saddle")
            ax.plot([], [], "D", color=plots.GREY, mfc="white", ms=6, label="start of a flow")
            ax.fill_between([], [], color="#D9D9D9", label="basin of the higher minimum")
        figure.suptitle(describe(reading) + "; " + outcome(trap))
        plots.legend_below(figure, axes, columns=6)
    caption = (
        f"Objective, all stationary points (certified) and gradient flows of the toy under one "
        f"reading ({reading.name}), with lambda = 0.1 and two of four samples at x = 4 "
        f"forgotten. Descent-ascent ends at its only stationary point; {outcome(trap)}."
    )
    return Drawing(figure, rows, caption)


def outcome(trap: theory.Trap) -> str:
    """Say what fine-tuning from descent-ascent's point does."""
    end, best = trap.fine_tuning.minimum, trap.retrained.minima[0]
    if trap.holds:
        return f"fine-tuning is trapped, {trap.depth:.3g} below the saddle"
    if end == best and best.decisions == theory.M1:
        return "fine-tuning recovers M1: no trap"
    return "fine-tuning reaches the retrained global minimum, which is not M1"


def whole_path(objective: ToyObjective, flow: theory.Flow) -> np.ndarray:
    """Return a flow's points, continued from the certified ball into its minimum."""
    # 1/mu is the slowest relaxation that the ridge allows
    times = np.geomspace(1e-4, 3.0, 40) / objective.mu
    beyond = [theory.integrate(objective, flow.w[-1], time) for time in times]
    return np.vstack([flow.w, *beyond])


def basins(objective: ToyObjective, landscape: Landscape, grid: np.ndarray) -> np.ndarray:
    """Return, for each point of a grid (..., 2), the index of the minimum it descends to."""
    bend = np.abs(np.linalg.eigvalsh(objective.hessian(grid))).max()
    w = grid.copy()
    for _ in range(4000):
        w = w - objective.gradient(w) / bend
    places = np.array([p.w for p in landscape.minima])
    return np.asarray(np.argmin(np.linalg.norm(w[..., None, :] - places, axis=-1), axis=-1))


def mark(ax: Any, point: Any, lowest: float) -> None:
    """Draw a stationary point: minima as discs (the global one larger), others as crosses."""
    if point.kind is Kind.MINIMUM:
        ax.plot(*point.w, "o", color="black", ms=9 if point.value == lowest else 6, zorder=4)
    else:
        ax.plot(*point.w, "X", color="black", mfc="white", ms=9, zorder=4)


def toy_irreversibility_needs_long_ascent(
    quick: bool = False, reading: Reading = DEFAULT
) -> Drawing:
    """The critical ascent time: what fine-tuning reaches against when the ascent stopped."""
    critical = theory.toy_irreversibility_needs_long_ascent(reading, relative_width=1e-6)
    start = stationary_points(theory.pretrained_objective(reading)).minima[0].w
    ascent, retrained = (
        theory.descent_ascent_objective(reading), theory.retrained_objective(reading)
    )  # fmt: skip
    target = stationary_points(retrained)
    centre = critical.low if critical.exists else 1.0
    times = np.geomspace(centre / 30, centre * 30, 16 if quick else 60)
    stops = np.array([theory.integrate(ascent, start, time) for time in times])
    ends = [theory.gradient_flow(retrained, w, target).minimum for w in stops]
    final = np.array([np.nan if end is None else end.value for end in ends])
    at_stop = retrained.value(stops)
    best = target.minima[0].value
    with plots.style():
        figure, axes = plots.new_figure(size=(7.4, 4.4))
        ax = axes[0, 0]
        ax.set_xscale("log")
        ax.plot(
            times, at_stop, color=plots.COLOURS[1], linestyle="--", label="where the ascent stops"
        )
        ax.plot(times, final, "o", color=plots.COLOURS[0], mfc="white", label="after fine-tuning")
        for minimum in target.minima:
            ax.axhline(minimum.value, color=plots.GREY, linewidth=0.8)
            name = verdict(minimum.decisions)
            ax.annotate(
                name, (times[0], minimum.value), (0, 7), textcoords="offset points", fontsize=8.5
            )
        if critical.exists:
            ax.axvline(
                critical.low, color="black", linestyle=":",
                label=f"critical time $t^*={critical.low:.6g}$",
            )  # fmt: skip
        ax.set_ylim(best - 0.08 * (at_stop.max() - best), at_stop.max() * 1.05)
        ax.set_xlabel("time $t$ of descent\N{EN DASH}ascent flow before fine-tuning")
        ax.set_ylabel("retrained objective $J$")
        ax.set_title(describe(reading))
        figure.legend(loc="outside lower center", ncols=3)
    story = (
        f"up to t* = {critical.low:.6g} (bracket to {critical.high:.6g}) fine-tuning ends where "
        f"it would have without ascent, beyond it elsewhere"
        if critical.exists
        else "whenever the ascent stops, fine-tuning ends at the same minimum"
    )
    caption = (
        f"The retrained objective where descent-ascent stops and where fine-tuning then ends, "
        f"against the stopping time, for the reading {reading.name} with lambda = 0.1. In this "
        f"reading, {story}."
    )
    table = {
        "time": times, "w1_stop": stops[:, 0], "w2_stop": stops[:, 1], "J_stop": at_stop,
        "J_after_fine_tuning": final,
        "decisions": ["" if end is None else end.decisions for end in ends],
        "critical_low": [critical.low], "critical_high": [critical.high],
    }  # fmt: skip
    return Drawing(figure, table, caption)


def toy_ridge_is_not_radial(quick: bool = False, reading: Reading = DEFAULT) -> Drawing:
    """The pretrained minimiser's path in the weight plane, its direction, and its minima."""
    ridges = np.geomspace(0.01, 100.0, 17 if quick else 49)
    scan = theory.toy_ridge_is_not_radial(ridges, reading)
    minima, base = np.array(scan.minima), int(np.argmin(np.abs(ridges - 0.1)))
    with plots.style():
        figure, axes = plots.new_figure(1, 2, size=(9.8, 4.2))
        left, right = axes[0]
        left.plot(*scan.w.T, color=plots.COLOURS[0], label="minimiser as the ridge changes")
        ray = scan.w[base] * np.linspace(0.0, scan.w[:, 0].max() / scan.w[base, 0], 2)[:, None]
        left.plot(*ray.T, color=plots.COLOURS[1], linestyle="--", label=r"ray of $\lambda=0.1$")
        for signs, marker in zip(dict.fromkeys(scan.decisions), plots.MARKERS, strict=False):
            chosen = np.array([each == signs for each in scan.decisions])
            words = "decisions " + " ".join(_SIGNS[s] for s in signs)
            left.plot(*scan.w[chosen].T, marker, color="black", mfc="white", ls="", label=words)
        left.set_xlabel(r"$w_1$ (weight of $x$)")
        left.set_ylabel(r"$w_2$ (weight of $x^2$)")
        right.set_xscale("log")
        right.plot(ridges, np.rad2deg(scan.angle), color=plots.COLOURS[0])
        right.axhline(
            np.rad2deg(scan.angle[base]), color=plots.COLOURS[1], linestyle="--",
            label="radial response",
        )  # fmt: skip
        several = minima > 1
        if several.any():
            right.axvspan(
                ridges[several][0], ridges[several][-1], color="#E0E0E0",
                label=f"{minima.max()} local minima (elsewhere 1)",
            )  # fmt: skip
        right.set_xlabel(r"ridge $\lambda$")
        right.set_ylabel("direction of the minimiser (degrees)")
        right.legend(loc="center left", frameon=True)
        figure.suptitle(describe(reading).replace(r", $\lambda=0.1$", "") + "; pretrained")
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    caption = (
        f"The pretrained global minimiser against the ridge (reading {reading.name}), in the "
        "weight plane and as a direction. A radial response would stay on the dashed line: the "
        "direction turns, decisions flip, and local minima appear and disappear."
    )
    table = {
        "ridge": ridges, "w1": scan.w[:, 0], "w2": scan.w[:, 1], "angle": scan.angle,
        "turning": scan.turning, "decisions": scan.decisions, "minima": scan.minima,
    }  # fmt: skip
    return Drawing(figure, table, caption)


FIGURES: tuple[Callable[..., Drawing], ...] = (
    toy_trap,
    toy_irreversibility_needs_long_ascent,
    toy_ridge_is_not_radial,
)


def main() -> int:
    """Write the figures of one reading, or of all of them, each in its own folder."""
    made = parser(__doc__ or "", "results/nonconvex_toy", "coarser grids, for a first look")
    names = [reading.name for reading in READINGS]
    made.add_argument(
        "--reading", default=DEFAULT.name, metavar="NAME", help=f"all, or one of {', '.join(names)}"
    )
    slugs = [figure.__name__ for figure in FIGURES]
    made.add_argument("--only", action="append", choices=slugs, help="one figure; repeatable")
    options = made.parse_args()
    chosen = [f for f in FIGURES if not options.only or f.__name__ in options.only]
    all_of_them = options.reading == "all"
    readings = READINGS if all_of_them else (Reading.from_name(options.reading),)
    folder = writable_folder(options.out)
    written: list[Path] = []
    with progress(len(readings) * len(chosen), "nonconvex_toy") as report:
        for reading in readings:
            place = writable_folder(folder / reading.name) if all_of_them else folder
            for function in chosen:
                write(function.__name__, function(options.quick, reading), place)
                written.append(place / f"{function.__name__}.png")
                report(1)
    print(*written, sep="\n")
    return 0


if __name__ == "__main__":
    entry(main)
