"""What the original model alone says of descent-ascent's end."""

from __future__ import annotations

import sympy as sp

from .kernel.decide import less
from .kernel.proof import Parts, assume, cite, proves, wrong
from .kernel.steps import Identity, Witness, nonnegative, positive
from .kernel.theorems import (
    COERCIVE,
    INTERMEDIATE_VALUE,
    MEAN_HESSIAN,
    SPECTRAL,
    STRICT_CONVEXITY,
    TAYLOR,
)

z = sp.Symbol("z", real=True)
LOGISTIC = sp.log(1 + sp.exp(-z))
ridge, s, b, f, q = sp.symbols("lambda s b f q", positive=True)


@proves
def influence_norm_is_blind(
    other_label: int = wrong(-1, loud_rows_of_one_sign=1),
    common: sp.Expr = wrong(sp.Integer(1), loud_rows_retained_only=sp.Integer(0)),
    loud_enough: sp.Expr = wrong(s / (1 - s / 4), half_as_loud=s / (2 - s / 2)),
    helped: int = wrong(0, lift_of_harm_in_both=1),
) -> Parts:
    """Loud rows set the norm and move nothing; quiet ones decide."""
    rho, share, length, w = sp.symbols("rho p l w", positive=True)
    psi, left, right = sp.symbols("psi u v", positive=True)
    slack = sp.Symbol("t", nonnegative=True)
    yield assume(
        "logistic loss, mean convention; p = s lambda of R and rho p of F are e_1, q of R and of F "
        "are l e_2 and -l e_2, equally many, all others 0; b = q l^2/lambda; 0 <= rho <= 1",
        "the Hessian is diagonal, the cross-influence matrix has one block of rank 1 for each "
        "coordinate, and its norm is the larger of theirs; norms are over sqrt(n_R n_F)",
        "each block is u v' times a number; psi is -phi'(w_D) at w_D >= 0",
    )
    yield cite(STRICT_CONVEXITY, INTERMEDIATE_VALUE, SPECTRAL)
    slope, bend = sp.diff(LOGISTIC, z), sp.diff(LOGISTIC, z, 2)
    pull = (slope.subs(z, 0) * length + other_label * slope.subs(z, 0) * length) / 2
    yield Identity("loud rows pull no model away from 0 in their coordinate", q * pull)
    yield Identity(
        "and in descent-ascent they cancel at every w: its coordinate is the ridge alone",
        (q - common * q) * (LOGISTIC.subs(z, length * w) + LOGISTIC.subs(z, -length * w)),
    )
    loud = q * length**2 / (ridge + q * length**2 * bend.subs(z, 0))
    yield Identity(
        "their raw norm is b/(1 + b/4)", loud.subs(q, b * ridge / length**2), b / (1 + b / 4)
    )
    yield Identity("weighted by phi'(0)^2: a quarter of it", slope.subs(z, 0) ** 2, bend.subs(z, 0))
    # loud enough: b = s/(1 - s/4) + t, for s < 4
    below = sp.Symbol("r", positive=True)
    strength = 4 * below / (1 + below)
    enough = (loud_enough + slack).subs(s, strength)
    yield nonnegative(
        "which is at least s",
        sp.factor(sp.together(enough / (1 + enough / 4) - strength)),
    )
    curve = sp.Symbol("c", nonnegative=True)
    root = sp.Symbol("x", positive=True)  # sqrt(rho) = x/(1 + x) < 1
    size = 1 - f + f * (root / (1 + root)) ** 2
    yield nonnegative(
        "the quiet block's raw norm is at most s (sqrt(rho) < 1; at 1 by continuity)",
        sp.factor(s - s * (root / (1 + root)) / (1 + s * sp.factor(size) * curve)).subs(
            f, left / (left + right)
        ),
    )
    u = sp.Symbol("U", positive=True)  # e^{w_D} = 1 + U
    at = sp.log(1 + u)
    yield nonnegative(
        "its slope is at most 1/2 where w_D >= 0",
        sp.simplify(sp.Rational(1, 4) - slope.subs(z, at) ** 2),
    )
    yield nonnegative(
        "its curvature at most 1/4",
        sp.Rational(1, 4) - bend,
        factors=(sp.Rational(1, 4), (sp.exp(z) - 1) ** 2 / (sp.exp(z) + 1) ** 2),
    )
    pulled = {
        "R": share * psi,
        "D": share * (1 - f + f * rho) * psi,
        "DA": share * (1 - rho) * psi,
    }
    yield Identity(
        "lift 0: descent-ascent's equation is the oracle's",
        pulled["DA"].subs(rho, helped),
        pulled["R"],
    )
    yield positive("and the original's is not", (pulled["R"] - pulled["D"]).subs(rho, helped))
    yield Identity(
        "lift 1: the original's equation is the oracle's", pulled["D"].subs(rho, 1), pulled["R"]
    )
    yield Identity("and descent-ascent's has no pull at all", pulled["DA"].subs(rho, 1))
    yield positive("so w_DA = 0 < w_R: between them the ratio takes every value", pulled["R"])
    yield _the_pair(helped)


def _the_pair(helped: int) -> Witness:
    """s = 2, f = 1/2, b = 4, raw norm 2 in both: original and descent-ascent at lift 0 and 1.

    An equation w (1 + e^w) = c has its root below x iff the left side exceeds c there.
    """
    strength, loudness, share = sp.Integer(2), sp.Integer(4), sp.Rational(1, 2)
    between = sp.Rational(41, 100)
    left = between * (1 + sp.exp(between))

    def pulls(lift: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        return strength * (1 - share + share * lift), strength * (1 - lift)

    (original, unlearned), (same, none) = pulls(sp.Integer(helped)), pulls(sp.Integer(1))
    return Witness(
        "one norm: at lift 0 descent-ascent is at the oracle and the original short of it, at lift "
        "1 the original is there and descent-ascent at 0",
        holds=(
            sp.Eq(loudness / (1 + loudness / 4), 2, evaluate=False),
            sp.Eq(unlearned, strength, evaluate=False),
            less(original, left),
            less(left, strength),
            sp.Eq(same, strength, evaluate=False),
            sp.Eq(none, 0, evaluate=False),
        ),
    )


@proves
def stationary_fixed_point(
    sign: int = wrong(-1, ascent_on_both_sets=1),
    tail: sp.Expr = wrong(1 / (1 - q), tail_of_the_series_left_out=sp.Integer(1)),
    bound: sp.Expr = wrong(sp.Integer(1), half_the_constant=sp.Rational(1, 2)),
) -> Parts:
    """The mean Hessians of both sets are between 0 and C, so their difference is within C."""
    yield assume(
        "w* is stationary; M_S is the mean Hessian of l_S over the segment from w* to w, x_S = "
        "v'M_S v in [0, C] for a unit eigenvector v of M_R - M_F; letters are components along v",
        "e is |w - w*|, step is |T(w) - w|; q = C/lambda",
    )
    yield cite(MEAN_HESSIAN, SPECTRAL, COERCIVE)
    w, gap = sp.symbols("w G", real=True)
    yield Identity(
        "T(w) = w - grad L_DA(w)/lambda is -G/lambda", w - (gap + ridge * w) / ridge, -gap / ridge
    )
    x, y, up, down = sp.symbols("x_R x_F j k", nonnegative=True)
    move = sp.Symbol("d", real=True)
    end = sp.Symbol("wstar", real=True)
    # G(w) = G(w*) + (M_R - M_F)(w - w*)
    yield Identity(
        "T(w) - w* = -(M_R - M_F)(w - w*)/lambda",
        -(-ridge * end + (x + sign * y) * move) / ridge - end,
        -(x - y) * move / ridge,
    )
    # C = x + j = y + k
    yield nonnegative("the difference is at most C", bound * (x + up) - (x - y).subs(y, 0))
    yield nonnegative("and at least -C", (x - y).subs(x, 0) + bound * (y + down))
    ratio = sp.Symbol("r", positive=True)  # q = r/(1 + r) < 1
    rate = ratio / (1 + ratio)
    step = sp.Symbol("step", positive=True)
    worst = sp.Symbol("e", positive=True)
    yield Identity(
        "e <= step + q e: at equality e is the tail's constant times the step",
        (worst - q * worst) * tail - worst,
    )
    yield positive("which is a bound, as 1 - q > 0", 1 - rate)
    yield positive("two stationary points would be closer than they are", worst - rate * worst)
    half = sp.Symbol("p", positive=True)
    yield Identity(
        "attained: T(w) = q w has step (1 - q) w and T^k(w) = q^k w",
        q**3 * tail * (1 - q) * half,
        q**3 * half,
    )
    curvature = sp.diff(LOGISTIC, z, 2).subs(z, 0)
    row = sp.Symbol("a", positive=True)
    pair = (LOGISTIC.subs(z, row * z) + LOGISTIC.subs(z, -row * z)) / 2
    yield Identity(
        "as margins vanish, by forgotten rows a and -a, retained ones 0: C = a^2/4",
        bound * sp.diff(pair, z, 2).subs(z, 0),
        curvature * row**2,
    )
    yield positive("a step moves", step)


@proves
def signed_newton_step(
    half: sp.Expr = wrong(sp.Rational(1, 2), a_third=sp.Rational(1, 3)),
    pivot: int = wrong(1, eigenvalues_made_positive=-1),
) -> Parts:
    """Taylor's remainder through the inverse, eigenvalue by eigenvalue."""
    yield assume(
        "d = w* - w; h is an eigenvalue of H, of either sign, at least sigma in size; letters are "
        "components along its eigenvector; |r| <= M |d|^2/2 is Taylor's remainder of grad J",
    )
    yield cite(TAYLOR, SPECTRAL)
    d, r = sp.symbols("d r", real=True)
    h = sp.Symbol("h", real=True, nonzero=True)
    sigma, more = sp.symbols("sigma j", positive=True)
    third, reach, t = sp.symbols("M e t", positive=True)
    # grad J(w*) = 0 = g + h d + r
    gradient = -h * d - r
    yield Identity("the step is off by r/h", -gradient / (pivot * h) - d, r / h)
    yield Identity("exact where there is no remainder", (-gradient / (pivot * h) - d).subs(r, 0))
    yield Identity(
        "the remainder: the integral of M t e over the segment",
        sp.integrate(third * t * reach * reach, (t, 0, 1)),
        half * third * reach**2,
    )
    yield positive("1/|h| is at most 1/sigma", 1 / sigma - 1 / (sigma + more))
    time, rate = sp.symbols("T a", positive=True)
    yield Identity(
        "quadratic: the flow from w* + d",
        sp.diff(d * sp.exp(-h * time), time),
        -h * d * sp.exp(-h * time),
    )
    yield Identity("it ends where h > 0", sp.limit(sp.exp(-rate * time), time, sp.oo))
    yield positive("and grows where h < 0", sp.diff(sp.exp(rate * time), time))
    cubic = ridge * z**2 / 2 + third * z**3 / 6
    slope, bend = sp.diff(cubic, z), sp.diff(cubic, z, 2)
    x = sp.Symbol("x", positive=True)
    newton = sp.simplify((z - slope / bend).subs(z, x))
    yield Identity(
        "attained: a cubic, stationary at 0, from x",
        newton,
        half * third * x**2 / bend.subs(z, x),
    )
    yield positive("the error is not 0 there", newton)
