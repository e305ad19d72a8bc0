"""Whether an expression is zero for every admissible value of its symbols."""

from __future__ import annotations

import random
from collections.abc import Callable

import sympy as sp
from mpmath import mp

_PROBES = 6

_FORMS: tuple[Callable[[sp.Expr], sp.Expr], ...] = (
    lambda e: sp.numer(sp.together(e)).expand(),
    lambda e: sp.simplify(e.rewrite(sp.exp)),
    lambda e: sp.simplify(sp.expand_log(sp.expand(e), force=False)),
    sp.simplify,
)


def is_zero(expr: sp.Expr) -> bool:
    """Decide ``expr == 0``, wherever it is defined, by reduction.

    Expanding comes first: it only multiplies out.  The other forms may hold on one branch only,
    so probes precede them, with values of both signs, complex ones where a symbol is not real.
    """
    if expr == 0 or sp.expand(expr) == 0:
        return True
    return not probe_rejects(expr) and any(form(expr) == 0 for form in _FORMS)


def is_another(expr: sp.Expr, form: sp.Expr) -> bool:
    """Whether a form that sympy made is seen to differ from the expression."""
    return sp.expand(expr - form) != 0 and probe_rejects(expr - form)


def probe_rejects(expr: sp.Expr) -> bool:
    """Return True when an admissible point gives a value clearly different from 0."""
    symbols = sorted(expr.free_symbols, key=str)
    generator = random.Random(20250926)
    for probe in range(_PROBES):
        values = {s: random_value(s, generator, probe) for s in symbols}
        try:
            with mp.workdps(60):
                value = sp.N(expr.subs(values), 50)
                if value.is_number and value.is_finite and abs(value) > sp.Float("1e-25"):
                    return True
        except (TypeError, ValueError, ZeroDivisionError, AttributeError):
            continue
    return False


def random_value(symbol: sp.Symbol, generator: random.Random, probe: int) -> sp.Expr:
    """Draw a value: all positive, then all negative, then mixed, where signs are free."""
    if symbol.is_integer:
        value: sp.Expr = sp.Integer(generator.randint(2, 9))
    else:
        value = sp.Rational(generator.randint(11, 970), 101)
    free = (value, -value, value if generator.random() < 0.5 else -value)[min(probe, 2)]
    if symbol.is_extended_real is None:
        return free + sp.I * sp.Rational(generator.randint(-970, 970), 101)
    if symbol.is_nonpositive:
        return -value
    return value if symbol.is_nonnegative else free
