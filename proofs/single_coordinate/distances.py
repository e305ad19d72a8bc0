"""Order of the three minimisers on the line, and bounds on their distances."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness, negative, positive
from ..kernel.theorems import GRUNTZ, LINE_FLOW, MEAN_VALUE
from . import model
from .model import MODEL, f, h, lift, m, odds, p, ridge, s, u, w, x, y


@proves
def opposite_sides(
    low: sp.Expr = wrong(model.THRESHOLD, wrong_lower_end=f),
    high: sp.Expr = wrong(sp.Integer(1), wrong_upper_end=sp.Integer(2)),
    forget_sign: int = wrong(-1, forget_set_descended=1),
) -> Parts:
    """``w_DA <= w_D <= w_R`` exactly for lifts between f/(1+f) and 1."""
    yield assume(MODEL, "exponential or logistic loss, rho >= 0")
    yield cite(MEAN_VALUE)
    oracle, original, unlearned = (c / p for c in model.coefficients(forget_sign).values())
    n_r, n_f = sp.symbols("n_R n_F", positive=True)
    printed = n_f**2 / (n_r * (n_f + n_r + n_f))

    for loss in (model.EXPONENTIAL, model.LOGISTIC):
        yield from model.stationarity(loss, forget_sign)
        yield from model.increasing(loss)
    yield Identity("c_D - c_DA", original - unlearned, (1 + f) * (lift - low))
    yield Identity("c_R - c_D", oracle - original, f * (high - lift))
    yield positive(
        "rho above the lower end: w_DA < w_D", (original - unlearned).subs(lift, low + x)
    )
    yield negative(
        "rho below the lower end: w_D < w_DA", (original - unlearned).subs(lift, low - x)
    )
    yield negative("rho above 1: w_R < w_D", (oracle - original).subs(lift, high + x))
    yield positive("rho below 1: w_D < w_R", (oracle - original).subs(lift, high - x))
    yield Identity(
        "the lower end in the paper's letters, alpha = rho n_F/n_R",
        low.subs(odds, n_f / n_r) * n_f / n_r,
        printed,
    )
    yield Identity("the upper end in the paper's letters", high * n_f / n_r, n_f / n_r)


@proves
def distance_growth(
    factor: sp.Expr = wrong(sp.Integer(1), half_the_bound=sp.Rational(1, 2)),
    loss: sp.Expr = wrong(model.EXPONENTIAL, squared_exponential=sp.exp(-(w**2))),
) -> Parts:
    """``|w_D - w_R| < |ln c_D|``: the two minimisers are y and y + h, in either order."""
    yield assume(MODEL, "rho >= 0, so c_D >= 1 - f > 0")
    yield cite(MEAN_VALUE, GRUNTZ)
    log_ratio = sp.expand_log(sp.log(model.r_of(loss, y + h)), force=True) - sp.expand_log(
        sp.log(model.r_of(loss, y)), force=True
    )
    log_ratio = sp.expand(log_ratio)
    surplus = Monotone("ln(1 + h/y) > 0", sp.log(1 + h / y), h, ">")
    # logistic: r(y+h)/r(y) > e^h, multiplied by e^-h y (1 + e^y)
    logistic = (
        model.r_of(model.LOGISTIC, y + h) * sp.exp(-h) - model.r_of(model.LOGISTIC, y)
    ).expand()
    bracket = Monotone("1 - x e^-x > 0", sp.exp(x) - x, x, ">")
    yield from model.stationarity(model.EXPONENTIAL)
    yield from model.stationarity(model.LOGISTIC)
    yield from model.increasing(model.EXPONENTIAL)
    yield from model.increasing(model.LOGISTIC)
    yield Identity(
        "exponential: |ln c| - h with |ln c| = ln r(y+h) - ln r(y)",
        factor * log_ratio - h,
        sp.log(y + h) - sp.log(y),
    )
    yield surplus
    yield Identity("approached as the ridge vanishes", sp.limit(surplus.expr, y, sp.oo), 0)
    yield Identity("logistic: at h = 0", logistic.subs(h, 0), 0)
    yield Identity(
        "logistic: the derivative in h, with x = y + h",
        sp.diff(logistic, h).subs(h, x - y),
        sp.exp(y - x) + sp.exp(y) * sp.exp(-x) * (sp.exp(x) - x),
    )
    yield positive(
        "logistic: it is positive",
        sp.exp(y) * sp.exp(-x) * (sp.exp(x) - x),
        factors=(sp.exp(y), sp.exp(-x), bracket),
    )
    yield Witness(
        "not vacuous: s = 1, c = 2 has a positive distance below ln 2",
        holds=(
            less(0, sp.LambertW(2, evaluate=False) - sp.LambertW(1, evaluate=False)),
            less(sp.LambertW(2, evaluate=False) - sp.LambertW(1, evaluate=False), sp.log(2)),
        ),
    )


@proves
def distance_unlearning(
    side: int = wrong(1, stationary_point_above_zero=-1),
    forget_sign: int = wrong(-1, forget_set_descended=1),
    trap: sp.Expr = wrong(sp.Rational(-1, 2), diverges_for_every_lift_above_one=sp.Rational(-2)),
) -> Parts:
    """A lift of at least 1 puts every stationary point at or below 0; that is the whole proof."""
    yield assume(MODEL, "rho >= 1", "where no stationary point exists the distance is infinite")
    yield cite(LINE_FLOW)

    for loss in (model.EXPONENTIAL, model.LOGISTIC):

        def lift_at(at: sp.Expr, loss: sp.Expr = loss) -> sp.Expr:
            """The lift at which descent-ascent is stationary at a point: r = s c_DA."""
            return (model.r_of(loss, at) / s - 1) / forget_sign

        yield from model.stationarity(loss, forget_sign)
        yield positive("stationary at -m < 0 iff rho > 1", lift_at(-side * m) - 1)
        yield Identity("stationary at 0 iff rho = 1", lift_at(sp.Integer(0)), 1)
        yield negative("stationary at +x > 0 iff rho < 1", lift_at(x) - 1)
        yield positive("w_R - w_DA = u + m exceeds w_R = u", (u + side * m) - u)
    objective = (
        model.coefficients(forget_sign)["descent-ascent"] * model.EXPONENTIAL + ridge / 2 * w**2
    )
    point = {p: sp.Integer(1), lift: sp.Integer(2), ridge: sp.Integer(10)}
    yield Witness(
        "rho = 2, s = 1/10: the flow from the original cannot pass -1/2, so w_DA is finite",
        {**point, w: trap},
        holds=(sp.Lt(sp.diff(objective, w), 0), sp.Gt(w, -1)),
    )
    yield Witness(
        "and the bound holds there",
        holds=(
            less(
                sp.LambertW(sp.Rational(1, 10)),
                sp.LambertW(sp.Rational(1, 10)) - sp.LambertW(sp.Rational(-1, 10)),
            ),
        ),
    )
    half, whole = sp.LambertW(sp.Rational(1, 2)), sp.LambertW(sp.Integer(1))
    yield Witness(
        "rho = 1/2, s = 1: distance 0.215, below W(1) = 0.567",
        holds=(
            less(sp.Rational(2145, 10000), whole - half),
            less(whole - half, sp.Rational(2155, 10000)),
            less(sp.Rational(5665, 10000), whole),
            less(whole, sp.Rational(5675, 10000)),
        ),
    )
