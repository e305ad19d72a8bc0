"""The command: check every derivation, or print one.

Exit status 0 if every verdict is reproduced, 1 if one is not, 2 for bad arguments.  A verdict
is reproduced when the claim has a proof (or declares, with a reason, that it has none) and
every step of the proof is proved.  With ``--mutants`` every wrong version that a proof names
must be rejected as well, and for each claim at least one of them must be refuted: a point
where it is false was found.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from typing import NoReturn

from logreg_unlearn.claims import STEMS, get_claim, load_claims

from .check import Row, check, find_proof
from .document import latex
from .show import print_plain, print_rich, print_summary


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        self.exit(2, f"{self.prog}: {message}\n")


def parse(arguments: Sequence[str] | None, program: str) -> argparse.Namespace:
    """Read the command line; exit status 2 and one line where it makes no sense."""
    parser = _Parser(prog=program, description="Check every derivation.")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help=f"a claim, or all of {', '.join(STEMS)}"
    )
    parser.add_argument("--mutants", action="store_true", help="show that wrong versions fail")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="the table for machines")
    output.add_argument("--latex", metavar="SLUG", help="one derivation as a document")
    options = parser.parse_args(arguments)
    slugs = [claim.slug for claim in load_claims()]
    for name in options.only or ():
        if name not in STEMS and name not in slugs:
            near = difflib.get_close_matches(name, [*STEMS, *slugs], 1) or STEMS[:1]
            parser.error(f"expected --only with a stem or claim such as {near[0]}, got {name!r}")
    if options.latex is not None:
        if options.only or options.mutants:
            parser.error("expected --latex alone, got it with --only or --mutants")
        try:
            options.latex = get_claim(options.latex)
        except KeyError:
            near = difflib.get_close_matches(options.latex, slugs, 1) or slugs[:1]
            parser.error(f"expected a claim such as {near[0]}, got {options.latex!r}")
        if "proof" in options.latex.gaps:
            parser.error(f"expected a claim with a proof, got {options.latex.slug!r}")
    return options


def main(arguments: Sequence[str] | None = None, program: str = "python -m proofs") -> int:
    """Run the command, which is called ``program``, and return its exit status."""
    try:
        return run(parse(arguments, program))
    except ModuleNotFoundError as error:
        print(f"{program}: expected every stem to have its claims, got: {error}", file=sys.stderr)
        return 1


def run(options: argparse.Namespace) -> int:
    """Do what the options ask for and return the exit status."""
    if options.latex is not None:
        row = check(options.latex, with_mutants=False)
        if not row.reproduced:
            print(f"FAILED {row.slug}: {row.failures[0]}", file=sys.stderr)
            return 1
        print(latex(options.latex, find_proof(options.latex)()))
        return 0
    wanted = options.only or STEMS
    claims = [c for c in load_claims() if c.stem in wanted or c.slug in wanted]
    rows = (check(claim, options.mutants) for claim in claims)
    if options.json:
        done: list[Row] = []
        for row in rows:
            print(f"{len(done) + 1}/{len(claims)} {row.slug} {row.result}", file=sys.stderr)
            done.append(row)
        print(json.dumps([asdict(r) | {"reproduced": r.reproduced} for r in done], indent=1))
    else:
        show = print_rich if sys.stdout.isatty() and _has_rich() else print_plain
        done = show(claims, rows)
        print_summary(done)
    return 0 if all(row.reproduced for row in done) else 1


def _has_rich() -> bool:
    try:
        import_module("rich")
    except ModuleNotFoundError:
        return False
    return True
