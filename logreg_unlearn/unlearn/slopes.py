"""Losses and slopes of single rows: in the one margin of two classes, or in the logits of more.

The gradient of a row's loss is the outer product of its slopes (k,) and its row (d,).  In units of
the range of the logits' change softmax has the suprema of the logistic loss in the margin: slope 1,
curvature 1/4 (a variance), third derivative ``1/(6 sqrt 3)`` (a third central moment: linear in the
distribution, so largest for two values).
"""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem import logits as of_logits
from logreg_unlearn.problem.losses import LOGISTIC, Array, Loss
from logreg_unlearn.problem.norms import EPS, euclidean
from logreg_unlearn.problem.samples import AnyObjective
from logreg_unlearn.problem.softmax import SoftmaxObjective


def read(objective: AnyObjective, w: Array) -> tuple[Array, Array]:
    """Return the losses (n,) and their slopes (k, n), k the number of logits or 1."""
    if isinstance(objective, SoftmaxObjective):
        u = objective.logits(w)
        return of_logits.losses(u, objective.classes), of_logits.slopes(u, objective.classes)
    z = objective.margins(w)
    return objective.loss.value(z), objective.loss.derivative(z)[None]


def loss_of(objective: AnyObjective) -> Loss:
    """Return the loss of the margin, or the one with softmax's suprema."""
    return LOGISTIC if isinstance(objective, SoftmaxObjective) else objective.loss


def margin_error(objective: AnyObjective, w: Array) -> Array:
    """Bound the rounding error (n,) of the margins, or the range of that of the logits."""
    if isinstance(objective, SoftmaxObjective):
        return objective.shaken(w)
    offset = 0.0 if objective.offset is None else np.abs(objective.offset)
    sizes = float(euclidean(w)) * objective.lengths() + offset
    return np.asarray((len(w) + 2) * EPS * sizes)
