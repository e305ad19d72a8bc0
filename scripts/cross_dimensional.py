"""Figures of two correlated directions: where descent-ascent exists, and where it does harm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from _common import entry
from _figures import Drawing, run

import numpy as np

from logreg_unlearn import plots
from logreg_unlearn.data.synthetic import two_directions
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import cross_dimensional as theory
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run as iterate

MILD, STRONG = (1.0, 0.5), (100.0, 0.1)  # strength r and forget fraction f of the panels
ALPHA = r"$\alpha$, forgotten per retained sample in the plane"
EPSILON = r"$\varepsilon$, overlap of the two directions"


def _problem(
    epsilon: float, strength: float, alpha: float, fraction: float, loss: str = "exponential"
) -> UnlearningProblem:
    """Return data with these parameters; rows outside the plane leave room for any alpha."""
    share = 0.9 * min(1.0, fraction / (1 - fraction) / alpha)
    n_forget = max(2, round(20 * fraction))
    data = two_directions(
        epsilon, alpha, share=share, n_retain=round(n_forget * (1 / fraction - 1)),
        n_forget=n_forget,
    )  # fmt: skip
    assert data.forget is not None
    return UnlearningProblem(
        data.features, data.labels, data.forget, ridge=share / strength, loss=loss,
        weights=data.weights,
    )  # fmt: skip


@dataclass(frozen=True)
class _Solved:
    """Oracle, original and descent-ascent minimum (NaN: none) by the certified solver."""

    oracle: np.ndarray
    original: np.ndarray
    descent_ascent: np.ndarray
    epsilon: float

    @property
    def exists(self) -> bool:
        return bool(np.all(np.isfinite(self.descent_ascent)))

    @property
    def ratio(self) -> float:
        far, near = (
            float(np.linalg.norm(w - self.oracle)) for w in (self.descent_ascent, self.original)
        )
        return far / near

    @property
    def ordered(self) -> bool:
        x_y = np.array([[1.0, self.epsilon], [self.epsilon, 1.0]])
        margins = [x_y @ w for w in (self.oracle, self.original, self.descent_ascent)]
        return bool(np.all(margins[0] >= margins[1]) and np.all(margins[1] >= margins[2]))


def _solve(
    epsilon: float, strength: float, alpha: float, fraction: float, loss: str = "exponential"
) -> _Solved:
    problem = _problem(epsilon, strength, alpha, fraction, loss)
    oracle = minimise(problem.oracle()).w
    return _Solved(oracle, minimise(problem.original()).w, _minimum(problem), epsilon)


def _window_panel(
    ax: Any, setting: tuple[float, float], epsilon: np.ndarray, alpha: np.ndarray, grid: int
) -> dict[str, np.ndarray]:
    """Draw the paper's window, the exact region, the fold, and solved points over them."""
    window = theory.detriment_window(epsilon, *setting)
    top, bottom = alpha.max(), alpha.min()
    ax.fill_between(
        epsilon, window.low, window.high, color=plots.COLOURS[5], alpha=0.45, linewidth=0,
        label="theory: ordered, exactly",
    )  # fmt: skip
    if window.paper_open.any():
        ax.fill_between(
            epsilon, window.paper_low, window.paper_high, where=window.paper_open,
            facecolor="none", edgecolor="black", hatch="////", linewidth=0, label="paper's window",
        )  # fmt: skip
    lines = (
        (window.paper_low, "paper, Lemma 9: above", plots.COLOURS[1], "-"),
        (window.paper_high, r"paper, Lemma 10: below (and $\alpha\leq1$)", plots.COLOURS[0], "--"),
        (window.fold, "fold: no stationary point above", "black", "-."),
    )
    for values, label, colour, line in lines:
        shown = np.where((values > 0) & (values < 3 * top), values, np.nan)
        ax.plot(epsilon, shown, color=colour, linestyle=line, label=label)
    f = setting[1]
    ax.axhline(
        f / (1 - f), color=plots.COLOURS[2], linestyle=":", linewidth=2.0,
        label=r"the groups are all the data, $\alpha k=1$",
    )  # fmt: skip
    chosen = (np.arange(grid) + 0.5) / grid
    log = bottom > 0
    heights = (
        np.geomspace(bottom, top, 2 * grid + 1)[1::2] if log
        else np.linspace(bottom, top, 2 * grid + 1)[1::2]
    )  # fmt: skip
    points = [(e, a, _solve(e, setting[0], a, f)) for e in chosen * epsilon.max() for a in heights]
    kinds = np.array(["ordered" if s.ordered else "exists" if s.exists else "none"
                      for _, _, s in points])  # fmt: skip
    place = np.array([(e, a) for e, a, _ in points])
    for kind, marker, size, label in (
        ("ordered", "o", 3.5, "solver: ordered"),
        ("exists", ".", 2.0, "solver: a minimum, not ordered"),
        ("none", "x", 3.0, "solver: no minimum"),
    ):
        part = kinds == kind
        colour = plots.HARMED if kind == "ordered" else plots.GREY
        ax.plot(
            place[part, 0], place[part, 1], marker, color=colour, markersize=size,
            markeredgewidth=0.7, linestyle="none", label=label,
        )  # fmt: skip
    ax.set_yscale("log" if log else "linear")
    ax.set_ylim(bottom, top)
    ax.set_xlim(0.0, epsilon.max())
    ax.set_xlabel(EPSILON)
    return {
        "epsilon": epsilon, "paper_low": window.paper_low, "paper_high": window.paper_high,
        "exact_low": window.low, "exact_high": window.high, "fold": window.fold,
        "point_epsilon": place[:, 0], "point_alpha": place[:, 1], "point_kind": kinds,
    }  # fmt: skip


def _slack(strength: np.ndarray, fraction: np.ndarray, epsilon: np.ndarray) -> np.ndarray:
    """Log width of the paper's window at its widest epsilon; negative where it is empty."""
    e, r, f = epsilon, strength[..., None], fraction[..., None]
    high = np.minimum(np.minimum(*theory.oracle_above_original(e, r, f)), 1.0)
    low = np.maximum(*theory.original_above_da(e, f))
    return np.max(np.log(np.maximum(high, 1e-6) / low), axis=-1)


def detriment_window(quick: bool = False) -> Drawing:
    """The paper's Fig. 4 as printed, the exact region, the fold, and where the window is open."""
    grid = 8 if quick else 22
    epsilon = np.linspace(0.004, 1.0, 60 if quick else 250)
    table: dict[str, Any] = {}
    with plots.style():
        figure, axes = plots.new_figure(2, 2, size=(9.4, 8.4))
        for ax, setting, alpha, name in (
            (axes[0, 0], MILD, np.array([0.0, 1.2]), "mild"),
            (axes[0, 1], STRONG, np.array([1e-3, 1.0]), "strong"),
        ):
            columns = _window_panel(ax, setting, epsilon, alpha, grid)
            table.update({f"{name}_{key}": values for key, values in columns.items()})
            state = "open" if np.any(columns["paper_low"] <= columns["paper_high"]) else "empty"
            ax.set_title(f"$r$ = {setting[0]:g}, $f$ = {setting[1]:g}: paper's window {state}")
            ax.set_ylabel(ALPHA)
        right = axes[1, 0]
        strength = np.geomspace(0.01, 1000.0, 60 if quick else 160)
        fraction = np.linspace(0.01, 0.99, 50 if quick else 150)
        slack = _slack(strength[None, :], fraction[:, None], epsilon)
        right.contourf(
            strength, fraction, slack, levels=[0.0, np.inf], colors=[plots.COLOURS[4]], alpha=0.5
        )
        right.contour(strength, fraction, slack, levels=[0.0], colors="black", linewidths=1.2)
        right.axvline(3.05, color=plots.COLOURS[0], linestyle="--")
        for (r, f), marker, text in ((MILD, "s", "top left"), (STRONG, "D", "top right")):
            right.plot(r, f, marker, color="black", mfc="white")
            right.annotate(
                text, (r, f), xytext=(0, -15), textcoords="offset points", fontsize=9, ha="center"
            )
        right.text(0.03, 0.42, "open for\nsome $\\varepsilon$", ha="center", va="center")
        right.text(55.0, 0.42, "empty for\nevery $\\varepsilon$:\n$r\\geq3.05$", ha="center")
        right.set_xscale("log")
        right.set_xlabel(r"strength $r=|R_{ij}|/(\lambda n_R)$")
        right.set_ylabel(r"forget fraction $f$")
        right.set_title("Where the paper's window is open")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        axes[1, 1].axis("off")
        axes[1, 1].legend(handles, labels, loc="center", fontsize=10)
    table["map_strength"] = np.repeat(strength, len(fraction))
    table["map_fraction"] = np.tile(fraction, len(strength))
    table["map_log_width"] = slack.T.ravel()
    caption = (
        "Top: the range of alpha in which Lemmas 9 and 10 of the paper prove that oracle, "
        "original and descent-ascent are ordered, over the exact range, the fold and certified "
        "solutions (exponential loss); bottom: the strengths r and forget fractions f for which "
        "the paper's window is open at some epsilon. It is a small part of the exact region at "
        "r = 1, f = 0.5 and empty at r = 100, f = 0.1, as it is (for alpha up to 1, which Lemma "
        "10 needs) for every epsilon and f once r is 3.05 or more; the exact region is there "
        "all the same, and ends at the fold."
    )
    return Drawing(figure, table, caption)


def da_existence(quick: bool = False) -> Drawing:
    """The fold against epsilon for several strengths, with solved points on both sides."""
    strengths, f = (0.3, 1.0, 10.0, 100.0), 0.3
    epsilon = np.linspace(-1.5, 1.5, 121 if quick else 361)
    chosen = np.linspace(-1.4, 1.4, 8 if quick else 15)
    offsets = (0.5, 0.97, 1.03, 2.0)
    table: dict[str, Any] = {"epsilon": epsilon}
    rows: dict[str, list[float]] = {
        "strength": [], "point_epsilon": [], "point_alpha_k": [], "minimum": []
    }  # fmt: skip
    with plots.style():
        figure, axes = plots.new_figure(size=(7.0, 4.8))
        ax = axes[0, 0]
        for k, r in enumerate(strengths):
            fold = np.exp(theory.da_existence(epsilon, r, f).log_alpha_k)
            table[f"fold r={r:g}"] = fold
            ax.plot(
                epsilon, fold, color=plots.COLOURS[k], linestyle=plots.LINES[k],
                label=f"theory: fold, $r$ = {r:g}",
            )  # fmt: skip
            for e in chosen:
                edge = float(np.exp(theory.da_existence(e, r, f).log_alpha_k))
                for share in offsets:
                    found = _solve(float(e), r, share * edge * f / (1 - f), f).exists
                    ax.plot(
                        e, share * edge, "o" if found else "x", color=plots.COLOURS[k],
                        mfc="white", markersize=3.5,
                    )  # fmt: skip
                    for key, value in zip(rows, (r, e, share * edge, found), strict=True):
                        rows[key].append(float(value))
        ax.plot([], [], "o", color=plots.GREY, mfc="white", label="solver: a minimum")
        ax.plot([], [], "x", color=plots.GREY, label="solver: unbounded below")
        ax.set_yscale("log")
        ax.set_xlabel(EPSILON)
        ax.set_ylabel(r"$\alpha k=(|F_{ij}|/n_F)/(|R_{ij}|/n_R)$")
        figure.legend(loc="outside lower center", ncols=3)
    caption = (
        "The largest alpha k at which descent-ascent has a minimum, against the overlap epsilon "
        f"for four strengths r (exponential loss), with solved points (f = {f:g}) at 0.5, 0.97, "
        "1.03 and 2 times that value. Below the fold the solver always finds the minimum and "
        "above it none; the weaker the ridge (the larger r), the less forgetting it takes to "
        "leave descent-ascent without one, but for nearly equal directions (epsilon near 1)."
    )
    return Drawing(figure, table | rows, caption)


def order_implies_distance(quick: bool = False) -> Drawing:
    """Distance of descent-ascent over the original's, with the criterion and the order."""
    from matplotlib.colors import LogNorm

    cells, fine = (9, 40) if quick else (28, 200)
    table: dict[str, Any] = {}
    with plots.style():
        figure, axes = plots.new_figure(1, 2, size=(10.0, 4.9))
        for ax, setting, reach, name in (
            (axes[0, 0], MILD, 1.0, "mild"),
            (axes[0, 1], STRONG, 0.03, "strong"),
        ):
            epsilon = np.linspace(0.02, 0.98, cells)
            alpha = np.linspace(0.0, reach, cells + 1)[1:]
            ratio = np.array(
                [[_solve(e, setting[0], a, setting[1]).ratio for e in epsilon] for a in alpha]
            )
            mesh = ax.pcolormesh(
                epsilon, alpha, np.ma.masked_invalid(ratio), cmap="PuOr_r", shading="nearest",
                norm=LogNorm(0.1, 10.0), rasterized=True,
            )  # fmt: skip
            e = np.linspace(0.01, 1.0, fine)
            a = reach * np.linspace(0.0, 1.0, fine + 1)[1:] ** 2
            criterion = theory.order_implies_distance(e[None, :], setting[0], a[:, None],
                                                      setting[1])  # fmt: skip
            oracle = theory.oracle_closed_form(e[None, :], setting[0])
            before = theory.original_point(e[None, :], setting[0], a[:, None], setting[1])
            after, _ = theory.da_stationary_points(e[None, :], setting[0], a[:, None], setting[1])
            exact = np.nan_to_num(after.distance(oracle) / before.distance(oracle), nan=100.0)
            window = theory.detriment_window(e, *setting)
            ax.contourf(
                e, a, criterion.astype(float), levels=[0.5, 1.5], colors="none", hatches=["///"]
            )
            ax.contour(e, a, criterion.astype(float), levels=[0.5], colors="black", linewidths=0.8)
            ax.contour(e, a, exact, levels=[1.0], colors=plots.COLOURS[2], linewidths=2.2)
            for edge in (window.low, window.high):
                ax.plot(e, edge, color=plots.COLOURS[0], linestyle="--", linewidth=1.8)
            ax.plot(e, window.fold, color="black", linestyle="-.", linewidth=1.6)
            ax.set_ylim(0.0, reach)
            ax.set_xlim(0.0, 1.0)
            ax.grid(False)
            ax.set_xlabel(EPSILON)
            ax.set_title(f"$r$ = {setting[0]:g}, $f$ = {setting[1]:g}")
            table[f"{name}_epsilon"] = np.tile(epsilon, len(alpha))
            table[f"{name}_alpha"] = np.repeat(alpha, len(epsilon))
            table[f"{name}_ratio"] = ratio.ravel()
        axes[0, 0].set_ylabel(ALPHA)
        bar = figure.colorbar(mesh, ax=axes.ravel().tolist(), extend="both", shrink=0.9)
        bar.set_label("distance to oracle / original's (white: diverges)")
        handles = _proxies()
        figure.legend(handles=handles, loc="outside lower center", ncols=2)
    caption = (
        "Distance of the descent-ascent minimum to the oracle over the original's, by the "
        "certified solver (colour; exponential loss), with the exact region of the criterion "
        "x_R >= x_D >= x_DA and y_DA <= y_D + ln(1/f), of the order of both margins, and of the "
        "fold. Wherever the criterion holds descent-ascent ends farther than the original, and "
        "at r = 1 it covers more than the order does; it is not necessary, for harm begins below "
        "it too."
    )
    return Drawing(figure, table, caption)


def _proxies() -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    blue, green = plots.COLOURS[0], plots.COLOURS[2]
    return [
        Patch(facecolor="white", edgecolor="black", hatch="///", label="theory: criterion"),
        Line2D([], [], color=blue, linestyle="--", label="theory: both margins ordered"),
        Line2D([], [], color=green, linewidth=2.2, label="theory: as far as the original"),
        Line2D([], [], color="black", linestyle="-.", label="theory: fold"),
    ]


# One point of each region: title, epsilon, strength, alpha, forget fraction.
REGIONS = (
    (r"helps: small $\alpha$", 0.5, 1.0, 0.1, 0.5),
    ("harms, not ordered: below the region", 0.5, 1.0, 0.3, 0.5),
    ("ordered: inside the paper's window", 0.5, 1.0, 0.6, 0.5),
    ("harms, not ordered: above the region", 0.5, 1.0, 0.66, 0.5),
    ("beyond the fold: diverges", 0.5, 1.0, 0.85, 0.5),
    ("negative correlation: straddles", -0.5, 1.0, 0.1, 0.5),
)


def _flow(problem: UnlearningProblem, quick: bool) -> Any:
    """Small steps from the original, a time of 60 over the ridge at most."""
    size = (0.02 if quick else 0.004) / problem.ridge / 30
    return iterate(simultaneous(), problem, step_size=size, steps=30_000 if quick else 150_000)


def crosses_the_oracle(quick: bool = False) -> Drawing:
    """Descent-ascent flow in weight space for one point of each region."""
    table: dict[str, Any] = {}
    with plots.style():
        figure, axes = plots.new_figure(2, 3, size=(11.0, 8.4))
        for k, (ax, (title, e, r, alpha, f)) in enumerate(zip(axes.flat, REGIONS, strict=True)):
            problem = _problem(e, r, alpha, f)
            path = _flow(problem, quick)
            oracle = theory.oracle_closed_form(e, r).w
            original = theory.original_point(e, r, alpha, f).w
            minimum, saddle = (p.w for p in theory.da_stationary_points(e, r, alpha, f))
            best = int(np.argmin(path.distance))
            table[f"w_i {k}"], table[f"w_j {k}"] = path.w.T
            table[f"distance {k}"] = path.distance / path.distance[0]
            seen = [original, oracle, path.w[best]]
            if np.all(np.isfinite(minimum)):
                seen.append(minimum)
                if np.linalg.norm(saddle - oracle) < 3 * np.linalg.norm(minimum - oracle):
                    seen.append(saddle)
            else:
                seen.append(original - np.array([0.0, 1.0]))
            box = np.array([np.min(seen, axis=0), np.max(seen, axis=0)])
            reach = 0.64 * float(np.max(box[1] - box[0]))
            ax.plot(*path.w.T, color=plots.COLOURS[0], label="flow of descent-ascent")
            t = np.array([-1e3, 1e3])
            ax.plot(
                oracle[0] + t, oracle[1] + e * t, color=plots.GREY, linestyle=":",
                label=r"$\nu=0$: line through the oracle",
            )  # fmt: skip
            angle = np.linspace(0.0, 2 * np.pi, 200)
            ax.plot(
                *(oracle[:, None] + path.distance[0] * np.array([np.cos(angle), np.sin(angle)])),
                color="black", linestyle="--", linewidth=1.0, label="as far as the original",
            )  # fmt: skip
            for w, marker, colour, label in (
                (original, "s", "black", "original"),
                (oracle, "*", plots.COLOURS[2], "oracle"),
                (minimum, "o", plots.COLOURS[1], "descent-ascent minimum"),
                (saddle, "X", plots.COLOURS[3], "saddle, where in view"),
                (path.w[best], "D", plots.COLOURS[4], "closest point: the early stop"),
            ):
                ax.plot(
                    *w, marker, color=colour, markersize=11 if marker == "*" else 7,
                    mfc="none" if marker == "D" else colour, label=label, linestyle="none",
                    markeredgewidth=1.8 if marker == "D" else 0.5, zorder=4,
                )  # fmt: skip
            for centre, limits in zip(box.mean(axis=0), (ax.set_xlim, ax.set_ylim), strict=True):
                limits(centre - reach, centre + reach)
            ax.set_aspect("equal")
            ratio = path.distance / path.distance[0]
            end = "diverges" if path.diverged else f"ends at {ratio[-1]:.2f}"
            ax.set_title(
                title + "\n"
                rf"$\varepsilon$ = {e:g}, $\alpha$ = {alpha:g}: best "
                f"{ratio[best]:.2f}, {end}"
            )
        for ax in axes[-1]:
            ax.set_xlabel("weight $w_i$")
        for ax in axes[:, 0]:
            ax.set_ylabel("weight $w_j$")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4)
    caption = (
        "Descent-ascent in weight space from the original, in small steps, for one point of each "
        "region (exponential loss, r = 1, f = 0.5; distances to the oracle relative to the "
        "original's), with the exact original, oracle, minimum and saddle. In every region the "
        "flow crosses the line on which the oracle lies, and it comes closer before it leaves, "
        "even inside the paper's window: whether descent-ascent helps depends on where it stops."
    )
    return Drawing(figure, table, caption)


def negative_correlation(quick: bool = False) -> Drawing:
    """Margins against epsilon, and the ratio of distances, for either sign of epsilon."""
    (r, f), alpha = MILD, 0.1
    epsilon = np.linspace(-1.0, 1.0, 81 if quick else 241)
    chosen = np.linspace(-0.9, 0.9, 7 if quick else 19)
    solved = [_solve(float(e), r, alpha, f) for e in chosen]
    oracle = theory.oracle_closed_form(epsilon, r)
    before = theory.original_point(epsilon, r, alpha, f)
    after, _ = theory.da_stationary_points(epsilon, r, alpha, f)
    table: dict[str, Any] = {"epsilon": epsilon, "point_epsilon": chosen}
    with plots.style():
        figure, axes = plots.new_figure(1, 2, size=(9.8, 4.9))
        left, right = axes[0]
        lines = (
            ("x_D - x_R", before.x - oracle.x, "original", 0),
            ("x_DA - x_R", after.x - oracle.x, "descent_ascent", 0),
            ("y_D - y_R", before.y - oracle.y, "original", 1),
            ("y_DA - y_R", after.y - oracle.y, "descent_ascent", 1),
        )
        for k, (name, curve, point, side) in enumerate(lines):
            difference = np.array([getattr(s, point) - s.oracle for s in solved])
            row = np.stack([np.ones_like(chosen), chosen], axis=1)
            values = np.sum(difference * (row if side == 0 else row[:, ::-1]), axis=1)
            left.plot(
                epsilon, curve, color=plots.COLOURS[k], linestyle=plots.LINES[k],
                label="$" + name.replace("_DA", "_{DA}") + "$",
            )  # fmt: skip
            left.plot(chosen, values, plots.MARKERS[k], color=plots.COLOURS[k], mfc="white")
            table[name], table[f"point {name}"] = curve, values
        left.axhline(0.0, color="black", linewidth=0.9)
        left.set_ylabel("margin less the oracle's")
        left.set_title(rf"both sides of the oracle, $\alpha$ = {alpha:g}")
        right.set_title("who ends closer")
        for k, level in enumerate((0.05, 0.1, 0.2, 0.3)):
            minimum, _ = theory.da_stationary_points(epsilon, r, level, f)
            original = theory.original_point(epsilon, r, level, f)
            curve = minimum.distance(oracle) / original.distance(oracle)
            values = np.array([_solve(float(e), r, level, f).ratio for e in chosen])
            right.plot(
                epsilon, curve, color=plots.COLOURS[k], linestyle=plots.LINES[k],
                label=rf"$\alpha$ = {level:g}",
            )  # fmt: skip
            right.plot(chosen, values, plots.MARKERS[k], color=plots.COLOURS[k], mfc="white")
            table[f"ratio alpha={level:g}"] = curve
            table[f"point ratio alpha={level:g}"] = values
        plots.mark_unity(right, "equal distances")
        right.set_yscale("log")
        right.set_ylabel("distance to oracle / original's")
        for ax in (left, right):
            ax.axvline(0.0, color="black", linestyle=":", linewidth=1.2)
            ax.set_xlabel(EPSILON)
        left.legend(loc="upper right")
        right.legend(loc="lower left")
    caption = (
        "Margins of the original and of descent-ascent less the oracle's, and the ratio of their "
        f"distances, against epsilon (exponential loss, r = {r:g}, f = {f:g}; curves exact, points "
        "by the certified solver; a curve ends at the fold). For negative epsilon the original "
        "and descent-ascent lie on opposite sides of the oracle in both margins, so the order of "
        "the detriment window never holds, and whether descent-ascent ends closer depends on "
        "alpha."
    )
    return Drawing(figure, table, caption)


def logistic_cross_dimensional(quick: bool = False) -> Drawing:
    """Stationary points under the logistic loss: branches, number and order, by enumeration."""
    f, overlap, r = 0.1, 0.5, 100.0
    strengths = np.array([10.0, 100.0, 1000.0])
    turns = np.exp(np.concatenate(theory.logistic_folds(np.full(3, overlap), strengths)))
    near = 1.0 + np.geomspace(1e-6, 1e-2, 15) * np.array([[-1.0], [1.0]])
    close = np.outer(turns[np.isfinite(turns)], near).ravel()
    share = np.union1d(np.geomspace(5e-4, 1.0, 150 if quick else 600), close)
    cells = 9 if quick else 20
    table: dict[str, Any] = {"alpha_k": share}
    with plots.style():
        figure, axes = plots.new_figure(1, 2, size=(10.0, 5.0))
        left, right = axes[0]
        for k, strength in enumerate(strengths):
            found = theory.logistic_cross_dimensional(overlap, strength, share * f / (1 - f), f)
            colour = plots.COLOURS[k]
            for kind, line in ((found.minimum, "-"), (~found.minimum, ":")):
                for part in _branches(share, np.where(kind, found.y, np.nan)):
                    left.plot(*part, color=colour, linestyle=line)
            table[f"y highest r={strength:g}"] = np.nanmax(found.y, axis=1)
            table[f"y lowest r={strength:g}"] = np.nanmin(found.y, axis=1)
            table[f"count r={strength:g}"] = found.count
            fold = float(np.exp(theory.da_existence(overlap, strength, f).log_alpha_k))
            left.axvline(fold, color=colour, linestyle="--", linewidth=1.0)
            left.plot([], [], color=colour, label=f"$r$ = {strength:g}")
        left.plot([], [], color="black", label="minimum")
        left.plot([], [], color="black", linestyle=":", label="saddle")
        left.plot([], [], color="black", linestyle="--", linewidth=1.0,
                  label="fold of the exponential loss")  # fmt: skip
        left.set_xscale("log")
        left.set_yscale("asinh", linear_width=2.0)
        left.set_yticks([-300, -100, -30, -10, -3, 0, 3, 10], minor=False)
        left.yaxis.set_major_formatter("{x:g}")
        left.set_xlabel(r"$\alpha k=(|F_{ij}|/n_F)/(|R_{ij}|/n_R)$")
        left.set_ylabel(r"margin $y$ of the forgotten samples")
        left.set_title(rf"$\varepsilon$ = {overlap:g}")
        left.legend(loc="lower left")
        columns = _logistic_map(right, r, f, cells, quick)
        table.update(columns)
    caption = (
        "Descent-ascent under the logistic loss, all stationary points by certified enumeration: "
        f"their margin y at epsilon = {overlap:g}, and their number and order over epsilon and "
        f"alpha k (r = {r:g}, f = {f:g}). There is always a minimum; the enumeration finds one "
        "point or, in a band near the fold of the exponential loss, three, so that there the "
        "minimum jumps to distant weights instead of vanishing, and the ordered region reaches "
        "beyond that fold."
    )
    return Drawing(figure, table, caption)


def _branches(share: np.ndarray, y: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split values (T, m) into curves, cutting where the highest of several points appears."""
    parts = []
    for column in (np.nanmax, np.nanmin):
        seen = ~np.all(np.isnan(y), axis=1)
        values = np.full(len(y), np.nan)
        values[seen] = column(y[seen], axis=1)
        jumps = np.flatnonzero(np.abs(np.diff(values)) > 1.0 + 0.1 * np.abs(values[1:])) + 1
        for index in np.split(np.arange(len(y)), jumps):
            parts.append((share[index], values[index]))
    return parts


def _logistic_map(ax: Any, r: float, f: float, cells: int, quick: bool) -> dict[str, np.ndarray]:
    """Draw the band of three stationary points, the exponential fold, and enumerated points."""
    epsilon = np.linspace(0.02, 1.0, 50 if quick else 200)
    low, high = (np.exp(values) for values in theory.logistic_folds(epsilon, np.array(r)))
    fold = np.exp(theory.da_existence(epsilon, r, f).log_alpha_k)
    ax.fill_between(
        epsilon, low, high, color=plots.COLOURS[4], alpha=0.6, linewidth=0,
        label="band of three stationary points",
    )  # fmt: skip
    ax.plot(epsilon, fold, "--", color="black", label="fold of the exponential loss")
    places = [
        (e, s) for e in (np.arange(cells) + 0.5) / cells
        for s in np.geomspace(6e-3, 2.0, cells)
    ]  # fmt: skip
    e, s = np.array(places).T
    found = theory.logistic_cross_dimensional(e, r, s * f / (1 - f), f)
    ordered = np.zeros(len(places), dtype=bool)
    for i, (overlap, share) in enumerate(places):
        problem = _problem(overlap, r, share * f / (1 - f), f, "logistic")
        sides = np.array([[1.0, overlap], [overlap, 1.0]])
        oracle, original = (sides @ minimise(o).w for o in (problem.oracle(), problem.original()))
        ended = np.stack([found.x[i], found.y[i]])[:, found.minimum[i]]
        ordered[i] = bool(np.all(oracle >= original)) and bool(
            np.any(np.all(original[:, None] >= ended, axis=0))
        )
    three = found.count == 3
    for part, marker, colour, size, text in (
        (~ordered, ".", plots.GREY, 2.5, "not ordered"),
        (ordered, "o", plots.HARMED, 4.0, "ordered (some minimum)"),
        (three, "s", "black", 8.0, "three points counted"),
    ):
        ax.plot(
            e[part], s[part], marker, color=colour, markersize=size, label=text,
            mfc="none" if marker == "s" else colour, linestyle="none",
        )  # fmt: skip
    ax.set_yscale("log")
    ax.set_ylim(5e-3, 2.4)
    ax.set_xlim(0.0, 1.0)
    ax.set_xlabel(EPSILON)
    ax.set_ylabel(r"$\alpha k$")
    ax.set_title(f"$r$ = {r:g}, $f$ = {f:g}")
    ax.figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return {
        "epsilon": epsilon, "three_low": low, "three_high": high, "exponential_fold": fold,
        "point_epsilon": e, "point_alpha_k": s, "point_count": found.count,
        "point_certified": found.certified, "point_ordered": ordered,
    }  # fmt: skip


def near_parallel_limit(quick: bool = False) -> Drawing:
    """One retained and one forgotten sample as they become parallel: weights, and existence."""
    n_retain, n_forget = 9, 1
    share, f = 1 / n_retain, n_forget / (n_retain + n_forget)
    epsilon = np.linspace(0.3, 1.0, 100 if quick else 300)
    chosen = np.linspace(0.35, 0.98, 6 if quick else 12)
    limit = theory.near_parallel_limit(1.0, 1.0, n_retain, n_forget).least_ridge

    def problem(e: float, ridge: float) -> UnlearningProblem:
        data = two_directions(e, 1.0, share=share, n_retain=n_retain, n_forget=n_forget)
        assert data.forget is not None
        return UnlearningProblem(
            data.features, data.labels, data.forget, ridge=ridge, loss="exponential"
        )

    table: dict[str, Any] = {"epsilon": epsilon, "point_epsilon": chosen}
    with plots.style():
        figure, axes = plots.new_figure(1, 2, size=(10.0, 4.9))
        left, right = axes[0]
        for k, ridge in enumerate((4.0, 5.0, 8.0)):
            minimum, _ = theory.da_stationary_points(epsilon, share / ridge, 1.0, f)
            colour = plots.COLOURS[k]
            curve = minimum.w.sum(axis=-1)
            left.plot(
                epsilon, curve, color=colour, linestyle=plots.LINES[k],
                label=rf"descent-ascent, $\lambda$ = {ridge:g}",
            )  # fmt: skip
            found = [_minimum(problem(float(e), ridge)) for e in chosen]
            left.plot(chosen, [w.sum() for w in found], plots.MARKERS[k], color=colour, mfc="white")
            end = theory.near_parallel_limit(1.0, ridge, n_retain, n_forget).da_sum_limit
            left.plot(1.0, end, "*", color=colour, markersize=12, clip_on=False, zorder=5)
            table[f"sum ridge={ridge:g}"] = curve
            table[f"point sum ridge={ridge:g}"] = [w.sum() for w in found]
            table[f"limit ridge={ridge:g}"] = [float(end)]
        for name, style in (("original", ":"), ("oracle", (0, (5, 1)))):
            known = getattr(theory.near_parallel_limit(epsilon, 5.0, n_retain, n_forget), name)
            found = [minimise(getattr(problem(float(e), 5.0), name)()).w for e in chosen]
            left.plot(
                epsilon, known.sum(axis=-1), color="black", linestyle=style,
                label=rf"{name}, $\lambda$ = 5",
            )  # fmt: skip
            left.plot(chosen, [w.sum() for w in found], "k.")
            table[name], table[f"point {name}"] = known.sum(axis=-1), [w.sum() for w in found]
        left.plot([], [], "*", color=plots.GREY, markersize=10,
                  label=r"limit $W_0(2(A_R-A_F))$")  # fmt: skip
        left.set_ylabel("$w_1+w_2$")
        left.set_xlim(0.3, 1.0)
        ridges = np.linspace(1.0, 8.0, 200 if quick else 500)
        wide = np.linspace(0.0, 1.3, 60 if quick else 200)
        spare = theory.da_existence(wide[None, :], share / ridges[:, None], f).log_alpha_k
        least = np.array([
            float(np.interp(np.log(n_retain / n_forget), column, ridges))
            for column in spare.T
        ])  # fmt: skip
        right.plot(wide, least, color="black", label="theory: least ridge with a minimum")
        right.plot(1.0, limit, "*", color=plots.COLOURS[3], markersize=13, zorder=5,
                   label=r"limit $2e(1/n_F-1/n_R)$")  # fmt: skip
        spots = [(e, lam) for e in np.linspace(0.05, 1.25, 7 if quick else 13)
                 for lam in np.linspace(1.5, 7.5, 7 if quick else 13)]  # fmt: skip
        exists = np.array([bool(np.all(np.isfinite(_minimum(problem(*spot))))) for spot in spots])
        place = np.array(spots)
        for part, marker, colour, text in (
            (exists, "o", plots.COLOURS[0], "solver: a minimum"),
            (~exists, "x", plots.COLOURS[1], "solver: unbounded below"),
        ):
            right.plot(
                place[part, 0], place[part, 1], marker, color=colour, mfc="white",
                linestyle="none", label=text,
            )  # fmt: skip
        right.set_ylabel(r"ridge $\lambda$")
        for ax in (left, right):
            ax.set_xlabel(EPSILON)
        handles = [ax.get_legend_handles_labels() for ax in (left, right)]
        figure.legend(
            handles[0][0] + handles[1][0], handles[0][1] + handles[1][1],
            loc="outside lower center", ncols=4,
        )  # fmt: skip
    table |= {
        "map_epsilon": wide, "least_ridge": least, "map_point_epsilon": place[:, 0],
        "map_point_ridge": place[:, 1], "map_point_exists": exists,
    }  # fmt: skip
    caption = (
        "One retained sample (1, epsilon) and one forgotten (epsilon, 1) among nine retained and "
        "one forgotten (exponential loss): the sum of the weights, exact and by the certified "
        "solver, and the ridges for which descent-ascent has a minimum. As the samples become "
        "parallel descent-ascent tends to the limit W_0(2(A_R - A_F)) of the paper, but only for "
        f"ridges above {float(limit):.2f}; below that there is nothing to tend to."
    )
    return Drawing(figure, table, caption)


def _minimum(problem: UnlearningProblem) -> np.ndarray:
    """Return the descent-ascent minimum next to the oracle; NaN where there is none."""
    found = minimise(problem.descent_ascent(), minimise(problem.oracle()).w)
    return found.w if found.converged else np.full(problem.features.shape[1], np.nan)


FIGURES = (
    da_existence,
    detriment_window,
    order_implies_distance,
    crosses_the_oracle,
    negative_correlation,
    logistic_cross_dimensional,
    near_parallel_limit,
)

if __name__ == "__main__":
    entry(lambda: run("cross_dimensional", __doc__ or "", FIGURES))
