"""The sweep's figures: one per model, a panel per loss and setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from logreg_unlearn.plots.style import (
    COLOURS,
    GREY,
    HARMED,
    HELPED,
    LINES,
    MARKERS,
    legend_below,
    look,
    mark_unity,
    new_figure,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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
                colour = look(COLOURS, k)
                if series["curve_ratio"] is not None:
                    ax.plot(
                        series["curve_lift"], series["curve_ratio"], color=colour,
                        linestyle=look(LINES, k), label=f"{series['label']}: closed form",
                    )  # fmt: skip
                ax.plot(
                    series["lift"], series["ratio"], look(MARKERS, k), color=colour, mfc="white",
                    label=f"{series['label']}: iterations",
                )  # fmt: skip
                if len(series["diverged"]):
                    ax.plot(
                        series["diverged"], np.full(len(series["diverged"]), 3e3 * 2.5**k),
                        "x", color=colour,
                    )  # fmt: skip
                if series["fold"] is not None:
                    ax.axvline(
                        series["fold"], color=colour, linestyle=look(LINES, k), linewidth=0.9
                    )
            ax.plot([], [], "kx", label=r"diverged (thin lines: the fold $1+1/(es)$)")
            ax.set_title(panel["title"])
            ax.set_ylim(1e-2, 5e4)
        for ax in axes[-1]:
            ax.set_xlabel(r"lift $\rho$ of the block in the forget set")
        for ax in axes[:, 0]:
            ax.set_ylabel("distance to oracle / original's")
        legend_below(figure, axes, columns=4)
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
        legend_below(figure, axes, columns=3)
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
        legend_below(figure, axes, columns=4)
    return figure


def _ratio_against(ax: Axes, series: dict[str, Any], k: int, beyond: float) -> None:
    """Draw one ridge: end point with its spread, best early stop, and where it diverged."""
    c, final = np.asarray(series["correlation"]), np.asarray(series["final"])
    finite = np.isfinite(final).all(axis=0)
    ax.fill_between(
        c, *final[[0, 2]], where=finite, color=look(COLOURS, k), alpha=0.15, linewidth=0
    )
    drawn = np.where(np.isfinite(final[1]), final[1], np.nan)
    ax.plot(
        c, drawn, color=look(COLOURS, k), marker=look(MARKERS, k), linestyle=look(LINES, k),
        label=f"{series['label']}: end point",
    )  # fmt: skip
    ax.plot(
        c, np.asarray(series["best"])[1], color=look(COLOURS, k), marker=look(MARKERS, k),
        mfc="white", linewidth=0.8,
    )  # fmt: skip
    diverged = c[np.isinf(final[1])]
    ax.plot(diverged, np.full(len(diverged), beyond * 2.0**k), "x", color=look(COLOURS, k))


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
        legend_below(figure, axes, columns=5)
    return figure
