"""When descent-ascent ends farther from the oracle than it began, and when on its way."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness, negative, positive
from ..kernel.theorems import LINE_FLOW, MEAN_VALUE
from . import model
from .model import EXPONENTIAL, LOGISTIC, MODEL, THRESHOLD, f, lift, odds, p, ridge, s, tau, u, w, x


def _harm(loss: sp.Expr, threshold: sp.Expr, fraction: sp.Expr, forget_sign: int) -> Parts:
    """Farther iff rho > f/(1+f): the order of the roots up to rho = 1, two bounds beyond."""
    _, original, unlearned = (c / p for c in model.coefficients(forget_sign).values())
    at_zero = 1 / model.inverse_psi(loss).subs(w, 0)
    excess, near, far = sp.symbols("delta near far", positive=True)
    scale = at_zero * s * excess
    yield from model.stationarity(loss, forget_sign)
    yield from model.increasing(loss)
    yield Identity("c_D - c_DA", original - unlearned, (1 + f) * (lift - threshold))
    yield positive("rho above: w_DA < w_D", (original - unlearned).subs(lift, threshold + x))
    yield negative("rho below: w_D < w_DA", (original - unlearned).subs(lift, threshold - x))
    yield positive("rho < 1: w_D < w_R", (1 - original).subs(lift, 1 - x))
    yield positive("rho > 0: w_DA < w_R", 1 - unlearned)
    yield Identity("rho = 0: w_DA = w_R", unlearned.subs(lift, 0), 1)
    yield Identity("rho = 1: w_D = w_R, and w_DA < w_R is farther", original.subs(lift, 1), 1)
    yield from model.distance_lemmas(loss)
    yield Identity(
        "rho = 1 + delta: s (c_D - 1) = r(w_D) - r(w_R) = s f delta",
        s * (original - 1).subs(lift, 1 + excess),
        s * f * excess,
    )
    yield Identity(
        "rho = 1 + delta: r(w_DA) = -s delta", s * unlearned.subs(lift, 1 + excess), -s * excess
    )
    # near, far: what the two lemmas leave over, far with w_R itself
    yield Identity(
        "farther by", (scale + far) - (fraction * scale - near), (1 - fraction) * scale + near + far
    )
    yield positive("which is positive", (1 - fraction) * scale + near + far)
    yield positive("the threshold is below 1", 1 - threshold)


@proves
def harm_threshold(
    threshold: sp.Expr = wrong(THRESHOLD, threshold_at_f=f),
    fraction: sp.Expr = wrong(f, all_data_or_more_forgotten=1 + odds),
    forget_sign: int = wrong(-1, forget_set_descended=1),
    fold: sp.Expr = wrong(1 + 1 / (sp.E * s), fold_dropped=sp.Integer(2)),
) -> Parts:
    """Exponential loss, every ridge; beyond the fold descent-ascent is infinitely far."""
    yield assume(
        MODEL,
        "exponential loss; w_DA is the limit of the gradient flow from w_D, and any "
        "stationary point where rho > 1",
    )
    yield cite(MEAN_VALUE, LINE_FLOW)
    beyond = 1 - (fold + tau)
    yield from _harm(EXPONENTIAL, threshold, fraction, forget_sign)
    yield from model.below_fold()
    yield Identity("beyond the fold s c_DA = -1/e - s tau", s * beyond, -1 / sp.E - s * tau)
    yield positive(
        "so the gradient is positive at every w: no stationary point, w -> -oo",
        (-1 / sp.E + x) - (-1 / sp.E - s * tau),
    )


@proves
def logistic_harm_threshold(
    threshold: sp.Expr = wrong(THRESHOLD, threshold_at_f=f),
    fraction: sp.Expr = wrong(f, all_data_or_more_forgotten=1 + odds),
    forget_sign: int = wrong(-1, forget_set_descended=1),
    psi_decreasing: int = wrong(1, psi_increasing=-1),
) -> Parts:
    """Logistic loss, every ridge; the lemmas once more for any psi, positive and decreasing."""
    yield assume(MODEL, "logistic loss; descent-ascent has one stationary point")
    yield cite(MEAN_VALUE)
    yield from _harm(LOGISTIC, threshold, fraction, forget_sign)
    yield from model.any_decreasing_psi(psi_decreasing)


@proves
def early_stopping_phases(
    threshold: sp.Expr = wrong(THRESHOLD, threshold_at_f=f),
    passes_above: sp.Expr = wrong(sp.Integer(1), passes_from_the_threshold_on=THRESHOLD),
    forget_sign: int = wrong(-1, forget_set_descended=1),
) -> Parts:
    """The sign of ``s c_DA - r`` at w_D, at w_R and between decides the phase."""
    yield assume(MODEL, "dw/dt = -J_DA'(w) from w_D")
    yield cite(MEAN_VALUE, LINE_FLOW)
    _, original, unlearned = (c / p for c in model.coefficients(forget_sign).values())

    delta = sp.Symbol("delta", positive=True)
    for loss in (EXPONENTIAL, LOGISTIC):
        objective = model.coefficients(forget_sign)["descent-ascent"] * loss + ridge / 2 * w**2
        inverse = model.inverse_psi(loss)
        strength = model.r_of(loss, u)
        speed = (sp.diff(objective, w) / ridge).subs({lift: 1 + delta, p: ridge * strength})
        share = inverse.subs(w, u) / inverse.subs(w, u + x)
        yield from model.stationarity(loss, forget_sign)
        yield Identity(
            "rho = 1 + delta: -dw/dt / lambda at u + x, the inverse of the integrand",
            speed.subs(w, u + x),
            u + x + delta * u * share,
        )
        yield positive(
            "it exceeds u, so the oracle is reached in finite time", x + delta * u * share
        )
    slope = sp.diff(model.r_of(LOGISTIC), w)
    yield positive(
        "exponential: r increases on w > -1", sp.diff(model.r_of(EXPONENTIAL), w).subs(w, x - 1)
    )
    yield Monotone(
        "logistic: r increases, above -2", slope.subs(w, -2 + x) - slope.subs(w, -2), x, ">"
    )
    yield Monotone(
        "logistic: r increases, below -2", slope.subs(w, -2 - x) - slope.subs(w, -2), x, ">"
    )
    yield Witness("logistic: the least slope is positive", holds=(less(0, slope.subs(w, -2)),))
    yield Identity(
        "the drift at w_D, over lambda s psi", unlearned - original, (1 + f) * (threshold - lift)
    )
    yield positive("rho below the threshold: up", (unlearned - original).subs(lift, threshold - x))
    yield positive("and the stationary point is short of w_R", 1 - unlearned)
    yield negative(
        "rho above the threshold: down", (unlearned - original).subs(lift, threshold + x)
    )
    yield positive("rho < 1: w_D starts below w_R, so it recedes", (1 - original).subs(lift, 1 - x))
    yield Identity("rho = 1: it starts at the oracle", original.subs(lift, 1), 1)
    yield positive("rho > 1: w_D starts above w_R", (original - 1).subs(lift, passes_above + x))
    yield negative("and the stationary point is below 0", unlearned.subs(lift, passes_above + x))
    yield from model.below_fold()
    yield negative(
        "exponential, rho = 1 + 1/(e s) + x: the drift is negative everywhere",
        s * unlearned.subs(lift, 1 + 1 / (sp.E * s) + x) + 1 / sp.E,
    )
