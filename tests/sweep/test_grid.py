"""The grid: its counts, its ranges, and lists as they are typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logreg_unlearn.data.forget_sets import SWEPT
from logreg_unlearn.sweep.case import MODELS
from logreg_unlearn.sweep.grid import DRAWN_KINDS, Grid, parse_values
from logreg_unlearn.sweep.runner import run_cases
from tests.sweep_cases import SMALL


def test_default_grid_counts() -> None:
    cases = Grid().cases(0)
    count = {model: sum(case.model == model for case in cases) for model in MODELS}
    drawn = sum(kind in DRAWN_KINDS for kind in SWEPT)
    fixed = len(SWEPT) - drawn
    assert count == {
        "blocks": 2 * 3 * 4 * 25,
        "two-directions": 2 * 13 * 11,
        "gaussian": 2 * 3 * 4 * 9 * 10,
        "real": 2 * 4 * (10 * drawn + fixed),
    }
    assert len(Grid().quick().cases(0)) < len(cases) / 5
    assert {case.model for case in Grid().quick().cases(0)} == set(MODELS)
    assert {case.seed for case in Grid(seeds=3).cases(4)} == {4, 5, 6}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lifts": (0.0, 10.1)}, r"expected lifts in \[0, 10\], got 10.1"),
        ({"lifts": (-0.1,)}, r"expected lifts in \[0, 10\], got -0.1"),
        ({"correlations": (2.0,)}, r"expected correlations in \[-1, 1\], got 2"),
        ({"alphas": (1.5,)}, r"expected alphas in \[0, 1\], got 1.5"),
        ({"fractions": (0.0,)}, r"expected fractions in \(0, 1\), got 0"),
        ({"real_fractions": (1.0,)}, r"expected .*fractions in \(0, 1\), got 1"),
        ({"ridges": (0.0,)}, r"expected ridges in \(0, inf\), got 0"),
        ({"real_ridges": (-1.0,)}, r"expected .*ridges in \(0, inf\), got -1"),
        ({"direction_ridges": (0.0,)}, r"expected .*ridges in \(0, inf\), got 0"),
        ({"seeds": 0}, "expected seeds >= 1, got 0"),
        ({"steps": 0}, "expected steps >= 1, got 0"),
    ],
)
def test_values_outside_their_range_are_refused_before_anything_runs(changes, message) -> None:
    with pytest.raises(ValueError, match=message):
        Grid(**changes).cases(0)


@pytest.mark.parametrize("fraction", [0.0004, 0.001, 0.9996])
def test_a_fraction_of_too_few_rows_runs_or_is_refused_by_name(fraction) -> None:
    grid = replace(SMALL, models=("blocks", "two-directions", "gaussian"), fractions=(fraction,))
    try:
        cases = replace(grid, steps=5).cases(0)
    except ValueError as error:
        assert "fraction" in str(error) and f"{fraction:g}" in str(error)
    else:
        assert len(run_cases(cases)) == len(cases)


def test_the_ends_of_the_ranges_run() -> None:
    ends = replace(
        SMALL, models=("blocks", "two-directions", "gaussian"), lifts=(0.0, 10.0),
        alphas=(0.0, 1.0), correlations=(-1.0, 1.0), epsilons=(-1.0, 1.0), steps=50, seeds=1,
    )  # fmt: skip
    rows = run_cases(ends.cases(0))
    assert len(rows) == 2 * (2 + 4 + 2)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1", (1.0,)),
        ("0,0.5,1", (0.0, 0.5, 1.0)),
        (" 1, 2 ", (1.0, 2.0)),
        ("-1:1:5", (-1.0, -0.5, 0.0, 0.5, 1.0)),
        ("3:3:1", (3.0,)),
        ("1:0:2", (1.0, 0.0)),
        ("1e-3", (0.001,)),
    ],
)
def test_lists_and_ranges_are_read(text, values) -> None:
    assert parse_values(text) == values


def test_a_range_holds_the_numbers_a_person_means() -> None:
    assert parse_values("0:1:11") == tuple(k / 10 for k in range(11))


@pytest.mark.parametrize(
    "text", ["", ",", "1,,2", "a", "0:1", "0:1:0", "0:1:2:3", "0:1:1.5", "0:1:-3", "x:1:3", "1;2"]
)
def test_other_lists_are_refused(text) -> None:
    with pytest.raises(
        ValueError, match=r"expected numbers like 0,0\.5,1 or start:stop:count, got"
    ):
        parse_values(text)


@pytest.mark.parametrize("text", ["nan", "inf", "0,inf", "0:inf:3", "nan:1:2"])
def test_numbers_that_are_not_finite_are_refused(text) -> None:
    # warnings are errors here: a range that ends at infinity must not warn either
    with pytest.raises(ValueError, match=r"expected (finite )?numbers"):
        parse_values(text)


def test_a_grid_of_any_size_is_counted_and_begun_at_once() -> None:
    grid = Grid(models=("gaussian", "real"), seeds=10**9)
    assert grid.size() > 10**9
    assert next(grid.stream(7)).seed == 7


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"models": ("real", "blocks"), "seeds": 3, "real_fractions": (0.1, 0.2)},
        {"lifts": (0.5, 1.0), "methods": ("da", "ga"), "direction_ridges": (1.0, 2.0)},
    ],
)
def test_the_size_is_the_number_of_cases(changes) -> None:
    grid = replace(Grid().quick(), **changes)
    assert grid.size() == len(grid.cases(0)) > 0


def test_a_grid_is_checked_before_its_first_case_is_asked_for() -> None:
    with pytest.raises(ValueError, match="expected seeds >= 1"):
        Grid(seeds=0).stream(0)
