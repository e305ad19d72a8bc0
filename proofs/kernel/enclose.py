"""Interval evaluation of sympy expressions: a rigorous enclosure at an exact point.

Every rational is enclosed, never rounded to a float, and every operation rounds outwards
(:mod:`.interval`), so a strict inequality between two enclosures is a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp
from mpmath import iv

from . import interval
from .interval import DIGITS, Interval, NotEnclosed, thin


def enclose(expr: sp.Expr, point: Mapping[sp.Symbol, Any] | None = None) -> Any:
    """Return an interval (``mpmath.iv.mpf``) that contains ``expr`` at ``point``.

    Parameters
    ----------
    expr : sympy expression
        Built from rationals, ``E``, ``+ * **``, ``exp``, ``log``, ``tanh``, ``LambertW`` (both
        real branches), ``Abs``, ``Min`` and ``Max``.
    point : mapping of symbol to rational or interval, optional

    Raises
    ------
    NotEnclosed
        If the expression contains anything else, or is evaluated outside its domain.
    """
    before, iv.dps = iv.dps, DIGITS
    try:
        return _enclose(sp.sympify(expr), dict(point or {}))
    finally:
        iv.dps = before


def _enclose(expr: sp.Expr, point: dict[sp.Symbol, Any]) -> Any:
    if expr.is_Symbol:
        if expr not in point:
            raise NotEnclosed(f"no value for {expr}")
        value = point[expr]
        return value if isinstance(value, Interval) else _enclose(sp.sympify(value), {})
    if expr.is_Rational:
        return thin(expr)
    if expr is sp.E:
        return interval.exp(iv.mpf(1))
    arguments = [_enclose(a, point) for a in expr.args]
    if expr.is_Add:
        return sum(arguments[1:], arguments[0])
    if expr.is_Mul:
        product = arguments[0]
        for factor in arguments[1:]:
            product = product * factor
        return product
    if expr.is_Pow:
        return _power(expr, arguments)
    rule = _RULES.get(expr.func)
    if rule is None:
        raise NotEnclosed(f"no enclosure for {expr.func}")
    return rule(*arguments)


def _power(expr: sp.Expr, arguments: list[Any]) -> Any:
    base, exponent = expr.args
    if exponent.is_Integer:
        power = arguments[0] ** abs(int(exponent))
        if exponent >= 0:
            return power
        if 0 in power:
            raise NotEnclosed(f"division by a number that may be 0: {expr}")
        return 1 / power
    if base is sp.E:
        return interval.exp(arguments[1])
    return interval.exp(arguments[1] * interval.log(arguments[0]))


_RULES: dict[Any, Callable[..., Any]] = {
    sp.exp: interval.exp,
    sp.log: interval.log,
    sp.tanh: interval.tanh,
    sp.LambertW: interval.lambert,
    sp.Abs: interval.absolute,
    sp.Max: interval.largest,
    sp.Min: interval.smallest,
}
