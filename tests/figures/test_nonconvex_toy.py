"""Figures of the toy: certified points, flows that descend, boundaries that part the basins."""

from __future__ import annotations

import figures
from figures.nonconvex_toy._reading import DEFAULT, plain, verdict
from figures.nonconvex_toy.toy_trap import ASCENT, OBJECTIVES, TUNING

import numpy as np
import pytest

from logreg_unlearn.theory import nonconvex_toy as theory
from logreg_unlearn.theory.nonconvex_toy import READINGS, Reading, stationary_points
from tests.figures.drawings import column, columns, drawing


def parts(what: str, panel: str) -> np.ndarray:
    table = columns("toy_trap")
    part = (table["what"] == what) & (table["panel"] == panel)
    return np.stack([table["w1"], table["w2"]], axis=1)[part]


@pytest.mark.parametrize("panel", OBJECTIVES)
def test_toy_trap_marks_all_stationary_points(panel: str) -> None:
    objective = OBJECTIVES[panel](DEFAULT)
    drawn = np.concatenate([parts(kind, panel) for kind in ("MINIMUM", "SADDLE")])
    assert len(drawn) == len(stationary_points(objective).points)
    assert np.all(np.abs(objective.gradient(drawn)) < 1e-9)


def test_toy_trap_flows_descend_into_minima() -> None:
    for panel, label in zip(list(OBJECTIVES)[1:], (ASCENT, TUNING), strict=True):
        objective, path = OBJECTIVES[panel](DEFAULT), parts("FLOW", label)
        assert np.all(np.diff(objective.value(path)) < 1e-9)
        assert np.min(np.linalg.norm(parts("MINIMUM", panel) - path[-1], axis=1)) < 1e-4
    assert "trapped" in column("toy_trap", "outcome")[0]


@pytest.mark.parametrize("panel", list(OBJECTIVES)[::2])
def test_toy_trap_boundaries_part_the_basins(panel: str) -> None:
    objective, curve = OBJECTIVES[panel](DEFAULT), parts("BOUNDARY", panel)
    landscape = stationary_points(objective)
    curve = curve[np.all(np.isfinite(curve), axis=1)]
    saddle = np.array(landscape.saddles[0].w)
    assert np.min(np.linalg.norm(curve - saddle, axis=1)) < 1e-3
    reach = (curve - saddle) @ (curve[-1] - curve[0]) / np.linalg.norm(curve[-1] - curve[0])
    assert reach.min() < -0.5 and reach.max() > 0.5
    along = np.gradient(curve, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    across /= np.linalg.norm(across, axis=1)[:, None]
    near = np.abs(curve[:, 0] - saddle[0]) < 0.5
    for at, side in zip(curve[near][::4], across[near][::4], strict=True):
        ends = [theory.gradient_flow(objective, at + s * side, landscape) for s in (-0.02, 0.02)]
        assert ends[0].minimum != ends[1].minimum


def test_toy_critical_time_parts_where_fine_tuning_ends() -> None:
    table = columns("toy_irreversibility_needs_long_ascent")
    early = table["time"] <= table["critical_low"][0]
    best, worse = np.sort(table["minimum_J"])
    np.testing.assert_allclose(table["J_after_fine_tuning"], np.where(early, best, worse))
    assert 0 < early.sum() < len(early)


def test_toy_ridge_turns_the_minimiser() -> None:
    table = columns("toy_ridge_is_not_radial")
    np.testing.assert_allclose(table["angle"], np.arctan2(table["w2"], table["w1"]), atol=1e-12)
    assert np.ptp(table["angle"]) > 0.1 and len(set(table["decisions"])) > 1
    assert set(table["minima"]) == {1, 2}


def test_a_reading_is_said_in_words() -> None:
    assert len({plain(reading) for reading in READINGS}) == len(READINGS)
    for slug in ("toy_trap", "toy_irreversibility_needs_long_ascent", "toy_ridge_is_not_radial"):
        caption, figure = drawing(slug).caption, drawing(slug).figure
        assert plain(DEFAULT) in caption
        title = figure.get_suptitle() or figure.axes[0].get_title()
        assert "$ against 0 and 1, squared errors summed" in title
        assert DEFAULT.name not in caption + title


def test_another_reading_is_drawn_as_such() -> None:
    reading = Reading.from_name("pm_one-mean-full-printed")
    made = figures.drawn("toy_ridge_is_not_radial", True, reading=reading)
    assert plain(reading) in made.caption and "averaged" in made.figure.get_suptitle()
    assert not np.array_equal(made.table["w1"], column("toy_ridge_is_not_radial", "w1"))


@pytest.mark.parametrize(
    ("signs", "words"),
    [("-+-+", "all right"), ("+-+-", "all wrong"), ("-+++", "$M_1$, wrong only at $x=3$")],
)
def test_decisions_are_said_in_words(signs: str, words: str) -> None:
    assert verdict(signs) == words
