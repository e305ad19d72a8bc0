"""The landscape of the non-convex toy: its objective, and *all* of its stationary points.

Four feature vectors ``phi(x) = (x, x^2)`` at ``x = -1, 1, 3, 4`` with labels ``-, +, -, +``,
one sigmoid unit ``h = 1 / (1 + exp(-k (1 + w . phi)))`` and the squared error::

    J(w) = sum_i c_i (a h_i + b - t_i)^2 + (mu / 2) ||w||^2 .

What the paper leaves open (targets, sum or mean, the half in the ridge, the slope ``k``) is a
:class:`Reading`.  In ``h`` the first two derivatives of one sample's loss are polynomials,

    psi'  = 2 a k   (a h + b - t) h (1 - h)
    psi'' = 2 a k^2 h (1 - h) [a h (1 - h) + (a h + b - t) (1 - 2 h)] ,

so their range over an interval of ``h`` is exact: ends and critical points.  Stationarity,
``w = -(1/mu) sum_i c_i psi'_i phi_i``, bounds every stationary point a priori, and a
branch and bound with Krawczyk's operator then encloses all of them: every box is discarded by
a proof or lies inside a box in which the stationary point is proved unique.  Enclosures are
widened by far more than the rounding errors that they have to cover.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

Array = NDArray[np.float64]

POSITIONS = np.array([-1.0, 1.0, 3.0, 4.0])
LABELS = np.array([-1.0, 1.0, -1.0, 1.0])
FEATURES = np.stack([POSITIONS, POSITIONS**2], axis=1)
MULTIPLICITIES = (5.0, 4.0, 1.0, 4.0)
RIDGE = 0.1

# Relative widening of a sum of at most a dozen rounded terms: 1e-13 is 450 ulp, 20 times the
# rounding that it covers, and still far below any width that decides a box.
_ROUND = 1e-13
# np.roots returns these well-separated roots of degree <= 4 to about 1e-14; a critical point
# this close to the interval is counted as inside (that only widens the range).
_CRITICAL = 1e-9
_MAX_BOXES = 2_000_000


class Target(Enum):
    """What the squared error compares with what."""

    ZERO_ONE = "h against 0 and 1"
    PM_ONE = "h against -1 and +1"
    SCALED_PM_ONE = "2h - 1 against -1 and +1"


class Reduction(Enum):
    """How the samples' losses are put together."""

    SUM = "sum over the samples"
    MEAN = "mean over the samples that the objective weighs"


class RidgeTerm(Enum):
    """The ridge term."""

    HALF = "(lambda/2) ||w||^2"
    FULL = "lambda ||w||^2"


class Sigmoid(Enum):
    """The unit ``h``; the value is its slope ``k`` in ``1 / (1 + exp(-k (1 + z)))``."""

    PRINTED = 0.5
    PROBABLE = 1.0


@dataclass(frozen=True)
class Reading:
    """One reading of what the paper's toy leaves open; every result carries its reading."""

    target: Target = Target.ZERO_ONE
    reduction: Reduction = Reduction.SUM
    ridge_term: RidgeTerm = RidgeTerm.HALF
    sigmoid: Sigmoid = Sigmoid.PRINTED

    @property
    def name(self) -> str:
        """A short name, e.g. ``zero_one-sum-half-printed``."""
        parts = (self.target, self.reduction, self.ridge_term, self.sigmoid)
        return "-".join(part.name.lower() for part in parts)

    @classmethod
    def from_name(cls, name: str) -> Reading:
        """Return the reading called ``name`` (see :attr:`name`)."""
        for reading in READINGS:
            if reading.name == name:
                return reading
        raise ValueError(f"expected one of {[r.name for r in READINGS]}, got {name!r}")


READINGS = tuple(
    Reading(target, reduction, term, sigmoid)
    for sigmoid in Sigmoid
    for target in Target
    for reduction in Reduction
    for term in RidgeTerm
)


class Kind(Enum):
    """What a stationary point is, by the certified signs of its Hessian's eigenvalues."""

    MINIMUM = "both eigenvalues positive"
    SADDLE = "eigenvalues of both signs"
    MAXIMUM = "both eigenvalues negative"
    DEGENERATE = "the enclosure does not separate an eigenvalue from 0"


@dataclass(frozen=True)
class StationaryPoint:
    """A certified stationary point.

    Attributes
    ----------
    w : tuple of 2 floats
        Its approximation.
    radius : float
        The true point lies within this distance (maximum norm) of ``w``.
    unique_radius : float
        It is the only stationary point in the box of this half width around ``w``.
    kind : Kind
    value : float
        The objective there.
    decisions : str
        One sign per position -1, 1, 3, 4: ``+`` where ``h > 1/2``.
    """

    w: tuple[float, float]
    radius: float
    unique_radius: float
    kind: Kind
    value: float
    decisions: str


@dataclass(frozen=True)
class Landscape:
    """All stationary points of one objective, by increasing value, and the certificate.

    ``complete`` says that every other place of ``box`` (which contains every stationary
    point in the plane) was excluded; ``boxes`` counts the boxes that this took.
    """

    points: tuple[StationaryPoint, ...]
    box: tuple[tuple[float, float], tuple[float, float]]
    complete: bool
    boxes: int

    @property
    def minima(self) -> tuple[StationaryPoint, ...]:
        """The local minima, the global one first."""
        return tuple(p for p in self.points if p.kind is Kind.MINIMUM)

    @property
    def saddles(self) -> tuple[StationaryPoint, ...]:
        """The saddles, the lowest first."""
        return tuple(p for p in self.points if p.kind is Kind.SADDLE)


@dataclass(frozen=True)
class ToyObjective:
    """``J(w) = sum_i c_i (a h_i + b - t_i)^2 + (mu/2) ||w||^2`` under one reading.

    ``multiplicities`` may be negative or fractional; the mean divides by the sum of their
    absolute values.
    """

    multiplicities: tuple[float, ...]
    reading: Reading = Reading()
    ridge: float = RIDGE

    def __post_init__(self) -> None:
        """Refuse what has no certified landscape."""
        if len(self.multiplicities) != 4 or not np.all(np.isfinite(self.multiplicities)):
            raise ValueError(f"expected 4 finite multiplicities, got {self.multiplicities}")
        if not any(self.multiplicities):
            raise ValueError("expected a multiplicity that is not 0, got only zeros")
        if not (np.isfinite(self.ridge) and self.ridge > 0):
            raise ValueError(f"expected ridge > 0, got {self.ridge}")

    @property
    def coefficients(self) -> Array:
        """The weights ``c`` (4,) of the samples' losses."""
        weights = np.asarray(self.multiplicities, dtype=float)
        mean = self.reading.reduction is Reduction.MEAN
        return weights / np.abs(weights).sum() if mean else weights

    @property
    def mu(self) -> float:
        """The factor of ``||w||^2 / 2``."""
        return self.ridge * (1.0 if self.reading.ridge_term is RidgeTerm.HALF else 2.0)

    def activations(self, w: ArrayLike) -> Array:
        """``h`` (..., 4) of weights ``w`` (..., 2)."""
        slope = self.reading.sigmoid.value
        return np.asarray(expit(slope * (1.0 + np.asarray(w, dtype=float) @ FEATURES.T)))

    def value(self, w: ArrayLike) -> Array:
        """The objective (...) at ``w`` (..., 2)."""
        w = np.asarray(w, dtype=float)
        scale, shift, target = _affine(self.reading)
        residual = scale * self.activations(w) + shift - target
        return np.asarray(residual**2 @ self.coefficients + 0.5 * self.mu * (w * w).sum(-1))

    def gradient(self, w: ArrayLike) -> Array:
        """The gradient (..., 2) at ``w`` (..., 2)."""
        w = np.asarray(w, dtype=float)
        first = _evaluate(_polynomials(self.reading).first, self.activations(w))
        return np.asarray((first * self.coefficients) @ FEATURES + self.mu * w)

    def hessian(self, w: ArrayLike) -> Array:
        """The Hessian (..., 2, 2) at ``w`` (..., 2), indefinite in general."""
        second = _evaluate(_polynomials(self.reading).second, self.activations(w))
        outer = FEATURES[:, :, None] * FEATURES[:, None, :]
        loss = np.tensordot(second * self.coefficients, outer, axes=(-1, 0))
        return np.asarray(loss + self.mu * np.eye(2))


def decisions(w: ArrayLike) -> str:
    """Return the decisions at the four positions, ``+`` where ``1 + w . phi(x) > 0``."""
    return "".join("+" if z > -1 else "-" for z in FEATURES @ np.asarray(w, dtype=float))


@dataclass(frozen=True)
class _Polynomials:
    """psi' and psi'' per sample as polynomials in h (coefficients from degree 0 up)."""

    first: Array
    second: Array
    first_critical: tuple[Array, ...]
    second_critical: tuple[Array, ...]


def _affine(reading: Reading) -> tuple[float, float, Array]:
    """Return ``a``, ``b`` and the targets ``t`` (4,) of the reading."""
    if reading.target is Target.ZERO_ONE:
        return 1.0, 0.0, (LABELS + 1.0) / 2.0
    if reading.target is Target.PM_ONE:
        return 1.0, 0.0, LABELS
    return 2.0, -1.0, LABELS


@cache
def _polynomials(reading: Reading) -> _Polynomials:
    scale, shift, targets = _affine(reading)
    slope = reading.sigmoid.value
    first: list[Array] = []
    second: list[Array] = []
    for target in targets:
        residual = np.polynomial.Polynomial([shift - target, scale])
        bell = np.polynomial.Polynomial([0.0, 1.0, -1.0])
        tilt = np.polynomial.Polynomial([1.0, -2.0])
        slopes = 2 * scale * slope * residual * bell
        bends = 2 * scale * slope**2 * bell * (scale * bell + residual * tilt)
        first.append(np.asarray(slopes.coef, dtype=float))
        second.append(np.asarray(bends.coef, dtype=float))
    return _Polynomials(
        np.array(first),
        np.array(second),
        tuple(_critical(coefficients) for coefficients in first),
        tuple(_critical(coefficients) for coefficients in second),
    )


def _critical(coefficients: Array) -> Array:
    """Return the critical points of a polynomial inside (0, 1)."""
    roots = np.polynomial.Polynomial(coefficients).deriv().roots()
    real = np.real(roots[np.abs(np.imag(roots)) < _CRITICAL])
    return np.asarray(real[(real > -_CRITICAL) & (real < 1 + _CRITICAL)])


def _evaluate(coefficients: Array, h: Array) -> Array:
    """Horner: polynomials (4, degree + 1) at ``h`` (..., 4)."""
    out = np.broadcast_to(coefficients[:, -1], h.shape)
    for power in range(coefficients.shape[1] - 2, -1, -1):
        out = out * h + coefficients[:, power]
    return np.asarray(out)


@dataclass(frozen=True)
class _Enclosure:
    """Enclosures over boxes (N, 2): gradient centre and radius, Hessian likewise."""

    gradient: Array
    gradient_radius: Array
    hessian: Array
    hessian_radius: Array


def _ranges(coefficients: Array, critical: tuple[Array, ...], low: Array, high: Array) -> Array:
    """Return centre and radius (2, N, 4) of each polynomial's range over [low, high]."""
    ends = np.stack([_evaluate(coefficients, low), _evaluate(coefficients, high)])
    smallest, largest = ends.min(axis=0), ends.max(axis=0)
    for i, points in enumerate(critical):
        for point in points:
            value = np.polynomial.polynomial.polyval(point, coefficients[i])
            inside = (low[:, i] < point + _CRITICAL) & (high[:, i] > point - _CRITICAL)
            smallest[inside, i] = np.minimum(smallest[inside, i], value)
            largest[inside, i] = np.maximum(largest[inside, i], value)
    # h is at most 1, so a polynomial's rounding is bounded by its coefficients
    slack = _ROUND * np.abs(coefficients).sum(axis=1)
    return np.stack([(smallest + largest) / 2, (largest - smallest) / 2 + slack])


def _enclose(objective: ToyObjective, centre: Array, radius: Array) -> _Enclosure:
    """Enclose gradient and Hessian over the boxes ``centre +- radius`` (N, 2)."""
    table = _polynomials(objective.reading)
    slope = objective.reading.sigmoid.value
    middle = centre @ FEATURES.T
    reach = radius @ np.abs(FEATURES).T + _ROUND * (np.abs(centre) @ np.abs(FEATURES).T + 1)
    low = expit(slope * (1 + middle - reach)) * (1 - _ROUND)
    high = np.minimum(expit(slope * (1 + middle + reach)) * (1 + _ROUND), 1.0)
    weights = objective.coefficients
    first, first_radius = _ranges(table.first, table.first_critical, low, high)
    second, second_radius = _ranges(table.second, table.second_critical, low, high)
    mu = objective.mu
    gradient = (first * weights) @ FEATURES + mu * centre
    gradient_radius = (first_radius * np.abs(weights)) @ np.abs(FEATURES) + mu * radius
    gradient_radius += _ROUND * (
        np.abs(first * weights) @ np.abs(FEATURES) + mu * np.abs(centre) + gradient_radius
    )
    outer = (FEATURES[:, :, None] * FEATURES[:, None, :]).reshape(4, 4)
    hessian = (second * weights) @ outer + mu * np.eye(2).ravel()
    hessian_radius = (second_radius * np.abs(weights)) @ np.abs(outer)
    hessian_radius += _ROUND * (np.abs(second * weights) @ np.abs(outer) + mu + hessian_radius)
    shape = (-1, 2, 2)
    return _Enclosure(
        gradient, gradient_radius, hessian.reshape(shape), hessian_radius.reshape(shape)
    )


def _krawczyk(
    objective: ToyObjective, centre: Array, radius: Array
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return centre and radius (N, 2) of Krawczyk's operator, and which boxes may hold a root.

    ``K(B) = m - Y g(m) + (I - Y H(B)) (B - m)`` with Y close to the inverse of the middle
    Hessian: every stationary point of B lies in K(B), and K(B) inside B proves exactly one.
    """
    over = _enclose(objective, centre, radius)
    at = _enclose(objective, centre, np.zeros_like(radius))
    possible = np.all(np.abs(over.gradient) <= over.gradient_radius, axis=1)
    spread = np.einsum("nij,nj->ni", np.abs(over.hessian) + over.hessian_radius, radius)
    linear = np.abs(at.gradient) <= (at.gradient_radius + spread) * (1 + _ROUND)
    possible &= np.all(linear, axis=1)
    a, b, d = over.hessian[:, 0, 0], over.hessian[:, 0, 1], over.hessian[:, 1, 1]
    determinant = a * d - b * b
    # any Y is valid: the identity stands in where the middle Hessian is too close to singular
    regular = np.abs(determinant) > 1e-12 * (a * a + 2 * b * b + d * d)
    inverse = np.broadcast_to(np.eye(2), over.hessian.shape).copy()
    adjugate = np.stack([np.stack([d, -b], -1), np.stack([-b, a], -1)], -2)
    inverse[regular] = adjugate[regular] / determinant[regular, None, None]
    size = np.abs(inverse)
    centre_out = centre - np.einsum("nij,nj->ni", inverse, at.gradient)
    product = np.einsum("nij,njk->nik", inverse, over.hessian)
    defect = np.abs(np.eye(2) - product) + np.einsum("nij,njk->nik", size, over.hessian_radius)
    defect += _ROUND * (1 + np.einsum("nij,njk->nik", size, np.abs(over.hessian)))
    radius_out = np.einsum("nij,nj->ni", size, at.gradient_radius)
    radius_out = radius_out + np.einsum("nij,nj->ni", defect, radius)
    radius_out += _ROUND * (
        np.abs(centre) + np.einsum("nij,nj->ni", size, np.abs(at.gradient)) + radius_out
    )
    return centre_out, radius_out, possible


def a_priori_box(objective: ToyObjective) -> tuple[Array, Array]:
    """Return a box (low (2,), high (2,)) that contains every stationary point.

    From ``w = -(1/mu) sum_i c_i psi'_i phi_i``, each ``psi'`` ranging over its values on (0, 1).
    """
    table = _polynomials(objective.reading)
    zeros, ones = np.zeros((1, 4)), np.ones((1, 4))
    middle, reach = _ranges(table.first, table.first_critical, zeros, ones)
    weights = objective.coefficients / objective.mu
    centre = -((middle[0] * weights) @ FEATURES)
    radius = (reach[0] * np.abs(weights)) @ np.abs(FEATURES)
    radius = radius + _ROUND * (1 + np.abs(centre) + radius)
    return centre - radius, centre + radius


def stationary_points(objective: ToyObjective) -> Landscape:
    """Enclose all stationary points of the toy's objective and classify them.

    Returns
    -------
    Landscape
        ``complete`` is False when the search ran out of boxes; its points are then certified
        one by one, but there may be others.
    """
    low, high = a_priori_box(objective)
    centre, radius = ((low + high) / 2)[None], ((high - low) / 2)[None]
    found: list[StationaryPoint] = []
    used = 0
    while len(centre) and used < _MAX_BOXES:
        used += len(centre)
        image, image_radius, possible = _krawczyk(objective, centre, radius)
        gap = np.abs(image - centre)
        possible &= np.all(gap <= (image_radius + radius) * (1 + _ROUND), axis=1)
        proved = possible & np.all(gap + image_radius < radius, axis=1)
        tiny = possible & np.all(radius < 1e-4, axis=1)
        for guess in image[proved | tiny]:
            if not any(np.all(np.abs(guess - p.w) < p.unique_radius) for p in found):
                found.extend(_certify(objective, guess, found))
        lower = np.maximum(centre - radius, image - image_radius)[possible]
        upper = np.minimum(centre + radius, image + image_radius)[possible]
        for point in found:
            inside = np.all(lower > np.subtract(point.w, point.unique_radius), axis=1)
            inside &= np.all(upper < np.add(point.w, point.unique_radius), axis=1)
            lower, upper = lower[~inside], upper[~inside]
        # rounding may leave a touching pair of sides crossed: such a box is thin, not empty
        centre, radius = _bisect(lower, np.maximum(lower, upper))
    points = tuple(sorted(found, key=lambda p: p.value))
    box = ((float(low[0]), float(high[0])), (float(low[1]), float(high[1])))
    return Landscape(points, box, not len(centre), used)


def _bisect(lower: Array, upper: Array) -> tuple[Array, Array]:
    """Halve each box across the side that moves the logits most; return centres and radii."""
    # |d logit_4| per unit of w is 4 and 16: the second side counts four times
    axis = np.argmax((upper - lower) * np.array([1.0, 4.0]), axis=1)
    rows = np.arange(len(lower))
    middle = (lower[rows, axis] + upper[rows, axis]) / 2
    left, right = upper.copy(), lower.copy()
    left[rows, axis] = right[rows, axis] = middle
    low, high = np.concatenate([lower, right]), np.concatenate([left, upper])
    radius = (high - low) / 2
    # the widening keeps the two halves covering the whole after rounding
    return (low + high) / 2, radius + _ROUND * (np.abs(low) + np.abs(high) + radius)


def _certify(
    objective: ToyObjective, guess: Array, known: list[StationaryPoint]
) -> list[StationaryPoint]:
    """Polish a guess by Newton; return it as a certified point, or nothing."""
    w = np.asarray(guess, dtype=float)
    for _ in range(50):
        step = np.linalg.lstsq(objective.hessian(w), objective.gradient(w), rcond=None)[0]
        w = w - step
        if np.max(np.abs(step)) < 1e-14 * (1 + np.max(np.abs(w))):
            break
    # largest first: a large box of uniqueness spares the search most
    unique = next((r for r in 2.0 ** np.arange(1, -30, -1) if _proves(objective, w, r)), 0.0)
    if not unique:
        return []
    if any(np.all(np.abs(w - p.w) < p.unique_radius) for p in known):
        return []
    radius = next(r for r in 10.0 ** np.arange(-13, 0) if r > unique or _proves(objective, w, r))
    radius = float(min(radius, unique))
    return [
        StationaryPoint(
            (float(w[0]), float(w[1])),
            radius,
            float(unique),
            _kind(objective, w, radius),
            float(objective.value(w)),
            decisions(w),
        )
    ]


def _proves(objective: ToyObjective, w: Array, radius: float) -> bool:
    image, reach, _ = _krawczyk(objective, w[None], np.full((1, 2), radius))
    return bool(np.all(np.abs(image[0] - w) + reach[0] < radius))


def _definite(hessian: Array, radius: Array, sign: float = 1.0) -> NDArray[np.bool_]:
    """Return where every symmetric matrix of the enclosure is positive (negative) definite."""
    first = sign * hessian[:, 0, 0] - radius[:, 0, 0]
    last = sign * hessian[:, 1, 1] - radius[:, 1, 1]
    cross = np.abs(hessian[:, 0, 1]) + radius[:, 0, 1]
    return np.asarray((first > 0) & (last > 0) & (first * last > cross * cross * (1 + _ROUND)))


def _kind(objective: ToyObjective, w: Array, radius: float) -> Kind:
    over = _enclose(objective, w[None], np.full((1, 2), radius))
    if _definite(over.hessian, over.hessian_radius)[0]:
        return Kind.MINIMUM
    if _definite(over.hessian, over.hessian_radius, -1.0)[0]:
        return Kind.MAXIMUM
    (a, b), (_, d) = over.hessian[0]
    (ra, rb), (_, rd) = over.hessian_radius[0]
    largest = max(x * y for x in (a - ra, a + ra) for y in (d - rd, d + rd))
    smallest = max(abs(b) - rb, 0.0) ** 2
    return Kind.SADDLE if largest < smallest * (1 - _ROUND) else Kind.DEGENERATE


def convex_radius(objective: ToyObjective, point: StationaryPoint) -> float:
    """Return the radius of a ball around a minimum on which the Hessian is proved positive.

    Inside it ``d||w - w*||^2/dt = -2 <w - w*, grad J(w)> < 0`` along gradient flow, so the
    flow stays and converges to the minimum: a certified basin.
    """
    tiles = 24
    steps = (2 * np.arange(tiles) + 1) / tiles - 1
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    # keep the tiles that meet the unit ball
    nearest = np.maximum(np.abs(grid) - 1 / tiles, 0.0)
    grid = grid[(nearest * nearest).sum(axis=1) <= 1.0 + 1e-9]
    for radius in 4.0 * 0.8 ** np.arange(60):
        centre = np.asarray(point.w) + radius * grid
        # 1.001 covers the enclosure radius of the minimum itself and the rounding of tiles
        over = _enclose(objective, centre, np.full_like(centre, 1.001 * radius / tiles))
        if np.all(_definite(over.hessian, over.hessian_radius)):
            return float(radius - 2 * point.radius)
    return 0.0


def segment_bound(objective: ToyObjective, start: ArrayLike, end: ArrayLike) -> float:
    """Return an upper bound of the objective on the segment from ``start`` to ``end``.

    On each tile of the segment: the value at its centre plus the enclosed gradient's reach.
    """
    start, end = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    tiles = 512
    share = ((np.arange(tiles) + 0.5) / tiles)[:, None]
    centre = start + share * (end - start)
    reach = np.abs(end - start) * 0.5 / tiles * 1.001 + _ROUND * np.abs(centre)
    over = _enclose(objective, centre, np.broadcast_to(reach, centre.shape))
    slope = np.abs(over.gradient) + over.gradient_radius
    return float(np.max(objective.value(centre) + (slope * reach).sum(axis=1)) * (1 + 1e-12))
