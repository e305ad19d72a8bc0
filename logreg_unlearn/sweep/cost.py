"""What a case is expected to cost, so that the longest are started first.

Fitted to the groups of the default grid on one core: 1 ms to build, certify and judge a problem,
then for each step together 0.3 us, 2 ns a row (an exponential) and 0.1 ns per entry of the matrix
(and class, of three or more).
A bounded loss takes about ``4 d/ridge`` steps (the curvature grows with the d columns), an
unbounded one converges or diverges in a few dozen.  Methods whose steps cannot be shared take
longer, all alike.
The order in which groups are run depends on these numbers, their rows do not.
"""

from __future__ import annotations

from collections.abc import Iterable

from logreg_unlearn.problem.losses import get_loss
from logreg_unlearn.sweep.case import GAUSSIAN_SHAPE, GROUP_ROWS, Case
from logreg_unlearn.sweep.datasets import load

BUILD = 1e-3
STEP = 3e-7
ROW = 2e-9
ENTRY = 1e-10
DECAY = 4.0
UNBOUNDED = 30.0
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
    return BUILD + steps * (STEP + rows * classes * (ROW + ENTRY * columns))


def rank(cases: Iterable[Case]) -> int:
    """Return the expected cost of a group in 1 ... 255: twice the seconds are one more."""
    seconds = sum(map(expected_seconds, cases))
    microseconds = min(int(1e6 * seconds), 2**254)
    return max(microseconds.bit_length(), 1)
