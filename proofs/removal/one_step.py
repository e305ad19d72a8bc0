"""One step with second derivatives: its worst residual, and its part along the forgotten rows."""

from __future__ import annotations

import sympy as sp

from ..guarantees.residual import SIXTH, third_derivative
from ..guarantees.setting import loss
from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Witness, positive
from ..kernel.theorems import INTERMEDIATE_VALUE, SPECTRAL, TAYLOR
from .descent import TRIANGLE

PSEUDOINVERSE = "A^+ A is the orthogonal projection on the span of the rows of A"

w = sp.Symbol("w", real=True)
ridge = sp.Symbol("lambda", positive=True)


@proves
def worst_case_residual(
    both: int = wrong(2, ridge_of_the_rows_left_out=1),
    power: int = wrong(2, one_row_for_a_set=1),
) -> Parts:
    """Gradient, step, change of the margins, residual: each bounded by the one before it."""
    yield assume(
        "J_S = sum_S phi + lambda |S|/2 |w|^2; one coordinate: S_R, S_F of the sums of gradients; "
        "r = n_F, m = n_R rows, none longer than G",
        "lambda |w_D| = |mean of the gradients| < G; each margin changes by at most G |D|",
        "counterexample: 30 rows 1 kept, 30 rows -1 forgotten, lambda = 1",
    )
    yield cite(TRIANGLE, TAYLOR)
    total, gone = sp.symbols("S_R S_F", real=True)
    r, m, row = (sp.Symbol(s, positive=True) for s in ("r", "m", "G"))
    stationary = sp.solve(total + gone + ridge * (r + m) * w, total)[0]
    yield Identity(
        "grad J_R(w_D) = -sum_F (grad phi + lambda w_D)",
        stationary + ridge * m * w,
        -(gone + ridge * r * w),
    )
    yield from third_derivative(SIXTH)
    step = both * r * row / (ridge * m)
    yield Identity(
        "at most 2 r G; the step 2 r G/(lambda m); the residual m G (G step)^2/(12 sqrt 3)",
        m * row * SIXTH / 2 * (row * step) ** 2,
        r**power * row**5 / (3 * sp.sqrt(3) * ridge**2 * m),
    )
    yield positive("r = G = 1: below the published 1/(lambda^2 (n - 1))", 1 - 1 / (3 * sp.sqrt(3)))
    whole, kept = 30 * (loss(w) + loss(-w)) + 30 * w**2, 30 * loss(w) + 15 * w**2
    newton = -(sp.diff(kept, w) / sp.diff(kept, w, 2)).subs(w, 0)
    yield Identity("w = 0 is the original", sp.diff(whole, w).subs(w, 0))
    yield Identity("the Newton step", newton, sp.Rational(2, 5))
    yield Witness(
        "the residual is more than twice the published 1/59",
        holds=(less(sp.Rational(2, 59), sp.Abs(sp.diff(kept, w).subs(w, newton))),),
    )


@proves
def mean_influence(
    retained: int = wrong(1, factor_left_out=0),
    shrinks: int = wrong(1, ridge_of_the_leaving_rows_kept=0),
) -> Parts:
    """Put the original's stationarity into the gradient of L_R, in a coordinate of H_D."""
    yield assume(
        "in an eigenbasis of H_D, eigenvalue h; g_R, g_F the mean gradients without ridge at the "
        "original w; 0 < f < 1; s = f g_F/h",
        "sum convention: S_R, S_F the sums of gradients",
    )
    yield cite(SPECTRAL)
    f, h = sp.symbols("f h", positive=True)
    g_r, g_f, total, gone = sp.symbols("g_R g_F S_R S_F", real=True)
    stationary = sp.solve((1 - f) * g_r + f * g_f + ridge * w, g_r)[0]
    familiar = f * g_f / h
    yield Identity(
        "mean: the influence step is (s + f lambda w/h)/(1 - f)",
        -(stationary + ridge * w) / h,
        (familiar + shrinks * f * ridge * w / h) / (1 - f) ** retained,
    )
    yield Identity(
        "sum: it is the familiar formula",
        -(sp.solve(total + gone + ridge * w, total)[0] + ridge * w) / h,
        gone / h,
    )


@proves
def projective_update(
    without: int = wrong(1, forgotten_rows_added=-1),
    index: int = wrong(0, leverage_of_the_other_row=1),
) -> Parts:
    """(I - K W) A = A H_D^-1 H_R, so A H_R^-1 A' = (I - K W)^-1 K."""
    yield assume(
        "in an eigenbasis of H_D, H_D^-1 = diag(p); A two forgotten rows of three columns, or two "
        "logits of one row, W their curvatures, K = A H_D^-1 A'; H_R = H_D - A' W A",
        "grad J_R(w_D) = -A' phi', so that the Newton step is H_R^-1 A' phi'; P_F = A^+ A",
        "leaving out: r the residuals of a least-squares fit with hat matrix h, r_- those of the "
        "fit without the rows, (I - h) r_- = r",
        "counterexample: one row 1 kept; k rows -1 forgotten, k (1/(1 + e^7)) = 1/(1 + e^-7) + "
        "7 lambda, lambda = 1/100",
    )
    yield cite(SPECTRAL, PSEUDOINVERSE, INTERMEDIATE_VALUE)
    rows = sp.Matrix(2, 3, sp.symbols("a1:7", real=True))
    inverse = sp.diag(*sp.symbols("p1:4", positive=True))
    bend = sp.Matrix(2, 2, sp.symbols("b1 b12 b12 b2", real=True))
    gram = rows * inverse * rows.T
    retain = inverse.inv() - without * rows.T * bend * rows
    yield Identity(
        "(I - K W) A = A H_D^-1 H_R",
        ((sp.eye(2) - gram * bend) * rows - rows * inverse * retain).applyfunc(sp.expand),
    )
    h = sp.Matrix(2, 2, sp.symbols("h11 h12 h12 h22", real=True))
    fit = sp.Matrix(sp.symbols("r1 r2", real=True))
    out = (sp.eye(2) - h).inv() * fit
    yield Identity(
        "row i of it divides by 1 - h_ii", sp.together(out[0]),
        sp.together((fit[0] + h[0, 1] * out[1]) / (1 - h[index, index])),
    )  # fmt: skip
    yield from _farther_than_the_original()


def _farther_than_the_original() -> Parts:
    """From the tail of the loss a Newton step overshoots, and its projection is the step."""
    strength, at = sp.Rational(1, 100), sp.Integer(-7)
    copies = (1 / (1 + sp.exp(at)) - strength * at) * (1 + sp.exp(-at))
    kept = loss(w) + strength * w**2 / 2
    slope = sp.diff(kept, w)
    yield Identity(
        "the original is -7", sp.simplify(sp.diff(kept + copies * loss(-w), w).subs(w, at))
    )
    ended = at - (slope / sp.diff(kept, w, 2)).subs(w, at)
    yield Witness(
        "the oracle lies in (3, 4), at most 11 away; the update ends beyond 80",
        holds=(less(slope.subs(w, 3), 0), less(0, slope.subs(w, 4)), less(80, ended)),
    )


@proves
def subspace_oracle(
    weights: int = wrong(1, mean_convention_without_the_weights=0),
) -> Parts:
    """The Newton step is in the subspace, and the minimum over it is at most any value there."""
    yield assume(
        "one coordinate of g_R, g_F, the mean gradients without ridge at w_D; 0 < f < 1",
        "the subspace is w_D + H_R^-1 of the forgotten rows' gradients and, in the mean "
        "convention, of w_D; g_F is a combination of the forgotten rows' gradients",
        "sum convention: S_R, S_F the sums of gradients",
    )
    yield cite(SPECTRAL)
    f = sp.Symbol("f", positive=True)
    g_r, g_f, total, gone = sp.symbols("g_R g_F S_R S_F", real=True)
    stationary = sp.solve((1 - f) * g_r + f * g_f + ridge * w, g_r)[0]
    yield Identity(
        "mean: grad L_R(w_D) is made of forgotten rows' gradients and w_D",
        stationary + ridge * w,
        -f / (1 - f) * (g_f + weights * ridge * w),
    )
    yield Identity(
        "sum: of forgotten rows' gradients alone",
        sp.solve(total + gone + ridge * w, total)[0] + ridge * w,
        -gone,
    )
