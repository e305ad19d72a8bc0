"""One statement of the theory, with its numbers.

By its slug or by the paper's number: the statement, its verdict, the closed form's number, the
certified solver's number for a problem of these parameters, and where proof, test and figure are.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Sequence

from logreg_unlearn.claims import Claim, load_claims
from logreg_unlearn.cli.console import Parser, did_you_mean, interrupted

WIDTH = 96
PLACES = {"theory": "closed form", "proof": "proof", "test": "test", "figure": "figure"}
# The paper's words, however they are written.
_WORDS = {
    "corollary": "cor", "appendix": "app", "section": "§", "sec": "§", "figure": "fig",
    "equation": "eq",
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the claim that the command line names, or list those it may mean."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    count = next((k for k, word in enumerate(given) if word.startswith("-")), len(given))
    name, options = " ".join(given[:count]), given[count:]
    if not name:
        made = Parser(
            description=__doc__.split("\n\n")[0],
            epilog="Without a name every claim is listed; NAME --help says what a claim takes.",
        )
        made.add_argument("name", nargs="*", help='a slug, or the number: "Lemma 4", "App. F"')
        made.parse_args(options)
        print(listing(load_claims()))
        return 0
    found = find(name)
    if len(found) > 1:
        if options:
            slugs = ", ".join(claim.slug for claim in found)
            raise ValueError(f"expected the name of one claim, got {name!r}, which is {slugs}")
        print(listing(found))
        return 0
    with interrupted("nothing is ever written"):
        show(found[0], options)
    return 0


def find(name: str) -> list[Claim]:
    """Return the claim of that slug, or those whose source names that place of the paper.

    Raises
    ------
    ValueError
        If there is none.
    """
    claims = load_claims()
    wanted = _plain(name)
    found = [claim for claim in claims if claim.slug == name.strip().replace("-", "_")]
    if not found and wanted:
        whole = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
        found = [claim for claim in claims if whole.search(_plain(claim.source))]
        # a bare number is one of the paper's, unless it has none of that name
        found = [claim for claim in found if claim.source.startswith("paper")] or found
    if not found:
        near = did_you_mean(name.replace(" ", "_"), [claim.slug for claim in claims])
        raise ValueError(
            f'expected a claim by its slug or the paper\'s number ("Lemma 4"), got {name!r}{near} '
            "(logreg-unlearn claim lists them)"
        )
    return found


def _plain(text: str) -> str:
    """Return a place of the paper in one spelling: ``Appendix F``, ``app F`` are ``app f``."""
    words = re.findall(r"§|\w+(?:\.\d+)*", text.lower())
    return re.sub(r"§ ", "§", " ".join(_WORDS.get(word, word) for word in words))


def listing(claims: Sequence[Claim]) -> str:
    """Return a line for each claim: slug, verdict, source."""
    width = max(len(claim.slug) for claim in claims)
    return "\n".join(
        f"{claim.slug:{width}}  {claim.verdict.name.lower():8}  {claim.source}" for claim in claims
    )


def show(claim: Claim, given: Sequence[str]) -> None:
    """Print everything about a claim."""
    import numpy as np

    from logreg_unlearn.cli import claim_solver, claim_values

    function = claim_values.closed_form(claim)
    parameters = claim_values.parameters(function, claim_solver.extra(claim))
    values = claim_values.read(parameters, given)
    takes = claim_values.takes(claim, parameters)
    lines: list[str] = []
    if values:
        try:
            values = claim_solver.complete(claim, parameters, values)
            closed = claim_values.evaluate(function, values, takes)
        except ValueError as error:
            if "broadcast" not in str(error):  # numpy's word for lists that do not go together
                raise
            shapes = ", ".join(f"{claim_values.flag(k)} {np.shape(v)}" for k, v in values.items())
            raise ValueError(
                f"expected lists of one length, or single numbers beside them, got {shapes}"
            ) from None
        used = ", ".join(f"{name} = {claim_values.shown(v)}" for name, v in values.items())
        lines += ["", f"with {used}", "closed form", *closed]
        lines += ["certified solver", *claim_solver.lines(claim, values)]
    print(f"{claim.slug}: {claim.verdict.name.lower()} ({claim.verdict.value})")
    print(claim.source)
    for paragraph in (claim.statement, claim.finding):
        if paragraph:
            print("\n" + textwrap.fill(paragraph, WIDTH, break_long_words=False))
    print(*lines or ["", takes], sep="\n")
    print("\nin the repository")
    for kind, label in PLACES.items():
        place = f"none: {claim.gaps[kind]}" if kind in claim.gaps else claim.place(kind)
        print(f"  {label:12} {place}")
