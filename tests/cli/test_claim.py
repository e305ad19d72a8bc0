"""One claim at the command line: found, evaluated, compared with the certified solver."""

from __future__ import annotations

import re

import numpy as np
import pytest

from logreg_unlearn.claims import load_claims
from logreg_unlearn.cli import claim_solver
from logreg_unlearn.theory.cross_dimensional import oracle_closed_form
from logreg_unlearn.theory.single_coordinate import lambert_minimiser
from tests.cli.running import refused


@pytest.fixture
def claim(run):
    return lambda *arguments: run("claim", *arguments)


def numbers(out: str) -> dict[str, list[float]]:
    """Return the numbers of both witnesses by name, radii left out."""
    found = {}
    for line in (
        out.partition("\nclosed form\n")[2].partition("\nin the repository")[0].splitlines()
    ):
        name, _, rest = line.strip().partition("  ")
        rest = rest.partition("(")[0].strip("[] ")
        if re.fullmatch(r"[-+.,e \dinfa]+", rest):
            found[name.strip()] = [float(part) for part in rest.split(",")]
    return found


@pytest.mark.parametrize(
    "name", ["Lemma 4", "lemma 4", "paper, Lemma 4", "distance_growth", "distance-growth"]
)
def test_a_claim_is_found_by_slug_or_number_and_shown_whole(claim, name) -> None:
    status, out, err = claim(name, "--f", 0.3, "--rho", 4, "--ridge", 0.1)
    assert (status, err) == (0, "")
    assert out.startswith("distance_growth: holds (true as stated)\npaper, Lemma 4 (App. G)")
    assert r"|\ln(1+f(\rho-1))|" in out
    for place in ("closed form", "proof ", "test ", "figure"):
        assert re.search(rf"  {place}.*(::(test_)?|/)distance_growth", out), place
    found = numbers(out)
    assert found["value"][0] == pytest.approx(np.log(1 + 0.3 * 3), rel=1e-11)
    assert 0 < found["|w_D - w_R|"][0] < found["value"][0]


def test_words_of_a_name_need_no_quotation_marks(claim) -> None:
    assert claim("Lemma", "4")[1] == claim("Lemma 4")[1]


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Corollary 1", "vanishing_ridge"), ("Appendix J", "near_parallel_limit"),
     ("figure 5", "toy_trap"), ("Lemma 1", "random_forget_accuracy")],
)  # fmt: skip
def test_a_place_is_found_however_it_is_written(claim, name, slug) -> None:
    _, out, _ = claim(name)
    assert out.startswith(f"{slug}: "), out


def test_several_claims_of_a_place_are_listed(claim) -> None:
    status, out, _ = claim("Lemma 9")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == [
        "original_above_da",
        "detriment_window",
    ]
    refused(claim("Lemma 9", "--f", 0.3), "original_above_da", "detriment_window")
    assert len(claim()[1].splitlines()) == len(load_claims())


def test_the_solver_agrees_with_the_closed_form_in_a_block(claim) -> None:
    _, out, _ = claim("Lemma 2", "--f", 0.4, "--rho", 0.7, "--ridge", 0.2, "--p", 0.5)
    exact, found = lambert_minimiser(2.5, 0.7, 0.4), numbers(out)
    for field, name in (
        ("oracle", "oracle w_R"), ("original", "original w_D"),
        ("descent_ascent", "descent-ascent w_DA"),
    ):  # fmt: skip
        assert found[field][0] == pytest.approx(float(getattr(exact, field)), rel=1e-11)
        assert found[name][0] == pytest.approx(float(getattr(exact, field)), rel=1e-8)


def test_the_solver_agrees_with_the_closed_form_in_the_plane(claim) -> None:
    arguments = ("--epsilon", 0.4, "--s", 1.5, "--alpha", 0.3, "--f", 0.35)
    _, out, _ = claim("oracle_closed_form", *arguments)
    exact, found = oracle_closed_form(0.4, 1.5), numbers(out)
    assert found["x"][0] == pytest.approx(float(exact.x), rel=1e-11)
    assert found["x, y of oracle"] == pytest.approx([float(exact.x), float(exact.y)], rel=1e-8)
    _, out, _ = claim("logistic_cross_dimensional", *arguments)
    found = numbers(out)
    assert found["x, y of descent-ascent"] == pytest.approx(found["x"] + found["y"], rel=1e-8)


def test_the_solver_agrees_with_the_limit_of_strong_ridges(claim) -> None:
    _, out, _ = claim(
        "strong_ridge_limit", "--mean-retain", "1,0", "--mean-forget", "0.5,1", "--f", 0.2,
        "--ridge", 1e6,
    )  # fmt: skip
    found = numbers(out)
    for word in ("oracle", "original", "descent_ascent"):
        measured = found[f"ridge times {word.replace('_', '-')}"]
        assert found[word] == pytest.approx(measured, abs=1e-5)


def test_the_solver_lies_within_the_sandwich(claim) -> None:
    _, out, _ = claim("distance_sandwich", "--gradient-norm", 0.1, "--ridge", 0.3,
                      "--smoothness", 0.5)  # fmt: skip
    found = numbers(out)
    assert found["lower"][0] < found["distance to w_R"][0] < found["upper"][0]


@pytest.mark.parametrize(
    "arguments",
    [("lift_conservation", "--p", "0.2,0.3", "--rho", "1,2"),
     ("random_forget_accuracy", "--deviation", "0.1", "--forget-size", "100"),
     ("log_loss_derivatives", "--margin", "0.5"),
     ("alternating_fixed_point", "--rho", "2")],
)  # fmt: skip
def test_where_no_solver_has_a_number_the_reason_is_said(claim, arguments) -> None:
    status, out, err = claim(*arguments)
    assert status == 0, err
    assert re.search(r"certified solver\n  none: \w+ \w+", out)


def test_an_overlooked_number_of_the_solver_is_asked_for(claim) -> None:
    _, out, _ = claim("harm_threshold", "--f", 0.3)
    assert "give --rho, --ridge, --p as well for its numbers" in out


@pytest.mark.parametrize("each", load_claims(), ids=lambda each: each.slug)
def test_every_claim_shows_itself_and_says_what_it_takes(claim, each) -> None:
    status, out, err = claim(each.slug)
    assert (status, err) == (0, "")
    assert out.startswith(each.slug) and f"{each.slug} takes " in out
    assert claim(each.slug, "--help")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["harm_treshold"], ["'harm_treshold'", "did you mean harm_threshold?"]),
        (["Lemma 99"], ["'Lemma 99'", "slug", "Lemma 4"]),
        (["Lemma 2", "--f", "0.3"], ["--s, --rho", "lambert_minimiser takes --s, --rho, --f"]),
        (["Lemma 4", "--f", "3", "--rho", "1"], ["in (0, 1)", "3", "distance_growth takes"]),
        (["Lemma 4", "--f", "many", "--rho", "1"], ["--f", "numbers", "'many'"]),
        (["Lemma 4", "--epsilon", "1"], ["--epsilon"]),
        (["Lemma 2", "--s", "1", "--ridge", "1", "--f", "0.3", "--rho", "1"], ["both"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_mistakes_are_answered_in_one_line(claim, arguments, words) -> None:
    refused(claim(*arguments), *words)


@pytest.mark.parametrize("found", load_claims(), ids=lambda found: found.slug)
def test_every_claim_has_numbers_of_the_solver_or_says_why_not(found) -> None:
    assert all(line.startswith("  ") for line in claim_solver.lines(found, {}))


def test_lists_that_do_not_go_together_and_a_ridge_of_0_are_one_line(claim) -> None:
    at = ("harm_threshold", "--f", 0.3, "--rho", 4)
    refused(claim(*at, "--p", "0.1,0.2", "--ridge", "1,2,3"), "lists of one length", "--p (2,)")
    status, out, err = claim(*at, "--ridge", 0)
    assert (status, err) == (0, "") and "no such data set (expected a ridge > 0, got 0.0)" in out
