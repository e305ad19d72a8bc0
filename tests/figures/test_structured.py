"""The figures of the structured stem show what their captions say."""

from __future__ import annotations

import numpy as np

from logreg_unlearn.theory.structured import structured_harm
from tests.figures.drawings import columns


def test_rounds_close_in_below_their_certificates_and_ascent_does_not() -> None:
    table = columns("alternation")
    assert np.all(table["left"] <= table["certified"] * (1 + 1e-6))
    for name, harm, rate in zip(table["of"], table["descent-ascent"], table["rate"], strict=True):
        left = table["left"][table["forget"] == name]
        assert 0.4 < left[1] < 0.8 and left[-1] < 1e-5 and harm > 50
        assert np.all(left[11:30] <= rate * left[10:29])


def test_every_curve_crosses_at_the_threshold() -> None:
    table = columns("structured_harm")
    known = np.isfinite(table["ratio"]) & (np.abs(table["lift"] - structured_harm(0.3)) > 1e-3)
    assert known.sum() > 20
    harmed = table["ratio"][known] > 1
    np.testing.assert_array_equal(harmed, table["lift"][known] > structured_harm(0.3))
