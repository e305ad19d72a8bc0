"""The rows that an audit forgets where a column decides: the oldest, a group; and the worst."""

from __future__ import annotations

import numpy as np
import pytest

from logreg_unlearn.cli.audit import parse
from logreg_unlearn.cli.audit_input import load
from logreg_unlearn.cli.forgetting import ordered
from tests.cli.running import OWN, refused, strict, table

RAW = ("--label", "outcome", "--drop", "to_forget")
DAYS = np.random.default_rng(5).permutation(60)
DATES = [str(np.datetime64("2020-01-01") + int(day)) for day in DAYS]
SITES = [("north", "south", "east")[k % 3] for k in range(60)]


def loaded(folder, *arguments):
    return load(parse([str(folder / "data.csv"), *arguments]))


def test_the_oldest_rows_are_those_of_the_least_dates_or_numbers(tmp_path) -> None:
    table(tmp_path, when=DATES, day=[str(day) for day in DAYS])
    oldest = DAYS < 6
    for column, other in (("when", "day"), ("day", "when")):
        how = ("--forget", "oldest", "--order", column, "--drop", other)
        data = loaded(tmp_path, *RAW, *how)
        np.testing.assert_array_equal(data.forget, oldest)
        assert data.feature_names == ("age", "income", "intercept")
    wanted = DAYS < 15
    data = loaded(tmp_path, *RAW, *how, "--fraction", "0.25")
    np.testing.assert_array_equal(data.forget, wanted)


def test_a_group_is_forgotten_whole_in_a_file_and_in_a_bundled_set(audit, tmp_path) -> None:
    table(tmp_path, site=SITES, ward=[str(float(k % 4)) for k in range(60)])
    data = loaded(tmp_path, *RAW, "--drop", "ward", "--forget", "group", "--group", "site=south")
    np.testing.assert_array_equal(data.forget, np.array(SITES) == "south")
    assert "site" not in data.feature_names
    data = loaded(tmp_path, *RAW, "--drop", "site", "--forget", "group", "--group", "ward=2")
    np.testing.assert_array_equal(data.forget, np.arange(60) % 4 == 2)
    bundled = ("--dataset", "fair", "--forget", "group", "--group", "children=0")
    status, out, err = audit(*bundled, "--method", "finetune", "--steps", "20", "--json")
    assert (status, err) == (0, "")
    record = strict(out)["data"]
    assert record["forget"] == 2414 and "children" not in record["features"]


def test_a_column_of_the_kinds_name_marks_the_rows_unless_told_otherwise(tmp_path) -> None:
    table(tmp_path, group=[str(int(k < 9)) for k in range(60)], site=SITES)
    drop = ("--drop", "site", "--forget", "group")
    np.testing.assert_array_equal(loaded(tmp_path, *RAW, *drop).forget, np.arange(60) < 9)
    data = loaded(tmp_path, *RAW, *drop, "--group", "site=east")
    np.testing.assert_array_equal(data.forget, np.array(SITES) == "east")


def test_dates_of_any_precision_are_ordered_in_time() -> None:
    texts = ["2021-03", "2020-12-31T23:59:59", "2019", " 2020-12-31 "]
    assert np.argsort(ordered(texts, "when")).tolist() == [2, 3, 1, 0]
    np.testing.assert_array_equal(ordered(["1,5", "-2"], "k", ","), [1.5, -2.0])


MISTAKES = {
    "no order": (("--forget", "oldest"), ["--order with --forget oldest", "none"]),
    "no group": (("--forget", "group"), ["--group with --forget group", "none"]),
    "order, other kind": (("--forget", "random", "--order", "age"), ["--forget oldest", "random"]),
    "group alone": (("--group", "age=1"), ["--forget group", "no --forget"]),
    "no value": (("--forget", "group", "--group", "age"), ["COL=VALUE", "'age'"]),
    "no such value": (
        ("--forget", "group", "--group", "age=x"),
        ["a value of 'age'", "'x'", "it has"],
    ),
    "no such column": (("--forget", "oldest", "--order", "when"), ["'when'"]),
    "no such group": (
        ("--forget", "group", "--group", "site=nort"),
        ["'nort': did you mean north?", "it has 'east', 'north', 'south'"],
    ),
    "a share of a group": (
        ("--forget", "group", "--group", "site=north", "--fraction", "0.2"),
        ["--fraction with a kind", "'group'"],
    ),
    "a share of a class": (
        ("--forget", "whole_class", "--fraction", "0.2"),
        ["--fraction with a kind", "'whole_class'"],
    ),
    "a share of marks": (
        ("--forget", "to_forget", "--fraction", "0.2"),
        ["--fraction with a kind", "'to_forget'"],
    ),
    "no order in it": (
        ("--forget", "oldest", "--order", "site"),
        ["ISO dates", "'north' in row 1"],
    ),
}


@pytest.mark.parametrize(("arguments", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_line(audit, tmp_path, arguments, said) -> None:
    table(tmp_path, site=SITES)
    raw = RAW[:2] if "to_forget" in arguments else RAW
    own = [] if any(word.startswith("site") for word in arguments) else ["--drop", "site"]
    refused(audit("data.csv", *raw, *own, *arguments), *said)


def test_a_bundled_set_has_columns_and_numbers(audit) -> None:
    iris = ("--dataset", "iris_1v2", "--forget")
    refused(audit(*iris, "oldest", "--order", "when"), "a column of the data set", "'when'")
    names = load(parse(["--dataset", "iris_1v2", "--forget", "random"])).feature_names
    refused(audit(*iris, "group", "--group", f"{names[0]}=long"), "a number", "'long'")
    data = load(parse([*iris, "oldest", "--order", names[0]]))
    raw = load(parse(["--dataset", "iris_1v2", "--forget", "random"])).features[:, 0]
    assert data.forget is not None
    assert raw[data.forget].max() <= raw[~data.forget].min()
    assert data.feature_names == names[1:]


def test_times_in_a_zone_are_ordered_in_utc_and_today_is_no_date() -> None:
    texts = ["2024-05-31T10:00+02:00", "2024-05-31T09:00Z", "2024-05-31T05:00-0300"]
    assert ordered(texts, "when").tolist() == ordered(
        ["2024-05-31T08:00", "2024-05-31T09:00", "2024-05-31T08:00"], "when"
    ).tolist()  # fmt: skip
    with pytest.raises(ValueError, match=r"a time zone in every row .* or in none, got .* row 2"):
        ordered([*texts[:1], "2024-05-31T09:00"], "when")
    for word in ("now", "today", "NaT"):
        with pytest.raises(ValueError, match=f"expected numbers or ISO dates .*, got '{word}'"):
            ordered(["2024-05-31", word], "when")


def test_a_bundled_group_is_named_by_its_numbers(audit) -> None:
    group = ("--dataset", "iris_1v2", "--forget", "group", "--group")
    refused(audit(*group, "petal width (cm)=9"), "'9' (it has '1', '1.1', '1.2'")
    refused(audit(*group, "intercept=1"), "a column of the data set", "'intercept'")


def test_own_marks_are_read_as_before(tmp_path) -> None:
    table(tmp_path)
    assert loaded(tmp_path, *OWN).forget.sum() > 0
