"""What is measured of a forget set: where descent-ascent ends, and every candidate beside it.

Descent-ascent's objective may have several minima, so it is run until the basin is settled, and a
trust region goes on to the minimum there, which is certified (``solve.optimum``); a share of the
cases is run on, to see that the iteration ends there.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from logreg_unlearn.assess.candidates import RATIOS, SCORES, ratios, scores
from logreg_unlearn.assess.distance import ratio
from logreg_unlearn.assess.verdict import compare
from logreg_unlearn.data import DataSet
from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import Optimum, OptimumStatus, minimise
from logreg_unlearn.sweep.influence.states import State
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run

# columns by name, all of one length
Table = dict[str, Array]

CHECKED = 40
"""One case in so many is run step by step."""
_SETTLED, _STEPS = 500, 20_000
# 300 steps found the basin of 20,000 in all of 82 cases with weak ridges, none at all in 85 %


@dataclass(frozen=True)
class Row:
    """One row of ``cases.csv``, without the candidates: its fields are its columns, in order.

    ``ratio`` is descent-ascent's distance to the oracle over the original's, ``ratio_from_zero``
    that of the minimum reached from 0, ``lower_from_zero`` whether the objective is lower there;
    ``run_agrees`` is 1 or 0 where the case was run and ended or did not end at the minimum, NaN
    where it was not or its steps ran out; ``length_ratio`` is ``|w_DA|/|w_R|``, and ``certified``
    says that the end is a certified minimum, or none.
    """

    dataset: str
    size: int
    rows: int
    columns: int
    seed: int
    cluster: str
    loss: str
    kind: str
    fraction: float
    ridge: float
    verdict: str
    ratio: float
    distance_original: float
    distance_final: float
    ratio_from_zero: float
    lower_from_zero: bool
    length_ratio: float
    certified: bool
    run_agrees: float


def measure_state(state: State) -> list[dict[str, object]]:
    """Return the rows of a state, one for each forget set, candidates included."""
    found = []
    for number, (kind, data, model, mask) in enumerate(state.problems()):
        problem = problem_of(state, data, mask)
        row = _measure(state, kind, problem, model.w, number)
        candidates = ratios(problem, model.w) | scores(problem, model.w)
        found.append(vars(row) | candidates)
    return found


def problem_of(state: State, data: DataSet, mask: Mask) -> AnyProblem:
    """Return the problem of a forget set."""
    if data.count == 2:
        return UnlearningProblem(
            data.features, data.labels, mask, ridge=state.ridge, loss=state.loss
        )
    return SoftmaxProblem(data.features, data.given_labels, mask, ridge=state.ridge)


def _measure(state: State, kind: str, problem: AnyProblem, original: Array, number: int) -> Row:
    oracle = minimise(problem.oracle(), original)
    descent = problem.descent_ascent()
    path = run(simultaneous(), problem, original, steps=_SETTLED, oracle=oracle)
    end = None if path.diverged else minimise(descent, path.w[-1])
    other = minimise(descent)
    before = float(np.linalg.norm(original - oracle.w))
    after, elsewhere = (_distance(each, oracle.w) for each in (end, other))
    # 1e-8: what the certificates of both ends leave at most, relative to the weights
    uncertain = 1e-8 * (1.0 + float(np.linalg.norm(oracle.w)))
    judged = compare(before, after, uncertain) if np.isfinite(after) else "DIVERGED"
    length = float(np.linalg.norm(end.w)) if end and np.isfinite(after) else np.inf
    n, d = problem.features.shape
    return Row(
        dataset=state.dataset,
        size=state.size,
        rows=n,
        columns=d,
        seed=state.seed,
        cluster=state.cluster,
        loss=state.loss,
        kind=kind,
        fraction=round(float(np.mean(problem.forget)), 12),
        ridge=state.ridge,
        verdict=judged,
        ratio=float(ratio(after, before)),
        distance_original=before,
        distance_final=after,
        ratio_from_zero=float(ratio(elsewhere, before)),
        lower_from_zero=_lower(other, end),
        length_ratio=float(ratio(length, float(np.linalg.norm(oracle.w)))),
        certified=end is None or end.converged or end.status is OptimumStatus.UNBOUNDED,
        run_agrees=_agreement(state, problem, original, oracle, end, number),
    )


def _distance(end: Optimum | None, oracle: Array) -> float:
    """Return how far an end is from the oracle, infinite where there is none."""
    if end is None or end.status is OptimumStatus.UNBOUNDED or not np.all(np.isfinite(end.w)):
        return np.inf
    return float(np.linalg.norm(end.w - oracle))


def _lower(other: Optimum, end: Optimum | None) -> bool:
    """Whether the objective is lower at the other end; never below one that fell for ever."""
    if end is None or end.status is OptimumStatus.UNBOUNDED:
        return False
    fell = other.status is OptimumStatus.UNBOUNDED
    return bool(fell or other.value < end.value - 1e-9 * (1.0 + abs(end.value)))


def _agreement(
    state: State, problem: AnyProblem, original: Array, oracle: Optimum,
    end: Optimum | None, number: int,
) -> float:  # fmt: skip
    name = f"{state.dataset} {state.size} {state.seed} {state.loss} {state.ridge} {number}"
    if zlib.crc32(name.encode()) % CHECKED:
        return np.nan
    path = run(simultaneous(), problem, original, steps=_STEPS, oracle=oracle)
    fell = end is None or not np.isfinite(_distance(end, oracle.w))
    if end is None or path.diverged or fell:
        return float(path.diverged == fell)
    if path.status.name != "CONVERGED":
        return np.nan
    apart = float(np.linalg.norm(path.w[-1] - end.w))
    return float(apart <= 1e-3 * (float(np.linalg.norm(end.w)) + path.distance[0]))


def table_of(rows: Sequence[dict[str, object]]) -> Table:
    """Return rows as columns.

    Raises
    ------
    ValueError
        Without rows.
    """
    if not rows:
        raise ValueError("expected at least one case, got none")
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def chosen(table: Table, mask: Array) -> Table:
    """Return the rows of a mask."""
    return {name: column[mask] for name, column in table.items()}


def columns_of_rows() -> Iterable[str]:
    """Return the names of all columns, in order."""
    return [*Row.__dataclass_fields__, *RATIOS, *SCORES]
