"""Under the logistic loss the minimum never vanishes: near the exponential fold it jumps."""

import numpy as np

from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import cross_dimensional as theory

from .. import ink
from ._plane import ALPHA_K, EPSILON, plane

F, OVERLAP, R = 0.1, 0.5, 100.0
STRENGTHS = (10.0, 100.0, 1000.0)
CAPTION = (
    "Descent-ascent under the logistic loss, all stationary points by certified enumeration: "
    f"their margin y at epsilon = {OVERLAP:g}, and their number and order over epsilon and alpha k "
    f"(r = {R:g}, f = {F:g}). There is always a minimum; the enumeration finds one point or, in a "
    "band near the fold of the exponential loss, three, so that there the minimum jumps to "
    "distant weights instead of vanishing, and the ordered region reaches beyond that fold."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the branches against alpha k, and number and order over a grid."""
    turns = np.exp(np.concatenate(theory.logistic_folds(np.full(3, OVERLAP), np.array(STRENGTHS))))
    near = 1.0 + np.geomspace(1e-6, 1e-2, 15) * np.array([[-1.0], [1.0]])
    close = np.outer(turns[np.isfinite(turns)], near).ravel()
    share = np.union1d(np.geomspace(5e-4, 1.0, 150 if quick else 600), close)
    table = {"alpha_k": share}
    for r in STRENGTHS:
        found = theory.logistic_cross_dimensional(OVERLAP, r, share * F / (1 - F), F)
        saddle = np.where(found.minimum | np.isnan(found.y), -np.inf, found.y).max(axis=1)
        table |= {
            f"y highest r={r:g}": np.nanmax(found.y, axis=1),
            f"y lowest r={r:g}": np.nanmin(found.y, axis=1),
            f"y saddle r={r:g}": np.where(np.isfinite(saddle), saddle, np.nan),
            f"count r={r:g}": found.count,
        }
    cells, epsilon = 9 if quick else 20, np.linspace(0.02, 1.0, 50 if quick else 200)
    low, high = (np.exp(v) for v in theory.logistic_folds(epsilon, np.array(R)))
    levels = np.geomspace(6e-3, 2.0, cells)
    e, s = np.array([(e, s) for e in (np.arange(cells) + 0.5) / cells for s in levels]).T
    found = theory.logistic_cross_dimensional(e, R, s * F / (1 - F), F)
    ended = np.where(found.minimum, np.stack([found.x, found.y]), np.inf)
    ordered = [_ordered(*at) for at in zip(e, s, np.moveaxis(ended, 0, 1), strict=True)]
    return table | {
        "epsilon": epsilon, "three_low": low, "three_high": high,
        "exponential_fold": np.exp(theory.da_existence(epsilon, R, F).log_alpha_k),
        "point_epsilon": e, "point_alpha_k": s, "point_count": found.count,
        "point_certified": found.certified, "point_ordered": np.array(ordered),
    }  # fmt: skip


def _ordered(epsilon: float, share: float, ended: np.ndarray) -> bool:
    """Whether oracle, original and some minimum (margins (2, m)) are ordered."""
    problem = plane(epsilon, R, share * F / (1 - F), F, "logistic")
    sides = np.array([[1.0, epsilon], [epsilon, 1.0]])
    oracle, original = (sides @ minimise(o).w for o in (problem.oracle(), problem.original()))
    below = np.all(original[:, None] >= ended, axis=0)
    return bool(np.all(oracle >= original) and np.any(below))


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(10.0, 5.0))
    share = table["alpha_k"]
    for k, r in enumerate(STRENGTHS):
        marked = {"marker": ink.MARKERS[k], "mfc": "white", "markevery": 0.12}
        for name in ("highest", "lowest"):
            left.plot(*_cut(share, table[f"y {name} r={r:g}"]), color=ink.COLOURS[k], **marked)
        left.plot(share, table[f"y saddle r={r:g}"], color=ink.COLOURS[k], linestyle=":")
        fold = float(np.exp(theory.da_existence(OVERLAP, r, F).log_alpha_k))
        left.axvline(fold, color=ink.COLOURS[k], linestyle="--", linewidth=1.0)
        left.plot([], [], color=ink.COLOURS[k], label=f"$r$ = {r:g}", **marked)
    for line, label in (("-", "minimum"), (":", "saddle"), ("--", "fold of the exponential loss")):
        left.plot([], [], color="black", linestyle=line, label=label)
    left.set_xscale("log")
    left.set_yscale("asinh", linear_width=2.0)
    left.set_yticks([-300, -100, -30, -10, -3, 0, 3, 10], minor=False)
    left.yaxis.set_major_formatter("{x:g}")
    left.set(xlabel=ALPHA_K, ylabel=r"margin $y$ of the forgotten samples")
    left.set_title(rf"$\varepsilon$ = {OVERLAP:g}")
    left.legend(loc="lower left")
    _draw_map(right, table)
    return ink.with_legend(figure, right, 3)


def _cut(share: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a branch with a gap where another one takes over."""
    jumps = np.flatnonzero(np.abs(np.diff(y)) > 1.0 + 0.1 * np.abs(y[1:])) + 1
    return np.insert(share, jumps, np.nan), np.insert(y, jumps, np.nan)


def _draw_map(ax: ink.Axes, table: ink.Table) -> None:
    """Draw the band of three stationary points, the exponential fold, and enumerated points."""
    ax.fill_between(
        table["epsilon"], table["three_low"], table["three_high"], color=ink.COLOURS[4], alpha=0.6,
        linewidth=0, label="band of three stationary points",
    )  # fmt: skip
    fold = table["exponential_fold"]
    ax.plot(table["epsilon"], fold, "k--", label="fold of the exponential loss")
    at, ordered = (table["point_epsilon"], table["point_alpha_k"]), table["point_ordered"]
    ink.kind(ax, ~ordered, at, ".", ink.GREY, "not ordered", markersize=2.5)
    ink.kind(ax, ordered, at, "o", ink.HARMED, "ordered (some minimum)", mfc=ink.HARMED)
    three = table["point_count"] == 3
    ink.kind(ax, three, at, "s", "black", "three points counted", markersize=8, mfc="none")
    ax.set(yscale="log", ylim=(5e-3, 2.4), xlim=(0.0, 1.0), xlabel=EPSILON, ylabel=ALPHA_K)
    ax.set_title(f"$r$ = {R:g}, $f$ = {F:g}")
