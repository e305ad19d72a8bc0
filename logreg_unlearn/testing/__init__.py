"""For tests of your own: problems to draw, and the conformance suite for unlearning methods.

``strategies`` draws problems with Hypothesis; ``suite`` says what any method has to do, on
the problems of ``examples``.
"""

from logreg_unlearn.testing.examples import EXAMPLES
from logreg_unlearn.testing.strategies import (
    KINDS,
    SHAPES,
    Block,
    blocks,
    losses,
    objectives,
    points,
    problems,
    ridges,
    seeds,
)
from logreg_unlearn.testing.suite import Check, check_method, conformance

__all__ = [
    "EXAMPLES",
    "KINDS",
    "SHAPES",
    "Block",
    "Check",
    "blocks",
    "check_method",
    "conformance",
    "losses",
    "objectives",
    "points",
    "problems",
    "ridges",
    "seeds",
]
