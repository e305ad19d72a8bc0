"""The report's page, built from small pictures and the real claims, without running anything."""

from __future__ import annotations

import html
import re
from functools import cache
from html.parser import HTMLParser
from importlib import import_module

import pytest
import report
from matplotlib.figure import Figure

from logreg_unlearn.claims import load_claims

VOID = {"meta", "link", "img", "br", "hr"}
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
    pictures = [
        report.Picture(stem, f"slug_{k}", report.render(figure), CAPTION, "python <it>")
        for k, stem in enumerate(report.SECTIONS)
    ]
    return report.page(pictures, "<p>table</p>", "1 of 2 cases <ended> farther.")


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
    assert len(loaded) == len(report.SECTIONS) + 1  # the pictures and an empty icon
    assert all(str(value).startswith("data:") for value in loaded)
    assert "<script" not in text() and "@import" not in text() and "url(" not in text()


def test_every_picture_says_what_it_shows() -> None:
    images = [attributes for tag, attributes in parsed().tags if tag == "img"]
    assert len(images) == len(report.SECTIONS)
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
        assert bool(claim.finding) == ("<details>" in block)


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


@pytest.mark.parametrize("stem", [s for s in report.SECTIONS if s != "sweep_correlation"])
def test_figures_are_named_by_claims(stem: str) -> None:
    names = [figure.__name__ for figure in import_module(stem).FIGURES]
    claims = [claim.slug for claim in load_claims(stem) if "figure" not in claim.gaps]
    assert names and len(set(names)) == len(names)
    assert set(claims) <= set(names)


def test_sweep_captions_are_two_sentences() -> None:
    assert set(report.SWEEP_CAPTIONS) == {"blocks", "two-directions", "gaussian", "real"}
    for caption in report.SWEEP_CAPTIONS.values():
        assert len(re.findall(r"\.(?=\s+[A-Z]|$)", caption)) == 2


@pytest.mark.parametrize("stem", [s for s in report.SECTIONS if s != "sweep_correlation"])
def test_the_commands_of_the_report_exist(
    stem: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = import_module(stem)
    monkeypatch.setattr("sys.argv", [f"{stem}.py", "--help"])
    with pytest.raises(SystemExit) as ended:
        run = getattr(module, "main", None) or (
            lambda: import_module("_figures").run(stem, "", module.FIGURES)
        )
        run()
    said = capsys.readouterr().out
    assert ended.value.code == 0 and "--only" in said
    assert all(
        figure.__name__ in said.replace("\n", "").replace(" ", "") for figure in module.FIGURES
    )
