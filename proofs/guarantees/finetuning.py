"""Ascent on the forget set before finetuning on the retain set."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Sign, negative, nonnegative, positive
from ..kernel.theorems import GRUNTZ, MEAN_HESSIAN, MEAN_VALUE, SPECTRAL
from .setting import loss

TRIANGLE = "triangle inequality: the norm of a mean is at most the mean of the norms"
NO_CROSSING = "two solutions of a Lipschitz differential equation on a line never meet or cross"

z, w = sp.symbols("z w", real=True)
ridge = sp.Symbol("lambda", positive=True)


@proves
def ascent_finetune_bound(
    slope: sp.Expr = wrong(sp.Integer(1), slope_of_a_half=sp.Rational(1, 2)),
    kept: int = wrong(1, contraction_twice_as_fast=2),
) -> Parts:
    """A step up moves at most eta mean|x|; a step down contracts by 1 - eta lambda."""
    yield assume(
        "in an eigenbasis of the mean Hessian of L_R between w and w_R: eigenvalue "
        "lambda + k, k >= 0; eta = 1/(lambda + k + j), j >= 0; x a component of w - w_R",
        "E_T = d + eta T m after T steps up, m = mean_F |x_i|, d >= 0 the distance before",
    )
    yield cite(MEAN_HESSIAN, SPECTRAL, TRIANGLE, GRUNTZ)
    k, j = (sp.Symbol(s, nonnegative=True) for s in ("k", "j"))
    x = sp.Symbol("x", real=True)
    eta = 1 / (ridge + k + j)
    derivative = sp.simplify(sp.diff(loss(z), z))
    yield negative("phi' < 0", derivative)
    yield positive("|phi'| below its bound: a step up moves less than eta m",
                   sp.factor(slope + derivative))  # fmt: skip
    yield Identity("which is approached on the wrong side", sp.limit(-derivative, z, -sp.oo), slope)
    yield nonnegative("a step down keeps the side", 1 - eta * (ridge + k), (j * eta,))
    yield nonnegative(
        "and contracts by 1 - eta lambda at least",
        (1 - kept * eta * ridge) - (1 - eta * (ridge + k)),
        () if kept > 1 else (k * eta,),
    )
    step, length, before, more = sp.symbols("eta m d T", positive=True)
    yield Identity(
        "T steps up add up",
        before + step * more * length + step * length,
        before + step * (more + 1) * length,
    )
    unseen = x - step * sp.diff(ridge * w**2 / 2, w).subs(w, x)
    yield Identity(
        "1 - eta lambda is attained where no retained row looks",
        unseen,
        (1 - kept * step * ridge) * x,
    )


@proves
def ascent_hurts_finetuning(
    upward: int = wrong(1, flow_runs_down=-1),
    exponent: int = wrong(1, time_with_the_wrong_sign=-1),
    share: sp.Expr = wrong(sp.Integer(1), original_counts_the_forgotten_twice=sp.Integer(2)),
) -> Parts:
    """Ascent moves the block down; the original starts below the oracle iff the lift is below 1."""
    p, q, f, t = (sp.Symbol(s, positive=True) for s in ("p", "q", "f", "t"))
    yield assume(
        "one block of share p in R and q in F, margins w: l_R = p phi(w) and l_F = q phi(w) up "
        "to constants, 0 < f < 1; w_D and w_R solve w (1 + e^w) = s at their strengths s",
        "ascent: w' = q phi'(w); finetuning: w' = -L_R'(w), at rest in w_R",
    )
    yield cite(NO_CROSSING, MEAN_VALUE)
    flow = upward * q * sp.diff(loss(w), w)
    stationary = sp.diff((p + share * f * (q - p)) * loss(w) + ridge * w**2 / 2, w)
    original = sp.diff((1 - f) * p * loss(w) + f * q * loss(w) + ridge * w**2 / 2, w)
    yield Identity("the original's strength is (p + f(q - p))/lambda", stationary, original)
    yield Identity(
        "stationary: w (1 + e^w) = strength",
        sp.expand(sp.simplify(original * (1 + sp.exp(w))) / ridge),
        sp.expand(w * (1 + sp.exp(w)) - (p + f * (q - p)) / ridge),
    )
    yield Identity(
        "w (1 + e^w) increases: its slope is e^w (2 + (e^-w - 1 + w))",
        sp.diff(w * (1 + sp.exp(w)), w),
        sp.exp(w) * (2 + sp.exp(-w) - 1 + w),
    )
    for side in (t, -t):
        yield Monotone("e^-w - 1 + w > 0", sp.exp(-side) - 1 + side, t, ">")
    yield Identity(
        "so w_D < w_R iff q < p, w_D > w_R iff q > p",
        (p + f * (q - p)) - p,
        f * (q - p),
    )
    yield Sign("ascent moves down", sp.simplify(flow), "<")
    yield Identity(
        "w + e^w falls at the rate q: the time from w_D to w_R",
        sp.diff(w + exponent * sp.exp(w), w) * sp.simplify(flow),
        -q,
    )
