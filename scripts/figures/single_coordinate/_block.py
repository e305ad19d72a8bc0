"""One block as data, its three minimisers by the solver and in closed form, and the flow."""

from typing import Any

import numpy as np

from logreg_unlearn.data.synthetic import orthogonal_blocks
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.theory import single_coordinate as theory
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import Trajectory, run

from .._solving import minima, problem_of

LOSSES = ("exponential", "logistic")
MINIMISERS = {"exponential": theory.lambert_minimiser, "logistic": theory.logistic_minimiser}
ROWS = 40
LIFT = r"lift $\rho$ of the block in the forget set"


def block(strength: float, lift: float, n_forget: int, loss: str) -> UnlearningProblem:
    """Return one block as data: ``n_forget`` of ``ROWS`` rows are to be forgotten."""
    share = 0.9 / max(1.0, lift)
    data = orthogonal_blocks([lift], [share], n_retain=ROWS - n_forget, n_forget=n_forget)
    return problem_of(data, share / strength, loss)


def solved(strength: Any, lift: Any, n_forget: int, loss: str) -> np.ndarray:
    """Return oracle, original and descent-ascent minimum (3, n), over strengths or lifts (n)."""
    pairs = np.broadcast(strength, np.atleast_1d(lift))
    return np.array([np.ravel(minima(block(s, rho, n_forget, loss))) for s, rho in pairs]).T


def flow(
    problem: UnlearningProblem, start: float | None = None, *, per_unit: int, steps: int
) -> Trajectory:
    """Run descent-ascent with ``per_unit`` steps per unit of ridge times time."""
    return run(
        simultaneous(), problem, None if start is None else np.array([start]), steps=steps,
        step_size=1.0 / (per_unit * problem.ridge),
    )  # fmt: skip
