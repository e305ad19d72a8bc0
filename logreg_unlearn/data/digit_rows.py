"""Rows of scanned digits as chains of ink and no ink (extra ``real``).

Images are 8 x 8 pixels of 0 to 16.  A chain is one row but the first, with 8 sites; a site's
label is whether its pixel has more than half the ink, its features are what stands above it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from logreg_unlearn.data.real import MissingExtraError

FEATURES = ("above left", "above", "above right", "two above", "squared distance from the middle",
            "intercept")  # fmt: skip


class DigitRows(NamedTuple):
    """Chains in the order of their images, 7 an image.

    Attributes
    ----------
    features : ndarray (n, 8, 6)
        ``FEATURES``; pixels from -1 to 1, -1 outside the image.
    labels : ndarray (n, 8)
        +1 for ink, else -1.
    images : ndarray of int (n,)
        Number of the chain's image, from 0.
    digits : ndarray of int (n,)
        What was written.
    """

    features: NDArray[np.float64]
    labels: NDArray[np.float64]
    images: NDArray[np.int64]
    digits: NDArray[np.int64]


def digit_rows(digits: tuple[int, ...] = (3, 8)) -> DigitRows:
    """Load the rows of all images of some digits (test part of the UCI set, CC BY 4.0).

    Raises
    ------
    MissingExtraError
        Where scikit-learn is missing.
    """
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "expected the package 'sklearn' for the rows of digits, "
            "got none: pip install logreg-unlearn[real]"
        ) from error
    bunch = load_digits()
    chosen = np.isin(bunch.target, digits)
    ink = bunch.images[chosen] / 8.0 - 1.0
    padded = np.pad(ink, ((0, 0), (1, 0), (1, 1)), constant_values=-1.0)
    above = padded[:, 1:-1]  # row k is image row k
    middle = np.broadcast_to(np.square(np.linspace(-1.0, 1.0, 8)), (len(ink), 7, 8))
    columns = [above[:, :, :-2], above[:, :, 1:-1], above[:, :, 2:], padded[:, :-2, 1:-1], middle,
               np.ones(middle.shape)]  # fmt: skip
    count = 7 * len(ink)
    return DigitRows(
        np.stack(columns, axis=-1).reshape(count, 8, len(FEATURES)),
        np.where(ink[:, 1:] > 0.0, 1.0, -1.0).reshape(count, 8),
        np.repeat(np.arange(len(ink)), 7),
        np.repeat(bunch.target[chosen], 7).astype(np.int64),
    )
