"""What the removals without ascent did to a problem, beside what the methods of ascent did."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from logreg_unlearn.assess.effect import Effect, Setting, effect_of
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.unlearn.removal import REMOVALS, Removal
from logreg_unlearn.unlearn.removal.newton import newton_steps

Remove = Callable[[Any, Array], Removal]


def _newton(steps: int) -> Remove:
    return lambda problem, w: newton_steps(problem, w, steps)


# Each Newton step squares the error, so that more than three are retraining.  Gradient steps gain
# a constant factor each: those of descent-to-delete stay at its default of ten.
_MORE: Mapping[str, Remove] = {"newton-2": _newton(2), "newton-3": _newton(3)}


def _all() -> dict[str, Remove]:
    found: dict[str, Remove] = {}
    for name, remove in REMOVALS.items():
        found[name] = remove
        if name == "newton":
            found |= _MORE
    return found


AUDITED: Mapping[str, Remove] = MappingProxyType(_all())
"""The removals of an audit by name: `REMOVALS`, and ``newton-2``, ``newton-3`` of 2 and 3 steps."""


@dataclass(frozen=True, eq=False)
class RemovalOutcome:
    """What one removal did.

    Attributes
    ----------
    method : str
        A name of `AUDITED`.
    ratio : float
        Distance to the oracle over that of the model in use; NaN where the removal failed.
    cost : float
        In units of retraining, the certificate of the end not counted; NaN where it failed.
    effect : Effect or None
    failed : str
        Why there are no weights; empty where there are.
    """

    method: str
    ratio: float
    cost: float
    effect: Effect | None
    failed: str = ""

    @property
    def retraining(self) -> bool:
        """Whether it costs as much as retraining, whatever its name: then it is that, or worse."""
        return self.cost >= 1.0

    def __repr__(self) -> str:
        if self.effect is None:
            return f"RemovalOutcome({self.method}: {self.failed})"
        return f"RemovalOutcome({self.method}: ratio {self.ratio:.4g}, cost {self.cost:.3g})"


def removal_outcomes(
    setting: Setting, ratio_of: Callable[[Array], float], retraining: float
) -> tuple[RemovalOutcome, ...]:
    """Run every removal from the model in use.

    Parameters
    ----------
    setting : Setting
    ratio_of : callable
        From weights to their distance over that of the model in use.
    retraining : float
        What retraining costs, in passes over all rows.

    Returns
    -------
    tuple of RemovalOutcome
        In the order of `AUDITED`.  A removal that the problem does not admit (a singular Hessian,
        an overflow) is one that failed.
    """
    return tuple(_outcome(name, setting, ratio_of, retraining) for name in AUDITED)


def _outcome(
    name: str, setting: Setting, ratio_of: Callable[[Array], float], retraining: float
) -> RemovalOutcome:
    try:
        if name == "retrain":  # the oracle itself, already solved for from the model in use
            removal = Removal(name, setting.oracle, retraining)
        else:
            with np.errstate(over="ignore", invalid="ignore"):
                removal = AUDITED[name](setting.problem, setting.start)
            if not np.all(np.isfinite(removal.w)):
                raise ValueError("expected finite weights, got an overflow")
    except ValueError as error:
        return RemovalOutcome(name, math.nan, math.nan, None, str(error))
    return RemovalOutcome(
        method=name,
        ratio=ratio_of(removal.w),
        cost=removal.passes / retraining,
        effect=effect_of(setting, removal.w),
    )
