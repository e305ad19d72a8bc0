"""What the tests draw: the public strategies, a search in them, and exact derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import mpmath as mp
import numpy as np
import sympy as sp
from hypothesis import Phase, find, settings
from hypothesis import strategies as st

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.testing.strategies import (
    KINDS,
    Block,
    blocks,
    losses,
    objectives,
    points,
    problems,
    ridges,
    seeds,
)

__all__ = [
    "KINDS",
    "SYMBOLIC",
    "Block",
    "blocks",
    "exact_derivatives",
    "losses",
    "objectives",
    "points",
    "problems",
    "reaches",
    "ridges",
    "seeds",
]

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
