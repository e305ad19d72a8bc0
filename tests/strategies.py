"""What the tests draw: objectives, unlearning problems and one-coordinate block problems.

Numbers come from a seeded generator, shapes and scales from Hypothesis: examples shrink to
few rows and columns, and every ridge, weight and offset is one where its term matters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import mpmath as mp
import numpy as np
import sympy as sp
from hypothesis import Phase, find, settings
from hypothesis import strategies as st

from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC, Array, Loss
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem

LOSSES = (LOGISTIC, EXPONENTIAL)

_Z = sp.Symbol("z", real=True)
_FORMULAS = {"logistic": sp.log(1 + sp.exp(-_Z)), "exponential": sp.exp(-_Z)}
SYMBOLIC = {
    name: tuple(sp.lambdify(_Z, sp.diff(phi, _Z, k), "mpmath") for k in range(3))
    for name, phi in _FORMULAS.items()
}
"""Value, derivative and curvature of each loss, derived from its definition by sympy."""

Drawn = TypeVar("Drawn")

# the same examples every time, and it stops at the first that fits: a rare kind costs seconds
_SEARCH = settings(
    max_examples=10_000, phases=[Phase.generate], database=None, derandomize=True, deadline=None
)


def reaches(strategy: st.SearchStrategy[Drawn], wanted: Callable[[Drawn], bool]) -> Drawn:
    """Return an example of the kind ``wanted``; fail if the strategy never draws one."""
    return find(strategy, wanted, settings=_SEARCH)


seeds = st.integers(0, 2**32 - 1)
losses = st.sampled_from(LOSSES)
ridges = st.floats(-10.0, 3.0).map(lambda exponent: 10.0**exponent)

SHAPES = ("plain", "separable", "collinear", "wide", "scaled", "duplicated", "offset", "intercept")
"""What is hard about the data of an objective: see :func:`objectives`."""


@st.composite
def objectives(
    draw: st.DrawFn,
    signed: bool = False,
    losses: st.SearchStrategy[Loss] = losses,
    ridges: st.SearchStrategy[float] = ridges,
    shapes: tuple[str, ...] = SHAPES,
    big_offset: float = 1.0,
) -> Objective:
    """Objectives with 2 to 8 rows and 1 to 4 columns; every column has data.

    ``separable``: positive rows; ``collinear``: two equal columns; ``wide``: fewer rows than
    columns; ``scaled``: columns of scale 1e-3 to 1e3; ``duplicated``: each row twice;
    ``offset``: fixed margins of size ``big_offset``; ``intercept``: a column of +-1, of both
    signs and with positive coefficients, that carries no ridge.
    """
    shape = draw(st.sampled_from(shapes))
    loss, ridge = draw(losses), draw(ridges)
    rng = np.random.default_rng(draw(seeds))
    d = draw(st.integers(2 if shape in ("collinear", "wide", "scaled", "intercept") else 1, 4))
    n = draw(st.integers(2, 8))
    if shape == "wide":
        n = min(n, d - 1)
    rows = rng.standard_normal((n, d))
    coefficients = rng.uniform(0.1, 2.0, n)
    if signed:
        coefficients *= rng.choice([-1.0, 1.0], n)
        coefficients[0] = -abs(coefficients[0])
        coefficients[-1] = abs(coefficients[-1])
    offset, penalised = None, None
    if shape == "separable":
        rows = np.abs(rows)
    elif shape == "collinear":
        rows[:, -1] = rows[:, 0]
    elif shape == "scaled":
        rows *= 10.0 ** rng.uniform(-3.0, 3.0, d)
    elif shape == "duplicated":
        rows = np.repeat(rows, 2, axis=0)
        coefficients = rng.uniform(0.1, 2.0, 2 * n) * np.repeat(np.sign(coefficients), 2)
    elif shape == "offset":
        offset = big_offset * rng.standard_normal(n)
    elif shape == "intercept":
        rows[:, 0] = rng.choice([-1.0, 1.0], n)
        rows[0, 0], rows[-1, 0] = -1.0, 1.0
        penalised = np.arange(d) > 0
    return Objective(rows, coefficients, ridge, loss, offset=offset, penalised=penalised)


@st.composite
def problems(
    draw: st.DrawFn,
    losses: st.SearchStrategy[Loss] = losses,
    ridges: st.SearchStrategy[float] = st.floats(-3.0, 1.0).map(lambda e: 10.0**e),
    normalisations: tuple[str, ...] = ("mean", "sum"),
) -> UnlearningProblem:
    """Unlearning problems, half of them with weights, offsets or an unpenalised column."""
    rng = np.random.default_rng(draw(seeds))
    n, d = draw(st.integers(3, 12)), draw(st.integers(1, 4))
    forget = np.zeros(n, dtype=bool)
    forget[rng.permutation(n)[: draw(st.integers(1, n - 1))]] = True
    features = rng.standard_normal((n, d))
    features[:, 0] += 0.5
    weighted, shifted = draw(st.booleans()), draw(st.booleans())
    intercept = d > 1 and draw(st.booleans())
    return UnlearningProblem(
        features,
        rng.choice([-1.0, 1.0], n),
        forget,
        ridge=draw(ridges),
        loss=draw(losses),
        weights=rng.uniform(0.2, 3.0, n) if weighted else None,
        offset=rng.standard_normal(n) if shifted else None,
        normalisation=draw(st.sampled_from(normalisations)),
        unpenalised=(d - 1,) if intercept else (),
    )


@dataclass(frozen=True)
class Block:
    """One coordinate: strength ``s = p/ridge``, lift ``rho = q/p``, forget fraction ``f``."""

    strength: float
    lift: float
    fraction: float

    def problem(self, loss: str) -> UnlearningProblem:
        """Return a problem of one column: its block holds share p of R and rho p of F."""
        p = min(0.9, 0.9 / self.lift)
        q, f = p * self.lift, self.fraction
        # rows without the column fill R and F up to their mass
        return UnlearningProblem(
            np.array([[1.0], [0.0], [1.0], [0.0]]),
            np.ones(4),
            np.array([False, False, True, True]),
            ridge=p / self.strength,
            loss=loss,
            weights=np.array([(1 - f) * p, (1 - f) * (1 - p), f * q, f * (1 - q)]),
        )

    def levels(self) -> tuple[float, float, float]:
        """Right sides t of ``w g(w) = t`` for the oracle, the original and descent-ascent."""
        s, rho, f = self.strength, self.lift, self.fraction
        return s, s * (1 + f * (rho - 1)), s * (1 - rho)


@st.composite
def blocks(
    draw: st.DrawFn,
    strengths: st.SearchStrategy[float] = st.floats(-8.0, 8.0).map(lambda e: 10.0**e),
    lifts: st.SearchStrategy[float] = st.floats(-3.0, 3.0).map(lambda e: 10.0**e),
) -> Block:
    """Block parameters over the whole range: fractions from 1e-3 to 0.999."""
    fraction = draw(st.one_of(st.floats(1e-3, 0.05), st.floats(0.05, 0.95), st.floats(0.95, 0.999)))
    return Block(draw(strengths), draw(lifts), fraction)


def points(d: int, size: float = 1.0) -> st.SearchStrategy[Array]:
    """Points of dimension d with independent normal coordinates of the given size."""
    return seeds.map(lambda seed: size * np.random.default_rng(seed).standard_normal(d))


def exact_derivatives(objective: Objective, w: Array) -> tuple[mp.mpf, mp.matrix, mp.matrix]:
    """Value, gradient and Hessian in mpmath's working precision, from the symbolic losses."""
    value_of, slope_of, curvature_of = SYMBOLIC[objective.loss.name]
    d = objective.dimension
    w = [mp.mpf(float(x)) if isinstance(x, float) else mp.mpf(x) for x in w]
    ridge = [mp.mpf(float(x)) for x in objective.ridge_diagonal]
    value = mp.fsum(r * x * x / 2 for r, x in zip(ridge, w, strict=True))
    gradient = mp.matrix([r * x for r, x in zip(ridge, w, strict=True)])
    hessian = mp.diag(ridge)
    n = len(objective.coefficients)
    offset = np.zeros(n) if objective.offset is None else objective.offset
    for i in range(n):
        row = [mp.mpf(float(x)) for x in objective.signed_features[i]]
        c = mp.mpf(float(objective.coefficients[i]))
        z = mp.fsum(a * x for a, x in zip(row, w, strict=True)) + mp.mpf(float(offset[i]))
        value += c * value_of(z)
        slope, curvature = c * slope_of(z), c * curvature_of(z)
        for j in range(d):
            gradient[j] += slope * row[j]
            for k in range(d):
                hessian[j, k] += curvature * row[j] * row[k]
    return value, gradient, hessian
