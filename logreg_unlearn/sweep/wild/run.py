"""All cells of one forget set of one data set, and all of them on an executor handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from logreg_unlearn.data import real
from logreg_unlearn.data.forget_sets import FittedModel
from logreg_unlearn.problem.losses import LOGISTIC, Array
from logreg_unlearn.sweep.wild import minibatches, published
from logreg_unlearn.sweep.wild.cell import Cell, bench
from logreg_unlearn.sweep.wild.ensemble import Ensemble, bootstrap, train
from logreg_unlearn.sweep.wild.minibatches import Task
from logreg_unlearn.sweep.wild.published import Published
from logreg_unlearn.sweep.wild.removals import RETRAIN, removed
from logreg_unlearn.sweep.wild.sets import SETS, Split, chosen, split

DATASETS = ("breast_cancer", "digits_3v8", "anes96", "fair")
STOPPING = "stopping"
"""The method of the cells that sweep step size and stopping; on the middle set of each family."""

SWEPT_SETS = (2, 5, 8)
MOST_ROWS = 500
"""Retained rows that KLoM is read on, at most: a percentile needs no more."""


@dataclass(frozen=True)
class Experiment:
    """What is run.

    Attributes
    ----------
    datasets : tuple of str
    models : int
        Models of each ensemble, at least 2.
    ridge : float
    seed : int
    forget_sets : tuple of int
        Among 1 ... 9.
    grids : dict of str to Published
        By method: ga, gda, scrub, finetune, and `STOPPING`.
    """

    datasets: tuple[str, ...] = DATASETS
    models: int = 100
    ridge: float = 0.01
    seed: int = 0
    forget_sets: tuple[int, ...] = tuple(range(1, len(SETS) + 1))
    grids: tuple[tuple[str, Published], ...] = (
        ("ga", published.GA),
        ("gda", published.GDA),
        ("scrub", published.SCRUB),
        ("finetune", published.FINETUNE),
        (STOPPING, published.STOPPING),
    )

    def __post_init__(self) -> None:
        for name in self.datasets:
            if name not in real.names(two_classes=True):
                known = ", ".join(real.names(two_classes=True))
                raise ValueError(f"expected a data set of two classes among {known}, got {name!r}")
        for name, value, least in (("models", self.models, 2), ("seed", self.seed, 0)):
            if value < least:
                raise ValueError(f"expected {name} >= {least}, got {value}")
        if not (np.isfinite(self.ridge) and self.ridge > 0.0):
            raise ValueError(f"expected a ridge > 0, got {self.ridge}")

    def quick(self) -> Experiment:
        """Return one that runs in seconds: one data set, 50 models, the ends of every grid."""
        grids = tuple((name, grid.quick()) for name, grid in self.grids)
        return replace(self, datasets=("breast_cancer",), models=50, grids=grids)


RUNNERS: dict[str, Callable[..., Iterator[minibatches.Reading]]] = {
    "ga": minibatches.gradient_ascent,
    "gda": minibatches.descent_ascent,
    "scrub": minibatches.scrub,
    "finetune": minibatches.descent_ascent,
    STOPPING: minibatches.descent_ascent,
}


def run(
    experiment: Experiment,
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Cell]:
    """Return the cells of every data set and forget set, in their order.

    Parameters
    ----------
    experiment : Experiment
    executor : concurrent.futures.Executor, optional
        Runs the forget sets in this process when None. The cells do not depend on it.
    progress : callable, optional
        Called with the number of forget sets just finished.
    """
    report = progress or (lambda count: None)
    tasks = [(name, k) for name in experiment.datasets for k in experiment.forget_sets]
    if executor is None:
        cells = []
        for task in tasks:
            cells += cells_of(experiment, *task)
            report(1)
        return cells
    futures = [executor.submit(cells_of, experiment, *task) for task in tasks]
    try:
        for future in as_completed(futures):
            future.result()
            report(1)
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    return [cell for future in futures for cell in future.result()]


def cells_of(experiment: Experiment, dataset: str, number: int) -> list[Cell]:
    """Return the cells of one forget set: original, oracle, every method at every setting."""
    data, fitted, models = originals(dataset, experiment.models, experiment.ridge, experiment.seed)
    seed = experiment.seed
    forget = chosen(number, data, fitted, seed)
    signed, n = data.signed, len(data.labels)
    # a seed for what each forget set draws
    seeds = np.random.SeedSequence([seed, number]).generate_state(3).tolist()
    weights = bootstrap(experiment.models, n, seeds[0])
    oracles = train(signed, weights, experiment.ridge, fitted.w, ~forget)
    removals = list(removed(data, forget, models, experiment.ridge))
    own = next(w for name, _, w, _ in removals if name == RETRAIN)
    kept = signed[~forget]
    if len(kept) > MOST_ROWS:
        kept = kept[np.random.default_rng(seeds[1]).permutation(len(kept))[:MOST_ROWS]]
    parts = {"forget": signed[forget], "retain": kept, "held_out": data.held_out}
    judged = bench(parts, models.w, own, oracles, seeds[1])
    family = SETS[number - 1][0]

    def cell(method: str, w: Array, cost: float, **setting: Any) -> Cell:
        own_setting: dict[str, Any] = {
            "rate": np.nan, "epochs": 0, "ascent_epochs": 0, "forget_batch": 0
        }  # fmt: skip
        return Cell(
            dataset=dataset, rows=n, forget_set=number, family=family, size=int(forget.sum()),
            method=method, cost=cost, **(own_setting | setting | judged.measure(w)),
        )  # fmt: skip

    cells = [cell("original", models.w, 0.0), cell("oracle", oracles, np.nan)]
    cells += [cell(name, w, cost, epochs=steps) for name, steps, w, cost in removals]
    unit = published.scaled_rate(1.0, published.largest_curvature(signed, fitted.ridge, LOGISTIC))
    task = Task(signed, forget, experiment.ridge, unit)
    for method, grid in experiment.grids:
        if method == STOPPING and number not in SWEPT_SETS:
            continue
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            readings = list(RUNNERS[method](task, models, grid, seeds[2]))
        cells += [
            cell(
                method, r.w, r.rows / n, rate=r.rate, epochs=r.epochs,
                ascent_epochs=r.ascent_epochs, forget_batch=r.forget_batch,
            )
            for r in readings
        ]  # fmt: skip
    return cells


@lru_cache(maxsize=8)
def originals(
    dataset: str, models: int, ridge: float, seed: int
) -> tuple[Split, FittedModel, Ensemble]:
    """Return the split, the unweighted original and the ensemble of originals of a data set."""
    loaded = real.load(dataset)
    data = split(loaded.features, loaded.labels, seed)
    n, d = data.features.shape
    start = train(data.signed, np.ones((1, n)), ridge, np.zeros(d))[0]
    weights = bootstrap(models, n, seed)
    ensemble = Ensemble(weights, train(data.signed, weights, ridge, start))
    return data, FittedModel(start, ridge, LOGISTIC), ensemble


def grids_as_facts(experiment: Experiment) -> dict[str, Any]:
    """Return the experiment as JSON can hold it."""
    facts = {name: value for name, value in vars(experiment).items() if name != "grids"}
    return facts | {"grids": {name: vars(grid) for name, grid in experiment.grids}}
