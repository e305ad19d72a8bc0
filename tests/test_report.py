"""The report's page, built from small pictures and the real claims, without running anything."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import fields, replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from figures import drawn, image, stems
from figures.__main__ import main as draw
from pages import pictures, predictions, report, wild

import numpy as np
from matplotlib.figure import Figure

from logreg_unlearn.claims import STEMS, TITLES, Verdict, load_claims
from logreg_unlearn.cli.cross_influence_text import FIGURES as STUDY_FIGURES
from logreg_unlearn.cli.sweep_text import FIGURES
from logreg_unlearn.sweep.case import Row
from logreg_unlearn.sweep.summary import summarise
from logreg_unlearn.sweep.wild.observations import Observation
from logreg_unlearn.sweep.wild.run import Experiment, run

ROOT = Path(__file__).resolve().parent.parent
VOID = {"meta", "link", "img", "br", "hr"}
SHOWN = [stem for stem in report.SECTIONS if stem != "derivatives"]
END = "<p>after the figures</p>"
CAPTION = 'Ratio < 1 & "closer". It is escaped.'


class Page(HTMLParser):
    """Collect tags with attributes, and the tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)


@cache
def text() -> str:
    figure = Figure(figsize=(1, 1))
    figure.subplots().plot([0, 1], [1, 2])
    made = [
        pictures.Picture(stem, f"slug_{k}", image(figure), CAPTION, "python <it>")
        for k, stem in enumerate(SHOWN)
    ]
    return report.page(made, {"cross_influence": END}, "1 of 2 cases <ended> farther.")


@cache
def parsed() -> Page:
    page = Page()
    page.feed(text())
    return page


def test_tags_are_balanced_and_one_heading_leads() -> None:
    page = parsed()
    assert page.unbalanced == [] and page.open == []
    assert sum(tag == "h1" for tag, _ in page.tags) == 1


def test_nothing_is_loaded_from_outside() -> None:
    loaded = [
        value
        for tag, attributes in parsed().tags
        for name, value in attributes.items()
        if name in ("src", "srcset", "poster") or (name == "href" and tag == "link")
    ]
    assert len(loaded) == len(SHOWN) + 1  # the pictures and an empty icon
    assert all(str(value).startswith("data:") for value in loaded)
    assert "<script" not in text() and "@import" not in text() and "url(" not in text()


def test_every_picture_says_what_it_shows() -> None:
    images = [attributes for tag, attributes in parsed().tags if tag == "img"]
    assert len(images) == len(SHOWN)
    assert all(image["alt"] == CAPTION for image in images)
    assert html.escape(CAPTION) in text() and "python &lt;it&gt;" in text()
    assert "&lt;ended&gt;" in text() and "<ended>" not in text()


def test_links_have_targets() -> None:
    ids = [attributes["id"] for _, attributes in parsed().tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    inside = [
        str(attributes["href"])[1:]
        for tag, attributes in parsed().tags
        if tag == "a" and str(attributes.get("href", "")).startswith("#")
    ]
    assert inside and set(inside) <= set(ids)


def test_every_claim_stands_with_its_verdict() -> None:
    for claim in load_claims():
        block = text().split(f'id="claim-{claim.slug}"')[1].split('<div class="claim"')[0]
        assert f"verdict {claim.verdict.name}" in block
        assert f"python -m proofs --latex {claim.slug}" in block
        assert bool(claim.finding or claim.measured) == ("<details>" in block)


def test_formulas_become_mathml() -> None:
    body = re.sub(r'src="data:[^"]*"', "", text())
    assert "$" not in body and not re.search(r"@@\d+@@", body)
    assert body.count("<math") == body.count("</math>") > 200
    # a command that the converter does not know would be left as text
    assert not re.search(r"\\[a-zA-Z]+", re.sub(r"<style>.*?</style>", "", body, flags=re.S))


def test_markdown_keeps_the_order_of_formulas() -> None:
    found = report.markdown("First $a_1$, then *second* $$b^2$$ and `code`.")
    assert found.index("a") < found.index("second") < found.index('display="block"')
    assert "<em>second</em>" in found and "<code>code</code>" in found


def test_a_stem_has_a_section_where_it_has_pictures() -> None:
    ids = {attributes["id"] for tag, attributes in parsed().tags if tag == "section"}
    assert ids == {*SHOWN, "claims"}
    for stem in STEMS:
        assert f"<h3>{TITLES[stem]}</h3>" in text()


def test_the_report_says_of_the_claims_exactly_what_is_so() -> None:
    claims = load_claims()
    said = report.tally(claims)
    counts = Counter(claim.verdict for claim in claims)
    assert said.startswith(f"{len(claims)} claims: {counts[Verdict.HOLDS]} hold as stated; ")
    for verdict, words in ((Verdict.REFUTED, "refuted by a counter"), (Verdict.OPEN, "open, with")):
        assert f"; {counts[verdict]} {words}" in said
        for claim in claims:
            named = f'<a href="#claim-{claim.slug}">{claim.slug}</a>' in said
            assert named == (claim.verdict in (Verdict.REFUTED, Verdict.OPEN))
    assert said in text() and "all have a derivation" in said
    # what is not so for one of them is not said of all, and no verdict without a claim is named
    only = [claim for claim in claims if claim.verdict is Verdict.HOLDS]
    only[0] = replace(only[0], gaps={"proof": "none yet"})
    assert "most have a derivation" in report.tally(only) and "refuted" not in report.tally(only)
    assert "every boundary" not in text()


def test_sweep_captions_are_two_sentences() -> None:
    drawn_names = {name for names in FIGURES.values() for name in names}
    assert set(pictures.SWEEP_CAPTIONS) == drawn_names
    for caption in pictures.SWEEP_CAPTIONS.values():
        assert len(re.findall(r"\.(?=\s+[A-Z]|$)", caption)) == 2


def test_study_captions_are_two_sentences() -> None:
    assert set(predictions.CAPTIONS) == set(STUDY_FIGURES)
    for caption in predictions.CAPTIONS.values():
        assert len(re.findall(r"\.(?=\s+[A-Z]|$)", caption)) == 2


def test_what_ends_a_section_stands_in_that_one_alone() -> None:
    assert text().count(END) == 1
    assert END in text().split('<section id="cross_influence">')[1].split("</section>")[0]


def test_a_picture_is_the_figure_of_its_claim() -> None:
    made = pictures.claim_picture("random_forget_accuracy", True)
    assert made.stem == stems()[made.slug] and made.png.startswith(b"\x89PNG")
    assert made.caption == drawn(made.slug, True).caption


def test_the_command_of_a_picture_draws_it(tmp_path) -> None:
    made = pictures.claim_picture("random_forget_accuracy", True)
    script, *arguments = made.command.removeprefix("python ").split()
    assert (ROOT / script).is_file()
    draw([*arguments, "--quick", "--out", str(tmp_path)])
    assert (tmp_path / made.stem / f"{made.slug}.png").is_file()


def row(verdict: str) -> Row:
    values = {f.name: 1.0 for f in fields(Row)} | {
        "model": "real", "dataset": "a<b", "forget_kind": "random", "loss": "logistic",
        "verdict": verdict, "ratio_final": np.inf if verdict == "DIVERGED" else 2.0,
    }  # fmt: skip
    return Row(**values)


def test_the_table_counts_what_ended_farther() -> None:
    rows = [row("HARMED"), *[row("DIVERGED")] * 3, row("HELPED")]
    table = pictures.table(summarise(rows), "A <title>")
    assert "A &lt;title&gt;" in table
    page = Page()
    page.feed(table)
    assert page.unbalanced == [] and page.open == []
    assert "80 %" in table and "∞" in table and '<td class="number">5</td>' in table
    assert "<b" not in table.replace("<body", "")


def test_the_papers_experiments_stand_with_their_words() -> None:
    seen = Observation("ascent <fails>.", "partly reproduced", "in 2 & 3.")
    said = wild.words([seen], "Beside the paper: 1 < 2.")
    figure = Figure(figsize=(1, 1))
    one = pictures.Picture(wild.WILD, "wild_gaps", image(figure), CAPTION, wild.COMMAND)
    page = report.page([one], {pictures.SWEEP: "<p>table</p>", wild.WILD: said}, "headline")
    inside = page.split(f'<section id="{wild.WILD}">')[1].split("</section>")[0]
    assert said in inside and "<p>table</p>" not in inside
    assert "<strong>partly reproduced</strong>: ascent &lt;fails&gt;." in said
    assert "in 2 &amp; 3." in said and "1 &lt; 2." in said
    read = Page()
    read.feed(page)
    assert read.unbalanced == [] and read.open == []


def test_the_pictures_of_the_papers_experiments_are_those_of_its_command() -> None:
    grids = tuple((name, grid.quick()) for name, grid in Experiment().grids)
    cells = run(Experiment(("iris_1v2",), models=6, forget_sets=(2, 3), grids=grids))
    made = wild.pictures(cells)
    assert [item.slug for item in made] == ["wild_klom", "wild_gaps", "wild_stopping"]
    assert set(wild.CAPTIONS) == {"klom", "gaps", "stopping"}
    for item in made:
        assert item.png.startswith(b"\x89PNG")
        assert (ROOT / item.command.split()[1]).is_file()
