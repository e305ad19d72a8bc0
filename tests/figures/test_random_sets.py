"""Figures of random forget sets: simulation against the exact value, the bound and the law."""

from __future__ import annotations

import numpy as np

from tests.figures.drawings import columns


def test_random_gradient() -> None:
    table = columns("random_gradient")
    np.testing.assert_allclose(table["simulated"], table["exact"], rtol=0.25)
    assert np.median(table["simulated"] / table["exact"]) > 0.95


def test_stationary_norm() -> None:
    table = columns("stationary_norm")
    assert np.all(table["unlearned"] < table["bound"])
    for name in np.unique(table["data"]):
        part = table["data"] == name
        slope = np.polyfit(np.log(table["size"][part]), np.log(table["unlearned"][part]), 1)[0]
        assert -0.75 < slope < -0.25


def test_law_of_harm() -> None:
    table = columns("law_of_harm")
    for law in ("law", "predicted"):
        np.testing.assert_array_less(np.abs(np.log(table[law] / table["ratio"])), np.log(2.1))
    assert table["noise"].max() > 5 > 1 > table["noise"].min()
    growing = (table["n ridge"] == 3.0) & (table["n"] > 500)
    assert np.all(np.diff(table["n ratio"][growing]) > 0)
