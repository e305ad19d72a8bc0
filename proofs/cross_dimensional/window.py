"""The exact range of the ratio in which forgetting does harm."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, nonnegative, positive
from ..kernel.theorems import IMPLICIT_FUNCTION, MEAN_VALUE
from . import equations
from .empty_window import empty_window_steps
from .equations import ORIGINAL, X, Y, a, alpha, b, c, eps, eps_positive, f, k, m, r, x, y


@proves
def detriment_window(
    least_strength: sp.Expr = wrong(
        sp.Rational(61, 20), non_empty_at_large_strength=sp.Rational(29, 10)
    ),
    minor: sp.Expr = wrong(m, y_end_without_square=1 - eps**2),
    side: int = wrong(1, ends_exchanged=-1),
) -> Parts:
    """The exact range is an interval; the window of Lemmas 9 and 10 is empty for r >= 61/20."""
    yield assume(
        "epsilon > 0, r > 0, 0 < f < 1; descent-ascent at its minimum (det > 0)",
        "d(nu equation)/d alpha: margins move by +-e^-y times the adjugate over det",
        "window: alpha between the thresholds of original_above_da and "
        "oracle_above_original, alpha <= 1",
    )
    yield cite(IMPLICIT_FUNCTION, MEAN_VALUE)
    mu, nu = sp.symbols("mu nu", positive=True)
    retained, forgotten = sp.Matrix([1, eps]), sp.Matrix([eps, 1])
    before, after = equations.hessian(mu / X, nu / Y), equations.hessian(mu / X, -nu / Y)
    at_x, at_y = equations.margins(*ORIGINAL)
    x_r = sp.Symbol("x_R", positive=True)
    e = eps_positive
    cosine = 2 * e / (1 + e**2)
    t = sp.Symbol("t", positive=True)
    yield Identity(
        "retained' adj(H) forgotten = 2 eps (original)",
        (retained.T * before.adjugate() * forgotten)[0],
        2 * side * eps,
    )
    yield Identity(
        "... and for descent-ascent", (retained.T * after.adjugate() * forgotten)[0], 2 * side * eps
    )
    yield Identity(
        "forgotten' adj(H) forgotten = a + m mu, both",
        (forgotten.T * before.adjugate() * forgotten)[0],
        a + m * mu,
    )
    yield Identity(
        "... and for descent-ascent", (forgotten.T * after.adjugate() * forgotten)[0], a + m * mu
    )
    yield positive("so with alpha the original's margins rise, those of DA fall: x", 2 * e)
    yield positive("... y: the range is an interval", equations.with_eps(a + m * mu, e))
    yield from equations.x_order_implies_y_order()
    yield Identity(
        "upper end, y_D = y_R: alpha = e^y [(1 + eps^2) y - 2 eps x]/(b m)",
        sp.solve((a * at_y - 2 * eps * at_x) - (a * y - 2 * eps * x), alpha)[0].subs(Y, sp.exp(-y)),
        sp.exp(y) * (a * y - 2 * eps * x) / (b * minor),
    )
    yield Identity("... with x - c y = (m/a) b e^-x", at_x - c * at_y, m / a * b * X)
    yield Identity(
        "where x_D = x_R the y of the original is x_R (c + f (1 - c^2)/c)",
        (x_r - m / a * b * (x_r / (r * a))) / c,
        x_r * (c + f * (1 - c**2) / c),
    )
    yield nonnegative(
        "... beyond y_R = c x_R: the y end comes first",
        x_r * equations.with_eps(f, e) * (1 - e**2) ** 2 / ((1 + e**2) ** 2 * cosine),
    )
    yield Identity(
        "epsilon = 1: x_D = x_DA at alpha = f^2/(1 - f^2)",
        (b * (1 + alpha) - r * (1 - alpha * k)).subs(alpha, f**2 / (1 - f**2)),
        0,
    )
    yield Identity(
        "... and x_D = x_R at alpha = f/(1 - f)", (b * (1 + alpha) - r).subs(alpha, f / (1 - f)), 0
    )
    yield positive(
        "... so near epsilon = 1 the exact range is open for every r and f",
        sp.together(f / (1 - f) - f**2 / (1 - f**2)),
    )
    yield from empty_window_steps(least_strength, t)
