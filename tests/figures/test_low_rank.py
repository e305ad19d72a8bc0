"""The figure of the low-rank stem shows what its caption says."""

from __future__ import annotations

import numpy as np

from tests.figures.drawings import columns


def test_a_few_directions_carry_a_deletion_and_the_bound_holds() -> None:
    table = columns("deletion_spectrum")
    assert np.all(table["largest"] <= table["bound"] * (1 + 1e-9))
    for name in np.unique(table["data"]):
        left = table["left"][table["data"] == name]
        assert (
            left[0] == 1 and np.all(np.diff(left) <= 1e-12) and left[min(15, len(left) - 1)] < 0.1
        )
    one = table["size"] == 1
    assert np.median(table["largest"][one] / table["bound"][one]) > 0.3
