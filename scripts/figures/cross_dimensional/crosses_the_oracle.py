"""Descent-ascent crosses the oracle's line and comes closer before it leaves, in every region."""

import numpy as np

from logreg_unlearn.theory import cross_dimensional as theory
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run

from .. import ink
from ._plane import plane

# One point of each region: title, epsilon, strength, alpha, forget fraction.
REGIONS = (
    (r"helps: small $\alpha$", 0.5, 1.0, 0.1, 0.5),
    ("harms, not ordered: below the region", 0.5, 1.0, 0.3, 0.5),
    ("ordered: inside the paper's window", 0.5, 1.0, 0.6, 0.5),
    ("harms, not ordered: above the region", 0.5, 1.0, 0.66, 0.5),
    ("beyond the fold: diverges", 0.5, 1.0, 0.85, 0.5),
    ("negative correlation: straddles", -0.5, 1.0, 0.1, 0.5),
)
CAPTION = (
    "Descent-ascent in weight space from the original, in small steps, for one point of each "
    "region (exponential loss, r = 1, f = 0.5; distances to the oracle relative to the "
    "original's), with the exact original, oracle, minimum and saddle. In every region the flow "
    "crosses the line on which the oracle lies, and it comes closer before it leaves, even inside "
    "the paper's window: whether descent-ascent helps depends on where it stops."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the flow's weights and relative distances, a time of 60 over the ridge at most."""
    table = {}
    for k, (_, epsilon, strength, alpha, fraction) in enumerate(REGIONS):
        problem = plane(epsilon, strength, alpha, fraction)
        size = (0.02 if quick else 0.004) / problem.ridge / 30
        steps = 30_000 if quick else 150_000
        path = run(simultaneous(), problem, step_size=size, steps=steps)
        table[f"w_i {k}"], table[f"w_j {k}"] = path.w.T
        table[f"distance {k}"] = path.distance / path.distance[0]
    return table


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(3, 2, size=(11.0, 8.4))
    for k, ax in enumerate(axes):
        path = np.array([table[f"w_i {k}"], table[f"w_j {k}"]])
        _draw_region(ax, k, path, table[f"distance {k}"])
    for ax in axes[3:]:
        ax.set_xlabel("weight $w_i$")
    for ax in axes[::3]:
        ax.set_ylabel("weight $w_j$")
    return ink.with_legend(figure, axes[0], 4)


def _draw_region(ax: ink.Axes, k: int, path: np.ndarray, ratio: np.ndarray) -> None:
    """Draw a flow (2, T) in a box around the points that matter."""
    title, e, r, alpha, f = REGIONS[k]
    oracle = theory.oracle_closed_form(e, r).w
    original = theory.original_point(e, r, alpha, f).w
    minimum, saddle = (p.w for p in theory.da_stationary_points(e, r, alpha, f))
    exists, best = bool(np.all(np.isfinite(minimum))), int(np.argmin(ratio))
    seen = [original, oracle, path[:, best], minimum if exists else original - [0.0, 1.0]]
    if exists and np.linalg.norm(saddle - oracle) < 3 * np.linalg.norm(minimum - oracle):
        seen.append(saddle)
    low, high = np.min(seen, axis=0), np.max(seen, axis=0)
    reach = 0.64 * float(np.max(high - low))
    ink.curve(ax, 0, path[0], path[1], "flow of descent-ascent")
    t, angle = np.array([-1e3, 1e3]), np.linspace(0.0, 2 * np.pi, 200)
    through = r"$\nu=0$: line through the oracle"
    ax.plot(oracle[0] + t, oracle[1] + e * t, color=ink.GREY, linestyle=":", label=through)
    around = np.linalg.norm(original - oracle) * np.array([np.cos(angle), np.sin(angle)])
    ax.plot(*(oracle[:, None] + around), "k--", linewidth=1.0, label="as far as the original")
    for w, marker, colour, label in (
        (original, "s", "black", "original"),
        (oracle, "*", ink.COLOURS[2], "oracle"),
        (minimum, "o", ink.COLOURS[1], "descent-ascent minimum"),
        (saddle, "X", ink.COLOURS[3], "saddle, where in view"),
        (path[:, best], "D", ink.COLOURS[4], "closest point: the early stop"),
    ):
        ax.plot(
            *w, marker, color=colour, markersize=11 if marker == "*" else 7, label=label,
            mfc="none" if marker == "D" else colour,
            markeredgewidth=1.8 if marker == "D" else 0.5, zorder=4,
        )  # fmt: skip
    middle, end = (low + high) / 2, f"ends at {ratio[-1]:.2f}" if exists else "diverges"
    ax.set(xlim=middle[0] + reach * np.array([-1, 1]), ylim=middle[1] + reach * np.array([-1, 1]))
    where = rf"$\varepsilon$ = {e:g}, $\alpha$ = {alpha:g}"
    ax.set(aspect="equal", title=f"{title}\n{where}: best {ratio[best]:.2f}, {end}")
