"""The flow on the ray and its phases; all blocks together."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, negative, positive
from ..kernel.theorems import GRUNTZ, LINE_FLOW, MEAN_VALUE
from ..single_coordinate.blocks import over_all_blocks
from . import model
from .model import BLOCK, THRESHOLD, K, N, f, kappa, lift, m, ridge, s, x


@proves
def softmax_early_stopping(
    threshold: sp.Expr = wrong(THRESHOLD, threshold_at_f=f),
    passes_above: sp.Expr = wrong(sp.Integer(1), passes_from_the_threshold_on=THRESHOLD),
    weight: sp.Expr = wrong(K, classes_left_out=sp.Integer(1)),
) -> Parts:
    """The sign of the drift at m_D, at m_R and between decides the phase."""
    yield assume(
        BLOCK,
        "dW/dt = -grad J_DA from the original; on the ray the gradient lies along it: dm/dt = "
        "lambda (s (1 - rho) kappa(m) - m)",
        "m_c the root of m/kappa(m) = s c: oracle c = 1, original c = 1 - f (1 - rho)",
    )
    yield cite(MEAN_VALUE, LINE_FLOW)
    yield from model.setting()
    _, original, unlearned = model.coefficients().values()
    ratio = m / kappa()
    slope = sp.diff(ratio, m) * K  # e^m (1 + m) + N
    yield positive("m/kappa increases for m > 0", slope.subs(m, x))
    yield Monotone("above -2 as well", slope.subs(m, x - 2) - slope.subs(m, -2), x, ">")
    yield Monotone("and below", slope.subs(m, -2 - x) - slope.subs(m, -2), x, ">")
    yield positive("where its least slope is positive", N - sp.exp(-2))
    c = sp.Symbol("c", positive=True)
    drift = ridge * (s * (1 - lift) * weight / (sp.exp(m) + N) - m)
    here = x / (kappa(x) * c)  # the strength s for which x is m_c
    yield Identity(
        "the drift at m_c is lambda kappa s (1 - rho - c)",
        drift.subs({m: x, s: here}),
        ridge * kappa(x) * here * (1 - lift - c),
    )
    yield Identity(
        "and m moves with c: d(m/kappa)/dm = (1 + h)/kappa, h = m e^m/(e^m + K - 1)",
        sp.diff(ratio, m),
        (1 + m * sp.exp(m) / (sp.exp(m) + N)) / kappa(),
    )
    yield Identity(
        "at the original, c + rho - 1", original - unlearned, (1 + f) * (lift - threshold)
    )
    yield positive("rho below the threshold: up", (unlearned - original).subs(lift, threshold - x))
    yield positive("and the stationary point is short of m_R", 1 - unlearned)
    yield negative(
        "rho above the threshold: down", (unlearned - original).subs(lift, threshold + x)
    )
    yield positive("rho < 1: m_D starts below m_R, so it recedes", (1 - original).subs(lift, 1 - x))
    yield Identity("rho = 1: it starts at the oracle", original.subs(lift, 1), 1)
    yield positive("rho > 1: m_D starts above m_R", (original - 1).subs(lift, passes_above + x))
    yield negative("and the stationary point is below 0", unlearned.subs(lift, passes_above + x))
    yield positive(
        "c + rho - 1 > 0 between: the oracle is reached in finite time",
        (c + lift - 1).subs(lift, 1 + x),
    )


@proves
def softmax_vector_closeness(
    fewer: int = wrong(0, one_block_fewer=1),
    conserved: bool = wrong(True, lifts_not_conserved=False),
    fraction: sp.Expr = wrong(f, original_farther_than_it_is=1 + f),
) -> Parts:
    """Block by block the original is within f |v|/lambda, descent-ascent beyond v/lambda."""
    yield assume(
        BLOCK,
        "d >= 2 blocks with one label each, every forgotten sample in a block with retained ones; "
        "q = p makes W_D = W_R, where the claim is trivial",
        "v_j = q_j - p_j = p_j (rho_j - 1); distances over |e_k - 1/K|, the same in every block; "
        "where v_j > 0 every stationary point is farther than v_j/lambda (softmax_harm_threshold)",
        "P, N: sums of v^2 over its positive and its negative entries; k blocks have v > 0",
    )
    yield cite(MEAN_VALUE, GRUNTZ)
    yield from model.setting()
    _, original, unlearned = model.coefficients().values()
    yield from model.near_lemma()
    yield Identity("p (c_D - 1) is f v over p", original - 1, fraction * (lift - 1))
    yield Identity("p c_DA is -v", unlearned, -(lift - 1))
    yield Identity("as the ridge grows: m ~ s c", sp.limit((x / kappa(x)) / x, x, 0), 1)
    yield from over_all_blocks(fewer, conserved)
