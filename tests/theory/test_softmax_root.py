"""G for K classes against 60 digits of mpmath: 4 ulp, over the whole range."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.theory.lambert import G
from logreg_unlearn.theory.softmax._root import class_root

ULP = 4
CLASSES = (2, 3, 4, 10, 1000, 10**6, 10**12)
T = np.concatenate(
    [
        10.0 ** (np.linspace(-320, 308, 250) + 0.01 * np.sin(np.arange(250))),
        10.0 ** (np.linspace(-6, 16, 300) + 0.01 * np.sin(np.arange(300))),
        np.linspace(0.01, 60, 200),
        [5e-324, 1e-310, 1e-300, 1.0, np.e, 1e300, np.nextafter(1e300, np.inf), 1.7e308],
    ]
)


def exact(found: float, t: float, k: int) -> mp.mpf:
    """The root: increasing, it is one, so steps from what was found may only end there."""
    t, m = mp.mpf(t), mp.mpf(found)
    for _ in range(8):
        m -= (m * (mp.exp(m) + k - 1) - t) / (k - 1 + mp.exp(m) * (1 + m))
    assert abs(m * (mp.exp(m) + k - 1) - t) <= mp.mpf(10) ** -50 * abs(t)
    return m


def ulps(found: float, reference: mp.mpf) -> float:
    return float(abs(mp.mpf(found) - reference) / mp.mpf(math.ulp(float(reference))))


@pytest.mark.parametrize("classes", CLASSES)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_class_root_within_4_ulp(classes, sign):
    found = class_root(sign * T, classes)
    with mp.workdps(60):
        worst = max(ulps(m, exact(m, sign * t, classes)) for m, t in zip(found, T, strict=True))
    assert worst <= ULP


@given(st.floats(-1e308, 1e308), st.integers(2, 10**6))
def test_class_root_anywhere(t, classes):
    if t == 0:
        assert class_root(t, classes) == 0
        return
    with mp.workdps(60):
        found = class_root(t, classes)
        assert ulps(found, exact(found, t, classes)) <= ULP


def test_class_root_of_two_is_g():
    t = np.concatenate([T, -T])
    np.testing.assert_allclose(class_root(t, 2), G(t), rtol=8 * np.finfo(float).eps)


def test_class_root_at_the_ends():
    np.testing.assert_array_equal(class_root([np.inf, -np.inf, 0.0], 5), [np.inf, -np.inf, 0.0])
    assert np.isnan(class_root(np.nan, 3))
    with pytest.raises(ValueError, match=r"expected classes a whole number >= 2, got 1.0"):
        class_root(1.0, 1)
