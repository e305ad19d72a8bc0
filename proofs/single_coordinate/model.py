"""The block model in one coordinate: letters, gradients, and the lemmas that all claims share.

Everything follows from one rewriting of the gradient.  With ``psi = -phi'``, ``E = 1/psi`` and
``r(w) = w E(w)`` every objective of the family has ``J'(w) = lambda psi(w) (r(w) - s c)``, so
stationary points are where r takes the value ``s c``.  A minimiser is never solved for: it is
taken as the free symbol, and the strength or the lift is expressed through it.
"""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, set_up
from ..kernel.steps import Identity, Monotone, Step, negative, positive

w = sp.Symbol("w", real=True)
p, lift, ridge, s = sp.symbols("p rho lambda s", positive=True)
u, h, m, x, y = sp.symbols("u h m x y", positive=True)
tau = sp.Symbol("tau", positive=True)
odds = sp.Symbol("a", positive=True)  # n_F / n_R, so that every f = a / (1 + a) is in (0, 1)
f = odds / (1 + odds)
THRESHOLD = f / (1 + f)
EXPONENTIAL = sp.exp(-w)
LOGISTIC = sp.log(1 + sp.exp(-w))

MODEL = (
    "inside a block y_i x_ij = 1, outside 0; p, q > 0 are its shares of the retain and of the "
    "forget set, rho = q/p, s = p/lambda, f = a/(1+a) with a = n_F/n_R"
)


def inverse_psi(loss: sp.Expr) -> sp.Expr:
    """E(w) = 1/psi(w) = -1/phi'(w)."""
    return sp.expand(sp.simplify(-1 / sp.diff(loss, w)))


def r_of(loss: sp.Expr, at: sp.Expr = w) -> sp.Expr:
    """r(w) = w E(w), which is s c at a stationary point."""
    return (w * inverse_psi(loss)).subs(w, at)


def coefficients(forget_sign: int = -1) -> dict[str, sp.Expr]:
    """What multiplies the loss in each objective, from the shares; over p it is c."""
    q = lift * p
    return {"oracle": p, "original": (1 - f) * p + f * q, "descent-ascent": p + forget_sign * q}


def stationarity(loss: sp.Expr, forget_sign: int = -1) -> list[Step]:
    """``J' = lambda psi (r - s c)`` for the three objectives, by differentiation."""
    wanted = {"oracle": 1, "original": 1 + f * (lift - 1), "descent-ascent": 1 + forget_sign * lift}
    steps: list[Step] = [positive("psi > 0", -sp.diff(loss, w))]
    for name, coefficient in coefficients(forget_sign).items():
        gradient = sp.diff(coefficient * loss + ridge / 2 * w**2, w)
        target = ridge / inverse_psi(loss) * (r_of(loss) - p / ridge * wanted[name])
        steps.append(Identity(f"the gradient of the {name}", gradient, target))
    return set_up(steps)


def increasing(loss: sp.Expr) -> Parts:
    """``r`` increases on the positive axis, where oracle and original are."""
    yield positive("r' > 0 for w > 0", sp.diff(r_of(loss), w).subs(w, x))


def below_fold() -> Parts:
    """``w e^w`` is at least -1/e: decreasing before -1, increasing after."""
    left, right = r_of(EXPONENTIAL, -1 - x), r_of(EXPONENTIAL, -1 + x)
    yield Identity("w e^w is -1/e at w = -1", r_of(EXPONENTIAL, sp.Integer(-1)), -1 / sp.E)
    yield Monotone("w e^w > -1/e for w > -1", right + 1 / sp.E, x, ">")
    yield Monotone("w e^w > -1/e for w < -1", left + 1 / sp.E, x, ">")


def distance_lemmas(loss: sp.Expr) -> Parts:
    """How roots and values of r compare with the line of slope 1/psi(0).

    * from y to y + h, ``h < psi(0) (r(y+h) - r(y))``: the original is close to the oracle;
    * at -m, ``m > -psi(0) r(-m)``: descent-ascent's stationary point is far below 0.
    """
    inverse = inverse_psi(loss)
    at_zero = 1 / inverse.subs(w, 0)

    def E(at: sp.Expr) -> sp.Expr:
        return inverse.subs(w, at)

    rise = Monotone("E increases", E(y + h) - E(y), h, ">")
    above = Monotone("E is above E(0)", at_zero * E(y + h) - 1, y, ">", start=-h)
    below = Monotone("E is below E(0)", 1 - at_zero * E(-m), m, ">")
    yield Identity(
        "psi(0) (r(y+h) - r(y)) - h, split",
        at_zero * (r_of(loss, y + h) - r_of(loss, y)) - h,
        at_zero * y * rise.expr + h * above.expr,
    )
    yield positive("its first part", at_zero * y * rise.expr, factors=(at_zero, y, rise))
    yield positive("its second part", h * above.expr, factors=(h, above))
    yield Identity("m + psi(0) r(-m), factored", m + at_zero * r_of(loss, -m), m * below.expr)
    yield positive("it is positive", m * below.expr, factors=(m, below))


def any_decreasing_psi(decreasing: int = 1) -> Parts:
    """The two lemmas and the order of r for **any** positive, decreasing psi, by values of E.

    Of E = 1/psi only this is used: ``E(-m) = A``, ``E(0) = A + a``, ``E(y) = A + a + b`` and
    ``E(y + h) = A + a + b + c`` with A > 0 and, as psi decreases, a, b, c > 0.
    """
    least = sp.Symbol("A", positive=True)
    steps = decreasing * sp.Matrix(sp.symbols("a b c", positive=True))
    zero = least + steps[0]
    low, high = zero + steps[1], zero + steps[1] + steps[2]
    psi = sp.Function("psi", positive=True)(w)
    coefficient = sp.Symbol("c", real=True)
    yield Identity(
        "any psi: a gradient is lambda psi (r - s c), r = w/psi",
        ridge * w - p * coefficient * psi,
        ridge * psi * (w / psi - p / ridge * coefficient),
    )
    yield positive("any psi: r increases on w > 0", (y + h) * high - y * low)
    yield positive("any psi: psi(0) (r(y+h) - r(y)) > h", ((y + h) * high - y * low) / zero - h)
    yield positive("any psi: m > -psi(0) r(-m)", m - m * least / zero)
    yield negative("any psi: r < 0 on w < 0, so c > 0 has no root there", -m * least)
