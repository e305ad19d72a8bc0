"""The generated pages are what the registry says, byte for byte, and say it readably."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from pages import claims as pages

import claims_table
import pytest

from logreg_unlearn.claims import (
    INTRODUCTIONS,
    PLACES,
    STEMS,
    TITLES,
    Claim,
    Kind,
    Verdict,
    load_claims,
)

HOLDS = Claim(
    slug="a_fact",
    stem="iterations",
    source="paper, Lemma 99",
    statement="For $x > 0$, $e^x > 1$.",
    kind=Kind.SHARP,
    verdict=Verdict.HOLDS,
    gaps={"figure": "an identity: nothing to draw"},
)
REFUTED = Claim(
    slug="a_hope",
    stem="iterations",
    source="paper, App. Z",
    statement="For $x < 0$ it fails.",
    kind=Kind.LOWER,
    verdict=Verdict.REFUTED,
    uses=("a_fact",),
    finding="The source has $x < 0$ as well; at $x = -1$, $e^x < 1$.",
)


@pytest.mark.parametrize("name", ["claims.md", "findings.md"])
def test_page_on_disk_is_what_the_registry_gives(name: str) -> None:
    assert (pages.DOCS / name).read_bytes() == pages.pages()[name].encode()


def test_a_claim_is_found_with_all_its_places_in_one_line() -> None:
    text = pages.claims_page([HOLDS, REFUTED])
    (line,) = [line for line in text.splitlines() if "App. Z" in line and line.startswith("|")]
    for kind in PLACES:
        assert REFUTED.place(kind).partition("::")[0] in line


def test_a_gap_shows_its_reason_and_no_link() -> None:
    text = pages.claims_page([HOLDS])
    assert "figure: none, an identity: nothing to draw" in text
    assert "· no figure |" in text
    assert "scripts/" not in text.split(pages.GENERATED)[1]


def test_findings_hold_what_did_not_simply_hold() -> None:
    text = pages.findings_page([HOLDS, REFUTED])
    assert "### a_hope" in text and REFUTED.finding in text
    assert 'make proofs ARGS="--latex a_hope"' in text
    assert "| paper, App. Z | [`a_hope`](#a_hope) | refuted |" in text
    assert "a_fact" not in text


def test_a_claim_names_the_command_of_each_of_its_places() -> None:
    text = pages.claims_page([REFUTED])
    assert 'make proofs ARGS="--latex a_hope"' in text
    assert 'make unit ARGS="tests/claims/test_iterations.py -k a_hope"' in text
    assert ".venv/bin/python scripts/draw.py --only a_hope" in text


def test_only_a_refuted_statement_is_marked_false() -> None:
    marked = "**False, as the source has it.** "
    assert marked + REFUTED.statement in pages.claims_page([REFUTED])
    assert marked not in pages.claims_page([HOLDS])


def test_the_abstract_is_made_precise_by_claims_that_exist() -> None:
    rows = [line for line in pages.prose("abstract").splitlines() if line.startswith("| ")][1:]
    slugs = {claim.slug for claim in load_claims()}
    assert rows
    for row in rows:
        links = re.findall(r"\[`(\w+)`\]\(#(\w+)\)", row.split("|")[-2])
        assert links and all(name == anchor and name in slugs for name, anchor in links)
    assert pages.prose("abstract") in pages.claims_page([])


@pytest.mark.parametrize("number", [*range(1, 11), 12])
def test_a_lemma_of_the_paper_is_found_by_its_number(number: int) -> None:
    rows = [line for line in pages.pages()["claims.md"].splitlines() if line[:2] == "| "]
    found = [row for row in rows if re.search(rf"Lemma {number}\b", row)]
    assert found
    for row in found:
        assert all(f"../{PLACES[kind].split('/')[0]}/" in row for kind in ("theory", "proof"))


def test_a_remark_on_a_claim_of_our_own_stays_with_the_claim() -> None:
    remark = "It needs $x > 0$."
    ours = replace(HOLDS, source="beyond the paper", finding=remark)
    theirs = replace(HOLDS, finding=remark)
    assert f"**Remark.** {remark}" in pages.claims_page([ours])
    assert remark not in pages.findings_page([ours])
    assert remark not in pages.claims_page([theirs])
    assert remark in pages.findings_page([theirs])


def test_counts_are_those_of_the_claims() -> None:
    line = pages.count_line([HOLDS, REFUTED, REFUTED])
    assert line == "3 claims: 1 holds, 0 amended, 2 refuted, 0 open."


def test_check_reports_a_stale_page_and_writing_mends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = ["--check", "--out", str(tmp_path)]
    assert claims_table.main(check) == 1
    assert "claims.md" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert claims_table.main(["--out", str(tmp_path)]) == 0
    assert claims_table.main(check) == 0
    page = tmp_path / "findings.md"
    page.write_text(page.read_text(encoding="utf-8") + "x", encoding="utf-8")
    assert claims_table.main(check) == 1


def test_the_examples_in_the_how_to_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # one of them writes a file
    text = (pages.DOCS / "how-to.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    scope: dict[str, object] = {}
    for example in examples:
        exec(compile(example, "how-to.md", "exec"), scope)
    out = capsys.readouterr().out
    assert "Status.CONVERGED" in out and "PathStatus.FOLD 0.2597" in out
    assert "0.16 0.17 False" in out
    shown = re.findall(r"```text\n((?:ascent|retrain) .*?|ascent: .*?)```", text, flags=re.DOTALL)
    assert len(shown) == 2
    for printed in shown:
        assert printed in out


def test_every_stem_and_place_has_a_name_to_print() -> None:
    assert tuple(TITLES) == tuple(INTRODUCTIONS) == STEMS
    assert set(pages.PLACE_NAMES) == set(PLACES)


@pytest.mark.parametrize("claim", load_claims(), ids=lambda claim: claim.slug)
def test_the_text_of_a_claim_will_render(claim: Claim) -> None:
    for text in (claim.source, claim.statement, claim.finding, *claim.gaps.values()):
        # an unescaped \f or \r of \frac and \rho, and a $ or a brace without its partner
        assert re.search(r"[^\n\x20-\x7e\xa0-\U0010ffff]", text) is None
        assert text.replace(r"\$", "").count("$") % 2 == 0
        balance = text.replace(r"\{", "").replace(r"\}", "")
        assert balance.count("{") == balance.count("}")
    assert not re.search(r"[|\n]", claim.source)
    assert claim.statement.strip()
