"""Shared by the proofs about two correlated groups: equations, enclosures, coverings.

Every equation comes from the loss by differentiation.  ``k = n_R/n_F`` stands for the forget
fraction, ``f = 1/(1 + k)``, so that signs of rational functions are visible; ``X = e^-x`` and
``Y = e^-y`` for the margins x of retained and y of forgotten samples.  "y <= x" enters as
``Y = X (1 + h)`` with ``h >= 0``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp
from mpmath import findroot, iv, mp, mpf

from proofs.interval import DIGITS
from proofs.proof import Identity, Monotone, Outcome, Sign, Witness, less

eps = sp.Symbol("epsilon", real=True)
r, k, alpha, X, Y = sp.symbols("r k alpha X Y", positive=True)
h = sp.Symbol("h", nonnegative=True)
x, y = sp.symbols("x y", real=True)
w1, w2 = sp.symbols("w_1 w_2", real=True)

a, m = 1 + eps**2, (1 - eps**2) ** 2
c = 2 * eps / a
f = 1 / (1 + k)
b = r * k / (1 + k)

_MARGIN_R, _MARGIN_F = w1 + eps * w2, eps * w1 + w2


def exponential(margin: sp.Expr) -> sp.Expr:
    """Return ``e^-z``."""
    return sp.exp(-margin)


def objective(retained: sp.Expr, forgotten: sp.Expr) -> sp.Expr:
    """The objective over the ridge: ``retained`` and ``forgotten`` are coefficients over it."""
    losses = retained * exponential(_MARGIN_R) + forgotten * exponential(_MARGIN_F)
    return losses + (w1**2 + w2**2) / 2


def gradient(retained: sp.Expr, forgotten: sp.Expr) -> sp.Matrix:
    """Gradient of :func:`objective`, with X and Y for the exponentials."""
    full = objective(retained, forgotten)
    return sp.Matrix([_in_margins(sp.diff(full, w)) for w in (w1, w2)])


def hessian(retained: sp.Expr, forgotten: sp.Expr) -> sp.Matrix:
    """Hessian of :func:`objective`, with X and Y for the exponentials."""
    return sp.hessian(objective(retained, forgotten), (w1, w2)).applyfunc(_in_margins)


def margins(retained: sp.Expr, forgotten: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Right sides of ``x = ...``, ``y = ...`` at a stationary point: those of ``w - gradient``."""
    u, v = sp.Matrix([w1, w2]) - gradient(retained, forgotten)
    return sp.expand(u + eps * v), sp.expand(eps * u + v)


def _in_margins(expr: sp.Expr) -> sp.Expr:
    # before expanding, which would split the exponentials
    return expr.subs({exponential(_MARGIN_R): X, exponential(_MARGIN_F): Y})


def coefficients() -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    """(retained, forgotten) of original, oracle and descent-ascent, over the ridge."""
    return (b, b * alpha), (r, sp.Integer(0)), (r, -r * alpha * k)


def counts_are_parameters() -> tuple[Identity, ...]:
    """The coefficients of the data (counts over set sizes) in terms of r, k, alpha."""
    n_retain, n_forget, retained, ridge = sp.symbols("n_R n_F R_ij lambda", positive=True)
    there = {r: retained / (ridge * n_retain), k: n_retain / n_forget}
    forgotten, n = alpha * retained, n_retain + n_forget
    return (
        Identity("b = |R_ij|/(lambda n)", b.subs(there), retained / (ridge * n)),
        Identity("b alpha", (b * alpha).subs(there), forgotten / (ridge * n)),
        Identity("r alpha k", (r * alpha * k).subs(there), forgotten / (ridge * n_forget)),
    )


def strictly_convex(retained: sp.Expr, forgotten: sp.Expr) -> Sign:
    """The Hessian exceeds the identity: the minimiser exists and is unique."""
    u, v = sp.symbols("u v", real=True)
    direction = sp.Matrix([u, v])
    form = (direction.T * hessian(retained, forgotten) * direction)[0] - u**2 - v**2
    squares = retained * X * (u + eps * v) ** 2 + forgotten * Y * (eps * u + v) ** 2
    # the difference is zero as an identity, so the sign is that of the sum of squares
    return Sign("curvature beyond the ridge", squares + sp.expand(form - squares), ">=")


def lambert_increases() -> Monotone:
    """``z -> z e^z`` is increasing for z > 0, so its inverse W preserves inequalities."""
    z = sp.Symbol("z", positive=True)
    return Monotone("z e^z increases", z * sp.exp(z), z, ">")


def exponential_order() -> Monotone:
    """``e^g >= 1`` for g > 0: why ``y <= x`` is ``Y = X (1 + h)``."""
    g = sp.Symbol("g", positive=True)
    return Monotone("e^g > 1", sp.exp(g) - 1, g, ">")


def interval(low: Any, high: Any) -> Any:
    """The interval between two rationals, rounded outwards."""
    before, iv.dps = iv.dps, DIGITS
    try:
        ends = [iv.mpf(int(sp.Rational(v).p)) / int(sp.Rational(v).q) for v in (low, high)]
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
    grad = gradient(*pair).subs({X: exponential(_MARGIN_R), Y: exponential(_MARGIN_F)})
    grad = grad.subs(values)
    with mp.workdps(70):
        numeric = sp.lambdify((w1, w2), list(grad), "mpmath")
        solution = findroot(lambda u, v: numeric(u, v), guess)
    at = {w1: rational(solution[0]), w2: rational(solution[1])}
    step = Witness(
        "the gradient is below the tolerance, and bounds the distance to the minimiser",
        point={symbol: interval(value, value) for symbol, value in at.items()},
        holds=(grad.dot(grad) < TOLERANCE**2,),
    )
    reach = 2 * (1 + abs(values[eps])) * TOLERANCE
    middle = [margin.subs(values).subs(at) for margin in (_MARGIN_R, _MARGIN_F)]
    return Enclosed(step, *(interval(v - reach, v + reach) for v in middle))


def eliminated() -> tuple[sp.Expr, sp.Expr]:
    """y and ``alpha k`` as functions of x at a descent-ascent stationary point, epsilon != 0."""
    at_x = (a * x - r * m * sp.exp(-x)) / (2 * eps)
    return at_x, (a * r * sp.exp(-x) - x) * sp.exp(at_x) / (2 * eps * r)


def slope_sign() -> sp.Expr:
    """S: for epsilon > 0 the sign of d(alpha k)/dx, and ``-2 epsilon det`` of the Hessian."""
    u = r * sp.exp(-x)
    return (a + m * u) * (a * u - x) - 2 * eps * (a * u + 1)


def enclose_da_minimum(values: dict[sp.Symbol, Any], guess: float) -> Enclosed:
    """Enclose the descent-ascent minimum near ``guess`` (in x) by a change of sign."""
    of_x, level = (v.subs(values) for v in eliminated())
    gap = level - values[alpha] * values[k]
    with mp.workdps(70):
        root = findroot(sp.lambdify(x, gap, "mpmath"), guess)
    low, high = rational(root) - TOLERANCE, rational(root) + TOLERANCE
    # y(x) is monotone: (a + m u)/(2 epsilon) keeps the sign of epsilon
    near = sorted((of_x.subs(x, end) for end in (low, high)), key=lambda v: sp.N(v, 45))
    ends = [rational(sp.N(v, 45)) + s * TOLERANCE for v, s in zip(near, (-1, 1), strict=True)]
    step = Witness(
        "alpha k - level changes sign with det > 0: a minimum lies between",
        point={x: interval(low, high)},
        holds=(
            less(gap.subs(x, low) * gap.subs(x, high), 0),
            -slope_sign().subs(values) / values[eps] > 0,
            less(ends[0], near[0]),
            less(near[1], ends[1]),
        ),
    )
    return Enclosed(step, interval(low, high), interval(*ends))


def no_da_point(values: dict[sp.Symbol, Any], low: sp.Rational, high: sp.Rational) -> Witness:
    """No stationary point for epsilon > 0: the maximum of ``alpha k`` over x lies too low.

    S changes sign on [low, high], so the maximum is there, and ``e^y`` at the high end times
    the decreasing factor at the low end is above it.
    """
    at_x, level = (v.subs(values) for v in eliminated())
    factor = (level / sp.exp(at_x)).simplify()
    bound = factor.subs(x, low) * sp.exp(at_x.subs(x, high))
    turn = slope_sign().subs(values)
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
                    return Outcome(False, f"not settled after {self.budget} boxes, at {box}")
                if self.settled(tuple(_span(side) for side in box)):
                    continue
                i = max(range(len(box)), key=lambda j: box[j][1] - box[j][0])
                middle = (box[i][0] + box[i][1]) / 2
                for half in ((box[i][0], middle), (middle, box[i][1])):
                    waiting.append((*box[:i], half, *box[i + 1 :]))
        finally:
            iv.dps = before
        return Outcome(True, f"settled on {done} boxes")

    def latex(self) -> str:
        """Return the region and what is decided on it."""
        sides = r"\times".join(rf"[{sp.latex(p)}, {sp.latex(q)}]" for p, q in self.box)
        return rf"{self.relations}\quad\text{{on }}{sides}"


def _span(side: tuple[sp.Rational, sp.Rational]) -> Any:
    ends = [iv.mpf(int(v.p)) / int(v.q) for v in side]
    return iv.mpf([ends[0].a, ends[1].b])
