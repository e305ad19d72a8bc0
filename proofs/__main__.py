"""Check every derivation: ``python -m proofs``.

Exit status 0 if every verdict is reproduced, 1 if one is not, 2 for bad arguments.  A verdict
is reproduced when the claim has a proof (or declares, with a reason, that it has none) and
every step of the proof is decided.  With ``--mutants`` every wrong version that a proof names
must be rejected as well.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from typing import Any, NoReturn

from logreg_unlearn.claims import STEMS, Claim, get_claim, load_claims

HEADER = ("slug", "source", "verdict", "steps", "seconds", "result")
SOURCE_WIDTH = 28


@dataclass
class Row:
    """What became of one claim."""

    slug: str
    stem: str
    source: str
    verdict: str
    steps: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)
    mutants: dict[str, str] = field(default_factory=dict)
    gap: str = ""

    @property
    def reproduced(self) -> bool:
        """Whether nothing failed."""
        return not self.failures

    @property
    def result(self) -> str:
        """One word for the table, and how many mutants were rejected."""
        if self.failures:
            return "FAILED"
        if self.gap:
            return "no proof (declared)"
        return f"reproduced, {len(self.mutants)} rejected" if self.mutants else "reproduced"

    def cells(self) -> tuple[str, ...]:
        """Return the row as text under ``HEADER``."""
        source = self.source
        if len(source) > SOURCE_WIDTH:
            source = source[: SOURCE_WIDTH - 1] + "…"
        numbers = str(self.steps), f"{self.seconds:.2f}"
        return self.slug, source, self.verdict.lower(), *numbers, self.result


def find_proof(claim: Claim) -> Any:
    """Return the proof function of a claim, with its ``mutants``.

    Raises
    ------
    LookupError
        If its module or the function does not exist.
    """
    try:
        module = import_module(f"proofs.{claim.stem}")
    except ModuleNotFoundError as error:
        raise LookupError(f"expected a module proofs/{claim.stem}.py, got: {error}") from error
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
        row.steps = len(proof.steps)
        row.failures = [f"{step.what}: {outcome.why}" for step, outcome in proof.failures()]
        if with_mutants:
            row.mutants = {name: reject(function, name) for name in function.mutants}
            row.failures += [
                f"mutant {name} {fate}"
                for name, fate in row.mutants.items()
                if not fate.startswith("rejected")
            ]
    except Exception as error:  # a proof that crashes is a proof that fails: report the others
        row.failures.append(f"{type(error).__name__}: {first_line(error)}")
    row.seconds = time.perf_counter() - started
    return row


def reject(function: Any, name: str) -> str:
    """Run one mutant up to its first failing step and say what became of it."""
    try:
        proof = function(**function.mutants[name])
        for step in proof.steps:
            outcome = step.check()
            if not outcome.proved:
                return f"rejected at: {step.what} ({outcome.why})"
    except Exception as error:  # a crash says nothing about the claim, so it does not count
        return f"crashed: {type(error).__name__}: {first_line(error)}"
    return "survived"


def first_line(error: Exception) -> str:
    """Return the first line of an error's message."""
    return (str(error).splitlines() or [""])[0]


def print_plain(claims: Sequence[Claim], rows: Iterator[Row]) -> list[Row]:
    """Print an aligned line as each proof ends: the table is its own progress report."""
    slug = max(len(HEADER[0]), *(len(claim.slug) for claim in claims))
    verdict = max(len(HEADER[2]), *(len(claim.verdict.name) for claim in claims))

    def line(cells: Sequence[str]) -> str:
        a, b, c, d, e, f = cells
        return f"{a:<{slug}}  {b:<{SOURCE_WIDTH}}  {c:<{verdict}}  {d:>5}  {e:>7}  {f}"

    print(line(HEADER))
    done = []
    for row in rows:
        print(line(row.cells()), flush=True)
        done.append(row)
    return done


def print_rich(claims: Sequence[Claim], rows: Iterator[Row]) -> list[Row]:
    """Show a progress bar, then the table."""
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    console, done = Console(), []
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(claims[0].slug, total=len(claims))
        for row in rows:
            done.append(row)
            following = claims[len(done)].slug if len(done) < len(claims) else ""
            progress.update(task, advance=1, description=following)
    table = Table()
    table.add_column(HEADER[0], no_wrap=True, min_width=max(len(row.slug) for row in done))
    table.add_column(HEADER[1], no_wrap=True)
    table.add_column(HEADER[2], no_wrap=True)
    table.add_column(HEADER[3], justify="right")
    table.add_column(HEADER[4], justify="right")
    table.add_column(HEADER[5])
    for row in done:
        table.add_row(*row.cells(), style=None if row.reproduced else "bold red")
    console.print(table)
    return done


def print_summary(rows: Sequence[Row]) -> None:
    """Print what the mutants met, every failure, and the count."""
    for row in rows:
        for name, fate in row.mutants.items():
            print(f"{row.slug}, mutant {name}: {fate}")
    for row in rows:
        for failure in row.failures:
            print(f"FAILED {row.slug}: {failure}")
    good = sum(row.reproduced for row in rows)
    print(
        f"{good} of {len(rows)} verdicts reproduced: {sum(row.steps for row in rows)} steps, "
        f"{sum(row.seconds for row in rows):.1f} s"
    )


def latex(claim: Claim, proof: Any) -> str:
    """Return a LaTeX document with the derivation: statement, assumptions, steps."""
    words = "\n".join(rf"\item {escape(text)}." for text in proof.assumptions)
    steps = "\n".join(
        rf"\item {escape(step.what)}:" + "\n" + rf"\[ {step.latex()} \]" for step in proof.steps
    )
    return "\n".join(
        (
            r"\documentclass{article}",
            r"\usepackage[T1]{fontenc}",
            r"\usepackage{amsmath,amssymb}",
            r"\allowdisplaybreaks",
            r"\begin{document}",
            rf"\section*{{{escape(claim.slug)} ({escape(claim.source)})}}",
            markdown_to_latex(claim.statement),
            rf"\paragraph{{Verdict}} {escape(claim.verdict.name.lower())}.",
            *([markdown_to_latex(claim.finding)] if claim.finding else []),
            r"\paragraph{Assumptions}",
            rf"\begin{{itemize}}{chr(10)}{words}{chr(10)}\end{{itemize}}",
            r"\paragraph{Derivation}",
            rf"\begin{{enumerate}}{chr(10)}{steps}{chr(10)}\end{{enumerate}}",
            r"\end{document}",
        )
    )


def escape(text: str) -> str:
    """Return plain words as LaTeX text."""
    special = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
    special |= {"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "§": r"\S{}"}
    special |= {character: "\\" + character for character in "&%$#_{}"}
    return "".join(special.get(character, character) for character in text)


def markdown_to_latex(text: str) -> str:
    """Turn bold and code into LaTeX and escape words, leaving formulas as they are."""
    pieces = re.split(r"(\$\$.+?\$\$|\$.+?\$|\*\*.+?\*\*|`.+?`)", text, flags=re.DOTALL)

    def turn(piece: str) -> str:
        if piece.startswith("$$"):
            return rf"\[ {piece[2:-2]} \]"
        if piece.startswith("$"):
            return piece
        if piece.startswith("**"):
            return rf"\textbf{{{escape(piece[2:-2])}}}"
        if piece.startswith("`"):
            return rf"\texttt{{{escape(piece[1:-1])}}}"
        return escape(piece)

    return "".join(turn(piece) for piece in pieces)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        self.exit(2, f"proofs: {message}\n")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; exit status 2 and one line where it makes no sense."""
    parser = _Parser(prog="python -m proofs", description="Check every derivation.")
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    try:
        return run(parse(arguments))
    except ModuleNotFoundError as error:
        print(f"proofs: expected every stem to have its claims, got: {error}", file=sys.stderr)
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


if __name__ == "__main__":
    sys.exit(main())
