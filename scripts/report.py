"""Build one self-contained HTML report: the sweep, every figure, every claim with its verdict.

The file needs no network: images are embedded, formulas are MathML, and the claims are those of
the registry.
"""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _common import entry, parser, progress

from logreg_unlearn import __version__, plots
from logreg_unlearn.claims import Claim, Verdict, load_claims
from logreg_unlearn.files import writable_folder, write_text
from logreg_unlearn.sweep.grid import Grid
from logreg_unlearn.sweep.runner import run_cases
from logreg_unlearn.sweep.summary import headline, summarise

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Descent–ascent and the retrained model"
INTRODUCTION = """
A logistic model was trained on data D, and somebody asks to forget a part F of it. The ideal is the
*oracle*: the model retrained on what is retained, R. Descent–ascent descends the loss on R and
ascends it on F instead. The paper *Ascent Fails to Forget* (arXiv 2509.26427) argues that this
fails where F and R depend on each other. This report computes, for ridge-regularised
logistic regression, where descent–ascent helps, where it ends farther from the oracle than the
model it started from, and where it diverges. Every distance is measured to a certified optimum,
and every boundary drawn is a closed form.
"""
SECTIONS = {
    "sweep_correlation": (
        "The main sweep",
        "Synthetic problems with a known dependence between forget and retain set, and real data. "
        "Every number is a distance to the oracle over the original model's: above 1 is worse than "
        "doing nothing.",
    ),
    "single_coordinate": (
        "One coordinate",
        "Where samples fall into blocks with a coordinate each, everything has a closed form in "
        "the lift: the share of the block in the forget set over its share in the retain set.",
    ),
    "cross_dimensional": (
        "Two correlated directions",
        "Retained samples along (1, ε), forgotten ones along (ε, 1): the paper's sufficient "
        "conditions, the exact regions, and the fold beyond which there is no stationary point.",
    ),
    "iterations": (
        "The iterations",
        "What the first step does, how far the path overshoots the oracle, and what alternating "
        "steps change.",
    ),
    "random_sets": (
        "Random forget sets",
        "Where forget and retain set are statistically alike, what descent–ascent optimises "
        "on average is the ridge alone.",
    ),
    "certificates": (
        "Certificates without retraining",
        "What can be said about the distance to an oracle that nobody computed.",
    ),
    "nonconvex_toy": (
        "The non-convex toy",
        "The paper's four points with a sigmoid and the squared error, under every reading of the "
        "text.",
    ),
}
SWEEP_CAPTIONS = {
    "blocks": "One block of samples: end points of descent–ascent (markers) over the closed form "
    "(lines) against the lift, for three forget fractions and four ridges. Beyond the sharp "
    "threshold f/(1+f), the dotted line, every end point is farther than the original, and under "
    "the exponential loss the iterations diverge beyond the fold.",
    "two-directions": "Two correlated directions: the ratio at the end point over the overlap ε "
    "and the forgotten share α. Under the exponential loss the iterations diverge exactly beyond "
    "the dashed fold; under the logistic loss they stay finite, and end farther than the original "
    "above the black line.",
    "gaussian": "Gaussian classes whose forget mean makes a given angle with the retain mean: "
    "median and 5–95 % range over the seeds. The end point is farther than the original nearly "
    "everywhere, most of all under a strong correlation, although an observer who knows the "
    "oracle could often have stopped closer.",
    "real": "Four real data sets and seven kinds of forget sets: end point and best early stop. "
    "Descent–ascent ends tens to thousands of times farther from the oracle than doing nothing, "
    "except for some well-classified forget sets, where it helps.",
}


@dataclass(frozen=True)
class Picture:
    """A rendered figure: PNG bytes, its caption and the command that makes it."""

    stem: str
    slug: str
    png: bytes
    caption: str
    command: str


def render(figure: Figure) -> bytes:
    """Return a figure as PNG."""
    stream = io.BytesIO()
    with plots.style():
        figure.savefig(stream, format="png", dpi=130)
    return stream.getvalue()


def picture(stem: str, slug: str, quick: bool) -> Picture:
    """Draw one figure of a stem's script (runs in a worker process)."""
    drawing = getattr(import_module(stem), slug)(quick)
    command = f"python scripts/{stem}.py --only {slug}"
    return Picture(stem, slug, render(drawing.figure), drawing.caption, command)


def sweep_chapter(quick: bool, executor: ProcessPoolExecutor) -> tuple[list[Picture], str, str]:
    """Run the main sweep: its pictures, its table as HTML, its headline."""
    from logreg_unlearn.cli.sweep_text import draw

    grid = Grid().quick() if quick else Grid()
    cases = grid.cases(0)
    with progress(len(cases), "sweep") as report:
        rows = run_cases(cases, executor, report)
    command = "python scripts/sweep_correlation.py"
    pictures = []
    for model, caption in SWEEP_CAPTIONS.items():
        figure = draw(model, [row for row in rows if row.model == model])
        pictures.append(Picture("sweep_correlation", model, render(figure), caption, command))
    body = "".join(
        f"<tr><td>{html.escape(g.key[0])}</td><td>{html.escape(g.key[1])}</td>"
        f'<td class="number">{g.cases}</td><td class="number">{_number(g.final[1])}</td>'
        f'<td class="number">{_number(g.best[1])}</td>'
        f'<td class="number">{100 * g.farther / g.cases:.0f} %</td></tr>'
        for g in summarise([row for row in rows if row.loss == "logistic"])
    )
    table = (
        '<h3>Logistic loss, medians</h3><div class="scroll"><table><tr><th>model</th>'
        '<th>dependence</th><th class="number">cases</th><th class="number">end point</th>'
        f'<th class="number">best stop</th><th class="number">farther</th></tr>{body}</table></div>'
    )
    return pictures, table, headline(rows)


def _number(value: float) -> str:
    return "∞" if value == float("inf") else f"{value:.3g}"


def markdown(text: str) -> str:
    """Return Markdown with LaTeX between dollar signs as HTML with MathML."""
    from latex2mathml.converter import convert
    from markdown_it import MarkdownIt

    formulas: list[str] = []

    def hold(match: re.Match[str]) -> str:
        display = "block" if match.group(1) else "inline"
        formulas.append(convert(match.group(1) or match.group(2), display=display))
        return f"@@{len(formulas) - 1}@@"

    held = re.sub(r"\$\$(.+?)\$\$|\$(.+?)\$", hold, text, flags=re.DOTALL)
    rendered = MarkdownIt().render(held)
    return re.sub(r"@@(\d+)@@", lambda match: formulas[int(match.group(1))], rendered)


def claim_block(claim: Claim) -> str:
    """Return one claim with verdict, statement, places and finding."""
    finding = ""
    if claim.finding:
        summary = "evidence" if claim.verdict is Verdict.OPEN else "what was found"
        finding = f"<details><summary>{summary}</summary>{markdown(claim.finding)}</details>"
    return (
        f'<div class="claim" id="claim-{claim.slug}"><p><code>{claim.slug}</code> '
        f'<span class="verdict {claim.verdict.name}">{claim.verdict.name.lower()}</span> '
        f'<span class="source">{html.escape(claim.source)}</span></p>'
        f"{markdown(claim.statement)}{finding}"
        f'<p class="command"><code>python -m proofs --latex {claim.slug}</code></p></div>'
    )


def figure_block(item: Picture) -> str:
    """Return a figure with its picture embedded."""
    data = base64.b64encode(item.png).decode("ascii")
    caption = html.escape(item.caption)
    image = f'<img alt="{caption}" src="data:image/png;base64,{data}">'
    return (
        f'<figure id="figure-{item.slug}"><div class="scroll">{image}</div>'
        f"<figcaption>{caption}</figcaption>"
        f'<p class="command"><code>{html.escape(item.command)}</code></p></figure>'
    )


def page(pictures: list[Picture], table: str, first_line: str) -> str:
    """Return the whole report."""
    claims = load_claims()
    counts = {v: sum(claim.verdict is v for claim in claims) for v in Verdict}
    tally = ", ".join(f"{n} {v.name.lower()}" for v, n in counts.items() if n)
    parts, links = [], []
    for stem, (title, text) in SECTIONS.items():
        links.append(f'<li><a href="#{stem}">{html.escape(title)}</a></li>')
        parts.append(
            f'<section id="{stem}"><h2>{html.escape(title)}</h2><p>{html.escape(text)}</p>'
        )
        parts.extend(figure_block(item) for item in pictures if item.stem == stem)
        parts.append(table if stem == "sweep_correlation" else "")
        parts.append("</section>")
    blocks: list[str] = []
    for stem in dict.fromkeys(claim.stem for claim in claims):
        blocks.append(f"<h3>{stem.replace('_', ' ')}</h3>")
        blocks.extend(claim_block(claim) for claim in claims if claim.stem == stem)
    style = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # an empty icon, or browsers ask a server for one
        f'<link rel="icon" href="data:,"><title>{TITLE}</title><style>{style}</style></head><body>'
        f'<h1>{TITLE}</h1>{markdown(INTRODUCTION)}<p class="headline">{html.escape(first_line)}</p>'
        f'<nav><ul>{"".join(links)}<li><a href="#claims">Every claim</a></li></ul></nav>'
        f'{"".join(parts)}<section id="claims"><h2>Every claim</h2>'
        f"<p>{len(claims)} claims: {tally}. Each is proved by sympy and attacked by property "
        f"tests.</p>{''.join(blocks)}</section>"
        f"<footer>logreg-unlearn {__version__}. Made by <code>make report</code>.</footer>"
        "</body></html>\n"
    )


def collect(
    jobs: list[tuple[str, str]], quick: bool, executor: ProcessPoolExecutor
) -> list[Picture]:
    """Draw the figures of every stem in worker processes, in the order of the jobs."""
    done: dict[Any, Picture] = {}
    with progress(len(jobs), "figures") as report:
        futures = {executor.submit(picture, *job, quick): job for job in jobs}
        for future in as_completed(futures):
            done[futures[future]] = future.result()
            report(1)
    return [done[job] for job in jobs]


def main() -> int:
    """Run everything and write the report."""
    made = parser(__doc__ or "", "results/report", "coarser sweeps and figures")
    made.add_argument("--workers", type=int, default=2, help="processes")
    options = made.parse_args()
    if options.workers < 1:
        raise ValueError(f"expected --workers >= 1, got {options.workers}")
    folder = writable_folder(options.out)
    figures: dict[str, tuple[Callable[..., Any], ...]] = {
        stem: import_module(stem).FIGURES for stem in SECTIONS if stem != "sweep_correlation"
    }
    jobs = [(stem, figure.__name__) for stem, found in figures.items() for figure in found]
    with ProcessPoolExecutor(options.workers) as executor:
        swept, table, first_line = sweep_chapter(options.quick, executor)
        pictures = swept + collect(jobs, options.quick, executor)
    path = folder / "report.html"
    write_text(path, page(pictures, table, first_line))
    print(f"{path}: {len(pictures)} figures, {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    entry(main)
