"""When the flow passes the oracle in one block, and why it never does in all of them."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness, negative, nonpositive, positive
from ..kernel.theorems import LINE_FLOW, MEAN_VALUE, TAYLOR
from . import model
from .model import EXPONENTIAL, LOGISTIC, MODEL, THRESHOLD, f, lift, p, ridge, s, u, w, x

UNIQUE_FLOW = (
    "Picard-Lindeloef: a flow with a differentiable right-hand side does not reach a stationary "
    "point in finite time"
)


@proves
def no_stopping_time(
    covered: sp.Expr = wrong(sp.Integer(1), half_the_retained_rows_outside=sp.Rational(1, 2)),
    below: int = wrong(-1, blocks_above_lift_one_alone=1),
    nearest_above: sp.Expr = wrong(THRESHOLD, original_is_nearest_from_zero_on=sp.Integer(0)),
    forget_sign: int = wrong(-1, forget_set_descended=1),
) -> Parts:
    """Some block has a lift below 1, and there the oracle is a barrier from below."""
    yield assume(
        MODEL,
        "every sample, retained or forgotten, is in a block: sum p_j = sum q_j = 1; not all lifts "
        "are 1; dw/dt = -J_DA'(w) from w_D",
        "delta > 0: how far one lift is from 1; 0 < x <= 1, 1 - x = y >= 0: the lift of a block "
        "below 1",
    )
    yield cite(MEAN_VALUE, LINE_FLOW, UNIQUE_FLOW)
    delta = sp.Symbol("delta", positive=True)
    y = sp.Symbol("y", nonnegative=True)
    _, original, unlearned = (c / p for c in model.coefficients(forget_sign).values())
    others = (1 - p * (1 + delta)) - (covered - p)  # sum of q - p over the other blocks
    yield negative("a lift 1 + delta leaves sum (q - p) < 0 to the others: one is below 1", others)
    yield positive(
        "a lift 1 - delta leaves it positive: one is above 1",
        (1 - p * (1 - delta)) - (1 - p),
    )
    for loss in (EXPONENTIAL, LOGISTIC):
        yield from model.stationarity(loss, forget_sign)
        yield from model.increasing(loss)
    yield negative("lift below 1: w_D < w_R", (original - 1).subs(lift, 1 + below * x))
    yield nonpositive(
        "at the oracle the flow goes down or stands still", (unlearned - 1).subs(lift, y)
    )
    yield Identity("it stands still at lift 0 alone", unlearned - 1, -lift)
    yield negative("the block above 1 ends below 0", unlearned.subs(lift, 1 + delta))
    top = (original - unlearned).subs(lift, nearest_above + x)
    yield positive("nearest to w_R, lift above f/(1+f): the original", top)
    yield Identity(
        "at f/(1+f) the two change places", (original - unlearned).subs(lift, nearest_above), 0
    )


@proves
def crossing_time(
    passed: sp.Expr = wrong(lift - 1, lift_not_reduced=lift),
    weight: int = wrong(1, slope_of_the_root_dropped=0),
    parabola: sp.Expr = wrong(sp.Rational(1, 2), error_of_a_quarter=sp.Rational(1, 4)),
    second: int = wrong(3, one_time_for_both=2),
) -> Parts:
    """In ``c = r(w)/s`` the time is a logarithm, damped by how r grows."""
    yield assume(
        MODEL,
        "lift above 1: rho = 1 + delta; dw/dt = -J_DA'(w) from w_D, down to w_R; c = r(w)/s falls "
        "from 1 + f (rho - 1) to 1; E = 1/psi, h = w E'/E",
    )
    yield cite(MEAN_VALUE, TAYLOR)
    delta = sp.Symbol("delta", positive=True)
    c = sp.Symbol("c", positive=True)
    for name, loss, bend in (
        ("exponential", EXPONENTIAL, w),
        ("logistic", LOGISTIC, w / (1 + sp.exp(-w))),
    ):
        objective = model.coefficients()["descent-ascent"] * loss + ridge / 2 * w**2
        inverse, slope = model.inverse_psi(loss), sp.diff(model.r_of(loss), w)
        yield from model.stationarity(loss)
        yield Identity(
            f"{name}: the speed, with p = lambda s and s c = r(w)",
            (sp.diff(objective, w) * inverse / ridge).subs(p, ridge * s),
            s * (model.r_of(loss) / s + passed),
        )
        yield Identity(
            f"{name}: dc/dw = (1 + h) E/s, so lambda dt = dc/((1 + h)(c + rho - 1))",
            slope / inverse,
            1 + weight * bend,
        )
        yield positive(f"{name}: h increases", sp.diff(bend, w).subs(w, u))
        yield positive(f"{name}: r is convex", sp.diff(model.r_of(loss), w, 2).subs(w, u))
    share = f * delta / (1 + delta)
    antiderivative = sp.log(c + delta)
    yield Identity("the logarithm's derivative", sp.diff(antiderivative, c), 1 / (c + delta))
    yield Identity(
        "over the whole range: log(1 + f (1 - 1/rho))",
        sp.exp(antiderivative.subs(c, 1 + f * delta) - antiderivative.subs(c, 1)),
        1 + share,
    )
    yield Monotone("log(1 + x) < x", x - sp.log(1 + x), x, ">")
    yield Monotone("log(1 + x) > x - x^2/2", sp.log(1 + x) - x + parabola * x**2, x, ">")
    fraction, rho = sp.Rational(1, 10), sp.Integer(second)
    x_first, x_second = (fraction * (1 - 1 / sp.Integer(k)) for k in (2, rho))
    # r(1) = e, r'(1) = 2 e: w_D <= 1 + f (rho - 1)/2 by convexity
    top = 1 + fraction * (rho - 1) / 2
    yield Witness(
        f"exponential, w_R = 1, f = 1/10: lifts 2 and {second} pass at different times",
        holds=(less(sp.log(1 + x_first) / 2, sp.log(1 + x_second) / (1 + top)),),
    )
