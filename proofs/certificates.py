"""Distance to a retrained optimum from quantities at hand, without retraining."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from .kernel.decide import less
from .kernel.proof import Parts, assume, cite, proves, wrong
from .kernel.steps import Identity, Monotone, Step, Witness, nonnegative, nonpositive, positive
from .kernel.theorems import GRUNTZ, MEAN_HESSIAN, MEAN_VALUE, SPECTRAL

z, m = sp.symbols("z m", real=True)
x = sp.Symbol("x", real=True)
ridge = sp.Symbol("lambda", positive=True)
delta = sp.Symbol("delta", positive=True)
above, room = (sp.Symbol(s, nonnegative=True) for s in ("k", "j"))


def logistic(margin: sp.Expr) -> sp.Expr:
    """Return ``log(1 + e^-z)``."""
    return sp.log(1 + sp.exp(-margin))


def exponential(margin: sp.Expr) -> sp.Expr:
    """Return ``e^-z``."""
    return sp.exp(-margin)


@proves
def distance_sandwich(
    curvature_bound: sp.Expr = wrong(sp.Rational(1, 4), curvature_of_one_eighth=sp.Rational(1, 8)),
    strength: int = wrong(1, ridge_counted_twice=2),
    convexity: int = wrong(1, negative_coefficients=-1),
    ridge_in_smoothness: int = wrong(1, ridge_left_out_of_smoothness=0),
) -> Parts:
    """Bound the distance by the gradient norm over the largest and the smallest curvature."""
    yield assume(
        "J = sum c_i phi(a_i.w + o_i) + (lambda/2)|w|^2 with c_i >= 0 and lambda > 0; w* "
        "minimises J, w is any point, D = w - w*",
        "M is the mean of the Hessian over the segment from w* to w",
        "in an orthonormal eigenbasis of M: eigenvalue lambda + k, k >= 0, at most "
        "L = lambda + k + j, j >= 0; x is one component of D, sums go component by component",
        "s = |A_c| is the spectral norm of the rows sqrt(c_i) a_i: |A_c v| <= s |v|",
    )
    yield cite(MEAN_HESSIAN, SPECTRAL)
    t = sp.Symbol("t", real=True)
    slope, curvature = sp.diff(logistic(z), z), sp.diff(logistic(z), z, 2)
    eigenvalue = ridge + convexity * above
    smoothness = ridge_in_smoothness * ridge + convexity * above + room
    strong = strength * ridge
    w, feature = sp.Symbol("w", positive=True), sp.Symbol("a", positive=True)
    pair = (logistic(feature * w) + logistic(-feature * w)) / 2 + ridge * w**2 / 2
    unseen = logistic(0 * w) + ridge * w**2 / 2
    yield Identity(
        "mean value: the slope along the segment integrates the curvature",
        sp.diff(slope.subs(z, z + t * m), t),
        m * curvature.subs(z, z + t * m),
    )
    yield nonnegative(
        "upper bound: the gradient is at least lambda per unit of distance",
        (eigenvalue * x) ** 2 - (strong * x) ** 2,
    )
    yield nonnegative(
        "lower bound: the gradient is at most L per unit of distance",
        (smoothness * x) ** 2 - (eigenvalue * x) ** 2,
        factors=(x**2, room, 2 * ridge + 2 * above + room),
    )
    yield nonnegative(
        "logistic: L = lambda + |A_c|^2/4, because the curvature is at most a quarter",
        curvature_bound - curvature,
        factors=((sp.exp(z) - 1) ** 2, 1 / (4 * (1 + sp.exp(z)) ** 2)),
    )
    yield Identity(
        "upper bound attained: along a direction that no sample sees",
        sp.diff(unseen, w),
        strong * w,
    )
    yield Identity(
        "lower bound best possible: a sample and its opposite, w* = 0",
        sp.limit(sp.diff(pair, w) / w, w, 0),
        ridge + curvature_bound * feature**2,
    )
    yield Identity("where w* = 0 indeed", sp.diff(pair, w).subs(w, 0))
    yield Witness(
        "convexity is needed: a curvature of -lambda/2 breaks the upper bound",
        {ridge: sp.Integer(1), x: sp.Integer(1)},
        fails=((-ridge / 2 * x) ** 2 - (strong * x) ** 2 >= 0,),
    )


@proves
def self_concordant_sandwich(
    rate: sp.Expr = wrong(
        sp.Integer(1), half_the_rate=sp.Rational(1, 2), rate_one_tenth_less=sp.Rational(9, 10)
    ),
    loss: Callable[[sp.Expr], sp.Expr] = wrong(
        exponential, loss_of_twice_the_margin=lambda margin: sp.exp(-2 * margin)
    ),
    swapped: bool = wrong(False, sides_swapped=True),
) -> Parts:
    """Bound the distance, in the norm of the Hessian at hand, by the length of a Newton step."""
    yield assume(
        "J = sum c_i phi(a_i.w + o_i) + (lambda/2)|w|^2, c_i >= 0, lambda > 0, H its Hessian "
        "at w, D = w* - w, step = -H^-1 grad J(w); all norms are |v|_H = sqrt(v'Hv)",
        "m = a_i.D and |m| <= delta for every sample with c_i > 0, "
        "p = delta + m >= 0, q = delta - m >= 0",
        "between low H and high H lies the mean of the Hessian over the segment; in an "
        "eigenbasis of H^-1/2 M H^-1/2 its eigenvalue is a + k, at most a + k + j",
        "R = max |a_i|_{H^-1}, so delta <= R |D|; kappa = R |step| < 1",
    )
    yield cite(MEAN_HESSIAN, SPECTRAL, MEAN_VALUE, GRUNTZ)
    low, high = (1 - sp.exp(-delta)) / delta, (sp.exp(delta) - 1) / delta
    if swapped:
        low, high = high, low
    t, kappa = sp.Symbol("t", real=True), sp.Symbol("kappa", positive=True)
    small = sp.Symbol("a", positive=True)
    rise = 1 - sp.exp(-delta) - delta * sp.exp(-delta)
    fall = sp.exp(delta) - 1 - delta * sp.exp(delta)
    excess = delta * (sp.exp(delta) + 1) - 2 * (sp.exp(delta) - 1)
    bounds: tuple[Step, ...] = (
        Identity("mean of the lower factor", sp.integrate(sp.exp(-delta * t), (t, 0, 1)), low),
        Identity("mean of the upper factor", sp.integrate(sp.exp(delta * t), (t, 0, 1)), high),
        nonnegative("so |step| >= low |D|", ((small + above) * x) ** 2 - (small * x) ** 2),
        nonnegative(
            "and |step| <= high |D|", ((small + above + room) * x) ** 2 - ((small + above) * x) ** 2
        ),
        Identity("1/low grows with delta:", sp.diff(1 / low, delta) * (low * delta) ** 2, rise),
        Monotone("its derivative is positive", rise, delta, ">"),
        Identity("1/high shrinks:", sp.diff(1 / high, delta) * (high * delta) ** 2, fall),
        Monotone("its derivative is negative", fall, delta, "<"),
        Identity(
            "vector form: |D - step| <= (1/low - 1)|step|, as 1/low - 1 against 1 - 1/high",
            ((1 / low - 1) - (1 - 1 / high)) * (sp.exp(delta) - 1),
            excess,
        ),
        Monotone("is the larger of the two", excess, delta, ">"),
        Identity(
            "without the oracle: R |D| = delta gives R |step| >= 1 - e^-delta",
            low * delta,
            1 - sp.exp(-delta),
        ),
        Identity(
            "whose inverse bounds delta", (low * delta).subs(delta, -sp.log(1 - kappa)), kappa
        ),
        Identity(
            "the rate is best possible: on a far tail curvature changes by exactly e^-m",
            sp.limit(_tail_ratio(m, z), z, sp.oo),
            sp.exp(-m),
        ),
        Witness(
            "within 5.1 % on both sides at delta = 1/10",
            {delta: sp.Rational(1, 10)},
            holds=(1 / low < sp.Rational(1051, 1000), 1 / high > sp.Rational(949, 1000)),
        ),
    )
    yield from _growth("logistic", logistic, rate)
    yield from _growth("exponential", loss, rate)
    yield Monotone("the ridge lies above its lower factor", 1 - sp.exp(-delta), delta, ">=")
    yield Monotone("and below its upper factor", sp.exp(delta) - 1, delta, ">=")
    yield from bounds


def _tail_ratio(shift: sp.Expr, margin: sp.Symbol) -> sp.Expr:
    """Return ``phi''(z + m)/phi''(z)`` of the logistic loss, with ``u = e^-z`` explicit."""
    curvature = sp.diff(logistic(margin), margin, 2)
    return sp.simplify(curvature.subs(margin, margin + shift) / curvature)


def _growth(name: str, loss: Callable[[sp.Expr], sp.Expr], rate: sp.Expr) -> Parts:
    """Show that along the segment curvature changes by no more than ``e^(rate delta t)``."""
    p, q = (sp.Symbol(s, nonnegative=True) for s in ("p", "q"))
    t = sp.Symbol("t", real=True)
    curvature, jerk = sp.diff(loss(z), z, 2), sp.diff(loss(z), z, 3)
    size, push = (p + q) / 2, (p - q) / 2
    # the derivatives in t of e^{+-rate delta t} phi''(z + t m), divided by that exponential
    rising = push * jerk + rate * size * curvature
    falling = push * jerk - rate * size * curvature
    logistic_sum = 2 * sp.exp(z) / (1 + sp.exp(z)) ** 3
    logistic_difference = 2 * sp.exp(2 * z) / (1 + sp.exp(z)) ** 3
    if name == "exponential":
        logistic_sum, logistic_difference = sp.Integer(0), 2 * sp.exp(-z)
    plus, minus = logistic_sum / 2, logistic_difference / 2
    moving = sp.exp(rate * size * t) * curvature.subs(z, z + t * push)
    yield Identity(
        f"{name}: the derivative of e^(delta t) phi''",
        sp.diff(moving, t) * sp.exp(-rate * size * t),
        rising.subs(z, z + t * push),
    )
    yield nonnegative(
        f"{name}: e^(delta t) phi'' does not fall", rising, factors=(p * plus + q * minus,)
    )
    yield nonpositive(
        f"{name}: e^(-delta t) phi'' does not rise", falling, factors=(-p * minus - q * plus,)
    )


@proves
def harm_certificate(
    same_norm: bool = wrong(True, two_different_norms=False),
    side: int = wrong(1, upper_bound_taken_for_lower=-1),
    power: int = wrong(2, condition_number_not_squared=1),
) -> Parts:
    """Compare two distances to an oracle that is never computed."""
    yield assume(
        "d_U and d_D are the distances of the unlearned and the original model from the "
        "oracle, measured in one and the same norm",
        "harm: d_D <= u_D = b and d_U >= l_U = b + gamma, with slacks tau and sigma; "
        "help: the same with U and D exchanged",
        "for the last bound: both from distance_sandwich, L = lambda + j, and "
        "d_U = (L/lambda)^2 d_D + theta, the gradients being the least favourable ones",
    )
    bound, gap, slack, spare = (sp.Symbol(s, positive=True) for s in ("b", "gamma", "sigma", "tau"))
    scale = sp.Integer(1) if same_norm else sp.Symbol("eta", positive=True)
    # the upper bound b of one distance, the lower bound b + gamma of the other
    nearer, farther = bound - side * spare, scale * (bound + gap + slack)
    near, beyond, room_above = (sp.Symbol(s, positive=True) for s in ("d_D", "theta", "j"))
    smoothness = ridge + room_above
    distance = (smoothness / ridge) ** power * near + beyond
    w, far, close = sp.Symbol("w", real=True), sp.Integer(2), sp.Rational(1, 5)
    pair = (logistic(4 * w) + logistic(-4 * w)) / 2 + w**2 / 200
    energy = w**2 * sp.simplify(sp.diff(pair, w, 2))
    yield positive("l_U > u_D certifies harm; l_D > u_U help", farther - nearer)
    yield positive(
        "never out of reach: d_U > (L/lambda)^2 d_D is always certified",
        distance * ridge / smoothness - near * smoothness / ridge,
        factors=(beyond, ridge / smoothness),
    )
    yield Identity("one norm is needed: take w* = 0 in", sp.diff(pair, w).subs(w, 0))
    yield Witness(
        "each in the norm of its own Hessian, w = 2 would seem closer than w = 1/5",
        holds=(less(energy.subs(w, far), energy.subs(w, close)), less(close, far)),
    )
