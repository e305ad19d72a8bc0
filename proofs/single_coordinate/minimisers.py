"""Where the three objectives are stationary, and which of those points are minima."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness, negative, positive
from ..kernel.theorems import (
    GRUNTZ,
    INTERMEDIATE_VALUE,
    MEAN_VALUE,
    SECOND_DERIVATIVE,
    STRICT_CONVEXITY,
)
from . import model
from .model import EXPONENTIAL, LOGISTIC, MODEL, h, lift, p, ridge, s, tau, w, x, y


@proves
def lambert_minimiser(
    loss: sp.Expr = wrong(EXPONENTIAL, wrong_sign_of_margin=sp.exp(w)),
    half: sp.Expr = wrong(sp.Rational(1, 2), ridge_without_half=sp.Integer(1)),
    forget_sign: int = wrong(-1, forget_set_descended=1),
) -> Parts:
    """Stationary points in the paper's letters and in (s, rho, f); they are minima on W0."""
    yield assume(MODEL, "exponential loss; mean convention")
    yield cite(SECOND_DERIVATIVE, STRICT_CONVEXITY)
    n_r, n_f, in_r, in_f = sp.symbols("n_R n_F R_j F_j", positive=True)
    n, alpha = n_r + n_f, in_f / in_r
    strength, the_lift, share = in_r / (ridge * n_r), (in_f / n_f) / (in_r / n_r), n_f / n
    objectives = {
        "oracle": (in_r / n_r, in_r / (ridge * n_r), 1),
        "original": (
            (in_r + in_f) / n,
            (1 + alpha) * in_r / (ridge * n),
            1 + share * (the_lift - 1),
        ),
        "descent-ascent": (
            in_r / n_r + forget_sign * in_f / n_f,
            (1 - alpha * n_r / n_f) * in_r / (ridge * n_r),
            1 - the_lift,
        ),
    }

    for name, (coefficient, printed, c) in objectives.items():
        gradient = sp.diff(coefficient * loss + half * ridge * w**2, w)
        target = ridge * sp.exp(-w) * (w * sp.exp(w) - printed)
        yield Identity(f"{name}: stationary iff w e^w = z", gradient, target)
        yield Identity(f"{name}: z = s c", printed, strength * c)
    c = sp.Symbol("c", real=True)
    curvature = sp.diff(c * loss + half * ridge * w**2, w, 2)
    at_root = curvature.subs(c, ridge * w * sp.exp(w))
    convex = curvature.subs(c, sp.Symbol("c", nonnegative=True))
    yield positive("c >= 0: strictly convex, a global minimum", convex)
    yield Identity("the curvature there is lambda (1 + w)", at_root, ridge * (1 + w))
    yield positive("positive on W0", at_root.subs(w, -1 + x))
    yield positive("w e^w increases on W0", sp.diff(model.r_of(EXPONENTIAL), w).subs(w, x - 1))


@proves
def da_branches(
    side: int = wrong(1, labels_as_printed=-1),
    fold: sp.Expr = wrong(1 + 1 / (sp.E * s), fold_without_e=1 + 1 / s),
    forget_sign: int = wrong(-1, one_branch_only=1),
) -> Parts:
    """W0 is the minimum and W-1 the maximum; where both vanish; unbounded below."""
    yield assume(MODEL, "exponential loss")
    yield cite(MEAN_VALUE, SECOND_DERIVATIVE, STRICT_CONVEXITY, GRUNTZ)
    delta = sp.Symbol("delta", positive=True)
    objective = model.coefficients(forget_sign)["descent-ascent"] * EXPONENTIAL + ridge / 2 * w**2
    at_root = sp.diff(objective, w, 2).subs(lift, 1 - ridge * w * sp.exp(w) / p)
    r = model.r_of(EXPONENTIAL)
    n_r, n_f, in_r, alpha = sp.symbols("n_R n_F R_j alpha", positive=True)
    printed = sp.solve(sp.Eq(alpha * n_r / n_f, fold.subs(s, in_r / (ridge * n_r))), alpha)[0]
    falling = objective.subs({lift: 1 + delta, w: -x})
    cubic = -(x**2) / 6 * (p * delta * x - 3 * ridge)
    point = {p: sp.Integer(1), lift: sp.Integer(2), ridge: sp.Integer(10)}
    upper, lower = sp.LambertW(sp.Rational(-1, 10)), sp.LambertW(sp.Rational(-1, 10), -1)
    bend = sp.diff(objective, w, 2)
    yield from model.stationarity(EXPONENTIAL, forget_sign)
    yield positive(
        "rho <= 1: strictly convex, one global minimum",
        sp.diff(objective, w, 2).subs(lift, 1 / (1 + sp.Symbol("t", nonnegative=True))),
    )
    yield Identity("the second derivative at a stationary point", at_root, ridge * (1 + w))
    yield positive("a minimum above -1 (W0)", at_root.subs(w, -1 + side * x))
    yield negative("a maximum below -1 (W-1)", at_root.subs(w, -1 - side * x))
    yield from model.below_fold()
    yield positive("w e^w increases above -1", sp.diff(r, w).subs(w, -1 + x))
    yield negative("w e^w decreases below -1", sp.diff(r, w).subs(w, -1 - x))
    yield Identity("w e^w -> 0 from below at -oo", sp.limit(r, w, -sp.oo), 0)
    yield negative("and is negative for w < 0", r.subs(w, -x))
    yield Identity("the fold: s (1 - rho) = -1/e", s * (1 - fold), -1 / sp.E)
    yield Identity(
        "the fold in the paper's letters", printed, n_f / n_r + ridge * n_f / (sp.E * in_r)
    )
    yield Identity("at the fold the second derivative vanishes", at_root.subs(w, -1), 0)
    yield positive(
        "and the third does not: an inflection",
        sp.diff(objective, w, 3).subs(lift, 1 + ridge / (sp.E * p)).subs(w, -1),
    )
    yield Monotone("e^x > x^3/6", sp.exp(x) - x**3 / 6, x, ">")
    yield Identity(
        "rho > 1: the objective at -x, against the cubic",
        cubic - falling,
        p * delta * (sp.exp(x) - x**3 / 6),
    )
    yield negative(
        "the cubic bound falls without end",
        cubic.subs(x, 3 * ridge / (p * delta) + tau),
        factors=(-sp.Rational(1, 6), (3 * ridge / (p * delta) + tau) ** 2, p * delta * tau),
    )
    yield Witness(
        "rho = 2, s = 1/10: the labels as printed are the wrong way round",
        point,
        holds=(sp.Gt(bend.subs(w, upper), 0), sp.Lt(bend.subs(w, lower), 0)),
        fails=(sp.Lt(bend.subs(w, upper), 0), sp.Gt(bend.subs(w, lower), 0)),
    )


@proves
def vanishing_ridge(
    second: sp.Expr = wrong(
        sp.Integer(1), logarithm_alone=sp.Integer(0), plus_log_log=sp.Integer(-1)
    ),
    at_lift: sp.Expr = wrong(sp.Integer(1), lift_below_one=sp.Rational(1, 2)),
    fold: sp.Expr = wrong(sp.E * p * (lift - 1), fold_without_e=p * (lift - 1)),
) -> Parts:
    """``W(s)`` between ``L - ln L`` and ``L - ln(L - ln L)``, the gaps tending to 0."""
    yield assume(MODEL, "exponential loss, s = p/lambda > e, w = W(s) > 1")
    yield cite(GRUNTZ)
    root = 1 + x  # w = W(s) > 1, so s > e
    log = root + sp.log(root)  # L = ln s = w + ln w
    lower = log - second * sp.log(log)
    ratio = sp.log(root) / root
    share = positive(
        "ln w / w > 0", ratio, factors=(Monotone("ln w > 0", sp.log(root), x, ">"), 1 / root)
    )
    whole, minimum = (
        model.coefficients()["original"] / p,
        model.coefficients()["descent-ascent"] / p,
    )
    yield from model.stationarity(EXPONENTIAL)
    yield Identity("rho = 1: the original is the oracle", whole.subs(lift, at_lift), 1)
    yield Identity("rho = 1: descent-ascent ends at 0", minimum.subs(lift, at_lift), 0)
    yield Identity(
        "L = ln(w e^w)", sp.expand_log(sp.log(model.r_of(EXPONENTIAL, root)), force=True), log
    )
    yield Identity("w - (L - ln L) = ln(L/w)", root - lower, sp.log(log) - sp.log(root))
    yield Identity("L/w = 1 + ln w / w", log / root, 1 + ratio)
    yield share
    yield Monotone("ln(1 + y) > 0", sp.log(1 + y), y, ">")
    yield Identity(
        "L - ln(L - ln L) - w = ln w - ln(L - ln L): the lower bound again",
        log - sp.log(lower) - root,
        sp.log(root) - sp.log(lower),
    )
    yield Identity("both bounds are exact at w = 1", lower.subs(x, 0), 1)
    yield Identity("ln w / w -> 0, so the lower gap does", sp.limit(ratio, x, sp.oo), 0)
    yield Identity(
        "L/w -> 1: like ln(1/lambda) to leading order", sp.limit(log / root, x, sp.oo), 1
    )
    yield Identity("(L - ln L)/w -> 1, so the upper gap -> 0", sp.limit(lower / root, x, sp.oo), 1)
    yield Identity(
        "rho < 1: w_R - w_DA = -ln(1 - rho) - ln(w_R/w_DA), bounded for every ridge",
        sp.expand_log(
            sp.log(model.r_of(EXPONENTIAL, y + h) / model.r_of(EXPONENTIAL, y)), force=True
        )
        - (sp.log(y + h) - sp.log(y)),
        h,
    )
    far = sp.Integer(10) ** 8
    yield Witness(
        "lambda = 1e-8, p = 1: W(s) = 15.67, ln s = 18.42",
        holds=(
            less(sp.Rational(15665, 1000), sp.LambertW(far)),
            less(sp.LambertW(far), sp.Rational(15675, 1000)),
            less(sp.Rational(18415, 1000), sp.log(far)),
            less(sp.log(far), sp.Rational(18425, 1000)),
        ),
    )
    yield from model.below_fold()
    yield Identity(
        "at lambda = e p (rho - 1) the root is the fold's", -p * (lift - 1) / fold, -1 / sp.E
    )
    yield positive(
        "rho = 1 + tau, a smaller ridge: s c_DA is below -1/e, no stationary point",
        -1 / sp.E - (s * minimum).subs({lift: 1 + tau, s: (1 + x) * p / fold.subs(lift, 1 + tau)}),
    )


@proves
def logistic_minimiser(
    floor: sp.Expr = wrong(1 - sp.exp(-2), slope_too_large=1 - sp.exp(-3)),
    loss: sp.Expr = wrong(LOGISTIC, exponential_loss=EXPONENTIAL),
    lowest: int = wrong(-2, least_slope_at_minus_one=-1),
) -> Parts:
    """``w (1 + e^w)`` maps the line onto itself, increasing: one stationary point, a minimum."""
    yield assume(MODEL, "logistic loss, any rho >= 0")
    yield cite(MEAN_VALUE, INTERMEDIATE_VALUE)
    r = model.r_of(loss)
    slope = sp.diff(r, w)
    yield from model.stationarity(loss)
    yield Identity("r(w) = w (1 + e^w)", r, w * (1 + sp.exp(w)))
    yield Identity("r' takes its least value there", slope.subs(w, lowest), floor)
    yield Monotone("r' is above it to the right", (slope - floor).subs(w, lowest + x), x, ">")
    yield Monotone("r' is above it to the left", (slope - floor).subs(w, lowest - x), x, ">")
    yield Witness("which is positive", holds=(less(0, floor),))
    yield Monotone("so r(x) is above that multiple of x", r.subs(w, x) - floor * x, x, ">")
    yield negative("and r(-x) below that multiple of -x: r is onto", r.subs(w, -x) + floor * x)
