"""Rows of digits as chains: each against its own image."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

from logreg_unlearn.data.digit_rows import FEATURES, digit_rows


def test_a_chain_is_a_row_below_another() -> None:
    rows, bunch = digit_rows((3, 8)), load_digits()
    images = bunch.images[np.isin(bunch.target, (3, 8))]
    assert rows.features.shape == (7 * len(images), 8, len(FEATURES))
    for chain in (0, 6, 1000):
        image, line = images[rows.images[chain]], chain % 7 + 1
        np.testing.assert_array_equal(rows.labels[chain], np.where(image[line] > 8, 1.0, -1.0))
        above = image[line - 1] / 8 - 1
        np.testing.assert_allclose(rows.features[chain, :, 1], above)
        np.testing.assert_allclose(rows.features[chain, 1:, 0], above[:-1])
        np.testing.assert_allclose(rows.features[chain, :-1, 2], above[1:])
        two = image[line - 2] / 8 - 1 if line > 1 else np.full(8, -1.0)
        np.testing.assert_allclose(rows.features[chain, :, 3], two)
    np.testing.assert_array_equal(rows.features[:, [0], 0], -1.0)
    assert np.all(rows.features[..., 5] == 1) and set(rows.digits) == {3, 8}
