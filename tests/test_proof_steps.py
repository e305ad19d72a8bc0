"""The steps of a proof: what is true passes, what is false or undecided fails."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from mpmath import iv, mp

from proofs.kernel.decide import decide
from proofs.kernel.enclose import enclose
from proofs.kernel.interval import NotEnclosed
from proofs.kernel.outcome import Truth
from proofs.kernel.proof import Proof, assume, cite, proves, wrong
from proofs.kernel.refute import counterexample
from proofs.kernel.steps import Identity, Monotone, Settled, Sign, Step, Witness
from tests.strategies import reaches

a, b, c = sp.symbols("a b c", positive=True)
x, y = sp.symbols("x y", real=True)
k = sp.Symbol("k", nonnegative=True)
n = sp.Symbol("n", integer=True)
free = sp.Symbol("free")

TRUE: list[Step] = [
    Identity("a square", (x + y) ** 2, x**2 + 2 * x * y + y**2),
    Identity("exp and tanh", sp.tanh(x), (sp.exp(2 * x) - 1) / (sp.exp(2 * x) + 1)),
    Identity("log of a product", sp.log(a * b), sp.log(a) + sp.log(b)),
    Identity("entry by entry", sp.Matrix([x + x, y]), sp.Matrix([2 * x, y])),
    Sign("product of positives", a * b, ">"),
    Sign("a square", x**2, ">="),
    Sign("by its factors", a**2 - (a + k) ** 2, "<=", (k, -(2 * a + k))),
    Sign("minus an exponential", -sp.exp(x), "<"),
    Sign("zero is neither", x - x, ">="),
    Sign("by a lemma", a * (sp.exp(a) - 1), ">", (a, Monotone("", sp.exp(a) - 1, a, ">"))),
    Monotone("e^x > 1 + x", sp.exp(a) - 1 - a, a, ">"),
    Monotone("log x < x - 1 beyond 1", sp.log(x) - x + 1, x, "<", start=1),
    Monotone("third derivative", sp.exp(a) - 1 - a - a**2 / 2, a, ">"),
    Monotone("a start that is a symbol", sp.log(x) - sp.log(b), x, ">", start=b),
    Monotone("by factors", x**3 - x**2 / 2 + x / 12, x, ">=",
             factors=lambda s: (3, (s - sp.Rational(1, 6)) ** 2)),
    Witness("rational", {x: sp.Rational(1, 3)}, holds=(x < 1,), fails=(x > 1,)),
    Witness("irrational", {x: sp.Integer(2)}, holds=(sp.exp(x) > 7, sp.LambertW(x) < 1)),
    Witness("an interval", {x: iv.mpf([1, 2])}, holds=(sp.exp(x) > 2,), fails=(x < 0,)),
    Settled("nothing is left", 0),
]  # fmt: skip

FALSE: list[Step] = [
    Identity("a slip of the sign", (x + y) ** 2, x**2 - 2 * x * y + y**2),
    Identity("true for some x only", sp.sin(sp.pi * x)),
    Identity("the other branch of W", sp.LambertW(a * sp.exp(a)), -a),
    Identity("close is not equal", sp.Rational(1, 10**20) * x),
    Identity("one entry of two", sp.Matrix([x, y]), sp.Matrix([x, y + 1])),
    Sign("the opposite", a * b, "<"),
    Sign("not strict", x**2, ">"),
    Sign("zero is not positive", x - x, ">"),
    Sign("neither sign", a - b, ">"),
    Sign("a symbol that may be complex", free**2, ">="),
    Sign("undefined", sp.nan, ">="),
    Sign("real only for some x", sp.log(x) ** 2, ">="),
    Sign("the factors are those of something else", a**2 - b**2, ">", (a, a + b)),
    Sign("the lemma is false", a * (1 - sp.exp(a)), ">", (a, Monotone("", 1 - sp.exp(a), a, ">"))),
    Monotone("the wrong way", 1 + a - sp.exp(a), a, ">"),
    Monotone("starts below", sp.exp(a) - 2, a, ">"),
    Monotone("true nearby only", a - a**2, a, ">"),
    Monotone("an oscillation", sp.sin(a) + a / 2, a, ">"),
    Monotone("has a pole", 1 / (1 - a), a, ">"),
    Settled("something is left", 1),
    Witness("false", {x: sp.Integer(1)}, holds=(x > 1,)),
    Witness("holds where it must fail", {x: sp.Integer(1)}, fails=(x >= 1,)),
    Witness("one of two", {x: sp.Integer(1)}, holds=(x > 0, x > 1)),
    Witness("straddles", {x: iv.mpf([-1, 1])}, holds=(x > 0,)),
    Witness("straddles, negated", {x: iv.mpf([-1, 1])}, fails=(x > 0,)),
    Witness("nothing is claimed", {x: sp.Integer(1)}),
    Witness("no value", {x: sp.Integer(1)}, holds=(x + y > 0,)),
    Witness("equal as far as anyone can see", {x: iv.mpf([0, 0])}, holds=(sp.exp(x) > 1,)),
    Witness("no rule", {x: iv.mpf([1, 2])}, holds=(sp.gamma(x + 2) > 0,)),
    Settled("contradicted", 3, "another point is proved"),
]


@pytest.mark.parametrize("step", TRUE, ids=lambda s: s.what)
def test_true_steps_pass(step):
    outcome = step.check()
    assert outcome.proved, outcome.why


@pytest.mark.parametrize("step", FALSE, ids=lambda s: s.what)
def test_false_and_undecided_steps_fail(step):
    outcome = step.check()
    assert not outcome.proved
    assert outcome.why


UNDECIDED = {
    "true for some x only", "undefined", "a symbol that may be complex", "real only for some x",
    "straddles", "straddles, negated", "nothing is claimed", "no value", "no rule",
    "equal as far as anyone can see", "an oscillation", "something is left",
}  # fmt: skip


@pytest.mark.parametrize("step", FALSE, ids=lambda s: s.what)
def test_refuted_means_that_a_point_was_found(step):
    expected = Truth.UNDECIDED if step.what in UNDECIDED else Truth.REFUTED
    assert step.check().truth is expected


@pytest.mark.parametrize("step", TRUE, ids=lambda s: s.what)
def test_no_point_refutes_what_is_true(step):
    if isinstance(step, Identity | Sign):
        left = sp.sympify(step.left - step.right if isinstance(step, Identity) else step.expr)
        relation = "==" if isinstance(step, Identity) else step.relation
        entries = left if isinstance(left, sp.MatrixBase) else [left]
        assert [counterexample(entry, relation) for entry in entries] == [""] * len(entries)


def test_a_declared_function_is_not_given_a_value_against_its_declaration():
    steady = sp.Function("steady", positive=True)
    assert Sign("", steady(x), ">").check().truth is Truth.UNDECIDED
    assert Identity("", sp.Function("g")(x), 1).check().truth is Truth.REFUTED


def test_letters_that_do_not_commute_are_matrices():
    left, right = sp.symbols("A B", commutative=False)
    assert Identity("", (left + right) ** 2 - left**2 - right**2,
                    left * right + right * left).check().truth is not Truth.REFUTED  # fmt: skip
    assert Identity("", left * right, right * left).check().truth is Truth.REFUTED
    assert Identity("", left**-1 * left).check().truth is Truth.REFUTED


@pytest.mark.parametrize("step", TRUE + FALSE, ids=lambda s: s.what)
def test_every_step_can_be_printed(step):
    text = step.latex()
    assert text.count("{") == text.count("}")


def test_a_matrix_may_be_compared_with_zero():
    assert Identity("", sp.Matrix([x - x, y - y])).check().proved
    assert not Identity("", sp.Matrix([x, 0])).check().proved


def test_a_lemma_within_its_range_is_accepted():
    beyond = Monotone("", sp.log(x) - sp.log(b), x, ">", start=b).expr.subs(x, b + a)
    lemma = Monotone("", beyond, a, ">")
    assert Sign("", b * beyond, ">", (b, lemma)).check().proved


def test_a_variable_may_be_positive_where_the_start_is_not():
    above = Monotone("", sp.exp(a + c) - 1, a, ">", start=-c)
    assert above.check().proved
    assert Sign("", c * (sp.exp(a + c) - 1), ">", (c, above)).check().proved


@given(
    st.fractions(-3, 3, max_denominator=50),
    st.fractions(-3, 3, max_denominator=50),
    st.sampled_from([">", ">=", "<", "<=", "=="]),
)
def test_rational_relations_are_decided_exactly(left, right, relation):
    compare = {">": sp.Gt, ">=": sp.Ge, "<": sp.Lt, "<=": sp.Le, "==": sp.Eq}[relation]
    truth = {
        ">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right,
        "==": left == right,
    }[relation]  # fmt: skip
    point = {x: sp.Rational(left), y: sp.Rational(right)}
    assert decide(compare(x, y), point) is truth


@given(st.fractions(-3, 3), st.fractions(Fraction(1, 10**9), 1))
def test_intervals_decide_only_what_holds_throughout(middle, radius):
    low, high = middle - radius, middle + radius
    around = iv.mpf([float(low), float(high)])
    truth = decide(x > 0, {x: around})
    ends = {float(low) > 0, float(high) > 0}
    assert truth is (ends.pop() if len(ends) == 1 and 0 not in around else None)


def test_a_difference_far_below_double_precision_is_decided():
    tiny = sp.Rational(1, 10**30)
    near = Witness("", {x: iv.mpf(1), y: tiny}, holds=(sp.exp(x) + y > sp.exp(x),))
    assert decide(sp.exp(x) > sp.exp(sp.Integer(1) - tiny), {x: sp.Integer(1)}) is True
    assert near.check().proved


def expressions():
    """Real expressions of x and y that every rule of the enclosure can meet."""
    leaves = st.sampled_from([x, y, sp.Integer(2), sp.Rational(-1, 3), sp.E])

    def grow(inner):
        pairs = st.tuples(inner, inner)
        return st.one_of(
            pairs.map(lambda p: p[0] + p[1]),
            pairs.map(lambda p: p[0] * p[1]),
            pairs.map(lambda p: sp.Max(*p)),
            pairs.map(lambda p: sp.Min(*p)),
            inner.map(sp.Abs),
            inner.map(sp.tanh),
            inner.map(lambda e: sp.exp(sp.tanh(e))),
            inner.map(lambda e: sp.log(1 + e**2)),
            inner.map(lambda e: sp.LambertW(e**2)),
            inner.map(lambda e: sp.LambertW(-sp.exp(-2 - e**2), -1)),
            inner.map(lambda e: sp.sqrt(1 + e**2)),
            inner.map(lambda e: (2 + e**2) ** sp.Rational(-2, 3)),
            inner.map(lambda e: e**3),
        )

    return st.recursive(leaves, grow, max_leaves=6)


fractions = st.fractions(-2, 2, max_denominator=999)


def contains(enclosure, value):
    """Whether the enclosure holds a 60-digit value, up to that value's own error."""
    low, high = (mp.make_mpf(end) for end in iv.mpf(enclosure)._mpi_)
    slack = mp.mpf(10) ** -50 * (1 + abs(value))
    return low - slack <= value <= high + slack


@given(expressions(), fractions, fractions)
def test_enclosures_contain_the_value(expr, at_x, at_y):
    point = {x: sp.Rational(at_x), y: sp.Rational(at_y)}
    with mp.workdps(60):
        values = [mp.mpf(v.p) / v.q for v in point.values()]
        value = mp.mpf(mp.re(sp.lambdify((x, y), expr, modules="mpmath")(*values)))
        enclosure = enclose(expr, point)
        assert contains(enclosure, value)


def test_the_drawn_expressions_meet_every_rule():
    def meets(rule):
        return lambda expr: expr.has(rule) and expr.has(x)

    for rule in (sp.Abs, sp.Max, sp.Min, sp.LambertW, sp.tanh, sp.log, sp.exp):
        reaches(expressions(), meets(rule))


@pytest.mark.parametrize("expr", [sp.Max(x, y), sp.Min(x, y), sp.Abs(x), sp.Abs(-x)], ids=str)
def test_extremes_are_not_rounded(expr):
    # 1/3 and -1/3 have no binary expansion that ends: rounding an end would lose the value
    for sign in (1, -1):
        point = {x: sp.Rational(sign, 3), y: sp.Rational(sign, 3)}
        with mp.workdps(60):
            assert contains(enclose(expr, point), mp.mpf(expr.subs(point).p) / 3)


@pytest.mark.parametrize("branch", [0, -1])
@pytest.mark.parametrize("exponent", [-2, -6, -12])
def test_lambert_w_is_enclosed_near_its_branch_point(branch, exponent):
    w = -1 + (1 if branch == 0 else -1) * sp.Rational(10) ** exponent
    enclosure = enclose(sp.LambertW(x, branch), {x: enclose(w * sp.exp(w), {})})
    with mp.workdps(60):
        assert contains(enclosure, mp.mpf(w.p) / w.q)


@pytest.mark.parametrize(
    ("expr", "point"),
    [
        (sp.gamma(x), {x: sp.Integer(2)}),
        (x + y, {x: sp.Integer(2)}),
        (sp.log(x), {x: sp.Integer(-1)}),
        (sp.log(x), {x: iv.mpf([-1, 1])}),
        (sp.sqrt(x), {x: sp.Integer(-1)}),
        (sp.LambertW(x), {x: sp.Integer(-1)}),
        (sp.LambertW(x, -1), {x: sp.Integer(1)}),
        (sp.LambertW(x, 1), {x: sp.Rational(-1, 10)}),
        (1 / x, {x: iv.mpf([-1, 1])}),
        (sp.exp(sp.exp(sp.exp(x))), {x: sp.Integer(5)}),
        (sp.pi * x, {x: sp.Integer(1)}),
        (sp.Float(0.1) * x, {x: sp.Integer(1)}),
    ],
    ids=str,
)
def test_what_no_rule_encloses_is_refused(expr, point):
    with pytest.raises(NotEnclosed):
        enclose(expr, point)


def test_the_interval_precision_is_restored():
    before = iv.dps, mp.dps
    enclose(sp.exp(x), {x: sp.Integer(1)})
    with pytest.raises(NotEnclosed):
        enclose(sp.gamma(x), {x: sp.Integer(1)})
    assert (iv.dps, mp.dps) == before


def test_a_proof_needs_a_step():
    ((step, outcome),) = Proof((), ()).failures()
    assert not outcome.proved
    assert step.what


def test_failures_are_the_steps_that_are_not_proved():
    good, bad = TRUE[0], FALSE[0]
    assert Proof((), (good,)).failures() == ()
    assert [step for step, _ in Proof((), (good, bad, good)).failures()] == [bad]


def test_a_proof_needs_a_mutant():
    with pytest.raises(ValueError, match="at least one mutant"):
        proves(lambda sign=1: iter(()))

    @proves
    def pair(left=wrong(1, both=2, one=3), right=wrong(4, both=5)):
        """Two parameters, one mutant that changes both."""
        yield Identity("", sp.Integer(left + right), 5)

    shared: Any = pair
    assert shared.mutants == {"both": {"left": 2, "right": 5}, "one": {"left": 3}}
    assert shared().failures() == ()
    assert all(shared(**change).failures() for change in shared.mutants.values())

    @proves
    def claim(sign=wrong(1, wrong=-1)):
        """Yield parts in any order."""
        yield assume("a > 0")
        yield Sign("", sign * a, ">")
        yield cite("one", "another")
        yield assume("and a is real")

    named: Any = claim
    assert named.mutants == {"wrong": {"sign": -1}}
    assert named.__doc__ == "Yield parts in any order."
    assert named().failures() == ()
    assert len(named(**named.mutants["wrong"]).failures()) == 1
    assert named().assumptions == ("a > 0", "and a is real")
    assert named().cited == ("one", "another")
