"""Questions about a landscape, each answered by a branch and bound.

Every box is discarded by an enclosure, rounded outwards; what is returned is the number of
boxes left undecided, which has to be 0:

* ``count_lowest``: where can the objective be as low as at a given point?
* ``count_stationary``: which stationary points does a box contain, each proved to be unique?
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from mpmath import iv

from ..kernel import interval
from .toys import POSITIONS, Toy, polynomials

Box = tuple[Any, Any]

# A box of this side that is still undecided ends a search: doubles resolve 1e-16.
_SMALLEST = 1e-7


class Extension:
    """The interval extension of a toy's objective; built once per branch and bound."""

    def __init__(self, toy: Toy) -> None:
        self.reading = toy.reading
        self.rows = [
            (interval.thin(c), x, x * x, t, *polynomials(toy.reading, t))
            for c, x, t in zip(toy.weights, POSITIONS, toy.reading.targets, strict=True)
            if c != 0
        ]
        self.mu, self.slope = interval.thin(toy.mu), interval.thin(toy.reading.slope)

    def unit(self, x: int, square: int, box: Box) -> Any:
        """Enclose h."""
        return 1 / (1 + interval.exp(-self.slope * (1 + box[0] * x + box[1] * square)))

    def value(self, box: Box) -> Any:
        """Enclose the objective."""
        reading = self.reading
        total = self.mu * (box[0] ** 2 + box[1] ** 2) / 2
        for c, x, square, t, _, _ in self.rows:
            h = self.unit(x, square, box)
            total += c * (reading.scale * h + (reading.shift - t)) ** 2
        return total

    def gradient(self, box: Box) -> Box:
        """Enclose the gradient."""
        g1, g2 = self.mu * box[0], self.mu * box[1]
        for c, x, square, _, first, _ in self.rows:
            slope = c * _range(first, self.unit(x, square, box))
            g1, g2 = g1 + slope * x, g2 + slope * square
        return g1, g2

    def hessian(self, box: Box) -> tuple[Any, Any, Any]:
        """Enclose the Hessian's entries 11, 12, 22."""
        h11, h12, h22 = self.mu, iv.mpf(0), self.mu
        for c, x, square, _, _, second in self.rows:
            bend = c * _range(second, self.unit(x, square, box))
            h11, h12, h22 = h11 + bend * square, h12 + bend * x**3, h22 + bend * x**4
        return h11, h12, h22

    def everywhere(self) -> Box:
        """A box with every stationary point: ``w = -(1/mu) sum c psi' phi``."""
        whole = iv.mpf([0, 1])
        w1 = w2 = iv.mpf(0)
        for c, x, square, _, first, _ in self.rows:
            slope = -c * _range(first, whole) / self.mu
            w1, w2 = w1 + slope * x, w2 + slope * square
        return w1, w2


def _range(polynomial: tuple[tuple[Any, ...], Any], h: Any) -> Any:
    """Enclose a polynomial over an interval of h: its ends and its critical points."""
    coefficients, critical = polynomial
    if h.delta == 0:
        return horner(coefficients, h)
    values = [horner(coefficients, iv.mpf(h.a)), horner(coefficients, iv.mpf(h.b))]
    values += [horner(coefficients, c) for c in critical if c.b >= h.a and c.a <= h.b]
    return iv.mpf([min(v.a for v in values), max(v.b for v in values)])


def horner(coefficients: Any, h: Any) -> Any:
    """Evaluate a polynomial, highest coefficient first."""
    out = coefficients[0]
    for c in coefficients[1:]:
        out = out * h + c
    return out


def _middle(x: Any) -> Any:
    return iv.mpf(float(x.mid))


def _halves(box: Box) -> tuple[Box, Box]:
    """Halve a box; the second side moves the logit of x = 4 four times as much."""
    first, second = box
    if float(first.delta) >= 4 * float(second.delta):
        m = _middle(first).a
        return (iv.mpf([first.a, m]), second), (iv.mpf([m, first.b]), second)
    m = _middle(second).a
    return (first, iv.mpf([second.a, m])), (first, iv.mpf([m, second.b]))


def search(box: Box, settled: Callable[[Box], Any]) -> int:
    """Halve boxes until every one is settled; return how many are left undecided.

    ``settled`` returns True, False, or a smaller box that holds all that is undecided.  Depth
    first, so a place where the question cannot be settled soon gives a box too small to halve.
    """
    boxes = [box]
    while boxes:
        current = boxes.pop()
        answer = settled(current)
        if answer is True:
            continue
        halves = _halves(answer or current)
        if max(float(x.delta) for x in halves[0]) < _SMALLEST:
            return len(boxes) + 1
        boxes.extend(halves)
    return 0


def _logit(box: Box, x: int) -> Any:
    return 1 + box[0] * x + box[1] * (x * x)


def in_cell(box: Box, signs: str) -> bool:
    """Whether every point of the box decides as ``signs``."""
    return all(
        _logit(box, x) > 0 if s == "+" else _logit(box, x) < 0
        for x, s in zip(POSITIONS, signs, strict=True)
    )


def count_lowest(toy: Toy, w: Any, spared: Callable[[Box], bool], level: Any = None) -> int:
    """Count boxes outside ``spared`` where the objective may be as low as at ``w``.

    The ridge alone exceeds the level beyond ``||w||^2 = 2 level / mu``.
    """
    extension = Extension(toy)
    level = (
        extension.value((interval.thin(w[0]), interval.thin(w[1]))).b if level is None else level
    )
    reach = interval.sqrt(2 * iv.mpf(level) / extension.mu).b
    side = iv.mpf([-reach, reach])

    def settled(box: Box) -> bool:
        if spared(box) or extension.value(box) > iv.mpf(level):
            return True
        if max(float(x.delta) for x in box) > 0.3:
            return False
        # on a small box the mean value form is tighter: its error is quadratic
        middle = (_middle(box[0]), _middle(box[1]))
        g1, g2 = extension.gradient(box)
        centred = extension.value(middle) + g1 * (box[0] - middle[0]) + g2 * (box[1] - middle[1])
        return bool(centred > iv.mpf(level))

    return search((side, side), settled)


def _krawczyk(extension: Extension, box: Box, gradient: Box | None = None) -> tuple[Box, bool]:
    """Return Krawczyk's image of a box and whether it proves one stationary point inside."""
    a, b, d = extension.hessian(box)
    ma, mb, md = (float(_middle(v).a) for v in (a, b, d))
    determinant = ma * md - mb * mb
    y = (1.0, 0.0, 1.0)
    if abs(determinant) > 1e-12 * (ma * ma + 2 * mb * mb + md * md):
        y = (md / determinant, -mb / determinant, ma / determinant)
    y1, y2, y3 = (iv.mpf(v) for v in y)
    m1, m2 = _middle(box[0]), _middle(box[1])
    g1, g2 = extension.gradient((m1, m2))
    r1, r2 = box[0] - m1, box[1] - m2
    k1 = m1 - (y1 * g1 + y2 * g2) + (1 - y1 * a - y2 * b) * r1 - (y1 * b + y2 * d) * r2
    k2 = m2 - (y2 * g1 + y3 * g2) - (y2 * a + y3 * b) * r1 + (1 - y2 * b - y3 * d) * r2
    image = (k1, k2)
    inside = all(k.a > x.a and k.b < x.b for k, x in zip(image, box, strict=True))
    return image, inside


def around(w: Any, radius: float) -> Box:
    """The square around a point."""
    return tuple(iv.mpf([float(x) - radius, float(x) + radius]) for x in w)  # type: ignore[return-value]


def unique_box(toy: Toy, w: Any) -> tuple[Box, Box] | None:
    """Return the largest tried box with one stationary point, and a narrow enclosure of it."""
    extension = Extension(toy)
    for power in range(2, 14):
        box = around(w, 2.0**-power)
        if _krawczyk(extension, box)[1]:
            break
    else:
        return None
    image, proved = _krawczyk(extension, around(w, 1e-8))
    return (box, image) if proved else None


@cache
def count_stationary(toy: Toy, known: Any, level: float = math.inf) -> tuple[int, Box]:
    """Prove that one point is the only stationary point (of value at most ``level``).

    Returns the number of undecided boxes and the point's enclosure.
    """
    extension = Extension(toy)
    pair = unique_box(toy, known)
    if pair is None:
        return 1, around(known, 1.0)
    unique, enclosure = pair

    def settled(box: Box) -> Any:
        if all(x in u for x, u in zip(box, unique, strict=True)):
            return True
        if level < math.inf and extension.value(box) > level:
            return True
        if not all(0 in g for g in extension.gradient(box)):
            return True
        image, _ = _krawczyk(extension, box)
        shrunk = []
        for k, x in zip(image, box, strict=True):
            low, high = max(k.a, x.a), min(k.b, x.b)
            if low > high:
                return True
            shrunk.append(iv.mpf([low, high]))
        return tuple(shrunk)

    return search(extension.everywhere(), settled), enclosure
