"""Under the exponential loss the minimisers are values of Lambert's W, up to a fold."""

from functools import partial

from . import _minimisers

CAPTION = (
    "Oracle, original and descent-ascent minimisers of one block under the exponential loss "
    "(forget fraction f = 0.2), by Lambert's W and by the solver on block data. More lift moves "
    "the original slowly up and descent-ascent steeply down, through zero at lift 1, until at the "
    "fold (lift 1 + 1/(e s), vertical line) its minimum disappears at w = -1."
)
compute = partial(_minimisers.compute, "exponential")
draw = partial(_minimisers.draw, "exponential")
