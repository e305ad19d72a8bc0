"""Figures of one coordinate: their numbers against theory and solver."""

from __future__ import annotations

from figures.single_coordinate._block import LOSSES, MINIMISERS
from figures.single_coordinate.early_stopping_phases import PHASES

import numpy as np
import pytest

from logreg_unlearn.theory import single_coordinate as theory
from tests.figures.drawings import columns


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("lambert_minimiser", theory.lambert_minimiser),
        ("logistic_minimiser", theory.logistic_minimiser),
    ],
)
def test_minimisers(name: str, closed) -> None:
    table = columns(name)
    for s in (0.5, 5.0):
        expected = closed(s, table["lift"], 0.2)
        for part in ("oracle", "original", "descent_ascent"):
            found = np.where(np.isnan(table[f"s={s:g} {part}"]), -np.inf, table[f"s={s:g} {part}"])
            np.testing.assert_allclose(found, getattr(expected, part), rtol=1e-7, atol=1e-8)
    gone = np.isnan(table["s=0.5 descent_ascent"])
    assert gone.any() == (name == "lambert_minimiser")
    assert not gone.all()


def test_da_branches() -> None:
    table = columns("da_branches")
    branches = theory.da_branches(0.5, table["lift"])
    beyond = table["lift"] > branches.fold
    expected = beyond | (table["start"] < branches.maximum)
    np.testing.assert_array_equal(table["diverged"], expected)
    np.testing.assert_allclose(table["end"][~expected], branches.minimum[~expected], atol=1e-6)
    assert 0 < expected.sum() < len(expected)
    assert 0 < np.sum(expected & ~beyond)


def test_opposite_sides() -> None:
    table = columns("opposite_sides")
    f, middle = table["fraction"], table["middle"]
    lift = table["alpha"] * (1 - f) / f
    np.testing.assert_array_equal(middle == "original", theory.opposite_sides(lift, f))
    np.testing.assert_array_equal(middle == "oracle", lift > 1)
    for loss in LOSSES:
        assert set(middle[table["loss"] == loss]) == {"descent-ascent", "original", "oracle"}


def test_distance_growth() -> None:
    table = columns("distance_growth")
    for lift in (0.0, 0.5, 4.0):
        bound = theory.distance_growth(lift, 0.3)
        assert table[f"bound lift={lift:g}"] == pytest.approx(bound)
        for loss in LOSSES:
            distance = table[f"{loss} lift={lift:g}"]
            where = MINIMISERS[loss](0.225 / table["ridge"], lift, 0.3)
            exact = np.abs(where.original - where.oracle)
            np.testing.assert_allclose(distance, exact, rtol=1e-4)
            assert np.all(distance < bound)
            assert distance[0] > 0.9 * bound


def test_distance_unlearning() -> None:
    table = columns("distance_unlearning")
    strength = 0.3 / table["ridge"]
    for loss in LOSSES:
        bound = MINIMISERS[loss](strength, 1.0, 0.2).oracle
        for lift in (0.5, 1.0, 1.1, 3.0):
            distance = table[f"{loss} lift={lift:g}"]
            where = MINIMISERS[loss](strength, lift, 0.2)
            exact = where.oracle - where.descent_ascent
            np.testing.assert_allclose(distance, exact, rtol=1e-6)
            assert np.all((distance >= bound * (1 - 1e-7)) == (lift >= 1))
    assert np.isinf(table["exponential lift=3"]).any()
    assert np.isfinite(table["logistic lift=3"]).all()


def test_vanishing_ridge() -> None:
    table = columns("vanishing_ridge")
    strength = 0.9 / table["ridge"]
    lower, upper = theory.vanishing_ridge(strength)
    distance = table["unlearned"]
    np.testing.assert_allclose(distance, theory.distance_unlearning(strength), rtol=1e-6)
    assert np.all((lower < distance) & (distance < upper))
    # equal minimisers, each certified to 1e-8 (1 + |w|), |w| <= 20
    assert np.all(table["original"] < 4.2e-7)
    half = theory.lambert_minimiser(strength, 0.5, 0.2)
    exact = half.oracle - half.descent_ascent
    np.testing.assert_allclose(table["unlearned lift=0.5"], exact, rtol=1e-6)
    assert np.all(table["unlearned lift=0.5"] < np.log(2))


def test_harm_threshold() -> None:
    table = columns("harm_threshold")
    harmful = table["lift"] > theory.harm_threshold(0.4)
    ratios = [values for name, values in table.items() if name.startswith("ratio")]
    assert len(ratios) == 4
    for ratio in ratios:
        np.testing.assert_array_equal(ratio > 1, harmful)


def test_logistic_harm_threshold() -> None:
    table = columns("logistic_harm_threshold")
    expected = theory.logistic_harm_threshold(table["fraction"])
    for s in (1e-2, 1.0, 1e3):
        np.testing.assert_allclose(table[f"lift s={s:g}"], expected, atol=1e-5)


def test_early_stopping_phases() -> None:
    table = columns("early_stopping_phases")
    names = {
        theory.Phase.APPROACHES: 0,
        theory.Phase.RECEDES: 1,
        theory.Phase.PASSES: 2,
        theory.Phase.PASSES_AND_DIVERGES: 3,
    }
    for loss in LOSSES:
        part = table["loss"] == loss
        exact = theory.early_stopping_phases(
            0.5, table["lift"][part], table["fraction"][part], loss
        ).phase
        expected = [PHASES[names[theory.Phase(k)]] for k in exact]
        assert table["phase"][part].tolist() == expected
        assert len(set(expected)) == (4 if loss == "exponential" else 3)
        times = theory.early_stopping_phases(0.5, table["time_lift"], 0.2, loss).oracle_time
        np.testing.assert_allclose(table[f"time {loss}"], times, rtol=0.02)
    for lift, passes in ((0.05, False), (0.6, False), (1.4, True), (2.0, True)):
        part = table["flow_lift"] == lift
        time, ratio = table["flow_time"][part], table["flow_ratio"][part]
        assert ratio[0] == 1.0 and (ratio[-1] > 1) == (lift > 0.05)
        exact = theory.early_stopping_phases(0.5, lift, 0.2, "exponential").oracle_time
        assert passes == np.isfinite(exact)
        if passes:
            assert time[np.argmin(ratio)] == pytest.approx(exact, rel=0.1)


def test_vector_level_closeness() -> None:
    table = columns("vector_level_closeness")
    scaled = table["ratio"] * table["fraction"] * np.sqrt(table["d"])
    assert np.all(scaled > 1)
    extreme = scaled[-40:]
    assert np.all(extreme < 1.01)
    assert np.any(table["ratio"][-40:] < 1)
    assert np.all(table["ratio"][table["fraction"] <= 1 / np.sqrt(table["d"])] > 1)


def test_crossing_time() -> None:
    table = columns("crossing_time")
    for name, lower, upper in (("time", "lower", "upper"), ("f time", "f lower", "f upper")):
        assert np.all(table[lower] <= table[name] * (1 + 1e-12))
        assert np.all(table[upper] >= table[name] * (1 - 1e-12))
    for s, lift, found in zip(
        table["found s"], table["found lift"], table["found time"], strict=True
    ):
        at = table["s"] == s
        assert found == pytest.approx(
            np.interp(lift, table["lift"][at], table["time"][at]), rel=0.02
        )


def test_no_stopping_time() -> None:
    table = columns("no_stopping_time")
    assert len(table["case"]) >= 9 and np.all(table["spread"] > 0.1)
    assert np.all((table["floor"] > 0) & (table["floor"] <= table["best"]))
    assert np.all(table["best"] <= table["rayleigh"]) and np.all(table["rayleigh"] < 1)
    assert np.all(table["best"] <= table["losses"])
