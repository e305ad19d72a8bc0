"""Alternating steps without a ridge: fixed point, stability, period doubling, chaos."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness, negative, positive
from ..kernel.theorems import INTERMEDIATE_VALUE


@proves
def alternating_fixed_point(
    multiplier_sign: int = wrong(-1, multiplier_plus=1),
    threshold: str = wrong("e^sqrt2", threshold_e_squared="e^2"),
    lift_above_one: bool = wrong(True, lift_below_one=False),
    step_size_matters: bool = wrong(True, set_by_the_data=False),
    descent_sign: int = wrong(1, descends_uphill=-1),
) -> Parts:
    """The reduced map, its only fixed point, attraction of every start, doubling, chaos."""
    yield assume(
        "one coordinate, exponential loss, no ridge, lift rho = e^L",
        "0 < L <= 1: after one round u >= f(0) >= 0, where f increases",
        "1 < L <= sqrt 2: orbits enter I = [f(0), f(f(0))], left of 0, where f decreases, so "
        "they tend to fixed points of f^2; one besides u* would give (f^2)' a positive "
        "minimum inside I",
    )
    yield cite(
        "monotone convergence: a bounded monotone sequence converges",
        "Singer: with a negative Schwarzian derivative f' has no positive local minimum",
        "flip (period doubling) bifurcation theorem",
        "Li and Yorke (1975): period three implies chaos",
        INTERMEDIATE_VALUE,
    )
    w, u = sp.symbols("w u", real=True)
    eta, p, t = sp.symbols("eta p t", positive=True)
    size = sp.Symbol("L", positive=True)
    log_lift = size if lift_above_one else -size
    lift = sp.exp(log_lift)
    retain, forget = p * sp.exp(-w), lift * p * sp.exp(-w)

    def descend(x: sp.Expr) -> sp.Expr:
        return x - descent_sign * eta * sp.diff(retain, w).subs(w, x)

    def ascend(x: sp.Expr) -> sp.Expr:
        return x + eta * sp.diff(forget, w).subs(w, x)

    shift = sp.log(eta * p)
    reduced = _reduced(u, lift)
    scale = (eta if step_size_matters else 1) * p / size
    fixed = {"descent": sp.log(scale), "ascent": sp.log(scale * lift)}
    multiplier = 1 + multiplier_sign * size**2
    limit = {"e^sqrt2": sp.sqrt(2), "e^2": sp.Integer(2)}[threshold]
    e = sp.Symbol("E", positive=True)
    simultaneous = u - eta * sp.diff(retain - forget, w).subs(w, u)
    yield Identity(
        "the reduced map, u = w - ln(eta p)", ascend(descend(u + shift)) - shift, reduced
    )
    yield Identity(
        "fixed point, descent first", ascend(descend(fixed["descent"])), fixed["descent"]
    )
    yield Identity("fixed point, ascent first", descend(ascend(fixed["ascent"])), fixed["ascent"])
    yield Identity(
        "a round moves by E (1 - e^{L - E}), E = e^{-u}",
        (reduced - u).subs(u, -sp.log(e)),
        e * (1 - sp.exp(log_lift - e)),
    )
    yield Monotone("to the right where E > L: no other fixed point", 1 - sp.exp(-t), t, ">")
    yield Monotone("to the left where E < L", 1 - sp.exp(t), t, "<")
    yield positive("E = L > 0 exists only for a lift above 1", log_lift)
    yield negative(
        "simultaneous steps go left for ever",
        simultaneous - u,
        factors=(eta * p * sp.exp(-u), Monotone("1 - e^L", 1 - lift, size, "<")),
    )
    yield Identity("multiplier 1 - L^2", sp.diff(reduced, u).subs(u, -sp.log(size)), multiplier)
    yield positive("attracting below", (1 - multiplier**2).subs(size, limit / (1 + t)))
    yield negative(
        "repelling beyond: below -1", sp.expand((multiplier + 1).subs(size, limit * (1 + t)))
    )
    yield Witness(
        "the threshold: 4.1132 < e^{sqrt 2} < 4.1133",
        {size: limit},
        holds=(
            sp.Gt(sp.exp(size), sp.Rational(41132, 10000)),
            sp.Lt(sp.exp(size), sp.Rational(41133, 10000)),
        ),
    )
    yield from _every_start()
    yield from _doubling()
    yield from _period_three()


def _reduced(u: sp.Expr, lift: sp.Expr) -> sp.Expr:
    v = u + sp.exp(-u)
    return v - lift * sp.exp(-v)


def _every_start() -> Parts:
    """What the attraction of every start rests on, for 0 < L <= sqrt 2."""
    u = sp.Symbol("u", real=True)
    lift, t, r, e, k = sp.symbols("rho t r E K", positive=True)
    f = _reduced(u, lift)
    slope = sp.diff(f, u)
    in_ek = {u: -sp.log(e), lift: k * sp.exp(e) / e}  # E = e^{-u}, K = rho e^{-v}
    # with t = -f(0) = rho/e - 1 and v = e^t - t, f(f(0)) < 0 iff h(t) < 0
    v = sp.exp(t) - t
    h = sp.log(v) + v - 1 - sp.log(1 + t)
    end = sp.exp(sp.sqrt(2) - 1) - 1
    convexity = sp.exp(t) * (2 - t) - 1
    schwarzian = sp.diff(f, u, 3) / slope - sp.Rational(3, 2) * (sp.diff(f, u, 2) / slope) ** 2
    numerator = k * (1 - k / 2) * (1 - e) ** 4 - e * (1 + e / 2) * (1 + k) ** 2
    yield Identity("f' = (1 - E)(1 + K)", slope.subs(in_ek), (1 - e) * (1 + k))
    yield Identity("least value f(0) = 1 - rho/e", f.subs(u, 0), 1 - lift / sp.E)
    yield Identity(
        "f(f(0)) = v - e (1 + t) e^{-v}",
        f.subs({u: -t, lift: sp.E * (1 + t)}),
        v - sp.E * (1 + t) * sp.exp(-v),
    )
    yield Identity("h(0) = 0", h.subs(t, 0), 0)
    yield Witness("h < 0 at the end, L = sqrt 2", {t: end}, holds=(sp.Lt(h, 0),))
    yield Identity(
        "h'' = e^t + q/v^2 + 1/(1 + t)^2, q = e^t (2 - t) - 1: convex where q > 0",
        sp.diff(h, t, 2),
        sp.exp(t) + convexity / v**2 + 1 / (1 + t) ** 2,
    )
    yield Identity("q(0) = 1", convexity.subs(t, 0), 1)
    yield positive("q increases on (0, 1)", sp.diff(convexity, t).subs(t, 1 / (1 + r)))
    yield Witness("I lies in 1 < E < 2: e^t < 2", {t: end}, holds=(sp.Lt(sp.exp(t), 2),))
    yield Identity(
        "Schwarzian derivative of f", schwarzian.subs(in_ek) * ((1 - e) * (1 + k)) ** 2, numerator
    )
    yield negative("it is negative for 1 < E < 2", numerator.subs(e, 1 + 1 / (1 + r)))


def _doubling() -> Parts:
    """Flip at L = sqrt 2: crossed transversally and supercritical, so a 2-cycle attracts next."""
    u, size = sp.symbols("u L", positive=True)
    f = _reduced(u, sp.exp(size))
    second, third = (sp.diff(f, u, order).subs(u, -sp.log(size)) for order in (2, 3))
    coefficient = (second**2 / 2 + third / 3).subs(size, sp.sqrt(2))
    yield Identity("flip coefficient", coefficient, 16 - 8 * sp.sqrt(2))
    yield positive("supercritical", 16 - 8 * sp.sqrt(2))
    yield negative("crossed at speed -2L", sp.diff(sp.diff(f, u).subs(u, -sp.log(size)), size))


def _period_three() -> list[Witness]:
    """At lift 6: f^3(a) > a > f(a) > f^2(a), hence cycles of every period."""
    a = sp.Symbol("a")
    orbit = [a]
    for _ in range(3):
        orbit.append(_reduced(orbit[-1], sp.Integer(6)))
    return [
        Witness(
            "chaos at lift 6: f^3(a) > a > f(a) > f^2(a)",
            {a: sp.Rational(11, 10)},
            holds=tuple(sp.Gt(orbit[i], orbit[j]) for i, j in ((3, 0), (0, 1), (1, 2))),
        )
    ]
