"""The proportional limit: what its equations imply, and the strong ridge, where they are proved."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, positive


@proves
def proportional_limit(
    ascent: sp.Expr = wrong(sp.Integer(1), ascent_on_the_scale_of_all_rows=sp.Symbol("f")),
    resistance: int = wrong(1, resistance_with_the_wrong_sign=-1),
    cross: int = wrong(1, models_taken_for_independent=0),
) -> Parts:
    """Consistency of the fixed point, when a row's own equation has one root, and lambda -> oo."""
    yield assume(
        "rows of length 1 in the limit; p is a row's margin, z the margin of the model without "
        "it, g = c psi(p); z is normal given the true margin T, with mean (m/kappa^2) T and "
        "variance Q = q - m^2/kappa^2",
        "Lambda = alpha lambda; E is over rows, T and z",
        "that the limit is this fixed point is the conjecture; it is not derived here",
    )
    yield cite(
        "Stein's lemma: E[xi h(xi)] = E[h'(xi)] for a standard normal xi",
        "for minimisers without a ridge on subsets of one data set the limit of the overlap is the "
        "root of the same kind of equation (Bellec and Koriyama, arXiv 2404.02070)",
    )
    gamma, alpha = sp.symbols("gamma alpha", positive=True)
    p, c = sp.symbols("p c", real=True)
    e, t = sp.symbols("E t", positive=True)  # e^p; 4 f/gamma = 1 + t > 1
    own = p - gamma * c / (1 + sp.exp(p))  # z as a function of p
    rate = 1 + gamma * c * e / (1 + e) ** 2
    yield Identity(
        "dz/dp = 1 + gamma c phi''(p), phi'' = E/(1 + E)^2",
        sp.diff(own, p).subs(sp.exp(p), e),
        rate,
    )
    yield positive(
        "ascent, c = -1/f, gamma < 4 f: positive, so a row's equation has one root",
        (1 + t) * rate.subs(c, -4 / (gamma * (1 + t))),
        factors=(((1 - e) ** 2 + t * (1 + e) ** 2), 1 / (1 + e) ** 2),
    )
    yield from _consistency(alpha, gamma, resistance)
    yield from _strong_ridge(alpha, ascent, cross)


def _consistency(alpha: sp.Symbol, gamma: sp.Symbol, resistance: int) -> Parts:
    """``Lambda |w|^2/d = alpha E[g p]``, exact at any stationary point, follows from the three."""
    m, kappa, square, softness = sp.symbols("m kappa G V", positive=True)
    size = m**2 / kappa**2 + gamma**2 * alpha * square  # q, G = E g^2
    spread = size - m**2 / kappa**2
    strength = 1 / gamma - resistance * alpha * softness  # V = E[c phi''/(1 + gamma c phi'')]
    pull = strength * m / alpha  # E[g T] from Lambda m = alpha E[g T]
    # p = z + gamma g; E[g z] by Stein's lemma, dg/dz = -c phi''/(1 + gamma c phi'')
    stein = m / kappa**2 * pull - spread * softness
    yield Identity(
        "Lambda q = alpha E[g p], as w = sum a g / Lambda must have",
        strength * size,
        alpha * (stein + gamma * square),
    )
    yield Identity(
        "gamma is the resolvent: gamma (Lambda + alpha V) = 1",
        gamma * (strength + alpha * softness),
        1,
    )


def _strong_ridge(alpha: sp.Symbol, ascent: sp.Expr, cross: int) -> Parts:
    """As lambda grows every g is c psi(0): the quotient that `law_of_harm` proves."""
    odds, mean, kappa, n, square, spread = sp.symbols("a tau kappa n M V", positive=True)
    f = odds / (1 + odds)
    factor = ascent.subs(sp.Symbol("f"), f)
    parts = (1 - f, f)
    oracle, original = (1 / (1 - f), sp.Integer(0)), (sp.Integer(1), sp.Integer(1))
    unlearned = (1 / (1 - f), -factor / f)

    def mean_of(first: tuple[sp.Expr, ...], second: tuple[sp.Expr, ...]) -> sp.Expr:
        return sum(s * a * b for s, a, b in zip(parts, first, second, strict=True))

    def apart(first: tuple[sp.Expr, ...]) -> sp.Expr:
        """Square of Lambda/psi(0) times the distance: noise, and the part along the truth."""
        ones = (sp.Integer(1), sp.Integer(1))
        noise = mean_of(first, first) + mean_of(oracle, oracle)
        noise -= cross * 2 * mean_of(first, oracle)
        along = mean_of(first, ones) - mean_of(oracle, ones)
        return alpha * noise + (alpha * along * mean / kappa) ** 2

    quotient = sp.factor(apart(unlearned) / apart(original))
    # of a sample: |mean|^2 is the law's M less V/n, n M/V = 1 + alpha tau^2/kappa^2, tau = E T
    law = (1 - f) ** 2 / f**2 + n * (1 - f) * square / (f * spread)
    yield Identity(
        "lambda -> oo: the quotient of squared distances is that of law_of_harm",
        quotient,
        law.subs(square, spread / n * (1 + alpha * mean**2 / kappa**2)),
    )
    yield Identity(
        "lambda -> oo: the original's squared distance is alpha f/(1 - f), noise alone",
        apart(original),
        alpha * f / (1 - f),
    )
