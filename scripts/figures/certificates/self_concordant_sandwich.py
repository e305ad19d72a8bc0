"""The Newton step pins the distance to the oracle down, once it is short."""

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import certificates as theory

from .. import ink
from .._solving import RIDGE, real_problem
from ._bounds import BOUND, DISTANCE, newton, retained, smoothness

GROUPS = {
    "logistic": "real data, logistic loss",
    "exponential": "real data, exponential loss",
    "tail": "one sample in the tail, logistic",
}
CAPTION = (
    "Left: true distance over the Newton step's length, both in the Hessian's norm, for weights "
    "around the oracle of breast_cancer and for one sample far in the tail, with the two exact "
    "rates; right: the computable bounds along the line from the oracle through the original "
    f"(logistic loss, ridge {RIDGE:g}, a random tenth to forget). No point leaves the two curves, "
    "which the sample in the tail meets, and near the oracle the bounds of the Newton step pin "
    "the distance down where those of the gradient stay a constant factor away; far from it only "
    "the latter say anything."
)


def compute(quick: bool = False) -> ink.Table:
    """Return ratios around the oracle, and both pairs of bounds along a line."""
    deltas, rows = np.geomspace(0.02, 6.0, 7 if quick else 14), []
    for loss in ("logistic", "exponential"):
        objective = retained(real_problem("breast_cancer", loss=loss))
        optimum, rng = minimise(objective).w, np.random.default_rng(0)
        signed = objective.signed_features
        # the mean signed sample moves all margins one way: the extremes of the rates
        outward = signed.mean(axis=0)
        random = rng.standard_normal((2 if quick else 8, len(optimum)))
        for direction in (outward, -outward, *random):
            unit = direction / np.max(np.abs(signed @ direction))
            for delta in deltas:
                hessian, _, step = newton(objective, optimum + delta * unit)
                truth = delta * float(np.sqrt(unit @ hessian @ unit))
                rows.append((loss, delta, truth / step))
    rows += [("tail", delta, _tail(side * delta)) for side in (1.0, -1.0) for delta in deltas]
    return ink.columns(("loss", "delta", "ratio"), rows) | _along_the_line(12 if quick else 60)


def _tail(move: float) -> float:
    """Return the ratio of one sample whose margin at the optimum is 20, from ``move`` away."""
    margin, optimum = 20.0, 1e6
    slope = float(np.exp(-np.logaddexp(0.0, margin)))
    objective = Objective(
        np.ones((1, 1)), np.ones(1), slope / optimum, offset=np.array([margin - optimum])
    )
    hessian, _, step = newton(objective, np.array([optimum + move]))
    return abs(move) * float(np.sqrt(hessian[0, 0])) / step


def _along_the_line(count: int) -> dict[str, Array]:
    """Return both pairs of bounds along the line from the oracle through the original."""
    problem = real_problem("breast_cancer")
    objective, steep = retained(problem), smoothness(problem)
    signed = objective.signed_features
    oracle, original = minimise(objective).w, minimise(problem.original()).w
    truth, rows = float(np.linalg.norm(original - oracle)), []
    for distance in truth * np.geomspace(1e-2, 1e2, count):
        w = oracle + distance / truth * (original - oracle)
        gradient = np.linalg.norm(objective.gradient(w))
        coarse = theory.distance_sandwich(gradient, problem.ridge, steep)
        hessian, step, length = newton(objective, w)
        inverse = np.linalg.inv(hessian)
        leverage = float(np.sqrt(np.max(np.einsum("ij,jk,ik->i", signed, inverse, signed))))
        change = theory.margin_change_bound(length, leverage)
        fine = theory.euclidean_sandwich(np.linalg.norm(step), length, change, problem.ridge)
        bounds = (coarse.lower, coarse.upper, fine.lower, fine.upper)
        rows.append((distance, *map(float, bounds)))
    names = ("gradient lower", "gradient upper", "newton lower", "newton upper")
    return {**ink.columns(("distance", *names), rows), "original": np.array([truth])}


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.4, 4.8))
    x = np.geomspace(0.015, 8.0, 300)
    factor = theory.self_concordant_sandwich(1.0, x)
    left.plot(x, factor.upper, "k-", label=r"theory: $\delta/(1-e^{-\delta})$")
    left.plot(x, factor.lower, "k--", label=r"theory: $\delta/(e^\delta-1)$")
    for k, (group, text) in enumerate(GROUPS.items()):
        part = table["loss"] == group
        ink.points(left, k, table["delta"][part], table["ratio"][part], text, mfc="none")
    left.set(ylim=(5e-3, 12.0), title="what the theory allows")
    left.set_xlabel(r"$\delta$, largest change of a margin on the way to $w_R$")
    left.set_ylabel(r"true distance / Newton step, $\|w_R-w\|_H/\|s\|_H$")
    for k, name in enumerate(("gradient", "newton")):
        for end in ("lower", "upper"):
            values = np.where(table[f"{name} {end}"] > 0, table[f"{name} {end}"], np.nan)
            label = ("by the gradient", "by the Newton step")[k] if end == "lower" else None
            look = {"color": ink.COLOURS[2 + 2 * k], "linestyle": ink.LINES[k]}
            ink.curve(right, k, table["distance"], values / table["distance"], label, **look)
    right.axhline(1.0, color="black", linewidth=1.0, label="the true distance")
    right.axvline(table["original"][0], color="black", linestyle=":", label="the original model")
    right.set(ylim=(0.012, 8.0), xlabel=DISTANCE, ylabel=BOUND)
    right.set_title("what is known without the oracle (Euclidean)")
    for ax in (left, right):
        ax.set(xscale="log", yscale="log")
        ax.legend(loc="lower left")
    return figure
