"""How many stationary points descent-ascent has; nearly parallel samples."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness, negative, nonnegative, positive
from ..kernel.theorems import (
    GRUNTZ,
    IMPLICIT_FUNCTION,
    INTERMEDIATE_VALUE,
    MEAN_VALUE,
    SECOND_DERIVATIVE,
    STRICT_CONVEXITY,
)
from . import equations
from .enclosures import FOLD_HIGH, FOLD_LOW, HALF, no_da_point
from .equations import W, X, Y, a, alpha, eps, eps_positive, k, m, r, some_g, some_s, x


@proves
def da_existence(
    side: int = wrong(-1, forgotten_group_descended=1),
    minor: sp.Expr = wrong(m, wrong_elimination=1 - eps**2),
    limit: sp.Expr = wrong(sp.exp(-1) / r, wrong_limit=1 / r),
) -> Parts:
    """One fold for every epsilon: a minimum and a saddle below it, nothing above."""
    yield assume(
        "r, alpha, k > 0; u = r e^-x = mu, q = -nu = r alpha k e^-y; epsilon != 0 unless said",
        "x < x_R (epsilon > 0) or x > x_R (epsilon < 0): p = |(1 + eps^2) u - x| > 0",
    )
    yield cite(INTERMEDIATE_VALUE, SECOND_DERIVATIVE, MEAN_VALUE, GRUNTZ)
    pair = (r, side * r * alpha * k)
    at_x, at_y = equations.margins(*pair)
    u = r * sp.exp(-x)
    y_of_x, level = equations.eliminated()
    q, p, mu = sp.symbols("q p mu", positive=True)
    e, up = eps_positive, sp.Symbol("u", positive=True)
    norm, flat = 1 + e**2, (1 - e**2) ** 2
    slope = equations.slope_sign()
    curvature = equations.hessian(r, -q / Y)
    det = curvature.det().subs(X, mu / r)
    steepness = (norm + flat * mu) / (1 + norm * mu)
    # x = a u - p with p > 0 for epsilon > 0; S' there, minus signs collected
    falls = flat * up * p + flat * up * (norm * up + 1) + norm + norm * up * (1 - e) ** 2
    rises = (norm + flat * up) * p / (norm * up + 1)
    tangent = sp.Matrix([eps, 1])
    across = sp.Matrix([1, -eps])
    absent = {**HALF, alpha: sp.Rational(81, 1000)}
    yield from equations.counts_are_parameters()
    yield Identity(
        "eliminating the forgotten group: (1 + eps^2) x - 2 eps y",
        a * at_x - 2 * eps * at_y,
        r * minor * X,
    )
    yield Identity(
        "alpha k as a function of x",
        sp.solve(at_x - x, k)[0].subs({X: sp.exp(-x), Y: sp.exp(-y_of_x)}) * alpha,
        level,
    )
    yield Identity(
        "its logarithmic slope is S/(2 eps ((1 + eps^2) u - x))",
        sp.diff(level, x) / level * 2 * eps * (a * u - x),
        slope,
    )
    yield Identity(
        "epsilon > 0: -dS/dx as a sum",
        -sp.diff(equations.with_eps(slope, e), x),
        falls.subs({p: norm * u - x, up: u}),
    )
    yield positive("... of positive terms: S decreases, so there is one fold at most", falls)
    yield negative("S < 0 at the oracle", -2 * e * (norm * up + 1))
    yield Identity(
        "S = (1 + eps^2) u (1 - eps)^2 + (1 + eps^2)(-x - c) + m u p",
        equations.with_eps(slope, e),
        norm * u * (1 - e) ** 2 + norm * (-x - 2 * e / norm) + flat * u * (norm * u - x),
    )
    yield positive(
        "so S > 0 for x < -c: the fold exists, with x between -c and x_R",
        norm * up * (1 - e) ** 2 + norm * some_g + flat * up * p,
    )
    yield Identity(
        "epsilon < 0 (here -e): the slope vanishes where (a + m u) p/(a u + 1) = 2 e, "
        "whose x derivative is",
        sp.diff(rises.subs({p: x - norm * u, up: u}), x),
        (u * (norm**2 - flat) * p / (norm * u + 1) ** 2 + norm + flat * u).subs(p, x - norm * u),
    )
    yield positive(
        "... positive: again one fold", up * 4 * e**2 * p / (norm * up + 1) ** 2 + norm + flat * up
    )
    yield Identity("(norm^2 - m)", norm**2 - flat, 4 * e**2)
    yield Identity(
        "determinant of the Hessian: 1 + a mu - q (a + m mu)", det, 1 + a * mu - q * (a + m * mu)
    )
    yield Identity(
        "-2 eps det = S, with q = (a u - x)/(2 eps)",
        -2 * eps * det.subs({q: (a * u - x) / (2 * eps)}).subs(mu, u),
        slope,
    )
    yield Identity("(1, -eps) is across the forgotten sample", tangent.dot(across), 0)
    yield positive(
        "one eigenvalue is positive: det > 0 a minimum, det < 0 a saddle",
        (1 + eps**2)
        + r * X * (1 - eps**2) ** 2
        + sp.expand((across.T * curvature * across)[0] - (1 + eps**2) - r * X * (1 - eps**2) ** 2),
    )
    yield Identity(
        "dy/dq = -(a + m mu)/(1 + a mu), by mu = r e^-x, x = a mu - 2 eps q",
        (-2 * e * mu * (-2 * e / (1 + norm * mu)) - norm),
        -steepness,
    )
    yield nonnegative(
        "y falls at least as fast as (m/a) q",
        steepness - flat / norm,
        factors=(4 * e**2, 1 / norm, 1 / (1 + norm * mu)),
    )
    yield negative(
        "for epsilon < 0 mu <= mu_R, and the rate decreases in mu: bounded below too",
        sp.diff(steepness, mu),
        factors=(-4 * e**2, 1 / (1 + norm * mu) ** 2),
    )
    yield Identity(
        "so alpha k = q e^y/r -> 0 away from the oracle for epsilon != 1",
        sp.limit(q * sp.exp(-some_s * q), q, sp.oo),
        0,
    )
    yield Identity(
        "epsilon = 1: alpha k = 1 - x e^x/(2 r)",
        sp.expand(level.subs(eps, 1)),
        1 - x * sp.exp(x) / (2 * r),
    )
    yield Identity(
        "... largest at x = -1, where it is 1 + 1/(2 e r)",
        sp.solve(sp.diff(x * sp.exp(x), x), x)[0],
        -1,
    )
    yield Identity(
        "... with limit 1 for x -> -oo", sp.limit(some_s * sp.exp(-some_s), some_s, sp.oo), 0
    )
    yield Identity(
        "epsilon = 0: fold at q = 1, y = -1, so alpha k = 1/(e r)",
        (q * sp.exp(-q) / r).subs(q, sp.solve(1 - q, q)[0]),
        limit,
    )
    yield Identity("... as det there is (1 + mu)(1 - q)", det.subs(eps, 0), (1 + mu) * (1 - q))
    yield no_da_point(absent, FOLD_LOW, FOLD_HIGH)


@proves
def near_parallel_limit(
    whole: sp.Expr | None = wrong(
        None, mean_over_the_wrong_set=1 / sp.Symbol("n_R", positive=True)
    ),
    side: int = wrong(-1, forget_group_added=1),
    factor: sp.Expr = wrong(sp.Integer(2), wrong_threshold=sp.Integer(1)),
) -> Parts:
    """One retained and one forgotten sample, nearly parallel."""
    yield assume(
        "A_S = 1/(lambda |S|); W = W((1 + eps)^2 A_D), W_R = W((1 + eps^2) A_R)",
        "lambda enters through A_D = W e^W/(1 + eps)^2 and A_R = W_R e^W_R/(1 + eps^2)",
    )
    yield cite(STRICT_CONVEXITY, IMPLICIT_FUNCTION, MEAN_VALUE)
    n_r, n_f, lam, d = sp.symbols("n_R n_F lambda d", positive=True)
    share = 1 / (n_r + n_f) if whole is None else whole
    a_d, a_r, a_f = 1 / (lam * (n_r + n_f)), 1 / (lam * n_r), 1 / (lam * n_f)
    ours = equations.margins(share / lam, share / lam)
    both = {X: sp.exp(-W), Y: sp.exp(-W)}
    alone = equations.margins(a_r, sp.Integer(0))
    w_r = sp.Symbol("W_R", positive=True)
    at_x, at_y = equations.margins(a_r, side * a_f)
    total = (at_x + at_y).subs({eps: 1, Y: X}) / 2
    level = equations.eliminated()[1].subs({eps: 1})
    threshold = factor * sp.E * (1 / n_f - 1 / n_r)
    u, v = sp.symbols("u v", positive=True)
    yield equations.strictly_convex(share / lam, share / lam)
    yield Identity(
        "original: x = y = W, so w_1 = w_2 = W/(1 + eps), every eps but -1",
        (ours[0] - ours[1]).subs(both),
        0,
    )
    yield Identity(
        "... x = (1 + eps)^2 A_D e^-x", ours[0].subs({X: X, Y: X}), (1 + eps) ** 2 * a_d * X
    )
    yield Identity("oracle: x = (1 + eps^2) A_R e^-x", alone[0], a * a_r * X)
    yield Identity("... with weights (1, eps) W_R/(1 + eps^2)", w_r / a * (1 + eps * eps), w_r)
    yield Identity(
        "descent-ascent: x - y vanishes as (1 - eps)^2",
        at_x - at_y,
        (1 - eps) ** 2 * (a_r * X - side * a_f * Y),
    )
    yield Identity("at eps = 1 the sum s solves s = 2 (A_R - A_F) e^-s", total, 2 * (a_r - a_f) * X)
    yield Identity(
        "in the letters of da_existence: alpha k = 1 - s e^s/(2 r) at eps = 1",
        sp.expand(level),
        1 - x * sp.exp(x) / (2 * r),
    )
    yield Identity(
        "its slope is not 0 at s > -1, so the root moves continuously with eps",
        sp.diff(level, x),
        -(1 + x) * sp.exp(x) / (2 * r),
    )
    yield Monotone(
        "s e^s > -1/e right of s = -1: (u - 1) e^u + 1 > 0", (u - 1) * sp.exp(u) + 1, u, ">"
    )
    yield Monotone("... and left of it: 1 - (1 + v) e^-v > 0", 1 - (1 + v) * sp.exp(-v), v, ">")
    yield Identity(
        "2 (A_R - A_F) = -1/e exactly at lambda = 2 e (1/n_F - 1/n_R)",
        (2 * (a_r - a_f)).subs(lam, threshold),
        -sp.exp(-1),
    )
    yield Identity(
        "n_F = 1, n_R = d + 1: lambda = 2 e d/(d + 1)",
        threshold.subs({n_f: 1, n_r: d + 1}),
        2 * sp.E * d / (d + 1),
    )
    yield Witness(
        "the source takes a limit for granted: nine retained, one forgotten, ridge 1",
        {n_r: sp.Integer(9), n_f: sp.Integer(1), lam: sp.Integer(1)},
        holds=(less(2 * (a_r - a_f), -sp.exp(-1)), less(lam, threshold)),
    )
