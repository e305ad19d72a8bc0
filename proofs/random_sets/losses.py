"""Random forget sets: Hoeffding's bound from a single sample, and exact cancellation."""

from __future__ import annotations

import sympy as sp
from sympy.concrete.delta import deltasummation

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness, negative, nonnegative, positive


@proves
def random_forget_accuracy(
    proxy: sp.Expr = wrong(sp.Rational(1, 8), smaller_variance_proxy=sp.Rational(1, 9)),
    rate: sp.Expr = wrong(sp.Integer(2), exponent_of_four=sp.Integer(4)),
    independent: bool = wrong(True, dependent_samples=False),
    temperature: sp.Expr = wrong(sp.Integer(4), wrong_temperature=sp.Integer(3)),
) -> Parts:
    """Hoeffding's inequality for the accuracy on a forget set that training never saw."""
    yield assume(
        "the samples are i.i.d.; the split into R and F looks at none of them; the oracle "
        "is a function of R and of randomness of its own",
        "so, given the oracle, each forget sample is right with probability u = Acc_T, "
        "independently; u = r/(1+r) with r > 0 (at u = 0 and u = 1 nothing deviates)",
        "probability is over the draw of the samples, of the split and of the training",
    )
    yield cite("Markov's inequality: P(S >= t) <= E exp(s (S - t)) for s > 0")
    t = sp.Symbol("t", real=True)
    odds, size, gap = (sp.Symbol(s, positive=True) for s in ("r", "n_F", "epsilon"))

    def cumulant(ratio: sp.Expr, at: sp.Expr) -> sp.Expr:
        """Return ``log E exp(t (B - u))`` for a Bernoulli B of mean u = ratio/(1+ratio)."""
        mean = ratio / (1 + ratio)
        return sp.log(1 / (1 + ratio) + mean * sp.exp(at)) - mean * at

    def variance_factors(at: sp.Symbol) -> tuple[sp.Expr, ...]:
        weight = odds * sp.exp(at)
        return sp.Rational(1, 4), (1 - weight) ** 2 / (1 + weight) ** 2

    below = proxy * t**2 - cumulant(odds, t)
    slope = sp.diff(below, t)
    tilted = odds * sp.exp(t) / (1 + odds * sp.exp(t))
    # cumulants of independent samples add; a sample repeated n_F times has cumulant(n_F t)
    parabola = size * proxy * t**2 if independent else (proxy * t**2).subs(t, size * t)
    exponent = parabola - t * size * gap
    mgf = sp.Symbol("M", positive=True)
    yield Identity("the cumulant vanishes at t = 0", cumulant(odds, t).subs(t, 0))
    yield Identity("centred: so does its slope", sp.diff(cumulant(odds, t), t).subs(t, 0))
    yield Identity(
        "its curvature is a Bernoulli variance",
        sp.diff(cumulant(odds, t), t, 2),
        tilted * (1 - tilted),
    )
    yield nonnegative(
        "which is at most a quarter", 2 * proxy - tilted * (1 - tilted), factors=variance_factors(t)
    )
    yield Monotone(
        "integrated twice: the cumulant lies below the parabola, t > 0",
        below,
        t,
        ">=",
        factors=lambda s: (Monotone("slope", slope.subs(t, s), s, ">=", factors=variance_factors),),
    )
    yield Identity(
        "t < 0 is the same statement for 1 - u", cumulant(odds, -t), cumulant(1 / odds, t)
    )
    yield Identity("independence: cumulants add", sp.log(mgf**size), size * sp.log(mgf))
    yield Identity(
        "Markov's exponent is stationary at its best t",
        sp.diff(exponent, t).subs(t, temperature * gap),
    )
    yield positive("and convex in t", sp.diff(exponent, t, 2))
    yield Identity(
        "its value there; both tails give the factor 2",
        exponent.subs(t, temperature * gap),
        -rate * size * gap**2,
    )
    yield Witness(
        "not vacuous: eight fair samples all alike, probability 2/2^8",
        {size: sp.Integer(8), gap: sp.Rational(1, 2)},
        holds=(
            2 * sp.exp(-rate * size * gap**2) < 1,
            2 * sp.exp(-rate * size * gap**2) > sp.Rational(2, 256),
        ),
    )
    yield Witness(
        "independence is needed: one fair sample repeated ten times deviates by 1/2 always",
        {size: sp.Integer(10), gap: sp.Rational(1, 2)},
        fails=(1 - 2 * sp.exp(-rate * size * gap**2) <= 0,),
    )


@proves
def random_cancellation(
    replacement: bool = wrong(False, drawn_with_replacement=True),
    freedom: int = wrong(1, variance_over_n=0),
    ascent_weight: sp.Expr = wrong(sp.Integer(1), ascent_twice_as_strong=sp.Integer(2)),
    pair_size: int = wrong(2, pairs_counted_as_singles=1),
) -> Parts:
    """Mean and variance of the descent-ascent data term over uniform forget sets."""
    yield assume(
        "F is uniform over the subsets of n_F of the n samples, 1 <= n_F < n",
        "w is fixed: it does not depend on F; l_i is the loss of sample i at w",
        "T = sum l_i, Q = sum l_i^2, r = |w|",
    )
    n, m = sp.symbols("n n_F", integer=True, positive=True)
    i, j = sp.symbols("i j", integer=True, positive=True)
    rest = sp.Symbol("rest", integer=True, nonnegative=True)
    total, squares, weight = sp.symbols("T Q beta", real=True)
    ridge, length = (sp.Symbol(s, positive=True) for s in ("lambda", "r"))
    losses = sp.IndexedBase("l")

    def share_containing(k: int) -> sp.Expr:
        """Return the share of the n_F-subsets that contain k given samples."""
        return sp.combsimp(sp.binomial(n - k, m - k) / sp.binomial(n, m))

    single = share_containing(1)
    pair = single**2 if replacement else share_containing(pair_size)
    mean_gap = (total - single * total) / (n - m) - ascent_weight * single * total / m
    # E[(sum 1_i l_i)^2] = sum_ij E[1_i 1_j] l_i l_j, with E = pair off the diagonal
    second = pair * total**2 + (single - pair) * squares
    scale = 1 / (n - m) + 1 / m  # the gap is T/(n-n_F) - scale * (sum over F)
    sample_variance = (squares - total**2 / n) / (n - freedom)
    expected = mean_gap + ridge * length**2 / 2
    diagonal = deltasummation(sp.KroneckerDelta(i, j) * losses[i] * losses[j], (j, 1, i + rest))
    yield Identity("a sample is forgotten with probability n_F/n", single, m / n)
    yield Identity("two of them together", pair, m * (m - 1) / (n * (n - 1)))
    yield Identity("on the diagonal of the double sum stands Q", diagonal, losses[i] ** 2)
    yield Identity("retain minus forget loss has mean 0", mean_gap)
    yield Identity(
        "with an ascent weight beta the mean is (1 - beta) T/n",
        (total - single * total) / (n - m) - weight * single * total / m,
        (1 - weight) * total / n,
    )
    yield Identity(
        "variance", scale**2 * (second - (single * total) ** 2), sample_variance * n / (m * (n - m))
    )
    yield Identity("so the ridge alone is left in the mean", expected, ridge * length**2 / 2)
    yield positive("and only w = 0 minimises it", expected - expected.subs(length, 0))
    yield Identity(
        "w must not look at F: two opposite samples, w = +-r fitted to the one kept",
        sp.log(1 + sp.exp(-length)) - sp.log(1 + sp.exp(length)),
        -length,
    )
    yield negative("whatever F is, the mean is then negative", -length)
