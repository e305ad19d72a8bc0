"""Proofs: the first step, the path in the ascent weight, alternating steps, strong ridge.

Two devices carry every vector statement to any dimension:

* identities that are linear in gradients are proved for one coordinate ``w_j``, the sample
  losses being unspecified functions of it; the other coordinates are held fixed;
* a component along a direction ``v`` of something expanded along a direction ``a`` involves the
  loss on the plane ``w + s v + t a`` alone, so a generic jet in ``(s, t)`` loses nothing.

Matrices are non-commutative symbols: no dimension is fixed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import sympy as sp

from proofs.proof import Identity, Monotone, Proof, Sign, Witness, less, proves

_MEANS = "mean convention: L_S = l_S + (lambda/2)||w||^2 with l_S the mean loss over S"
_STATIONARY = "w_D is stationary for L_D; the sample losses are differentiable, nothing else"
_COORDINATE = "each coordinate w_j alike, the others held fixed: a proof for any dimension"
_PLANE = "generic jets on the plane spanned by the two directions: a proof for any dimension"


_G_R, _G_F = sp.symbols("g_R g_F", real=True)  # slopes of the mean losses
_BETA_0 = sp.Symbol("beta_0", real=True)


class _Setting(NamedTuple):
    """Objectives from unspecified sample losses, as functions of one coordinate ``w_j``."""

    w: sp.Symbol
    ridge: sp.Symbol
    n_retain: sp.Symbol
    n_forget: sp.Symbol
    sum_retain: sp.Expr
    sum_forget: sp.Expr
    penalty: sp.Expr

    @property
    def n(self) -> sp.Expr:
        return self.n_retain + self.n_forget

    @property
    def retain(self) -> sp.Expr:
        return self.sum_retain / self.n_retain

    @property
    def forget(self) -> sp.Expr:
        return self.sum_forget / self.n_forget

    def slope(self, objective: sp.Expr) -> sp.Expr:
        """Return d/dw_j of an objective."""
        named = {
            sp.diff(self.sum_retain, self.w): self.n_retain * _G_R,
            sp.diff(self.sum_forget, self.w): self.n_forget * _G_F,
        }
        return sp.expand(sp.diff(objective, self.w)).subs(named)

    def at_stationary(self, objective: sp.Expr, stationary_for: sp.Expr) -> sp.Expr:
        """Return the slope of an objective where that of ``stationary_for`` vanishes."""
        forget = sp.solve(self.slope(stationary_for), _G_F)[0]
        return self.slope(objective).subs(_G_F, forget)


def _setting() -> _Setting:
    i = sp.Symbol("i", integer=True, positive=True)
    w, others = sp.symbols("w_j W", real=True)
    n_retain, n_forget = sp.symbols("n_R n_F", integer=True, positive=True)
    ridge = sp.Symbol("lambda", positive=True)
    retain = sp.Sum(sp.Function("ell_R")(i, w), (i, 1, n_retain))
    forget = sp.Sum(sp.Function("ell_F")(i, w), (i, 1, n_forget))
    return _Setting(w, ridge, n_retain, n_forget, retain, forget, ridge / 2 * (w**2 + others))


def _original(at: _Setting) -> sp.Expr:
    """L_D: the mean over all samples plus the ridge."""
    return (at.sum_retain + at.sum_forget) / at.n + at.penalty


def _jet(name: str, s: sp.Symbol, t: sp.Symbol, degree: int = 3) -> sp.Expr:
    """A generic smooth function of (s, t) at the origin, to the degree that matters."""
    return sum(
        sp.Symbol(f"{name}_{i}{j}", real=True) * s**i * t**j / sp.factorial(i) / sp.factorial(j)
        for i in range(degree + 1)
        for j in range(degree + 1 - i)
    )


def _at_origin(expr: sp.Expr, *symbols: sp.Symbol) -> sp.Expr:
    return sp.expand(expr).subs({symbol: 0 for symbol in symbols})


def _logistic(z: sp.Symbol) -> sp.Expr:
    return sp.log(1 + sp.exp(-z))


@proves(
    no_shrinkage={"shrinkage": 0},
    scaled_by_retain={"scale_by": "n_R"},
    start_anywhere={"stationary": False},
    concave_loss={"curvature_sign": -1},
)
def first_step_identity(
    shrinkage: int = 1,
    scale_by: str = "n_F",
    stationary: bool = True,
    curvature_sign: int = 1,
) -> Proof:
    """The first step is scaled retain descent plus shrinkage; when it moves away."""
    at = _setting()
    count = {"n_F": at.n_forget, "n_R": at.n_retain}[scale_by]
    residual = sp.Integer(0) if stationary else at.w  # another start: grad L_D(w) = w, say
    original = _original(at) - residual * at.w / 2
    oracle = at.retain + at.penalty
    ascent = at.retain - at.forget + at.penalty
    ascent_on_both = oracle - (at.forget + at.penalty)
    in_sums = at.sum_retain + at.penalty
    retain_slope = at.slope(oracle)
    steps: list[Any] = [
        Identity(
            "gradient of descent-ascent at w_D",
            at.at_stationary(ascent, original),
            at.n / count * retain_slope + shrinkage * at.ridge * at.w,
        ),
        Identity(
            "with the ridge ascended too: parallel to retain descent",
            at.at_stationary(ascent_on_both, original),
            at.n / count * retain_slope,
        ),
        Identity(
            "sum convention: parallel as well, twice retain descent",
            at.at_stationary(
                in_sums - at.sum_forget,
                in_sums + at.sum_forget - residual * at.w / 2,
            ),
            2 * at.slope(in_sums),
        ),
    ]
    # the squared distance after a step, coordinate by coordinate (sum over j)
    eta, fraction, ridge = sp.symbols("eta f lambda", positive=True)
    h, w, delta = sp.symbols("h_j w_j delta_j", real=True)
    g = h / fraction + ridge * w
    moved = (w - eta * g - (w + delta)) ** 2 - delta**2
    steps += [
        Identity(
            "rate of the squared distance at step size 0",
            sp.diff(moved, eta).subs(eta, 0) / 2,
            ridge * w * delta - (-h * delta) / fraction,
        ),
        Identity(
            "closer iff eta is below 2 <-g, delta> / ||g||^2",
            moved,
            eta * (eta * g**2 - 2 * (-g * delta)),
        ),
    ]
    # L_R on the segment w_D + t delta, one sample's share: margin z + k t
    t, z, k = sp.symbols("t z k", real=True)
    square = sp.Symbol("Delta", positive=True)  # ||delta||^2
    for name, loss in (("logistic", _logistic(z)), ("exponential", sp.exp(-z))):
        along = curvature_sign * loss.subs(z, z + k * t)
        steps.append(
            Sign(f"convex along the segment, {name}", sp.simplify(sp.diff(along, t, 2)), ">=")
        )
    margin = sp.Symbol("m", positive=True)
    surplus = sp.Symbol("sigma", nonnegative=True)
    # <-grad L_R(w_D), delta> = lambda ||delta||^2 + sigma, sigma >= 0, by the mean value theorem
    inner = ((ridge * square + surplus) / fraction + margin) / ridge  # <w_D, delta> if away
    steps += [
        Sign(
            "a step away needs ||w_R||^2 - ||w_D||^2 - (1 + 2/f)||delta||^2 > 0",
            (2 * inner + square) - (1 + 2 / fraction) * square,
            ">",
        ),
        *_first_step_goes_both_ways(),
    ]
    return Proof((_MEANS, _STATIONARY, _COORDINATE, "convex loss for the last part"), tuple(steps))


def _first_step_goes_both_ways() -> list[Any]:
    """One block, exponential loss, lambda = 1/e (so w_R = 1), f = 1/2; the lift follows w_D."""
    w, lift = sp.symbols("w rho")
    half, ridge = sp.Rational(1, 2), sp.exp(-1)
    oracle = sp.exp(-w) + ridge * w**2 / 2
    original = half * (1 + lift) * sp.exp(-w) + ridge * w**2 / 2
    lift_of = sp.solve(sp.diff(original, w), lift)[0]
    rate = ridge * w * (1 - w) + sp.diff(oracle, w) * (1 - w) / half
    away = sp.Gt(rate, 0)
    inside, above = sp.Rational(9, 10), sp.Rational(11, 10)
    return [
        Identity("the oracle of the example is 1", sp.diff(oracle, w).subs(w, 1), 0),
        Witness(
            "w_D = 0.9, lift in [f/(1+f), 1]: the first step moves away",
            {w: inside},
            holds=(away, sp.Gt(lift_of, sp.Rational(1, 3)), sp.Lt(lift_of, 1)),
        ),
        Witness(
            "w_D = 1.1, lift above 1: the first step comes closer",
            {w: above},
            holds=(sp.Gt(lift_of, 1),),
            fails=(away,),
        ),
    ]


@proves(
    wrong_sign={"ascent": -1},
    original_beyond={"original_weight": 1},
    mean_convention_on_path={"ridge_of_original": 0},
    linear_risk={"risk_power": 1},
)
def overshoot_path(
    ascent: int = 1, original_weight: int = -1, ridge_of_original: int = 1, risk_power: int = 2
) -> Proof:
    """Velocity along the path, who stands on it where, and the leading terms at the oracle."""
    at = _setting()
    beta, ridge_sum = sp.symbols("beta lambda_s", positive=True)
    odds = at.n_forget / at.n_retain
    path = at.retain - original_weight * odds * at.forget
    all_samples = at.sum_retain + at.sum_forget
    quadratic = at.penalty / at.ridge
    with_ridge = at.forget + at.penalty
    steps: list[Any] = [
        Identity(
            "sum-convention original = n_R J at beta = -n_F/n_R, lambda = lambda_s/n_R",
            all_samples + ridge_sum * quadratic,
            at.n_retain * (path + ridge_sum / at.n_retain * quadratic),
        ),
        Identity(
            "mean-convention original: beta = -n_F/n_R, but with the ridge lambda n/n_R",
            _original(at) * at.n / at.n_retain,
            path + (at.penalty * at.n / at.n_retain if ridge_of_original else at.penalty),
        ),
        Identity(
            "mean convention with the ridge in both terms: on the path at -n_F/n_R",
            _original(at) * at.n / at.n_retain,
            at.retain + at.penalty - original_weight * odds * with_ridge,
        ),
        Identity(
            "descent-ascent of sums: beta = +n_F/n_R, the mirror image of its original",
            at.sum_retain - at.sum_forget + ridge_sum * quadratic,
            at.n_retain * (at.retain - odds * at.forget + ridge_sum / at.n_retain * quadratic),
        ),
    ]
    # differentiate v . grad J_beta(w_beta) = 0; to first order w_beta moves along t = beta - beta_0
    s, t = sp.symbols("s t", real=True)
    retain, forget = _jet("L", s, t), _jet("F", s, t)
    along = sp.diff(retain - ascent * beta * forget, s).subs({s: 0, t: beta - _BETA_0})
    total = sp.diff(along, beta).subs(beta, _BETA_0)
    hessian = sp.diff(retain - _BETA_0 * forget, s, t)
    steps.append(
        Identity(
            "v . d/dbeta grad J = v . (H w' - grad l_F): w' = H^{-1} grad l_F",
            total,
            _at_origin(hessian - sp.diff(forget, s), s, t),
        )
    )
    # along the path e = L_R and h = l_F, with grad L_R = beta grad l_F: e' = beta h'
    q, c, factor = sp.symbols("q c K", positive=True)  # h'(0) = g^T H^{-1} g; the next term
    h = q * beta + c * beta**2
    excess = sp.integrate(beta * sp.diff(h, beta), beta)
    ratio = excess.subs(beta, factor * beta) / excess.subs(beta, -beta)
    steps += [
        Identity("excess risk: beta^2/2 g^T H^{-1} g", sp.diff(excess, beta, 2).subs(beta, 0), q),
        Identity("no linear term", sp.diff(excess, beta).subs(beta, 0), 0),
        Identity(
            "K times as far on the other side: K^2 times the excess risk, in the limit",
            sp.limit(sp.cancel(ratio), beta, 0),
            factor**risk_power,
        ),
        Identity(
            "K = n_R/n_F takes the original's -n_F/n_R to descent-ascent's 1",
            original_weight * odds * (-at.n_retain / at.n_forget),
            1,
        ),
        *_factor_needs_the_path(),
    ]
    return Proof(
        (
            "l_R, l_F three times differentiable; H_beta positive definite where w' is used",
            _PLANE,
            "the ratio is that of the leading terms: a limit, not an equality at beta = 1",
        ),
        tuple(steps),
    )


def _factor_needs_the_path() -> list[Any]:
    """Forget three quarters, all with x = 0: mean convention, lambda = 1/(8 log 2)."""
    w = sp.Symbol("w")
    ridge, f = 1 / (8 * sp.log(2)), sp.Rational(3, 4)
    forget = sp.log(2)  # the loss of a sample with x = 0 does not depend on w
    oracle = sp.exp(-w) + ridge * w**2 / 2
    original = (1 - f) * sp.exp(-w) + f * forget + ridge * w**2 / 2
    slopes = [sp.diff(objective, w) for objective in (oracle, oracle - forget, original)]
    return [
        Identity("x = 0: the oracle is log 4", slopes[0].subs(w, sp.log(4)), 0),
        Identity("x = 0: descent-ascent is log 4 too", slopes[1].subs(w, sp.log(4)), 0),
        Identity("x = 0: the mean-convention original is log 2", slopes[2].subs(w, sp.log(2)), 0),
    ]


@proves(
    any_points={"minimisers": False},
    negative_weights={"weights_nonnegative": False},
    branch_of_maxima={"curvature_positive": False},
)
def path_monotonicity(
    minimisers: bool = True, weights_nonnegative: bool = True, curvature_positive: bool = True
) -> Proof:
    """Exchange of two global minimisers; the same along a branch of local minima."""
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
            [
                value(low, 1) - value(low, 0) - slack_1,
                value(high, 0) - value(high, 1) - slack_2,
            ],
            [retain[1], forget[1]],
        )
        return sp.factor(answer[forget[1]] - forget[0]), sp.factor(answer[retain[1]] - retain[0])

    d_forget, d_retain = solved(beta, beta + gap)
    down_forget, down_retain = solved(-beta - gap, -beta)
    low, mid = sp.symbols("b_1 b_2", real=True)
    steps: list[Any] = [
        Sign("l_F does not decrease", d_forget, ">="),
        Sign("L_R does not decrease for beta >= 0", d_retain, ">="),
        Sign("l_F does not decrease for beta <= 0 either", down_forget, ">="),
        Sign("L_R does not increase for beta <= 0", down_retain, "<="),
        Identity(
            "lower exchange inequality: its slack is e_1", d_retain - beta * d_forget, slack_1
        ),
        Identity(
            "upper exchange inequality: its slack is e_2",
            (beta + gap) * d_forget - d_retain,
            slack_2,
        ),
        Identity(
            "neighbours suffice: 1 beats 3 because 1 beats 2 and 2 beats 3",
            value(low, 2) - value(low, 0),
            (value(low, 1) - value(low, 0))
            + (value(mid, 2) - value(mid, 1))
            + (mid - low) * (forget[2] - forget[1]),
        ),
    ]
    # a smooth branch of stationary points: to first order w_beta moves along t = beta - beta_0
    t, weight = sp.symbols("t beta_1", real=True)
    l_1, l_2, f_1, f_2 = sp.symbols("L_t L_tt F_t F_tt", real=True)
    curvature = sp.Symbol("kappa", **({"positive": True} if curvature_positive else {"real": True}))
    slope = sp.diff(l_1 * t + l_2 * t**2 / 2 - weight * (f_1 * t + f_2 * t**2 / 2), t)
    along = sp.diff(slope.subs(t, weight - _BETA_0), weight).subs(weight, _BETA_0)
    forget_rate = sp.solve(along, f_1)[0]
    steps += [
        Identity(
            "on a branch dl_F/dbeta = w'^T H w'",
            forget_rate,
            sp.diff(slope, t).subs(weight, _BETA_0),
        ),
        Sign(
            "so l_F increases where H is positive definite",
            forget_rate.subs(l_2, curvature + _BETA_0 * f_2),
            ">",
        ),
        Identity(
            "and dL_R/dbeta = beta dl_F/dbeta",
            sp.solve(slope.subs({t: 0, weight: _BETA_0}), l_1)[0],
            _BETA_0 * f_1,
        ),
        *_maxima_run_backwards(),
    ]
    return Proof(
        (
            "w_1, w_2 global minimisers of L_R - beta l_F at beta_1 < beta_2: any functions",
            "branch version: H_beta positive definite along a differentiable branch, w' not 0",
        ),
        tuple(steps),
    )


def _maxima_run_backwards() -> list[Any]:
    """One coordinate, exponential loss, ridge 1: below w = -1 stationary points are maxima."""
    w, weight = sp.symbols("w beta")
    objective = sp.exp(-w) + w**2 / 2 - weight * sp.exp(-w)
    weight_of = sp.solve(sp.diff(objective, w), weight)[0]
    curvature = sp.diff(objective, w, 2).subs(weight, weight_of)
    early, late = sp.Integer(-2), sp.Rational(-3, 2)
    return [
        Witness(
            "a branch of maxima: beta grows from w = -2 to w = -1.5, yet l_F = e^{-w} falls",
            holds=(
                less(weight_of.subs(w, early), weight_of.subs(w, late)),
                less(curvature.subs(w, early), 0),
                less(curvature.subs(w, late), 0),
                less(sp.exp(-late), sp.exp(-early)),
            ),
        )
    ]


@proves(
    no_ridge={"ridge_term": 0},
    opposite_step={"direction": -1},
    share_of_all={"denominator": "n"},
    commuting_side={"preconditioner_left": False},
)
def newton_step_is_scaled_ascent(
    ridge_term: int = 1,
    direction: int = 1,
    denominator: str = "n_R",
    preconditioner_left: bool = True,
) -> Proof:
    """The Newton removal step is preconditioned ascent: one linear relation, times H^{-1}."""
    at = _setting()
    below = {"n_R": at.n_retain, "n": at.n}[denominator]
    solved = sp.solve(at.slope(_original(at)), _G_R)[0]
    retain_slope = at.slope(at.retain + at.penalty).subs(_G_R, solved)
    in_sums = at.sum_retain + at.penalty
    sum_solved = sp.solve(at.slope(in_sums + at.sum_forget), _G_R)[0]
    # any dimension: vectors and the inverse Hessian as non-commutative symbols
    inverse, g, w = sp.symbols("H^{-1} g w", commutative=False)
    odds = at.n_forget / below
    retain_vector = -at.n_forget / at.n_retain * (g + at.ridge * w)  # the relation just proved
    step = inverse * retain_vector if preconditioner_left else retain_vector * inverse
    # a quadratic retain objective: the step ends at its minimiser
    hessian, oracle = sp.symbols("H w_R", commutative=False)
    to_oracle = sp.expand(w - inverse * hessian * (w - oracle)).subs(inverse * hessian, 1)
    return Proof(
        (_MEANS, _STATIONARY, "H = grad^2 L_R(w_D) invertible", _COORDINATE),
        (
            Identity(
                "grad L_R(w_D) = -(n_F/n_R)(grad l_F + lambda w_D)",
                retain_slope,
                -direction * odds * (_G_F + ridge_term * at.ridge * at.w),
            ),
            Identity(
                "sum convention: grad L_R(w_D) = -grad l_F, sums",
                at.slope(in_sums).subs(_G_R, sum_solved),
                -direction * at.slope(at.sum_forget),
            ),
            Identity(
                "the step, H^{-1} applied from the left",
                w - step,
                w + direction * odds * inverse * (g + ridge_term * at.ridge * w),
            ),
            Identity("exact for a quadratic retain loss: it lands on w_R", to_oracle, oracle),
        ),
    )


@proves(
    one_ridge={"half_steps_with_ridge": 1},
    swapped_orders={"swapped": True},
    wrong_sign={"sign": -1},
    sharper_remainder={"third_derivative_bound": "1/20"},
)
def alternating_expansion(
    half_steps_with_ridge: int = 2,
    swapped: bool = False,
    sign: int = 1,
    third_derivative_bound: str = "1/(6 sqrt 3)",
) -> Proof:
    """Taylor coefficients of one alternating round, general and in one coordinate."""
    s, t, eta = sp.symbols("s t eta", real=True)
    ridge = sp.Symbol("lambda", nonnegative=True)
    # |w + s v + t a|^2 / 2 up to a constant: w.v, w.a, |v|^2, v.a, |a|^2
    wv, wa, vv, va, aa = sp.symbols("w_v w_a vv va aa", real=True)
    quadratic = wv * s + wa * t + vv * s**2 / 2 + va * s * t + aa * t**2 / 2
    retain, forget = _jet("R", s, t), _jet("F", s, t)
    descent = retain + ridge * quadratic
    ascent = -forget + (ridge * quadratic if half_steps_with_ridge == 2 else 0)
    steps: list[Any] = []
    hessian_terms = (
        ridge * va - sp.Symbol("F_11", real=True),  # v.(lambda I - grad^2 l_F) a
        ridge * va + sp.Symbol("R_11", real=True),  # v.(lambda I + grad^2 l_R) a
    )
    for name, first, second, hessian_term in (
        ("descent first", descent, ascent, hessian_terms[0]),
        ("ascent first", ascent, descent, hessian_terms[1]),
    ):
        # the first half step is -eta a with a = grad(first), so v.a is its slope along v
        moved = -eta * va - eta * sp.diff(second, s).subs({s: 0, t: -eta})
        by_slope = {va: _at_origin(sp.diff(first, s), s, t)}
        steps += [
            Identity(
                f"{name}: first order is simultaneous with ridge 2 lambda",
                sp.diff(moved, eta).subs(eta, 0).subs(by_slope),
                -_at_origin(sp.diff(retain - forget + 2 * ridge * quadratic, s), s, t),
            ),
            Identity(
                f"{name}: second order is v.(Hessian of the second half)(first half step)",
                sp.diff(moved, eta, 2).subs(eta, 0) / 2,
                hessian_term,
            ),
        ]
    return Proof(
        (
            "half steps D = w - eta grad(l_R + ridge), A = w - eta grad(-l_F + ridge)",
            _PLANE,
            "remainder: Taylor in the second half step, |phi'(z-h) - phi'(z) + h phi''(z)| <= "
            "h^2/2 sup|phi'''|, summed over its samples",
        ),
        (*steps, *_one_coordinate(swapped, sign), *_third_derivative(third_derivative_bound)),
    )


def _one_coordinate(swapped: bool, sign: int) -> list[Any]:
    """The exact round for l_R = r e^{-w}, l_F = phi e^{-w}, expanded in the step size."""
    w, eta = sp.symbols("w eta", real=True)
    r, phi, ridge = sp.symbols("r phi lambda", positive=True)
    e = sp.exp(-w)
    penalty = ridge * w**2 / 2

    def descend(x: sp.Expr) -> sp.Expr:
        return x - eta * sp.diff(r * e + penalty, w).subs(w, x)

    def ascend(x: sp.Expr) -> sp.Expr:
        return x + eta * sp.diff(phi * e - penalty, w).subs(w, x)

    rounds = [ascend(descend(w)), descend(ascend(w))]
    second = [sp.expand(sp.diff(each, eta, 2).subs(eta, 0) / 2) for each in rounds]
    closed = [
        (phi * e - ridge) * (r * e - ridge * w),
        sign * (r * e + ridge) * (phi * e + ridge * w),
    ]
    if swapped:
        closed.reverse()
    names = (
        "one coordinate, descent first: (phi E - lambda)(r E - lambda w)",
        "one coordinate, ascent first: (r E + lambda)(phi E + lambda w)",
    )
    return [
        *(Identity(*each) for each in zip(names, second, closed, strict=True)),
        Identity(
            "the orders differ by -lambda (r + phi) E (1 + w): not at all without ridge",
            second[0] - second[1],
            -ridge * (r + phi) * e * (1 + w),
        ),
        *(
            Identity(
                "one coordinate, first order",
                sp.diff(each, eta).subs(eta, 0),
                (r - phi) * e - 2 * ridge * w,
            )
            for each in rounds
        ),
    ]


def _third_derivative(bound: str) -> list[Any]:
    """|phi'''| <= 1/(6 sqrt 3) for the logistic loss, attained: it sets the remainder."""
    z = sp.Symbol("z", real=True)
    square = sp.simplify(sp.diff(_logistic(z), z, 3) ** 2)
    limit = {"1/(6 sqrt 3)": sp.Rational(1, 108), "1/20": sp.Rational(1, 400)}[bound]
    x = ((sp.exp(z) - 1) / (sp.exp(z) + 1)) ** 2  # tanh(z/2)^2, in [0, 1)
    y, share = sp.Symbol("y", positive=True), sp.Symbol("x")
    value = share * (1 - share) ** 2 / 16
    return [
        Identity("phi'''^2 = x (1 - x)^2 / 16, x = tanh(z/2)^2", square, value.subs(share, x)),
        Sign(
            "x in (0, 1): below the bound",
            (limit - value).subs(share, 1 / (1 + y)),
            ">=",
            factors=tuple(
                factor.subs(share, 1 / (1 + y))
                for factor in (sp.Rational(1, 432), 4 - 3 * share, (1 - 3 * share) ** 2)
            ),
        ),
        Identity("attained at x = 1/3", limit, value.subs(share, sp.Rational(1, 3))),
    ]


@proves(
    multiplier_plus={"multiplier_sign": 1},
    threshold_e_squared={"threshold": "e^2"},
    lift_below_one={"lift_above_one": False},
    set_by_the_data={"step_size_matters": False},
    descends_uphill={"descent_sign": -1},
)
def alternating_fixed_point(
    multiplier_sign: int = -1,
    threshold: str = "e^sqrt2",
    lift_above_one: bool = True,
    step_size_matters: bool = True,
    descent_sign: int = 1,
) -> Proof:
    """The reduced map, its only fixed point, attraction of every start, doubling, chaos."""
    w, u = sp.symbols("w u", real=True)
    eta, p, t = sp.symbols("eta p t", positive=True)
    size = sp.Symbol("L", positive=True)
    log_lift = size if lift_above_one else -size
    lift = sp.exp(log_lift)
    retain, forget = p * sp.exp(-w), lift * p * sp.exp(-w)

    def descend(x: sp.Expr) -> sp.Expr:
        return x - descent_sign * eta * sp.diff(retain, w).subs(w, x)

    def ascend(x: sp.Expr) -> sp.Expr:
        return x + eta * sp.diff(forget, w).subs(w, x)

    shift = sp.log(eta * p)
    reduced = _reduced(u, lift)
    scale = (eta if step_size_matters else 1) * p / size
    fixed = {"descent": sp.log(scale), "ascent": sp.log(scale * lift)}
    multiplier = 1 + multiplier_sign * size**2
    limit = {"e^sqrt2": sp.sqrt(2), "e^2": sp.Integer(2)}[threshold]
    e = sp.Symbol("E", positive=True)
    simultaneous = u - eta * sp.diff(retain - forget, w).subs(w, u)
    steps: list[Any] = [
        Identity("the reduced map, u = w - ln(eta p)", ascend(descend(u + shift)) - shift, reduced),
        Identity("fixed point, descent first", ascend(descend(fixed["descent"])), fixed["descent"]),
        Identity("fixed point, ascent first", descend(ascend(fixed["ascent"])), fixed["ascent"]),
        Identity(
            "a round moves by E (1 - e^{L - E}), E = e^{-u}",
            (reduced - u).subs(u, -sp.log(e)),
            e * (1 - sp.exp(log_lift - e)),
        ),
        Monotone("to the right where E > L: no other fixed point", 1 - sp.exp(-t), t, ">"),
        Monotone("to the left where E < L", 1 - sp.exp(t), t, "<"),
        Sign("E = L > 0 exists only for a lift above 1", log_lift, ">"),
        Sign(
            "simultaneous steps go left for ever",
            simultaneous - u,
            "<",
            factors=(eta * p * sp.exp(-u), Monotone("1 - e^L", 1 - lift, size, "<")),
        ),
        Identity("multiplier 1 - L^2", sp.diff(reduced, u).subs(u, -sp.log(size)), multiplier),
        Sign("attracting below", (1 - multiplier**2).subs(size, limit / (1 + t)), ">"),
        Sign(
            "repelling beyond: below -1",
            sp.expand((multiplier + 1).subs(size, limit * (1 + t))),
            "<",
        ),
        Witness(
            "the threshold: 4.1132 < e^{sqrt 2} < 4.1133",
            {size: limit},
            holds=(
                sp.Gt(sp.exp(size), sp.Rational(41132, 10000)),
                sp.Lt(sp.exp(size), sp.Rational(41133, 10000)),
            ),
        ),
        *_every_start(),
        *_doubling(),
        *_period_three(),
    ]
    return Proof(
        (
            "one coordinate, exponential loss, no ridge, lift rho = e^L",
            "0 < L <= 1: after one round u >= f(0) >= 0, where f increases: monotone convergence",
            "1 < L <= sqrt 2: orbits enter I = [f(0), f(f(0))], left of 0, where f decreases, so "
            "they tend to fixed points of f^2; one besides u* would give (f^2)' a positive "
            "minimum inside I, which a negative Schwarzian derivative forbids",
            "flip bifurcation theorem; Li and Yorke (1975): period three implies chaos",
        ),
        tuple(steps),
    )


def _reduced(u: sp.Expr, lift: sp.Expr) -> sp.Expr:
    v = u + sp.exp(-u)
    return v - lift * sp.exp(-v)


def _every_start() -> list[Any]:
    """What the attraction of every start rests on, for 0 < L <= sqrt 2."""
    u = sp.Symbol("u", real=True)
    lift, t, r, e, k = sp.symbols("rho t r E K", positive=True)
    f = _reduced(u, lift)
    slope = sp.diff(f, u)
    in_ek = {u: -sp.log(e), lift: k * sp.exp(e) / e}  # E = e^{-u}, K = rho e^{-v}
    # with t = -f(0) = rho/e - 1 and v = e^t - t, f(f(0)) < 0 iff h(t) < 0
    v = sp.exp(t) - t
    h = sp.log(v) + v - 1 - sp.log(1 + t)
    end = sp.exp(sp.sqrt(2) - 1) - 1
    convexity = sp.exp(t) * (2 - t) - 1
    schwarzian = sp.diff(f, u, 3) / slope - sp.Rational(3, 2) * (sp.diff(f, u, 2) / slope) ** 2
    numerator = k * (1 - k / 2) * (1 - e) ** 4 - e * (1 + e / 2) * (1 + k) ** 2
    return [
        Identity("f' = (1 - E)(1 + K)", slope.subs(in_ek), (1 - e) * (1 + k)),
        Identity("least value f(0) = 1 - rho/e", f.subs(u, 0), 1 - lift / sp.E),
        Identity(
            "f(f(0)) = v - e (1 + t) e^{-v}",
            f.subs({u: -t, lift: sp.E * (1 + t)}),
            v - sp.E * (1 + t) * sp.exp(-v),
        ),
        Identity("h(0) = 0", h.subs(t, 0), 0),
        Witness("h < 0 at the end, L = sqrt 2", {t: end}, holds=(sp.Lt(h, 0),)),
        Identity(
            "h'' = e^t + q/v^2 + 1/(1 + t)^2, q = e^t (2 - t) - 1: convex where q > 0",
            sp.diff(h, t, 2),
            sp.exp(t) + convexity / v**2 + 1 / (1 + t) ** 2,
        ),
        Identity("q(0) = 1", convexity.subs(t, 0), 1),
        Sign("q increases on (0, 1)", sp.diff(convexity, t).subs(t, 1 / (1 + r)), ">"),
        Witness("I lies in 1 < E < 2: e^t < 2", {t: end}, holds=(sp.Lt(sp.exp(t), 2),)),
        Identity(
            "Schwarzian derivative of f",
            schwarzian.subs(in_ek) * ((1 - e) * (1 + k)) ** 2,
            numerator,
        ),
        Sign("it is negative for 1 < E < 2", numerator.subs(e, 1 + 1 / (1 + r)), "<"),
    ]


def _doubling() -> list[Any]:
    """Flip at L = sqrt 2: crossed transversally and supercritical, so a 2-cycle attracts next."""
    u, size = sp.symbols("u L", positive=True)
    f = _reduced(u, sp.exp(size))
    second, third = (sp.diff(f, u, order).subs(u, -sp.log(size)) for order in (2, 3))
    coefficient = (second**2 / 2 + third / 3).subs(size, sp.sqrt(2))
    return [
        Identity("flip coefficient", coefficient, 16 - 8 * sp.sqrt(2)),
        Sign("supercritical", 16 - 8 * sp.sqrt(2), ">"),
        Sign("crossed at speed -2L", sp.diff(sp.diff(f, u).subs(u, -sp.log(size)), size), "<"),
    ]


def _period_three() -> list[Witness]:
    """At lift 6: f^3(a) > a > f(a) > f^2(a), hence cycles of every period."""
    a = sp.Symbol("a")
    orbit = [a]
    for _ in range(3):
        orbit.append(_reduced(orbit[-1], sp.Integer(6)))
    return [
        Witness(
            "chaos at lift 6: f^3(a) > a > f(a) > f^2(a)",
            {a: sp.Rational(11, 10)},
            holds=tuple(sp.Gt(orbit[i], orbit[j]) for i, j in ((3, 0), (0, 1), (1, 2))),
        )
    ]


@proves(
    original_forgets={"original_on_forget": -1},
    descent_on_forget={"ascent": -1},
    threshold_linear={"threshold_power": 1},
    sums_for_means={"mean": False},
    flatter_loss={"curvature_bound": "1/8"},
)
def strong_ridge_limit(
    original_on_forget: int = 1,
    ascent: int = 1,
    threshold_power: int = 2,
    mean: bool = True,
    curvature_bound: str = "1/4",
) -> Proof:
    """Limits of lambda w, the harm criterion and its cosine form, the error at finite ridge."""
    w, mu, v, a, beta = sp.symbols("w mu v a beta", real=True)
    jet = sp.symbols("phi_0:4", real=True)
    loss = sum(c * (a * w) ** k / sp.factorial(k) for k, c in enumerate(jet))
    pull = -sp.diff(loss, w).subs(w, mu * v)  # of one sample on lambda w = v, mu = 1/lambda
    n_retain, n_forget, slope = sp.symbols("n_R n_F s", positive=True)
    n = n_retain + n_forget
    m_retain, m_forget = sp.symbols("m_R m_F", real=True)  # one coordinate of the means

    def limit(on_retain: Any, on_forget: Any) -> sp.Expr:
        """Limit of lambda w for coefficients that are constant on R and on F."""
        return slope * (on_retain * n_retain * m_retain + on_forget * n_forget * m_forget)

    sums = [limit(1, 0), limit(1, original_on_forget), limit(1, -ascent)]
    means = [
        limit(1 / n_retain, 0),
        limit(1 / n, original_on_forget / n),
        limit(1 / n_retain, -ascent / n_forget),
    ]
    oracle, original, both = means if mean else sums
    share = n_forget / n
    steps: list[Any] = [
        Identity("at mu = 0 a sample pulls with -phi'(0)", pull.subs(mu, 0), -jet[1] * a),
        Identity("and independently of v: one smooth branch", sp.diff(pull, v).subs(mu, 0), 0),
        Identity("lambda w_R", oracle, slope * m_retain),
        Identity("lambda w_D", original, slope * ((1 - share) * m_retain + share * m_forget)),
        Identity("lambda w_DA", both, slope * (m_retain - m_forget)),
        Identity("descent-ascent from the oracle", both - oracle, -slope * m_forget),
        Identity(
            "the original from the oracle", original - oracle, slope * share * (m_forget - m_retain)
        ),
        Identity(
            "on the path the displacement is linear in beta",
            limit(1 / n_retain, -beta / n_forget) - slope * m_retain,
            -beta * slope * m_forget,
        ),
        Identity("in sums the two distances agree", (sums[2] - sums[0]) + (sums[1] - sums[0]), 0),
        *_harm_by_cosine(threshold_power),
        *_finite_ridge(curvature_bound),
    ]
    return Proof(
        (
            "w_c stationary for sum_i c_i phi(a_i.w) + (lambda/2)||w||^2; lambda to infinity",
            "the implicit function theorem at mu = 1/lambda = 0; s = -phi'(0)",
            "each coordinate alike; distances compared by ||m_F|| and f ||m_F - m_R||",
        ),
        tuple(steps),
    )


def _harm_by_cosine(threshold_power: int) -> list[Any]:
    """||m_F|| against f ||m_F - m_R||, by k = ||m_R||/||m_F|| and c = cos(m_F, m_R)."""
    f, k, t = sp.symbols("f k t", positive=True)
    c = sp.Symbol("c", real=True)
    g = sp.Symbol("g", nonnegative=True)
    harm = 1 - f**2 * (1 + k**2 - 2 * k * c)  # (||m_F||^2 - f^2 ||gap||^2)/||m_F||^2
    threshold = (1 + k**2 - 1 / f**threshold_power) / (2 * k)
    equal = 1 - 1 / (2 * f**2)
    certain = {c: -1 + g, f: 1 / (1 + k + t)}
    never = {c: 1 - g, k: 1 + 1 / f + t}
    three_quarters = {f: sp.Rational(3, 4), k: sp.Integer(1)}
    return [
        Identity("harm iff c exceeds the threshold", harm, 2 * k * f**2 * (c - threshold)),
        Identity("equal norms", threshold.subs(k, 1), equal),
        Sign("harm whatever c if f (1 + k) < 1; f < 1/2 for k = 1", harm.subs(certain), ">"),
        Sign("no harm whatever c if k >= 1 + 1/f", harm.subs(never), "<"),
        Witness(
            "f = 3/4, c = 1/5: harm",
            {**three_quarters, c: sp.Rational(1, 5)},
            holds=(sp.Gt(harm, 0), sp.Gt(c, equal)),
        ),
        Witness(
            "f = 3/4, c = 0: help",
            {**three_quarters, c: sp.Integer(0)},
            fails=(sp.Ge(harm, 0), sp.Gt(c, equal)),
        ),
        Witness(
            "k = 3, f = 1/2, c = 0: the equal-norm rule says harm, wrongly",
            {f: sp.Rational(1, 2), k: sp.Integer(3), c: sp.Integer(0)},
            holds=(sp.Gt(c, equal),),
            fails=(sp.Gt(harm, 0),),
        ),
    ]


def _finite_ridge(curvature_bound: str) -> list[Any]:
    """Slopes at 0, and |phi'| < 1, phi'' <= 1/4 for the logistic loss: the error bound."""
    z = sp.Symbol("z", real=True)
    y = sp.Symbol("y", positive=True)  # e^z
    first, second = (sp.diff(_logistic(z), z, k).subs(z, sp.log(y)) for k in (1, 2))
    bound = sp.Rational(curvature_bound)
    return [
        Identity(
            "logistic: -phi'(0) = 1/2", -sp.diff(_logistic(z), z).subs(z, 0), sp.Rational(1, 2)
        ),
        Identity("exponential: -phi'(0) = 1", -sp.diff(sp.exp(-z), z).subs(z, 0), 1),
        Sign("logistic: phi' < 0", sp.simplify(first), "<"),
        Sign("logistic: phi' > -1, so ||lambda w|| <= C_1", sp.simplify(1 + first), ">"),
        Sign(
            "logistic: phi'' <= 1/4, so |phi'(z) - phi'(0)| <= |z|/4",
            sp.simplify(bound - second),
            ">=",
            factors=(sp.Rational(1, 4), ((y - 1) / (y + 1)) ** 2),
        ),
    ]
