"""Where one margin is ordered and the other nearly, descent-ascent ends farther than before."""

import numpy as np

from logreg_unlearn.theory import cross_dimensional as theory

from .. import ink
from .._solving import ratio as solved_ratio
from ._plane import ALPHA, EPSILON, MILD, STRONG, solve

PANELS = {"mild": (MILD, 1.0), "strong": (STRONG, 0.03)}
CAPTION = (
    "Distance of the descent-ascent minimum to the oracle over the original's, by the certified "
    "solver (colour; exponential loss), with the exact region of the criterion x_R >= x_D >= x_DA "
    "and y_DA <= y_D + ln(1/f), of the order of both margins, and of the fold. Wherever the "
    "criterion holds descent-ascent ends farther than the original, and at r = 1 it covers more "
    "than the order does; it is not necessary, for harm begins below it too."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the solver's ratio of distances over epsilon and alpha for both settings."""
    cells, table = 9 if quick else 28, dict[str, np.ndarray]()
    for name, ((r, f), reach) in PANELS.items():
        epsilon = np.tile(np.linspace(0.02, 0.98, cells), cells)
        alpha = np.repeat(np.linspace(0.0, reach, cells + 1)[1:], cells)
        ratio = [solved_ratio(*solve(e, r, a, f)) for e, a in zip(epsilon, alpha, strict=True)]
        table |= {f"{name}_epsilon": epsilon, f"{name}_alpha": alpha}
        table[f"{name}_ratio"] = np.array(ratio)
    return table


def draw(table: ink.Table) -> ink.Figure:
    from matplotlib.colors import LogNorm
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    figure, axes = ink.panels(2, size=(10.0, 4.9))
    for ax, (name, ((r, f), reach)) in zip(axes, PANELS.items(), strict=True):
        epsilon, alpha = np.unique(table[f"{name}_epsilon"]), np.unique(table[f"{name}_alpha"])
        ratio = np.ma.masked_invalid(table[f"{name}_ratio"].reshape(len(alpha), -1))
        mesh = ax.pcolormesh(
            epsilon, alpha, ratio, cmap="PuOr_r", shading="nearest", norm=LogNorm(0.1, 10.0),
            rasterized=True,
        )  # fmt: skip
        e, a = np.linspace(0.01, 1.0, 200), reach * np.linspace(0.0, 1.0, 201)[1:] ** 2
        setting = e[None, :], r, a[:, None], f
        oracle = theory.oracle_closed_form(e[None, :], r)
        after, _ = theory.da_stationary_points(*setting)
        exact = after.distance(oracle) / theory.original_point(*setting).distance(oracle)
        criterion = theory.order_implies_distance(*setting).astype(float)
        ax.contourf(e, a, criterion, levels=[0.5, 1.5], colors="none", hatches=["///"])
        ax.contour(e, a, criterion, levels=[0.5], colors="black", linewidths=0.8)
        ax.contour(e, a, exact, levels=[1.0], colors=ink.COLOURS[2], linewidths=2.2)
        window = theory.detriment_window(e, r, f)
        for edge in (window.low, window.high):
            ax.plot(e, edge, color=ink.COLOURS[0], linestyle="--", linewidth=1.8)
        ax.plot(e, window.fold, color="black", linestyle="-.", linewidth=1.6)
        ax.grid(False)
        ax.set(xlim=(0, 1), ylim=(0, reach), xlabel=EPSILON, title=f"$r$ = {r:g}, $f$ = {f:g}")
    axes[0].set_ylabel(ALPHA)
    bar = figure.colorbar(mesh, ax=axes, extend="both", shrink=0.9)
    bar.set_label(f"{ink.RATIO} (white: diverges)")
    handles = [
        Patch(facecolor="white", edgecolor="black", hatch="///", label="theory: criterion"),
        Line2D([], [], color=ink.COLOURS[0], linestyle="--", label="theory: both margins ordered"),
        Line2D([], [], color=ink.COLOURS[2], linewidth=2.2, label="theory: as far as the original"),
        Line2D([], [], color="black", linestyle="-.", label="theory: fold"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure
