"""What a run prints: a line or a row for each claim, then mutants, failures and counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logreg_unlearn.claims import Claim

from .check import Row

HEADER = ("slug", "source", "verdict", "steps", "seconds", "result")
SOURCE_WIDTH = 28


def cells(row: Row) -> tuple[str, ...]:
    """Return the row as text under ``HEADER``."""
    source = row.source
    if len(source) > SOURCE_WIDTH:
        source = source[: SOURCE_WIDTH - 1] + "…"
    numbers = str(row.steps), f"{row.seconds:.2f}"
    return row.slug, source, row.verdict.lower(), *numbers, row.result


def print_plain(claims: Sequence[Claim], rows: Iterator[Row]) -> list[Row]:
    """Print an aligned line as each proof ends: the table is its own progress report."""
    slug = max(len(HEADER[0]), *(len(claim.slug) for claim in claims))
    verdict = max(len(HEADER[2]), *(len(claim.verdict.name) for claim in claims))

    def line(texts: Sequence[str]) -> str:
        a, b, c, d, e, f = texts
        return f"{a:<{slug}}  {b:<{SOURCE_WIDTH}}  {c:<{verdict}}  {d:>5}  {e:>7}  {f}"

    print(line(HEADER))
    done = []
    for row in rows:
        print(line(cells(row)), flush=True)
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
        table.add_row(*cells(row), style=None if row.reproduced else "bold red")
    console.print(table)
    return done


def print_summary(rows: Sequence[Row]) -> None:
    """Print what the mutants met, what is cited, every failure, and the counts."""
    for row in rows:
        for name, fate in row.mutants.items():
            print(f"{row.slug}, mutant {name}: {fate}")
    cited: dict[str, list[str]] = {}
    for row in rows:
        for theorem in row.cited:
            cited.setdefault(theorem, []).append(row.slug)
    for theorem, slugs in cited.items():
        print(f"cited, not checked: {theorem} ({', '.join(slugs)})")
    for row in rows:
        for failure in row.failures:
            print(f"FAILED {row.slug}: {failure}")
    good = sum(row.reproduced for row in rows)
    print(
        f"{good} of {len(rows)} verdicts reproduced: {counted(sum(r.steps for r in rows), 'step')} "
        f"checked, {counted(len(cited), 'theorem')} cited, {sum(row.seconds for row in rows):.1f} s"
    )
    if mutants := sum(len(row.mutants) for row in rows):
        weak = sum(row.weak for row in rows)
        print(f"{counted(mutants, 'mutant')}: {mutants - weak} refuted, {weak} weak")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
