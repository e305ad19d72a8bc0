"""The kinds of step, each decided by sympy's algebra or in interval arithmetic.

A step is proved, refuted or undecided.  Refuted means that a point where it is false was
found and checked; whatever cannot be decided counts against the proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from .decide import decide
from .exact import inexact, short
from .interval import Interval
from .outcome import Outcome, or_refuted, proved, refuted, undecided
from .signed import Monotone, Sign, negative, nonnegative, nonpositive, positive
from .zero import is_zero

__all__ = [
    "Identity",
    "Monotone",
    "Settled",
    "Sign",
    "Step",
    "Witness",
    "negative",
    "nonnegative",
    "nonpositive",
    "positive",
]


@dataclass(frozen=True)
class Identity:
    """``left == right`` wherever both sides are defined: reduces to exactly 0."""

    what: str
    left: Any
    right: Any = 0
    setup: bool = field(default=False, kw_only=True)

    def check(self) -> Outcome:
        """Reduce the difference to 0, entry by entry."""
        if reason := inexact(self.left, self.right):
            return undecided(reason)
        left, right = sp.sympify(self.left), sp.sympify(self.right)
        if isinstance(left, sp.MatrixBase) and right == 0:
            right = sp.zeros(*left.shape)
        if getattr(left, "shape", ()) != getattr(right, "shape", ()):
            return undecided("the shapes of the two sides differ")
        difference = left - right
        entries = list(difference) if isinstance(difference, sp.MatrixBase) else [difference]
        if not entries:
            return undecided("nothing is claimed")
        for entry in entries:
            if not is_zero(entry):
                return or_refuted(entry, "==", f"does not reduce to 0: {short(entry)}")
        return proved("reduces to 0")

    def latex(self) -> str:
        """Return the identity as LaTeX."""
        return f"{sp.latex(self.left)} = {sp.latex(self.right)}"


@dataclass(frozen=True)
class Witness:
    """Relations decided at one exact point: the tool for counterexamples and existence.

    ``holds`` must all be true and ``fails`` all be false at ``point`` (rationals, or
    intervals that enclose an irrational root).  Decided exactly when everything is rational,
    otherwise in interval arithmetic; an interval that straddles the boundary is undecided.
    """

    what: str
    point: Mapping[sp.Symbol, Any] = field(default_factory=dict)
    holds: tuple[Any, ...] = ()
    fails: tuple[Any, ...] = ()
    setup: bool = field(default=False, kw_only=True)

    def check(self) -> Outcome:
        """Decide every relation at the point."""
        if not self.holds and not self.fails:
            return undecided("nothing is claimed")
        for expected, relations in ((True, self.holds), (False, self.fails)):
            for relation in relations:
                if reason := inexact(self.point, relation):
                    return undecided(reason)
                truth = decide(relation, self.point)
                if truth is None:
                    return undecided(f"undecided at the point: {short(relation)}")
                if truth is not expected:
                    return refuted(f"is {truth} at the point: {short(relation)}")
        at = ", ".join(f"{k}={short(v, 24)}" for k, v in self.point.items())
        return proved(f"verified at {at}" if at else "verified")

    def latex(self) -> str:
        """Return the relations and the point as LaTeX."""
        relations = [sp.latex(r) for r in self.holds]
        relations += [rf"\neg\left({sp.latex(r)}\right)" for r in self.fails]
        at = ",\\ ".join(f"{sp.latex(k)}={_latex_value(v)}" for k, v in self.point.items())
        return ",\\ ".join(relations) + (rf"\quad\text{{at }}{at}" if at else "")


@dataclass(frozen=True)
class Settled:
    """A search over boxes: proved where it left none undecided.

    ``counter`` says what was proved to contradict the statement, where something was.
    """

    what: str
    left: int
    counter: str = ""
    setup: bool = field(default=False, kw_only=True)

    def check(self) -> Outcome:
        """Look at what is left."""
        if self.left == 0:
            return proved("every box is settled")
        return refuted(self.counter) if self.counter else undecided(f"{self.left} boxes are left")

    def latex(self) -> str:
        """Return what the search left."""
        return rf"\text{{boxes left undecided: }}{self.left}"


def _latex_value(value: Any) -> str:
    return rf"\text{{{value}}}" if isinstance(value, Interval) else sp.latex(value)


Step = Identity | Sign | Monotone | Witness | Settled
