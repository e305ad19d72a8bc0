"""Negative correlation: the straddle, and when descent-ascent comes closer."""

from __future__ import annotations

from typing import Any

import sympy as sp

from ..kernel.decide import less
from ..kernel.enclose import enclose
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Witness, negative, positive
from ..kernel.theorems import IMPLICIT_FUNCTION, INTERMEDIATE_VALUE, MEAN_VALUE, STRONG_CONVEXITY
from . import equations
from .enclosures import enclose_da_minimum, enclose_minimiser
from .equations import ASCENT, ORIGINAL, X, a, alpha, b, eps, eps_positive, k, r, x, y


@proves
def negative_correlation(
    sign: int = wrong(-1, positive_correlation=1), power: int = wrong(2, not_reciprocal=1)
) -> Parts:
    """The straddle for epsilon < 0, the symmetry of epsilon and 1/epsilon, and epsilon = 0."""
    yield assume(
        "epsilon < 0, alpha > 0: nu_D > 0 > nu_A, nu_R = 0, b < r",
        "x(nu) solves x = a s e^-x + 2 eps nu, y = 2 eps mu + a nu, mu = s e^-x",
    )
    yield cite(IMPLICIT_FUNCTION, MEAN_VALUE, STRONG_CONVEXITY, INTERMEDIATE_VALUE)
    mu, nu = sp.symbols("mu nu", positive=True)
    e = sign * eps_positive
    norm, flat = 1 + e**2, (1 - e**2) ** 2
    slope = sp.Function("x")(nu)
    strength = sp.Symbol("s", positive=True)
    implicit = slope - norm * strength * sp.exp(-slope) - 2 * e * nu
    dx = sp.solve(sp.diff(implicit, nu), sp.diff(slope, nu))[0]
    dx = dx.subs(strength * sp.exp(-slope), mu).subs(strength, mu * sp.exp(slope))
    there = {eps: 1 / eps, r: r * eps**power}
    values = {
        eps: -sp.Rational(1, 2),
        r: sp.Integer(1),
        k: sp.Integer(1),
        alpha: sp.Rational(1, 10),
    }
    steps, point = _closer_for_negative(values)
    yield Identity("dx/dnu", sp.simplify(dx - 2 * e / (1 + norm * mu)), 0)
    yield negative("x falls with nu: x_A > x_R, and x_D < W(b a)", 2 * e / (1 + norm * mu))
    yield Identity(
        "dy/dnu",
        2 * e * (-mu) * 2 * e / (1 + norm * mu) + norm,
        (norm + flat * mu) / (1 + norm * mu),
    )
    yield positive("y rises with nu: y_A < y_R", (norm + flat * mu) / (1 + norm * mu))
    yield equations.lambert_increases()
    yield positive("b < r, so x_D < W(b a) < W(r a) = x_R < x_A", r - b)
    yield negative("y_D > c W(b a) > c W(r a) = y_R as c < 0", 2 * e / norm)
    yield Identity(
        "epsilon -> 1/epsilon with r -> r eps^2: same equation for x",
        equations.margins(*ASCENT)[0].subs(there, simultaneous=True),
        equations.margins(*ASCENT)[0],
    )
    yield Identity(
        "... and for y",
        equations.margins(*ASCENT)[1].subs(there, simultaneous=True),
        equations.margins(*ASCENT)[1],
    )
    yield from steps
    yield Witness(
        "eps=-1/2, r=1, f=1/2, alpha=1/10: descent-ascent is closer to the oracle",
        point=point,
        holds=(
            sp.Symbol("e_A") ** 2 + sp.Rational(9, 16) * sp.Symbol("n_A") ** 2
            < sp.Symbol("e_D") ** 2 + sp.Rational(9, 16) * sp.Symbol("n_D") ** 2,
        ),
    )
    yield Identity("epsilon = 0: x_DA = x_R", equations.margins(*ASCENT)[0].subs(eps, 0), r * X)
    yield positive("... and x_D = W(b) < W(r): the order fails", (r - b) * X)
    yield Witness(
        "eps=0, r=1, f=1/2, alpha=1/4: descent-ascent is farther all the same",
        holds=(
            less(
                (sp.LambertW(1) - sp.LambertW(sp.Rational(1, 2))) ** 2
                + sp.LambertW(sp.Rational(1, 8)) ** 2,
                sp.LambertW(-sp.Rational(1, 4)) ** 2,
            ),
        ),
    )


def _closer_for_negative(
    values: dict[sp.Symbol, Any],
) -> tuple[tuple[Witness, ...], dict[sp.Symbol, Any]]:
    """Enclose original and descent-ascent minimum; coordinates along and across the oracle."""
    original = enclose_minimiser(values, ORIGINAL, (0.4, 0.0))
    after = enclose_da_minimum(values, 0.75)
    oracle = sp.LambertW((r * a).subs(values))
    at = {x: original.x, y: original.y}
    point = {
        sp.Symbol("e_D"): enclose(x - oracle, at),
        sp.Symbol("n_D"): enclose((b * alpha).subs(values) * sp.exp(-y), at),
        sp.Symbol("e_A"): enclose(x - oracle, {x: after.x}),
        sp.Symbol("n_A"): enclose((r * alpha * k).subs(values) * sp.exp(-y), {y: after.y}),
    }
    return (original.step, after.step), point
