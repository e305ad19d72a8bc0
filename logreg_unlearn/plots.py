"""Figures: arrays in, ``Figure`` out; one style and one palette for all of them.

The palette is Okabe and Ito's, which survives colour blindness; every series also has a marker
and a line style of its own, so grey print loses nothing.  Nothing here reads files or
arguments, and no global state of matplotlib changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
GREY = "#666666"
HELPED, HARMED = "#0072B2", "#D55E00"

_STYLE = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "legend.fontsize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "figure.dpi": 100,
    "savefig.dpi": 160,
    "svg.hashsalt": "logreg-unlearn",
    "svg.fonttype": "path",
}


@contextmanager
def style() -> Iterator[None]:
    """Apply the project's style to what is drawn and saved inside the block."""
    import matplotlib

    with matplotlib.rc_context(_STYLE):
        yield


def new_figure(
    rows: int = 1, columns: int = 1, *, size: tuple[float, float] = (6.4, 4.0), **options: Any
) -> tuple[Figure, np.ndarray]:
    """Return a figure and its axes as an array of shape (rows, columns).

    Parameters
    ----------
    rows, columns : int
    size : tuple of float
        Width and height in inches.
    **options
        Passed on to ``Figure.subplots`` (``sharex``, ``sharey``, ``width_ratios`` ...).
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def save(figure: Figure, folder: Path, name: str) -> tuple[Path, Path]:
    """Write ``name.png`` and ``name.svg`` into a folder; equal figures give equal bytes."""
    paths = folder / f"{name}.png", folder / f"{name}.svg"
    figure.savefig(paths[0])
    figure.savefig(paths[1], metadata={"Date": None})
    return paths


def _of(cycle: tuple[Any, ...], k: int) -> Any:
    """Return the k-th look of a cycle; the eighth series looks like the first."""
    return cycle[k % len(cycle)]


def mark_unity(axes: Axes, label: str = "as far as the original model") -> None:
    """Draw the line at ratio 1: above it, unlearning was worse than doing nothing."""
    axes.axhline(1.0, color="black", linewidth=1.0, zorder=1, label=label)


def blocks(panels: Sequence[dict[str, Any]], columns: int) -> Figure:
    """Draw the ratio to the original's distance against the lift of one block.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``; ``harm``, the sharp threshold f/(1+f); ``series``, a list of dicts with
        ``label``, ``lift`` and ``ratio`` (the iterations), ``diverged`` (their lifts),
        ``curve_lift`` and ``curve_ratio`` (the closed form) and ``fold`` (None: no fold).
        ``harm`` and the curve are None for methods that have no closed form.
    columns : int
        Panels a row.
    """
    rows = -(-len(panels) // columns)
    with style():
        figure, axes = new_figure(
            rows, columns, size=(3.6 * columns + 1.2, 3.1 * rows + 0.4), sharex=True, sharey=True
        )
        for panel, ax in zip(panels, axes.flat, strict=True):
            ax.set_yscale("log")
            mark_unity(ax)
            if panel["harm"] is not None:
                ax.axvline(
                    panel["harm"], color="black", linestyle=":", linewidth=1.4,
                    label=r"theory: farther beyond $\rho=f/(1+f)$",
                )  # fmt: skip
            for k, series in enumerate(panel["series"]):
                colour = _of(COLOURS, k)
                if series["curve_ratio"] is not None:
                    ax.plot(
                        series["curve_lift"], series["curve_ratio"], color=colour,
                        linestyle=_of(LINES, k), label=f"{series['label']}: closed form",
                    )  # fmt: skip
                ax.plot(
                    series["lift"], series["ratio"], _of(MARKERS, k), color=colour, mfc="white",
                    label=f"{series['label']}: iterations",
                )  # fmt: skip
                if len(series["diverged"]):
                    ax.plot(
                        series["diverged"], np.full(len(series["diverged"]), 3e3 * 2.5**k),
                        "x", color=colour,
                    )  # fmt: skip
                if series["fold"] is not None:
                    ax.axvline(series["fold"], color=colour, linestyle=_of(LINES, k), linewidth=0.9)
            ax.plot([], [], "kx", label=r"diverged (thin lines: the fold $1+1/(es)$)")
            ax.set_title(panel["title"])
            ax.set_ylim(1e-2, 5e4)
        for ax in axes[-1]:
            ax.set_xlabel(r"lift $\rho$ of the block in the forget set")
        for ax in axes[:, 0]:
            ax.set_ylabel("distance to oracle / original's")
        _legend(figure, axes, columns=4)
    return figure


def directions(panels: Sequence[dict[str, Any]]) -> Figure:
    """Draw the final ratio over ``epsilon`` and ``alpha`` for two correlated directions.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``, ``epsilon`` (E,), ``alpha`` (A,), ``ratio`` (A, E; inf: diverged), and
        ``fold``, None or a pair of arrays (epsilon, alpha) on the existence boundary.
    """
    from matplotlib.colors import ListedColormap, LogNorm

    with style():
        figure, axes = new_figure(1, len(panels), size=(4.6 * len(panels) + 1.0, 4.3), sharey=True)
        for panel, ax in zip(panels, axes.flat, strict=True):
            ratio = np.asarray(panel["ratio"])
            finite = np.ma.masked_invalid(ratio)
            mesh = ax.pcolormesh(
                panel["epsilon"], panel["alpha"], finite, cmap="PuOr_r", shading="nearest",
                norm=LogNorm(0.1, 10.0),
            )  # fmt: skip
            diverged = np.ma.masked_where(np.isfinite(ratio), np.ones_like(ratio))
            if diverged.count():
                ax.pcolormesh(
                    panel["epsilon"], panel["alpha"], diverged, cmap=ListedColormap(["#333333"]),
                    shading="nearest",
                )  # fmt: skip
                ax.plot([], [], "s", color="#333333", label="diverged")
            if min(ratio.shape) > 1 and finite.count():
                filled = np.where(np.isfinite(ratio), ratio, 100.0)
                ax.contour(
                    panel["epsilon"], panel["alpha"], filled, levels=[1.0], colors="black",
                    linewidths=1.2,
                )  # fmt: skip
                ax.plot([], [], color="black", linewidth=1.2, label="as far as the original")
            if panel["fold"] is not None:
                ax.plot(
                    *panel["fold"], color=COLOURS[2], linewidth=2.4, linestyle="--",
                    label="theory: no stationary point above",
                )  # fmt: skip
            ax.set_title(panel["title"])
            ax.set_xlabel(r"$\varepsilon$, overlap of the two directions")
            ax.set_ylim(0.0, float(np.max(panel["alpha"])) * 1.06)
            ax.grid(False)
        axes[0, 0].set_ylabel(r"$\alpha$, forgotten per retained sample in the plane")
        _legend(figure, axes, columns=3)
        bar = figure.colorbar(mesh, ax=axes.ravel().tolist(), extend="both", shrink=0.9)
        bar.set_label("distance to oracle / original's")
    return figure


def gaussian(panels: Sequence[dict[str, Any]], columns: int) -> Figure:
    """Draw ratios against the correlation of the class means, a panel per forget fraction.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``; ``overshoot``, the predicted ratio n_R/n_F; ``strong_ridge``, the
        correlation beyond which a strong ridge harms (None: everywhere or nowhere; both are
        None for methods other than descent-ascent);
        ``series``, a list of dicts with ``label``, ``correlation`` (C,), and ``final``,
        ``best`` of shape (3, C): 5 %, 50 %, 95 % quantiles over the seeds (inf: diverged).
    columns : int
        Panels a row.
    """
    with style():
        rows = -(-len(panels) // columns)
        figure, axes = new_figure(
            rows, columns, size=(3.5 * columns + 1.0, 3.0 * rows + 1.3), sharex=True, sharey=True
        )
        finals = np.concatenate([np.ravel(s["final"]) for p in panels for s in p["series"]])
        beyond = 3.0 * np.max(finals[np.isfinite(finals)], initial=10.0)
        for panel, ax in zip(panels, axes.flat, strict=True):
            ax.set_yscale("log")
            mark_unity(ax)
            if panel["overshoot"] is not None:
                ax.axhline(
                    panel["overshoot"], color=GREY, linestyle="--", linewidth=1.4,
                    label=r"overshoot to first order, $n_R/n_F$",
                )  # fmt: skip
            if panel["strong_ridge"] is not None:
                ax.axvline(
                    panel["strong_ridge"], color=GREY, linestyle=":", linewidth=1.6,
                    label="strong ridge: harm to the right",
                )  # fmt: skip
            for k, series in enumerate(panel["series"]):
                _ratio_against(ax, series, k, beyond)
            ax.plot([], [], "kx", label="median diverged")
            ax.plot([], [], "o", color="black", mfc="white", label="best early stop (peeks)")
            ax.set_title(panel["title"])
        for ax in axes[-1]:
            ax.set_xlabel("correlation of the class means")
        for ax in axes[:, 0]:
            ax.set_ylabel("distance to oracle / original's")
        _legend(figure, axes, columns=4)
    return figure


def _ratio_against(ax: Axes, series: dict[str, Any], k: int, beyond: float) -> None:
    """Draw one ridge: end point with its spread, best early stop, and where it diverged."""
    c, final = np.asarray(series["correlation"]), np.asarray(series["final"])
    finite = np.isfinite(final).all(axis=0)
    ax.fill_between(c, *final[[0, 2]], where=finite, color=_of(COLOURS, k), alpha=0.15, linewidth=0)
    drawn = np.where(np.isfinite(final[1]), final[1], np.nan)
    ax.plot(
        c, drawn, color=_of(COLOURS, k), marker=_of(MARKERS, k), linestyle=_of(LINES, k),
        label=f"{series['label']}: end point",
    )  # fmt: skip
    ax.plot(
        c, np.asarray(series["best"])[1], color=_of(COLOURS, k), marker=_of(MARKERS, k),
        mfc="white", linewidth=0.8,
    )  # fmt: skip
    diverged = c[np.isinf(final[1])]
    ax.plot(diverged, np.full(len(diverged), beyond * 2.0**k), "x", color=_of(COLOURS, k))


def real_data(panels: Sequence[dict[str, Any]], columns: int, overshoot: float | None) -> Figure:
    """Draw the end point and the best early stop of every forget set of every data set.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``, ``kinds`` (names), ``final``, ``best`` (lists of arrays over seeds).
    columns : int
        Panels a row.
    overshoot : float, optional
        The predicted ratio n_R/n_F, where all cases share it.
    """
    with style():
        rows = -(-len(panels) // columns)
        figure, axes = new_figure(
            rows, columns, size=(2.7 * columns + 1.4, 2.7 * rows + 0.9), sharey=True, sharex=True
        )
        ratios = [v for p in panels for values in p["final"] for v in values]
        beyond = 6.0 * max((v for v in ratios if np.isfinite(v)), default=10.0)
        for panel, ax in zip(panels, axes.flat, strict=True):
            ax.set_xscale("log")
            ax.axvline(1.0, color="black", linewidth=1.0, label="as far as the original model")
            if overshoot is not None:
                ax.axvline(
                    overshoot, color=GREY, linestyle="--", linewidth=1.4,
                    label=r"overshoot to first order, $n_R/n_F$",
                )  # fmt: skip
            for k, (final, best) in enumerate(zip(panel["final"], panel["best"], strict=True)):
                final, best = np.asarray(final), np.asarray(best)
                stays = np.isfinite(final)
                ax.plot(best, np.full(len(best), k + 0.17), "o", color=HELPED, mfc="white")
                ax.plot(final[stays], np.full(stays.sum(), k - 0.17), "s", color=HARMED)
                ax.plot(np.full((~stays).sum(), beyond), np.full((~stays).sum(), k - 0.17), "kx")
            ax.plot([], [], "s", color=HARMED, label="end point")
            ax.plot([], [], "kx", label="diverged")
            ax.plot([], [], "o", color=HELPED, mfc="white", label="best early stop (peeks)")
            ax.set_title(panel["title"])
            ax.set_yticks(range(len(panel["kinds"])), panel["kinds"])
            ax.set_ylim(len(panel["kinds"]) - 0.4, -0.6)
        for ax in axes[-1]:
            ax.set_xlabel("distance to oracle / original's")
        for ax in axes[:, 0]:
            ax.set_ylabel("forget set")
        _legend(figure, axes, columns=5)
    return figure


def _legend(figure: Figure, axes: np.ndarray, columns: int) -> None:
    """Put one legend below all panels: every label that any of them carries, once."""
    entries: dict[str, Any] = {}
    for ax in axes.flat:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    # an entry is about 2.6 inches wide: more columns than fit would be cut off
    fitting = max(1, min(columns, int(figure.get_figwidth() // 2.6)))
    rows = -(-len(entries) // fitting)
    figure.set_figheight(figure.get_figheight() + 0.2 * max(0, rows - 3))
    figure.legend(list(entries.values()), list(entries), loc="outside lower center", ncols=fitting)


def trajectories(
    curves: Sequence[tuple[str, np.ndarray, np.ndarray]],
    newton: float,
    original: float | None,
    title: str,
) -> Figure:
    """Draw each method's distance to the oracle against its steps.

    Parameters
    ----------
    curves : sequence of (name, steps (T,), distance (T,))
        The first record of each is the original model, at step 0.
    newton : float
        Distance after one Newton removal step.
    original : float or None
        Distance of the original model, the unit of what is drawn; None where it cannot be told
        from 0, and the distances themselves are drawn.
    title : str
    """
    unit = 1.0 if original is None else original
    with style():
        figure, axes = new_figure(size=(7.0, 4.4))
        ax = axes[0, 0]
        ax.set_xscale("symlog", linthresh=1.0)
        ax.set_yscale("log")
        if original is not None:
            mark_unity(ax)
        for k, (name, steps, distance) in enumerate(curves):
            ratio = np.asarray(distance) / unit
            # a diverged run is drawn up to where it leaves the figure, 0 has no logarithm
            shown = np.where((ratio < 1e6) & (ratio > 0), ratio, np.nan)
            ax.plot(steps, shown, color=_of(COLOURS, k), linestyle=_of(LINES, k), label=name)
        if newton > 0:
            ax.axhline(newton / unit, color=GREY, linestyle=":", linewidth=1.6, label="Newton step")
        if original is not None:  # what comes closer than 1e-4 is at the oracle for every purpose
            ax.set_ylim(bottom=max(ax.get_ylim()[0], 1e-4))
        ax.set_xlabel("steps")
        ax.set_ylabel("distance to oracle" + (" / original's" if original is not None else ""))
        ax.set_title(title)
        _legend(figure, axes, columns=3)
    return figure
