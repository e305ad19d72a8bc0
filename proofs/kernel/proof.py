"""A proof: what is assumed, what is cited, what is checked; and the mutants of a claim.

A claim's proof is a function named like its slug that derives everything from the loss and
yields its parts: ``assume(...)`` for the setting in words, ``cite(...)`` for theorems that are
used without being checked, and steps.  Its parameters are the constants, signs and hypotheses
that a wrong version of the claim would get wrong: ``wrong(value, name=bad)`` as a default gives
the right value and names the bad ones, the **mutants**; the same code must reject each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from inspect import signature
from typing import Any

from .outcome import Outcome, undecided
from .steps import Step, Witness


@dataclass(frozen=True)
class Words:
    """Texts that a proof states instead of checking them."""

    texts: tuple[str, ...]
    cited: bool


Parts = Iterator[Words | Step]


@dataclass(frozen=True)
class Proof:
    """The setting in words, the steps that are checked, and the theorems that are only cited."""

    assumptions: tuple[str, ...]
    steps: tuple[Step, ...]
    cited: tuple[str, ...] = ()

    def failures(self) -> tuple[tuple[Step, Outcome], ...]:
        """Return the steps that are not proved; an empty proof fails as a whole."""
        if not self.steps:
            return ((Witness("a proof has at least one step"), undecided("no steps")),)
        checked = ((step, step.check()) for step in self.steps)
        return tuple((step, outcome) for step, outcome in checked if not outcome.proved)


def assume(*texts: str) -> Words:
    """State the setting: letters, hypotheses, what the steps are about."""
    return Words(texts, cited=False)


def cite(*theorems: str) -> Words:
    """Name the theorems that are used without being checked."""
    return Words(theorems, cited=True)


def set_up(steps: Iterable[Any]) -> list[Any]:
    """Mark steps that tie the letters to the loss: a mutant that fails there says nothing."""
    return [replace(step, setup=True) for step in steps]


@dataclass(frozen=True)
class Choice:
    """The right value of a parameter, and wrong ones by the names of their mutants."""

    right: Any
    wrong: Mapping[str, Any]


def wrong(right: Any, **mutants: Any) -> Any:
    """Give a parameter of a proof its value, and name the values that the proof must reject."""
    return Choice(right, mutants)


def proves(function: Callable[..., Parts]) -> Callable[..., Proof]:
    """Make a proof of a function that yields its parts; ``mutants`` maps names to arguments."""
    defaults = {name: p.default for name, p in signature(function).parameters.items()}
    choices = {name: value for name, value in defaults.items() if isinstance(value, Choice)}
    right = {name: choice.right for name, choice in choices.items()}
    mutants: dict[str, dict[str, Any]] = {}
    for parameter, choice in choices.items():
        for name, value in choice.wrong.items():
            mutants.setdefault(name, {})[parameter] = value
    if not mutants:
        raise ValueError("a proof needs at least one mutant that it rejects")

    def parts(**changed: Any) -> Parts:
        return function(**(right | changed))

    @wraps(function)
    def proof(**changed: Any) -> Proof:
        made = tuple(parts(**changed))
        words = [part for part in made if isinstance(part, Words)]
        assumed, cited = (
            tuple(text for part in words if part.cited is kind for text in part.texts)
            for kind in (False, True)
        )
        return Proof(assumed, tuple(p for p in made if not isinstance(p, Words)), cited)

    named: Any = proof
    named.mutants, named.parts = mutants, parts
    return proof
