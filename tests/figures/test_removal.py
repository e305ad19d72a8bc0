"""What the figures of the removal methods say is what their tables hold."""

from __future__ import annotations

from pathlib import Path

from figures.removal._slack import RIDGES, slack

import numpy as np
import pytest
import slack as printed

from logreg_unlearn.theory import removal as theory
from tests.figures.drawings import columns

ROOT = Path(__file__).resolve().parents[2]
FALSE_FOR_SETS = {
    "descent-to-delete, published for one row",
    "the worst case, published for one row",
    "Newton residual, published product",
}


def test_every_bound_that_holds_is_above_the_truth() -> None:
    table = columns("deletion_sensitivity")
    sound = ~np.isin(table["bound"], list(FALSE_FOR_SETS))
    assert (table["slack"][sound] >= 1 - 1e-6).all()
    one_row = table["slack"][table["bound"] == "the worst case, published for one row"]
    assert one_row.min() < 0.5
    gradient = table["slack"][table["bound"] == "sensitivity, gradient at the original"]
    assert gradient.max() < 20 and gradient.min() < 1.5


def test_slack_is_printed_as_it_is_drawn() -> None:
    first = slack("anes96", RIDGES[1])["sensitivity, mean lengths"]
    assert printed.number(first) == "128"
    assert [printed.number(v) for v in (0.0123, 1.26, 12345.6, 1.26e11)] == [
        "0.012", "1.3", "12346", "1.3e+11",
    ]  # fmt: skip
    assert printed.table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_the_docs_show_the_slack_that_is_measured() -> None:
    lines = (ROOT / "docs" / "theory.md").read_text(encoding="utf-8").splitlines()
    rows = {cells[0]: cells[1:] for line in lines if (cells := line.strip("| ").split(" | "))[1:]}
    at = rows["bound / truth"].index("anes96")
    for k, ridge in enumerate(RIDGES):
        for bound, value in slack("anes96", ridge).items():
            assert float(rows[bound][at].split(", ")[k]) == pytest.approx(value, rel=0.06), bound


def test_the_published_noise_fails_beyond_a_few_rows() -> None:
    table = columns("descent_to_delete")
    assert (table["ratio"] <= 1).all() and (table["distance"] <= table["bound"]).all()
    many = table["forgotten"] > 10
    assert (table["published ratio"][many] > 1).all() and table["published ratio"].max() > 20
    assert (table["published ratio"][table["forgotten"] < 4] < 1).all()


def test_rewinding_falls_with_its_bound() -> None:
    table = columns("rewind_to_delete")
    assert (table["distance"] <= table["convex"]).all()
    assert (np.diff(table["distance"]) < 0).all() and (np.diff(table["convex"]) < 0).all()
    assert (table["published"] > 1e12 * table["convex"]).all()


def test_the_rate_is_below_the_published_epsilon() -> None:
    table = columns("noisy_descent")
    assert (table["epsilon"] < table["published"]).all()
    # the noise is such that the rate is 1 at first
    first = table["epsilon"][table["steps"] == 0]
    np.testing.assert_allclose(first, 1 + 2 * np.sqrt(np.log(1e5)))
    assert (table["inside"][:10] == 1).all() and table["outside"][10] < 0.1


def test_the_residual_grows_with_the_set() -> None:
    table = columns("worst_case_residual")
    assert (table["residual"] <= table["amended"]).all()
    assert (table["residual"] > table["published"])[table["rows"] > 60].all()
    half = table["rows"] / 2
    bound = theory.worst_case_residual(half, half, 1.0, 1.0).amended
    np.testing.assert_allclose(table["amended"], bound)


def test_the_projection_is_the_step_once_the_rows_span_the_space() -> None:
    table = columns("projective_update")
    spanning = table["forgotten"] >= 31
    np.testing.assert_allclose(table["projective"][spanning], table["newton"][spanning], rtol=1e-4)
    assert (table["projective"][table["forgotten"] < 20] > 3 * table["newton"].max()).all()


def test_the_subspace_oracle_is_never_above_the_newton_step() -> None:
    table = columns("subspace_oracle")
    assert (table["subspace"] <= table["newton"] * (1 + 1e-6)).all()
    assert (table["newton"] < table["original"]).all()


def test_an_unknown_option_is_refused(capsys) -> None:
    with pytest.raises(SystemExit, match="2"):
        printed.main(["--bogus"])
    told = capsys.readouterr()
    assert told.out == "" and "got --bogus" in told.err and told.err.count("\n") == 1
