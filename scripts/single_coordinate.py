"""Figures of one coordinate of the block model: minimisers, harm thresholds, phases of the flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from _common import entry
from _figures import Drawing, run

import numpy as np

from logreg_unlearn import plots
from logreg_unlearn.data.synthetic import orthogonal_blocks
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import OptimumStatus, minimise
from logreg_unlearn.theory import single_coordinate as theory
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.batched import descend, stack
from logreg_unlearn.unlearn.driver import Trajectory
from logreg_unlearn.unlearn.driver import run as iterate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOSSES = ("exponential", "logistic")
MINIMISERS = {"exponential": theory.lambert_minimiser, "logistic": theory.logistic_minimiser}
ROWS = 40
STEPS_A_UNIT = 50
"""Steps per unit of ridge times time: short enough to follow the flow."""
NAMES = (r"oracle $w_R$", r"original $w_D$", r"descent-ascent $w_{DA}$")


def _problem(strength: float, lift: float, n_forget: int, loss: str) -> UnlearningProblem:
    """Return one block as data: ``n_forget`` of ``ROWS`` rows are to be forgotten."""
    share = 0.9 / max(1.0, lift)
    data = orthogonal_blocks([lift], [share], n_retain=ROWS - n_forget, n_forget=n_forget)
    return _of(data, share / strength, loss)


def _of(data: Any, ridge: float, loss: str) -> UnlearningProblem:
    return UnlearningProblem(
        data.features, data.labels, data.forget, ridge=ridge, loss=loss, weights=data.weights
    )


def _solved(problem: UnlearningProblem) -> tuple[Array, Array, Array]:
    """Return oracle, original and descent-ascent optimum; NaN where there is none."""
    oracle, original = minimise(problem.oracle()).w, minimise(problem.original()).w
    unlearned = minimise(problem.descent_ascent(), start=original)
    gone = unlearned.status is OptimumStatus.UNBOUNDED
    return oracle, original, np.full_like(original, np.nan) if gone else unlearned.w


def _numbers(strength: float, lift: float, n_forget: int, loss: str) -> list[float]:
    return [float(w[0]) for w in _solved(_problem(strength, lift, n_forget, loss))]


def _flow(
    strength: float, lift: float, n_forget: int, loss: str, start: float | None = None,
    *, per_unit: int, steps: int,
) -> Trajectory:  # fmt: skip
    """Run descent-ascent with ``per_unit`` steps per unit of ridge times time."""
    problem = _problem(strength, lift, n_forget, loss)
    return iterate(
        simultaneous(), problem, None if start is None else np.array([start]), steps=steps,
        step_size=1.0 / (per_unit * problem.ridge),
    )  # fmt: skip


# --- the three minimisers -------------------------------------------------------------------


def _minimisers(loss: str, quick: bool) -> tuple[Any, dict[str, Any]]:
    """Draw the three minimisers against the lift, for a strong and a weak ridge."""
    strengths, n_forget, table = (0.5, 5.0), 8, dict[str, Any]()
    points = np.linspace(0.0, 3.0, 13 if quick else 31)
    with plots.style():
        figure, axes = plots.new_figure(1, 2, size=(9.0, 4.2), sharex=True)
        for ax, s in zip(axes[0], strengths, strict=True):
            fold = float(theory.da_branches(s, 1.0).fold)
            lift = np.unique(np.append(np.linspace(0.0, 3.0, 601), fold))
            closed = MINIMISERS[loss](s, lift, n_forget / ROWS)
            unlearned = closed.descent_ascent
            if loss == "exponential":  # the curve ends in the fold, whatever rounding says there
                unlearned = np.where(lift == fold, -1.0, unlearned)
            curves = (closed.oracle, closed.original, unlearned)
            found = np.array([_numbers(s, rho, n_forget, loss) for rho in points])
            for k, (name, curve) in enumerate(zip(NAMES, curves, strict=True)):
                ax.plot(
                    lift, np.where(np.isfinite(curve), curve, np.nan), color=plots.COLOURS[k],
                    linestyle=plots.LINES[k], label=f"{name}, closed form",
                )  # fmt: skip
                ax.plot(
                    points, found[:, k], plots.MARKERS[k], color=plots.COLOURS[k], mfc="white",
                    label=f"{name}, solver",
                )  # fmt: skip
                table[f"s={s:g} {('oracle', 'original', 'descent_ascent')[k]}"] = found[:, k]
            if loss == "exponential":
                ax.axvspan(fold, 3.1, color=plots.GREY, alpha=0.25, linewidth=0)
                ax.axvline(fold, color="black", linewidth=1.0)
                ax.text(
                    0.5 * (fold + 3.05), 0.5, "descent-ascent has\nno stationary point",
                    ha="center", va="center", transform=ax.get_xaxis_transform(),
                )  # fmt: skip
            ax.axhline(0.0, color="black", linewidth=0.8)
            ax.set_xlim(-0.06, 3.06)
            ax.set_title(rf"strength $s=p/\lambda={s:g}$")
            ax.set_xlabel(r"lift $\rho=q/p$ of the block in the forget set")
        axes[0, 0].set_ylabel(r"minimiser $w$ (margin of the block)")
        _legend_below(figure, axes[0, 0], 3)
    return figure, {"lift": points, **table}


def lambert_minimiser(quick: bool = False) -> Drawing:
    """The three minimisers of the exponential loss, values of Lambert's W, over the solver's."""
    figure, table = _minimisers("exponential", quick)
    caption = (
        "Oracle, original and descent-ascent minimisers of one block under the exponential loss "
        "(forget fraction f = 0.2), by Lambert's W and by the solver on block data. More lift "
        "moves the original slowly up and descent-ascent steeply down, through zero at lift 1, "
        "until at the fold (lift 1 + 1/(e s), vertical line) its minimum disappears at w = -1."
    )
    return Drawing(figure, table, caption)


def logistic_minimiser(quick: bool = False) -> Drawing:
    """The three minimisers of the logistic loss, values of G, over the solver's."""
    figure, table = _minimisers("logistic", quick)
    caption = (
        "Oracle, original and descent-ascent minimisers of one block under the logistic loss "
        "(forget fraction f = 0.2), by the inverse G of w (1 + e^w) and by the solver on block "
        "data. Up to lift 1 the picture is that of the exponential loss, but beyond it descent-"
        "ascent has a minimum for every lift, which falls like s (1 - lift) and never disappears."
    )
    return Drawing(figure, table, caption)


def da_branches(quick: bool = False) -> Drawing:
    """Stable and unstable branch of descent-ascent, over where runs from many starts end."""
    s, n_forget, lowest = 0.5, 8, -8.0
    lifts = np.linspace(0.6, 2.4, 7 if quick else 16)
    starts = np.linspace(-7.5, 1.0, 8 if quick else 18)
    fold = float(theory.da_branches(s, 1.0).fold)
    lift = np.unique(np.concatenate([np.linspace(0.5, fold, 800), [1.0 + 1e-9]]))
    branches = theory.da_branches(s, lift)
    table: dict[str, list[Any]] = {"lift": [], "start": [], "end": [], "diverged": []}
    for rho in lifts:
        for start in starts:
            # steep where the start is far on the wrong side: small steps there
            steep = int(10 + s * max(1.0 - rho, 0.0) * np.exp(-start))
            path = _flow(
                s, rho, n_forget, "exponential", start, per_unit=steep, steps=max(3_000, 30 * steep)
            )
            table["lift"].append(rho)
            table["start"].append(start)
            table["end"].append(-np.inf if path.diverged else float(path.w[-1, 0]))
            table["diverged"].append(path.diverged)
    gone = np.array(table["diverged"], dtype=bool)
    at, begun, ended = (np.array(table[name]) for name in ("lift", "start", "end"))
    with plots.style():
        figure, axes = plots.new_figure(size=(6.8, 4.8))
        ax = axes[0, 0]
        ax.plot(
            at[~gone], begun[~gone], "o", color=plots.COLOURS[0], mfc="white",
            label="start from which it settles",
        )  # fmt: skip
        ax.plot(
            at[gone], begun[gone], "x", color=plots.COLOURS[1],
            label="start from which it diverges",
        )  # fmt: skip
        ax.plot(at[~gone], ended[~gone], "s", color="black", markersize=5, label="where it settles")
        ax.plot(
            lift, branches.minimum, color=plots.COLOURS[2], linewidth=2.2,
            label=r"theory: minimum, $W_0$ (stable)",
        )  # fmt: skip
        maximum = np.where(np.isfinite(branches.maximum), branches.maximum, np.nan)
        ax.plot(
            lift, maximum, color=plots.COLOURS[3], linestyle="--", linewidth=2.2,
            label=r"theory: maximum, $W_{-1}$ (unstable)",
        )  # fmt: skip
        ax.plot(fold, -1.0, "*", color="black", markersize=13, label=r"fold, $\rho=1+1/(es)$")
        ax.set_ylim(lowest, 1.4)
        ax.set_xlabel(r"lift $\rho$")
        ax.set_ylabel(r"$w$ (margin of the block)")
        _legend_below(figure, ax, 2)
    caption = (
        f"Stationary points of descent-ascent for one block (exponential loss, strength s = {s:g}),"
        " over runs from many starting points, marked by whether they settle or diverge. The "
        "branch W_-1 that the source calls the minimum is the unstable one, for it separates the "
        "starts that settle on W_0 from those that diverge, until both branches meet at the fold "
        f"(lift {fold:.3f}) and every start diverges."
    )
    return Drawing(figure, table, caption)


# --- order and distances --------------------------------------------------------------------


def opposite_sides(quick: bool = False) -> Drawing:
    """Which of the three minimisers lies in the middle, in the paper's letters."""
    sizes = range(2, 31, 7 if quick else 2)
    ratios = np.geomspace(2e-3, 5.0, 11 if quick else 23)
    strength = 0.5
    middles = ("descent-ascent", "original", "oracle")
    table: dict[str, list[Any]] = {"loss": [], "fraction": [], "alpha": [], "middle": []}
    for loss in LOSSES:
        for n_forget in sizes:
            f = n_forget / ROWS
            for alpha in ratios:
                lift = alpha * (1 - f) / f
                oracle, original, unlearned = _numbers(strength, lift, n_forget, loss)
                # where there is no minimum, descent-ascent goes to minus infinity
                low = -np.inf if np.isnan(unlearned) else unlearned
                middle = np.argsort([low, original, oracle])[1]
                for name, value in zip(table, (loss, f, alpha, middles[middle]), strict=True):
                    table[name].append(value)
    loss_of, fraction, alpha, middle_of = (np.array(column) for column in table.values())
    fine = np.linspace(0.02, 0.78, 300)
    lower, upper = theory.harm_threshold(fine) * fine / (1 - fine), fine / (1 - fine)
    with plots.style():
        figure, axes = plots.new_figure(1, 2, size=(9.0, 4.4), sharex=True, sharey=True)
        for ax, loss in zip(axes[0], LOSSES, strict=True):
            ax.fill_between(fine, lower, upper, color=plots.COLOURS[1], alpha=0.15, linewidth=0)
            for k, name in enumerate(middles):
                part = (loss_of == loss) & (middle_of == name)
                ax.plot(
                    fraction[part], alpha[part], plots.MARKERS[k], color=plots.COLOURS[k],
                    mfc="white", label=f"solver: {name} in the middle",
                )  # fmt: skip
            ax.plot(
                fine, upper, color="black", label=r"theory: $\alpha=n_F/n_R$, lift $1$"
            )  # fmt: skip
            ax.plot(
                fine, lower, color="black", linestyle="--",
                label=r"theory: $\alpha=n_F^2/(n_R(n_F+n))$, lift $f/(1+f)$",
            )  # fmt: skip
            ax.set_yscale("log")
            ax.set_ylim(1.5e-3, 7.0)
            ax.set_title(f"{loss} loss")
            ax.set_xlabel(r"forget fraction $f=n_F/n$")
        axes[0, 0].set_ylabel(r"$\alpha=|F_j|/|R_j|$, forgotten per retained sample")
        _legend_below(figure, axes[0, 0], 2)
    caption = (
        f"Which of the three minimisers of one block lies between the other two, by the solver "
        f"(strength s = {strength:g}), with the range of Lemma 3 shaded. The original lies between "
        "oracle and descent-ascent exactly in that range and for both losses; below it descent-"
        "ascent lies between original and oracle, and above it the oracle between the other two."
    )
    return Drawing(figure, table, caption)


def distance_growth(quick: bool = False) -> Drawing:
    """Distance of the original from the oracle against the ridge, under Lemma 4's bound."""
    lifts, n_forget, share = (0.0, 0.5, 4.0), 12, 0.225
    ridge = np.geomspace(1e-8, 1e3, 300)
    points = np.geomspace(1e-8, 1e3, 8 if quick else 23)
    table: dict[str, Any] = {"ridge": points}
    with plots.style():
        figure, axes = plots.new_figure(1, 2, size=(9.0, 4.3), sharex=True, sharey=True)
        for ax, loss in zip(axes[0], LOSSES, strict=True):
            for k, lift in enumerate(lifts):
                where = MINIMISERS[loss](share / ridge, lift, n_forget / ROWS)
                found = np.array([_numbers(share / r, lift, n_forget, loss) for r in points])
                bound = float(theory.distance_growth(lift, n_forget / ROWS))
                colour = plots.COLOURS[k]
                ax.axhline(bound, color=colour, linestyle="--", linewidth=1.2)
                ax.plot(
                    ridge, np.abs(where.original - where.oracle), color=colour,
                    label=rf"closed form, $\rho={lift:g}$",
                )  # fmt: skip
                distance = np.abs(found[:, 1] - found[:, 0])
                ax.plot(
                    points, distance, plots.MARKERS[k], color=colour, mfc="white",
                    label=rf"solver, $\rho={lift:g}$",
                )  # fmt: skip
                table[f"{loss} lift={lift:g}"] = distance
                table[f"bound lift={lift:g}"] = [bound]
            ax.set_xscale("log")
            ax.set_title(f"{loss} loss")
            ax.set_xlabel(rf"ridge $\lambda$ (retain share $p={share:g}$)")
        axes[0, 0].plot(
            [], [], "k--", linewidth=1.2, label=r"Lemma 4: $|\ln(1+f(\rho-1))|$"
        )  # fmt: skip
        axes[0, 0].set_ylabel(r"distance original to oracle $|w_D-w_R|$")
        _legend_below(figure, axes[0, 0], 4)
    caption = (
        "Distance of the original from the oracle in one block against the ridge (f = 0.3), with "
        "Lemma 4's bound for each lift (dashed). The distance stays below the bound at every "
        "ridge, approaches it as the ridge vanishes and dies out as the ridge grows."
    )
    return Drawing(figure, table, caption)


def distance_unlearning(quick: bool = False) -> Drawing:
    """Distance of descent-ascent from the oracle against the ridge, over Lemma 5's bound."""
    lifts, n_forget, share = (0.5, 1.0, 1.1, 3.0), 8, 0.3
    points = np.geomspace(1e-5, 1e3, 9 if quick else 25)
    table: dict[str, Any] = {"ridge": points}
    with plots.style():
        figure, axes = plots.new_figure(1, 2, size=(9.0, 4.5), sharex=True, sharey=True)
        for ax, loss in zip(axes[0], LOSSES, strict=True):
            for k, lift in enumerate(lifts):
                fold = np.e * share * (lift - 1.0) if loss == "exponential" else 0.0
                ridge = np.geomspace(max(fold, 1e-5) * (1 + 1e-12), 1e3, 400)
                where = MINIMISERS[loss](share / ridge, lift, n_forget / ROWS)
                found = np.array([_numbers(share / r, lift, n_forget, loss) for r in points])
                distance = found[:, 0] - found[:, 2]
                colour = plots.COLOURS[k]
                drawn = where.oracle - where.descent_ascent
                ax.plot(
                    ridge, drawn, color=colour, linestyle=plots.LINES[k],
                    label=rf"closed form, $\rho={lift:g}$",
                )  # fmt: skip
                ax.plot(
                    points, distance, plots.MARKERS[k], color=colour, mfc="white",
                    label=rf"solver, $\rho={lift:g}$",
                )  # fmt: skip
                if fold > 0:
                    ax.plot(
                        [fold, fold], [drawn[0], 3e4], color=colour, linestyle="-", linewidth=0.9
                    )
                table[f"{loss} lift={lift:g}"] = np.where(np.isnan(distance), np.inf, distance)
            ridge = np.geomspace(1e-5, 1e3, 400)
            bound = MINIMISERS[loss](share / ridge, 1.0, n_forget / ROWS).oracle
            ax.fill_between(ridge, 1e-5, bound, color=plots.GREY, alpha=0.2, linewidth=0)
            ax.set_xscale("log")
            ax.set_yscale("log")
            ax.set_ylim(2e-5, 3e4)
            ax.set_title(f"{loss} loss")
            ax.set_xlabel(rf"ridge $\lambda$ (retain share $p={share:g}$)")
        axes[0, 0].fill_between(
            [], [], color=plots.GREY, alpha=0.2, label=r"Lemma 5: none here for $\rho\geq1$"
        )
        axes[0, 0].plot([], [], "k-", linewidth=0.9, label="fold: diverges to the left")
        axes[0, 0].set_ylabel(r"distance descent-ascent to oracle $|w_R-w_{DA}|$")
        _legend_below(figure, axes[0, 0], 4)
    caption = (
        "Distance of descent-ascent's limit from the oracle in one block against the ridge (f = "
        "0.2), with Lemma 5's bound, the oracle's own size, as the upper edge of the shaded area. "
        "From lift 1, which lies on the edge, the bound holds for every ridge, though for lifts "
        "above 1 the exponential loss diverges only below the fold's ridge e p (lift - 1); at lift "
        "0.5 the bound fails."
    )
    return Drawing(figure, table, caption)


def vanishing_ridge(quick: bool = False) -> Drawing:
    """How the distances grow as the ridge vanishes, for lifts below, at and above 1."""
    share, n_forget = 0.9, 8
    points = np.geomspace(1e-10, 1e-1, 8 if quick else 19)
    ridge = np.geomspace(1e-10, 0.3, 400)
    at_one = theory.lambert_minimiser(share / ridge, 1.0, n_forget / ROWS)
    lower, upper = theory.vanishing_ridge(share / ridge)
    equal = np.array([_numbers(share / r, 1.0, n_forget, "exponential") for r in points])
    half = np.array([_numbers(share / r, 0.5, n_forget, "exponential") for r in points])
    below = theory.lambert_minimiser(share / ridge, 0.5, n_forget / ROWS)
    with plots.style():
        figure, axes = plots.new_figure(size=(6.8, 4.8))
        ax = axes[0, 0]
        ax.fill_between(
            ridge, lower, upper, color=plots.COLOURS[0], alpha=0.25, linewidth=0,
            label=r"theory: $L-\ln L$ to $L-\ln(L-\ln L)$",
        )  # fmt: skip
        ax.plot(
            ridge, at_one.oracle - at_one.descent_ascent, color=plots.COLOURS[0],
            label=r"descent-ascent, $\rho=1$: $W_0(s)$",
        )  # fmt: skip
        ax.plot(
            points, equal[:, 0] - equal[:, 2], "o", color=plots.COLOURS[0], mfc="white",
            label=r"solver, $\rho=1$",
        )  # fmt: skip
        ax.plot(
            points, np.abs(equal[:, 1] - equal[:, 0]), "s", color=plots.COLOURS[1], mfc="white",
            label=r"solver: the original, $\rho=1$",
        )  # fmt: skip
        ax.plot(
            ridge, below.oracle - below.descent_ascent, color=plots.COLOURS[2], linestyle="-.",
            label=r"descent-ascent, $\rho=0.5$",
        )  # fmt: skip
        ax.plot(
            points, half[:, 0] - half[:, 2], "^", color=plots.COLOURS[2], mfc="white",
            label=r"solver, $\rho=0.5$",
        )  # fmt: skip
        ax.plot(ridge, np.log(1 / ridge), "k:", label=r"$\ln(1/\lambda)$")
        ax.set_xscale("log")
        ax.invert_xaxis()
        ax.set_xlabel(rf"ridge $\lambda$, vanishing to the right ($p={share:g}$)")
        ax.set_ylabel("distance to the oracle")
        _legend_below(figure, ax, 2)
    caption = (
        "Distances to the oracle in one block under the exponential loss as the ridge vanishes "
        "(f = 0.2, L = ln(p/ridge)), closed forms over the solver. At lift 1 the original is the "
        "oracle while descent-ascent goes arbitrarily far away, slower than ln(1/ridge) by its "
        "logarithm; at lift 0.5 its distance stays below -ln(1 - lift) = 0.69."
    )
    table = {
        "ridge": points, "unlearned": equal[:, 0] - equal[:, 2],
        "original": np.abs(equal[:, 1] - equal[:, 0]),
        "unlearned lift=0.5": half[:, 0] - half[:, 2],
    }  # fmt: skip
    return Drawing(figure, table, caption)


# --- harm -----------------------------------------------------------------------------------


def harm_threshold(quick: bool = False) -> Drawing:
    """Ratio of the distances against the lift, for several ridges, exponential loss."""
    n_forget, strengths = 16, (1e-2, 1.0, 1e2, 1e4)
    f = n_forget / ROWS
    threshold = float(theory.harm_threshold(f))
    points = np.linspace(0.02, 0.98, 9 if quick else 21)
    table: dict[str, Any] = {"lift": points}
    with plots.style():
        figure, axes = plots.new_figure(size=(6.8, 4.6))
        ax = axes[0, 0]
        ax.set_yscale("log")
        lift = np.linspace(1e-3, 1.0 - 1e-3, 800)
        for k, s in enumerate(strengths):
            where = theory.lambert_minimiser(s, lift, f)
            found = np.array([_numbers(s, rho, n_forget, "exponential") for rho in points])
            ratio = np.abs(found[:, 2] - found[:, 0]) / np.abs(found[:, 1] - found[:, 0])
            ax.plot(
                lift, (where.oracle - where.descent_ascent) / (where.oracle - where.original),
                color=plots.COLOURS[k], linestyle=plots.LINES[k],
                label=rf"closed form, $s=10^{{{np.log10(s):.0f}}}$",
            )  # fmt: skip
            ax.plot(
                points, ratio, plots.MARKERS[k], color=plots.COLOURS[k], mfc="white",
                label=rf"solver, $s=10^{{{np.log10(s):.0f}}}$",
            )  # fmt: skip
            table[f"ratio s={s:g}"] = ratio
        plots.mark_unity(ax)
        ax.axvline(
            threshold, color="black", linestyle=":", linewidth=1.6,
            label=rf"theory: $\rho=f/(1+f)={threshold:.3f}$",
        )  # fmt: skip
        ax.set_ylim(5e-3, 3e3)
        ax.set_xlabel(r"lift $\rho$ of the block in the forget set")
        ax.set_ylabel("distance to oracle / original's")
        _legend_below(figure, ax, 3)
    caption = (
        f"Distance of descent-ascent's limit from the oracle over the original's in one block "
        f"(exponential loss, f = {f:g}) for four strengths s = p/ridge. Whatever the ridge, all "
        "curves pass 1 at the same lift f/(1+f), so that beyond it unlearning is worse than doing "
        "nothing, although every lift shown is below 1."
    )
    return Drawing(figure, table, caption)


def logistic_harm_threshold(quick: bool = False) -> Drawing:
    """Harm over forget fraction and lift, and the lift at which the solver's distances agree."""
    sizes = np.array(range(2, 39, 12) if quick else range(2, 39, 3))
    strengths = (1e-2, 1.0, 1e3)
    fine = np.linspace(0.01, 0.99, 300)
    table: dict[str, Any] = {"fraction": sizes / ROWS}
    with plots.style():
        figure, axes = plots.new_figure(size=(6.8, 4.6))
        ax = axes[0, 0]
        threshold = theory.logistic_harm_threshold(fine)
        ax.fill_between(fine, 0.0, threshold, color=plots.HELPED, alpha=0.12, linewidth=0)
        ax.fill_between(fine, threshold, 0.6, color=plots.HARMED, alpha=0.12, linewidth=0)
        ax.plot(fine, threshold, color="black", label=r"theory: $\rho=f/(1+f)$")
        for k, s in enumerate(strengths):
            found = np.array([_crossing(s, int(size)) for size in sizes])
            ax.plot(
                sizes / ROWS, found, plots.MARKERS[k], color=plots.COLOURS[k], mfc="white",
                markersize=9.5 - 2.5 * k, label=rf"solver, $s=10^{{{np.log10(s):.0f}}}$",
            )  # fmt: skip
            table[f"lift s={s:g}"] = found
        ax.text(0.25, 0.45, "ends farther than the original", ha="center")
        ax.text(0.7, 0.12, "ends closer than the original", ha="center")
        ax.set_xlim(0.0, 1.0)
        ax.set_ylim(0.0, 0.6)
        ax.set_xlabel(r"forget fraction $f$")
        ax.set_ylabel(r"lift $\rho$")
        _legend_below(figure, ax, 4)
    caption = (
        "The lift at which descent-ascent's limit and the original are equally far from the oracle "
        "under the logistic loss, found by bisection on the solver's distances for three strengths "
        "s = p/ridge. It is f/(1+f) for every ridge, as for the exponential loss, and always below "
        "one half."
    )
    return Drawing(figure, table, caption)


def _crossing(strength: float, n_forget: int) -> float:
    """Bisect for the lift at which the solver's two distances agree, logistic loss."""
    low, high = 0.0, 0.9
    for _ in range(20):
        middle = 0.5 * (low + high)
        oracle, original, unlearned = _numbers(strength, middle, n_forget, "logistic")
        farther = abs(unlearned - oracle) > abs(original - oracle)
        low, high = (low, middle) if farther else (middle, high)
    return 0.5 * (low + high)


# --- phases of the flow ---------------------------------------------------------------------

PHASES = ("helps", "harms at once", "passes through the oracle, leaves", "diverges")
_FILLS = (plots.HELPED, plots.HARMED, plots.COLOURS[2], plots.GREY)


def _phases(s: float, lifts: Array, sizes: range, loss: str) -> tuple[Array, Array, list[str]]:
    """Read fraction, lift and phase of every cell of a grid from nothing but the iterates."""
    cells = [(n_forget, lift) for n_forget in sizes for lift in lifts]
    problems = [_problem(s, lift, n_forget, loss) for n_forget, lift in cells]
    oracles = np.array([minimise(problem.oracle()).w for problem in problems])
    originals = np.array([minimise(problem.original()).w for problem in problems])
    step_size = np.array([1.0 / (STEPS_A_UNIT * problem.ridge) for problem in problems])
    ascent = stack([problem.descent_ascent() for problem in problems])
    flows = descend(ascent, originals, step_size, steps=4_000)
    side = np.sign((flows.w - oracles)[..., 0])
    passed = np.any(side * side[0] < 0, axis=0)
    distance = np.abs((flows.w - oracles)[..., 0])
    phase = np.where(distance[-1] < distance[0], PHASES[0], PHASES[1])
    phase = np.where(passed, PHASES[2], phase)
    phase = np.where(flows.diverged, PHASES[3], phase)
    sized, lifted = np.array(cells).T
    return sized / ROWS, lifted, phase.tolist()


def early_stopping_phases(quick: bool = False) -> Drawing:
    """Phase diagram of the flow over forget fraction and lift, and time of passing the oracle."""
    s = 0.5
    sizes = range(2, 39, 9 if quick else 2)
    # off the boundaries: there the flow does not move, or for ever
    lifts = np.arange(0.07, 2.4, 0.51 if quick else 0.1)
    table: dict[str, list[Any]] = {"loss": [], "fraction": [], "lift": [], "phase": []}
    for loss in LOSSES:
        fraction, lift, phase = _phases(s, lifts, sizes, loss)
        table["loss"] += [loss] * len(phase)
        table["fraction"] += fraction.tolist()
        table["lift"] += lift.tolist()
        table["phase"] += phase
    with plots.style():
        figure, axes = plots.new_figure(2, 2, size=(9.4, 8.2), height_ratios=(1.25, 1.0))
        axes[0, 1].sharey(axes[0, 0])
        for ax, loss in zip(axes[0], LOSSES, strict=True):
            _draw_phases(ax, loss, s, table)
        axes[0, 0].set_ylabel(r"lift $\rho$")
        times = _draw_flows(axes[1, 0], axes[1, 1], s, quick)
        _legend_below(figure, axes[0, 0], 4)
    caption = (
        f"Top: what descent-ascent with small steps does from the original (markers, s = {s:g}) "
        "over the exact regions f/(1+f), 1 and 1 + 1/(e s); bottom: distance over time for one "
        "lift of each region (f = 0.2), and the time of passing the oracle, exact and observed. "
        "Only above lift 1 does the stopping time decide, for there the flow runs exactly through "
        "the oracle and then away from it; from f/(1+f) up to 1 every step harms, and below every "
        "step helps."
    )
    return Drawing(figure, {**table, **times}, caption)


def _draw_phases(ax: Axes, loss: str, s: float, table: dict[str, list[Any]]) -> None:
    """Draw the phases of one loss over the exact regions."""
    f, top = np.linspace(0.0, 1.0, 300)[1:-1], 2.45
    threshold = theory.harm_threshold(f)
    fold = float(theory.da_branches(s, 1.0).fold) if loss == "exponential" else top
    edges = [np.full_like(f, y) for y in (0.0, 0.0, 1.0, fold, top)]
    edges[1] = threshold
    for k, colour in enumerate(_FILLS):
        ax.fill_between(f, edges[k], edges[k + 1], color=colour, alpha=0.16, linewidth=0)
    for edge in edges[1 : 4 if fold < top else 3]:
        ax.plot(f, edge, color="black", linewidth=1.3)
    loss_of, fraction, lift, phase = (np.array(column) for column in table.values())
    for k, name in enumerate(PHASES):
        part = (loss_of == loss) & (phase == name)
        ax.plot(
            fraction[part], lift[part], ("o", "s", "^", "x")[k], color=_FILLS[k], mfc="white",
            label=name,
        )  # fmt: skip
    labels = [(1.0, r"$1$"), (0.5, r"$\frac{f}{1+f}$")]
    if loss == "exponential":
        labels.append((fold, r"$1+\frac{1}{es}$"))
    for y, text in labels:
        ax.text(1.02, y, text, va="center", fontsize=12 if "frac" in text else 10)
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(0.0, top)
    ax.grid(False)
    ax.set_title(f"{loss} loss")
    ax.set_xlabel(r"forget fraction $f$")


def _draw_flows(left: Axes, right: Axes, s: float, quick: bool) -> dict[str, Any]:
    """Draw distances over time, and the time of passing the oracle over the lift."""
    n_forget = 8
    for k, shown in enumerate((0.05, 0.6, 1.4, 2.0)):
        path = _flow(s, shown, n_forget, "exponential", per_unit=400, steps=12_000)
        time = path.steps / 400
        left.plot(
            time, path.distance / path.distance[0], color=_FILLS[k], linestyle=plots.LINES[k],
            label=rf"$\rho={shown:g}$: {PHASES[k].partition(' ')[0]}",
        )  # fmt: skip
    plots.mark_unity(left)
    left.set_yscale("log")
    left.set_xscale("log")
    left.set_xlim(2.5e-3, 30.0)
    left.set_ylim(1e-2, 1e2)
    left.set_xlabel(r"$\lambda\,\times$ time of the flow")
    left.set_ylabel("distance to oracle / original's")
    left.set_title("exponential loss, $f=0.2$")
    left.legend(loc="lower right")
    lift = np.linspace(1.001, 2.4, 200)
    points = np.linspace(1.1, 2.4, 5 if quick else 14)
    times: dict[str, Any] = {"time_lift": points}
    for k, loss in enumerate(LOSSES):
        exact = theory.early_stopping_phases(s, lift, n_forget / ROWS, loss).oracle_time
        right.plot(
            lift, exact, color=plots.COLOURS[k], linestyle=plots.LINES[k], label=f"{loss}, exact"
        )
        seen = []
        for rho in points:
            path = _flow(s, rho, n_forget, loss, per_unit=4_000, steps=2_000)
            beyond = path.w[:, 0] - path.oracle.w[0]
            # decreasing; only a bracket of the sign change matters
            j = int(np.argmax(beyond <= 0.0))
            weight = beyond[j - 1] / (beyond[j - 1] - beyond[j])
            step = path.steps[j - 1] + weight * (path.steps[j] - path.steps[j - 1])
            seen.append(step / 4_000)
        right.plot(
            points, seen, plots.MARKERS[k], color=plots.COLOURS[k], mfc="white",
            label=f"{loss}, iterations",
        )  # fmt: skip
        times[f"time {loss}"] = seen
    right.set_ylim(0.0, None)
    right.set_xlabel(r"lift $\rho$")
    right.set_ylabel(r"$\lambda\,\times$ time of passing the oracle")
    right.set_title("$f=0.2$")
    right.legend(loc="lower right")
    return times


# --- all blocks together --------------------------------------------------------------------


def vector_level_closeness(quick: bool = False) -> Drawing:
    """Ratio of the distances over all blocks of random problems, over its lower bound."""
    cases, rng = (60 if quick else 500), np.random.default_rng(0)
    table: dict[str, list[Any]] = {"loss": [], "d": [], "fraction": [], "ratio": []}
    for k in range(cases):
        d = int(rng.choice([2, 3, 5, 10]))
        n_forget = int(rng.integers(10, 91))
        spread = 10.0 ** rng.uniform(-1.0, 1.0)
        share = rng.dirichlet(np.full(d, spread)) + 1e-3
        forgot = rng.dirichlet(np.full(d, spread))
        ridge, loss = 10.0 ** rng.uniform(-2.0, 2.0), LOSSES[k % 2]
        _add(table, loss, share / share.sum(), forgot, n_forget, ridge)
    random = len(table["d"])
    # towards the extreme: forgotten evenly over blocks that hardly occur in what is kept
    for loss in LOSSES:
        for d in (2, 3, 5, 10):
            for n_forget in (10, 30, 50, 70, 90):
                share = np.append(np.full(d - 1, 1e-4 / (d - 1)), 1.0 - 1e-4)
                forgot = np.append(np.full(d - 1, 1.0 / (d - 1)), 0.0)
                _add(table, loss, share, forgot, n_forget, 1e4)
    loss_of, d_of, fraction, ratio = (np.array(column) for column in table.values())
    x = fraction * np.sqrt(d_of)
    line = np.geomspace(0.12, 3.2, 100)
    finite, drawn = np.isfinite(ratio), np.arange(len(x)) < random
    with plots.style():
        figure, axes = plots.new_figure(size=(6.8, 4.9))
        ax = axes[0, 0]
        ax.fill_between(line, 1e-2, 1.0 / line, color=plots.GREY, alpha=0.25, linewidth=0)
        ax.plot(line, 1.0 / line, color="black", label=r"theory: bound $1/(f\sqrt{d})$")
        plots.mark_unity(ax)
        for k, loss in enumerate(LOSSES):
            part = (loss_of == loss) & drawn & finite
            ax.plot(
                x[part], ratio[part], plots.MARKERS[k], color=plots.COLOURS[k], mfc="none",
                markersize=4, alpha=0.8, label=f"random blocks, {loss}",
            )  # fmt: skip
        ax.plot(
            x[~drawn], ratio[~drawn], "D", color=plots.COLOURS[2], mfc="white",
            label="extreme blocks, both losses",
        )  # fmt: skip
        lost = drawn & ~finite
        ax.plot(x[lost], np.full(lost.sum(), 5e3), "kx", label="diverged (exponential)")
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xlim(0.12, 3.2)
        ax.set_ylim(0.15, 1e4)
        ax.set_xticks([0.2, 0.5, 1.0, 2.0, 3.0], ["0.2", "0.5", "1", "2", "3"])
        ax.minorticks_off()
        ax.text(0.3, 0.4, "impossible", ha="center")
        ax.set_xlabel(r"$f\sqrt{d}$  (forget fraction $f$, number of blocks $d$)")
        ax.set_ylabel("distance to oracle / original's, all blocks")
        _legend_below(figure, ax, 2)
    closer = int(np.sum(ratio[drawn] < 1.0))
    caption = (
        f"Distance of descent-ascent's end point from the oracle over the original's for {cases} "
        "random block problems (2 to 10 blocks, ridges 0.01 to 100), and for forget sets spread "
        "evenly over blocks that hardly occur among the retained samples. No point lies below "
        "1/(f sqrt(d)), which the extreme problems reach, so that with f <= 1/sqrt(d) descent-"
        f"ascent always harms; of the random problems it brought {closer} closer to the oracle."
    )
    return Drawing(figure, table, caption)


def _add(
    table: dict[str, list[Any]],
    loss: str,
    share: Array,
    forgot: Array,
    n_forget: int,
    ridge: float,
) -> None:
    """Solve one problem of several blocks and append its row."""
    data = orthogonal_blocks(
        list(forgot / share), list(share), n_retain=100 - n_forget, n_forget=n_forget
    )  # fmt: skip
    oracle, original, unlearned = _solved(_of(data, ridge, loss))
    far = float(np.linalg.norm(unlearned - oracle))
    ratio = np.inf if np.isnan(far) else far / float(np.linalg.norm(original - oracle))
    row = (loss, len(share), n_forget / 100, ratio)
    for name, value in zip(table, row, strict=True):
        table[name].append(value)


def _legend_below(figure: Any, ax: Axes, columns: int) -> None:
    """Put the legend of one panel below all of them."""
    handles, labels = ax.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=columns)


FIGURES = (
    lambert_minimiser,
    da_branches,
    opposite_sides,
    distance_growth,
    distance_unlearning,
    vanishing_ridge,
    harm_threshold,
    logistic_minimiser,
    logistic_harm_threshold,
    early_stopping_phases,
    vector_level_closeness,
)

if __name__ == "__main__":
    entry(lambda: run("single_coordinate", __doc__ or "", FIGURES))
