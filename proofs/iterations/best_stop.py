"""The path of descent-ascent against the line of its first step."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, nonnegative
from ..kernel.theorems import SPECTRAL

GRONWALL = "Gronwall's lemma, and its discrete form: what grows no faster than B stays below B"


@proves
def best_stop_is_a_sine(
    when: sp.Expr = wrong(sp.Integer(1), at_half_the_time=sp.Rational(1, 2)),
    harm: int = wrong(2, harm_again_at_three_times=3),
    order: sp.Expr = wrong(sp.Rational(1, 2), error_of_a_quarter=sp.Rational(1, 4)),
    inverse: int = wrong(1, hessian_for_its_inverse=-1),
) -> Parts:
    """Pythagoras for the line, Gronwall for the path, Cauchy-Schwarz for the Rayleigh step."""
    yield assume(
        "g = grad L_DA(w_D), e = w_D - w_R, c = <g, e> > 0, G = |g|, E = |e|; L bounds the norm of "
        "the Hessian along the path",
        "the path: dw/dt = -grad L_DA(w) from w_D, or w_{k+1} = w_k - eta grad L_DA(w_k), t = k "
        "eta",
        "quadratic retain loss, ridge ascended: grad L_R(w_D) = H e = f g; H has eigenvalues h, k "
        "> 0 "
        "with components a, b of grad L_R",
    )
    yield cite(GRONWALL, SPECTRAL)
    c, length, far, bend, t = sp.symbols("c G E L t", positive=True)
    best = when * c / length**2
    square = far**2 - 2 * t * c + t**2 * length**2
    yield Identity(
        "the line: |e - t g|^2 = E^2 sin^2 + G^2 (t - t*)^2",
        square,
        far**2 - c**2 / length**2 + length**2 * (t - best) ** 2,
    )
    yield Identity("as far as the original again at twice t*", square.subs(t, harm * best), far**2)
    moved = length * (sp.exp(bend * t) - 1) / bend
    off = length * (sp.exp(bend * t) - 1 - bend * t) / bend
    yield Identity(
        "|w - w_D|' <= G + L |w - w_D|: its bound", sp.diff(moved, t), length + bend * moved
    )
    yield Identity("|w - w_D + t g|' <= L |w - w_D|: its bound", sp.diff(off, t), bend * moved)
    steps, eta = sp.symbols("k eta", positive=True)
    x = sp.Symbol("x", positive=True)
    grown = length * ((1 + eta * bend) ** steps - 1) / bend
    yield Identity(
        "iterations: |w_k - w_D| grows by eta (G + L |w_k - w_D|)",
        sp.expand(sp.powsimp(grown.subs(steps, steps + 1))),
        sp.expand(grown + eta * (length + bend * grown)),
    )
    yield Monotone("(1 + x)^k <= e^(k x): the flow's bound serves them", x - sp.log(1 + x), x, ">")
    yield Monotone(
        "e^x - 1 - x is at most x^2 e^x/2", order * x**2 * sp.exp(x) - (sp.exp(x) - 1 - x), x, ">"
    )
    cosine = sp.Symbol("cos", positive=True)
    at_best = length * order * (bend * t) ** 2 / bend
    yield Identity(
        "at t*, c = G E cos: E^2 L cos^2/(2 G), times e^(L t*)",
        at_best.subs(t, (c / length**2)).subs(c, length * far * cosine),
        far**2 * bend * cosine**2 * order / length,
    )
    a, b = sp.symbols("a b", real=True)
    h, k, f = sp.symbols("h k f", positive=True)
    size, curved = a**2 + b**2, a**2 * h + b**2 * k
    yield Identity(
        "ridge ascended, g = grad L_R/f: the rule is f |grad L_R|^2/curvature along it",
        (size / f) * size / ((size / f**2) * curved),
        f * size / curved,
    )
    toward = f * (a**2 / h**inverse + b**2 / k**inverse)  # <g, e>/|g|^2 times |grad L_R|^2
    yield Identity(
        "Rayleigh: t* against it, two components of grad L_R at a time",
        toward * curved - f * size**2,
        f * a**2 * b**2 * (h - k) ** 2 / (h * k),
    )
    yield nonnegative("so it never stops too late", f * a**2 * b**2 * (h - k) ** 2 / (h * k))
