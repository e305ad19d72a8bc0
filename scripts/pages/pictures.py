"""The report's figures: those of the sweep with its table and headline, and one for each claim."""

from __future__ import annotations

import html
from collections.abc import Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass

from figures import drawn, image, stems

from logreg_unlearn.cli.console import progress
from logreg_unlearn.sweep.grid import Grid
from logreg_unlearn.sweep.groups import Group
from logreg_unlearn.sweep.runner import run_cases
from logreg_unlearn.sweep.summary import headline, regions, summarise

SWEEP = "sweep_correlation"
SWEEP_CAPTIONS = {
    "blocks": "One block of samples: end points of descent–ascent (markers) over the closed form "
    "(lines) against the lift, for three forget fractions and four ridges. Beyond the sharp "
    "threshold f/(1+f), the dotted line, every end point is farther than the original, and under "
    "the exponential loss the iterations diverge beyond the fold.",
    "two-directions": "Two correlated directions: the ratio at the end point over the overlap ε "
    "and the forgotten share α. Above the black line, exact where it is drawn, the end point is "
    "farther than the original, and under the exponential loss the iterations diverge exactly "
    "beyond the dashed fold.",
    "gaussian": "Gaussian classes whose forget mean makes a given angle with the retain mean: "
    "median and 5–95 % range over the seeds. The end point is farther than the original nearly "
    "everywhere, most of all under a strong correlation, although an observer who knows the "
    "oracle could often have stopped closer.",
    "real": "Four real data sets and seven kinds of forget sets: end point and best early stop. "
    "Descent–ascent ends tens to thousands of times farther from the oracle than doing nothing, "
    "except for some well-classified forget sets, where it helps.",
    "real_dependence": "The same end points against the dependence measured at the original model, "
    "by the cosine of the mean gradients and by the cross-influence overlap. No plain rule shows: "
    "the few cases that end closer have a large cosine, and so has the worst one.",
}


@dataclass(frozen=True)
class Picture:
    """A rendered figure: PNG bytes, its caption and the command that makes it."""

    stem: str
    slug: str
    png: bytes
    caption: str
    command: str


def claim_picture(slug: str, quick: bool) -> Picture:
    """Draw the figure of one claim (runs in a worker process)."""
    made = drawn(slug, quick)
    command = f"python scripts/draw.py --only {slug}"
    return Picture(stems()[slug], slug, image(made.figure, dpi=130), made.caption, command)


def claim_pictures(quick: bool, executor: Executor) -> list[Picture]:
    """Draw the figure of every claim in worker processes."""
    with progress(len(stems()), "figures") as report:
        futures = [executor.submit(claim_picture, slug, quick) for slug in stems()]
        for future in as_completed(futures):
            future.result()
            report(1)
    return [future.result() for future in futures]


def sweep_chapter(quick: bool, executor: Executor) -> tuple[list[Picture], str, str]:
    """Run the main sweep: its pictures, its table as HTML, its headline."""
    from logreg_unlearn.cli.sweep_text import FIGURES, draw

    cases = (Grid().quick() if quick else Grid()).cases(0)
    with progress(len(cases), "sweep") as report:
        rows = run_cases(cases, executor, report)
    pictures = []
    for model, names in FIGURES.items():
        part = [row for row in rows if row.model == model]
        for name in names:
            png = image(draw(name, part), dpi=130)
            command = f"python scripts/{SWEEP}.py"
            pictures.append(Picture(SWEEP, name, png, SWEEP_CAPTIONS[name], command))
    logistic = [row for row in rows if row.loss == "logistic"]
    tables = table(summarise(logistic), "Logistic loss, medians")
    tables += table(regions(rows), "By region of the theory, both losses")
    return pictures, tables, headline(rows)


def table(groups: Sequence[Group], title: str) -> str:
    """Return groups of the sweep as HTML."""
    lines = [_row("th", ("model", "dependence"), ("cases", "end point", "best stop", "farther"))]
    for group in groups:
        ends = ("∞" if v == float("inf") else f"{v:.3g}" for v in (group.final[1], group.best[1]))
        share = f"{100 * group.farther / group.cases:.0f} %"
        lines.append(_row("td", group.key[:2], (str(group.cases), *ends, share)))
    return f'<h3>{html.escape(title)}</h3><div class="scroll"><table>{"".join(lines)}</table></div>'


def _row(tag: str, words: Sequence[str], numbers: Sequence[str]) -> str:
    left = (f"<{tag}>{html.escape(word)}</{tag}>" for word in words)
    right = (f'<{tag} class="number">{number}</{tag}>' for number in numbers)
    return f"<tr>{''.join(left)}{''.join(right)}</tr>"
