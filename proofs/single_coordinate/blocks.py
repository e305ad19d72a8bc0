"""All blocks at once: lifts are conserved, and what that means for the vector."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Witness, nonnegative, positive
from ..kernel.theorems import GRUNTZ, MEAN_VALUE
from . import model
from .model import EXPONENTIAL, LOGISTIC, MODEL, f, lift, p, w, x


@proves
def lift_conservation(
    by_retain: bool = wrong(True, weighted_by_forget_shares=False),
    inverted: bool = wrong(False, lift_upside_down=True),
) -> Parts:
    """``p_j rho_j`` is the forget share of block j, and shares sum to 1."""
    yield assume(MODEL, "every forgotten sample lies in a block with retained ones")
    in_r, in_f, n_r, n_f = sp.symbols("R_j F_j n_R n_F", positive=True)
    rest, slack = sp.symbols("rest slack", nonnegative=True)
    retain, forget = in_r / n_r, in_f / n_f
    the_lift = retain / forget if inverted else forget / retain
    mass = retain if by_retain else forget
    gap = p - p * (1 - slack) + rest
    yield Identity("p_j rho_j = |F_j|/n_F, summed over the blocks n_F/n_F", mass * the_lift, forget)
    yield Identity(
        "the partial sums: (|F_1| + ... + |F_j|)/n_F, to 1 at the last block",
        (rest / n_f + mass * the_lift).subs(rest, n_f - in_f),
        1,
    )
    yield Identity(
        "sum_j p_j (1 - rho_j) = sum_j p_j - 1 <= 0, split at block j", gap, p * slack + rest
    )
    yield positive(
        "if no other block is above 1, a lift 1 - x here makes it positive", gap.subs(slack, x)
    )
    yield Identity(
        "a forget set inside one block has lift 1/p", the_lift.subs(in_f, n_f), 1 / retain
    )
    yield nonnegative("at least 1", (1 / p - 1).subs(p, 1 / (1 + rest)))
    yield Witness(
        "needed: half the forget set in a block without retained samples",
        {in_r: sp.Integer(3), n_r: sp.Integer(3), in_f: sp.Integer(1), n_f: sp.Integer(2)},
        holds=(sp.Lt(mass * the_lift, 1),),
    )


@proves
def vector_level_closeness(
    fewer: int = wrong(0, one_block_fewer=1),
    conserved: bool = wrong(True, lifts_not_conserved=False),
    forget_sign: int = wrong(-1, forget_set_descended=1),
) -> Parts:
    r"""``f^2 d ||w_DA - w_R||^2 > ||w_D - w_R||^2``, and no better constant.

    With ``v = q - p``: every block has ``|w_D - w_R| <= f psi(0) |v| / lambda``, and where
    ``v > 0`` it has ``|w_DA - w_R| > psi(0) v / lambda``.  The entries of v sum to
    ``1 - sum p >= 0``: its positive part has at least the sum of its negative part.  P and N
    are their sums of squares; k blocks have v > 0.
    """
    yield assume(
        MODEL,
        "d >= 2 blocks, every forgotten sample in a block with retained ones; q = p makes "
        "w_D = w_R, where the claim is trivial",
        "w_DA is any stationary point, or infinitely far",
    )
    yield cite(MEAN_VALUE, GRUNTZ)
    for loss in (EXPONENTIAL, LOGISTIC):
        at_zero = 1 / model.inverse_psi(loss).subs(w, 0)
        yield from model.stationarity(loss, forget_sign)
        yield from model.increasing(loss)
        yield from model.distance_lemmas(loss)
        yield Identity(
            "as the ridge grows: w ~ psi(0) s c",
            sp.limit(model.r_of(loss, x) / x, x, 0),
            1 / at_zero,
        )
    _, original, unlearned = model.coefficients(forget_sign).values()
    v = lift * p - p
    yield Identity("p (c_D - 1) = f v", original - p, f * v)
    yield Identity("p c_DA = -v", unlearned, -v)
    yield from over_all_blocks(fewer, conserved)
    yield _closer_witness()


def over_all_blocks(fewer: int, conserved: bool) -> Parts:
    """``d P > P + N``, and the shares for which nothing better holds; letters as above."""
    k = sp.Symbol("k", positive=True)
    others = sp.Symbol("others", nonnegative=True)  # blocks besides those k and one with v < 0
    total, squares, term = sp.symbols("M Q term", positive=True)
    spare, lack, excess = sp.symbols("spare lack excess", nonnegative=True)
    negative_total = sp.Symbol("M_N", positive=True)
    positive_total = negative_total + excess if conserved else total
    blocks = k + 1 + others
    positive_squares = positive_total**2 / k + spare  # Cauchy-Schwarz
    negative_squares = negative_total**2 - lack
    epsilon = sp.Symbol("epsilon", positive=True)
    half, many = (1 - epsilon), epsilon / k
    ascent_limit = k * (1 / k) ** 2
    original_limit = f**2 * (half**2 + k * (1 / k - many) ** 2)
    yield Identity(
        "Cauchy-Schwarz by induction: (k+1)(Q + t^2) - (M + t)^2 from k Q - M^2",
        (k + 1) * (squares + term**2) - (total + term) ** 2,
        (k + 1) / k * (k * squares - total**2) + (total - k * term) ** 2 / k,
    )
    yield Identity(
        "M^2 >= Q by induction",
        (total + term) ** 2 - (squares + term**2),
        (total**2 - squares) + 2 * total * term,
    )
    yield nonnegative("whose last term is not negative", 2 * total * term)
    yield nonnegative(
        "d P - (P + N) >= 0",
        (blocks - fewer) * positive_squares - (positive_squares + negative_squares),
    )
    yield Identity(
        "sharp: p = (1 - eps, eps/k, ...), q = (0, 1/k, ...): the limit of the ratio squared",
        sp.limit(ascent_limit / original_limit, epsilon, 0),
        1 / (f**2 * (k + 1)),
    )


def _closer_witness() -> Witness:
    """Five blocks, half the data forgotten, ridge 100: descent-ascent ends closer."""
    share, many = sp.Rational(999, 1000), sp.Rational(1, 4000)
    strong, ridge_value, half = sp.Rational(1, 4), sp.Integer(100), sp.Rational(1, 2)

    def root(coefficient: sp.Expr) -> sp.Expr:
        return sp.LambertW(coefficient / ridge_value, evaluate=False)

    ascent = 4 * (root(many - strong) - root(many)) ** 2
    original = (root(share * half) - root(share)) ** 2
    original += 4 * (root((many + strong) * half) - root(many)) ** 2
    return Witness(
        "f = 1/2, d = 5, p = (0.999, 4 x 0.00025), q = (0, 4 x 0.25), lambda = 100: closer",
        holds=(less(ascent, original), less(original, 5 * ascent / 4)),
    )
