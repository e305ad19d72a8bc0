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


def mark_unity(axes: Axes, label: str = "as far as the original model") -> None:
    """Draw the line at ratio 1: above it, unlearning was worse than doing nothing."""
    axes.axhline(1.0, color="black", linewidth=1.0, zorder=1, label=label)


def blocks(panels: Sequence[dict[str, Any]]) -> Figure:
    """Draw the ratio to the original's distance against the lift of one block.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``; ``harm``, the sharp threshold f/(1+f); ``series``, a list of dicts with
        ``label``, ``lift`` and ``ratio`` (the iterations), ``diverged`` (their lifts),
        ``curve_lift`` and ``curve_ratio`` (the closed form) and ``fold`` (None: no fold).
    """
    columns = 3 if len(panels) % 3 == 0 else 1
    rows = len(panels) // columns
    with style():
        figure, axes = new_figure(
            rows, columns, size=(3.6 * columns + 1.2, 3.1 * rows + 0.4), sharex=True, sharey=True
        )
        for panel, ax in zip(panels, axes.flat, strict=True):
            ax.set_yscale("log")
            ax.axvline(panel["harm"], color="black", linestyle=":", linewidth=1.4)
            mark_unity(ax)
            finite = [v for s in panel["series"] for v in s["ratio"] if np.isfinite(v)]
            top = max([10.0, *finite]) * 2.0
            for k, series in enumerate(panel["series"]):
                colour = COLOURS[k]
                ax.plot(
                    series["curve_lift"], series["curve_ratio"], color=colour, linestyle=LINES[k],
                    label=f"{series['label']}: closed form",
                )  # fmt: skip
                ax.plot(
                    series["lift"], series["ratio"], MARKERS[k], color=colour, mfc="white",
                    label=f"{series['label']}: iterations",
                )  # fmt: skip
                if len(series["diverged"]):
                    ax.plot(
                        series["diverged"], np.full(len(series["diverged"]), 3e3 * 2.5**k),
                        "x", color=colour,
                    )  # fmt: skip
                if series["fold"] is not None:
                    ax.axvline(series["fold"], color=colour, linestyle=LINES[k], linewidth=0.9)
            ax.set_title(panel["title"])
            ax.set_ylim(1e-2, max(min(top, 1e3), 1e3) * 50)
        for ax in axes[-1]:
            ax.set_xlabel(r"lift $\rho$ of the block in the forget set")
        for ax in axes[:, 0]:
            ax.set_ylabel("distance to oracle / original's")
        handles, labels = axes.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4)
        figure.suptitle(
            "One block: descent-ascent ends farther than the original exactly beyond "
            r"$\rho=f/(1+f)$ (dotted)"
            "\n"
            r"x: diverged (beyond the fold $\rho=1+1/(es)$, thin vertical lines);  "
            r"$s$ = block share / ridge",
            fontsize=10,
        )
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
            ax.legend(loc="lower left", frameon=True, framealpha=0.9)
        axes[0, 0].set_ylabel(r"$\alpha$, forgotten per retained sample in the plane")
        bar = figure.colorbar(mesh, ax=axes.ravel().tolist(), extend="both", shrink=0.9)
        bar.set_label("distance to oracle / original's")
    return figure


def gaussian(panels: Sequence[dict[str, Any]]) -> Figure:
    """Draw ratios against the correlation of the class means, a panel per forget fraction.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``; ``overshoot``, the predicted ratio n_R/n_F; ``strong_ridge``, the
        correlation beyond which a strong ridge harms (None: everywhere or nowhere);
        ``series``, a list of dicts with ``label``, ``correlation`` (C,), and ``final``,
        ``best`` of shape (3, C): 5 %, 50 %, 95 % quantiles over the seeds.
    """
    with style():
        figure, axes = new_figure(1, len(panels), size=(3.6 * len(panels) + 1.0, 4.4), sharey=True)
        for panel, ax in zip(panels, axes.flat, strict=True):
            ax.set_yscale("log")
            mark_unity(ax)
            ax.axhline(
                panel["overshoot"], color=GREY, linestyle="--", linewidth=1.4,
                label=r"overshoot predicted to first order, $n_R/n_F$",
            )  # fmt: skip
            if panel["strong_ridge"] is not None:
                ax.axvline(
                    panel["strong_ridge"], color=GREY, linestyle=":", linewidth=1.6,
                    label="strong-ridge threshold: harm to its right",
                )  # fmt: skip
            for k, series in enumerate(panel["series"]):
                c, final = series["correlation"], np.asarray(series["final"])
                ax.fill_between(c, final[0], final[2], color=COLOURS[k], alpha=0.15, linewidth=0)
                ax.plot(
                    c, final[1], color=COLOURS[k], marker=MARKERS[k], linestyle=LINES[k],
                    label=f"{series['label']}: end point",
                )  # fmt: skip
                ax.plot(
                    c, np.asarray(series["best"])[1], color=COLOURS[k], marker=MARKERS[k],
                    mfc="white", linewidth=0.8, label=f"{series['label']}: best early stop (peeks)",
                )  # fmt: skip
            ax.set_title(panel["title"])
            ax.set_xlabel("correlation of the class means")
        axes[0, 0].set_ylabel("distance to oracle / original's")
        handles, labels = max(
            (ax.get_legend_handles_labels() for ax in axes.flat), key=lambda pair: len(pair[0])
        )
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def real_data(panels: Sequence[dict[str, Any]], overshoot: float | None) -> Figure:
    """Draw the end point and the best early stop of every forget set of every data set.

    Parameters
    ----------
    panels : sequence of dict
        Each: ``title``, ``kinds`` (names), ``final``, ``best`` (lists of arrays over seeds).
    overshoot : float, optional
        The predicted ratio n_R/n_F, where all cases share it.
    """
    with style():
        figure, axes = new_figure(
            1, len(panels), size=(2.9 * len(panels) + 1.6, 3.9), sharey=True, sharex=True
        )
        for panel, ax in zip(panels, axes.flat, strict=True):
            ax.set_xscale("log")
            ax.axvline(1.0, color="black", linewidth=1.0, label="as far as the original model")
            if overshoot is not None:
                ax.axvline(
                    overshoot, color=GREY, linestyle="--", linewidth=1.4,
                    label=r"overshoot predicted to first order, $n_R/n_F$",
                )  # fmt: skip
            finite = [v for values in panel["final"] for v in values if np.isfinite(v)]
            beyond = 3.0 * max(finite, default=1.0)
            for k, (final, best) in enumerate(zip(panel["final"], panel["best"], strict=True)):
                final, best = np.asarray(final), np.asarray(best)
                stays = np.isfinite(final)
                ax.plot(best, np.full(len(best), k + 0.15), "o", color=HELPED, mfc="white")
                ax.plot(final[stays], np.full(stays.sum(), k - 0.15), "s", color=HARMED)
                ax.plot(np.full((~stays).sum(), beyond), np.full((~stays).sum(), k - 0.15), "kx")
            ax.plot([], [], "s", color=HARMED, label="end point")
            ax.plot([], [], "o", color=HELPED, mfc="white", label="best early stop (peeks)")
            if any(not np.isfinite(v) for values in panel["final"] for v in values):
                ax.plot([], [], "kx", label="diverged")
            ax.set_title(panel["title"])
            ax.set_yticks(range(len(panel["kinds"])), panel["kinds"])
            ax.set_ylim(len(panel["kinds"]) - 0.4, -0.6)
        axes[0, 0].set_ylabel("forget set")
        figure.supxlabel("distance to oracle / original's", fontsize=10)
        handles, labels = axes.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=5)
    return figure
