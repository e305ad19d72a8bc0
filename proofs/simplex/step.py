"""One natural step of descent-ascent that is the oracle."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, set_up, wrong
from ..kernel.steps import Identity, Monotone, Witness
from ..kernel.theorems import GRUNTZ
from .context import CONTEXT, eta, f, lift, natural_gradient, odds, q, r, x
from .flow import LINEAR_ODE, METRIC, PASSAGE, START


@proves
def one_natural_step(
    size: sp.Expr = wrong(f, size_of_the_odds=f / (1 - f), size_of_the_lift=f * lift),
    smoothing_ascended: int = wrong(1, regulariser_kept_in_descent=0),
    smoothed_size: bool = wrong(True, smoothing_forgotten_in_the_size=False),
    linear: bool = wrong(True, exponential_weights=False),
) -> Parts:
    """The step of size f/(1+s) from the original, smoothed or not, ends at the oracle."""
    yield assume(
        CONTEXT,
        METRIC,
        "smoothed: (s/K) sum_k -ln pi_k is added to L_R and to L_F, u = 1/K; s = 0 is allowed",
        "the step: pi + eta (c - C pi), multiplicative weights 1 + eta (payoff - mean payoff)",
    )
    yield cite(LINEAR_ODE, GRUNTZ)
    yield from set_up(natural_gradient())
    s, u = sp.Symbol("s", nonnegative=True), sp.Symbol("u", positive=True)
    whole = 1 - f + f * lift + s
    start = ((1 - f) * r + f * lift * q + s * u) / whole
    oracle = (r + s * u) / (1 + s)
    kept = (1 - smoothing_ascended) * s
    step = size / (1 + s) if smoothed_size else size
    drift = (r - lift * q + kept * u) - (1 - lift + kept) * start
    yield Identity("the step ends at the oracle", start + step * drift, oracle)
    yield Identity(
        "any other size leaves the part 1 - eta (1+s)/f of the way",
        start + eta * drift - oracle,
        (1 - eta / step) * (start - oracle),
    )
    # one class of two, so that weights e^(eta payoff) can be normalised
    payoff, other = sp.symbols("g h", real=True)
    pi = 1 / (1 + x)
    mean = pi * payoff + (1 - pi) * other
    weights = (
        pi * (1 + eta * (payoff - mean))
        if linear
        else pi
        * sp.exp(eta * payoff)
        / (pi * sp.exp(eta * payoff) + (1 - pi) * sp.exp(eta * other))
    )
    yield Identity(
        "multiplicative weights are linear in the payoff", weights, pi + eta * pi * (payoff - mean)
    )
    # the flow stopped at the same time; smoothing is another context of the same kind
    z = f * (1 - lift)
    left = (sp.exp(-z) - 1 + z) / z
    yield Identity(
        "e^((1-rho) T) = 1/(1 - z)", sp.simplify(sp.exp((1 - lift) * PASSAGE)), 1 / (1 - z)
    )
    yield Identity(
        "the flow stopped at f leaves",
        lift * (sp.exp(-z) / (1 - z) - 1) / (1 - lift) / START,
        left,
    )
    yield Identity(
        "smoothed labels are a context of lift (rho+s)/(1+s) whose time runs 1+s as fast",
        (1 + s) * (1 - (lift + s) / (1 + s)),
        1 - lift,
    )
    yield Identity(
        "half of z to leading order", sp.limit((sp.exp(-x) - 1 + x) / x**2, x, 0), sp.S.Half
    )
    yield Monotone("z > 0: more than nothing", sp.exp(-x) - 1 + x, x, ">")
    yield Monotone("and less than z/2", x**2 / 2 - (sp.exp(-x) - 1 + x), x, ">")
    yield Monotone("z = -x: it has passed", sp.exp(x) - 1 - x, x, ">")
    yield Witness(
        "not so at another size: r = 1/4, q = 3/4, rho = 1, f = 1/2",
        {
            r: sp.Rational(1, 4), q: sp.Rational(3, 4), lift: sp.Integer(1), odds: sp.Integer(1),
            s: sp.Integer(0), u: sp.Rational(1, 2), eta: sp.Rational(1, 4),
        },
        fails=(sp.Eq(start + eta * drift - oracle, 0),),
    )  # fmt: skip
