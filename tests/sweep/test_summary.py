"""Counts, quantiles and words of the sweep's table and headline."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.sweep.case import Row
from logreg_unlearn.sweep.summary import dependence_key, grouped, headline, summarise

BASE = Row(
    model="gaussian",
    dataset="gaussian",
    loss="logistic",
    correlation=0.5,
    forget_kind="shifted",
    forget_fraction=0.1,
    ridge=0.1,
    seed=0,
    method="da",
    step_size=1.0,
    steps=100,
    status="CONVERGED",
    distance_original=1.0,
    distance_final=2.0,
    ratio_final=2.0,
    ratio_best=0.5,
    best_step=3,
    first_step_alignment=0.5,
    verdict="HARMED",
    oracle_radius=1e-9,
    influence_overlap=0.5,
)


def row(ratio: float, **changes) -> Row:
    if math.isinf(ratio):
        word = "DIVERGED"
    elif ratio == 1.0:
        word = "UNCHANGED"
    else:
        word = "HARMED" if ratio > 1.0 else "HELPED"
    return replace(BASE, **({"ratio_final": ratio, "verdict": word} | changes))


def test_farther_counts_harmed_and_diverged_alone() -> None:
    verdicts = [row(v).verdict for v in (0.5, 1.0, 2.0, np.inf)]
    assert verdicts == ["HELPED", "UNCHANGED", "HARMED", "DIVERGED"]
    assert [row(v).farther for v in (0.5, 1.0, 2.0, np.inf)] == [False, False, True, True]


def test_headline_counts_and_names_the_worst_finite_case() -> None:
    worst = row(137.2, model="real", dataset="anes96", forget_kind="easiest", ridge=0.01)
    rows = [row(0.5), row(1.0), row(2.0), worst, row(np.inf), row(np.inf), row(0.1), row(3.0)]
    text = headline(rows)
    assert text.startswith(
        "5 of 8 cases (62 %) of this grid (7 gaussian, 1 real) ended farther from the oracle "
        "than the original"
    )
    assert "2 of them by diverging" in text
    assert "137x as far (anes96, da, logistic loss, forget easiest, measured cosine 0.50" in text
    assert "ridge 0.01" in text and text.endswith(".") and "\n" not in text


def test_headline_without_divergence_or_without_a_finite_case() -> None:
    assert "diverging" not in headline([row(0.5), row(2.0)])
    assert headline([row(np.inf)]) == (
        "1 of 1 case (100 %) of this grid (1 gaussian) ended farther from the oracle "
        "than the original model, 1 of them by diverging."
    )


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        (("exponential",) * 2, ", 2 of them by diverging, all under the exponential loss"),
        (("logistic",) * 2, ", 2 of them by diverging, all under the logistic loss"),
        (
            ("logistic", "exponential", "exponential"),
            ", 3 of them by diverging (1 under the logistic loss, 2 under the exponential loss)",
        ),
    ],
)
def test_headline_says_under_which_loss_the_cases_diverged(losses, words) -> None:
    others = [row(2.0, loss=loss) for loss in ("logistic", "exponential")]
    text = headline(others + [row(np.inf, loss=loss) for loss in losses])
    assert words in text


@pytest.mark.parametrize(
    ("model", "words"),
    [("blocks", "lift"), ("two-directions", "cosine"), ("real", "measured cosine")],
)
def test_headline_calls_the_dependence_by_its_name(model, words) -> None:
    assert f" {words} 0.25, f = 0.1, " in headline([row(3.0, model=model, correlation=0.25)])


@pytest.mark.parametrize(("ratio", "said"), [(1.0 + 1e-9, True), (1.0, False), (0.7, False)])
def test_headline_names_a_worst_case_only_where_it_ended_farther(ratio, said) -> None:
    assert ("the worst" in headline([row(ratio), row(0.5)])) == said


def test_headline_ignores_an_infinite_ratio_that_did_not_diverge() -> None:
    at_oracle = row(np.inf, verdict="HARMED")
    text = headline([at_oracle, row(2.0)])
    assert text.startswith("2 of 2 cases") and "diverging" not in text and " 2x " in text


ratios = st.one_of(st.floats(1e-12, 1e12), st.just(math.inf))


@given(st.lists(ratios, min_size=1, max_size=60))
def test_quantiles_are_observed_values_in_order_and_never_nan(values) -> None:
    (group,) = grouped([row(v) for v in values], lambda r: ("all", ""))
    low, middle, high = group.final
    assert low <= middle <= high  # false for a NaN
    assert {low, middle, high} <= set(values)
    n = len(values)
    assert sum(v < low for v in values) <= 0.05 * n
    assert sum(v > high for v in values) <= 0.05 * n
    assert 2 * sum(v <= middle for v in values) >= n
    assert 2 * sum(v >= middle for v in values) >= n
    assert group.cases == n
    assert group.diverged == sum(math.isinf(v) for v in values)
    assert group.farther == sum(v > 1.0 for v in values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2.0], (2.0, 2.0, 2.0)),
        ([1.0, np.inf], (1.0, 1.0, np.inf)),
        ([np.inf] * 3, (np.inf, np.inf, np.inf)),
        ([1.0, np.inf, np.inf], (1.0, np.inf, np.inf)),
        ([3.0, 1.0, 2.0], (1.0, 2.0, 3.0)),
    ],
)
def test_quantiles_of_small_samples(values, expected) -> None:
    (group,) = grouped([row(v) for v in values], lambda r: ("all", ""))
    assert group.final == expected


def test_groups_keep_the_order_in_which_they_appear() -> None:
    rows = [row(2.0, correlation=c) for c in (0.5, -0.5, 0.5, 1.0)]
    groups = summarise(rows)
    assert [g.key[1] for g in groups] == [
        "cosine +0.50", "cosine -0.50", "cosine +1.00",
    ]  # fmt: skip
    assert [g.cases for g in groups] == [2, 1, 1]


def test_real_data_is_summarised_by_forget_set_and_again_by_data_set() -> None:
    rows = [
        row(2.0, model="real", dataset=name, forget_kind=kind)
        for name in ("a", "b")
        for kind in ("random", "easiest", "hardest")
    ]
    groups = summarise([row(2.0), *rows])
    assert [(g.key, g.cases) for g in groups] == [
        (("gaussian", "cosine +0.50"), 1),
        (("real, forget set", "random"), 2),
        (("real, forget set", "easiest"), 2),
        (("real, forget set", "hardest"), 2),
        (("real, data set", "a"), 3),
        (("real, data set", "b"), 3),
    ]


@pytest.mark.parametrize(
    ("loss", "lift", "region"),
    [
        # f = 1/10: harm from 1/11; ridge 0.1 and share 0.1: fold at 1 + 1/e
        ("logistic", 0.0, "lift <= f/(1+f)"),
        ("logistic", 0.0909, "lift <= f/(1+f)"),
        ("logistic", 0.0910, "f/(1+f) < lift < 1"),
        ("logistic", 1.0, "lift = 1 (w_D = w_R)"),
        ("logistic", 6.0, "1 < lift"),
        ("exponential", 1.367, "1 < lift"),
        ("exponential", 1.368, "lift beyond the fold"),
    ],
)
def test_lift_regions_change_at_the_thresholds(loss, lift, region) -> None:
    key = dependence_key(row(2.0, model="blocks", loss=loss, correlation=lift))
    assert key == ("blocks", region)


def test_cosines_fall_into_bins_of_a_quarter_that_hold_them() -> None:
    for cosine in (-1.0, -0.9945, -0.75, -1e-12, 0.0, 0.2, 0.25, 0.75, 0.99, 1.0):
        model, words = dependence_key(row(2.0, model="two-directions", correlation=cosine))
        low, high = (float(word) for word in words.removeprefix("cosine ").split(" ... "))
        assert model == "two-directions"
        assert low - 1e-9 <= cosine <= high
        assert high <= 1.0, f"no cosine lies in {words!r}"
