"""What a proof is: assumptions and steps, each decided by sympy or in interval arithmetic.

A claim's proof is a function ``proofs/<stem>.py::<slug>`` that derives everything from the
loss and returns a :class:`Proof`.  Its keyword arguments are the constants, signs and
hypotheses that a wrong version of the claim would get wrong; the decorator
:func:`proves` names those wrong versions, the **mutants**, and the same code must reject
each of them.  A step that cannot be decided counts as failed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from mpmath import mp

from proofs.interval import NotEnclosed, enclose

_SYMPY_FALSE_PROBES = 3


@dataclass(frozen=True)
class Outcome:
    """Whether a step is proved, and why (one line)."""

    proved: bool
    why: str


@dataclass(frozen=True)
class Identity:
    """``left == right`` for every admissible value of the symbols: reduces to exactly 0."""

    what: str
    left: Any
    right: Any = 0

    def check(self) -> Outcome:
        """Reduce the difference to 0; a numerical probe rejects false ones quickly."""
        left, right = sp.sympify(self.left), sp.sympify(self.right)
        if isinstance(left, sp.MatrixBase) and right == 0:
            right = sp.zeros(*left.shape)
        if left.has(sp.Float) or right.has(sp.Float):
            return Outcome(False, "a float is not exact")
        difference = left - right
        entries = list(difference) if isinstance(difference, sp.MatrixBase) else [difference]
        if not entries:
            return Outcome(False, "nothing is claimed")
        for entry in entries:
            if not _is_zero(entry):
                return Outcome(False, f"does not reduce to 0: {_short(entry)}")
        return Outcome(True, "reduces to 0")

    def latex(self) -> str:
        """Return the identity as LaTeX."""
        return f"{sp.latex(self.left)} = {sp.latex(self.right)}"


@dataclass(frozen=True)
class Sign:
    """``expr <relation> 0`` from the assumptions on its symbols.

    ``factors``, when given, must multiply to ``expr`` (checked), and the sign is decided
    factor by factor; without it sympy's own forms of ``expr`` are tried.  A factor whose sign
    needs an argument of its own is given as the ``Sign`` or ``Monotone`` that proves it.
    """

    what: str
    expr: Any
    relation: str
    factors: tuple[Any, ...] = ()

    def check(self) -> Outcome:
        """Decide the sign of the product; a factor of unknown sign fails the step."""
        expr = sp.sympify(self.expr)
        factors = self.factors or (expr,)
        values = [sp.sympify(f.expr if isinstance(f, Sign | Monotone) else f) for f in factors]
        if self.factors and not _is_zero(expr - sp.prod(values)):
            return Outcome(False, "the factors do not multiply to the expression")
        signs = []
        for factor, value in zip(factors, values, strict=True):
            if isinstance(factor, Sign | Monotone):
                lemma = factor.check()
                if not lemma.proved:
                    return Outcome(False, f"{factor.what}: {lemma.why}")
                if isinstance(factor, Monotone) and not factor.covers_its_variable():
                    return Outcome(False, f"{factor.what}: holds beyond its start only")
                sign: str | None = _CLASS[factor.relation]
            else:
                sign = _sign_class(value)
            if sign is None:
                return Outcome(False, f"sign undecided: {_short(value)}")
            signs.append(sign)
        total = _multiply(signs)
        proved = total in _IMPLIES[self.relation]
        wanted = "" if proved else f", not {self.relation} 0"
        return Outcome(proved, f"the sign is {total}{wanted}")

    def latex(self) -> str:
        """Return the inequality as LaTeX."""
        return f"{sp.latex(sp.sympify(self.expr))} {_LATEX[self.relation]} 0"


@dataclass(frozen=True)
class Monotone:
    """``expr <relation> 0`` for every ``variable > start``, by its derivative.

    ``relation`` is ``">"``/``">="`` (value at ``start`` non-negative, derivative positive
    or non-negative beyond) or ``"<"``/``"<="``.  ``start`` may be ``-oo`` (then the limit is
    taken, and the variable stays real).  Where the sign of the derivative is not visible, the
    same argument is applied to the derivative, up to four deep.  ``factors`` are those of the
    derivative with ``variable`` replaced by ``start + step`` (by ``step`` for ``start = -oo``);
    give them as a function of the new symbol when sympy cannot see the sign unaided.  The
    expression must be visibly continuous beyond the start; at the start it must be so as well.
    """

    what: str
    expr: Any
    variable: sp.Symbol
    relation: str
    start: Any = 0
    factors: Callable[[sp.Symbol], tuple[Any, ...]] | None = None

    def check(self) -> Outcome:
        """Check the value at the start, then the derivative's sign beyond it."""
        return self._check(depth=4)

    def covers_its_variable(self) -> bool:
        """Whether every admissible value of the variable lies beyond the start."""
        if self.start == -sp.oo:
            return True
        gap = self.variable - sp.sympify(self.start)
        return bool(gap.is_positive or ("=" in self.relation and gap.is_nonnegative))

    def _check(self, depth: int) -> Outcome:
        expr = sp.sympify(self.expr)
        # a symbol of its own: the variable's assumptions need not hold all the way to the start
        if self.start == -sp.oo:
            step = sp.Dummy("step", real=True)
            moved = expr.subs(self.variable, step)
            at_start = sp.limit(moved, step, -sp.oo)
        else:
            step = sp.Dummy("step", positive=True)
            moved = expr.subs(self.variable, self.start + step)
            at_start = moved.subs(step, 0)  # from the right: a jump at the start is seen
        broken = _maybe_discontinuous(moved)
        if broken is not None:
            return Outcome(False, f"continuity undecided: {_short(broken)}")
        value = Sign("value at the start", at_start, self.relation[0] + "=").check()
        if not value.proved:
            return Outcome(False, f"at the start: {value.why}")
        slope = sp.diff(moved, step)
        factors = self.factors(step) if self.factors else ()
        derivative = Sign("derivative", slope, self.relation, factors).check()
        if derivative.proved or factors or depth == 0 or self.start == -sp.oo:
            return Outcome(derivative.proved, f"the derivative: {derivative.why}")
        return Monotone("derivative", slope, step, self.relation)._check(depth - 1)

    def latex(self) -> str:
        """Return the inequality as LaTeX."""
        return (
            f"{sp.latex(sp.sympify(self.expr))} {_LATEX[self.relation]} 0"
            f"\\quad({sp.latex(self.variable)} > {sp.latex(self.start)})"
        )


@dataclass(frozen=True)
class Witness:
    """Relations decided at one exact point: the tool for counterexamples and existence.

    ``holds`` must all be true and ``fails`` all be false at ``point`` (rationals, or
    intervals that enclose an irrational root).  Decided exactly when everything is rational,
    otherwise in interval arithmetic; an interval that straddles the boundary is a failure.
    """

    what: str
    point: Mapping[sp.Symbol, Any] = field(default_factory=dict)
    holds: tuple[Any, ...] = ()
    fails: tuple[Any, ...] = ()

    def check(self) -> Outcome:
        """Decide every relation at the point."""
        if not self.holds and not self.fails:
            return Outcome(False, "nothing is claimed")
        for expected, relations in ((True, self.holds), (False, self.fails)):
            for relation in relations:
                truth = decide(relation, self.point)
                if truth is None:
                    return Outcome(False, f"undecided at the point: {_short(relation)}")
                if truth is not expected:
                    return Outcome(False, f"is {truth} at the point: {_short(relation)}")
        at = ", ".join(f"{k}={_short(v, 24)}" for k, v in self.point.items())
        return Outcome(True, f"verified at {at}" if at else "verified")

    def latex(self) -> str:
        """Return the relations and the point as LaTeX."""
        relations = [sp.latex(r) for r in self.holds]
        relations += [rf"\neg\left({sp.latex(r)}\right)" for r in self.fails]
        at = ",\\ ".join(f"{sp.latex(k)}={_latex_value(v)}" for k, v in self.point.items())
        return ",\\ ".join(relations) + (rf"\quad\text{{at }}{at}" if at else "")


Step = Identity | Sign | Monotone | Witness


@dataclass(frozen=True)
class Proof:
    """Assumptions in words and the steps that were decided under them."""

    assumptions: tuple[str, ...]
    steps: tuple[Step, ...]

    def failures(self) -> tuple[tuple[Step, Outcome], ...]:
        """Return the steps that are not proved; an empty proof fails as a whole."""
        if not self.steps:
            return ((Witness("a proof has at least one step"), Outcome(False, "no steps")),)
        checked = ((step, step.check()) for step in self.steps)
        return tuple((step, outcome) for step, outcome in checked if not outcome.proved)


def proves(**mutants: Mapping[str, Any]) -> Callable[[Callable[..., Proof]], Callable[..., Proof]]:
    """Mark a proof and name its mutants: ``name = {keyword: wrong value}`` each."""
    if not mutants:
        raise ValueError("a proof needs at least one mutant that it rejects")

    def mark(function: Callable[..., Proof]) -> Callable[..., Proof]:
        function.mutants = mutants  # type: ignore[attr-defined]
        return function

    return mark


def less(left: Any, right: Any) -> sp.Basic:
    """Return ``left < right`` unevaluated: sympy would compare irrationals by rounded values."""
    return sp.StrictLessThan(sp.sympify(left), sp.sympify(right), evaluate=False)


def decide(relation: Any, point: Mapping[sp.Symbol, Any] | None = None) -> bool | None:
    """Return the truth of a relation at a point, or None where it cannot be decided."""
    if isinstance(relation, bool):  # a Python comparison says nothing about the expressions
        return None
    relation = sp.sympify(relation)
    if not all(_admissible(symbol, value) for symbol, value in (point or {}).items()):
        return None
    if not isinstance(relation, sp.core.relational.Relational):
        # decided when it was written down: sympy compares irrationals by rounded values
        return None
    exact = {k: v for k, v in (point or {}).items() if isinstance(v, sp.Basic | int)}
    sides = [side.subs(exact) for side in relation.args]
    if all(side.is_Rational for side in sides):
        return bool(relation.func(*sides))
    try:
        difference = enclose(relation.lhs - relation.rhs, point)
    except NotEnclosed:
        return None
    if difference > 0:
        return relation.rel_op in (">", ">=", "!=")
    if difference < 0:
        return relation.rel_op in ("<", "<=", "!=")
    return None


_IMPLIES = {
    ">": {"positive"},
    ">=": {"positive", "nonnegative", "zero"},
    "<": {"negative"},
    "<=": {"negative", "nonpositive", "zero"},
}
_CLASS = {">": "positive", ">=": "nonnegative", "<": "negative", "<=": "nonpositive"}
_LATEX = {">": ">", ">=": r"\ge", "<": "<", "<=": r"\le"}


# Continuous on the whole real line, whatever the (continuous, real) argument.
_ENTIRE = (sp.exp, sp.tanh, sp.sinh, sp.cosh, sp.sin, sp.cos, sp.atan, sp.Abs, sp.Max, sp.Min)


def _maybe_discontinuous(expr: sp.Expr) -> sp.Expr | None:
    """Return a part of ``expr`` that may jump or have a pole, or None if there is none."""
    for part in sp.preorder_traversal(expr):
        if part.is_Atom or part.is_Add or part.is_Mul or isinstance(part, _ENTIRE):
            continue
        if (
            part.is_Pow
            and part.exp.is_nonnegative
            and (
                part.exp.is_integer or _sign_class(part.base) in ("positive", "nonnegative", "zero")
            )
        ):
            continue
        if (
            part.is_Pow
            and part.exp.is_integer
            and _sign_class(part.base)
            in (
                "positive",
                "negative",
            )
        ):
            continue
        # a real base > 0 to any real power, log of a positive number, W0 from 0 on
        argument = part.base if part.is_Pow else part.args[0]
        sign = _sign_class(argument)
        if (part.is_Pow or isinstance(part, sp.log)) and sign == "positive":
            continue
        if (
            isinstance(part, sp.LambertW)
            and len(part.args) == 1
            and (sign in ("positive", "nonnegative", "zero"))
        ):
            continue
        return part
    return None


def _admissible(symbol: sp.Symbol, value: Any) -> bool:
    """Whether a value of a Witness agrees with the assumptions on its symbol."""
    if isinstance(value, sp.Basic | int):
        exact = sp.sympify(value)
        if exact.has(sp.Float) or not exact.is_finite:
            return False
        return all(getattr(exact, f"is_{fact}") is holds for fact, holds in _facts(symbol))
    positive, negative = bool(value > 0), bool(value < 0)
    known = {"positive": positive, "negative": negative, "nonnegative": bool(value >= 0)}
    known |= {"nonpositive": bool(value <= 0), "zero": not (positive or negative)}
    known |= {"nonzero": positive or negative, "integer": False}
    return all(known.get(fact, True) is holds for fact, holds in _facts(symbol) if holds)


def _facts(symbol: sp.Symbol) -> list[tuple[str, bool]]:
    named = ("real", "integer", "positive", "negative", "nonnegative", "nonpositive", "nonzero")
    facts = ((name, getattr(symbol, f"is_{name}")) for name in named)
    return [(name, truth) for name, truth in facts if truth is not None]


def _is_zero(expr: sp.Expr) -> bool:
    """Decide ``expr == 0`` by reduction; random exact probes reject a non-zero first."""
    if expr == 0:
        return True
    if _probe_rejects(expr):
        return False
    forms: tuple[Callable[[sp.Expr], sp.Expr], ...] = (
        sp.expand,
        lambda e: sp.numer(sp.together(e)).expand(),
        lambda e: sp.simplify(e.rewrite(sp.exp)),
        lambda e: sp.simplify(sp.expand_log(sp.expand(e), force=False)),
        sp.simplify,
    )
    return any(form(expr) == 0 for form in forms)


def _probe_rejects(expr: sp.Expr) -> bool:
    """Return True when a random admissible point gives a value clearly different from 0."""
    symbols = sorted(expr.free_symbols, key=str)
    generator = random.Random(20250926)
    for _ in range(_SYMPY_FALSE_PROBES):
        values = {s: _random_value(s, generator) for s in symbols}
        try:
            with mp.workdps(60):
                value = sp.N(expr.subs(values), 50)
                if value.is_number and value.is_finite and abs(value) > sp.Float("1e-25"):
                    return True
        except (TypeError, ValueError, ZeroDivisionError, AttributeError):
            continue
    return False


def _random_value(symbol: sp.Symbol, generator: random.Random) -> sp.Rational:
    if symbol.is_integer:
        return sp.Integer(generator.randint(2, 9))
    value = sp.Rational(generator.randint(11, 97), 101)
    if symbol.is_negative or symbol.is_nonpositive:
        return -value
    if symbol.is_nonnegative:
        return value
    return value if generator.random() < 0.5 else -value


def _sign_class(expr: sp.Expr) -> str | None:
    """Return the strictest sign that sympy proves for any of several equal forms of ``expr``."""
    forms = (lambda e: e, sp.factor, sp.expand, sp.together, sp.simplify)
    weak = None
    for form in forms:
        shaped = form(expr)
        if shaped.is_zero:
            return "zero"
        if shaped.is_positive:
            return "positive"
        if shaped.is_negative:
            return "negative"
        if weak is None and (shaped.is_nonnegative or shaped.is_nonpositive):
            weak = "nonnegative" if shaped.is_nonnegative else "nonpositive"
    return weak


def _multiply(signs: list[str]) -> str:
    if "zero" in signs:
        return "zero"
    negative = sum(s in ("negative", "nonpositive") for s in signs) % 2 == 1
    strict = all(s in ("positive", "negative") for s in signs)
    if strict:
        return "negative" if negative else "positive"
    return "nonpositive" if negative else "nonnegative"


def _short(thing: Any, width: int = 72) -> str:
    text = str(thing)
    return text if len(text) <= width else text[: width - 1] + "…"


def _latex_value(value: Any) -> str:
    return sp.latex(value) if isinstance(value, sp.Basic | int) else rf"\text{{{value}}}"
