"""One Newton step against the influence step, in distance, and over many requests."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, nonnegative, positive
from ..kernel.theorems import GRUNTZ, MEAN_HESSIAN, SPECTRAL, TAYLOR
from .residual import SIXTH, ridge, row_residual, third_derivative, z
from .setting import loss

CAUCHY_SCHWARZ = "Cauchy-Schwarz inequality"
INDUCTION = "induction over the requests"


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
    yield from third_derivative(SIXTH)
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


@proves
def newton_in_high_dimension(
    constant: sp.Expr = wrong(SIXTH / 2, constant_of_half=SIXTH / 4),
    squared: int = wrong(2, linear_convergence=1),
    rows_counted: int = wrong(1, rows_do_not_help=0),
) -> Parts:
    """Cauchy-Schwarz once, the fourth powers by their kurtosis, and the iterated square."""
    yield assume(
        "e = w - w*, u_i = a_i.e, |H (w+ - w*)| <= sup over |v| = 1 of sum c |a_i.v| |r_i|, "
        "|r_i| <= u_i^2/(12 sqrt 3), H >= lambda (newton_contraction)",
        "Lambda: sum c (a_i.v)^2 <= Lambda, sum c u^2 <= Lambda |e|^2; K = C sum c u^4/(sum c "
        "u^2)^2, C = sum c",
        "the same K and Lambda serve every step",
    )
    yield cite(CAUCHY_SCHWARZ, SPECTRAL, TAYLOR, "induction over the steps")
    kurtosis, total, top, error = sp.symbols("K C Lambda e", positive=True)
    rate = constant * sp.sqrt(kurtosis / total**rows_counted) * top ** sp.Rational(3, 2) / ridge
    fourth = kurtosis * (top * error**2) ** 2 / total  # at most: sum c u^4
    yield from third_derivative(SIXTH)
    yield Identity(
        "sqrt(Lambda) sqrt(sum c u^4)/(12 sqrt 3 lambda) is Q |e|^2",
        SIXTH / 2 * sp.sqrt(top) * sp.sqrt(fourth) / ridge,
        rate * error**2,
    )
    t = sp.Symbol("t", integer=True, nonnegative=True)

    def after(steps: sp.Expr) -> sp.Expr:
        return sp.exp(squared**steps * sp.Symbol("l", real=True)) / rate  # l = ln(Q |e|)

    yield Identity("one step more squares: Q b_t^2 = b_(t+1)", rate * after(t) ** 2, after(t + 1))
    one, two, x, y = sp.symbols("c_1 c_2 x y", positive=True)  # x, y squares of margin changes
    gap = (one + two) * (one * x**2 + two * y**2) - (one * x + two * y) ** 2
    yield nonnegative("K >= 1: C sum c u^4 - (sum c u^2)^2, two rows; sums add", gap,
                      factors=(one, two, (x - y) ** 2))  # fmt: skip
    feature = sp.Symbol("a", positive=True)
    bend = sp.diff(loss(z), z, 2).subs(z, sp.log(2 + sp.sqrt(3)))
    jerk = sp.Abs(sp.radsimp(sp.diff(loss(z), z, 3).subs(z, sp.log(2 + sp.sqrt(3)))))
    equal = total * feature**3 * jerk / 2 / (ridge + total * bend * feature**2)
    best = rate.subs({kurtosis: 1, top: total * feature**2})
    yield Identity(
        "best possible: equal rows at the steepest point, a strong ridge",
        sp.limit(sp.simplify(equal / best), ridge, sp.oo),
        1,
    )
