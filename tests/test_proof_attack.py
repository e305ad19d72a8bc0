"""False statements that a careless kernel would prove: every one must be refused.

Each line names the weakness that it would use.  What is refused may be refuted or undecided;
it may not crash, since a crash tells nobody what is wrong.
"""

from __future__ import annotations

import pytest
import sympy as sp
from mpmath import iv, mpf

from proofs.kernel.decide import less
from proofs.kernel.steps import Identity, Monotone, Settled, Sign, Step, Witness

a, b = sp.symbols("a b", positive=True)
x, y = sp.symbols("x y", real=True)
k = sp.Symbol("k", nonnegative=True)
n = sp.Symbol("n", integer=True)
even, prime = sp.Symbol("even", even=True), sp.Symbol("prime", prime=True)
negative = sp.Symbol("q", negative=True)
free = sp.Symbol("free")
matrix_a, matrix_b = sp.symbols("A B", commutative=False)
steady = sp.Function("steady", positive=True)
any_function = sp.Function("g")
half, tenth = sp.Rational(1, 2), sp.Rational(1, 10)
TINY = sp.Rational(1, 10**60)
# e^t - 1 - t is t^2/2 + ..., 10^-120 / 2 here: below it this is negative by 10^-119
BELOW = sp.exp(TINY) - 1 - TINY - sp.Rational(1, 10**119)
NOISE = sp.Float(0.1) + sp.Float(0.2) - sp.Float(0.3)

FALSE: dict[str, Step] = {
    # floats, wherever they may enter
    "a float that is 0": Sign("", NOISE, ">"),
    "a Python float": Sign("", 0.1 + 0.2 - 0.3, ">"),
    "a float among factors": Sign("", a * NOISE, ">", (a, NOISE)),
    "a float in Monotone": Monotone("", sp.exp(a) - sp.Float("1.00000000000000000000001"), a, ">"),
    "a float as start": Monotone("", x - tenth - TINY, x, ">", start=sp.Float(0.1)),
    "a Python float as start": Monotone("", x - tenth - TINY, x, ">", start=0.1),
    "a float from the factors": Monotone("", k * NOISE * a, a, ">", factors=lambda s: (k * NOISE,)),
    "a float in a relation": Witness("", {x: sp.Integer(0)}, holds=(x + NOISE > 0,)),
    "a float as a value": Witness("", {x: sp.Float(0.3)}, holds=(x < sp.Rational(3, 10),)),
    "a Python float as a value": Witness("", {x: 0.1}, holds=(x <= tenth,)),
    "an mpf as a value": Witness("", {x: mpf(0.1)}, holds=(x <= tenth,)),
    "a float beside an interval": Witness("", {x: iv.mpf([0, 1])}, holds=(x + 1 + NOISE > 1,)),
    "a float in an identity": Identity("", NOISE, sp.Float(5e-17)),
    "a float in a matrix": Identity("", sp.Matrix([sp.Float(0.1) * 3]), sp.Matrix([3 * tenth])),
    # the start
    "a jump at the start": Monotone("", 1 - 2 * sp.Heaviside(x), x, ">="),
    "an essential singularity at the start": Monotone("", sp.exp(-1 / x) - half, x, ">="),
    "a pole at the start": Monotone("", 1 / x - 1, x, ">"),
    "0^x at the start": Monotone("", 1 - 2 * sp.Integer(0) ** x, x, "<="),
    "x^x - 1 at the start": Monotone("", x**x - 1, x, ">="),
    "k^x at k = 0": Monotone("", k**x, x, ">"),
    "no limit at the start": Monotone("", sp.sin(1 / x), x, ">="),
    "a start that moves with the variable": Monotone("", x - x**3, x, ">=", start=x),
    "a start at minus infinity": Monotone("", sp.exp(x) - 1, x, ">", start=-sp.oo),
    "a start far on the left": Monotone("", (x - 1) * sp.exp(x), x, ">", start=-(10**9)),
    # continuity beyond it
    "a jump inside": Monotone("", sp.atan(1 / (1 - a)), a, ">"),
    "pieces": Monotone("", sp.Piecewise((5, x <= 0), (x - 1, True)), x, ">"),
    "an angle": Monotone("", -sp.atan2(x - 1, -1), x, ">="),
    "steps of a floor": Monotone("", -sp.floor(x), x, ">="),
    "a sign": Monotone("", 1 - sp.sign(x - 1), x, ">"),
    "the derivative of Abs": Monotone("", 1 - sp.Abs(x - 1), x, ">="),
    "the derivative of Max": Monotone("", 1 - sp.Max(x, 1), x, ">="),
    "a tangent": Monotone("", sp.tan(x), x, ">"),
    # lemmas and factors
    "a lemma beyond its range": Sign("", x - 5, ">", (Monotone("", x - 5, x, ">", start=5),)),
    "a lemma without its start": Sign("", k * 1, ">", (Monotone("", k, k, ">"),)),
    "a lemma about a namesake": Sign("", x, ">", (Sign("", sp.Symbol("x", positive=True), ">"),)),
    "a false lemma": Sign("", a * (1 - sp.exp(a)), ">", (a, Monotone("", 1 - sp.exp(a), a, ">"))),
    "a factor of 0": Sign("", (a - a) * b, ">", (sp.Integer(0), b)),
    "a factor that may be 0": Sign("", k * a, ">", (k, a)),
    "a slope that may be 0": Monotone("", k * x, x, ">", factors=lambda s: (k,)),
    "a slope that is 0": Monotone("", sp.Integer(0) * x, x, ">"),
    "factors of something else": Sign("", a - b, ">", (a, b)),
    "a factor and its inverse": Sign("", y, ">", (y**2, 1 / y)),
    # branches
    "a root of a square": Identity("", sp.sqrt(free**2), free),
    "a real root of a square": Identity("", sp.sqrt(x**2), x),
    "a log of e^z": Identity("", sp.log(sp.exp(free)), free),
    "a log of a square": Identity("", sp.log(x**2), 2 * sp.log(x)),
    "a log of a product": Identity("", sp.log(x * y), sp.log(x) + sp.log(y)),
    "a root of e^z": Identity("", sp.exp(free) ** half, sp.exp(free / 2)),
    "a root of a root": Identity("", (x**2) ** sp.Rational(1, 4), sp.sqrt(x)),
    "W of w e^w": Identity("", sp.LambertW(x * sp.exp(x)), x),
    "W_-1 of w e^w": Identity("", sp.LambertW(x * sp.exp(x), -1), x),
    "|z|^2": Identity("", sp.Abs(free) ** 2, free**2),
    "atan of tan": Identity("", sp.atan(sp.tan(x)), x),
    "a maximum far away": Identity("", sp.Max(x, -1000), x),
    "a piece far away": Identity("", sp.Piecewise((x, x > -10000), (0, True)), x),
    "matrices commute": Identity("", matrix_a * matrix_b, matrix_b * matrix_a),
    "shapes differ": Identity("", sp.Matrix([[x, y]]), sp.Matrix([x, y])),
    "one of two entries": Identity("", sp.Matrix([x, y]), sp.Matrix([x, x])),
    "no entries": Identity("", sp.zeros(0, 0), sp.zeros(0, 0)),
    "truths": Identity("", True, True),
    # rounding
    "equal to 60 digits": Identity("", sp.exp(TINY), 1 + TINY),
    "positive by 120 digits": Sign("", BELOW, ">"),
    "times a positive": Sign("", a * BELOW, ">"),
    "decided by sympy": Witness("", holds=(sp.Gt(sp.exp(TINY), BELOW + sp.exp(TINY) + TINY),)),
    "nearly an integer": Sign("", 262537412640768744 - sp.exp(sp.pi * sp.sqrt(163)), "<"),
    # domains
    "a cancelled pole": Sign("", (x**2 - 1) / (x - 1) - x, ">"),
    "a square of a log": Sign("", sp.log(x) ** 2, ">="),
    "a log of a negative": Sign("", sp.log(-a) ** 2, ">"),
    "a root of what may be negative": Sign("", x ** sp.Rational(2, 3), ">="),
    "an inverse square": Sign("", x**-2, ">"),
    "W outside its domain": Sign("", sp.LambertW(x) + 1, ">="),
    "division by 0": Witness("", {x: sp.Integer(0)}, holds=(1 / x**2 > 0,)),
    "division by an interval": Witness("", {x: iv.mpf([0, 1])}, holds=(1 / x > half,)),
    "a root of -8": Witness("", {x: sp.Integer(-8)}, holds=(x ** sp.Rational(1, 3) < 0,)),
    "a log of -1": Witness("", {x: sp.Integer(-1)}, holds=(sp.log(x) < 1,)),
    "a log of an interval": Witness("", {x: iv.mpf([-1, 2])}, holds=(sp.log(x) < 1,)),
    "W of -1": Witness("", {x: sp.Integer(-1)}, holds=(sp.LambertW(x) < 0,)),
    "W_-1 of 1": Witness("", {x: sp.Integer(1)}, holds=(sp.LambertW(x, -1) < 0,)),
    "W_2": Witness("", {x: -tenth}, holds=(less(sp.LambertW(x, 2), 0),)),
    "infinity": Sign("", sp.oo, ">"),
    "infinity is infinity": Identity("", sp.oo, sp.oo),
    "a value at infinity": Witness("", {x: sp.oo}, holds=(x > 1,)),
    # what the symbols were declared to be
    "a positive symbol at -1": Witness("", {a: sp.Integer(-1)}, holds=(less(a, 0),)),
    "a positive symbol on an interval": Witness("", {a: iv.mpf([-2, -1])}, holds=(less(a, 0),)),
    "a negative symbol at 3": Witness("", {negative: sp.Integer(3)}, holds=(less(2, negative),)),
    "an integer at 1/2": Witness("", {n: half}, holds=(n > 0,)),
    "an integer at sqrt 2": Witness("", {n: sp.sqrt(2)}, holds=(n > 1,)),
    "an integer on an interval": Witness("", {n: iv.mpf([1, 2])}, holds=(n > 0,)),
    "an even number at 3": Witness("", {even: sp.Integer(3)}, holds=(even > 2,)),
    "a prime at 9": Witness("", {prime: sp.Integer(9)}, holds=(prime > 8,)),
    "a complex value": Witness("", {x: sp.I}, holds=(less(x**2, 0),)),
    "a complex symbol": Sign("", free**2 + 1, ">"),
    "a function declared positive": Sign("", steady(free) - 1, ">"),
    "the square of any function": Sign("", any_function(x) ** 2, ">="),
    # heads without a rule
    "a floor": Sign("", sp.floor(a), ">"),
    "a gamma function": Sign("", sp.gamma(x), ">"),
    "an empty sum": Sign("", sp.Sum(a, (n, 1, sp.Symbol("N", integer=True))), ">"),
    "an oriented integral": Sign("", sp.Integral(a, (x, 1, y)), ">"),
    "pieces have no sign": Sign("", sp.Piecewise((1, x > -10000), (-1, True)), ">"),
    "a matrix has no sign": Sign("", sp.Matrix([1]), ">"),
    "a truth has no sign": Sign("", True, ">"),
    # forms of the statement
    "an unknown relation": Sign("", a, "=="),
    "an unknown relation of Monotone": Monotone("", a, a, "!="),
    "nothing is claimed": Witness("", {x: sp.Integer(1)}),
    "a Python truth": Witness("", {x: sp.Integer(1)}, holds=(True,)),
    "a truth of sympy": Witness("", {x: sp.Integer(1)}, holds=(sp.true,)),
    "no value": Witness("", {x: sp.Integer(1)}, holds=(x + y > 0,)),
    "boxes are left": Settled("", 1),
}


@pytest.mark.parametrize("step", FALSE.values(), ids=FALSE.keys())
def test_a_false_statement_is_refused_with_a_reason(step: Step) -> None:
    outcome = step.check()
    assert not outcome.proved
    assert outcome.why


TRUE: dict[str, Step] = {
    "an integer": Witness("", {n: sp.Integer(2)}, holds=(n > 1,)),
    "an even number": Witness("", {even: sp.Integer(4)}, holds=(even > 2,)),
    "a positive irrational": Witness("", {a: sp.sqrt(2)}, holds=(a**2 < sp.Rational(9, 4),)),
    "a start below": Monotone("", (x + 5) * sp.exp(x), x, ">", start=-5),
    "sqrt from 0 on": Monotone("", sp.sqrt(x) + x, x, ">"),
    "an inverse square": Sign("", a**-2, ">"),
    "a sum with a number": Sign("", a + sp.log(2) - sp.Rational(69, 100), ">"),
    "a negative number": Sign("", -a - sp.exp(-1) + sp.Rational(1, 3), "<"),
    "an odd root": Sign("", k ** sp.Rational(1, 3), ">="),
    "a tanh": Sign("", sp.tanh(a) * sp.LambertW(a), ">"),
}


@pytest.mark.parametrize("step", TRUE.values(), ids=TRUE.keys())
def test_its_true_neighbours_are_still_proved(step: Step) -> None:
    outcome = step.check()
    assert outcome.proved, outcome.why
