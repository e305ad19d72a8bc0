"""One case of the correlation sweep: a problem, a method, and how far it ends from the oracle.

A :class:`Case` is plain data, so it travels to other processes and can be listed before
anything runs; :func:`run_case` builds its problem and returns its :class:`Row`.

=================  =======================================  ================================
model              ``correlation``                          ``forget_kind``
=================  =======================================  ================================
blocks             lift ``rho`` of the block                ``block``
two-directions     cosine ``2 eps/(1 + eps^2)``             ``alpha=<value>``
gaussian           cosine of the class means                ``shifted``
real               cosine of the mean gradients, measured   a kind of ``data.forget_sets``
=================  =======================================  ================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from logreg_unlearn.assess.dependence import dependence
from logreg_unlearn.assess.distance import cosine, oracle_best_stop, ratio
from logreg_unlearn.data import DataSet, real
from logreg_unlearn.data.forget_sets import FittedModel, forget_set
from logreg_unlearn.data.synthetic import gaussian_classes, orthogonal_blocks, two_directions
from logreg_unlearn.problem.losses import get_loss
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import Optimum, minimise
from logreg_unlearn.unlearn.ascent import get_method
from logreg_unlearn.unlearn.driver import Trajectory, run

VERDICTS = ("HELPED", "HARMED", "DIVERGED", "UNCHANGED")
TOLERANCE = 1e-6
"""Relative change of the distance below which a case counts as UNCHANGED."""
RESOLUTION = 1e-9
"""Share of the oracle's norm to which an iteration's end point is known at its tolerance."""

GROUP_ROWS = 4
"""Rows of either side of a grouped synthetic set; weights make every share exact."""
BLOCK_SHARE = 0.1
"""Share of the retained samples that lie in the block."""
GAUSSIAN_SHAPE = (200, 5)


@dataclass(frozen=True)
class Case:
    """What is varied: everything a row of ``cases.csv`` says before the run.

    Attributes
    ----------
    model : {"blocks", "two-directions", "gaussian", "real"}
    dataset, loss, forget_kind, method : str
    forget_fraction, ridge : float
    seed : int
    settings : mapping of str to float
        The model's own parameters: ``lift``; ``epsilon`` and ``alpha``; ``correlation``.
    steps : int
        Step budget.
    """

    model: str
    dataset: str
    loss: str
    forget_kind: str
    forget_fraction: float
    ridge: float
    seed: int
    method: str
    steps: int
    settings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One row of ``cases.csv``; the fields are its columns, in order."""

    model: str
    dataset: str
    loss: str
    correlation: float
    forget_kind: str
    forget_fraction: float
    ridge: float
    seed: int
    method: str
    step_size: float
    steps: int
    status: str
    distance_original: float
    distance_final: float
    ratio_final: float
    ratio_best: float
    best_step: int
    first_step_alignment: float
    verdict: str
    oracle_radius: float

    @property
    def farther(self) -> bool:
        """Whether the end point is farther from the oracle than the original model."""
        return self.verdict in ("HARMED", "DIVERGED")


def run_case(case: Case) -> Row:
    """Build the problem of a case, run its method, and measure.

    Raises
    ------
    ValueError
        If the model, data set, forget set or method does not exist.
    """
    problem, correlation = build_problem(case)
    original = minimise(problem.original())
    oracle = minimise(problem.oracle())
    if correlation is None:
        correlation = dependence(problem, original.w).cosine_gradients
    trajectory = run(
        get_method(case.method),
        problem,
        original.w,
        steps=case.steps,
        oracle=oracle,
        seed=case.seed,
    )
    fraction = round(problem.forget_fraction, 12)
    return measure(replace(case, forget_fraction=fraction), correlation, trajectory, original)


def measure(case: Case, correlation: float, trajectory: Trajectory, original: Optimum) -> Row:
    """Turn a trajectory into a row: distances, ratios, best stop and verdict.

    An original within its certified radius of the oracle counts as being there: its distance
    carries no digits, and the ratio of anything that ends elsewhere is infinite.
    """
    uncertain = original.radius + trajectory.oracle.radius
    distance = trajectory.distance
    start = 0.0 if distance[0] <= uncertain else float(distance[0])
    distance_final = np.inf if trajectory.diverged else float(distance[-1])
    final_ratio = float(ratio(distance_final, start))
    best = oracle_best_stop(trajectory.steps, distance, start)
    best_ratio = best.ratio if start > 0 else 1.0
    first_move = trajectory.w[min(1, len(trajectory.w) - 1)] - trajectory.w[0]
    label = verdict(trajectory, uncertain)
    if label == "UNCHANGED" and start == 0.0:
        final_ratio = 1.0
    return Row(
        model=case.model,
        dataset=case.dataset,
        loss=case.loss,
        correlation=float(correlation),
        forget_kind=case.forget_kind,
        forget_fraction=case.forget_fraction,
        ridge=case.ridge,
        seed=case.seed,
        method=case.method,
        step_size=trajectory.step_size,
        steps=int(trajectory.steps[-1]),
        status=trajectory.status.name,
        distance_original=float(distance[0]),
        distance_final=distance_final,
        ratio_final=final_ratio,
        ratio_best=best_ratio,
        best_step=best.step,
        first_step_alignment=cosine(first_move, trajectory.oracle.w - trajectory.w[0]),
        verdict=label,
        oracle_radius=trajectory.oracle.radius,
    )


def verdict(trajectory: Trajectory, uncertain: float = 0.0) -> str:
    """Return HELPED, HARMED, DIVERGED or UNCHANGED for the end point of a trajectory.

    UNCHANGED: the distances differ by less than ``TOLERANCE`` of the original's, by less than
    ``uncertain``, the sum of the certified radii they rest on, or by less than ``RESOLUTION``
    of the oracle's norm, which is what a converged iteration can tell.
    """
    if trajectory.diverged:
        return "DIVERGED"
    before, after = trajectory.distance[0], trajectory.distance[-1]
    resolved = RESOLUTION * float(np.linalg.norm(trajectory.oracle.w))
    if abs(after - before) <= max(TOLERANCE * before, uncertain, resolved):
        return "UNCHANGED"
    return "HARMED" if after > before else "HELPED"


def build_problem(case: Case) -> tuple[UnlearningProblem, float | None]:
    """Return a case's problem and its correlation (None where it has to be measured).

    Raises
    ------
    ValueError
        If the model is unknown or its settings are out of range.
    """
    fraction, settings = case.forget_fraction, case.settings
    if case.model == "real":
        return _real_problem(case), None
    if case.model == "gaussian":
        n, d = GAUSSIAN_SHAPE
        data = gaussian_classes(
            settings["correlation"], n=n, d=d, forget_fraction=fraction, seed=case.seed
        )
        return _problem(data, case), settings["correlation"]
    sizes = dict(n_retain=GROUP_ROWS, n_forget=GROUP_ROWS)
    odds = fraction / (1.0 - fraction)
    if case.model == "blocks":
        data = orthogonal_blocks([settings["lift"]], [BLOCK_SHARE], **sizes)
        return _problem(_with_odds(data, odds), case), settings["lift"]
    if case.model == "two-directions":
        # alpha counts samples of n, the generator's rows are equally many on both sides
        data = two_directions(settings["epsilon"], settings["alpha"] / odds, **sizes)
        return _problem(_with_odds(data, odds), case), data.dependence["cosine"]
    raise ValueError(f"expected a model among {MODELS}, got {case.model!r}")


MODELS = ("blocks", "two-directions", "gaussian", "real")


def _with_odds(data: DataSet, odds: float) -> DataSet:
    """Weigh the forget side so that ``n_F / n_R`` is ``odds``; both sides have equal rows."""
    assert data.forget is not None
    weights = np.ones(len(data.labels)) if data.weights is None else data.weights
    return replace(data, weights=np.where(data.forget, odds, 1.0) * weights)


def _problem(data: DataSet, case: Case) -> UnlearningProblem:
    assert data.forget is not None
    return UnlearningProblem(
        data.features,
        data.labels,
        data.forget,
        ridge=case.ridge,
        loss=case.loss,
        weights=data.weights,
    )


def _real_problem(case: Case) -> UnlearningProblem:
    data = _loaded(case.dataset)
    mask = forget_set(
        case.forget_kind,
        data.features,
        data.labels,
        fraction=case.forget_fraction,
        seed=case.seed,
        model=_fitted(case.dataset, case.loss, case.ridge),
    )
    return UnlearningProblem(data.features, data.labels, mask, ridge=case.ridge, loss=case.loss)


@lru_cache(maxsize=16)
def _loaded(name: str) -> DataSet:
    return real.load(name)


@lru_cache(maxsize=64)
def _fitted(name: str, loss: str, ridge: float) -> FittedModel:
    data = _loaded(name)
    return fit_original(data, ridge, loss)


def fit_original(data: DataSet, ridge: float, loss: str) -> FittedModel:
    """Fit the original model of a data set, which does not depend on what will be forgotten."""
    n = len(data.labels)
    pointwise = get_loss(loss)
    signed = data.labels[:, None] * data.features
    objective = Objective(signed, np.full(n, 1.0 / n), ridge, pointwise)
    return FittedModel(minimise(objective).w, ridge, pointwise)
