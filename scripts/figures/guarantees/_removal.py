"""One Newton removal of random rows of a real data set, and the norms that bound what it leaves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from logreg_unlearn.data import real
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.removal import newton_removal


class Removal(NamedTuple):
    """Original, removed model and oracle, with the oracle's objective over its own rows."""

    objective: Objective
    original: Array
    removed: Array
    oracle: Array

    @property
    def change(self) -> Array:
        """How much the step moved each retained margin."""
        return self.objective.signed_features @ (self.removed - self.original)

    @property
    def curvature(self) -> Array:
        """The loss's curvature at the original's margins."""
        return self.objective.loss.curvature(self.objective.margins(self.original))

    @property
    def spectral_norm(self) -> float:
        """Of the retained rows."""
        return float(np.linalg.norm(self.objective.signed_features, 2))

    @property
    def longest(self) -> float:
        """Length of the longest retained row."""
        return float(np.linalg.norm(self.objective.signed_features, axis=1).max())


def removal(name: str, forgotten: int, ridge: float, unit_rows: bool, seed: int = 0) -> Removal:
    """Forget random rows in the mean convention, by one Newton step from the original."""
    data = real.load(name)
    rows = data.features
    if unit_rows:
        rows = rows / np.linalg.norm(rows, axis=1)[:, None]
    forget = np.random.default_rng(seed).permutation(len(rows)) < forgotten
    problem = UnlearningProblem(rows, data.labels, forget, ridge=ridge)
    original = minimise(problem.original()).w
    removed, oracle = newton_removal(problem, original), minimise(problem.oracle()).w
    return Removal(problem.oracle().with_rows(~forget), original, removed, oracle)
