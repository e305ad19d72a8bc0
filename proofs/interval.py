"""Interval evaluation of sympy expressions: a rigorous enclosure at an exact point.

Every rational is enclosed, never rounded to a float, and every operation rounds outwards
(``mpmath.iv``), so a strict inequality between two enclosures is a proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from mpmath import iv, mp, mpf

DIGITS = 40


class NotEnclosed(ValueError):
    """The expression has a part that no rule below encloses."""


def enclose(expr: sp.Expr, point: Mapping[sp.Symbol, Any] | None = None) -> Any:
    """Return an interval (``mpmath.iv.mpf``) that contains ``expr`` at ``point``.

    Parameters
    ----------
    expr : sympy expression
        Built from rationals, ``pi``, ``E``, ``+ * **``, ``exp``, ``log``, ``tanh``,
        ``LambertW`` (both real branches), ``Abs``, ``Min`` and ``Max``.
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
        return value if isinstance(value, type(iv.mpf(0))) else _enclose(sp.sympify(value), {})
    if expr.is_Rational:
        return iv.mpf(int(expr.p)) / iv.mpf(int(expr.q))
    if expr is sp.pi:
        return iv.pi
    if expr is sp.E:
        return iv.e
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
        return power if exponent >= 0 else 1 / power
    if base is sp.E:
        return iv.exp(arguments[1])
    if not arguments[0] > 0:
        raise NotEnclosed(f"power of a base that may be negative: {expr}")
    return iv.exp(arguments[1] * iv.log(arguments[0]))


def _tanh(x: Any) -> Any:
    return 1 - 2 / (iv.exp(2 * x) + 1)


def _lambert(z: Any, branch: Any = None) -> Any:
    """Enclose W_k by widening mpmath's value until w e^w brackets z on both ends."""
    k = 0 if branch is None else int(mpf(branch.a))
    if k not in (0, -1):
        raise NotEnclosed("LambertW on a branch that is not real")
    if not z > -iv.exp(-1):
        raise NotEnclosed("LambertW outside the interior of its real domain")
    with mp.workdps(DIGITS + 10):
        ends = [mp.lambertw(_exact(end), k).real for end in (z.a, z.b)]
        low, high = min(ends), max(ends)
        for digits in range(DIGITS - 5, 5, -5):
            slack = mpf(10) ** (-digits) * (1 + abs(low) + abs(high))
            left, right = iv.mpf(low - slack), iv.mpf(high + slack)
            inside = left > -1 if k == 0 else right < -1
            at_left, at_right = left * iv.exp(left), right * iv.exp(right)
            # w e^w increases above -1 and decreases below it
            rising = at_left < z and at_right > z
            if inside and (rising if k == 0 else at_left > z and at_right < z):
                return iv.mpf([left.a, right.b])
    raise NotEnclosed("LambertW too close to its branch point")


def _log(x: Any) -> Any:
    if not x > 0:
        raise NotEnclosed("log of a number that may not be positive")
    return iv.log(x)


def _abs(x: Any) -> Any:
    if x > 0:
        return x
    return -x if x < 0 else iv.mpf([0, max(-x.a, x.b, key=_exact)])


def _max(*items: Any) -> Any:
    """Enclose the maximum end by end; ends stay intervals, so nothing is rounded."""
    highest = max((item.b for item in items), key=_exact)
    return iv.mpf([max((item.a for item in items), key=_exact), highest])


def _min(*items: Any) -> Any:
    lowest = min((item.a for item in items), key=_exact)
    return iv.mpf([lowest, min((item.b for item in items), key=_exact)])


def _exact(end: Any) -> Any:
    """Return the number an interval's end is (a point interval), without rounding it."""
    return mp.make_mpf(end._mpi_[0])


_RULES = {
    sp.exp: iv.exp,
    sp.log: _log,
    sp.tanh: _tanh,
    sp.LambertW: _lambert,
    sp.Abs: _abs,
    sp.Max: _max,
    sp.Min: _min,
}
