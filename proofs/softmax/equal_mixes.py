"""The same label mix in both sets: what is proved of the distance to the oracle."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, set_up, wrong
from ..kernel.steps import Identity, Monotone
from ..kernel.theorems import IMPLICIT_FUNCTION, STRICT_CONVEXITY
from . import model
from .model import BLOCK, f, h, lift, s, x


@proves
def equal_mixes_distance(
    forget_sign: int = wrong(-1, forget_set_descended=1),
    ordered: int = wrong(1, likely_classes_pushed_down=-1),
) -> Parts:
    """The proved part: one path, along which the distance to the oracle falls at both ends."""
    yield assume(
        BLOCK,
        "q = r, not uniform; u(t) solves u = t (r - pi(u)); Z = sum e^u_j; two entries u_i = u_j + "
        "x of the oracle, t = s",
        "three classes show the algebra of all; sums of r - e and of u are 0",
    )
    yield cite(IMPLICIT_FUNCTION, STRICT_CONVEXITY)
    yield from set_up(model.gradient())
    r, pi, u = sp.symbols("r pi u", real=True)
    c = model.coefficients(forget_sign)
    unlearned = (r + forget_sign * lift * r) - (1 + forget_sign * lift) * pi
    yield Identity("the original is u(s (1 - f (1 - rho)))", c["original"], 1 - f * (1 - lift))
    yield Identity("descent-ascent is u(s (1 - rho))", unlearned, (1 - lift) * (r - pi))
    yield Identity(
        "their two positions add up to s or more: at most one is below s/2",
        c["original"] + c["descent-ascent"] - 1,
        (1 - f) * (1 - lift),
    )
    total = sp.Symbol("Z", positive=True)
    yield Monotone(
        "s (r_i - r_j) has the sign of x = u_i - u_j: the oracle has the order of r",
        ordered * (x + s / total * sp.exp(u) * (sp.exp(x) - 1)),
        x,
        ">",
    )
    a, b = sp.symbols("a_1 a_2 a_3", real=True), sp.symbols("b_1 b_2 b_3", real=True)
    pairs = sum((a[i] - a[j]) * (b[i] - b[j]) for i in range(3) for j in range(i))
    product = sum(each * other for each, other in zip(a, b, strict=True))
    yield Identity(
        "Chebyshev: K sum a b - sum a sum b is a sum over pairs, all >= 0 for equal orders",
        3 * product - sum(a) * sum(b),
        pairs,
    )
    t, slope, away = sp.Symbol("t", real=True), sp.Symbol("u'", real=True), h
    motion = t * (r - pi)
    yield Identity("at t = 0 the path moves along r - e", sp.diff(motion, t).subs(t, 0), r - pi)
    yield Identity(
        "at the oracle: u(s) - u(s - h) is h u', half the slope of its square -h u'^2",
        sp.diff((slope * (s - t)) ** 2 / 2, t).subs(t, s - away),
        -away * slope**2,
    )
