"""How far a deletion moves the minimum, and gradient steps after it."""

from __future__ import annotations

import sympy as sp

from ..guarantees.setting import loss
from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Witness, negative, nonnegative, positive
from ..kernel.theorems import GRUNTZ, MEAN_HESSIAN, SPECTRAL, STRONG_CONVEXITY

TRIANGLE = "triangle inequality: the norm of a mean is at most the mean of the norms"
INDUCTION = "induction over the steps"

z, w = sp.symbols("z w", real=True)
ridge, eta, f = (sp.Symbol(s, positive=True) for s in ("lambda", "eta", "f"))


@proves
def deletion_sensitivity(
    slope: sp.Expr = wrong(sp.Integer(1), slope_of_a_half=sp.Rational(1, 2)),
    retained: int = wrong(1, as_in_the_sum_convention=0),
) -> Parts:
    """The two objectives differ by f (l_R - l_F), whose gradient is bounded everywhere."""
    yield assume(
        "0 < f < 1; one coordinate: g_R, g_F of the mean gradients over R and F, without ridge",
        "strong convexity: lambda |w_D - w_R| <= |grad L_R(w_D)|; grad L_D(w_D) = 0",
    )
    yield cite(STRONG_CONVEXITY, TRIANGLE, GRUNTZ)
    g_r, g_f = sp.symbols("g_R g_F", real=True)
    row = sp.Symbol("G", positive=True)
    yield Identity(
        "grad L_R - grad L_D = f (grad l_R - grad l_F)",
        g_r - ((1 - f) * g_r + f * g_f),
        f * (g_r - g_f),
    )
    slant = sp.simplify(sp.diff(loss(z), z))
    yield negative("phi' < 0", slant)
    yield positive("|phi'| below its bound: |grad l_S| < mean_S |x|", sp.factor(slope + slant))
    stationary = sp.solve((1 - f) * g_r + f * g_f + ridge * w, g_r)[0]
    yield Identity(
        "at w_D: grad L_R = -f/(1 - f) (grad l_F + lambda w_D)",
        stationary + ridge * w,
        -f / (1 - f) ** retained * (g_f + ridge * w),
    )
    yield Identity(
        "the first is approached far on the wrong side, where the loss is a line,",
        sp.limit(-slant, z, -sp.oo),
        slope,
    )
    yield Identity(
        "rows G in F and -G in R: the minima are 2 f G/lambda apart",
        (f * row - (1 - f) * row) / ridge - (-row) / ridge,
        2 * f * row / ridge,
    )
    alone = -f * g_f / ridge  # the original where no retained row looks; the oracle is 0
    yield Identity(
        "the second is attained where no retained row looks",
        -f / (1 - f) * (g_f + ridge * alone) / ridge,
        alone,
    )


@proves
def descent_to_delete(
    cover: int = wrong(1, curvature_below_that_of_the_retained=-1),
    kept: int = wrong(1, contraction_twice_as_fast=2),
    apart: int = wrong(1, requests_move_nothing=0),
) -> Parts:
    """Every eigenvalue of 1 - eta H lies within c; errors run to a fixed point."""
    yield assume(
        "in an eigenbasis of the mean Hessian of L_R between w and w_R: eigenvalue lambda + k, "
        "k >= 0; L = lambda + k + j, j >= 0; eta = 2/(L + lambda)",
        "q = c^K < 1; the step starts at most e + s from the new oracle",
        "counterexamples, mean convention: (one row) 100 rows 1 forgotten and 100 rows -1 kept, "
        "lambda = 3; (curvature of L_D) rows 4 and -4 kept, two rows 0 forgotten, lambda = 1",
    )
    yield cite(MEAN_HESSIAN, SPECTRAL, INDUCTION)
    k, j = (sp.Symbol(s, positive=True) for s in ("k", "j"))
    x = sp.Symbol("x", real=True)
    top = ridge + k + cover * j
    step, c = 2 / (top + ridge), (top - ridge) / (top + ridge)
    yield nonnegative("1 - eta (lambda + k) <= c", sp.factor(c - (1 - step * (ridge + k))))
    yield nonnegative("and >= -c, as L covers L_R", sp.factor(c + 1 - step * (ridge + k)))
    yield Identity(
        "c is attained where no retained row looks", x - step * ridge * x, (1 - kept * (1 - c)) * x
    )
    q, e, s, drop = (sp.Symbol(each, positive=True) for each in ("q", "e", "s", "d"))
    bound = q * s / (1 - q)
    yield Identity("q s/(1 - q) is a fixed point of e -> q (e + s)", q * (bound + apart * s), bound)
    yield nonnegative("below it errors stay below", sp.expand(q * (e + drop + s) - q * (e + s)))
    yield Identity(
        "and differ from it by q times what they did: it is their limit",
        bound - q * (e + s),
        q * (bound - e),
    )
    yield from _one_row_for_a_set()
    yield from _curvature_of_all_data()


def _one_row_for_a_set() -> Parts:
    whole, kept = (loss(w) + loss(-w)) / 2 + 3 * w**2 / 2, loss(-w) + 3 * w**2 / 2
    low, top, n = sp.Integer(3), 3 + sp.Rational(1, 4), 200
    rate = (top - low) / (top + low)
    ended = -(2 / (top + low)) * sp.diff(kept, w).subs(w, 0)
    published = 8 * rate / (low * n * (1 - rate))
    yield Identity("one row for a set: the original is 0", sp.diff(whole, w).subs(w, 0))
    yield Identity("one step ends at -4/25", ended, -sp.Rational(4, 25))
    at = -sp.Rational(31, 200)
    yield Witness(
        "the oracle is above -31/200: more than eight times the published noise's distance away",
        holds=(less(sp.diff(kept, w).subs(w, at), 0), less(8 * published, at - ended)),
    )


def _curvature_of_all_data() -> Parts:
    kept = (loss(4 * w) + loss(-4 * w)) / 2 + w**2 / 2
    all_rows = (loss(4 * w) + loss(-4 * w)) / 4 + w**2 / 2
    yield Identity("L_D: 0 is its minimum,", sp.diff(all_rows, w).subs(w, 0))
    yield Identity("its largest curvature is 3,", sp.diff(all_rows, w, 2).subs(w, 0), 3)
    yield Identity("and 0 is the oracle", sp.diff(kept, w).subs(w, 0))
    start, step = sp.Rational(1, 4), sp.Rational(2, 3 + 1)
    yield Witness(
        "the step 2/(3 + 1) from 1/4 ends beyond -1/4 instead of within 1/8",
        holds=(less(start, step * sp.diff(kept, w).subs(w, start) - start),),
    )


@proves
def rewind_to_delete(
    late: int = wrong(0, one_step_more_of_training=1),
    kept: int = wrong(1, contraction_twice_as_fast=2),
    weight: int = wrong(1, gap_without_the_retained=0),
) -> Parts:
    """While both train their distance obeys d -> c d + eta g; then it only shrinks."""
    yield assume(
        "a step down L_D is a step down L_R and eta (grad L_R - grad L_D), at most eta g long; a "
        "step down L_R brings two models closer by c, as in descent_to_delete; d = 0 at the start",
        "0 < c < 1; t the steps so far, T the steps trained; 0 < f < 1",
        "the published form: L covers both objectives, so c <= |1 - eta L| or 1 - eta lambda",
    )
    yield cite(INDUCTION, MEAN_HESSIAN, GRUNTZ)
    c, g, t, top, more = (sp.Symbol(s, positive=True) for s in ("c", "g", "t", "L", "j"))
    apart = eta * g * (1 - c ** (t + late)) / (1 - c)
    yield Identity("d after t steps is eta g (1 - c^t)/(1 - c): at the start 0", apart.subs(t, 0))
    yield Identity("and each step adds", sp.expand(c * apart + eta * g - apart.subs(t, t + 1)))
    yield Identity(
        "1 - c = eta lambda for eta <= 1/L",
        (g * eta / (1 - c)).subs(c, 1 - eta * ridge),
        g / ridge,
    )
    yield Identity(
        "with 1 + eta L for c: the published sum",
        (eta * g * (c**t - 1) / (c - 1)).subs(c, 1 + eta * top),
        g / top * ((1 + eta * top) ** t - 1),
    )
    yield positive("1 + eta L is above 1 - eta L", (1 + eta * top) - (1 - eta * top))
    yield positive("above eta L - 1", (1 + eta * top) - (eta * top - 1))
    yield positive("and above 1 - eta lambda", sp.expand(1 + eta * top - (1 - eta * ridge)))
    yield positive(
        "with n/(n - r) = 1 + j it is larger still", sp.expand(eta * top * (1 + more) - eta * top)
    )
    row = sp.Symbol("G", positive=True)
    one, other = sp.symbols("u v", real=True)
    slant = sp.simplify(sp.diff(loss(z), z))
    yield Identity("attained where the loss is a line,", sp.limit(-slant, z, -sp.oo), 1)
    yield Identity(
        "rows G in F and -G in R, g = 2 f G",
        (one - eta * (ridge * one - (f * row - (1 - f) * row)))
        - (other - eta * (ridge * other + row)),
        (1 - kept * eta * ridge) * (one - other) + eta * f * (1 + weight) * row,
    )
