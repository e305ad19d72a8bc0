"""Removal without ascent, model by model: every method that needs nothing but the trained model.

Rewinding, certified removal and noisy descent want a checkpoint or a training of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.sweep.wild.ensemble import Ensemble
from logreg_unlearn.sweep.wild.sets import Split
from logreg_unlearn.unlearn.removal import REMOVALS, Removal
from logreg_unlearn.unlearn.removal.descent import descent_to_delete
from logreg_unlearn.unlearn.removal.newton import newton_steps

RETRAIN = "retrain"
REPEATED: dict[str, tuple[Callable[..., Removal], tuple[int, ...]]] = {
    "newton": (newton_steps, (1, 2)),
    "descent-to-delete": (descent_to_delete, (1, 3, 10, 30, 100)),
}
"""Methods with steps, and the numbers of steps."""


def settings() -> dict[str, dict[int, Callable[[UnlearningProblem, Array], Removal]]]:
    """Return every removal by name and number of steps (1 where it has none); retraining first."""
    made: dict[str, dict[int, Callable[[UnlearningProblem, Array], Removal]]] = {}
    for name, method in {RETRAIN: REMOVALS[RETRAIN], **REMOVALS}.items():
        if name in REPEATED:
            stepped, counts = REPEATED[name]
            made[name] = {count: partial(stepped, steps=count) for count in counts}
        else:
            made[name] = {1: method}
    return made


def removed(
    data: Split, forget: Mask, models: Ensemble, ridge: float
) -> Iterator[tuple[str, int, Array, float]]:
    """Yield name, steps, weights (k, d) and mean passes over the trained rows of every removal.

    Parameters
    ----------
    data : Split
    forget : ndarray of bool (n,)
    models : Ensemble
        The originals.
    ridge : float
    """
    problems = [
        UnlearningProblem(data.features, data.labels, forget, ridge=ridge, weights=own)
        for own in models.weights
    ]
    for name, by_steps in settings().items():
        for steps, method in by_steps.items():
            found = [method(*pair) for pair in zip(problems, models.w, strict=True)]
            passes = float(np.mean([removal.passes for removal in found]))
            yield name, steps, np.array([removal.w for removal in found]), passes
