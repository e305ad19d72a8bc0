"""A Newton step squares the distance to the oracle, with a constant that is known."""

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import guarantees as theory

from .. import ink
from .._solving import RIDGE, real_problem

CAPTION = (
    "Distance to the oracle after one Newton step over that before, for weights around the "
    f"oracle of breast_cancer (logistic loss, ridge {RIDGE:g}): left in Euclidean distance with "
    "the global bound, right in the norm of the Hessian against the largest change of a margin. "
    "No point lies above its line; in the Hessian's norm the line is met by one sample in the "
    "tail of the loss, and real data stay about seven times below it, as they stay tens "
    "of times below the global bound."
)


def compute(quick: bool = False) -> ink.Table:
    """Return both ratios for steps from around the oracle."""
    problem = real_problem("breast_cancer")
    objective = problem.oracle().with_rows(~problem.forget)
    oracle = minimise(objective).w
    rows, rng = [], np.random.default_rng(0)
    outward = objective.signed_features.mean(axis=0)
    directions = [outward, -outward, *rng.standard_normal((2 if quick else 8, len(oracle)))]
    for direction in directions:
        unit = direction / np.linalg.norm(direction)
        for reach in np.geomspace(1e-3, 3, 6 if quick else 12):
            rows.append((reach, *_step(objective, oracle, reach * unit)))
    lengths = np.linalg.norm(objective.signed_features, axis=1)
    weighted = objective.signed_features.T * (objective.coefficients * lengths)
    cubes = float(np.linalg.norm(weighted @ objective.signed_features, 2))
    names = ("distance", "euclidean", "margin change", "in the Hessian's norm")
    tail = [(move, _tail(move)) for move in np.geomspace(0.02, 6, 5 if quick else 12)]
    constant = theory.newton_contraction(1.0, cubes, objective.ridge, 1.0).quadratic
    return {
        **ink.columns(names, rows),
        **ink.columns(("tail margin change", "tail ratio"), tail),
        "constant": np.array([float(constant)]),
    }


def _step(objective: Objective, oracle: Array, error: Array) -> tuple[float, float, float]:
    """Return both ratios of one step, and the change of a margin between."""
    w = oracle + error
    hessian = objective.hessian(w)
    after = error - np.linalg.solve(hessian, objective.gradient(w))
    in_h = np.sqrt((after @ hessian @ after) / (error @ hessian @ error))
    change = np.abs(objective.signed_features @ error).max()
    plain = np.linalg.norm(after) / np.linalg.norm(error)
    return float(plain), float(change), float(in_h)


def _tail(move: float) -> float:
    """Return the ratio of one sample whose margin at the optimum is 20, from ``move`` beyond."""
    margin, optimum = 20.0, 1e6
    slope = float(np.exp(-np.logaddexp(0.0, margin)))
    objective = Objective(
        np.ones((1, 1)), np.ones(1), slope / optimum, offset=np.array([margin - optimum])
    )
    w = np.array([optimum + move])
    return float(abs(move - objective.gradient(w)[0] / objective.hessian(w)[0, 0]) / move)


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.4, 4.4))
    reach, t = np.geomspace(1e-3, 3, 200), np.geomspace(1e-3, 12, 200)
    ink.curve(left, 0, reach, table["constant"][0] * reach, "global bound")
    ink.points(left, 1, table["distance"], table["euclidean"], "steps on breast_cancer")
    relative = theory.newton_contraction(1.0, 1.0, 1.0, t).relative
    ink.curve(right, 0, t, relative, r"$(e^t-1-t)/t$")
    ink.points(right, 1, table["margin change"], table["in the Hessian's norm"])
    ink.points(
        right,
        2,
        table["tail margin change"],
        table["tail ratio"],
        "one sample in the tail",
    )
    left.set(xlabel="distance before the step", ylabel="distance after / before")
    left.set_title("Euclidean")
    right.set(xlabel=r"largest change of a margin, $t$", title="in the norm of the Hessian")
    right.set_ylim(1e-4, 1e3)
    for ax in (left, right):
        ax.set(xscale="log", yscale="log")
        ax.legend(loc="upper left")
    return figure
