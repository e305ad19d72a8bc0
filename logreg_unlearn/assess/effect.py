r"""What a model is like once a method has ended, beside the oracle, and certified without it.

Its **certified distance** is the upper bound of `distance_bounds`, for which nothing is retrained.
The **certified share** of the distance that doing nothing leaves is

.. math:: \frac{u(w)}{\max(l(w_0),\ \|w-w_0\|-u(w))} \ge \frac{\|w-w_R\|}{\|w_0-w_R\|},

:math:`w_0` the model in use, l and u the bounds of either: the ratio of the audit, from above,
without the oracle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from logreg_unlearn.assess.bounds import distance_bounds
from logreg_unlearn.assess.distance import excess_risk
from logreg_unlearn.assess.guarantees import noise_for
from logreg_unlearn.assess.membership import Evaluation, evaluate_model
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.problem.norms import euclidean, outward


@dataclass(frozen=True, eq=False)
class Setting:
    """What the models of one audit are measured by.

    Attributes
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    start, oracle : ndarray (d,)
        The model in use, and the retrained optimum.
    lower : float
        Certified bound below on their distance that looks at no oracle.
    epsilon, delta : float
        What the noise has to reach.
    held_out : tuple of ndarray (m, d) and ndarray (m,), or None
    """

    problem: AnyProblem
    start: Array
    oracle: Array
    lower: float
    epsilon: float
    delta: float
    held_out: tuple[Array, Array] | None = None


@dataclass(frozen=True, eq=False)
class Effect:
    """What a model is like.

    Attributes
    ----------
    w : ndarray (d,)
    excess_risk : float
        ``L_R(w) - L_R(w_R)``, ridge included.
    evaluation : Evaluation
        Accuracies beside the oracle's, and on how many rows the two decide differently.
    certified : float
        No retrained optimum is farther away than this; infinite where nothing is certified.
    certified_share : float
        No more than this of the distance is left that doing nothing leaves; as certain.
    noise : float
        Standard deviation on every weight that hides the rest, for the audit's (epsilon, delta).
    """

    w: Array
    excess_risk: float
    evaluation: Evaluation
    certified: float
    certified_share: float
    noise: float

    def __repr__(self) -> str:
        return (
            f"Effect(certified within {self.certified:.3g}, noise {self.noise:.3g}, "
            f"{self.evaluation.changed} decisions changed)"
        )


def setting_of(
    problem: AnyProblem,
    start: Array,
    oracle: Array,
    *,
    epsilon: float,
    delta: float,
    held_out: tuple[Array, Array] | None,
) -> Setting:
    """Return the setting of an audit.

    Raises
    ------
    ValueError
        If epsilon or delta is out of its range, or the held-out rows do not fit.
    """
    noise_for(0.0, epsilon, delta)
    evaluate_model(problem, start, oracle, held_out)
    lower = distance_bounds(problem, start).lower
    return Setting(problem, start, oracle, lower, epsilon, delta, held_out)


def effect_of(setting: Setting, w: Array) -> Effect:
    """Read a model of finite weights ``w (d,)``."""
    problem = setting.problem
    upper = distance_bounds(problem, w).upper
    moved = float(euclidean(w - setting.start)) / outward(0, len(w))
    least = max(setting.lower, moved - upper if math.isfinite(upper) else 0.0)
    return Effect(
        w=w,
        # the oracle is the minimum: less is rounding
        excess_risk=max(float(excess_risk(problem.oracle(), w, setting.oracle)), 0.0),
        evaluation=evaluate_model(problem, w, setting.oracle, setting.held_out),
        certified=upper,
        certified_share=_share(upper, least),
        noise=noise_for(upper, setting.epsilon, setting.delta),
    )


def _share(upper: float, least: float) -> float:
    if not least > 0.0:
        return math.inf
    with np.errstate(over="ignore"):
        return float(np.float64(upper) / least * outward(0, 0))
