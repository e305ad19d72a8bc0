"""What may enter a step: exact expressions, no floats and no infinities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from .interval import Interval

_FORBIDDEN = (sp.Float, sp.oo, -sp.oo, sp.zoo, sp.nan, sp.AccumBounds)


def inexact(*things: Any) -> str:
    """Return what is not exact in expressions, relations, points or tuples of them, or ''."""
    for thing in things:
        if isinstance(thing, Mapping):
            # an interval is exact as a set, but only as the value of a symbol
            values = [v for v in thing.values() if not isinstance(v, Interval)]
            reason = inexact(*thing.keys(), *values)
        elif isinstance(thing, tuple | list):
            reason = inexact(*thing)
        elif isinstance(thing, bool) or not isinstance(thing, sp.Basic | sp.MatrixBase | int):
            reason = f"a {type(thing).__name__} is not an exact expression"
        elif not isinstance(thing, int) and thing.has(*_FORBIDDEN):
            reason = f"not exact and finite: {short(thing)}"
        else:
            reason = ""
        if reason:
            return reason
    return ""


def short(thing: Any, width: int = 72) -> str:
    """Return a thing as text of at most ``width`` characters."""
    text = str(thing)
    return text if len(text) <= width else text[: width - 1] + "…"
