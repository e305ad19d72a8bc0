"""All stationary points of the toy, certified, and the basins of its minima."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory.nonconvex_toy._enclosure import (
    ROUND,
    a_priori_box,
    definite,
    enclose,
    krawczyk,
)
from logreg_unlearn.theory.nonconvex_toy.objective import ToyObjective, decisions

_MAX_BOXES = 2_000_000


class Kind(Enum):
    """What a stationary point is, by the certified signs of its Hessian's eigenvalues."""

    MINIMUM = "both eigenvalues positive"
    SADDLE = "eigenvalues of both signs"
    MAXIMUM = "both eigenvalues negative"
    DEGENERATE = "the enclosure does not separate an eigenvalue from 0"


@dataclass(frozen=True)
class CertifiedPoint:
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

    points: tuple[CertifiedPoint, ...]
    box: tuple[tuple[float, float], tuple[float, float]]
    complete: bool
    boxes: int

    @property
    def minima(self) -> tuple[CertifiedPoint, ...]:
        """The local minima, the global one first."""
        return tuple(p for p in self.points if p.kind is Kind.MINIMUM)

    @property
    def saddles(self) -> tuple[CertifiedPoint, ...]:
        """The saddles, the lowest first."""
        return tuple(p for p in self.points if p.kind is Kind.SADDLE)


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
    found: list[CertifiedPoint] = []
    used = 0
    while len(centre) and used < _MAX_BOXES:
        used += len(centre)
        image, image_radius, possible = krawczyk(objective, centre, radius)
        gap = np.abs(image - centre)
        possible &= np.all(gap <= (image_radius + radius) * (1 + ROUND), axis=1)
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
    return (low + high) / 2, radius + ROUND * (np.abs(low) + np.abs(high) + radius)


def _certify(
    objective: ToyObjective, guess: Array, known: list[CertifiedPoint]
) -> list[CertifiedPoint]:
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
        CertifiedPoint(
            (float(w[0]), float(w[1])),
            radius,
            float(unique),
            _kind(objective, w, radius),
            float(objective.value(w)),
            decisions(w),
        )
    ]


def _proves(objective: ToyObjective, w: Array, radius: float) -> bool:
    image, reach, _ = krawczyk(objective, w[None], np.full((1, 2), radius))
    return bool(np.all(np.abs(image[0] - w) + reach[0] < radius))


def _kind(objective: ToyObjective, w: Array, radius: float) -> Kind:
    over = enclose(objective, w[None], np.full((1, 2), radius))
    if definite(over.hessian, over.hessian_radius)[0]:
        return Kind.MINIMUM
    if definite(over.hessian, over.hessian_radius, -1.0)[0]:
        return Kind.MAXIMUM
    (a, b), (_, d) = over.hessian[0]
    (ra, rb), (_, rd) = over.hessian_radius[0]
    largest = max(x * y for x in (a - ra, a + ra) for y in (d - rd, d + rd))
    smallest = max(abs(b) - rb, 0.0) ** 2
    return Kind.SADDLE if largest < smallest * (1 - ROUND) else Kind.DEGENERATE


def convex_radius(objective: ToyObjective, point: CertifiedPoint) -> float:
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
        over = enclose(objective, centre, np.full_like(centre, 1.001 * radius / tiles))
        if np.all(definite(over.hessian, over.hessian_radius)):
            return float(radius - 2 * point.radius)
    return 0.0
