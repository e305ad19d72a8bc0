"""What a deletion changes: a gradient in the span of its rows, and the spectrum of the step."""

from __future__ import annotations

import sympy as sp

from .kernel.proof import Parts, assume, cite, proves, wrong
from .kernel.steps import Identity, nonnegative, positive
from .kernel.theorems import SPECTRAL, STRICT_CONVEXITY

LAGRANGE = (
    "a point where the gradient of a convex function is a combination of the constraints' "
    "gradients is its minimum under linear constraints (Lagrange)"
)


@proves
def deletion_is_low_rank(
    removed: int = wrong(-1, rows_added_instead=1),
    mean_convention: int = wrong(0, mean_convention_without_the_weights=1),
    leverage_of: int = wrong(1, leverage_of_the_retained_rows_used_twice=2),
) -> Parts:
    """Gradients at both optima, Lagrange's condition, and the curvature over the margins."""
    yield assume(
        "sum convention: J_D = J_R + sum_F phi(a_i.w); one coordinate of w and a, one row of F; "
        "sums over F go row by row; softmax: one entry of W at a time, psi = e_y - pi of its class",
        "G is the gradient of the retained losses at the point, w the weight there",
        "b = phi''(z) >= 0; t_R = a' (Hess J_R)^-1 a > 0; t = a' (Hess J_D)^-1 a",
    )
    yield cite(
        LAGRANGE, STRICT_CONVEXITY, "a minimum over w may be taken first at given margins of F"
    )
    a, w, g = sp.symbols("a w G", real=True)
    ridge, kept, gone = sp.symbols("lambda n_R n_F", positive=True)
    phi = sp.Function("phi")
    z = sp.Symbol("z", real=True)
    slope = -sp.diff(phi(z), z)  # psi
    chain = -slope * a
    yield Identity(
        "the gradient of phi(a.w) is -psi a",
        sp.diff(phi(z), z) * sp.diff(a * w, w),
        chain,
    )
    whole = g + ridge * w + chain  # of J_D
    retained = whole + removed * chain
    at_original = sp.solve(whole, g)[0]
    yield Identity("at w_D: grad J_R = psi a", retained.subs(g, at_original), slope * a)
    at_oracle = sp.solve(g + ridge * w, g)[0]
    yield Identity(
        "at w_R: grad J_D = -psi a, a combination of the rows of F",
        whole.subs(g, at_oracle),
        -slope * a,
    )
    all_rows, at = sp.Symbol("J_D", real=True), phi(a * w)
    yield Identity(
        "the posteriors' quotient is e^(sum_F phi), a function of the margins of F",
        sp.exp(-(all_rows + removed * at)) / sp.exp(-all_rows),
        sp.exp(at),
    )
    # means: n L_D = losses + n lambda/2 |w|^2, n_R L_R = retained losses + n_R lambda/2 |w|^2
    mean_whole = g + chain + (kept + gone) * ridge * w
    mean_retained = (g + kept * ridge * w).subs(g, sp.solve(mean_whole, g)[0])
    yield Identity(
        "mean convention: n_R grad L_R(w_D) = psi a - n_F lambda w_D",
        mean_retained,
        slope * a - (0 if mean_convention else gone * ridge * w),
    )
    b, t_r = sp.symbols("b t_R", positive=True)
    t = t_r / (1 + leverage_of * b * t_r)
    h = sp.Symbol("h", positive=True)  # Hessian h of J_D along a minimiser w(v), a.w = v
    yield Identity(
        "the curvature of P along v is 1/t: w' = H^-1 a/t has a.w' = 1",
        (a / (h * (a**2 / h))) ** 2 * h,
        1 / (a**2 / h),
    )
    yield Identity("1/t - b = 1/t_R, as t = t_R/(1 + b t_R)", 1 / t - b, 1 / t_r)
    yield positive("so the bracket is strictly convex in v", 1 / t_r)


@proves
def deletion_spectrum(
    power: sp.Expr = wrong(sp.Rational(1, 2), subsets_do_not_count=sp.Integer(0)),
    following: int = wrong(1, direction_after_the_equal_ones=3),
    squared: int = wrong(2, sum_of_values=1),
) -> Parts:
    """The step is H^-1/2 B 1_S: Bessel's inequality for the directions that are left."""
    yield assume(
        "B = H^-1/2 G, G the columns psi_i a_i of F, or any others; "
        "B = sum s_i u_i v_i', s_1 >= s_2 >= ...; 1_S the indicator of S, t_i = v_i.1_S",
        "two columns and two rows stand for all: sums go entry by entry",
        "s_i^2 = s_(r+1)^2 - k_i, k_i >= 0, for i > r; sum t_i^2 = |S| - e, e >= 0 (Bessel)",
    )
    yield cite(SPECTRAL, "singular value decomposition", "Bessel's inequality")
    p, q, m = sp.symbols("p q m", positive=True)
    hessian = sp.Matrix([[p + m**2, m * q], [m * q, q**2]])  # any positive definite one
    g = sp.Matrix(2, 2, sp.symbols("g_11 g_12 g_21 g_22", real=True))
    ones = sp.Matrix(sp.symbols("x_1 x_2", real=True))
    inverse = hessian.inv()
    step = inverse * g * ones
    gram = g.T * inverse * g  # B'B
    yield positive("H is positive definite: its minors", p * q**2)
    yield Identity("|step|_H^2 = x' B'B x", (step.T * hessian * step)[0], (ones.T * gram * ones)[0])
    diagonal = sum((g[:, i].T * inverse * g[:, i])[0] for i in range(2))
    yield Identity("sum s_i^2 = tr B'B = sum psi^2 a'H^-1 a", gram.trace(), diagonal)
    top, spare = (sp.Symbol(s, nonnegative=True) for s in ("s_r1", "e"))
    k_1, k_2, t_1 = (sp.Symbol(s, nonnegative=True) for s in ("k_1", "k_2", "t_1"))
    rest = sp.Symbol("t_2", nonnegative=True)  # squares of t
    total = t_1 + rest + spare  # |S|
    outside = (top**2 - k_1) * t_1 + (top**2 - k_2) * rest
    yield nonnegative(
        "outside r directions: sum_(i>r) s_i^2 t_i^2 <= s_(r+1)^2 |S|",
        sp.expand(top**2 * total ** (2 * power) - outside),
    )
    b, more = sp.symbols("b c", positive=True)
    columns = sp.diag(b + more, b, b)
    values = [b + more, b, b, sp.Integer(0)]  # of orthogonal columns: their lengths, in order
    left = columns * sp.Matrix([0, 1, 1])
    yield Identity("orthogonal columns: B'B is diagonal", columns.T * columns, sp.diag(
        *(v**2 for v in values[:3])))  # fmt: skip
    yield Identity(
        "attained: S the two equal columns, r = 1 the longer one",
        sp.sqrt(sum(v**2 for v in left)),
        values[following] * sp.sqrt(2) if following < 3 else values[3],
    )
    pi = sp.symbols("E_1 E_2 E_3", positive=True)
    total = sum(sp.Integer(1) if i == 0 else sp.Integer(0) for i in range(3))
    yield Identity(
        "softmax: the entries e_y - pi of a column add up to 0 over the classes",
        total - sum(each / sum(pi) for each in pi),
    )
    example = sp.Matrix([[3, 0], [0, 4]])
    sizes = [sp.sqrt(v) for v in (example.T * example).eigenvals(multiple=True)]
    yield Identity(
        "columns of lengths 3 and 4: the squares of the values sum to 25",
        sum(v**squared for v in sizes),
        25,
    )
