"""The retrained optimum, and bounds of the original and of descent-ascent."""

from __future__ import annotations

from typing import Any

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Witness, nonnegative
from ..kernel.theorems import INTERMEDIATE_VALUE, MEAN_VALUE, STRICT_CONVEXITY, STRONG_CONVEXITY
from . import equations
from .enclosures import FOLD_HIGH, FOLD_LOW, HALF, enclose_minimiser, no_da_point
from .equations import W, X, Y, a, alpha, b, c, eps, h, k, r, x, y


@proves
def oracle_closed_form(
    scale: sp.Expr = wrong(a, wrong_norm=1 - eps**2),
    cosine: sp.Expr = wrong(c, wrong_cosine=eps),
    retained: sp.Expr = wrong(r, wrong_sign_of_the_loss=-r),
) -> Parts:
    """Margins of the retrained optimum for every epsilon."""
    yield assume("epsilon real, r > 0", "W = W(r (1 + epsilon^2)) > 0: r scale = W e^W")
    yield cite(STRICT_CONVEXITY)
    at_x, at_y = equations.margins(retained, sp.Integer(0))
    strength = {r: W * sp.exp(W) / scale, X: sp.exp(-W)}
    yield from equations.counts_are_parameters()
    yield equations.strictly_convex(retained, sp.Integer(0))
    yield equations.lambert_increases()
    yield Identity("x = W solves the first equation", at_x.subs(strength), W)
    yield Identity("y = c W solves the second", at_y.subs(strength), cosine * W)


@proves
def original_bounds(
    sign: int = wrong(1, sign_of_the_correlation=-1),
    ratio: sp.Expr = wrong(h, dropped_alpha_at_most_one=-h / (1 + h)),
    cross: sp.Expr = wrong(sp.Integer(2), doubled_cross_term=sp.Integer(4)),
) -> Parts:
    """Lemma 7, and a sharper upper bound of x; ``ratio`` is ``Y/X - 1 >= 0`` (y <= x)."""
    yield assume(
        "epsilon >= 0, 0 < alpha <= 1; then y <= x (coordinate_order), Y = X (1 + h), h >= 0",
        "W = W(b alpha (1 + epsilon^2)), so b alpha (1 + epsilon^2) = W e^W",
        "s <= t and s = p e^-s, t = q e^-t are the same as p <= q (z e^z increases)",
    )
    yield cite(MEAN_VALUE, STRONG_CONVEXITY)
    at_x, at_y = (
        equations.with_eps(v, sign * equations.eps_nonnegative)
        for v in equations.margins(*equations.ORIGINAL)
    )
    e = equations.eps_nonnegative
    norm, cosine = 1 + e**2, 2 * e / (1 + e**2)
    close = {Y: X * (1 + ratio)}
    floor = {Y: W / (b * alpha * norm) / (1 + h)}
    refuted_above_one, point = _lemma_seven_above_one()
    yield equations.exponential_order()
    yield equations.lambert_increases()
    yield nonnegative(
        "x >= W(b(1 + eps^2 + 2 alpha eps))",
        (at_x - b * (norm + cross * alpha * e) * X).subs(close),
    )
    yield nonnegative("y >= W", at_y - b * alpha * norm * Y)
    yield nonnegative(
        "y <= W(b(2 eps + alpha(1 + eps^2)))", (b * (2 * e + alpha * norm) * Y - at_y).subs(close)
    )
    yield nonnegative(
        "x - c W <= b(1 + eps^2) e^-x, as Y <= e^-W = W/(b alpha(1 + eps^2))",
        (cosine * W + b * norm * X - at_x).subs(floor),
    )
    yield Identity(
        "x = c W + u turns the right side into b(1 + eps^2) e^(-c W) e^-u",
        sp.exp(-(cosine * W + equations.some_s)),
        sp.exp(-cosine * W) * sp.exp(-equations.some_s),
    )
    yield nonnegative("so the paper's bound, without e^(-c W), is weaker", cosine * W)
    yield refuted_above_one
    yield Witness(
        "for alpha = 3 the upper bound of y fails: alpha <= 1 is needed",
        point=point,
        holds=(y > sp.LambertW(sp.Rational(1, 2) * (1 + 3 * sp.Rational(5, 4))),),
    )


def _lemma_seven_above_one() -> tuple[Witness, dict[sp.Symbol, Any]]:
    """The original at epsilon = 1/2, r = 1, f = 1/2, alpha = 3."""
    values = {eps: sp.Rational(1, 2), r: sp.Integer(1), k: sp.Integer(1), alpha: sp.Integer(3)}
    original = enclose_minimiser(values, equations.ORIGINAL, (0.3, 0.8))
    return original.step, {x: original.x, y: original.y}


@proves
def da_bounds(
    side: int = wrong(-1, forget_term_added=1),
    cross: sp.Expr = wrong(sp.Integer(2), bound_from_x_alone=sp.Integer(4)),
) -> Parts:
    """Lemma 8 for every stationary point there is, and a case where there is none."""
    yield assume(
        "epsilon >= 0, alpha > 0, and (x, y) is any stationary point of descent-ascent",
        "y <= x there, so Y = X (1 + h), h >= 0",
        "s <= p e^-s gives s <= W0(p): for p > 0 as z e^z increases on z > 0, and for p < 0 "
        "as z e^z <= p holds only between the two branches",
    )
    yield cite(MEAN_VALUE, INTERMEDIATE_VALUE)
    e = equations.eps_nonnegative
    norm = 1 + e**2
    at_x, at_y = (equations.with_eps(v, e) for v in equations.margins(r, side * r * alpha * k))
    close = {Y: X * (1 + h)}
    absent = {**HALF, alpha: sp.Rational(81, 1000)}
    bounds = [
        (r * (a - 2 * eps * alpha * k)).subs(absent),
        (r * (2 * eps - alpha * k * a)).subs(absent),
    ]
    yield from equations.counts_are_parameters()
    yield equations.exponential_order()
    yield nonnegative("x - y >= 0", at_x - at_y, factors=(r, (1 - e) ** 2, X + alpha * k * Y))
    yield nonnegative(
        "x <= W0(r(1 + eps^2 - 2 eps alpha k))",
        (r * (norm - cross * e * alpha * k) * X - at_x).subs(close),
    )
    yield nonnegative(
        "y <= W0(r(2 eps - alpha k(1 + eps^2)))",
        (r * (2 * e - alpha * k * norm) * Y - at_y).subs(close),
    )
    yield equations.lambert_increases()
    yield Witness(
        "at f=.1, r=100, eps=.5, alpha=.081 both bounds are finite",
        holds=tuple(less(0, v) for v in bounds),
    )
    yield no_da_point(absent, FOLD_LOW, FOLD_HIGH)
