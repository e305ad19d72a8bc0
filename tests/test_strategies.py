"""The strategies are not degenerate: each kind of example that a test relies on is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from tests.strategies import Block, blocks, objectives, problems, reaches


def rank(objective: Objective) -> int:
    return int(np.linalg.matrix_rank(objective.signed_features))


OBJECTIVES: dict[str, Callable[[Objective], bool]] = {
    "logistic": lambda o: o.loss is LOGISTIC,
    "exponential": lambda o: o.loss is EXPONENTIAL,
    "tiny ridge": lambda o: o.ridge < 1e-8,
    "big ridge": lambda o: o.ridge > 100,
    "unequal coefficients": lambda o: np.ptp(np.abs(o.coefficients)) > 0.5,
    "offset": lambda o: o.offset is not None and np.ptp(o.offset) > 0.5,
    "intercept": lambda o: o.penalised is not None and np.ptp(o.signed_features[:, 0]) == 2,
    "separable": lambda o: bool(np.all(o.signed_features > 0)) and o.dimension > 1,
    "collinear": lambda o: rank(o) < min(o.signed_features.shape),
    "wide": lambda o: o.signed_features.shape[0] < o.dimension,
    "one column": lambda o: o.dimension == 1,
    "one row": lambda o: len(o.coefficients) == 1,
    "many rows": lambda o: len(o.coefficients) >= 7,
    "bad scale": lambda o: np.ptp(np.log10(np.abs(o.signed_features).max(axis=0))) > 4,
    "repeated rows": lambda o: len(np.unique(o.signed_features, axis=0)) < len(o.coefficients),
}


@pytest.mark.parametrize("predicate", OBJECTIVES.values(), ids=OBJECTIVES.keys())
def test_objectives(predicate: Callable[[Objective], bool]) -> None:
    found = reaches(objectives(), predicate)
    assert found.convex
    assert np.all(np.abs(found.signed_features).max(axis=0) > 0)


def indefinite(objective: Objective) -> bool:
    w = np.zeros(objective.dimension)
    return bool(np.linalg.eigvalsh(objective.hessian(w))[0] < 0)


def test_signed_objectives() -> None:
    both = reaches(objectives(signed=True), indefinite)
    assert both.coefficients.min() < 0 < abs(both.coefficients).max()
    mixed = reaches(objectives(signed=True), lambda o: np.ptp(np.sign(o.coefficients)) == 2)
    assert not mixed.convex


PROBLEMS: dict[str, Callable[[UnlearningProblem], bool]] = {
    "logistic": lambda p: p.loss is LOGISTIC,
    "exponential": lambda p: p.loss is EXPONENTIAL,
    "weights": lambda p: p.weights is not None and np.ptp(p.weights) > 0.5,
    "no weights": lambda p: p.weights is None,
    "offset": lambda p: p.offset is not None and np.ptp(p.offset) > 0.5,
    "unpenalised": lambda p: len(p.unpenalised) == 1,
    "mean": lambda p: p.normalisation == "mean",
    "sum": lambda p: p.normalisation == "sum",
    "few forgotten": lambda p: p.forget_fraction < 0.2,
    "most forgotten": lambda p: p.forget_fraction > 0.8,
    "both labels": lambda p: np.ptp(p.labels) == 2,
    "weak ridge": lambda p: p.ridge < 0.01,
    "strong ridge": lambda p: p.ridge > 1.0,
    "one column": lambda p: p.features.shape[1] == 1,
}


@pytest.mark.parametrize("predicate", PROBLEMS.values(), ids=PROBLEMS.keys())
def test_problems(predicate: Callable[[UnlearningProblem], bool]) -> None:
    found = reaches(problems(), predicate)
    assert 0 < found.forget.sum() < len(found.forget)


BLOCKS: dict[str, Callable[[Block], bool]] = {
    "weak": lambda b: b.strength < 1e-4,
    "strong": lambda b: b.strength > 1e4,
    "below the harm threshold": lambda b: b.lift < b.fraction / (1 + b.fraction),
    "harm before lift one": lambda b: b.fraction / (1 + b.fraction) < b.lift < 1,
    "beyond the oracle": lambda b: 1 < b.lift < 1 + 1 / (np.e * b.strength),
    "beyond the fold": lambda b: b.lift > 1 + 1 / (np.e * b.strength),
    "few": lambda b: b.fraction < 0.01,
    "most": lambda b: b.fraction > 0.99,
}


@pytest.mark.parametrize("predicate", BLOCKS.values(), ids=BLOCKS.keys())
def test_blocks(predicate: Callable[[Block], bool]) -> None:
    """The problem that a block builds has the strength, the lift and the fraction it names."""
    block = reaches(blocks(), predicate)
    problem = block.problem("logistic")
    oracle, ascent = problem.oracle(), problem.forget_ascent()
    p, q = oracle.coefficients[0], -ascent.coefficients[2]
    assert p / problem.ridge == pytest.approx(block.strength)
    assert q / p == pytest.approx(block.lift)
    assert problem.forget_fraction == pytest.approx(block.fraction)
    assert 0 < p < 1
    assert 0 < q < 1
