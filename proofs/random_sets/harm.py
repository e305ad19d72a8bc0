"""The law of harm where it is proved: under a strong ridge, in the mean square."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, proves, wrong
from ..kernel.steps import Identity, positive


@proves
def law_of_harm(
    pair_size: int = wrong(2, pairs_counted_as_singles=1),
    ascent: int = wrong(1, forget_set_left_alone=0),
    power: int = wrong(1, meeting_at_the_odds_upside_down=-1),
    excess: sp.Expr = wrong(sp.Integer(2), law_taken_for_exact=sp.Integer(0)),
) -> Parts:
    """Both mean squares from the first two moments of a sum without replacement."""
    yield assume(
        "F is uniform over the subsets of n_F of the n samples, 1 <= n_F < n, f = n_F/n; "
        "lambda w_R = psi(0) m_R, lambda w_D = psi(0) ((1 - f) m_R + f m_F), lambda w_DA = psi(0) "
        "(m_R - m_F) in the limit of a strong ridge (strong_ridge_limit), m_S the mean of a_i "
        "over S",
        "u_i is one coordinate of a_i: T and Q are the sums of u_i and u_i^2, S2 their variance "
        "over "
        "n - 1; sums over coordinates give |m|^2 = M and tr Cov = V",
    )
    n, m = sp.symbols("n n_F", integer=True, positive=True)
    total, squares, kept, gone = sp.symbols("T Q m_R m_F", real=True)
    square, spread = sp.symbols("M V", positive=True)

    def share_containing(k: int) -> sp.Expr:
        return sp.combsimp(sp.binomial(n - k, m - k) / sp.binomial(n, m))

    single, pair = share_containing(1), share_containing(pair_size)
    variance = (squares - total**2 / n) / (n - 1)
    second = pair * total**2 + (single - pair) * squares
    f, k = m / n, n / (m * (n - m))
    yield Identity("lambda (w_DA - w_R) is -psi(0) m_F", (kept - ascent * gone) - kept, -gone)
    yield Identity(
        "lambda (w_D - w_R) is psi(0) f (m_F - m_R)",
        (1 - f) * kept + f * gone - kept,
        f * (gone - kept),
    )
    yield Identity(
        "E m_F^2: the square of the mean and (1/n_F - 1/n) S2",
        second / m**2,
        (total / n) ** 2 + (1 / m - 1 / n) * variance,
    )
    scale = 1 / (n - m) + 1 / m
    yield Identity(
        "E (m_F - m_R)^2 is k S2",
        scale**2 * second - 2 * scale * single * total**2 / (n - m) + (total / (n - m)) ** 2,
        k * variance,
    )
    ratio = (square + (1 / m - 1 / n) * spread) / (f**2 * k * spread)
    odds = sp.Symbol("a", positive=True)  # n_F / n_R
    share = odds / (1 + odds)
    by_share = ratio.subs(m, n * share)
    yield Identity(
        "the ratio of mean squares in n and f",
        by_share,
        (1 - share) ** 2 / share**2 + n * square * (1 - share) / (share * spread),
    )
    yield positive("it grows with n, from the noise's (1 - f)^2/f^2", sp.diff(by_share, n))
    meeting = (1 - share) / share * (spread / square) ** power
    yield Identity(
        "the two parts are equal at n = (1 - f) V/(f M)",
        (n * square * (1 - share) / (share * spread)).subs(n, meeting),
        (1 - share) ** 2 / share**2,
    )
    law = square + (1 / (n - m) - 1 / n) * spread + k * spread  # E |m_R|^2 + E |m_R - m_F|^2
    yield Identity(
        "the law's mean square is too large by 2 V/n_R",
        law - (square + (1 / m - 1 / n) * spread),
        excess * spread / (n - m),
    )
