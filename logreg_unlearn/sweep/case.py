"""One case of the sweep: a problem, a method, and how far it ends from the oracle.

A :class:`Case` is plain data, so it travels to other processes and can be listed before
anything runs; :func:`run_part` builds the problems of several and returns their rows.

=================  =======================================  ================================
model              ``correlation``                          ``forget_kind``
=================  =======================================  ================================
blocks             lift ``rho`` of the block                ``block``
two-directions     cosine ``2 eps/(1 + eps^2)``             ``alpha=<value>``
gaussian           cosine of the class means                ``shifted``
real               cosine of the mean gradients, measured   a kind of ``data.forget_sets``,
                                                            or ``column <name>``: the file's
=================  =======================================  ================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from logreg_unlearn.assess.dependence import dependence
from logreg_unlearn.data import DataSet
from logreg_unlearn.data.forget_sets import MISLABELLED, mislabel
from logreg_unlearn.data.synthetic import gaussian_classes, orthogonal_blocks, two_directions
from logreg_unlearn.problem.losses import Mask, get_loss
from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import Optimum, minimise
from logreg_unlearn.sweep.datasets import Source, TableFile, chosen, fit_original, load
from logreg_unlearn.sweep.row import Row, measure
from logreg_unlearn.unlearn.ascent import get_method
from logreg_unlearn.unlearn.driver import Method
from logreg_unlearn.unlearn.load import load_method
from logreg_unlearn.unlearn.together import run_together

__all__ = [
    "BLOCK_SHARE", "MODELS", "Case", "Row", "TableFile", "build_problem", "find_method",
    "fit_original", "kinds", "load", "measure", "run_case", "run_part",
]  # fmt: skip

GROUP = 64
"""Cases that run together at most: more are hardly faster, and a group is the task of a worker."""
OF_CLASSES = 8
"""The same for three classes or more, whose cases share no product and take seconds each."""
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
    dataset : str or TableFile
        Real data: a bundled set's name, or the address of a table of the user's own.
    loss, forget_kind : str
        The logistic loss of three classes or more is softmax.
    forget_fraction : float
        NaN where the table itself marks the rows to forget.
    ridge : float
    seed : int
    method : str
        A name of ``unlearn.ascent.METHODS``, or the address ``module:name`` of a `Method`.
    settings : mapping of str to float
        The model's own parameters: ``lift``; ``epsilon`` and ``alpha``; ``cosine``.
    steps : int
        Step budget.
    """

    model: str
    dataset: Source
    loss: str
    forget_kind: str
    forget_fraction: float
    ridge: float
    seed: int
    method: str
    steps: int
    settings: Mapping[str, float] = field(default_factory=dict)


def run_case(case: Case) -> Row:
    """Return the row of a case on its own: `run_part` of one.

    Raises
    ------
    ValueError
        If the model, data set, forget set or method does not exist.
    """
    return run_part([case])[0]


def kinds(cases: Iterable[Case]) -> Iterator[tuple[Case, ...]]:
    """Cut cases, in their order, into those that run together: a function of the cases alone."""
    part: list[Case] = []
    for case in cases:
        if part and (len(part) == _most(part[-1]) or _kind(case) != _kind(part[-1])):
            yield tuple(part)
            part = []
        part.append(case)
    if part:
        yield tuple(part)


def _most(case: Case) -> int:
    many = case.model == "real" and load(case.dataset).count > 2
    return OF_CLASSES if many else GROUP


def _kind(case: Case) -> tuple[object, ...]:
    """What the cases of a group have in common; the data too where they are real."""
    kind = case.model, case.loss, case.method, case.steps
    return (*kind, case.dataset, case.ridge) if case.model == "real" else kind


def run_part(cases: Sequence[Case]) -> list[Row]:
    """Build the problems of a part of `kinds`, run its method on all, and measure.

    A row depends on its group by the order of sums: by rounding, unless the iteration grows it.

    Raises
    ------
    ValueError
        As `run_case`.
    """
    built = _build(cases)
    problems = [problem for problem, _ in built]
    originals: list[Optimum] = []
    for problem, before in zip(problems, [None, *problems], strict=False):
        same = before is not None and problem.shares_data(before)
        originals.append(originals[-1] if same else minimise(problem.original()))
    trajectories = run_together(
        find_method(cases[0].method),
        problems,
        [original.w for original in originals],
        steps=cases[0].steps,
        oracles=[
            minimise(problem.oracle(), original.w)
            for problem, original in zip(problems, originals, strict=True)
        ],
        seeds=[case.seed for case in cases],
    )
    rows = []
    for case, (problem, known), original, trajectory in zip(
        cases, built, originals, trajectories, strict=True
    ):
        measured = dependence(problem, original.w)
        done = replace(case, forget_fraction=round(problem.forget_fraction, 12))
        correlation = measured.cosine_gradients if known is None else known
        overlap = measured.cross_influence_overlap
        rows.append(measure(done, correlation, overlap, trajectory, original))
    return rows


def _build(cases: Sequence[Case]) -> list[tuple[AnyProblem, float | None]]:
    """Build the problems of a group; real ones share their data, unless labels are made wrong."""
    if cases[0].model != "real":
        return [build_problem(case) for case in cases]
    shared: AnyProblem | None = None
    built: list[tuple[AnyProblem, float | None]] = []
    for case in cases:
        if case.forget_kind == MISLABELLED:
            problem = _real_problem(case)
        else:
            problem = shared.forgetting(_forgotten(case)) if shared else _real_problem(case)
            shared = problem
        built.append((problem, None))
    return built


def find_method(name: str) -> Method:
    """Return the method of a name, or of the user's own by its address ``module:name``.

    Raises
    ------
    ValueError
        If there is none.
    """
    return load_method(name) if ":" in name else get_method(name)


def build_problem(case: Case) -> tuple[AnyProblem, float | None]:
    """Return a case's problem and its lift or cosine (None where it has to be measured).

    Raises
    ------
    ValueError
        If the model is unknown or its settings are out of range.
    """
    fraction, settings = case.forget_fraction, case.settings
    if case.model == "real":
        return _real_problem(case), None
    if case.model == "gaussian":
        data = _gaussian(settings["cosine"], fraction, case.seed)
        return _problem(data, case), settings["cosine"]
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


@lru_cache(maxsize=512)
def _gaussian(cosine: float, fraction: float, seed: int) -> DataSet:
    # every loss and ridge asks for it again; 8 kB each
    n, d = GAUSSIAN_SHAPE
    return gaussian_classes(cosine, n=n, d=d, forget_fraction=fraction, seed=seed)


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


def _real_problem(case: Case) -> AnyProblem:
    data, mask = load(case.dataset), _forgotten(case)
    if case.forget_kind == MISLABELLED:
        data = replace(data, labels=mislabel(data.labels, mask, case.seed))
    if data.count == 2:
        return UnlearningProblem(data.features, data.labels, mask, ridge=case.ridge, loss=case.loss)
    if not get_loss(case.loss).softmax:
        raise ValueError(f"expected the logistic loss of {data.count} classes, got {case.loss}")
    return SoftmaxProblem(
        data.features, data.given_labels, mask, ridge=case.ridge, label_values=data.label_values
    )


def _forgotten(case: Case) -> Mask:
    return chosen(
        case.dataset, case.forget_kind, case.forget_fraction, case.seed, case.loss, case.ridge
    )
