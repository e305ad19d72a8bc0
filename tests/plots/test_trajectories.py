"""The audit's figure on ordinary and degenerate trajectories."""

from __future__ import annotations

import math

import numpy as np
import pytest

from logreg_unlearn import plots
from tests.legends import check_legends


def curve(values: list[float]) -> tuple[str, np.ndarray, np.ndarray]:
    return "da", np.arange(len(values)), np.array(values)


@pytest.mark.parametrize(
    ("values", "newton"),
    [
        ([1.0, 0.5, 3.0], 0.1),
        ([1.0], 0.1),
        ([1.0, 1e8, np.inf], 0.1),
        ([1.0, 0.5], 0.0),
        ([1.0, 0.0], 0.1),
        ([0.0, 1.0], math.inf),
        ([0.0, 0.0], 1.0),
    ],
    ids=["plain", "one point", "diverged", "exact newton", "at oracle", "from oracle", "no way"],
)
def test_trajectories_are_drawn_without_warnings(values, newton) -> None:
    original = values[0] if values[0] > 0 else None
    figure = plots.trajectories([curve(values)], newton, original, "title")
    check_legends(figure)
    assert figure.axes[0].get_title() == "title"


def test_requests_are_drawn_with_a_look_for_each_removal() -> None:
    curves = [(f"method {k}", [0.5, 0.0, math.inf, 0.1 * (k + 1)]) for k in range(8)]
    figure = plots.request_errors(curves, "title")
    check_legends(figure)
    lines = [line for line in figure.axes[0].lines if line.get_label().startswith("method")]
    looks = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in lines}
    assert len(lines) == len(looks) == 8
    assert lines[0].get_xdata().tolist() == [1, 2, 3, 4]
    assert lines[0].get_ydata()[1] > 0.0 and math.isnan(lines[0].get_ydata()[2])


def test_trajectories_of_a_repeated_method_have_one_label() -> None:
    check_legends(
        plots.trajectories([curve([1.0, 2.0]), curve([1.0, 2.0])], 0.1, 1.0, ""), whole=False
    )
