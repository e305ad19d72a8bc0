"""Figures of the predictions: a norm that stays, errors below their bounds."""

from __future__ import annotations

import numpy as np

from tests.figures.drawings import columns


def test_influence_norm_is_blind() -> None:
    table = columns("influence_norm_is_blind")
    np.testing.assert_allclose(table["norm"], 0.5, rtol=1e-6)
    assert table["ratio"].min() < 1e-6 and np.isinf(table["ratio"]).sum() == 3
    for share in np.unique(table["share"]):
        assert np.all(np.diff(table["ratio"][table["share"] == share]) > 0)


def test_stationary_fixed_point() -> None:
    table = columns("stationary_fixed_point")
    assert np.all(table["distance"] <= table["bound"] + 1e-8)
    strong = table["ridge"] == table["ridge"].max()
    twice = table["distance"][strong & (table["rounds"] == 2)]
    assert np.all(twice < 1e-2 * table["distance"][strong & (table["rounds"] == 1)])


def test_signed_newton_step() -> None:
    table = columns("signed_newton_step")
    assert np.all(table["error"] <= table["bound"]) and table["settles"].all()
    for name in np.unique(table["data"]):
        part = table["data"] == name
        slope = np.polyfit(np.log(table["distance"][part]), np.log(table["error"][part]), 1)[0]
        assert 1.8 < slope < 2.3
