"""What a case is expected to cost, so that the longest are started first.

Fitted to the default grid on one core: 2 ms to build, certify and judge a problem, then 2 us and
0.3 ns per entry of the matrix (and class, of three or more) for each step.  A bounded loss takes
about ``8 d/ridge`` steps (the curvature grows with the d columns), an unbounded one converges or
diverges in about a hundred.
The order in which groups are run depends on these numbers, their rows do not.
"""

from __future__ import annotations

from collections.abc import Iterable

from logreg_unlearn.problem.losses import get_loss
from logreg_unlearn.sweep.case import GAUSSIAN_SHAPE, GROUP_ROWS, Case
from logreg_unlearn.sweep.datasets import load

BUILD = 2e-3
STEP = 2e-6
ENTRY = 3e-10
DECAY = 8.0
UNBOUNDED = 100.0
SHAPES = {
    "blocks": (4 * GROUP_ROWS, 2),
    "two-directions": (2 * GROUP_ROWS, 2),
    "gaussian": GAUSSIAN_SHAPE,
}
"""Rows and columns of the synthetic models, about."""


def expected_seconds(case: Case) -> float:
    """Return the seconds that a case takes on one core, to within a factor of a few."""
    rows, columns = SHAPES.get(case.model, (0, 0))
    classes = 1
    if case.model == "real":
        data = load(case.dataset)
        rows, columns = data.features.shape
        classes = data.count if data.count > 2 else 1
    unbounded = get_loss(case.loss).unbounded
    steps = min(UNBOUNDED if unbounded else DECAY * columns / case.ridge, case.steps)
    return BUILD + steps * (STEP + ENTRY * rows * columns * classes)


def rank(cases: Iterable[Case]) -> int:
    """Return the expected cost of a group in 1 ... 255: twice the seconds are one more."""
    seconds = sum(map(expected_seconds, cases))
    microseconds = min(int(1e6 * seconds), 2**254)
    return max(microseconds.bit_length(), 1)
