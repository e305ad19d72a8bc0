"""An audit of one problem: what each unlearning method would do to this model.

Everything is measured against the certified retrained optimum; the ratio is the distance to
it over that of the model in use, so above 1 is worse than doing nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.assess.advice import BUDGET, TOLERANCE, Advice, cheapest_certified, check_budget
from logreg_unlearn.assess.bounds import DistanceBounds
from logreg_unlearn.assess.dependence import Dependence, dependence
from logreg_unlearn.assess.distance import ratio
from logreg_unlearn.assess.effect import Effect, effect_of, setting_of
from logreg_unlearn.assess.optima import (
    Start,
    certified,
    coincide,
    distance_between,
    given_weights,
    sharpened,
    start_of,
    told_apart,
)
from logreg_unlearn.assess.outcome import Outcome, chosen_methods, outcome_of
from logreg_unlearn.assess.prediction import Prediction, predicted_ratio
from logreg_unlearn.assess.removals import RemovalOutcome, removal_outcomes
from logreg_unlearn.assess.requests import RequestStream, follow_requests, masks_of
from logreg_unlearn.assess.spectrum import DeletionSpectrum, deletion_spectrum
from logreg_unlearn.assess.tables import audit_html
from logreg_unlearn.assess.words import audit_sentence, describe, refit_words
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.problem.norms import euclidean, outward
from logreg_unlearn.solve.optimum import Optimum, minimise
from logreg_unlearn.unlearn.driver import Method

__all__ = ["Audit", "Outcome", "audit", "describe"]


@dataclass(frozen=True, eq=False)
class Audit:
    """The result of :func:`audit`.

    Attributes
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    original, oracle : Optimum
    distance_original : float
        Euclidean, of the model in use and the oracle.
    outcomes : tuple of Outcome
        One per method, in the order asked for.
    removals : tuple of RemovalOutcome
        One per removal without ascent.
    dependence : Dependence
        At the original optimum.
    refit : str
        Which refit the oracle is, in words: convention of the ridge, unpenalised columns.
    in_use, retrained : Effect
        What the model in use and the oracle are like: the rows that the others are read beside.
    prediction : Prediction
        How badly descent-ascent will end, from the original alone.
    spectrum : DeletionSpectrum
        In how many directions the deletion moves the original.
    advice : Advice
        What to do, and the times and tolerances it rests on.
    weights : ndarray (d,) or None
        Of the model in use, where it is not the original optimum; of K classes less their mean
        over the classes.
    requests : RequestStream or None
        What the removals do one request after another, where the requests were numbered.
    """

    problem: AnyProblem
    original: Optimum
    oracle: Optimum
    distance_original: float
    outcomes: tuple[Outcome, ...]
    removals: tuple[RemovalOutcome, ...]
    dependence: Dependence
    refit: str
    in_use: Effect
    retrained: Effect
    prediction: Prediction
    spectrum: DeletionSpectrum
    advice: Advice
    weights: Array | None = None
    requests: RequestStream | None = None

    @property
    def start(self) -> Start:
        """The model in use: the weights that were given, or else the original optimum."""
        return start_of(self.original, self.weights)

    @property
    def distance_weights(self) -> DistanceBounds | None:
        """How far the weights that were given are from the original optimum, certified."""
        if self.weights is None:
            return None
        far, wide = distance_between(self.start, self.original), outward(0, len(self.weights))
        radius = self.original.radius
        return DistanceBounds(max(far / wide - radius, 0.0), far * wide + radius)

    @property
    def uncertain(self) -> float:
        """Sum of the two radii: distances below it cannot be told from 0."""
        return self.start.radius + self.oracle.radius

    @property
    def resolved(self) -> bool:
        """Whether the model in use and the oracle differ by more than their radii."""
        return told_apart(self.start, self.oracle)

    @property
    def coincide(self) -> bool:
        """Whether the model in use and the oracle are certified to agree to six digits."""
        return coincide(self.start, self.oracle)

    def removal(self, name: str) -> RemovalOutcome:
        """Return what the removal of that name did."""
        return next(outcome for outcome in self.removals if outcome.method == name)

    @property
    def newton_ratio(self) -> float:
        """Distance after one Newton step on the retained data, over that of the model in use."""
        return self.removal("newton").ratio

    def sentence(self) -> str:
        """Return the verdict in plain words."""
        return audit_sentence(self)

    def __repr__(self) -> str:
        shown = ", ".join(f"{o.method} {o.verdict}" for o in self.outcomes[:6])
        more = ", ..." if len(self.outcomes) > 6 else ""
        return f"Audit({shown}{more}; original to oracle {self.distance_original:.4g})"

    def _repr_html_(self) -> str:
        return audit_html(self)


def audit(
    problem: AnyProblem,
    methods: Sequence[str | Method] = (
        "da",
        "ga",
        "alternating-ascent",
        "neggrad+",
        "ascent-finetune",
    ),
    *,
    weights: ArrayLike | None = None,
    requests: ArrayLike | None = None,
    held_out: tuple[Array, Array] | None = None,
    epsilon: float = 1.0,
    delta: float = 1e-5,
    tolerance: float = TOLERANCE,
    budget: float = BUDGET,
    steps: int = 20_000,
    seed: int = 0,
) -> Audit:
    """Solve original and oracle, run the methods and every removal, and measure.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    methods : sequence of str or Method
        Names of ``unlearn.ascent.METHODS`` and methods of one's own, at least one.
    weights : array_like (d,), of K classes (K*d,), optional
        Of the model in use, on the scale of the problem's columns: methods and removals start
        from them. `UnlearningProblem.from_user_scale` brings weights there, and
        ``problem.fitted_weights`` are those of the model that a problem came from. Of K classes
        their mean over the classes is taken off, which changes no prediction. The original
        optimum by default.
    requests : array_like of int (n,), optional
        Number of the deletion request that asks for a row, in their order from 1 on, 0 for a row
        that stays: the removals are then followed over the stream.
    held_out : tuple of ndarray (m, d) and ndarray (m,), optional
        Rows that no model saw, on the scale of the problem's columns, and their labels: -1 and +1,
        or values of the classes.
    epsilon, delta : float
        What the noise that hides the rest has to reach: at least 0, and in (0, 1).
    tolerance : float
        Share of the distance that may certainly be left by what is recommended, in (0, 1).
    budget : float
        Seconds that retraining may take before anything else is recommended.
    steps : int
        Step budget per method.
    seed : int
        Seeds the minibatches.

    Raises
    ------
    ValueError
        If a method does not exist, two have one name, none is given, an option is out of its
        range, or an optimum does not exist or could not be certified.
    """
    chosen = chosen_methods(methods)
    if steps < 1:
        raise ValueError(f"expected steps >= 1, got {steps}")
    check_budget(budget)
    cheapest_certified((), tolerance)
    order = None if requests is None else masks_of(problem, np.asarray(requests))
    given = None if weights is None else given_weights(problem, weights)
    original = certified(problem, "original", minimise(problem.original()))
    start = start_of(original, given)
    began = perf_counter()
    oracle = minimise(problem.oracle(), start.w)
    seconds = perf_counter() - began
    oracle = certified(problem, "oracle", oracle)
    if not told_apart(start, oracle) and not coincide(start, oracle):
        original = sharpened(problem.original(), original)
        oracle = sharpened(problem.oracle(), oracle)
        start = start_of(original, given)
    setting = setting_of(
        problem, start.w, oracle.w, epsilon=epsilon, delta=delta, held_out=held_out
    )
    apart, uncertain = distance_between(start, oracle), start.radius + oracle.radius
    share = float(np.mean(~problem.forget))
    retraining = oracle.passes * share  # in passes over all rows, as the methods' are

    def ratio_of(w: Array) -> float:
        moved = float(euclidean(w - oracle.w))
        if apart > uncertain:
            return float(ratio(moved, apart))
        return 1.0 if moved <= uncertain else np.inf

    outcomes = [
        outcome_of(problem, method, start, oracle, steps=steps, seed=seed, retraining=retraining)
        for method in chosen
    ]
    outcomes = [
        outcome
        if outcome.trajectory.diverged
        else replace(outcome, effect=effect_of(setting, outcome.trajectory.w[-1]))
        for outcome in outcomes
    ]
    removals = removal_outcomes(setting, ratio_of, retraining)
    return Audit(
        problem=problem,
        original=original,
        oracle=oracle,
        distance_original=apart,
        outcomes=tuple(outcomes),
        removals=removals,
        dependence=dependence(problem, original.w),
        refit=refit_words(problem),
        in_use=effect_of(setting, start.w),
        retrained=effect_of(setting, oracle.w),
        prediction=predicted_ratio(problem, original.w),
        spectrum=deletion_spectrum(problem, original.w),
        advice=Advice(
            seconds=seconds,
            budget=budget,
            tolerance=tolerance,
            epsilon=epsilon,
            delta=delta,
            instead=cheapest_certified([*outcomes, *removals], tolerance),
            nothing=coincide(start, oracle),
        ),
        weights=given,
        requests=None if order is None else follow_requests(problem, start.w, order),
    )
