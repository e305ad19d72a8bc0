"""The figure of a deletion's spectrum shows the numbers that it was given."""

from __future__ import annotations

import numpy as np

from logreg_unlearn.plots import spectrum


def test_values_and_shares_are_drawn_and_zeros_left_out():
    values = np.array([2.0, 0.5, 0.0])
    figure = spectrum(values, [0.9, 1.0, 1.0], "2 directions carry 100 %")
    left, right = figure.axes
    np.testing.assert_array_equal(left.lines[0].get_xydata(), [[1, 2.0], [2, 0.5]])
    np.testing.assert_array_equal(right.lines[0].get_xydata(), [[1, 90], [2, 100], [3, 100]])
    assert left.get_yscale() == "log"
    assert figure.get_suptitle() == "2 directions carry 100 %"
