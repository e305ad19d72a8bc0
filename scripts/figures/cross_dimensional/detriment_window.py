"""The paper's window (its Fig. 4) is a part of the exact region of order, and often empty."""

import numpy as np

from logreg_unlearn.theory import cross_dimensional as theory

from .. import ink
from ._plane import ALPHA, EPSILON, MILD, STRONG, Solved, exists, ordered, solve

PANELS = {"mild": (MILD, (0.0, 1.2)), "strong": (STRONG, (1e-3, 1.0))}
EMPTY_FROM = 3.05
"""Strength from which the paper's window is empty whatever epsilon and f."""
CAPTION = (
    "Top: the range of alpha in which Lemmas 9 and 10 of the paper prove that oracle, original "
    "and descent-ascent are ordered, over the exact range, the fold and certified solutions "
    "(exponential loss); bottom: the strengths r and forget fractions f for which the paper's "
    "window is open at some epsilon. It is a small part of the exact region at r = 1, f = 0.5 and "
    "empty at r = 100, f = 0.1, as it is (for alpha up to 1, which Lemma 10 needs) for every "
    "epsilon and f once r is 3.05 or more; the exact region is there all the same, and ends at "
    "the fold."
)


def compute(quick: bool = False) -> ink.Table:
    """Return both windows and solved points for each setting, and the map of the paper's."""
    grid, epsilon = 8 if quick else 22, np.linspace(0.004, 1.0, 60 if quick else 250)
    table: dict[str, np.ndarray] = {}
    for name, (setting, (bottom, top)) in PANELS.items():
        window = theory.detriment_window(epsilon, *setting)
        spaced = np.geomspace if bottom > 0 else np.linspace
        alphas = spaced(bottom, top, 2 * grid + 1)[1::2]
        place = [(e, a) for e in (np.arange(grid) + 0.5) / grid * epsilon.max() for a in alphas]
        kind = [_kind(solve(e, setting[0], a, setting[1]), e) for e, a in place]
        parts = {
            "epsilon": epsilon, "paper_low": window.paper_low, "paper_high": window.paper_high,
            "exact_low": window.low, "exact_high": window.high, "fold": window.fold,
            "point_epsilon": np.array(place)[:, 0], "point_alpha": np.array(place)[:, 1],
            "point_kind": np.array(kind),
        }  # fmt: skip
        table |= {f"{name}_{key}": values for key, values in parts.items()}
    strength = np.geomspace(0.01, 1000.0, 60 if quick else 160)
    fraction = np.linspace(0.01, 0.99, 50 if quick else 150)
    return table | {
        "map_strength": np.repeat(strength, len(fraction)),
        "map_fraction": np.tile(fraction, len(strength)),
        "map_log_width": _slack(strength[:, None], fraction, epsilon).ravel(),
    }


def _kind(solved: Solved, epsilon: float) -> str:
    return "ordered" if ordered(solved, epsilon) else "exists" if exists(solved) else "none"


def _slack(strength: np.ndarray, fraction: np.ndarray, epsilon: np.ndarray) -> np.ndarray:
    """Log width of the paper's window at its widest epsilon; negative where it is empty."""
    e, r, f = epsilon, strength[..., None], fraction[..., None]
    high = np.minimum(np.minimum(*theory.oracle_above_original(e, r, f)), 1.0)
    low = np.maximum(*theory.original_above_da(e, f))
    return np.max(np.log(np.maximum(high, 1e-6) / low), axis=-1)


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(2, 2, size=(9.4, 8.4))
    for ax, name in zip(axes, PANELS, strict=False):
        _draw_window(ax, name, table)
    _draw_map(axes[2], table)
    axes[3].axis("off")
    axes[3].legend(*axes[0].get_legend_handles_labels(), loc="center", fontsize=10)
    return figure


def _draw_window(ax: ink.Axes, name: str, table: ink.Table) -> None:
    """Draw the paper's window, the exact region, the fold, and solved points over them."""
    (r, f), (bottom, top) = PANELS[name]
    of = {key.removeprefix(f"{name}_"): values for key, values in table.items()}
    epsilon, low, high = of["epsilon"], of["paper_low"], of["paper_high"]
    ax.fill_between(
        epsilon, of["exact_low"], of["exact_high"], color=ink.COLOURS[5], alpha=0.45, linewidth=0,
        label="theory: ordered, exactly",
    )  # fmt: skip
    is_open = low <= high
    if is_open.any():
        ax.fill_between(
            epsilon, low, high, where=is_open, facecolor="none", edgecolor="black", hatch="////",
            linewidth=0, label="paper's window",
        )  # fmt: skip
    lines = (
        (low, "paper, Lemma 9: above", ink.COLOURS[1], "-"),
        (high, r"paper, Lemma 10: below (and $\alpha\leq1$)", ink.COLOURS[0], "--"),
        (of["fold"], "fold: no stationary point above", "black", "-."),
        (np.full_like(epsilon, f / (1 - f)), r"the groups are all the data, $\alpha k=1$",
         ink.COLOURS[2], ":"),
    )  # fmt: skip
    for values, label, colour, line in lines:
        shown = np.where((values > 0) & (values < 3 * top), values, np.nan)
        ax.plot(epsilon, shown, color=colour, linestyle=line, label=label)
    for kind, size, marker, colour, label in (
        ("ordered", 3.5, "o", ink.HARMED, "solver: ordered"),
        ("exists", 2.5, ".", ink.GREY, "solver: a minimum, not ordered"),
        ("none", 4.0, "x", "black", "solver: no minimum"),
    ):
        look = {"markersize": size, "markeredgewidth": 0.7, "mfc": colour}
        at = of["point_epsilon"], of["point_alpha"]
        ink.kind(ax, of["point_kind"] == kind, at, marker, colour, label, **look)
    state = "open" if is_open.any() else "empty"
    ax.set(yscale="log" if bottom > 0 else "linear", ylim=(bottom, top), xlim=(0, epsilon.max()))
    ax.set(xlabel=EPSILON, ylabel=ALPHA, title=f"$r$ = {r:g}, $f$ = {f:g}: paper's window {state}")


def _draw_map(ax: ink.Axes, table: ink.Table) -> None:
    """Draw the strengths and fractions for which the paper's window is open."""
    strength, fraction = np.unique(table["map_strength"]), np.unique(table["map_fraction"])
    slack = table["map_log_width"].reshape(len(strength), -1).T
    ax.contourf(strength, fraction, slack, levels=[0.0, np.inf], colors=[ink.COLOURS[4]], alpha=0.5)
    ax.contour(strength, fraction, slack, levels=[0.0], colors="black", linewidths=1.2)
    ax.axvline(EMPTY_FROM, color=ink.COLOURS[0], linestyle="--")
    for setting, marker, text in ((MILD, "s", "top left"), (STRONG, "D", "top right")):
        ax.plot(*setting, marker, color="black", mfc="white")
        look = {"textcoords": "offset points", "fontsize": 9, "ha": "right"}
        ax.annotate(text, setting, xytext=(-7, -4), **look)
    ax.text(0.03, 0.42, "open for\nsome $\\varepsilon$", ha="center", va="center")
    ax.text(55.0, 0.42, f"empty for\nevery $\\varepsilon$:\n$r\\geq{EMPTY_FROM}$", ha="center")
    ax.set(xscale="log", xlabel=r"strength $r=|R_{ij}|/(\lambda n_R)$")
    ax.set(ylabel=r"forget fraction $f$", title="Where the paper's window is open")
