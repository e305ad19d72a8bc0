"""What a gradient flow can do: cross a line, or raise another objective, by branch and bound."""

from __future__ import annotations

from typing import Any

from mpmath import iv

from ..kernel import interval
from .boxes import Box, Extension, search
from .toys import Toy


def count_crossing(toy: Toy, level: Any, at: Any, normal: Any) -> int:
    """Count tiles of the line ``at + s t`` that a flow of value <= level may cross backwards.

    A tile is settled where the objective exceeds the level, or its descent direction points
    to the side of ``normal``.
    """
    extension = Extension(toy)
    n1, n2 = interval.thin(normal[0]), interval.thin(normal[1])
    reach = interval.sqrt(2 * iv.mpf(level) / extension.mu).b
    # beyond this |s| the ridge alone exceeds the level
    far = (reach + abs(interval.thin(at[0])) + abs(interval.thin(at[1]))) / interval.sqrt(
        n1 * n1 + n2 * n2
    )

    def settled(tile: Box) -> bool:
        box = (interval.thin(at[0]) - tile[0] * n2, interval.thin(at[1]) + tile[0] * n1)
        if extension.value(box) > iv.mpf(level):
            return True
        g1, g2 = extension.gradient(box)
        return bool(n1 * g1 + n2 * g2 < 0)

    return search((iv.mpf([-far.b, far.b]), iv.mpf(0)), settled)


def growth(toy: Toy, ascent: Toy, level: Any, speed: Any) -> tuple[int, str]:
    """Count boxes of value <= level where the ascent flow may raise the value as fast as ``speed``.

    With a point where it provably does, in words, if one of a grid is found.
    """
    one, other = Extension(toy), Extension(ascent)
    reach = interval.sqrt(2 * iv.mpf(level) / one.mu).b

    def rate(box: Box) -> Any:
        g, a = one.gradient(box), other.gradient(box)
        return -(g[0] * a[0] + g[1] * a[1])

    def settled(box: Box) -> bool:
        return bool(one.value(box) > iv.mpf(level)) or bool(rate(box) < speed)

    left = search((iv.mpf([-reach, reach]), iv.mpf([-reach, reach])), settled)
    return left, _fast_point(one, rate, level, speed, float(reach)) if left else ""


def _fast_point(one: Extension, rate: Any, level: Any, speed: Any, reach: float) -> str:
    places = [reach * (k / 20 - 1) for k in range(41)]
    for x in places:
        for y in places:
            box = (iv.mpf(x), iv.mpf(y))
            if one.value(box) < iv.mpf(level) and rate(box) > speed:
                return f"the value grows faster at ({x:.3g}, {y:.3g})"
    return ""
