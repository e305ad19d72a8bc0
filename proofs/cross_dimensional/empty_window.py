"""The window of Lemmas 9 and 10, with alpha <= 1, is empty for every r from a bound on.

In letters: ``X = W(r(1 + eps^2))``, ``V = W(b(1 + eps^2)) = X - d``, ``A = d/c``,
``L = -ln(1 - f) = d + ln(X/V)``, ``E = e^(-(1 - c) X)``.  The four conditions on alpha are

    f^2/(c(1 - f^2)) <= alpha,   c f/(1 - f^2) <= alpha,   alpha <= 1,
    alpha <= alpha_x = A e^A/(V e^V),   alpha <= alpha_y = c (E/(1 - f) - 1).

Three parts: both upper ends fall as r grows where the window could be open, so the least r
decides; for f <= 2/5 an estimate; for larger f a covering by boxes in (X, V).
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from mpmath import iv

from ..kernel import interval
from ..kernel.decide import less
from ..kernel.proof import Parts
from ..kernel.steps import Identity, Monotone, Witness, nonnegative, positive
from .enclosures import Covering
from .equations import a, b, c, eps, f, k, r

_SPLIT = sp.Rational(2, 5)


def empty_window_steps(least: sp.Rational, t: sp.Symbol) -> Parts:
    """Emptiness for ``r >= least``, and open windows at r = 3, r = 1, and for alpha > 1."""
    yield from _least_strength_decides(t)
    yield from _small_fractions(t)
    yield from _open_windows(least)
    yield _covering(least)


def _least_strength_decides(t: sp.Symbol) -> Parts:
    up, down, gap, cosine, s = sp.symbols("X V d c s", positive=True)
    log_z = sp.Symbol("L", real=True)
    extra = sp.Symbol("extra", nonnegative=True)
    lambert = sp.Function("X")(log_z)
    rate = sp.solve(sp.diff(lambert + sp.log(lambert) - log_z, log_z), sp.diff(lambert, log_z))[
        0
    ].subs(lambert, up)
    share = t / (1 + t)
    step = gap / cosine
    growth = (1 + 1 / step) * ((rate - rate.subs(up, down)).subs(up, down + gap) / cosine) - 1
    yield Identity("dX/d ln z of X = W(z)", rate, up / (1 + up))
    yield Identity(
        "so d ln(alpha_x)/d ln r at fixed f",
        growth,
        (1 + step) / ((1 + down + gap) * (1 + down)) - 1,
    )
    yield Identity(
        "alpha_y >= f^2/(c(1 - f^2)) with E <= 1 asks c^2 >= f/(1 + f)",
        cosine**2 * (1 / (1 - share) - 1) - share**2 / (1 - share**2),
        share / (1 - share) * (cosine**2 - share / (1 + share)),
    )
    yield Identity(
        "f/(1 + f) - f^2/(2 - f)^2 is positive for f < 4/5",
        share / (1 + share) - share**2 / (2 - share) ** 2,
        share * (4 - 5 * share) / ((1 + share) * (2 - share) ** 2),
    )
    yield positive(
        "... and f^2 <= c(1 - f^2) <= 1 - f^2 asks f < 3/4 (here f = 3/4 + ...)",
        (2 * f**2 - 1).subs(k, 1 / (3 + t)),
    )
    yield nonnegative(
        "V >= (1 - f) X as V e^V = (1 - f) X e^X, V <= X: then f >= d/X =: s/(1 + s), and "
        "c >= f/(2 - f) >= s/(2 + s)",
        (share / (2 - share)).simplify().subs(t, s + extra) - s / (2 + s),
    )
    yield Identity(
        "which is d/(X + V)", (gap / (2 * up - gap)).subs(gap, up * s / (1 + s)), s / (2 + s)
    )
    yield nonnegative(
        "c >= d/(X + V) makes alpha_x fall: (1 + X)(1 + V) - 1 - d/c >= 0",
        ((1 + down + gap) * (1 + down) - 1 - gap / (gap / (2 * down + gap))),
    )
    yield positive("alpha_y falls with X: -dE/dX", -sp.diff(sp.exp(-(1 - 1 / (1 + s)) * up), up))


def _small_fractions(t: sp.Symbol) -> Parts:
    up, gap = sp.symbols("X d", positive=True)
    loss = -sp.log(1 - _SPLIT)
    cosine = 1 + sp.log(1 - _SPLIT**2 / (1 + _SPLIT))
    yield Witness("X >= 1 as r(1 + eps^2) > e", holds=(less(sp.E, 3),))
    yield Identity(
        "alpha_y >= c f/(1 - f^2) asks E >= 1 - f^2/(1 + f)",
        (1 - f) * (1 + f / (1 - f**2)),
        1 - f**2 / (1 + f),
    )
    yield positive(
        "f^2/(1 + f) grows, so 1 - c <= -ln(1 - f^2/(1 + f)) is worst at f = 2/5",
        sp.diff(t**2 / (1 + t), t),
    )
    yield Monotone("L/f grows with f = t/(1 + t): t > ln(1 + t)", t - sp.log(1 + t), t, ">")
    yield Monotone(
        "ln(X/V) >= d/X: L >= d(1 + 1/X), i.e. -ln(1 - s) >= s with 1 - s = e^-t",
        t - (1 - sp.exp(-t)),
        t,
        ">",
    )
    yield Identity(
        "alpha_x >= c f/(1 - f^2) asks c^2 f X e^X <= d e^A (1 + f)",
        (gap / c) * (1 / ((1 - f) * up * sp.exp(up))) - c * f / (1 - f**2),
        (gap * (1 + f) - c**2 * f * up * sp.exp(up)) / (c * (1 - f**2) * up * sp.exp(up)),
    )
    yield Witness(
        "so 2 c^2 <= (L/f)(1 + f) e^(L/(2c) - 1), which fails at f = 2/5, least c, X = 1",
        holds=(
            less(loss / (2 * cosine), 1),
            less(loss / _SPLIT * (1 + _SPLIT) * sp.exp(loss / (2 * cosine) - 1), 2 * cosine**2),
        ),
    )


def _covering(least: sp.Rational) -> Covering:
    strength = iv.mpf(int(least.p)) / int(least.q)

    def settled(box: tuple[Any, ...]) -> bool:
        up, down = box
        ratio = down / up * interval.exp(down - up)
        norm = up * interval.exp(up) / strength
        fraction = 1 - ratio
        if norm < 1 or norm > 2 or fraction < 0.4 or not fraction < 1:
            # outside 0 < epsilon < 1, or settled by the estimate; fraction >= 1 cannot occur
            return bool(norm < 1 or norm > 2 or fraction < 0.4)
        square = norm - 1
        square = iv.mpf([max(square.a, 0), max(square.b, 0)])
        cosine = 2 * interval.sqrt(square) / norm
        cosine = iv.mpf([cosine.a, min(cosine.b, 1)])
        rest = 1 - fraction**2
        if fraction**2 > cosine * rest or cosine * fraction > rest:
            return True
        excess = interval.exp(-(1 - cosine) * up) / ratio - 1
        if fraction**2 > cosine**2 * excess * rest or fraction > excess * rest:
            return True
        if not cosine > 0:
            return False
        reach = (up - down) * interval.exp((up - down) / cosine) * rest
        mass = down * interval.exp(down)
        return bool(fraction**2 * mass > reach or cosine**2 * fraction * mass > reach)

    return Covering(
        "f >= 2/5, least r: some lower end exceeds some upper end or 1",
        # W(3) > 1, W(2 * 61/20) < 3/2 for X; f < 3/4 keeps V above 1/5
        box=((sp.Integer(1), sp.Rational(3, 2)), (sp.Rational(1, 5), sp.Rational(3, 2))),
        settled=settled,
        relations=r"\max(\alpha \text{ lower ends}) > \min(1, \alpha_x, \alpha_y)",
    )


def window_conditions(values: dict[sp.Symbol, Any], level: sp.Rational) -> tuple[Any, ...]:
    """The conditions of the two lemmas on alpha = level at rational parameters, strictly."""
    root = sp.LambertW((r * a).subs(values))
    step = (root - sp.LambertW((b * a).subs(values))) / c.subs(values)
    fraction, cosine = f.subs(values), c.subs(values)
    return (
        less(fraction**2 / (cosine * (1 - fraction**2)), level),
        less(cosine * fraction / (1 - fraction**2), level),
        less(level, step * sp.exp(step) / (b * a).subs(values)),
        less(level, cosine * (sp.exp(-(1 - cosine) * root) / (1 - fraction) - 1)),
    )


def _open_windows(least: sp.Rational) -> Parts:
    ordinary = {eps: sp.Rational(1, 2), r: sp.Integer(1), k: sp.Integer(1)}
    narrow = {
        eps: sp.Rational(4783, 10_000),
        r: sp.Integer(3),
        k: 1 / sp.Rational(6613, 10_000) - 1,
    }
    large = {eps: sp.Rational(24, 25), r: sp.Integer(100), k: sp.Rational(1, 1999)}
    yield Witness(
        "open at r=1, eps=.5, f=.5, alpha=.6", holds=window_conditions(ordinary, sp.Rational(3, 5))
    )
    yield Witness(
        "still open at r=3, eps=.4783, f=.6613, alpha=.999: 3 itself is not enough",
        holds=window_conditions(narrow, sp.Rational(999, 1000)),
    )
    yield Witness("so the least strength lies above it", holds=(less(narrow[r], least),))
    yield Witness(
        "as printed, without alpha <= 1, open at r=100, eps=.96, f=.9995, alpha=1200",
        holds=window_conditions(large, sp.Integer(1200)),
    )
