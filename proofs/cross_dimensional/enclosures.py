"""Enclosures of minimisers, absence of stationary points, coverings by boxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp
from mpmath import findroot, iv, mp, mpf

from ..kernel.decide import less
from ..kernel.interval import DIGITS, thin
from ..kernel.outcome import Outcome, proved, undecided
from ..kernel.steps import Witness
from . import equations
from .equations import MARGIN_F, MARGIN_R, X, Y, alpha, eps, k, r, w1, w2, x


def between(low: Any, high: Any) -> Any:
    """The interval between two rationals, rounded outwards."""
    before, iv.dps = iv.dps, DIGITS
    try:
        ends = [thin(sp.sympify(v)) for v in (low, high)]
        return iv.mpf([ends[0].a, ends[1].b])
    finally:
        iv.dps = before


def rational(value: Any, digits: int = 30) -> sp.Rational:
    """A rational within ``10^-digits`` of a real number."""
    with mp.workdps(digits + 15):
        return sp.Rational(int(mp.nint(mpf(value) * mpf(10) ** digits)), 10**digits)


TOLERANCE = sp.Rational(1, 10**25)


@dataclass(frozen=True)
class Enclosed:
    """A stationary point: the step that proves the enclosure, and its margins as intervals."""

    step: Witness
    x: Any
    y: Any


def enclose_minimiser(
    values: dict[sp.Symbol, Any], pair: tuple[sp.Expr, sp.Expr], guess: tuple[float, float]
) -> Enclosed:
    """Enclose the minimiser of a convex objective: ``||w - w*|| <= ||gradient||``."""
    grad = equations.gradient(*pair).subs(
        {X: equations.exponential(MARGIN_R), Y: equations.exponential(MARGIN_F)}
    )
    grad = grad.subs(values)
    with mp.workdps(70):
        numeric = sp.lambdify((w1, w2), list(grad), "mpmath")
        solution = findroot(lambda u, v: numeric(u, v), guess)
    at = {w1: rational(solution[0]), w2: rational(solution[1])}
    step = Witness(
        "the gradient is below the tolerance, and bounds the distance to the minimiser",
        point={symbol: between(value, value) for symbol, value in at.items()},
        holds=(grad.dot(grad) < TOLERANCE**2,),
    )
    reach = 2 * (1 + abs(values[eps])) * TOLERANCE
    middle = [margin.subs(values).subs(at) for margin in (MARGIN_R, MARGIN_F)]
    return Enclosed(step, *(between(v - reach, v + reach) for v in middle))


def enclose_da_minimum(values: dict[sp.Symbol, Any], guess: float) -> Enclosed:
    """Enclose the descent-ascent minimum near ``guess`` (in x) by a change of sign."""
    of_x, level = (v.subs(values) for v in equations.eliminated())
    gap = level - values[alpha] * values[k]
    with mp.workdps(70):
        root = findroot(sp.lambdify(x, gap, "mpmath"), guess)
    low, high = rational(root) - TOLERANCE, rational(root) + TOLERANCE
    # y(x) is monotone: (a + m u)/(2 epsilon) keeps the sign of epsilon
    near = sorted((of_x.subs(x, end) for end in (low, high)), key=lambda v: sp.N(v, 45))
    ends = [rational(sp.N(v, 45)) + s * TOLERANCE for v, s in zip(near, (-1, 1), strict=True)]
    step = Witness(
        "alpha k - level changes sign with det > 0: a minimum lies between",
        point={x: between(low, high)},
        holds=(
            less(gap.subs(x, low) * gap.subs(x, high), 0),
            -equations.slope_sign().subs(values) / values[eps] > 0,
            less(ends[0], near[0]),
            less(near[1], ends[1]),
        ),
    )
    return Enclosed(step, between(low, high), between(*ends))


def no_da_point(values: dict[sp.Symbol, Any], low: sp.Rational, high: sp.Rational) -> Witness:
    """No stationary point for epsilon > 0: the maximum of ``alpha k`` over x lies too low.

    S changes sign on [low, high], so the maximum is there, and ``e^y`` at the high end times
    the decreasing factor at the low end is above it.
    """
    at_x, level = (v.subs(values) for v in equations.eliminated())
    factor = (level / sp.exp(at_x)).simplify()
    bound = factor.subs(x, low) * sp.exp(at_x.subs(x, high))
    turn = equations.slope_sign().subs(values)
    return Witness(
        "the largest alpha k with a stationary point is below this one",
        holds=(
            less(0, turn.subs(x, low)),
            less(turn.subs(x, high), 0),
            less(bound, values[alpha] * values[k]),
        ),
    )


@dataclass(frozen=True)
class Covering(Witness):
    """On every box of a cover at least one of several interval tests succeeds.

    ``tests`` maps a box (tuple of ``iv.mpf``) to whether it is settled; boxes that are not are
    halved along their longest side.  Running out of ``budget`` is a failure.
    """

    box: tuple[tuple[sp.Rational, sp.Rational], ...] = ()
    settled: Callable[[tuple[Any, ...]], bool] = lambda _: False
    relations: str = ""
    budget: int = 4_000

    def check(self) -> Outcome:
        """Subdivide until every box is settled."""
        before, iv.dps = iv.dps, 15
        try:
            waiting, done = [self.box], 0
            while waiting:
                box = waiting.pop()
                done += 1
                if done > self.budget:
                    return undecided(f"not settled after {self.budget} boxes, at {box}")
                if self.settled(tuple(_span(side) for side in box)):
                    continue
                i = max(range(len(box)), key=lambda j: box[j][1] - box[j][0])
                middle = (box[i][0] + box[i][1]) / 2
                for half in ((box[i][0], middle), (middle, box[i][1])):
                    waiting.append((*box[:i], half, *box[i + 1 :]))
        finally:
            iv.dps = before
        return proved(f"settled on {done} boxes")

    def latex(self) -> str:
        """Return the region and what is decided on it."""
        sides = r"\times".join(rf"[{sp.latex(p)}, {sp.latex(q)}]" for p, q in self.box)
        return rf"{self.relations}\quad\text{{on }}{sides}"


def _span(side: tuple[sp.Rational, sp.Rational]) -> Any:
    ends = [thin(v) for v in side]
    return iv.mpf([ends[0].a, ends[1].b])


# Where S changes sign at epsilon = 1/2, r = 100.
FOLD_LOW, FOLD_HIGH = sp.Rational(323, 100), sp.Rational(324, 100)
HALF = {eps: sp.Rational(1, 2), r: sp.Integer(100), k: sp.Integer(9)}
