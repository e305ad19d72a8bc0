"""Beyond lift 1: the symmetric point becomes a saddle, and one wrong class is made up."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, negative, positive
from ..kernel.theorems import COERCIVE, GRUNTZ, MEAN_VALUE, SECOND_DERIVATIVE
from . import model
from .model import BLOCK, K, N, beyond, m, x

sigma, total, d = sp.symbols("sigma Z d", positive=True)
c = sp.Symbol("c", positive=True)
LOST = N + sp.exp(-K)
SMALL = d / (sp.exp(d) - 1)
LARGE = d + SMALL


@proves
def softmax_symmetry_breaking(
    lost: sp.Expr = wrong(LOST, exponential_left_out=N, lost_at_logit_one=N + sp.exp(-1)),
    curvature_of_one: sp.Expr = wrong(sp.Integer(1), half_the_curvature=sp.S.Half),
    partner: sp.Expr = wrong(SMALL, the_rest_at_zero=sp.Integer(0) * d),
    ascends: int = wrong(1, descended=-1),
) -> Parts:
    """Stability of the symmetric point, and the curve of points with one large logit."""
    yield assume(
        BLOCK,
        "rho > 1, sigma = s (rho - 1): descent-ascent over lambda is |u|^2/2 - sigma (lse(u) - "
        "u_k), Hessian I - sigma (diag pi - pi pi')",
        "one wrong class has the logit b, the K - 2 others a, the label -c; d = b - a > 0; "
        "y = a e^-a = b e^-b = sigma/Z",
        "K >= 3; |u| = r",
    )
    yield cite(MEAN_VALUE, SECOND_DERIVATIVE, COERCIVE, GRUNTZ)
    yield from model.setting()
    logit = sp.Symbol("u_j", real=True)
    # the wrong classes' logits are roots of one equation
    yield Identity(
        "u_j = sigma pi_j is u_j e^-u_j = sigma/Z",
        (logit - sigma * sp.exp(logit) / total) * sp.exp(-logit),
        logit * sp.exp(-logit) - sigma / total,
    )
    hump = logit * sp.exp(-logit)
    yield positive("which rises up to 1 (-W_0)", sp.diff(hump, logit).subs(logit, 1 - x))
    yield negative("and falls beyond (-W_-1)", sp.diff(hump, logit).subs(logit, 1 + x))
    # curvature along e_i - e_j, logits equal
    pi = logit / sigma
    along = 2 * curvature_of_one - ascends * sigma * (2 * pi - (pi - pi) ** 2)
    yield Identity("the curvature along e_i - e_j is 2 (1 - u_j)", along, 2 * (1 - logit))
    yield negative("two equal logits above 1: no minimum", along.subs(logit, 1 + x))
    # the symmetric point
    at = -m * (sp.exp(m) + N) / K
    bend = sp.exp(m) * (1 + m)
    yield Identity("symmetric: sigma pi_j = -m/K", at / (sp.exp(m) + N), -m / K)
    yield Identity("u_j = 1 at m = -K", at.subs(m, -K), lost)
    slope = sp.diff(-at * K, m)
    yield Identity("sigma falls in m: minus its slope", slope, bend + N)
    floor = bend + sp.exp(-2)
    yield Monotone("e^m (1+m) > -e^-2 above -2", floor.subs(m, x - 2), x, ">")
    yield Monotone("and below", floor.subs(m, -2 - x), x, ">")
    yield positive("so it is above -(K - 1)", N - sp.exp(-2))
    label = sp.exp(m) / (sp.exp(m) + N)
    yield Identity(
        "the curvature along e_k - 1/K, positive by the same bound",
        1 - at * label * (1 - label) * K / N,
        (bend + N) / (sp.exp(m) + N),
    )
    yield Identity(
        "along 1 it is 1: a row of diag pi - pi pi' sums to 0",
        label - label * (label + N / (sp.exp(m) + N)),
    )
    # the curve of broken points
    a = partner
    height = LARGE * sp.exp(-LARGE)
    yield Identity("a e^-a = b e^-b", a * sp.exp(-a), height)
    yield Monotone("b > 1, times e^d - 1", d * sp.exp(d) - (sp.exp(d) - 1), d, ">")
    yield Monotone("a < 1, times e^d - 1", sp.exp(d) - 1 - d, d, ">")
    wrongs = sp.symbols("a b", positive=True)
    both = wrongs[1] + (N - 1) * wrongs[0]
    e_a, e_b = sp.symbols("E_a E_b", positive=True)
    level = sp.Symbol("y", positive=True)
    yield Identity(
        "sigma = y Z = c + y e^-c, c = b + (K-2) a",
        (level * (sp.exp(-c) + e_b + (N - 1) * e_a)).subs(
            {e_a: wrongs[0] / level, e_b: wrongs[1] / level}
        ),
        both + level * sp.exp(-c),
    )
    sigma_here = c + level * sp.exp(-c)
    yield Identity(
        "the label's equation: u_k = -sigma (1 - pi_k) = -c, as pi_k = e^-c/Z = y e^-c/sigma",
        -sigma_here * (1 - sp.exp(-c) * level / sigma_here),
        -c,
    )
    # the curve near the symmetric point, and for K = 3 everywhere
    sum_c = LARGE + (N - 1) * SMALL
    curve = sum_c + height * sp.exp(-sum_c)
    yield Identity("the curve starts at the symmetric point lost", sp.limit(sum_c, d, 0), N)
    yield Identity("of height 1/e", sp.limit(height, d, 0), sp.exp(-1))
    yield Identity("its slope there: c' ", sp.limit(sp.diff(sum_c, d), d, 0), (1 - (N - 1)) / 2)
    yield Identity("and y'", sp.limit(sp.diff(height, d), d, 0))
    start = (1 - (N - 1)) / 2 * (1 - sp.exp(-1 - N))
    yield negative(
        "so sigma' = c' (1 - y e^-c) + y' e^-c < 0 for K = 4 + x",
        start.subs(beyond, 2 + x),
        factors=(-(1 + x) / 2, Monotone("", 1 - sp.exp(-4 - x), x, ">")),
    )
    yield Identity("sigma - b -> 0 far out: pi = b/sigma -> 1", sp.limit(curve - LARGE, d, sp.oo))
    yield from _three_classes()
    r = sp.Symbol("r", positive=True)
    yield Identity(
        "coercive, as lse(u) - u_k <= 2^(1/2) r + ln K: a global minimum exists",
        r**2 / 2 - sigma * sp.sqrt(2) * r,
        (r - sp.sqrt(2) * sigma) ** 2 / 2 - sigma**2,
    )


def _three_classes() -> Parts:
    """K = 3: sigma increases along the curve, so it is met beyond the point lost alone."""
    a, b = sp.Symbol("a", positive=True), sp.Symbol("b", positive=True)
    level = sp.Symbol("y", positive=True)
    fall, rise = a * (1 - b) / d, b * (1 - a) / d
    yield Identity("a' = a (1 - b)/d", sp.diff(SMALL, d), fall.subs({a: SMALL, b: LARGE}))
    yield Identity("b' = b (1 - a)/d", sp.diff(LARGE, d), rise.subs({a: SMALL, b: LARGE}))
    yield Identity(
        "y' = y (1 - a)(1 - b)/d",
        sp.diff(SMALL * sp.exp(-SMALL), d),
        (a * sp.exp(-a) * (1 - a) * (1 - b) / d).subs({a: SMALL, b: LARGE}),
    )
    room = 1 - a * b
    slope = (fall + rise) * (1 - level * sp.exp(-c)) + level * (1 - a) * (1 - b) / d * sp.exp(-c)
    apart = (b - 1) * (1 - a)
    yield Identity(
        "d sigma' = (b-1)(1-a)(1 - 2 y e^-c) + (1 - a b)(1 - y e^-c)",
        slope * d,
        apart * (1 - 2 * level * sp.exp(-c)) + room * (1 - level * sp.exp(-c)),
    )
    yield Monotone(
        "a b < 1: (e^(x) - e^(-x))/2 > x at x = d/2", sp.exp(x) - sp.exp(-x) - 2 * x, x, ">"
    )
    yield Identity(
        "as a b = (x / sinh x)^2",
        (SMALL * LARGE).subs(d, 2 * x),
        4 * x**2 / (sp.exp(x) - sp.exp(-x)) ** 2,
    )
    yield positive(
        "y <= 1/e and c > 0 make both factors positive",
        1 - 2 * sp.exp(-1) * sp.exp(-c),
        factors=(Monotone("", 1 - 2 * sp.exp(-1) * sp.exp(-c), c, ">"),),
    )
