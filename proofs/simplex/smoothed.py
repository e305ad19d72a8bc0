"""Pseudo-counts in every objective: the threshold in the lift."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, negative, positive
from ..kernel.theorems import STRICT_CONVEXITY
from .context import f, lift, odds, r, x, y

THRESHOLD = f / (1 + f)


@proves
def smoothed_counts_threshold(
    threshold: sp.Expr = wrong(THRESHOLD, threshold_at_f=f),
    smoothing_kept: int = wrong(1, regulariser_ascended=0),
    forget_sign: int = wrong(-1, forget_set_descended=1),
) -> Parts:
    """All three minimisers lie on one segment, at places that the lift orders."""
    yield assume(
        "one context, no ridge, as in one_natural_step, but q = r, not uniform; -(s/K) sum_k ln "
        "pi_k, s > 0, is added to each of the three losses; u = 1/K, f = a/(1+a), a = n_F/n_R",
        "a loss -sum c_k ln pi_k with positive weights c has the minimiser c/sum c; with a "
        "weight below 0 it falls without bound as that class dies out, with one that is 0 it has "
        "no minimiser inside",
    )
    yield cite(STRICT_CONVEXITY)
    s, u = sp.symbols("s u", positive=True)
    weights = {
        "oracle": (sp.Integer(1), s),
        "original": (1 - f + f * lift, s),
        "descent-ascent": (1 + forget_sign * lift, smoothing_kept * s),
    }
    laws = {name: (c * r + extra * u) / (c + extra) for name, (c, extra) in weights.items()}
    # from the oracle, in units of (r - u)/(1 + s)
    away = {
        name: sp.factor((laws["oracle"] - law) * (1 + s) / (r - u)) for name, law in laws.items()
    }
    yield Identity(
        "the original is f (1 - rho) s/(1 - f (1 - rho) + s) away",
        away["original"],
        f * (1 - lift) * s / (1 - f * (1 - lift) + s),
    )
    yield Identity(
        "descent-ascent rho s/(1 - rho + s)", away["descent-ascent"], lift * s / (1 - lift + s)
    )
    t = sp.Symbol("t", positive=True)
    gap = sp.factor(away["descent-ascent"] - away["original"])
    cleared = sp.factor(gap * (1 - lift + s) * (1 - f * (1 - lift) + s) / s)
    yield Identity(
        "rho < 1: the difference, cleared of positive factors, is (1 + s)(rho - f (1 - rho))",
        cleared,
        (1 + s) * (lift - f * (1 - lift)),
    )
    yield positive("farther above f/(1+f)", (lift - f * (1 - lift)).subs(lift, threshold + t))
    yield negative("closer below", (lift - f * (1 - lift)).subs(lift, threshold - t))
    yield positive("the threshold is below 1", 1 - threshold)
    # rho = 1 + x, s = x + y: the original is beyond the oracle, at -f (rho - 1) s/(...)
    both = away["descent-ascent"] + away["original"]
    yield positive(
        "rho > 1, s > rho - 1: they are on opposite sides, descent-ascent farther",
        sp.factor(both.subs({lift: 1 + x, s: x + y})),
    )
    yield Identity("rho = 1: the original is the oracle", away["original"].subs(lift, 1), 0)
    yield positive("descent-ascent is not", (lift * s / s).subs(odds, x))
