"""The registry of claims: what the theory says, with a verdict for every statement.

A claim's *slug* is one word that names it in every folder, and its *stem* is the file it
lives in, so every address is derived and none is typed::

    theory   logreg_unlearn/theory/<stem>.py :: <slug>
    proof    proofs/<stem>.py                :: <slug>, or the file in proofs/<stem>/ with it
    test     tests/claims/test_<stem>.py     :: test_<slug>
    figure   scripts/<stem>.py               :: <slug>

A place that does not exist is declared in ``gaps`` with its reason; the test suite fails on
an undeclared gap and on a gap that has been filled.  This package holds data only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from importlib import import_module
from pathlib import Path

STEMS = (
    "derivatives",
    "random_sets",
    "single_coordinate",
    "iterations",
    "certificates",
    "cross_dimensional",
    "nonconvex_toy",
)

PLACES = {
    "theory": "logreg_unlearn/theory/{stem}.py",
    "proof": "proofs/{stem}.py",
    "test": "tests/claims/test_{stem}.py",
    "figure": "scripts/{stem}.py",
}


class Kind(Enum):
    """What sort of statement a claim is; it decides how it is tested."""

    SHARP = "equality or exact threshold: equality at a tolerance, and a witness on each side"
    UPPER = "upper bound: one-sided, with a witness that it is not vacuous"
    LOWER = "lower bound: one-sided, with a witness that it is not vacuous"
    QUALITATIVE = "existence, uniqueness, order or monotonicity"


class Verdict(Enum):
    """What became of a claim once it was derived and tested."""

    HOLDS = "true as stated"
    AMENDED = "true after the change given"
    REFUTED = "false: a counterexample is given"
    OPEN = "undecided: the best evidence is given"


@dataclass(frozen=True)
class Claim:
    """One statement of the theory.

    Attributes
    ----------
    slug, stem : str
        Name of the claim and of the file it lives in.
    source : str
        Where it comes from: ``"paper, Lemma 4 (App. G)"`` or ``"beyond the paper"``.
    statement : str
        The statement in Markdown with LaTeX (``$...$``), in the notation of the docs.
    kind : Kind
    verdict : Verdict
    uses : tuple of str
        Slugs whose statements the proof relies on.
    gaps : dict of str to str
        Places (keys of ``PLACES``) where the claim does not appear, with the reason.
    finding : str
        For a claim that is AMENDED, REFUTED or OPEN: the version found in the source, what
        is wrong with it (or what is missing), and the counterexample or evidence.
    """

    slug: str
    stem: str
    source: str
    statement: str
    kind: Kind
    verdict: Verdict
    uses: tuple[str, ...] = ()
    gaps: dict[str, str] = field(default_factory=dict)
    finding: str = ""

    def place(self, kind: str) -> str:
        """Return the address ``path::name`` of this claim's ``kind`` of place."""
        name = f"test_{self.slug}" if kind == "test" else self.slug
        path = PLACES[kind].format(stem=self.stem)
        if kind == "proof":
            path = _in_folder(path.removesuffix(".py"), self.slug) or path
        return f"{path}::{name}"


def _in_folder(folder: str, slug: str) -> str:
    """Return the file of a folder of proofs that defines ``slug``, or '' where none does."""
    package = Path(__file__).resolve().parents[1]
    # beside the package in a checkout, inside it where it is installed
    for root in (package.parent, package):
        for path in sorted((root / folder).glob("*.py")):
            if f"\ndef {slug}(" in path.read_text(encoding="utf-8"):
                return f"{folder}/{path.name}"
    return ""


def load_claims(stem: str | None = None) -> tuple[Claim, ...]:
    """Return every claim, or those of one ``stem``, in the order of the theory."""
    stems = STEMS if stem is None else (stem,)
    return tuple(
        claim for each in stems for claim in import_module(f"logreg_unlearn.claims.{each}").CLAIMS
    )


def get_claim(slug: str) -> Claim:
    """Return the claim named ``slug``.

    Raises
    ------
    KeyError
        If no claim has this slug.
    """
    for claim in load_claims():
        if claim.slug == slug:
            return claim
    raise KeyError(f"no claim is named {slug!r}")
