"""What scaling and encoding alone do to the oracle.

The problem of a pipeline keeps its preprocessing as it was fitted on all rows, the forgotten ones
included.  A refit by its owner fits the preprocessing on the retained rows as well, and ends at
another model: what is forgotten leaks through means, scales and components too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from logreg_unlearn.assess.distance import rms
from logreg_unlearn.problem.adapters.affine import UserScale
from logreg_unlearn.problem.adapters.estimators import Fitted, rows_of, take_apart, user_scale
from logreg_unlearn.problem.adapters.forget import is_frame, take_forget
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve.optimum import minimise

_Objective: TypeAlias = Objective | SoftmaxObjective


@dataclass(frozen=True)
class PreprocessingShift:
    """Distance between two oracles: preprocessing fitted on all rows, and on R alone.

    Attributes
    ----------
    decision : float
        Root mean square of the difference of their decision values over R, weighted by the
        sample weights; of more than two classes of the range of that of the logits.
    original : float
        The same between the original and the oracle that keeps the preprocessing: how far
        forgetting has to move the model.
    parameters : float or None
        Euclidean distance of coefficients and intercepts in the user's columns; None where the
        preprocessing is not affine in them.
    """

    decision: float
    original: float
    parameters: float | None


def preprocessing_shift(
    model: Any, X: Any, y: Any, forget: Any, *, sample_weight: Any = None
) -> PreprocessingShift:
    """Measure by how much fitting the preprocessing again on R moves the oracle.

    Parameters
    ----------
    model, X, y, forget, sample_weight
        As `UnlearningProblem.from_sklearn`, or of more classes `SoftmaxProblem.from_sklearn`; the
        model is a pipeline with a step before the last, which is fitted without sample weights.

    Raises
    ------
    ValueError
        As ``from_sklearn``; where there is no preprocessing; where an oracle has
        no minimum.
    """
    from sklearn.base import clone

    fitted = take_apart(model)
    if fitted.preprocessing is None:
        raise ValueError("expected a pipeline with a step before the last, got none")
    kind = UnlearningProblem if len(fitted.regression.classes_) == 2 else SoftmaxProblem
    problem: AnyProblem = kind.from_sklearn(model, X, y, forget, sample_weight=sample_weight)
    X = take_forget(X if is_frame(X) else np.asarray(X), forget)[0]
    retain = ~problem.forget
    rows = rows_of(X, retain)
    again = Fitted(clone(fitted.preprocessing).fit(rows, np.asarray(y)[retain]), fitted.regression)
    kept: _Objective = problem.oracle().with_rows(retain)
    design = again.design(rows)
    penalised = np.ones(design.shape[1], dtype=bool)
    penalised[list(again.unpenalised(design.shape[1]))] = False
    moved: _Objective
    if isinstance(kept, SoftmaxObjective):
        moved = replace(kept, features=design, penalised=penalised)
    else:
        signed = problem.labels[retain, None] * design
        moved = replace(kept, signed_features=signed, penalised=penalised)
    original, oracle, refit = (_minimum(o) for o in (problem.original(), kept, moved))
    scales = user_scale(fitted, X), user_scale(again, rows)
    parameters = None
    if all(scale.columns == "as given" for scale in scales):
        one, other = (_user_weights(*pair) for pair in ((scales[0], oracle), (scales[1], refit)))
        parameters = float(np.linalg.norm(one - other))
    shares, best = problem.shares(retain), _decisions(kept, oracle)
    return PreprocessingShift(
        decision=float(rms(np.ptp(_decisions(moved, refit) - best, axis=0), shares)),
        original=float(rms(np.ptp(_decisions(kept, original) - best, axis=0), shares)),
        parameters=parameters,
    )


def _user_weights(scale: UserScale, w: Array) -> Array:
    """Return coefficients and intercept in the user's columns, those of all classes in a row."""
    d = len(scale.image) + (scale.constant is not None)
    models = [scale.undo(row) for row in w.reshape(-1, d)]
    return np.concatenate([np.append(m.coefficients, m.intercept) for m in models])


def _decisions(objective: _Objective, w: Array) -> Array:
    """Return the logits (k, n); of two classes 0 and the margin, whose label is a sign."""
    if isinstance(objective, SoftmaxObjective):
        return objective.logits(w)
    z = objective.margins(w)
    return np.stack([np.zeros_like(z), z])


def _minimum(objective: _Objective) -> Array:
    found = minimise(objective)
    if not found.converged:
        raise ValueError(
            "expected models that have a certified minimum, got one without: "
            "do the retained rows have every label?"
        )
    return found.w
