"""Noisy gradient descent: shifts that the noise of every step absorbs."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness, nonnegative, positive
from ..kernel.theorems import MEAN_HESSIAN

SHIFTED = (
    "shifted divergences (Feldman, Mironov, Talwar and Thakurta, arXiv 1808.06651): a step of "
    "factor c and drift eta g takes a shift z to c z + eta g, and Gaussian noise of variance v "
    "takes a off it at the price order a^2/(2 v)"
)
SEMICONTINUITY = "Renyi divergences are lower semicontinuous: a bound survives the limit of a chain"
CONVERSION = (
    "a Renyi divergence D of the order a is (D + ln(1/delta)/(a - 1), delta) (Mironov, arXiv "
    "1702.07476)"
)

c, eta, g, sigma, span, ridge = (
    sp.Symbol(s, positive=True) for s in ("c", "eta", "g", "sigma", "Z", "lambda")
)


@proves
def noisy_descent(
    variance: int = wrong(2, noise_of_half_the_variance=1),
    spent: int = wrong(1, shift_of_the_last_step_alone=0),
    inside: bool = wrong(True, contraction_with_the_ridge_in_the_clip=False),
) -> Parts:
    """Take the shift off over the whole past, in proportion to what each step will be worth."""
    yield assume(
        "c < 1; the map of the last request against those of the past: u the distance that their "
        "drifts add up to, u -> c u + d, d = eta g while all of F is there, 0 in the last K steps, "
        "never rising; for ever at rest before the first request",
        "D = u at the end, q = c^i i steps before it; D (1 - c^2) q is taken off there, which "
        "leaves z = u - D q; c^i = 1/(1 + i), i >= 0, u = D + j, j >= 0",
        "clipping: one row 0, ridge lambda, gradient with the ridge clipped at M = 1",
    )
    yield cite(SHIFTED, SEMICONTINUITY, CONVERSION, MEAN_HESSIAN)
    u, q, drift = (sp.Symbol(s, positive=True) for s in ("u", "q", "d"))
    end = sp.Symbol("D", positive=True)
    i, j, fall, before = (sp.Symbol(s, nonnegative=True) for s in ("i", "j", "f", "e"))
    yield Identity(
        "one step: c z + d - taken = (c u + d) - D q",
        c * (u - end * c * q) + drift - spent * end * (1 - c**2) * q,
        (c * u + drift) - end * q,
    )
    yield nonnegative(
        "u never rises: its fall is c times the last one and that of d",
        sp.expand(c * (u + before) + drift + fall - (c * u + drift)),
    )
    yield nonnegative("so z is not negative", sp.together(end + j - end / (1 + i)))
    yield Identity("and at the end nothing is left", (u - end * q).subs({u: end, q: 1}))
    rest = eta * g / (1 - c)
    yield Identity("at rest u is Z = eta g/(1 - c); after K steps more D = c^K Z",
                   c * rest + eta * g, rest)  # fmt: skip
    yield Identity(
        "one more request adds Z to every u: Z_(j+1) = c^K Z_j + Z",
        c * (u + rest) + drift + eta * g,
        (c * u + drift) + rest,
    )
    yield Identity("the series of c^(2i) is 1/(1 - c^2)", 1 + c**2 / (1 - c**2), 1 / (1 - c**2))
    rate = end**2 * (1 - c**2) / (2 * 2 * eta * sigma**2)
    yield Identity(
        "so the price is order * D^2 (1 - c^2)/(4 eta sigma^2), D = c^K Z",
        (end * (1 - c**2)) ** 2 / (1 - c**2) / (2 * variance * eta * sigma**2),
        rate,
    )
    steady = variance * eta * sigma**2 / (1 - c**2)
    yield Identity(
        "quadratic losses attain it: the chain's variance at rest", c**2 * steady
        + variance * eta * sigma**2, steady,
    )  # fmt: skip
    yield Identity("and the divergence of two normal laws D apart", end**2 / (2 * steady), rate)
    rho, log = (sp.Symbol(s, positive=True) for s in ("rho", "l"))
    order = 1 + sp.sqrt(log / rho)
    yield Identity(
        "epsilon at the order 1 + sqrt(l/rho), l = ln(1/delta)",
        order * rho + log / (order - 1),
        rho + 2 * sp.sqrt(rho * log),
    )
    yield from _published(rate, end)
    yield from _clipped(inside)


def _published(rate: sp.Expr, end: sp.Expr) -> Parts:
    """At every order the published exponent is larger; h = eta lambda <= 1, order 1 + j."""
    h, j = sp.Symbol("h", positive=True), sp.Symbol("j", positive=True)
    start = rate.subs(end, span).subs(span, eta * g / (1 - c)).subs(c, 1 - h).subs(eta, h / ridge)
    yield Identity(
        "published: without steps the rate is g^2 (2 - h)/(4 lambda sigma^2)",
        start,
        g**2 * (2 - h) / (4 * ridge * sigma**2),
    )
    yield positive("below g^2/(lambda sigma^2)", sp.expand(1 - (2 - h) / 4))
    yield Monotone("1 - h < e^-h: c^(2K) < e^(-2Kh)", sp.exp(-h) - 1 + h, h, ">")
    yield nonnegative("and 2 >= 1/order", sp.together(2 - 1 / (1 + j)))


def _clipped(inside: bool) -> Parts:
    """Two states far out on one ray move by the same vector: their distance stays."""
    step = sp.Rational(1, 2)
    near, far = (v - step * (sp.Min(v, 1) if inside else v) for v in (sp.Integer(3), sp.Integer(4)))
    yield Identity("ridge in the clip: from 3 and 4, eta = 1/2, M = lambda = 1", far - near, 1)
    yield Witness("instead of 1 - eta lambda", holds=(less(1 - step, far - near),))
