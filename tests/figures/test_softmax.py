"""Figures of more than two classes: solved points lie on the exact curves that are drawn."""

from __future__ import annotations

import numpy as np

from logreg_unlearn.theory import softmax as theory
from tests.figures.drawings import columns


def test_softmax_minimiser() -> None:
    table = columns("softmax_minimiser")
    where = theory.softmax_minimiser(table["strength"], 0.5, 0.2, table["classes"])
    np.testing.assert_allclose(table["oracle"], where.oracle, rtol=1e-4)
    np.testing.assert_allclose(table["unlearned"], where.descent_ascent, rtol=1e-4)


def test_softmax_harm_threshold() -> None:
    table = columns("softmax_harm_threshold")
    harms = table["lift"] > theory.softmax_harm_threshold(0.2)
    np.testing.assert_array_equal(table["ratio"] > 1, harms)
    assert harms.any() and not harms.all()


def test_softmax_symmetry_breaking() -> None:
    table = columns("softmax_symmetry_breaking")
    broken = table["sigma"] > 1.1 * (table["classes"] - 1)
    exact = theory.softmax_symmetry_breaking(table["sigma"], 2.0, table["classes"]).made_up
    np.testing.assert_allclose(table["unlearned"][broken], exact[broken], atol=0.02)
    assert np.all(table["unlearned"][table["sigma"] < 0.85 * (table["classes"] - 1)] < 0.5)
    assert np.all(table["oracle"] < 1 / table["classes"])


def test_softmax_strong_ridge() -> None:
    table = columns("softmax_strong_ridge")
    assert np.all(table["error"] <= table["bound"])
    strong = table["ridge"] > 100
    assert strong.any() and np.all(table["error"][strong] < 0.05)


def test_exchangeable_threshold() -> None:
    table = columns("exchangeable_threshold")
    threshold = theory.exchangeable_threshold(0.5, 0.3).threshold
    np.testing.assert_array_equal(table["ratio"] > 1, table["lift"] > threshold)


def test_symmetric_noise_threshold() -> None:
    table = columns("symmetric_noise_threshold")
    threshold = theory.symmetric_noise_threshold(0.2)
    np.testing.assert_array_equal(table["ratio"] > 1, table["lift"] > threshold)


def test_equal_mixes_distance() -> None:
    table = columns("equal_mixes_distance")
    for k in range(3):
        falls = table["distance"][table["mix"] == k]
        assert np.all(np.diff(falls) < 0) and falls[-1] == 0


def test_mixed_labels_strong_ridge() -> None:
    table = columns("mixed_labels_strong_ridge")
    part = (table["case"] == "mislabelled: q another class") & (table["strength"] == 0.01)
    exact = theory.mixed_labels_strong_ridge([1.0, 0.0], [0.0, 1.0], table["lift"][part], 0.1)
    np.testing.assert_allclose(table["ratio"][part], exact, rtol=0.05)


def test_mislabelled_strong_ridge() -> None:
    table = columns("mislabelled_strong_ridge")
    exact = theory.mislabelled_strong_ridge(table["f"], table["classes"])
    np.testing.assert_allclose(table["lift"], exact, rtol=0.02)
