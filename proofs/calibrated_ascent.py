"""The weight and the step of ascent, and the error that dependence leaves."""

from __future__ import annotations

import sympy as sp

from .kernel.proof import Parts, assume, cite, proves, wrong
from .kernel.steps import (
    Identity,
    Monotone,
    Witness,
    negative,
    nonnegative,
    nonpositive,
    positive,
)
from .kernel.theorems import MEAN_HESSIAN, MEAN_VALUE, SPECTRAL

z = sp.Symbol("z", positive=True)
margin = sp.Symbol("m", real=True)
ridge, n_r, n_f, length = sp.symbols("lambda n_R n_F r", positive=True)
f = n_f / (n_r + n_f)
LOGISTIC = sp.log(1 + sp.exp(-margin))
EXPONENTIAL = sp.exp(-margin)

STEP = (
    "sum convention: J_S = sum_S phi(a_i.w) + (lambda/2)|w|^2, w_D and w_R minimise J_D and J_R, "
    "phi is convex; letters without index are one component of a vector"
)
EIGEN = (
    "Omega: the diagonal matrix of the mean curvatures of the retained samples between w_R and "
    "w_D; Q = A_R' Omega A_R; in an orthonormal eigenbasis of Q: eigenvalue q >= 0, g = "
    "A_F' psi_F/lambda"
)


@proves
def calibrated_weight(
    weight: sp.Expr = wrong(f, as_strong_as_descent=sp.Integer(1), twice_as_strong=2 * f),
    ridge_factor: sp.Expr = wrong(1 - f, ridge_left_alone=sp.Integer(1)),
    excess: sp.Expr = wrong((n_r + n_f) / n_f, too_large_by_n_over_retained=(n_r + n_f) / n_r),
) -> Parts:
    """One identity, and two data sets that leave a single pair (gamma, mu)."""
    yield assume(
        "mean convention; l_S is the mean loss over S at w, r = |w|; f = n_F/n, n = n_R + n_F",
        "uniqueness: one feature, phi' < 0; the oracle w > 0 solves phi'(w) = -lambda w",
    )
    retain, forget, slope = sp.symbols("l_R l_F phi_prime", real=True)
    gamma, mu = sp.symbols("gamma mu", real=True)
    w = sp.Symbol("w", positive=True)
    whole = (n_r * retain + n_f * forget) / (n_r + n_f)
    penalty = length**2 / 2
    oracle = retain + ridge * penalty
    yield Identity("the mean over all data", whole, (1 - f) * retain + f * forget)
    yield Identity(
        "calibrated: (1 - f) L_R",
        whole - weight * forget + ridge_factor * ridge * penalty,
        (1 - f) * oracle,
    )
    yield positive("a positive multiple of the oracle's objective", 1 - f)
    # forgotten rows 0: only the retained mean has a slope; then all rows alike
    unseen = ((1 - f) * slope + mu * w).subs(slope, -ridge * w)
    alike = ((1 - gamma) * slope + mu * w).subs(slope, -ridge * w)
    yield Identity(
        "forgotten rows 0: stationary iff mu is right", unseen, (mu - (1 - f) * ridge) * w
    )
    yield Identity(
        "all rows alike, with that mu", alike.subs(mu, (1 - f) * ridge), (gamma - f) * ridge * w
    )
    yield positive("so gamma is right, too", ridge * w)
    gradient = sp.Symbol("grad_F", real=True)
    yield Identity(
        "at the oracle of any data: a combination of w_R and grad l_F(w_R)",
        (1 - f) * (-ridge * w) + f * gradient - gamma * gradient + mu * w,
        (mu - (1 - f) * ridge) * w + (f - gamma) * gradient,
    )
    yield Identity(
        "descent-ascent: n/n_R times the objective with gamma = excess f, and the right ridge",
        retain - forget + ridge * penalty,
        (n_r + n_f) / n_r * (whole - excess * f * forget + (1 - f) * ridge * penalty),
    )


@proves
def orthogonal_ascent_is_exact(
    size: sp.Expr = wrong(1 / ridge, half_the_step=1 / (2 * ridge), twice_the_step=2 / ridge),
    crossed: int = wrong(0, rows_not_orthogonal=1),
    mean_ridge: sp.Expr = wrong(ridge / (1 - f), mean_convention_alike=ridge),
) -> Parts:
    """The step leaves ``lambda w_1 = A_R' psi(A_R w_D)``, and the margins do not move."""
    yield assume(STEP, EIGEN, "x = A_R A_F' psi_F, z = a.w for one retained row a")
    yield cite(MEAN_HESSIAN, SPECTRAL)
    pull_r, pull_f = sp.symbols("G_R G_F", real=True)
    cross, move = sp.Symbol("x", nonzero=True), sp.Symbol("g", real=True)
    before = sp.Symbol("z_D", real=True)
    original = (pull_r + pull_f) / ridge
    after = original - size * pull_f
    q, rest = sp.symbols("q rest", nonnegative=True)
    curve, shift = sp.symbols("omega c", positive=True)
    for name, loss in (("logistic", LOGISTIC), ("exponential", EXPONENTIAL)):
        yield positive(f"{name}: strictly convex", sp.diff(loss, margin, 2))
    yield Identity("the step takes the forget set's pull out", ridge * after, pull_r)
    yield Identity(
        "a retained margin moves by the cross-Gram vector", before - size * crossed * cross, before
    )
    yield Identity(
        "so lambda w_1 = A_R' psi(A_R w_1): the gradient of J_R vanishes",
        ridge * after - pull_r,
    )
    error = -q * move / (ridge + q)
    yield Identity(
        "conversely, lambda (w_1 - w_R) = -Q (w_D - w_R), w_D = w_1 + g",
        ridge * error,
        -q * (error + move),
    )
    yield nonpositive("-g.(w_1 - w_R) adds up terms >= 0", error * move)
    yield positive(
        "which vanish only where g'Q g = sum omega (a.g)^2 does: some |a.g| = c > 0 leaves a sum "
        "> 0",
        curve * shift**2 + rest,
    )
    yield Identity(
        "mean convention, step f/lambda on l_F: the pull of R is G_R/n, that of the oracle G_R/n_R",
        mean_ridge / (n_r + n_f) / ridge,
        1 / n_r,
    )


@proves
def orthogonal_ascent_flow(
    second: sp.Expr = wrong(sp.Integer(2), equal_rows_miss_too=sp.Integer(1)),
    order: int = wrong(1, later_for_longer_rows=-1),
    at_most: sp.Expr = wrong(sp.Integer(1), at_half_the_step=sp.Rational(1, 2)),
) -> Parts:
    """Each forgotten row has a clock of its own, which its length decides."""
    yield assume(
        STEP,
        "a row b of F, orthogonal to all other rows: its margin z = b.w at w_D solves "
        "lambda z = |b|^2 psi(z), and along the flow dz/dt = -|b|^2 psi(z); the oracle's is 0",
    )
    yield cite(MEAN_VALUE)
    for name, loss in (("exponential", EXPONENTIAL), ("logistic", LOGISTIC)):
        inverse = sp.simplify(-1 / sp.diff(loss, margin)).expand().subs(margin, z)
        u = sp.Symbol("u", positive=True)
        total = sp.integrate(inverse.subs(z, u), (u, 0, z))
        square = ridge * z * inverse
        time = total / (z * inverse)
        yield Identity(f"{name}: dt = dz/(|b|^2 psi), over z", ridge * total / square, time)
        yield Identity(f"{name}: and its derivative", sp.diff(total, z), inverse)
        yield positive(f"{name}: a longer row has a larger margin", sp.diff(square, z))
        numerator = z * inverse**2 - total * sp.diff(z * inverse, z)
        bend = sp.powsimp(sp.expand(numerator * sp.exp(-z)))
        yield Identity(
            f"{name}: the numerator of the time's derivative",
            sp.diff(time, z) * (z * inverse) ** 2,
            bend * sp.exp(z),
        )
        yield Monotone(f"{name}: it is negative: earlier for longer rows", order * bend, z, "<")
        yield Monotone(
            f"{name}: before one step of size 1/lambda would", at_most * z * inverse - total, z, ">"
        )
        apart = sp.StrictGreaterThan(
            time.subs(z, 1) - time.subs(z, second), sp.Integer(0), evaluate=False
        )
        yield Witness(f"{name}: margins 1 and {second} are not taken out at once", holds=(apart,))


@proves
def cross_gram_bound(
    curvature: sp.Expr = wrong(sp.Rational(1, 4), curvature_of_one_fifth=sp.Rational(1, 5)),
    peak: sp.Expr = wrong(1 / (2 * sp.sqrt(ridge)), lower_peak=1 / (3 * sp.sqrt(ridge))),
    slack: int = wrong(1, lower_bound_over_the_ridge_alone=0),
    spare: sp.Expr = wrong(sp.Integer(0), ridge_counted_twice_below=ridge),
) -> Parts:
    """One mean curvature serves for both points, so the error is a resolvent of Q."""
    yield assume(
        STEP,
        EIGEN,
        "B = Omega^(1/2) A_R, singular value b (q = b^2), c = A_R A_F' psi_F/lambda; v is the "
        "component of Omega^(1/2) c along its left singular vector, b g = v",
        "every curvature is between omega and kappa: |B| <= s sqrt(kappa), |Omega^(1/2) c| <= "
        "sqrt(kappa) |c|",
    )
    yield cite(MEAN_HESSIAN, SPECTRAL)
    move, v = sp.symbols("g v", real=True)
    b, more, t = sp.symbols("b j t", positive=True)
    error = -(b**2) * move / (ridge + spare + b**2)
    gain = b / (ridge + b**2)
    yield nonnegative(
        "logistic: kappa is at most a quarter",
        curvature - sp.diff(LOGISTIC, margin, 2),
        factors=(sp.Rational(1, 4), (sp.exp(margin) - 1) ** 2 / (sp.exp(margin) + 1) ** 2),
    )
    yield Identity(
        "lambda (w_1 - w_R) = A_R'(psi(z_D) - psi(z_R)) = -Q (w_1 - w_R + g)",
        ridge * error,
        -(b**2) * (error + move),
    )
    yield Identity("in terms of v = b g", error.subs(move, v / b), -gain * v)
    yield Identity("the original's error", error + move, ridge * move / (ridge + b**2))
    yield Identity(
        "b/(lambda + b^2) against a larger singular value",
        gain.subs(b, b + more) - gain,
        more * (ridge - b * (b + more)) / ((ridge + b**2) * (ridge + (b + more) ** 2)),
    )
    yield positive(
        "it increases below sqrt(lambda) = b + j + t", ((b + more + t) ** 2 - b * (b + more))
    )
    yield nonnegative(
        "and never exceeds its value there",
        peak - gain,
        factors=((sp.sqrt(ridge) - b) ** 2, 1 / (2 * sp.sqrt(ridge) * (ridge + b**2))),
    )
    yield Identity(
        "in the norm of M = lambda + Q",
        (ridge + b**2) * (gain * v) ** 2,
        v**2 * b**2 / (ridge + b**2),
    )
    yield positive("which increases in b", sp.diff(b**2 / (ridge + b**2), b))
    yield nonnegative(
        "below: -g.(w_1 - w_R) = sum q g^2/(lambda + q) >= g'Q g/(lambda + kappa s^2), q + j "
        "= kappa s^2",
        b**2 * move**2 / (ridge + b**2) - b**2 * move**2 / (ridge + slack * (b**2 + more)),
    )
    s = sp.Symbol("s", positive=True)
    alone = curvature * s**2
    yield Identity(
        "attained, as margins go to 0, by retained rows along g: both bounds are the error",
        sp.sqrt(curvature) * (s * move) * gain.subs(b, s * sp.sqrt(curvature)),
        alone * move / (ridge + alone),
    )
    yield Identity(
        "the lower one too",
        curvature * (s * move) ** 2 / ((ridge + alone) * move),
        alone * move / (ridge + alone),
    )


@proves
def ascent_step_size(
    size: sp.Expr = wrong(2, size_of_newton_at_the_top=1),
    constant: sp.Expr = wrong(sp.Integer(1), half_the_constant=sp.Rational(1, 2)),
) -> Parts:
    """A gradient step on J_R contracts by 1 - eta m, m between lambda and lambda + kappa s^2."""
    yield assume(
        STEP,
        "in an eigenbasis of the mean Hessian of J_R from w_R to w_D: eigenvalue m = lambda + u, "
        "kappa s^2 = u + v; u, v >= 0 (not both 0)",
    )
    yield cite(MEAN_HESSIAN, SPECTRAL)
    u, v, x = sp.symbols("u v x", positive=True)
    start = sp.Symbol("e_0", real=True)
    bend = u + v
    eta = size / (2 * ridge + bend)
    ratio = constant * bend / (2 * ridge + bend)
    yield Identity(
        "grad J_R(w_D) = -A_F' psi_F = M (w_D - w_R), so the step leaves (1 - eta m) of it",
        start - eta * (ridge + u) * start,
        (1 - eta * (ridge + u)) * start,
    )
    yield nonnegative(
        "no component grows beyond the constant, above", ratio - (1 - eta * (ridge + u))
    )
    yield nonnegative("and below", ratio + (1 - eta * (ridge + u)))
    yield Identity("reached where no retained row looks: m = lambda", 1 - eta * ridge, ratio)
    yield Identity("and at the other end", 1 - eta * (ridge + bend), -ratio)
    yield positive("a longer step does worse at the end", -(1 - (eta + x) * (ridge + bend)) - ratio)
    yield positive("a shorter one where no row looks", (1 - (eta - x) * ridge) - ratio)
    yield Identity("the step 1/lambda leaves", 1 - (ridge + u) / ridge, -u / ridge)
    yield negative("nothing where no row looks, and at most kappa s^2/lambda", -bend / ridge)
