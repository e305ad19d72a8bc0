"""Proofs for the non-convex toy: derivatives by sympy, the toy itself in interval arithmetic.

A landscape is settled by four questions, each answered by a branch and bound whose every box
is discarded by an enclosure (``mpmath.iv``, outward rounding); a witness states the number
of boxes left undecided, which has to be 0:

* ``_lowest``: where can the objective be as low as at a given point?
* ``_stationary``: which stationary points does a box contain, each proved to exist uniquely?
* ``_barrier``: can a gradient flow of at most a given value cross a given line?
* ``_stays``: how fast can the retrained objective grow along descent-ascent's flow?
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy as sp
from mpmath import iv

from proofs.proof import Identity, Proof, Sign, Step, Witness, proves

Box = tuple[Any, Any]

POSITIONS = (-1, 1, 3, 4)
LABELS = (-1, 1, -1, 1)
PRETRAINED, RETRAINED, DESCENT_ASCENT = (5, 4, 1, 4), (5, 4, 1, 2), (5, 4, 1, 0)
RIDGE = sp.Rational(1, 10)
M1, M2 = "-+++", "-+--"

# A box of this side that is still undecided ends a search: doubles resolve 1e-16.
_SMALLEST = 1e-7

_Z, _H, _K, _A, _B, _T, _MU = sp.symbols("z h k a b t mu", real=True)
_W1, _W2 = sp.symbols("w1 w2", real=True)
_COUNT, _UNDECIDED = sp.symbols("points undecided", integer=True)


@dataclass(frozen=True)
class _Reading:
    """A reading: slope ``k``, compared quantity ``a h + b``, targets, mean?, mu / lambda."""

    name: str
    slope: sp.Rational
    scale: int
    shift: int
    targets: tuple[int, ...]
    mean: bool
    ridge_factor: int


_TARGETS = {
    "zero_one": (1, 0, (0, 1, 0, 1)),
    "pm_one": (1, 0, LABELS),
    "scaled_pm_one": (2, -1, LABELS),
}
_READINGS = {
    f"{target}-{reduction}-{term}-{sigmoid}": _Reading(
        f"{target}-{reduction}-{term}-{sigmoid}",
        slope,
        *_TARGETS[target],
        reduction == "mean",
        factor,
    )
    for sigmoid, slope in (("printed", sp.Rational(1, 2)), ("probable", sp.Integer(1)))
    for target in _TARGETS
    for reduction in ("sum", "mean")
    for term, factor in (("half", 1), ("full", 2))
}
_KEEPS = frozenset(
    name
    for name in _READINGS
    if name.startswith("scaled")
    or name.startswith("zero_one-sum")
    or name == "zero_one-mean-half-probable"
)
_TRAPS = frozenset(
    name
    for name in _KEEPS
    if name == "scaled_pm_one-sum-half-printed"
    or (name.endswith("probable") and not name.startswith("zero_one-mean"))
)


def _unit(z: Any) -> Any:
    return 1 / (1 + sp.exp(-_K * (1 + z)))


def _derivatives() -> tuple[Any, Any]:
    """Return psi' and psi'' in ``h``, by differentiating the loss and eliminating ``z``."""
    loss = (_A * _unit(_Z) + _B - _T) ** 2
    inverse = sp.log(_H / (1 - _H)) / _K - 1
    slope = sp.diff(_unit(_Z), _Z).subs(_Z, inverse)
    first = sp.factor(sp.simplify(sp.diff(loss, _Z).subs(_Z, inverse)))
    # d/dz of a function of h is its h-derivative times h', itself differentiated from h
    return first, sp.expand(sp.diff(first, _H) * sp.simplify(slope))


def _derivation() -> tuple[Step, ...]:
    """The steps that tie the polynomials in ``h`` and the gradient to the loss."""
    first, second = _derivatives()
    unit = _unit(_Z)
    loss = (_A * unit + _B - _T) ** 2
    psi, count = sp.Function("psi"), sp.Symbol("c", real=True)
    x = sp.Symbol("x", real=True)
    margin = _W1 * x + _W2 * x**2
    one = count * psi(margin) + _MU * (_W1**2 + _W2**2) / 2
    outer = sp.Matrix([[x**2, x**3], [x**3, x**4]])
    curvature = sp.diff(psi(_Z), _Z, 2).subs(_Z, margin)
    return (
        Identity("psi' as a polynomial in h", sp.diff(loss, _Z), first.subs(_H, unit)),
        Identity("psi'' as a polynomial in h", sp.diff(loss, _Z, 2), second.subs(_H, unit)),
        Identity(
            "a sample adds c psi'' phi phi^T to the Hessian, the ridge mu I",
            sp.hessian(one, (_W1, _W2)).doit(),
            count * curvature.doit() * outer + _MU * sp.eye(2),
        ),
    )


@cache
def _polynomials(reading: _Reading, target: int) -> tuple[tuple[tuple[Any, ...], Any], ...]:
    """Return psi' and psi'' in h: interval coefficients (highest first), critical points."""
    values = {_K: reading.slope, _A: reading.scale, _B: reading.shift, _T: target}
    out = []
    for expression in _derived():
        polynomial = sp.Poly(expression.subs(values), _H)
        isolated = polynomial.diff(_H).intervals(eps=sp.Rational(1, 10**14), inf=0, sup=1)
        critical = tuple(iv.mpf([_thin(lo).a, _thin(hi).b]) for (lo, hi), _ in isolated)
        out.append((tuple(_thin(c) for c in polynomial.all_coeffs()), critical))
    return tuple(out)


_derived = cache(_derivatives)


def _thin(value: Any) -> Any:
    if isinstance(value, type(iv.mpf(0))):
        return value
    value = sp.Rational(value)
    return iv.mpf(int(value.p)) / int(value.q)


_PRINTED, _PROBABLE = "zero_one-sum-half-printed", "zero_one-sum-half-probable"
_PM, _SHALLOW = "pm_one-sum-half-probable", "scaled_pm_one-sum-half-printed"


@dataclass(frozen=True)
class _Toy:
    """One objective: a reading, the multiplicities (rational or intervals), the ridge."""

    reading: _Reading
    counts: tuple[Any, ...]
    ridge: Any = RIDGE

    @property
    def mu(self) -> Any:
        """The factor of ``||w||^2 / 2``."""
        return self.ridge * self.reading.ridge_factor

    @property
    def weights(self) -> tuple[Any, ...]:
        """The factor of each sample's loss."""
        counts = [c if isinstance(c, type(iv.mpf(0))) else sp.Rational(c) for c in self.counts]
        return tuple(c / sum(counts) for c in counts) if self.reading.mean else tuple(counts)

    def expression(self) -> Any:
        """The objective as a sympy expression in w1, w2."""
        r = self.reading
        loss = sum(
            c * (r.scale * _unit(_W1 * x + _W2 * x**2).subs(_K, r.slope) + r.shift - t) ** 2
            for c, x, t in zip(self.weights, POSITIONS, r.targets, strict=True)
        )
        return loss + self.mu * (_W1**2 + _W2**2) / 2


@dataclass(frozen=True)
class _Interval:
    """The interval extension of a toy's objective; built once per branch and bound."""

    toy: _Toy

    def __post_init__(self) -> None:
        toy = self.toy
        rows = [
            (_thin(c), x, x * x, t, *_polynomials(toy.reading, t))
            for c, x, t in zip(toy.weights, POSITIONS, toy.reading.targets, strict=True)
            if c != 0
        ]
        object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "mu", _thin(toy.mu))
        object.__setattr__(self, "slope", _thin(toy.reading.slope))

    def unit(self, x: int, square: int, box: Box) -> Any:
        """Enclose h."""
        return 1 / (1 + iv.exp(-self.slope * (1 + box[0] * x + box[1] * square)))  # type: ignore[attr-defined]

    def value(self, box: Box) -> Any:
        """Enclose the objective."""
        reading = self.toy.reading
        total = self.mu * (box[0] ** 2 + box[1] ** 2) / 2  # type: ignore[attr-defined]
        for c, x, square, t, _, _ in self.rows:  # type: ignore[attr-defined]
            h = self.unit(x, square, box)
            total += c * (reading.scale * h + (reading.shift - t)) ** 2
        return total

    def gradient(self, box: Box) -> Box:
        """Enclose the gradient."""
        g1, g2 = self.mu * box[0], self.mu * box[1]  # type: ignore[attr-defined]
        for c, x, square, _, first, _ in self.rows:  # type: ignore[attr-defined]
            slope = c * _range(first, self.unit(x, square, box))
            g1, g2 = g1 + slope * x, g2 + slope * square
        return g1, g2

    def hessian(self, box: Box) -> tuple[Any, Any, Any]:
        """Enclose the Hessian's entries 11, 12, 22."""
        h11, h12, h22 = self.mu, iv.mpf(0), self.mu  # type: ignore[attr-defined]
        for c, x, square, _, _, second in self.rows:  # type: ignore[attr-defined]
            bend = c * _range(second, self.unit(x, square, box))
            h11, h12, h22 = h11 + bend * square, h12 + bend * x**3, h22 + bend * x**4
        return h11, h12, h22

    def everywhere(self) -> Box:
        """A box with every stationary point: ``w = -(1/mu) sum c psi' phi``."""
        whole = iv.mpf([0, 1])
        w1 = w2 = iv.mpf(0)
        for c, x, square, _, first, _ in self.rows:  # type: ignore[attr-defined]
            slope = -c * _range(first, whole) / self.mu  # type: ignore[attr-defined]
            w1, w2 = w1 + slope * x, w2 + slope * square
        return w1, w2


def _range(polynomial: tuple[tuple[Any, ...], Any], h: Any) -> Any:
    """Enclose a polynomial over an interval of h: its ends and its critical points."""
    coefficients, critical = polynomial
    if h.delta == 0:
        return _horner(coefficients, h)
    values = [_horner(coefficients, iv.mpf(h.a)), _horner(coefficients, iv.mpf(h.b))]
    values += [_horner(coefficients, c) for c in critical if c.b >= h.a and c.a <= h.b]
    return iv.mpf([min(v.a for v in values), max(v.b for v in values)])


def _horner(coefficients: Any, h: Any) -> Any:
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


def _search(box: Box, settled: Callable[[Box], Any]) -> int:
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


def _in_cell(box: Box, signs: str) -> bool:
    """Whether every point of the box decides as ``signs``."""
    return all(
        _logit(box, x) > 0 if s == "+" else _logit(box, x) < 0
        for x, s in zip(POSITIONS, signs, strict=True)
    )


def _lowest(toy: _Toy, w: Any, spared: Callable[[Box], bool], level: Any = None) -> int:
    """Count boxes outside ``spared`` where the objective may be as low as at ``w``.

    The ridge alone exceeds the level beyond ``||w||^2 = 2 level / mu``.
    """
    extension = _Interval(toy)
    level = extension.value((_thin(w[0]), _thin(w[1]))).b if level is None else level
    reach = iv.sqrt(2 * iv.mpf(level) / extension.mu).b  # type: ignore[attr-defined]
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

    return _search((side, side), settled)


def _krawczyk(extension: _Interval, box: Box, gradient: Box | None = None) -> tuple[Box, bool]:
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


def _around(w: Any, radius: float) -> Box:
    return tuple(iv.mpf([float(x) - radius, float(x) + radius]) for x in w)  # type: ignore[return-value]


def _unique_box(toy: _Toy, w: Any) -> tuple[Box, Box] | None:
    """Return the largest tried box with one stationary point, and a narrow enclosure of it."""
    extension = _Interval(toy)
    for power in range(2, 14):
        box = _around(w, 2.0**-power)
        if _krawczyk(extension, box)[1]:
            break
    else:
        return None
    image, proved = _krawczyk(extension, _around(w, 1e-8))
    return (box, image) if proved else None


@cache
def _stationary(toy: _Toy, known: Any, level: float = math.inf) -> tuple[int, Box]:
    """Prove that one point is the only stationary point (of value at most ``level``).

    Returns the number of undecided boxes and the point's enclosure.
    """
    extension = _Interval(toy)
    pair = _unique_box(toy, known)
    if pair is None:
        return 1, _around(known, 1.0)
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

    return _search(extension.everywhere(), settled), enclosure


def _settle(toy: _Toy, start: tuple[float, float]) -> tuple[float, float]:
    """Descend to a minimum in floats (a guess to be proved): damped Newton steps."""
    value, gradient, hessian = _floats(toy)
    w = start
    damping = 1.0
    for _ in range(2000):
        g = gradient(*w)
        a, b, d = hessian(*w)
        low = (a + d) / 2 - math.hypot((a - d) / 2, b)
        shift = max(0.0, -low) + damping
        determinant = (a + shift) * (d + shift) - b * b
        step = (
            ((d + shift) * g[0] - b * g[1]) / determinant,
            ((a + shift) * g[1] - b * g[0]) / determinant,
        )
        trial = (w[0] - step[0], w[1] - step[1])
        if value(*trial) <= value(*w):
            w, damping = trial, damping / 4
        else:
            damping = 4 * damping + 1e-12
        if math.hypot(*step) < 1e-9:
            break
    return _stationary_guess(toy, w)


def _stationary_guess(toy: _Toy, start: tuple[float, float]) -> tuple[float, float]:
    """Newton's iteration in floats from a start close to any stationary point."""
    _, gradient, hessian = _floats(toy)
    w = start
    for _ in range(30):
        g1, g2 = gradient(*w)
        a, b, d = hessian(*w)
        determinant = a * d - b * b
        w = (w[0] - (d * g1 - b * g2) / determinant, w[1] - (a * g2 - b * g1) / determinant)
    return w


@cache
def _floats(toy: _Toy) -> tuple[Callable[..., Any], ...]:
    """Value, gradient (2) and Hessian (11, 12, 22) in floats: for guesses only."""
    reading, slope, mu = toy.reading, float(toy.reading.slope), float(toy.mu)
    rows: list[tuple[Any, ...]] = [
        (
            float(c),
            x,
            t,
            *([float(q.mid) for q in p] for p, _ in _polynomials(reading, t)),
        )
        for c, x, t in zip(toy.weights, POSITIONS, reading.targets, strict=True)
    ]

    def unit(x: int, w1: float, w2: float) -> float:
        return 1 / (1 + math.exp(-min(max(slope * (1 + w1 * x + w2 * x * x), -700.0), 700.0)))

    def value(w1: float, w2: float) -> float:
        residuals = (
            c * (reading.scale * unit(x, w1, w2) + reading.shift - t) ** 2 for c, x, t, *_ in rows
        )
        return sum(residuals) + mu * (w1 * w1 + w2 * w2) / 2

    def gradient(w1: float, w2: float) -> tuple[float, float]:
        bends = [(x, c * _horner(first, unit(x, w1, w2))) for c, x, _, first, _ in rows]
        return mu * w1 + sum(b * x for x, b in bends), mu * w2 + sum(b * x * x for x, b in bends)

    def hessian(w1: float, w2: float) -> tuple[float, ...]:
        bends = [(x, c * _horner(second, unit(x, w1, w2))) for c, x, _, _, second in rows]
        powers = [sum(b * x**power for x, b in bends) for power in (2, 3, 4)]
        return mu + powers[0], powers[1], mu + powers[2]

    return value, gradient, hessian


@cache
def _best(toy: _Toy) -> tuple[float, float]:
    """Guess the global minimiser: the lowest of descents from a spread of starts."""
    value = _floats(toy)[0]
    starts = ((1.0, -0.2), (3.0, -0.6), (1.0, -0.8), (3.0, -1.8), (0.3, 0.1))
    return min((_settle(toy, s) for s in starts), key=lambda w: value(*w))


@cache
def _cell(toy: _Toy) -> tuple[str, tuple[float, float], int]:
    """Return the decisions of the best point found, the point, and what is left undecided.

    Undecided are boxes with other decisions whose values may be as low: 0 proves that every
    global minimiser has these decisions.
    """
    w = _best(toy)
    signs = "".join("+" if 1 + w[0] * x + w[1] * x * x > 0 else "-" for x in POSITIONS)
    return signs, w, _lowest(toy, w, lambda box: _in_cell(box, signs))


def _crossing(toy: _Toy, level: Any, at: Any, normal: Any) -> int:
    """Count tiles of the line ``at + s t`` that a flow of value <= level may cross backwards.

    A tile is settled where the objective exceeds the level, or its descent direction points
    to the side of ``normal``.
    """
    extension = _Interval(toy)
    n1, n2 = _thin(normal[0]), _thin(normal[1])
    reach = iv.sqrt(2 * iv.mpf(level) / extension.mu).b  # type: ignore[attr-defined]
    # beyond this |s| the ridge alone exceeds the level
    far = (reach + abs(_thin(at[0])) + abs(_thin(at[1]))) / iv.sqrt(n1 * n1 + n2 * n2)

    def settled(tile: Box) -> bool:
        box = (_thin(at[0]) - tile[0] * n2, _thin(at[1]) + tile[0] * n1)
        if extension.value(box) > iv.mpf(level):
            return True
        g1, g2 = extension.gradient(box)
        return bool(n1 * g1 + n2 * g2 < 0)

    return _search((iv.mpf([-far.b, far.b]), iv.mpf(0)), settled)


def _growth(toy: _Toy, ascent: _Toy, level: Any, speed: Any) -> int:
    """Count boxes of value <= level where the ascent flow may raise the value faster."""
    one, other = _Interval(toy), _Interval(ascent)
    reach = iv.sqrt(2 * iv.mpf(level) / one.mu).b  # type: ignore[attr-defined]

    def settled(box: Box) -> bool:
        if one.value(box) > iv.mpf(level):
            return True
        g, a = one.gradient(box), other.gradient(box)
        return bool(-(g[0] * a[0] + g[1] * a[1]) < speed)

    return _search((iv.mpf([-reach, reach]), iv.mpf([-reach, reach])), settled)


@cache
def _pass(toy: _Toy, start: tuple[float, float]) -> tuple[Any, Any] | None:
    """Return a point a third of the way from the saddle to the trap, and the direction.

    None where descending from ``start`` ends at the best point: then there is no pass.
    """
    value, gradient, hessian = _floats(toy)
    best, trap = _best(toy), _settle(toy, start)
    if math.dist(best, trap) < 1e-3:
        return None
    shares = [i / 400 for i in range(401)]
    line = [tuple(b + s * (t - b) for b, t in zip(best, trap, strict=True)) for s in shares]
    saddle = _stationary_guess(toy, max(line, key=lambda w: value(*w)))  # type: ignore[arg-type]
    a, b, d = hessian(*saddle)
    lowest = (a + d) / 2 - math.hypot((a - d) / 2, b)
    length = math.hypot(b, lowest - a)
    ahead = b * (trap[0] - saddle[0]) + (lowest - a) * (trap[1] - saddle[1])
    normal = (b * ahead / length**2, (lowest - a) * ahead / length**2)
    at = tuple(w + n / 3 for w, n in zip(saddle, normal, strict=True))

    def margin(turn: float) -> tuple[float, Any]:
        """The worst tile of the line across the turned direction, by sampling."""
        n = (
            normal[0] * math.cos(turn) - normal[1] * math.sin(turn),
            normal[0] * math.sin(turn) + normal[1] * math.cos(turn),
        )
        worst = math.inf
        for i in range(-400, 401):
            w = (at[0] - i / 10 * n[1], at[1] + i / 10 * n[0])
            g = gradient(*w)
            worst = min(worst, max(value(*w) - value(*start), -n[0] * g[0] - n[1] * g[1]))
        return worst, n

    best_normal = max(margin(turn) for turn in (0.0, -0.17, 0.17))[1]
    exact = [tuple(sp.Rational(round(1e6 * v), 10**6) for v in pair) for pair in (at, best_normal)]
    return exact[0], exact[1]


def _decided(what: str, undecided: int) -> Witness:
    return Witness(what, {_UNDECIDED: sp.Integer(undecided)}, holds=(sp.Eq(_UNDECIDED, 0),))


def _point(box: Box) -> dict[sp.Symbol, Any]:
    return {_W1: box[0], _W2: box[1]}


def _minimum(toy: _Toy, what: str, box: Box) -> Witness:
    """The derived Hessian is positive definite on the whole enclosure."""
    h = sp.hessian(toy.expression(), (_W1, _W2))
    return Witness(what, _point(box), holds=(h[0, 0] > 0, h[0, 0] * h[1, 1] - h[0, 1] ** 2 > 0))


def _decides(what: str, box: Box, signs: str) -> Witness:
    relations = tuple(
        1 + _W1 * x + _W2 * x**2 > 0 if sign == "+" else 1 + _W1 * x + _W2 * x**2 < 0
        for x, sign in zip(POSITIONS, signs, strict=True)
        if sign in "+-"
    )
    return Witness(what, _point(box), holds=relations)


def _coercive() -> Step:
    c = sp.Symbol("c", nonnegative=True)
    residual = sp.Symbol("r", real=True)
    mu = sp.Symbol("mu", positive=True)
    rest = c * residual**2 + mu * (_W1**2 + _W2**2) / 2 - mu * (_W1**2 + _W2**2) / 2
    return Sign("J(w) >= (mu/2) ||w||^2: coercive", rest, ">=")


@proves(
    ascent_does_nothing={"remaining": 2, "readings": (_PRINTED,)},
    nothing_is_subtracted={"remaining": 2, "readings": (_SHALLOW,)},
    it_is_m1={"signs": M1, "readings": (_PROBABLE,)},
)
def toy_da_landscape(
    remaining: Any = 0, signs: str = "...-", readings: tuple[str, ...] = tuple(_READINGS)
) -> Proof:
    """One stationary point in every reading, by branch and bound; it decides x = 4 wrongly."""
    steps: list[Step] = [*_derivation(), _coercive()]
    for name in readings:
        toy = _Toy(_READINGS[name], (*DESCENT_ASCENT[:3], remaining))
        left, box = _stationary(toy, _best(toy))
        steps += [
            _decided(f"{name}: no other stationary point in the plane", left),
            _minimum(toy, f"{name}: it is a minimum", box),
            _decides(f"{name}: x = 4 is decided wrongly, so it is not M1", box, signs),
        ]
    return Proof(
        (
            "multiplicities (5, 4, 1, 4), two of the four at x = 4 forgotten, lambda = 1/10",
            "mean: over the samples that an objective weighs (14, 12 and 10)",
            "a gradient flow of a coercive function with a single stationary point converges to it",
        ),
        tuple(steps),
    )


@proves(
    h_against_pm_one_keeps_it={"keeps": _KEEPS | {_PM}},
    mean_of_zero_one_keeps_it={"keeps": _KEEPS | {"zero_one-mean-half-printed"}},
    the_printed_toy_loses_it={"keeps": _KEEPS - {_PRINTED}},
)
def toy_retrain_keeps_minimum(keeps: frozenset[str] = _KEEPS) -> Proof:
    """Where the global minimisers lie before and after the removal, reading by reading."""
    steps: list[Step] = list(_derivation())
    for name, reading in _READINGS.items():
        after = _cell(_Toy(reading, RETRAINED))
        box = _around(after[1], 1e-12)
        lost = M2 if name.startswith("pm_one") else "++++"
        wanted = M1 if name in keeps else lost
        steps += [
            _decided(f"{name}: retrained, every global minimiser is in one cell", after[2]),
            _decides(f"{name}: that cell is {wanted}", box, wanted),
        ]
        if name in keeps:
            before = _cell(_Toy(reading, PRETRAINED))
            steps += [
                _decided(f"{name}: pretrained likewise", before[2]),
                _decides(f"{name}: the same cell", _around(before[1], 1e-12), M1),
            ]
    return Proof(("multiplicities (5, 4, 1, 4), then (5, 4, 1, 2); lambda = 1/10",), tuple(steps))


def _trap_steps(name: str) -> list[Step]:
    """Fine-tuning never crosses a line, and everything beyond it is worse than M1."""
    reading = _READINGS[name]
    ascent, retrained = _Toy(reading, DESCENT_ASCENT), _Toy(reading, RETRAINED)
    left, start = _stationary(ascent, _best(ascent))
    level = _Interval(retrained).value(start).b
    line = _pass(retrained, _best(ascent))
    if line is None:
        return [_decided(f"{name}: fine-tuning ends elsewhere than at the best point", 1)]
    at, normal = line
    side = normal[0] * (_W1 - at[0]) + normal[1] * (_W2 - at[1])
    n1, n2, a1, a2 = (_thin(v) for v in (*normal, *at))

    def before_the_line(box: Box) -> bool:
        return bool(n1 * (box[0] - a1) + n2 * (box[1] - a2) < 0)

    _, best, other = _cell(retrained)
    return [
        _decided(f"{name}: descent-ascent has one stationary point", left),
        Witness(f"{name}: it lies beyond the line", _point(start), holds=(side > 0,)),
        _decided(
            f"{name}: fine-tuning from it never crosses the line back",
            _crossing(retrained, level, at, normal),
        ),
        _decided(
            f"{name}: everything beyond the line is worse than the point below",
            _lowest(retrained, best, before_the_line),
        ),
        _decides(f"{name}: which is of kind M1", _around(best, 1e-12), M1),
        _decided(f"{name}: as is every global minimiser", other),
    ]


def _escape_steps(name: str) -> list[Step]:
    """Either M1 is not what retraining finds, or it is the only place to go."""
    retrained = _Toy(_READINGS[name], RETRAINED)
    signs, best, other = _cell(retrained)
    if signs != M1:
        return [
            _decided(f"{name}: every global minimiser of retraining decides alike", other),
            Witness(
                f"{name}: and not as M1: there is nothing inferior to be trapped in",
                _point(_around(best, 1e-12)),
                holds=((1 - _W1 + _W2 if signs[0] == "+" else -1 - 4 * _W1 - 16 * _W2) > 0,),
            ),
        ]
    left, box = _stationary(retrained, best)
    return [
        _decided(f"{name}: M1 is retraining's only stationary point: no trap", left),
        _decides(f"{name}: it is of kind M1", box, M1),
    ]


@proves(
    the_printed_toy_traps={"readings": (_PRINTED,), "traps": frozenset({_PRINTED})},
    h_against_pm_one_traps={"readings": (_PM,), "traps": frozenset({_PM})},
    nothing_traps={"readings": (_PROBABLE,), "traps": frozenset()},
)
def toy_trap(readings: tuple[str, ...] = tuple(_READINGS), traps: frozenset[str] = _TRAPS) -> Proof:
    """Seven readings trap; in the others M1 is the only minimum or not the global one."""
    steps: list[Step] = list(_derivation())
    for name in readings:
        steps += _trap_steps(name) if name in traps else _escape_steps(name)
    return Proof(
        (
            "fine-tuning: gradient flow of the retrained objective from descent-ascent's point",
            "along it the value falls, so it crosses a line only where the value is below its "
            "first one and the descent direction points across",
        ),
        tuple(steps),
    )


@proves(
    half_a_time_unit={"early": sp.Rational(1, 2), "readings": (_PROBABLE,)},
    ten_time_units={"early": sp.Integer(10), "readings": (_SHALLOW,)},
)
def toy_irreversibility_needs_long_ascent(
    early: Any = sp.Rational(1, 200), readings: tuple[str, ...] = (_PROBABLE, _SHALLOW)
) -> Proof:
    """Up to the time ``early`` fine-tuning recovers M1; after convergence it is trapped."""
    steps: list[Step] = list(_derivation())
    for name in readings:
        reading = _READINGS[name]
        pretrained, retrained = _Toy(reading, PRETRAINED), _Toy(reading, RETRAINED)
        ascent = _Toy(reading, DESCENT_ASCENT)
        pair = _unique_box(pretrained, _best(pretrained))
        start = pair[1] if pair else _around(_best(pretrained), 1.0)
        extension = _Interval(retrained)
        first = extension.value(start).b
        _, best, _ = _cell(retrained)
        trap = _settle(retrained, _best(ascent))
        level = float((3 * first + extension.value(_around(trap, 0.0)).a).b) / 4
        left, box = _stationary(retrained, best, level)
        steps += [
            _decided(f"{name}: M1 is retraining's only stationary point below a level", left),
            _decides(f"{name}: it is of kind M1", box, M1),
            Witness(
                f"{name}: the pretrained minimum is below the level",
                {_H: first},
                holds=(_H < sp.Rational(level),),
            ),
            _decided(
                f"{name}: descent-ascent needs more than the time {early} to reach the level",
                _growth(retrained, ascent, level, (iv.mpf(level) - first) / _thin(early)),
            ),
            *_trap_steps(name),
        ]
    return Proof(
        (
            "descent-ascent: gradient flow from the pretrained global minimum, stopped at t",
            "a gradient flow converges to a stationary point whose value is below its first one",
        ),
        tuple(steps),
    )


@proves(
    the_other_way_round={"turn": -1, "readings": (_PRINTED,)},
    the_same_ridge={"strong": RIDGE, "readings": (_PRINTED,)},
    still_two_minima={"weak": sp.Integer(10), "readings": (_PRINTED,)},
)
def toy_ridge_is_not_radial(
    turn: int = 1,
    strong: Any = sp.Integer(10),
    weak: Any = RIDGE,
    readings: tuple[str, ...] = tuple(_READINGS),
) -> Proof:
    """The direction turns, a decision flips, and a minimum disappears as the ridge grows."""
    w1, w2 = sp.Function("w1")(_MU), sp.Function("w2")(_MU)
    u, v, s = sp.symbols("u v s", real=True)
    loss = sp.Function("L")(u, v)
    gradient = sp.Matrix([sp.diff(loss, u), sp.diff(loss, v)])
    hessian = sp.hessian(loss, (u, v)) + _MU * sp.eye(2)
    at = {u: w1, v: w2}
    w = sp.Matrix([w1, w2])
    total = sp.diff(gradient.subs(at) + _MU * w, _MU).doit()
    p, q = sp.symbols("p q", real=True)
    slopes = {sp.diff(w1, _MU): p, sp.diff(w2, _MU): q, w1: u, w2: v}
    implicit = total.subs(slopes).doit()
    here, rate = sp.Matrix([u, v]), sp.Matrix([p, q])
    radial = hessian * (s * here) + here
    steps: list[Step] = [
        *_derivation(),
        Identity("H w' + w = 0 along the minimisers", implicit, (hessian * rate + here).doit()),
        Identity(
            "a radial response w' = s w would make w an eigenvector of H",
            here[0] * radial[1] - here[1] * radial[0],
            s * (here[0] * (hessian * here)[1] - here[1] * (hessian * here)[0]),
        ),
    ]
    for name in readings:
        toy = _Toy(_READINGS[name], PRETRAINED)
        pair = _unique_box(toy, _best(toy))
        h = sp.hessian(toy.expression(), (_W1, _W2))
        image = h * sp.Matrix([_W1, _W2])
        turning = _W1 * image[1] - _W2 * image[0]
        box = pair[1] if pair else _around(_best(toy), 1.0)
        steps.append(
            Witness(
                f"{name}: w is no eigenvector of H: its direction turns",
                _point(box),
                holds=(turn * turning > 0 if name == _PRINTED else sp.Ne(turning, 0),),
            )
        )
    reading = _READINGS[_PROBABLE]
    base, heavy = _Toy(reading, PRETRAINED, weak), _Toy(reading, PRETRAINED, strong)
    _, best, left = _cell(base)
    alone, far = _stationary(heavy, _best(heavy))
    other = _unique_box(base, _settle(base, (1.98, -1.01)))
    mine = _unique_box(base, best)
    boxes = [pair[1] if pair else _around((0, 0), 9.0) for pair in (mine, other)]
    steps += [
        _decided(f"lambda = {weak}: every global minimiser decides alike", left),
        _decides(f"lambda = {weak}: as M1", boxes[0], M1),
        _minimum(base, f"lambda = {weak}: a minimum there", boxes[0]),
        _decides(f"lambda = {weak}: another stationary point decides as M2", boxes[1], M2),
        _minimum(base, f"lambda = {weak}: a minimum too", boxes[1]),
        _decided(f"lambda = {strong}: one stationary point", alone),
        _decides(f"lambda = {strong}: the decision at x = -1 has flipped", far, "++++"),
    ]
    return Proof(
        ("the pretrained toy; w(mu) a differentiable branch of minimisers, H its Hessian",),
        tuple(steps),
    )


@proves(
    the_forget_set_does_not_adapt={"size": lambda rate: sp.Integer(2)},
    the_wrong_way={"size": lambda rate: 2 * rate},
    the_printed_toy={"readings": (_PRINTED,)},
)
def toy_counterexample_for_every_rate(
    size: Callable[[Any], Any] = lambda rate: 2 / rate,
    readings: tuple[str, ...] = (_PROBABLE, _SHALLOW),
    smallest: Any = sp.Rational(1, 10**6),
) -> Proof:
    """The objectives after pretraining are those of rate 1; pretraining keeps its cell."""
    rate = sp.Symbol("r", positive=True)
    retain = sp.Matrix(RETRAINED)
    forget = sp.Matrix([0, 0, 0, size(rate)])
    m, n = sp.symbols("m n", integer=True, positive=True)
    steps: list[Step] = [
        *_derivation(),
        Identity(
            "retain minus rate times forget: the multiplicities of rate 1",
            retain - rate * forget,
            sp.Matrix(DESCENT_ASCENT),
        ),
        Identity("rate m/n: m copies make 2 n forgotten", m * size(m / n), 2 * n),
    ]
    for name in readings:
        steps += _trap_steps(name)
        # the forgotten from none (rate infinite) to 2 / smallest, in pieces that double
        edges, last = [sp.Integer(0), sp.Rational(1, 2)], 2 / smallest
        while edges[-1] < last:
            edges.append(min(2 * edges[-1], last))
        for low, high in zip(edges, edges[1:], strict=False):
            guess = _best(_Toy(_READINGS[name], (5, 4, 1, 2 + high)))
            count = iv.mpf([_thin(2 + low).a, _thin(2 + high).b])
            toy = _Toy(_READINGS[name], (5, 4, 1, count))
            steps += [
                _decided(
                    f"{name}: {low} to {high} forgotten: the global minimiser is of kind M1",
                    _lowest(toy, guess, lambda box: _in_cell(box, M1)),
                ),
                _decides(f"{name}: the point compared with", _around(guess, 1e-12), M1),
            ]
    return Proof(
        (
            f"ascent steps r >= {smallest} times the descent steps; 2 samples retained at x = 4",
            "multiplicities may be scaled together (with the ridge, where losses are summed)",
        ),
        tuple(steps),
    )
