"""What becomes of a step: proved, refuted or undecided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import sympy as sp

from .refute import counterexample


class Truth(Enum):
    """What became of a step."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Outcome:
    """What became of a step, and why (one line)."""

    truth: Truth
    why: str

    @property
    def proved(self) -> bool:
        """Whether the step is proved."""
        return self.truth is Truth.PROVED


def proved(why: str) -> Outcome:
    """Return the outcome of a step that is proved."""
    return Outcome(Truth.PROVED, why)


def refuted(why: str) -> Outcome:
    """Return the outcome of a step that is false."""
    return Outcome(Truth.REFUTED, why)


def undecided(why: str) -> Outcome:
    """Return the outcome of a step that nothing here decides."""
    return Outcome(Truth.UNDECIDED, why)


def or_refuted(expr: sp.Expr, relation: str, why: str) -> Outcome:
    """Return refuted with a point where ``expr <relation> 0`` is false, else undecided."""
    found = counterexample(expr, relation)
    return refuted(f"{why}: {found}") if found else undecided(why)
