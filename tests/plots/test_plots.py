"""Figures on ordinary and degenerate input: no warning, nothing cut off, no label twice."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from functools import lru_cache

import matplotlib
import numpy as np
import pytest

from logreg_unlearn import plots
from logreg_unlearn.cli.sweep_text import draw, figures
from logreg_unlearn.sweep import panels
from logreg_unlearn.sweep.case import Row
from logreg_unlearn.sweep.grid import Grid
from logreg_unlearn.sweep.runner import run_cases
from logreg_unlearn.theory.iterations import strong_ridge_harm_correlation
from logreg_unlearn.theory.single_coordinate import harm_threshold
from tests.legends import check_legends

PNG = b"\x89PNG\r\n\x1a\n"
ONE = Grid(
    losses=("logistic",),
    datasets=("wine_0v1",),
    kinds=("random",),
    lifts=(2.0,),
    epsilons=(0.5,),
    alphas=(0.5,),
    correlations=(0.5,),
    fractions=(0.2,),
    ridges=(1.0,),
    seeds=1,
    steps=50,
)
MODELS = ("blocks", "two-directions", "gaussian", "real")


@lru_cache
def rows_of(model: str, **changes) -> list[Row]:
    grid = replace(ONE, models=(model,), **changes)
    return run_cases(grid.cases(0))


@pytest.mark.parametrize("model", MODELS)
def test_one_point_is_drawn(model) -> None:
    check_legends(draw(model, rows_of(model)), whole=False)


@pytest.mark.parametrize("model", MODELS)
def test_the_legend_of_a_single_panel_fits_the_page(model) -> None:
    check_legends(draw(model, rows_of(model)))


def test_the_legend_of_the_quick_grid_fits_the_page() -> None:
    rows = rows_of("gaussian", fractions=(0.1, 0.7), ridges=(0.1, 1.0), correlations=(-1.0, 1.0))
    check_legends(draw("gaussian", rows))


@pytest.mark.parametrize("model", MODELS)
def test_cases_that_all_diverged_are_drawn(model) -> None:
    rows = [
        replace(
            row, verdict="DIVERGED", status="DIVERGED", ratio_final=math.inf,
            distance_final=math.inf,
        )
        for row in rows_of(model, seeds=2)
    ]  # fmt: skip
    check_legends(draw(model, rows), whole=False)


@pytest.mark.parametrize("model", MODELS)
def test_both_losses_give_a_row_of_panels_each(model) -> None:
    rows = rows_of(
        model, losses=("logistic", "exponential"), lifts=(0.0, 1.0, 3.0), epsilons=(-0.5, 0.0, 0.5),
        alphas=(0.2, 0.8), correlations=(-1.0, 1.0), fractions=(0.2, 0.5), ridges=(0.3, 3.0),
        kinds=("random", "easiest"), datasets=("wine_0v1", "iris_1v2"), seeds=2,
    )  # fmt: skip
    figure = draw(model, rows)
    check_legends(figure)
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    assert len(titles) == (2 if model == "two-directions" else 4)
    assert len(set(titles)) == len(titles)
    assert any("logistic" in t for t in titles) and any("exponential" in t for t in titles)


def test_more_ridges_and_methods_than_colours_are_drawn() -> None:
    ridges = tuple(0.5 + 0.25 * k for k in range(len(plots.COLOURS) + 2))
    for model in ("blocks", "gaussian"):
        check_legends(draw(model, rows_of(model, ridges=ridges, steps=5)), whole=False)


def test_block_panels_carry_the_closed_form_and_the_boundaries() -> None:
    lifts = (0.0, 0.1, 0.5, 0.9, 1.1, 2.0, 4.0)
    rows = rows_of("blocks", losses=("exponential",), lifts=lifts, ridges=(0.2,), steps=100_000)
    (panel,) = panels.blocks(rows)
    (series,) = panel["series"]
    assert panel["harm"] == float(harm_threshold(0.2)) == pytest.approx(0.2 / 1.2)
    assert series["fold"] == pytest.approx(1.0 + 0.2 / (math.e * 0.1))
    # the iterations lie on the curve, and diverge where it has ended
    assert list(series["diverged"]) == [2.0, 4.0]
    on_curve = np.interp(series["lift"], series["curve_lift"], series["curve_ratio"])
    away = np.abs(series["lift"] - 1.0) > 0.2
    assert np.allclose(on_curve[away], series["ratio"][away], rtol=1e-2, atol=2e-2)
    assert np.all(np.isnan(series["curve_ratio"][series["curve_lift"] > series["fold"]]))


def test_a_closed_form_of_descent_ascent_is_drawn_for_descent_ascent_alone() -> None:
    rows = rows_of("blocks", methods=("neggrad+",), lifts=(0.3, 2.0), steps=20_000)
    (panel,) = panels.blocks(rows)
    (series,) = panel["series"]
    assert panel["harm"] is None
    assert series["curve_ratio"] is None and series["fold"] is None
    check_legends(plots.blocks([panel], 1), whole=False)


def test_direction_panels_hold_every_case_once() -> None:
    rows = rows_of("two-directions", epsilons=(0.5, -0.5, 0.0), alphas=(0.9, 0.1, 0.4))
    (panel,) = panels.directions(rows)
    assert list(panel["epsilon"]) == [-0.5, 0.0, 0.5] and list(panel["alpha"]) == [0.1, 0.4, 0.9]
    for row in rows:
        i = list(panel["alpha"]).index(float(row.forget_kind.split("=")[1]))
        j = list(panel["epsilon"]).index(float(row.dataset.split("=")[1]))
        assert panel["ratio"][i, j] == row.ratio_final
    assert panel["fold"] is None  # the logistic loss always has a stationary point


@pytest.mark.parametrize("loss", ["logistic", "exponential"])
def test_the_boundaries_of_directions_part_the_cells(loss) -> None:
    rows = rows_of(
        "two-directions", losses=(loss,), epsilons=(-0.9, 0.0, 0.9), direction_ridges=(0.5,),
        alphas=(0.02, 0.05, 0.1, 0.2, 0.4, 0.8), steps=20_000,
    )  # fmt: skip
    (panel,) = panels.directions(rows)
    for j, epsilon in enumerate(panel["epsilon"]):
        (equal,) = panel["equal"][1][np.isclose(panel["equal"][0], epsilon)]
        assert np.array_equal(panel["ratio"][:, j] > 1.0, panel["alpha"] > equal)
        if loss == "exponential":
            (fold,) = panel["fold"][1][np.isclose(panel["fold"][0], epsilon)]
            end = np.nan_to_num(fold, nan=np.inf)  # outside of what is drawn
            assert np.array_equal(np.isinf(panel["ratio"][:, j]), panel["alpha"] > end)
            assert equal < end
    check_legends(plots.directions([panel]), whole=False)


def test_directions_have_no_boundary_where_it_does_not_exist() -> None:
    (panel,) = panels.directions(rows_of("two-directions", methods=("neggrad+",)))
    assert panel["equal"] is None and panel["fold"] is None
    # the distances are equal beyond the largest alpha alone
    (panel,) = panels.directions(
        rows_of("two-directions", alphas=(0.05, 0.1), direction_ridges=(10.0,))
    )
    assert np.all(np.isnan(panel["equal"][1]))
    check_legends(plots.directions([panel]), whole=False)
    (panel,) = panels.directions(rows_of("two-directions", alphas=(0.0,)))
    assert panel["equal"] is None
    check_legends(plots.directions([panel]), whole=False)


def test_direction_labels_keep_values_apart() -> None:
    close = (0.1234561, 0.1234562)
    rows = rows_of("two-directions", epsilons=close, alphas=close)
    (panel,) = panels.directions(rows)
    assert panel["ratio"].shape == (2, 2) and np.all(np.isfinite(panel["ratio"]))


def test_the_strong_ridge_limit_is_drawn_for_strong_ridges_alone() -> None:
    cosines = (-1.0, 0.0, 0.5, 1.0)
    rows = rows_of("gaussian", correlations=cosines, ridges=(1.0, 30.0, 300.0), steps=20_000)
    (panel,) = panels.gaussian(rows)
    limit = panel["limit"]
    assert r"ridge $\geq$ 30: to 20 %" in limit["label"]
    for series in panel["series"][1:]:
        on_curve = np.interp(series["cosine"][:3], limit["cosine"], limit["ratio"])
        assert np.allclose(series["final"][1][:3], on_curve, rtol=0.2)
    # it crosses 1 where strong_ridge_harm_correlation says; at f = 0.2 it does nowhere
    assert limit["ratio"].min() > 1.0
    (other,) = panels.gaussian([replace(r, forget_fraction=0.8) for r in rows])
    assert other["limit"] is None  # these ratios do not follow that limit
    # a ridge is strong where every larger one is: 30 may agree by chance
    off = [replace(r, ratio_final=2.0 * r.ratio_final) if r.ridge > 100.0 else r for r in rows]
    (chance,) = panels.gaussian(off)
    assert chance["limit"] is None
    (weak,) = panels.gaussian([r for r in rows if r.ridge == 1.0])
    assert weak["limit"] is None
    check_legends(plots.gaussian([panel], 1), whole=False)


def test_the_strong_ridge_limit_is_one_where_harm_begins() -> None:
    rows = rows_of("gaussian", fractions=(0.7,), correlations=(-1.0, 1.0), ridges=(300.0,),
                   steps=20_000)  # fmt: skip
    (panel,) = panels.gaussian(rows)
    limit = panel["limit"]
    crossing = np.interp(1.0, limit["ratio"], limit["cosine"])
    assert crossing == pytest.approx(float(strong_ridge_harm_correlation(0.7)), abs=1e-4)


def test_no_limit_is_drawn_at_cosine_one_alone() -> None:
    (panel,) = panels.gaussian(rows_of("gaussian", correlations=(1.0,)))
    assert panel["limit"] is None


def test_real_panels_hold_every_row_against_every_measure() -> None:
    rows = rows_of("real", kinds=("random", "easiest"), seeds=3, losses=("logistic", "exponential"))
    drawn = panels.real_dependence(rows)
    assert [panel["title"] for panel in drawn] == 2 * ["logistic loss"] + 2 * ["exponential loss"]
    for panel, name in zip(drawn, 2 * list(panels.MEASURES), strict=True):
        part = [r for r in rows if panel["title"].startswith(r.loss)]
        assert [len(series["ratio"]) for series in panel["series"]] == [3, 1]
        points = [
            point for s in panel["series"] for point in zip(s["measure"], s["ratio"], strict=True)
        ]
        assert points == [(getattr(r, name), r.ratio_final) for r in part]
    figure = plots.real_dependence(drawn, 2)
    check_legends(figure, whole=False)
    assert len(figure.axes) == 4


def test_kinds_of_different_data_sets_keep_their_rows() -> None:
    first, second = rows_of("real"), rows_of("real", kinds=("hardest",))
    rows = [*first, *(replace(r, dataset="other") for r in second)]
    one, other = panels.real_data(rows)
    assert one["kinds"] == other["kinds"] == ["random", "hardest"]
    assert [len(v) for v in one["final"]] == [1, 0] and [len(v) for v in other["final"]] == [0, 1]
    check_legends(plots.real_data([one, other], 2))


def test_names_that_look_like_formulas_are_drawn_as_they_are() -> None:
    rows = [
        replace(r, dataset="a$b$", forget_kind=r"column $\frac$")
        for r in rows_of("real")
    ]  # fmt: skip
    figure = draw("real", rows)
    check_legends(figure)
    assert figure.axes[0].get_title().startswith(r"a\$b\$")
    check_legends(plots.real_dependence(panels.real_dependence(rows), 2))


def test_saved_files_are_a_png_and_an_svg_with_equal_bytes(tmp_path) -> None:
    rows = rows_of("gaussian")
    with plots.style():
        first, second = (plots.save(draw("gaussian", rows), tmp_path, name) for name in "ab")
    assert [p.name for p in first] == ["a.png", "a.svg"]
    assert first[0].read_bytes().startswith(PNG) and first[0].stat().st_size > 10_000
    assert first[1].read_text().rstrip().endswith("</svg>")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_a_figure_for_every_model_and_method() -> None:
    rows = rows_of("gaussian", methods=("da", "neggrad+"), steps=5)
    names = [f"gaussian_{each}.{kind}" for each in ("da", "neggrad+") for kind in ("png", "svg")]
    assert list(figures(rows)) == names


def test_style_is_left_behind() -> None:
    before = dict(matplotlib.rcParams)
    with plots.style():
        assert not matplotlib.rcParams["axes.spines.top"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", matplotlib.MatplotlibDeprecationWarning)
        assert dict(matplotlib.rcParams) == before
