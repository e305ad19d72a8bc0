"""Alternation: refusals, the first round keeps the messages of its start."""

from __future__ import annotations

import numpy as np
import pytest

from logreg_unlearn.problem.chains import Chains
from logreg_unlearn.problem.messages import settle
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.structured import alternate

RNG = np.random.default_rng(2)
LABELS = np.where(RNG.random((20, 5)) < 0.5, -1.0, 1.0)
PROBLEM = Chains(RNG.normal(size=(20, 5, 3)), LABELS, np.arange(20) < 5, 0.6, 0.05)


def test_bad_arguments():
    with pytest.raises(ValueError, match="expected rounds >= 1, got 0"):
        alternate(PROBLEM, np.zeros(3), 0)
    with pytest.raises(ValueError, match=r"expected a start of shape \(3,\), got \(2,\)"):
        alternate(PROBLEM, np.zeros(2))


def test_the_first_round_keeps_the_messages():
    kept, start = PROBLEM.oracle(), minimise(PROBLEM.original()).w
    rounds = alternate(PROBLEM, start, 2)
    frozen = kept.at(settle(kept.features @ start, 0.6))
    np.testing.assert_allclose(rounds.w[0], start)
    np.testing.assert_allclose(frozen.gradient(rounds.w[1]), 0.0, atol=1e-9)
    assert np.linalg.norm(frozen.gradient(rounds.w[2])) > 1e-5
