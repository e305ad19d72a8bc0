"""The registry of claims: what the theory says, with a verdict for every statement.

A claim's *slug* is one word that names it in every folder, and its *stem* is the file it
lives in, so every address is derived and none is typed::

    theory   logreg_unlearn/theory/<stem>.py :: <slug>   (or a file of the folder <stem>/)
    proof    proofs/<stem>.py                :: <slug>   (likewise)
    test     tests/claims/test_<stem>.py     :: test_<slug>
    figure   scripts/figures/<stem>/<slug>.py

A stem may be a folder instead of a file; then the address is the one file in it that defines
the name.  A place that does not exist is declared in ``gaps`` with its reason; the test suite
fails on an undeclared gap and on a gap that has been filled.  This package holds data only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path

TITLES = {
    "derivatives": "Derivatives of the objective",
    "random_sets": "Random forget sets",
    "single_coordinate": "One coordinate",
    "iterations": "Iterations",
    "certificates": "Certificates without retraining",
    "calibrated_ascent": "Calibrated ascent",
    "prediction": "Predicting harm",
    "guarantees": "Guarantees of removal",
    "low_rank": "What a deletion can move",
    "removal": "Removal methods and their published bounds",
    "cross_dimensional": "Two correlated directions",
    "nonconvex_toy": "The non-convex toy",
    "simplex": "One context on the simplex",
    "softmax": "More than two classes",
}
"""The stems in the order of the theory, with their titles."""

INTRODUCTIONS = {
    "derivatives": "Gradient and Hessian of the one objective behind all others.",
    "random_sets": "Where forget and retain set are statistically alike, what descent–ascent "
    "optimises on average is the ridge alone.",
    "single_coordinate": "Where samples fall into blocks with a coordinate each, everything has a "
    "closed form in the lift: the share of the block in the forget set over its share in the "
    "retain set.",
    "iterations": "What the first step does, how far the path overshoots the oracle, and what "
    "alternating steps change.",
    "certificates": "What can be said about the distance to an oracle that nobody computed.",
    "calibrated_ascent": "The one weight of ascent that is right, the one step that is exact "
    "without dependence, and the error that dependence leaves.",
    "prediction": "What the original model alone says of descent–ascent's end: a fixed point, one "
    "signed Newton step, and a norm that cannot tell help from harm.",
    "guarantees": "What noise hides and how much of it is needed, how far from the oracle a Newton "
    "step ends, what ascent costs that finetuning follows, and where published bounds fail.",
    "low_rank": "A deletion changes the optimum in as many directions as rows go, and its spectrum "
    "says how few of them matter, for all subsets at once.",
    "removal": "How far a deletion moves the minimum, how near to the oracle each method ends, and "
    "what the bound says that the truth does not.",
    "cross_dimensional": "Retained samples along (1, ε), forgotten ones along (ε, 1): the paper's "
    "sufficient conditions, the exact regions, and the fold beyond which there is no stationary "
    "point.",
    "nonconvex_toy": "The paper's four points with a sigmoid and the squared error, under every "
    "reading of the text.",
    "simplex": "Next-token unlearning in one context: under the natural gradient descent–ascent is "
    "a straight line through the oracle, and one step of the length of the forgotten fraction is "
    "the oracle.",
    "softmax": "Softmax regression: the threshold of two classes holds for any number of them, "
    "and beyond lift 1 descent–ascent makes up a wrong class.",
}

STEMS = tuple(TITLES)

PLACES = {
    "theory": "logreg_unlearn/theory/{stem}.py",
    "proof": "proofs/{stem}.py",
    "test": "tests/claims/test_{stem}.py",
    "figure": "scripts/figures/{stem}/{slug}.py",
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
    measured : str
        Numbers that were measured, and on what: never part of the statement.
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
    measured: str = ""

    def place(self, kind: str) -> str:
        """Return the address ``path::name`` of this claim's ``kind`` of place (figure: a file)."""
        path = PLACES[kind].format(stem=self.stem, slug=self.slug)
        if kind == "figure":
            return path
        name = f"test_{self.slug}" if kind == "test" else self.slug
        return f"{_defining_file(path, name)}::{name}"


@cache
def _defining_file(path: str, name: str) -> str:
    """Return ``path``, or the file that defines ``name`` in the folder of that name."""
    package = Path(__file__).resolve().parents[1]
    # proofs stand beside the package in a checkout, inside it where it is installed
    for root in (package.parent, package):
        for file in sorted((root / path).with_suffix("").glob("*.py")):
            if f"\ndef {name}(" in file.read_text(encoding="utf-8"):
                return file.relative_to(root).as_posix()
    return path


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
