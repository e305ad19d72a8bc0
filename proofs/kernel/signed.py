"""Steps that claim the sign of an expression: at a glance, or by its derivative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from .exact import inexact, short
from .outcome import Outcome, or_refuted, proved, undecided
from .signs import CLASS, IMPLIES, NONNEGATIVE, POSITIVE, multiply, sign, structural, undefined_part
from .zero import is_zero

_LATEX = {">": ">", ">=": r"\ge", "<": "<", "<=": r"\le"}


@dataclass(frozen=True)
class Sign:
    """``expr <relation> 0`` from the declared signs of its symbols.

    ``factors``, when given, must multiply to ``expr`` (checked), and the sign is decided
    factor by factor; without it several forms of ``expr`` are tried.  A factor whose sign
    needs an argument of its own is given as the ``Sign`` or ``Monotone`` that proves it.
    """

    what: str
    expr: Any
    relation: str
    factors: tuple[Any, ...] = ()
    setup: bool = field(default=False, kw_only=True)

    def check(self) -> Outcome:
        """Decide the sign of the product; a factor of unknown sign fails the step."""
        if reason := _unfit(self.expr, self.relation):
            return undecided(reason)
        expr = sp.sympify(self.expr)
        outcome = self._by_factors(expr)
        return outcome if outcome.proved else or_refuted(expr, self.relation, outcome.why)

    def _by_factors(self, expr: sp.Expr) -> Outcome:
        if structural(expr) is None:
            return undecided(f"not visibly defined and real: {short(expr)}")
        factors = self.factors or (expr,)
        values = [f.expr if isinstance(f, Sign | Monotone) else f for f in factors]
        if reason := inexact(values):
            return undecided(reason)
        if self.factors and not is_zero(expr - sp.prod([sp.sympify(v) for v in values])):
            return undecided("the factors do not multiply to the expression")
        signs = []
        for factor, value in zip(factors, values, strict=True):
            if isinstance(factor, Sign | Monotone):
                lemma = factor.check()
                if not lemma.proved:
                    return undecided(f"{factor.what}: {lemma.why}")
                if isinstance(factor, Monotone) and not factor.covers_its_variable():
                    return undecided(f"{factor.what}: holds beyond its start only")
                signs.append(CLASS[factor.relation])
            elif (found := sign(sp.sympify(value))) is not None:
                signs.append(found)
            else:
                return undecided(f"sign undecided: {short(value)}")
        total = multiply(signs)
        if total in IMPLIES[self.relation]:
            return proved(f"the sign is {total}")
        return undecided(f"the sign is {total}, not {self.relation} 0")

    def latex(self) -> str:
        """Return the inequality as LaTeX."""
        return f"{sp.latex(sp.sympify(self.expr))} {_LATEX[self.relation]} 0"


def positive(what: str, expr: Any, factors: tuple[Any, ...] = ()) -> Sign:
    """Claim ``expr > 0``."""
    return Sign(what, expr, ">", factors)


def nonnegative(what: str, expr: Any, factors: tuple[Any, ...] = ()) -> Sign:
    """Claim ``expr >= 0``."""
    return Sign(what, expr, ">=", factors)


def negative(what: str, expr: Any, factors: tuple[Any, ...] = ()) -> Sign:
    """Claim ``expr < 0``."""
    return Sign(what, expr, "<", factors)


def nonpositive(what: str, expr: Any, factors: tuple[Any, ...] = ()) -> Sign:
    """Claim ``expr <= 0``."""
    return Sign(what, expr, "<=", factors)


@dataclass(frozen=True)
class Monotone:
    """``expr <relation> 0`` for every ``variable > start``, by its derivative.

    The value at ``start`` is at least (for ``<``: at most) 0, and the derivative has the sign
    of the relation beyond.  Where that sign is not visible, the same argument is applied to
    the derivative, up to four deep.  ``factors`` are those of the derivative with ``variable``
    replaced by ``start + step``; give them as a function of the new symbol when the sign
    cannot be seen unaided.  The expression must be visibly defined and continuous from the
    start on, the start included: only then is the value there the limit from the right.
    """

    what: str
    expr: Any
    variable: sp.Symbol
    relation: str
    start: Any = 0
    factors: Callable[[sp.Symbol], tuple[Any, ...]] | None = None
    setup: bool = field(default=False, kw_only=True)

    def check(self) -> Outcome:
        """Check continuity, the value at the start, then the derivative's sign beyond it."""
        if reason := _unfit(self.expr, self.relation) or inexact(self.start):
            return undecided(reason)
        if not self.variable.is_Symbol or sp.sympify(self.start).has(self.variable):
            return undecided("the start depends on the variable")
        outcome = self._check(depth=4)
        if outcome.proved:
            return outcome
        # a symbol of its own: the variable's declared sign need not hold beyond the start
        beyond = self._moved(sp.Dummy("step", positive=True))
        return or_refuted(beyond, self.relation, outcome.why)

    def covers_its_variable(self) -> bool:
        """Whether every admissible value of the variable lies beyond the start."""
        found = sign(self.variable - sp.sympify(self.start))
        return found == POSITIVE or ("=" in self.relation and found == NONNEGATIVE)

    def _moved(self, step: sp.Symbol) -> sp.Expr:
        return sp.sympify(self.expr).subs(self.variable, self.start + step)

    def _check(self, depth: int) -> Outcome:
        closed, step = sp.Dummy("step", nonnegative=True), sp.Dummy("step", positive=True)
        broken = undefined_part(self._moved(closed))
        if broken is not None:
            return undecided(f"continuity undecided: {short(broken)}")
        value = Sign("", self._moved(closed).subs(closed, 0), self.relation[0] + "=").check()
        if not value.proved:
            return undecided(f"at the start: {value.why}")
        slope = sp.diff(self._moved(step), step)
        factors = self.factors(step) if self.factors else ()
        derivative = Sign("", slope, self.relation, factors)._by_factors(slope)
        if derivative.proved or factors or depth == 0:
            return replace(derivative, why=f"the derivative: {derivative.why}")
        return Monotone("", slope, step, self.relation)._check(depth - 1)

    def latex(self) -> str:
        """Return the inequality as LaTeX."""
        return (
            f"{sp.latex(sp.sympify(self.expr))} {_LATEX[self.relation]} 0"
            f"\\quad({sp.latex(self.variable)} > {sp.latex(self.start)})"
        )


def _unfit(expr: Any, relation: str) -> str:
    """Return why no sign can be claimed of ``expr``, or ''."""
    if relation not in IMPLIES:
        return f"expected one of {', '.join(IMPLIES)}, got {relation!r}"
    if not isinstance(expr, sp.Expr | int):
        return "only an expression has a sign"
    return inexact(expr)
