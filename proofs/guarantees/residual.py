"""What one Newton step leaves of the gradient: the row residuals and their two bounds."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Witness, nonnegative
from ..kernel.theorems import GRUNTZ, TAYLOR
from .setting import loss

SPECTRAL_NORM = "|A'r| <= |A|_2 |r|, |A|_2 the largest singular value of A"

z = sp.Symbol("z", real=True)
ridge = sp.Symbol("lambda", positive=True)
y = sp.Symbol("y", positive=True)  # e^z
SIXTH = 1 / (6 * sp.sqrt(3))


def row_residual(move: sp.Expr) -> sp.Expr:
    """phi'(z + u) - phi'(z) - phi''(z) u."""
    slope, bend = (sp.diff(loss(z), z, k) for k in (1, 2))
    return slope.subs(z, z + move) - slope - bend * move


def third_derivative(lipschitz: sp.Expr) -> Parts:
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
    yield from third_derivative(lipschitz)
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
