"""Draw the figures of the claims: PNG and SVG, each with its numbers in a CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from logreg_unlearn.cli.console import entry, interrupted, parser, progress, unknown

from . import drawn, stems, write


def chosen(names: Sequence[str] | None) -> list[str]:
    """Return the slugs that the names (of claims or of stems) stand for; all if there are none.

    Raises
    ------
    ValueError
        If a name is neither that of a stem nor of a claim with a figure.
    """
    known = stems()
    groups = list(dict.fromkeys(known.values()))
    for name in names or ():
        if name not in known and name not in groups:
            near = get_close_matches(name, [*known, *groups], n=3) or groups
            raise ValueError(
                f"expected a claim with a figure or a stem, got {name!r} (near: {', '.join(near)})"
            )
    return [slug for slug, stem in known.items() if not names or {slug, stem} & set(names)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the figures asked for, each in the folder of its stem."""
    made = parser(__doc__ or "", "results/figures", "fewer points, for a first look")
    groups = ", ".join(dict.fromkeys(stems().values()))
    made.add_argument(
        "--only", action="append", metavar="NAME", help=f"a claim, or all of {groups}; repeatable"
    )
    made.add_argument(
        "--reading", metavar="NAME", help="of the non-convex toy's text: its name, or all of them"
    )
    options = made.parse_args(arguments)
    jobs: list[tuple[str, dict[str, object], str]] = []
    for slug in chosen(options.only):
        stem = stems()[slug]
        if options.reading is None or stem != "nonconvex_toy":
            jobs.append((slug, {}, stem))
            continue
        from logreg_unlearn.theory.nonconvex_toy import READINGS, Reading

        every = options.reading == "all"
        if not every and options.reading not in (names := [reading.name for reading in READINGS]):
            raise ValueError(unknown("--reading with a name or all", options.reading, names))
        for reading in READINGS if every else (Reading.from_name(options.reading),):
            jobs.append((slug, {"reading": reading}, f"{stem}/{reading.name}" if every else stem))
    from logreg_unlearn.files import writable_folder

    folders = {place: writable_folder(Path(options.out) / place) for _, _, place in jobs}
    with progress(len(jobs), "figures") as report:
        for done, (slug, variant, place) in enumerate(jobs):
            with interrupted(f"{done} of {len(jobs)} figures were written"):
                write(slug, drawn(slug, options.quick, **variant), folders[place])
                report(1)
    print(*(folders[place] / f"{slug}.png" for slug, _, place in jobs), sep="\n")
    return 0


if __name__ == "__main__":
    entry(main)
