"""The logistic loss: what is settled about stationary points.

There always is one; in three regions it is the only one; elsewhere there may be three.
"""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness, nonnegative, positive
from ..kernel.theorems import COERCIVE, IMPLICIT_FUNCTION, INTERMEDIATE_VALUE
from .equations import a, c, eps, r, x

# Hundredths of x between which the example has its three stationary points.
_SEPARATORS = (200, 250, 310, 350)
_Z = sp.Symbol("z", real=True)


@proves
def logistic_cross_dimensional(
    loss: sp.Expr = wrong(sp.log(1 + sp.exp(-_Z)), exponential_instead=sp.exp(-_Z)),
    ridge: sp.Expr = wrong(sp.Integer(1), coercive_without_ridge=sp.Integer(0)),
    level: sp.Rational = wrong(sp.Rational(1, 10), no_third_point=sp.Rational(1, 2)),
) -> Parts:
    """What is settled for the logistic loss; ``level`` is alpha k in the example.

    The question of the ordered region stays open.
    """
    yield assume(
        "mu = r/(1 + e^x), nu = -q, q = K/(1 + e^y), K = r alpha k; x = a mu - 2 eps q, "
        "y = 2 eps mu - a q",
        "t = mu sigma(x) with sigma(z) = 1/(1 + e^-z)",
        "open: how many stationary points there can be, and where the order holds",
    )
    yield cite(COERCIVE, INTERMEDIATE_VALUE, IMPLICIT_FUNCTION)
    z = _Z
    u = sp.Symbol("u", positive=True)
    share, reach, q = sp.symbols("K rho q", positive=True)
    e = sp.Symbol("epsilon", positive=True)
    mu, t = sp.symbols("mu t", positive=True)
    norm, flat = 1 + e**2, (1 - e**2) ** 2
    steepness = (norm + flat * t) / (1 + norm * t)
    sigma = 1 / (1 + sp.exp(-z))
    values = {eps: sp.Rational(1, 2), r: sp.Integer(100)}
    of_x = r / (1 + sp.exp(x))
    q_of_x = (a * of_x - x) / (2 * eps)
    y_of_x = 2 * eps * of_x - a * q_of_x
    gap = (q_of_x * (1 + sp.exp(y_of_x)) / r).subs(values) - level
    points = [sp.Rational(n, 100) for n in _SEPARATORS]
    x_of_q = sp.Function("x")(q)
    implicit = x_of_q - a * r / (1 + sp.exp(x_of_q)) + 2 * eps * q
    slope = sp.solve(sp.diff(implicit, q), sp.diff(x_of_q, q))[0].subs(x_of_q, z)
    active = r * sp.exp(z) / (1 + sp.exp(z)) ** 2
    yield Identity("slope of the loss", sp.diff(loss, z), -1 / (1 + sp.exp(z)))
    yield Monotone(
        "phi(-u) <= ln 2 + u: the forgotten part falls at most linearly",
        sp.log(2) + u - sp.expand_log(loss.subs(z, -u)),
        u,
        ">",
    )
    yield positive(
        "the ridge wins: (rho/2) rho - K rho > 0 for rho > 2 K, so a minimum exists",
        (ridge * reach / 2 - share).subs(reach, 2 * share + u),
    )
    yield Identity("dx/dq = -2 eps/(1 + a t)", sp.simplify(slope + 2 * eps / (1 + a * active)), 0)
    yield Identity(
        "dy/dq = -(a + m t)/(1 + a t), as dmu/dq = -t dx/dq",
        2 * e * 2 * e * t / (1 + norm * t) - norm,
        -steepness,
    )
    yield Identity(
        "d ln(1 + e^y)/dy = sigma: slope of ln(alpha k) in ln q is 1 - q sigma |dy/dq|",
        sp.diff(sp.log(1 + sp.exp(z)), z),
        sigma,
    )
    yield nonnegative("|dy/dq| <= a", norm - steepness, factors=(4 * e**2, t, 1 / (1 + norm * t)))
    yield Monotone("1 + e^u - u > 0", 1 + sp.exp(u) - u, u, ">")
    yield Monotone("e^u - u > 0", sp.exp(u) - u, u, ">")
    yield Identity(
        "epsilon <= 0: a q <= -y =: u, so the slope is at least 1 - u/(1 + e^u) > 0",
        1 - u * sigma.subs(z, -u),
        (1 + sp.exp(u) - u) / (1 + sp.exp(u)),
    )
    yield Identity(
        "2 eps r <= 1: a q <= 1 - y, and y = -u gives at least (e^u - u)/(1 + e^u) > 0",
        1 - (1 + u) * sigma.subs(z, -u),
        (sp.exp(u) - u) / (1 + sp.exp(u)),
    )
    yield Identity(
        "... and y = u >= 0 at least (e^-u + u)/(1 + e^-u) > 0",
        1 - (1 - u) * sigma.subs(z, u),
        (sp.exp(-u) + u) / (1 + sp.exp(-u)),
    )
    yield Identity(
        "epsilon = 1: m = 0, 2 q = 2 mu - x, y = x: slope (1 + x sigma)/(1 + 2 t)",
        1 - (2 * mu - z) * sigma / (1 + 2 * mu * sigma),
        (1 + z * sigma) / (1 + 2 * mu * sigma),
    )
    yield Identity(
        "... with 1 + x sigma = (1 + e^u - u)/(1 + e^u) at x = -u, and > 0 for x >= 0",
        1 - u * sigma.subs(z, -u),
        (1 + sp.exp(u) - u) / (1 + sp.exp(u)),
    )
    yield nonnegative(
        "the cosine below 1 leaves room for more",
        1 - c.subs(eps, e),
        factors=((1 - e) ** 2, 1 / norm),
    )
    yield Witness(
        "eps=1/2, r=100, alpha k=1/10: three changes of sign, three stationary points",
        holds=(
            less(0, gap.subs(x, points[0])),
            less(gap.subs(x, points[1]), 0),
            less(0, gap.subs(x, points[2])),
            less(gap.subs(x, points[3]), 0),
            less(0, q_of_x.subs(values).subs(x, points[3])),
        ),
    )
