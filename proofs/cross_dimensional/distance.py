"""From the order of margins to distances in weight space."""

from __future__ import annotations

from typing import Any

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness, negative, nonnegative, nonpositive, positive
from ..kernel.theorems import STRONG_CONVEXITY
from . import equations
from .empty_window import window_conditions
from .enclosures import enclose_minimiser
from .equations import X, Y, a, alpha, b, c, eps, f, h, k, m, r, x, y


@proves
def order_implies_distance(
    minor: sp.Expr = wrong(m, wrong_metric=1 - eps**2),
    ratio: sp.Expr = wrong(f, margin_order_alone=sp.Integer(1)),
    share: sp.Expr = wrong(m / a, shrunk_factor=(1 - eps**2) / (1 + eps**2)),
) -> Parts:
    """From the order of margins to the distance in weight space."""
    yield assume(
        "w = mu (1, eps) + nu (eps, 1); nu_R = 0, nu_D = b alpha Y_D, nu_A = -(b alpha/f) Y_A",
        "d_1 = x_R - x_D >= 0, d_2 = x_D - x_A >= 0; y_A <= y_D + ln(1/f): Y_A = f Y_D (1 + h)",
        "second part, order of margins alone, 0 < eps < 1: 0 <= p <= q in each margin",
    )
    yield cite("a convex function whose slopes at p are >= 0 is least at p over q >= p")
    mu, nu, mu_r = sp.symbols("mu nu mu_R", real=True)
    weights = sp.Matrix([mu + eps * nu, eps * mu + nu])
    oracle = sp.Matrix([mu_r, eps * mu_r])
    difference = weights - oracle
    to_x = difference[0] + eps * difference[1]
    d1, d2 = sp.symbols("d_1 d_2", nonnegative=True)
    y_d = sp.Symbol("Y_D", positive=True)
    p1, q1, q2, s2 = sp.symbols("p_1 q_1 q_2 s_2", nonnegative=True)
    e = equations.eps_positive
    norm = 1 + e**2

    def form(u: sp.Expr, v: sp.Expr) -> sp.Expr:
        return norm * (u**2 + v**2) - 4 * e * u * v

    yield Identity("squared distance", difference.dot(difference), (to_x**2 + minor * nu**2) / a)
    yield Identity("|nu_A| over b alpha is Y_A/f", r * alpha * k / (b * alpha), 1 / f)
    yield from equations.x_order_implies_y_order()
    yield nonnegative("along the retained sample", (d1 + d2) ** 2 - d1**2)
    yield (
        nonnegative("across it: |nu_A| - nu_D", y_d * ratio * (1 + h) / f - y_d)
        if ratio == f
        else nonnegative("across it: |nu_A| - nu_D", y_d * (ratio - h) / f - y_d)
    )
    yield Identity(
        "order alone: the squared distance times m as a form in the margins",
        (a * ((x**2) + y**2) - 4 * eps * x * y).subs({x: w_margin(1, eps), y: w_margin(eps, 1)}),
        m * (sp.Symbol("w_1", real=True) ** 2 + sp.Symbol("w_2", real=True) ** 2),
    )
    yield Identity(
        "completing the square: at least (m/a) q_1^2",
        form(q1, q2) - norm * (q2 - 2 * e * q1 / norm) ** 2,
        equations.with_eps(share, e) * q1**2,
    )
    yield nonnegative(
        "if p_2 <= c p_1 then the form at p is at most a p_1^2, ratio >= m/a^2",
        (norm * p1**2 - form(p1, 2 * e * p1 / norm / (1 + s2))),
        factors=(p1**2, 4 * e**2 / norm, (2 * (1 + s2) - 1) / (1 + s2) ** 2),
    )
    yield Identity(
        "else both slopes at p are >= 0, and the convex form has its least value on q >= p at p",
        sp.diff(form(p1, q2), q2),
        2 * (norm * q2 - 2 * e * p1),
    )
    yield Identity("the factor: sqrt(m/a^2)", m / a**2, ((1 - eps**2) / (1 + eps**2)) ** 2)
    yield Identity(
        "attained at p = (1, 0), q = (1, c)",
        form(sp.Integer(1), 2 * e / norm) / form(sp.Integer(1), sp.Integer(0)),
        equations.with_eps(share / a, e),
    )


def w_margin(first: Any, second: Any) -> sp.Expr:
    """The margin of a sample as an expression in the weights."""
    one, two = sp.symbols("w_1 w_2", real=True)
    return first * one + second * two


@proves
def crosses_the_oracle(
    side: int = wrong(-1, descent_on_both=1),
    threshold: sp.Expr = wrong(sp.Integer(1), halved_threshold=sp.Rational(1, 2)),
    descent_share: sp.Expr = wrong(sp.Integer(1), ascent_alone=sp.Integer(0)),
) -> Parts:
    """The component nu changes sign; both margins fall at first; the distance may shrink."""
    yield assume(
        "at the original mu = b X, nu = b alpha Y; flow = -gradient of descent-ascent/lambda",
        "alpha <= 1 gives y_D <= x_D (coordinate_order): Y = X (1 + h), h >= 0",
    )
    yield cite(STRONG_CONVEXITY)
    pair = (r, side * r * alpha * k)
    mu, nu = b * X, b * alpha * Y
    ws = sp.symbols("w_1 w_2", real=True)
    flow = -equations.gradient(*pair).subs(
        {ws[0]: mu + eps * nu, ws[1]: eps * mu + nu}, simultaneous=True
    )
    descent = f * r * X
    ascent = b * alpha * Y * (1 + f) / f
    e, extra = equations.eps_positive, sp.Symbol("delta", nonnegative=True)
    low = equations.with_eps(equations.THRESHOLD_X, e) * threshold
    rates = [a * descent - 2 * eps * ascent, 2 * eps * descent - a * ascent]
    fall = [
        sp.factor(equations.with_eps(rate, e).subs(Y, X * (1 + h)).subs(alpha, low + extra))
        for rate in rates
    ]
    values = {eps: sp.Rational(1, 2), r: sp.Integer(1), k: sp.Integer(1), alpha: sp.Rational(3, 5)}
    original = enclose_minimiser(values, equations.ORIGINAL, (0.35, 0.25))
    oracle = sp.LambertW((r * a).subs(values))
    approach = descent_share * descent * (x - oracle) - ascent * (y - c * oracle)
    yield positive("the original has nu > 0", nu)
    yield negative("every descent-ascent point has nu < 0, the oracle nu = 0", pair[1] * Y)
    yield Identity(
        "the flow at the original",
        flow,
        descent * sp.Matrix([1, eps]) - ascent * sp.Matrix([eps, 1]),
    )
    yield Identity("rate of x", flow[0] + eps * flow[1], rates[0])
    yield Identity("rate of y", eps * flow[0] + flow[1], rates[1])
    yield nonpositive("alpha >= f^2/(c(1 - f^2)): x falls", fall[0])
    yield Identity(
        "y falls with it: c times the rate of x minus the rate of y",
        c * rates[0] - rates[1],
        m / a * ascent,
    )
    yield nonnegative("... is positive: rate of y <= c times rate of x", (m / a) * alpha * Y)
    yield original.step
    yield Witness(
        "eps=.5, f=.5, r=1, alpha=.6 is inside the paper's window",
        holds=window_conditions(values, values[alpha]),
    )
    yield Witness(
        "and there the first step comes closer to the oracle",
        point={x: original.x, y: original.y},
        holds=(approach.subs({X: sp.exp(-x), Y: sp.exp(-y)}).subs(values) < 0,),
    )


@proves
def whole_dataset_order(
    exponent: sp.Expr = wrong(1 - c, wrong_exponent=1 + c),
    direction: int = wrong(1, secant_reversed=-1),
) -> Parts:
    """The upper end stays below the share of the whole data set."""
    yield assume(
        "epsilon > 0; alpha at y_D = y_R is "
        "c e^((1 - c) y_R) (W(r h) - W(b h))/(b h), h = (m/a) e^(-c y_R)",
        "W(r h) = x_R - c y_R = (1 - c^2) x_R, since x_R solves x = c y + (m/a) r e^-x",
        "1 - f = 1/(1 + s) with s > 0; z = W(r h)",
    )
    x_r, z = sp.symbols("x_R z", positive=True)
    e = equations.eps_positive
    yield Identity("(m/a) = a (1 - c^2)", m / a, a * (1 - c**2))
    yield Identity(
        "the oracle solves x = c y + (m/a) r e^-x",
        equations.margins(*equations.ORACLE)[0] - c * equations.margins(*equations.ORACLE)[1],
        m / a * r * X,
    )
    yield Identity(
        "alpha = e^y (a y - 2 eps x)/(b m) with x = c y + W(b h), y = c x_R",
        (a * c * x_r - 2 * eps * (c * c * x_r + z)) / m,
        c * ((1 - c**2) * x_r - z) * a / m,
    )
    yield Monotone(
        "W(s z) >= s W(z) for s < 1: (1/(1+s)) z e^(z/(1+s)) <= (1/(1+s)) z e^z",
        direction * (sp.exp(equations.some_g) - 1),
        equations.some_g,
        ">",
    )
    yield Identity(
        "(W(r h) - W(b h))/((r - b) h) <= W(r h)/(r h) = e^-W(r h): exponents add",
        (1 - c) * c * x_r - (1 - c**2) * x_r,
        -exponent * x_r,
    )
    yield Identity("alpha k (r - b)/b = 1 at alpha = f/(1 - f)", (r - b) / b, f / (1 - f))
    yield nonnegative(
        "c < 1 unless epsilon = 1",
        1 - equations.with_eps(c, e),
        factors=((1 - e) ** 2, 1 / (1 + e**2)),
    )
    yield nonnegative(
        "and the exponent is negative: alpha k <= c e^(-(1 - c) x_R) < 1",
        equations.with_eps(exponent, e) * x_r,
        factors=((1 - e) ** 2, x_r / (1 + e**2)),
    )
