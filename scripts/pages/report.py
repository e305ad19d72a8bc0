"""The report as one self-contained HTML page: embedded images, formulas as MathML."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from logreg_unlearn import __version__
from logreg_unlearn.claims import INTRODUCTIONS, TITLES, Claim, Verdict, load_claims

from .pictures import SWEEP, Picture
from .predictions import STUDY
from .wild import SECTION as WILD_SECTION
from .wild import WILD

TITLE = "Descent–ascent and the retrained model"
INTRODUCTION = """
A logistic model was trained on data D, and somebody asks to forget a part F of it. The ideal is the
*oracle*: the model retrained on what is retained, R. Descent–ascent descends the loss on R and
ascends it on F instead. The paper *Ascent Fails to Forget* (arXiv 2509.26427) argues that this
fails where F and R depend on each other. This report computes, for ridge-regularised
logistic regression, where descent–ascent helps, where it ends farther from the oracle than the
model it started from, and where it diverges. Every distance is measured to a certified optimum. A
line marked *theory*, *exact* or *closed form* is computed from the formula of a claim; other lines
follow computed values, and markers are what solver and iterations found.
"""
SECTIONS = {
    SWEEP: (
        "The main sweep",
        "Synthetic problems with a known dependence between forget and retain set, and real data. "
        "Every number is a distance to the oracle over the original model's: above 1 is worse than "
        "doing nothing.",
    ),
    WILD: WILD_SECTION,
    STUDY: (
        "What predicts harm",
        "Is it known before a run how badly descent–ascent will end? Candidates computed from the "
        "original model alone, beside the outcome, on real and synthetic problems: among them the "
        "spectral norm of the cross-influence matrix, which the paper proposes.",
    ),
    **{stem: (TITLES[stem], INTRODUCTIONS[stem]) for stem in TITLES},
}
BASIS = {
    Verdict.HOLDS: "hold as stated",
    Verdict.AMENDED: "hold after the change given",
    Verdict.REFUTED: "refuted by a counterexample in exact or interval arithmetic",
    Verdict.OPEN: "open, with what is proved of it and the evidence",
}
"""What a verdict rests on, after the number of claims that have it."""


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
    if claim.measured:
        finding += f"<details><summary>measured</summary>{markdown(claim.measured)}</details>"
    return (
        f'<div class="claim" id="claim-{claim.slug}"><p><code>{claim.slug}</code> '
        f'<span class="verdict {claim.verdict.name}">{claim.verdict.name.lower()}</span> '
        f'<span class="source">{html.escape(claim.source)}</span></p>'
        f"{markdown(claim.statement)}{finding}"
        f'<p class="command"><code>python -m proofs --latex {claim.slug}</code></p></div>'
    )


def tally(claims: Sequence[Claim]) -> str:
    """Return how many claims have which verdict and what it rests on; names where they are few."""
    parts = []
    for verdict, basis in BASIS.items():
        those = [claim.slug for claim in claims if claim.verdict is verdict]
        links = ", ".join(f'<a href="#claim-{slug}">{slug}</a>' for slug in those)
        names = f" ({links})" if verdict in (Verdict.REFUTED, Verdict.OPEN) else ""
        parts += [f"{len(those)} {basis}{names}"] if those else []
    checks = {
        "proof": "have a derivation (an open claim: of its proved part) whose named steps sympy "
        "decides under the assumptions it states",
        "test": "are attacked by property tests",
    }
    done = [
        f"{'all' if all(kind not in c.gaps for c in claims) else 'most'} {what}"
        for kind, what in checks.items()
    ]
    return f"{len(claims)} claims: {'; '.join(parts)}. Of them {', and '.join(done)}."


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


def section(stem: str, pictures: Sequence[Picture], end: str) -> str:
    """Return the figures of a stem, and what stands after them."""
    title, text = map(html.escape, SECTIONS[stem])
    figures = "".join(figure_block(item) for item in pictures if item.stem == stem)
    return f'<section id="{stem}"><h2>{title}</h2><p>{text}</p>{figures}{end}</section>'


def page(pictures: Sequence[Picture], ends: Mapping[str, str], first_line: str) -> str:
    """Return the whole report; ``ends`` is the HTML after the figures of a section."""
    claims = load_claims()
    shown = [stem for stem in SECTIONS if any(item.stem == stem for item in pictures)]
    links = [f'<li><a href="#{stem}">{html.escape(SECTIONS[stem][0])}</a></li>' for stem in shown]
    blocks: list[str] = []
    for stem in dict.fromkeys(claim.stem for claim in claims):
        blocks.append(f"<h3>{TITLES[stem]}</h3>")
        blocks.extend(claim_block(claim) for claim in claims if claim.stem == stem)
    style = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # an empty icon, or browsers ask a server for one
        f'<link rel="icon" href="data:,"><title>{TITLE}</title><style>{style}</style></head><body>'
        f'<h1>{TITLE}</h1>{markdown(INTRODUCTION)}<p class="headline">{html.escape(first_line)}</p>'
        f'<nav><ul>{"".join(links)}<li><a href="#claims">Every claim</a></li></ul></nav>'
        f"{''.join(section(stem, pictures, ends.get(stem, '')) for stem in shown)}"
        f'<section id="claims"><h2>Every claim</h2><p>{tally(claims)}</p>{"".join(blocks)}'
        f"</section><footer>logreg-unlearn {__version__}. Made by <code>make report</code>."
        "</footer></body></html>\n"
    )
