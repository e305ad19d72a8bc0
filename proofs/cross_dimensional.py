"""Two correlated groups of samples under descent-ascent: bounds, existence, order, distance.

Notation in :mod:`proofs._two_directions`.  ``W`` in a step is the value of Lambert's function,
with its argument written as ``W e^W``: then everything is rational in exponentials.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from proofs._detriment_window import empty_window_steps, window_conditions
from proofs._logistic_directions import logistic_steps
from proofs._two_directions import (
    X,
    Y,
    a,
    alpha,
    b,
    c,
    coefficients,
    counts_are_parameters,
    eliminated,
    enclose_da_minimum,
    enclose_minimiser,
    eps,
    exponential_order,
    f,
    gradient,
    h,
    hessian,
    k,
    lambert_increases,
    m,
    margins,
    no_da_point,
    r,
    slope_sign,
    strictly_convex,
    x,
    y,
)
from proofs.interval import enclose
from proofs.proof import Identity, Monotone, Proof, Sign, Witness, less, proves

_ORIGINAL, _ORACLE, _ASCENT = coefficients()
_W = sp.Symbol("W", positive=True)
_positive = sp.Symbol("epsilon", positive=True)
_nonnegative = sp.Symbol("epsilon", nonnegative=True)
_s, _g, _d = sp.symbols("s g d", positive=True)
# Where S changes sign at epsilon = 1/2, r = 100.
_FOLD_LOW, _FOLD_HIGH = sp.Rational(323, 100), sp.Rational(324, 100)
_HALF = {eps: sp.Rational(1, 2), r: sp.Integer(100), k: sp.Integer(9)}


def _for(expr: Any, symbol: sp.Symbol) -> Any:
    """The expression with a correlation of known sign."""
    return sp.sympify(expr).subs(eps, symbol)


def _threshold_x() -> sp.Expr:
    return f**2 / (c * (1 - f**2))


def x_order_implies_y_order() -> tuple[Identity, Sign, Sign]:
    """For epsilon > 0, ``x_D >= x_A`` implies ``y_D >= y_A``: ``y = (a x - s m e^-x)/(2 eps)``.

    s is b at the original and r at descent-ascent; the right side rises in x and falls in s.
    """
    e, strength = _positive, sp.Symbol("s", positive=True)
    minor = _for(m, e)
    at_x, at_y = margins(strength, sp.Symbol("s_F", real=True))
    right = (_for(a, e) * x - strength * minor * sp.exp(-x)) / (2 * e)
    return (
        Identity("2 eps y = a x - s m e^-x", a * at_x - 2 * eps * at_y, strength * m * X),
        Sign("y rises with x", sp.diff(right, x), ">"),
        Sign("y falls with s, and b < r: x order gives y order", sp.diff(right, strength), "<="),
    )


def _threshold_y() -> sp.Expr:
    return c * f / (1 - f**2)


@proves(
    wrong_norm={"scale": 1 - eps**2},
    wrong_cosine={"cosine": eps},
    wrong_sign_of_the_loss={"retained": -r},
)
def oracle_closed_form(scale: sp.Expr = a, cosine: sp.Expr = c, retained: sp.Expr = r) -> Proof:
    """Margins of the retrained optimum for every epsilon."""
    at_x, at_y = margins(retained, sp.Integer(0))
    strength = {r: _W * sp.exp(_W) / scale, X: sp.exp(-_W)}
    return Proof(
        assumptions=("epsilon real, r > 0", "W = W(r (1 + epsilon^2)) > 0: r scale = W e^W"),
        steps=(
            *counts_are_parameters(),
            strictly_convex(retained, sp.Integer(0)),
            lambert_increases(),
            Identity("x = W solves the first equation", at_x.subs(strength), _W),
            Identity("y = c W solves the second", at_y.subs(strength), cosine * _W),
        ),
    )


@proves(
    sign_of_the_correlation={"sign": -1},
    dropped_alpha_at_most_one={"ratio": -h / (1 + h)},
    doubled_cross_term={"cross": sp.Integer(4)},
)
def original_bounds(sign: int = 1, ratio: sp.Expr = h, cross: sp.Expr = sp.Integer(2)) -> Proof:
    """Lemma 7, and a sharper upper bound of x; ``ratio`` is ``Y/X - 1 >= 0`` (y <= x)."""
    at_x, at_y = (_for(v, sign * _nonnegative) for v in margins(*_ORIGINAL))
    e = _nonnegative
    norm, cosine = 1 + e**2, 2 * e / (1 + e**2)
    close = {Y: X * (1 + ratio)}
    floor = {Y: _W / (b * alpha * norm) / (1 + h)}
    refuted_above_one, point = _lemma_seven_above_one()
    return Proof(
        assumptions=(
            "epsilon >= 0, 0 < alpha <= 1; then y <= x (coordinate_order), Y = X (1 + h), h >= 0",
            "W = W(b alpha (1 + epsilon^2)), so b alpha (1 + epsilon^2) = W e^W",
            "s <= t and s = p e^-s, t = q e^-t are the same as p <= q (z e^z increases)",
        ),
        steps=(
            exponential_order(),
            lambert_increases(),
            Sign(
                "x >= W(b(1 + eps^2 + 2 alpha eps))",
                (at_x - b * (norm + cross * alpha * e) * X).subs(close),
                ">=",
            ),
            Sign("y >= W", at_y - b * alpha * norm * Y, ">="),
            Sign(
                "y <= W(b(2 eps + alpha(1 + eps^2)))",
                (b * (2 * e + alpha * norm) * Y - at_y).subs(close),
                ">=",
            ),
            Sign(
                "x - c W <= b(1 + eps^2) e^-x, as Y <= e^-W = W/(b alpha(1 + eps^2))",
                (cosine * _W + b * norm * X - at_x).subs(floor),
                ">=",
            ),
            Identity(
                "x = c W + u turns the right side into b(1 + eps^2) e^(-c W) e^-u",
                sp.exp(-(cosine * _W + _s)),
                sp.exp(-cosine * _W) * sp.exp(-_s),
            ),
            Sign("so the paper's bound, without e^(-c W), is weaker", cosine * _W, ">="),
            refuted_above_one,
            Witness(
                "for alpha = 3 the upper bound of y fails: alpha <= 1 is needed",
                point=point,
                holds=(y > sp.LambertW(sp.Rational(1, 2) * (1 + 3 * sp.Rational(5, 4))),),
            ),
        ),
    )


def _lemma_seven_above_one() -> tuple[Witness, dict[sp.Symbol, Any]]:
    """The original at epsilon = 1/2, r = 1, f = 1/2, alpha = 3."""
    values = {eps: sp.Rational(1, 2), r: sp.Integer(1), k: sp.Integer(1), alpha: sp.Integer(3)}
    original = enclose_minimiser(values, _ORIGINAL, (0.3, 0.8))
    return original.step, {x: original.x, y: original.y}


@proves(
    forget_term_added={"side": 1},
    bound_from_x_alone={"cross": sp.Integer(4)},
)
def da_bounds(side: int = -1, cross: sp.Expr = sp.Integer(2)) -> Proof:
    """Lemma 8 for every stationary point there is, and a case where there is none."""
    e = _nonnegative
    norm = 1 + e**2
    at_x, at_y = (_for(v, e) for v in margins(r, side * r * alpha * k))
    close = {Y: X * (1 + h)}
    absent = {**_HALF, alpha: sp.Rational(81, 1000)}
    bounds = [
        (r * (a - 2 * eps * alpha * k)).subs(absent),
        (r * (2 * eps - alpha * k * a)).subs(absent),
    ]
    return Proof(
        assumptions=(
            "epsilon >= 0, alpha > 0, and (x, y) is any stationary point of descent-ascent",
            "y <= x there, so Y = X (1 + h), h >= 0",
            "s <= p e^-s gives s <= W0(p): for p > 0 as z e^z increases on z > 0, and for p < 0 "
            "as z e^z <= p holds only between the two branches",
        ),
        steps=(
            *counts_are_parameters(),
            exponential_order(),
            Sign(
                "x - y >= 0",
                at_x - at_y,
                ">=",
                factors=(r, (1 - e) ** 2, X + alpha * k * Y),
            ),
            Sign(
                "x <= W0(r(1 + eps^2 - 2 eps alpha k))",
                (r * (norm - cross * e * alpha * k) * X - at_x).subs(close),
                ">=",
            ),
            Sign(
                "y <= W0(r(2 eps - alpha k(1 + eps^2)))",
                (r * (2 * e - alpha * k * norm) * Y - at_y).subs(close),
                ">=",
            ),
            lambert_increases(),
            Witness(
                "at f=.1, r=100, eps=.5, alpha=.081 both bounds are finite",
                holds=tuple(less(0, v) for v in bounds),
            ),
            no_da_point(absent, _FOLD_LOW, _FOLD_HIGH),
        ),
    )


@proves(
    threshold_without_the_sum={"x_threshold": f**2 / c},
    halved_y_threshold={"y_threshold": c * f / (1 - f**2) / 2},
    no_shrinkage={"fraction": sp.Integer(1)},
)
def original_above_da(
    x_threshold: sp.Expr | None = None,
    y_threshold: sp.Expr | None = None,
    fraction: sp.Expr = k / (1 + k),
) -> Proof:
    """Lemma 9 at every descent-ascent point there is; alpha may exceed 1."""
    e = _positive
    norm = 1 + e**2
    low_x = _for(_threshold_x() if x_threshold is None else x_threshold, e)
    low_y = _for(_threshold_y() if y_threshold is None else y_threshold, e)
    ours = r * fraction
    extra = sp.Symbol("delta", nonnegative=True)
    y_d, y_a = sp.symbols("Y_D Y_A", positive=True)
    # if x_D < x_A then x - a b e^-x is smaller at x_D: this quantity would be negative
    deficit = 2 * e * (ours * alpha * y_d + r * alpha * k * y_a) - (r - ours) * norm * X
    at_x = _for(margins(ours, ours * alpha)[0], e)
    at_da = _for(margins(*_ASCENT)[0], e)
    gap = sp.Symbol("gap", real=True)
    absent = {**_HALF, alpha: sp.Rational(81, 1000)}
    return Proof(
        assumptions=(
            "epsilon > 0; subscripts D original, A any stationary point of descent-ascent",
            "alpha >= both thresholds; suppose x_D < x_A and derive a contradiction",
            "y_A <= y_D from the second step, so Y_A = Y_D (1 + h), h >= 0",
        ),
        steps=(
            Sign(
                "W(b alpha(1 + eps^2)) <= y_D and y_A <= W0(r(2 eps - alpha k(1 + eps^2)))",
                _for(margins(ours, ours * alpha)[1], e) - ours * alpha * norm * Y,
                ">=",
            ),
            Sign(
                "so y_A <= y_D: the arguments are in this order at alpha >= the y threshold",
                sp.simplify(
                    (ours * alpha * norm - r * (2 * e - alpha * k * norm)).subs(
                        alpha, low_y + extra
                    )
                ),
                ">=",
            ),
            Identity(
                "2 eps (nu_D - nu_A) - (r - b)(1 + eps^2) X_A is the difference of "
                "x - b(1 + eps^2) e^-x at D and A",
                (at_x - ours * norm * X).subs(Y, y_d) - (at_da - ours * norm * X).subs(Y, y_a),
                deficit,
            ),
            Sign(
                "alpha >= the x threshold: at least Y_D + (1 + k) Y_A - (2 + k) X_A, scaled",
                sp.factor(
                    sp.simplify(
                        deficit.subs(alpha, low_x + extra)
                        - r * norm / ((1 + k) * (k + 2)) * (y_d + (1 + k) * y_a - (k + 2) * X)
                    )
                ),
                ">=",
            ),
            Monotone("e^-u >= 1 - u for u > 0", sp.exp(-_g) - 1 + _g, _g, ">"),
            Monotone("e^u >= 1 + u for u > 0", sp.exp(_g) - 1 - _g, _g, ">"),
            Identity(
                "tangents at x_A: Y_D + (1 + k) Y_A - (2 + k) X_A >= "
                "X_A [(1 + k)(x_A - y_A) - (y_D - x_A)]",
                X * (1 - gap) + (1 + k) * X * (1 + _g) - (k + 2) * X,
                X * ((1 + k) * _g - gap),
            ),
            Identity(
                "x_A - y_A",
                at_da - _for(margins(*_ASCENT)[1], e),
                r * (1 - e) ** 2 * (X + alpha * k * Y),
            ),
            Identity(
                "y_D - x_D, which exceeds y_D - x_A",
                _for(margins(ours, ours * alpha)[1], e) - at_x,
                ours * (1 - e) ** 2 * (alpha * Y - X),
            ),
            Sign(
                "(1 + k)(x_A - y_A) - (y_D - x_D) >= 0 without its X terms, which are positive: "
                "the deficit is not negative, a contradiction",
                (1 + k) * r * alpha * k * y_d * (1 + h) - ours * alpha * y_d,
                ">=",
            ),
            Sign("the X terms", (1 + k) * r * X + ours * X, ">"),
            Sign(
                "alpha <= 1 needs the x threshold alone: y_D <= x_D < x_A and y_A <= x_A",
                (y_d + (1 + k) * y_a - (k + 2) * X).subs({y_d: X * (1 + h), y_a: X * (1 + _g)}),
                ">",
            ),
            *x_order_implies_y_order(),
            Witness(
                "f=.1, r=100, eps=.5, alpha=.081 satisfies the hypotheses",
                point=absent,
                holds=(alpha >= _threshold_x(), alpha >= _threshold_y()),
            ),
            no_da_point(absent, _FOLD_LOW, _FOLD_HIGH),
        ),
    )


@proves(
    without_dividing_by_c={"slack": sp.Symbol("W_r", positive=True)},
    wrong_y_threshold={"cosine": eps},
    smaller_alpha_is_no_counterexample={"counterexample": sp.Rational(22, 10)},
)
def oracle_above_original(
    slack: sp.Expr | None = None,
    cosine: sp.Expr = c,
    counterexample: sp.Expr = sp.Rational(245, 100),
) -> Proof:
    """Lemma 10 for alpha <= 1, and its failure beyond."""
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
    original = enclose_minimiser(values, _ORIGINAL, (1.5, 3.0))
    root = sp.LambertW((r * a).subs(values))
    lower = sp.LambertW((b * a).subs(values))
    bound = ((root - lower) / c.subs(values)).subs(values)
    return Proof(
        assumptions=(
            "epsilon > 0; W_r = W(r(1 + eps^2)), W_b = W(b(1 + eps^2)), V = W(b alpha(1 + eps^2))",
            "x_D <= c V + W_b for every alpha, y_D <= W(b(2 eps + alpha(1 + eps^2))) for "
            "alpha <= 1 (original_bounds); both bounds increase with alpha",
        ),
        steps=(
            lambert_increases(),
            Identity("V = A at alpha_x, where c A + W_b = x_R", c * step + w_b, w_r),
            Identity(
                "at alpha_y the bound of y_D is y_R = c x_R",
                ours * (2 * eps + at_y * a),
                (c * w_r) * sp.exp(c * w_r),
            ),
            Identity(
                "alpha_y = c (e^(-(1 - c) x_R)/(1 - f) - 1)",
                at_y,
                c * (sp.exp(-(1 - c) * w_r) / (1 - f) - 1),
            ),
            Witness(
                "alpha > 1 satisfies both thresholds",
                holds=(
                    less(1, values[alpha]),
                    less(values[alpha], bound * sp.exp(bound) / (b * a).subs(values)),
                    less(
                        values[alpha],
                        c.subs(values)
                        * (sp.exp(-(1 - c.subs(values)) * root) / (1 - f).subs(values) - 1),
                    ),
                ),
            ),
            original.step,
            Witness(
                "and yet y_D > y_R: the lemma needs alpha <= 1",
                point={y: original.y},
                holds=(y > c.subs(values) * root,),
            ),
        ),
    )


@proves(
    correlation_reversed={"sign": -1},
    order_reversed={"weight": 1 + _s},
    increasing_map={"map_sign": -1},
)
def coordinate_order(sign: int = 1, weight: sp.Expr = 1 / (1 + _s), map_sign: int = 1) -> Proof:
    """Lemma 12 by contradiction; the map of the source's induction reverses order."""
    at_x, at_y = (v.subs(eps, sign * eps) for v in margins(*_ORIGINAL))
    e = _nonnegative
    right = [_for(v, e).subs({X: sp.exp(-x), Y: sp.exp(-y)}) for v in margins(*_ORIGINAL)]
    start = {eps: sp.Rational(1, 2), r: sp.Integer(2), k: sp.Integer(1), alpha: sp.Rational(1, 2)}
    first = [v.subs({X: 1, Y: 1}).subs(start) for v in margins(*_ORIGINAL)]
    second = [
        v.subs({X: sp.exp(-first[0]), Y: sp.exp(-first[1])}).subs(start)
        for v in margins(*_ORIGINAL)
    ]
    return Proof(
        assumptions=(
            "epsilon real and not 1 (at epsilon = 1 both margins are one number), alpha > 0",
            "x < y means Y = X/(1 + g), g > 0; y <= x means Y = X (1 + h), h >= 0",
        ),
        steps=(
            strictly_convex(*_ORIGINAL),
            exponential_order(),
            Identity("the difference", at_x - at_y, b * (1 - eps) ** 2 * (X - alpha * Y)),
            Sign(
                "alpha <= 1 (as 1/(1 + s)) and x < y would give x - y > 0",
                sp.together((X - alpha * Y).subs({alpha: weight, Y: X / (1 + _g)})),
                ">",
            ),
            Sign(
                "alpha > 1 (as 1 + s) and y <= x would give x - y < 0",
                (X - alpha * Y).subs({alpha: 1 + _s, Y: X * (1 + h)}),
                "<",
            ),
            Sign(
                "alpha = 1 and y < x would give x - y < 0",
                (X - Y).subs(Y, X * (1 + _g)),
                "<",
            ),
            Sign("the map decreases in x", map_sign * sp.diff(right[0], x), "<="),
            Sign("... and in y", map_sign * sp.diff(right[1], y), "<="),
            Sign("... and across", map_sign * sp.diff(right[0], y), "<="),
            Sign("... both ways", map_sign * sp.diff(right[1], x), "<="),
            Witness(
                "so the iterates of the map from 0 rise once and then fall",
                holds=(less(0, first[0]), less(second[0], first[0]), less(second[1], first[1])),
            ),
        ),
    )


@proves(
    forgotten_group_descended={"side": 1},
    wrong_elimination={"minor": 1 - eps**2},
    wrong_limit={"limit": 1 / r},
)
def da_existence(side: int = -1, minor: sp.Expr = m, limit: sp.Expr = sp.exp(-1) / r) -> Proof:
    """One fold for every epsilon: a minimum and a saddle below it, nothing above."""
    pair = (r, side * r * alpha * k)
    at_x, at_y = margins(*pair)
    u = r * sp.exp(-x)
    y_of_x, level = eliminated()
    q, p, mu = sp.symbols("q p mu", positive=True)
    e, up = _positive, sp.Symbol("u", positive=True)
    norm, flat = 1 + e**2, (1 - e**2) ** 2
    slope = slope_sign()
    curvature = hessian(r, -q / Y)
    det = curvature.det().subs(X, mu / r)
    steepness = (norm + flat * mu) / (1 + norm * mu)
    # x = a u - p with p > 0 for epsilon > 0; S' there, minus signs collected
    falls = flat * up * p + flat * up * (norm * up + 1) + norm + norm * up * (1 - e) ** 2
    rises = (norm + flat * up) * p / (norm * up + 1)
    tangent = sp.Matrix([eps, 1])
    across = sp.Matrix([1, -eps])
    absent = {**_HALF, alpha: sp.Rational(81, 1000)}
    return Proof(
        assumptions=(
            "r, alpha, k > 0; u = r e^-x = mu, q = -nu = r alpha k e^-y; epsilon != 0 unless said",
            "x < x_R (epsilon > 0) or x > x_R (epsilon < 0): p = |(1 + eps^2) u - x| > 0",
        ),
        steps=(
            *counts_are_parameters(),
            Identity(
                "eliminating the forgotten group: (1 + eps^2) x - 2 eps y",
                a * at_x - 2 * eps * at_y,
                r * minor * X,
            ),
            Identity(
                "alpha k as a function of x",
                sp.solve(at_x - x, k)[0].subs({X: sp.exp(-x), Y: sp.exp(-y_of_x)}) * alpha,
                level,
            ),
            Identity(
                "its logarithmic slope is S/(2 eps ((1 + eps^2) u - x))",
                sp.diff(level, x) / level * 2 * eps * (a * u - x),
                slope,
            ),
            Identity(
                "epsilon > 0: -dS/dx as a sum",
                -sp.diff(_for(slope, e), x),
                falls.subs({p: norm * u - x, up: u}),
            ),
            Sign("... of positive terms: S decreases, so there is one fold at most", falls, ">"),
            Sign("S < 0 at the oracle", -2 * e * (norm * up + 1), "<"),
            Identity(
                "S = (1 + eps^2) u (1 - eps)^2 + (1 + eps^2)(-x - c) + m u p",
                _for(slope, e),
                norm * u * (1 - e) ** 2 + norm * (-x - 2 * e / norm) + flat * u * (norm * u - x),
            ),
            Sign(
                "so S > 0 for x < -c: the fold exists, with x between -c and x_R",
                norm * up * (1 - e) ** 2 + norm * _g + flat * up * p,
                ">",
            ),
            Identity(
                "epsilon < 0 (here -e): the slope vanishes where (a + m u) p/(a u + 1) = 2 e, "
                "whose x derivative is",
                sp.diff(rises.subs({p: x - norm * u, up: u}), x),
                (u * (norm**2 - flat) * p / (norm * u + 1) ** 2 + norm + flat * u).subs(
                    p, x - norm * u
                ),
            ),
            Sign(
                "... positive: again one fold",
                up * 4 * e**2 * p / (norm * up + 1) ** 2 + norm + flat * up,
                ">",
            ),
            Identity("(norm^2 - m)", norm**2 - flat, 4 * e**2),
            Identity(
                "determinant of the Hessian: 1 + a mu - q (a + m mu)",
                det,
                1 + a * mu - q * (a + m * mu),
            ),
            Identity(
                "-2 eps det = S, with q = (a u - x)/(2 eps)",
                -2 * eps * det.subs({q: (a * u - x) / (2 * eps)}).subs(mu, u),
                slope,
            ),
            Identity("(1, -eps) is across the forgotten sample", tangent.dot(across), 0),
            Sign(
                "one eigenvalue is positive: det > 0 a minimum, det < 0 a saddle",
                (1 + eps**2)
                + r * X * (1 - eps**2) ** 2
                + sp.expand(
                    (across.T * curvature * across)[0] - (1 + eps**2) - r * X * (1 - eps**2) ** 2
                ),
                ">",
            ),
            Identity(
                "dy/dq = -(a + m mu)/(1 + a mu), by mu = r e^-x, x = a mu - 2 eps q",
                (-2 * e * mu * (-2 * e / (1 + norm * mu)) - norm),
                -steepness,
            ),
            Sign(
                "y falls at least as fast as (m/a) q",
                steepness - flat / norm,
                ">=",
                factors=(4 * e**2, 1 / norm, 1 / (1 + norm * mu)),
            ),
            Sign(
                "for epsilon < 0 mu <= mu_R, and the rate decreases in mu: bounded below too",
                sp.diff(steepness, mu),
                "<",
                factors=(-4 * e**2, 1 / (1 + norm * mu) ** 2),
            ),
            Identity(
                "so alpha k = q e^y/r -> 0 away from the oracle for epsilon != 1",
                sp.limit(q * sp.exp(-_s * q), q, sp.oo),
                0,
            ),
            Identity(
                "epsilon = 1: alpha k = 1 - x e^x/(2 r)",
                sp.expand(level.subs(eps, 1)),
                1 - x * sp.exp(x) / (2 * r),
            ),
            Identity(
                "... largest at x = -1, where it is 1 + 1/(2 e r)",
                sp.solve(sp.diff(x * sp.exp(x), x), x)[0],
                -1,
            ),
            Identity("... with limit 1 for x -> -oo", sp.limit(_s * sp.exp(-_s), _s, sp.oo), 0),
            Identity(
                "epsilon = 0: fold at q = 1, y = -1, so alpha k = 1/(e r)",
                (q * sp.exp(-q) / r).subs(q, sp.solve(1 - q, q)[0]),
                limit,
            ),
            Identity("... as det there is (1 + mu)(1 - q)", det.subs(eps, 0), (1 + mu) * (1 - q)),
            no_da_point(absent, _FOLD_LOW, _FOLD_HIGH),
        ),
    )


@proves(
    non_empty_at_large_strength={"least_strength": sp.Rational(29, 10)},
    y_end_without_square={"minor": 1 - eps**2},
    ends_exchanged={"side": -1},
)
def detriment_window(
    least_strength: sp.Expr = sp.Rational(61, 20), minor: sp.Expr = m, side: int = 1
) -> Proof:
    """The exact range is an interval; the window of Lemmas 9 and 10 is empty for r >= 61/20."""
    mu, nu = sp.symbols("mu nu", positive=True)
    retained, forgotten = sp.Matrix([1, eps]), sp.Matrix([eps, 1])
    before, after = hessian(mu / X, nu / Y), hessian(mu / X, -nu / Y)
    at_x, at_y = margins(*_ORIGINAL)
    x_r = sp.Symbol("x_R", positive=True)
    e = _positive
    cosine = 2 * e / (1 + e**2)
    t = sp.Symbol("t", positive=True)
    return Proof(
        assumptions=(
            "epsilon > 0, r > 0, 0 < f < 1; descent-ascent at its minimum (det > 0)",
            "d(nu equation)/d alpha: margins move by +-e^-y times the adjugate over det",
            "window: alpha between the thresholds of original_above_da and "
            "oracle_above_original, alpha <= 1",
        ),
        steps=(
            Identity(
                "retained' adj(H) forgotten = 2 eps (original)",
                (retained.T * before.adjugate() * forgotten)[0],
                2 * side * eps,
            ),
            Identity(
                "... and for descent-ascent",
                (retained.T * after.adjugate() * forgotten)[0],
                2 * side * eps,
            ),
            Identity(
                "forgotten' adj(H) forgotten = a + m mu, both",
                (forgotten.T * before.adjugate() * forgotten)[0],
                a + m * mu,
            ),
            Identity(
                "... and for descent-ascent",
                (forgotten.T * after.adjugate() * forgotten)[0],
                a + m * mu,
            ),
            Sign("so with alpha the original's margins rise, those of DA fall: x", 2 * e, ">"),
            Sign("... y: the range is an interval", _for(a + m * mu, e), ">"),
            *x_order_implies_y_order(),
            Identity(
                "upper end, y_D = y_R: alpha = e^y [(1 + eps^2) y - 2 eps x]/(b m)",
                sp.solve((a * at_y - 2 * eps * at_x) - (a * y - 2 * eps * x), alpha)[0].subs(
                    Y, sp.exp(-y)
                ),
                sp.exp(y) * (a * y - 2 * eps * x) / (b * minor),
            ),
            Identity(
                "... with x - c y = (m/a) b e^-x",
                at_x - c * at_y,
                m / a * b * X,
            ),
            Identity(
                "where x_D = x_R the y of the original is x_R (c + f (1 - c^2)/c)",
                (x_r - m / a * b * (x_r / (r * a))) / c,
                x_r * (c + f * (1 - c**2) / c),
            ),
            Sign(
                "... beyond y_R = c x_R: the y end comes first",
                x_r * _for(f, e) * (1 - e**2) ** 2 / ((1 + e**2) ** 2 * cosine),
                ">=",
            ),
            Identity(
                "epsilon = 1: x_D = x_DA at alpha = f^2/(1 - f^2)",
                (b * (1 + alpha) - r * (1 - alpha * k)).subs(alpha, f**2 / (1 - f**2)),
                0,
            ),
            Identity(
                "... and x_D = x_R at alpha = f/(1 - f)",
                (b * (1 + alpha) - r).subs(alpha, f / (1 - f)),
                0,
            ),
            Sign(
                "... so near epsilon = 1 the exact range is open for every r and f",
                sp.together(f / (1 - f) - f**2 / (1 - f**2)),
                ">",
            ),
            *empty_window_steps(least_strength, t),
        ),
    )


@proves(
    wrong_metric={"minor": 1 - eps**2},
    margin_order_alone={"ratio": sp.Integer(1)},
    shrunk_factor={"share": (1 - eps**2) / (1 + eps**2)},
)
def order_implies_distance(minor: sp.Expr = m, ratio: sp.Expr = f, share: sp.Expr = m / a) -> Proof:
    """From the order of margins to the distance in weight space."""
    mu, nu, mu_r = sp.symbols("mu nu mu_R", real=True)
    weights = sp.Matrix([mu + eps * nu, eps * mu + nu])
    oracle = sp.Matrix([mu_r, eps * mu_r])
    difference = weights - oracle
    to_x = difference[0] + eps * difference[1]
    d1, d2 = sp.symbols("d_1 d_2", nonnegative=True)
    y_d = sp.Symbol("Y_D", positive=True)
    p1, q1, q2, s2 = sp.symbols("p_1 q_1 q_2 s_2", nonnegative=True)
    e = _positive
    norm = 1 + e**2

    def form(u: sp.Expr, v: sp.Expr) -> sp.Expr:
        return norm * (u**2 + v**2) - 4 * e * u * v

    return Proof(
        assumptions=(
            "w = mu (1, eps) + nu (eps, 1); nu_R = 0, nu_D = b alpha Y_D, nu_A = -(b alpha/f) Y_A",
            "d_1 = x_R - x_D >= 0, d_2 = x_D - x_A >= 0; y_A <= y_D + ln(1/f): Y_A = f Y_D (1 + h)",
            "second part, order of margins alone, 0 < eps < 1: 0 <= p <= q in each margin",
        ),
        steps=(
            Identity(
                "squared distance",
                difference.dot(difference),
                (to_x**2 + minor * nu**2) / a,
            ),
            Identity("|nu_A| over b alpha is Y_A/f", r * alpha * k / (b * alpha), 1 / f),
            *x_order_implies_y_order(),
            Sign("along the retained sample", (d1 + d2) ** 2 - d1**2, ">="),
            Sign("across it: |nu_A| - nu_D", y_d * ratio * (1 + h) / f - y_d, ">=")
            if ratio == f
            else Sign("across it: |nu_A| - nu_D", y_d * (ratio - h) / f - y_d, ">="),
            Identity(
                "order alone: the squared distance times m as a form in the margins",
                (a * ((x**2) + y**2) - 4 * eps * x * y).subs(
                    {x: w_margin(1, eps), y: w_margin(eps, 1)}
                ),
                m * (sp.Symbol("w_1", real=True) ** 2 + sp.Symbol("w_2", real=True) ** 2),
            ),
            Identity(
                "completing the square: at least (m/a) q_1^2",
                form(q1, q2) - norm * (q2 - 2 * e * q1 / norm) ** 2,
                _for(share, e) * q1**2,
            ),
            Sign(
                "if p_2 <= c p_1 then the form at p is at most a p_1^2, ratio >= m/a^2",
                (norm * p1**2 - form(p1, 2 * e * p1 / norm / (1 + s2))),
                ">=",
                factors=(
                    p1**2,
                    4 * e**2 / norm,
                    (2 * (1 + s2) - 1) / (1 + s2) ** 2,
                ),
            ),
            Identity(
                "else both slopes at p are >= 0, and the convex form has its least value on q >= p "
                "at p",
                sp.diff(form(p1, q2), q2),
                2 * (norm * q2 - 2 * e * p1),
            ),
            Identity("the factor: sqrt(m/a^2)", m / a**2, ((1 - eps**2) / (1 + eps**2)) ** 2),
        ),
    )


def w_margin(first: Any, second: Any) -> sp.Expr:
    """The margin of a sample as an expression in the weights."""
    one, two = sp.symbols("w_1 w_2", real=True)
    return first * one + second * two


@proves(
    descent_on_both={"side": 1},
    halved_threshold={"threshold": sp.Rational(1, 2)},
    ascent_alone={"descent_share": sp.Integer(0)},
)
def crosses_the_oracle(
    side: int = -1, threshold: sp.Expr = sp.Integer(1), descent_share: sp.Expr = sp.Integer(1)
) -> Proof:
    """The component nu changes sign; both margins fall at first; the distance may shrink."""
    pair = (r, side * r * alpha * k)
    mu, nu = b * X, b * alpha * Y
    ws = sp.symbols("w_1 w_2", real=True)
    flow = -gradient(*pair).subs({ws[0]: mu + eps * nu, ws[1]: eps * mu + nu}, simultaneous=True)
    descent = f * r * X
    ascent = b * alpha * Y * (1 + f) / f
    e, extra = _positive, sp.Symbol("delta", nonnegative=True)
    low = _for(_threshold_x(), e) * threshold
    rates = [a * descent - 2 * eps * ascent, 2 * eps * descent - a * ascent]
    fall = [
        sp.factor(_for(rate, e).subs(Y, X * (1 + h)).subs(alpha, low + extra)) for rate in rates
    ]
    values = {
        eps: sp.Rational(1, 2),
        r: sp.Integer(1),
        k: sp.Integer(1),
        alpha: sp.Rational(3, 5),
    }
    original = enclose_minimiser(values, _ORIGINAL, (0.35, 0.25))
    oracle = sp.LambertW((r * a).subs(values))
    approach = descent_share * descent * (x - oracle) - ascent * (y - c * oracle)
    return Proof(
        assumptions=(
            "at the original mu = b X, nu = b alpha Y; flow = -gradient of descent-ascent/lambda",
            "alpha <= 1 gives y_D <= x_D (coordinate_order): Y = X (1 + h), h >= 0",
        ),
        steps=(
            Sign("the original has nu > 0", nu, ">"),
            Sign("every descent-ascent point has nu < 0, the oracle nu = 0", pair[1] * Y, "<"),
            Identity(
                "the flow at the original",
                flow,
                descent * sp.Matrix([1, eps]) - ascent * sp.Matrix([eps, 1]),
            ),
            Identity("rate of x", flow[0] + eps * flow[1], rates[0]),
            Identity("rate of y", eps * flow[0] + flow[1], rates[1]),
            Sign("alpha >= f^2/(c(1 - f^2)): x falls", fall[0], "<="),
            Identity(
                "y falls with it: c times the rate of x minus the rate of y",
                c * rates[0] - rates[1],
                m / a * ascent,
            ),
            Sign("... is positive: rate of y <= c times rate of x", (m / a) * alpha * Y, ">="),
            original.step,
            Witness(
                "eps=.5, f=.5, r=1, alpha=.6 is inside the paper's window",
                holds=window_conditions(values, values[alpha]),
            ),
            Witness(
                "and there the first step comes closer to the oracle",
                point={x: original.x, y: original.y},
                holds=(approach.subs({X: sp.exp(-x), Y: sp.exp(-y)}).subs(values) < 0,),
            ),
        ),
    )


@proves(
    wrong_exponent={"exponent": 1 + c},
    secant_reversed={"direction": -1},
)
def whole_dataset_order(exponent: sp.Expr = 1 - c, direction: int = 1) -> Proof:
    """The upper end stays below the share of the whole data set."""
    x_r, z = sp.symbols("x_R z", positive=True)
    e = _positive
    return Proof(
        assumptions=(
            "epsilon > 0; alpha at y_D = y_R is "
            "c e^((1 - c) y_R) (W(r h) - W(b h))/(b h), h = (m/a) e^(-c y_R)",
            "W(r h) = x_R - c y_R = (1 - c^2) x_R, since x_R solves x = c y + (m/a) r e^-x",
            "1 - f = 1/(1 + s) with s > 0; z = W(r h)",
        ),
        steps=(
            Identity("(m/a) = a (1 - c^2)", m / a, a * (1 - c**2)),
            Identity(
                "the oracle solves x = c y + (m/a) r e^-x",
                margins(*_ORACLE)[0] - c * margins(*_ORACLE)[1],
                m / a * r * X,
            ),
            Identity(
                "alpha = e^y (a y - 2 eps x)/(b m) with x = c y + W(b h), y = c x_R",
                (a * c * x_r - 2 * eps * (c * c * x_r + z)) / m,
                c * ((1 - c**2) * x_r - z) * a / m,
            ),
            Monotone(
                "W(s z) >= s W(z) for s < 1: (1/(1+s)) z e^(z/(1+s)) <= (1/(1+s)) z e^z",
                direction * (sp.exp(_g) - 1),
                _g,
                ">",
            ),
            Identity(
                "(W(r h) - W(b h))/((r - b) h) <= W(r h)/(r h) = e^-W(r h): exponents add",
                (1 - c) * c * x_r - (1 - c**2) * x_r,
                -exponent * x_r,
            ),
            Identity("alpha k (r - b)/b = 1 at alpha = f/(1 - f)", (r - b) / b, f / (1 - f)),
            Sign(
                "c < 1 unless epsilon = 1",
                1 - _for(c, e),
                ">=",
                factors=((1 - e) ** 2, 1 / (1 + e**2)),
            ),
            Sign(
                "and the exponent is negative: alpha k <= c e^(-(1 - c) x_R) < 1",
                _for(exponent, e) * x_r,
                ">=",
                factors=((1 - e) ** 2, x_r / (1 + e**2)),
            ),
        ),
    )


@proves(
    positive_correlation={"sign": 1},
    not_reciprocal={"power": 1},
)
def negative_correlation(sign: int = -1, power: int = 2) -> Proof:
    """The straddle for epsilon < 0, the symmetry of epsilon and 1/epsilon, and epsilon = 0."""
    mu, nu = sp.symbols("mu nu", positive=True)
    e = sign * _positive
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
    return Proof(
        assumptions=(
            "epsilon < 0, alpha > 0: nu_D > 0 > nu_A, nu_R = 0, b < r",
            "x(nu) solves x = a s e^-x + 2 eps nu, y = 2 eps mu + a nu, mu = s e^-x",
        ),
        steps=(
            Identity("dx/dnu", sp.simplify(dx - 2 * e / (1 + norm * mu)), 0),
            Sign("x falls with nu: x_A > x_R, and x_D < W(b a)", 2 * e / (1 + norm * mu), "<"),
            Identity(
                "dy/dnu",
                2 * e * (-mu) * 2 * e / (1 + norm * mu) + norm,
                (norm + flat * mu) / (1 + norm * mu),
            ),
            Sign("y rises with nu: y_A < y_R", (norm + flat * mu) / (1 + norm * mu), ">"),
            lambert_increases(),
            Sign("b < r, so x_D < W(b a) < W(r a) = x_R < x_A", r - b, ">"),
            Sign("y_D > c W(b a) > c W(r a) = y_R as c < 0", 2 * e / norm, "<"),
            Identity(
                "epsilon -> 1/epsilon with r -> r eps^2: same equation for x",
                margins(*_ASCENT)[0].subs(there, simultaneous=True),
                margins(*_ASCENT)[0],
            ),
            Identity(
                "... and for y",
                margins(*_ASCENT)[1].subs(there, simultaneous=True),
                margins(*_ASCENT)[1],
            ),
            *steps,
            Witness(
                "eps=-1/2, r=1, f=1/2, alpha=1/10: descent-ascent is closer to the oracle",
                point=point,
                holds=(
                    sp.Symbol("e_A") ** 2 + sp.Rational(9, 16) * sp.Symbol("n_A") ** 2
                    < sp.Symbol("e_D") ** 2 + sp.Rational(9, 16) * sp.Symbol("n_D") ** 2,
                ),
            ),
            Identity("epsilon = 0: x_DA = x_R", margins(*_ASCENT)[0].subs(eps, 0), r * X),
            Sign("... and x_D = W(b) < W(r): the order fails", (r - b) * X, ">"),
            Witness(
                "eps=0, r=1, f=1/2, alpha=1/4: descent-ascent is farther all the same",
                holds=(
                    less(
                        (sp.LambertW(1) - sp.LambertW(sp.Rational(1, 2))) ** 2
                        + sp.LambertW(sp.Rational(1, 8)) ** 2,
                        sp.LambertW(-sp.Rational(1, 4)) ** 2,
                    ),
                ),
            ),
        ),
    )


def _closer_for_negative(
    values: dict[sp.Symbol, Any],
) -> tuple[tuple[Witness, ...], dict[sp.Symbol, Any]]:
    """Enclose original and descent-ascent minimum; coordinates along and across the oracle."""
    original = enclose_minimiser(values, _ORIGINAL, (0.4, 0.0))
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


@proves(
    mean_over_the_wrong_set={"whole": 1 / sp.Symbol("n_R", positive=True)},
    forget_group_added={"side": 1},
    wrong_threshold={"factor": sp.Integer(1)},
)
def near_parallel_limit(
    whole: sp.Expr | None = None, side: int = -1, factor: sp.Expr = sp.Integer(2)
) -> Proof:
    """One retained and one forgotten sample, nearly parallel."""
    n_r, n_f, lam, d = sp.symbols("n_R n_F lambda d", positive=True)
    share = 1 / (n_r + n_f) if whole is None else whole
    a_d, a_r, a_f = 1 / (lam * (n_r + n_f)), 1 / (lam * n_r), 1 / (lam * n_f)
    ours = margins(share / lam, share / lam)
    both = {X: sp.exp(-_W), Y: sp.exp(-_W)}
    alone = margins(a_r, sp.Integer(0))
    w_r = sp.Symbol("W_R", positive=True)
    at_x, at_y = margins(a_r, side * a_f)
    total = (at_x + at_y).subs({eps: 1, Y: X}) / 2
    level = eliminated()[1].subs({eps: 1})
    threshold = factor * sp.E * (1 / n_f - 1 / n_r)
    u, v = sp.symbols("u v", positive=True)
    return Proof(
        assumptions=(
            "A_S = 1/(lambda |S|); W = W((1 + eps)^2 A_D), W_R = W((1 + eps^2) A_R)",
            "lambda enters through A_D = W e^W/(1 + eps)^2 and A_R = W_R e^W_R/(1 + eps^2)",
        ),
        steps=(
            strictly_convex(share / lam, share / lam),
            Identity(
                "original: x = y = W, so w_1 = w_2 = W/(1 + eps), every eps but -1",
                (ours[0] - ours[1]).subs(both),
                0,
            ),
            Identity(
                "... x = (1 + eps)^2 A_D e^-x",
                ours[0].subs({X: X, Y: X}),
                (1 + eps) ** 2 * a_d * X,
            ),
            Identity("oracle: x = (1 + eps^2) A_R e^-x", alone[0], a * a_r * X),
            Identity("... with weights (1, eps) W_R/(1 + eps^2)", w_r / a * (1 + eps * eps), w_r),
            Identity(
                "descent-ascent: x - y vanishes as (1 - eps)^2",
                at_x - at_y,
                (1 - eps) ** 2 * (a_r * X - side * a_f * Y),
            ),
            Identity(
                "at eps = 1 the sum s solves s = 2 (A_R - A_F) e^-s", total, 2 * (a_r - a_f) * X
            ),
            Identity(
                "in the letters of da_existence: alpha k = 1 - s e^s/(2 r) at eps = 1",
                sp.expand(level),
                1 - x * sp.exp(x) / (2 * r),
            ),
            Identity(
                "its slope is not 0 at s > -1, so the root moves continuously with eps",
                sp.diff(level, x),
                -(1 + x) * sp.exp(x) / (2 * r),
            ),
            Monotone(
                "s e^s > -1/e right of s = -1: (u - 1) e^u + 1 > 0", (u - 1) * sp.exp(u) + 1, u, ">"
            ),
            Monotone("... and left of it: 1 - (1 + v) e^-v > 0", 1 - (1 + v) * sp.exp(-v), v, ">"),
            Identity(
                "2 (A_R - A_F) = -1/e exactly at lambda = 2 e (1/n_F - 1/n_R)",
                (2 * (a_r - a_f)).subs(lam, threshold),
                -sp.exp(-1),
            ),
            Identity(
                "n_F = 1, n_R = d + 1: lambda = 2 e d/(d + 1)",
                threshold.subs({n_f: 1, n_r: d + 1}),
                2 * sp.E * d / (d + 1),
            ),
            Witness(
                "the source takes a limit for granted: nine retained, one forgotten, ridge 1",
                {n_r: sp.Integer(9), n_f: sp.Integer(1), lam: sp.Integer(1)},
                holds=(less(2 * (a_r - a_f), -sp.exp(-1)), less(lam, threshold)),
            ),
        ),
    )


@proves(
    exponential_instead={"loss": sp.exp(-sp.Symbol("z", real=True))},
    coercive_without_ridge={"ridge": sp.Integer(0)},
    no_third_point={"level": sp.Rational(1, 2)},
)
def logistic_cross_dimensional(
    loss: sp.Expr | None = None,
    ridge: sp.Expr = sp.Integer(1),
    level: sp.Expr = sp.Rational(1, 10),
) -> Proof:
    """What is settled for the logistic loss; the question of the ordered region stays open."""
    z = sp.Symbol("z", real=True)
    return logistic_steps(sp.log(1 + sp.exp(-z)) if loss is None else loss, ridge, level)
