"""One claim run: its proof, and its mutants if wanted."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from logreg_unlearn.claims import Claim

# Everything before the kernel's own name: "proofs" in the checkout, longer in the wheel.
ROOT = __package__.rpartition(".")[0]

STRONG = "refuted"


@dataclass
class Row:
    """What became of one claim."""

    slug: str
    stem: str
    source: str
    verdict: str
    steps: int = 0
    cited: tuple[str, ...] = ()
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)
    mutants: dict[str, str] = field(default_factory=dict)
    gap: str = ""

    @property
    def reproduced(self) -> bool:
        """Whether nothing failed."""
        return not self.failures

    @property
    def weak(self) -> int:
        """How many mutants are rejected without being refuted."""
        return sum(not fate.startswith(STRONG) for fate in self.mutants.values())

    @property
    def result(self) -> str:
        """One word for the table, and what became of the mutants."""
        if self.failures:
            return "FAILED"
        if self.gap:
            return "no proof (declared)"
        if not self.mutants:
            return "reproduced"
        weak = f", {self.weak} weak" if self.weak else ""
        return f"reproduced, {len(self.mutants) - self.weak} refuted{weak}"


def find_proof(claim: Claim) -> Any:
    """Return the proof function of a claim, with its ``mutants``.

    Raises
    ------
    LookupError
        If its module or the function does not exist.
    """
    try:
        module = import_module(f".{claim.stem}", ROOT)
    except ModuleNotFoundError as error:
        raise LookupError(f"expected a module proofs/{claim.stem}, got: {error}") from error
    function = getattr(module, claim.slug, None)
    if not callable(function) or not hasattr(function, "mutants"):
        raise LookupError(f"expected a proof {claim.place('proof')}, got none")
    return function


def check(claim: Claim, with_mutants: bool) -> Row:
    """Run the proof of a claim, and its mutants if wanted."""
    row = Row(claim.slug, claim.stem, claim.source, claim.verdict.name)
    if "proof" in claim.gaps:
        row.gap = claim.gaps["proof"]
        return row
    started = time.perf_counter()
    try:
        function = find_proof(claim)
        proof = function()
        row.steps, row.cited = len(proof.steps), proof.cited
        row.failures = [f"{step.what}: {outcome.why}" for step, outcome in proof.failures()]
        if with_mutants:
            row.mutants = {name: reject(function, name) for name in function.mutants}
            row.failures += [
                f"mutant {name} {fate}"
                for name, fate in row.mutants.items()
                if fate.startswith(("survived", "crashed"))
            ]
            if row.weak == len(row.mutants):
                row.failures.append("no mutant of the claim's content is refuted")
    except Exception as error:  # a proof that crashes is a proof that fails: report the others
        row.failures.append(f"{type(error).__name__}: {first_line(error)}")
    row.seconds = time.perf_counter() - started
    return row


def reject(function: Any, name: str) -> str:
    """Run one mutant up to its first failing step and say what became of it.

    Only a step of the claim's own content that is refuted shows that the wrong version is
    false; an undecided step, or one of the set-up, shows that it is not proved.
    """
    from .proof import Words  # here, so that --help does not load sympy

    try:
        for step in function.parts(**function.mutants[name]):
            if isinstance(step, Words):
                continue
            outcome = step.check()
            if not outcome.proved:
                fate = "set-up fails" if step.setup else outcome.truth.value
                return f"{fate} at: {step.what} ({outcome.why})"
    except Exception as error:  # a crash says nothing about the claim, so it does not count
        return f"crashed: {type(error).__name__}: {first_line(error)}"
    return "survived"


def first_line(error: Exception) -> str:
    """Return the first line of an error's message."""
    return (str(error).splitlines() or [""])[0]
