"""The sign of an expression for every admissible value of its symbols.

Read off its structure, from the declared signs of the symbols, by the rules below and by no
others: sympy's own judgement on numbers is not used (it compares rounded values), and a head
without a rule has no sign.
"""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from .enclose import enclose
from .interval import NotEnclosed
from .zero import is_another

# REAL says that the expression is defined and real, with a sign that is not known.
POSITIVE, NEGATIVE, ZERO, REAL = "positive", "negative", "zero", "real"
NONNEGATIVE, NONPOSITIVE = "nonnegative", "nonpositive"
STRICT = {POSITIVE, NEGATIVE, ZERO}
UP, DOWN = {POSITIVE, NONNEGATIVE, ZERO}, {NEGATIVE, NONPOSITIVE, ZERO}

IMPLIES = {
    ">": {POSITIVE},
    ">=": {POSITIVE, NONNEGATIVE, ZERO},
    "<": {NEGATIVE},
    "<=": {NEGATIVE, NONPOSITIVE, ZERO},
}
CLASS = {">": POSITIVE, ">=": NONNEGATIVE, "<": NEGATIVE, "<=": NONPOSITIVE}

_FLIP = {POSITIVE: NEGATIVE, NEGATIVE: POSITIVE, NONNEGATIVE: NONPOSITIVE, NONPOSITIVE: NONNEGATIVE}

_FORMS = (sp.factor, sp.expand, sp.together, sp.simplify)


def sign(expr: sp.Expr) -> str | None:
    """Return the strictest sign that any of several equal forms of ``expr`` shows, or None.

    ``expr`` as it stands must be visibly defined everywhere: a form may have cancelled a pole.
    """
    weak = structural(expr)
    if weak is None:
        return None
    for form in _FORMS:
        if weak in STRICT:
            break
        shaped = form(expr)
        found = structural(shaped)
        if found not in (None, REAL) and (found in STRICT or weak == REAL):
            weak = weak if is_another(expr, shaped) else found
    return None if weak == REAL else weak


def structural(expr: sp.Expr) -> str | None:
    """Return the sign that the structure of ``expr`` shows; None where it may be undefined."""
    if expr.is_Symbol:
        return _declared(expr)
    if expr.is_number:
        return _number(expr)
    if expr.is_Add:
        number, rest = expr.as_independent(*expr.free_symbols, as_Add=True)
        return add([structural(term) for term in (number, *sp.Add.make_args(rest))])
    if expr.is_Mul:
        return multiply([structural(factor) for factor in expr.args])
    if expr.is_Pow and expr.base is not sp.E:
        return _power(expr.base, expr.exp)
    if expr.is_Pow or isinstance(expr, sp.exp):
        return None if structural(expr.exp) is None else POSITIVE
    argument = structural(expr.args[0]) if len(expr.args) == 1 else None
    if isinstance(expr, sp.log) and argument == POSITIVE:
        return structural(expr.args[0] - 1)
    if isinstance(expr, sp.tanh):
        return argument
    if isinstance(expr, sp.LambertW) and argument in UP:
        return argument
    return None


def _declared(symbol: sp.Symbol) -> str | None:
    for fact in (ZERO, POSITIVE, NEGATIVE, NONNEGATIVE, NONPOSITIVE, REAL):
        if getattr(symbol, f"is_{fact}"):
            return fact
    return None


def _number(expr: sp.Expr) -> str | None:
    if expr.is_Rational:
        return ZERO if expr == 0 else POSITIVE if expr > 0 else NEGATIVE
    try:
        value = enclose(expr)
    except NotEnclosed:
        return None
    return POSITIVE if value > 0 else NEGATIVE if value < 0 else REAL


def add(signs: Iterable[str | None]) -> str | None:
    """Return the sign of a sum."""
    found = set(signs)
    if None in found:
        return None
    found.discard(ZERO)
    if not found:
        return ZERO
    if found <= UP:
        return POSITIVE if POSITIVE in found else NONNEGATIVE
    if found <= DOWN:
        return NEGATIVE if NEGATIVE in found else NONPOSITIVE
    return REAL


def multiply(signs: Iterable[str | None]) -> str | None:
    """Return the sign of a product."""
    total: str | None = POSITIVE
    for each in signs:
        if each is None or total is None:
            return None
        if ZERO in (each, total):
            total = ZERO
        elif REAL in (each, total):
            total = REAL
        else:
            strict = {each, total} <= {POSITIVE, NEGATIVE}
            total = _FLIP[total] if each in DOWN else total
            total = total if strict else NONNEGATIVE if total in UP else NONPOSITIVE
    return total


def _power(of: sp.Expr, exponent: sp.Expr) -> str | None:
    base = structural(of)
    if base == REAL:
        base = sign(of) or REAL
    if base == POSITIVE:
        return None if structural(exponent) is None else POSITIVE
    if base is None or not exponent.is_Rational:
        return None
    if exponent < 0 and base != NEGATIVE:
        return None  # may divide by zero
    if exponent.is_Integer:
        if exponent % 2:
            return base
        return POSITIVE if base == NEGATIVE else ZERO if base == ZERO else NONNEGATIVE
    return base if base in (NONNEGATIVE, ZERO) else None


def undefined_part(expr: sp.Expr) -> sp.Expr | None:
    """Return a part of ``expr`` that is not visibly defined and continuous, or None.

    Symbols and numbers are; sums, products, ``exp`` and ``tanh`` keep both; powers, ``log`` and
    ``W`` do where the sign of what they act on is in their domain.
    """
    for part in sp.preorder_traversal(expr):
        if part.is_Symbol or part.is_number or part.is_Add or part.is_Mul:
            continue
        if isinstance(part, sp.exp | sp.tanh) or (part.is_Pow and part.base is sp.E):
            continue
        if not (part.is_Pow or isinstance(part, sp.log | sp.LambertW)):
            return part
        argument = sign(part.base if part.is_Pow else part.args[0])
        if part.is_Pow and part.exp.is_Rational:
            whole, back = part.exp.is_Integer, part.exp < 0
            if argument == POSITIVE or (whole and argument == NEGATIVE):
                continue
            if not back and (whole or argument in (NONNEGATIVE, ZERO)):
                continue
        elif (part.is_Pow or isinstance(part, sp.log)) and argument == POSITIVE:
            continue
        elif isinstance(part, sp.LambertW) and len(part.args) == 1 and argument in UP:
            continue
        return part
    return None
