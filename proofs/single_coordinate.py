r"""One coordinate of the block model: the minimisers, the harm threshold, and all blocks at once.

Everything follows from one rewriting of the gradient.  With ``psi = -phi'``, ``E = 1/psi`` and
``r(w) = w E(w)`` every objective of the family has ``J'(w) = lambda psi(w) (r(w) - s c)``, so
stationary points are where r takes the value ``s c``.  A minimiser is never solved for: it is
taken as the free symbol, and the strength or the lift is expressed through it.
"""

from __future__ import annotations

import sympy as sp

from proofs.proof import Identity, Monotone, Proof, Sign, Step, Witness, less, proves

w = sp.Symbol("w", real=True)
p, lift, ridge, s = sp.symbols("p rho lambda s", positive=True)
u, h, m, x, y = sp.symbols("u h m x y", positive=True)
tau = sp.Symbol("tau", positive=True)
odds = sp.Symbol("a", positive=True)  # n_F / n_R, so that every f = a / (1 + a) is in (0, 1)
f = odds / (1 + odds)
THRESHOLD = f / (1 + f)

EXPONENTIAL = sp.exp(-w)
LOGISTIC = sp.log(1 + sp.exp(-w))

MODEL = (
    "inside a block y_i x_ij = 1, outside 0; p, q > 0 are its shares of the retain and of the "
    "forget set, rho = q/p, s = p/lambda, f = a/(1+a) with a = n_F/n_R"
)
INCREASING = "r is strictly increasing where its derivative is positive, so it orders the roots"


def _inverse_psi(loss: sp.Expr) -> sp.Expr:
    """E(w) = 1/psi(w) = -1/phi'(w)."""
    return sp.expand(sp.simplify(-1 / sp.diff(loss, w)))


def _r(loss: sp.Expr, at: sp.Expr = w) -> sp.Expr:
    return (w * _inverse_psi(loss)).subs(w, at)


def _coefficients(forget_sign: int = -1) -> dict[str, sp.Expr]:
    """What multiplies the loss in each objective, from the shares; over p it is c."""
    q = lift * p
    return {"oracle": p, "original": (1 - f) * p + f * q, "descent-ascent": p + forget_sign * q}


def _stationarity(loss: sp.Expr, forget_sign: int = -1) -> list[Step]:
    """``J' = lambda psi (r - s c)`` for the three objectives, by differentiation."""
    wanted = {"oracle": 1, "original": 1 + f * (lift - 1), "descent-ascent": 1 - lift}
    steps: list[Step] = [Sign("psi > 0", -sp.diff(loss, w), ">")]
    for name, coefficient in _coefficients(forget_sign).items():
        gradient = sp.diff(coefficient * loss + ridge / 2 * w**2, w)
        target = ridge / _inverse_psi(loss) * (_r(loss) - p / ridge * wanted[name])
        steps.append(Identity(f"the gradient of the {name}", gradient, target))
    return steps


def _increasing(loss: sp.Expr) -> list[Step]:
    """``r`` increases on the positive axis, where oracle and original are."""
    return [Sign("r' > 0 for w > 0", sp.diff(_r(loss), w).subs(w, x), ">")]


def _below_fold() -> list[Step]:
    """``w e^w`` is at least -1/e: decreasing before -1, increasing after."""
    left, right = _r(EXPONENTIAL, -1 - x), _r(EXPONENTIAL, -1 + x)
    return [
        Identity("w e^w is -1/e at w = -1", _r(EXPONENTIAL, sp.Integer(-1)), -1 / sp.E),
        Monotone("w e^w > -1/e for w > -1", right + 1 / sp.E, x, ">"),
        Monotone("w e^w > -1/e for w < -1", left + 1 / sp.E, x, ">"),
    ]


def _distance_lemmas(loss: sp.Expr) -> list[Step]:
    """How roots and values of r compare with the line of slope 1/psi(0).

    * from y to y + h, ``h < psi(0) (r(y+h) - r(y))``: the original is close to the oracle;
    * at -m, ``m > -psi(0) r(-m)``: descent-ascent's stationary point is far below 0.
    """
    inverse = _inverse_psi(loss)
    at_zero = 1 / inverse.subs(w, 0)

    def E(at: sp.Expr) -> sp.Expr:
        return inverse.subs(w, at)

    rise = Monotone("E increases", E(y + h) - E(y), h, ">")
    above = Monotone("E is above E(0)", at_zero * E(y + h) - 1, y, ">", start=-h)
    below = Monotone("E is below E(0)", 1 - at_zero * E(-m), m, ">")
    return [
        Identity(
            "psi(0) (r(y+h) - r(y)) - h, split",
            at_zero * (_r(loss, y + h) - _r(loss, y)) - h,
            at_zero * y * rise.expr + h * above.expr,
        ),
        Sign("its first part", at_zero * y * rise.expr, ">", factors=(at_zero, y, rise)),
        Sign("its second part", h * above.expr, ">", factors=(h, above)),
        Identity("m + psi(0) r(-m), factored", m + at_zero * _r(loss, -m), m * below.expr),
        Sign("it is positive", m * below.expr, ">", factors=(m, below)),
    ]


@proves(
    wrong_sign_of_margin={"loss": sp.exp(w)},
    ridge_without_half={"half": sp.Integer(1)},
    forget_set_descended={"forget_sign": 1},
)
def lambert_minimiser(
    loss: sp.Expr = EXPONENTIAL, half: sp.Expr = sp.Rational(1, 2), forget_sign: int = -1
) -> Proof:
    """Stationary points in the paper's letters and in (s, rho, f); they are minima on W0."""
    n_r, n_f, in_r, in_f = sp.symbols("n_R n_F R_j F_j", positive=True)
    n, alpha = n_r + n_f, in_f / in_r
    strength, the_lift, share = in_r / (ridge * n_r), (in_f / n_f) / (in_r / n_r), n_f / n
    objectives = {
        "oracle": (in_r / n_r, in_r / (ridge * n_r), 1),
        "original": (
            (in_r + in_f) / n,
            (1 + alpha) * in_r / (ridge * n),
            1 + share * (the_lift - 1),
        ),
        "descent-ascent": (
            in_r / n_r + forget_sign * in_f / n_f,
            (1 - alpha * n_r / n_f) * in_r / (ridge * n_r),
            1 - the_lift,
        ),
    }
    steps: list[Step] = []
    for name, (coefficient, printed, c) in objectives.items():
        gradient = sp.diff(coefficient * loss + half * ridge * w**2, w)
        target = ridge * sp.exp(-w) * (w * sp.exp(w) - printed)
        steps.append(Identity(f"{name}: stationary iff w e^w = z", gradient, target))
        steps.append(Identity(f"{name}: z = s c", printed, strength * c))
    c = sp.Symbol("c", real=True)
    curvature = sp.diff(c * loss + half * ridge * w**2, w, 2)
    at_root = curvature.subs(c, ridge * w * sp.exp(w))
    convex = curvature.subs(c, sp.Symbol("c", nonnegative=True))
    steps.append(Sign("c >= 0: strictly convex, a global minimum", convex, ">"))
    steps.append(Identity("the curvature there is lambda (1 + w)", at_root, ridge * (1 + w)))
    steps.append(Sign("positive on W0", at_root.subs(w, -1 + x), ">"))
    steps.append(Sign("w e^w increases on W0", sp.diff(_r(EXPONENTIAL), w).subs(w, x - 1), ">"))
    return Proof((MODEL, "exponential loss; mean convention"), tuple(steps))


@proves(
    labels_as_printed={"side": -1},
    fold_without_e={"fold": 1 + 1 / s},
    one_branch_only={"forget_sign": 1},
)
def da_branches(side: int = 1, fold: sp.Expr = 1 + 1 / (sp.E * s), forget_sign: int = -1) -> Proof:
    """W0 is the minimum and W-1 the maximum; where both vanish; unbounded below."""
    delta = sp.Symbol("delta", positive=True)
    objective = _coefficients(forget_sign)["descent-ascent"] * EXPONENTIAL + ridge / 2 * w**2
    at_root = sp.diff(objective, w, 2).subs(lift, 1 - ridge * w * sp.exp(w) / p)
    r = _r(EXPONENTIAL)
    n_r, n_f, in_r, alpha = sp.symbols("n_R n_F R_j alpha", positive=True)
    printed = sp.solve(sp.Eq(alpha * n_r / n_f, fold.subs(s, in_r / (ridge * n_r))), alpha)[0]
    falling = objective.subs({lift: 1 + delta, w: -x})
    cubic = -(x**2) / 6 * (p * delta * x - 3 * ridge)
    point = {p: sp.Integer(1), lift: sp.Integer(2), ridge: sp.Integer(10)}
    upper, lower = sp.LambertW(sp.Rational(-1, 10)), sp.LambertW(sp.Rational(-1, 10), -1)
    bend = sp.diff(objective, w, 2)
    steps: tuple[Step, ...] = (
        *_stationarity(EXPONENTIAL, forget_sign),
        Sign(
            "rho <= 1: strictly convex, one global minimum",
            sp.diff(objective, w, 2).subs(lift, 1 / (1 + sp.Symbol("t", nonnegative=True))),
            ">",
        ),
        Identity("the second derivative at a stationary point", at_root, ridge * (1 + w)),
        Sign("a minimum above -1 (W0)", at_root.subs(w, -1 + side * x), ">"),
        Sign("a maximum below -1 (W-1)", at_root.subs(w, -1 - side * x), "<"),
        *_below_fold(),
        Sign("w e^w increases above -1", sp.diff(r, w).subs(w, -1 + x), ">"),
        Sign("w e^w decreases below -1", sp.diff(r, w).subs(w, -1 - x), "<"),
        Identity("w e^w -> 0 from below at -oo", sp.limit(r, w, -sp.oo), 0),
        Sign("and is negative for w < 0", r.subs(w, -x), "<"),
        Identity("the fold: s (1 - rho) = -1/e", s * (1 - fold), -1 / sp.E),
        Identity(
            "the fold in the paper's letters",
            printed,
            n_f / n_r + ridge * n_f / (sp.E * in_r),
        ),
        Identity("at the fold the second derivative vanishes", at_root.subs(w, -1), 0),
        Sign(
            "and the third does not: an inflection",
            sp.diff(objective, w, 3).subs(lift, 1 + ridge / (sp.E * p)).subs(w, -1),
            ">",
        ),
        Monotone("e^x > x^3/6", sp.exp(x) - x**3 / 6, x, ">"),
        Identity(
            "rho > 1: the objective at -x, against the cubic",
            cubic - falling,
            p * delta * (sp.exp(x) - x**3 / 6),
        ),
        Sign(
            "the cubic bound falls without end",
            cubic.subs(x, 3 * ridge / (p * delta) + tau),
            "<",
            factors=(
                -sp.Rational(1, 6),
                (3 * ridge / (p * delta) + tau) ** 2,
                p * delta * tau,
            ),
        ),
        Witness(
            "rho = 2, s = 1/10: the labels as printed are the wrong way round",
            point,
            holds=(sp.Gt(bend.subs(w, upper), 0), sp.Lt(bend.subs(w, lower), 0)),
            fails=(sp.Lt(bend.subs(w, upper), 0), sp.Gt(bend.subs(w, lower), 0)),
        ),
    )
    return Proof((MODEL, "exponential loss", INCREASING), steps)


@proves(
    wrong_lower_end={"low": f},
    wrong_upper_end={"high": sp.Integer(2)},
    forget_set_descended={"forget_sign": 1},
)
def opposite_sides(
    low: sp.Expr = THRESHOLD, high: sp.Expr = sp.Integer(1), forget_sign: int = -1
) -> Proof:
    """``w_DA <= w_D <= w_R`` exactly for lifts between f/(1+f) and 1."""
    oracle, original, unlearned = (c / p for c in _coefficients(forget_sign).values())
    n_r, n_f = sp.symbols("n_R n_F", positive=True)
    printed = n_f**2 / (n_r * (n_f + n_r + n_f))
    steps: list[Step] = []
    for loss in (EXPONENTIAL, LOGISTIC):
        steps += [*_stationarity(loss, forget_sign), *_increasing(loss)]
    steps += [
        Identity("c_D - c_DA", original - unlearned, (1 + f) * (lift - low)),
        Identity("c_R - c_D", oracle - original, f * (high - lift)),
        Sign(
            "rho above the lower end: w_DA < w_D", (original - unlearned).subs(lift, low + x), ">"
        ),
        Sign(
            "rho below the lower end: w_D < w_DA", (original - unlearned).subs(lift, low - x), "<"
        ),
        Sign("rho above 1: w_R < w_D", (oracle - original).subs(lift, high + x), "<"),
        Sign("rho below 1: w_D < w_R", (oracle - original).subs(lift, high - x), ">"),
        Identity(
            "the lower end in the paper's letters, alpha = rho n_F/n_R",
            low.subs(odds, n_f / n_r) * n_f / n_r,
            printed,
        ),
        Identity("the upper end in the paper's letters", high * n_f / n_r, n_f / n_r),
    ]
    return Proof((MODEL, "exponential or logistic loss, rho >= 0", INCREASING), tuple(steps))


@proves(
    half_the_bound={"factor": sp.Rational(1, 2)},
    squared_exponential={"loss": sp.exp(-(w**2))},
)
def distance_growth(factor: sp.Expr = sp.Integer(1), loss: sp.Expr = EXPONENTIAL) -> Proof:
    """``|w_D - w_R| < |ln c_D|``: the two minimisers are y and y + h, in either order."""
    log_ratio = sp.expand_log(sp.log(_r(loss, y + h)), force=True) - sp.expand_log(
        sp.log(_r(loss, y)), force=True
    )
    log_ratio = sp.expand(log_ratio)
    surplus = Monotone("ln(1 + h/y) > 0", sp.log(1 + h / y), h, ">")
    # logistic: r(y+h)/r(y) > e^h, multiplied by e^-h y (1 + e^y)
    logistic = (_r(LOGISTIC, y + h) * sp.exp(-h) - _r(LOGISTIC, y)).expand()
    bracket = Monotone("1 - x e^-x > 0", sp.exp(x) - x, x, ">")
    steps: tuple[Step, ...] = (
        *_stationarity(EXPONENTIAL),
        *_stationarity(LOGISTIC),
        *_increasing(EXPONENTIAL),
        *_increasing(LOGISTIC),
        Identity(
            "exponential: |ln c| - h with |ln c| = ln r(y+h) - ln r(y)",
            factor * log_ratio - h,
            sp.log(y + h) - sp.log(y),
        ),
        surplus,
        Identity("approached as the ridge vanishes", sp.limit(surplus.expr, y, sp.oo), 0),
        Identity("logistic: at h = 0", logistic.subs(h, 0), 0),
        Identity(
            "logistic: the derivative in h, with x = y + h",
            sp.diff(logistic, h).subs(h, x - y),
            sp.exp(y - x) + sp.exp(y) * sp.exp(-x) * (sp.exp(x) - x),
        ),
        Sign(
            "logistic: it is positive",
            sp.exp(y) * sp.exp(-x) * (sp.exp(x) - x),
            ">",
            factors=(sp.exp(y), sp.exp(-x), bracket),
        ),
        Witness(
            "not vacuous: s = 1, c = 2 has a positive distance below ln 2",
            holds=(
                less(0, sp.LambertW(2, evaluate=False) - sp.LambertW(1, evaluate=False)),
                less(sp.LambertW(2, evaluate=False) - sp.LambertW(1, evaluate=False), sp.log(2)),
            ),
        ),
    )
    return Proof((MODEL, "rho >= 0, so c_D >= 1 - f > 0", INCREASING), steps)


@proves(
    stationary_point_above_zero={"side": -1},
    forget_set_descended={"forget_sign": 1},
    diverges_for_every_lift_above_one={"trap": sp.Rational(-2)},
)
def distance_unlearning(
    side: int = 1, forget_sign: int = -1, trap: sp.Expr = sp.Rational(-1, 2)
) -> Proof:
    """A lift of at least 1 puts every stationary point at or below 0; that is the whole proof."""
    steps: list[Step] = []
    for loss in (EXPONENTIAL, LOGISTIC):
        lift_at = 1 - _r(loss, -side * m) / s
        steps += [
            *_stationarity(loss, forget_sign),
            Sign("stationary at -m < 0 iff rho > 1", lift_at - 1, ">"),
            Identity("stationary at 0 iff rho = 1", _r(loss, sp.Integer(0)), 0),
            Sign("stationary at +x > 0 iff rho < 1", -_r(loss, x) / s, "<"),
            Sign("w_R - w_DA = u + m exceeds w_R = u", (u + side * m) - u, ">"),
        ]
    objective = _coefficients(forget_sign)["descent-ascent"] * EXPONENTIAL + ridge / 2 * w**2
    point = {p: sp.Integer(1), lift: sp.Integer(2), ridge: sp.Integer(10)}
    steps += [
        Witness(
            "rho = 2, s = 1/10: the flow from the original cannot pass -1/2, so w_DA is finite",
            {**point, w: trap},
            holds=(sp.Lt(sp.diff(objective, w), 0), sp.Gt(w, -1)),
        ),
        Witness(
            "and the bound holds there",
            holds=(
                less(
                    sp.LambertW(sp.Rational(1, 10)),
                    sp.LambertW(sp.Rational(1, 10)) - sp.LambertW(sp.Rational(-1, 10)),
                ),
            ),
        ),
    ]
    return Proof(
        (MODEL, "rho >= 1", "where no stationary point exists the distance is infinite"),
        tuple(steps),
    )


@proves(
    logarithm_alone={"second": sp.Integer(0)},
    lift_below_one={"at_lift": sp.Rational(1, 2)},
    plus_log_log={"second": sp.Integer(-1)},
)
def vanishing_ridge(second: sp.Expr = sp.Integer(1), at_lift: sp.Expr = sp.Integer(1)) -> Proof:
    """``W(s)`` between ``L - ln L`` and ``L - ln(L - ln L)``, the gaps tending to 0."""
    root = 1 + x  # w = W(s) > 1, so s > e
    log = root + sp.log(root)  # L = ln s = w + ln w
    lower = log - second * sp.log(log)
    ratio = sp.log(root) / root
    share = Sign(
        "ln w / w > 0",
        ratio,
        ">",
        factors=(Monotone("ln w > 0", sp.log(root), x, ">"), 1 / root),
    )
    whole, minimum = _coefficients()["original"] / p, _coefficients()["descent-ascent"] / p
    steps: tuple[Step, ...] = (
        *_stationarity(EXPONENTIAL),
        Identity("rho = 1: the original is the oracle", whole.subs(lift, at_lift), 1),
        Identity("rho = 1: descent-ascent ends at 0", minimum.subs(lift, at_lift), 0),
        Identity(
            "L = ln(w e^w)",
            sp.expand_log(sp.log(_r(EXPONENTIAL, root)), force=True),
            log,
        ),
        Identity("w - (L - ln L) = ln(L/w)", root - lower, sp.log(log) - sp.log(root)),
        Identity("L/w = 1 + ln w / w", log / root, 1 + ratio),
        share,
        Monotone("ln(1 + y) > 0", sp.log(1 + y), y, ">"),
        Identity(
            "L - ln(L - ln L) - w = ln w - ln(L - ln L): the lower bound again",
            log - sp.log(lower) - root,
            sp.log(root) - sp.log(lower),
        ),
        Identity("both bounds are exact at w = 1", lower.subs(x, 0), 1),
        Identity("ln w / w -> 0, so the lower gap does", sp.limit(ratio, x, sp.oo), 0),
        Identity("L/w -> 1: like ln(1/lambda) to leading order", sp.limit(log / root, x, sp.oo), 1),
        Identity("(L - ln L)/w -> 1, so the upper gap -> 0", sp.limit(lower / root, x, sp.oo), 1),
        Identity(
            "rho < 1: w_R - w_DA = -ln(1 - rho) - ln(w_R/w_DA), bounded for every ridge",
            sp.expand_log(sp.log(_r(EXPONENTIAL, y + h) / _r(EXPONENTIAL, y)), force=True)
            - (sp.log(y + h) - sp.log(y)),
            h,
        ),
    )
    return Proof((MODEL, "exponential loss, s = p/lambda > e, w = W(s) > 1"), steps)


@proves(
    wrong_weights={"weight": sp.Symbol("p_D", positive=True)},
    lift_upside_down={"inverted": True},
)
def lift_conservation(weight: sp.Symbol | None = None, inverted: bool = False) -> Proof:
    """``p_j rho_j`` is the forget share of block j, and shares sum to 1."""
    in_r, in_f, n_r, n_f = sp.symbols("R_j F_j n_R n_F", positive=True)
    rest, slack = sp.symbols("rest slack", nonnegative=True)
    retain, forget = in_r / n_r, in_f / n_f
    the_lift = retain / forget if inverted else forget / retain
    mass = retain if weight is None else weight
    gap = p - p * (1 - slack) + rest
    steps: tuple[Step, ...] = (
        Identity("p_j rho_j = |F_j|/n_F, summed over the blocks n_F/n_F", mass * the_lift, forget),
        Identity(
            "the partial sums: (|F_1| + ... + |F_j|)/n_F, to 1 at the last block",
            (rest / n_f + mass * the_lift).subs(rest, n_f - in_f),
            1,
        ),
        Identity(
            "sum_j p_j (1 - rho_j) = sum_j p_j - 1 <= 0, split at block j", gap, p * slack + rest
        ),
        Sign(
            "if no other block is above 1, a lift 1 - x here makes it positive",
            gap.subs(slack, x),
            ">",
        ),
        Identity(
            "a forget set inside one block has lift 1/p", the_lift.subs(in_f, n_f), 1 / retain
        ),
        Sign("at least 1", (1 / p - 1).subs(p, 1 / (1 + rest)), ">="),
        Witness(
            "needed: half the forget set in a block without retained samples",
            {in_r: sp.Integer(3), n_r: sp.Integer(3), in_f: sp.Integer(1), n_f: sp.Integer(2)},
            holds=(sp.Lt(mass * the_lift, 1),),
        ),
    )
    return Proof((MODEL, "every forgotten sample lies in a block with retained ones"), steps)


def _harm(loss: sp.Expr, threshold: sp.Expr, fraction: sp.Expr, forget_sign: int) -> list[Step]:
    """Farther iff rho > f/(1+f): the order of the roots up to rho = 1, two bounds beyond."""
    _, original, unlearned = (c / p for c in _coefficients(forget_sign).values())
    at_zero = 1 / _inverse_psi(loss).subs(w, 0)
    excess, near, far = sp.symbols("delta near far", positive=True)
    scale = at_zero * s * excess
    return [
        *_stationarity(loss, forget_sign),
        *_increasing(loss),
        Identity("c_D - c_DA", original - unlearned, (1 + f) * (lift - threshold)),
        Sign("rho above: w_DA < w_D", (original - unlearned).subs(lift, threshold + x), ">"),
        Sign("rho below: w_D < w_DA", (original - unlearned).subs(lift, threshold - x), "<"),
        Sign("rho < 1: w_D < w_R", (1 - original).subs(lift, 1 - x), ">"),
        Sign("rho > 0: w_DA < w_R", 1 - unlearned, ">"),
        Identity("rho = 0: w_DA = w_R", unlearned.subs(lift, 0), 1),
        Identity("rho = 1: w_D = w_R, and w_DA < w_R is farther", original.subs(lift, 1), 1),
        *_distance_lemmas(loss),
        Identity(
            "rho = 1 + delta: s (c_D - 1) = r(w_D) - r(w_R) = s f delta",
            s * (original - 1).subs(lift, 1 + excess),
            s * f * excess,
        ),
        Identity(
            "rho = 1 + delta: r(w_DA) = -s delta", s * unlearned.subs(lift, 1 + excess), -s * excess
        ),
        # near, far: what the two lemmas leave over, far with w_R itself
        Identity(
            "farther by",
            (scale + far) - (fraction * scale - near),
            (1 - fraction) * scale + near + far,
        ),
        Sign("which is positive", (1 - fraction) * scale + near + far, ">"),
        Sign("the threshold is below 1", 1 - threshold, ">"),
    ]


@proves(
    threshold_at_f={"threshold": f},
    all_data_or_more_forgotten={"fraction": 1 + odds},
    forget_set_descended={"forget_sign": 1},
    fold_dropped={"fold": sp.Integer(2)},
)
def harm_threshold(
    threshold: sp.Expr = THRESHOLD,
    fraction: sp.Expr = f,
    forget_sign: int = -1,
    fold: sp.Expr = 1 + 1 / (sp.E * s),
) -> Proof:
    """Exponential loss, every ridge; beyond the fold descent-ascent is infinitely far."""
    beyond = 1 - (fold + tau)
    steps: tuple[Step, ...] = (
        *_harm(EXPONENTIAL, threshold, fraction, forget_sign),
        *_below_fold(),
        Identity("beyond the fold s c_DA = -1/e - s tau", s * beyond, -1 / sp.E - s * tau),
        Sign(
            "so the gradient is positive at every w: no stationary point, w -> -oo",
            (-1 / sp.E + x) - (-1 / sp.E - s * tau),
            ">",
        ),
    )
    return Proof(
        (
            MODEL,
            "exponential loss; w_DA is the limit of the gradient flow from w_D, and any "
            "stationary point where rho > 1",
            INCREASING,
        ),
        steps,
    )


@proves(
    slope_too_large={"floor": 1 - sp.exp(-3)},
    exponential_loss={"loss": EXPONENTIAL},
    forget_set_descended={"forget_sign": 1},
)
def logistic_minimiser(
    floor: sp.Expr = 1 - sp.exp(-2), loss: sp.Expr = LOGISTIC, forget_sign: int = -1
) -> Proof:
    """``w (1 + e^w)`` maps the line onto itself, increasing: one stationary point, a minimum."""
    r = _r(loss)
    slope = sp.diff(r, w)
    steps: tuple[Step, ...] = (
        *_stationarity(loss, forget_sign),
        Identity("r(w) = w (1 + e^w)", r, w * (1 + sp.exp(w))),
        Identity("r' takes its least value at -2", slope.subs(w, -2), floor),
        Monotone("r' is above it for w > -2", (slope - floor).subs(w, -2 + x), x, ">"),
        Monotone("r' is above it for w < -2", (slope - floor).subs(w, -2 - x), x, ">"),
        Witness("which is positive", holds=(less(0, floor),)),
        Monotone("so r(x) is above that multiple of x", r.subs(w, x) - floor * x, x, ">"),
        Sign("and r(-x) below that multiple of -x: r is onto", r.subs(w, -x) + floor * x, "<"),
    )
    return Proof((MODEL, "logistic loss, any rho >= 0", INCREASING), steps)


@proves(
    threshold_at_f={"threshold": f},
    all_data_or_more_forgotten={"fraction": 1 + odds},
    forget_set_descended={"forget_sign": 1},
)
def logistic_harm_threshold(
    threshold: sp.Expr = THRESHOLD, fraction: sp.Expr = f, forget_sign: int = -1
) -> Proof:
    """Logistic loss, every ridge: the argument uses only that psi is positive and decreasing."""
    return Proof(
        (MODEL, "logistic loss; descent-ascent has one stationary point", INCREASING),
        tuple(_harm(LOGISTIC, threshold, fraction, forget_sign)),
    )


@proves(
    threshold_at_f={"threshold": f},
    passes_from_the_threshold_on={"passes_above": THRESHOLD},
    forget_set_descended={"forget_sign": 1},
)
def early_stopping_phases(
    threshold: sp.Expr = THRESHOLD,
    passes_above: sp.Expr = sp.Integer(1),
    forget_sign: int = -1,
) -> Proof:
    """The sign of ``s c_DA - r`` at w_D, at w_R and between decides the phase."""
    _, original, unlearned = (c / p for c in _coefficients(forget_sign).values())
    steps: list[Step] = []
    delta = sp.Symbol("delta", positive=True)
    for loss in (EXPONENTIAL, LOGISTIC):
        objective = _coefficients(forget_sign)["descent-ascent"] * loss + ridge / 2 * w**2
        inverse = _inverse_psi(loss)
        strength = _r(loss, u)
        speed = (sp.diff(objective, w) / ridge).subs({lift: 1 + delta, p: ridge * strength})
        share = inverse.subs(w, u) / inverse.subs(w, u + x)
        steps += [
            *_stationarity(loss, forget_sign),
            Identity(
                "rho = 1 + delta: -dw/dt / lambda at u + x, the inverse of the integrand",
                speed.subs(w, u + x),
                u + x + delta * u * share,
            ),
            Sign(
                "it exceeds u, so the oracle is reached in finite time", x + delta * u * share, ">"
            ),
        ]
    slope = sp.diff(_r(LOGISTIC), w)
    steps += [
        Sign("exponential: r increases on w > -1", sp.diff(_r(EXPONENTIAL), w).subs(w, x - 1), ">"),
        Monotone(
            "logistic: r increases, above -2", slope.subs(w, -2 + x) - slope.subs(w, -2), x, ">"
        ),
        Monotone(
            "logistic: r increases, below -2", slope.subs(w, -2 - x) - slope.subs(w, -2), x, ">"
        ),
        Witness("logistic: the least slope is positive", holds=(less(0, slope.subs(w, -2)),)),
        Identity(
            "the drift at w_D, over lambda s psi",
            unlearned - original,
            (1 + f) * (threshold - lift),
        ),
        Sign("rho below the threshold: up", (unlearned - original).subs(lift, threshold - x), ">"),
        Sign("and the stationary point is short of w_R", 1 - unlearned, ">"),
        Sign(
            "rho above the threshold: down", (unlearned - original).subs(lift, threshold + x), "<"
        ),
        Sign("rho < 1: w_D starts below w_R, so it recedes", (1 - original).subs(lift, 1 - x), ">"),
        Identity("rho = 1: it starts at the oracle", original.subs(lift, 1), 1),
        Sign("rho > 1: w_D starts above w_R", (original - 1).subs(lift, passes_above + x), ">"),
        Sign("and the stationary point is below 0", unlearned.subs(lift, passes_above + x), "<"),
        *_below_fold(),
        Sign(
            "exponential, rho = 1 + 1/(e s) + x: the drift is negative everywhere",
            s * unlearned.subs(lift, 1 + 1 / (sp.E * s) + x) + 1 / sp.E,
            "<",
        ),
    ]
    return Proof(
        (
            MODEL,
            "dw/dt = -J_DA'(w) from w_D; a flow on a line is monotone and cannot pass a "
            "stationary point, nor converge to anything else",
            INCREASING,
        ),
        tuple(steps),
    )


@proves(
    one_block_fewer={"fewer": 1},
    lifts_not_conserved={"conserved": False},
    forget_set_descended={"forget_sign": 1},
)
def vector_level_closeness(fewer: int = 0, conserved: bool = True, forget_sign: int = -1) -> Proof:
    r"""``f^2 d ||w_DA - w_R||^2 > ||w_D - w_R||^2``, and no better constant.

    With ``v = q - p``: every block has ``|w_D - w_R| <= f psi(0) |v| / lambda``, and where
    ``v > 0`` it has ``|w_DA - w_R| > psi(0) v / lambda``.  The entries of v sum to
    ``1 - sum p >= 0``: its positive part has at least the sum of its negative part.  P and N
    are their sums of squares; k blocks have v > 0.
    """
    k = sp.Symbol("k", positive=True)
    others = sp.Symbol("others", nonnegative=True)  # blocks besides those k and one with v < 0
    total, squares, term = sp.symbols("M Q term", positive=True)
    spare, lack, excess = sp.symbols("spare lack excess", nonnegative=True)
    negative_total = sp.Symbol("M_N", positive=True)
    positive_total = negative_total + excess if conserved else total
    blocks = k + 1 + others
    positive_squares = positive_total**2 / k + spare  # Cauchy-Schwarz
    negative_squares = negative_total**2 - lack
    steps: list[Step] = []
    for loss in (EXPONENTIAL, LOGISTIC):
        at_zero = 1 / _inverse_psi(loss).subs(w, 0)
        steps += [
            *_stationarity(loss, forget_sign),
            *_increasing(loss),
            *_distance_lemmas(loss),
            Identity(
                "as the ridge grows: w ~ psi(0) s c",
                sp.limit(_r(loss, x) / x, x, 0),
                1 / at_zero,
            ),
        ]
    _, original, unlearned = _coefficients(forget_sign).values()
    v = lift * p - p
    epsilon = sp.Symbol("epsilon", positive=True)
    half, many = (1 - epsilon), epsilon / k
    ascent_limit = k * (1 / k) ** 2
    original_limit = f**2 * (half**2 + k * (1 / k - many) ** 2)
    steps += [
        Identity("p (c_D - 1) = f v", original - p, f * v),
        Identity("p c_DA = -v", unlearned, -v),
        Identity(
            "Cauchy-Schwarz by induction: (k+1)(Q + t^2) - (M + t)^2 from k Q - M^2",
            (k + 1) * (squares + term**2) - (total + term) ** 2,
            (k + 1) / k * (k * squares - total**2) + (total - k * term) ** 2 / k,
        ),
        Identity(
            "M^2 >= Q by induction",
            (total + term) ** 2 - (squares + term**2),
            (total**2 - squares) + 2 * total * term,
        ),
        Sign("whose last term is not negative", 2 * total * term, ">="),
        Sign(
            "d P - (P + N) >= 0",
            (blocks - fewer) * positive_squares - (positive_squares + negative_squares),
            ">=",
        ),
        Identity(
            "sharp: p = (1 - eps, eps/k, ...), q = (0, 1/k, ...): the limit of the ratio squared",
            sp.limit(ascent_limit / original_limit, epsilon, 0),
            1 / (f**2 * (k + 1)),
        ),
        _closer_witness(),
    ]
    return Proof(
        (
            MODEL,
            "d >= 2 blocks, every forgotten sample in a block with retained ones; q = p makes "
            "w_D = w_R, where the claim is trivial",
            "w_DA is any stationary point, or infinitely far",
            INCREASING,
        ),
        tuple(steps),
    )


def _closer_witness() -> Witness:
    """Five blocks, half the data forgotten, ridge 100: descent-ascent ends closer."""
    share, many = sp.Rational(999, 1000), sp.Rational(1, 4000)
    strong, ridge_value, half = sp.Rational(1, 4), sp.Integer(100), sp.Rational(1, 2)

    def root(coefficient: sp.Expr) -> sp.Expr:
        return sp.LambertW(coefficient / ridge_value, evaluate=False)

    ascent = 4 * (root(many - strong) - root(many)) ** 2
    original = (root(share * half) - root(share)) ** 2
    original += 4 * (root((many + strong) * half) - root(many)) ** 2
    return Witness(
        "f = 1/2, d = 5, p = (0.999, 4 x 0.00025), q = (0, 4 x 0.25), lambda = 100: closer",
        holds=(less(ascent, original), less(original, 5 * ascent / 4)),
    )
