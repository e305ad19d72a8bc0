"""Figures of the iterations: the first step, the overshoot, alternating steps, a strong ridge."""

from __future__ import annotations

from typing import Any

from _common import entry
from _figures import Drawing, run

import numpy as np

from logreg_unlearn import plots
from logreg_unlearn.assess.distance import cosine, excess_risk
from logreg_unlearn.data import DataSet, real
from logreg_unlearn.data.forget_sets import KINDS, forget_set
from logreg_unlearn.data.synthetic import gaussian_classes
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.solve.path import follow, original_beta
from logreg_unlearn.sweep.case import fit_original
from logreg_unlearn.theory import iterations as theory
from logreg_unlearn.unlearn.ascent import alternating, simultaneous
from logreg_unlearn.unlearn.driver import run as iterate

DATASETS = ("breast_cancer", "digits_3v8", "anes96")
RIDGE = 0.1


def _chosen(data: DataSet, kind: str, fraction: float = 0.1, seed: int = 0) -> UnlearningProblem:
    """Return a real problem with one kind of forget set."""
    model = fit_original(data, RIDGE, "logistic")
    mask = forget_set(kind, data.features, data.labels, fraction=fraction, seed=seed, model=model)
    return UnlearningProblem(data.features, data.labels, mask, ridge=RIDGE)


def _random(seed: int) -> UnlearningProblem:
    """Return a Gaussian logistic problem with random correlation, fraction and ridge."""
    rng = np.random.default_rng(seed)
    data = gaussian_classes(
        rng.uniform(-1, 1), n=200, d=5, forget_fraction=rng.uniform(0.05, 0.5), seed=seed
    )
    assert data.forget is not None
    ridge = 10.0 ** rng.uniform(-3, 0)
    return UnlearningProblem(data.features, data.labels, data.forget, ridge=ridge)


def first_step_identity(quick: bool = False) -> Drawing:
    """First-step alignment, by the identity, against where descent-ascent ends."""
    groups = {
        "random Gaussian problems": [_random(seed) for seed in range(60 if quick else 400)],
        "real data": [_chosen(real.load(name), kind) for name in DATASETS for kind in KINDS],
    }
    table: dict[str, list[Any]] = {"group": [], "alignment": [], "ratio": []}
    for group, problems in groups.items():
        for problem in problems:
            start, oracle = minimise(problem.original()).w, minimise(problem.oracle())
            gradient = theory.first_step_identity(
                problem.oracle().gradient(start), start, problem.ridge, problem.forget_fraction
            )
            path = iterate(simultaneous(), problem, start, oracle=oracle, steps=5_000)
            table["group"].append(group)
            table["alignment"].append(cosine(-gradient, oracle.w - start))
            table["ratio"].append(path.distance[-1] / path.distance[0])
    member, alignment, ratio = (np.array(column) for column in table.values())
    random = member == "random Gaussian problems"
    away, farther = float(np.mean(alignment[random] < 0)), float(np.mean(ratio[random] > 1))
    with plots.style():
        figure, axes = plots.new_figure(size=(6.6, 4.2))
        ax = axes[0, 0]
        ax.set_yscale("log")
        for k, name in enumerate(groups):
            part = member == name
            ax.plot(
                alignment[part], ratio[part], plots.MARKERS[k], color=plots.COLOURS[k],
                mfc="white", label=name,
            )  # fmt: skip
        plots.mark_unity(ax)
        ax.axvline(0.0, color="black", linestyle=":", label="left: first step moves away")
        ax.set_xlabel("cosine of the first step with the way to the oracle")
        ax.set_ylabel("distance to oracle / original's, end point")
        figure.legend(loc="outside lower center", ncols=2)
    caption = (
        "The first step of descent-ascent, from the identity for its gradient at the original, "
        "against its end point (logistic loss; random problems of d = 5, n = 200; real ones with "
        f"f = 0.1 and ridge {RIDGE:g}). The first step moves away from the oracle in "
        f"{100 * away:.1f} % of the random problems, yet the end point is farther than the "
        f"original in {100 * farther:.0f} % of them."
    )
    return Drawing(figure, table, caption)


def _along(problem: UnlearningProblem) -> tuple[np.ndarray, np.ndarray, np.ndarray, bool]:
    """Return beta, distance and excess retain risk from the original through the oracle on."""
    backward, forward = follow(problem, original_beta(problem)), follow(problem)
    beta = np.concatenate([backward.beta[:0:-1], forward.beta])
    w = np.concatenate([backward.w[:0:-1], forward.w])
    oracle = forward.w[0]
    risk = excess_risk(problem.oracle(), w, oracle)
    return beta, np.linalg.norm(w - oracle, axis=1), risk, bool(forward.folds)


def overshoot_path(quick: bool = False) -> Drawing:
    """The path of minimisers from the original through the oracle to descent-ascent."""
    table: dict[str, Any] = {}
    with plots.style():
        figure, axes = plots.new_figure(1, 2, size=(9.6, 4.4))
        for k, name in enumerate(DATASETS[:1] if quick else DATASETS):
            problem = _chosen(real.load(name), "random")
            beta, distance, risk, folded = _along(problem)
            unit = -original_beta(problem)
            for ax, values, power in ((axes[0, 0], distance, 1), (axes[0, 1], risk, 2)):
                relative = values / values[0]
                ax.plot(
                    beta / unit, relative, color=plots.COLOURS[k], linestyle=plots.LINES[k],
                    label=name,
                )  # fmt: skip
                ax.plot(
                    beta[-1] / unit, relative[-1], "X" if folded else "o", color=plots.COLOURS[k]
                )
                table[f"{name} {'distance' if power == 1 else 'excess risk'}"] = relative
            table[f"{name} beta"] = beta
        x = np.linspace(-1.0, 9.0, 201)
        for ax, power in ((axes[0, 0], 1), (axes[0, 1], 2)):
            ax.plot(
                x, np.abs(x) ** power, color="black", linestyle=":",
                label="theory: to first order" if power == 1 else "theory: to second order",
            )  # fmt: skip
            ax.axvline(0.0, color=plots.GREY, linewidth=0.8)
            ax.axvline(-1.0, color=plots.GREY, linewidth=0.8, linestyle="--")
            ax.set_yscale("symlog", linthresh=0.1)
            ax.set_ylim(0.0, None)
            ax.set_xlabel(
                r"ascent weight $\beta\,n_R/n_F$  ($-1$ original, $0$ oracle, $9$ descent-ascent)"
            )
        axes[0, 0].set_ylabel("distance to the oracle / original's")
        axes[0, 1].set_ylabel("excess retain risk / original's")
        axes[0, 0].plot([], [], "ko", label="descent-ascent")
        axes[0, 0].plot([], [], "kX", label="fold: the minimum vanishes")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    caption = (
        f"Minimisers of retain minus beta times forget loss on real data (random forget sets, "
        f"f = 0.1, ridge {RIDGE:g}, logistic loss), with the growth predicted at the oracle: "
        "n_R/n_F = 9 times the original's distance and 81 times its excess risk. Descent-ascent "
        "moves along the right path but far beyond the oracle, and by more than predicted because "
        "the Hessian flattens as the ascent weight grows, until on two of the data sets the "
        "minimum vanishes at a fold."
    )
    return Drawing(figure, table, caption)


def path_monotonicity(quick: bool = False) -> Drawing:
    """Forget loss and excess retain risk along the path of minimisers."""
    problem = _chosen(real.load("breast_cancer"), "random")
    path = follow(problem, step=0.2 if quick else 0.05)
    forget = problem.forget_loss(path.w)
    risk = excess_risk(problem.oracle(), path.w, path.w[0])
    with plots.style():
        figure, axes = plots.new_figure(size=(6.4, 3.8))
        ax = axes[0, 0]
        ax.plot(path.beta, forget, color=plots.COLOURS[0], label=r"forget loss $\bar\ell_F$")
        ax.plot(
            path.beta, risk, color=plots.COLOURS[1], linestyle="--",
            label=r"excess retain risk $L_R-L_R(w_R)$",
        )  # fmt: skip
        ax.set_xlabel(r"ascent weight $\beta$  (0 oracle, 1 descent-ascent)")
        ax.set_ylabel("loss")
        ax.legend()
    caption = (
        f"Forget loss and excess retain risk along the minimisers of J_beta on breast_cancer "
        f"(random forget set, f = 0.1, ridge {RIDGE:g}). Both only ever rise with the ascent "
        "weight, up to the fold at which this branch of minima ends: there is no weight at which "
        "forgetting more costs less."
    )
    table = {"beta": path.beta, "forget_loss": forget, "excess_retain_risk": risk}
    return Drawing(figure, table, caption)


def alternating_expansion(quick: bool = False) -> Drawing:
    """Alternating and simultaneous steps against the step size, with the limit of small steps."""
    problem = _chosen(real.load("breast_cancer"), "random")
    start, oracle = minimise(problem.original()).w, minimise(problem.oracle())
    before = float(np.linalg.norm(start - oracle.w))
    doubled = problem.descent_ascent()
    doubled = doubled.with_coefficients(doubled.coefficients, 2 * problem.ridge)
    limits = [
        float(np.linalg.norm(minimise(o, start).w - oracle.w)) / before
        for o in (problem.descent_ascent(), doubled)
    ]
    methods = {
        "simultaneous": simultaneous(),
        "alternating, ascent first": alternating(True),
        "alternating, descent first": alternating(False),
    }
    sizes = np.geomspace(0.02, 0.4, 4 if quick else 9)
    table: dict[str, Any] = {"step_size": sizes}
    for name, method in methods.items():
        table[name] = [
            float(
                iterate(
                    method, problem, start, oracle=oracle, step_size=size, steps=int(2_000 / size)
                ).distance[-1]
            )
            / before
            for size in sizes
        ]
    with plots.style():
        figure, axes = plots.new_figure(size=(6.6, 4.3))
        ax = axes[0, 0]
        ax.set_xscale("log")
        for k, name in enumerate(methods):
            ax.plot(
                sizes, table[name], color=plots.COLOURS[k], marker=plots.MARKERS[k],
                linestyle=plots.LINES[k], mfc="white", label=name,
            )  # fmt: skip
        for value, style, text in (
            (limits[0], ":", r"theory: minimiser with ridge $\lambda$"),
            (limits[1], "--", r"theory: minimiser with ridge $2\lambda$"),
        ):
            ax.axhline(value, color="black", linestyle=style, linewidth=1.2, label=text)
        ax.set_xticks([0.02, 0.05, 0.1, 0.2, 0.4], ["0.02", "0.05", "0.1", "0.2", "0.4"])
        ax.minorticks_off()
        ax.set_xlabel(r"step size $\eta$")
        ax.set_ylabel("distance to oracle / original's, end point")
        figure.legend(loc="outside lower center", ncols=2)
    caption = (
        f"End points of simultaneous and alternating descent-ascent on breast_cancer (random "
        f"forget set, f = 0.1, ridge {RIDGE:g} in both half steps) against the step size. "
        "Simultaneous steps end at the same point for every step size; alternating ones tend to "
        "the minimiser with twice the ridge as the step size vanishes, and larger steps move "
        "their end point, in either order, away from it."
    )
    return Drawing(figure, table, caption)


def alternating_fixed_point(quick: bool = False) -> Drawing:
    """Bifurcation diagram of the alternating map over the lift."""
    lift = np.linspace(1.02, 9.4, 400 if quick else 1600)
    orbit = theory.reduced_orbit(lift, burn=500 if quick else 2_000, keep=60 if quick else 150)
    known = theory.alternating_fixed_point(lift)
    with plots.style():
        figure, axes = plots.new_figure(size=(7.2, 4.4))
        ax = axes[0, 0]
        shown = np.where(np.abs(orbit) < 20, orbit, np.nan)
        ax.plot(
            np.broadcast_to(lift, shown.shape).ravel(), shown.ravel(), ",", color=plots.COLOURS[0],
            rasterized=True,
        )  # fmt: skip
        ax.plot(
            lift, known.descent_first, color=plots.COLOURS[1], linestyle="--",
            label=r"fixed point $u^*=-\ln\ln\rho$",
        )  # fmt: skip
        ax.axvline(
            np.exp(np.sqrt(2.0)), color="black", linestyle=":",
            label=r"theory: stable up to $\rho=e^{\sqrt{2}}=4.113$",
        )  # fmt: skip
        ax.plot([], [], "o", color=plots.COLOURS[0], markersize=2, label="iterates after burn-in")
        ax.set_xlabel(r"lift $\rho$")
        ax.set_ylabel(r"$u=w-\ln(\eta p)$")
        figure.legend(loc="outside lower center", ncols=3)
    caption = (
        "Where alternating steps (descent first, exponential loss, no ridge, one coordinate) "
        "settle as the lift grows, in units free of step size and share; simultaneous steps "
        "diverge for every lift above 1. The fixed point, set by the step size, is stable exactly "
        "up to rho = e^sqrt(2); beyond it the period doubles and chaos follows."
    )
    step = max(1, len(lift) // 200)
    table = {
        "lift": np.repeat(lift[::step], len(orbit)), "u": orbit[:, ::step].T.ravel(),
    }  # fmt: skip
    return Drawing(figure, table, caption)


def strong_ridge_limit(quick: bool = False) -> Drawing:
    """Harm under a strong ridge over correlation and forget fraction, with the exact boundary."""
    ridge = 1e3
    fractions = np.linspace(0.1, 0.9, 9 if quick else 17)
    correlations = np.linspace(-1.0, 1.0, 9 if quick else 21)
    table: dict[str, list[float]] = {"fraction": [], "correlation": [], "ratio": []}
    for fraction in fractions:
        for correlation in correlations:
            data = gaussian_classes(correlation, n=400, d=4, forget_fraction=fraction, seed=0)
            assert data.forget is not None
            problem = UnlearningProblem(data.features, data.labels, data.forget, ridge=ridge)
            oracle, original = minimise(problem.oracle()).w, minimise(problem.original()).w
            unlearned = minimise(problem.descent_ascent()).w
            table["fraction"].append(problem.forget_fraction)
            table["correlation"].append(correlation)
            table["ratio"].append(
                float(np.linalg.norm(unlearned - oracle) / np.linalg.norm(original - oracle))
            )
    fraction, correlation, ratio = (np.array(column) for column in table.values())
    fine = np.linspace(0.4, 0.95, 400)
    with plots.style():
        figure, axes = plots.new_figure(size=(6.4, 4.4))
        ax = axes[0, 0]
        for part, marker, colour, text in (
            (ratio > 1, "s", plots.HARMED, "ends farther than the original"),
            (ratio <= 1, "o", plots.HELPED, "ends closer"),
        ):
            ax.plot(
                fraction[part], correlation[part], marker, color=colour, mfc="white", label=text
            )
        ax.plot(
            fine, theory.strong_ridge_harm_correlation(fine), color="black",
            label=r"theory: $c=1-1/(2f^2)$",
        )  # fmt: skip
        ax.set_ylim(-1.1, 1.1)
        ax.set_xlabel(r"forget fraction $f$")
        ax.set_ylabel(r"correlation $c$ of the class means")
        figure.legend(loc="outside lower center", ncols=3)
    caption = (
        f"Certified descent-ascent minimisers of Gaussian problems (logistic loss, ridge {ridge:g},"
        " equal mean norms) with the exact boundary of the strong-ridge limit. Below a forget "
        "fraction of one half descent-ascent harms at every correlation; above it, it harms "
        "exactly to the upper side of the curve."
    )
    return Drawing(figure, table, caption)


FIGURES = (
    first_step_identity,
    overshoot_path,
    path_monotonicity,
    alternating_expansion,
    alternating_fixed_point,
    strong_ridge_limit,
)

if __name__ == "__main__":
    entry(lambda: run("iterations", __doc__ or "", FIGURES))
