"""Figures of the certificates: bounds on the distance to an oracle that is never computed."""

from __future__ import annotations

from typing import Any

from _common import entry
from _figures import Drawing, run

import numpy as np

from logreg_unlearn import plots
from logreg_unlearn.assess.bounds import Judgement, distance_bounds, judge
from logreg_unlearn.data import real
from logreg_unlearn.data.forget_sets import forget_set
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.sweep.case import fit_original
from logreg_unlearn.theory import certificates as theory
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run as iterate
from logreg_unlearn.unlearn.removal import newton_removal

RIDGE = 0.1
_JUDGED = {
    Judgement.HELP: ("o", plots.HELPED, "certified: closer than the original"),
    Judgement.UNDECIDED: (".", plots.GREY, "undecided"),
    Judgement.HARM: ("s", plots.HARMED, "certified: farther than the original"),
}


def _chosen(
    name: str, kind: str = "random", ridge: float = RIDGE, loss: str = "logistic"
) -> UnlearningProblem:
    """Return a real problem whose forget set holds a tenth of the rows."""
    data = real.load(name)
    model = fit_original(data, ridge, loss)
    mask = forget_set(kind, data.features, data.labels, fraction=0.1, seed=0, model=model)
    return UnlearningProblem(data.features, data.labels, mask, ridge=ridge, loss=loss)


def _retained(problem: UnlearningProblem) -> Objective:
    """Return the oracle's objective without the rows that do not count in it."""
    whole, keep = problem.oracle(), ~problem.forget
    return Objective(
        whole.signed_features[keep], whole.coefficients[keep], problem.ridge, whole.loss
    )


def _smoothness(problem: UnlearningProblem) -> float:
    spectral = float(np.linalg.norm(problem.features[~problem.forget], 2))
    size = int(np.sum(~problem.forget))
    return float(theory.logistic_smoothness(spectral, problem.ridge, size))


def distance_sandwich(quick: bool = False) -> Drawing:
    """Bounds by the gradient alone over the true distance, and against the ridge."""
    problem, rng = _chosen("breast_cancer"), np.random.default_rng(0)
    steep, oracle = _smoothness(problem), minimise(problem.oracle()).w
    rows = problem.features[~problem.forget]
    axes_of_data = np.linalg.svd(rows, full_matrices=False)[2]
    groups = {
        "random direction": rng.standard_normal((4 if quick else 12, len(oracle))),
        "direction that the data see most": axes_of_data[:1],
        "direction that the data see least": axes_of_data[-1:],
    }
    reaches = np.geomspace(1e-3, 1e2, 8 if quick else 16)
    table: dict[str, list[Any]] = {"direction": [], "distance": [], "lower": [], "upper": []}
    for group, directions in groups.items():
        for v in directions / np.linalg.norm(directions, axis=1)[:, None]:
            for reach in reaches:
                gradient = problem.oracle().gradient(oracle + reach * v)
                bounds = theory.distance_sandwich(
                    np.linalg.norm(gradient), problem.ridge, steep
                )  # fmt: skip
                row = (group, reach, float(bounds.lower), float(bounds.upper))
                for name, value in zip(table, row, strict=True):
                    table[name].append(value)
    ridges = np.geomspace(1e-3, 1e3, 5 if quick else 13)
    at_original = [_at_original(ridge) for ridge in ridges]
    group_of, distance, low, high = (np.array(column) for column in table.values())
    with plots.style():
        figure, axes = plots.new_figure(1, 2, size=(9.4, 4.7), sharey=True)
        left, right = axes[0]
        for k, name in enumerate(groups):
            part = group_of == name
            for values, filled, side in ((low, "white", "lower"), (high, None, "upper")):
                left.plot(
                    distance[part], values[part] / distance[part], plots.MARKERS[k],
                    color=plots.COLOURS[k], mfc=filled, label=f"{side} bound, {name}",
                )  # fmt: skip
        left.axhline(problem.ridge / steep, color="black", linestyle="--", linewidth=1.2)
        left.axhline(steep / problem.ridge, color="black", linestyle="--", linewidth=1.2)
        left.set_title(f"any weights, ridge {RIDGE:g}")
        left.set_xlabel(r"true distance to the oracle $\|w-w_R\|$")
        lower, upper, ratio = (np.array(v) for v in zip(*at_original, strict=True))
        right.plot(ridges, lower, "P", color=plots.COLOURS[3], mfc="white")
        right.plot(ridges, upper, "P", color=plots.COLOURS[3])
        right.plot(ridges, 1 / ratio, "k--", linewidth=1.2)
        right.plot(ridges, ratio, "k--", linewidth=1.2)
        right.set_title("the original model")
        right.set_xlabel(r"ridge $\lambda$")
        left.plot([], [], "P", color=plots.COLOURS[3], mfc="white", label="lower, original model")
        left.plot([], [], "P", color=plots.COLOURS[3], label="upper, original model")
        left.plot(
            [], [], "k--", label=r"theory: no worse than $\lambda/L$ and $L/\lambda$"
        )  # fmt: skip
        for ax in axes[0]:
            ax.set_xscale("log")
            ax.set_yscale("log")
            ax.axhline(1.0, color="black", linewidth=1.2)
        left.plot([], [], color="black", linewidth=1.2, label="the true distance")
        left.set_ylabel("bound / true distance")
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    caption = (
        "Bounds from the retain gradient alone on the distance to the oracle, over the true "
        "distance (breast_cancer, logistic loss, a random tenth to forget): left for weights in "
        f"several directions from the oracle at ridge {RIDGE:g}, right for the original against "
        "the ridge. Every lower bound lies below 1 and every upper one above, within a factor "
        "L/ridge; the upper bound is attained where the data see nothing, and both close in as "
        "the ridge grows."
    )
    return Drawing(
        figure,
        {**table, "ridge": ridges, "original lower/true": lower, "original upper/true": upper},
        caption,
    )


def _at_original(ridge: float) -> tuple[float, float, float]:
    """Return lower and upper bound over the true distance at the original, and L/ridge."""
    problem = _chosen("breast_cancer", ridge=ridge)
    oracle, original = minimise(problem.oracle()).w, minimise(problem.original()).w
    steep, gradient = _smoothness(problem), problem.oracle().gradient(original)
    bounds = theory.distance_sandwich(np.linalg.norm(gradient), ridge, steep)
    truth = float(np.linalg.norm(original - oracle))
    return float(bounds.lower) / truth, float(bounds.upper) / truth, steep / ridge


def _newton(objective: Objective, w: Array) -> tuple[Array, Array, float]:
    """Return the Hessian, the Newton step and the step's length in the Hessian's norm."""
    hessian = objective.hessian(w)
    step = -np.linalg.solve(hessian, objective.gradient(w))
    return hessian, step, float(np.sqrt(step @ hessian @ step))


def self_concordant_sandwich(quick: bool = False) -> Drawing:
    """Bounds by the Newton step over the change of the margins, and over the distance."""
    table: dict[str, list[Any]] = {"loss": [], "delta": [], "ratio": []}
    for loss in ("logistic", "exponential"):
        objective = _retained(_chosen("breast_cancer", loss=loss))
        optimum, rng = minimise(objective).w, np.random.default_rng(0)
        rows = objective.signed_features
        # the mean signed sample moves all margins one way: the extremes of the rates
        outward = rows.mean(axis=0)
        random = rng.standard_normal((2 if quick else 8, len(optimum)))
        for direction in (outward, -outward, *random):
            unit = direction / np.max(np.abs(rows @ direction))
            for delta in np.geomspace(0.02, 6.0, 7 if quick else 14):
                hessian, _, newton = _newton(objective, optimum + delta * unit)
                truth = delta * float(np.sqrt(unit @ hessian @ unit))
                for name, value in zip(table, (loss, delta, truth / newton), strict=True):
                    table[name].append(value)
    for side in (1.0, -1.0):
        for delta in np.geomspace(0.02, 6.0, 7 if quick else 14):
            for name, value in zip(table, ("tail", delta, _tail(side * delta)), strict=True):
                table[name].append(value)
    loss_of, delta, ratio = (np.array(column) for column in table.values())
    x = np.geomspace(0.015, 8.0, 300)
    factor = theory.self_concordant_sandwich(1.0, x)
    line = _along_the_line(_chosen("breast_cancer"), 12 if quick else 60)
    with plots.style():
        figure, axes = plots.new_figure(1, 2, size=(9.4, 4.8))
        left, right = axes[0]
        left.plot(x, factor.upper, color="black", label=r"theory: $\delta/(1-e^{-\delta})$")
        left.plot(
            x, factor.lower, color="black", linestyle="--", label=r"theory: $\delta/(e^\delta-1)$"
        )
        groups = {
            "logistic": "real data, logistic loss",
            "exponential": "real data, exponential loss",
            "tail": "one sample in the tail, logistic",
        }
        for k, (group, text) in enumerate(groups.items()):
            part = loss_of == group
            left.plot(
                delta[part], ratio[part], plots.MARKERS[k], color=plots.COLOURS[k], mfc="none",
                label=text,
            )  # fmt: skip
        left.set_ylim(5e-3, 12.0)
        left.set_title("what the theory allows")
        left.set_xlabel(r"$\delta$, largest change of a margin on the way to $w_R$")
        left.set_ylabel(r"true distance / Newton step, $\|w_R-w\|_H/\|s\|_H$")
        left.legend(loc="lower left")
        truth = line["distance"]
        for k, (name, text) in enumerate(
            (("gradient", "by the gradient"), ("newton", "by the Newton step"))
        ):
            for end in ("lower", "upper"):
                values = np.array(line[f"{name} {end}"])
                values = np.where((values > 0) & np.isfinite(values), values, np.nan)
                right.plot(
                    truth, values / truth, color=plots.COLOURS[2 + 2 * k],
                    linestyle=plots.LINES[k], label=text if end == "lower" else None,
                )  # fmt: skip
        right.axhline(1.0, color="black", linewidth=1.0, label="the true distance")
        right.axvline(line["original"][0], color="black", linestyle=":", label="the original model")
        right.set_title("what is known without the oracle (Euclidean)")
        right.set_xlabel(r"true distance to the oracle $\|w-w_R\|$")
        right.set_ylabel("bound / true distance")
        right.set_ylim(0.012, 8.0)
        right.legend(loc="lower left")
        for ax in axes[0]:
            ax.set_xscale("log")
            ax.set_yscale("log")
    caption = (
        "Left: true distance over the Newton step's length, both in the Hessian's norm, for "
        "weights around the oracle of breast_cancer and for one sample far in the tail, with the "
        "two exact rates; right: the "
        "computable bounds along the line from the oracle through the original (logistic loss, "
        f"ridge {RIDGE:g}, a random tenth to forget). No point leaves the two curves, which the "
        "sample in the tail meets, and near the oracle the bounds of the Newton step pin the "
        "distance down where those of the gradient stay a constant factor away; far from it only "
        "the latter say anything."
    )
    return Drawing(figure, {**table, **line}, caption)


def _tail(move: float) -> float:
    """Return the ratio of one sample whose margin at the optimum is 20, from ``move`` away."""
    margin, optimum = 20.0, 1e6
    slope = float(np.exp(-np.logaddexp(0.0, margin)))
    objective = Objective(
        np.ones((1, 1)), np.ones(1), slope / optimum, offset=np.array([margin - optimum])
    )
    hessian, _, newton = _newton(objective, np.array([optimum + move]))
    return abs(move) * float(np.sqrt(hessian[0, 0])) / newton


def _along_the_line(problem: UnlearningProblem, points: int) -> dict[str, Array]:
    """Return both pairs of bounds along the line from the oracle through the original."""
    objective, steep = _retained(problem), _smoothness(problem)
    rows = objective.signed_features
    oracle, original = minimise(objective).w, minimise(problem.original()).w
    truth = float(np.linalg.norm(original - oracle))
    columns: dict[str, list[float]] = {
        f"{name} {side}": [] for name in ("gradient", "newton") for side in ("lower", "upper")
    }
    distances = truth * np.geomspace(1e-2, 1e2, points)
    for distance in distances:
        w = oracle + distance / truth * (original - oracle)
        coarse = theory.distance_sandwich(
            np.linalg.norm(objective.gradient(w)), problem.ridge, steep
        )
        hessian, step, newton = _newton(objective, w)
        inverse = np.linalg.inv(hessian)
        leverage = float(np.sqrt(np.max(np.einsum("ij,jk,ik->i", rows, inverse, rows))))
        change = theory.margin_change_bound(newton, leverage)
        fine = theory.euclidean_sandwich(np.linalg.norm(step), newton, change, problem.ridge)
        values = (coarse.lower, coarse.upper, fine.lower, fine.upper)
        for name, value in zip(columns, values, strict=True):
            columns[name].append(float(value))
    return {
        "distance": distances,
        "original": np.array([truth]),
        **{name: np.array(values) for name, values in columns.items()},
    }


def harm_certificate(quick: bool = False) -> Drawing:
    """When the certificate decides along descent-ascent on real data."""
    cases = (("breast_cancer", "random"), ("wine_0v1", "influence_pc1"), ("anes96", "random"))
    table: dict[str, list[Any]] = {
        name: [] for name in ("case", "step", "ratio", "lower", "upper", "judgement")
    }
    newton: dict[str, list[Any]] = {"newton_case": [], "newton_ratio": [], "newton_judgement": []}
    with plots.style():
        figure, axes = plots.new_figure(1, len(cases), size=(10.2, 4.4), sharey=True)
        for ax, (name, kind) in zip(axes[0], cases, strict=True):
            problem = _chosen(name, kind)
            original, oracle = minimise(problem.original()).w, minimise(problem.oracle())
            path = iterate(
                simultaneous(), problem, original, oracle=oracle, steps=300 if quick else 5_000
            )
            before = float(path.distance[0])
            own = distance_bounds(problem, original)
            bounds = [distance_bounds(problem, w) for w in path.w]
            verdicts = [judge(problem, w, original) for w in path.w]
            lower = np.array([b.lower for b in bounds]) / before
            upper = np.array([b.upper for b in bounds]) / before
            ratio = path.distance / before
            ax.axhspan(
                own.lower / before, own.upper / before, color=plots.COLOURS[4], alpha=0.25,
                linewidth=0, label="bounds at the original",
            )  # fmt: skip
            ax.fill_between(
                path.steps, np.maximum(lower, 1e-4), upper, color=plots.COLOURS[5], alpha=0.3,
                linewidth=0, label="bounds at the unlearned model",
            )  # fmt: skip
            ax.plot(path.steps, ratio, color="black", linewidth=0.8, label="true distance")
            for verdict, (marker, colour, text) in _JUDGED.items():
                part = np.array([v is verdict for v in verdicts])
                ax.plot(path.steps[part], ratio[part], marker, color=colour, label=text)
            removed = newton_removal(problem, original)
            judged = judge(problem, removed, original)
            reached = float(np.linalg.norm(removed - oracle.w)) / before
            ax.plot(
                1, reached, "*", color=_JUDGED[judged][1], markersize=13, mec="black",
                label="one Newton step instead (same colours)",
            )  # fmt: skip
            row = (f"{name} {kind}", reached, judged.name)
            for column, value in zip(newton, row, strict=True):
                newton[column].append(value)
            ax.set_xscale("symlog", linthresh=1.0)
            ax.set_yscale("log")
            ax.set_ylim(3e-3, 2e3)
            ax.set_title(f"{name}, {kind.replace('_', ' ')}")
            ax.set_xlabel("steps of descent-ascent")
            names = [v.name for v in verdicts]
            for step in zip(path.steps, ratio, lower, upper, names, strict=True):
                values = (f"{name} {kind}", *step)
                for column, value in zip(table, values, strict=True):
                    table[column].append(value)
        axes[0, 0].set_ylabel("distance to oracle / original's")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    caption = (
        f"Distance to the oracle along descent-ascent from the original (logistic loss, ridge "
        f"{RIDGE:g}, a tenth to forget), with the bounds that need no oracle and what they decide "
        "at each step. Harm is certified once the unlearned model is several times farther than "
        "the original, from the first step on anes96; that the first steps help elsewhere stays "
        "undecided, while one Newton removal step is certified to help on all three."
    )
    return Drawing(figure, {**table, **newton}, caption)


FIGURES = (distance_sandwich, self_concordant_sandwich, harm_certificate)

if __name__ == "__main__":
    entry(lambda: run("certificates", __doc__ or "", FIGURES))
