"""Figures of the simplex: integrated points lie on the exact curves that are drawn."""

from __future__ import annotations

from figures.simplex import _triangle as context

import numpy as np

from logreg_unlearn.theory import simplex as theory
from tests.figures.drawings import columns


def points(table, prefix):
    return np.stack([table[f"{prefix} {label}"] for label in context.LABELS], axis=1)


def test_replicator_descent_ascent() -> None:
    table = columns("replicator_descent_ascent")
    for lift in ("0.2", "2"):
        flow = theory.replicator_descent_ascent(
            context.RETAIN, context.FORGET, float(lift), context.F, table[f"time {lift}"]
        )
        np.testing.assert_allclose(points(table, f"natural {lift}"), flow.law, atol=1e-6)
        # the plain gradient misses the oracle, the natural one meets it
        misses = np.linalg.norm(points(table, f"plain {lift}") - context.RETAIN, axis=1)
        assert misses.min() > 0.02


def test_replicator_end() -> None:
    table = columns("replicator_end")
    finite = np.isfinite(table["time"])
    assert finite.any() and not finite.all()
    below = (table["lift"] < 1 - 1 / (2 * table["f"])) & ~finite
    np.testing.assert_array_equal(table["ratio"][~finite] < 1, below[~finite])
    assert below.any()


def test_one_natural_step() -> None:
    table = columns("one_natural_step")
    best = np.isclose(table["size"] * (1 + table["smoothing"]), 0.3)
    assert best.sum() == 2 and np.all(table["left"][best] < 1e-12)
    assert np.all(table["left"][~best] > 0.05)


def test_temperature_is_time() -> None:
    table = columns("temperature_is_time")
    ends = {tau: points(table, f"tau {tau} start 0")[-1] for tau in ("0", "0.5")}
    assert ends["0"][1] > 0.95 and ends["0.5"][1] < 0.9


def test_face_restriction() -> None:
    table = columns("face_restriction")
    for name in ("case 0", "case 1"):
        path = points(table, name)
        np.testing.assert_allclose(path[:, 1] / path[:, 2], path[0, 1] / path[0, 2], rtol=1e-5)
        assert np.all(np.diff(path[:, 0]) < 0)
