"""The limit of a strong ridge, and how far from it a finite ridge is."""

from __future__ import annotations

from typing import Any

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Witness, negative, nonnegative, positive
from ..kernel.theorems import IMPLICIT_FUNCTION
from .setting import logistic


@proves
def strong_ridge_limit(
    original_on_forget: int = wrong(1, original_forgets=-1),
    ascent: int = wrong(1, descent_on_forget=-1),
    threshold_power: int = wrong(2, threshold_linear=1),
    mean: bool = wrong(True, sums_for_means=False),
    curvature_bound: str = wrong("1/4", flatter_loss="1/8"),
) -> Parts:
    """Limits of lambda w, the harm criterion and its cosine form, the error at finite ridge."""
    yield assume(
        "w_c stationary for sum_i c_i phi(a_i.w) + (lambda/2)||w||^2; lambda to infinity",
        "near mu = 1/lambda = 0; s = -phi'(0)",
        "each coordinate alike; distances compared by ||m_F|| and f ||m_F - m_R||",
    )
    yield cite(IMPLICIT_FUNCTION)
    w, mu, v, a, beta = sp.symbols("w mu v a beta", real=True)
    jet = sp.symbols("phi_0:4", real=True)
    loss = sum(c * (a * w) ** k / sp.factorial(k) for k, c in enumerate(jet))
    pull = -sp.diff(loss, w).subs(w, mu * v)  # of one sample on lambda w = v, mu = 1/lambda
    n_retain, n_forget, slope = sp.symbols("n_R n_F s", positive=True)
    n = n_retain + n_forget
    m_retain, m_forget = sp.symbols("m_R m_F", real=True)  # one coordinate of the means

    def limit(on_retain: Any, on_forget: Any) -> sp.Expr:
        """Limit of lambda w for coefficients that are constant on R and on F."""
        return slope * (on_retain * n_retain * m_retain + on_forget * n_forget * m_forget)

    sums = [limit(1, 0), limit(1, original_on_forget), limit(1, -ascent)]
    means = [
        limit(1 / n_retain, 0),
        limit(1 / n, original_on_forget / n),
        limit(1 / n_retain, -ascent / n_forget),
    ]
    oracle, original, both = means if mean else sums
    share = n_forget / n
    yield Identity("at mu = 0 a sample pulls with -phi'(0)", pull.subs(mu, 0), -jet[1] * a)
    yield Identity("and independently of v: one smooth branch", sp.diff(pull, v).subs(mu, 0), 0)
    yield Identity("lambda w_R", oracle, slope * m_retain)
    yield Identity("lambda w_D", original, slope * ((1 - share) * m_retain + share * m_forget))
    yield Identity("lambda w_DA", both, slope * (m_retain - m_forget))
    yield Identity("descent-ascent from the oracle", both - oracle, -slope * m_forget)
    yield Identity(
        "the original from the oracle", original - oracle, slope * share * (m_forget - m_retain)
    )
    yield Identity(
        "on the path the displacement is linear in beta",
        limit(1 / n_retain, -beta / n_forget) - slope * m_retain,
        -beta * slope * m_forget,
    )
    yield Identity("in sums the two distances agree", (sums[2] - sums[0]) + (sums[1] - sums[0]), 0)
    yield from _harm_by_cosine(threshold_power)
    yield from _finite_ridge(curvature_bound)


def _harm_by_cosine(threshold_power: int) -> Parts:
    """||m_F|| against f ||m_F - m_R||, by k = ||m_R||/||m_F|| and c = cos(m_F, m_R)."""
    f, k, t = sp.symbols("f k t", positive=True)
    c = sp.Symbol("c", real=True)
    g = sp.Symbol("g", nonnegative=True)
    harm = 1 - f**2 * (1 + k**2 - 2 * k * c)  # (||m_F||^2 - f^2 ||gap||^2)/||m_F||^2
    threshold = (1 + k**2 - 1 / f**threshold_power) / (2 * k)
    equal = 1 - 1 / (2 * f**2)
    certain = {c: -1 + g, f: 1 / (1 + k + t)}
    never = {c: 1 - g, k: 1 + 1 / f + t}
    three_quarters = {f: sp.Rational(3, 4), k: sp.Integer(1)}
    yield Identity("harm iff c exceeds the threshold", harm, 2 * k * f**2 * (c - threshold))
    yield Identity("equal norms", threshold.subs(k, 1), equal)
    yield positive("harm whatever c if f (1 + k) < 1; f < 1/2 for k = 1", harm.subs(certain))
    yield negative("no harm whatever c if k >= 1 + 1/f", harm.subs(never))
    yield Witness(
        "f = 3/4, c = 1/5: harm",
        {**three_quarters, c: sp.Rational(1, 5)},
        holds=(sp.Gt(harm, 0), sp.Gt(c, equal)),
    )
    yield Witness(
        "f = 3/4, c = 0: help",
        {**three_quarters, c: sp.Integer(0)},
        fails=(sp.Ge(harm, 0), sp.Gt(c, equal)),
    )
    yield Witness(
        "k = 3, f = 1/2, c = 0: the equal-norm rule says harm, wrongly",
        {f: sp.Rational(1, 2), k: sp.Integer(3), c: sp.Integer(0)},
        holds=(sp.Gt(c, equal),),
        fails=(sp.Gt(harm, 0),),
    )


def _finite_ridge(curvature_bound: str) -> Parts:
    """Slopes at 0, and |phi'| < 1, phi'' <= 1/4 for the logistic loss: the error bound."""
    z = sp.Symbol("z", real=True)
    y = sp.Symbol("y", positive=True)  # e^z
    first, second = (sp.diff(logistic(z), z, k).subs(z, sp.log(y)) for k in (1, 2))
    bound = sp.Rational(curvature_bound)
    yield Identity(
        "logistic: -phi'(0) = 1/2", -sp.diff(logistic(z), z).subs(z, 0), sp.Rational(1, 2)
    )
    yield Identity("exponential: -phi'(0) = 1", -sp.diff(sp.exp(-z), z).subs(z, 0), 1)
    yield negative("logistic: phi' < 0", sp.simplify(first))
    yield positive("logistic: phi' > -1, so ||lambda w|| <= C_1", sp.simplify(1 + first))
    yield nonnegative(
        "logistic: phi'' <= 1/4, so |phi'(z) - phi'(0)| <= |z|/4",
        sp.simplify(bound - second),
        factors=(sp.Rational(1, 4), ((y - 1) / (y + 1)) ** 2),
    )
