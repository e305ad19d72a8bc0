"""Random forget sets: Hoeffding's bound from a single sample, and exact cancellation."""

from __future__ import annotations

import sympy as sp
from sympy.concrete.delta import deltasummation

from proofs.proof import Identity, Monotone, Proof, Sign, Witness, proves


@proves(
    smaller_variance_proxy={"proxy": sp.Rational(1, 9)},
    exponent_of_four={"rate": sp.Integer(4)},
    dependent_samples={"independent": False},
    wrong_temperature={"temperature": sp.Integer(3)},
)
def random_forget_accuracy(
    proxy: sp.Expr = sp.Rational(1, 8),
    rate: sp.Expr = sp.Integer(2),
    independent: bool = True,
    temperature: sp.Expr = sp.Integer(4),
) -> Proof:
    """Hoeffding's inequality for the accuracy on a forget set that training never saw."""
    t = sp.Symbol("t", real=True)
    odds, size, gap = (sp.Symbol(s, positive=True) for s in ("r", "n_F", "epsilon"))

    def cumulant(ratio: sp.Expr, at: sp.Expr) -> sp.Expr:
        """Return ``log E exp(t (B - u))`` for a Bernoulli B of mean u = ratio/(1+ratio)."""
        mean = ratio / (1 + ratio)
        return sp.log(1 - mean + mean * sp.exp(at)) - mean * at

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
    return Proof(
        assumptions=(
            "the samples are i.i.d.; the split into R and F looks at none of them; the oracle "
            "is a function of R and of randomness of its own",
            "so, given the oracle, each forget sample is right with probability u = Acc_T, "
            "independently; u = r/(1+r) with r > 0 (at u = 0 and u = 1 nothing deviates)",
            "probability is over the draw of the samples, of the split and of the training",
        ),
        steps=(
            Identity("the cumulant vanishes at t = 0", cumulant(odds, t).subs(t, 0)),
            Identity("centred: so does its slope", sp.diff(cumulant(odds, t), t).subs(t, 0)),
            Identity(
                "its curvature is a Bernoulli variance",
                sp.diff(cumulant(odds, t), t, 2),
                tilted * (1 - tilted),
            ),
            Sign(
                "which is at most a quarter",
                2 * proxy - tilted * (1 - tilted),
                ">=",
                variance_factors(t),
            ),
            Monotone(
                "integrated twice: the cumulant lies below the parabola, t > 0",
                below,
                t,
                ">=",
                factors=lambda s: (
                    Monotone("slope", slope.subs(t, s), s, ">=", factors=variance_factors),
                ),
            ),
            Identity(
                "t < 0 is the same statement for 1 - u",
                cumulant(odds, -t),
                cumulant(1 / odds, t),
            ),
            Identity("independence: cumulants add", sp.log(mgf**size), size * sp.log(mgf)),
            Identity(
                "Markov's exponent is stationary at its best t",
                sp.diff(exponent, t).subs(t, temperature * gap),
            ),
            Sign("and convex in t", sp.diff(exponent, t, 2), ">"),
            Identity(
                "its value there; both tails give the factor 2",
                exponent.subs(t, temperature * gap),
                -rate * size * gap**2,
            ),
            Witness(
                "not vacuous: eight fair samples all alike, probability 2/2^8",
                {size: sp.Integer(8), gap: sp.Rational(1, 2)},
                holds=(
                    2 * sp.exp(-rate * size * gap**2) < 1,
                    2 * sp.exp(-rate * size * gap**2) > sp.Rational(2, 256),
                ),
            ),
            Witness(
                "independence is needed: one fair sample repeated ten times deviates by 1/2 always",
                {size: sp.Integer(10), gap: sp.Rational(1, 2)},
                fails=(1 - 2 * sp.exp(-rate * size * gap**2) <= 0,),
            ),
        ),
    )


@proves(
    drawn_with_replacement={"replacement": True},
    variance_over_n={"freedom": 0},
    ascent_twice_as_strong={"ascent_weight": sp.Integer(2)},
    pairs_counted_as_singles={"pair_size": 1},
)
def random_cancellation(
    replacement: bool = False,
    freedom: int = 1,
    ascent_weight: sp.Expr = sp.Integer(1),
    pair_size: int = 2,
) -> Proof:
    """Mean and variance of the descent-ascent data term over uniform forget sets."""
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
    return Proof(
        assumptions=(
            "F is uniform over the subsets of n_F of the n samples, 1 <= n_F < n",
            "w is fixed: it does not depend on F; l_i is the loss of sample i at w",
            "T = sum l_i, Q = sum l_i^2, r = |w|",
        ),
        steps=(
            Identity("a sample is forgotten with probability n_F/n", single, m / n),
            Identity("two of them together", pair, m * (m - 1) / (n * (n - 1))),
            Identity("on the diagonal of the double sum stands Q", diagonal, losses[i] ** 2),
            Identity("retain minus forget loss has mean 0", mean_gap),
            Identity(
                "with an ascent weight beta the mean is (1 - beta) T/n",
                (total - single * total) / (n - m) - weight * single * total / m,
                (1 - weight) * total / n,
            ),
            Identity(
                "variance",
                scale**2 * (second - (single * total) ** 2),
                sample_variance * n / (m * (n - m)),
            ),
            Identity("so the ridge alone is left in the mean", expected, ridge * length**2 / 2),
            Sign("and only w = 0 minimises it", expected - expected.subs(length, 0), ">"),
            Identity(
                "w must not look at F: two opposite samples, w = +-r fitted to the one kept",
                sp.log(1 + sp.exp(-length)) - sp.log(1 + sp.exp(length)),
                -length,
            ),
            Sign("whatever F is, the mean is then negative", -length, "<"),
        ),
    )
