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
from logreg_unlearn.theory.single_coordinate import harm_threshold

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


def check(figure, whole: bool = True) -> None:
    """Check the legends: no label twice and, if asked, none outside the figure."""
    figure.draw_without_rendering()
    for legend in figure.legends:
        labels = [text.get_text() for text in legend.get_texts()]
        assert len(set(labels)) == len(labels)
        assert not any(label.startswith("_") for label in labels)
        if whole:
            box, page = legend.get_window_extent(), figure.bbox
            assert box.x0 >= -1.0 and box.x1 <= page.width + 1.0, "the legend is cut off"
            assert box.y0 >= -1.0 and box.y1 <= page.height + 1.0


@pytest.mark.parametrize("model", MODELS)
def test_one_point_is_drawn(model) -> None:
    check(draw(model, rows_of(model)), whole=False)


@pytest.mark.parametrize("model", MODELS)
def test_the_legend_of_a_single_panel_fits_the_page(model) -> None:
    check(draw(model, rows_of(model)))


def test_the_legend_of_the_quick_grid_fits_the_page() -> None:
    rows = rows_of("gaussian", fractions=(0.1, 0.7), ridges=(0.1, 1.0), correlations=(-1.0, 1.0))
    check(draw("gaussian", rows))


@pytest.mark.parametrize("model", MODELS)
def test_cases_that_all_diverged_are_drawn(model) -> None:
    rows = [
        replace(
            row, verdict="DIVERGED", status="DIVERGED", ratio_final=math.inf,
            distance_final=math.inf,
        )
        for row in rows_of(model, seeds=2)
    ]  # fmt: skip
    check(draw(model, rows), whole=False)


@pytest.mark.parametrize("model", MODELS)
def test_both_losses_give_a_row_of_panels_each(model) -> None:
    rows = rows_of(
        model, losses=("logistic", "exponential"), lifts=(0.0, 1.0, 3.0), epsilons=(-0.5, 0.0, 0.5),
        alphas=(0.2, 0.8), correlations=(-1.0, 1.0), fractions=(0.2, 0.5), ridges=(0.3, 3.0),
        kinds=("random", "easiest"), datasets=("wine_0v1", "iris_1v2"), seeds=2,
    )  # fmt: skip
    figure = draw(model, rows)
    check(figure)
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    assert len(titles) == (2 if model == "two-directions" else 4)
    assert len(set(titles)) == len(titles)
    assert any("logistic" in t for t in titles) and any("exponential" in t for t in titles)


def test_more_ridges_and_methods_than_colours_are_drawn() -> None:
    ridges = tuple(0.5 + 0.25 * k for k in range(len(plots.COLOURS) + 2))
    for model in ("blocks", "gaussian"):
        check(draw(model, rows_of(model, ridges=ridges, steps=5)), whole=False)


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
    check(plots.blocks([panel], 1), whole=False)


def test_direction_panels_hold_every_case_once() -> None:
    rows = rows_of("two-directions", epsilons=(0.5, -0.5, 0.0), alphas=(0.9, 0.1, 0.4))
    (panel,) = panels.directions(rows)
    assert list(panel["epsilon"]) == [-0.5, 0.0, 0.5] and list(panel["alpha"]) == [0.1, 0.4, 0.9]
    for row in rows:
        i = list(panel["alpha"]).index(float(row.forget_kind.split("=")[1]))
        j = list(panel["epsilon"]).index(float(row.dataset.split("=")[1]))
        assert panel["ratio"][i, j] == row.ratio_final
    assert panel["fold"] is None  # the logistic loss always has a stationary point


def test_direction_labels_keep_values_apart() -> None:
    close = (0.1234561, 0.1234562)
    rows = rows_of("two-directions", epsilons=close, alphas=close)
    (panel,) = panels.directions(rows)
    assert panel["ratio"].shape == (2, 2) and np.all(np.isfinite(panel["ratio"]))


def test_real_panels_drop_the_overshoot_where_fractions_differ() -> None:
    _, overshoot = panels.real_data(rows_of("real", real_fractions=(0.2,)))
    assert overshoot == pytest.approx(4.0, rel=1e-6)
    _, none = panels.real_data(rows_of("real", real_fractions=(0.1, 0.3)))
    assert none is None


def curve(values: list[float]) -> tuple[str, np.ndarray, np.ndarray]:
    return "da", np.arange(len(values)), np.array(values)


@pytest.mark.parametrize(
    ("values", "newton"),
    [
        ([1.0, 0.5, 3.0], 0.1),
        ([1.0], 0.1),
        ([1.0, 1e8, np.inf], 0.1),
        ([1.0, 0.5], 0.0),
        ([1.0, 0.0], 0.1),
        ([0.0, 1.0], math.inf),
        ([0.0, 0.0], 1.0),
    ],
    ids=["plain", "one point", "diverged", "exact newton", "at oracle", "from oracle", "no way"],
)
def test_trajectories_are_drawn_without_warnings(values, newton) -> None:
    original = values[0] if values[0] > 0 else None
    figure = plots.trajectories([curve(values)], newton, original, "title")
    check(figure)
    assert figure.axes[0].get_title() == "title"


def test_trajectories_of_a_repeated_method_have_one_label() -> None:
    check(plots.trajectories([curve([1.0, 2.0]), curve([1.0, 2.0])], 0.1, 1.0, ""), whole=False)


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
