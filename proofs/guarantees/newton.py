"""What one Newton step leaves: in gradient, in distance, and over many requests."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Witness, nonnegative, positive
from ..kernel.theorems import GRUNTZ, MEAN_HESSIAN, SPECTRAL, TAYLOR

CAUCHY_SCHWARZ = "Cauchy-Schwarz inequality"
SPECTRAL_NORM = "|A'r| <= |A|_2 |r|, |A|_2 the largest singular value of A"
INDUCTION = "induction over the requests"

z = sp.Symbol("z", real=True)
ridge = sp.Symbol("lambda", positive=True)
y = sp.Symbol("y", positive=True)  # e^z
SIXTH = 1 / (6 * sp.sqrt(3))


def loss(margin: sp.Expr) -> sp.Expr:
    """The logistic loss."""
    return sp.log(1 + sp.exp(-margin))


def row_residual(move: sp.Expr) -> sp.Expr:
    """phi'(z + u) - phi'(z) - phi''(z) u."""
    slope, bend = (sp.diff(loss(z), z, k) for k in (1, 2))
    return slope.subs(z, z + move) - slope - bend * move


def _third_derivative(lipschitz: sp.Expr) -> Parts:
    """|phi'''| is at most the constant, and phi''."""
    bend, jerk = (sp.simplify(sp.diff(loss(z), z, k).subs(z, sp.log(y))) for k in (2, 3))
    at_most = (y**2 - 4 * y + 1) ** 2
    yield nonnegative(
        "|phi'''| <= 1/(6 sqrt 3)",
        sp.together(lipschitz**2 - jerk**2),
        factors=(at_most, (y**2 + 14 * y + 1) / (108 * (1 + y) ** 6)),
    )
    yield Identity(
        "attained at e^z = 2 + sqrt 3",
        sp.radsimp(jerk.subs(y, 2 + sp.sqrt(3))) ** 2,
        lipschitz**2,
    )
    for sign in (1, -1):
        yield nonnegative("|phi'''| <= phi''", sp.factor(bend + sign * jerk))


@proves
def newton_residual(
    lipschitz: sp.Expr = wrong(SIXTH, constant_of_a_tenth_less=SIXTH * sp.Rational(9, 10)),
    half: sp.Expr = wrong(sp.Rational(1, 2), third_for_half=sp.Rational(1, 3)),
    linear: int = wrong(1, step_forgets_the_ridge=0),
) -> Parts:
    """The gradient after the step is made of row residuals, each bounded in two ways."""
    yield assume(
        "J = sum c_i phi(a_i.w + o_i) + (lambda/2)|w|^2, c_i >= 0; H D = -grad J(w); "
        "u_i = a_i.D, r_i = phi'(z_i + u_i) - phi'(z_i) - phi''(z_i) u_i",
        "one coordinate of sums over the rows: S of c a phi', T of c a phi'' u, P of c a r",
        "A has the rows sqrt(c_i) a_i, so P = A' (sqrt(c_i) r_i)",
    )
    yield cite(TAYLOR, SPECTRAL_NORM, GRUNTZ)
    total, bent, left, w, step = sp.symbols("S T P w D", real=True)
    size, s = sp.Symbol("u", positive=True), sp.Symbol("s", real=True)
    after = total + bent + left + ridge * (w + step)
    yield Identity(
        "grad J(w + D) = sum c_i a_i r_i",
        after.subs(total, sp.solve(total + ridge * w + bent + linear * ridge * step, total)[0]),
        left,
    )
    yield from _third_derivative(lipschitz)
    yield Identity(
        "Taylor: |r| <= integral of (u - s)/(6 sqrt 3) over s in [0, u] = u^2/(12 sqrt 3)",
        sp.integrate((size - s) * SIXTH, (s, 0, size)),
        half * SIXTH * size**2,
    )
    yield Identity(
        "|phi'''| <= phi'' gives phi''(z + s) <= phi''(z) e^|s|: |r| <= phi'' (e^u - 1 - u)",
        sp.integrate(sp.expand((size - s) * sp.exp(s)), (s, 0, size)),
        sp.exp(size) - 1 - size,
    )
    steepest = sp.log(2 + sp.sqrt(3))
    yield Identity(
        "the first is best possible: at the steepest point |r|/u^2 tends to it",
        sp.radsimp(sp.diff(loss(z), z, 3).subs(z, steepest)) ** 2 / 4,
        (half * lipschitz) ** 2,
    )
    move = -size  # towards smaller margins
    ratio = sp.simplify(row_residual(move) / sp.diff(loss(z), z, 2))
    yield Identity(
        "and so is the second: in the tail",
        sp.limit(-ratio, z, sp.oo),
        sp.exp(size) - 1 - size,
    )
    retain = sp.Symbol("n_R", positive=True)
    norm, fourth = sp.symbols("X F", positive=True)
    yield Identity(
        "mean convention: all c_i = 1/n_R divide the bound by n_R",
        norm / sp.sqrt(retain) * sp.sqrt(fourth / retain),
        norm * sp.sqrt(fourth) / retain,
    )


@proves
def published_residual_bound(
    longest: int = wrong(1, rows_of_any_length=0),
    constant: sp.Expr = wrong(SIXTH / 2, half_the_constant=SIXTH / 4),
) -> Parts:
    """With the longest row the published product bounds the sharp one; without it, it does not."""
    yield assume(
        "rows of length at most G, |u_i| = |a_i.D| = v, G |D| = v + j, j >= 0; sums go row by row",
        "the counterexample: rows 20 (retained) and -20 (forgotten), ridge (lambda n/2) w^2 with "
        "lambda = 1, so that the original is w = 0 and D = 10/101",
    )
    yield cite(SPECTRAL_NORM)
    v, j = (sp.Symbol(s, nonnegative=True) for s in ("v", "j"))
    step = sp.Symbol("D", positive=True)
    row = (v + j) / step  # G
    yield nonnegative(
        "sum u^4 <= (G |D|)^2 sum u^2, row by row",
        sp.expand((constant * row**longest * step * v) ** 2 - (SIXTH / 2 * v**2) ** 2),
    )
    yield Identity(
        "at G = 3 sqrt 3 the two are equal", SIXTH / 2 * 3 * sp.sqrt(3), sp.Rational(1, 4)
    )
    w = sp.Symbol("w", real=True)
    feature = sp.Integer(20)
    whole = loss(feature * w) + loss(-feature * w) + w**2
    kept = loss(feature * w) + w**2 / 2
    newton = -(sp.diff(kept, w) / sp.diff(kept, w, 2)).subs(w, 0)
    yield Identity("w = 0 is the original", sp.diff(whole, w).subs(w, 0))
    yield Identity("the Newton step", newton, sp.Rational(10, 101))
    residual = sp.diff(kept, w).subs(w, newton)
    yield Witness(
        "the residual, above 2.3, exceeds |X| |D| |X D|/4 < 1",
        holds=(
            less(sp.Rational(23, 10), sp.Abs(residual)),
            less(feature * newton * feature * newton / 4, 1),
        ),
    )


@proves
def influence_to_newton(
    sign: int = wrong(1, factor_above_for_below=-1),
    rows: int = wrong(1, two_rows_like_one=2),
) -> Parts:
    """H_D = H_R + c a a', so H_R^-1 a = H_D^-1 a/(1 - c a'H_D^-1 a)."""
    yield assume(
        "sum convention: J_D = J_R + c phi(a.w); b = c phi''(z) > 0 at w_D; v = H_D^-1 a, "
        "t = a.v, h = b t; at w_D the gradients of J_R and of the row cancel",
        "one coordinate of the vectors a and v; H_R = H_D - b a a'",
        "t_R = a'H_R^-1 a > 0",
    )
    a, t = sp.symbols("a t", real=True)
    b, t_r = sp.symbols("b t_R", positive=True)
    h = b * t
    yield Identity(
        "H_R v/(1 - h) = a: the Newton step is the influence step over 1 - h",
        (a - rows * b * a * t) / (1 - sign * h),
        a,
    )
    whole = t_r / (1 + b * t_r)
    yield Identity(
        "and in terms of H_R: t = t_R/(1 + b t_R)", (t_r / (1 - b * t_r)).subs(b, -b), whole
    )
    yield positive("so h < 1", sp.together(1 - b * whole))
    yield positive("and h > 0", b * whole)


@proves
def newton_contraction(
    constant: sp.Expr = wrong(SIXTH / 2, constant_of_half=SIXTH / 4),
    by_ridge: int = wrong(1, ridge_squared=2),
    tail: int = wrong(1, linear_term_kept=0),
) -> Parts:
    """The error after the step is H^-1 times row residuals, bounded by G Lambda or by H."""
    yield assume(
        "e = w - w*, u_i = a_i.e, H = H(w); H (w+ - w*) = H e - (grad J(w) - grad J(w*)) = "
        "-sum c_i a_i r_i, r_i = phi'(z_i - u_i) - phi'(z_i) + phi''(z_i) u_i",
        "|v| = 1 any direction, x_i = |a_i.v|, m_i = |u_i|, G |e| = m_i + j; "
        "sum c x^2 <= Lambda, sum c m^2 <= Lambda |e|^2",
        "in the norm of H: sum c phi'' x m <= |v|_H |e|_H",
    )
    yield cite(CAUCHY_SCHWARZ, SPECTRAL, MEAN_HESSIAN, TAYLOR, GRUNTZ)
    x, m, j, c = (sp.Symbol(s, nonnegative=True) for s in ("x", "m", "j", "c"))
    error, row, top = (sp.Symbol(s, positive=True) for s in ("e", "G", "Lambda"))
    yield from _third_derivative(SIXTH)
    yield nonnegative(
        "row by row: x |r| <= G |e| x m/(12 sqrt 3)",
        sp.expand(c * constant * (m + j) * x * m - c * SIXTH / 2 * x * m**2),
    )
    q = constant * row * top / ridge**by_ridge
    yield Identity(
        "Cauchy-Schwarz and |H^-1| <= 1/lambda: q",
        SIXTH / 2 * row * error * sp.sqrt(top) * sp.sqrt(top * error**2) / ridge,
        q * error**2,
    )
    t = sp.Symbol("t", positive=True)
    factor = (sp.exp(t) - 1 - tail * t) / t
    yield Identity(
        "in the norm of H: |r| <= phi'' m k(m), k the factor",
        t * factor,
        sp.exp(t) - 1 - t,
    )
    share = sp.Symbol("s", positive=True)
    yield Identity(
        "k is the integral of e^(ts) - 1 over s in [0, 1]",
        sp.integrate(sp.exp(t * share) - 1, (share, 0, 1)),
        factor,
    )
    yield positive("which grows with t", sp.diff(sp.exp(t * share) - 1, t))
    feature = sp.Symbol("a", positive=True)
    bend = sp.diff(loss(z), z, 2).subs(z, sp.log(2 + sp.sqrt(3)))
    jerk = sp.Abs(sp.radsimp(sp.diff(loss(z), z, 3).subs(z, sp.log(2 + sp.sqrt(3)))))
    single = feature * jerk / 2 * feature**2 / (ridge + bend * feature**2)
    yield Identity(
        "q is best possible: one row, a strong ridge, the steepest point",
        sp.limit(single / (feature**3 * constant / ridge), ridge, sp.oo),
        1,
    )
    ratio = sp.simplify(row_residual(-t) / sp.diff(loss(z), z, 2)) / t
    yield Identity(
        "and the factor: one row in the tail, no ridge", sp.limit(-ratio, z, sp.oo), factor
    )


@proves
def newton_errors_do_not_accumulate(
    branch: int = wrong(1, larger_fixed_point=-1),
    drifts: int = wrong(1, drift_counted_twice=2),
) -> Parts:
    """The recursion e -> q (e + s)^2 has a fixed point, below which it stays."""
    yield assume(
        "k = sqrt(1 - 4 q s) in [0, 1], s = (1 - k)(1 + k)/(4 q); 1 - k = d >= 0; "
        "e_0 = 0, e_(i+1) <= q (e_i + s)^2: the step starts at most e_i + s from the new oracle",
        "E the smaller fixed point; e <= E means E = e + j, j >= 0",
        "mean convention: G >= |a_i|, r rows of n a request, |phi'| < 1",
    )
    yield cite(INDUCTION, MEAN_HESSIAN)
    q = sp.Symbol("q", positive=True)
    k, d, e, j = (sp.Symbol(s, nonnegative=True) for s in ("k", "d", "e", "j"))
    s = (1 - k) * (1 + k) / (4 * q)
    bound = (1 - 2 * q * s - branch * k) / (2 * q)
    yield Identity("E is a fixed point", q * (bound + drifts * s) ** 2, bound)
    yield nonnegative(
        "errors below E stay below", sp.expand(q * (e + j + 1) ** 2 - q * (e + 1) ** 2)
    )
    yield Identity("s - E = k (1 - k)/(2 q): E <= s", s - bound, k * (1 - k) / (2 * q))
    yield nonnegative("its sign", k * d / (2 * q))
    yield Identity("E = 4 q s^2/(1 + k)^2: between q s^2 and 4 q s^2", bound,
                   4 * q * s**2 / (1 + k) ** 2)  # fmt: skip
    r, n, longest = (sp.Symbol(each, positive=True) for each in ("r", "n", "G"))
    g_r, g_f = sp.symbols("g_R g_F", real=True)
    yield Identity(
        "drift: grad L_R - grad L_D = (r/n)(grad l_R - grad l_F), at most 2 r G/n",
        g_r - ((1 - r / n) * g_r + r / n * g_f),
        r / n * (g_r - g_f),
    )
    drift, rate = 2 * r * longest / (n * ridge), SIXTH / 2 * longest**3 / ridge
    yield Identity(
        "4 q s = 1 where lambda^2 n = 2 r G^4/(3 sqrt 3)",
        (4 * rate * drift).subs(n, 2 * r * longest**4 / (3 * sp.sqrt(3) * ridge**2)),
        1,
    )
