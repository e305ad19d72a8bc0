"""Build one self-contained HTML report: the sweep, every figure, every claim with its verdict.

The file needs no network: images are embedded, formulas are MathML, and the claims are those of
the registry.
"""

from __future__ import annotations

from collections.abc import Sequence

from _common import entry, parser
from pages.pictures import SWEEP, claim_pictures, sweep_chapter
from pages.predictions import STUDY, study_chapter
from pages.report import page
from pages.wild import WILD, wild_chapter

from logreg_unlearn.cli.workers import processes
from logreg_unlearn.files import writable_folder, write_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything and write the report."""
    made = parser(__doc__ or "", "results/report", "coarser sweeps and figures")
    made.add_argument("--workers", type=int, default=2, help="processes")
    options = made.parse_args(arguments)
    if options.workers < 1:
        raise ValueError(f"expected --workers >= 1, got {options.workers}")
    folder = writable_folder(options.out)
    with processes(options.workers) as executor:
        swept, table, first_line = sweep_chapter(options.quick, executor)
        wild, words = wild_chapter(options.quick, executor)
        studied, answers = study_chapter(executor)
        pictures = swept + wild + studied + claim_pictures(options.quick, executor)
    path = folder / "report.html"
    ends = {SWEEP: table, WILD: words, STUDY: answers}
    write_text(path, page(pictures, ends, first_line))
    print(f"{path}: {len(pictures)} figures, {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    entry(main)
