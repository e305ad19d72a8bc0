"""The strategies are not degenerate: each kind of example that a test relies on is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from tests.strategies import KINDS, Block, blocks, objectives, problems, reaches


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
    "many rows": lambda p: len(p.labels) > 15,
    "zero rows": lambda p: not np.all(np.any(p.features != 0, axis=1)),
}


def signed(problem: UnlearningProblem) -> list[np.ndarray]:
    """Rows times labels, and zero rows left out: of R and of F."""
    rows = problem.labels[:, None] * problem.features
    full = np.any(rows != 0, axis=1)
    return [rows[full & ~problem.forget], rows[full & problem.forget]]


def cosine(problem: UnlearningProblem) -> float:
    one, other = (rows.mean(axis=0) for rows in signed(problem))
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def lift(problem: UnlearningProblem) -> float:
    """Lift of the first column's block."""
    mass = np.ones(len(problem.labels)) if problem.weights is None else problem.weights
    inside = problem.features[:, 0] != 0
    q, p = (
        np.average(inside[rows], weights=mass[rows]) for rows in (problem.forget, ~problem.forget)
    )
    return float(q / p)


KIND: dict[tuple[str, str], Callable[[UnlearningProblem], bool]] = {
    ("plain", "neither side separable"): lambda p: (
        p.features.shape[1] == 1 and all(np.ptp(np.sign(rows)) == 2 for rows in signed(p))
    ),
    ("separable", "both labels"): lambda p: np.ptp(p.labels) == 2,
    ("copies", "several"): lambda p: p.forget.sum() > 2 and p.features.shape[1] > 1,
    ("copies", "more than there are rows"): lambda p: p.forget.sum() > (~p.forget).sum() > 1,
    ("blocks", "several"): lambda p: p.features.shape[1] > 2,
    ("blocks", "weights"): lambda p: p.weights is not None and np.ptp(p.weights) > 0.5,
    ("blocks", "below the harm threshold"): lambda p: 0 < lift(p) < 0.1,
    ("blocks", "lift one"): lambda p: 0.9 < lift(p) < 1.1,
    ("blocks", "nothing forgotten of a block"): lambda p: lift(p) == 0,
    ("two-directions", "orthogonal or so"): lambda p: len(signed(p)[1]) and abs(cosine(p)) < 0.1,
    ("two-directions", "aligned"): lambda p: len(signed(p)[1]) and 0.5 < cosine(p) < 0.99,
    ("two-directions", "opposed"): lambda p: len(signed(p)[1]) and -0.99 < cosine(p) < -0.5,
    ("two-directions", "empty plane"): lambda p: len(signed(p)[0]) < (~p.forget).sum(),
    ("gaussian", "aligned"): lambda p: 0.5 < cosine(p) < 0.99,
    ("gaussian", "opposed"): lambda p: -0.99 < cosine(p) < -0.5,
    ("gaussian", "one column"): lambda p: p.features.shape[1] == 1 and cosine(p) < 0,
}


@pytest.mark.parametrize(
    ("kind", "predicate"),
    [(kind, predicate) for (kind, _), predicate in KIND.items()],
    ids=[" ".join(key) for key in KIND],
)
def test_kinds_of_problems(kind: str, predicate: Callable[[UnlearningProblem], bool]) -> None:
    assert {kind for kind, _ in KIND} == set(KINDS)
    found = reaches(problems(kinds=(kind,)), predicate)
    if kind == "separable":
        assert np.all(np.vstack(signed(found))[:, 0] > 0)
    elif kind == "copies":
        retained, forgotten = signed(found)
        assert all(np.any(np.all(row == retained, axis=1)) for row in forgotten)


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
