"""Figures of two directions: their numbers are the theory's and the solver's."""

from __future__ import annotations

from figures._solving import minima
from figures.cross_dimensional._plane import ordered, plane
from figures.cross_dimensional.crosses_the_oracle import REGIONS

import numpy as np
import pytest

from logreg_unlearn.theory import cross_dimensional as theory
from tests.figures.drawings import column


def test_da_existence() -> None:
    name = "da_existence"
    e, r = column(name, "point_epsilon"), column(name, "strength")
    level = np.log(column(name, "point_alpha_k"))
    below = level < theory.da_existence(e, r, 0.5).log_alpha_k
    assert np.array_equal(below, column(name, "minimum") == 1)
    assert 0.4 < below.mean() < 0.6


@pytest.mark.parametrize(("panel", "setting"), [("mild", (1.0, 0.5)), ("strong", (100.0, 0.1))])
def test_detriment_window(panel: str, setting: tuple[float, float]) -> None:
    name, (r, f) = "detriment_window", setting
    e, alpha = (column(name, f"{panel}_point_{key}") for key in ("epsilon", "alpha"))
    kind = column(name, f"{panel}_point_kind")
    window = theory.detriment_window(e, r, f)
    # a point is drawn as ordered exactly inside the region, as without a minimum above the fold
    inside = (alpha >= window.low) & (alpha <= window.high)
    assert np.array_equal(inside, kind == "ordered") and inside.any()
    assert np.array_equal(alpha > window.fold, kind == "none")
    paper = (column(name, f"{panel}_paper_low"), column(name, f"{panel}_paper_high"))
    assert np.any(paper[0] <= paper[1]) == (panel == "mild")


def test_the_map_of_the_window_closes_where_the_claim_says() -> None:
    r, f, width = (
        column("detriment_window", f"map_{key}") for key in ("strength", "fraction", "log_width")
    )
    assert r[width >= 0].max() <= 3.05 and r[width >= 0].max() > 2.0
    for strength, fraction, open_ in ((1.0, 0.5, True), (1.0, 0.3, False), (1.0, 0.7, False)):
        nearest = np.argmin(np.abs(np.log(r / strength)) + np.abs(f - fraction))
        assert (width[nearest] >= 0) == open_


@pytest.mark.parametrize(("panel", "setting"), [("mild", (1.0, 0.5)), ("strong", (100.0, 0.1))])
def test_order_implies_distance(panel: str, setting: tuple[float, float]) -> None:
    r, f = setting
    e, alpha, ratio = (
        column("order_implies_distance", f"{panel}_{key}") for key in ("epsilon", "alpha", "ratio")
    )
    minimum, _ = theory.da_stationary_points(e, r, alpha, f)
    oracle = theory.oracle_closed_form(e, r)
    exact = minimum.distance(oracle) / theory.original_point(e, r, alpha, f).distance(oracle)
    np.testing.assert_allclose(ratio, exact, rtol=1e-6)  # NaN where there is no minimum
    criterion = theory.order_implies_distance(e, r, alpha, f)
    assert np.all(ratio[criterion] >= 1) and criterion.sum() > 10
    assert np.any(ratio[~criterion] > 1) and np.any(ratio[~criterion] < 1)


def test_crosses_the_oracle() -> None:
    name = "crosses_the_oracle"
    ends, best = [], []
    for k, (_, e, r, alpha, f) in enumerate(REGIONS):
        w = np.stack([column(name, f"w_i {k}"), column(name, f"w_j {k}")], axis=1)
        distance = column(name, f"distance {k}")
        np.testing.assert_allclose(w[0], theory.original_point(e, r, alpha, f).w, atol=1e-8)
        nu = (w[:, 1] - e * w[:, 0]) / (1 - e**2)
        assert nu[0] > 0 > nu[-1]
        minimum, _ = theory.da_stationary_points(e, r, alpha, f)
        if minimum.exists:
            np.testing.assert_allclose(w[-1], minimum.w, atol=1e-3)  # slow next to the fold
        else:
            assert distance[-1] > 10
        ends.append(distance[-1])
        best.append(distance.min())
    assert ends[0] < 1 < ends[1] and 1 < ends[2] < ends[3] and ends[5] < 1
    assert max(best) < 0.95
    points = [region[1:] for region in REGIONS]
    assert [bool(theory.ordered(*point)) for point in points] == [False] * 2 + [True] + [False] * 3


def test_negative_correlation() -> None:
    name = "negative_correlation"
    e, solved = column(name, "epsilon"), column(name, "point_epsilon")
    for side in ("x_D - x_R", "x_DA - x_R", "y_D - y_R", "y_DA - y_R"):
        at_points = np.interp(solved, e, column(name, side))
        np.testing.assert_allclose(column(name, f"point {side}"), at_points, atol=2e-3)
    negative = e < 0
    assert np.all(column(name, "x_D - x_R")[negative] < 0)
    assert np.all(column(name, "x_DA - x_R")[negative] > 0)
    assert np.all(column(name, "y_D - y_R")[negative] > 0)
    assert np.all(column(name, "y_DA - y_R")[negative] < 0)
    for alpha in (0.05, 0.1, 0.2, 0.3):
        below = solved[solved < 0]
        _, _, ratio = theory.negative_correlation(below, 1.0, alpha, 0.5)
        drawn_ratio = column(name, f"point ratio alpha={alpha:g}")[solved < 0]
        np.testing.assert_allclose(drawn_ratio, ratio, rtol=1e-6)


def test_logistic_cross_dimensional() -> None:
    name = "logistic_cross_dimensional"
    assert np.all(column(name, "point_certified"))
    e, level, count = (column(name, f"point_{key}") for key in ("epsilon", "alpha_k", "count"))
    low, high = (np.exp(v) for v in theory.logistic_folds(e, np.array(100.0)))
    inside = (np.nan_to_num(low, nan=np.inf) < level) & (level < np.nan_to_num(high))
    assert np.array_equal(count, np.where(inside, 3, 1)) and inside.any()
    for at in zip(e[::7], level[::7], count[::7], column(name, "point_ordered")[::7], strict=True):
        overlap, share, number, drawn_as_ordered = at
        found = minima(plane(overlap, 100.0, share * 0.1 / 0.9, 0.1, "logistic"))
        # the solver finds one of the minima: where there is one, it decides
        if number == 1 or ordered(found, overlap):
            assert drawn_as_ordered == ordered(found, overlap)
    assert 0 < column(name, "point_ordered").sum() < len(e)
    share = column(name, "alpha_k")
    for r, folds in ((10.0, None), (100.0, (0.0918, 0.1209)), (1000.0, (0.0136, 0.0524))):
        three = share[column(name, f"count r={r:g}") == 3]
        if folds is None:
            assert three.size == 0
        else:
            np.testing.assert_allclose([three.min(), three.max()], folds, rtol=2e-3)
        highest, lowest = column(name, f"y highest r={r:g}"), column(name, f"y lowest r={r:g}")
        assert np.all(lowest <= highest)
        saddle, several = column(name, f"y saddle r={r:g}"), column(name, f"count r={r:g}") == 3
        assert np.array_equal(np.isfinite(saddle), several)
        assert np.all((lowest < saddle)[several] & (saddle < highest)[several])
        assert np.all(np.diff(highest) < 0) and np.all(np.diff(lowest) < 0)


def test_near_parallel_limit() -> None:
    name = "near_parallel_limit"
    e, chosen = column(name, "epsilon"), column(name, "point_epsilon")
    for ridge in (4.0, 5.0, 8.0):
        curve = column(name, f"sum ridge={ridge:g}")
        solved = column(name, f"point sum ridge={ridge:g}")
        minimum, _ = theory.da_stationary_points(chosen, 1 / (9 * ridge), 1.0, 0.1)
        np.testing.assert_allclose(solved, minimum.w.sum(axis=-1), rtol=1e-7)
        limit = column(name, f"limit ridge={ridge:g}")[0]
        assert np.isnan(limit) == np.isnan(curve[-1]) == (ridge < 4.8325)
        if ridge > 4.8325:
            assert abs(curve[-1] - limit) < 1e-6
    for point in ("original", "oracle"):
        at_points = np.interp(chosen, e, column(name, point))
        np.testing.assert_allclose(column(name, f"point {point}"), at_points, rtol=1e-4)
    edge = np.interp(
        column(name, "map_point_epsilon"), column(name, "map_epsilon"), column(name, "least_ridge")
    )
    above = column(name, "map_point_ridge") > edge
    assert np.array_equal(above, column(name, "map_point_exists"))
    at_one = np.interp(1.0, column(name, "map_epsilon"), column(name, "least_ridge"))
    assert at_one == pytest.approx(2 * np.e * (1 - 1 / 9), rel=2e-3)
