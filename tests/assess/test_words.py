"""Numbers in words: what they say at every size; and the tolerance of UNCHANGED."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.assess.verdict import TOLERANCE, compare
from logreg_unlearn.assess.words import percent, removal_words, times


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (0.99997, "99.997 %"),
        (0.999, "99.9 %"),
        (0.994, "99.4 %"),
        (0.96, "96 %"),
        (0.12345, "12 %"),
        (1.9e-8, "1.9e-06 %"),
        (0.0, "0 %"),
        (1.0 - 1e-9, "99.9999999 %"),
    ],
)
def test_percent(ratio: float, words: str) -> None:
    assert percent(ratio) == words


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (1.00003, "1.00003x"),
        (1.0 - 1e-15, "1x"),
        (1.0004, "1.0004x"),
        (1.2, "1.2x"),
        (38.96, "39x"),
        (999.4, "999x"),
        (6349.0, "6,350x"),
        (123456.0, "123,000x"),
        (2.5e7, "2.5e+07x"),
        (0.0, "0x"),
        (1.0, "1x"),
    ],
)
def test_times(ratio: float, words: str) -> None:
    assert times(ratio) == words


@given(ratio=st.floats(0.0, 1.0, exclude_max=True))
def test_less_than_everything_never_reads_as_everything(ratio: float) -> None:
    shown = percent(ratio)
    assert shown.endswith(" %") and "e+" not in shown
    value = float(shown[:-2])
    # 1 - ratio below 1e-15 is the rounding of the double itself
    assert value < 100.0 or ratio > 1.0 - 1e-13
    assert value == pytest.approx(100.0 * ratio, rel=0.06, abs=1e-320)


@given(gap=st.floats(1e-12, 1e6))
def test_more_than_doing_nothing_never_reads_as_the_same(gap: float) -> None:
    assert float(times(1.0 + gap)[:-1].replace(",", "")) > 1.0
    assert float(times(1.0 + gap)[:-1].replace(",", "")) == pytest.approx(1.0 + gap, rel=0.06)


def test_removal_in_words() -> None:
    assert removal_words(0.041) == "leaves 4.1 % of the original's distance"
    assert removal_words(1.5) == "ends 1.5x as far"
    assert removal_words(float("inf")) == "leaves the retrained optimum"


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
@pytest.mark.parametrize(
    ("change", "uncertain", "word"),
    [
        (0.99, 0.0, "UNCHANGED"), (-0.99, 0.0, "UNCHANGED"),
        (1.01, 0.0, "HARMED"), (-1.01, 0.0, "HELPED"),
        (50.0, 51e-6, "UNCHANGED"), (-50.0, 51e-6, "UNCHANGED"),
        (50.0, 49e-6, "HARMED"), (-50.0, 49e-6, "HELPED"),
    ],
)  # fmt: skip
def test_unchanged_is_relative(scale, change, uncertain, word) -> None:
    assert TOLERANCE == 1e-6
    after = scale * (1.0 + change * 1e-6)
    assert compare(scale, after, uncertain * scale) == word
