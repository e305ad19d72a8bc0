"""Ways of forgetting chains compared: what is left, how it is certified, in words."""

from __future__ import annotations

import numpy as np
import pytest

from logreg_unlearn.assess.structured import compare
from logreg_unlearn.problem.chains import Chains

RNG = np.random.default_rng(2)
LABELS = np.where(RNG.random((20, 5)) < 0.5, -1.0, 1.0)
PROBLEM = Chains(RNG.normal(size=(20, 5, 3)), LABELS, np.arange(20) < 5, 0.6, 0.05)


def test_everything_is_compared():
    result = compare(PROBLEM)
    left = result.left
    assert left[0] == 1.0 and 0.2 < left[1] < 1.0 and left[-1] < 1e-6
    assert np.all(np.diff(left[:20]) < 0)
    distances = np.linalg.norm(result.rounds.w - result.oracle.w, axis=1)
    assert np.all(distances <= result.rounds.bounds + result.oracle.radius)
    assert left[10] / left[9] < result.rate < 1.0
    assert result.ratio > 1.0
    assert f"{left[1]:.0%}" in result.words() and f"{result.ratio:.3g} times" in result.words()


def test_the_rate_is_that_of_the_retained_chains_without_their_ridge():
    result = compare(PROBLEM, 1)
    x, w = PROBLEM.features[5:], result.oracle.w
    slopes = PROBLEM.oracle().at(PROBLEM.oracle().settled(w)[1])
    weights = slopes.loss.curvature(slopes.margins(w)) * slopes.coefficients * 4
    rows = x.reshape(-1, 3)
    data = np.linalg.eigvalsh((rows.T * weights) @ rows)[-1]
    expected = 2 / (3 - np.tanh(0.6)) * data / (data + 0.05)
    assert result.rate == pytest.approx(expected, rel=1e-6)
