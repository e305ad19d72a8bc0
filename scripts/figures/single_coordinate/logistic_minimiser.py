"""Under the logistic loss the minimisers are values of G, and descent-ascent always has one."""

from functools import partial

from . import _minimisers

CAPTION = (
    "Oracle, original and descent-ascent minimisers of one block under the logistic loss (forget "
    "fraction f = 0.2), by the inverse G of w (1 + e^w) and by the solver on block data. Up to "
    "lift 1 the picture is that of the exponential loss, but beyond it descent-ascent has a "
    "minimum for every lift, which falls like s (1 - lift) and never disappears."
)
compute = partial(_minimisers.compute, "logistic")
draw = partial(_minimisers.draw, "logistic")
