"""The truth of a relation at an exact point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from .enclose import enclose
from .interval import Interval, NotEnclosed

# What an interval of real numbers says about each fact beside its sign.
_REAL = {"real", "finite", "complex", "commutative", "hermitian"}
_NOT_REAL = {"infinite", "imaginary", "antihermitian"}


def less(left: Any, right: Any) -> sp.Basic:
    """Return ``left < right`` unevaluated: sympy would compare irrationals by rounded values."""
    return sp.StrictLessThan(sp.sympify(left), sp.sympify(right), evaluate=False)


def decide(relation: Any, point: Mapping[sp.Symbol, Any] | None = None) -> bool | None:
    """Return the truth of a relation at a point, or None where it cannot be decided.

    Decided exactly where both sides are rational, otherwise in interval arithmetic.  A
    relation that is already True or False was compared by sympy with rounded values, or by
    Python as objects: it says nothing.
    """
    point = point or {}
    if not isinstance(relation, sp.core.relational.Relational):
        return None
    if not all(admissible(symbol, value) for symbol, value in point.items()):
        return None
    exact = {k: v for k, v in point.items() if not isinstance(v, Interval)}
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


def admissible(symbol: sp.Symbol, value: Any) -> bool:
    """Whether a value has every property that its symbol was declared with."""
    declared = {fact: truth for fact, truth in symbol.assumptions0.items() if truth is not None}
    if not isinstance(value, Interval):
        value = sp.sympify(value)
        if value.is_Rational:
            return all(getattr(value, f"is_{fact}") is holds for fact, holds in declared.items())
        try:
            value = enclose(value)
        except NotEnclosed:
            return False
    proved, refuted = set(_REAL), set(_NOT_REAL)
    if value > 0 or value < 0:
        this, other = ("positive", "negative") if value > 0 else ("negative", "positive")
        proved |= {this, f"non{other}", "nonzero"}
        refuted |= {other, f"non{this}", "zero"}
    elif value >= 0 or value <= 0:
        proved.add("nonnegative" if value >= 0 else "nonpositive")
        refuted.add("negative" if value >= 0 else "positive")
    return all(
        fact.removeprefix("extended_") in (proved if holds else refuted)
        for fact, holds in declared.items()
    )
