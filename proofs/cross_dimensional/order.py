"""In which order the margins of original, oracle and descent-ascent stand."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness, negative, nonnegative, nonpositive, positive
from ..kernel.theorems import INTERMEDIATE_VALUE, MEAN_VALUE, STRONG_CONVEXITY
from . import equations
from .enclosures import FOLD_HIGH, FOLD_LOW, HALF, enclose_minimiser, no_da_point
from .equations import X, Y, a, alpha, b, c, eps, f, h, k, r, x, y


@proves
def original_above_da(
    x_threshold: sp.Expr = wrong(equations.THRESHOLD_X, threshold_without_the_sum=f**2 / c),
    y_threshold: sp.Expr = wrong(equations.THRESHOLD_Y, halved_y_threshold=c * f / (1 - f**2) / 2),
    fraction: sp.Expr = wrong(k / (1 + k), no_shrinkage=sp.Integer(1)),
) -> Parts:
    """Lemma 9 at every descent-ascent point there is; alpha may exceed 1."""
    yield assume(
        "epsilon > 0; subscripts D original, A any stationary point of descent-ascent",
        "alpha >= both thresholds; suppose x_D < x_A and derive a contradiction",
        "y_A <= y_D from the second step, so Y_A = Y_D (1 + h), h >= 0",
    )
    yield cite(MEAN_VALUE, INTERMEDIATE_VALUE)
    e = equations.eps_positive
    norm = 1 + e**2
    low_x = equations.with_eps(x_threshold, e)
    low_y = equations.with_eps(y_threshold, e)
    ours = r * fraction
    extra = sp.Symbol("delta", nonnegative=True)
    y_d, y_a = sp.symbols("Y_D Y_A", positive=True)
    # if x_D < x_A then x - a b e^-x is smaller at x_D: this quantity would be negative
    deficit = 2 * e * (ours * alpha * y_d + r * alpha * k * y_a) - (r - ours) * norm * X
    at_x = equations.with_eps(equations.margins(ours, ours * alpha)[0], e)
    at_da = equations.with_eps(equations.margins(*equations.ASCENT)[0], e)
    gap = sp.Symbol("gap", real=True)
    absent = {**HALF, alpha: sp.Rational(81, 1000)}
    yield nonnegative(
        "W(b alpha(1 + eps^2)) <= y_D and y_A <= W0(r(2 eps - alpha k(1 + eps^2)))",
        equations.with_eps(equations.margins(ours, ours * alpha)[1], e) - ours * alpha * norm * Y,
    )
    yield nonnegative(
        "so y_A <= y_D: the arguments are in this order at alpha >= the y threshold",
        sp.simplify(
            (ours * alpha * norm - r * (2 * e - alpha * k * norm)).subs(alpha, low_y + extra)
        ),
    )
    yield Identity(
        "2 eps (nu_D - nu_A) - (r - b)(1 + eps^2) X_A is the difference of "
        "x - b(1 + eps^2) e^-x at D and A",
        (at_x - ours * norm * X).subs(Y, y_d) - (at_da - ours * norm * X).subs(Y, y_a),
        deficit,
    )
    yield nonnegative(
        "alpha >= the x threshold: at least Y_D + (1 + k) Y_A - (2 + k) X_A, scaled",
        sp.factor(
            sp.simplify(
                deficit.subs(alpha, low_x + extra)
                - r * norm / ((1 + k) * (k + 2)) * (y_d + (1 + k) * y_a - (k + 2) * X)
            )
        ),
    )
    yield Monotone(
        "e^-u >= 1 - u for u > 0",
        sp.exp(-equations.some_g) - 1 + equations.some_g,
        equations.some_g,
        ">",
    )
    yield Monotone(
        "e^u >= 1 + u for u > 0",
        sp.exp(equations.some_g) - 1 - equations.some_g,
        equations.some_g,
        ">",
    )
    yield Identity(
        "tangents at x_A: Y_D + (1 + k) Y_A - (2 + k) X_A >= "
        "X_A [(1 + k)(x_A - y_A) - (y_D - x_A)]",
        X * (1 - gap) + (1 + k) * X * (1 + equations.some_g) - (k + 2) * X,
        X * ((1 + k) * equations.some_g - gap),
    )
    yield Identity(
        "x_A - y_A",
        at_da - equations.with_eps(equations.margins(*equations.ASCENT)[1], e),
        r * (1 - e) ** 2 * (X + alpha * k * Y),
    )
    yield Identity(
        "y_D - x_D, which exceeds y_D - x_A",
        equations.with_eps(equations.margins(ours, ours * alpha)[1], e) - at_x,
        ours * (1 - e) ** 2 * (alpha * Y - X),
    )
    yield nonnegative(
        "(1 + k)(x_A - y_A) - (y_D - x_D) >= 0 without its X terms, which are positive: "
        "the deficit is not negative, a contradiction",
        (1 + k) * r * alpha * k * y_d * (1 + h) - ours * alpha * y_d,
    )
    yield positive("the X terms", (1 + k) * r * X + ours * X)
    yield positive(
        "alpha <= 1 needs the x threshold alone: y_D <= x_D < x_A and y_A <= x_A",
        (y_d + (1 + k) * y_a - (k + 2) * X).subs(
            {y_d: X * (1 + h), y_a: X * (1 + equations.some_g)}
        ),
    )
    yield from equations.x_order_implies_y_order()
    yield Witness(
        "f=.1, r=100, eps=.5, alpha=.081 satisfies the hypotheses",
        point=absent,
        holds=(alpha >= equations.THRESHOLD_X, alpha >= equations.THRESHOLD_Y),
    )
    yield no_da_point(absent, FOLD_LOW, FOLD_HIGH)


@proves
def oracle_above_original(
    slack: sp.Expr | None = wrong(None, without_dividing_by_c=sp.Symbol("W_r", positive=True)),
    cosine: sp.Expr = wrong(c, wrong_y_threshold=eps),
    counterexample: sp.Expr = wrong(
        sp.Rational(245, 100), smaller_alpha_is_no_counterexample=sp.Rational(22, 10)
    ),
) -> Parts:
    """Lemma 10 for alpha <= 1, and its failure beyond."""
    yield assume(
        "epsilon > 0; W_r = W(r(1 + eps^2)), W_b = W(b(1 + eps^2)), V = W(b alpha(1 + eps^2))",
        "x_D <= c V + W_b for every alpha, y_D <= W(b(2 eps + alpha(1 + eps^2))) for "
        "alpha <= 1 (original_bounds); both bounds increase with alpha",
    )
    yield cite(MEAN_VALUE, STRONG_CONVEXITY)
    w_r, w_b = sp.symbols("W_r W_b", positive=True)
    step = (w_r - w_b) / c if slack is None else (slack - w_b)
    level = cosine * w_r
    strength = w_r * sp.exp(w_r) / a
    ours = strength * k / (1 + k)
    at_y = (level * sp.exp(level) / ours - 2 * eps) / a
    values = {
        eps: sp.Rational(2, 5),
        r: sp.Integer(1000),
        k: sp.Rational(1, 24),
        alpha: counterexample,
    }
    original = enclose_minimiser(values, equations.ORIGINAL, (1.5, 3.0))
    root = sp.LambertW((r * a).subs(values))
    lower = sp.LambertW((b * a).subs(values))
    bound = ((root - lower) / c.subs(values)).subs(values)
    yield equations.lambert_increases()
    yield Identity("V = A at alpha_x, where c A + W_b = x_R", c * step + w_b, w_r)
    yield Identity(
        "at alpha_y the bound of y_D is y_R = c x_R",
        ours * (2 * eps + at_y * a),
        (c * w_r) * sp.exp(c * w_r),
    )
    yield Identity(
        "alpha_y = c (e^(-(1 - c) x_R)/(1 - f) - 1)",
        at_y,
        c * (sp.exp(-(1 - c) * w_r) / (1 - f) - 1),
    )
    yield Witness(
        "alpha > 1 satisfies both thresholds",
        holds=(
            less(1, values[alpha]),
            less(values[alpha], bound * sp.exp(bound) / (b * a).subs(values)),
            less(
                values[alpha],
                c.subs(values) * (sp.exp(-(1 - c.subs(values)) * root) / (1 - f).subs(values) - 1),
            ),
        ),
    )
    yield original.step
    yield Witness(
        "and yet y_D > y_R: the lemma needs alpha <= 1",
        point={y: original.y},
        holds=(y > c.subs(values) * root,),
    )


@proves
def coordinate_order(
    sign: int = wrong(1, correlation_reversed=-1),
    weight: sp.Expr = wrong(1 / (1 + equations.some_s), order_reversed=1 + equations.some_s),
    map_sign: int = wrong(1, increasing_map=-1),
) -> Parts:
    """Lemma 12 by contradiction; the map of the source's induction reverses order."""
    yield assume(
        "epsilon real and not 1 (at epsilon = 1 both margins are one number), alpha > 0",
        "x < y means Y = X/(1 + g), g > 0; y <= x means Y = X (1 + h), h >= 0",
    )
    at_x, at_y = (v.subs(eps, sign * eps) for v in equations.margins(*equations.ORIGINAL))
    e = equations.eps_nonnegative
    right = [
        equations.with_eps(v, e).subs({X: sp.exp(-x), Y: sp.exp(-y)})
        for v in equations.margins(*equations.ORIGINAL)
    ]
    start = {eps: sp.Rational(1, 2), r: sp.Integer(2), k: sp.Integer(1), alpha: sp.Rational(1, 2)}
    first = [v.subs({X: 1, Y: 1}).subs(start) for v in equations.margins(*equations.ORIGINAL)]
    second = [
        v.subs({X: sp.exp(-first[0]), Y: sp.exp(-first[1])}).subs(start)
        for v in equations.margins(*equations.ORIGINAL)
    ]
    yield equations.strictly_convex(*equations.ORIGINAL)
    yield equations.exponential_order()
    yield Identity("the difference", at_x - at_y, b * (1 - eps) ** 2 * (X - alpha * Y))
    yield positive(
        "alpha <= 1 (as 1/(1 + s)) and x < y would give x - y > 0",
        sp.together((X - alpha * Y).subs({alpha: weight, Y: X / (1 + equations.some_g)})),
    )
    yield negative(
        "alpha > 1 (as 1 + s) and y <= x would give x - y < 0",
        (X - alpha * Y).subs({alpha: 1 + equations.some_s, Y: X * (1 + h)}),
    )
    yield negative(
        "alpha = 1 and y < x would give x - y < 0", (X - Y).subs(Y, X * (1 + equations.some_g))
    )
    yield nonpositive("the map decreases in x", map_sign * sp.diff(right[0], x))
    yield nonpositive("... and in y", map_sign * sp.diff(right[1], y))
    yield nonpositive("... and across", map_sign * sp.diff(right[0], y))
    yield nonpositive("... both ways", map_sign * sp.diff(right[1], x))
    yield Witness(
        "so the iterates of the map from 0 rise once and then fall",
        holds=(less(0, first[0]), less(second[0], first[0]), less(second[1], first[1])),
    )
