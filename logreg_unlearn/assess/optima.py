"""The models of an audit: certified optima or a line that says why not, and the model in use."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem import checks as check
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem
from logreg_unlearn.problem.protocol import SmoothObjective
from logreg_unlearn.solve.optimum import Optimum, OptimumStatus, minimise

_COINCIDE = 1e-6
"""Two models that agree to six digits are the same model: no verdict here has more."""


@dataclass(frozen=True, eq=False)
class Start:
    """The model in use, from which every method starts.

    Attributes
    ----------
    w : ndarray (d,)
    radius : float
        How far what is meant can be: the original's certificate; 0 for weights that were given.
    """

    w: Array
    radius: float


def start_of(original: Optimum, weights: Array | None) -> Start:
    """Return the model in use: the weights that were given, or else the original optimum."""
    return Start(original.w, original.radius) if weights is None else Start(weights, 0.0)


def given_weights(problem: AnyProblem, weights: ArrayLike) -> Array:
    """Return weights that were given as an array of one's own, or refuse them in a line.

    Of more classes less their mean over the classes, which no prediction and no gradient of the
    loss depends on: the rest is all of the distance that unlearning is about.
    """
    w = np.array(check.vector("weights", weights, problem.original().dimension))
    if isinstance(problem, SoftmaxProblem):
        w = problem.centred(w)
    with np.errstate(over="ignore", invalid="ignore"):
        values = [float(o.value(w)) for o in (problem.original(), problem.oracle())]
    if not np.all(np.isfinite(values)):
        raise ValueError("expected weights of a finite loss, got an overflow: rescale the columns")
    return w


def distance_between(one: Optimum | Start, other: Optimum | Start) -> float:
    """Return the Euclidean distance of two models."""
    return float(np.linalg.norm(one.w - other.w))


def told_apart(one: Optimum | Start, other: Optimum | Start) -> bool:
    """Whether two models differ by more than their radii."""
    return distance_between(one, other) > one.radius + other.radius


def coincide(one: Optimum | Start, other: Optimum | Start) -> bool:
    """Whether two models are certified to agree to six digits."""
    farthest = distance_between(one, other) + one.radius + other.radius
    return farthest <= _COINCIDE * max(float(np.linalg.norm(o.w)) for o in (one, other))


def sharpened(objective: SmoothObjective, optimum: Optimum) -> Optimum:
    """Go on to a millionth of the solver's tolerance, which knows nothing of the ridge."""
    better = minimise(objective, optimum.w, tolerance=1e-16)
    if not (better.converged and better.radius < optimum.radius):
        return optimum
    return replace(better, passes=optimum.passes + better.passes)


def certified(problem: AnyProblem, name: str, optimum: Optimum) -> Optimum:
    """Return the optimum of that name, or say in a line why it is no certified one."""
    if optimum.converged:
        return optimum
    if optimum.status is OptimumStatus.NO_MINIMUM:
        raise ValueError(_no_optimum(problem, name))
    if optimum.status is OptimumStatus.UNCERTIFIED:
        raise ValueError(
            f"expected {name} weights that can be certified, got a gradient of "
            f"{optimum.gradient_norm:.2g} with no minimum that is certain to be near: penalise "
            "the unpenalised columns or rescale them"
        )
    raise ValueError(
        f"expected a solvable {name} problem, got {optimum.status.value} "
        f"(gradient norm {optimum.gradient_norm:.2g}): try a larger ridge"
    )


def _no_optimum(problem: AnyProblem, name: str) -> str:
    kept = ~problem.forget if name == "oracle" else np.ones(len(problem.forget), dtype=bool)
    rows = "the retained rows" if name == "oracle" else "the rows"
    if isinstance(problem, SoftmaxProblem):
        present = set(problem.classes[kept].tolist())
        lacking = [v for k, v in enumerate(problem.label_values or ()) if k not in present]
        if lacking:
            return (
                f"{rows} lack the class{'es' if len(lacking) > 1 else ''} {check.listed(lacking)}: "
                "no optimum exists (penalise the intercept)"
            )
    free = problem.features[kept][:, list(problem.unpenalised)]
    intercept = (free == free[0]).all(axis=0).any()
    if intercept and len(np.unique(problem.labels[kept])) == 1:
        return f"{rows} have one label: no optimum exists (penalise the intercept)"
    return f"the unpenalised columns separate {rows} by label: no optimum exists (penalise them)"
