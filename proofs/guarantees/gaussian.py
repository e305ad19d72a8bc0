"""Gaussian noise on released weights: the exact curve, and the classical rule against it."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, set_up, wrong
from ..kernel.steps import Identity, Monotone, Witness, nonnegative, positive
from ..kernel.theorems import GRUNTZ, MEAN_VALUE
from .setting import pi_above, pi_below

NEYMAN_PEARSON = (
    "Neyman-Pearson: among all events none has a larger P(S) - c Q(S) than the set where the "
    "density ratio exceeds c, and no test of that level a larger power"
)
ROTATION = "N(0, s^2 I) is the same in every orthonormal basis; independent coordinates are noise"

a, epsilon, x = (sp.Symbol(s, positive=True) for s in ("a", "epsilon", "x"))
t = sp.Symbol("t", real=True)
# Phi(-a/2 - epsilon/a) and the like, sqrt(2 pi) times a density
root = sp.sqrt(2 * sp.pi)


def phi(point: sp.Expr) -> sp.Expr:
    """The normal density."""
    return sp.exp(-(point**2) / 2) / root


def cdf(point: sp.Expr) -> sp.Expr:
    """The normal distribution function."""
    return (1 + sp.erf(point / sp.sqrt(2))) / 2


@proves
def gaussian_guarantee(
    shift: sp.Expr = wrong(sp.Rational(1, 2), threshold_not_centred=sp.Integer(0)),
    width: int = wrong(2, noise_of_one_model_in_auc=1),
    loss: int = wrong(1, second_term_not_scaled=0),
) -> Parts:
    """Two normal laws a standard deviations apart: best event, slopes, advantage, AUC."""
    yield assume(
        "along w_U - w_R, in units of the noise: N(a, 1) is released, N(0, 1) is the oracle's; "
        "the other coordinates have the same law under both",
        "a > 0, epsilon >= 0; delta(S) = P(S) - e^epsilon Q(S), P the law of either, Q the other",
    )
    yield cite(NEYMAN_PEARSON, ROTATION, MEAN_VALUE)
    ratio = sp.log(sp.exp(-((t - a) ** 2) / 2)) - sp.log(sp.exp(-(t**2) / 2))
    threshold = epsilon / a + a * shift
    p, q = epsilon / a - a / 2, epsilon / a + a / 2
    delta = cdf(-p) - sp.exp(epsilon) ** loss * cdf(-q)
    yield Identity(
        "the log density ratio exceeds epsilon beyond epsilon/a + a/2",
        sp.expand_log(ratio, force=True) - epsilon,
        a * (t - threshold),
    )
    yield Identity("there P(S) = Phi(a/2 - epsilon/a)", cdf(a - threshold), cdf(-p))
    yield Identity("and Q(S) = Phi(-a/2 - epsilon/a)", cdf(-threshold), cdf(-q))
    yield Identity("mirrored at a/2, P and Q change places", (t - a).subs(t, a - t), -t)
    yield Identity(
        "the slope of delta in a is phi(p)",
        sp.expand(sp.diff(delta, a) * root),
        sp.exp(-(p**2) / 2),
    )
    yield positive("is positive: more distance, less hidden", sp.exp(-(p**2) / 2))
    yield Identity(
        "the slope of delta in epsilon", sp.diff(delta, epsilon), -sp.exp(epsilon) * cdf(-q)
    )
    yield Identity("advantage: epsilon = 0", delta.subs(epsilon, 0), 2 * cdf(a / 2) - 1)
    # two independent draws: P(N(a, 1) > N(0, 1)), by its slope in a and its value at 0
    auc = cdf(a / sp.sqrt(width))
    yield Identity(
        "AUC: the integral of Phi(t) phi(t - a); its slope is the integral of phi(t) phi(t - a)",
        sp.simplify(sp.integrate(sp.exp(-(t**2) + t * a), (t, -sp.oo, sp.oo)) / sp.sqrt(sp.pi))
        * sp.exp(-(a**2) / 2),
        sp.simplify(sp.diff(auc, a) * root**2 / sp.sqrt(sp.pi)),
    )
    yield Identity("and at a = 0 it is a half", auc.subs(a, 0), sp.Rational(1, 2))
    tail = sp.exp(-t * (x + a) - t**2 / 2)
    yield Identity(
        "for computing: delta = integral over t > 0 of phi(p + t) (1 - e^(-a t)), as "
        "phi(q + t) e^epsilon = phi(p + t) e^(-a t)",
        sp.exp(epsilon) * sp.exp(-((q + t) ** 2) / 2),
        sp.exp(-((p + t) ** 2) / 2) * sp.exp(-a * t),
    )
    yield Identity(
        "and phi(p + t) = phi(p) e^(-p t - t^2/2)",
        sp.exp(-((x + a + t) ** 2) / 2),
        sp.exp(-((x + a) ** 2) / 2) * tail,
    )


@proves
def classical_noise_rule(
    constant: sp.Expr = wrong(sp.Rational(5, 4), constant_below_a_half=sp.Rational(2, 5)),
    power: sp.Expr = wrong(sp.Integer(1), square_root_forgotten=sp.Integer(2)),
    limit: sp.Expr = wrong(sp.Integer(2), proved_beyond_its_range=sp.Integer(4)),
) -> Parts:
    """Where sqrt(2 ln(1.25/delta))/epsilon suffices, and where it does not."""
    c = sp.Symbol("c", positive=True)
    yield assume(
        "c^2 = 2 ln(1.25/delta), so delta = (5/4) e^(-c^2/2); the rule's noise makes a = epsilon/c",
        "p = epsilon/a - a/2 = c - epsilon/(2c); delta(a) <= Phi(-p)",
        "upper range: epsilon <= E = 2 ln(5/2)",
    )
    yield cite(MEAN_VALUE, GRUNTZ)
    start = constant
    edge = limit * sp.log(2 * sp.Rational(5, 4))
    p = (epsilon / a - a / 2).subs(a, epsilon / c)
    yield from set_up((Identity("p in c and epsilon", p, c - epsilon / (2 * c)),))
    yield from _chernoff()
    yield Identity(
        "p >= 0: delta(a) <= e^(-p^2/2)/2 <= e^(-c^2/2) e^(epsilon/2)/2",
        sp.exp(-(p**2) / 2),
        sp.exp(-(c**2) / 2) ** power * sp.exp(epsilon / 2) * sp.exp(-(epsilon**2) / (8 * c**2)),
    )
    yield Identity(
        "which is the claimed delta at epsilon = E, and less before", sp.exp(edge / 2) / 2, start
    )
    # p < 0 means c^2 < epsilon/2 <= E/2: delta > 5/4 e^(-E/4); and delta < 1 bounds c below
    least = sp.sqrt(2 * sp.log(sp.Rational(5, 4)))
    worst = edge / (2 * least) - least
    claimed = start * sp.exp(-edge / 4)
    yield positive("p < 0: -p = epsilon/(2c) - c grows with epsilon", sp.diff(-p, epsilon))
    yield positive("and falls with c, c > sqrt(2 ln(5/4))", sp.diff(p, c))
    yield Identity("Phi(y) <= 1/2 + y/sqrt(2 pi), y >= 0: slope 1/sqrt(2 pi) at 0",
                   sp.diff(cdf(x), x), sp.exp(-(x**2) / 2) / root)  # fmt: skip
    yield nonnegative("and less beyond", 1 - sp.exp(-(x**2) / 2), (_below_one(),))
    yield pi_above()
    yield Witness(
        "1/2 + y/sqrt(2 pi) < 1/2 + y/sqrt 6 stays below the delta claimed",
        holds=(less(sp.Rational(1, 2) + worst / sp.sqrt(6), claimed),),
    )
    yield from _fails(c, constant)
    yield from _any_epsilon()


def _below_one() -> Monotone:
    return Monotone("e^(-x^2/2) < 1", 1 - sp.exp(-(x**2) / 2), x, ">")


def _chernoff() -> Parts:
    """Phi(-p) <= e^(-p^2/2)/2 for p >= 0: the difference rises, then falls to 0."""
    gap = sp.exp(-(x**2) / 2) / 2 - cdf(-x)
    yield Identity("tail bound: e^(-p^2/2)/2 - Phi(-p) is 0 at 0", gap.subs(x, 0))
    yield Identity(
        "its slope is positive up to sqrt(2/pi), negative beyond",
        sp.diff(gap, x),
        (1 / root - x / 2) * sp.exp(-(x**2) / 2),
    )
    yield Identity("and it tends to 0: it is not negative", sp.limit(gap, x, sp.oo))


def _fails(c: sp.Symbol, constant: sp.Expr) -> Parts:
    """At p = -u < 0 delta(a) >= 1 - e^(-u^2/2); one point in figures, by two Mills bounds."""
    u = sp.Symbol("u", positive=True)
    yield Identity(
        "p = -u < 0: e^epsilon e^(-q^2/2)/2 = e^(-u^2/2)/2, so delta(a) >= 1 - e^(-u^2/2)",
        epsilon - (epsilon / a + a / 2) ** 2 / 2,
        -((epsilon / a - a / 2) ** 2) / 2,
    )
    yield Identity(
        "u = epsilon/(2c) - c, so the rule fails once epsilon > 2c(c + sqrt(2 ln 1/(1-delta)))",
        (epsilon / (2 * c) - c).subs(epsilon, 2 * c * (c + u)),
        u,
    )
    yield Identity("x/(1 + x^2) phi(x) <= Phi(-x):", sp.diff(phi(x) * x / (1 + x**2), x) / phi(x),
                   -1 + 2 / (1 + x**2) ** 2)  # fmt: skip
    yield Identity("and Phi(-x) <= phi(x)/x", sp.diff(phi(x) / x, x) / phi(x), -1 - 1 / x**2)
    yield positive("both by their slopes", 2 / (1 + x**2) ** 2)
    yield pi_below()
    level = sp.Rational(1, 10**5)
    scale, loss = sp.sqrt(2 * sp.log(constant / level)), sp.Integer(10)
    ratio = loss / scale
    p, q = loss / ratio - ratio / 2, loss / ratio + ratio / 2
    yield Witness(
        "epsilon = 10, delta = 1e-5: the rule reaches more than 2e-5",
        holds=(less(2 * level, sp.sqrt(sp.Rational(7, 44)) * sp.exp(-(p**2) / 2)
                    * (p / (1 + p**2) - 1 / q)),),
    )  # fmt: skip


def _any_epsilon() -> Parts:
    """a = sqrt 2 (sqrt(l + epsilon) - sqrt l), l = ln(1/delta): then p^2/2 = l exactly."""
    log = sp.Symbol("l", positive=True)
    ratio = sp.sqrt(2) * (sp.sqrt(log + epsilon) - sp.sqrt(log))
    yield Identity(
        "any epsilon: with l = ln(1/delta), p = sqrt(2 l)",
        epsilon - ratio**2 / 2,
        sp.sqrt(2 * log) * ratio,
    )
    yield Identity(
        "so delta(a) <= e^(-p^2/2)/2 = delta/2", sp.exp(-(sp.sqrt(2 * log) ** 2) / 2), sp.exp(-log)
    )
