r"""The line "what to do", by a rule.

1. Retrain where retraining takes no longer than the budget, as measured here, from the model in
   use.  It is exact, and nothing has to be hidden.
2. Otherwise, and always as the second best: of the methods whose *certified share* of the distance
   (:mod:`logreg_unlearn.assess.effect`) is within the tolerance, the one that costs least; of
   equals, the closest.  Nothing here looks at the oracle: the rule is one that its user can follow
   without having retrained.
3. Never a method that is retraining in disguise: an ascent whose last phase descends the oracle's
   own objective, or anything that costs as much as retraining.  It would be retraining, and
   inexact.  (Removals descend that objective too, by a fixed number of steps: it is their price
   that tells them from retraining.)

Costs are those of the removal.  To certify what it did takes a gradient
(:func:`~logreg_unlearn.unlearn.removal.certificate`), and as tightly as here, rounding included,
longer than retraining from the model in use: worth it where one certificate serves many requests,
or where nobody may retrain, and one reason for the first rule.

The tolerance is relative to the distance that doing nothing leaves: 0.01 says that certainly 99 %
of the way has been gone.  Relative to the length of the weights a request of few rows would be
answered by doing nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from logreg_unlearn.assess.effect import Effect
from logreg_unlearn.assess.outcome import Outcome
from logreg_unlearn.assess.removals import RemovalOutcome
from logreg_unlearn.assess.words import duration, percent, phrase, times, upwards

TOLERANCE = 0.01
"""Default share of the distance that may be left."""
BUDGET = 60.0
"""Default budget in seconds: a minute is nothing beside the month that the GDPR, Art. 12(3),
gives for the answer to a request."""


@dataclass(frozen=True, eq=False)
class Advice:
    """What to do.

    Attributes
    ----------
    seconds : float
        What retraining from the model in use took here.
    budget, tolerance, epsilon, delta : float
        What the rule was asked for.
    instead : Outcome, RemovalOutcome or None
        The cheapest method that is certified within the tolerance; None where there is none.
    nothing : bool
        The model in use is the retrained optimum already.
    """

    seconds: float
    budget: float
    tolerance: float
    epsilon: float
    delta: float
    instead: Outcome | RemovalOutcome | None
    nothing: bool = False

    @property
    def cheap(self) -> bool:
        """Whether retraining is within the budget."""
        return self.seconds <= self.budget

    @property
    def method(self) -> str:
        """Name of what is recommended: ``keep``, ``retrain``, or a method of the audit."""
        if self.nothing:
            return "keep"
        return "retrain" if self.cheap or self.instead is None else self.instead.method

    def sentence(self) -> str:
        """Return the line, without a full stop."""
        if self.nothing:
            return "nothing: the model in use is the retrained optimum to six digits"
        took = duration(self.seconds)
        if self.instead is None:
            none = (
                "no cheaper method is certified to leave at most "
                f"{percent(self.tolerance)} of the distance"
            )
            return f"retrain: {took}; {none}"
        named = f"{phrase(self.instead.method)}, {self._promise(self.instead.effect)}"
        if self.cheap:
            return f"retrain: {took}; else {named}"
        return f"{named}: {times(self.instead.cost)} the cost of retraining, which takes {took}"

    def _promise(self, effect: Effect | None) -> str:
        assert effect is not None  # only what has an effect is chosen
        noise = upwards(effect.noise)
        return (
            f"certified within {upwards(effect.certified)} of the oracle, "
            f"noise {noise} for ({self.epsilon:g}, {self.delta:g})"
        )

    def __repr__(self) -> str:
        return f"Advice({self.sentence()})"


def cheapest_certified(
    outcomes: Sequence[Outcome | RemovalOutcome], tolerance: float
) -> Outcome | RemovalOutcome | None:
    """Return the second best of the rule, or None.

    Parameters
    ----------
    outcomes : sequence of Outcome or RemovalOutcome
    tolerance : float
        Share of the distance that may be left, in (0, 1).

    Raises
    ------
    ValueError
        If the tolerance is outside (0, 1).
    """
    if not 0.0 < tolerance < 1.0:
        raise ValueError(f"expected a tolerance in (0, 1), got {tolerance}")
    fit = [
        (outcome.cost, outcome.effect.certified_share, k)
        for k, outcome in enumerate(outcomes)
        if outcome.effect is not None
        and not outcome.retraining
        and outcome.cost < 1.0
        and outcome.effect.certified_share <= tolerance
    ]
    return outcomes[min(fit)[2]] if fit else None


def check_budget(budget: float) -> float:
    """Return the budget in seconds, or refuse one that is negative or no number."""
    if not budget >= 0.0 or math.isinf(budget):
        raise ValueError(f"expected a budget of seconds >= 0, got {budget}")
    return budget
