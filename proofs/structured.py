"""Chains: logistic at fixed messages, the rate of alternation, the harm of one parameter."""

from __future__ import annotations

import sympy as sp

from .kernel.proof import Parts, assume, cite, proves, wrong
from .kernel.steps import Identity, negative, nonnegative, positive
from .kernel.theorems import INTERMEDIATE_VALUE, STRICT_CONVEXITY, STRONG_CONVEXITY

ENVELOPE = "envelope theorem: the gradient of min_m A is that of A at the minimising m"
BANACH = "Banach's fixed point theorem"
BLOCKS = (
    "exact minimisation over two blocks in turn of a smooth, strictly convex, coercive function "
    "converges to its minimum"
)
RESPONSE = (
    "near the minimum a round multiplies the distance by H_ww^-1 (H_ww - S), S the Hessian of the "
    "minimum over m (implicit function theorem)"
)
WOODBURY = "matrix inversion lemma, for chains of more than two sites"

u, v, b, J, q, p = sp.symbols("u v b J q p", real=True)  # p, q: messages at an edge's two ends


def _log(x: sp.Expr) -> sp.Expr:
    return sp.log(sp.exp(x) + sp.exp(-x))


def _added(message: sp.Expr) -> sp.Expr:
    """tanh of what the far end of an edge adds to the half log-odds of the near one."""
    up, down = (sp.exp(J * y + message) + sp.exp(-J * y - message) for y in (1, -1))
    return (up - down) / (up + down)


@proves
def message_bias(
    doubled: int = wrong(2, margin_not_doubled=1),
    sites: int = wrong(1, site_left_out_of_the_mean=0),
    end: int = wrong(-1, message_added_instead=1),
) -> Parts:
    """A is log-sum-exps of linear functions; each statement is one identity."""
    yield assume(
        "y = 1 and y = -1 one after the other; v = u + b; steps at a site of 1 and of 2 edges",
        "r is the half log-odds that the far end of an edge adds, s > 0 a variance",
    )
    yield cite(ENVELOPE, BANACH, STRICT_CONVEXITY, "log-sum-exps of linear functions are convex")
    for y in (1, -1):
        yield Identity(
            f"y = {y}: 2 cosh v e^(-yv) = 1 + e^-z",
            (sp.exp(v) + sp.exp(-v)) * sp.exp(-y * v),
            1 + sp.exp(-doubled * y * v),
        )
        phi = sp.log(1 + sp.exp(-2 * y * (u + b)))
        yield Identity(
            f"y = {y}: the derivative is mu - y",
            sp.simplify((sp.diff(phi, u) - (sp.tanh(u + b) - y)).rewrite(sp.exp)),
        )
    up, down = (sum(sp.exp(J * y * z + q * z) for z in (1, -1)) for y in (1, -1))
    yield Identity(
        "tanh of half the log of its odds: tanh r = tanh J tanh q",
        (up - down) / (up + down),
        (sp.tanh(J) * sp.tanh(q)).rewrite(sp.exp),
    )
    for edges in (1, 2):
        m, r = (sp.symbols(f"{name}1:{edges + 1}", real=True) for name in "mr")
        site = u + end * sum(m)
        odds = [a + c for a, c in zip(m, r, strict=True)]
        h = (site + sum(odds)) / (edges + sites)
        after = [a + h - o for a, o in zip(m, odds, strict=True)]
        yield Identity(f"{edges} edges: the site's half log-odds become h", u - sum(after), h)
        for a, c in zip(after, r, strict=True):
            yield Identity(f"{edges} edges: an edge's half log-odds become h", a + c, h)
            yield Identity(
                f"{edges} edges: the step has no message of its own site",
                sp.Matrix([sp.diff(a, x) for x in m]),
            )
            # how far the largest entry can move for r moved by at most 1
            sizes = sum(sp.Abs(sp.diff(a, x)) for x in r)
            yield nonnegative(f"{edges} edges: moved by at most what r is", 1 - sizes)
    s, s1, s2 = sp.symbols("s s_1 s_2", positive=True)
    block = sp.Matrix([[s1 + s, s], [s, s2 + s]])
    yield positive("A is strictly convex in a site's messages: one of them", block[0, 0])
    yield positive("and two", sp.expand(block.det()))
    # tanh |J| = a/(1 + a), tanh^2 q = c/(1 + c)
    a, c = sp.symbols("a c", nonnegative=True)
    rate, square = a / (1 + a), c / (1 + c)
    slope = rate * (1 - square) / (1 - rate**2 * square)
    yield Identity(
        "dr/dq = tanh J (1 - tanh^2 q)/(1 - tanh^2 J tanh^2 q)",
        sp.diff(sp.atanh(sp.Symbol("t") * sp.tanh(q)), q),
        sp.Symbol("t") * (1 - sp.tanh(q) ** 2) / (1 - sp.Symbol("t") ** 2 * sp.tanh(q) ** 2),
    )
    yield nonnegative("which is at most tanh |J|", sp.factor(rate - slope))
    weights = sp.symbols("w_1:9", positive=True)  # of two sites' and their edge's states
    joint = sum(
        weights[i] * weights[2 + j] * weights[4 + 2 * i + j] for i in range(2) for j in range(2)
    )
    product = sum(weights[:2]) * sum(weights[2:4]) * sum(weights[4:])
    yield positive(
        "a sum of products over joint states is below the product of sums: Z < e^A",
        sp.expand(product - joint),
    )


@proves
def alternation(
    neighbours: int = wrong(0, an_edge_too_few=-1),
    ridge_sign: int = wrong(1, ridge_on_the_wrong_side=-1),
    odds: int = wrong(1, half_the_coupling_in_the_correlation=2),
) -> Parts:
    """S^-1 is the inverse variances plus those of the edges, whose correlation is bounded."""
    yield assume(
        "settled messages; D the sites' variances, C the edges' covariances, S the Hessian of "
        "min_m A in the scores, T = 2 first: then the messages enter the scores with weight -1",
        "tau = tanh |J|; in units of the roots of D an edge's inverse covariance has eigenvalues "
        "1/(1 +- r), r its correlation; 1 - tau = g",
        "losses of sites and edges are >= 0, so the ridge bounds w where the objective is bounded, "
        "and the labels' share with it; signs of p and q change with those of y",
    )
    yield cite(BLOCKS, RESPONSE, WOODBURY, ENVELOPE, STRONG_CONVEXITY, STRICT_CONVEXITY)
    d1, d2, c1, c2, root = sp.symbols("d_1 d_2 c_1 c_2 k", positive=True)
    sites, edge = sp.diag(d1, d2), sp.Matrix([[c1 + root**2, root * c2], [root * c2, c2**2]])
    yield positive("an edge's covariance is positive definite", sp.expand(edge.det()))
    schur = sites - sites * (edge + sites).inv() * sites
    yield Identity(
        "S = D - D (C + D)^-1 D has the inverse D^-1 + C^-1",
        sp.simplify(schur * (sites.inv() + edge.inv())),
        sp.eye(2),
    )
    weight = {(y, z): sp.exp(J * y * z + p * y + q * z) for y in (1, -1) for z in (1, -1)}
    total = sum(weight.values())
    yield positive("coercive in m: e^A is above e^(J + p + q) on an edge", total - weight[1, 1])
    mean = [sum(w * key[k] for key, w in weight.items()) / total for k in range(2)]
    cov = sum(w * y * z for (y, z), w in weight.items()) / total - mean[0] * mean[1]
    yield Identity(
        "an edge's covariance is 8 sinh 2J/Z^2",
        sp.expand(sp.together(cov * total**2)),
        sp.expand(4 * (sp.exp(2 * J) - sp.exp(-2 * J))),
    )
    for k, far in enumerate((q, p)):
        doubled = sp.exp(2 * far) + sp.exp(-2 * far) + sp.exp(2 * J) + sp.exp(-2 * J)
        yield Identity(
            f"a site's variance is 8 (cosh 2{far} + cosh 2J)/Z^2",
            sp.expand((1 - mean[k] ** 2) * total**2),
            sp.expand(4 * doubled),
        )
    yield Identity(
        "so r = sinh 2J/root((cosh 2p + cosh 2J)(cosh 2q + cosh 2J)), at p = q = 0 tanh J",
        (sp.sinh(2 * J / odds) / (1 + sp.cosh(2 * J / odds))).rewrite(sp.exp),
        sp.tanh(J).rewrite(sp.exp),
    )
    more, level = sp.symbols("e_1 e_2", nonnegative=True), sp.Symbol("L", positive=True)
    yield nonnegative(
        "with cosh 2p = 1 + e_1, cosh 2q = 1 + e_2: |r| <= tau",
        sp.expand((level + more[0]) * (level + more[1]) - level**2),
    )
    g, x, e = sp.symbols("g x e", positive=True)
    r = sp.Symbol("r", real=True)
    unit = sp.Matrix([[1, -r], [-r, 1]]) / (1 - r**2)
    for sign in (1, -1):
        yield Identity(
            f"eigenvalue of an edge along (1, {sign})",
            unit * sp.Matrix([1, sign]),
            sp.Matrix([1, sign]) / (1 + sign * r),
        )
    yield nonnegative("1/(1 - |r|) <= 1/(1 - tau), |r| = tau - e", 1 / g - 1 / (g + e))
    tau = 1 - g
    for count in (1, 2):
        kept = 1 / (1 + (count + neighbours) / g)
        yield Identity(
            f"{count} neighbours: D - S <= D times this", 1 - kept, count / (count + 1 - tau)
        )
    ridge = sp.Symbol("lambda", positive=True)
    top = x + e  # the largest curvature; x another one
    yield positive(
        "the share with the ridge is largest for the largest curvature",
        sp.factor(top / (top + ridge_sign * ridge) - x / (x + ridge_sign * ridge)),
    )
    t = sp.Symbol("tau", positive=True)
    pair = (sp.eye(2) + sp.Matrix([[1, t], [t, 1]]).inv()).inv()
    v2 = sp.Matrix([1, -1])
    yield Identity(
        "attained: two sites, x = (1, -1), scores 0",
        1 - ((v2.T * pair * v2)[0] + ridge) / (2 + ridge),
        1 / (2 - t) * 2 / (2 + ridge),
    )
    inner = 1 / (1 + sp.Integer(1) + sp.Integer(1))
    yield Identity(
        "attained: the inner site of three, J = 0", 1 - (inner * x + ridge) / (x + ridge),
        sp.Rational(2, 3) * x / (x + ridge),
    )  # fmt: skip


@proves
def structured_harm(
    threshold: sp.Expr = wrong(
        sp.Symbol("f", positive=True) / (1 + sp.Symbol("f", positive=True)),
        threshold_at_f=sp.Symbol("f", positive=True),
    ),
    decreasing: int = wrong(1, psi_increases=-1),
    fraction: int = wrong(0, more_forgotten_than_there_is=1),
) -> Parts:
    """Only that psi decreases strictly: roots in order up to lift 1, two cases beyond."""
    yield assume(
        "psi = -l', strictly decreasing as l is strictly convex; psi(0) > 0, else w is -w",
        "lambda w = p c psi(w) with c = 1, 1 - f + f rho, 1 - rho for oracle, original and "
        "descent-ascent, s = p/lambda",
        "rho = 1 + delta: psi_R, psi_D = psi_R - e, psi_U the values at the three points",
        "at w_U < 0: psi_U >= psi(0) = psi_R + k, as w_R > 0; at w_U > 0: psi_U < 0 < psi_D, so "
        "w_U > w_D > w_R; w_U = 0 is no root",
    )
    yield cite(INTERMEDIATE_VALUE, "a strictly decreasing function is at most once each value")
    f, lift, s = sp.symbols("f rho s", positive=True)
    original, unlearned = 1 - f + f * lift, 1 - lift
    yield Identity("c_D - c_DA", original - unlearned, (1 + f) * (lift - threshold))
    x, y, h = sp.symbols("x y h", positive=True)
    yield positive("rho < 1: c_R - c_D", (1 - original).subs(lift, 1 - x))
    yield positive("rho > 0: c_R - c_DA", 1 - unlearned)
    inverse, rise = sp.symbols("q k", positive=True)  # 1/psi at y, and how much it rises by y + h
    yield positive(
        "w/psi increases where psi > 0: roots of c > 0 are ordered as c is",
        sp.expand((y + h) * (inverse + decreasing * rise) - y * inverse),
    )
    yield Identity("rho = 1: w_D = w_R", original.subs(lift, 1), 1)
    yield Identity("and descent-ascent ends at 0, farther", unlearned.subs(lift, 1))
    delta, at_oracle, e, k, odds = sp.symbols("delta psi_R e k n", positive=True)
    part = 1 / (1 + odds) + fraction * (1 + odds)  # f < 1
    before = s * (1 + part * delta) * (at_oracle - decreasing * e) - s * at_oracle
    after = s * at_oracle + s * delta * (at_oracle + k)
    yield positive("rho > 1, w_U < 0: |w_U - w_R| - |w_D - w_R|", sp.factor(after - before))
    w_r, to_d, to_u = sp.symbols("w_R a b", positive=True)
    yield positive(
        "rho > 1, w_U > 0: the same", (w_r + to_d + to_u - w_r) - (w_r + to_d - w_r)
    )  # fmt: skip
    yield negative("a root w > 0 of w = -s delta psi needs psi < 0", -w_r / (s * delta))
    m, a = sp.symbols("m a", positive=True)  # a = y x > 0; mu = tanh
    mu = (m - 1) / (m + 1)  # tanh of any size, m > 0
    yield positive("all y x > 0: psi > 0, y = 1", sp.factor((1 - mu) * a))
    yield positive("and y = -1", sp.factor((1 + mu) * a))
