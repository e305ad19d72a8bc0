"""Figures of calibrated ascent: exact where the theory says so, and within its bounds."""

from __future__ import annotations

import numpy as np

from tests.figures.drawings import columns


def test_calibrated_weight() -> None:
    table = columns("calibrated_weight")
    exact = np.isclose(table["weight"], 1.0)
    assert exact.sum() == 3 and np.all(table["ratio"][exact] < 1e-6)
    assert np.nanmin(table["ratio"][~exact]) > 1e-2
    assert np.nanmin(table["ratio"][np.isclose(table["weight"], 10.0)]) > 10


def test_orthogonal_ascent_is_exact() -> None:
    table = columns("orthogonal_ascent_is_exact")
    full = np.isclose(table["size"], 1.0)
    apart = table["correlation"] == 0
    assert np.all(table["ratio"][full & apart] < 1e-7)
    assert table["ratio"][full & ~apart].min() > 0.1
    assert table["ratio"][full & (table["correlation"] == 0.9)].max() > 1


def test_orthogonal_ascent_flow() -> None:
    table = columns("orthogonal_ascent_flow")
    least = [table["ratio"][table["case"] == case].min() for case in np.unique(table["case"])]
    assert sorted(np.array(least) < 1e-6) == [False, False, True]
    for loss in ("logistic", "exponential"):
        assert np.all(np.diff(table[f"time {loss}"]) < 0)


def test_cross_gram_bound() -> None:
    table = columns("cross_gram_bound")
    for kind in ("", "real "):
        error = table[f"{kind}error"]
        assert np.all(table[f"{kind}lower"] <= error * (1 + 1e-6))
        assert np.all(table[f"{kind}upper"] >= error * (1 - 1e-6))
        assert np.all(table[f"{kind}first"] >= table[f"{kind}upper"])


def test_ascent_step_size() -> None:
    table = columns("ascent_step_size")
    assert np.all(table["found"] <= table["guaranteed"] * (1 + 1e-9))
    assert np.all(table["guaranteed"] < 1)
