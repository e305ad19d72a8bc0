"""One block, one label: the minimisers, and the harm threshold at every stationary point."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness, negative, positive
from ..kernel.theorems import INTERMEDIATE_VALUE, MEAN_VALUE, STRICT_CONVEXITY
from . import model
from .model import BLOCK, THRESHOLD, K, N, beyond, f, kappa, lift, m, odds, s, x

CAUCHY = "Cauchy-Schwarz: a vector is at least as long as its projection on a unit vector"


@proves
def softmax_minimiser(
    factor: sp.Expr = wrong(K, classes_left_out=sp.Integer(1), wrong_classes_only=N),
    lowest: int = wrong(-2, least_slope_at_minus_one=-1),
    per_class: sp.Expr = wrong(N / K, unit_of_a_corner=sp.Integer(1)),
) -> Parts:
    """Symmetric stationary points solve one equation, whose left side is increasing and onto."""
    yield assume(BLOCK, "an objective is stationary where u = t (e_k - pi), t = s c")
    yield cite(MEAN_VALUE, INTERMEDIATE_VALUE, STRICT_CONVEXITY)
    yield from model.setting()
    left = m * (sp.exp(m) + N)
    slope = sp.diff(left, m)
    floor = N - sp.exp(-2)
    t = sp.Symbol("t", real=True)
    yield Identity(
        "u = t (e_k - pi) on the ray: m = t kappa(m) is m (e^m + K - 1) = K t",
        (m - t * kappa()) * (sp.exp(m) + N),
        left - factor * t,
    )
    for name, c in model.coefficients().items():
        wanted = {"oracle": 1, "original": 1 + f * (lift - 1), "descent-ascent": 1 - lift}[name]
        yield Identity(f"{name}: t = s c", s * c, s * wanted)
    yield Identity("the least slope, K - 1 - e^-2", slope.subs(m, lowest), floor)
    yield Monotone("the slope is above it to the right", (slope - floor).subs(m, x - 2), x, ">")
    yield Monotone("and to the left", (slope - floor).subs(m, -2 - x), x, ">")
    yield Witness("1 - e^-2 > 0", holds=(less(0, 1 - sp.exp(-2)),))
    yield positive("so the slope is positive for every K", floor)
    yield Identity(
        "|e_k - 1/K|^2: one entry (K-1)/K, K - 1 entries -1/K",
        (N / K) ** 2 + N / K**2,
        per_class,
    )
    yield Identity("K = 2 is the binary equation", left.subs(beyond, 0), m * (1 + sp.exp(m)))


@proves
def softmax_harm_threshold(
    threshold: sp.Expr = wrong(THRESHOLD, threshold_at_f=f, threshold_over_classes=f / K),
    fraction: sp.Expr = wrong(f, all_data_or_more_forgotten=1 + odds),
    side: int = wrong(1, label_favoured_where_it_is_ascended=-1),
) -> Parts:
    """Up to rho = 1 the order of the roots; beyond, two bounds with nothing between them."""
    yield assume(
        BLOCK,
        "distances are measured in m: over |e_k - 1/K|, on the ray exactly, elsewhere by the "
        "projection on it",
        "rho = 1 + delta: any stationary point of descent-ascent, symmetric or not; g > 0 is what "
        "pi_k lacks from 1/K, n what the lemmas leave over",
    )
    yield cite(MEAN_VALUE, STRICT_CONVEXITY, CAUCHY)
    yield from model.setting()
    delta, near, far = sp.symbols("delta n_D n_U", positive=True)
    _, original, unlearned = model.coefficients().values()
    ratio = m / kappa()
    yield positive("m/kappa increases for m > 0", sp.diff(ratio, m).subs(m, x))
    yield Identity("kappa(0) = 1", kappa(sp.Integer(0)), 1)
    yield Identity("c_D - c_DA", original - unlearned, (1 + f) * (lift - threshold))
    yield positive("rho above: m_DA < m_D", (original - unlearned).subs(lift, threshold + x))
    yield negative("rho below: m_D < m_DA", (original - unlearned).subs(lift, threshold - x))
    yield positive("rho < 1: m_D < m_R", (1 - original).subs(lift, 1 - x))
    yield positive("rho > 0: m_DA < m_R", 1 - unlearned)
    yield Identity("rho = 1: m_D = m_R, and descent-ascent ends at 0", original.subs(lift, 1), 1)
    yield Identity("which is its only stationary point", unlearned.subs(lift, 1))
    yield positive("the threshold is below 1", 1 - threshold)
    yield from model.near_lemma()
    yield Identity(
        "rho = 1 + delta: m/kappa rises by f s delta from m_R to m_D",
        s * (original - 1).subs(lift, 1 + delta),
        s * f * delta,
    )
    # every stationary point: u_k = -s delta (1 - pi_k), u_j = s delta pi_j
    lack, share = sp.Symbol("g", positive=True), sp.Symbol("pi_k", positive=True)
    weight = -s * delta
    yield Identity(
        "rho = 1 + delta: u = -s delta (e_k - pi)", s * unlearned.subs(lift, 1 + delta), weight
    )
    yield negative(
        "the label's logit is negative", side * weight * (1 - share).subs(share, 1 / (1 + x))
    )
    yield positive("any other's is positive: pi_k is the smallest", -side * weight * share)
    projection = weight * (1 - (1 / K - lack)) / (N / K)
    others = sp.Symbol("Q", positive=True)  # the sum of the other probabilities
    own, rest = weight * (1 - share), -weight * others
    yield Identity("the logits sum to 0", (own + rest).subs(others, 1 - share))
    yield Identity("so <u, e_k - 1/K> = u_k", (own - (own + rest) / K).subs(others, 1 - share), own)
    yield negative("so pi_k = 1/K - g, and the projection is below -s delta", projection - weight)
    yield Identity(
        "farther by, m_R included",
        (s * delta + far) - (fraction * s * delta - near),
        (1 - fraction) * s * delta + near + far,
    )
    yield positive("which is positive", (1 - fraction) * s * delta + near + far)
