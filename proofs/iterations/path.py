"""The path of minimisers in the ascent weight: who stands on it, and what is monotone."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness, nonnegative, nonpositive, positive
from ..kernel.theorems import COERCIVE, GRUNTZ, IMPLICIT_FUNCTION, MEAN_VALUE, TAYLOR
from .setting import BETA_0, PLANE, at_origin, jet, objectives, original_objective


@proves
def overshoot_path(
    ascent: int = wrong(1, wrong_sign=-1),
    original_weight: int = wrong(-1, original_beyond=1),
    ridge_of_original: int = wrong(1, mean_convention_on_path=0),
    risk_power: int = wrong(2, linear_risk=1),
) -> Parts:
    """Velocity along the path, who stands on it where, and the leading terms at the oracle."""
    yield assume(
        "l_R, l_F three times differentiable; H_beta positive definite where w' is used",
        PLANE,
        "the ratio is that of the leading terms: a limit, not an equality at beta = 1",
    )
    yield cite(IMPLICIT_FUNCTION, TAYLOR, GRUNTZ)
    at = objectives()
    beta, ridge_sum = sp.symbols("beta lambda_s", positive=True)
    odds = at.n_forget / at.n_retain
    path = at.retain - original_weight * odds * at.forget
    all_samples = at.sum_retain + at.sum_forget
    quadratic = at.penalty / at.ridge
    with_ridge = at.forget + at.penalty
    yield Identity(
        "sum-convention original = n_R J at beta = -n_F/n_R, lambda = lambda_s/n_R",
        all_samples + ridge_sum * quadratic,
        at.n_retain * (path + ridge_sum / at.n_retain * quadratic),
    )
    yield Identity(
        "mean-convention original: beta = -n_F/n_R, but with the ridge lambda n/n_R",
        original_objective(at) * at.n / at.n_retain,
        path + (at.penalty * at.n / at.n_retain if ridge_of_original else at.penalty),
    )
    yield Identity(
        "mean convention with the ridge in both terms: on the path at -n_F/n_R",
        original_objective(at) * at.n / at.n_retain,
        at.retain + at.penalty - original_weight * odds * with_ridge,
    )
    yield Identity(
        "descent-ascent of sums: beta = +n_F/n_R, the mirror image of its original",
        at.sum_retain - at.sum_forget + ridge_sum * quadratic,
        at.n_retain * (at.retain - odds * at.forget + ridge_sum / at.n_retain * quadratic),
    )
    # differentiate v . grad J_beta(w_beta) = 0; to first order w_beta moves along t = beta - beta_0
    s, t = sp.symbols("s t", real=True)
    retain, forget = jet("L", s, t), jet("F", s, t)
    along = sp.diff(retain - ascent * beta * forget, s).subs({s: 0, t: beta - BETA_0})
    total = sp.diff(along, beta).subs(beta, BETA_0)
    hessian = sp.diff(retain - BETA_0 * forget, s, t)
    yield Identity(
        "v . d/dbeta grad J = v . (H w' - grad l_F): w' = H^{-1} grad l_F",
        total,
        at_origin(hessian - sp.diff(forget, s), s, t),
    )
    # along the path e = L_R and h = l_F, with grad L_R = beta grad l_F: e' = beta h'
    q, c, factor = sp.symbols("q c K", positive=True)  # h'(0) = g^T H^{-1} g; the next term
    h = q * beta + c * beta**2
    excess = sp.integrate(beta * sp.diff(h, beta), beta)
    ratio = excess.subs(beta, factor * beta) / excess.subs(beta, -beta)
    yield Identity("excess risk: beta^2/2 g^T H^{-1} g", sp.diff(excess, beta, 2).subs(beta, 0), q)
    yield Identity("no linear term", sp.diff(excess, beta).subs(beta, 0), 0)
    yield Identity(
        "K times as far on the other side: K^2 times the excess risk, in the limit",
        sp.limit(sp.cancel(ratio), beta, 0),
        factor**risk_power,
    )
    yield Identity(
        "K = n_R/n_F takes the original's -n_F/n_R to descent-ascent's 1",
        original_weight * odds * (-at.n_retain / at.n_forget),
        1,
    )
    yield from _factor_needs_the_path()


def _factor_needs_the_path() -> Parts:
    """Forget three quarters, all with x = 0: mean convention, lambda = 1/(8 log 2)."""
    w = sp.Symbol("w")
    ridge, f = 1 / (8 * sp.log(2)), sp.Rational(3, 4)
    forget = sp.log(2)  # the loss of a sample with x = 0 does not depend on w
    oracle = sp.exp(-w) + ridge * w**2 / 2
    original = (1 - f) * sp.exp(-w) + f * forget + ridge * w**2 / 2
    slopes = [sp.diff(objective, w) for objective in (oracle, oracle - forget, original)]
    yield Identity("x = 0: the oracle is log 4", slopes[0].subs(w, sp.log(4)), 0)
    yield Identity("x = 0: descent-ascent is log 4 too", slopes[1].subs(w, sp.log(4)), 0)
    yield Identity("x = 0: the mean-convention original is log 2", slopes[2].subs(w, sp.log(2)), 0)


@proves
def path_monotonicity(
    minimisers: bool = wrong(True, any_points=False),
    weights_nonnegative: bool = wrong(True, negative_weights=False),
    curvature_positive: bool = wrong(True, branch_of_maxima=False),
) -> Parts:
    """Exchange of two global minimisers; the same along a branch of local minima."""
    yield assume(
        "w_1, w_2 global minimisers of L_R - beta l_F at beta_1 < beta_2: any functions",
        "branch version: H_beta positive definite along a differentiable branch, w' not 0",
    )
    yield cite(MEAN_VALUE, IMPLICIT_FUNCTION, COERCIVE)
    known = {"nonnegative": True} if minimisers else {"real": True}
    slack_1, slack_2 = sp.symbols("e_1 e_2", **known)
    sign = {"nonnegative": True} if weights_nonnegative else {"real": True}
    beta = sp.Symbol("beta", **sign)
    gap = sp.Symbol("gap", positive=True)  # beta_2 - beta_1
    retain, forget = sp.symbols("L_1:4", real=True), sp.symbols("F_1:4", real=True)

    def value(weight: sp.Expr, point: int) -> sp.Expr:
        return retain[point] - weight * forget[point]

    def solved(low: sp.Expr, high: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        """Increments of l_F and L_R, given by how much each point loses at the other's weight."""
        answer = sp.solve(
            [value(low, 1) - value(low, 0) - slack_1, value(high, 0) - value(high, 1) - slack_2],
            [retain[1], forget[1]],
        )
        return sp.factor(answer[forget[1]] - forget[0]), sp.factor(answer[retain[1]] - retain[0])

    d_forget, d_retain = solved(beta, beta + gap)
    down_forget, down_retain = solved(-beta - gap, -beta)
    low, mid = sp.symbols("b_1 b_2", real=True)
    yield nonnegative("l_F does not decrease", d_forget)
    yield nonnegative("L_R does not decrease for beta >= 0", d_retain)
    yield nonnegative("l_F does not decrease for beta <= 0 either", down_forget)
    yield nonpositive("L_R does not increase for beta <= 0", down_retain)
    yield Identity(
        "lower exchange inequality: its slack is e_1", d_retain - beta * d_forget, slack_1
    )
    yield Identity(
        "upper exchange inequality: its slack is e_2", (beta + gap) * d_forget - d_retain, slack_2
    )
    yield Identity(
        "neighbours suffice: 1 beats 3 because 1 beats 2 and 2 beats 3",
        value(low, 2) - value(low, 0),
        (value(low, 1) - value(low, 0))
        + (value(mid, 2) - value(mid, 1))
        + (mid - low) * (forget[2] - forget[1]),
    )
    # a smooth branch of stationary points: to first order w_beta moves along t = beta - beta_0
    t, weight = sp.symbols("t beta_1", real=True)
    l_1, l_2, f_1, f_2 = sp.symbols("L_t L_tt F_t F_tt", real=True)
    curvature = sp.Symbol("kappa", **({"positive": True} if curvature_positive else {"real": True}))
    slope = sp.diff(l_1 * t + l_2 * t**2 / 2 - weight * (f_1 * t + f_2 * t**2 / 2), t)
    along = sp.diff(slope.subs(t, weight - BETA_0), weight).subs(weight, BETA_0)
    forget_rate = sp.solve(along, f_1)[0]
    yield Identity(
        "on a branch dl_F/dbeta = w'^T H w'", forget_rate, sp.diff(slope, t).subs(weight, BETA_0)
    )
    yield positive(
        "so l_F increases where H is positive definite",
        forget_rate.subs(l_2, curvature + BETA_0 * f_2),
    )
    yield Identity(
        "and dL_R/dbeta = beta dl_F/dbeta",
        sp.solve(slope.subs({t: 0, weight: BETA_0}), l_1)[0],
        BETA_0 * f_1,
    )
    yield from _maxima_run_backwards()
    yield from _existence()


def _existence() -> Parts:
    """Logistic objectives grow at infinity for every beta; an exponential one may fall for ever."""
    size, bound = sp.symbols("z B", positive=True)  # |margin|; mass: sum of |c_i| ||x_i||
    ridge = sp.Symbol("lambda", positive=True)
    yield Monotone(
        "logistic: phi(-z) <= ln 2 + z, so the data part falls at most linearly",
        sp.log(2) + size - sp.log(1 + sp.exp(size)),
        size,
        ">=",
    )
    yield positive(
        "logistic: (lambda/2) t^2 - B t > 0 for t > 2 B/lambda: coercive, a minimiser exists",
        (ridge / 2 * size**2 - bound * size).subs(size, 2 * bound / ridge + size),
    )
    w = sp.Symbol("w", real=True)
    objective = (1 - 2) * sp.exp(-w) + w**2 / 2
    cubic = Monotone("e^t > t^3/6", sp.exp(size) - size**3 / 6, size, ">")
    yield Identity(
        "exponential, l_R = l_F = e^-w, beta = 2: no minimiser, at -t it is below -t^2 (t - 3)/6",
        -(size**2) * (size - 3) / 6 - objective.subs(w, -size),
        cubic.expr,
    )
    yield cubic


def _maxima_run_backwards() -> Parts:
    """One coordinate, exponential loss, ridge 1: below w = -1 stationary points are maxima."""
    w, weight = sp.symbols("w beta")
    objective = sp.exp(-w) + w**2 / 2 - weight * sp.exp(-w)
    weight_of = sp.solve(sp.diff(objective, w), weight)[0]
    curvature = sp.diff(objective, w, 2).subs(weight, weight_of)
    early, late = sp.Integer(-2), sp.Rational(-3, 2)
    yield Witness(
        "a branch of maxima: beta grows from w = -2 to w = -1.5, yet l_F = e^{-w} falls",
        holds=(
            less(weight_of.subs(w, early), weight_of.subs(w, late)),
            less(curvature.subs(w, early), 0),
            less(curvature.subs(w, late), 0),
            less(sp.exp(-late), sp.exp(-early)),
        ),
    )
