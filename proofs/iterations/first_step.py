"""The first step of descent-ascent, and the Newton step that removes the forget set."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Witness, nonnegative, positive
from ..kernel.theorems import STRONG_CONVEXITY
from . import setting
from .setting import COORDINATE, G_F, G_R, MEANS, STATIONARY


@proves
def first_step_identity(
    shrinkage: int = wrong(1, no_shrinkage=0),
    scale_by: str = wrong("n_F", scaled_by_retain="n_R"),
    stationary: bool = wrong(True, start_anywhere=False),
    curvature_sign: int = wrong(1, concave_loss=-1),
) -> Parts:
    """The first step is scaled retain descent plus shrinkage; when it moves away."""
    yield assume(MEANS, STATIONARY, COORDINATE, "convex loss for the last part")
    yield cite(STRONG_CONVEXITY)
    at = setting.objectives()
    count = {"n_F": at.n_forget, "n_R": at.n_retain}[scale_by]
    residual = sp.Integer(0) if stationary else at.w  # another start: grad L_D(w) = w, say
    original = setting.original_objective(at) - residual * at.w / 2
    oracle = at.retain + at.penalty
    ascent = at.retain - at.forget + at.penalty
    ascent_on_both = oracle - (at.forget + at.penalty)
    in_sums = at.sum_retain + at.penalty
    retain_slope = at.slope(oracle)
    yield Identity(
        "gradient of descent-ascent at w_D",
        at.at_stationary(ascent, original),
        at.n / count * retain_slope + shrinkage * at.ridge * at.w,
    )
    yield Identity(
        "with the ridge ascended too: parallel to retain descent",
        at.at_stationary(ascent_on_both, original),
        at.n / count * retain_slope,
    )
    yield Identity(
        "sum convention: parallel as well, twice retain descent",
        at.at_stationary(in_sums - at.sum_forget, in_sums + at.sum_forget - residual * at.w / 2),
        2 * at.slope(in_sums),
    )
    # the squared distance after a step, coordinate by coordinate (sum over j)
    eta, fraction, ridge = sp.symbols("eta f lambda", positive=True)
    h, w, delta = sp.symbols("h_j w_j delta_j", real=True)
    g = h / fraction + ridge * w
    moved = (w - eta * g - (w + delta)) ** 2 - delta**2
    yield Identity(
        "rate of the squared distance at step size 0",
        sp.diff(moved, eta).subs(eta, 0) / 2,
        ridge * w * delta - (-h * delta) / fraction,
    )
    yield Identity(
        "closer iff eta is below 2 <-g, delta> / ||g||^2",
        moved,
        eta * (eta * g**2 - 2 * (-g * delta)),
    )
    # L_R on the segment w_D + t delta, one sample's share: margin z + k t
    t, z, k = sp.symbols("t z k", real=True)
    square = sp.Symbol("Delta", positive=True)  # ||delta||^2
    for name, loss in (("logistic", setting.logistic(z)), ("exponential", sp.exp(-z))):
        along = curvature_sign * loss.subs(z, z + k * t)
        yield nonnegative(f"convex along the segment, {name}", sp.simplify(sp.diff(along, t, 2)))
    margin = sp.Symbol("m", positive=True)
    surplus = sp.Symbol("sigma", nonnegative=True)
    # <-grad L_R(w_D), delta> = lambda ||delta||^2 + sigma, sigma >= 0, by the mean value theorem
    inner = ((ridge * square + surplus) / fraction + margin) / ridge  # <w_D, delta> if away
    yield positive(
        "a step away needs ||w_R||^2 - ||w_D||^2 - (1 + 2/f)||delta||^2 > 0",
        (2 * inner + square) - (1 + 2 / fraction) * square,
    )
    yield from _first_step_goes_both_ways()


def _first_step_goes_both_ways() -> Parts:
    """One block, exponential loss, lambda = 1/e (so w_R = 1), f = 1/2; the lift follows w_D."""
    w, lift = sp.symbols("w rho")
    half, ridge = sp.Rational(1, 2), sp.exp(-1)
    oracle = sp.exp(-w) + ridge * w**2 / 2
    original = half * (1 + lift) * sp.exp(-w) + ridge * w**2 / 2
    lift_of = sp.solve(sp.diff(original, w), lift)[0]
    rate = ridge * w * (1 - w) + sp.diff(oracle, w) * (1 - w) / half
    away = sp.Gt(rate, 0)
    inside, above = sp.Rational(9, 10), sp.Rational(11, 10)
    yield Identity("the oracle of the example is 1", sp.diff(oracle, w).subs(w, 1), 0)
    yield Witness(
        "w_D = 0.9, lift in [f/(1+f), 1]: the first step moves away",
        {w: inside},
        holds=(away, sp.Gt(lift_of, sp.Rational(1, 3)), sp.Lt(lift_of, 1)),
    )
    yield Witness(
        "w_D = 1.1, lift above 1: the first step comes closer",
        {w: above},
        holds=(sp.Gt(lift_of, 1),),
        fails=(away,),
    )


@proves
def newton_step_is_scaled_ascent(
    ridge_term: int = wrong(1, no_ridge=0),
    direction: int = wrong(1, opposite_step=-1),
    denominator: str = wrong("n_R", share_of_all="n"),
    forget_curvature: int = wrong(0, hessian_of_all_data=1),
) -> Parts:
    """The Newton removal step is preconditioned ascent: one linear relation, times H^{-1}."""
    yield assume(MEANS, STATIONARY, "H = grad^2 L_R(w_D) invertible", COORDINATE)
    at = setting.objectives()
    below = {"n_R": at.n_retain, "n": at.n}[denominator]
    solved = sp.solve(at.slope(setting.original_objective(at)), G_R)[0]
    retain_slope = at.slope(at.retain + at.penalty).subs(G_R, solved)
    in_sums = at.sum_retain + at.penalty
    sum_solved = sp.solve(at.slope(in_sums + at.sum_forget), G_R)[0]
    # any dimension: vectors and the inverse Hessian as non-commutative symbols
    inverse, g, w = sp.symbols("H^{-1} g w", commutative=False)
    odds = at.n_forget / below
    retain_vector = -at.n_forget / at.n_retain * (g + at.ridge * w)  # the relation just proved
    step = inverse * retain_vector
    # a quadratic retain objective: the step ends at its minimiser; the inverse is that of H
    hessian, oracle, extra = sp.symbols("H w_R H_F", commutative=False)
    gradient = (hessian - forget_curvature * extra) * (w - oracle)
    to_oracle = sp.expand(w - inverse * gradient).subs(inverse * hessian, 1)
    yield Identity(
        "grad L_R(w_D) = -(n_F/n_R)(grad l_F + lambda w_D)",
        retain_slope,
        -direction * odds * (G_F + ridge_term * at.ridge * at.w),
    )
    yield Identity(
        "sum convention: grad L_R(w_D) = -grad l_F, sums",
        at.slope(in_sums).subs(G_R, sum_solved),
        -direction * at.slope(at.sum_forget),
    )
    yield Identity(
        "the step, H^{-1} applied from the left",
        w - step,
        w + direction * odds * inverse * (g + ridge_term * at.ridge * w),
    )
    yield Identity("exact for a quadratic retain loss: it lands on w_R", to_oracle, oracle)
