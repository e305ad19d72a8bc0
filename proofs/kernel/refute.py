"""Points where a statement is false: what tells a refuted step from an undecided one.

Only exact admissible values are tried and only enclosures decide, so a point that is found is
a proof that the statement is false.  An unspecified function, sum or inner product is given
one value: a statement about all of them is then false as well.
"""

from __future__ import annotations

import random
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from .decide import admissible
from .enclose import enclose
from .exact import short
from .interval import NotEnclosed

_TRIES = 80


def counterexample(expr: sp.Expr, relation: str) -> str:
    """Return an admissible point where ``expr <relation> 0`` is false, as text, or ''."""
    generator = random.Random(1)
    expr = _specified(expr, generator)
    if not expr.is_commutative:
        # letters that do not commute stand for matrices of any size
        named = {s: _matrix(generator) for s in expr.free_symbols if not s.is_commutative}
        return next(filter(None, (counterexample(e, relation) for e in _with(expr, named))), "")
    symbols = sorted(expr.free_symbols, key=str)
    for attempt in range(_TRIES):
        point = {symbol: _value(symbol, generator, attempt) for symbol in symbols}
        if not all(admissible(symbol, value) for symbol, value in point.items()):
            continue
        try:
            value = enclose(expr, point)
        except NotEnclosed:
            continue
        if _false(value, relation):
            at = ", ".join(f"{symbol}={value}" for symbol, value in point.items())
            return f"false at {at}" if at else f"is {short(expr)}, false"
    return ""


def _false(value: Any, relation: str) -> bool:
    if relation == "==":
        return bool(value > 0 or value < 0)
    zero_too = value.delta == 0 and 0 in value and "=" not in relation
    return bool(zero_too or (value < 0 if relation[0] == ">" else value > 0))


def _specified(expr: sp.Expr, generator: random.Random) -> sp.Expr:
    """Give every unspecified function, sum of them, and indexed number a value of its own."""
    named: dict[Any, sp.Expr] = {}

    def value(thing: Any) -> sp.Expr:
        if thing.is_extended_real is not None:
            return thing  # declared: an arbitrary value may not be one of its values
        if thing not in named:
            named[thing] = sp.Rational(generator.randint(-300, 300), 101)
        return named[thing]

    expr = expr.replace(
        lambda e: isinstance(e, sp.Sum | sp.Derivative | sp.Integral) and e.has(AppliedUndef), value
    )
    return expr.replace(lambda e: isinstance(e, AppliedUndef | sp.Indexed), value)


def _matrix(generator: random.Random) -> sp.Matrix:
    return sp.Matrix(2, 2, [generator.randint(-9, 9) for _ in range(4)])


def _with(expr: sp.Expr, named: dict[sp.Symbol, sp.Matrix]) -> sp.Matrix:
    """Evaluate sums, products and powers of letters that do not commute."""
    if expr.is_commutative:
        return expr * sp.eye(2)
    if expr.is_Symbol:
        return named[expr]
    parts = [_with(part, named) for part in expr.args if not expr.is_Pow]
    if expr.is_Add:
        return sum(parts, sp.zeros(2, 2))
    return sp.prod(parts) if expr.is_Mul else _with(expr.base, named) ** expr.exp


def _value(symbol: sp.Symbol, generator: random.Random, attempt: int) -> sp.Expr:
    """Draw from near 1 first, then over six orders of magnitude; sometimes 0."""
    if symbol.is_integer:
        size: sp.Expr = sp.Integer(generator.randint(1, 9))
    else:
        reach = min(3, attempt / 10)
        size = sp.Rational(round(1000 * 10 ** generator.uniform(-reach, reach)) or 1, 1000)
    if symbol.is_zero is None and generator.random() < 0.2:
        return sp.Integer(0)
    if symbol.is_nonnegative or symbol.is_nonpositive:
        return size if symbol.is_nonnegative else -size
    return size * generator.choice((-1, 1))
